//! What an applicant is told by letter on the way to a decision.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Application, Step};
use crate::id::words;

words! {
    /// What such a letter says; notices of proposals and decisions are served on more people and stand elsewhere.
    News {
        /// It came in (A1).
        Received = "received",
        /// Something is missing (A2).
        Incomplete = "incomplete",
        /// It is duly made (A3).
        DulyMade = "duly_made",
        /// The second part of the fee is asked for (A6).
        FeeDue = "fee_due",
        /// No licence is required (A9).
        NotRequired = "not_required",
        /// It was rejected as invalid.
        Rejected = "rejected",
    }
}

/// How an application stands, as its letter is queued with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What there is to tell.
    pub news: News,
    /// The application's reference.
    pub reference: String,
    /// When it was submitted.
    pub submitted_on: Option<NaiveDate>,
    /// When it was duly made.
    pub duly_made_on: Option<NaiveDate>,
    /// The last day for sending what is missing.
    pub answer_by: Option<NaiveDate>,
    /// What is missing.
    pub defects: Vec<String>,
    /// Why no licence is required.
    pub reason: Option<String>,
    /// SHA-256 of the form as it was sent.
    pub sha256: Option<String>,
    /// What of the second part of the fee is outstanding, in pence; absent where the scheme does not know the part.
    #[serde(default)]
    pub outstanding_pence: Option<i64>,
}

impl Standing {
    /// How the application stands now.
    #[must_use]
    pub fn of(news: News, application: &Application, sha256: Option<String>, outstanding_pence: Option<i64>) -> Self {
        Self {
            news,
            reference: application.reference.clone(),
            submitted_on: application.submitted_on,
            duly_made_on: application.duly_made_on,
            answer_by: application.answer_by,
            defects: application.defects.clone(),
            reason: application.reason.clone(),
            sha256,
            outstanding_pence,
        }
    }
}

impl Step {
    /// What the applicant is told when this step is taken, if anything.
    #[must_use]
    pub fn news(&self) -> Option<News> {
        match self {
            Self::Submit { .. } => Some(News::Received),
            Self::FindIncomplete { .. } => Some(News::Incomplete),
            Self::FindComplete { .. } => Some(News::DulyMade),
            Self::RequestPartB => Some(News::FeeDue),
            Self::CloseNotRequired { .. } => Some(News::NotRequired),
            Self::RejectAsInvalid => Some(News::Rejected),
            _ => None,
        }
    }
}
