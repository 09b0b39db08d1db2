//! The mail that tells of anchors, for whoever keeps them outside the service. Not a letter of a case.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, Office, Sheet, written_out};
use crate::words::Line;

/// What the mail says.
#[derive(Clone, Debug, Serialize)]
pub struct Anchors {
    /// Who writes.
    pub office: Office,
    /// Whom the mail addresses.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<()>,
    /// The anchors, oldest first.
    pub anchors: Vec<ToldAnchor>,
}

/// One anchor.
#[derive(Clone, Debug, Serialize)]
pub struct ToldAnchor {
    /// Its number.
    pub number: i64,
    /// The night or day for which it was made.
    #[serde(serialize_with = "written_out")]
    pub on: NaiveDate,
    /// Its hash.
    pub hash: Line,
}

impl Anchors {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        let last = self.anchors.last().ok_or(ComposeFault::NoItems)?;
        let subject = format!("Anchor {} of the licensing records: keep this mail", last.number);
        Sheet::of("anchors/1", "anchors.txt", "anchors.html", false, &subject, self)
    }
}
