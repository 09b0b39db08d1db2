//! One function for each thing the council does: permit, find, decide, save, answer. Each runs in one transaction of its caller.

pub mod access;
pub mod anchor_mails;
pub mod appeals;
pub mod applications;
pub mod applying;
pub mod audit;
pub mod breaches;
pub mod bulk;
pub mod bundles;
pub mod certificates;
pub mod demands;
pub mod documents;
pub mod enforcement;
pub mod enquiries;
pub mod exemptions;
pub mod feeds;
pub mod fees;
pub mod fitness;
pub mod gazetteer;
pub mod homes;
pub mod import;
pub mod inspection_programme;
pub mod inspections;
pub mod letter_batches;
pub mod letters;
pub mod licence_documents;
pub mod licences;
pub mod material;
pub mod night;
pub mod notices;
pub mod obligations;
pub mod own;
pub mod partners;
pub mod proceedings;
pub mod references;
pub mod referrals;
mod rules;
mod service;
pub mod sign_in;
pub mod tasks;
mod tries;

pub use rules::{Rules, SchemeFault, service_policy};
pub use service::Service;

use domain::context::Forbidden;
use domain::{
    access as access_rules, appeal, application, breach, calendar, certificate, demand, document,
    enforcement as enforcing, enquiry, exemption, feed, fees as fee_rules, fitness as fitness_rules, inspection,
    letter, letter_batch, licence, notice, obligation, occupancy, partner, party, proceeding, property, reference,
    referral, task,
};
use storage::{self, Retry};

/// The ways in which something does not happen; each is one answer of the API.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or not the actor's to see.
    #[error("there is nothing here with that identifier")]
    NotFound,
    /// The actor's role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// Fields of the request are wrong.
    #[error("the request has faults")]
    Invalid(Vec<FieldFault>),
    /// A rule stands against it.
    #[error("{text}")]
    Refused {
        /// A stable word for programs.
        code: &'static str,
        /// The rule, in plain words.
        text: String,
    },
    /// There is one already.
    #[error("{0}")]
    Duplicate(&'static str),
    /// Somebody else changed it in the meantime.
    #[error("somebody else changed this while you were reading it: read it again, then decide")]
    Stale,
    /// Too many tries in a short time.
    #[error("that was tried too often: wait {minutes} minutes, then try again", minutes = .0.num_minutes())]
    TooOften(chrono::TimeDelta),
    /// The database cannot be reached, or is too busy.
    #[error("the service cannot reach its database just now")]
    Unavailable(String),
    /// The disk has no room left.
    #[error("the service has no room left on its disk: nothing was stored, try again later")]
    Full,
    /// A fault of ours.
    #[error("something went wrong on our side")]
    Broken(String),
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON pointer to the field, such as "/conditions/0".
    pub pointer: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl FieldFault {
    /// A fault of the field at that pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

impl From<FieldFault> for Error {
    fn from(fault: FieldFault) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        use storage::Error as E;
        match error {
            E::Stale => Self::Stale,
            E::Duplicate => Self::Duplicate("there is one already"),
            E::Conflict => Self::Unavailable(CONFLICT.to_owned()),
            E::Unavailable(why) => Self::Unavailable(why),
            E::Full => Self::Full,
            E::Unreadable(_) | E::Broken(_) => Self::Broken(error.to_string()),
        }
    }
}

const CONFLICT: &str = "another writer was in the way";

impl Retry for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Unavailable(why) if why == CONFLICT)
    }
}

impl From<Forbidden> for Error {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

macro_rules! refusals {
    ($($refusal:ty),+ $(,)?) => {$(
        impl From<$refusal> for Error {
            fn from(refusal: $refusal) -> Self {
                Self::Refused { code: refusal.code(), text: refusal.to_string() }
            }
        }
    )+};
}
refusals!(
    access_rules::Refusal,
    appeal::Refusal,
    application::Refusal,
    application::form::Refusal,
    breach::Refusal,
    certificate::Refusal,
    demand::Refusal,
    document::Refusal,
    enquiry::Refusal,
    exemption::Refusal,
    enforcing::Refusal,
    enforcing::AccountRefusal,
    domain::service::NotServed,
    feed::Refusal,
    fee_rules::Refusal,
    fitness_rules::Refusal,
    inspection::Refusal,
    letter::Refusal,
    letter_batch::Refusal,
    licence::Refusal,
    notice::Refusal,
    obligation::Refusal,
    occupancy::Refusal,
    partner::Refusal,
    party::Refusal,
    proceeding::Refusal,
    property::Refusal,
    reference::Refusal,
    referral::Refusal,
    task::Refusal,
);

impl From<calendar::CannotCount> for Error {
    fn from(error: calendar::CannotCount) -> Self {
        Self::Refused { code: "cannot-count", text: error.to_string() }
    }
}

/// The revision that a change was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected(pub i64);

impl Expected {
    /// Refuses a change that was decided on another state than the present one.
    fn check(self, revision: i64) -> Result<(), Error> {
        if self.0 == revision { Ok(()) } else { Err(Error::Stale) }
    }
}
