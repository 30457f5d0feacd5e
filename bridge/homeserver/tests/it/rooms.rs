//! Rooms, their state and their people.

use kring_homeserver::{AccountProvider, Class, CreateRoomSpec, MARKER, RawEvent, RoomMember, StateContent};
use ruma::{OwnedRoomId, device_id, events::room::member::MembershipState, room_alias_id};
use serde_json::{Value, json};

use crate::synapse::{Synapse, synapse_or_skip};

fn spec(place: &str) -> CreateRoomSpec {
    CreateRoomSpec {
        place: place.to_owned(),
        space: false,
        federate: false,
        name: format!("Groep {place}"),
        topic: Some("Waar het over gaat".to_owned()),
        alias_localpart: Some(place.replace('/', "-")),
        predecessor: None,
        join_rules: json!({ "join_rule": "invite" }),
        history_visibility: "shared".to_owned(),
        power_levels: json!({
            "users": {}, "users_default": 0, "events_default": 0, "state_default": 100,
            "invite": 100, "kick": 100, "ban": 100, "redact": 50,
            "events": { "m.room.tombstone": 150, "m.room.encryption": 150 },
        }),
        initial_state: Vec::new(),
    }
}

async fn room(synapse: &Synapse, place: &str) -> OwnedRoomId {
    synapse.homeserver().create_room(&spec(place)).await.unwrap()
}

#[tokio::test]
async fn new_room_has_version_marker_alias_and_all_of_its_state() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    let mut spec = spec("afdeling/geheel");
    spec.initial_state = vec![StateContent::new("nl.kring.test", "sleutel", json!({ "a": 1 }))];
    let room = homeserver.create_room(&spec).await.unwrap();

    let alias = room_alias_id!("#afdeling-geheel:kring.test");
    assert_eq!(homeserver.resolve_alias(alias).await.unwrap(), Some(room.clone()));
    assert!(homeserver.joined_rooms().await.unwrap().contains(&room));
    let state = homeserver.room_state(&room).await.unwrap();
    let content = |event_type: &str| -> Vec<&Value> {
        state.iter().filter(|e| e.event_type == event_type).map(|e| &e.content).collect()
    };
    assert_eq!(
        content("m.room.create"),
        [&json!({ "room_version": "12", "m.federate": false, MARKER: "afdeling/geheel" })]
    );
    assert_eq!(content("m.room.name"), [&json!({ "name": "Groep afdeling/geheel" })]);
    assert_eq!(content("m.room.topic")[0]["topic"], "Waar het over gaat");
    assert_eq!(content("m.room.join_rules"), [&json!({ "join_rule": "invite" })]);
    assert_eq!(content("m.room.history_visibility"), [&json!({ "history_visibility": "shared" })]);
    assert_eq!(content("m.room.guest_access"), [&json!({ "guest_access": "forbidden" })]);
    assert_eq!(content("m.room.canonical_alias"), [&json!({ "alias": alias })]);
    assert_eq!(content("nl.kring.test"), [&json!({ "a": 1 })]);
    assert_eq!(content("m.room.encryption"), [] as [&Value; 0]);
    let levels = content("m.room.power_levels");
    assert_eq!((&levels[0]["invite"], &levels[0]["state_default"]), (&json!(100), &json!(100)));
    assert_eq!(levels[0]["users"], json!({}), "the creator's power is not in the list");
    let kring = RoomMember { user_id: synapse.kring_user(), membership: MembershipState::Join };
    assert_eq!(homeserver.members(&room).await.unwrap(), [kring]);
}

#[tokio::test]
async fn space_is_marked_as_one() {
    let synapse = synapse_or_skip!();
    let spec = CreateRoomSpec { space: true, ..spec("regio/ruimte") };
    let room = synapse.homeserver().create_room(&spec).await.unwrap();
    let create = synapse.homeserver().get_state(&room, "m.room.create", "").await.unwrap().unwrap();
    assert_eq!(create["type"], "m.space");
}

