//! Accounts on the homeserver, whoever manages them.

use async_trait::async_trait;
use ruma::{OwnedUserId, UserId};
use secrecy::SecretString;

use crate::{Class, HomeserverError};

/// An account as the provider describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub user_id: OwnedUserId,
    /// The name that others see; `None` when there is none.
    pub display_name: Option<String>,
    /// The addresses that log in to it, in lower case, sorted.
    pub emails: Vec<String>,
    /// Whether the person can look but not act.
    pub suspended: bool,
    /// Whether the person cannot use the account at all for now.
    pub locked: bool,
    /// Whether it has ended for good.
    pub deactivated: bool,
    /// Whether it is a server administrator, whom no rule of a room's holds back.
    pub admin: bool,
}

/// An account to make.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Random and readable, never made from the person's name, address or number.
    pub user_id: OwnedUserId,
    /// The person's name.
    pub display_name: String,
    /// The address that logs in; `None` for an account without one (a shared address, for example).
    pub email: Option<String>,
    /// `None` until the person picks one: nobody can log in with a password before.
    pub password: Option<SecretString>,
}

/// What came of making an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It is new.
    Created,
    /// It was there with the same or no address, so it has been brought to what was asked.
    Existed,
}

/// Why an account could not be made or changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccountError {
    /// Another account logs in with this address. Nothing was changed.
    #[error("the address belongs to another account, {by}")]
    AddressTaken {
        /// That account.
        by: OwnedUserId,
    },
    /// The user id belongs to somebody else: it has another address, or it has ended. Nothing was changed.
    #[error("the user id {0} is taken")]
    UserIdTaken(OwnedUserId),
    /// There is no such account.
    #[error("there is no account {0}")]
    NoSuchAccount(OwnedUserId),
    /// The request failed.
    #[error(transparent)]
    Homeserver(#[from] HomeserverError),
}

impl AccountError {
    /// What the caller should do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::AddressTaken { .. } | Self::UserIdTaken(_) => Class::InUse,
            Self::NoSuchAccount(_) => Class::NotFound,
            Self::Homeserver(error) => error.class(),
        }
    }
}

/// Whoever keeps the accounts: Synapse itself, or an authentication service beside it.
///
/// # What an implementation promises
///
/// * Every method may be called twice with the same arguments, after a crash or a lost answer, and then has the
///   same effect as once.
/// * Every method may fail and says by [`AccountError::class`] whether trying again helps; none retries by itself.
/// * An address is never taken away from the account that has it: looking it up comes before setting it. Between
///   the two somebody else may be faster, so the caller runs one change of address at a time.
/// * Methods do network I/O; the caller holds no lock and no database transaction over them.
/// * Neither addresses nor passwords appear in logs or errors.
#[async_trait]
pub trait AccountProvider: Send + Sync {
    /// The account that logs in with `address` (already normalised: trimmed, lower case); `None` when nobody does.
    ///
    /// # Errors
    ///
    /// When the request fails.
    async fn find_by_email(&self, address: &str) -> Result<Option<OwnedUserId>, AccountError>;

    /// The account; `None` when there is none. A deactivated one is there.
    ///
    /// # Errors
    ///
    /// When the request fails.
    async fn account(&self, user: &UserId) -> Result<Option<Account>, AccountError>;

    /// Makes an account, or brings one that an earlier attempt made to what is asked.
    ///
    /// # Errors
    ///
    /// [`AccountError::AddressTaken`] and [`AccountError::UserIdTaken`], before anything is changed; when the
    /// request fails.
    async fn create(&self, new: &NewAccount) -> Result<Creation, AccountError>;

    /// Sets the name that others see.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn set_display_name(&self, user: &UserId, name: &str) -> Result<(), AccountError>;

    /// Sets the password; with `end_sessions` every device has to log in again.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn set_password(
        &self,
        user: &UserId,
        password: &SecretString,
        end_sessions: bool,
    ) -> Result<(), AccountError>;

    /// Sets the only address that logs in; `None` takes all away.
    ///
    /// # Errors
    ///
    /// [`AccountError::AddressTaken`], [`AccountError::NoSuchAccount`]; when the request fails.
    async fn set_email(&self, user: &UserId, address: Option<&str>) -> Result<(), AccountError>;

    /// Suspends the account (the person can read, leave and log out, and do nothing else) or lifts that.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn suspend(&self, user: &UserId, suspended: bool) -> Result<(), AccountError>;

    /// Locks the account (nothing works until it is unlocked, sessions stay) or unlocks it.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn lock(&self, user: &UserId, locked: bool) -> Result<(), AccountError>;

    /// Ends the account for good; with `erase` its messages are hidden from people who come later.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn deactivate(&self, user: &UserId, erase: bool) -> Result<(), AccountError>;

    /// Logs every device out.
    ///
    /// # Errors
    ///
    /// [`AccountError::NoSuchAccount`]; when the request fails.
    async fn end_sessions(&self, user: &UserId) -> Result<(), AccountError>;
}
