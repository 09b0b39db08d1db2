//! The life of a demand: what is refused, when things are due, and how an item stands on each day.

use super::*;
use crate::calendar::{Consent, Method, ServiceRefused};
use crate::states::only_these_ways;
use crate::testing::{
    agent, amy, asking, at, day, holidays, home, instant, invented, issued, khan, licence, manager, on, scheme, sent,
    served, terms,
};

fn serve(demand: Demand, copy: CopyId, sending: Sending, cx: &Context) -> Result<Demand, Refusal> {
    demand.record_service(cx, copy, sending, ServicePolicy::CAUTIOUS, &holidays()).map(Change::into_entity)
}

fn copy_of(demand: &Demand, capacity: Capacity) -> CopyId {
    demand.recipients.iter().find(|to| to.capacity == capacity).unwrap().id
}

fn only(demand: &Demand) -> &Item {
    demand.items.first().unwrap()
}

fn document() -> Answer {
    Answer {
        kind: AnswerKind::Document,
        certificate_id: None,
        documents: Vec::new(),
        text: None,
        from: Some(khan()),
        received_at: None,
    }
}

fn words(kind: AnswerKind) -> Answer {
    Answer { kind, text: Some("there is no gas supply".to_owned()), ..document() }
}

/// Something comes in for the first item.
fn answered(demand: Demand, cx: &Context, answer: Answer) -> (Demand, Response) {
    let item = only(&demand).id;
    let (change, response) = demand.answer(cx, item, answer).unwrap();
    (change.into_entity(), response)
}

fn assessed(demand: Demand, cx: &Context, response: &Response, outcome: Outcome, others: &[Response]) -> Demand {
    demand.assess(cx, response.clone(), outcome, "read it", others).unwrap().0.into_entity()
}

#[test]
fn a_demand_names_conditions_of_a_licence_in_force_that_are_answered_on_demand_and_apply() {
    let refused = |licence: &Licence, gas, conditions: &[&str], day: &str| {
        Demand::draft(&on(day), licence, &home(gas), &scheme(), asking(conditions)).unwrap_err()
    };
    let licence = licence();
    for (gas, conditions, day, refusal) in [
        (None, vec!["1"], "2024-12-01", Refusal::LicenceNotInForce),
        (None, vec!["1"], "2029-11-01", Refusal::LicenceNotInForce),
        (None, vec![], "2025-01-22", Refusal::NothingAsked),
        (None, vec!["3", "1", "3"], "2025-01-22", Refusal::AskedTwice("3".to_owned())),
        (None, vec!["3", " 3"], "2025-01-22", Refusal::AskedTwice("3".to_owned())),
        (None, vec!["3", "77"], "2025-01-22", Refusal::NoSuchCondition("77".to_owned())),
        (None, vec!["9.4"], "2025-01-22", Refusal::NotOnDemand("9.4".to_owned())),
        (Some(false), vec!["1"], "2025-01-22", Refusal::DoesNotApply("1".to_owned())),
    ] {
        assert_eq!(refused(&licence, gas, &conditions, day), refusal, "{conditions:?} on {day}");
    }
    for (gas, day) in [(None, "2024-12-02"), (Some(true), "2029-10-31")] {
        assert!(Demand::draft(&on(day), &licence, &home(gas), &scheme(), asking(&["1"])).is_ok(), "{day}");
    }
}

#[test]
fn the_days_and_numbers_are_those_of_the_scheme_and_of_no_other() {
    let own = Licence::grant(
        &on("2031-03-03"),
        &invented(),
        crate::licence::Grant { granted_on: day("2031-03-03"), starts_on: day("2031-03-03"), years: 3, ..terms() },
    );
    let draft =
        Demand::draft(&on("2031-04-01"), own.unwrap().entity(), &home(None), &invented(), asking(&["MC-A", "L7"]));
    let draft = draft.unwrap().into_entity();
    let days = draft.items.iter().map(|item| (item.condition.as_str(), item.response_days)).collect::<Vec<_>>();
    assert_eq!(days, [("MC-A", 21), ("L7", 10)]);
}

