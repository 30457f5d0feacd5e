//! One association on a real homeserver, through everything that happens to it, one story after the other.

use kring_tests::{
    Administration, Association,
    cast::{self, Row},
    skip::skipped_without_servers,
    story::Engine,
};

use crate::{away, filling, loops, moving, violations};

/// An ordinary member of Emmen.
pub(crate) const KEES: &str = "0001003";
/// An ordinary member of Assen.
pub(crate) const FATMA: &str = "0001011";
/// Volunteer admin of Emmen.
pub(crate) const CHLOE: &str = "0001020";
/// Volunteer admin of Zwolle, in another province.
pub(crate) const HENK: &str = "0001021";
/// A member of Emmen who is websupport.
pub(crate) const WIL: &str = "0001050";
/// Staff, in charge of the province of Drenthe.
pub(crate) const SANNE: &str = "0002001";
/// From outside.
pub(crate) const OMAR: &str = "0003001";

/// The cast, with Sanne at work for Drenthe, and Wil of websupport.
pub(crate) fn administration() -> Administration {
    Administration::of_the_cast().changed(SANNE, |sanne| sanne.province = "Drenthe".into()).with(wil())
}

fn wil() -> Row {
    cast::volunteer(WIL, "Wil", "Smit", cast::EMMEN).with_function("websupport")
}

async fn life(engine: Engine) {
    let administration = administration();
    let mut association = Box::pin(Association::filled(engine, &administration)).await;
    filling::everybody_is_where_the_policy_says(&association).await;
    filling::members_see_their_groups_and_talk(&association).await;
    violations::what_the_homeserver_refuses(&association).await;
    violations::what_kring_undoes(&association).await;
    violations::what_kring_did_not_make(&association).await;
    moving::people_change(&association, &administration).await;
    loops::a_person_who_does_not_stop(&association).await;
    away::drift_while_kring_was_away(&mut association).await;
    away::drift_that_no_event_told(&association).await;
    association.nothing_is_left();
}

#[tokio::test]
async fn the_life_of_an_association_on_sqlite() {
    if skipped_without_servers() {
        return;
    }
    Box::pin(life(Engine::Sqlite)).await;
}

#[tokio::test]
async fn the_life_of_an_association_on_postgresql() {
    if skipped_without_servers() {
        return;
    }
    Box::pin(life(Engine::Postgres)).await;
}
