//! Certificates, reports and declarations: what each must show, until when it counts, and an officer's assessment.

mod doubt;
mod particulars;
mod refusal;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

pub use doubt::{Doubt, DoubtKind};
pub use particulars::{Alarm, AlarmKind, ElectricalCode, InspectionResult, Particulars};
use particulars::{check, validity};
pub use refusal::Refusal;

use super::calendar::{Counted, london};
use super::context::Context;
use super::document::{Document, named};
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, CertificateId, LicenceId, PropertyId, words};
use super::scheme::DocumentKind;

words! {
    /// What has become of a record.
    CertificateState {
        /// Came in.
        Received = "received",
        /// Accepted by an officer.
        Accepted = "accepted",
        /// Rejected by an officer, with a reason.
        Rejected = "rejected",
        /// A later one of its kind was accepted.
        Superseded = "superseded",
    }
}

words! {
    /// What moves a record from one state to another.
    CertificateMove {
        /// An officer accepts it.
        Accept = "accept",
        /// An officer rejects it.
        Reject = "reject",
        /// A later one takes its place.
        GiveWay = "give_way",
    }
}

impl CertificateState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: CertificateMove) -> Option<Self> {
        match (self, step) {
            (Self::Received, CertificateMove::Accept) => Some(Self::Accepted),
            (Self::Received, CertificateMove::Reject) => Some(Self::Rejected),
            (Self::Accepted, CertificateMove::GiveWay) => Some(Self::Superseded),
            _ => None,
        }
    }
}

/// A certificate, report or declaration on record. Its file, if any, is kept beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Its identifier.
    pub id: CertificateId,
    /// The home.
    pub property_id: PropertyId,
    /// The licence under which it was given, if any.
    pub licence_id: Option<LicenceId>,
    /// What kind of record.
    pub kind: DocumentKind,
    /// What it says.
    pub particulars: Particulars,
    /// The last day on which it counts; `None` for a statement that does not run out.
    pub valid_until: Option<NaiveDate>,
    /// Why it is that day.
    pub valid_basis: Option<Counted>,
    /// When it came in (UTC).
    pub received_at: DateTime<Utc>,
    /// What has become of it.
    pub state: CertificateState,
    /// When an officer assessed it.
    pub assessed_at: Option<DateTime<Utc>>,
    /// Who assessed it.
    pub assessed_by: Option<AccountId>,
    /// The officer's reason.
    pub assessment: Option<String>,
    /// Counts changes.
    pub revision: i64,
}

impl Certificate {
    /// A record comes in.
    ///
    /// # Errors
    /// A [`Refusal`] that names the field that is missing or cannot be.
    pub fn record(
        cx: &Context,
        home: PropertyId,
        licence: Option<LicenceId>,
        kind: DocumentKind,
        particulars: Particulars,
    ) -> Result<Change<Self>, Refusal> {
        Self::record_arrival(cx, cx.now, home, licence, kind, particulars, &[])
    }

    /// A record that came in at that instant is entered later, for instance by an officer who opens the post.
    ///
    /// # Errors
    /// As [`Certificate::record`]; the check cannot lie after the arrival.
    pub fn record_arrival(
        cx: &Context,
        received_at: DateTime<Utc>,
        home: PropertyId,
        licence: Option<LicenceId>,
        kind: DocumentKind,
        particulars: Particulars,
        brought: &[Document],
    ) -> Result<Change<Self>, Refusal> {
        if received_at > cx.now {
            return Err(Refusal::ReceivedInFuture);
        }
        if particulars.checked_on > london::today(received_at) {
            return Err(Refusal::CheckedInFuture);
        }
        check(kind, &particulars)?;
        let valid = validity(kind, &particulars)?;
        let id = CertificateId::new(cx);
        let facts = json!({
            "kind": kind, "checked_on": particulars.checked_on, "result": particulars.result,
            "codes": particulars.codes, "valid": valid, "received_at": received_at, "documents": named(brought),
        });
        let record = Self {
            id,
            property_id: home,
            licence_id: licence,
            kind,
            particulars,
            valid_until: valid.as_ref().map(Counted::on),
            valid_basis: valid,
            received_at,
            state: CertificateState::Received,
            assessed_at: None,
            assessed_by: None,
            assessment: None,
            revision: 1,
        };
        Ok(Change::new(cx, Chain::Case(home), Happening::CertificateRecorded, &id, facts, record))
    }

