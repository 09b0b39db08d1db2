//! Why something about an enforcement case is refused, in words for the officer.

use chrono::NaiveDate;

use super::{CaseLetterKind, CaseState, Path};
use crate::calendar::CannotCount;
use crate::service::NotServed;

/// Why something about an enforcement case is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("a case that is {0} cannot take the step \"{1}\"")]
    NotFromHere(CaseState, &'static str),
    /// Words are missing.
    #[error("say why, or what it says: a text is empty")]
    NoReason,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// A day that has passed.
    #[error("that day has passed: give a day that is still to come")]
    Passed,
    /// Nobody answers for it.
    #[error("this is done by a person with an account, never by the service or its operator")]
    NotByMachine,
    /// No offence.
    #[error("name at least one offence: a condition with its act and day, a breach, or an unlicensed home")]
    NoOffence,
    /// The same offence twice.
    #[error("the case names this offence already")]
    SameOffence,
    /// Too late to name another offence.
    #[error("a case that is {0} takes no other offence: open another case for it")]
    OffencesClosed(CaseState),
    /// Not a person who can commit it.
    #[error(
        "a condition binds the holder of the licence, and whoever agreed to be bound by it: nobody else can breach it"
    )]
    NotBound,
    /// Not confirmed.
    #[error("this breach is not confirmed: an officer confirms it first")]
    NotConfirmed,
    /// The licence did not bind.
    #[error("{0}: nobody can have breached its conditions")]
    NotInForce(&'static str),
    /// Evidence from before the offence.
    #[error("the offence is of {0}: there cannot have been sufficient evidence of it before")]
    BeforeOffence(NaiveDate),
    /// Steps of the policy are missing.
    #[error("the council's policy asks for these first, or for the reason for skipping them: {0}")]
    PolicyMissing(String),
    /// Too late.
    #[error(
        "the notice of intent had to be given by {0}: after it, only conduct that went on allows one, proposed and approved as \
             an extension"
    )]
    OutOfTime(NaiveDate),
    /// Nothing to approve.
    #[error("no extension waits for approval")]
    NoExtension,
    /// One person for both.
    #[error("whoever wrote or proposed it cannot approve it: a second person does")]
    SamePerson,
    /// Penalty and prosecution.
    #[error(
        "{1} was chosen for the same conduct{0}: it can lead to a penalty or to a prosecution, once, and never to both"
    )]
    ChosenAlready(String, Path),
    /// No maximum on that day.
    #[error("the scheme does not say what a penalty may come to for an offence of {0}: add the period to its file")]
    NoMaximum(NaiveDate),
    /// Not a start of the matrix.
    #[error("the matrix has no start \"{0}\" for this offence: it has {1}")]
    NoSuchStart(String, String),
    /// The matrix has a start.
    #[error("the matrix says where a penalty for this offence starts: give start_code as one of {0}")]
    StartKnown(String),
    /// No start.
    #[error("give start_code, or start_pence where the matrix has no start for this offence")]
    NoStart,
    /// Nothing is left.
    #[error("the amount comes to nothing: take no action, or correct the factors")]
    NoAmount,
    /// Too much.
    #[error("{0} is more than the {1} that the law allows for an offence of that day")]
    AboveMaximum(String, String),
    /// More than was proposed.
    #[error(
        "the notice of intent proposed {0}: a higher amount needs a new notice, so that representations can be made about it"
    )]
    AboveIntent(String),
    /// Not less.
    #[error("that is no reduction: {0} is due")]
    NoReduction(String),
    /// The time for representations runs.
    #[error("representations may be made until {0}, however early they come: go on afterwards")]
    StillTime(NaiveDate),
    /// Unconsidered representations.
    #[error("representation {0} must be considered first")]
    NotConsidered(usize),
    /// No such representation.
    #[error("the case has no representation of that number")]
    NoSuchRepresentation,
    /// Considered twice.
    #[error("this representation was considered already")]
    AlreadyConsidered,
    /// The time for payment runs.
    #[error("it may be paid until {0}: it becomes a debt afterwards")]
    MayBePaid(NaiveDate),
    /// A second appeal.
    #[error("an appeal was decided already: the tribunal's decision stands")]
    AlreadyAppealed,
    /// A day before what it follows.
    #[error("that cannot have been before {0}")]
    Before(NaiveDate),
    /// Varied without an amount, or the reverse.
    #[error("give the amount exactly where the tribunal varied it")]
    AmountOfVariation,
    /// Nothing to write.
    #[error("a case that is {1} has nothing to tell in a letter of the kind \"{0}\"")]
    NothingToTell(CaseLetterKind, CaseState),
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
            Self::NotFromHere(..) => "enforcement-state",
            Self::NoReason => "no-reason",
            Self::InFuture => "in-future",
            Self::Passed => "day-passed",
            Self::NotByMachine => "not-by-machine",
            Self::NoOffence => "no-offence",
            Self::SameOffence => "same-offence",
            Self::OffencesClosed(_) => "offences-closed",
            Self::NotBound => "not-bound",
            Self::NotConfirmed => "breach-not-confirmed",
            Self::NotInForce(_) => "not-in-force",
            Self::BeforeOffence(_) => "before-offence",
            Self::PolicyMissing(_) => "policy-missing",
            Self::OutOfTime(_) => "out-of-time",
            Self::NoExtension => "no-extension",
            Self::SamePerson => "same-person",
            Self::ChosenAlready(..) => "chosen-already",
            Self::NoMaximum(_) => "no-maximum",
            Self::NoSuchStart(..) => "no-such-start",
            Self::StartKnown(_) => "start-known",
            Self::NoStart => "no-start",
            Self::NoAmount => "no-amount",
            Self::AboveMaximum(..) => "above-maximum",
            Self::AboveIntent(_) => "above-intent",
            Self::NoReduction(_) => "no-reduction",
            Self::StillTime(_) => "still-time",
            Self::NotConsidered(_) => "not-considered",
            Self::NoSuchRepresentation => "no-such-representation",
            Self::AlreadyConsidered => "already-considered",
            Self::MayBePaid(_) => "may-be-paid",
            Self::AlreadyAppealed => "already-appealed",
            Self::Before(_) => "before",
            Self::AmountOfVariation => "amount-of-variation",
            Self::NothingToTell(..) => "nothing-to-tell",
            Self::Service(why) => why.code(),
            Self::Counting(_) => "cannot-count",
        }
    }
}
