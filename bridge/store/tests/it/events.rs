use kring_store::{Aside, Backlog, IncomingEvent, Ingested, LeasedEvent, Replay, Store};

use crate::{
    cast::event,
    database::{Database, on_both},
};

on_both! {
    transaction_is_stored_once,
    same_transaction_at_once_is_stored_once,
    reused_transaction_id_with_new_events_is_a_lie_and_loses_nothing,
    poison_event_does_not_fail_its_transaction,
    large_transaction_keeps_its_order,
    each_room_gives_its_oldest_event,
    lease_ends_and_the_overtaken_handler_changes_nothing,
    retry_holds_its_room_and_no_other,
    dead_event_lets_its_room_go_on_and_can_be_replayed_or_dropped,
    two_workers_never_get_the_same_room,
    killed_worker_gives_back_its_leases,
    sweep_keeps_what_is_still_needed,
    events_set_aside_are_stored_and_not_handled,
    what_follows_a_head_comes_in_order_up_to_one_that_was_tried,
    an_event_given_back_was_not_tried,
    what_a_dead_worker_held_is_handled_alone_before_anything_else,
    state_that_was_replaced_is_not_handled_after_all,
}

fn new(new: usize) -> Ingested {
    Ingested { new, ..Ingested::default() }
}

/// Leases at `now` for 100 ms.
async fn lease(store: &Store, now: i64) -> Vec<String> {
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_events(now, 100, "worker", 100).await.unwrap();
    writer.commit().await.unwrap();
    leased.into_iter().map(|e| e.event_id).collect()
}

async fn seq_of(store: &Store, now: i64, id: &str) -> i64 {
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_events(now, 100, "worker", 100).await.unwrap();
    writer.commit().await.unwrap();
    leased.iter().find(|e| e.event_id == id).unwrap_or_else(|| panic!("{id} not among {leased:?}")).seq
}

async fn done(store: &Store, seq: i64) -> bool {
    let mut writer = store.write().await.unwrap();
    let done = writer.events_done(&[seq]).await.unwrap() == 1;
    writer.commit().await.unwrap();
    done
}

async fn backlog(store: &Store) -> Backlog {
    store.backlog().await.unwrap()
}

async fn transaction_is_stored_once(db: Database) {
    let store = db.open().await;
    let events = [event("1", "a"), event("2", "b"), event("1", "a")];
    let again = Ingested { txn_seen: true, duplicates: 3, ..Ingested::default() };
    assert_eq!(
        store.ingest("t1", &events).await.unwrap(),
        Ingested { new: 2, duplicates: 1, ..Ingested::default() }
    );
    assert_eq!(store.ingest("t1", &events).await.unwrap(), again);
    let by_another_name = Ingested { duplicates: 3, ..Ingested::default() };
    assert_eq!(store.ingest("t2", &events).await.unwrap(), by_another_name);
    assert_eq!(store.ingest("t3", &[]).await.unwrap(), Ingested::default());
    assert_eq!(backlog(&store).await, Backlog { pending: 2, oldest_ms: Some(1_000), dead: 0 });
}

async fn same_transaction_at_once_is_stored_once(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..20).map(|n| event(&n.to_string(), "a")).collect();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, events) = (store.clone(), events.clone());
            tokio::spawn(async move { store.ingest("t1", &events).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for task in tasks {
        match task.await.unwrap() {
            i if i == new(20) => first += 1,
            i => assert_eq!(i, Ingested { txn_seen: true, duplicates: 20, ..Ingested::default() }),
        }
    }
    assert_eq!((first, backlog(&store).await.pending), (1, 20));
}

async fn reused_transaction_id_with_new_events_is_a_lie_and_loses_nothing(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("old", "a")]).await.unwrap();
    let events = [event("old", "a"), event("new", "a")];
    let lie = Ingested { new: 1, duplicates: 1, txn_seen: true, lied: true };
    assert_eq!(store.ingest("1", &events).await.unwrap(), lie);
    let retry = Ingested { duplicates: 2, txn_seen: true, ..Ingested::default() };
    assert_eq!(store.ingest("1", &events).await.unwrap(), retry, "the retry of the new one is no lie");
}

