//! Each step from each state, the days that notices run, and what protects until when.

use super::*;
use crate::testing::{day, home, khan, licence, on, scheme};

fn said(on: &str) -> Notification {
    Notification {
        reference: "EXE/2025/00001".to_owned(),
        property_id: home(None).id,
        party_id: khan(),
        steps: "The house is being sold.".to_owned(),
        on: day(on),
    }
}

fn notified(on_day: &str, others: &[Exemption]) -> Exemption {
    Exemption::notify(&on(on_day), said(on_day), others).unwrap().into_entity()
}

fn took(one: Exemption, today: &str, step: ExemptionStep, first: Option<&Exemption>) -> Result<Exemption, Refusal> {
    one.take(&on(today), &scheme().policy, step, first).map(Change::into_entity)
}

fn serve(on: &str, circumstances: Option<&str>) -> ExemptionStep {
    ExemptionStep::Serve { on: day(on), circumstances: circumstances.map(ToOwned::to_owned) }
}

/// One step of each kind.
pub(crate) fn steps() -> Vec<(&'static str, ExemptionStep)> {
    let refuse = ExemptionStep::Refuse { on: day("2025-01-20"), reasons: "No plan.".to_owned() };
    let spent = ExemptionStep::EndAppeal { on: day("2025-01-20") };
    let mut steps = vec![
        ("serve", serve("2025-01-20", None)),
        ("lose_service", ExemptionStep::LoseService { reason: "Gone away.".to_owned() }),
        ("refuse", refuse),
        ("appeal", ExemptionStep::Appeal),
        ("end_appeal", spent),
        ("overturn", ExemptionStep::Overturn),
    ];
    steps.extend(Ending::ALL.iter().map(|with| ("end", end(*with, "2025-02-01"))));
    steps
}

#[test]
fn every_step_leads_where_the_table_says_and_nowhere_else() {
    use ExemptionState as S;
    let allowed = [
        (S::Notified, "serve", S::Served),
        (S::Served, "lose_service", S::Notified),
        (S::Notified, "refuse", S::Refused),
        (S::Refused, "appeal", S::Refused),
        (S::Refused, "end_appeal", S::Refused),
        (S::Refused, "overturn", S::Notified),
        (S::Served, "end", S::EndedLicensed),
        (S::Served, "end", S::EndedExempt),
        (S::Served, "end", S::EndedNothing),
        (S::InEffect, "end", S::EndedLicensed),
        (S::InEffect, "end", S::EndedExempt),
        (S::InEffect, "end", S::EndedNothing),
    ];
    let mut found = Vec::new();
    for from in S::ALL {
        found.extend(steps().iter().filter_map(|(name, step)| Some((*from, *name, from.after(step)?))));
    }
    found.sort_by_key(|(from, name, to)| allowed.iter().position(|one| one == &(*from, *name, *to)));
    assert_eq!(found, allowed);
}

fn end(with: Ending, on: &str) -> ExemptionStep {
    ExemptionStep::End { with, on: day(on), reason: "sold, and the buyer lives there".to_owned() }
}

/// Served on 15 January 2025, and so until 14 April.
fn first() -> Exemption {
    took(notified("2025-01-10", &[]), "2025-01-15", serve("2025-01-15", None), None).unwrap()
}

#[test]
fn a_notice_lasts_three_months_beginning_with_its_service() {
    for (served_on, last) in [("2025-01-15", "2025-04-14"), ("2024-11-30", "2025-02-28"), ("2023-11-30", "2024-02-29")]
    {
        let served = took(notified(served_on, &[]), served_on, serve(served_on, None), None).unwrap();
        let basis = served.until_basis.as_ref().unwrap();
        assert_eq!((basis.on(), served.until_on), (day(last), Some(day(last))), "{served_on}");
        assert!(basis.because().starts_with("3 months beginning with"), "{}", basis.because());
    }
    let served = first();
    for (today, exempts) in [("2025-01-14", false), ("2025-01-15", true), ("2025-04-14", true), ("2025-04-15", false)] {
        assert_eq!(served.exempts_on(day(today)), exempts, "{today}");
    }
}

#[test]
fn a_second_notice_begins_the_day_after_the_first_ends_and_needs_exceptional_circumstances() {
    let (first, why) = (first(), Some("The buyer's lender failed."));
    for (asked, outcome) in [
        ("2025-04-01", Ok("2025-07-14")),
        ("2025-04-14", Ok("2025-07-14")),
        ("2025-05-12", Ok("2025-07-14")),
        ("2025-05-13", Err(Refusal::TooLate(day("2025-04-14"), 28))),
    ] {
        let second = notified(asked, std::slice::from_ref(&first));
        assert_eq!((second.number, second.previous_id), (2, Some(first.id)));
        let served = took(second, asked, serve(asked, why), Some(&first));
        assert_eq!(served.clone().map(|one| one.until_on.unwrap()), outcome.map(day), "{asked}");
        if let Ok(served) = served {
            assert_eq!(served.from_on, Some(day("2025-04-15")));
            assert!(served.until_basis.unwrap().because().contains("begins on Tuesday 15 April 2025"));
        }
    }
    for circumstances in [None, Some(" ")] {
        let second = notified("2025-04-01", std::slice::from_ref(&first));
        let silent = took(second, "2025-04-02", serve("2025-04-02", circumstances), Some(&first)).unwrap_err();
        assert_eq!(silent, Refusal::NoCircumstances);
    }
}

