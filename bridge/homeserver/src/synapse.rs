//! Accounts through Synapse's own admin API.
//!
//! Source: Synapse 1.163, `synapse/rest/admin/users.py` and `devices.py`.

mod requests;
pub(crate) mod secret;
pub(crate) mod shared_secret;

use async_trait::async_trait;
use http::Method;
use ruma::{OwnedUserId, UserId};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use self::requests::AdminApi;
use crate::{
    Account, AccountError, AccountProvider, Class, Creation, HomeserverError, HomeserverOptions, NewAccount,
};

/// The account provider of a Synapse that keeps its accounts itself.
#[derive(Clone)]
pub struct SynapseAdmin {
    api: AdminApi,
}

impl std::fmt::Debug for SynapseAdmin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SynapseAdmin")
    }
}

impl SynapseAdmin {
    /// A provider for the Synapse at `base`, with the access token of a server administrator who is no person.
    ///
    /// # Errors
    ///
    /// When the connection pool cannot be set up.
    pub fn new(
        base: &Url,
        token: SecretString,
        options: &HomeserverOptions,
    ) -> Result<Self, HomeserverError> {
        Ok(Self { api: AdminApi::new(base, Some(token), options)? })
    }

    /// Whether the token works and belongs to a server administrator.
    ///
    /// # Errors
    ///
    /// [`Class::Unauthorized`] for an unknown token, [`Class::Forbidden`] for one of somebody else, and as every
    /// request.
    pub async fn check(&self) -> Result<(), HomeserverError> {
        self.api.send::<Value>("check the admin token", Method::GET, &["v2", "users"], None).await.map(drop)
    }

    async fn modify(&self, during: &'static str, user: &UserId, change: Value) -> Result<(), AccountError> {
        // A PUT makes the account when there is none, so look first.
        self.existing(user).await?;
        self.put(during, user, change).await
    }

    async fn put(&self, during: &'static str, user: &UserId, body: Value) -> Result<(), AccountError> {
        self.api.send::<Value>(during, Method::PUT, &["v2", "users", user.as_str()], Some(body)).await?;
        Ok(())
    }

    async fn existing(&self, user: &UserId) -> Result<Account, AccountError> {
        self.account(user).await?.ok_or_else(|| AccountError::NoSuchAccount(user.to_owned()))
    }

