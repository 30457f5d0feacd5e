//! People move, change, leave and come back: their groups follow.

use std::collections::BTreeSet;

use kring_tests::{
    Administration, Association,
    cast::{EMMEN, ZWOLLE},
};

use crate::life::{CHLOE, FATMA, HENK, KEES, OMAR};

/// Everything that an administration can say about people who were there before.
pub(crate) async fn people_change(association: &Association, administration: &Administration) {
    an_external_is_let_in(association).await;
    somebody_moves(association, administration).await;
    a_type_changes(association, administration).await;
    somebody_leaves_and_returns(association, administration).await;
    let omar = association.user(OMAR);
    let field_day = association.room("velddag/paddentrek").await;
    assert_eq!(
        field_day.membership(&omar),
        "join",
        "no import takes an external out of a group that admits them"
    );
    association.nothing_is_left();
}

/// An admin lets an external into a group that admits externals.
async fn an_external_is_let_in(association: &Association) {
    let made = ["group", "create", "--kind", "velddag", "--name", "Paddentrek", "--under", "afdeling/emmen"];
    association.done(&[&made[..], &["--admin", CHLOE]].concat());
    association.done(&["apply"]);
    let (chloe, omar) = tokio::join!(association.member(CHLOE), association.member(OMAR));
    let room = association.room("velddag/paddentrek").await;
    chloe.invite(&room.id, omar.user_id()).await.expect("this group's settings allow it");
    omar.join(&room.id).await.expect("who is invited may join");
    association.settle().await;
    association.nothing_is_left();
}

/// Kees goes to another province, Fatma to another branch of her region.
async fn somebody_moves(association: &Association, administration: &Administration) {
    let (kees, fatma) = (association.user(KEES), association.user(FATMA));
    let before = association.places_of(&kees).await;
    let region = association.room("regio/drenthe").await.event("m.room.member", &fatma);
    let moved = administration.clone().changed(KEES, |row| *row = row.clone().of(ZWOLLE));
    let moved = moved.changed(FATMA, |row| *row = row.clone().of(EMMEN));
    association.follow(&moved);
    let (kees_now, fatma_now) = (association.places_of(&kees).await, association.places_of(&fatma).await);
    assert_eq!(
        difference(&before, &kees_now),
        [
            "afdeling/emmen",
            "afdeling/emmen#space",
            "provincie/drenthe",
            "provincie/drenthe#space",
            "regio/drenthe",
            "regio/drenthe#space"
        ]
    );
    assert_eq!(
        difference(&kees_now, &before),
        [
            "afdeling/zwolle",
            "provincie/overijssel",
            "provincie/overijssel#space",
            "regio/salland-en-vechtdal",
            "regio/salland-en-vechtdal#space"
        ]
    );
    assert!(fatma_now.contains("afdeling/emmen") && !fatma_now.contains("afdeling/assen"));
    let still = association.room("regio/drenthe").await.event("m.room.member", &fatma);
    assert_eq!(still, region, "she was in the region all the while");
    association.nothing_is_left();
    association.follow(administration);
    assert_eq!(association.places_of(&kees).await, before, "and back");
}

/// Chloé gives up being admin; Fatma comes to work for the association.
async fn a_type_changes(association: &Association, administration: &Administration) {
    let (chloe, fatma) = (association.user(CHLOE), association.user(FATMA));
    let before = association.places_of(&fatma).await;
    let changed = administration.clone().changed(CHLOE, |row| row.user_type = "vrijwilliger".into());
    association.follow(&changed.changed(FATMA, |row| row.user_type = "medewerker".into()));
    let emmen = association.room("afdeling/emmen").await;
    assert!(emmen.powers().is_empty(), "nobody runs the branch any more");
    assert_eq!(emmen.membership(&chloe), "join", "and she is still a member of it");
    assert_eq!(association.room("velddag/paddentrek").await.powers().get(&chloe), Some(&50), "by a grant");
    assert_eq!(
        difference(&before, &association.places_of(&fatma).await),
        [
            "landelijk/vereniging",
            "landelijk/vereniging#space",
            "landelijk/vrijwilligers",
            "vereniging/campagnes",
            "vereniging/cursussen",
            "vereniging/handleidingen",
            "vereniging/huisstijl",
        ],
        "these are for volunteers"
    );
    assert_eq!(association.room("provincie/drenthe").await.powers().get(&fatma), Some(&50));
    association.nothing_is_left();
    association.follow(administration);
    assert_eq!(association.places_of(&fatma).await, before);
    assert_eq!(association.room("afdeling/emmen").await.powers().get(&chloe), Some(&50));
}

/// Henk disappears from the administration and is back the week after.
async fn somebody_leaves_and_returns(association: &Association, administration: &Administration) {
    let henk = association.user(HENK);
    let before = association.places_of(&henk).await;
    association.follow(&administration.clone().without(HENK));
    assert_eq!(association.places_of(&henk).await, BTreeSet::new(), "out of every managed room");
    let mut times: Vec<(i64, String)> = Vec::new();
    for place in &before {
        let room = association.room(place).await;
        assert_eq!(room.membership(&henk), "leave");
        times.push((
            room.event("m.room.member", &henk)["origin_server_ts"].as_i64().unwrap_or_default(),
            place.clone(),
        ));
    }
    times.sort();
    let spaces = times.iter().take_while(|(_, place)| place.ends_with("#space")).count();
    let all = times.iter().filter(|(_, place)| place.ends_with("#space")).count();
    assert_eq!(spaces, all, "out of the spaces first: {times:?}");
    association.nothing_is_left();
    association.follow(administration);
    assert_eq!(association.user(HENK), henk, "the account is still theirs");
    assert_eq!(association.places_of(&henk).await, before);
    association.nothing_is_left();
}

fn difference(from: &BTreeSet<String>, without: &BTreeSet<String>) -> Vec<String> {
    from.difference(without).cloned().collect()
}
