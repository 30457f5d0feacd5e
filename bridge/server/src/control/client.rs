//! The side that hands a command over.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt as _};
use tokio::net::UnixStream;

use super::{ControlError, Frame, MAX_FRAME, Request, Wire, wire};
use crate::{exit::Exit, output::Output};

/// Hands `request` over and repeats what comes back on `out` until the command has ended.
///
/// # Errors
/// When a file is too large, or the other end goes away or speaks another version. The command may have been
/// carried out all the same.
pub async fn hand_over(stream: UnixStream, request: &Request, out: &Output) -> Result<Exit, ControlError> {
    let mut wire = wire(stream);
    send(&mut wire, request).await?;
    while let Some(frame) = wire.next().await {
        match serde_json::from_slice(&frame?)? {
            Frame::Out(line) => out.line(&line),
            Frame::Err(line) => out.diagnostic(&line),
            Frame::Progress { done, total } => out.progress(done, total),
            Frame::ProgressEnds => out.progress_ends(),
            Frame::Exit(code) => return Ok(Exit::from_code(code)),
        }
    }
    Err(ControlError::Cut)
}

async fn send(wire: &mut Wire, request: &Request) -> Result<(), ControlError> {
    if request.files.iter().any(|file| file.len() > MAX_FRAME) {
        return Err(ControlError::TooLarge);
    }
    wire.feed(Bytes::from(serde_json::to_vec(request)?)).await?;
    for file in &request.files {
        wire.feed(Bytes::copy_from_slice(file)).await?;
    }
    Ok(SinkExt::<Bytes>::flush(wire).await?)
}
