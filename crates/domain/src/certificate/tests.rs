//! What each record must show, until when it counts, and how it is judged.

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