#[test]
fn the_holder_comes_first_and_nobody_gets_two_copies() {
    let people = |licence: Licence| {
        let draft = Demand::draft(&on("2025-01-22"), &licence, &home(None), &scheme(), asking(&["3"])).unwrap();
        draft.entity().recipients.iter().map(|to| (to.party_id, to.capacity)).collect::<Vec<_>>()
    };
    let holder = (khan(), Capacity::Holder);
    let licence = licence();
    assert_eq!(people(licence.clone()), [holder]);
    let all = Licence { manager_id: Some(manager()), agent_id: Some(agent()), ..licence.clone() };
    assert_eq!(people(all), [holder, (manager(), Capacity::Manager), (agent(), Capacity::Agent)]);
    let self_managed = Licence { manager_id: Some(khan()), agent_id: Some(khan()), ..licence.clone() };
    assert_eq!(people(self_managed), [holder]);
    let one_firm = Licence { manager_id: Some(agent()), agent_id: Some(agent()), ..licence };
    assert_eq!(people(one_firm), [holder, (agent(), Capacity::Manager)]);
}

#[test]
fn nothing_is_served_answered_or_returned_before_the_demand_is_issued() {
    let draft = Demand::draft(&on("2025-01-22"), &licence(), &home(None), &scheme(), asking(&["3"])).unwrap();
    let draft = draft.into_entity();
    let (cx, holder, item) = (on("2025-01-22"), draft.holder().unwrap().id, only(&draft).id);
    let refused = Refusal::NotIssued(DemandState::Draft);
    let by_hand = sent(Method::DeliveredByHand, "2025-01-22");
    assert_eq!(serve(draft.clone(), holder, by_hand, &cx).unwrap_err(), refused);
    assert_eq!(draft.clone().record_return(&cx, holder, "gone away").unwrap_err(), refused);
    assert_eq!(draft.clone().answer(&cx, item, document()).unwrap_err(), refused);
    let issued = draft.issue(&cx).unwrap().into_entity();
    assert_eq!(issued.issue(&cx).unwrap_err(), Refusal::CannotIssue(DemandState::Issued));
}

#[test]
fn due_dates_are_counted_from_receipt_over_weekends_and_bank_holidays() {
    for (received_on, condition, due_on, actionable_from) in [
        ("2025-01-22", "3", "2025-01-29", "2025-01-30"),
        ("2025-01-22", "1", "2025-02-05", "2025-02-06"),
        ("2025-01-24", "3", "2025-01-31", "2025-02-03"),
        ("2025-01-25", "3", "2025-02-01", "2025-02-03"),
        ("2025-04-11", "3", "2025-04-18", "2025-04-22"),
        ("2025-04-04", "1", "2025-04-18", "2025-04-22"),
        ("2025-12-11", "1", "2025-12-25", "2025-12-29"),
        ("2028-02-22", "3", "2028-02-29", "2028-03-01"),
    ] {
        let demand = served(received_on, &[condition]);
        let item = only(&demand);
        assert_eq!(item.due_on, Some(day(due_on)), "condition {condition}, received {received_on}");
        assert_eq!(item.actionable_from, Some(day(actionable_from)), "due {due_on}");
        assert_eq!((demand.cover.state, demand.cover.served_on), (DemandState::Served, Some(day(received_on))));
    }
}

#[test]
fn a_posted_demand_is_received_by_the_post_rule_unless_an_earlier_day_is_proved() {
    let demand = issued("2025-01-10", &["1"]);
    let (holder, cx) = (demand.holder().unwrap().id, on("2025-01-13"));
    let posted = sent(Method::FirstClassPost, "2025-01-10");
    let deemed = serve(demand.clone(), holder, posted.clone(), &cx).unwrap();
    assert_eq!((deemed.cover.served_on, deemed.cover.due_on), (Some(day("2025-01-14")), Some(day("2025-01-28"))));
    let signed = |on: &str| Sending { proved: Some((day(on), "signed-for slip 4711".to_owned())), ..posted.clone() };
    let proved = serve(demand.clone(), holder, signed("2025-01-11"), &cx).unwrap();
    assert_eq!((proved.cover.served_on, proved.cover.due_on), (Some(day("2025-01-11")), Some(day("2025-01-25"))));
    for impossible in ["2025-01-09", "2025-01-14"] {
        assert_eq!(
            serve(demand.clone(), holder, signed(impossible), &cx).unwrap_err(),
            Refusal::Service(NotServed::ReceiptCannotBe)
        );
    }
}

