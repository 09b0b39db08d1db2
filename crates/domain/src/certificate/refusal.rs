//! Why something about a record is refused.

use crate::calendar::CannotCount;

/// Why a record is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A check in the future, or after the record came in.
    #[error("checked_on lies after the day on which the record came in: enter the day of the check")]
    CheckedInFuture,
    /// Not come in yet.
    #[error("received_at lies in the future: enter when the record came in")]
    ReceivedInFuture,
    /// A gas record without its engineer.
    #[error("a gas safety record names its engineer: enter registration (the Gas Safe number)")]
    NoRegistration,
    /// A report without a result.
    #[error("say what the report found: enter result")]
    NoResult,
    /// Codes without an unsatisfactory result.
    #[error("C1, C2 and FI make a report unsatisfactory: correct result or codes")]
    CodesAgainstResult,
    /// An electrical report's next date out of bounds.
    #[error("next_due_on must lie after checked_on and at most five years on (SI 2020/312, regulation 3)")]
    NextDateOutOfBounds,
    /// Work to be done before the inspection, or where none is required.
    #[error("remedy_by goes with an unsatisfactory electrical report and cannot lie before checked_on")]
    RemedyOutOfPlace,
    /// An alarm declaration without alarms.
    #[error("an alarm declaration lists each alarm, its position and its last test: enter alarms")]
    NoAlarms,
    /// A test in the future.
    #[error("tested_on of the alarm at \"{0}\" lies after the declaration")]
    TestedLater(String),
    /// Not signed.
    #[error("say who signed or inspected: enter signed_by")]
    NotSigned,
    /// Assessed twice.
    #[error("this record was assessed already")]
    AlreadyAssessed,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CheckedInFuture => "checked-in-future",
            Self::ReceivedInFuture => "received-in-future",
            Self::NoRegistration => "no-registration",
            Self::NoResult => "no-result",
            Self::CodesAgainstResult => "codes-against-result",
            Self::NextDateOutOfBounds => "next-date-out-of-bounds",
            Self::RemedyOutOfPlace => "remedy-out-of-place",
            Self::NoAlarms => "no-alarms",
            Self::TestedLater(_) => "tested-later",
            Self::NotSigned => "not-signed",
            Self::AlreadyAssessed => "already-assessed",
            Self::NoReason => "no-reason",
            Self::Counting(_) => "cannot-count",
        }
    }
}
