//! The end of a first filling: the door closes, and only then is everybody counted.

use kring_core::ids::PlaceKey;
use kring_policies::{
    mirror::{JoinRule, MirrorRoom},
    plan::{ActionKind, plan_member},
};
use ruma::OwnedRoomId;

use super::{Failure, Members, ReadRoom, Seen};
use crate::{App, observe::join_rule_content};

impl App {
    /// Sets the policy's rule, takes out whoever does not belong, and lets the room count as filled.
    pub(super) async fn finish_filling(
        &self,
        place: &PlaceKey,
        room: OwnedRoomId,
        rule: &JoinRule,
    ) -> Result<Vec<Seen>, Failure> {
        if !self.context.store.read().await?.is_filling(&room).await? {
            // It was made already, and found again: what is left there is the next plan's.
            return Ok(vec![Seen::Outdated]);
        }
        let content = join_rule_content(rule);
        let mut seen = self.put_state(&room, "m.room.join_rules", "", &content).await?;
        let ReadRoom { state, members, .. } = self.read_room(&room).await?;
        let found =
            MirrorRoom { room_id: room.clone(), place: Some(place.clone()), filling: true, state, members };
        let members = self.without_strangers(place, found).await?;
        seen.push(Seen::Filled { room, place: place.clone(), members });
        Ok(seen)
    }

    async fn without_strangers(&self, place: &PlaceKey, found: MirrorRoom) -> Result<Members, Failure> {
        let snapshot = self.snapshot();
        let Some(wanted) = snapshot.desired.place(place) else { return Ok(found.members) };
        let mut members = found.members.clone();
        for (user, _) in &found.members {
            let policy = &self.context.policy;
            let repair = plan_member(policy, &snapshot.world, &snapshot.desired, wanted, &found, user);
            if let Some(ActionKind::Remove { user, was, .. }) = repair.map(|action| action.kind) {
                self.take_out(found.room_id.clone(), &user, was).await?;
                members.retain(|(member, _)| *member != user);
            }
        }
        Ok(members)
    }
}
