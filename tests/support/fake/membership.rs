//! The rules for `m.room.member`.

use serde_json::Value;

use super::{Event, Refused, Room, power};

/// Whether the change of membership is allowed.
pub(super) fn check(room: &Room, event: &Event) -> Result<(), Refused> {
    let target = event.state_key.as_deref().unwrap_or_default();
    match event.text("membership") {
        "join" => join(room, &event.sender, target),
        "invite" => invite(room, &event.sender, target),
        "leave" => leave(room, &event.sender, target),
        "ban" => ban(room, &event.sender, target),
        "knock" => knock(room, &event.sender, target),
        other => Err(Refused::bad_json(&format!("membership '{other}'"))),
    }
}

fn join(room: &Room, sender: &str, target: &str) -> Result<(), Refused> {
    // The room's creator comes in first.
    if room.timeline.len() == 1 && room.is_creator(sender) {
        return Ok(());
    }
    if sender != target {
        return Err(Refused::forbidden("Cannot force another user to join."));
    }
    match room.membership(target) {
        "ban" => Err(banned("join")),
        "join" | "invite" => Ok(()),
        _ if join_rule(room) == "public" => Ok(()),
        _ => Err(Refused::forbidden("You are not invited to this room.")),
    }
}

fn invite(room: &Room, sender: &str, target: &str) -> Result<(), Refused> {
    in_room(room, sender)?;
    match room.membership(target) {
        "ban" => Err(banned("invite")),
        "join" => Err(Refused::forbidden(&format!("{target} is already in the room."))),
        _ => powerful(room, sender, "invite"),
    }
}

fn leave(room: &Room, sender: &str, target: &str) -> Result<(), Refused> {
    let was = room.membership(target);
    if sender == target {
        return match was {
            "ban" => Err(Refused::forbidden("You are banned from this room")),
            // Leaving again says nothing new; who was put out, or never was in, cannot leave.
            "leave" if room.state_event("m.room.member", target).is_none_or(|e| e.sender != target) => {
                Err(Refused::forbidden(&format!("User {target} not in room {}", room.id)))
            }
            _ => Ok(()),
        };
    }
    in_room(room, sender)?;
    if was == "ban" {
        powerful(room, sender, "ban")?;
    }
    powerful(room, sender, "kick")?;
    stronger(room, sender, target)
}

fn ban(room: &Room, sender: &str, target: &str) -> Result<(), Refused> {
    in_room(room, sender)?;
    powerful(room, sender, "ban")?;
    stronger(room, sender, target)
}

fn knock(room: &Room, sender: &str, target: &str) -> Result<(), Refused> {
    let may = matches!(join_rule(room).as_str(), "knock" | "knock_restricted");
    match room.membership(target) {
        _ if !may => Err(Refused::forbidden("You don't have permission to knock")),
        _ if sender != target => Err(Refused::forbidden("You cannot knock for other users")),
        "ban" | "join" | "invite" => Err(Refused::forbidden("You cannot knock on this room")),
        _ => Ok(()),
    }
}

/// `m.room.join_rules`; `invite` when there is none.
pub(super) fn join_rule(room: &Room) -> String {
    let rules = room.content("m.room.join_rules", "");
    rules.get("join_rule").and_then(Value::as_str).unwrap_or("invite").to_owned()
}

/// The rooms that a restricted room lets people in from.
pub(super) fn allowed_from(room: &Room) -> Vec<String> {
    if !matches!(join_rule(room).as_str(), "restricted" | "knock_restricted") {
        return Vec::new();
    }
    let rules = room.content("m.room.join_rules", "");
    let allow = rules.get("allow").and_then(Value::as_array).cloned().unwrap_or_default();
    allow.iter().filter_map(|a| a.get("room_id").and_then(Value::as_str)).map(str::to_owned).collect()
}

fn banned(action: &str) -> Refused {
    Refused::new(403, "M_BAD_STATE", &format!("Cannot {action} user who was banned"))
}

fn in_room(room: &Room, user: &str) -> Result<(), Refused> {
    match room.membership(user) {
        "join" => Ok(()),
        _ => Err(Refused::forbidden(&format!("User {user} not in room {}", room.id))),
    }
}

fn powerful(room: &Room, user: &str, action: &str) -> Result<(), Refused> {
    if power::of(room, user) >= power::to(room, action) {
        return Ok(());
    }
    Err(Refused::forbidden(&format!("You don't have permission to {action} users")))
}

fn stronger(room: &Room, user: &str, target: &str) -> Result<(), Refused> {
    if power::of(room, user) > power::of(room, target) {
        return Ok(());
    }
    Err(Refused::forbidden(&format!("You cannot act on {target}")))
}
