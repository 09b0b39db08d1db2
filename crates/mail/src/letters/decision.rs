//! D4: what an officer found of the documents that were sent.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;

/// What was decided of one answer, item by item.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses: whoever sent the documents.
    pub recipient: Line,
    /// Set on an agent's copy.
    pub copy_for: Option<CopyFor>,
    /// The demand's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The licence.
    pub licence: Line,
    /// The findings.
    pub items: Vec<DecisionItem>,
    /// The day of the decision.
    #[serde(serialize_with = "written_out")]
    pub decided_on: NaiveDate,
}

/// One item's finding.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionItem {
    /// The condition's number.
    pub condition: Line,
    /// The document or declaration.
    pub title: Line,
    /// What was decided.
    pub finding: Finding,
    /// Why; required unless the document was simply accepted.
    pub reason: Line,
    /// The date by which a fresh answer is still due, after a rejection.
    #[serde(serialize_with = "written_out_if_any")]
    pub due_on: Option<NaiveDate>,
    /// Whether that date had passed when it was decided.
    pub is_past: bool,
}

/// An officer's finding on one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It answers the demand.
    Accepted,
    /// It answers the demand but came after the date.
    AcceptedLate,
    /// It does not answer the demand.
    Rejected,
    /// The demand does not apply to this property.
    NotApplicableAccepted,
    /// The reason for "not applicable" was not accepted.
    NotApplicableRejected,
}

/// The decision as its templates see it.
#[derive(Serialize)]
struct Page<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    any_open: bool,
}

impl Finding {
    /// Whether the item is still to be answered.
    #[must_use]
    pub fn needs_answer(self) -> bool {
        matches!(self, Self::Rejected | Self::NotApplicableRejected)
    }
}

impl Decision {
    const VERSION: &str = "D4/2";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when it is about nothing or a finding lacks its reason.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let open = self.items.iter().filter(|item| item.finding.needs_answer()).count();
        let subject = match open {
            0 => format!("Documents accepted: {}", self.property),
            1 => format!("1 document still needed: {}", self.property),
            open => format!("{open} documents still needed: {}", self.property),
        };
        let page = Page { decision: self, any_open: open > 0 };
        Sheet::of(Self::VERSION, "decision.txt", "decision.html", self.copy_for.is_some(), &subject, &page)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("licence number", &self.licence),
        ])?;
        if self.items.is_empty() {
            return Err(ComposeFault::NoItems);
        }
        for item in &self.items {
            present(&[("condition number", &item.condition), ("title", &item.title)])?;
            if item.finding != Finding::Accepted {
                present(&[("reason", &item.reason)])?;
            }
        }
        Ok(())
    }
}