#[test]
fn there_is_never_a_third_notice_unless_the_matter_was_over_in_between() {
    let first = first();
    let second = notified("2025-04-01", std::slice::from_ref(&first));
    let second = took(second, "2025-04-02", serve("2025-04-02", Some("A death.")), Some(&first)).unwrap();
    let third = notified("2025-07-01", &[first.clone(), second.clone()]);
    let refused = took(third.clone(), "2025-07-02", serve("2025-07-02", Some("Again.")), Some(&second));
    assert_eq!((third.number, refused.unwrap_err()), (3, Refusal::NoThird));
    let nothing = took(second.clone(), "2025-07-15", end(Ending::Nothing, "2025-07-14"), None).unwrap();
    assert_eq!(notified("2025-08-01", &[first.clone(), nothing]).number, 3);
    let over = took(second, "2025-07-10", end(Ending::Exempt, "2025-07-10"), None).unwrap();
    assert_eq!(notified("2027-08-01", &[first, over]).number, 1);
}

#[test]
fn a_refusal_has_reasons_and_an_appeal_and_protects_until_its_last_day() {
    let refuse = |reasons: &str| ExemptionStep::Refuse { on: day("2025-02-18"), reasons: reasons.to_owned() };
    let asked = notified("2025-02-10", &[]);
    assert_eq!(took(asked.clone(), "2025-02-18", refuse(" "), None).unwrap_err(), Refusal::NoWords);
    let refused = took(asked.clone(), "2025-02-18", refuse("No steps are shown."), None).unwrap();
    assert_eq!(refused.appeal_by.as_ref().unwrap().on(), day("2025-03-17"));
    for (today, waiting, after) in [
        ("2025-02-09", false, false),
        ("2025-02-10", true, true),
        ("2025-03-17", true, true),
        ("2025-03-18", true, false),
    ] {
        let found = [asked.protects_on(day(today)), refused.protects_on(day(today))];
        assert_eq!(found, [waiting, after], "{today}");
        assert!(!refused.exempts_on(day(today)));
    }
    assert!(first().protects_on(day("2025-01-14")) && !first().protects_on(day("2025-01-16")));
    assert_eq!(notified("2025-03-01", &[refused]).number, 1);
}

#[test]
fn an_appeal_against_a_refusal_protects_until_it_has_ended_and_one_that_is_allowed_opens_it_again() {
    let refuse = ExemptionStep::Refuse { on: day("2025-02-18"), reasons: "No steps are shown.".to_owned() };
    let refused = took(notified("2025-02-10", &[]), "2025-02-18", refuse, None).unwrap();
    let appealed = took(refused, "2025-03-10", ExemptionStep::Appeal, None).unwrap();
    assert!(appealed.protects_on(day("2025-12-31")), "for as long as the appeal runs");
    for (ended_on, last) in [("2025-03-12", "2025-03-17"), ("2025-06-02", "2025-06-02")] {
        let step = ExemptionStep::EndAppeal { on: day(ended_on) };
        let spent = took(appealed.clone(), "2025-06-30", step, None).unwrap();
        assert_eq!((spent.state, spent.effective_until), (ExemptionState::Refused, Some(day(last))), "{ended_on}");
    }
    let early = ExemptionStep::EndAppeal { on: day("2025-07-01") };
    assert_eq!(took(appealed.clone(), "2025-06-30", early, None).unwrap_err(), Refusal::InFuture);
    let open = took(appealed, "2025-06-30", ExemptionStep::Overturn, None).unwrap();
    assert_eq!((open.state, open.decided_on, open.effective_until), (ExemptionState::Notified, None, None));
    let served = took(open, "2025-07-02", serve("2025-07-02", None), None).unwrap();
    assert!(served.protects_on(day("2025-07-01")) && served.exempts_on(day("2025-07-02")));
}

