//! The receipt for what came in for a demand, with the hash of each file.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, Office, Sheet, present, written_out_if_any};
use crate::words::Line;

/// What came in for one item of a demand.
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses: whoever sent it.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<super::CopyFor>,
    /// The demand's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The licence.
    pub licence: Line,
    /// The condition's number.
    pub condition: Line,
    /// The document or declaration that was asked for.
    pub title: Line,
    /// What was sent, in words, such as "A document".
    pub what: Line,
    /// When it came in, by the London clock.
    pub received: Line,
    /// The last day, where one is fixed.
    #[serde(serialize_with = "written_out_if_any")]
    pub due_on: Option<NaiveDate>,
    /// The files.
    pub files: Vec<ReceiptFile>,
    /// The answer's identifier, to be quoted.
    pub number: Line,
}

/// One file of a receipt.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiptFile {
    /// Its name.
    pub name: Line,
    /// How many bytes it has.
    pub bytes: i64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: Line,
}

impl Receipt {
    const VERSION: &str = "receipt/2";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let subject = format!("We have received: {}, {}", self.title, self.property);
        Sheet::of(Self::VERSION, "receipt.txt", "receipt.html", false, &subject, self)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("licence number", &self.licence),
            ("condition number", &self.condition),
            ("title", &self.title),
            ("what was sent", &self.what),
            ("when it came in", &self.received),
            ("receipt number", &self.number),
        ])?;
        self.files.iter().try_for_each(|file| present(&[("file name", &file.name), ("hash", &file.sha256)]))
    }
}
