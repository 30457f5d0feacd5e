//! One request to `/_synapse/admin`.

use std::sync::Arc;

use http::{Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use crate::{Class, HomeserverError, HomeserverOptions, client::transport::Transport};

#[derive(Clone)]
pub(super) struct AdminApi {
    transport: Transport,
    base: Url,
    token: Option<Arc<SecretString>>,
}

impl AdminApi {
    pub(super) fn new(
        base: &Url,
        token: Option<SecretString>,
        options: &HomeserverOptions,
    ) -> Result<Self, HomeserverError> {
        let transport = Transport::new(base, options)?;
        Ok(Self { transport, base: base.clone(), token: token.map(Arc::new) })
    }

    /// Sends `body` to `/_synapse/admin/{path}`, each segment escaped, and reads the answer as `T`.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        during: &'static str,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<T, HomeserverError> {
        let request = self.request(during, method, path, body)?;
        let response = self.transport.send(during, request).await?;
        serde_json::from_slice(response.body()).map_err(|e| HomeserverError::unreadable(during, &e))
    }

    fn request(
        &self,
        during: &'static str,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<http::Request<Vec<u8>>, HomeserverError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| HomeserverError::new(during, Class::BadRequest, "the address has no path"))?
            .pop_if_empty()
            .extend(["_synapse", "admin"])
            .extend(path);
        let mut request = http::Request::builder().method(method).uri(url.as_str());
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
        request.body(body).map_err(|e| HomeserverError::unsendable(during, &e))
    }
}

/// `true`, `1`, or absent.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_bool().unwrap_or_else(|| value.as_i64().is_some_and(|n| n != 0)))
}
