# The reasons of an import. Each text says what it is and what somebody can do.

## A row that was not taken over

import-reject-field-count = This row has { $found ->
        [one] one field
       *[other] { $found } fields
    }, but the header has { $expected }. See whether there is a separator too many or too few.
import-reject-cut-off = This last row was cut off. The file is not complete. Make a new export.
import-reject-quote-unclosed = A quotation mark opens on this line and never closes. { $lines ->
        [one] The row cannot be read.
       *[other] This line and all that follow ({ $lines } in total) cannot be read.
    } Close the quotation mark or take it away.
import-reject-quote-missing = A quotation mark opens on this line and does not close in time. The row cannot be read. Close the quotation mark, or take it away.
import-reject-control-character = The column { $column } holds an invisible control character. Type this field again.
import-reject-field-too-long = The field in the column { $column } is too long: { $limit } characters or more. Make it shorter.
import-reject-number-missing = The membership number is missing. Fill it in.
import-reject-number-scientific = A spreadsheet changed the membership number, as in 1,00E+06. Set the column lidnummer to text and export again.
import-reject-number-mangled = The membership number ends in a comma or point with zeros, as in 1001,0. A spreadsheet changed it. Set the column lidnummer to text and export again.
import-reject-date-unreadable = The date in the column { $column } cannot be read. Write it as 31-12-2026 or 2026-12-31.
import-reject-email-invalid = Mail cannot reach this e-mail address. Fill in one address, such as name@example.nl, or leave the field empty.
import-reject-type-unknown = This type is not in the policy. Choose one of these types: { $types }.
import-reject-number-repeated = This person is also on line { $line }, with the same membership number. That first row counts. Take this row away.
import-reject-number-conflict = Different people have the same membership number: lines { $lines }. None of them was taken over. Give every person a number of their own.

## A row that was taken over, but looks odd

import-warn-membership-ended = The membership has ended. This person gets no access.
import-warn-membership-not-started = The membership has not begun yet. Until that day there is no access to Vereniging.
import-warn-dates-reversed = The membership ends before it begins. Check the dates.
import-warn-address-of-another = Last time this e-mail address belonged to another membership number. Check whether that is right.
import-warn-number-restored = The membership number had lost its leading zeros. It was restored to { $number }. Set the column lidnummer to text.
import-warn-number-zeros = This membership number looks like one of last time without its leading zeros. Name or address differs. Check whether this is a new person.
import-warn-number-cleaned = The membership number had an apostrophe in front of it, or its digits were extra wide. It was read as { $number }. Set the column lidnummer to text and export again.
import-warn-formula = A spreadsheet may take this field for a formula: { $columns }. It was kept as it is. Check whether that is right.
import-warn-damaged-text = Letters were lost here: { $columns }. Correct the field in the member administration.
import-warn-name-missing = This person has no name. Fill it in.
import-warn-group-missing = The column { $column } is empty for this person, who will be in fewer groups.
import-warn-group-without-parent = The column { $column } is filled in, but the column { $parent } is empty. Fill in the column { $parent }.
import-warn-group-in-several = { $column } { $name } lies in more than one { $parent }: { $parents }. Check whether that is right.
import-warn-group-spelling = These names in the column { $column } look like one group: { $names }. They are different groups now. Write the name the same way everywhere.
import-warn-group-typo = The name { $name } in the column { $column } looks like a typing error for { $like }. Check whether that is right.
import-warn-group-renamed = { $column } { $from } is now called { $to }. The group keeps its people and its messages.
import-warn-column-unknown = The column { $column } is unknown. Its content was not kept.
import-warn-encoding-mixed = The file mixes two character encodings. Check whether names with accents are right.
import-warn-no-rows = The file has a header only. Nobody is in it.

## A file that is no member administration

import-fatal-empty = The file is empty. Make a new export.
import-fatal-not-csv = { $kind ->
        [spreadsheet] This is a spreadsheet file, such as Excel makes.
        [pdf] This is a PDF.
        [web] This is a web page.
        [archive] This is an archive.
       *[other] This is no text file.
    } Save the member administration as a CSV file and try again.
import-fatal-too-large = The file is too large: more than { $limit } MB. See whether this is the right file.
import-fatal-too-many-rows = The file has too many rows: more than { $limit }. See whether this is the right file.
import-fatal-too-many-columns = The file has too many columns: more than { $limit }. See whether this is the right file.
import-fatal-column-missing = { $count ->
        [one] This column is missing: { $columns }.
       *[other] These columns are missing: { $columns }.
    } Put the names of the columns on the first line and try again.
import-fatal-column-twice = { $count ->
        [one] This column occurs twice: { $columns }.
       *[other] These columns occur twice: { $columns }.
    } Take the second one away and try again.
import-hint-column-like = These were found: { $columns }.
import-hint-previous = The previous file cannot be read.

## A question before it goes on

import-confirm-mass-removal = This import would remove { $removed } of { $of } people. See whether the file is complete. Then confirm it.
import-confirm-group-removal = This import would remove { $removed } of { $of } people from { $name }. See whether that is right. Then confirm it.