#[test]
fn sending_lies_between_the_day_of_issue_and_today() {
    let demand = issued("2025-01-22", &["1"]);
    let holder = demand.holder().unwrap().id;
    for (sent_on, refusal) in [
        ("2025-01-21", Some(Refusal::Service(NotServed::SentBeforeIssue(day("2025-01-22"))))),
        ("2025-01-22", None),
        ("2025-01-24", None),
        ("2025-01-25", Some(Refusal::Service(NotServed::SentInFuture))),
    ] {
        let found = serve(demand.clone(), holder, sent(Method::LeftAtAddress, sent_on), &on("2025-01-24"));
        assert_eq!(found.err(), refusal, "{sent_on}");
    }
}

#[test]
fn a_copy_served_on_the_agent_alone_fixes_nothing() {
    let demand = issued("2025-01-22", &["1"]);
    let copy = copy_of(&demand, Capacity::Agent);
    let demand = serve(demand, copy, sent(Method::DeliveredByHand, "2025-01-22"), &on("2025-01-22")).unwrap();
    assert_eq!((demand.cover.state, demand.cover.due_on), (DemandState::Issued, None));
    assert_eq!(only(&demand).standing(day("2026-01-01")), Standing::NotServed);
    let again = serve(demand, copy, sent(Method::DeliveredByHand, "2025-01-22"), &on("2025-01-22"));
    assert_eq!(again.unwrap_err(), Refusal::Service(NotServed::Already));
}

#[test]
fn e_mail_and_portal_are_service_only_with_consent() {
    let demand = issued("2025-01-22", &["1"]);
    let holder = demand.holder().unwrap().id;
    for (method, refusal) in
        [(Method::Email, ServiceRefused::NoConsentToEmail), (Method::Portal, ServiceRefused::NoConsentToPortal)]
    {
        let mut sending = sent(method, "2025-01-22");
        let refused = serve(demand.clone(), holder, sending.clone(), &on("2025-01-22")).unwrap_err();
        assert_eq!((refused.code(), refused), ("no-consent", Refusal::Service(refusal.into())));
        sending.dispatch.consent = Consent::Covers;
        let demand = serve(demand.clone(), holder, sending, &on("2025-01-22")).unwrap();
        assert_eq!(demand.cover.due_on, Some(day("2025-02-05")));
    }
}

#[test]
fn what_comes_back_from_the_holder_was_never_due_and_is_issued_again_with_a_new_clock() {
    let demand = served("2025-01-22", &["1", "3"]);
    let (holder, copy) = (demand.holder().unwrap().id, copy_of(&demand, Capacity::Agent));
    let demand = serve(demand, copy, sent(Method::DeliveredByHand, "2025-01-22"), &on("2025-01-22")).unwrap();
    let returned = demand.record_return(&on("2025-01-27"), holder, "gone away").unwrap().into_entity();
    assert_eq!((returned.cover.state, returned.cover.due_on), (DemandState::NotServed, None));
    for item in &returned.items {
        assert_eq!(item.standing(day("2025-03-01")), Standing::NotServed);
        assert_eq!((item.due_on, item.next_call_on), (None, None));
    }
    let again = returned.issue(&on("2025-01-28")).unwrap().into_entity();
    let states = again.recipients.iter().map(|to| (to.capacity, to.state)).collect::<Vec<_>>();
    assert_eq!(states, [(Capacity::Holder, ServiceState::Sent), (Capacity::Agent, ServiceState::Pending)]);
    let early = serve(again.clone(), holder, sent(Method::DeliveredByHand, "2025-01-27"), &on("2025-01-29"));
    assert_eq!(early.unwrap_err(), Refusal::Service(NotServed::SentBeforeIssue(day("2025-01-28"))));
    let demand = serve(again, holder, sent(Method::DeliveredByHand, "2025-01-29"), &on("2025-01-29")).unwrap();
    let due = demand.items.iter().map(|item| item.due_on.unwrap()).collect::<Vec<_>>();
    assert_eq!(due, [day("2025-02-12"), day("2025-02-05")]);
    assert_eq!(demand.cover.due_on, Some(day("2025-02-05")));
    let copy = demand.recipients.iter().find(|to| to.capacity == Capacity::Agent).unwrap();
    assert_eq!(copy.state, ServiceState::Sent, "the agent is told the new dates");
}

