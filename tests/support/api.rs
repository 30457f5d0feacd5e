//! Bare requests to a homeserver or to Kring, for what a story wants to see with its own eyes.

use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::Value;

/// A server's base address with a client.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    client: Client,
}

/// An answer: the status and the JSON body, `null` when there was none.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// Whether the status is a 2xx.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The Matrix error code, empty when the body has none.
    pub fn errcode(&self) -> &str {
        self.text("errcode")
    }

    /// The text under `key`, empty when there is none.
    pub fn text(&self, key: &str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The body of a request that has to have succeeded.
    ///
    /// # Panics
    /// When it did not.
    pub fn expect_ok(self, what: &str) -> Value {
        assert!(self.is_ok(), "{what}: {} {}", self.status, self.body);
        self.body
    }
}

impl Api {
    /// Talks to `base`, `http://127.0.0.1:8008`.
    ///
    /// # Panics
    /// When no client can be made.
    pub fn new(base: impl Into<String>) -> Self {
        let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("an HTTP client");
        Self { base: base.into(), client }
    }

    /// The base address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends one request; `None` when there was no answer at all.
    pub async fn try_call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let body = response.json().await.unwrap_or(Value::Null);
        Some(Answer { status, body })
    }

    /// Sends one request.
    ///
    /// # Panics
    /// When there is no answer at all.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let answer = self.try_call(method.clone(), path, token, body).await;
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// `GET path`
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None).await
    }

    /// `PUT path`
    pub async fn put(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path, Some(token), Some(body)).await
    }

    /// `POST path`
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(token), Some(body)).await
    }
}

/// A text as one segment of a path: `!` `#` `@` `:` `/` and the like percent-encoded.
pub fn segment(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}
