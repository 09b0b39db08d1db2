//! Accounts and bearer tokens: who may reach the service, and by what secret.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::actor::{AccountMove, AccountState, Actor, Role};
use super::context::Context;
use super::event::{Chain, Change, Happening, hex};
use super::id::{AccountId, PartyId, TokenId};

/// A person's access.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address, which is theirs alone.
    pub email: String,
    /// The role.
    pub role: Role,
    /// Where the account is in its life.
    pub state: AccountState,
    /// The landlord, agent or partner it stands for.
    pub party_id: Option<PartyId>,
    /// Counts changes.
    pub revision: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Whether references about tenants are entrusted to it.
    pub keeps_references: bool,
}

/// A bearer token; only its hash is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its identifier, which is how it is revoked.
    pub id: TokenId,
    /// The account it acts for.
    pub account_id: AccountId,
    /// What it is for, such as "Amy's laptop".
    pub label: String,
    /// SHA-256 of the token.
    pub hash: String,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Why something about access is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A landlord's account without the landlord.
    #[error("an account with the role {0} stands for a person or company: give --party")]
    NeedsParty(Role),
    /// Not a role for people.
    #[error("the role {0} is the machine's own and cannot be given to a person")]
    NotForPeople(Role),
    /// References are for officers.
    #[error("references about tenants are for officers and team leaders: the role {0} cannot be given them")]
    NotForReferences(Role),
    /// The account does not wait to be taken up.
    #[error("the account is {0}, and only one that is invited can be activated")]
    NotInvited(AccountState),
    /// The account is closed already.
    #[error("the account is disabled already")]
    AlreadyDisabled,
    /// The account is closed.
    #[error("the account is disabled: no token can be issued for it")]
    Disabled,
    /// Revoked before.
    #[error("this token was revoked already")]
    AlreadyRevoked,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NeedsParty(_) => "needs-party",
            Self::NotForPeople(_) => "not-for-people",
            Self::NotForReferences(_) => "not-for-references",
            Self::NotInvited(_) => "account-not-invited",
            Self::Disabled | Self::AlreadyDisabled => "account-disabled",
            Self::AlreadyRevoked => "token-revoked",
        }
    }
}

impl Account {
    /// An account is added.
    ///
    /// # Errors
    /// A [`Refusal`] if the role needs a person or company, or is a machine's.
    pub fn add(
        cx: &Context,
        name: String,
        email: String,
        role: Role,
        state: AccountState,
        party_id: Option<PartyId>,
    ) -> Result<Change<Self>, Refusal> {
        match role {
            Role::Operator | Role::System => return Err(Refusal::NotForPeople(role)),
            Role::Landlord | Role::Agent if party_id.is_none() => return Err(Refusal::NeedsParty(role)),
            _ => {}
        }
        let id = AccountId::new(cx);
        let facts = json!({ "role": role, "state": state, "party": party_id });
        let email = email.to_lowercase();
        let account =
            Self { id, name, email, role, state, party_id, revision: 1, created_at: cx.now, keeps_references: false };
        Ok(Change::new(cx, Chain::Service, Happening::AccountAdded, &id, facts, account))
    }

    /// References about tenants are entrusted to it, or are not any more.
    ///
    /// # Errors
    /// A [`Refusal`] for anybody but an officer or team leader.
    pub fn entrust(mut self, cx: &Context, with_references: bool) -> Result<Change<Self>, Refusal> {
        if with_references && !matches!(self.role, Role::Officer | Role::TeamLeader) {
            return Err(Refusal::NotForReferences(self.role));
        }
        self.keeps_references = with_references;
        let facts = json!({ "references": with_references });
        Ok(Change::new(cx, Chain::Service, Happening::AccountEntrusted, &self.id.clone(), facts, self))
    }

    /// Whoever was invited may act from now on.
    ///
    /// # Errors
    /// A [`Refusal`] if nobody waits for that.
    pub fn activate(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        self.state = self.state.after(AccountMove::Activate).ok_or(Refusal::NotInvited(self.state))?;
        let facts = json!({ "role": self.role });
        Ok(Change::new(cx, Chain::Service, Happening::AccountActivated, &self.id.clone(), facts, self))
    }

    /// The account is closed; every token of it stops at once.
    ///
    /// # Errors
    /// A [`Refusal`] if it was before.
    pub fn disable(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        self.state = self.state.after(AccountMove::Disable).ok_or(Refusal::AlreadyDisabled)?;
        let facts = json!({ "role": self.role });
        Ok(Change::new(cx, Chain::Service, Happening::AccountDisabled, &self.id.clone(), facts, self))
    }

    /// Who acts when this account acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.id),
            role: self.role,
            state: self.state,
            party: self.party_id,
            keeps_references: self.keeps_references,
        }
    }
}

/// How every token begins, so that a leaked one can be recognised.
const PREFIX: &str = "slt_";

impl Token {
    /// A token is issued. The second value is the token itself: it is shown once and kept nowhere.
    ///
    /// # Errors
    /// A [`Refusal`] if the account is disabled.
    pub fn issue(cx: &Context, account: &Account, label: String, days: u32) -> Result<(Change<Self>, String), Refusal> {
        if account.state == AccountState::Disabled {
            return Err(Refusal::Disabled);
        }
        let mut secret = [0_u8; 32];
        cx.ids.fill(&mut secret);
        let shown = format!("{PREFIX}{}", hex(&secret));
        let id = TokenId::new(cx);
        let expires_at = cx.now + TimeDelta::days(i64::from(days));
        let facts = json!({ "account": account.id, "label": label, "expires_at": expires_at });
        let hash = Self::digest(&shown);
        let token = Self { id, account_id: account.id, label, hash, created_at: cx.now, expires_at, revoked_at: None };
        Ok((Change::new(cx, Chain::Service, Happening::TokenIssued, &id, facts, token), shown))
    }

    /// The token is revoked.
    ///
    /// # Errors
    /// A [`Refusal`] if it was before.
    pub fn revoke(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        if self.revoked_at.is_some() {
            return Err(Refusal::AlreadyRevoked);
        }
        self.revoked_at = Some(cx.now);
        let facts = json!({ "account": self.account_id });
        Ok(Change::new(cx, Chain::Service, Happening::TokenRevoked, &self.id.clone(), facts, self))
    }

    /// Whether it opens the door at that instant.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// What is kept of a token.
    #[must_use]
    pub fn digest(shown: &str) -> String {
        hex(&Sha256::digest(shown.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::on;

    #[test]
    fn an_account_is_activated_and_disabled_once_and_then_takes_no_token() {
        use AccountMove as M;
        use AccountState as S;
        let cx = on("2025-01-22");
        let account = |state| {
            let (name, email) = ("Amy".to_owned(), "amy@council.example".to_owned());
            Account::add(&cx, name, email, Role::Officer, state, None).unwrap().into_entity()
        };
        let ways: &[(&[S], M, S)] =
            &[(&[S::Invited], M::Activate, S::Active), (&[S::Invited, S::Active], M::Disable, S::Disabled)];
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let done = match step {
                    M::Activate => account(from).activate(&cx),
                    M::Disable => account(from).disable(&cx),
                };
                done.ok().map(|change| change.entity().state)
            },
        );
        let disabled = account(S::Active).disable(&cx).unwrap().into_entity();
        assert_eq!(disabled.clone().disable(&cx).unwrap_err(), Refusal::AlreadyDisabled);
        let token = Token::issue(&cx, &disabled, "Amy's laptop".to_owned(), 90);
        assert_eq!(token.map(drop).unwrap_err(), Refusal::Disabled);
    }
}
