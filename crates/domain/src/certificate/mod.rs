//! Certificates, reports and declarations: what each must show, until when it counts, and an officer's assessment.

mod doubt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use doubt::{Doubt, DoubtKind};

use super::calendar::{CannotCount, Counted, Occasion, Trigger, london};
use super::context::Context;
use super::document::{Document, named};
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, CertificateId, LicenceId, PropertyId, words};
use super::scheme::DocumentKind;

words! {
    /// The result that a report states.
    InspectionResult {
        /// Safe, or satisfactory.
        Satisfactory = "satisfactory",
        /// Unsafe, or unsatisfactory.
        Unsatisfactory = "unsatisfactory",
    }
}

words! {
    /// Codes of an electrical report.
    ElectricalCode {
        /// Danger present.
        C1 = "C1",
        /// Potentially dangerous.
        C2 = "C2",
        /// Improvement recommended.
        C3 = "C3",
        /// Further investigation needed.
        Fi = "FI",
    }
}

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

/// One alarm of a declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema, validator::Validate)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Smoke or carbon monoxide: "smoke" or "carbon_monoxide".
    pub kind: AlarmKind,
    /// Storey or room, such as "first floor landing".
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub position: String,
    /// The day of the last test.
    pub tested_on: NaiveDate,
    /// Whether it worked.
    pub working: bool,
}

words! {
    /// Kinds of alarm (Schedule 4; Smoke and Carbon Monoxide Alarm Regulations).
    AlarmKind {
        /// Smoke alarm, one on each storey with living accommodation.
        Smoke = "smoke",
        /// Carbon monoxide alarm, one in each room with a fixed combustion appliance other than a gas cooker.
        CarbonMonoxide = "carbon_monoxide",
    }
}

/// What a record says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Particulars {
    /// Day of the check, test, inspection or signature.
    pub checked_on: NaiveDate,
    /// Gas: the deadline that the record before it set, where this check was made in its last two months.
    pub previous_deadline_on: Option<NaiveDate>,
    /// Electrical: the next date that the report sets.
    pub next_due_on: Option<NaiveDate>,
    /// The result.
    pub result: Option<InspectionResult>,
    /// Electrical codes found.
    pub codes: Vec<ElectricalCode>,
    /// Electrical: the day by which the report wants its work done, where that is sooner than the law.
    pub remedy_by: Option<NaiveDate>,
    /// The address that the paper names, as it is written there.
    pub address: Option<String>,
    /// The engineer's registration, such as a Gas Safe number.
    pub registration: Option<String>,
    /// Who signed or inspected.
    pub signed_by: Option<String>,
    /// Alarms, for an alarm declaration.
    pub alarms: Vec<Alarm>,
    /// Issues found and action taken, for an inspection record; remarks otherwise.
    pub remarks: Option<String>,
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

/// Why a record is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A check in the future, or after the record came in.
    #[error("checked_on lies after the day on which the record came in: enter the day of the check")]
    CheckedInFuture,
    /// Not come in yet.
    #[error("received_at lies in the future: enter when the record came in")]
    ReceivedInFuture,
    /// A gas record without its engineer.
    #[error("a gas safety record names its engineer: enter registration (the Gas Safe number)")]
    NoRegistration,
    /// A report without a result.
    #[error("say what the report found: enter result")]
    NoResult,
    /// Codes without an unsatisfactory result.
    #[error("C1, C2 and FI make a report unsatisfactory: correct result or codes")]
    CodesAgainstResult,
    /// An electrical report's next date out of bounds.
    #[error("next_due_on must lie after checked_on and at most five years on (SI 2020/312, regulation 3)")]
    NextDateOutOfBounds,
    /// Work to be done before the inspection, or where none is required.
    #[error("remedy_by goes with an unsatisfactory electrical report and cannot lie before checked_on")]
    RemedyOutOfPlace,
    /// An alarm declaration without alarms.
    #[error("an alarm declaration lists each alarm, its position and its last test: enter alarms")]
    NoAlarms,
    /// A test in the future.
    #[error("tested_on of the alarm at \"{0}\" lies after the declaration")]
    TestedLater(String),
    /// Not signed.
    #[error("say who signed or inspected: enter signed_by")]
    NotSigned,
    /// Assessed twice.
    #[error("this record was assessed already")]
    AlreadyAssessed,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CheckedInFuture => "checked-in-future",
            Self::ReceivedInFuture => "received-in-future",
            Self::NoRegistration => "no-registration",
            Self::NoResult => "no-result",
            Self::CodesAgainstResult => "codes-against-result",
            Self::NextDateOutOfBounds => "next-date-out-of-bounds",
            Self::RemedyOutOfPlace => "remedy-out-of-place",
            Self::NoAlarms => "no-alarms",
            Self::TestedLater(_) => "tested-later",
            Self::NotSigned => "not-signed",
            Self::AlreadyAssessed => "already-assessed",
            Self::NoReason => "no-reason",
            Self::Counting(_) => "cannot-count",
        }
    }
}