async fn poison_event_does_not_fail_its_transaction(db: Database) {
    let store = db.open().await;
    let long = "x".repeat(4_000);
    let poison = [
        event("good", "a"),
        event(&long, "a"),
        event("in-a-long-room", &long),
        IncomingEvent {
            event_type: "m\0x".into(),
            state_key: Some("\0".into()),
            json: "{\0".into(),
            ..event("nul", "b")
        },
        IncomingEvent {
            event_type: long.clone(),
            sender: long.clone(),
            json: String::new(),
            ..event("odd", "c")
        },
    ];
    let ingested = store.ingest(&format!("{long}\0"), &poison).await.unwrap();
    assert_eq!(ingested, new(5));
    let dead = store.read().await.unwrap().dead_events().await.unwrap();
    assert_eq!(dead.len(), 2, "whose ids are too long");
    assert!(dead.iter().all(|event| event.error.contains("255") && event.room_id.len() <= 255), "{dead:?}");
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_events(0, 100, "worker", 10).await.unwrap();
    assert_eq!(leased.iter().map(|e| e.event_id.as_str()).collect::<Vec<_>>(), ["$good", "$nul", "$odd"]);
    assert_eq!(leased[1].event_type, "m\u{fffd}x");
}

async fn large_transaction_keeps_its_order(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..1_234).map(|n| event(&n.to_string(), &format!("room{n}"))).collect();
    assert_eq!(store.ingest("t", &events).await.unwrap(), new(1_234));
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_events(0, 100, "worker", 2_000).await.unwrap();
    assert!(leased.iter().map(|e| &e.event_id).eq(events.iter().map(|e| &e.event_id)));
    assert!(leased.windows(2).all(|w| w[0].seq < w[1].seq));
}

async fn each_room_gives_its_oldest_event(db: Database) {
    let store = db.open().await;
    store
        .ingest("1", &[event("b1", "b"), event("a1", "a"), event("b2", "b"), event("c1", "c")])
        .await
        .unwrap();
    let mut writer = store.write().await.unwrap();
    let two = writer.lease_events(0, 100, "worker", 2).await.unwrap();
    assert_eq!(two.iter().map(|e| e.event_id.as_str()).collect::<Vec<_>>(), ["$b1", "$a1"]);
    assert_eq!(two[0].attempts, 0);
    assert_eq!(two[0].json, r#"{"event_id":"$b1"}"#);
    writer.commit().await.unwrap();

    assert_eq!(lease(&store, 0).await, ["$c1"], "b has a live lease");
    assert!(done(&store, two[0].seq).await);
    assert_eq!(lease(&store, 0).await, ["$b2"]);
    assert_eq!(lease(&store, 0).await, [""; 0]);
}

async fn lease_ends_and_the_overtaken_handler_changes_nothing(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("1", "a"), event("2", "a")]).await.unwrap();
    let slow = seq_of(&store, 0, "$1").await;
    assert_eq!(lease(&store, 99).await, [""; 0]);
    let fast = seq_of(&store, 100, "$1").await;
    assert_eq!(slow, fast);
    assert!(done(&store, fast).await);
    assert!(!done(&store, slow).await, "it has to drop its work");
    let mut writer = store.write().await.unwrap();
    assert!(!writer.event_retry(slow, 0, "late").await.unwrap());
    assert!(!writer.event_dead(slow, 1, "late").await.unwrap());
    drop(writer);
    assert_eq!(lease(&store, 100).await, ["$2"]);
}

async fn retry_holds_its_room_and_no_other(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("a1", "a"), event("a2", "a"), event("b1", "b")]).await.unwrap();
    let seq = seq_of(&store, 0, "$a1").await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.event_retry(seq, 500, "not now").await.unwrap());
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 200).await, ["$b1"]);
    assert_eq!(lease(&store, 500).await, ["$a1", "$b1"]);
}

async fn dead_event_lets_its_room_go_on_and_can_be_replayed_or_dropped(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("1", "a"), event("2", "a"), event("3", "a")]).await.unwrap();
    let seq = seq_of(&store, 0, "$1").await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.event_dead(seq, 1, "makes no sense").await.unwrap());
    writer.commit().await.unwrap();
    let dead = store.read().await.unwrap().dead_events().await.unwrap();
    assert_eq!(
        (dead.len(), dead[0].seq, dead[0].error.as_str(), dead[0].attempts),
        (1, seq, "makes no sense", 1)
    );
    assert_eq!(dead[0].json, r#"{"event_id":"$1"}"#);
    assert_eq!(backlog(&store).await, Backlog { pending: 2, oldest_ms: Some(1_000), dead: 1 });

    let second = seq_of(&store, 0, "$2").await;
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.replay_event(seq).await.unwrap(), Replay::Again);
    assert_eq!(writer.replay_event(second).await.unwrap(), Replay::NotDead);
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, [""; 0], "$2 is at work in the same room");
    assert!(done(&store, second).await);
    assert_eq!(lease(&store, 0).await, ["$1"]);

    let mut writer = store.write().await.unwrap();
    assert!(writer.drop_event(seq).await.unwrap());
    assert!(!writer.drop_event(seq).await.unwrap());
    assert!(!writer.drop_event(second).await.unwrap(), "it is handled");
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["$3"]);
    assert_eq!(backlog(&store).await, Backlog { pending: 1, oldest_ms: Some(1_000), dead: 0 });
}

