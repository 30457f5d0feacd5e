//! The side that carries commands out: `kring run`.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _, future::BoxFuture};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::mpsc,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{ControlError, Frame, MAX_FILES, Request, Wire, WriterLock, wire};
use crate::{exit::Exit, output::Output};

/// How long a caller may take to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Carries a command out. It says everything through the [`Output`].
pub type Handler = Arc<dyn Fn(Request, Output) -> BoxFuture<'static, Exit> + Send + Sync>;

/// The socket with the writer's lock that belongs to it; dropped, both are gone.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    owner: u32,
    _lock: WriterLock,
}

impl Listener {
    /// Takes the writer's lock and listens on `path`, mode 0600. A socket file that a dead process left is
    /// replaced. Must be called inside the runtime.
    ///
    /// # Errors
    /// [`ControlError::Running`] when another process has the lock; [`ControlError::Io`] when the socket cannot
    /// be made, or when `path` is something else than a socket.
    pub fn bind(path: &Path) -> Result<Self, ControlError> {
        let lock = WriterLock::try_take(path)?.ok_or(ControlError::Running)?;
        remove_stale(path)?;
        let socket = UnixListener::bind(path)?;
        // Between these two lines the mode is the umask's; `serve` refuses other users all the same.
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        let owner = lock.owner()?;
        Ok(Self { socket, path: path.to_owned(), owner, _lock: lock })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.path);
    }
}

fn remove_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt as _;
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        // We hold the lock, so nobody listens on it any more.
        Ok(found) if found.file_type().is_socket() => fs::remove_file(path),
        Ok(_) => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "the socket's path is a file of another kind"))
        }
    }
}

/// Carries out what callers hand over, each on its own, until `stop`. The commands run as tasks of `tasks`, which
/// ends when the last one has: a caller that goes away, or `stop`, cuts none of them off.
pub async fn serve(listener: Listener, handler: Handler, tasks: TaskTracker, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if may_ask(&stream, listener.owner) => {
                tasks.spawn(answer(wire(stream), handler.clone(), tasks.clone()));
            }
            Ok(_) => tracing::warn!("control: a caller of another user was refused"),
            Err(error) => {
                tracing::warn!(%error, "control: a caller could not be accepted");
                // Out of file descriptors: let the tasks that hold them run first.
                tokio::task::yield_now().await;
            }
        }
    }
}

/// Only our own user and root may hand commands over.
fn may_ask(stream: &UnixStream, owner: u32) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == owner || peer.uid() == 0)
}

async fn answer(mut wire: Wire, handler: Handler, tasks: TaskTracker) {
    let request = match timeout(REQUEST_TIME, receive(&mut wire)).await {
        Ok(Ok(request)) => request,
        Ok(Err(error)) => return tracing::warn!(%error, "control: a request could not be read"),
        Err(_) => return tracing::warn!("control: a caller sent no request in time"),
    };
    let (sender, mut frames) = mpsc::unbounded_channel();
    let out = Output::frames(sender, &request.language, request.terminal);
    let command = tasks.spawn(handler(request, out));
    while let Some(frame) = frames.recv().await {
        if send(&mut wire, &frame).await.is_err() {
            // The caller went away. The command goes on; nobody hears it.
            frames.close();
        }
    }
    let exit = command.await.unwrap_or_else(|error| {
        tracing::error!(%error, "control: a command broke off");
        Exit::CouldNot
    });
    _ = send(&mut wire, &Frame::Exit(exit.code())).await;
}

async fn receive(wire: &mut Wire) -> Result<Request, ControlError> {
    let head = wire.next().await.ok_or(ControlError::Cut)??;
    let mut request: Request = serde_json::from_slice(&head)?;
    if request.names.len() > MAX_FILES {
        return Err(ControlError::TooLarge);
    }
    for _ in &request.names {
        request.files.push(wire.next().await.ok_or(ControlError::Cut)??.to_vec());
    }
    Ok(request)
}

async fn send(wire: &mut Wire, frame: &Frame) -> Result<(), ControlError> {
    Ok(wire.send(Bytes::from(serde_json::to_vec(frame)?)).await?)
}
