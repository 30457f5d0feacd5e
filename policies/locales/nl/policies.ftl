# --- Beslissingen: een zin, en met -next wat je kunt doen.
by-rule = { $person } hoort bij { $group }.
without-login-next = Deze persoon heeft nog geen inlog. Na het activeren van de uitnodiging gaat het vanzelf.
by-invitation = { $person } is uitgenodigd voor { $group }.
left-alone = Kring blijft van deze inlog af. Dat staat in het beleid.
unknown-person = Deze persoon kennen we niet.
unknown-person-next = Klopt dat niet? Vraag websupport om hulp.
unknown-group = Deze groep kennen we niet.
unknown-group-next = Kijk of de naam goed is geschreven.
group-archived = De groep { $group } is gesloten.
group-archived-next = Vraag een beheerder van de groep of hij weer open kan.
group-ended = De groep { $group } is voorbij. Je kunt hem soms nog lezen, maar er verandert niets meer.
group-ended-next = Vraag een beheerder van de groep waar het gesprek verdergaat.
removed-from-administration = { $person } staat niet meer in de ledenadministratie.
removed-from-administration-next = Klopt dat niet? Vraag de ledenadministratie om het na te kijken.
membership-ended = Het lidmaatschap van { $person } is voorbij.
membership-ended-next = Klopt dat niet? Vraag de ledenadministratie om het na te kijken.
membership-not-begun = Het lidmaatschap van { $person } begint op { $date }.
membership-not-begun-next = Vanaf die dag gaat het vanzelf.
type-not-admitted = In { $group } kunnen geen mensen van het type { $type }.
type-not-admitted-next = Een beheerder van de groep kan dit soms aanpassen. Vraag het daar.
value-not-theirs = { $group } is voor een andere { $attribute } dan die van { $person }.
value-not-theirs-next = Klopt de { $attribute } niet? Vraag de ledenadministratie om het aan te passen. Een beheerder van de groep kan je soms uitnodigen.
address-shared = Het e-mailadres van { $person } hoort bij meer dan één persoon in de ledenadministratie.
address-shared-next = Geef de ledenadministratie een eigen e-mailadres door. Daarna gaat het vanzelf.
address-missing = Het e-mailadres van { $person } staat niet in de ledenadministratie.
address-missing-next = Geef je e-mailadres door aan de ledenadministratie. Daarna gaat het vanzelf.
attribute-missing = { $group } is voor mensen met { $attribute } { $value }.
attribute-missing-next = Heb je die { $attribute } wel? Vraag de ledenadministratie om het aan te passen.
attribute-any-missing = { $group } is voor mensen met een { $attribute }.
attribute-any-missing-next = Heb je die wel? Vraag de ledenadministratie om het aan te passen.
people-not-met = { $group } is voor { $people }.
people-not-met-next = Hoor je daarbij? Vraag de ledenadministratie om je gegevens na te kijken.
condition-not-met = { $person } voldoet niet aan de regel van { $group }.
condition-not-met-next = Vraag een beheerder van de groep om uitleg.
invitation-needed = Voor { $group } is een uitnodiging nodig.
invitation-needed-next = Vraag een beheerder van de groep om een uitnodiging.
invitation-ended = De uitnodiging van { $person } voor { $group } is voorbij.
invitation-ended-next = Vraag een beheerder van de groep om een nieuwe uitnodiging.

