//! What may happen to a request for a reference, and nothing else may.

use super::*;
use crate::testing::{day, home, khan, on};

fn request() -> Request {
    Request {
        reference: "TEN/2025/00001".to_owned(),
        landlord_id: khan(),
        property_id: Some(home(None).id),
        tenant: "Ms B Tenant, born 1 May 1990".to_owned(),
        consent: Some(TenantConsent {
            covers: "Rent arrears and complaints of the last five years.".to_owned(),
            given_on: day("2025-01-20"),
            how: ConsentHow::SignedForm,
        }),
        received_on: day("2025-01-21"),
    }
}

fn received() -> ReferenceRequest {
    ReferenceRequest::receive(&on("2025-01-22"), request(), 6).unwrap().into_entity()
}

/// Every step, with nothing but the state in its way.
pub(crate) fn every_step() -> Vec<ReferenceStep> {
    vec![
        ReferenceStep::Check { what: "Complaints".to_owned(), found: "None.".to_owned() },
        ReferenceStep::Issue { colour: Colour::Green, reasons: "Nothing was found.".to_owned() },
        ReferenceStep::Decide { decision: LandlordDecision::Let },
        ReferenceStep::Withdraw,
        ReferenceStep::DisposeOf,
    ]
}

/// Every way from one state to another by name; there are no others.
const WAYS: &str = "
received check checking
received withdraw withdrawn
received dispose_of disposed_of
checking check checking
checking issue issued
checking withdraw withdrawn
checking dispose_of disposed_of
issued decide landlord_decision
issued withdraw withdrawn
issued dispose_of disposed_of
landlord_decision withdraw withdrawn
landlord_decision dispose_of disposed_of
withdrawn dispose_of disposed_of
";

#[test]
fn every_way_that_the_table_allows_can_be_gone_and_every_other_is_refused() {
    let late = on("2025-07-23");
    let mut gone = "\n".to_owned();
    for from in ReferenceState::ALL {
        for step in every_step() {
            let name = step.name();
            match (ReferenceRequest { state: *from, ..received() }).take(&late, step, 6) {
                Ok(found) => gone += &format!("{from} {name} {}\n", found.entity().state),
                Err(refusal) => assert_eq!(refusal, Refusal::NotFromHere(*from, name)),
            }
        }
    }
    assert_eq!(gone, WAYS);
}

#[test]
fn nothing_is_asked_about_a_tenant_without_their_consent() {
    let cx = on("2025-01-22");
    let consent = |covers: &str, given_on: &str| {
        Some(TenantConsent { covers: covers.to_owned(), given_on: day(given_on), how: ConsentHow::Email })
    };
    for (wrong, refusal) in [
        (Request { consent: None, ..request() }, Refusal::NoConsent),
        (Request { consent: consent(" ", "2025-01-20"), ..request() }, Refusal::NoConsent),
        (Request { consent: consent("All", "2025-01-23"), ..request() }, Refusal::InFuture),
        (Request { received_on: day("2025-01-23"), ..request() }, Refusal::InFuture),
        (Request { tenant: " ".to_owned(), ..request() }, Refusal::NoWords),
    ] {
        assert_eq!(ReferenceRequest::receive(&cx, wrong, 6).unwrap_err(), refusal);
    }
}

#[test]
fn it_is_kept_for_months_from_its_answer_and_then_nobody_can_be_known_from_it() {
    assert_eq!(received().retain_until, day("2025-07-22"));
    let issue = ReferenceStep::Issue { colour: Colour::Amber, reasons: "One complaint.".to_owned() };
    let checking = ReferenceRequest { state: ReferenceState::Checking, ..received() };
    let issued = checking.take(&on("2025-02-01"), issue, 6).unwrap();
    assert!(!issued.event().body(1).contains("amber") && !issued.event().body(1).contains("complaint"));
    let issued = issued.into_entity();
    assert_eq!(issued.retain_until, day("2025-08-01"));
    let early = issued.clone().take(&on("2025-08-01"), ReferenceStep::DisposeOf, 6).unwrap_err();
    assert_eq!(early, Refusal::Kept(day("2025-08-01")));
    let gone = issued.clone().take(&on("2025-08-02"), ReferenceStep::DisposeOf, 6).unwrap();
    assert!(!gone.event().body(1).contains("Tenant"));
    let gone = gone.into_entity();
    let left = (gone.tenant.as_ref(), gone.landlord_id, gone.property_id, gone.covers.as_ref(), gone.reasons.as_ref());
    assert_eq!(left, (None, None, None, None, None));
    assert_eq!((gone.checks.len(), gone.colour, gone.issued_on), (0, Some(Colour::Amber), Some(day("2025-02-01"))));
    let withdrawn = issued.take(&on("2025-02-03"), ReferenceStep::Withdraw, 6).unwrap().into_entity();
    assert!(withdrawn.take(&on("2025-02-03"), ReferenceStep::DisposeOf, 6).is_ok(), "the next night");
}
