//! What may happen to a referral, and nothing else may.

use super::*;
use crate::calendar::{Occasion, Trigger};
use crate::testing::{day, home, key, khan, licence, on};

fn opening() -> Opening {
    Opening {
        reference: "REF/2025/00001".to_owned(),
        direction: Direction::FromPartner,
        partner_id: PartnerId(key("police")),
        property_id: None,
        address: "12 Made-up Street".to_owned(),
        concern: "Loud parties each night.".to_owned(),
        purpose: "To stop them.".to_owned(),
        received_on: day("2025-01-20"),
    }
}

fn opened() -> Referral {
    Referral::open(&on("2025-01-22"), opening()).unwrap().into_entity()
}

fn within(days: u32) -> Counted {
    Counted::within_days(days, Trigger::new(day("2025-01-22"), Occasion::Notice)).unwrap()
}

/// Every step, with nothing but the state in its way.
pub(crate) fn every_step() -> Vec<ReferralStep> {
    vec![
        ReferralStep::Link { property_id: home(None).id },
        ReferralStep::AskHolder(Ask {
            party_id: khan(),
            under: Some((licence().id, "10.3".to_owned())),
            demand_id: None,
            act_by: Some(within(14)),
        }),
        ReferralStep::ReceivePlan {
            items: vec![PlannedAct { what: "A warning to the tenant".to_owned(), by: Some(day("2025-02-01")) }],
        },
        ReferralStep::Monitor { until: day("2025-04-22") },
        ReferralStep::Close { outcome: ReferralOutcome::Resolved, reason: "It is quiet.".to_owned() },
        ReferralStep::FindBreach {
            breach_id: None,
            enforcement_id: Some(EnforcementId(key("case"))),
            reason: "Nothing was done.".to_owned(),
        },
    ]
}

fn took(referral: Referral, step: ReferralStep) -> Result<Referral, Refusal> {
    referral.take(&on("2025-01-22"), step).map(Change::into_entity)
}

/// Every way from one state to another by name; there are no others.
const WAYS: &str = "
received link linked_to_property
received close closed
linked_to_property ask_holder holder_asked
linked_to_property close closed
holder_asked ask_holder holder_asked
holder_asked receive_plan action_plan
holder_asked close closed
holder_asked find_breach breach
action_plan receive_plan action_plan
action_plan monitor monitoring
action_plan close closed
action_plan find_breach breach
monitoring ask_holder holder_asked
monitoring receive_plan action_plan
monitoring monitor monitoring
monitoring close closed
monitoring find_breach breach
";

#[test]
fn every_way_that_the_table_allows_can_be_gone_and_every_other_is_refused() {
    let mut gone = "\n".to_owned();
    for from in ReferralState::ALL {
        for step in every_step() {
            let name = step.name();
            match took(Referral { state: *from, ..opened() }, step) {
                Ok(found) => {
                    assert_eq!(found.ended_on.is_some(), !found.state.is_open());
                    gone += &format!("{from} {name} {}\n", found.state);
                }
                Err(refusal) => assert_eq!(refusal, Refusal::NotFromHere(*from, name)),
            }
        }
        assert_eq!(from.is_open(), WAYS.contains(&format!("\n{from} ")), "{from}");
    }
    assert_eq!(gone, WAYS);
}

#[test]
fn one_to_a_partner_begins_with_its_home_and_one_from_a_partner_need_not() {
    let cx = on("2025-01-22");
    let to = |property_id| Opening { direction: Direction::ToPartner, property_id, ..opening() };
    assert_eq!(Referral::open(&cx, to(None)).unwrap_err(), Refusal::NoHome);
    let sent = Referral::open(&cx, to(Some(home(None).id))).unwrap();
    assert_eq!((sent.entity().state, sent.event().chain), (ReferralState::Linked, Chain::Case(home(None).id)));
    let received = Referral::open(&cx, opening()).unwrap();
    assert_eq!((received.entity().state, received.event().chain), (ReferralState::Received, Chain::Service));
    assert!(!received.event().body(1).contains("parties"), "the chain of events does not tell what is of concern");
    for (wrong, refusal) in [
        (Opening { received_on: day("2025-01-23"), ..opening() }, Refusal::InFuture),
        (Opening { concern: " ".to_owned(), ..opening() }, Refusal::NoWords),
        (Opening { purpose: String::new(), ..opening() }, Refusal::NoWords),
        (Opening { address: String::new(), ..opening() }, Refusal::NoWords),
    ] {
        assert_eq!(Referral::open(&cx, wrong).unwrap_err(), refusal);
    }
}

#[test]
fn days_lie_ahead_plans_say_something_and_a_breach_is_named() {
    let at = |state| Referral { state, ..opened() };
    let ask = |act_by, demand_id| ReferralStep::AskHolder(Ask { party_id: khan(), under: None, demand_id, act_by });
    let today = Some(Counted::chosen(day("2025-01-22"), "Amy", "agreed").unwrap());
    let late = took(at(ReferralState::Linked), ask(today.clone(), None)).unwrap_err();
    assert_eq!(late, Refusal::NotAhead(day("2025-01-22")));
    let demanded = took(at(ReferralState::Linked), ask(today, Some(DemandId(key("demand"))))).unwrap();
    assert_eq!(demanded.act_by, Some(day("2025-01-22")), "a demand has the day that its service fixed");
    let asked = took(at(ReferralState::Linked), every_step().remove(1)).unwrap();
    assert_eq!((asked.act_by, asked.condition.as_deref()), (Some(day("2025-02-05")), Some("10.3")));
    for (state, step, refusal) in [
        (ReferralState::HolderAsked, ReferralStep::ReceivePlan { items: Vec::new() }, Refusal::NoPlan),
        (
            ReferralState::HolderAsked,
            ReferralStep::ReceivePlan { items: vec![PlannedAct { what: " ".to_owned(), by: None }] },
            Refusal::NoWords,
        ),
        (
            ReferralState::ActionPlan,
            ReferralStep::Monitor { until: day("2025-01-22") },
            Refusal::NotAhead(day("2025-01-22")),
        ),
        (
            ReferralState::Monitoring,
            ReferralStep::FindBreach { breach_id: None, enforcement_id: None, reason: "x".to_owned() },
            Refusal::NoBreach,
        ),
        (
            ReferralState::Received,
            ReferralStep::Close { outcome: ReferralOutcome::NoAction, reason: " ".to_owned() },
            Refusal::NoWords,
        ),
    ] {
        assert_eq!(took(at(state), step).unwrap_err(), refusal);
    }
}

#[test]
fn notes_are_kept_until_it_ends_and_events_do_not_tell_them() {
    let cx = on("2025-01-22");
    let noted = opened().note(&cx, "Again last night.".to_owned(), true).unwrap();
    assert!(!noted.event().body(1).contains("Again"));
    assert!(noted.entity().entries.iter().all(|entry| entry.by_partner));
    let closed = Referral { state: ReferralState::Closed, ..opened() };
    let late = closed.note(&cx, "x".to_owned(), false).unwrap_err();
    assert_eq!(late, Refusal::Ended(ReferralState::Closed));
    assert_eq!(opened().note(&cx, " ".to_owned(), false).unwrap_err(), Refusal::NoWords);
    assert!(opened().share(&cx, true).entity().is_shared);
}
