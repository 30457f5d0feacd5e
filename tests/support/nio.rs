//! A member with matrix-nio, a client that nobody here wrote.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::{eventually::eventually, process::Process, venv};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A refusal, or a failure of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The Matrix error code (`M_FORBIDDEN`); `CLIENT` for a failure of the client itself.
    pub errcode: String,
    /// What the server said.
    pub message: String,
}

type Reply = Result<Value, Refusal>;
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Reply>>>>;

/// A logged-in member, syncing in the background.
#[derive(Debug)]
pub struct NioClient {
    user_id: String,
    access_token: String,
    pipe: Mutex<(u64, ChildStdin)>,
    waiting: Waiting,
    _process: Process,
    _folder: TempDir,
}

impl NioClient {
    /// Starts a client and logs in with a password.
    ///
    /// # Errors
    /// When the homeserver refuses the log-in.
    ///
    /// # Panics
    /// When the Python environment is absent.
    pub async fn login(homeserver: &str, user: &str, password: &str) -> Result<Self, Refusal> {
        let folder = tempfile::Builder::new().prefix("kring-nio-").tempdir().expect("a temporary folder");
        let mut command = Command::new(venv::python());
        command.arg(venv::workspace().join("tests/support/nio_client.py")).args([homeserver, user]);
        let log = folder.path().join("nio.log");
        let mut process =
            Process::start_with_stdin("nio", &command, &log, Stdio::piped(), Some(Stdio::piped()));
        let stdin = process.child_mut().stdin.take().expect("a pipe was asked for");
        let stdout = process.child_mut().stdout.take().expect("a pipe was asked for");
        let waiting = Waiting::default();
        listen(stdout, Arc::clone(&waiting));
        let mut client = Self {
            user_id: String::new(),
            access_token: String::new(),
            pipe: Mutex::new((0, stdin)),
            waiting,
            _process: process,
            _folder: folder,
        };
        let answer = client.ask(json!({ "do": "login", "password": password })).await?;
        client.user_id = text(&answer, "user_id");
        client.access_token = text(&answer, "access_token");
        Ok(client)
    }

