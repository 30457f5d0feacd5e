use kring_store::{Arrival, Aside, IncomingEvent, Mode, Store, StoreError, Unpacked};
use ruma::RoomId;

use crate::{
    cast::event,
    database::{Database, on_both},
};

on_both! {
    what_is_received_is_unpacked_once_and_in_its_order,
    what_was_received_is_there_after_a_new_start_and_counts_as_waiting,
    a_transaction_received_twice_is_handled_once,
    a_lie_is_told_when_it_is_unpacked,
    large_transactions_are_unpacked_in_parts,
    only_a_managed_room_has_a_lane_for_what_is_of_no_use_elsewhere,
    a_row_that_is_not_readable_stops_nobody,
    only_who_may_write_receives,
}

/// Each line is an event: room, colon, id.
fn read(arrival: &Arrival) -> Vec<IncomingEvent> {
    let lines = arrival.events.as_deref().unwrap_or("unreadable:unreadable").lines();
    lines
        .map(|line| {
            let (room, id) = line.split_once(':').unwrap();
            let aside = match room {
                "!managed" | "!other" => Some(Aside::Unmanaged),
                _ => None,
            };
            IncomingEvent { aside, room_id: room.into(), ..event(id, "a") }
        })
        .collect()
}

async fn unpack(store: &Store) -> Unpacked {
    store.unpack(read).await.unwrap()
}

async fn lane(store: &Store) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let mut writer = store.write().await.unwrap();
        let leased = writer.lease_events(0, 100, "worker", 100).await.unwrap();
        let seqs: Vec<i64> = leased.iter().map(|event| event.seq).collect();
        assert_eq!(writer.events_done(&seqs).await.unwrap(), seqs.len());
        writer.commit().await.unwrap();
        if leased.is_empty() {
            return ids;
        }
        ids.extend(leased.into_iter().map(|event| event.event_id));
    }
}

async fn what_is_received_is_unpacked_once_and_in_its_order(db: Database) {
    let store = db.open().await;
    assert_eq!(unpack(&store).await, Unpacked::default());
    store.receive("1", 1_000, 2, "a:1\na:2").await.unwrap();
    store.receive("2", 2_000, 1, "a:3").await.unwrap();
    store.receive("3", 2_000, 0, "").await.unwrap();
    let backlog = store.backlog().await.unwrap();
    assert_eq!((backlog.pending, backlog.oldest_ms), (3, Some(1_000)));
    assert_eq!(lane(&store).await, [""; 0], "it is not in its lane yet");

    let unpacked = unpack(&store).await;
    assert_eq!((unpacked.transactions, unpacked.new, unpacked.lied), (2, 3, vec![]));
    assert!(unpacked.rooms.iter().eq(["a"]), "{:?}", unpacked.rooms);
    assert_eq!(unpack(&store).await, Unpacked::default());
    assert_eq!(store.backlog().await.unwrap().pending, 3);
    assert_eq!(lane(&store).await, ["$1", "$2", "$3"]);
    assert_eq!(store.backlog().await.unwrap().pending, 0);
}

async fn what_was_received_is_there_after_a_new_start_and_counts_as_waiting(db: Database) {
    let store = db.open().await;
    let long = "a:1".to_owned() + &"x".repeat(100_000);
    store.receive("1", 1_000, 1, &long).await.unwrap();
    let reading = Store::open(&db.url(), Mode::ReadOnly).await.unwrap();
    assert_eq!(reading.backlog().await.unwrap().pending, 1);
    store.close().await;
    let store = db.open().await;
    let told = store.unpack(move |arrival: &Arrival| {
        assert_eq!(arrival.events.as_deref(), Some(long.as_str()));
        vec![event("1", "a")]
    });
    assert_eq!(told.await.unwrap().new, 1);
    assert_eq!(reading.backlog().await.unwrap().pending, 1);
}

async fn a_transaction_received_twice_is_handled_once(db: Database) {
    let store = db.open().await;
    let (one, two) = tokio::join!(store.receive("1", 1, 1, "a:1"), store.receive("1", 1, 1, "a:1"));
    one.unwrap();
    two.unwrap();
    let unpacked = unpack(&store).await;
    assert_eq!((unpacked.transactions, unpacked.new, unpacked.lied), (2, 1, vec![]));
    store.receive("1", 1, 1, "a:1").await.unwrap();
    assert_eq!(unpack(&store).await.new, 0);
    assert_eq!(lane(&store).await, ["$1"]);
}

async fn a_lie_is_told_when_it_is_unpacked(db: Database) {
    let store = db.open().await;
    store.receive("1", 1, 1, "a:old").await.unwrap();
    store.receive("1", 2, 2, "a:old\na:new").await.unwrap();
    let unpacked = unpack(&store).await;
    assert_eq!((unpacked.transactions, unpacked.new, unpacked.lied), (2, 2, vec!["1".to_owned()]));
    assert_eq!(lane(&store).await, ["$old", "$new"]);
}

async fn large_transactions_are_unpacked_in_parts(db: Database) {
    let store = db.open().await;
    for n in 0..5 {
        store.receive(&n.to_string(), 1, 1, &format!("a:{n}{}", "x".repeat(700_000))).await.unwrap();
    }
    let shorten = |arrival: &Arrival| vec![event(&arrival.events.as_deref().unwrap_or_default()[2..3], "a")];
    let mut parts = Vec::new();
    loop {
        match store.unpack(shorten).await.unwrap().transactions {
            0 => break,
            n => parts.push(n),
        }
    }
    assert_eq!(parts, [2, 2, 1]);
    assert_eq!(lane(&store).await, ["$0", "$1", "$2", "$3", "$4"]);
}

async fn only_a_managed_room_has_a_lane_for_what_is_of_no_use_elsewhere(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer
        .put_room(<&RoomId>::try_from("!managed").unwrap(), Some(&"afdeling/zwolle".parse().unwrap()), false)
        .await
        .unwrap();
    writer.put_room(<&RoomId>::try_from("!other").unwrap(), None, false).await.unwrap();
    writer.commit().await.unwrap();
    store.receive("1", 1, 4, "!managed:1\n!other:2\n!other:3\na:4").await.unwrap();
    assert_eq!(unpack(&store).await.new, 4);
    assert_eq!(store.read().await.unwrap().known_events(&["$1", "$2", "$3", "$4"]).await.unwrap().len(), 4);
    assert_eq!(lane(&store).await, ["$1", "$4"]);
}

async fn a_row_that_is_not_readable_stops_nobody(db: Database) {
    let store = db.open().await;
    store.receive("1", 1, 1, &format!("a:1{}", "x".repeat(10_000))).await.unwrap();
    store.receive("2", 1, 1, "a:2").await.unwrap();
    db.damage_inbox().await;
    assert_eq!(unpack(&store).await.new, 2);
    assert_eq!(lane(&store).await, ["$unreadable", "$2"]);
}

async fn only_who_may_write_receives(db: Database) {
    let store = db.open().await;
    store.receive("1", 1, 1, "a:1").await.unwrap();
    let reading = Store::open(&db.url(), Mode::ReadOnly).await.unwrap();
    assert!(matches!(reading.receive("2", 1, 1, "a:2").await, Err(StoreError::ReadOnly)));
    assert_eq!(unpack(&store).await.new, 1);
}
