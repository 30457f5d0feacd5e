//! The least that an application service in this language can do: read the body, keep nothing, answer 200. Runs in a
//! process of its own, as every target does.

use std::process::Command;

use axum::{
    Router, body::Bytes, extract::DefaultBodyLimit, http::header, response::IntoResponse, routing::put,
};
use kring_tests::process::Process;

use super::fail;

/// Set for the process that is the bare service; holds its port.
const ROLE: &str = "KRING_BENCH_BARE_PORT";

/// The port, in the process that is the bare service.
pub(crate) fn role() -> Option<u16> {
    std::env::var(ROLE).ok()?.parse().ok()
}

/// This program once more, as the bare service.
pub(crate) fn start(port: u16, folder: &std::path::Path) -> Process {
    let program = std::env::current_exe().unwrap_or_else(|e| fail(&e));
    let mut command = Command::new(program);
    command.env(ROLE, port.to_string());
    Process::start("bare", &command, &folder.join("bare.log"))
}

/// Serves until it is killed.
pub(crate) fn serve(port: u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap_or_else(|e| fail(&e)).block_on(async {
        let router = Router::new()
            .route("/_matrix/app/v1/transactions/{txn}", put(answer))
            .layer(DefaultBodyLimit::disable());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap_or_else(|e| fail(&e));
        let _ = axum::serve(axum::serve::ListenerExt::tap_io(listener, no_delay), router).await;
    });
}

fn no_delay(stream: &mut tokio::net::TcpStream) {
    let _ = stream.set_nodelay(true);
}

async fn answer(_body: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], "{}")
}