    /// An officer accepts or rejects it.
    ///
    /// # Errors
    /// A [`Refusal`] if it was assessed before or the reason is empty.
    pub fn assess(mut self, cx: &Context, accepted: bool, reason: &str) -> Result<Change<Self>, Refusal> {
        let step = if accepted { CertificateMove::Accept } else { CertificateMove::Reject };
        let assessed = self.state.after(step).ok_or(Refusal::AlreadyAssessed)?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        self.state = assessed;
        self.assessed_at = Some(cx.now);
        self.assessed_by = cx.actor.account;
        self.assessment = Some(reason.to_owned());
        let facts = json!({ "state": self.state, "reason": reason });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::CertificateAssessed, &self.id.clone(), facts, self))
    }

    /// It gives way to a later record of its kind for the same home that was accepted; `None` if that is not one which
    /// [supersedes](Self::supersedes) it.
    #[must_use]
    pub fn give_way(mut self, cx: &Context, to: &Self) -> Option<Change<Self>> {
        let superseded = self.state.after(CertificateMove::GiveWay).filter(|_| to.supersedes(&self))?;
        self.state = superseded;
        let (chain, facts) = (Chain::Case(self.property_id), json!({ "by": to.id }));
        Some(Change::new(cx, chain, Happening::CertificateSuperseded, &self.id.clone(), facts, self))
    }

    /// Whether accepting it takes the place of that accepted one. Papers that belong to a tenancy, and the landlord's
    /// own inspections, stand beside each other.
    #[must_use]
    pub fn supersedes(&self, other: &Self) -> bool {
        self.id != other.id
            && self.property_id == other.property_id
            && self.kind == other.kind
            && replaces_its_kind(self.kind)
            && other.state == CertificateState::Accepted
            && other.particulars.checked_on < self.particulars.checked_on
    }

    /// Whether it is an electrical report that requires work.
    #[must_use]
    pub fn requires_work(&self) -> bool {
        self.kind == DocumentKind::ElectricalReport && self.particulars.result == Some(InspectionResult::Unsatisfactory)
    }

    /// Whether it shows that work which an electrical report required was done: it is confirmed, or a later report is clean.
    #[must_use]
    pub fn shows_work_done(&self) -> bool {
        match self.kind {
            DocumentKind::RemedialConfirmation => true,
            DocumentKind::ElectricalReport => self.particulars.result == Some(InspectionResult::Satisfactory),
            _ => false,
        }
    }

    /// Whether it counts on a day: accepted, not run out, and not itself finding the home unsafe.
    #[must_use]
    pub fn is_current(&self, day: NaiveDate) -> bool {
        self.state == CertificateState::Accepted && self.covers(day)
    }

    /// Whether what it says would cover that day: it has not run out, and does not find the home unsafe.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.particulars.result != Some(InspectionResult::Unsatisfactory)
            && self.valid_until.is_none_or(|until| day <= until)
    }
}

fn replaces_its_kind(kind: DocumentKind) -> bool {
    use DocumentKind as D;
    match kind {
        D::GasSafetyRecord | D::ElectricalReport | D::AlarmDeclaration | D::ApplianceDeclaration => true,
        D::FurnitureDeclaration | D::EnergyPerformanceCertificate | D::FireAlarmCertificate => true,
        D::TermsOfOccupation | D::References | D::InspectionRecord | D::Inventory | D::NeighbourNotice => false,
        D::TenantContactNotice | D::LicenceCopyReceipt | D::DepositPaper | D::RemedialConfirmation | D::Other => false,
    }
}
