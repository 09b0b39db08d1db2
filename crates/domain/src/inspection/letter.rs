//! What the letters of an inspection say (I1, I2), as data: it is fixed when the letter is queued.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Inspection, InspectionState, NoticeTo, Purpose, Refusal};
use crate::calendar::london;
use crate::id::{InspectionId, words};

words! {
    /// The letters of an inspection.
    InspectionLetterKind {
        /// Notice of a visit (I1).
        Notice = "notice",
        /// The improvement plan (I2).
        Plan = "plan",
    }
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum InspectionLetter {
    /// Notice of a visit (I1).
    Notice {
        /// The inspection; letters from before this was kept name none, and that they went is recorded by hand.
        #[serde(default)]
        inspection: Option<InspectionId>,
        /// As what its recipient is told.
        #[serde(default = "owner")]
        told_as: NoticeTo,
        /// The inspection's reference.
        reference: String,
        /// What the visit is for.
        purpose: Purpose,
        /// When it begins.
        starts_at: DateTime<Utc>,
        /// When it ends.
        ends_at: DateTime<Utc>,
        /// The name of the officer who comes.
        officer: String,
    },
    /// The improvement plan (I2).
    Plan {
        /// The inspection's reference.
        reference: String,
        /// The day of the visit.
        visited_on: NaiveDate,
        /// What is still to be done.
        work: Vec<WorkToDo>,
        /// The day of the re-inspection.
        reinspect_on: NaiveDate,
    },
}

fn owner() -> NoticeTo {
    NoticeTo::Owner
}

/// Something that is still to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkToDo {
    /// Its number in the plan.
    pub number: usize,
    /// What.
    pub text: String,
    /// The last day.
    pub due_on: NaiveDate,
}

impl Inspection {
    /// What a letter of this kind says now to somebody who is told as that; `officer` is the name of whoever comes.
    ///
    /// # Errors
    /// [`Refusal::NotFromHere`] of a notice where no visit lies ahead, or of a plan where nothing is to be done.
    pub fn letter(
        &self,
        kind: InspectionLetterKind,
        told_as: NoticeTo,
        officer: &str,
    ) -> Result<InspectionLetter, Refusal> {
        match kind {
            InspectionLetterKind::Notice if self.state.awaits_visit() => Ok(InspectionLetter::Notice {
                inspection: Some(self.id),
                told_as,
                reference: self.reference.clone(),
                purpose: self.visit()?.purpose,
                starts_at: self.starts_at,
                ends_at: self.ends_at,
                officer: officer.to_owned(),
            }),
            InspectionLetterKind::Notice => Err(Refusal::NotFromHere(self.state, "send_notice")),
            InspectionLetterKind::Plan => self.plan_letter().ok_or(Refusal::NotFromHere(self.state, "send_plan")),
        }
    }

    /// Whether the last visit is or was at this time, so that a letter that gives notice of it tells the truth.
    #[must_use]
    pub fn visits_at(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> bool {
        self.state != InspectionState::Cancelled && (self.starts_at, self.ends_at) == (starts_at, ends_at)
    }

    /// Whether a visit at this time lies ahead.
    #[must_use]
    pub fn awaits_visit_at(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> bool {
        self.state.awaits_visit() && self.visits_at(starts_at, ends_at)
    }

    fn plan_letter(&self) -> Option<InspectionLetter> {
        let to_do = |(number, item): (usize, &super::PlanItem)| WorkToDo {
            number,
            text: item.text.clone(),
            due_on: item.due_on,
        };
        let work = self.open_items().map(to_do).collect::<Vec<_>>();
        let visited = self.visits.iter().rev().find_map(|visit| visit.findings.as_ref())?;
        let reinspect_on = self.reinspect_on.filter(|_| self.state.is_open() && !work.is_empty())?;
        let visited_on = london::today(visited.entered_at);
        Some(InspectionLetter::Plan { reference: self.reference.clone(), visited_on, work, reinspect_on })
    }
}
