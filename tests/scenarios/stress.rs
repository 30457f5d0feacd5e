//! The whole of Kring while its database is in trouble: the homeserver is refused and nothing is lost, `/ready` tells what
//! is wrong, and all of it heals by itself.

mod disk;
mod line;
mod site;
