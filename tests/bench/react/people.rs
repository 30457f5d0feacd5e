//! Those who take part.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use kring_tests::{Association, NioClient, api::segment};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A request to a room.
pub(crate) fn path(room: &str, what: &str) -> String {
    format!("/_matrix/client/v3/rooms/{}/{what}", segment(room))
}

/// Somebody whose client waits for news, as every client does.
pub(crate) struct Outsider<'a> {
    association: &'a Association,
    pub(crate) user: String,
    client: NioClient,
    since: String,
}

impl<'a> Outsider<'a> {
    pub(crate) async fn log_in(association: &'a Association, number: &str) -> Self {
        let client = association.member(number).await;
        let user = client.user_id().to_owned();
        let mut this = Self { association, user, client, since: String::new() };
        this.sync(0).await;
        this
    }

    /// When the client hears that it is no longer in this room, and not invited either.
    pub(crate) async fn is_out(&mut self, room: &str) -> Instant {
        loop {
            let news = self.sync(10_000).await;
            let heard = Instant::now();
            if news.pointer("/rooms/leave").is_some_and(|rooms| rooms.get(room).is_some()) {
                return heard;
            }
        }
    }

    async fn sync(&mut self, timeout: u32) -> Value {
        let filter =
            segment(r#"{"room":{"include_leave":true,"timeline":{"limit":1}},"presence":{"limit":0}}"#);
        let since = match self.since.as_str() {
            "" => String::new(),
            since => format!("&since={}", segment(since)),
        };
        let path = format!("/_matrix/client/v3/sync?timeout={timeout}&filter={filter}{since}");
        let answer = self.association.synapse.api().get(&path, self.client.access_token()).await;
        let news = answer.expect_ok("sync");
        self.since = news["next_batch"].as_str().unwrap_or_default().to_owned();
        news
    }
}

/// People who talk without a pause.
pub(crate) struct Talk {
    over: Arc<AtomicBool>,
    talkers: Vec<JoinHandle<()>>,
}

impl Talk {
    pub(crate) async fn start(association: &Association, count: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut talkers = Vec::new();
        for (n, number) in association.accounts().into_keys().take(count).enumerate() {
            let client = association.member(&number).await;
            let room = client.create_room(&format!("Praat {n}"), &[]).await.expect("anybody may make a room");
            let (api, over) = (association.synapse.api().clone(), Arc::clone(&over));
            talkers.push(tokio::spawn(async move {
                let mut said = 0_u32;
                while !over.load(Ordering::Relaxed) {
                    said += 1;
                    let path = path(&room, &format!("send/m.room.message/praat-{n}-{said}"));
                    let body =
                        json!({ "msgtype": "m.text", "body": "De vleermuizen vliegen weer over het ven." });
                    api.call(Method::PUT, &path, Some(client.access_token()), Some(&body))
                        .await
                        .expect_ok("said");
                }
            }));
        }
        Self { over, talkers }
    }

    pub(crate) async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        for talker in self.talkers {
            talker.await.expect("somebody could not talk");
        }
    }
}