by-kring = Dit doet Kring zelf.
only-kring = Dit kan alleen Kring zelf.
only-kring-next = Vraag websupport om hulp als er iets moet veranderen.
by-admin = Een beheerder van { $group } mag dit.
not-admin = Alleen een beheerder van { $group } mag dit.
not-admin-next = Vraag een beheerder van de groep.
already-member = { $person } zit al in { $group }.
already-member-next = Kan { $person } de groep niet vinden? Vraag websupport om hulp.
no-invitations = Voor { $group } kun je niemand uitnodigen. De regels bepalen wie erin zit.
no-invitations-next = Hoort iemand er wel bij? Vraag de ledenadministratie om de gegevens aan te passen.
invite-through-kring = In { $group } nodig je niet uit met je eigen programma.
invite-through-kring-next = Vraag het aan de bot, of doe het op de website. Dan kijkt Kring meteen of het mag.
may-invite = Je mag { $person } uitnodigen voor { $group }.
not-yours-to-invite = Jij mag { $person } niet uitnodigen voor { $group }.
not-yours-to-invite-next = Vraag een beheerder van de groep of die het mag.
invitation-too-long = Een uitnodiging voor { $group } duurt hooguit { $count } dagen.
invitation-too-long-next = Kies een eerdere dag. Daarna kun je opnieuw uitnodigen.
no-knocking = Bij { $group } kun je geen toegang vragen.
no-knocking-next = Vraag een beheerder van de groep om een uitnodiging.
may-knock = { $person } mag toegang vragen tot { $group }.
may-leave = { $person } mag uit { $group } gaan.
belongs-by-rule = { $person } hoort door de regels bij { $group } en kan er niet uit.
belongs-by-rule-next = Zet de meldingen van de groep uit als ze storen.
not-a-member = { $person } zit niet in { $group }.
not-a-member-next = Nodig de persoon eerst uit.
admin-by-rule = { $person } is door de regels beheerder van { $group }.
admin-by-rule-next = Klopt dat niet? Vraag de ledenadministratie om de functie aan te passen.
last-admin = { $person } is de enige beheerder van { $group }.
last-admin-next = Maak eerst iemand anders beheerder.
appointment-too-long = Iemand is in { $group } hooguit { $count } dagen achter elkaar beheerder.
appointment-too-long-next = Kies een eerdere dag. Daarna kun je opnieuw iemand beheerder maken.
level-not-used = Kring kent alleen leden ({ $member }) en beheerders ({ $admin }).
level-not-used-next = Kies een van deze twee.
kind-unknown = Groepen van de soort { $kind } bestaan niet.
kind-unknown-next = Kijk of de soort goed is geschreven.
kind-not-here = Een groep van de soort { $kind } kan hier niet.
kind-not-here-next = Maak hem onder een andere groep.
too-many-above = Een groep van deze soort hangt onder hooguit { $count } groepen tegelijk.
too-many-above-next = Kies minder groepen, of een groep die hoger ligt.
kind-not-made = Groepen van de soort { $kind } maakt Kring zelf.
kind-not-made-next = Ontbreekt er een groep? Vraag de ledenadministratie om de gegevens na te kijken.
may-create = Deze groep mag je maken.
may-not-create = Deze groep mag je niet maken.
may-not-create-next = Vraag een beheerder van je eigen groep om de groep te maken.
too-many-groups = Er zijn hier al { $count } groepen van deze soort. Meer mag niet.
too-many-groups-next = Sluit eerst een groep die niet meer wordt gebruikt.
name-empty = De naam is leeg.
name-empty-next = Geef de groep een naam.
name-too-long = De naam is te lang. Gebruik hooguit { $count } tekens.
name-too-long-next = Maak de naam korter. De rest past in de omschrijving.
topic-too-long = De tekst is te lang. Gebruik hooguit { $count } tekens.
topic-too-long-next = Zet de rest in een vastgezet bericht.
type-out-of-bounds = Het beleid laat niet toe dat { $group } mensen van het type { $type } toelaat.
type-out-of-bounds-next = Maak voor deze mensen een eigen groep, of vraag websupport of het beleid anders kan.
name-fixed = De naam van { $group } komt uit het beleid.
name-fixed-next = Vraag websupport of het beleid anders kan.
setting-fixed = Dit ligt voor { $group } vast in het beleid.
setting-fixed-next = Vraag websupport of het beleid anders kan.
end-out-of-bounds = De laatste dag van { $group } ligt tussen vandaag en over { $count } dagen.
end-out-of-bounds-next = Kies een dag daartussen.
may-write = Je mag schrijven in { $group }.
read-only = In { $group } schrijven alleen de beheerders en wie dat mag van het beleid.
read-only-next = Heb je iets te melden? Vraag een beheerder van de groep om het te plaatsen.
reads-back = Je leest ook wat er eerder in { $group } is gezegd.
reads-from-joining = Je leest wat er in { $group } is gezegd sinds je erin zit.
reads-from-joining-next = Vraag in de groep naar wat je moet weten van eerder.
may-find = Je kunt { $group } vinden.
never-published = Groepen komen nooit in de openbare lijst van de server.
never-published-next = Wil je dat mensen de groep vinden? Nodig ze uit.
may-chat = Jullie mogen elkaar een bericht sturen.
may-see = Je mag dit profiel zien.
no-shared-group = Je ziet alleen mensen met wie je een groep deelt.
no-shared-group-next = Vraag het in een groep waar jullie allebei in zitten.
no-shared-group-to-write = Je schrijft alleen aan mensen met wie je een groep deelt.
no-shared-group-to-write-next = Stel je vraag in een groep waar je in zit.
no-private-chats = Mensen van jouw type sturen geen privéberichten.
no-private-chats-next = Stel je vraag in een groep waar je in zit.
section-by-rule = { $person } mag de rubriek { $group } zien.
no-section = Dit beleid kent geen afgeschermde rubriek.
no-section-next = Kijk in je eigen groepen.
hangs-under = De groep hangt daar.
hangs-elsewhere = De groep hangt daar niet.
hangs-elsewhere-next = Kijk in het beleid bij parents.
is-contact = De mensen van de groep kunnen bij deze persoon terecht.
is-no-contact = Voor deze groep is dit niet de contactpersoon.
is-no-contact-next = Kijk in het beleid bij contacts.
is-proposed = Deze persoon wordt voorgesteld als beheerder.
is-not-proposed = De groep heeft te weinig beheerders, maar deze persoon wordt niet voorgesteld.
is-not-proposed-next = Kijk in het beleid bij successors.
enough-admins = De groep heeft genoeg beheerders.
enough-admins-next = Er is niets te doen.
too-few-admins = { $group } heeft { $has ->
    [0] geen beheerders
    [one] één beheerder
   *[other] { $has } beheerders
} en hoort er { $wants } te hebben. Voorstel: { $person }.
too-few-admins-nobody = { $group } heeft { $has ->
    [0] geen beheerders
    [one] één beheerder
   *[other] { $has } beheerders
} en hoort er { $wants } te hebben. Vraag de groep wie het wil doen.

