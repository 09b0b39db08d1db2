//! A1, A2, A3, A6, A9: how an application stands.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;
use domain::application::News;

/// How an application stands, after a step that its applicant is to know of.
#[derive(Clone, Debug, Serialize)]
pub struct Application {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses: the applicant.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// What there is to tell.
    pub news: News,
    /// The application's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
    /// When it was submitted.
    #[serde(serialize_with = "written_out_if_any")]
    pub received_on: Option<NaiveDate>,
    /// When it was duly made.
    #[serde(serialize_with = "written_out_if_any")]
    pub duly_made_on: Option<NaiveDate>,
    /// The last day for sending what is missing.
    #[serde(serialize_with = "written_out_if_any")]
    pub answer_by: Option<NaiveDate>,
    /// What is missing, in words.
    pub defects: Vec<Line>,
    /// Why no licence is required.
    pub reason: Line,
    /// The amount that is asked for, such as "£300.00"; empty where the scheme does not say.
    pub amount: Line,
    /// SHA-256 of the form as it was sent; empty for one on paper.
    pub sha256: Line,
}

impl Application {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let (version, subject) = match self.news {
            News::Received => ("A1/1", "Your application has been received"),
            News::Incomplete => ("A2/1", "Your application is not complete"),
            News::DulyMade => ("A3/1", "Your application is duly made"),
            News::FeeDue => ("A6/1", "The second part of the licence fee is due"),
            News::NotRequired => ("A9/1", "No licence is required"),
            News::Rejected => ("rejected/1", "Your application has been rejected"),
        };
        let subject = format!("{subject}: {}", self.property);
        Sheet::of(version, "application.txt", "application.html", false, &subject, self)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[("recipient", &self.recipient), ("reference", &self.reference), ("property", &self.property)])?;
        match self.news {
            News::Received if self.received_on.is_none() => Err(ComposeFault::Missing("the day of receipt")),
            News::DulyMade if self.duly_made_on.is_none() => Err(ComposeFault::Missing("the day it was duly made")),
            News::Incomplete if self.answer_by.is_none() => Err(ComposeFault::Missing("the last day")),
            News::Incomplete if self.defects.is_empty() => Err(ComposeFault::NoItems),
            News::NotRequired => present(&[("reason", &self.reason)]),
            _ => Ok(()),
        }
    }
}
