//! A4, A5, A7, A8: notices of proposals and decisions about a licence (Schedule 5).

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;
use domain::notice::NoticeKind;

/// One recipient's copy of a notice.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// Who writes.
    pub office: Office,
    /// Whom this copy addresses.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// What it says.
    pub kind: NoticeKind,
    /// Whether it proposes anew, with other terms, what an earlier notice proposed.
    pub is_modified: bool,
    /// Its reference.
    pub reference: Line,
    /// The application's reference.
    pub application: Line,
    /// The property's address.
    pub property: Line,
    /// The date on it: of a decision, the day of that decision.
    #[serde(serialize_with = "written_out")]
    pub dated_on: NaiveDate,
    /// The reasons.
    pub reasons: Line,
    /// The licence that is proposed or granted.
    pub licence: Option<NoticeLicence>,
    /// The last day for representations, or for an appeal.
    #[serde(serialize_with = "written_out")]
    pub last_day: NaiveDate,
    /// The newest seal on the service's records, once there is one.
    pub seal: Option<Seal>,
}

/// An anchor over the service's records, with which a recipient can show later that they were not changed.
#[derive(Clone, Debug, Serialize)]
pub struct Seal {
    /// The night.
    #[serde(serialize_with = "written_out")]
    pub on: NaiveDate,
    /// The anchor's hash.
    pub hash: Line,
}

/// The main terms of a licence.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeLicence {
    /// Its number; empty before it is granted.
    pub number: Line,
    /// Who holds it.
    pub holder: Line,
    /// Who manages, if somebody else; empty otherwise.
    pub manager: Line,
    /// The first day, where one is fixed.
    #[serde(serialize_with = "written_out_if_any")]
    pub starts_on: Option<NaiveDate>,
    /// The last day, where one is fixed.
    #[serde(serialize_with = "written_out_if_any")]
    pub ends_on: Option<NaiveDate>,
    /// Years.
    pub years: u32,
    /// Its conditions.
    pub conditions: Vec<NoticeCondition>,
}

/// A condition of a licence.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeCondition {
    /// Its number.
    pub number: Line,
    /// Its title.
    pub title: Line,
    /// The duty.
    pub what: Line,
}

impl Notice {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let (version, subject) = match self.kind {
            NoticeKind::ProposedGrant => ("A4/2", "Notice: we propose to grant a licence"),
            NoticeKind::ProposedRefusal => ("A5/2", "Notice: we propose to refuse a licence"),
            NoticeKind::Grant => ("A7/3", "Notice: a licence is granted"),
            NoticeKind::Refusal => ("A8/2", "Notice: a licence is refused"),
            _ => return Err(ComposeFault::Missing("the notice of an application")),
        };
        let subject = format!("{subject}: {}", self.property);
        Sheet::of(version, "notice.txt", "notice.html", false, &subject, self)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("application", &self.application),
            ("property", &self.property),
            ("reasons", &self.reasons),
        ])?;
        match &self.licence {
            None if self.kind.has_terms() => Err(ComposeFault::Missing("the terms of the licence")),
            Some(licence) if licence.conditions.is_empty() => Err(ComposeFault::NoItems),
            Some(licence) => present(&[("holder", &licence.holder)]),
            None => Ok(()),
        }
    }
}
