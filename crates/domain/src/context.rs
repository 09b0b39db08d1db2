//! Who acts, and when: the two facts that every act of the council needs.

use chrono::{DateTime, NaiveDate, Utc};

use super::actor::{Action, Actor};
use super::calendar::london;
use super::id::Ids;

/// Who acts, when, and where new identifiers come from.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// The instant of the act (UTC, to the microsecond).
    pub now: DateTime<Utc>,
    /// Where new identifiers come from.
    pub ids: std::sync::Arc<Ids>,
}

/// The actor may not do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("your role does not allow this")]
pub struct Forbidden;

impl Context {
    /// The calendar day of the act, in Europe/London.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        london::today(self.now)
    }

    /// Refuses what the actor's role and account state do not allow.
    ///
    /// # Errors
    /// [`Forbidden`] if the actor may not.
    pub fn allow(&self, action: Action) -> Result<(), Forbidden> {
        if self.actor.may(action) { Ok(()) } else { Err(Forbidden) }
    }
}