#[test]
fn a_copy_that_comes_back_from_the_agent_changes_no_due_date_and_can_be_sent_again() {
    let demand = served("2025-01-22", &["1"]);
    let copy = copy_of(&demand, Capacity::Agent);
    let returned = demand.record_return(&on("2025-01-24"), copy, "no such office").unwrap().into_entity();
    assert_eq!((returned.cover.state, returned.cover.due_on), (DemandState::Served, Some(day("2025-02-05"))));
    let sent_again = sent(Method::DeliveredByHand, "2025-01-27");
    let demand = serve(returned, copy, sent_again, &on("2025-01-27")).unwrap();
    assert_eq!(demand.cover.due_on, Some(day("2025-02-05")));
}

#[test]
fn a_copy_that_waits_until_the_holder_is_served_has_not_gone_and_cannot_come_back() {
    let demand = issued("2025-01-22", &["1"]);
    let copy = copy_of(&demand, Capacity::Agent);
    let refused = demand.record_return(&on("2025-01-24"), copy, "no such office").unwrap_err();
    assert_eq!((refused.code(), refused), ("not-issued", Refusal::Service(NotServed::NotSent)));
}

#[test]
fn an_item_is_due_through_its_day_and_overdue_from_the_day_after() {
    let demand = served("2025-01-22", &["1"]);
    for (today, standing) in [
        ("2025-01-22", Standing::Due),
        ("2025-02-04", Standing::Due),
        ("2025-02-05", Standing::Due),
        ("2025-02-06", Standing::Overdue),
    ] {
        assert_eq!(only(&demand).standing(day(today)), standing, "{today}");
    }
}

#[test]
fn what_came_in_time_and_is_still_under_review_is_never_overdue() {
    let (demand, _) = answered(served("2025-01-22", &["1"]), &on("2025-02-05"), document());
    assert_eq!(only(&demand).standing(day("2025-06-01")), Standing::UnderReview);
    assert_eq!(only(&demand).next_call_on, None);
    let (late, _) = answered(served("2025-01-22", &["1"]), &on("2025-02-06"), document());
    assert_eq!(only(&late).standing(day("2025-02-06")), Standing::Overdue);
    assert!(only(&late).next_call_on.is_some());
}

#[test]
fn the_london_day_of_arrival_decides_whether_an_answer_is_late() {
    for (served_on, received_at, state) in [
        ("2025-01-22", "2025-02-05T23:59:59Z", ItemState::Satisfied),
        ("2025-01-22", "2025-02-06T00:00:00Z", ItemState::SatisfiedLate),
        ("2025-06-02", "2025-06-16T22:59:59Z", ItemState::Satisfied),
        ("2025-06-02", "2025-06-16T23:30:00Z", ItemState::SatisfiedLate),
    ] {
        let answer = Answer { received_at: Some(instant(received_at)), ..document() };
        let cx = at("2025-09-01T09:00:00Z");
        let (demand, response) = answered(served(served_on, &["1"]), &cx, answer);
        let demand = assessed(demand, &cx, &response, Outcome::Accepted, &[]);
        assert_eq!(only(&demand).state, state, "{received_at}");
        assert_eq!((demand.cover.state, demand.cover.due_on), (DemandState::Complete, None));
    }
}

#[test]
fn an_answer_from_the_future_or_without_its_words_is_refused() {
    let demand = served("2025-01-22", &["1"]);
    let (cx, item) = (on("2025-01-23"), only(&demand).id);
    let blank = |kind| Answer { kind, text: Some("  ".to_owned()), ..document() };
    for (answer, refusal) in [
        (
            Answer { received_at: Some(instant("2025-01-23T10:00:01Z")), ..document() },
            Refusal::Service(NotServed::SentInFuture),
        ),
        (Answer { kind: AnswerKind::NotApplicable, ..document() }, Refusal::NoReason),
        (blank(AnswerKind::NotApplicable), Refusal::NoReason),
        (blank(AnswerKind::Explanation), Refusal::NoReason),
    ] {
        assert_eq!(demand.clone().answer(&cx, item, answer).unwrap_err(), refusal);
    }
}

#[test]
fn an_answer_rejected_after_the_due_date_leaves_the_item_overdue_as_from_that_date() {
    let (demand, response) = answered(served("2025-01-22", &["1"]), &on("2025-02-03"), document());
    let demand = assessed(demand, &on("2025-02-20"), &response, Outcome::Rejected, &[]);
    let item = only(&demand);
    assert_eq!((item.state, item.due_on), (ItemState::Unsatisfactory, Some(day("2025-02-05"))));
    assert_eq!(item.standing(day("2025-02-20")), Standing::Overdue);
    assert_eq!(item.next_call_on, Some(day("2025-02-20")), "the next night proposes the breach");
    assert_eq!(demand.cover.state, DemandState::Served);
}

