//! Making an account for a person of the administration.

use kring_core::ids::MemberId;
use kring_homeserver::NewAccount;
use ruma::OwnedUserId;

use super::{Failure, Seen};
use crate::App;

impl App {
    /// No password: nobody can log in before the person activated. The provider looks the address up first.
    pub(super) async fn provision_one(
        &self,
        member: &MemberId,
        user: &OwnedUserId,
        with_address: bool,
    ) -> Result<Vec<Seen>, Failure> {
        let person = self.context.store.read().await?.person(member).await?;
        let person = person.ok_or_else(|| Failure::last("there is no such person"))?;
        let new = NewAccount {
            user_id: user.clone(),
            display_name: person.member.name.display(),
            email: person.member.email.clone().filter(|_| with_address),
            password: None,
        };
        // An address that another account has is never taken over: websupport sorts that out with the person.
        let accounts = self.accounts.as_ref().ok_or_else(|| Failure::last("there is no admin token"))?;
        accounts.create(&new).await?;
        Ok(vec![Seen::Account { member: person.member.id.clone(), user: user.clone() }])
    }
}
