//! Only the homeserver comes in: its token is checked before anything of the body is read.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::{WebState, answer::Refusal};

/// Source: Application Service API, "Authorization".
pub(crate) async fn check(
    State(state): State<WebState>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let shown = bearer(request.headers()).ok_or(Refusal::MissingToken)?;
    if is(shown, &state.hs_token) { Ok(next.run(request).await) } else { Err(Refusal::WrongToken) }
}

/// Whether the headers show this token.
pub(crate) fn shows(headers: &HeaderMap, token: &SecretString) -> bool {
    bearer(headers).is_some_and(|shown| is(shown, token))
}

/// Takes as long for a token that is nearly right as for one that is not.
fn is(shown: &[u8], token: &SecretString) -> bool {
    bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}
