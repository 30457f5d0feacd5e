//! Plays the steps of a history.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use kring_app::Delivery;
use kring_store::OpenOptions;
use kring_tests::{
    eventually,
    fake::{Knobs, Refused},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::step::{Deed, Fault, How, PROJECT, Step, Trouble};
use crate::{
    association::user,
    behind::Behind,
    expectations::rooms,
    native,
    scene::{On, PATIENCE, Scene},
};

/// How long Kring waits for a locked SQLite file here.
const SHORT: Duration = Duration::from_millis(500);

/// An association at rest, in which histories happen one after the other.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) behind: Behind,
    /// Where the first history began, by room.
    pub(crate) began: BTreeMap<String, usize>,
    project: String,
    alive: bool,
    /// The homeserver forgot events, and Kring has not looked for them yet.
    forgot: bool,
}

impl Stage {
    /// `None` where that database is absent.
    pub(crate) async fn start(on: On) -> Option<Self> {
        let scene = Scene::start_on(on).await?.fill().await;
        let project = native::project(&scene).await;
        let mut behind = Behind::of(&scene).await;
        behind.watch().await;
        let began = scene.fake.world().rooms.values().map(|r| (r.id.clone(), r.timeline.len())).collect();
        scene.fake.knobs().hold_transactions = true;
        Some(Self { scene, behind, began, project, alive: true, forgot: false }.again().await)
    }

    pub(crate) async fn play(&mut self, step: Step) {
        match step {
            // Whom the homeserver refuses has done nothing.
            Step::Happens(deed) => drop(self.happens(deed)),
            Step::Delivers(how, trouble) => self.delivers(how, trouble).await,
            Step::KringStarts => self.kring_starts().await,
            Step::NextRequest(fault) => self.next_request(fault),
            Step::TimePasses(seconds) => {
                self.scene.pass(SignedDuration::from_secs(seconds.into()));
                self.still().await;
            }
        }
    }

    fn happens(&self, deed: Deed) -> Result<(), Refused> {
        let fake = &self.scene.fake;
        let room = |place| self.scene.room(if place == PROJECT { &self.project } else { place });
        let admin = fake.acting(&user(9));
        match deed {
            Deed::Says(who, place) => fake.acting(&user(who)).send(&room(place), "Dag").map(drop),
            Deed::Leaves(who, place) => fake.acting(&user(who)).leave(&room(place)),
            Deed::Invites(who) => admin.invite(&room(PROJECT), &user(who)),
            Deed::TakesOut(who) => admin.kick(&room(PROJECT), &user(who)),
            Deed::Renames(who, place) => {
                let content = json!({ "membership": "join", "displayname": "Iemand anders" });
                let renamed =
                    fake.acting(&user(who)).put_state(&room(place), "m.room.member", &user(who), content);
                renamed.map(drop)
            }
        }
    }

    fn next_request(&self, fault: Fault) {
        let mut knobs = self.scene.fake.knobs();
        match fault {
            Fault::AnswerIsLost => knobs.lose_answer_next = 1,
            Fault::Fails => knobs.fail_next = 1,
            Fault::IsCut => knobs.drop_next = 1,
        }
    }

    async fn delivers(&mut self, how: How, trouble: Option<(u16, Trouble)>) {
        {
            let mut knobs = self.scene.fake.knobs();
            match how {
                How::Plainly => {}
                How::TwiceAtOnce => knobs.deliver_twice_next = 1,
                How::ItsAnswerIsLost => knobs.lose_ack_next = 1,
                How::WithEphemeralData => knobs.extras_next = 1,
            }
        }
        if let (true, Some((breath, _))) = (self.alive, trouble) {
            self.scene.breath.hold_after(breath.into());
        }
        self.scene.fake.deliver();
        self.scene.pass(SignedDuration::ZERO);
        self.still().await;
        if let Some((_, trouble)) = trouble {
            self.befalls(trouble).await;
            if self.alive {
                self.scene.breath.go_on();
            }
            self.still().await;
        }
        let mut knobs = self.scene.fake.knobs();
        *knobs = Knobs {
            hold_transactions: true,
            lose_ack_next: 0,
            deliver_twice_next: 0,
            extras_next: 0,
            ..knobs.clone()
        };
    }

