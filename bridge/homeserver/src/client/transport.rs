//! One HTTP request and its answer, within limits.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use ruma::api::{IncomingResponse, OutgoingRequest};
use url::Url;

use super::HomeserverOptions;
use crate::{Class, Fence, HomeserverError};

/// How long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(25);

/// A pool of connections to one homeserver.
#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    base: Arc<str>,
    largest_answer: usize,
    fence: Option<Arc<Fence>>,
}

impl Transport {
    pub(crate) fn new(base: &Url, options: &HomeserverOptions) -> Result<Self, HomeserverError> {
        let http = reqwest::Client::builder()
            .connect_timeout(options.connect_timeout)
            .timeout(options.request_timeout)
            // Synapse closes idle connections after a minute; a request on one that is just closing would fail.
            .pool_idle_timeout(IDLE)
            // A token is sent to the configured address and nowhere else, whatever an answer or the
            // environment says.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("kring/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| HomeserverError::transport("connect", e))?;
        let base = base.as_str().trim_end_matches('/').into();
        Ok(Self { http, base, largest_answer: options.largest_answer, fence: options.fence.clone() })
    }

    /// The homeserver's address without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request of ruma and reads its answer.
    pub(crate) async fn fetch<R: OutgoingRequest>(
        &self,
        during: &'static str,
        request: http::Request<Vec<u8>>,
    ) -> Result<R::IncomingResponse, HomeserverError> {
        let response = self.send(during, request).await?;
        R::IncomingResponse::try_from_http_response(response)
            .map_err(|e| HomeserverError::unreadable(during, &e))
    }

    /// Sends any request; every answer but a 2xx is an error.
    pub(crate) async fn send(
        &self,
        during: &'static str,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, HomeserverError> {
        if let Some(token) = request.headers_mut().get_mut(http::header::AUTHORIZATION) {
            token.set_sensitive(true);
        }
        let request = request.try_into().map_err(|e| HomeserverError::transport(during, e))?;
        if self.fence.as_ref().is_some_and(|fence| !fence.holds()) {
            return Err(HomeserverError::new(during, Class::Fenced, "this process does not lead any more"));
        }
        let response = self.http.execute(request).await.map_err(|e| HomeserverError::transport(during, e))?;
        let response = self.read(during, response).await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(HomeserverError::refused(during, response))
        }
    }

    async fn read(
        &self,
        during: &'static str,
        mut response: reqwest::Response,
    ) -> Result<http::Response<Bytes>, HomeserverError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| HomeserverError::transport(during, e))? {
            if body.len() + chunk.len() > self.largest_answer {
                let message = format!("the answer is larger than {} bytes", self.largest_answer);
                return Err(HomeserverError::new(during, Class::TooLarge, message));
            }
            body.extend_from_slice(&chunk);
        }
        let mut read = http::Response::new(body.freeze());
        *read.status_mut() = response.status();
        *read.headers_mut() = std::mem::take(response.headers_mut());
        Ok(read)
    }
}
