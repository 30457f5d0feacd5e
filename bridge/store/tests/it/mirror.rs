use kring_core::ids::PlaceKey;
use kring_policies::mirror::{JoinRule, Membership, Mirror, MirrorRoom, RoomState};
use kring_store::Store;

use crate::{
    cast::{room, user},
    database::{Database, on_both},
};

on_both! {
    expectation_holds_until_its_event_comes,
    mirror_has_rooms_with_state_and_people_in_order,
    place_moves_to_the_upgraded_room,
    full_compare_replaces_everybody,
    forgotten_room_is_unknown,
}

/// A story, what happens in it, and what the mirror shows after each step.
type Case = (&'static str, &'static [Step], &'static [Option<Membership>]);

enum Step {
    Observe(Option<Membership>),
    Expect(Option<Membership>),
}

async fn expectation_holds_until_its_event_comes(db: Database) {
    use Membership::{Invite, Join};
    use Step::{Expect, Observe};
    let store = db.open().await;
    let cases: [Case; 7] = [
        ("joined and left", &[Observe(Some(Join)), Observe(None)], &[Some(Join), None]),
        (
            "own join, seen through an older invite",
            &[Expect(Some(Join)), Observe(Some(Invite)), Observe(Some(Join)), Observe(None)],
            &[Some(Join), Some(Join), Some(Join), None],
        ),
        (
            "own kick, seen through an older join",
            &[Observe(Some(Invite)), Expect(None), Observe(Some(Join)), Observe(None), Observe(Some(Join))],
            &[Some(Invite), None, None, None, Some(Join)],
        ),
        (
            "kicked and brought back before either event",
            &[Observe(Some(Join)), Expect(None), Expect(Some(Join)), Observe(None), Observe(Some(Join))],
            &[Some(Join), None, Some(Join), Some(Join), Some(Join)],
        ),
        (
            "what is so already is not expected",
            &[Observe(Some(Join)), Expect(Some(Join)), Observe(None)],
            &[Some(Join), Some(Join), None],
        ),
        ("nobody is not expected to leave", &[Expect(None), Observe(Some(Join))], &[None, Some(Join)]),
        (
            "an expected leave of somebody unseen",
            &[Expect(Some(Join)), Expect(None), Observe(Some(Join)), Observe(None)],
            &[Some(Join), None, None, None],
        ),
    ];
    for (n, (story, steps, shown)) in cases.into_iter().enumerate() {
        let (room, kees) = (room(&format!("!case{n}")), user("@merel-beuk-482:example.org"));
        let mut seen = Vec::new();
        for step in steps {
            let mut writer = store.write().await.unwrap();
            match step {
                Observe(membership) => writer.observe_member(&room, &kees, *membership).await.unwrap(),
                Expect(membership) => writer.expect_member(&room, &kees, *membership).await.unwrap(),
            }
            seen.push(writer.mirror_room(&room).await.unwrap().and_then(|r| r.members.first().map(|m| m.1)));
            writer.commit().await.unwrap();
        }
        assert_eq!(seen, shown, "{story}");
    }
}

fn utrecht() -> PlaceKey {
    "afdeling/utrecht".parse().unwrap()
}

async fn filled(store: &Store) -> Mirror {
    let state = RoomState {
        version: Some("12".into()),
        name: Some("Utrecht".into()),
        join_rule: Some(JoinRule::Restricted { allow: [room("!root")].into() }),
        power_levels: Some(serde_json::json!({"users_default": 0, "unknown": ["kept"]})),
        children: [room("!b")].into(),
        ..RoomState::default()
    };
    let mut writer = store.write().await.unwrap();
    writer.put_room(&room("!utrecht"), Some(&utrecht()), true).await.unwrap();
    writer.set_room_state(&room("!utrecht"), &state).await.unwrap();
    for (user_id, membership) in
        [("@b:x.org", Membership::Join), ("@C:x.org", Membership::Ban), ("@a:x.org", Membership::Knock)]
    {
        writer.observe_member(&room("!utrecht"), &user(user_id), Some(membership)).await.unwrap();
    }
    writer.observe_member(&room("!Private"), &user("@a:x.org"), Some(Membership::Invite)).await.unwrap();
    writer.commit().await.unwrap();
    let private = MirrorRoom {
        room_id: room("!Private"),
        place: None,
        filling: false,
        state: RoomState::default(),
        members: vec![(user("@a:x.org"), Membership::Invite)],
    };
    let members =
        [("@C:x.org", Membership::Ban), ("@a:x.org", Membership::Knock), ("@b:x.org", Membership::Join)];
    let utrecht = MirrorRoom {
        room_id: room("!utrecht"),
        place: Some(utrecht()),
        filling: true,
        state,
        members: members.into_iter().map(|(u, m)| (user(u), m)).collect(),
    };
    Mirror { rooms: vec![private, utrecht] }
}

async fn mirror_has_rooms_with_state_and_people_in_order(db: Database) {
    let store = db.open().await;
    let expected = filled(&store).await;
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.mirror().await.unwrap(), expected);
    let heads = reader.mirror_heads().await.unwrap();
    assert_eq!(
        heads,
        [MirrorRoom { members: vec![], ..expected.rooms[1].clone() }],
        "rooms of which the state is known"
    );
    assert!(reader.is_filling(&room("!utrecht")).await.unwrap());
    assert!(!reader.is_filling(&room("!Private")).await.unwrap());
    for known in expected.rooms {
        assert_eq!(reader.mirror_room(&known.room_id).await.unwrap(), Some(known));
    }
    assert_eq!(reader.mirror_room(&room("!nowhere")).await.unwrap(), None);
    assert_eq!(reader.room_of(&utrecht()).await.unwrap(), Some(room("!utrecht")));
    assert_eq!(reader.place_of(&room("!utrecht")).await.unwrap(), Some(utrecht()));
    assert_eq!(reader.place_of(&room("!Private")).await.unwrap(), None);
    assert_eq!(reader.room_state(&room("!utrecht")).await.unwrap().unwrap().name.as_deref(), Some("Utrecht"));
}

