//! The secret address under which a calendar program reads an officer's visits: such programs cannot send a token in a header.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::AccountId;
use super::sign_in::{digest, secret};

/// The address of one officer's calendar; only the hash of its secret is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Whose visits it shows.
    pub account_id: AccountId,
    /// SHA-256 of the secret.
    pub hash: String,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub revision: i64,
}

/// Why something about a calendar's address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none.
    #[error("your calendar has no address: issue one first")]
    None,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::None => "no-calendar",
        }
    }
}

impl Feed {
    /// An address is issued, in the place of the one before, which stops working. The second value is its secret: it is shown once
    /// and kept nowhere.
    #[must_use]
    pub fn issue(cx: &Context, account_id: AccountId, before: Option<&Self>) -> (Change<Self>, String) {
        let secret = secret(cx);
        let revision = before.map_or(1, |before| before.revision);
        let feed = Self { account_id, hash: digest(&secret), issued_at: cx.now, revoked_at: None, revision };
        let facts = json!({ "account": account_id, "renewed": before.is_some() });
        (Change::new(cx, Chain::Service, Happening::CalendarIssued, &account_id, facts, feed), secret)
    }

    /// It stops working.
    ///
    /// # Errors
    /// [`Refusal::None`] if it was revoked before.
    pub fn revoke(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        if self.revoked_at.is_some() {
            return Err(Refusal::None);
        }
        self.revoked_at = Some(cx.now);
        let (id, facts) = (self.account_id, json!({ "account": self.account_id }));
        Ok(Change::new(cx, Chain::Service, Happening::CalendarRevoked, &id, facts, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{amy, on};

    #[test]
    fn a_secret_is_kept_as_its_hash_and_a_new_one_takes_its_place() {
        let (cx, id) = (on("2025-01-22"), amy().account.unwrap());
        let (first, secret) = Feed::issue(&cx, id, None);
        assert_eq!((secret.len(), first.entity().hash == digest(&secret)), (64, true));
        assert!(!first.event().body(1).contains(&secret) && !first.event().body(1).contains(&first.entity().hash));
        let first = first.into_entity();
        let (second, other) = Feed::issue(&cx, id, Some(&first));
        assert!(other != secret && second.entity().hash != first.hash);
        let revoked = first.revoke(&cx).unwrap().into_entity();
        assert_eq!(revoked.revoke(&cx).unwrap_err(), Refusal::None);
    }
}
