//! What only a person can put right: told once when it shows, and once more when it is over.
//!
//! Whoever looks (at an event, at a room that refuses something, at the whole plan) says what it found and how far it
//! looked. What stands already is not told again, however often and in whatever way it is found.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
    ids::{MemberId, PlaceKey},
    text::{Arg, Text},
};
use kring_policies::{
    plan::{Alarm, Plan, plan_alarms},
    staffing::Shortage,
};
use kring_store::{Reader, Writer};
use serde::{Deserialize, Serialize};

use crate::{App, Error, texts};

/// The setting that remembers what was told and is not over.
const STANDING: &str = "alarms";

/// Of more new ones than this at once, all of one sort, people hear in one sentence.
const FEW: usize = 5;

/// That Kring can do nothing in a room any more.
pub(crate) const POWERLESS: [&str; 2] = ["bridge-not-in-room", "bridge-without-power"];

/// A group with no admin, and one with fewer than it should have: [`Shortage`].
const UNSTAFFED: [&str; 2] = ["no-admin", "too-few-admins"];

/// An alarm, and the person whom its sentence names, if it names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    alarm: Alarm,
    member: Option<MemberId>,
}

impl From<Alarm> for Found {
    fn from(alarm: Alarm) -> Self {
        Self { alarm, member: None }
    }
}

impl From<Shortage> for Found {
    fn from(shortage: Shortage) -> Self {
        let [none, few] = UNSTAFFED;
        let code = if shortage.has == 0 { none } else { few };
        let place = PlaceKey::room(shortage.group);
        Self { alarm: Alarm { place, code: code.to_owned(), text: shortage.text }, member: shortage.proposed }
    }
}

/// How far somebody looked: what is not found there is over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Looked<'a> {
    /// At everything that a plan can know.
    Everywhere,
    /// For these codes, in one place.
    At(&'a PlaceKey, &'a [&'a str]),
}

impl Looked<'_> {
    fn covers(self, (place, code): &Key) -> bool {
        match self {
            Self::Everywhere => true,
            Self::At(at, codes) => place == at && codes.contains(&code.as_str()),
        }
    }
}

/// The event that showed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause<'a> {
    /// `$…`
    pub(crate) event: &'a str,
    /// Who sent it.
    pub(crate) sender: &'a str,
}

/// Where, and the code.
type Key = (PlaceKey, String);

/// One alarm that was told, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    place: PlaceKey,
    code: String,
    since: Timestamp,
}

impl App {
    /// Tells what is new and what is over, and writes both down; whether there was anything.
    pub(crate) async fn follow_alarms(
        &self,
        writer: &mut Writer,
        looked: Looked<'_>,
        found: &[Found],
        cause: Option<Cause<'_>>,
    ) -> Result<bool, Error> {
        let mut standing = standing(writer).await?;
        let key = |found: &Found| (found.alarm.place.clone(), found.alarm.code.clone());
        let seen: BTreeSet<Key> = found.iter().map(key).collect();
        let new: Vec<&Found> = found.iter().filter(|one| !standing.contains_key(&key(one))).collect();
        let gone = |at: &&Key| looked.covers(at) && !seen.contains(at);
        let over: Vec<Key> = standing.keys().filter(gone).cloned().collect();
        if new.is_empty() && over.is_empty() {
            return Ok(false);
        }
        let now = self.context.clock.now();
        if !self.is_heard(writer).await? {
            // The group that is to hear of it has no room yet. Nothing is forgotten: the next look finds it again.
            let urgent: &[&Found] = if cause.is_some() { &new } else { &[] };
            self.raise(writer, urgent, cause, now).await?;
            return Ok(!urgent.is_empty());
        }
        self.raise(writer, &new, cause, now).await?;
        // One that became another of its sort is not over for people: a group with one admin too few has enough of none.
        let still =
            |(place, code): &&Key| seen.iter().any(|(at, other)| at == place && sort(other) == sort(code));
        let told: Vec<&Key> = over.iter().filter(|key| !still(key)).collect();
        self.end(writer, &told, now).await?;
        metrics::counter!("kring_alarms_raised_total").increment(new.len() as u64);
        metrics::counter!("kring_alarms_over_total").increment(over.len() as u64);
        standing.retain(|at, _| !over.contains(at));
        standing.extend(new.into_iter().map(|one| (key(one), now)));
        let rows = standing.into_iter().map(|((place, code), since)| Standing { place, code, since });
        let rows = serde_json::to_string(&rows.collect::<Vec<_>>())?;
        writer.put_setting(STANDING, &rows).await?;
        Ok(true)
    }

    /// Whether the group that hears of alarms can hear of one. Without such a group the logs are all there is.
    async fn is_heard(&self, reader: &mut Reader) -> Result<bool, Error> {
        match self.context.policy.alarms.clone() {
            Some(group) => Ok(reader.room_of(&PlaceKey::room(group)).await?.is_some()),
            None => Ok(true),
        }
    }

