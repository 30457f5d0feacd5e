//! Rooms that Kring takes for its own, for events of which more has to be done than to note them.

use std::error::Error;

use kring_store::{Mode, Store, StoreUrl};
use ruma::OwnedRoomId;

/// Makes managed rooms of these, in the database at `url`: each is the room of a work group that nobody has founded.
///
/// # Errors
/// When the database does not take it.
pub(crate) async fn manage(
    url: &StoreUrl,
    rooms: impl Iterator<Item = String>,
) -> Result<(), Box<dyn Error>> {
    let store = Store::open(url, Mode::ReadWrite).await?;
    let mut writer = store.write().await?;
    for (n, room) in rooms.enumerate() {
        let place = format!("werkgroep/rumoer-{n}").parse()?;
        let room = OwnedRoomId::try_from(room)?;
        writer.put_room(&room, Some(&place), false).await?;
    }
    writer.commit().await?;
    store.close().await;
    Ok(())
}