#[tokio::test]
async fn second_room_under_one_alias_is_refused_as_in_use() {
    let synapse = synapse_or_skip!();
    room(synapse, "afdeling/dubbel").await;
    let error = synapse.homeserver().create_room(&spec("afdeling/dubbel")).await.unwrap_err();
    assert_eq!((error.class(), error.errcode()), (Class::InUse, Some("M_ROOM_IN_USE")));
}

#[tokio::test]
async fn power_levels_that_name_the_creator_are_refused() {
    let synapse = synapse_or_skip!();
    let mut spec = spec("afdeling/maker");
    spec.power_levels["users"] = json!({ synapse.kring_user(): 100 });
    let error = synapse.homeserver().create_room(&spec).await.unwrap_err();
    assert_eq!(error.class(), Class::BadRequest, "{error}");
}

#[tokio::test]
async fn invited_person_is_joined_and_taken_out_once() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner) = (synapse.homeserver(), synapse.joiner());
    let room = room(synapse, "afdeling/erin-eruit").await;
    let merel = synapse.person("merel-beuk-482").await;
    let standing = async || {
        let members = homeserver.members(&room).await.unwrap();
        members.into_iter().find(|m| m.user_id == merel).map(|m| m.membership)
    };

    assert_eq!(joiner.join(&room, &merel).await.unwrap_err().class(), Class::Forbidden);
    homeserver.invite(&room, &merel, None).await.unwrap();
    homeserver.invite(&room, &merel, None).await.unwrap();
    assert_eq!(standing().await, Some(MembershipState::Invite));
    joiner.join(&room, &merel).await.unwrap();
    joiner.join(&room, &merel).await.unwrap();
    assert_eq!(standing().await, Some(MembershipState::Join));
    let again = homeserver.invite(&room, &merel, None).await.unwrap_err();
    assert_eq!(again.class(), Class::AlreadyInRoom, "{again}");

    homeserver.kick(&room, &merel, Some("Niet meer van deze afdeling")).await.unwrap();
    assert_eq!(standing().await, None);
    let again = homeserver.kick(&room, &merel, None).await.unwrap_err();
    assert_eq!(again.class(), Class::NotInRoom, "{again}");
    assert_eq!(joiner.join(&room, &merel).await.unwrap_err().class(), Class::Forbidden);
}

/// Synapse slows people down after ten joins or invitations in one room; what the bridge does for them goes on.
#[tokio::test]
async fn many_people_are_joined_without_being_slowed_down() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner) = (synapse.homeserver(), synapse.joiner());
    let room = room(synapse, "afdeling/druk").await;
    for number in 0..14 {
        let person = synapse.person(&format!("gierzwaluw-vlier-{number}")).await;
        homeserver.invite(&room, &person, None).await.unwrap();
        joiner.join(&room, &person).await.unwrap();
    }
    assert_eq!(homeserver.members(&room).await.unwrap().len(), 15);
}

#[tokio::test]
async fn suspended_person_is_not_joined_and_can_be_taken_out() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner, admin) = (synapse.homeserver(), synapse.joiner(), synapse.admin().await);
    let (first, second) =
        (room(synapse, "afdeling/geschorst").await, room(synapse, "afdeling/ernaast").await);
    let tjiftjaf = synapse.person("tjiftjaf-esdoorn-1").await;
    for room in [&first, &second] {
        homeserver.invite(room, &tjiftjaf, None).await.unwrap();
    }
    joiner.join(&first, &tjiftjaf).await.unwrap();

    admin.suspend(&tjiftjaf, true).await.unwrap();
    let refused = joiner.join(&second, &tjiftjaf).await.unwrap_err();
    assert_eq!(refused.class(), Class::AccountUnavailable, "{refused}");
    homeserver.kick(&first, &tjiftjaf, None).await.unwrap();
    homeserver.kick(&second, &tjiftjaf, None).await.unwrap();
    let members = homeserver.members(&first).await.unwrap();
    assert!(!members.iter().any(|m| m.user_id == tjiftjaf));
}

