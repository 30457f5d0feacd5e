//! The story: an administration becomes rooms with people in them, somebody moves, somebody is invited who may not be.

use std::{fs, time::Instant};

use ruma::OwnedUserId;
use serde_json::Value;

use super::{
    PASSWORD,
    person::{Person, Refused},
    stage::{SERVER_NAME, Stage},
    told, trouble,
};
use crate::{context::Context, exit::Failure};

/// Volunteer of Assen with an account, who moves to Emmen.
const MOVER: (&str, &str) = ("0001059", "tineke.degraaf@example.org");
/// Volunteer admin of Assen.
const ADMIN: (&str, &str) = ("0001024", "c.peters@example.nl");

/// The group whose admins invite with their own client.
const PROJECT: &str = "#projectgroep-vleermuizen:kring.localhost";

/// Plays the story; false when something did not go as it should.
pub(super) async fn tell(stage: &mut Stage, context: &Context) -> Result<bool, Failure> {
    let mut held = fill(stage, context).await?;
    held &= moves(stage, context).await?;
    held &= invites(stage, context).await?;
    held &= stage.is_ready().await;
    Ok(held)
}

/// The administration goes in, accounts are made, and the rooms fill.
async fn fill(stage: &Stage, context: &Context) -> Result<bool, Failure> {
    let mut held = stage.command(&["import", &stage.path("leden.csv")]).await?;
    held &= stage.command(&["member", "provision", "--from", &stage.path("accounts.csv")]).await?;
    held &= provision_external(stage).await?;
    held &= stage.command(&["plan"]).await?;
    let started = Instant::now();
    held &= stage.command(&["apply"]).await?;
    let took = format!("{:.1}", started.elapsed().as_secs_f64());
    context.out.answer("demo-filled", &[("seconds", took.into())]);
    let again = stage.ask(&["plan", "--json"]).await?;
    let left = again.get("actions").and_then(Value::as_array).map_or(usize::MAX, Vec::len);
    context.out.answer("demo-second-plan", &[("actions", left.into())]);
    set_passwords(stage).await?;
    Ok(held && left == 0)
}

/// Everybody with an account gets the known password.
async fn set_passwords(stage: &Stage) -> Result<(), Failure> {
    let told = stage.ask(&["member", "list", "--json"]).await?;
    let members = told.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    let user = |member: &Value| OwnedUserId::try_from(member.get("user_id")?.as_str()?).ok();
    let users: Vec<OwnedUserId> = members.iter().filter_map(user).collect();
    stage.set_passwords(&users).await
}

async fn provision_external(stage: &Stage) -> Result<bool, Failure> {
    let leden = leden(stage)?;
    let external =
        leden.lines().find(|line| line.contains(";extern;")).and_then(|line| line.split(';').nth(4));
    let external = external.ok_or_else(|| told("demo-no-room"))?;
    let file = stage.path("extern.csv");
    fs::write(&file, format!("email\n{external}\n")).map_err(|e| trouble(&e))?;
    let made = stage.ask(&["member", "provision", "--from", &file, "--json"]).await?;
    Ok(made.get("made").and_then(Value::as_array).is_some_and(|made| made.len() == 1))
}

/// A member's branch changes in the administration, and their rooms follow.
async fn moves(stage: &Stage, context: &Context) -> Result<bool, Failure> {
    context.out.line("");
    context.out.answer("demo-move", &[]);
    let person = Person::log_in(&stage.homeserver, MOVER.1, PASSWORD).await?;
    let before = person.room_names().await?;
    let moved: String =
        leden(stage)?
            .lines()
            .map(|line| {
                if line.starts_with(MOVER.0) {
                    line.replacen(";Assen;", ";Emmen;", 1)
                } else {
                    line.to_owned()
                }
            })
            .map(|line| line + "\n")
            .collect();
    let file = stage.path("leden-2.csv");
    fs::write(&file, moved).map_err(|e| trouble(&e))?;
    let mut held = stage.command(&["import", &file]).await?;
    held &= stage.command(&["plan"]).await?;
    held &= stage.command(&["apply"]).await?;
    let after = person.room_names().await?;
    context.out.answer("demo-rooms-before", &[("rooms", before.join(", ").into())]);
    context.out.answer("demo-rooms-after", &[("rooms", after.join(", ").into())]);
    let has = |rooms: &[String], name: &str| rooms.iter().any(|room| room == name);
    Ok(held
        && has(&before, "Assen")
        && !has(&before, "Emmen")
        && has(&after, "Emmen")
        && !has(&after, "Assen"))
}

