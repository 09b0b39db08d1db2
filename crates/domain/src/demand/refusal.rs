//! Why something about a demand is refused, in words for the officer.

use super::{DemandState, ItemState};
use crate::calendar::CannotCount;
use crate::service::NotServed;

/// Why something about a demand is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only a licence in force binds its holder.
    #[error("the licence is not in force today, so its conditions cannot be relied on: check its dates")]
    LicenceNotInForce,
    /// A demand without items.
    #[error("a demand needs at least one condition: name what is asked for")]
    NothingAsked,
    /// The same thing twice.
    #[error("condition {0} is named twice: name it once")]
    AskedTwice(String),
    /// Not in the version of the scheme under which the licence was granted.
    #[error("condition {0} is not in the version of the scheme under which this licence was granted")]
    NoSuchCondition(String),
    /// A condition that is not answered on demand.
    #[error("condition {0} is not one that the holder must answer on demand: it has no response days")]
    NotOnDemand(String),
    /// Gas, where there is none.
    #[error(
        "condition {0} does not apply to this home: the gazetteer says that no gas is supplied. Correct the home first if that is wrong"
    )]
    DoesNotApply(String),
    /// Sent already, or over.
    #[error("a demand that is {0} cannot be issued: only a draft, or one that came back, can")]
    CannotIssue(DemandState),
    /// Not sent.
    #[error("the demand is {0}: it must be issued first")]
    NotIssued(DemandState),
    /// Unknown item.
    #[error("the demand has no such item")]
    NoSuchItem,
    /// Unknown recipient.
    #[error("the demand has no such recipient")]
    NoSuchRecipient,
    /// Over.
    #[error("the demand is {0} already")]
    AlreadyClosed(DemandState),
    /// The item is over.
    #[error("the item is closed ({0}): nothing more can be done with it")]
    ItemClosed(ItemState),
    /// No due date yet.
    #[error("nothing is due yet: the demand has not been served on the holder")]
    NothingDue,
    /// Time given that is past.
    #[error("more time must end in the future: enter a later day")]
    TimeInPast,
    /// Assessed twice.
    #[error("this answer was assessed already")]
    AlreadyAssessed,
    /// An outcome that does not fit the answer.
    #[error(
        "only an answer of the kind \"not_applicable\" can be accepted as not applicable, and it can be nothing else"
    )]
    OutcomeDoesNotFit,
    /// Words are missing.
    #[error("say why: the text is empty")]
    NoReason,
    /// Not service.
    #[error(transparent)]
    Service(#[from] NotServed),
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LicenceNotInForce => "licence-not-in-force",
            Self::NothingAsked => "nothing-asked",
            Self::AskedTwice(_) => "asked-twice",
            Self::NoSuchCondition(_) => "no-such-condition",
            Self::NotOnDemand(_) => "not-on-demand",
            Self::DoesNotApply(_) => "condition-does-not-apply",
            Self::CannotIssue(_) => "cannot-issue",
            Self::NotIssued(_) => "not-issued",
            Self::NoSuchItem => "no-such-item",
            Self::NoSuchRecipient => "no-such-recipient",
            Self::AlreadyClosed(_) => "demand-closed",
            Self::ItemClosed(_) => "item-closed",
            Self::NothingDue => "nothing-due",
            Self::TimeInPast => "time-in-past",
            Self::AlreadyAssessed => "already-assessed",
            Self::OutcomeDoesNotFit => "outcome-does-not-fit",
            Self::NoReason => "no-reason",
            Self::Service(why) => why.code(),
            Self::Counting(_) => "cannot-count",
        }
    }
}
