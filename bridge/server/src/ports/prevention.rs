//! Answers for the homeserver's module, which asks before it lets somebody do something.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use kring_app::{App, prevention};
use kring_policies::decision::Decision;
use kring_web::{Attempt, PreventionPort, Verdict};
use tokio::sync::Mutex;

/// How old the facts may be with which a process that does not lead says yes. It says no with those of the moment only:
/// who leads may have just brought in whom it refuses.
const FRESH: Duration = Duration::from_secs(10);

/// The policy's answers, from the facts in memory.
pub struct Prevention {
    app: App,
    leads: Box<dyn Fn() -> bool + Send + Sync>,
    /// When this process last read the facts without leading.
    read: Mutex<Instant>,
}

impl Prevention {
    /// `leads` says whether this process leads at the moment: then the facts in memory are always those that count.
    pub fn new(app: &App, leads: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { app: app.clone(), leads: Box::new(leads), read: Mutex::new(Instant::now()) }
    }

    /// Whether the facts are not older than `since`, if need be because they were just read again.
    async fn knows(&self, since: Option<Instant>) -> bool {
        if (self.leads)() {
            return true;
        }
        let mut read = self.read.lock().await;
        if since.is_none_or(|since| *read >= since) {
            return true;
        }
        let begun = Instant::now();
        match self.app.reload().await {
            Ok(_) => {
                *read = begun;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the homeserver's question cannot be answered");
                false
            }
        }
    }

    fn refused(&self, decision: &Decision) -> Verdict {
        let text = [decision.text(), decision.next()].map(|text| self.app.context.said(&text));
        Verdict::Refused { code: decision.code.to_string(), text: text.join(" ").trim().to_owned() }
    }
}

#[async_trait]
impl PreventionPort for Prevention {
    async fn verdict(&self, attempt: Attempt) -> Verdict {
        let (asked, Some(attempt)) = (Instant::now(), read(&attempt)) else { return Verdict::Unknown };
        if !self.knows(asked.checked_sub(FRESH)).await {
            return Verdict::Unknown;
        }
        let mut decision = self.app.refuses(&attempt);
        if decision.is_some() && !(self.leads)() {
            if !self.knows(Some(asked)).await {
                return Verdict::Unknown;
            }
            decision = self.app.refuses(&attempt);
        }
        decision.map_or(Verdict::Allowed, |decision| self.refused(&decision))
    }
}

/// The attempt with its ids understood; `None` for what are no ids.
fn read(attempt: &Attempt) -> Option<prevention::Attempt> {
    use prevention::Attempt as Understood;
    Some(match attempt {
        Attempt::Invite { inviter, invitee, room } => Understood::Invite {
            inviter: inviter.parse().ok()?,
            invitee: invitee.parse().ok()?,
            room: room.parse().ok()?,
        },
        Attempt::InviteAddress { inviter, room } => {
            Understood::InviteAddress { inviter: inviter.parse().ok()?, room: room.parse().ok()? }
        }
        Attempt::Join { user, room, is_invited } => {
            Understood::Join { user: user.parse().ok()?, room: room.parse().ok()?, is_invited: *is_invited }
        }
        Attempt::CreateRoom { user } => Understood::CreateRoom { user: user.parse().ok()? },
        Attempt::NameRoom { user, alias } => {
            Understood::NameRoom { user: user.parse().ok()?, alias: alias.parse().ok()? }
        }
        Attempt::ListRoom { user, room } => {
            Understood::ListRoom { user: user.parse().ok()?, room: room.parse().ok()? }
        }
    })
}
