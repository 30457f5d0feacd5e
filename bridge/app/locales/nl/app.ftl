kick-reason = Je hoort volgens de regels niet in deze groep. Vraag de beheerder van de groep, of vraag het in de hulpgroep.
alarm-loop = Ik heb in groep { $group } al { $count } keer iets hersteld wat { $sender } veranderde. Ik wacht nu steeds langer. Praat even met elkaar.
alarm-bridge-out = Kring is uit groep { $group } gezet en kan daar niets meer herstellen. Vraag de technisch beheerder om te kijken.
provision-nobody = Niemand met een lopend lidmaatschap heeft dit adres in de ledenadministratie. Vraag het lid welk adres in de administratie staat.
provision-several = { $count } mensen in de ledenadministratie delen dit adres. Vraag hen om ieder een eigen adres door te geven.
provision-ended = Het lidmaatschap loopt niet. Kijk in de ledenadministratie.
provision-has-account = Deze persoon heeft al een inlog.
provision-invalid = Dit is geen e-mailadres. Verbeter het in het bestand.
provision-repeated = Dit adres staat eerder in het bestand.
provision-failed = De inlog kon niet worden gemaakt: { $error }
audit-import = De ledenadministratie is ingelezen: { $added } nieuw, { $changed } veranderd, { $removed } weg.
audit-account = Er is een inlog gemaakt.
audit-invited = Uitgenodigd in { $group } door iemand die dat mag.
audit-left = Zelf uit { $group } gegaan.
audit-removed = Uit { $group } gehaald door iemand die dat mag.
audit-banned = Uit { $group } gehaald door iemand die dat mag, en kan er niet zelf weer in.
alarm-over = Het probleem met { $group } is voorbij. Kring kan daar weer alles regelen.
alarm-staffed = { $group } heeft weer genoeg beheerders.
alarm-many = Bij { $count } groepen is hetzelfde aan de hand. De eerste: { $first } De technisch beheerder ziet ze allemaal met: kring plan
alarm-many-over = Bij { $count } groepen is een probleem voorbij. De eerste: { $first }

# In the room that was left, for everybody who looks there
room-replaced = Deze ruimte is vervangen. Het gesprek gaat verder in de nieuwe.
audit-upgraded = { $group } kreeg een nieuwe ruimte. De oude is gesloten.
