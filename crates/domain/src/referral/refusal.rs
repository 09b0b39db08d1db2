//! Why something about a referral is refused, in words for the officer.

use chrono::NaiveDate;

use super::ReferralState;

/// Why something about a referral is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("a referral that is {0} cannot take the step {1}")]
    NotFromHere(ReferralState, &'static str),
    /// Ended.
    #[error("this referral has ended: it is {0}")]
    Ended(ReferralState),
    /// Without a home.
    #[error("a referral to a partner names the home: give property_id")]
    NoHome,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// A day that is over.
    #[error("{0} is not after today: give a day that lies ahead")]
    NotAhead(NaiveDate),
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
    /// A plan of nothing.
    #[error("the plan is empty: say at least one thing that will be done")]
    NoPlan,
    /// A breach of nothing.
    #[error("name the breach or the enforcement case as which it goes on")]
    NoBreach,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere(..) => "referral-state",
            Self::Ended(_) => "referral-ended",
            Self::NoHome => "no-home",
            Self::InFuture => "in-future",
            Self::NotAhead(_) => "not-ahead",
            Self::NoWords => "no-words",
            Self::NoPlan => "no-plan",
            Self::NoBreach => "no-breach",
        }
    }
}
