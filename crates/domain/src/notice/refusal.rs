//! Why something about a notice is refused, in words for the officer.

use super::NoticeState;
use crate::calendar::CannotCount;
use crate::service::NotServed;

/// Why something about a notice is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Words are missing.
    #[error("say why: the text is empty")]
    NoReason,
    /// A proposal or grant without its terms.
    #[error("the notice sets out a licence: give its terms")]
    NoTerms,
    /// Nobody to serve.
    #[error("nobody is to get this notice: record who applies and who has an interest in the home")]
    Nobody,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Not possible in this state.
    #[error("a notice that is {0} cannot take this step")]
    NotNow(NoticeState),
    /// Sent again without having come back.
    #[error("this copy did not come back: record the return first")]
    NotReturned,
    /// One copy for each.
    #[error("this person gets the notice already")]
    AlreadyRecipient,
    /// Unknown copy.
    #[error("the notice has no such copy")]
    NoSuchCopy,
    /// A decision takes no representations; nor does a draft.
    #[error("representations are made about a proposal that was sent out")]
    NothingProposed,
    /// Considered twice.
    #[error("this representation was considered already")]
    AlreadyConsidered,
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
            Self::NoReason => "no-reason",
            Self::NoTerms => "no-terms",
            Self::Nobody => "nobody-to-serve",
            Self::InFuture => "in-future",
            Self::NotNow(_) => "notice-state",
            Self::NotReturned => "not-returned",
            Self::AlreadyRecipient => "already-recipient",
            Self::NoSuchCopy => "no-such-copy",
            Self::NothingProposed => "nothing-proposed",
            Self::AlreadyConsidered => "already-considered",
            Self::Service(why) => why.code(),
            Self::Counting(_) => "cannot-count",
        }
    }
}