# --- Redenen in een plan
because-create = De groep { $group } hoort te bestaan.
because-belongs = Hoort bij { $group }.
because-invited = Is uitgenodigd voor { $group }.
because-unban = Hoort bij { $group } en was buitengesloten.
because-power = De rechten in { $group } kloppen niet.
because-name = De naam is anders dan hij hoort te zijn.
because-topic = De omschrijving is anders dan zij hoort te zijn.
because-avatar = De groep heeft geen plaatje.
because-join-rule = De toegang is anders dan zij hoort te zijn.
because-history = De zichtbaarheid van oude berichten is anders dan zij hoort te zijn.
because-guests = Gasten zonder inlog mogen er niet in.
because-alias = Het adres van de groep is anders dan het hoort te zijn.
because-child = { $child } hoort in { $group }.
because-not-child = Deze groep hoort niet in { $group }.
because-parent = { $group } hoort onder { $parent }.
because-not-parent = { $group } hoort niet onder deze groep.
because-filled = De groep is gevuld.

# --- Waarschuwingen die Kring niet zelf kan oplossen
alarm-encrypted = Iemand heeft versleuteling aangezet in { $group }. Dat kan niet terug. Kring kan hier niet meer meelezen.
alarm-tombstone = Iemand heeft { $group } vervangen door een andere groep. Dat was Kring niet.
alarm-server-acl = Iemand heeft in { $group } een lijst met geweigerde servers gezet. Dat was Kring niet. Vraag de technisch beheerder om te kijken.
alarm-bridge-not-in-room = Kring zit niet meer in { $group } en kan er niets meer regelen.
alarm-bridge-without-power = Kring heeft geen rechten meer in { $group }.
alarm-room-twice = Er zijn twee groepen voor { $group }. Kring gebruikt de eerste.

