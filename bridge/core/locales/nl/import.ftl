# De redenen van een import. Elke tekst zegt wat er is en wat iemand kan doen.

## Een regel die niet is overgenomen

import-reject-field-count = Deze regel heeft { $found ->
        [one] één veld
       *[other] { $found } velden
    }, maar de kopregel heeft er { $expected }. Kijk of er een scheidingsteken te veel of te weinig staat.
import-reject-cut-off = Deze laatste regel is afgebroken. Het bestand is niet compleet. Maak een nieuwe export.
import-reject-quote-unclosed = Op deze regel begint een aanhalingsteken dat nergens sluit. { $lines ->
        [one] De regel is daarom niet te lezen.
       *[other] Deze en alle volgende regels ({ $lines } samen) zijn daarom niet te lezen.
    } Sluit het aanhalingsteken of haal het weg.
import-reject-quote-missing = Op deze regel begint een aanhalingsteken dat niet op tijd sluit. De regel is daarom niet te lezen. Sluit het aanhalingsteken of haal het weg.
import-reject-control-character = In de kolom { $column } staat een onzichtbaar stuurteken. Typ dit veld opnieuw.
import-reject-field-too-long = Het veld in de kolom { $column } is te lang: { $limit } tekens of meer. Maak het korter.
import-reject-number-missing = Het lidnummer ontbreekt. Vul het lidnummer in.
import-reject-number-scientific = Het lidnummer is door een rekenprogramma veranderd, zoals 1,00E+06. Zet de kolom lidnummer op tekst en exporteer opnieuw.
import-reject-number-mangled = Het lidnummer eindigt op een komma of punt met nullen, zoals 1001,0. Een rekenprogramma heeft het veranderd. Zet de kolom lidnummer op tekst en exporteer opnieuw.
import-reject-date-unreadable = De datum in de kolom { $column } is niet te lezen. Schrijf de datum als 31-12-2026 of 2026-12-31.
import-reject-email-invalid = Dit e-mailadres kan geen mail krijgen. Vul één adres in, zoals naam@voorbeeld.nl, of laat het veld leeg.
import-reject-type-unknown = Dit type staat niet in het beleid. Kies een van deze types: { $types }.
import-reject-number-repeated = Deze persoon staat ook op regel { $line }, met hetzelfde lidnummer. Die eerste regel telt. Haal deze regel weg.
import-reject-number-conflict = Verschillende personen hebben hetzelfde lidnummer: regel { $lines }. Geen van hen is overgenomen. Geef elke persoon een eigen lidnummer.

## Een regel die is overgenomen, maar opvalt

import-warn-membership-ended = Het lidmaatschap is afgelopen. Deze persoon krijgt geen toegang.
import-warn-membership-not-started = Het lidmaatschap is nog niet begonnen. Tot die dag is er geen toegang tot Vereniging.
import-warn-dates-reversed = Het lidmaatschap eindigt voordat het begint. Kijk de datums na.
import-warn-address-of-another = Dit e-mailadres hoorde de vorige keer bij een ander lidnummer. Kijk na of dat klopt.
import-warn-number-restored = Het lidnummer miste nullen aan het begin. Het is hersteld tot { $number }. Zet de kolom lidnummer op tekst.
import-warn-number-zeros = Dit lidnummer lijkt op een lidnummer van de vorige keer, zonder de nullen aan het begin. Naam of e-mailadres is anders. Kijk na of dit een nieuwe persoon is.
import-warn-number-cleaned = Voor het lidnummer stond een apostrof, of de cijfers waren extra breed. Het lidnummer is gelezen als { $number }. Zet de kolom lidnummer op tekst en exporteer opnieuw.
import-warn-formula = Een rekenprogramma kan dit veld als formule lezen: { $columns }. Het is overgenomen zoals het er staat. Kijk na of dat klopt.
import-warn-damaged-text = Hier zijn letters verloren gegaan: { $columns }. Verbeter het veld in de ledenadministratie.
import-warn-name-missing = Deze persoon heeft geen naam. Vul de naam in.
import-warn-group-missing = Bij deze persoon is de kolom { $column } leeg. De persoon komt daardoor in minder groepen.
import-warn-group-without-parent = De kolom { $column } is gevuld, maar de kolom { $parent } is leeg. Vul de kolom { $parent } in.
import-warn-group-in-several = { $column } { $name } staat bij meer dan één { $parent }: { $parents }. Kijk na of dat klopt.
import-warn-group-spelling = Deze namen in de kolom { $column } lijken dezelfde groep: { $names }. Nu zijn het verschillende groepen. Schrijf de naam overal hetzelfde.
import-warn-group-typo = De naam { $name } in de kolom { $column } lijkt een tikfout voor { $like }. Kijk na of dat klopt.
import-warn-group-renamed = { $column } { $from } heet nu { $to }. De groep houdt haar leden en haar berichten.
import-warn-column-unknown = De kolom { $column } is onbekend. De inhoud is niet bewaard.
import-warn-encoding-mixed = Het bestand gebruikt twee soorten tekens door elkaar. Kijk na of namen met accenten kloppen.
import-warn-no-rows = Het bestand heeft alleen een kopregel. Er staat niemand in.

## Een bestand dat geen ledenadministratie is

import-fatal-empty = Het bestand is leeg. Maak een nieuwe export.
import-fatal-not-csv = { $kind ->
        [spreadsheet] Dit is een bestand van een rekenprogramma, zoals Excel.
        [pdf] Dit is een pdf.
        [web] Dit is een webpagina.
        [archive] Dit is een ingepakt bestand.
       *[other] Dit is geen tekstbestand.
    } Sla de ledenadministratie op als csv-bestand en probeer het opnieuw.
import-fatal-too-large = Het bestand is te groot: meer dan { $limit } MB. Kijk of dit het goede bestand is.
import-fatal-too-many-rows = Het bestand heeft te veel regels: meer dan { $limit }. Kijk of dit het goede bestand is.
import-fatal-too-many-columns = Het bestand heeft te veel kolommen: meer dan { $limit }. Kijk of dit het goede bestand is.
import-fatal-column-missing = { $count ->
        [one] Deze kolom ontbreekt: { $columns }.
       *[other] Deze kolommen ontbreken: { $columns }.
    } Zet de namen van de kolommen op de eerste regel en probeer het opnieuw.
import-fatal-column-twice = { $count ->
        [one] Deze kolom staat er twee keer: { $columns }.
       *[other] Deze kolommen staan er twee keer: { $columns }.
    } Haal de dubbele weg en probeer het opnieuw.
import-hint-column-like = Wel gevonden: { $columns }.
import-hint-previous = Het vorige bestand is niet te lezen.

## Een vraag voordat het verdergaat

import-confirm-mass-removal = Deze import haalt { $removed } van de { $of } mensen weg. Kijk na of het bestand compleet is. Bevestig het daarna.
import-confirm-group-removal = Deze import haalt { $removed } van de { $of } mensen weg bij { $name }. Kijk na of dat klopt. Bevestig het daarna.