/// An admin invites an external: Kring says no beforehand. While Kring is stopped an ordinary group refuses all the same,
/// and in a group that allows native invitations Kring undoes it afterwards.
async fn invites(stage: &mut Stage, context: &Context) -> Result<bool, Failure> {
    context.out.line("");
    context.out.answer("demo-invite", &[]);
    let made =
        ["group", "create", "--kind", "projectgroep", "--name", "Vleermuizen", "--under", "afdeling/assen"];
    let mut held = stage.command(&[&made[..], &["--admin", ADMIN.0]].concat()).await?;
    held &= stage.command(&["apply"]).await?;
    let address = fs::read_to_string(stage.path("extern.csv")).map_err(|e| trouble(&e))?;
    let address = address.lines().nth(1).unwrap_or_default().to_owned();
    let admin = Person::log_in(&stage.homeserver, ADMIN.1, PASSWORD).await?;
    let external = Person::log_in(&stage.homeserver, &address, PASSWORD).await?;
    held &= prevented(&admin, &external, context).await?;
    stage.stop_bridge().await;
    context.out.answer("demo-stopped", &[]);
    held &= refused(&admin, &external, context).await?;
    held &= undone(stage, &admin, &external, context).await?;
    held &= stage.command(&["why", &address, "projectgroep/vleermuizen"]).await?;
    Ok(held)
}

async fn prevented(admin: &Person, external: &Person, context: &Context) -> Result<bool, Failure> {
    let room = admin.room(PROJECT).await?;
    match admin.invite(&room, &external.user).await? {
        Err(Refused { code: Some(code), text, .. }) => {
            context.out.answer("demo-prevented", &[("code", code.into()), ("text", text.into())]);
            Ok(true)
        }
        _ => {
            context.out.answer("demo-not-prevented", &[]);
            Ok(false)
        }
    }
}

async fn undone(
    stage: &mut Stage,
    admin: &Person,
    external: &Person,
    context: &Context,
) -> Result<bool, Failure> {
    let room = admin.room(PROJECT).await?;
    let since = external.sync_token().await?;
    if let Err(refused) = admin.invite(&room, &external.user).await? {
        context.out.answer("demo-native-refused", &[("code", refused.errcode.into())]);
        return Ok(false);
    }
    let started = Instant::now();
    stage.start_bridge().await?;
    let out = external.wait_until_out(&room, since).await?;
    let took = started.elapsed().as_millis().to_string();
    context.out.answer(if out { "demo-native-out" } else { "demo-native-in" }, &[("ms", took.into())]);
    Ok(out)
}

async fn refused(admin: &Person, external: &Person, context: &Context) -> Result<bool, Failure> {
    let room = admin.room(&format!("#afdeling-assen:{SERVER_NAME}")).await?;
    match admin.invite(&room, &external.user).await? {
        Ok(()) => {
            context.out.answer("demo-ordinary-allowed", &[]);
            Ok(false)
        }
        Err(Refused { errcode, .. }) => {
            context.out.answer("demo-ordinary-refused", &[("code", errcode.clone().into())]);
            Ok(errcode == "M_FORBIDDEN")
        }
    }
}

fn leden(stage: &Stage) -> Result<String, Failure> {
    fs::read_to_string(stage.path("leden.csv")).map_err(|e| trouble(&e))
}