/// Synapse does not look at the person here, so whoever plans joins has to.
#[tokio::test]
async fn locked_or_ended_person_is_joined_all_the_same() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner, admin) = (synapse.homeserver(), synapse.joiner(), synapse.admin().await);
    let (first, second) = (room(synapse, "afdeling/slot").await, room(synapse, "afdeling/einde").await);
    let fitis = synapse.person("fitis-esdoorn-1").await;
    for room in [&first, &second] {
        homeserver.invite(room, &fitis, None).await.unwrap();
    }
    admin.lock(&fitis, true).await.unwrap();
    joiner.join(&first, &fitis).await.unwrap();
    admin.deactivate(&fitis, false).await.unwrap();
    homeserver.invite(&second, &fitis, None).await.unwrap();
    joiner.join(&second, &fitis).await.unwrap();
}

#[tokio::test]
async fn person_declines_and_leaves_through_the_joiner() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner) = (synapse.homeserver(), synapse.joiner());
    let room = room(synapse, "afdeling/weg").await;
    let vink = synapse.person("vink-eik-17").await;
    homeserver.invite(&room, &vink, None).await.unwrap();
    joiner.decline(&room, &vink).await.unwrap();
    homeserver.invite(&room, &vink, None).await.unwrap();
    joiner.join(&room, &vink).await.unwrap();
    joiner.leave(&room, &vink).await.unwrap();
    let members = homeserver.members(&room).await.unwrap();
    assert_eq!(members.iter().map(|m| m.user_id.localpart()).collect::<Vec<_>>(), ["kring"]);
}

#[tokio::test]
async fn ban_holds_until_it_is_lifted() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    let room = room(synapse, "afdeling/verbannen").await;
    let specht = synapse.person("specht-linde-3").await;
    homeserver.ban(&room, &specht, None).await.unwrap();
    let members = homeserver.members(&room).await.unwrap();
    assert!(members.contains(&RoomMember { user_id: specht.clone(), membership: MembershipState::Ban }));
    assert_eq!(homeserver.invite(&room, &specht, None).await.unwrap_err().class(), Class::Forbidden);
    homeserver.unban(&room, &specht).await.unwrap();
    homeserver.invite(&room, &specht, None).await.unwrap();
}

#[tokio::test]
async fn member_of_the_root_space_joins_restricted_room_until_its_rule_is_invite() {
    let synapse = synapse_or_skip!();
    let (homeserver, joiner) = (synapse.homeserver(), synapse.joiner());
    let root =
        homeserver.create_room(&CreateRoomSpec { space: true, ..spec("vereniging/wortel") }).await.unwrap();
    let restricted = json!({
        "join_rule": "restricted", "allow": [{ "type": "m.room_membership", "room_id": root }],
    });
    let filling = CreateRoomSpec { join_rules: restricted, ..spec("afdeling/vullen") };
    let room = homeserver.create_room(&filling).await.unwrap();
    let (inside, outside) = (synapse.person("mees-els-1").await, synapse.person("mees-els-2").await);
    homeserver.invite(&root, &inside, None).await.unwrap();
    joiner.join(&root, &inside).await.unwrap();

    joiner.join(&room, &inside).await.unwrap();
    assert_eq!(joiner.join(&room, &outside).await.unwrap_err().class(), Class::Forbidden);
    let invite = StateContent::new("m.room.join_rules", "", json!({ "join_rule": "invite" }));
    homeserver.put_state(&room, &invite).await.unwrap();
    homeserver.kick(&room, &inside, None).await.unwrap();
    assert_eq!(joiner.join(&room, &inside).await.unwrap_err().class(), Class::Forbidden);
}

