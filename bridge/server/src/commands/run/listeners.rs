//! Where this process listens: for the homeserver, and for whoever collects numbers.

use std::{net::SocketAddr, sync::Arc};

use kring_web::{Counted, MetricsState, Router, WebState};
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::{
    config::Config,
    exit::Failure,
    lifecycle::Lifecycle,
    ports::{Ingest, Prevention, Ready},
    wiring,
};

/// The addresses of this process, taken and not yet served.
pub(super) struct Listeners {
    homeserver: TcpListener,
    metrics: Option<(TcpListener, Counted)>,
}

impl Listeners {
    /// Takes the addresses that the configuration names. Where it names one for metrics, this process counts from now on.
    ///
    /// # Errors
    /// When an address cannot be had.
    pub(super) async fn bind(config: &Config) -> Result<Self, Failure> {
        let homeserver = bind("listen.address", config.listen.address).await?;
        let metrics = match config.metrics.listen {
            Some(address) => Some((bind("metrics.listen", address).await?, counted(address)?)),
            None => None,
        };
        Ok(Self { homeserver, metrics })
    }

    /// Serves what belongs at each address until the process stops. `antispam`: the token of the homeserver's module, and
    /// who answers it.
    pub(super) fn serve(
        self,
        life: &Lifecycle,
        hs_token: SecretString,
        (ingest, ready): (Ingest, Ready),
        antispam: Option<(SecretString, Prevention)>,
    ) {
        let ready = Arc::new(ready);
        if let Some((listener, counted)) = self.metrics {
            let state = MetricsState::new(counted, ready.clone(), ready.clone());
            serve(life, listener, kring_web::metrics_router(state));
        }
        let mut state = WebState::new(hs_token, Arc::new(ingest), ready);
        if let Some((token, prevention)) = antispam {
            state = state.preventing(token, Arc::new(prevention));
        }
        serve(life, self.homeserver, kring_web::router(state));
    }
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let address = ("address", address.to_string().into());
        Failure::new("listen-failed", &[address, ("reason", error.to_string().into()), ("key", key.into())])
    })
}

fn counted(address: SocketAddr) -> Result<Counted, Failure> {
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "whoever reaches this address can read the metrics; keep it away from the internet");
    }
    let counted = Counted::install().map_err(|e| wiring::failure("metrics-failed", &e))?;
    kring_app::counters();
    Ok(counted)
}

fn serve(life: &Lifecycle, listener: TcpListener, router: Router) {
    let stop = life.stopping().clone();
    let stopping = stop.clone().cancelled_owned();
    life.tasks().spawn(async move {
        if let Err(error) = kring_web::serve(listener, router, stopping).await {
            tracing::error!(%error, "the web server ended");
            stop.cancel();
        }
    });
}
