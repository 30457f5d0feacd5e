//! A homeserver that answers one thing, for the unit tests.

use axum::{Router, response::IntoResponse};
use ruma::server_name;
use url::Url;

use crate::{
    Homeserver, HomeserverOptions,
    registration::{self, RegistrationInput, Registrations},
};

/// The registrations of the tests.
pub(crate) fn registrations() -> Registrations {
    let input = RegistrationInput {
        id: "kring",
        url: "http://127.0.0.1:8090",
        server_name: server_name!("example.org"),
        joiner_networks: vec!["127.0.0.1/32".to_owned()],
    };
    registration::generate(&input, &mut rand::rng())
}

/// Serves `router` on the loopback for as long as the test's runtime lives.
pub(crate) async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    base
}

/// A client of a homeserver that answers every request with `answer`.
pub(crate) async fn answering(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Homeserver {
    let base = serve(Router::new().fallback(async move || answer.clone())).await;
    Homeserver::new(&base, &registrations().bridge, &HomeserverOptions::default()).unwrap()
}