# --- Bevestigen
mass-removal-total = Dit haalt { $removed } van de { $of } mensen uit een groep. Klopt dat?
mass-removal-group = Dit haalt { $removed } van de { $of } mensen uit { $group }. Klopt dat?

# --- Het plan op het scherm
plan-empty = Alles is zoals het hoort. Er is niets te doen.
plan-summary = Te doen: { $create } groepen maken, { $join } mensen erin, { $remove } mensen eruit, { $power } keer rechten, { $other } andere dingen.
plan-unmanaged = { $count } groepen zijn niet van Kring. Die blijven zoals ze zijn.
plan-more = … en nog { $count }

# --- Een beleid dat niet klopt
problem-too-large = Het bestand is groter dan { $kib } KiB. Maak het kleiner.
problem-too-deep = Het bestand is te diep of te vaak in zichzelf geschakeld. Schrijf het eenvoudiger.
problem-yaml = Dit is niet te lezen: { $detail }
problem-key = De sleutel "{ $name }" bestaat niet.
problem-word = Het woord "{ $name }" kan hier niet.
problem-near = Bedoel je "{ $near }"?
problem-known = Er is: { $known }.
problem-missing = Hier ontbreekt "{ $name }". Vul het in.
problem-type = Het type "{ $name }" bestaat niet.
problem-attribute = Het gegeven "{ $name }" bestaat niet.
problem-people = De soort mensen "{ $name }" staat niet hierboven.
problem-kind = De soort "{ $name }" bestaat niet.
problem-group = De vaste groep "{ $name }" bestaat niet.
problem-placeholder = De naam { "{" }{ $name }{ "}" } kan hier niet worden ingevuld.
problem-twice = "{ $name }" staat er twee keer. Laat er één weg.
problem-timezone = De tijdzone "{ $name }" bestaat niet. Schrijf bijvoorbeeld Europe/Amsterdam.
problem-admin-power = Een beheerder heeft een niveau van 1 tot en met 99. Hoger is voor Kring.
problem-writer-power = Wie mag schrijven heeft een niveau van 1 tot en met dat van de beheerder.
problem-percent = Een percentage ligt tussen 0 en 50. Bij meer zou Kring bijna nooit vragen.
problem-at-least = Dit getal ligt van 1 tot en met 1000. Bij meer zou Kring bijna nooit vragen.
problem-most-groups = Kies een aantal tussen 2 en 200.
problem-two-sections = Er kan maar één rubriek met section zijn.
problem-no-name = Hier ontbreekt "name": hoe heet de groep?
problem-no-room = Een groep zonder room heeft "space: always" nodig.
problem-origin = Zeg precies één van key, for_each en made_by.
problem-key-form = "{ $name }" is geen sleutel. Schrijf soort/naam, bijvoorbeeld team/websupport.
problem-kind-form = Een soort bestaat uit kleine letters, cijfers en streepjes.
problem-bounds = Type "{ $name }" staat bij admits en niet bij may_admit. Zet het in beide.
problem-circle = "{ $name }" staat boven zichzelf. Haal één van de parents weg.
problem-root-space = De wortel moet een groep met "space: always" zijn.
problem-anywhere = "anywhere" en "through" kunnen alleen in een regel van een soort met for_each.
problem-through = Zeg anywhere of through, niet allebei.
problem-shared-by-itself = "{ $name }" kan niet door zichzelf worden gedeeld.
problem-ends = Zeg precies één van after en days_after_value. Het tweede kan alleen bij for_each.
problem-settings-join = Zet ook de join van de soort zelf in de lijst.
problem-admins-send = "{ $name }" regelt alleen Kring. Haal het weg.
problem-invites-twice = Zeg by_invitation of invites, niet allebei.
problem-successors = Zeg ook hoeveel beheerders er horen te zijn: least_admins.
problem-empty = Deze regel zegt niet wie. Schrijf "source: administration" als je iedereen uit de administratie bedoelt.
problem-nobody-invites = Zeg met by of who wie er mag uitnodigen.
problem-no-parents = Zeg met parents waar deze groepen onder hangen.
problem-never = Deze regel geldt nooit: { $name } laat geen van deze types toe. Zet een type bij may_admit, of haal de regel weg.
problem-case-policy = Het beleid "{ $name }" is er niet.
problem-case-person = In de tabel is geen persoon "{ $name }".
problem-case-group = In de tabel is geen groep "{ $name }".
problem-case-verb = Zeg precies één ding bij "when".
case-differs = Verwacht: { $wanted }. Gekregen: { $got }.

