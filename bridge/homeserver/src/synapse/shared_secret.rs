//! The first administrator, made once with Synapse's `registration_shared_secret`.

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use ruma::OwnedUserId;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha1::Sha1;
use url::Url;

use super::{requests::AdminApi, secret::AdminSecret};
use crate::{Class, HomeserverError, HomeserverOptions};

const DURING: &str = "make an administrator";
const PATH: [&str; 2] = ["v1", "register"];

#[derive(Deserialize)]
struct Nonce {
    nonce: String,
}

#[derive(Deserialize)]
struct Registered {
    user_id: OwnedUserId,
    access_token: String,
}

/// Makes a server administrator and gives its access token.
///
/// Not idempotent: a second call for the same `localpart` is refused with [`Class::InUse`](crate::Class), so keep what
/// it gives at once ([`AdminSecret::write`]). `password` should be long, random and forgotten. Take the shared secret
/// out of the homeserver's configuration afterwards.
///
/// # Errors
///
/// [`Class::BadRequest`] when the homeserver has no shared secret (with Synapse's own words),
/// [`Class::Forbidden`] when ours is another one, and as every request.
#[tracing::instrument(name = "homeserver.admin.create", skip_all)]
pub async fn create_admin(
    base: &Url,
    shared_secret: &SecretString,
    localpart: &str,
    password: &SecretString,
    options: &HomeserverOptions,
) -> Result<AdminSecret, HomeserverError> {
    let api = AdminApi::new(base, None, options)?;
    let Nonce { nonce } = api.send(DURING, Method::GET, &PATH, None).await?;
    let body = body(shared_secret, &nonce, localpart, password)?;
    let made: Registered = api.send(DURING, Method::POST, &PATH, Some(body)).await?;
    Ok(AdminSecret { user_id: made.user_id, access_token: made.access_token.into() })
}

/// Whether the homeserver has a `registration_shared_secret`, which makes an administrator of whoever knows it.
///
/// # Errors
///
/// As every request.
pub async fn shared_secret_is_set(base: &Url, options: &HomeserverOptions) -> Result<bool, HomeserverError> {
    let api = AdminApi::new(base, None, options)?;
    // An empty request is refused in any case; Synapse looks for the secret before it looks at the request.
    let asked = api.send::<Value>("look for the shared secret", Method::POST, &PATH, Some(json!({}))).await;
    match asked {
        Ok(_) => Ok(true),
        Err(error) if error.class() == Class::BadRequest => Ok(!error.message().contains("not enabled")),
        Err(error) if matches!(error.class(), Class::NotFound | Class::WrongVersion) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The signed request. Source: Synapse, "Shared-Secret Registration".
fn body(
    shared_secret: &SecretString,
    nonce: &str,
    localpart: &str,
    password: &SecretString,
) -> Result<Value, HomeserverError> {
    let mut mac = Hmac::<Sha1>::new_from_slice(shared_secret.expose_secret().as_bytes())
        .map_err(|_| HomeserverError::new(DURING, Class::BadRequest, "the shared secret cannot be used"))?;
    mac.update([nonce, localpart, password.expose_secret(), "admin"].join("\0").as_bytes());
    Ok(json!({
        "nonce": nonce,
        "username": localpart,
        "password": password.expose_secret(),
        "admin": true,
        "mac": hex::encode(mac.finalize().into_bytes()),
    }))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{body, shared_secret_is_set};
    use crate::{HomeserverOptions, mock};

    /// The words are Synapse 1.163's, in the order in which it checks.
    #[tokio::test]
    async fn configured_shared_secret_is_told_from_none() {
        let cases = [
            (
                StatusCode::BAD_REQUEST,
                r#"{"errcode":"M_UNKNOWN","error":"Shared secret registration is not enabled"}"#,
                false,
            ),
            (StatusCode::BAD_REQUEST, r#"{"errcode":"M_BAD_JSON","error":"nonce must be specified"}"#, true),
            (StatusCode::NOT_FOUND, r#"{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}"#, false),
        ];
        for (status, answer, expected) in cases {
            let base = mock::serve(axum::Router::new().fallback(async move || (status, answer))).await;
            let set = shared_secret_is_set(&base, &HomeserverOptions::default()).await.unwrap();
            assert_eq!(set, expected, "{answer}");
        }
    }

    /// The mac was computed with Python's own `hmac` over the bytes that Synapse signs.
    #[test]
    fn signature_is_the_one_synapse_computes() {
        let body = body(&"geheim".into(), "abc", "kring-admin", &"wachtwoord".into()).unwrap();
        assert_eq!(body["mac"], "44d3b16de6261166d9368856bcb54b5393a56792");
    }
}