async fn two_workers_never_get_the_same_room(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..400).map(|n| event(&n.to_string(), &format!("room{}", n % 40))).collect();
    store.ingest("1", &events).await.unwrap();
    let work = |store: Store, owner: &'static str| async move {
        let mut handled = Vec::new();
        loop {
            let mut writer = store.write().await.unwrap();
            let leased = writer.lease_events(0, 100, owner, 7).await.unwrap();
            writer.commit().await.unwrap();
            for event in &leased {
                let mut writer = store.write().await.unwrap();
                assert_eq!(writer.events_done(&[event.seq]).await.unwrap(), 1, "somebody else had it too");
                writer.commit().await.unwrap();
                handled.push((event.room_id.clone(), event.seq));
            }
            if leased.is_empty() && store.backlog().await.unwrap().pending == 0 {
                return handled;
            }
        }
    };
    let one = tokio::spawn(work(store.clone(), "one"));
    let two = tokio::spawn(work(store.clone(), "two"));
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    assert_eq!(one.len() + two.len(), 400);
}

async fn killed_worker_gives_back_its_leases(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("1", "a"), event("2", "b")]).await.unwrap();
    assert_eq!(lease(&store, 0).await, ["$1", "$2"]);
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.release_leases("somebody else").await.unwrap(), 0);
    assert_eq!(writer.release_leases("worker").await.unwrap(), 2);
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["$1", "$2"]);
}

async fn sweep_keeps_what_is_still_needed(db: Database) {
    let store = db.open().await;
    let late = IncomingEvent { received_at_ms: 9_000, ..event("late", "b") };
    let events = [event("1", "a"), event("2", "a"), event("3", "a"), event("4", "a"), event("b", "b"), late];
    store.ingest("1", &events).await.unwrap();
    for id in ["$1", "$2"] {
        let seq = seq_of(&store, 0, id).await;
        done(&store, seq).await;
        let mut writer = store.write().await.unwrap();
        writer.release_leases("worker").await.unwrap();
        writer.commit().await.unwrap();
    }
    let seq = seq_of(&store, 0, "$3").await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.drop_event(seq).await.unwrap());
    assert_eq!(
        writer.sweep_events(5_000, 0).await.unwrap(),
        Some((6, 3)),
        "1 and 2 are handled, 3 is dropped"
    );
    assert_eq!(writer.sweep_events(5_000, 6).await.unwrap(), None);
    writer.commit().await.unwrap();

    for id in ["$4", "$b", "$late"] {
        let seq = seq_of(&store, 200, id).await;
        done(&store, seq).await;
        let mut writer = store.write().await.unwrap();
        writer.release_leases("worker").await.unwrap();
        writer.commit().await.unwrap();
    }
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.sweep_events(9_001, 0).await.unwrap(), Some((6, 2)), "the newest of all stays");
    writer.commit().await.unwrap();
    let again = store.ingest("2", &[event("late", "b"), event("new", "b")]).await.unwrap();
    assert_eq!(again, Ingested { new: 1, duplicates: 1, ..Ingested::default() });
    assert!(seq_of(&store, 400, "$new").await > 6, "a number is given once");
}

async fn events_set_aside_are_stored_and_not_handled(db: Database) {
    let store = db.open().await;
    let dead = IncomingEvent { aside: Some(Aside::Dead("no sender".into())), ..event("dead", "a") };
    let late = IncomingEvent { aside: Some(Aside::Superseded), ..event("late", "a") };
    let ingested = store.ingest("1", &[dead, late.clone(), event("1", "a")]).await.unwrap();
    assert_eq!(ingested, new(3));
    assert_eq!(lease(&store, 0).await, ["$1"]);
    let letters = store.read().await.unwrap().dead_events().await.unwrap();
    let told: Vec<_> = letters.iter().map(|e| (e.event_id.as_str(), e.error.as_str(), e.attempts)).collect();
    assert_eq!(told, [("$dead", "no sender", 0)]);
    let known = IncomingEvent { aside: None, ..late };
    assert_eq!(store.ingest("2", &[known]).await.unwrap().new, 0, "it is known");
}