#[test]
fn an_answer_rejected_in_time_may_be_followed_by_a_better_one() {
    let (demand, first) = answered(served("2025-01-22", &["1"]), &on("2025-01-24"), document());
    let demand = assessed(demand, &on("2025-01-27"), &first, Outcome::Rejected, &[]);
    assert_eq!(only(&demand).standing(day("2025-01-27")), Standing::Due);
    let (demand, second) = answered(demand, &on("2025-02-05"), document());
    let demand = assessed(demand, &on("2025-02-10"), &second, Outcome::Accepted, &[first]);
    assert_eq!(only(&demand).state, ItemState::Satisfied);
}

#[test]
fn of_several_answers_the_one_in_time_keeps_the_item_from_being_overdue_until_it_is_rejected() {
    let (demand, first) = answered(served("2025-01-22", &["1"]), &on("2025-02-05"), document());
    let (demand, second) = answered(demand, &on("2025-02-07"), document());
    let waiting = [first.clone(), second.clone()];
    let without_second = assessed(demand.clone(), &on("2025-02-10"), &second, Outcome::Rejected, &waiting);
    assert_eq!(only(&without_second).standing(day("2025-02-10")), Standing::UnderReview);
    let without_first = assessed(demand, &on("2025-02-10"), &first, Outcome::Rejected, &waiting);
    let item = only(&without_first);
    assert_eq!((item.state, item.answered_on), (ItemState::UnderReview, Some(day("2025-02-07"))));
    assert_eq!(item.standing(day("2025-02-10")), Standing::Overdue);
}

#[test]
fn an_answer_in_time_counts_even_where_a_later_one_was_accepted_first() {
    let (demand, first) = answered(served("2025-01-22", &["1"]), &on("2025-02-05"), document());
    let (demand, second) = answered(demand, &on("2025-02-07"), document());
    let waiting = [first.clone(), second.clone()];
    let demand = assessed(demand, &on("2025-02-10"), &second, Outcome::Accepted, &waiting);
    assert_eq!(only(&demand).state, ItemState::SatisfiedLate);
    let demand = assessed(demand, &on("2025-02-11"), &first, Outcome::Accepted, &waiting);
    let item = only(&demand);
    assert_eq!((item.state, item.answered_on), (ItemState::Satisfied, Some(day("2025-02-05"))));
    assert_eq!(item.next_call_on, None);
}

#[test]
fn a_late_answer_accepted_before_the_night_still_leaves_the_breach_to_be_proposed() {
    let (demand, response) = answered(served("2025-01-22", &["1"]), &at("2025-02-06T00:10:00Z"), document());
    let demand = assessed(demand, &at("2025-02-06T01:00:00Z"), &response, Outcome::Accepted, &[]);
    assert_eq!(only(&demand).state, ItemState::SatisfiedLate);
    assert_eq!(only(&demand).next_call_on, Some(day("2025-02-06")));
    let mut proposed = served("2025-01-22", &["1"]);
    proposed.items.first_mut().unwrap().breach_proposed = true;
    let (demand, response) = answered(proposed, &on("2025-02-10"), document());
    let demand = assessed(demand, &on("2025-02-10"), &response, Outcome::Accepted, &[]);
    assert_eq!(only(&demand).next_call_on, None);
}

#[test]
fn an_answer_from_before_service_keeps_the_calendar_silent_once_the_demand_is_served() {
    let (demand, response) = answered(issued("2025-01-22", &["1"]), &on("2025-01-23"), document());
    assert_eq!(only(&demand).standing(day("2025-01-23")), Standing::NotServed);
    let holder = demand.holder().unwrap().id;
    let demand = serve(demand, holder, sent(Method::DeliveredByHand, "2025-01-24"), &on("2025-01-24")).unwrap();
    let item = only(&demand);
    assert_eq!((item.due_on, item.next_call_on), (Some(day("2025-02-07")), None));
    assert_eq!(item.standing(day("2025-03-01")), Standing::UnderReview);
    let demand = assessed(demand, &on("2025-03-01"), &response, Outcome::Rejected, &[]);
    assert_eq!(only(&demand).standing(day("2025-03-01")), Standing::Overdue);
}