#[test]
fn each_step_is_possible_from_its_states_and_refused_from_the_others() {
    use ExemptionState as S;
    let steps = [
        (serve("2025-01-20", None), vec![S::Notified], S::Served),
        (ExemptionStep::Refuse { on: day("2025-01-20"), reasons: "None.".to_owned() }, vec![S::Notified], S::Refused),
        (ExemptionStep::LoseService { reason: "Gone away.".to_owned() }, vec![S::Served], S::Notified),
        (end(Ending::Licensed, "2025-01-20"), vec![S::Served, S::InEffect], S::EndedLicensed),
        (end(Ending::Exempt, "2025-01-20"), vec![S::Served, S::InEffect], S::EndedExempt),
        (end(Ending::Nothing, "2025-04-15"), vec![S::Served, S::InEffect], S::EndedNothing),
    ];
    for (step, from, to) in steps {
        for state in S::ALL {
            let one = Exemption { state: *state, ..first() };
            let found = took(one, "2025-04-15", step.clone(), None).map(|one| one.state);
            let wanted = if from.contains(state) { Ok(to) } else { Err(Refusal::NotInThisState(*state)) };
            assert_eq!(found, wanted, "{step:?} from {state}");
        }
    }
}

#[test]
fn days_lie_neither_ahead_nor_before_it_was_asked_for_and_nothing_is_found_while_it_runs() {
    let asked = notified("2025-01-10", &[]);
    for (on, refusal) in [("2025-01-09", Refusal::TooEarly(day("2025-01-10"))), ("2025-01-21", Refusal::InFuture)] {
        assert_eq!(took(asked.clone(), "2025-01-20", serve(on, None), None).unwrap_err(), refusal);
    }
    let cx = on("2025-01-10");
    assert_eq!(Exemption::notify(&cx, said("2025-01-11"), &[]).unwrap_err(), Refusal::InFuture);
    let silent = Notification { steps: " ".to_owned(), ..said("2025-01-10") };
    assert_eq!(Exemption::notify(&cx, silent, &[]).unwrap_err(), Refusal::NoWords);
    let twice = Exemption::notify(&cx, said("2025-01-10"), &[asked]).unwrap_err();
    assert_eq!(twice, Refusal::Waiting("EXE/2025/00001".to_owned()));
    let early = took(first(), "2025-04-14", end(Ending::Nothing, "2025-04-14"), None).unwrap_err();
    assert_eq!(early, Refusal::Runs(day("2025-04-14")));
    let licensed = took(first(), "2025-02-03", end(Ending::Licensed, "2025-02-01"), None).unwrap();
    assert!(licensed.exempts_on(day("2025-04-14")), "a notice runs to its last day");
}

#[test]
fn after_a_death_three_months_run_and_the_representatives_may_ask_for_three_more() {
    let died = |on_day: &str| {
        let cx = on("2025-03-10");
        Exemption::after_death(&cx, "EXE/2025/00001".to_owned(), &licence(), home(None).id, day(on_day))
    };
    let first = died("2025-03-03").unwrap().into_entity();
    let because = first.until_basis.as_ref().unwrap().because();
    assert!(because.contains("the day the licence holder died") && because.contains("Monday 2 June 2025"));
    assert!(first.exempts_on(day("2025-03-03")) && !first.exempts_on(day("2025-06-03")));
    let ask = |on_day: &str, others: &[Exemption]| {
        Exemption::ask_after_death(&on("2025-06-10"), said(on_day), others).map(Change::into_entity)
    };
    let others = [first.clone()];
    let outside = Refusal::NotWhileItRuns(day("2025-03-03"), day("2025-06-02"));
    assert_eq!(ask("2025-06-03", &others).unwrap_err(), outside);
    assert_eq!(ask("2025-06-02", &[]).unwrap_err(), Refusal::NobodyDied);
    let asked = ask("2025-06-02", &others).unwrap();
    assert!(!asked.protects_on(day("2025-06-05")));
    let served = took(asked, "2025-06-10", serve("2025-06-10", None), Some(&first)).unwrap();
    assert_eq!((served.from_on, served.until_on), (Some(day("2025-06-03")), Some(day("2025-09-02"))));
    assert_eq!(ask("2025-06-10", &[first, served]).unwrap_err(), Refusal::NoThird);
}

