//! Who read which case: a record beside the chains of events, which so many reads would flood.

use chrono::{DateTime, Months, Utc};

use super::actor::Role;
use super::context::Context;
use super::id::{
    AccountId, ApplicationId, BreachId, CaseId, CaseReadId, DemandId, EnforcementId, EnquiryId, ExemptionId,
    InspectionId, LicenceId, NoticeId, ProceedingId, PropertyId, ReferenceId, ReferralId, words,
};

words! {
    /// What a case is.
    CaseKind {
        /// A home: its certificates, and all that happened to it.
        Home = "home",
        /// An application for a licence.
        Application = "application",
        /// A licence.
        Licence = "licence",
        /// Proceedings on a licence.
        Proceeding = "proceeding",
        /// A statutory notice.
        Notice = "notice",
        /// A demand for evidence.
        Demand = "demand",
        /// A breach.
        Breach = "breach",
        /// An enforcement case.
        Enforcement = "enforcement",
        /// An enquiry into a home.
        Enquiry = "enquiry",
        /// An exemption of a home.
        Exemption = "exemption",
        /// A referral from or to a partner.
        Referral = "referral",
        /// A request for a reference about a tenant.
        Reference = "reference",
        /// An inspection of a home.
        Inspection = "inspection",
    }
}

/// A case, whatever its kind: something whose every read goes on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// What it is.
    pub kind: CaseKind,
    /// Which.
    pub id: CaseId,
}

macro_rules! cases {
    ($($id:ident => $kind:ident),+ $(,)?) => {$(
        impl From<$id> for Case {
            fn from(id: $id) -> Self {
                Self { kind: CaseKind::$kind, id: CaseId(id.0) }
            }
        }
    )+};
}
cases! {
    PropertyId => Home,
    ApplicationId => Application,
    LicenceId => Licence,
    ProceedingId => Proceeding,
    NoticeId => Notice,
    DemandId => Demand,
    BreachId => Breach,
    EnforcementId => Enforcement,
    EnquiryId => Enquiry,
    ExemptionId => Exemption,
    ReferralId => Referral,
    ReferenceId => Reference,
    InspectionId => Inspection,
}

/// That somebody read a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRead {
    /// Its identifier.
    pub id: CaseReadId,
    /// What was read.
    pub kind: CaseKind,
    /// Which.
    pub subject_id: CaseId,
    /// By whom; nobody if the machine or its operator did.
    pub account_id: Option<AccountId>,
    /// In which role.
    pub role: Role,
    /// When (UTC).
    pub read_at: DateTime<Utc>,
}

impl CaseRead {
    /// The actor reads a case.
    #[must_use]
    pub fn of(cx: &Context, case: impl Into<Case>) -> Self {
        let Case { kind, id } = case.into();
        Self {
            id: CaseReadId::new(cx),
            kind,
            subject_id: id,
            account_id: cx.actor.account,
            role: cx.actor.role,
            read_at: cx.now,
        }
    }
}

/// The instant before which reads are forgotten, when they are kept for so many months.
#[must_use]
pub fn kept_since(now: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    now.checked_sub_months(Months::new(months)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{amy, instant, key, on};

    #[test]
    fn a_read_says_who_read_what_and_when() {
        let cx = on("2025-01-22");
        let read = CaseRead::of(&cx, BreachId(key("a breach")));
        assert_eq!((read.kind, read.subject_id), (CaseKind::Breach, CaseId(key("a breach"))));
        assert_eq!((read.account_id, read.role, read.read_at), (amy().account, Role::Officer, cx.now));
    }

    #[test]
    fn reads_are_kept_for_whole_months_to_the_end_of_a_shorter_one() {
        let now = instant("2025-03-31T10:00:00Z");
        assert_eq!(kept_since(now, 1), instant("2025-02-28T10:00:00Z"));
        assert_eq!(kept_since(now, 84), instant("2018-03-31T10:00:00Z"));
        assert_eq!(kept_since(now, u32::MAX), DateTime::<Utc>::MIN_UTC);
    }
}