#[test]
fn not_applicable_is_for_an_officer_to_accept_and_each_outcome_fits_its_kind_of_answer() {
    use AnswerKind as K;
    use Outcome as O;
    let fitting = [
        (K::Document, O::Accepted, ItemState::Satisfied),
        (K::Document, O::Rejected, ItemState::Unsatisfactory),
        (K::Declaration, O::Accepted, ItemState::Satisfied),
        (K::Declaration, O::Rejected, ItemState::Unsatisfactory),
        (K::NotApplicable, O::NotApplicableAccepted, ItemState::NotApplicable),
        (K::NotApplicable, O::Rejected, ItemState::Unsatisfactory),
        (K::Explanation, O::Noted, ItemState::Open),
    ];
    for kind in K::ALL {
        let (demand, response) = answered(served("2025-01-22", &["1"]), &on("2025-01-23"), words(*kind));
        for outcome in O::ALL {
            let found = demand.clone().assess(&on("2025-01-24"), response.clone(), *outcome, "read it", &[]);
            let wanted = fitting.iter().find(|(k, o, _)| (k, o) == (kind, outcome)).map(|(.., state)| *state);
            match (found, wanted) {
                (Ok((change, _)), Some(state)) => assert_eq!(only(change.entity()).state, state, "{kind} {outcome}"),
                (Err(refusal), None) => assert_eq!(refusal, Refusal::OutcomeDoesNotFit, "{kind} {outcome}"),
                (found, wanted) => panic!("{kind} {outcome}: {found:?}, wanted {wanted:?}"),
            }
        }
    }
}

#[test]
fn an_assessment_has_a_reason_and_is_made_once_by_a_named_officer() {
    let (demand, response) = answered(served("2025-01-22", &["1"]), &on("2025-01-23"), document());
    let cx = on("2025-01-24");
    let blank = demand.clone().assess(&cx, response.clone(), Outcome::Rejected, " ", &[]);
    assert_eq!(blank.unwrap_err(), Refusal::NoReason);
    let (change, judged) = demand.assess(&cx, response, Outcome::Rejected, "the page is cut off", &[]).unwrap();
    assert_eq!((judged.assessed_by, judged.assessment.as_deref()), (amy().account, Some("the page is cut off")));
    let twice = change.into_entity().assess(&cx, judged, Outcome::Accepted, "on second thoughts", &[]);
    assert_eq!(twice.unwrap_err(), Refusal::AlreadyAssessed);
}

#[test]
fn an_explanation_answers_nothing() {
    let (demand, response) = answered(served("2025-01-22", &["1"]), &on("2025-02-05"), words(AnswerKind::Explanation));
    let before = only(&demand).clone();
    assert_eq!(before.standing(day("2025-02-06")), Standing::Overdue);
    let demand = assessed(demand, &on("2025-02-06"), &response, Outcome::Noted, &[]);
    assert_eq!(only(&demand), &before);
}

#[test]
fn more_time_is_a_forbearance_and_the_due_date_stays() {
    let demand = served("2025-01-22", &["1"]);
    let (cx, item) = (on("2025-02-04"), only(&demand).id);
    let waiting = demand.clone().give_time(&cx, item, day("2025-02-19"), "in hospital").unwrap().into_entity();
    assert_eq!(only(&waiting).waiting_until, Some(day("2025-02-19")));
    assert_eq!(only(&waiting).due_on, Some(day("2025-02-05")));
    assert_eq!(only(&waiting).standing(day("2025-02-06")), Standing::Overdue);
    for (until, reason, refusal) in
        [("2025-02-04", "in hospital", Refusal::TimeInPast), ("2025-02-19", " ", Refusal::NoReason)]
    {
        assert_eq!(demand.clone().give_time(&cx, item, day(until), reason).unwrap_err(), refusal);
    }
    let unserved = issued("2025-01-22", &["1"]);
    let item = only(&unserved).id;
    assert_eq!(unserved.give_time(&cx, item, day("2025-02-19"), "why not").unwrap_err(), Refusal::NothingDue);
}

#[test]
fn a_closed_item_takes_nothing_more() {
    let demand = served("2025-01-22", &["1"]);
    let (cx, item) = (on("2025-02-10"), only(&demand).id);
    assert_eq!(demand.clone().close_item(&cx, item, "").unwrap_err(), Refusal::NoReason);
    let closed = demand.close_item(&cx, item, "the house burnt down").unwrap().into_entity();
    assert_eq!(only(&closed).standing(day("2025-02-11")), Standing::Closed);
    let refused = Refusal::ItemClosed(ItemState::ClosedNoAction);
    assert_eq!(closed.clone().close_item(&cx, item, "again").unwrap_err(), refused);
    assert_eq!(closed.clone().answer(&cx, item, document()).unwrap_err(), refused);
    assert_eq!(closed.give_time(&cx, item, day("2025-03-01"), "why not").unwrap_err(), refused);
}

