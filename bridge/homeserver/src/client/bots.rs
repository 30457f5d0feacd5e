//! Our own users: the bots and their devices.

use ruma::{
    DeviceId, OwnedDeviceId, RoomId, UserId,
    api::client::{
        account::register,
        device::{get_device, update_device},
        membership::join_room_by_id,
        profile::set_profile_field,
        session::login,
    },
    profile::ProfileFieldValue,
};
use secrecy::SecretString;

use super::{Homeserver, Identity};
use crate::{Class, HomeserverError};

impl Homeserver {
    /// Makes a user of our own namespace, without a session. One that exists already is no error.
    ///
    /// # Errors
    ///
    /// [`Class::Exclusive`] for a name outside of our namespace, and as every request.
    #[tracing::instrument(name = "homeserver.bot.register", skip_all, fields(localpart = localpart))]
    pub async fn register_bot(&self, localpart: &str) -> Result<(), HomeserverError> {
        let mut request = register::v3::Request::new();
        request.username = Some(localpart.to_owned());
        request.login_type = Some(register::LoginType::ApplicationService);
        request.inhibit_login = true;
        match self.call("register a bot", request).await {
            Ok(_) => Ok(()),
            Err(error) if error.class() == Class::InUse => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sets the display name of one of our own users. Idempotent.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.bot.name", skip_all)]
    pub async fn set_display_name(&self, user: &UserId, name: &str) -> Result<(), HomeserverError> {
        let value = ProfileFieldValue::DisplayName(name.to_owned());
        let request = set_profile_field::v3::Request::new(user.to_owned(), value);
        self.caller.call("set a display name", request, Identity::User(user)).await.map(drop)
    }

    /// Joins a room as one of our own users. Idempotent.
    ///
    /// # Errors
    ///
    /// [`Class::Forbidden`] without an invitation, and as every request.
    #[tracing::instrument(name = "homeserver.bot.join", skip_all, fields(room.id = %room))]
    pub async fn join_as_bot(&self, room: &RoomId, bot: &UserId) -> Result<(), HomeserverError> {
        let request = join_room_by_id::v3::Request::new(room.to_owned());
        self.caller.call("join as a bot", request, Identity::User(bot)).await.map(drop)
    }

    /// Sees to it that a bot has the device that [`Homeserver::send_message`] names. Idempotent; a device that is
    /// there keeps its session.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.bot.device", skip_all)]
    pub async fn ensure_device(&self, bot: &UserId, device: &DeviceId) -> Result<(), HomeserverError> {
        const DURING: &str = "make a bot's device";
        let look = get_device::v3::Request::new(device.to_owned());
        match self.caller.call(DURING, look, Identity::User(bot)).await {
            Ok(_) => return Ok(()),
            Err(error) if error.class() == Class::NotFound => {}
            Err(error) => return Err(error),
        }
        // Where application services manage devices themselves (MSC4190) this makes it; elsewhere it is not found.
        let make = update_device::v3::Request::new(device.to_owned());
        match self.caller.call(DURING, make, Identity::User(bot)).await {
            Ok(_) => Ok(()),
            Err(error) if error.class() == Class::NotFound => self.log_in_bot(bot, device).await.map(drop),
            Err(error) => Err(error),
        }
    }

    /// Logs a bot in with a fixed device and gives the session's access token. An earlier token of that device ends.
    ///
    /// # Errors
    ///
    /// With `errcode` `M_APPSERVICE_LOGIN_UNSUPPORTED` where an authentication service keeps the accounts, and as
    /// every request.
    #[tracing::instrument(name = "homeserver.bot.login", skip_all)]
    pub async fn log_in_bot(&self, bot: &UserId, device: &DeviceId) -> Result<SecretString, HomeserverError> {
        let whose = login::v3::ApplicationService::new(bot.to_owned().into());
        let info = login::v3::LoginInfo::ApplicationService(whose);
        let mut request = login::v3::Request::new(info);
        request.device_id = Some(OwnedDeviceId::from(device));
        Ok(self.call("log a bot in", request).await?.access_token.into())
    }
}