    /// The full user id.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// For bare requests as this member.
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// Joins a room by id or alias; answers its id.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn join(&self, room: &str) -> Result<String, Refusal> {
        self.ask(json!({ "do": "join", "room": room })).await.map(string)
    }

    /// Leaves a room, or declines an invitation.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn leave(&self, room: &str) -> Result<(), Refusal> {
        self.ask(json!({ "do": "leave", "room": room })).await.map(drop)
    }

    /// Invites somebody.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn invite(&self, room: &str, user: &str) -> Result<(), Refusal> {
        self.ask(json!({ "do": "invite", "room": room, "user": user })).await.map(drop)
    }

    /// Takes somebody out.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn kick(&self, room: &str, user: &str) -> Result<(), Refusal> {
        self.ask(json!({ "do": "kick", "room": room, "user": user })).await.map(drop)
    }

    /// Keeps somebody out.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn ban(&self, room: &str, user: &str) -> Result<(), Refusal> {
        self.ask(json!({ "do": "ban", "room": room, "user": user })).await.map(drop)
    }

    /// Asks to be let in.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn knock(&self, room: &str) -> Result<(), Refusal> {
        self.ask(json!({ "do": "knock", "room": room })).await.map(drop)
    }

    /// Makes a private room as any client can; answers its id.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn create_room(&self, name: &str, invite: &[&str]) -> Result<String, Refusal> {
        self.ask(json!({ "do": "create_room", "name": name, "invite": invite })).await.map(string)
    }

    /// Sends a text; answers the event's id.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn send(&self, room: &str, text: &str) -> Result<String, Refusal> {
        self.ask(json!({ "do": "send", "room": room, "text": text })).await.map(string)
    }

    /// Writes a state event; answers its id.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn put_state(
        &self,
        room: &str,
        event_type: &str,
        state_key: &str,
        content: &Value,
    ) -> Result<String, Refusal> {
        let ask = json!({
            "do": "put_state", "room": room, "type": event_type, "state_key": state_key, "content": content,
        });
        self.ask(ask).await.map(string)
    }

    /// Reads a state event's content.
    ///
    /// # Errors
    /// When the homeserver refuses or there is none.
    pub async fn get_state(&self, room: &str, event_type: &str, state_key: &str) -> Result<Value, Refusal> {
        self.ask(json!({ "do": "get_state", "room": room, "type": event_type, "state_key": state_key })).await
    }

    /// Changes one person's power level, keeping everything else of `m.room.power_levels`.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn set_power(&self, room: &str, user: &str, level: i64) -> Result<(), Refusal> {
        let mut content = self.get_state(room, "m.room.power_levels", "").await?;
        if let Some(users) = content.as_object_mut().map(|c| c.entry("users").or_insert_with(|| json!({})))
            && let Some(users) = users.as_object_mut()
        {
            users.insert(user.to_owned(), json!(level));
        }
        self.put_state(room, "m.room.power_levels", "", &content).await.map(drop)
    }

    /// The rooms the member is in, sorted, asked from the server.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn joined_rooms(&self) -> Result<Vec<String>, Refusal> {
        self.ask(json!({ "do": "joined_rooms" })).await.map(strings)
    }

    /// Who is in a room, sorted, asked from the server.
    ///
    /// # Errors
    /// When the homeserver refuses.
    pub async fn joined_members(&self, room: &str) -> Result<Vec<String>, Refusal> {
        self.ask(json!({ "do": "joined_members", "room": room })).await.map(strings)
    }

    /// The room behind an alias.
    ///
    /// # Errors
    /// When there is none.
    pub async fn resolve_alias(&self, alias: &str) -> Result<String, Refusal> {
        self.ask(json!({ "do": "resolve_alias", "alias": alias })).await.map(string)
    }

    /// Open invitations that the sync brought: room to who invited.
    ///
    /// # Panics
    /// When the client fails.
    pub async fn invitations(&self) -> BTreeMap<String, Option<String>> {
        let seen = self.ask(json!({ "do": "seen_invitations" })).await.expect("the client answers");
        serde_json::from_value(seen).expect("a map of rooms")
    }

    /// Timeline events that the sync brought, oldest first, each with its `room`.
    ///
    /// # Panics
    /// When the client fails.
    pub async fn timeline(&self) -> Vec<Value> {
        let seen = self.ask(json!({ "do": "seen_events" })).await.expect("the client answers");
        serde_json::from_value(seen).expect("a list of events")
    }

    /// Waits for an event that `wanted` accepts.
    ///
    /// # Panics
    /// When `deadline` passes first.
    pub async fn wait_for_event(
        &self,
        what: &str,
        deadline: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let look = || async { self.timeline().await.into_iter().find(|event| wanted(event)) };
        eventually(what, deadline, look).await
    }

    /// Waits for a message with exactly this text.
    ///
    /// # Panics
    /// When `deadline` passes first.
    pub async fn wait_for_text(&self, room: &str, text: &str, deadline: Duration) -> Value {
        let wanted = |event: &Value| {
            event.get("room").is_some_and(|r| r == room)
                && event.pointer("/content/body").is_some_and(|b| b == text)
        };
        self.wait_for_event(&format!("a message '{text}'"), deadline, wanted).await
    }

    /// Waits until the member is in `room`, or no longer in it.
    ///
    /// # Panics
    /// When `deadline` passes first.
    pub async fn wait_until_in(&self, room: &str, inside: bool, deadline: Duration) {
        let what = format!("{} {} {room}", self.user_id, if inside { "in" } else { "out of" });
        let look = || async {
            let rooms = self.joined_rooms().await.unwrap_or_default();
            (rooms.iter().any(|r| r == room) == inside).then_some(())
        };
        eventually(&what, deadline, look).await;
    }

    /// Waits for an invitation to `room`.
    ///
    /// # Panics
    /// When `deadline` passes first.
    pub async fn wait_for_invitation(&self, room: &str, deadline: Duration) {
        let look = || async { self.invitations().await.contains_key(room).then_some(()) };
        eventually(&format!("an invitation to {room}"), deadline, look).await;
    }

    /// Sends a request of `nio_client.py` and waits for its answer.
    ///
    /// # Errors
    /// When the homeserver refuses or the client fails.
    ///
    /// # Panics
    /// When the client is gone or does not answer.
    pub async fn ask(&self, mut request: Value) -> Reply {
        let (answer, reply) = oneshot::channel();
        self.write(&mut request, answer);
        let reply = tokio::time::timeout(PATIENCE, reply).await;
        reply.unwrap_or_else(|_| panic!("no answer to {request}")).expect("the client has ended")
    }

    fn write(&self, request: &mut Value, answer: oneshot::Sender<Reply>) {
        let mut pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        pipe.0 += 1;
        if let Some(fields) = request.as_object_mut() {
            fields.insert("id".into(), json!(pipe.0));
        }
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(pipe.0, answer);
        writeln!(pipe.1, "{request}").expect("the client has ended");
    }
}

/// Hands the client's answers to those who wait for them, until it ends.
fn listen(stdout: ChildStdout, waiting: Waiting) {
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(answer) = serde_json::from_str::<Value>(&line) else { continue };
            let id = answer.get("id").and_then(Value::as_u64).unwrap_or_default();
            let waiter = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            if let Some(waiter) = waiter {
                let _ = waiter.send(reply(&answer));
            }
        }
        waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    });
}

fn reply(answer: &Value) -> Reply {
    match answer.get("error") {
        Some(_) => Err(Refusal { errcode: text(answer, "error"), message: text(answer, "message") }),
        None => Ok(answer.get("ok").cloned().unwrap_or_default()),
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn string(value: Value) -> String {
    serde_json::from_value(value).expect("the client answers with a text")
}

fn strings(value: Value) -> Vec<String> {
    serde_json::from_value(value).expect("the client answers with a list of texts")
}
