//! The Client-Server API with the bridge's token.

mod bots;
pub(crate) mod create;
mod members;
mod messages;
mod rooms;
mod server;
mod state;
pub(crate) mod transport;

use std::{borrow::Cow, sync::Arc, time::Duration};

use ruma::{
    DeviceId, UserId,
    api::{
        AppserviceUserIdentity, MatrixVersion, OutgoingRequest, OutgoingRequestAppserviceExt,
        SupportedVersions,
        auth_scheme::{AuthScheme, SendAccessToken},
        path_builder::PathBuilder,
    },
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::transport::Transport;
pub use self::{
    members::RoomMember,
    messages::MessagesPage,
    server::ServerVersions,
    state::{RawEvent, StateContent},
};
use crate::{Fence, HomeserverError, registration::Registration};

/// Limits of the connection to the homeserver.
#[derive(Debug, Clone)]
pub struct HomeserverOptions {
    /// How long a connection may take to stand.
    pub connect_timeout: Duration,
    /// How long one request may take, connection included. Joins queue up inside Synapse, so not too short.
    pub request_timeout: Duration,
    /// The largest answer that is read, in bytes. The members of a room with 26,000 people take about 16 MB.
    pub largest_answer: usize,
    /// Without its right no request is made; `None` for a client whose requests anybody may make.
    pub fence: Option<Arc<Fence>>,
}

impl Default for HomeserverOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(60),
            largest_answer: 128 * 1024 * 1024,
            fence: None,
        }
    }
}

/// The homeserver, asked with the bridge's own token. Clones share one connection pool.
///
/// Without further ado a request is made by the sender, `@kring`. No method retries.
#[derive(Clone)]
pub struct Homeserver {
    caller: Caller,
    registration_id: Arc<str>,
    sender_localpart: Arc<str>,
}

impl std::fmt::Debug for Homeserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Homeserver").field("registration", &self.registration_id).finish_non_exhaustive()
    }
}

impl Homeserver {
    /// A client for the homeserver at `base`, with the token and the id of `registration`.
    ///
    /// # Errors
    ///
    /// When the connection pool cannot be set up (no trust store, for example).
    pub fn new(
        base: &Url,
        registration: &Registration,
        options: &HomeserverOptions,
    ) -> Result<Self, HomeserverError> {
        let caller = Caller::new(base, registration.as_token.clone(), options)?;
        Ok(Self {
            caller,
            registration_id: registration.id.as_str().into(),
            sender_localpart: registration.sender_localpart.as_str().into(),
        })
    }

    /// The id of the registration, as in the path of the ping.
    pub fn registration_id(&self) -> &str {
        &self.registration_id
    }

    /// The local part of the sender, `kring`.
    pub fn sender_localpart(&self) -> &str {
        &self.sender_localpart
    }

    async fn call<R>(&self, during: &'static str, request: R) -> Result<R::IncomingResponse, HomeserverError>
    where
        R: OutgoingRequest,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        self.caller.call(during, request, Identity::Sender).await
    }
}

/// On whose behalf a request is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Identity<'a> {
    /// The registration's own sender.
    Sender,
    /// A user of the registration's namespace.
    User(&'a UserId),
    /// The same with a device, which keeps client transaction ids idempotent over a homeserver's restart.
    Device(&'a UserId, &'a DeviceId),
}

impl<'a> From<Identity<'a>> for AppserviceUserIdentity<'a> {
    fn from(identity: Identity<'a>) -> Self {
        match identity {
            Identity::Sender => Self::default(),
            Identity::User(user) => Self::new(user),
            Identity::Device(user, device) => {
                let mut identity = Self::new(user);
                identity.device_id = Some(device);
                identity
            }
        }
    }
}

/// A connection and a token: what [`Homeserver`] and [`Joiner`](crate::Joiner) have in common.
#[derive(Clone)]
pub(crate) struct Caller {
    transport: Transport,
    token: Arc<SecretString>,
    versions: Arc<SupportedVersions>,
}

impl Caller {
    pub(crate) fn new(
        base: &Url,
        token: SecretString,
        options: &HomeserverOptions,
    ) -> Result<Self, HomeserverError> {
        // The paths of every request here are stable since these versions; asking first would cost a request.
        let versions = [MatrixVersion::V1_1, MatrixVersion::V1_7].into();
        let versions = SupportedVersions { versions, features: Default::default() };
        Ok(Self {
            transport: Transport::new(base, options)?,
            token: Arc::new(token),
            versions: Arc::new(versions),
        })
    }

    pub(crate) async fn call<R>(
        &self,
        during: &'static str,
        request: R,
        identity: Identity<'_>,
    ) -> Result<R::IncomingResponse, HomeserverError>
    where
        R: OutgoingRequest,
        for<'a> R::Authentication: AuthScheme<Input<'a> = SendAccessToken<'a>>,
        for<'a> R::PathBuilder: PathBuilder<Input<'a> = Cow<'a, SupportedVersions>>,
    {
        let request = request
            .try_into_http_request_with_identity::<Vec<u8>>(
                self.transport.base(),
                SendAccessToken::Always(self.token.expose_secret()),
                identity.into(),
                Cow::Borrowed(&self.versions),
            )
            .map_err(|e| HomeserverError::unsendable(during, &e))?;
        self.transport.fetch::<R>(during, request).await
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }
}
