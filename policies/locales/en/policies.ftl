unknown-person = We do not know this person.
