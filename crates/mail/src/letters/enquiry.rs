//! U1, U2, U3: a home without a licence. Its owner is invited to apply and warned, and information is required.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;
use domain::enquiry::EnquiryLetterKind;

/// A letter about a home that may need a licence and has none.
#[derive(Clone, Debug, Serialize)]
pub struct Enquiry {
    /// Who writes.
    pub office: Office,
    /// Whoever is to apply; information is required of an occupier or manager, too.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// What it is for.
    pub kind: EnquiryLetterKind,
    /// The enquiry's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// By when an application or an answer is asked for.
    #[serde(serialize_with = "written_out")]
    pub answer_by: NaiveDate,
    /// The day on which the owner was first invited, of a warning that follows that.
    #[serde(serialize_with = "written_out_if_any")]
    pub invited_on: Option<NaiveDate>,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

impl Enquiry {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[("recipient", &self.recipient), ("reference", &self.reference), ("property", &self.property)])?;
        let (version, subject) = match self.kind {
            EnquiryLetterKind::Invitation => ("U1/1", "A licence is needed: please apply"),
            EnquiryLetterKind::Warning => ("U2/1", "Warning: this home has no licence"),
            EnquiryLetterKind::Information => ("U3/1", "Information is required"),
        };
        let subject = format!("{subject}: {}", self.property);
        Sheet::of(version, "enquiry.txt", "enquiry.html", false, &subject, self)
    }
}
