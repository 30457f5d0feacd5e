unknown-person = Deze persoon kennen we niet.
