//! Signing in to the pages: a link by mail that works once, and the session that follows. Secrets are known by digest only.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::access::Account;
use super::actor::{AccountState, Role};
use super::context::Context;
use super::event::hex;
use super::id::{AccountId, LinkId, words};
use super::party::Party;

/// How long a link works.
pub const LINK_LIFE: TimeDelta = TimeDelta::minutes(10);
/// A session ends when nothing was asked in it for so long.
pub const IDLE: TimeDelta = TimeDelta::minutes(60);
/// A session ends so long after it began, whatever happens in it.
pub const LONGEST: TimeDelta = TimeDelta::hours(12);
/// How exactly it is known when a session was last used: a look within this time is not noted.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

words! {
    /// Where the mail of a link is.
    LinkState {
        /// Somebody asked; nobody has looked yet whether the address is known.
        Asked = "asked",
        /// Being sent.
        Sending = "sending",
        /// The relay accepted it, or may have.
        Sent = "sent",
        /// Nobody known has this address: nothing was sent.
        Unknown = "unknown",
        /// It could not be sent.
        Failed = "failed",
    }
}

words! {
    /// What moves the mail of a link from one state to another.
    LinkMove {
        /// It is taken up, with a fresh secret.
        Claim = "claim",
        /// The relay accepts it, or may have.
        Send = "send",
        /// Nobody known has the address.
        NotKnow = "not_know",
        /// It cannot be sent.
        Fail = "fail",
        /// It surely was not sent, and is to be tried again.
        PutBack = "put_back",
    }
}

impl LinkState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: LinkMove) -> Option<Self> {
        match (self, step) {
            // One that is being sent is taken up again where the attempt never ended.
            (Self::Asked | Self::Sending, LinkMove::Claim) => Some(Self::Sending),
            (Self::Asked | Self::Sending, LinkMove::NotKnow) => Some(Self::Unknown),
            (Self::Asked | Self::Sending, LinkMove::Fail) => Some(Self::Failed),
            (Self::Sending, LinkMove::Send) => Some(Self::Sent),
            (Self::Sending, LinkMove::PutBack) => Some(Self::Asked),
            _ => None,
        }
    }
}

/// Somebody asked for a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its identifier.
    pub id: LinkId,
    /// The address that was typed, in lower case.
    pub email: String,
    /// Digest of what the asking browser keeps.
    pub nonce_hash: String,
    /// Digest of the secret in the mail, once there is one.
    pub hash: Option<String>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// From when on it is dead.
    pub expires_at: DateTime<Utc>,
    /// Where its mail is.
    pub state: LinkState,
    /// When to try to send it; `None` once that is settled.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Counts attempts.
    pub attempt: i32,
    /// The text as sent, the secret blanked.
    pub text: Option<String>,
    /// The template and its version.
    pub template: Option<String>,
    /// The relay's reply, or why nothing was sent.
    pub reply: Option<String>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// A secret that nobody can guess (256 bits), as text.
#[must_use]
pub fn secret(cx: &Context) -> String {
    let mut bytes = [0_u8; 32];
    cx.ids.fill(&mut bytes);
    hex(&bytes)
}

/// What is kept of a secret.
#[must_use]
pub fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// The text that every form of a session carries; it follows from the session's secret, and the secret not from it.
#[must_use]
pub fn form_token(secret: &str) -> String {
    digest(&format!("form of {secret}"))
}

impl Link {
    /// Somebody asks for a link, from a browser that keeps `nonce`.
    #[must_use]
    pub fn ask(cx: &Context, email: &str, nonce: &str) -> Self {
        Self {
            id: LinkId::new(cx),
            email: email.to_lowercase(),
            nonce_hash: digest(nonce),
            hash: None,
            asked_at: cx.now,
            expires_at: cx.now + LINK_LIFE,
            state: LinkState::Asked,
            next_attempt_at: Some(cx.now),
            attempt: 0,
            text: None,
            template: None,
            reply: None,
            used_at: None,
        }
    }

    /// It is to be sent now, with a fresh secret; nobody else takes it up before `lease` is over. `None` once it is settled.
    #[must_use]
    pub fn claim(mut self, now: DateTime<Utc>, lease: TimeDelta, secret: &str) -> Option<Self> {
        self.state = self.state.after(LinkMove::Claim)?;
        self.hash = Some(digest(secret));
        self.attempt += 1;
        self.next_attempt_at = Some(now + lease).filter(|again| *again < self.expires_at);
        Some(self)
    }

    /// What becomes of its mail. One that surely was not sent is tried again, while it would still be of use. `None` if that
    /// cannot happen to it any more.
    #[must_use]
    pub fn settle(mut self, now: DateTime<Utc>, step: LinkMove, reply: String) -> Option<Self> {
        let again = Some(now + TimeDelta::seconds(30)).filter(|at| step == LinkMove::PutBack && *at < self.expires_at);
        let too_late = step == LinkMove::PutBack && again.is_none();
        self.state = self.state.after(if too_late { LinkMove::Fail } else { step })?;
        self.reply = Some(reply);
        self.next_attempt_at = again;
        Some(self)
    }

