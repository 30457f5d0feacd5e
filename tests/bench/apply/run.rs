//! One filling of an association, by Kring or by a bare client, on a homeserver of its own.

use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    time::{Duration, Instant},
};

use kring_tests::{Administration, Story, kring, story::Engine};

use super::{
    recorder::{Recorded, Recorder, fail},
    replay,
};

/// A filled homeserver and how long it took.
pub(crate) struct Filled {
    pub(crate) took: Duration,
    _story: Story,
}

impl Filled {
    pub(crate) async fn by_kring(accounts: usize, recorder: Option<&Recorder>) -> Self {
        let story = Story::start(Engine::Sqlite, "").await;
        if let Some(recorder) = recorder {
            recorder.before(story.synapse.url());
        }
        let config = configure(&story, recorder.map_or(story.synapse.url(), |r| &r.address)).await;
        let administration = Administration::generated(accounts, 6, 1);
        let file = story.file("leden.csv", &administration.csv());
        let list = story.file("accounts.csv", &addresses(&administration.csv()));
        command(&config, &["import", &file.display().to_string()]);
        command(&config, &["member", "provision", "--from", &list.display().to_string()]);
        let process =
            kring::KringProcess::start(&config, &format!("http://127.0.0.1:{}", story.kring_port)).await;
        record(recorder, true);
        let started = Instant::now();
        let applied =
            tokio::task::spawn_blocking(move || (process.command(&["apply", "--json"]), process)).await;
        let took = started.elapsed();
        record(recorder, false);
        let (said, _process) = applied.unwrap_or_else(|e| fail(&e));
        let answer = said.json();
        if answer.get("left").and_then(serde_json::Value::as_u64) != Some(0) {
            fail::<()>(&format!("the association was not filled: {answer}"));
        }
        Self { took, _story: story }
    }

    pub(crate) async fn by_a_bare_client(requests: &[Recorded]) -> Self {
        let story = Story::start(Engine::Sqlite, "").await;
        for user in users(requests) {
            story.synapse.create_user(&user, "a password of a bench", "Somebody").await;
        }
        let started = Instant::now();
        replay::replay(story.synapse.url(), requests).await;
        Self { took: started.elapsed(), _story: story }
    }
}

fn record(recorder: Option<&Recorder>, recording: bool) {
    if let Some(recorder) = recorder {
        recorder.record(recording);
    }
}

/// The local parts of the people that the recording brings in.
fn users(requests: &[Recorded]) -> Vec<String> {
    let acting = |r: &Recorded| Some(r.path.split("user_id=%40").nth(1)?.split("%3A").next()?.to_owned());
    let mut users: Vec<String> = requests.iter().filter_map(acting).collect();
    users.sort();
    users.dedup();
    users
}

fn addresses(csv: &str) -> String {
    csv.lines()
        .filter_map(|line| line.split(';').nth(4))
        .fold(String::new(), |all, address| all + address + "\n")
}

async fn configure(story: &Story, homeserver: &str) -> PathBuf {
    let admin =
        format!("user_id: \"@test-admin:kring.test\"\naccess_token: {}\n", story.synapse.admin_token().await);
    private(&story.file("admin.yaml", &admin));
    let (bridge, joiner) = (story.bridge.write(story.folder()), story.joiner.write(story.folder()));
    private(&bridge);
    private(&joiner);
    story.file(
        "config.yaml",
        &format!(
            "homeserver:\n  url: {homeserver}\n  server_name: kring.test\n  registration_file: {}\n\
             \x20 joiner_registration_file: {}\n  admin_token_file: admin.yaml\nstore: {{}}\npolicy:\n  source: ivn\n\
             listen:\n  address: 127.0.0.1:{}\nassociation:\n  name: Ons IVN\ndata:\n  dir: .\nlog:\n  format: text\n",
            bridge.display(),
            joiner.display(),
            story.kring_port,
        ),
    )
}

fn private(path: &PathBuf) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap_or_else(|e| fail(&e));
}

fn command(config: &std::path::Path, arguments: &[&str]) {
    let said = kring::command(Some(config), arguments);
    if said.code != Some(0) {
        fail::<()>(&format!("kring {arguments:?}: {}{}", said.stdout, said.stderr));
    }
}
