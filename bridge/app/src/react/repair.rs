//! Repairs, with patience, and telling people what a repair cannot mend.

use kring_core::{ids::PlaceKey, text::Text};
use kring_policies::plan::{Action, ActionKind};
use kring_store::{NewEffect, Writer};
use ruma::UserId;

use super::Event;
use crate::{
    App, Error,
    effect::{Effect, Origin},
    guard,
    outbox::new_effect,
    texts,
};

impl App {
    /// Enqueues repairs with patience: the same person in the same room again and again waits longer and longer.
    pub(super) async fn repair(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        actions: Vec<Action>,
    ) -> Result<bool, Error> {
        if actions.is_empty() {
            return Ok(false);
        }
        let at = self.context.clock.now();
        let now = at.as_millisecond();
        let repairs = writer.note_repair(&event.room, &event.sender, at, guard::WINDOW).await?;
        let earlier = u32::try_from(repairs.saturating_sub(1)).unwrap_or(u32::MAX);
        let patience = guard::patience(earlier);
        if patience.alarm {
            self.alarm_loop(writer, event, &actions, earlier).await?;
        }
        let received_ms = event.stored.received_at_ms;
        for action in actions {
            let is_removal = matches!(action.kind, ActionKind::Remove { .. });
            let origin = Origin::Repair {
                event_id: event.stored.event_id.clone(),
                sender: event.sender.to_string(),
                received_ms,
            };
            let mut row = new_effect(&Effect::Act { action, origin }, &event.stored.event_id, None, now)?;
            if !patience.wait.is_zero() {
                wait_aside(&mut row, &event.sender);
            }
            let wait = if is_removal { patience.wait.min(guard::LONGEST_REMOVAL) } else { patience.wait };
            row.not_before_ms = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
            writer.enqueue(&row).await?;
        }
        Ok(true)
    }

    async fn alarm_loop(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        actions: &[Action],
        count: u32,
    ) -> Result<(), Error> {
        let group = actions.first().map(|a| a.place.group.to_string()).unwrap_or_default();
        let args = [
            ("group", group.as_str().into()),
            ("count", count.into()),
            ("sender", event.sender.as_str().into()),
        ];
        let text = texts::CATALOGUE.text("alarm-loop", &args);
        self.tell_admins(writer, &text, &event.stored.event_id).await.map(drop)
    }

    /// A sentence in the room of the group that gets alarms, once for each `cause`.
    pub(crate) async fn tell_admins(
        &self,
        writer: &mut Writer,
        text: &Text,
        cause: &str,
    ) -> Result<bool, Error> {
        let Some(group) = self.context.policy.alarms.clone() else { return Ok(false) };
        let Some(room) = writer.room_of(&PlaceKey::room(group)).await? else { return Ok(false) };
        let row = new_effect(
            &Effect::Notify { room, text: self.context.said(text) },
            cause,
            None,
            self.context.clock.now_ms(),
        )?;
        writer.enqueue(&row).await?;
        Ok(true)
    }
}

/// A repair that has to wait does so beside the room's lane and under a key of its own: one person who does not stop must
/// hold up neither what others' doings ask for nor a plan that somebody applies.
fn wait_aside(row: &mut NewEffect, sender: &UserId) {
    row.lane = format!("{} {sender}", row.lane);
    row.dedupe_key = row.dedupe_key.take().map(|key| format!("later {key}"));
}
