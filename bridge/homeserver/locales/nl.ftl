# Wat er mis kan zijn tussen de homeserver en Kring. Voor beheerders van de server.
homeserver-good = Alles werkt.
homeserver-unreachable = De homeserver antwoordt niet ({ $detail }). Kijk of hij draait en of het adres in de configuratie klopt.
homeserver-not-matrix = Op het adres van de homeserver antwoordt iets anders dan een Matrix-homeserver. Kijk of het adres in de configuratie klopt.
homeserver-token-unknown = De homeserver kent ons token niet. Staat het registratiebestand van Kring bij app_service_config_files, en is de homeserver daarna herstart?
homeserver-other-sender = Ons token is van { $detail } en niet van Kring. Gebruik het registratiebestand dat kring registration heeft gemaakt.
homeserver-other-id = De homeserver kent de registratie { $detail } niet onder dit token. Gebruik aan beide kanten hetzelfde registratiebestand en herstart de homeserver.
homeserver-too-old = De homeserver is te oud of te beperkt ({ $detail }). Kring heeft Matrix 1.7 of nieuwer nodig: werk de homeserver bij.
homeserver-no-room-version = De homeserver kan geen kamers van versie 12 maken. Werk de homeserver bij.
homeserver-no-url = In de registratie op de homeserver staat geen url. Gebruik aan beide kanten hetzelfde registratiebestand en herstart de homeserver.
homeserver-cannot-reach-us = De homeserver kan Kring niet bereiken ({ $detail }). Kijk of de url in het registratiebestand klopt en of er geen firewall tussen zit.
homeserver-failing = De homeserver antwoordt met een fout ({ $detail }). Kijk in zijn logboek.