#[test]
fn a_demand_is_complete_with_its_last_item_and_its_due_date_is_the_earliest_that_is_open() {
    let demand = served("2025-01-22", &["1", "3", "6"]);
    let cx = on("2025-01-24");
    let mut due = vec![(demand.cover.due_on, demand.cover.state)];
    let mut demand = demand;
    for condition in ["3", "1", "6"] {
        let item = demand.items.iter().find(|item| item.condition == condition).unwrap().id;
        demand = demand.close_item(&cx, item, "seen on the spot").unwrap().into_entity();
        due.push((demand.cover.due_on, demand.cover.state));
    }
    let (week, fortnight) = (Some(day("2025-01-29")), Some(day("2025-02-05")));
    let wanted = [
        (week, DemandState::Served),
        (fortnight, DemandState::Served),
        (fortnight, DemandState::Served),
        (None, DemandState::Complete),
    ];
    assert_eq!(due, wanted);
    assert_eq!(demand.cover.closed_on, Some(day("2025-01-24")));
    assert_eq!(demand.withdraw(&cx, "too late").unwrap_err(), Refusal::AlreadyClosed(DemandState::Complete));
}

#[test]
fn a_withdrawn_demand_asks_for_nothing_and_stays_withdrawn() {
    let (demand, response) = answered(served("2025-01-22", &["1", "3"]), &on("2025-01-23"), document());
    let cx = on("2025-01-24");
    assert_eq!(demand.clone().withdraw(&cx, " ").unwrap_err(), Refusal::NoReason);
    let withdrawn = demand.withdraw(&cx, "the licence was surrendered").unwrap().into_entity();
    assert_eq!((withdrawn.cover.state, withdrawn.cover.due_on), (DemandState::Withdrawn, None));
    for item in &withdrawn.items {
        assert_eq!((item.state, item.next_call_on), (ItemState::Withdrawn, None));
        assert_eq!(item.standing(day("2026-01-01")), Standing::Closed);
    }
    let after = assessed(withdrawn.clone(), &on("2025-01-30"), &response, Outcome::Rejected, &[]);
    assert_eq!((after.cover.state, after.cover.closed_on), (DemandState::Withdrawn, Some(day("2025-01-24"))));
    assert_eq!(withdrawn.withdraw(&cx, "again").unwrap_err(), Refusal::AlreadyClosed(DemandState::Withdrawn));
}

/// What a demand in that state becomes if this is done to it through the demand itself.
fn moved(from: DemandState, step: DemandMove) -> Option<DemandState> {
    let mut demand = issued("2025-01-22", &["3"]);
    demand.cover.state = from;
    let (cx, holder) = (on("2025-01-23"), copy_of(&demand, Capacity::Holder));
    let item = only(&demand).id;
    let moved = match step {
        DemandMove::Issue => demand.issue(&cx).map(Change::into_entity),
        DemandMove::Serve => serve(demand, holder, sent(Method::DeliveredByHand, "2025-01-23"), &cx),
        DemandMove::Return => demand.record_return(&cx, holder, "gone away").map(Change::into_entity),
        DemandMove::Complete => demand.close_item(&cx, item, "not needed").map(Change::into_entity),
        DemandMove::Withdraw => demand.withdraw(&cx, "a mistake").map(Change::into_entity),
    };
    moved.ok().map(|demand| demand.cover.state).filter(|to| step != DemandMove::Complete || *to != from)
}

#[test]
fn every_step_of_a_demand_leads_where_the_table_says_and_nowhere_else() {
    use DemandMove as M;
    use DemandState as S;
    let running: &[S] = &[S::Draft, S::Issued, S::Served, S::NotServed];
    let ways: &[(&[S], M, S)] = &[
        (&[S::Draft, S::NotServed], M::Issue, S::Issued),
        (&[S::Issued], M::Serve, S::Served),
        (&[S::Issued, S::Served], M::Return, S::NotServed),
        (running, M::Complete, S::Complete),
        (running, M::Withdraw, S::Withdrawn),
    ];
    only_these_ways(S::ALL, M::ALL, ways, |from, step| from.after(*step), |from, step| moved(from, *step));
}