    /// Synapse gives an address to whoever asked last and takes it from the other without a word.
    async fn free_for(&self, user: &UserId, address: &str) -> Result<(), AccountError> {
        match self.find_by_email(address).await? {
            Some(by) if by != user => Err(AccountError::AddressTaken { by }),
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
struct Found {
    user_id: OwnedUserId,
}

#[derive(Deserialize)]
struct Threepid {
    medium: String,
    address: String,
}

/// Synapse writes flags as `true` or as `1`, depending on its database.
#[derive(Deserialize)]
struct UserDetails {
    name: OwnedUserId,
    displayname: Option<String>,
    #[serde(default)]
    threepids: Vec<Threepid>,
    #[serde(default, deserialize_with = "requests::flag")]
    suspended: bool,
    #[serde(default, deserialize_with = "requests::flag")]
    locked: bool,
    #[serde(default, deserialize_with = "requests::flag")]
    deactivated: bool,
    #[serde(default, deserialize_with = "requests::flag")]
    admin: bool,
}

impl From<UserDetails> for Account {
    fn from(user: UserDetails) -> Self {
        let emails = user.threepids.into_iter().filter(|t| t.medium == "email").map(|t| t.address);
        let mut emails: Vec<_> = emails.collect();
        emails.sort();
        Self {
            user_id: user.name,
            display_name: user.displayname,
            emails,
            suspended: user.suspended,
            locked: user.locked,
            deactivated: user.deactivated,
            admin: user.admin,
        }
    }
}

#[derive(Deserialize)]
struct Devices {
    devices: Vec<Device>,
}

#[derive(Deserialize)]
struct Device {
    device_id: String,
}

/// `Ok(None)` for "not found".
fn found<T>(result: Result<T, HomeserverError>) -> Result<Option<T>, AccountError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.class() == Class::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// "Not found" of an endpoint that names a user.
fn of(user: &UserId, error: HomeserverError) -> AccountError {
    match error.class() {
        Class::NotFound => AccountError::NoSuchAccount(user.to_owned()),
        _ => error.into(),
    }
}

fn emails(address: Option<&str>) -> Value {
    address.map(|a| json!({ "medium": "email", "address": a })).into_iter().collect()
}

#[async_trait]
impl AccountProvider for SynapseAdmin {
    #[tracing::instrument(name = "homeserver.account.find", skip_all)]
    async fn find_by_email(&self, address: &str) -> Result<Option<OwnedUserId>, AccountError> {
        let path = ["v1", "threepid", "email", "users", address];
        let response = self.api.send::<Found>("look an address up", Method::GET, &path, None).await;
        Ok(found(response)?.map(|f| f.user_id))
    }

    #[tracing::instrument(name = "homeserver.account.get", skip_all)]
    async fn account(&self, user: &UserId) -> Result<Option<Account>, AccountError> {
        let path = ["v2", "users", user.as_str()];
        let response = self.api.send::<UserDetails>("look an account up", Method::GET, &path, None).await;
        Ok(found(response)?.map(Account::from))
    }

    #[tracing::instrument(name = "homeserver.account.create", skip_all)]
    async fn create(&self, new: &NewAccount) -> Result<Creation, AccountError> {
        let there = self.account(&new.user_id).await?;
        let wanted: Vec<_> = new.email.iter().cloned().collect();
        if there.as_ref().is_some_and(|a| a.deactivated || !(a.emails.is_empty() || a.emails == wanted)) {
            return Err(AccountError::UserIdTaken(new.user_id.clone()));
        }
        if let Some(address) = &new.email {
            self.free_for(&new.user_id, address).await?;
        }
        let mut body = json!({
            "displayname": new.display_name,
            "threepids": emails(new.email.as_deref()),
            // A second attempt must not throw somebody out who has logged in meanwhile.
            "logout_devices": false,
        });
        if let (Some(password), Some(body)) = (&new.password, body.as_object_mut()) {
            body.insert("password".to_owned(), password.expose_secret().into());
        }
        self.put("make an account", &new.user_id, body).await?;
        Ok(if there.is_some() { Creation::Existed } else { Creation::Created })
    }

    #[tracing::instrument(name = "homeserver.account.name", skip_all)]
    async fn set_display_name(&self, user: &UserId, name: &str) -> Result<(), AccountError> {
        self.modify("set a display name", user, json!({ "displayname": name })).await
    }

    #[tracing::instrument(name = "homeserver.account.password", skip_all)]
    async fn set_password(
        &self,
        user: &UserId,
        password: &SecretString,
        end_sessions: bool,
    ) -> Result<(), AccountError> {
        let body = json!({ "password": password.expose_secret(), "logout_devices": end_sessions });
        self.modify("set a password", user, body).await
    }

    #[tracing::instrument(name = "homeserver.account.email", skip_all)]
    async fn set_email(&self, user: &UserId, address: Option<&str>) -> Result<(), AccountError> {
        self.existing(user).await?;
        if let Some(address) = address {
            self.free_for(user, address).await?;
        }
        self.put("set an address", user, json!({ "threepids": emails(address) })).await
    }

    #[tracing::instrument(name = "homeserver.account.suspend", skip_all, fields(suspended))]
    async fn suspend(&self, user: &UserId, suspended: bool) -> Result<(), AccountError> {
        let path = ["v1", "suspend", user.as_str()];
        let body = json!({ "suspend": suspended });
        let response = self.api.send::<Value>("suspend an account", Method::PUT, &path, Some(body)).await;
        response.map(drop).map_err(|e| of(user, e))
    }

    #[tracing::instrument(name = "homeserver.account.lock", skip_all, fields(locked))]
    async fn lock(&self, user: &UserId, locked: bool) -> Result<(), AccountError> {
        self.modify("lock an account", user, json!({ "locked": locked })).await
    }

    #[tracing::instrument(name = "homeserver.account.deactivate", skip_all)]
    async fn deactivate(&self, user: &UserId, erase: bool) -> Result<(), AccountError> {
        let path = ["v1", "deactivate", user.as_str()];
        let body = json!({ "erase": erase });
        let response = self.api.send::<Value>("deactivate an account", Method::POST, &path, Some(body)).await;
        response.map(drop).map_err(|e| of(user, e))
    }

    #[tracing::instrument(name = "homeserver.account.end_sessions", skip_all)]
    async fn end_sessions(&self, user: &UserId) -> Result<(), AccountError> {
        let path = ["v2", "users", user.as_str(), "devices"];
        let list = self.api.send::<Devices>("list sessions", Method::GET, &path, None).await;
        let ids: Vec<_> = list.map_err(|e| of(user, e))?.devices.into_iter().map(|d| d.device_id).collect();
        let path = ["v2", "users", user.as_str(), "delete_devices"];
        let body = json!({ "devices": ids });
        self.api.send::<Value>("end sessions", Method::POST, &path, Some(body)).await?;
        Ok(())
    }
}
