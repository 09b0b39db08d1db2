//! N1: a referral to a partner, with the least that it needs; and what the holder of a home is asked because of one.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;

/// A referral, to a partner or to whoever is asked to act.
#[derive(Clone, Debug, Serialize)]
pub struct Referral {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<super::CopyFor>,
    /// Whether a partner is addressed; else whoever is asked to act.
    pub to_partner: bool,
    /// The referral's reference.
    pub reference: Line,
    /// The home's address.
    pub property: Line,
    /// Whether the home is licensed.
    pub is_licensed: bool,
    /// What is of concern.
    pub concern: Line,
    /// For what it is shared.
    pub purpose: Line,
    /// The agreement under which it is shared; empty if the council does without.
    pub agreement: Line,
    /// The licence; empty for a home without one.
    pub licence: Line,
    /// The number of its condition about co-operation.
    pub condition: Line,
    /// What that condition asks.
    pub what: Line,
    /// The last day to act.
    #[serde(serialize_with = "written_out_if_any")]
    pub act_by: Option<NaiveDate>,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

impl Referral {
    const VERSION: &str = "N1/1";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("concern", &self.concern),
            ("purpose", &self.purpose),
        ])?;
        // A partner's mail is read by many: its subject names no home.
        let subject = if self.to_partner {
            format!("Referral {}", self.reference)
        } else {
            format!("Please act: {}", self.property)
        };
        Sheet::of(Self::VERSION, "referral.txt", "referral.html", false, &subject, self)
    }
}
