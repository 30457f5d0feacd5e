//! A line between a program and a server that a test makes slow, cuts, lets stall or takes away.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// As it should be.
    Good,
    /// Everything that passes takes so much longer, in each direction.
    Slow(Duration),
    /// Nothing passes, and nobody is told.
    Stalled,
    /// New connections are closed at once.
    Refusing,
}

/// The line, and how often it was cut.
type State = (Line, u64);

/// A running proxy; ends on drop, with all connections.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: watch::Sender<State>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `server`.
    ///
    /// # Panics
    /// When the loopback interface has no free port.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let state = watch::Sender::new((Line::Good, 0));
        let task = tokio::spawn(accept(listener, server, state.subscribe()));
        Self { port, state, task }
    }

    /// `address` of the server behind it, through it.
    ///
    /// # Panics
    /// When it is no address with a port.
    pub fn through(&self, address: &str) -> String {
        let mut url: url::Url = address.parse().expect("an address");
        url.set_port(Some(self.port)).expect("an address with a port");
        url.into()
    }

    /// Makes the line like this.
    pub fn becomes(&self, line: Line) {
        self.state.send_modify(|state| state.0 = line);
    }

    /// Cuts all connections that are open now.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.1 += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, state: watch::Receiver<State>) {
    while let Ok((client, _)) = listener.accept().await {
        if state.borrow().0 != Line::Refusing {
            tokio::spawn(carry(client, server, state.clone()));
        }
    }
}

/// Carries one connection until one side ends or it is cut.
async fn carry(client: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    let cuts = state.borrow_and_update().1;
    let Ok(server) = TcpStream::connect(server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        _ = pass(from_client, to_server, state.clone()) => {}
        _ = pass(from_server, to_client, state.clone()) => {}
        _ = state.wait_for(|state| state.1 != cuts) => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut state: watch::Receiver<State>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        let line = state.wait_for(|state| state.0 != Line::Stalled).await.map_or(Line::Good, |state| state.0);
        if let Line::Slow(delay) = line {
            tokio::time::sleep(delay).await;
        }
        match bytes.get(..count) {
            Some(read) if count > 0 => to.write_all(read).await?,
            _ => return Ok(()),
        }
    }
}
