//! Rooms that Kring takes for its own, for events of which more has to be done than to note them.

use kring_store::{Mode, Store, StoreUrl};
use ruma::OwnedRoomId;

/// Makes managed rooms of these, in the database at `url`: each is the room of a work group that nobody has founded.
///
/// # Panics
/// When the database does not take it.
pub(crate) async fn manage(url: &StoreUrl, rooms: impl Iterator<Item = String>) {
    let store = Store::open(url, Mode::ReadWrite).await.expect("the database opens");
    let mut writer = store.write().await.expect("a writer");
    for (n, room) in rooms.enumerate() {
        let place = format!("werkgroep/rumoer-{n}").parse().expect("a place");
        let room = OwnedRoomId::try_from(room).expect("a room id");
        writer.put_room(&room, Some(&place), false).await.expect("a room");
    }
    writer.commit().await.expect("stored");
    store.close().await;
}
