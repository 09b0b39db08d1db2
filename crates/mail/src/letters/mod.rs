//! The words of the letters: one strict model per letter, rendered to subject, text and HTML.
//!
//! A model holds only [`Line`]s, numbers and dates, so nothing in a record can become structure. Dates are
//! always written out with their weekday; no letter says how many days are left, because it may be read later.

mod anchors;
mod application;
mod decision;
mod demand;
mod digest;
mod enforcement;
mod enquiry;
mod exemption;
mod inspection;
mod licence_notice;
mod notice;
mod receipt;
mod reference;
mod referral;
mod samples;
mod sign_in;
#[cfg(test)]
mod tests;
mod wording;
mod wrap;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;

pub use anchors::{Anchors, ToldAnchor};
pub use application::Application;
pub use decision::{Decision, DecisionItem, Finding};
pub use demand::{Demand, DemandItem};
pub use digest::{Digest, DigestCode, DigestLine, DigestProperty, Standing};
pub use enforcement::{
    ConsideredPoint, ExplainInvitation, Imposed, PenaltyChange, PenaltyFactor, PenaltyNotice, PenaltyWorking,
};
pub use enquiry::Enquiry;
pub use exemption::{Exemption, ExemptionRefused, ExemptionTime};
pub use inspection::{ImprovementPlan, InspectionNotice, PlannedWork};
pub use licence_notice::{LicenceChange, LicenceNotice, heading};
pub use notice::{Notice, NoticeCondition, NoticeLicence, Seal};
pub use receipt::{Receipt, ReceiptFile};
pub use reference::Reference;
pub use referral::Referral;
pub use sign_in::SignIn;
pub use wording::{Wording, WordingFault};

use super::{envelope::MailSubject, words::Line};

/// A letter in words, to be stored as it is before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The subject line.
    pub subject: MailSubject,
    /// The plain text part, wrapped at about 76 columns.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The template and its version, such as "D1/1", with a name of the council's own wording behind a plus where it has one.
    pub template_version: String,
}

/// A letter that is ready to be put into words: its templates, and the values that they may speak of.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The shipped template and its version, such as "D1/1".
    version: &'static str,
    /// The template of the text part.
    text: &'static str,
    /// The template of the HTML part.
    html: &'static str,
    /// Whether it is an agent's copy.
    is_copy: bool,
    /// The subject line.
    subject: String,
    /// What the templates may speak of.
    values: Value,
}

impl Sheet {
    fn of(
        version: &'static str,
        text: &'static str,
        html: &'static str,
        is_copy: bool,
        subject: &str,
        model: &impl Serialize,
    ) -> Result<Self, ComposeFault> {
        let values = serde_json::to_value(model)
            .map_err(|fault| ComposeFault::Template { template: text, reason: fault.to_string() })?;
        Ok(Self { version, text, html, is_copy, subject: subject.to_owned(), values })
    }
}

/// Why a letter cannot be written from its model.
#[derive(Debug, Error)]
pub enum ComposeFault {
    /// A letter about nothing.
    #[error("The letter lists no items: add at least one before it is sent")]
    NoItems,
    /// A required text is empty.
    #[error("The letter needs a value for \"{0}\"")]
    Missing(&'static str),
    /// A missed date that lies ahead, or a reminder that contradicts itself.
    #[error("The letter says that {what} was missed, but its date {on} is not before the night of {night}")]
    NotMissedYet {
        /// The document or duty.
        what: Line,
        /// The date given for it.
        on: NaiveDate,
        /// The night of the letter.
        night: NaiveDate,
    },
    /// The template asked for something the model does not have.
    #[error("The template {template} could not be filled in: {reason}")]
    Template {
        /// The template's file name.
        template: &'static str,
        /// The engine's words.
        reason: String,
    },
}

/// Who writes and how to reach them; at the foot of every letter.
#[derive(Clone, Debug, Serialize)]
pub struct Office {
    /// The council, such as "Stockton-on-Tees Borough Council".
    pub council: Line,
    /// The scheme, such as "Selective licensing 2024 to 2029".
    pub scheme: Line,
    /// The team that signs.
    pub team: Line,
    /// Its e-mail address, as text.
    pub email: Line,
    /// Its telephone number.
    pub telephone: Line,
    /// Its postal address, on one line.
    pub post: Line,
}

/// Says that this is a copy for an agent, and whose.
#[derive(Clone, Debug, Serialize)]
pub struct CopyFor {
    /// The agent who receives this copy.
    pub agent: Line,
    /// The licence holder, who has received the same letter.
    pub holder: Line,
}

/// A date as letters write it: "Wednesday 5 February 2025".
#[must_use]
pub fn long_date(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

fn written_out<S: Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&long_date(*date))
}

fn written_out_if_any<S: Serializer>(date: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => to.serialize_some(&long_date(*date)),
        None => to.serialize_none(),
    }
}

/// Refuses empty text where the letter would have a hole.
fn present(texts: &[(&'static str, &Line)]) -> Result<(), ComposeFault> {
    match texts.iter().find(|(_, text)| text.is_empty()) {
        Some((name, _)) => Err(ComposeFault::Missing(name)),
        None => Ok(()),
    }
}

impl Office {
    fn check(&self) -> Result<(), ComposeFault> {
        present(&[
            ("council", &self.council),
            ("scheme", &self.scheme),
            ("team", &self.team),
            ("the team's e-mail address", &self.email),
            ("the team's telephone number", &self.telephone),
            ("the team's postal address", &self.post),
        ])
    }
}