# --- Wat een beleid betekent, in zinnen (kring policy explain)
list-or = { $first } of { $last }
list-and = { $first } en { $last }
says-everywhere = Overal
says-type = Type { $type }: ziet iedereen die meedoet en schrijft aan iedereen.
says-type-shared = Type { $type }: ziet iedereen die meedoet, en schrijft alleen aan mensen met wie die een groep deelt.
says-type-silent = Type { $type }: ziet iedereen die meedoet en stuurt geen privéberichten.
says-type-outsider = Type { $type }: komt van buiten en ziet alleen mensen met wie die een groep deelt.
says-type-outsider-shared = Type { $type }: komt van buiten. Die ziet alleen mensen met wie die een groep deelt, en schrijft alleen aan hen.
says-type-outsider-silent = Type { $type }: komt van buiten, ziet alleen mensen met wie die een groep deelt en stuurt geen privéberichten.
says-shared = Gegeven "{ $attribute }": wat voor één persoon is ingevuld, geldt voor iedereen met dezelfde { $by }.
says-people = Met "{ $people }" bedoelen we: { $who }.
says-grace = { $days ->
    [0] Wie weggaat, gaat meteen uit alle groepen.
    [one] Wie weggaat, blijft nog één dag in de groepen.
   *[other] Wie weggaat, blijft nog { $days } dagen in de groepen.
}
says-grace-here = { $days ->
    [0] Wie weggaat, gaat hier meteen uit.
    [one] Wie weggaat, blijft hier nog één dag.
   *[other] Wie weggaat, blijft hier nog { $days } dagen.
}
says-removal = Gaan er in één keer meer dan { $percent } procent van de mensen uit, en zijn dat er { $people } of meer? Dan vraagt Kring eerst of het klopt.
says-removal-group = Gaan er in één keer meer dan { $percent } procent van de mensen uit één groep, en zijn dat er { $people } of meer? Ook dan vraagt Kring eerst of het klopt.
says-leave-alone = Er zijn inlogs waar Kring van afblijft.
says-one = Er is één zo'n groep.
says-each = Voor elke { $attribute } is er een groep.
says-only = Bij "{ $attribute }" telt alleen: { $values }.
says-except = Bij "{ $attribute }" telt niet mee: { $values }.
says-each-within = Voor elke { $attribute } is er een groep. Hebben er twee dezelfde naam in een andere { $within }, dan zijn dat twee groepen.
says-set-invite = De beheerder kan instellen dat alleen wie is uitgenodigd erin komt.
says-made = Mensen maken deze groepen zelf.
says-hidden = Wie er niet in zit, vindt de groep niet.
says-parents = De groep hangt onder { $parents }.
says-parents-all = De groep hangt onder elke { $parents } waar mensen van de groep bij horen.
says-section = Dit is de rubriek van de vereniging.
says-ends = De laatste dag is { $day }. { $then }
says-ends-days = De laatste dag is { $days } dagen na de datum van de groep. { $then }
then-read-only = Daarna leest wie erin zit nog mee en verandert er niets meer.
then-closed = Daarna zit er niemand meer in.
says-admits = Toegelaten: { $types }.
says-may-admit = Een beheerder van de groep kan ook toelaten: { $types }.
says-member = Hoort er vanzelf bij: { $who }.
says-admin = Beheerder: { $who }.
says-contact = Voor vragen: { $who }.
says-knock = Wie er niet in zit, kan toegang vragen.
says-join-parents = Wie in de groep erboven zit, kan er zelf in gaan.
says-no-invitations = Niemand wordt uitgenodigd: de regels beslissen.
says-native = Beheerders nodigen ook uit met hun eigen programma. Kring kijkt na of het mocht.
says-invite = Uitnodigen mag: { $who }. En wel: { $whom }.
says-invite-days = Uitnodigen voor hooguit { $days } dagen mag: { $who }. En wel: { $whom }.
inviter-admins = een beheerder van de groep
inviter-members = wie in de groep zit
inviter-admins-above = een beheerder van de groep erboven
whom-anybody = iedereen die de groep toelaat
says-make = Zo'n groep maken mag: { $who }.
says-make-bounds = Onder één groep hangen er hooguit { $count }. Een groep hangt onder { $above ->
    [one] één groep
   *[other] hooguit { $above } groepen tegelijk
}. De naam heeft hooguit { $length } tekens.
says-read-only = Niet iedereen schrijft. Beheerders wel.
says-writer = Ook schrijven mag: { $who }.
says-history = Wie nieuw is, leest niet terug.
says-federate = Mensen van andere servers kunnen erin.
says-admins-above = Een beheerder van de groep erboven mag hier hetzelfde als een beheerder van de groep.
says-admin-days = Wie door iemand beheerder wordt gemaakt, is dat hooguit { $days } dagen achter elkaar.
says-least-admins = { $count ->
    [one] Er hoort minstens één beheerder te zijn.
   *[other] Er horen minstens { $count } beheerders te zijn.
} Anders volgt een melding met een voorstel.
says-successors = Als beheerder voorgesteld: { $who }.
says-set-read-only = De beheerder kan instellen dat niet iedereen schrijft.
says-set-knock = De beheerder kan instellen dat mensen toegang vragen.
says-set-parents = De beheerder kan instellen dat wie in de groep erboven zit er zelf in kan.
says-set-end = De beheerder kan een laatste dag kiezen, hooguit { $days } dagen vooruit.
says-admins-send = De beheerder zet er zelf bij: { $types }.
who-everybody = iedereen
who-everybody-administration = iedereen uit de administratie
who-also-invited = { $who }, en wie is uitgenodigd
who-types = wie { $types } is
who-being = en { $what }
who-with = met { $attribute } { $values }
who-with-any = met een { $attribute }
who-without = zonder { $attribute } { $values }
who-without-any = zonder { $attribute }
who-address = met een eigen e-mailadres
who-administration = uit de administratie
who-invited = op uitnodiging
who-any = en daarvan { $who }
who-not = maar niet { $who }
who-own = { $who } (van de eigen { $attribute })
who-through = { $who } (waar de groep staat bij { $attribute })
who-anywhere = { $who } (in elke groep van deze soort)

# --- Het verschil tussen twee beleiden (kring policy diff)
diff-nothing = Er verandert niets.
diff-groups = Groepen:
diff-group-comes = { $group } komt erbij, met { $coming ->
    [one] één persoon
   *[other] { $coming } mensen
}.
diff-group-goes = { $group } vervalt, met { $going ->
    [one] één persoon
   *[other] { $going } mensen
}.
diff-group-looks = { $group } ziet er anders uit of werkt anders; de mensen blijven dezelfde.
diff-group-people = { $group }: { $coming } erin, { $going } eruit, { $changing } met andere rechten.
diff-nobody = Voor niemand van de { $of } mensen verandert er een groep.
diff-people = Er verandert iets voor { $touched } van de { $of } mensen, van wie { $logins } met een inlog: { $coming } komen ergens bij, { $going } gaan ergens uit, in { $groups ->
    [one] één groep
   *[other] { $groups } groepen
}.
