//! The first filling: the right people in the right rooms with the right powers.

use std::collections::{BTreeMap, BTreeSet};

use kring_tests::{Association, api::segment, association::Managed, story::PATIENCE};
use serde_json::{Value, json};

use crate::life::{CHLOE, FATMA, HENK, KEES, OMAR, SANNE, WIL};

/// Place, its name, who is in it, and who of them runs it.
const PLACES: [(&str, &str, &[&str], &[&str]); 22] = [
    ("intranet/ons-ivn#space", "Ons IVN", &[KEES, FATMA, CHLOE, HENK, WIL, SANNE, OMAR], &[WIL]),
    ("landelijk/help", "Help voor Ons IVN", &[KEES, FATMA, CHLOE, HENK, WIL, SANNE, OMAR], &[WIL]),
    ("landelijk/nieuws", "Nieuws van IVN", &[KEES, FATMA, CHLOE, HENK, WIL, SANNE], &[WIL]),
    ("landelijk/vrijwilligers", "Alle vrijwilligers", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("landelijk/vereniging", "Vereniging", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("landelijk/vereniging#space", "Vereniging", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("vereniging/cursussen", "Cursussen", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("vereniging/huisstijl", "Huisstijl", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("vereniging/campagnes", "Campagnes", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("vereniging/handleidingen", "Handleidingen", &[KEES, FATMA, CHLOE, HENK, WIL], &[WIL]),
    ("provincie/drenthe", "Provincie Drenthe", &[KEES, FATMA, CHLOE, WIL, SANNE], &[SANNE]),
    ("provincie/drenthe#space", "Provincie Drenthe", &[KEES, FATMA, CHLOE, WIL, SANNE], &[SANNE]),
    ("provincie/overijssel", "Provincie Overijssel", &[HENK], &[]),
    ("provincie/overijssel#space", "Provincie Overijssel", &[HENK], &[]),
    ("regio/drenthe", "Regio Drenthe", &[KEES, FATMA, CHLOE, WIL], &[]),
    ("regio/drenthe#space", "Regio Drenthe", &[KEES, FATMA, CHLOE, WIL], &[]),
    ("regio/salland-en-vechtdal", "Regio Salland en Vechtdal", &[HENK], &[]),
    ("regio/salland-en-vechtdal#space", "Regio Salland en Vechtdal", &[HENK], &[]),
    ("afdeling/emmen", "Emmen", &[KEES, CHLOE, WIL], &[CHLOE]),
    ("afdeling/assen", "Assen", &[FATMA], &[]),
    ("afdeling/zwolle", "Zwolle", &[HENK], &[HENK]),
    ("team/websupport", "Websupport", &[WIL], &[]),
];

/// Which space every place but the root hangs in.
const PARENTS: [(&str, &str); 21] = [
    ("landelijk/help", "intranet/ons-ivn#space"),
    ("landelijk/nieuws", "intranet/ons-ivn#space"),
    ("landelijk/vrijwilligers", "intranet/ons-ivn#space"),
    ("landelijk/vereniging", "landelijk/vereniging#space"),
    ("landelijk/vereniging#space", "intranet/ons-ivn#space"),
    ("vereniging/cursussen", "landelijk/vereniging#space"),
    ("vereniging/huisstijl", "landelijk/vereniging#space"),
    ("vereniging/campagnes", "landelijk/vereniging#space"),
    ("vereniging/handleidingen", "landelijk/vereniging#space"),
    ("provincie/drenthe", "provincie/drenthe#space"),
    ("provincie/drenthe#space", "intranet/ons-ivn#space"),
    ("provincie/overijssel", "provincie/overijssel#space"),
    ("provincie/overijssel#space", "intranet/ons-ivn#space"),
    ("regio/drenthe", "regio/drenthe#space"),
    ("regio/drenthe#space", "provincie/drenthe#space"),
    ("regio/salland-en-vechtdal", "regio/salland-en-vechtdal#space"),
    ("regio/salland-en-vechtdal#space", "provincie/overijssel#space"),
    ("afdeling/emmen", "regio/drenthe#space"),
    ("afdeling/assen", "regio/drenthe#space"),
    ("afdeling/zwolle", "regio/salland-en-vechtdal#space"),
    ("team/websupport", "intranet/ons-ivn#space"),
];

/// People, powers, settings and the tree, as the homeserver has them.
pub(crate) async fn everybody_is_where_the_policy_says(association: &Association) {
    let rooms = association.rooms().await;
    let accounts = association.accounts();
    let users = |numbers: &[&str]| -> BTreeSet<String> {
        numbers.iter().filter_map(|number| accounts.get(*number).cloned()).collect()
    };
    let expected: BTreeSet<&str> = PLACES.iter().map(|(place, ..)| *place).collect();
    assert_eq!(rooms.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    for (place, name, people, admins) in PLACES {
        let room = &rooms[place];
        assert_eq!(room.people("join"), users(people), "who is in {place}");
        assert_eq!(room.people("invite"), BTreeSet::new(), "nobody waits before {place}");
        let powers = users(admins).into_iter().map(|user| (user, 50)).collect::<BTreeMap<_, _>>();
        assert_eq!(room.powers(), powers, "who runs {place}");
        assert_eq!(room.value("m.room.name", "name"), name);
        is_as_we_make_rooms(room);
        has_its_alias(association, room).await;
    }
    is_a_tree(&rooms);
    association.nothing_is_left();
}

fn is_as_we_make_rooms(room: &Managed) {
    let place = &room.place;
    let value = |event_type: &str, key: &str| room.value(event_type, key);
    assert_eq!(value("m.room.create", "room_version"), "12", "{place}");
    assert_eq!(value("m.room.create", "m.federate"), false, "{place}");
    assert_eq!(value("m.room.create", "additional_creators"), Value::Null, "{place}");
    let kind = if place.ends_with("#space") { json!("m.space") } else { Value::Null };
    assert_eq!(value("m.room.create", "type"), kind, "{place}");
    assert_eq!(room.creator(), "@kring:kring.test", "{place}");
    assert_eq!(value("m.room.join_rules", "join_rule"), "invite", "{place}: nobody gets in unasked");
    assert_eq!(value("m.room.history_visibility", "history_visibility"), "shared", "{place}");
    assert_eq!(room.content("m.room.encryption", ""), Value::Null, "{place}");
    assert!(value("m.room.topic", "topic").as_str().is_some_and(|topic| !topic.is_empty()), "{place}");
    assert!(value("m.room.avatar", "url").as_str().is_some_and(|url| url.starts_with("mxc://")), "{place}");
    let native = if place.starts_with("provincie/") { 50 } else { 100 };
    let write = match place.as_str() {
        space if space.ends_with("#space") => 100,
        // Only admins write, or those whom the policy names besides.
        "landelijk/vereniging" | "vereniging/handleidingen" => 50,
        "landelijk/nieuws" | "vereniging/cursussen" | "vereniging/huisstijl" | "vereniging/campagnes" => 25,
        _ => 0,
    };
    let levels = [
        ("invite", native),
        ("kick", native),
        ("ban", 100),
        ("state_default", 100),
        ("redact", 50),
        ("events_default", write),
        ("users_default", 0),
    ];
    for (key, level) in levels {
        assert_eq!(value("m.room.power_levels", key), level, "{key} in {place}");
    }
    let events = value("m.room.power_levels", "events");
    for (key, level) in [("m.room.power_levels", 100), ("m.room.join_rules", 100), ("m.room.tombstone", 150)]
    {
        assert_eq!(events.get(key), Some(&json!(level)), "{key} in {place}");
    }
}

async fn has_its_alias(association: &Association, room: &Managed) {
    let alias = room.value("m.room.canonical_alias", "alias");
    let alias = alias.as_str().unwrap_or_default();
    let name = room.place.replace('/', "-").replace("#space", "-groepen");
    assert_eq!(alias, format!("#{name}:kring.test"));
    let path = format!("/_matrix/client/v3/directory/room/{}", segment(alias));
    let found = association.admin_get(&path).await;
    assert_eq!(found.get("room_id"), Some(&json!(room.id)), "{alias} leads to its room");
}

fn is_a_tree(rooms: &BTreeMap<String, Managed>) {
    let mut children: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (place, parent) in PARENTS {
        let above = BTreeSet::from([rooms[parent].id.clone()]);
        assert_eq!(rooms[place].related("m.space.parent"), above, "{place} is under {parent}");
        children.entry(parent).or_default().insert(rooms[place].id.clone());
    }
    for (place, room) in rooms {
        let below = children.get(place.as_str()).cloned().unwrap_or_default();
        assert_eq!(room.related("m.space.child"), below, "what is in {place}");
    }
}

/// Kees and Chloé use an ordinary client: their groups are there, and what one says the other hears.
pub(crate) async fn members_see_their_groups_and_talk(association: &Association) {
    let (kees, chloe) = tokio::join!(association.member(KEES), association.member(CHLOE));
    let rooms = association.rooms().await;
    let mine = PLACES.iter().filter(|(_, _, people, _)| people.contains(&KEES));
    let mine: BTreeSet<String> = mine.map(|(place, ..)| rooms[*place].id.clone()).collect();
    let seen: BTreeSet<String> = kees.joined_rooms().await.expect("a member may ask").into_iter().collect();
    assert_eq!(seen, mine, "Kees sees his groups and nothing else");
    let emmen = &rooms["afdeling/emmen"].id;
    kees.send(emmen, "Zaterdag knotten we wilgen.").await.expect("members may speak");
    let heard = chloe.wait_for_text(emmen, "Zaterdag knotten we wilgen.", PATIENCE).await;
    assert_eq!(heard.get("sender").and_then(Value::as_str), Some(kees.user_id()));
    let assen = kees.send(&rooms["afdeling/assen"].id, "Dag buren").await.expect_err("not his branch");
    assert_eq!(assen.errcode, "M_FORBIDDEN");
    let section =
        kees.send(&rooms["landelijk/vereniging"].id, "Mag dit?").await.expect_err("only admins write");
    assert_eq!(section.errcode, "M_FORBIDDEN");
    let name = kees.get_state(emmen, "m.room.name", "").await.expect("a member may look");
    assert_eq!(name.get("name"), Some(&json!("Emmen")));
}