/// The longest life of an electrical report (SI 2020/312, regulation 3).
const ELECTRICAL_MONTHS: u32 = 60;
/// The landlord inspects at least every twelve months.
const INSPECTION_MONTHS: u32 = 12;

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

fn words_in(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

fn check(kind: DocumentKind, said: &Particulars) -> Result<(), Refusal> {
    match kind {
        DocumentKind::GasSafetyRecord => {
            words_in(&said.registration).ok_or(Refusal::NoRegistration)?;
            said.result.ok_or(Refusal::NoResult)?;
        }
        DocumentKind::ElectricalReport => check_electrical(said)?,
        DocumentKind::AlarmDeclaration => check_alarms(said)?,
        DocumentKind::InspectionRecord | DocumentKind::RemedialConfirmation => {
            words_in(&said.signed_by).ok_or(Refusal::NotSigned)?;
        }
        _ => {}
    }
    let requires_work = kind == DocumentKind::ElectricalReport && said.result == Some(InspectionResult::Unsatisfactory);
    match said.remedy_by {
        Some(by) if !requires_work || by < said.checked_on => Err(Refusal::RemedyOutOfPlace),
        _ => Ok(()),
    }
}

fn check_electrical(said: &Particulars) -> Result<(), Refusal> {
    let result = said.result.ok_or(Refusal::NoResult)?;
    let grave = said.codes.iter().any(|code| *code != ElectricalCode::C3);
    if grave && result == InspectionResult::Satisfactory {
        return Err(Refusal::CodesAgainstResult);
    }
    let latest = Counted::months_after(ELECTRICAL_MONTHS, tested(said))?.on();
    match said.next_due_on {
        Some(next) if next <= said.checked_on || next > latest => Err(Refusal::NextDateOutOfBounds),
        _ => Ok(()),
    }
}

fn check_alarms(said: &Particulars) -> Result<(), Refusal> {
    words_in(&said.signed_by).ok_or(Refusal::NotSigned)?;
    if said.alarms.is_empty() {
        return Err(Refusal::NoAlarms);
    }
    match said.alarms.iter().find(|alarm| alarm.tested_on > said.checked_on) {
        Some(alarm) => Err(Refusal::TestedLater(alarm.position.clone())),
        None => Ok(()),
    }
}

fn tested(said: &Particulars) -> Trigger {
    Trigger::new(said.checked_on, Occasion::ElectricalInspection)
}

fn validity(kind: DocumentKind, said: &Particulars) -> Result<Option<Counted>, CannotCount> {
    let counted = match kind {
        DocumentKind::GasSafetyRecord => Counted::gas_deadline(said.checked_on, said.previous_deadline_on)?,
        DocumentKind::ElectricalReport => match said.next_due_on {
            Some(next) => Counted::chosen(next, "the electrical report", "its own next date")?,
            None => Counted::months_after(ELECTRICAL_MONTHS, tested(said))?,
        },
        DocumentKind::InspectionRecord => {
            Counted::months_after(INSPECTION_MONTHS, Trigger::new(said.checked_on, Occasion::LandlordInspection))?
        }
        _ => return Ok(None),
    };
    Ok(Some(counted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{at, day, home, instant, on};
    use DocumentKind as D;

    fn gas() -> Particulars {
        Particulars {
            checked_on: day("2025-01-10"),
            registration: Some("Gas Safe 123456".to_owned()),
            result: Some(InspectionResult::Satisfactory),
            ..Particulars::default()
        }
    }

    fn electrical() -> Particulars {
        Particulars { registration: None, ..gas() }
    }

    fn alarms() -> Particulars {
        let alarm = |kind, position: &str| Alarm {
            kind,
            position: position.to_owned(),
            tested_on: day("2025-01-10"),
            working: true,
        };
        Particulars {
            checked_on: day("2025-01-10"),
            signed_by: Some("A Khan".to_owned()),
            alarms: vec![alarm(AlarmKind::Smoke, "hall"), alarm(AlarmKind::CarbonMonoxide, "kitchen")],
            ..Particulars::default()
        }
    }

    fn inspection() -> Particulars {
        Particulars { alarms: Vec::new(), ..alarms() }
    }

    fn recorded(kind: DocumentKind, said: Particulars) -> Result<Certificate, Refusal> {
        Certificate::record(&on("2025-01-22"), home(None).id, None, kind, said).map(Change::into_entity)
    }

    #[test]
    fn each_record_is_refused_while_it_lacks_what_its_kind_must_show() {
        let blank = || Some("  ".to_owned());
        let unsafe_code = |code| Particulars { codes: vec![ElectricalCode::C3, code], ..electrical() };
        let next = |text| Particulars { next_due_on: Some(day(text)), ..electrical() };
        let mut tested_later = alarms();
        tested_later.alarms.last_mut().unwrap().tested_on = day("2025-01-11");
        for (kind, said, refusal) in [
            (D::GasSafetyRecord, Particulars { checked_on: day("2025-01-23"), ..gas() }, Refusal::CheckedInFuture),
            (D::Other, Particulars { checked_on: day("2025-01-23"), ..gas() }, Refusal::CheckedInFuture),
            (D::GasSafetyRecord, Particulars { registration: None, ..gas() }, Refusal::NoRegistration),
            (D::GasSafetyRecord, Particulars { registration: blank(), ..gas() }, Refusal::NoRegistration),
            (D::GasSafetyRecord, Particulars { result: None, ..gas() }, Refusal::NoResult),
            (D::ElectricalReport, Particulars { result: None, ..electrical() }, Refusal::NoResult),
            (D::ElectricalReport, unsafe_code(ElectricalCode::C1), Refusal::CodesAgainstResult),
            (D::ElectricalReport, unsafe_code(ElectricalCode::C2), Refusal::CodesAgainstResult),
            (D::ElectricalReport, unsafe_code(ElectricalCode::Fi), Refusal::CodesAgainstResult),
            (D::ElectricalReport, next("2025-01-10"), Refusal::NextDateOutOfBounds),
            (D::ElectricalReport, next("2030-01-11"), Refusal::NextDateOutOfBounds),
            (D::AlarmDeclaration, Particulars { signed_by: None, ..alarms() }, Refusal::NotSigned),
            (D::AlarmDeclaration, Particulars { alarms: Vec::new(), ..alarms() }, Refusal::NoAlarms),
            (D::AlarmDeclaration, tested_later, Refusal::TestedLater("kitchen".to_owned())),
            (D::InspectionRecord, Particulars { signed_by: blank(), ..inspection() }, Refusal::NotSigned),
        ] {
            assert_eq!(recorded(kind, said).unwrap_err(), refusal, "{kind}");
        }
    }

    #[test]
    fn a_record_counts_until_the_day_its_kind_gives_it() {
        let gas_before = |deadline| Particulars { previous_deadline_on: Some(day(deadline)), ..gas() };
        let next = |text| Particulars { next_due_on: Some(day(text)), ..electrical() };
        let leap = Particulars { checked_on: day("2024-02-29"), ..gas() };
        let recommended = Particulars { codes: vec![ElectricalCode::C3], ..electrical() };
        for (kind, said, valid_until) in [
            (D::GasSafetyRecord, gas(), Some("2026-01-10")),
            (D::GasSafetyRecord, leap, Some("2025-02-28")),
            (D::GasSafetyRecord, gas_before("2025-03-09"), Some("2026-03-09")),
            (D::GasSafetyRecord, gas_before("2025-03-10"), Some("2026-01-10")),
            (D::GasSafetyRecord, gas_before("2025-01-10"), Some("2026-01-10")),
            (D::GasSafetyRecord, gas_before("2025-01-09"), Some("2026-01-10")),
            (D::ElectricalReport, recommended, Some("2030-01-10")),
            (D::ElectricalReport, next("2030-01-10"), Some("2030-01-10")),
            (D::ElectricalReport, next("2025-01-11"), Some("2025-01-11")),
            (D::InspectionRecord, inspection(), Some("2026-01-10")),
            (D::AlarmDeclaration, alarms(), None),
            (D::TermsOfOccupation, inspection(), None),
        ] {
            let found = recorded(kind, said.clone()).unwrap();
            assert_eq!(found.valid_until, valid_until.map(day), "{kind} {:?}", said.previous_deadline_on);
        }
    }

    #[test]
    fn only_an_accepted_record_that_has_not_run_out_and_finds_no_danger_is_current() {
        let cx = on("2025-01-22");
        let record = recorded(D::GasSafetyRecord, gas()).unwrap();
        assert!(!record.is_current(day("2025-01-22")), "nobody has looked at it");
        let rejected = record.clone().assess(&cx, false, "another address").unwrap().into_entity();
        assert!(!rejected.is_current(day("2025-01-22")));
        let accepted = record.assess(&cx, true, "read it").unwrap().into_entity();
        assert!(accepted.is_current(day("2026-01-10")) && !accepted.is_current(day("2026-01-11")));
        let faults = Particulars { result: Some(InspectionResult::Unsatisfactory), ..gas() };
        let unsafe_ = recorded(D::GasSafetyRecord, faults).unwrap().assess(&cx, true, "read it").unwrap();
        assert!(!unsafe_.entity().is_current(day("2025-01-22")));
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use CertificateMove as M;
        use CertificateState as S;
        let ways: &[(&[S], M, S)] = &[
            (&[S::Received], M::Accept, S::Accepted),
            (&[S::Received], M::Reject, S::Rejected),
            (&[S::Accepted], M::GiveWay, S::Superseded),
        ];
        let cx = on("2025-01-22");
        let later = recorded(D::GasSafetyRecord, Particulars { checked_on: day("2025-01-11"), ..gas() }).unwrap();
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let record = Certificate { state: from, ..recorded(D::GasSafetyRecord, gas()).unwrap() };
                let moved = match step {
                    M::Accept => record.assess(&cx, true, "read it").ok(),
                    M::Reject => record.assess(&cx, false, "another address").ok(),
                    M::GiveWay => record.give_way(&cx, &later),
                };
                moved.map(|change| change.entity().state)
            },
        );
    }

    #[test]
    fn a_record_is_assessed_once_and_with_a_reason() {
        let cx = on("2025-01-22");
        let record = recorded(D::GasSafetyRecord, gas()).unwrap();
        assert_eq!(record.clone().assess(&cx, true, " ").unwrap_err(), Refusal::NoReason);
        for accepted in [true, false] {
            let assessed = record.clone().assess(&cx, accepted, "read it").unwrap().into_entity();
            assert_eq!(assessed.assess(&cx, !accepted, "or not").unwrap_err(), Refusal::AlreadyAssessed);
        }
    }

    #[test]
    fn a_later_record_takes_the_place_of_an_accepted_one_of_its_kind_and_home_only() {
        let cx = on("2025-01-22");
        let accepted = |kind, said| recorded(kind, said).unwrap().assess(&cx, true, "read it").unwrap().into_entity();
        let older = |said: Particulars| Particulars { checked_on: day("2024-01-15"), alarms: Vec::new(), ..said };
        let new = recorded(D::GasSafetyRecord, gas()).unwrap();
        let old = accepted(D::GasSafetyRecord, older(gas()));
        let elsewhere = Certificate { property_id: PropertyId(crate::testing::key("other home")), ..old.clone() };
        for (other, replaced) in [
            (old.clone(), true),
            (accepted(D::GasSafetyRecord, gas()), false),
            (accepted(D::ElectricalReport, older(electrical())), false),
            (recorded(D::GasSafetyRecord, older(gas())).unwrap(), false),
            (elsewhere, false),
        ] {
            assert_eq!(new.supersedes(&other), replaced, "{other:?}");
        }
        let inspected = accepted(D::InspectionRecord, older(inspection()));
        assert!(!recorded(D::InspectionRecord, inspection()).unwrap().supersedes(&inspected), "each one is kept");
        assert!(inspected.give_way(&cx, &new).is_none());
        let replaced = old.give_way(&cx, &new).unwrap().into_entity();
        assert_eq!(replaced.state, CertificateState::Superseded);
        assert!(!replaced.is_current(day("2024-02-01")));
    }

    #[test]
    fn what_an_officer_enters_later_came_in_when_it_came_in() {
        let cx = at("2025-01-22T09:00:00Z");
        let arrived = |received_at, checked_on| {
            let said = Particulars { checked_on: day(checked_on), ..gas() };
            Certificate::record_arrival(&cx, instant(received_at), home(None).id, None, D::GasSafetyRecord, said, &[])
        };
        let record = arrived("2025-01-20T15:00:00Z", "2025-01-20").unwrap().into_entity();
        assert_eq!(record.received_at, instant("2025-01-20T15:00:00Z"));
        assert_eq!(arrived("2025-01-20T15:00:00Z", "2025-01-21").unwrap_err(), Refusal::CheckedInFuture);
        assert_eq!(arrived("2025-01-22T09:00:01Z", "2025-01-20").unwrap_err(), Refusal::ReceivedInFuture);
    }
}