/// What an item in that state becomes if this is done to it through its demand.
fn item_moved(from: ItemState, step: ItemMove) -> Option<ItemState> {
    let cx = on("2025-02-10");
    let arrived = |on_day, kind| {
        let answer = Answer { received_at: Some(instant(on_day)), ..words(kind) };
        answered(served("2025-01-22", &["1"]), &cx, answer)
    };
    let (late, in_time) = ("2025-02-06T09:00:00Z", "2025-02-05T09:00:00Z");
    let kind = if step == ItemMove::AcceptNotApplicable { AnswerKind::NotApplicable } else { AnswerKind::Document };
    let (mut demand, response) = arrived(if step == ItemMove::AcceptLate { late } else { in_time }, kind);
    let open = matches!(from, ItemState::Open | ItemState::UnderReview | ItemState::Unsatisfactory);
    let item = demand.items.first_mut().unwrap();
    item.state = from;
    item.closed_on = (!open).then(|| day("2025-02-07"));
    let id = item.id;
    let assess = |demand: Demand, outcome, others: &[Response]| {
        demand.assess(&cx, response.clone(), outcome, "read it", others).map(|(change, _)| change.into_entity())
    };
    let moved = match step {
        ItemMove::Answer => demand.answer(&cx, id, document()).map(|(change, _)| change.into_entity()),
        ItemMove::Reject => {
            let (_, other) = arrived(late, AnswerKind::Document);
            assess(demand, Outcome::Rejected, &[response.clone(), other])
        }
        ItemMove::RejectLast => assess(demand, Outcome::Rejected, std::slice::from_ref(&response)),
        ItemMove::Accept | ItemMove::AcceptLate => assess(demand, Outcome::Accepted, &[]),
        ItemMove::AcceptNotApplicable => assess(demand, Outcome::NotApplicableAccepted, &[]),
        ItemMove::Close => demand.close_item(&cx, id, "not needed").map(Change::into_entity),
        ItemMove::Withdraw => demand.withdraw(&cx, "a mistake").map(Change::into_entity),
    };
    let to = only(&moved.ok()?).state;
    (open || to != from).then_some(to)
}

#[test]
fn every_step_of_an_item_leads_where_the_table_says_and_nowhere_else() {
    use ItemMove as M;
    use ItemState as S;
    let open: &[S] = &[S::Open, S::UnderReview, S::Unsatisfactory];
    let ways: &[(&[S], M, S)] = &[
        (open, M::Answer, S::UnderReview),
        (&[S::UnderReview], M::Reject, S::UnderReview),
        (&[S::UnderReview], M::RejectLast, S::Unsatisfactory),
        (&[S::UnderReview, S::SatisfiedLate], M::Accept, S::Satisfied),
        (&[S::UnderReview], M::AcceptLate, S::SatisfiedLate),
        (&[S::UnderReview], M::AcceptNotApplicable, S::NotApplicable),
        (open, M::Close, S::ClosedNoAction),
        (open, M::Withdraw, S::Withdrawn),
    ];
    only_these_ways(S::ALL, M::ALL, ways, |from, step| from.after(*step), |from, step| item_moved(from, *step));
}

#[test]
fn every_outcome_of_an_answer_leads_where_the_table_says_and_nowhere_else() {
    use ResponseState as S;
    let received: &[S] = &[S::Received];
    let ways = [
        (received, Outcome::Accepted, S::Accepted),
        (received, Outcome::NotApplicableAccepted, S::Accepted),
        (received, Outcome::Rejected, S::Rejected),
        (received, Outcome::Noted, S::Noted),
    ];
    only_these_ways(
        S::ALL,
        Outcome::ALL,
        &ways,
        |from, outcome| from.after(*outcome),
        |from, outcome| {
            let kind = match outcome {
                Outcome::Accepted | Outcome::Rejected => AnswerKind::Document,
                Outcome::NotApplicableAccepted => AnswerKind::NotApplicable,
                Outcome::Noted => AnswerKind::Explanation,
            };
            let (_, response) = answered(served("2025-01-22", &["1"]), &on("2025-01-23"), words(kind));
            let response = Response { state: from, ..response };
            response.assess(&on("2025-01-24"), *outcome, "read it").ok().map(|response| response.state)
        },
    );
}
