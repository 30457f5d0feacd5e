//! What is wrong between the homeserver and us, each with a code and a sentence.

mod findings;

use ruma::TransactionId;

pub use self::findings::Finding;
use crate::{Class, Homeserver, HomeserverError, ROOM_VERSION};

/// The oldest version of the specification that offers everything we ask for (the ping came with 1.7).
pub const OLDEST_SPECIFICATION: (u32, u32) = (1, 7);

/// How the homeserver answers us, from the outside in: it answers, is new enough, knows our token.
///
/// Three requests at most; stops at the first finding, since the rest would only repeat it.
pub async fn homeserver(homeserver: &Homeserver) -> Finding {
    match ask(homeserver).await {
        Ok(finding) => finding,
        Err(error) => Finding::from_error(&error),
    }
}

async fn ask(homeserver: &Homeserver) -> Result<Finding, HomeserverError> {
    let spoken = homeserver.versions().await?.versions;
    if !spoken.iter().filter_map(|v| version(v)).any(|v| v >= OLDEST_SPECIFICATION) {
        return Ok(Finding::TooOld { newest: spoken.into_iter().next_back().unwrap_or_default() });
    }
    let user = homeserver.whoami().await?;
    if user.localpart() != homeserver.sender_localpart() {
        return Ok(Finding::OtherSender { user });
    }
    if !homeserver.room_versions().await?.contains(ROOM_VERSION) {
        return Ok(Finding::NoRoomVersion);
    }
    Ok(Finding::Good)
}

/// Whether the homeserver reaches us: asks for a ping. Also wakes up its waiting transactions.
///
/// Our own endpoint must be listening already.
pub async fn delivery(homeserver: &Homeserver, txn_id: &TransactionId) -> Finding {
    let Err(error) = homeserver.ping(txn_id).await else { return Finding::Good };
    match (error.errcode(), error.class()) {
        (Some("M_URL_NOT_SET"), _) => Finding::NoUrl,
        (Some("M_CONNECTION_FAILED" | "M_CONNECTION_TIMEOUT" | "M_BAD_STATUS"), _) => {
            Finding::CannotReachUs { message: error.message().to_owned() }
        }
        (_, Class::Forbidden) => Finding::OtherId { id: homeserver.registration_id().to_owned() },
        _ => Finding::from_error(&error),
    }
}

/// `v1.11` as numbers; `None` for `r0.6.1` and what comes from the future in another form.
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests;