    async fn befalls(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::KringDies => self.kring_dies().await,
            Trouble::HomeserverDies => self.homeserver_dies(false).await,
            Trouble::TransactionsAreLost => self.homeserver_dies(true).await,
            Trouble::DatabaseIsAway => self.database_is_away().await,
            Trouble::ClockJumps => self.scene.pass(SignedDuration::from_mins(10)),
        }
    }

    async fn kring_dies(&mut self) {
        if std::mem::take(&mut self.alive) {
            self.scene.crash().await;
        }
    }

    async fn kring_starts(&mut self) {
        if !std::mem::replace(&mut self.alive, true) {
            self.scene.restart().await;
            self.look_for_gaps().await;
        }
    }

    /// It stays away until Kring has noticed, and delivers again once what it forgot has been looked for.
    async fn homeserver_dies(&mut self, loses_transactions: bool) {
        let fake = &self.scene.fake;
        fake.knobs().hold_transactions = true;
        if loses_transactions {
            fake.lose_transactions();
        } else {
            fake.crash();
        }
        self.forgot = true;
        if self.alive {
            self.scene.breath.go_on();
            self.look_for_gaps().await;
        }
        self.scene.fake.deliver();
    }

    async fn look_for_gaps(&mut self) {
        let app = &self.scene.app;
        let looked = || async { app.close_gaps().await.is_ok_and(|gaps| gaps.open == 0).then_some(()) };
        if std::mem::take(&mut self.forgot) {
            eventually("every history is read", PATIENCE, looked).await;
        }
    }

    async fn database_is_away(&mut self) {
        if self.scene.database.path().is_some() && self.alive {
            // Who holds the lock at this very breath ends first.
            self.scene.breath.go_on();
        }
        self.behind.take_away().await;
        if self.alive {
            self.scene.breath.go_on();
        }
        self.still().await;
        self.behind.give_back().await;
    }

    /// Waits until nothing moves, or everything is held.
    async fn still(&self) {
        let scene = &self.scene;
        let seen = RefCell::new(Vec::new());
        let unmoved = || async {
            let now = (scene.breath.count(), scene.fake.requests().len(), scene.fake.undelivered("kring"));
            seen.borrow_mut().push(now);
            let last: Vec<_> = seen.borrow().iter().rev().take(3).copied().collect();
            let busy = scene.fake.under_way() > 0 || scene.fake.is_delivering("kring");
            let still = !busy && last.iter().filter(|then| **then == now).count() == 3;
            (still || scene.breath.is_held()).then_some(())
        };
        eventually("nothing moves", PATIENCE, unmoved).await;
    }

    /// Everything works again, Kring is started once more, and time passes until nothing is left to do.
    pub(crate) async fn ends(&mut self) {
        *self.scene.fake.knobs() = Knobs { hold_transactions: true, ..Knobs::default() };
        // The moment is over, so Kring need not be impatient.
        self.start_with(OpenOptions::default()).await;
        self.scene.fake.deliver();
        let app = self.scene.app.clone();
        let looking = self.scene.breathing(async move { app.serve_delivery(CancellationToken::new()).await });
        let scene = &self.scene;
        let arrives = || async { (scene.app.heartbeat.state() == Delivery::Arrives).then_some(()) };
        tokio::select! {
            () = async { eventually("delivery", PATIENCE, arrives).await; scene.settled().await } => {}
            () = scene.hurry() => {}
        }
        looking.abort();
        scene.fake.knobs().hold_transactions = true;
    }

    /// Ready for another history.
    pub(crate) async fn again(mut self) -> Self {
        let usual = OpenOptions::default();
        let is_sqlite = self.scene.database.path().is_some();
        let patience = if is_sqlite { SHORT } else { usual.patience };
        self.start_with(OpenOptions { patience, ..usual }).await;
        self
    }

    async fn start_with(&mut self, options: OpenOptions) {
        self.kring_dies().await;
        self.scene.options = options;
        self.kring_starts().await;
    }

    /// The rooms that Kring manages.
    pub(crate) fn rooms(&self) -> BTreeMap<String, String> {
        let rooms = rooms(&self.scene.fake.world());
        rooms.into_iter().filter_map(|(place, ids)| Some((place, ids.into_iter().next()?))).collect()
    }
}
