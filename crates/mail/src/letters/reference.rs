//! The answer to a landlord's request for a reference: its colour and what the tenant's consent covers, and no tenant's name.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, Office, Sheet, present, written_out};
use crate::words::Line;

/// The answer to a request for a reference.
#[derive(Clone, Debug, Serialize)]
pub struct Reference {
    /// Who writes.
    pub office: Office,
    /// The landlord.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<super::CopyFor>,
    /// The request's reference.
    pub reference: Line,
    /// The day on which the request came in.
    #[serde(serialize_with = "written_out")]
    pub received_on: NaiveDate,
    /// The colour, in a word.
    pub colour: Line,
    /// What the tenant's consent covers.
    pub covers: Line,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

impl Reference {
    const VERSION: &str = "reference/1";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("colour", &self.colour),
            ("what the consent covers", &self.covers),
        ])?;
        let subject = format!("Your request {}", self.reference);
        Sheet::of(Self::VERSION, "reference.txt", "reference.html", false, &subject, self)
    }
}