    /// Whether it can be used at that instant, as far as it knows itself.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }

    /// Whether this browser asked for it.
    #[must_use]
    pub fn was_asked_by(&self, nonce: Option<&str>) -> bool {
        nonce.is_some_and(|nonce| digest(nonce) == self.nonce_hash)
    }
}

/// Whose an address is.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Somebody with an account.
    Account(Account),
    /// A person or company on record who gets an account of this role when the link is used.
    Party {
        /// The record.
        party: Party,
        /// The role.
        role: Role,
        /// Whether they are holder, manager or agent of a licence; who is not says first who they are.
        is_licensed: bool,
    },
    /// Somebody new, who wants to apply for a licence: they say who they are when they use the link.
    Stranger,
}

impl Known {
    /// The account behind an address, if it is one that signs in by a link.
    #[must_use]
    pub fn account(account: Account) -> Option<Self> {
        let signs_in = account.state == AccountState::Active && matches!(account.role, Role::Landlord | Role::Agent);
        signs_in.then_some(Self::Account(account))
    }

    /// The name to address; of a stranger there is none.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Account(account) => Some(&account.name),
            Self::Party { party, .. } => Some(&party.name),
            Self::Stranger => None,
        }
    }
}

/// Somebody who has signed in, in one browser.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Digest of the secret in the browser's cookie.
    pub hash: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used, as exactly as [`NOTED_EVERY`] says.
    pub seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Session {
    /// A session begins. The second value is its secret, which only the browser keeps.
    #[must_use]
    pub fn begin(cx: &Context, account: AccountId) -> (Self, String) {
        let secret = secret(cx);
        let session = Self {
            hash: digest(&secret),
            account_id: account,
            began_at: cx.now,
            seen_at: cx.now,
            expires_at: cx.now + LONGEST,
            ended_at: None,
        };
        (session, secret)
    }

    /// Whether it lets somebody in at that instant.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now < self.seen_at + IDLE
    }

    /// Whether it is time to note that it is in use.
    #[must_use]
    pub fn is_to_be_noted(&self, now: DateTime<Utc>) -> bool {
        now >= self.seen_at + NOTED_EVERY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{at, key};

    #[test]
    fn a_link_works_for_ten_minutes_and_not_a_moment_longer() {
        let cx = at("2025-01-22T10:00:00Z");
        let link = Link::ask(&cx, "Khan@Example.org", "nonce");
        assert_eq!(link.email, "khan@example.org");
        assert!(link.is_live(cx.now + TimeDelta::seconds(599)) && !link.is_live(cx.now + LINK_LIFE));
        assert!(link.was_asked_by(Some("nonce")) && !link.was_asked_by(Some("other")) && !link.was_asked_by(None));
    }

    #[test]
    fn a_session_ends_after_an_hour_without_use_and_after_twelve_in_any_case() {
        let cx = at("2025-01-22T10:00:00Z");
        let (session, secret) = Session::begin(&cx, AccountId(key("account")));
        assert_eq!(session.hash, digest(&secret));
        assert!(session.is_live(cx.now + TimeDelta::minutes(59)) && !session.is_live(cx.now + IDLE));
        let used = Session { seen_at: cx.now + LONGEST - TimeDelta::minutes(1), ..session };
        assert!(!used.is_live(cx.now + LONGEST));
        let ended = Session { ended_at: Some(cx.now), ..used };
        assert!(!ended.is_live(cx.now));
    }

    #[test]
    fn a_mail_that_did_not_go_is_tried_again_while_its_link_would_be_of_use() {
        let cx = at("2025-01-22T10:00:00Z");
        let link = Link::ask(&cx, "khan@example.org", "nonce").claim(cx.now, TimeDelta::minutes(15), "secret").unwrap();
        assert_eq!((link.state, link.next_attempt_at, link.attempt), (LinkState::Sending, None, 1));
        let busy = |now| link.clone().settle(now, LinkMove::PutBack, "busy".to_owned()).unwrap();
        assert_eq!(busy(cx.now).next_attempt_at, Some(cx.now + TimeDelta::seconds(30)));
        assert_eq!(
            (busy(cx.now + LINK_LIFE).state, busy(cx.now + LINK_LIFE).next_attempt_at),
            (LinkState::Failed, None)
        );
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use LinkMove as M;
        use LinkState as S;
        let ways: &[(&[S], M, S)] = &[
            (&[S::Asked, S::Sending], M::Claim, S::Sending),
            (&[S::Asked, S::Sending], M::NotKnow, S::Unknown),
            (&[S::Asked, S::Sending], M::Fail, S::Failed),
            (&[S::Sending], M::Send, S::Sent),
            (&[S::Sending], M::PutBack, S::Asked),
        ];
        let cx = at("2025-01-22T10:00:00Z");
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let link = Link { state: from, ..Link::ask(&cx, "khan@example.org", "nonce") };
                let moved = match step {
                    M::Claim => link.claim(cx.now, TimeDelta::minutes(1), "secret"),
                    other => link.settle(cx.now, *other, "so it went".to_owned()),
                };
                moved.map(|link| link.state)
            },
        );
    }
}
