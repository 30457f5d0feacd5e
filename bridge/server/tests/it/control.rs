//! Commands handed over to a running Kring.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use kring::{
    control::{ControlError, Frame, Handler, Listener, Request, Turn, WriterLock, hand_over, serve},
    exit::Exit,
    output::Output,
};
use serde_json::json;
use tokio::{
    net::UnixStream,
    sync::{Semaphore, mpsc},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A listening process: what it was asked, and the means to stop it.
struct Server {
    dir: tempfile::TempDir,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    fn start(handler: Handler) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listener = Listener::bind(&dir.path().join("kring.sock")).unwrap();
        tasks.spawn(serve(listener, handler, tasks.clone(), stop.clone()));
        Self { dir, stop, tasks }
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("kring.sock")
    }

    /// Stops, and waits until no task is left over.
    async fn finish(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        assert!(!self.socket().exists(), "the socket is still there");
    }
}

fn request(files: &[(&str, &[u8])]) -> Request {
    Request {
        command: json!({"import": {"file": "leden.csv"}}),
        language: "nl".to_owned(),
        terminal: true,
        names: files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        files: files.iter().map(|(_, bytes)| bytes.to_vec()).collect(),
    }
}

fn handler<F>(work: impl Fn(Request, Output) -> F + Send + Sync + 'static) -> Handler
where
    F: Future<Output = Exit> + Send + 'static,
{
    Arc::new(move |request, out| Box::pin(work(request, out)))
}

async fn theirs(socket: &Path) -> UnixStream {
    match Turn::take(socket).await.unwrap() {
        Turn::Theirs(stream) => stream,
        Turn::Ours(_) => panic!("nobody listens on {}", socket.display()),
    }
}

#[tokio::test]
async fn a_command_is_handed_over_with_its_files_and_answers_as_it_goes() {
    let server = Server::start(handler(|request, out| async move {
        assert_eq!(request.command, json!({"import": {"file": "leden.csv"}}));
        assert!(out.is_terminal());
        out.line(&format!("{} bytes", request.file(Path::new("leden.csv")).unwrap().len()));
        out.diagnostic(out.language());
        Exit::NotGood
    }));
    let (sender, mut said) = mpsc::unbounded_channel();
    let out = Output::frames(sender, "en", false);
    let file = vec![7; 3 * 1024 * 1024];
    let request = request(&[("other.csv", b""), ("leden.csv", &file)]);
    let exit = hand_over(theirs(&server.socket()).await, &request, &out).await.unwrap();
    assert_eq!(exit, Exit::NotGood);
    assert_eq!(said.recv().await, Some(Frame::Out("3145728 bytes".to_owned())));
    assert_eq!(said.recv().await, Some(Frame::Err("nl".to_owned())));
    server.finish().await;
}

#[tokio::test]
async fn only_our_own_user_can_reach_the_socket_and_the_lock() {
    let server = Server::start(handler(|_, _| async { Exit::Done }));
    for name in ["kring.sock", "kring.lock"] {
        let mode = fs::metadata(server.dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    server.finish().await;
}

#[tokio::test]
async fn a_second_server_is_refused_and_the_first_goes_on() {
    let server = Server::start(handler(|_, _| async { Exit::Done }));
    let second = Listener::bind(&server.socket());
    assert!(matches!(second, Err(ControlError::Running)), "{second:?}");
    let out = Output::process("en");
    assert_eq!(hand_over(theirs(&server.socket()).await, &request(&[]), &out).await.unwrap(), Exit::Done);
    server.finish().await;
}

#[tokio::test]
async fn a_socket_that_a_dead_process_left_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kring.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    assert!(matches!(Turn::take(&path).await, Ok(Turn::Ours(_))));
    let listener = Listener::bind(&path).unwrap();
    assert!(matches!(Turn::take(&path).await, Ok(Turn::Theirs(_))));
    drop(listener);
}

#[tokio::test]
async fn a_file_in_the_place_of_the_socket_is_not_removed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kring.sock");
    fs::write(&path, "somebody's work").unwrap();
    assert!(matches!(Listener::bind(&path), Err(ControlError::Io(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's work");
}

#[tokio::test]
async fn a_caller_that_goes_away_cancels_nothing() {
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let done = Arc::new(Mutex::new(false));
    let shared = (begun.clone(), go_on.clone(), done.clone());
    let server = Server::start(handler(move |_, out| {
        let (begun, go_on, done) = shared.clone();
        async move {
            out.line("begun");
            begun.add_permits(1);
            go_on.acquire().await.unwrap().forget();
            out.line("nobody hears this");
            *done.lock().unwrap() = true;
            Exit::Done
        }
    }));
    let stream = theirs(&server.socket()).await;
    let caller = tokio::spawn(async move { hand_over(stream, &request(&[]), &Output::process("en")).await });
    begun.acquire().await.unwrap().forget();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go_on.add_permits(1);
    server.finish().await;
    assert!(*done.lock().unwrap());
}

#[tokio::test]
async fn stopping_waits_for_the_command_that_is_running() {
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let shared = (begun.clone(), go_on.clone());
    let server = Server::start(handler(move |_, _| {
        let (begun, go_on) = shared.clone();
        async move {
            begun.add_permits(1);
            go_on.acquire().await.unwrap().forget();
            Exit::Done
        }
    }));
    let stream = theirs(&server.socket()).await;
    let caller = tokio::spawn(async move { hand_over(stream, &request(&[]), &Output::process("en")).await });
    begun.acquire().await.unwrap().forget();
    server.stop.cancel();
    go_on.add_permits(1);
    assert_eq!(caller.await.unwrap().unwrap(), Exit::Done);
    server.finish().await;
}

#[tokio::test]
async fn a_command_that_breaks_off_is_a_failure_and_the_server_goes_on() {
    let server = Server::start(handler(|request, _| async move {
        assert!(request.names.is_empty(), "broken on purpose");
        Exit::Done
    }));
    let out = Output::process("en");
    let broken = hand_over(theirs(&server.socket()).await, &request(&[("a", b"")]), &out).await;
    assert_eq!(broken.unwrap(), Exit::CouldNot);
    assert_eq!(hand_over(theirs(&server.socket()).await, &request(&[]), &out).await.unwrap(), Exit::Done);
    server.finish().await;
}

#[tokio::test]
async fn too_many_files_are_refused() {
    let server = Server::start(handler(|_, _| async { Exit::Done }));
    let many = [("a", b"".as_slice()); 9];
    let refused = hand_over(theirs(&server.socket()).await, &request(&many), &Output::process("en")).await;
    assert!(matches!(refused, Err(ControlError::Cut | ControlError::Io(_))), "{refused:?}");
    server.finish().await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_it_is_sent() {
    let server = Server::start(handler(|_, _| async { Exit::Done }));
    let large = vec![0; kring::control::MAX_FRAME + 1];
    let out = Output::process("en");
    let refused = hand_over(theirs(&server.socket()).await, &request(&[("a", &large)]), &out).await;
    assert!(matches!(refused, Err(ControlError::TooLarge)), "{refused:?}");
    server.finish().await;
}

#[tokio::test]
async fn beside_another_command_that_writes_there_is_no_turn() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kring.sock");
    let lock = WriterLock::try_take(&path).unwrap().unwrap();
    assert!(matches!(Turn::take(&path).await, Err(ControlError::Busy)));
    drop(lock);
    assert!(matches!(Turn::take(&path).await, Ok(Turn::Ours(_))));
}