    async fn raise(
        &self,
        writer: &mut Writer,
        new: &[&Found],
        cause: Option<Cause<'_>>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut by_code: BTreeMap<&str, Vec<&Alarm>> = BTreeMap::new();
        for Found { alarm, member } in new {
            tracing::error!(place = %alarm.place, policy.code = %alarm.code, "a room needs a person's attention");
            let mut entry = AuditEntry::new(now, Actor::Kring, "alarm", &alarm.code, alarm.text.clone())
                .with_place(alarm.place.clone());
            entry.member.clone_from(member);
            if let Some(room) = writer.room_of(&alarm.place).await? {
                entry = entry.with_detail("room", room.as_str());
            }
            if let Some(Cause { event, sender }) = cause {
                entry = entry.with_detail("event", event).with_detail("sender", sender);
            }
            writer.append_audit(&entry).await?;
            by_code.entry(&alarm.code).or_default().push(alarm);
        }
        for (code, alarms) in by_code {
            let texts: Vec<&Text> = alarms.iter().map(|alarm| &alarm.text).collect();
            let what = cause.map_or_else(|| format!("{code} {now}"), |cause| cause.event.to_owned());
            self.tell_together(writer, "alarm-many", &texts, &what).await?;
        }
        Ok(())
    }

    async fn end(&self, writer: &mut Writer, over: &[&Key], now: Timestamp) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let mut told = Vec::new();
        for (place, code) in over {
            let name =
                snapshot.desired.place(place).map_or(place.group.as_str(), |wanted| wanted.name.as_str());
            let id = if UNSTAFFED.contains(&code.as_str()) { "alarm-staffed" } else { "alarm-over" };
            let text = texts::CATALOGUE.text(id, &[("group", name.into())]);
            let entry = AuditEntry::new(now, Actor::Kring, "alarm-over", code, text.clone());
            writer.append_audit(&entry.with_place(place.clone())).await?;
            told.push(text);
        }
        self.tell_together(
            writer,
            "alarm-many-over",
            &told.iter().collect::<Vec<_>>(),
            &format!("over {now}"),
        )
        .await
    }

    /// Each of them, or where they are many the first one and how many there are.
    async fn tell_together(
        &self,
        writer: &mut Writer,
        many: &str,
        texts: &[&Text],
        cause: &str,
    ) -> Result<(), Error> {
        match texts {
            [first, ..] if texts.len() > FEW => {
                let said = |first: &str| {
                    texts::CATALOGUE
                        .text(many, &[("count", Arg::from(texts.len())), ("first", first.to_owned().into())])
                };
                let text = Text { nl: said(&first.nl).nl, en: said(&first.en).en };
                self.tell_admins(writer, &text, cause).await?;
            }
            _ => {
                for text in texts {
                    self.tell_admins(writer, text, cause).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells what a whole plan found.
    pub(crate) async fn follow_plan(&self, plan: &Plan) -> Result<(), Error> {
        let alarms = plan.alarms.iter().cloned().map(Found::from);
        let found: Vec<Found> = alarms.chain(plan.shortages.iter().cloned().map(Found::from)).collect();
        let mut writer = self.context.store.write().await?;
        if self.follow_alarms(&mut writer, Looked::Everywhere, &found, None).await? {
            writer.commit().await?;
            self.effects_stored.notify_one();
        }
        Ok(())
    }

    /// The homeserver refuses what is asked in this place: is the bridge still in the room, and has it its rights? The room
    /// is read anew, once for as long as the alarm stands. What goes wrong here shows at the next compare.
    pub(crate) async fn doubt(&self, place: &PlaceKey) {
        if let Err(error) = self.try_doubt(place).await {
            tracing::warn!(%error, %place, "a room that refuses something could not be looked at");
        }
    }

    async fn try_doubt(&self, place: &PlaceKey) -> Result<(), Error> {
        let mut reader = self.context.store.read().await?;
        let stands = |(at, code): &Key| at == place && POWERLESS.contains(&code.as_str());
        let known = standing(&mut reader).await?.keys().any(stands);
        let Some(room) = reader.room_of(place).await?.filter(|_| !known) else { return Ok(()) };
        drop(reader);
        self.compare_one(&room).await?;
        let snapshot = self.snapshot();
        let mut writer = self.context.store.write().await?;
        let (Some(wanted), Some(room)) = (snapshot.desired.place(place), writer.mirror_room(&room).await?)
        else {
            return Ok(());
        };
        let alarms = plan_alarms(&self.context.policy, &snapshot.world, &snapshot.desired, wanted, &room);
        let powerless = |alarm: &Alarm| POWERLESS.contains(&alarm.code.as_str());
        let found: Vec<Found> = alarms.into_iter().filter(powerless).map(Found::from).collect();
        if self.follow_alarms(&mut writer, Looked::At(place, &POWERLESS), &found, None).await? {
            writer.commit().await?;
            self.effects_stored.notify_one();
        }
        Ok(())
    }
}

/// Codes of one sort follow each other in one place.
fn sort(code: &str) -> &str {
    let sorts = [&POWERLESS, &UNSTAFFED];
    sorts.iter().find(|sort| sort.contains(&code)).map_or(code, |[first, _]| first)
}

/// What was told and is not over, and since when.
async fn standing(reader: &mut Reader) -> Result<BTreeMap<Key, Timestamp>, Error> {
    let rows: Vec<Standing> = match reader.setting(STANDING).await? {
        Some(json) => serde_json::from_str(&json)?,
        None => Vec::new(),
    };
    Ok(rows.into_iter().map(|row| ((row.place, row.code), row.since)).collect())
}