async fn head(store: &Store, now: i64) -> LeasedEvent {
    let mut writer = store.write().await.unwrap();
    let mut leased = writer.lease_events(now, 100, "worker", 1).await.unwrap();
    writer.commit().await.unwrap();
    leased.pop().unwrap()
}

async fn what_follows_a_head_comes_in_order_up_to_one_that_was_tried(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..6).map(|n| event(&n.to_string(), "a")).chain([event("x", "b")]).collect();
    store.ingest("1", &events).await.unwrap();
    let first = head(&store, 0).await;
    let followers = |limit| {
        let (store, first) = (store.clone(), first.clone());
        async move {
            let mut writer = store.write().await.unwrap();
            let followers = writer.followers(&first, limit).await.unwrap();
            followers.into_iter().map(|e| e.event_id).collect::<Vec<_>>()
        }
    };
    assert_eq!(followers(3).await, ["$1", "$2", "$3"]);
    assert_eq!(followers(9).await, ["$1", "$2", "$3", "$4", "$5"], "and none of another room");

    // 0 is put aside for good, 1 is tried once and fails, and then 0 is replayed.
    let mut writer = store.write().await.unwrap();
    assert!(writer.event_dead(first.seq, 1, "no").await.unwrap());
    writer.commit().await.unwrap();
    let second = head(&store, 0).await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.event_retry(second.seq, 0, "not now").await.unwrap());
    assert_eq!(writer.replay_event(first.seq).await.unwrap(), Replay::Again);
    writer.commit().await.unwrap();
    assert_eq!(followers(9).await, [""; 0], "1 is tried alone");
}

async fn an_event_given_back_was_not_tried(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("1", "a")]).await.unwrap();
    let leased = head(&store, 0).await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.give_event_back(leased.seq).await.unwrap());
    assert!(!writer.give_event_back(leased.seq).await.unwrap(), "it is nobody's");
    writer.commit().await.unwrap();
    assert_eq!(head(&store, 0).await, leased);
}

async fn suspect(store: &Store) -> Option<LeasedEvent> {
    let mut writer = store.write().await.unwrap();
    let suspect = writer.lease_suspect(0, 100, "worker").await.unwrap();
    writer.commit().await.unwrap();
    suspect
}

async fn dies(store: &Store) {
    let mut writer = store.write().await.unwrap();
    writer.release_leases("worker").await.unwrap();
    writer.commit().await.unwrap();
}

async fn what_a_dead_worker_held_is_handled_alone_before_anything_else(db: Database) {
    let store = db.open().await;
    store.ingest("1", &[event("1", "a"), event("2", "b"), event("3", "c")]).await.unwrap();
    assert_eq!(suspect(&store).await, None);
    assert_eq!(lease(&store, 0).await, ["$1", "$2", "$3"]);
    for deaths in 1..=3 {
        dies(&store).await;
        let first = suspect(&store).await.unwrap();
        assert_eq!(
            (first.event_id.as_str(), first.attempts),
            ("$1", deaths),
            "it alone was at work when they died"
        );
    }
    let mut writer = store.write().await.unwrap();
    assert!(writer.event_dead(1, 1, "it ends the process").await.unwrap());
    writer.commit().await.unwrap();
    for (id, seq) in [("$2", 2), ("$3", 3)] {
        let next = suspect(&store).await.unwrap();
        assert_eq!((next.event_id.as_str(), next.attempts), (id, 1), "the others paid once");
        assert!(done(&store, seq).await);
    }
    assert_eq!(suspect(&store).await, None);
}

async fn state_that_was_replaced_is_not_handled_after_all(db: Database) {
    let store = db.open().await;
    let member = |id: &str, who: &str| IncomingEvent {
        event_type: "m.room.member".into(),
        state_key: Some(who.into()),
        ..event(id, "a")
    };
    let dead = |event| IncomingEvent { aside: Some(Aside::Dead("why".into())), ..event };
    let events = [dead(member("old", "@a:b")), dead(member("other", "@c:b")), member("new", "@a:b")];
    store.ingest("1", &events).await.unwrap();
    let replay = async |seq| {
        let mut writer = store.write().await.unwrap();
        writer.replay_event(seq).await.unwrap()
    };
    assert_eq!(replay(1).await, Replay::Again, "the newer one is not handled yet and comes after it");
    assert!(done(&store, 3).await);
    assert_eq!(replay(1).await, Replay::Superseded);
    assert_eq!(replay(2).await, Replay::Again, "nothing newer about this one");
}
