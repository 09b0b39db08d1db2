//! I1, I2: notice of an inspection (section 239), and the improvement plan that came of one.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out};
use crate::words::Line;
use domain::inspection::Purpose;

/// Notice of an inspection.
#[derive(Clone, Debug, Serialize)]
pub struct InspectionNotice {
    /// Who writes.
    pub office: Office,
    /// Whom it addresses: the owner's side, or whoever lives there.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// The inspection's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// What the visit is for.
    pub purpose: Purpose,
    /// The day of the visit.
    #[serde(serialize_with = "written_out")]
    pub on: NaiveDate,
    /// From when, by the London clock.
    pub from: Line,
    /// Until when.
    pub to: Line,
    /// The officer who comes.
    pub officer: Line,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

/// An improvement plan.
#[derive(Clone, Debug, Serialize)]
pub struct ImprovementPlan {
    /// Who writes.
    pub office: Office,
    /// Whom it addresses.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// The inspection's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The day of the visit.
    #[serde(serialize_with = "written_out")]
    pub visited_on: NaiveDate,
    /// What is to be done.
    pub work: Vec<PlannedWork>,
    /// The day of the re-inspection.
    #[serde(serialize_with = "written_out")]
    pub reinspect_on: NaiveDate,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

/// Something that is to be done.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedWork {
    /// Its number in the plan.
    pub number: usize,
    /// What.
    pub text: Line,
    /// The last day.
    #[serde(serialize_with = "written_out")]
    pub due_on: NaiveDate,
}

impl InspectionNotice {
    const VERSION: &str = "I1/1";

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
            ("officer", &self.officer),
            ("the time of the visit", &self.from),
        ])?;
        let subject = format!("Notice of an inspection: {}", self.property);
        Sheet::of(Self::VERSION, "inspection_notice.txt", "inspection_notice.html", false, &subject, self)
    }
}

impl ImprovementPlan {
    const VERSION: &str = "I2/1";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when it asks for nothing or the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[("recipient", &self.recipient), ("reference", &self.reference), ("property", &self.property)])?;
        if self.work.is_empty() {
            return Err(ComposeFault::NoItems);
        }
        self.work.iter().try_for_each(|one| present(&[("work to be done", &one.text)]))?;
        let subject = format!("Work that is needed: {}", self.property);
        Sheet::of(Self::VERSION, "improvement_plan.txt", "improvement_plan.html", false, &subject, self)
    }
}
