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
