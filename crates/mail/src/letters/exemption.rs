//! T1, T2: a temporary exemption notice (section 86), or notice that none is served; likewise after a death (section 91).

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Seal, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;

/// A temporary exemption notice, or notice of its refusal.
#[derive(Clone, Debug, Serialize)]
pub struct Exemption {
    /// Who writes.
    pub office: Office,
    /// Whoever asked for it.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// Its reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// Whether it was asked for after a holder's death.
    pub is_after_death: bool,
    /// The date on it.
    #[serde(serialize_with = "written_out")]
    pub dated_on: NaiveDate,
    /// When it was asked for.
    #[serde(serialize_with = "written_out")]
    pub notified_on: NaiveDate,
    /// What was said then.
    pub steps: Line,
    /// What the notice says.
    pub runs: Option<ExemptionTime>,
    /// What its refusal says.
    pub refused: Option<ExemptionRefused>,
    /// How it is counted when a letter is received.
    pub how_received: Line,
    /// The newest seal on the service's records, once there is one.
    pub seal: Option<Seal>,
}

/// How long a notice runs.
#[derive(Clone, Debug, Serialize)]
pub struct ExemptionTime {
    /// The months.
    pub months: u32,
    /// The first day, of a notice that follows another; any other begins with its service.
    #[serde(serialize_with = "written_out_if_any")]
    pub from_on: Option<NaiveDate>,
    /// The last day; if it begins with service, the last one if it is served on its date.
    #[serde(serialize_with = "written_out")]
    pub until_on: NaiveDate,
    /// The exceptional circumstances of a second notice; empty otherwise.
    pub circumstances: Line,
}

/// Why there is no notice.
#[derive(Clone, Debug, Serialize)]
pub struct ExemptionRefused {
    /// The day of the decision.
    #[serde(serialize_with = "written_out")]
    pub decided_on: NaiveDate,
    /// Why.
    pub reasons: Line,
    /// The days for an appeal, beginning with the day of the decision.
    pub appeal_days: u32,
    /// The last of them.
    #[serde(serialize_with = "written_out")]
    pub appeal_by: NaiveDate,
}

impl Exemption {
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
            ("what was said", &self.steps),
        ])?;
        let (version, subject) = match (&self.runs, &self.refused) {
            (Some(_), None) => ("T1/1", "Temporary exemption notice"),
            (None, Some(refused)) => {
                present(&[("reasons", &refused.reasons)])?;
                ("T2/1", "A temporary exemption notice is refused")
            }
            _ => return Err(ComposeFault::Missing("how long it runs, or why it is refused")),
        };
        let subject = format!("{subject}: {}", self.property);
        Sheet::of(version, "exemption.txt", "exemption.html", false, &subject, self)
    }
}