#[tokio::test]
async fn state_that_stands_is_not_written_again() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    let room = room(synapse, "afdeling/staat").await;
    let name = StateContent::new("m.room.name", "", json!({ "name": "Nieuwe naam" }));
    let first = homeserver.put_state(&room, &name).await.unwrap();
    assert_eq!(homeserver.put_state(&room, &name).await.unwrap(), first);
    let read = homeserver.get_state(&room, "m.room.name", "").await.unwrap();
    assert_eq!(read, Some(json!({ "name": "Nieuwe naam" })));
    assert_eq!(homeserver.get_state(&room, "m.room.avatar", "").await.unwrap(), None);
}

#[tokio::test]
async fn alias_moves_from_one_room_to_another() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    let (old, new) = (room(synapse, "afdeling/oud").await, room(synapse, "afdeling/nieuw").await);
    let alias = room_alias_id!("#afdeling-verhuisd:kring.test");
    assert_eq!(homeserver.resolve_alias(alias).await.unwrap(), None);
    homeserver.create_alias(alias, &old).await.unwrap();
    let taken = homeserver.create_alias(alias, &new).await.unwrap_err();
    assert_eq!((taken.class(), taken.status()), (Class::InUse, Some(409)), "{taken}");
    homeserver.delete_alias(alias).await.unwrap();
    homeserver.delete_alias(alias).await.unwrap();
    homeserver.create_alias(alias, &new).await.unwrap();
    assert_eq!(homeserver.resolve_alias(alias).await.unwrap(), Some(new));
}

#[tokio::test]
async fn message_with_one_transaction_id_is_sent_once() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    let room = room(synapse, "afdeling/bericht").await;
    let (bot, device) = (synapse.user("kring-beheer"), device_id!("KRING"));
    for _ in 0..2 {
        homeserver.register_bot("kring-beheer").await.unwrap();
        homeserver.set_display_name(&bot, "Beheer").await.unwrap();
        homeserver.ensure_device(&bot, device).await.unwrap();
    }
    homeserver.invite(&room, &bot, None).await.unwrap();
    homeserver.join_as_bot(&room, &bot).await.unwrap();
    let content = json!({ "msgtype": "m.notice", "body": "Gelukt" });
    let send = async || {
        let id = "bericht-1".into();
        homeserver.send_message((&bot, device), &room, id, "m.room.message", &content).await.unwrap()
    };
    let event = send().await;
    assert_eq!(send().await, event);

    let page = homeserver.messages_back(&room, None, 50).await.unwrap();
    let sent: Vec<_> = page.events.iter().filter(|e| e.event_type == "m.room.message").collect();
    assert_eq!(sent.iter().map(|e| (&e.event_id, &e.sender)).collect::<Vec<_>>(), [(&event, &bot)]);
    let first = homeserver.messages_back(&room, None, 1).await.unwrap();
    let second = homeserver.messages_back(&room, first.next.as_deref(), 1).await.unwrap();
    let ids = |events: &[RawEvent]| events.iter().map(|e| e.event_id.clone()).collect::<Vec<_>>();
    assert_eq!([ids(&first.events), ids(&second.events)].concat(), ids(&page.events)[..2]);

    homeserver.redact(&room, &event, "leeg-1".into(), None).await.unwrap();
    let page = homeserver.messages_back(&room, None, 50).await.unwrap();
    let emptied = page.events.iter().find(|e| e.event_id == event).unwrap();
    assert_eq!(emptied.content, json!({}));
}

#[tokio::test]
async fn name_outside_of_our_namespace_is_not_ours_to_register() {
    let synapse = synapse_or_skip!();
    let error = synapse.homeserver().register_bot("iemand").await.unwrap_err();
    assert_eq!(error.class(), Class::Exclusive);
}

#[tokio::test]
async fn picture_gets_an_address() {
    let synapse = synapse_or_skip!();
    let address = synapse.homeserver().upload_png(vec![0x89, b'P', b'N', b'G']).await.unwrap();
    assert_eq!(address.server_name().unwrap(), &synapse.server_name);
}
