//! V1 to V4: notices that a licence is to be varied or revoked, is varied or revoked, is not, or is not to be (Schedule 5, Part 2).

use chrono::NaiveDate;
use serde::Serialize;

use super::notice::Seal;
use super::{ComposeFault, CopyFor, Office, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;
use domain::notice::NoticeKind;

/// One recipient's copy of a notice about a licence.
#[derive(Clone, Debug, Serialize)]
pub struct LicenceNotice {
    /// Who writes.
    pub office: Office,
    /// Whom this copy addresses.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// What it says.
    pub kind: NoticeKind,
    /// What it says, as its heading.
    pub heading: Line,
    /// Whether it takes the place of an earlier proposal.
    pub is_modified: bool,
    /// Whether it tells of a decision.
    pub is_decision: bool,
    /// Its reference.
    pub reference: Line,
    /// The licence's number.
    pub licence: Line,
    /// The holder's name.
    pub holder: Line,
    /// The property's address.
    pub property: Line,
    /// The date on it: of a decision, the day of that decision.
    #[serde(serialize_with = "written_out")]
    pub dated_on: NaiveDate,
    /// The reasons.
    pub reasons: Line,
    /// What changes, or was asked for.
    pub changes: Vec<LicenceChange>,
    /// Whether the holder agreed to what was decided.
    pub is_agreed: bool,
    /// Whether a copy of the licence as varied goes with it.
    pub encloses_licence: bool,
    /// The first day on which it has effect.
    #[serde(serialize_with = "written_out_if_any")]
    pub operative_on: Option<NaiveDate>,
    /// The last day for representations, or for an appeal.
    #[serde(serialize_with = "written_out")]
    pub last_day: NaiveDate,
    /// The newest seal on the service's records, once there is one.
    pub seal: Option<Seal>,
}

/// Something that a variation changes.
#[derive(Clone, Debug, Serialize)]
pub struct LicenceChange {
    /// What, such as "Last day".
    pub label: Line,
    /// As it was before.
    pub from: Line,
    /// As it is to be.
    pub to: Line,
}

impl LicenceNotice {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("heading", &self.heading),
            ("reference", &self.reference),
            ("licence", &self.licence),
            ("holder", &self.holder),
            ("property", &self.property),
            ("reasons", &self.reasons),
        ])?;
        let version = match self.kind {
            NoticeKind::RefusalToVary | NoticeKind::RefusalToRevoke => "V3/3",
            NoticeKind::ProposedRefusalToVary | NoticeKind::ProposedRefusalToRevoke => "V4/1",
            _ if self.is_decision => "V2/4",
            _ => "V1/3",
        };
        let subject = format!("{}: {}", self.heading, self.property);
        Sheet::of(version, "licence_notice.txt", "licence_notice.html", false, &subject, self)
    }
}

/// What a notice about a licence is called; none for the notices about an application.
#[must_use]
pub fn heading(kind: NoticeKind) -> Option<&'static str> {
    Some(match kind {
        NoticeKind::ProposedVariation => "Notice of a proposal to vary a licence",
        NoticeKind::Variation => "Notice of the variation of a licence",
        NoticeKind::RefusalToVary => "Notice of a refusal to vary a licence",
        NoticeKind::ProposedRefusalToVary => "Notice of a proposal to refuse to vary a licence",
        NoticeKind::ProposedRevocation => "Notice of a proposal to revoke a licence",
        NoticeKind::ProposedRefusalToRevoke => "Notice of a proposal to refuse to revoke a licence",
        NoticeKind::Revocation => "Notice of the revocation of a licence",
        NoticeKind::RefusalToRevoke => "Notice of a refusal to revoke a licence",
        NoticeKind::ProposedGrant | NoticeKind::ProposedRefusal | NoticeKind::Grant | NoticeKind::Refusal => {
            return None;
        }
    })
}