#[test]
fn a_ground_is_found_with_evidence_from_a_day_on_which_it_can_be_used() {
    let cx = on("2025-01-22");
    let ground = ExemptionGround {
        code: "family".to_owned(),
        name: "Family".to_owned(),
        statutory_basis: "SI 2006/370".to_owned(),
        from: Some(day("2025-01-01")),
        to: None,
    };
    let finding = |from: &str, until: Option<&str>, evidence: &str, refused: Option<&str>| Finding {
        reference: "EXE/2025/00001".to_owned(),
        property_id: home(None).id,
        evidence: evidence.to_owned(),
        from: day(from),
        until: until.map(day),
        refused_because: refused.map(ToOwned::to_owned),
    };
    let found = |one: Finding| Exemption::find_ground(&cx, &ground, one).map(Change::into_entity);
    let unavailable = Refusal::GroundNotAvailable("family".to_owned(), day("2024-12-31"));
    for (one, refusal) in [
        (finding("2024-12-31", None, "Birth certificate", None), unavailable),
        (finding("2025-02-02", Some("2025-02-01"), "Birth certificate", None), Refusal::EndsFirst),
        (finding("2025-02-02", None, " ", None), Refusal::NoWords),
        (finding("2025-02-02", None, "A letter", Some(" ")), Refusal::NoWords),
    ] {
        assert_eq!(found(one).unwrap_err(), refusal);
    }
    let open = found(finding("2025-02-02", None, "Birth certificate", None)).unwrap();
    assert!(open.exempts_on(day("2090-01-01")) && !open.exempts_on(day("2025-02-01")));
    let refused = found(finding("2025-02-02", None, "A letter", Some("They are not related."))).unwrap();
    assert!(!refused.exempts_on(day("2025-03-01")) && !refused.protects_on(day("2025-03-01")));
    let ended = took(open, "2025-06-02", end(Ending::Nothing, "2025-06-01"), None).unwrap();
    assert!(ended.exempts_on(day("2025-05-31")) && !ended.exempts_on(day("2025-06-01")));
}

fn letter_id(name: &str) -> LetterId {
    LetterId(crate::id::Key::derived(name))
}

fn posted(on_day: &str) -> Served {
    use crate::calendar::{Method, ServicePolicy};
    let sending = crate::testing::sent(Method::FirstClassPost, on_day);
    sending.served(&on(on_day), None, ServicePolicy::CAUTIOUS, &crate::testing::holidays()).unwrap()
}

#[test]
fn a_notice_that_goes_as_a_letter_begins_on_the_deemed_day_even_before_that_has_come() {
    let policy = scheme().policy;
    let (asked, kind) = (notified("2025-01-20", &[]), ExemptionLetterKind::Notice);
    let cx = on("2025-01-22");
    let says = asked.letter(&cx, &policy, kind, None, None).unwrap();
    let ExemptionLetterSays::Notice { from_on, until_on, .. } = &says.says else { panic!("{says:?}") };
    assert_eq!((*from_on, *until_on), (None, day("2025-04-21")));
    let refusal = asked.letter(&cx, &policy, ExemptionLetterKind::Refusal, None, None).unwrap_err();
    assert_eq!(refusal, Refusal::NothingToTell(ExemptionLetterKind::Refusal, ExemptionState::Notified));
    let once = asked.wrote(&cx, kind, &says, letter_id("first")).into_entity();
    let twice = once.wrote(&cx, kind, &says, letter_id("second")).into_entity();
    assert!(twice.waiting_letter(letter_id("first")).is_none());
    let posted = posted("2025-01-22");
    let stale = twice.clone().letter_served(&cx, &policy, letter_id("first"), posted.clone(), None).unwrap_err();
    assert_eq!(stale, Refusal::NotInThisState(ExemptionState::Notified));
    let served = twice.clone().letter_served(&cx, &policy, letter_id("second"), posted, None).unwrap();
    let served = served.into_entity();
    assert_eq!((served.state, served.served_on), (ExemptionState::Served, Some(day("2025-01-24"))));
    assert_eq!((served.from_on, served.until_on), (Some(day("2025-01-24")), Some(day("2025-04-23"))));
    assert!(served.protects_on(day("2025-01-23")) && served.exempts_on(day("2025-01-24")));
    let lose = ExemptionStep::LoseService { reason: "It came back.".to_owned() };
    let lost = took(served, "2025-01-30", lose, None).unwrap();
    assert_eq!((lost.state, lost.served_on, lost.from_on), (ExemptionState::Notified, None, None));
    assert!(lost.protects_on(day("2025-01-30")) && !lost.exempts_on(day("2025-01-30")));
    assert_eq!((lost.until_on, &lost.until_basis, lost.sent_letter(letter_id("second"))), (None, &None, None));
    let again = took(lost, "2025-01-30", serve("2025-01-30", None), None).unwrap();
    assert_eq!((again.from_on, again.until_on), (Some(day("2025-01-30")), Some(day("2025-04-29"))));
    let returned = twice.letter_returned(&cx, letter_id("second"), "refused").into_entity();
    assert!(returned.waiting_letter(letter_id("second")).is_none());
    let refuse = ExemptionStep::Refuse { on: day("2025-01-22"), reasons: "None.".to_owned() };
    let refused = took(notified("2025-01-20", &[]), "2025-01-22", refuse, None).unwrap();
    assert!(refused.letter(&cx, &policy, ExemptionLetterKind::Refusal, None, None).is_ok());
    let late = refused.letter(&cx, &policy, kind, None, None).unwrap_err();
    assert_eq!(late, Refusal::NothingToTell(kind, ExemptionState::Refused));
}
