//! Why something about an inspection is refused, each with what to do.

use super::{InspectionState, NoticeTo, Purpose};
use crate::scheme::NoNotice;

/// Why something about an inspection is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("an inspection that is {0} cannot take the step \"{1}\"")]
    NotFromHere(InspectionState, &'static str),
    /// A visit that ends before it begins, or takes more than a day.
    #[error("a visit ends after it begins, and within a day: correct starts_at and ends_at")]
    Times,
    /// Less than a day's notice (s.239(5)).
    #[error(
        "notice of entry is given at least 24 hours before (Housing Act 2004, section 239(5)). The notice to the {who} counts \
         from {from}, so the visit can begin at {earliest} at the earliest: move the visit, or record the reason why no notice \
         is needed"
    )]
    ShortNotice {
        /// Who was told late.
        who: NoticeTo,
        /// From when their notice counts.
        from: String,
        /// When a visit could begin.
        earliest: String,
    },
    /// Given of another time (s.239(5)).
    #[error(
        "the visit was moved at {0}, after that notice to the {1}, which therefore told another time: record the notice of \
         the time that holds now"
    )]
    BeforeMoved(String, NoticeTo),
    /// Entered before the time of which notice was given (s.239(5)).
    #[error(
        "notice was given of {0}, and the home was entered before that (Housing Act 2004, section 239(5)): correct entered_at, \
         or plan that visit by itself with the reason why no notice was needed"
    )]
    BeforeTold(String),
    /// The visit has not begun.
    #[error("the visit begins at {0}: whether anybody lets the officer in shows then")]
    NotBegun(String),
    /// The owner or the occupier was not told (s.239(5)).
    #[error(
        "the {0} was not told of the visit (Housing Act 2004, section 239(5)): record their notice too, or say in not_told why \
         there is none, such as that nobody lives there"
    )]
    NotTold(NoticeTo),
    /// A notice that nobody can be found behind.
    #[error("say who was told: party_id, or the name of somebody who is not on record")]
    Nobody,
    /// A reason that the scheme does not have.
    #[error("{0} is no reason that this council's scheme has: give notice, or choose one of its reasons")]
    NotAReason(NoNotice),
    /// A reason of the law for a visit with another purpose.
    #[error(
        "{0} is a reason only where the visit's purpose is offence, and it is {1}: give notice, or correct the purpose"
    )]
    NotThatPurpose(NoNotice, Purpose),
    /// A question of the checklist without an answer, or an answer to none.
    #[error("the checklist has {0}")]
    Checklist(String),
    /// A hazard that the scheme does not name.
    #[error("{0:?} is no hazard that this council's scheme names")]
    UnknownHazard(String),
    /// No action on a category 1 hazard.
    #[error(
        "{0} is of category 1, on which the council must act (Housing Act 2004, section 5): say which action is likely"
    )]
    DutyToAct(String),
    /// An instant or a day in the future.
    #[error("that lies in the future: enter when it happened")]
    InFuture,
    /// A day that is over.
    #[error("that day is over: choose today or a later day")]
    InPast,
    /// A visit that ended before it began.
    #[error("the visit was left before it was entered: correct entered_at and left_at")]
    LeftBefore,
    /// A plan without work.
    #[error("the plan asks for nothing: name at least one item, with its last day")]
    NoWork,
    /// No such item.
    #[error("the plan has no item {0}: its items are numbered from 1")]
    NoSuchItem(usize),
    /// Done already.
    #[error("item {0} is done: more time is of no use to it")]
    Done(usize),
    /// Something is not done, and nobody said why it is closed all the same.
    #[error("{0}: record what was done, or say in reason why it is closed all the same")]
    NotSettled(String),
    /// A case about another home, or one that did not begin with an inspection.
    #[error("{0} is about another home, or its source is not an inspection")]
    NotItsCase(String),
    /// Linked already.
    #[error("an enforcement case is linked already")]
    Linked,
    /// A machine acted.
    #[error("only an officer can do this")]
    NotByMachine,
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere(..) => "inspection-state",
            Self::Times => "visit-times",
            Self::ShortNotice { .. } => "short-notice",
            Self::BeforeMoved(..) => "before-moved",
            Self::BeforeTold(_) => "before-told",
            Self::NotBegun(_) => "not-begun",
            Self::NotTold(_) => "not-told",
            Self::Nobody => "nobody-told",
            Self::NotAReason(_) => "not-a-reason",
            Self::NotThatPurpose(..) => "not-that-purpose",
            Self::Checklist(_) => "checklist",
            Self::UnknownHazard(_) => "unknown-hazard",
            Self::DutyToAct(_) => "duty-to-act",
            Self::InFuture => "in-future",
            Self::InPast => "in-past",
            Self::LeftBefore => "left-before",
            Self::NoWork => "no-work",
            Self::NoSuchItem(_) => "no-such-item",
            Self::Done(_) => "item-done",
            Self::NotSettled(_) => "not-settled",
            Self::NotItsCase(_) => "not-its-case",
            Self::Linked => "case-linked",
            Self::NotByMachine => "not-by-machine",
            Self::NoWords => "no-words",
        }
    }
}
