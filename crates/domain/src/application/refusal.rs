//! Why a step of an application is refused.

use chrono::NaiveDate;

use super::Stage;
use crate::calendar::CannotCount;

/// Why a step is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this stage.
    #[error("an application that is {0} cannot take the step \"{1}\"")]
    NotFromHere(Stage, &'static str),
    /// Declarations unsigned.
    #[error("the declarations are not signed: an application is submitted with them")]
    NotSigned,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// A day before there was an application.
    #[error("that day lies before {0}, when the application was submitted: enter the day on which it happened")]
    BeforeSubmission(NaiveDate),
    /// No defects named.
    #[error("name at least one defect, in words that the applicant can act on")]
    NoDefects,
    /// The time for answering is not over.
    #[error("the applicant may answer the defects until {0}: reject afterwards")]
    StillTime(NaiveDate),
    /// Findings missing.
    #[error("all five findings of s.88 are needed, each with its evidence; missing: {0}")]
    FindingsMissing(String),
    /// A grant against the findings.
    #[error("a grant cannot be proposed: not met: {0}")]
    FindingsNotMet(String),
    /// The consultation runs.
    #[error("the consultation runs until {0}: it can be ended afterwards")]
    Consulting(NaiveDate),
    /// Somebody's copy came back.
    #[error("the proposal is not served on everybody: see its notice for whose copy came back")]
    NotServed,
    /// What somebody said of the proposal was not considered.
    #[error("what {0} said of the proposal must be considered first")]
    NotConsidered(String),
    /// Not from here.
    #[error(
        "a proposal is made once the five findings are recorded, and another once the consultation on the first is over"
    )]
    CannotPropose,
    /// Notice served before there was an application to decide.
    #[error("last_served_on lies before {0}, when the application was duly made: enter the day of the last service")]
    ServedTooEarly(NaiveDate),
    /// Refused after a proposed grant, or the reverse.
    #[error("the last notice proposed something else: record the findings anew and serve a new proposal first")]
    OtherwiseProposed,
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
            Self::NotFromHere(..) => "application-stage",
            Self::NotSigned => "not-signed",
            Self::InFuture => "in-future",
            Self::BeforeSubmission(_) => "before-submission",
            Self::NoDefects => "no-defects",
            Self::StillTime(_) => "still-time",
            Self::FindingsMissing(_) => "findings-missing",
            Self::FindingsNotMet(_) => "findings-not-met",
            Self::Consulting(_) => "consultation-running",
            Self::NotServed => "not-served",
            Self::NotConsidered(_) => "not-considered",
            Self::CannotPropose => "cannot-propose",
            Self::ServedTooEarly(_) => "served-too-early",
            Self::OtherwiseProposed => "otherwise-proposed",
            Self::NoReason => "no-reason",
            Self::Counting(_) => "cannot-count",
        }
    }
}
