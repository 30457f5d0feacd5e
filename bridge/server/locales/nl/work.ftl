# Aansluiten

# kring plan, apply, why, audit, group, member
import-unconfirmed = Er is niets ingelezen. Klopt het? Doe dan, tot { $until } uur: kring import { $file } --confirm { $token }
confirm-expired = Deze bevestiging is te oud: zij geldt een kwartier. Kijk nog eens of het klopt.
confirm-another = Deze bevestiging hoort bij een andere vraag. De lijst is intussen veranderd. Kijk nog eens of het klopt.

# kring doctor, /ready
doctor-good = { $what }: in orde
doctor-bad = { $what }: { $text }
doctor-no-admin = Er is geen beheersleutel, dus Kring kan geen inlogs maken. Doe: kring registration --admin
doctor-admin-refused = De homeserver weigert de beheersleutel ({ $reason }). Haal het bestand weg en doe: kring registration --admin
doctor-shared-secret = De homeserver heeft nog een registration_shared_secret. Wie dat kent, kan zich serverbeheerder maken. Haal het weg uit homeserver.yaml en start de homeserver opnieuw.

# kring demo
demo-trouble = De demonstratie loopt vast: { $reason }
demo-starts = Ik begin in { $folder }, met een eigen homeserver en een verzonnen vereniging.
demo-no-answer = Een onderdeel start niet. Kijk in { $log }
demo-no-log-in = Inloggen lukt niet.
demo-no-room = Een groep is er niet, of de homeserver gaf een antwoord dat ik niet begrijp.
demo-no-sync = De homeserver geeft geen berichten door.
demo-filled = Alle groepen zijn gevuld in { $seconds } seconden.
demo-second-plan = Een tweede plan heeft { $actions } stappen: alles klopt.
demo-move = Tineke verhuist van de afdeling Assen naar Emmen. De administratie verandert, haar groepen volgen.
demo-rooms-before = Tineke zat in: { $rooms }
demo-rooms-after = Tineke zit nu in: { $rooms }
demo-invite = Chloé, beheervrijwilliger in Assen, nodigt met haar eigen programma iemand van buiten uit.
demo-prevented = In de projectgroep mag ze uitnodigen. De homeserver vraagt het eerst aan Kring, en Kring zegt nee ({ $code }). Haar programma laat zien: “{ $text }”
demo-not-prevented = In de projectgroep had Kring vooraf nee moeten zeggen, en dat gebeurde niet.
demo-stopped = Nu staat Kring stil, en ze probeert het opnieuw.
demo-native-refused = In de projectgroep weigerde de homeserver de uitnodiging ({ $code }), en dat doet hij niet zonder Kring.
demo-native-out = In de projectgroep komt de uitnodiging erdoor. Kring start weer, en { $ms } milliseconden later is de externe weg.
demo-native-in = In de projectgroep kwam de uitnodiging erdoor, en { $ms } milliseconden nadat Kring weer startte, is de externe er nog.
demo-ordinary-allowed = In de gewone groep liet de homeserver de uitnodiging door, en dat mag niet.
demo-ordinary-refused = In de gewone groep van Assen weigert de homeserver dezelfde uitnodiging zelf ({ $code }).
demo-broken = Het verhaal liep niet zoals het hoort. Kijk hierboven.
demo-addresses = Alles draait. Log in met een Matrix-programma:
    homeserver   { $url }
    e-mailadres  c.peters@example.nl (beheervrijwilliger) of tineke.degraaf@example.org
    wachtwoord   { $password }
  Stoppen: Ctrl-C. Dan is alles weer weg.

# kring events
events-count = { $waiting ->
    [0] Er wacht niets
    [one] Er wacht 1 gebeurtenis
   *[other] Er wachten { $waiting } gebeurtenissen
 }, { $dead ->
    [0] en er is niets opgegeven.
    [one] en 1 is opgegeven.
   *[other] en { $dead } zijn opgegeven.
 }
events-oldest = De oudste wacht al { $unit ->
    [seconds] { $count ->
        [one] 1 seconde
       *[other] { $count } seconden
    }
    [minutes] { $count } minuten
    [hours] { $count } uur
   *[days] { $count } dagen
 }.
events-unknown = Er is geen opgegeven gebeurtenis met nummer { $number }. Kijk met: kring events list
events-superseded = Gebeurtenis { $number } blijft liggen: iets nieuwers kwam ervoor in de plaats. Haal haar weg met kring events drop { $number }.
events-replayed = { $count ->
    [0] Er was niets opgegeven.
    [one] 1 gebeurtenis wordt opnieuw behandeld.
   *[other] { $count } gebeurtenissen worden opnieuw behandeld.
 }
events-dropped = Gebeurtenis { $number } is vergeten.

# kring audit
audit-time = “{ $text }” is geen dag en geen tijdstip. Schrijf bijvoorbeeld 2026-07-01 of 2026-07-01T10:00:00Z.
audit-whole = Het logboek klopt: { $lines ->
    [one] 1 regel
   *[other] { $lines } regels
 }. Bewaar dit ergens anders, dan is later te zien dat er niets is veranderd: { $proof }
audit-changed = Het logboek klopt niet: regel { $line } is veranderd. Bewaar de database zoals zij is en vraag wie erbij kon.
audit-missing = Het logboek klopt niet: regel { $line } is er niet meer. Bewaar de database zoals zij is en vraag wie erbij kon.
audit-added = Het logboek klopt niet: iemand anders dan Kring heeft bij regel { $line } iets toegevoegd. Bewaar de database zoals zij is en vraag wie erbij kon.
audit-seen = Tot en met regel { $line } is alles nog zoals toen.
audit-not-seen = Regel { $line } is niet meer die van toen. Iemand heeft het logboek opnieuw geschreven. Bewaar de database zoals zij is en vraag wie erbij kon.
audit-exported = { $lines ->
    [one] 1 regel
   *[other] { $lines } regels
 }. Bewaar dit erbij: { $proof }
audit-by-kring = door Kring
audit-by-you = door jezelf
audit-by-person = door een ander die dat mag
audit-by-operator = door de technisch beheerder