async fn place_moves_to_the_upgraded_room(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_room(&room("!old"), Some(&utrecht()), false).await.unwrap();
    writer.put_room(&room("!new"), Some(&utrecht()), false).await.unwrap();
    writer.put_room(&room("!new"), Some(&utrecht()), false).await.unwrap();
    assert_eq!(writer.room_of(&utrecht()).await.unwrap(), Some(room("!new")));
    assert_eq!(writer.place_of(&room("!old")).await.unwrap(), None);
    assert_eq!(writer.places().await.unwrap(), [(room("!new"), utrecht())]);
}

async fn full_compare_replaces_everybody(db: Database) {
    let store = db.open().await;
    filled(&store).await;
    let utrecht = room("!utrecht");
    let now: Vec<_> = (0..2_500).map(|n| (user(&format!("@u{n:04}:x.org")), Membership::Join)).collect();
    let mut writer = store.write().await.unwrap();
    writer.expect_member(&utrecht, &user("@b:x.org"), None).await.unwrap();
    writer.replace_members(&utrecht, &now).await.unwrap();
    assert_eq!(writer.mirror_room(&utrecht).await.unwrap().unwrap().members, now);
    assert_eq!(writer.mirror_room(&room("!Private")).await.unwrap().unwrap().members.len(), 1);
    writer.replace_members(&utrecht, &[]).await.unwrap();
    assert_eq!(writer.mirror_room(&utrecht).await.unwrap().unwrap().members, []);
}

async fn forgotten_room_is_unknown(db: Database) {
    let store = db.open().await;
    filled(&store).await;
    let mut writer = store.write().await.unwrap();
    writer.forget_room(&room("!utrecht")).await.unwrap();
    assert_eq!(writer.mirror_room(&room("!utrecht")).await.unwrap(), None);
    assert_eq!(writer.room_of(&utrecht()).await.unwrap(), None);
}
