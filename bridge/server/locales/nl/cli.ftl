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
file-antispam-missing = dit bestand is er niet. Maak het met: kring registration --antispam
file-no-file = dit is geen gewoon bestand. Noem hier een bestand.
folder-missing = deze map is er niet. Maak haar met: mkdir -m 700 { $path }
read-failed = { $path } kan ik niet lezen ({ $reason }). Kijk of de naam en de rechten kloppen.
read-too-large = { $path } is groter dan { $limit } MiB. Zo groot mag dit bestand niet zijn.
read-no-text = { $path } is geen tekst in UTF-8. Sla het bestand op als UTF-8.

# kring config check
config-none = Er zijn nog geen instellingen. Kopieer config.example.yaml naar { $path }, of noem een ander bestand met --config.
config-good = { $path } is in orde.

# kring policy
policy-unknown = Er is geen beleid met de naam “{ $name }”. Kring kent: ivn, nov. Een eigen beleid noem je met het pad van het bestand.
kind-none = Er is geen soort groep “{ $kind }”. Er is: { $known }.
diff-no-people = Er zijn geen mensen om te tellen. Geef een export met --members, of een configuratie met --config.
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
antispam-no-file = Er is nog geen plek voor de sleutel van de module van Synapse. Vul antispam.token_file in.
antispam-exists = { $path } is er al, en Synapse kent die sleutel. Een nieuwe maken? Doe: kring registration --antispam --overwrite
antispam-made = De sleutel van de module van Synapse staat in { $path }. Noem dit bestand bij authorization_path van de module, en { $url }/_kring/antispam bij base_url. Start Kring en Synapse daarna opnieuw.
antispam-token-bad = De sleutel van de module van Synapse klopt niet ({ $reason }). Maak een nieuwe met: kring registration --antispam --overwrite

# Naast een Kring die al draait
control-failed = De Kring die hier draait, heeft de opdracht niet afgemaakt ({ $reason }). Probeer het zo nog eens, of stop die Kring eerst.
control-other-version = De Kring die draait, is een andere versie. Start hem opnieuw en geef de opdracht nog eens.

# De database
store-failed = De database doet niet wat ik vraag ({ $reason }). Kijk of de schijf vol is en of de database draait. Probeer het dan opnieuw.
store-bad-url = Het adres van de database klopt niet ({ $reason }). Schrijf bij store.url: sqlite:PAD of postgres://GEBRUIKER@MACHINE/NAAM.
store-missing = Er is nog geen database ({ $reason }). Doe eerst kring import of kring run, of verbeter store.url.
store-cannot-open = De database gaat niet open ({ $reason }). Kijk of de map er is en of deze gebruiker erin mag schrijven.
store-read-only = De database is alleen te lezen ({ $reason }). Verbeter de eigenaar en de rechten van het bestand.
store-not-a-database = Dit bestand is geen database van Kring ({ $reason }). Verbeter store.url, of zet een reservekopie terug.
store-cannot-connect = De database geeft geen antwoord ({ $reason }). Kijk of PostgreSQL draait en of gebruiker, wachtwoord en naam kloppen.
store-locked = De database is bezet ({ $reason }). Wacht tot de andere Kring klaar is, of stop die.
store-newer-schema = De database is van een nieuwere Kring ({ $reason }). Zet de nieuwste versie van Kring neer.
store-older-schema = De database is van een oudere Kring ({ $reason }). Doe eerst kring run of kring import: die werkt haar bij.
store-migration = De database bijwerken lukt niet ({ $reason }). Er is niets veranderd. Zet de vorige versie van Kring terug en meld de fout.

# De homeserver
homeserver-name = homeserver.server_name klopt niet ({ $reason }). Schrijf wat achter de dubbele punt in een gebruikersnaam staat.
homeserver-client = De homeserver is zo niet te gebruiken ({ $reason }). Kijk naar homeserver.url en doe kring config check.
registration-bad = De registratie klopt niet ({ $reason }). Maak nieuwe bestanden met: kring registration
admin-secret-bad = De sleutel van de beheerder klopt niet ({ $reason }). Maak een nieuwe met: kring registration --admin
ready-database = De database geeft geen antwoord ({ $reason }).
ready-database-locked = Een ander programma houdt de database vast, dus Kring kan niets opslaan. Kijk welk programma dat is en stop het.
ready-database-full = De schijf van de database is vol, dus Kring kan niets opslaan. Maak ruimte; daarna gaat het vanzelf verder.
ready-database-read-only = De database mag alleen gelezen worden, dus Kring kan niets opslaan. Kijk of de schijf of de server op alleen-lezen staat.
ready-silent = De homeserver denkt dat Kring uit staat en stuurt niets. Kijk of hij de url uit de registratie kan bereiken.

# kring run
run-ready = Kring draait en luistert op { $address }.
run-only-sqlite = Met SQLite doet één proces al het werk. Daarom kan --only niet. Laat het weg, of zet store.url op een PostgreSQL-database.
run-no-bots = Deze versie heeft nog geen bots met privégesprekken. Met --only bots gebeurt er niets. Gebruik --only bridge of --only web.
leader-elsewhere = Een andere Kring heeft hier de leiding: { $owner }. Geef deze opdracht op die machine, of stop die Kring eerst.
leader-lost = Een andere Kring nam de leiding over voordat de opdracht klaar was. Kijk met kring plan wat er nog moet gebeuren, en geef de opdracht daar.
run-twice = Er draait hier al een Kring ({ $reason }). Stop die eerst.
listen-failed = Op { $address } kan Kring niet luisteren ({ $reason }). Kies een ander adres bij { $key }.
metrics-failed = Kring kan de getallen voor metrics.listen niet bijhouden ({ $reason }). Laat die instelling weg en meld dit.
no-signals = Kring hoort niet wanneer hij moet stoppen ({ $reason }) en start daarom niet.

# kring plan, apply, why, member, group
apply-confirm = Doe dan, tot { $until } uur: kring apply --confirm { $token }
apply-done = { $done ->
    [one] 1 stap is klaar
   *[other] { $done } stappen zijn klaar
 }, { $failed } niet gelukt.
apply-failed = Niet gelukt: { $what }: { $why }
no-group = Deze groep ken ik niet ({ $reason }). Schrijf soort/naam, bijvoorbeeld afdeling/utrecht.
group-made = De groep { $group } staat klaar. kring apply maakt haar in de chat.
group-upgraded = De groep { $group } heeft een nieuwe ruimte. Iedereen die erin hoort is er, de oude is gesloten. Gedaan: { $done }.
group-no-room = De groep { $group } heeft nog geen ruimte in de chat. Kijk met kring plan, en maak haar met kring apply.
group-not-upgraded = De groep { $group } houdt haar ruimte ({ $reason }). Geef het commando nog eens: Kring gaat verder waar het bleef.
member-nobody = “{ $member }” is niemand. Schrijf een lidnummer, een e-mailadres of een gebruikersnaam.
member-several = “{ $member }” zijn meer mensen. Schrijf het lidnummer van de persoon die je bedoelt.
provision-done = { $made ->
    [one] 1 inlog gemaakt
   *[other] { $made } inlogs gemaakt
 }, { $skipped } overgeslagen.
provision-no-admin = Inlogs maken kan alleen met de sleutel van een beheerder. Vul homeserver.admin_token_file in en doe: kring registration --admin
