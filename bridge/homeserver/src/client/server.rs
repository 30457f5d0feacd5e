//! What the homeserver is and knows about us.

use std::{collections::BTreeSet, time::Duration};

use ruma::{
    OwnedUserId, TransactionId,
    api::{
        OutgoingRequest,
        auth_scheme::SendAccessToken,
        client::{
            account::whoami,
            appservice::request_ping,
            discovery::{get_capabilities, get_supported_versions},
        },
    },
};

use super::Homeserver;
use crate::HomeserverError;

/// What a homeserver says it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerVersions {
    /// Versions of the specification: `v1.11`.
    pub versions: Vec<String>,
}

impl Homeserver {
    /// The versions of the specification that the homeserver speaks. Needs no token, so it answers for a wrong one.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.versions", skip_all)]
    pub async fn versions(&self) -> Result<ServerVersions, HomeserverError> {
        const DURING: &str = "ask for the versions";
        let request = get_supported_versions::Request::new()
            .try_into_http_request::<Vec<u8>>(self.caller.transport().base(), SendAccessToken::None, ())
            .map_err(|e| HomeserverError::unsendable(DURING, &e))?;
        let response =
            self.caller.transport().fetch::<get_supported_versions::Request>(DURING, request).await?;
        Ok(ServerVersions { versions: response.versions })
    }

    /// Who we are by our token: the sender of the registration.
    ///
    /// # Errors
    ///
    /// [`Class::Unauthorized`](crate::Class) when the homeserver does not know the token, and as every request.
    #[tracing::instrument(name = "homeserver.whoami", skip_all)]
    pub async fn whoami(&self) -> Result<OwnedUserId, HomeserverError> {
        Ok(self.call("ask who we are", whoami::v3::Request::new()).await?.user_id)
    }

    /// The room versions that the homeserver can make.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.capabilities", skip_all)]
    pub async fn room_versions(&self) -> Result<BTreeSet<String>, HomeserverError> {
        let response = self.call("ask for the room versions", get_capabilities::v3::Request::new()).await?;
        Ok(response.capabilities.room_versions.available.into_keys().map(|v| v.to_string()).collect())
    }

    /// Asks the homeserver to call us, which also makes it retry waiting transactions at once. Gives the time the
    /// homeserver measured.
    ///
    /// # Errors
    ///
    /// With `errcode` `M_CONNECTION_FAILED`, `M_CONNECTION_TIMEOUT`, `M_BAD_STATUS` or `M_URL_NOT_SET` when the
    /// homeserver could not reach us; with [`Class::Forbidden`](crate::Class) when the id of the registration is not ours.
    #[tracing::instrument(name = "homeserver.ping", skip_all, fields(txn.id = %txn_id))]
    pub async fn ping(&self, txn_id: &TransactionId) -> Result<Duration, HomeserverError> {
        let mut request = request_ping::v1::Request::new(self.registration_id.to_string());
        request.transaction_id = Some(txn_id.to_owned());
        Ok(self.call("ask for a ping", request).await?.duration)
    }
}
