//! D1: the demand for documents under the conditions of a licence.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, long_date, present, written_out, written_out_if_any};
use crate::words::Line;

/// What a demand says.
#[derive(Clone, Debug, Serialize)]
pub struct Demand {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses: the holder, or the agent on a copy.
    pub recipient: Line,
    /// Set on an agent's copy.
    pub copy_for: Option<CopyFor>,
    /// The demand's reference, to be quoted in the answer.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The licence under whose conditions the demand is made.
    pub licence: Line,
    /// What is to be sent.
    pub items: Vec<DemandItem>,
    /// How the days count, in one sentence from the calendar.
    pub how_days_count: Line,
    /// The power that the demand rests on, from the scheme.
    pub legal_basis: Line,
    /// The day the letter goes out.
    #[serde(serialize_with = "written_out")]
    pub sent_on: NaiveDate,
}

/// One document or declaration that is demanded.
#[derive(Clone, Debug, Serialize)]
pub struct DemandItem {
    /// The condition's number, such as "9.4".
    pub condition: Line,
    /// Its short name, such as "Gas safety record".
    pub title: Line,
    /// What exactly would answer it.
    pub what_to_send: Line,
    /// The days that the condition allows.
    pub days: u16,
    /// The last day, where it is known when the letter is written.
    #[serde(serialize_with = "written_out_if_any")]
    pub due_on: Option<NaiveDate>,
}

impl Demand {
    const VERSION: &str = "D1/2";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole or has a value that cannot be given to a template.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let subject = match self.items.iter().filter_map(|item| item.due_on).min() {
            Some(first) => format!("Documents needed by {}: {}", long_date(first), self.property),
            None => format!("Documents needed: {}", self.property),
        };
        Sheet::of(Self::VERSION, "demand.txt", "demand.html", self.copy_for.is_some(), &subject, self)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("licence number", &self.licence),
            ("how the days count", &self.how_days_count),
            ("legal basis", &self.legal_basis),
        ])?;
        if self.items.is_empty() {
            return Err(ComposeFault::NoItems);
        }
        self.items.iter().try_for_each(|item| {
            present(&[
                ("condition number", &item.condition),
                ("title", &item.title),
                ("what to send", &item.what_to_send),
            ])
        })
    }
}
