# Waar een probleem staat
config-at-file = { $file }: { $what }
config-at-line = { $file }, regel { $line }: { $what }
config-at-file-key = { $file }, { $key }: { $what }
config-at-line-key = { $file }, regel { $line }, { $key }: { $what }
config-at-variable = Omgevingsvariabele { $variable }: { $what }

# Bestanden
file-missing = dit bestand is er niet. Kijk of de naam klopt.
file-forbidden = dit bestand mag ik niet lezen. Geef de gebruiker van Kring leesrecht.
file-no-text = dit is geen tekst in UTF-8. Sla het bestand op als UTF-8.
file-too-large = dit bestand is groter dan { $limit } KiB. Dat kan niet goed zijn.
file-unreadable = dit bestand kan ik niet lezen ({ $reason }).
file-open-to-others = anderen op deze machine kunnen dit bestand lezen, en er staat een geheim in. Doe: chmod 600 { $path }

# Instellingen
config-no-yaml = dit is geen geldige YAML met instellingen: { $reason }. Kijk naar de inspringing.
config-unknown = deze instelling ken ik niet. Ik ken hier: { $known }.
config-unknown-near = deze instelling ken ik niet. Bedoel je { $near }?
config-missing = deze instelling ontbreekt. Schrijf bijvoorbeeld: { $example }
config-value = “{ $value }” kan hier niet. Schrijf bijvoorbeeld: { $example }
config-choice = “{ $value }” kan hier niet. Kies uit: { $choices }.
config-placeholder = hier staat nog “{ $value }” uit het voorbeeld. Vul je eigen waarde in.
config-secret = hier staat een wachtwoord in. Zet het adres in een eigen bestand met rechten 600, en noem dat bestand bij { $file-key }.
config-database-url = dit is geen adres van een database. Schrijf sqlite:PAD of postgres://GEBRUIKER@MACHINE/NAAM.

file-registration-missing = dit bestand is er niet. Maak het met: kring registration
file-admin-missing = dit bestand is er niet. Maak het met: kring registration --admin
file-no-file = dit is geen gewoon bestand. Noem hier een bestand.
folder-missing = deze map is er niet. Maak haar met: mkdir -m 700 { $path }
read-failed = { $path } kan ik niet lezen ({ $reason }). Kijk of de naam en de rechten kloppen.
read-too-large = { $path } is groter dan { $limit } MiB. Zo groot mag dit bestand niet zijn.
read-no-text = { $path } is geen tekst in UTF-8. Sla het bestand op als UTF-8.

# kring config check
config-none = Er zijn nog geen instellingen. Kopieer config.example.yaml naar { $path }, of noem een ander bestand met --config.
config-good = { $path } is in orde.

# kring policy
policy-unknown = Er is geen beleid met de naam “{ $name }”. Kring kent: ivn. Een eigen beleid noem je met het pad van het bestand.
policy-good = { $name } is in orde: { $kinds ->
    [one] 1 soort groep
   *[other] { $kinds } soorten groepen
 }.
cases-none = Onder { $path } staan geen proefgevallen. Zet ze in een map cases, als bestanden die eindigen op .yaml.

no-runtime = Kring kan niet starten ({ $reason }).
no-json = Het antwoord is niet in JSON te schrijven ({ $reason }). Meld dit als fout in Kring.

# kring import
import-rows = { $rows ->
    [one] 1 rij gelezen
   *[other] { $rows } rijen gelezen
 }: { $accepted } goed, { $rejected } afgekeurd.
import-changes = Vergeleken met de vorige keer: { $added } nieuw, { $changed } gewijzigd, { $removed } weg.
import-vereniging = { $people ->
    [one] 1 persoon heeft
   *[other] { $people } mensen hebben
 } toegang tot Vereniging.
import-rejected = Afgekeurd:
import-warnings = Let op:
import-shared = Deze lidnummers delen een e-mailadres. Zij hebben geen toegang tot Vereniging:
import-at-line = { "  " }regel { $line }: { $what }
import-at-file = { "  " }{ $what }

# kring registration
registration-exists = { $path } is er al. De homeserver kent die sleutels. Nieuwe maken? Doe: kring registration --overwrite
registration-written = { $path } is gemaakt.
registration-next =
    Zet in homeserver.yaml van Synapse:
    app_service_config_files:
    { $paths }
    Start Synapse daarna opnieuw. Synapse bereikt Kring op { $url }.
secret-exists = { $path } is er al. Verplaats dit bestand, of vraag met --overwrite om nieuwe sleutels.
secret-io = { $path } kan ik niet lezen of schrijven ({ $reason }). Kijk of de map er is en of de rechten kloppen.
secret-exposed = { $path }: anderen op deze machine kunnen dit bestand lezen, en er staat een geheim in. Doe: chmod 600 { $path }
secret-invalid = { $path }: dit bestand klopt niet ({ $reason }). Maak een nieuw bestand met: kring registration
secret-placeholder = { $path }: bij { $reason } staat geen echte sleutel. Maak een nieuw bestand met: kring registration
admin-no-file = Er is nog geen plek voor de sleutel van de beheerder. Vul homeserver.admin_token_file in.
admin-exists = { $path } is er al. Verwijder dit bestand eerst als je een nieuwe beheerder wilt maken.
admin-no-secret = Ik heb het registration_shared_secret van de homeserver nodig. Noem het bestand met --shared-secret-file, of zet het in KRING_REGISTRATION_SHARED_SECRET.
admin-wrong-secret = De homeserver weigert dit registration_shared_secret. Kijk in homeserver.yaml welk geheim er staat.
admin-no-shared-secret = De homeserver op { $url } maakt geen beheerder. Staat registration_shared_secret in homeserver.yaml? De homeserver zegt: { $reason }
admin-name-taken = De naam { $name } is al bezet op de homeserver. Kies een andere met --admin-name.
admin-unreachable = De homeserver op { $url } geeft geen goed antwoord: { $reason }. Kijk of hij draait en of homeserver.url klopt.
admin-made = Beheerder { $user } is gemaakt. De sleutel staat in { $path }. Haal registration_shared_secret nu uit homeserver.yaml en start de homeserver opnieuw.
