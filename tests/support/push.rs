//! Transactions as a homeserver's sender pushes them, in the barest form: one connection that stays, one transaction at
//! a time. What it costs itself is small beside any application service, so that differences are theirs.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// How long a service may take to answer, as Synapse waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection to an application service.
#[derive(Debug)]
pub struct Pusher {
    stream: TcpStream,
    token: String,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Pusher {
    /// Connects to a service on the loopback interface that knows `token` as its `hs_token`.
    ///
    /// # Errors
    /// When nobody listens on `port`.
    pub fn connect(port: u16, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, token: token.to_owned(), request: Vec::new(), answer: Vec::new() })
    }

    /// Pushes one transaction; answers the status and how long it took from the first byte sent to the last one read.
    ///
    /// # Errors
    /// When the connection breaks, or the answer has no length.
    pub fn push(&mut self, txn_id: &str, body: &[u8]) -> io::Result<(u16, Duration)> {
        self.request.clear();
        write!(
            self.request,
            "PUT /_matrix/app/v1/transactions/{txn_id} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len()
        )?;
        self.request.extend_from_slice(body);
        let start = Instant::now();
        self.stream.write_all(&self.request)?;
        let status = self.read_answer()?;
        Ok((status, start.elapsed()))
    }

    fn read_answer(&mut self) -> io::Result<u16> {
        self.answer.clear();
        let mut buffer = [0; 4096];
        loop {
            let read = self.stream.read(&mut buffer)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answer.extend_from_slice(buffer.get(..read).unwrap_or_default());
            if let Some(status) = complete(&self.answer)? {
                return Ok(status);
            }
        }
    }
}

/// The status, once head and body are there.
fn complete(answer: &[u8]) -> io::Result<Option<u16>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default());
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
    });
    match (status, length) {
        (Some(status), Some(length)) => Ok((answer.len() >= end + 4 + length).then_some(status)),
        _ => Err(io::Error::other(format!("not an answer that can be read: {head}"))),
    }
}
