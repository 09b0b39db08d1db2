//! The nightly check: who is reminded of what on which night, and when a breach is proposed. Conditions 1 and 9.6 allow 14
//! days, so what is served on Wednesday 22 January 2025 is due on Wednesday 5 February.

use selective_licensing::actions::demands::Asked;
use selective_licensing::actions::{self, Error, Expected, certificates};
use selective_licensing::domain::breach::BreachState;
use selective_licensing::domain::certificate::{Certificate, InspectionResult, Particulars};
use selective_licensing::domain::demand::{Demand, DemandState, ItemState, Outcome};
use selective_licensing::domain::event::Happening;
use selective_licensing::domain::id::{ItemId, PartyId};
use selective_licensing::domain::letter::{Channel, Letter, LetterKind, LetterState};
use selective_licensing::domain::licence::{Licence, LicenceStep};
use selective_licensing::domain::obligation::Obligation;
use selective_licensing::domain::reminder::ReminderState;
use selective_licensing::domain::scheme::{DocumentKind, LetterCode, ObligationKind};
use selective_licensing::domain::task::TaskKind;
use selective_licensing::jobs::check::{self, Run};
use selective_licensing::storage::checks::{CheckOutcome, StartedBy};
use selective_licensing::storage::{breaches, obligations, reminders};

use crate::support::world::{World, day, everything};

/// The tables that a run of the check may touch even when it finds nothing to do.
const RECORD_OF_RUNS: [&str; 1] = ["checks"];

fn only_item(demand: &Demand) -> ItemId {
    assert_eq!(demand.items.len(), 1);
    demand.items[0].id
}

/// The rungs of an item for one person in the order of their days: what was called for, and what was overtaken.
fn rungs(world: &World, item: ItemId, person: PartyId) -> (Vec<i32>, Vec<i32>) {
    let mut about = world.reminders_about(item);
    about.retain(|reminder| reminder.recipient_id == person);
    let of = |state| about.iter().filter(|one| one.state == state).map(|one| one.rung).collect::<Vec<_>>();
    (of(ReminderState::Called), of(ReminderState::Superseded))
}

fn digests(world: &World, person: PartyId) -> Vec<Letter> {
    let mut letters = world.letters_to(person);
    letters.retain(|letter| letter.kind == LetterKind::Digest);
    letters
}

fn surrender(world: &World, licence: &Licence) {
    let cx = world.tom();
    let step = LicenceStep::Surrender { reason: "the house was sold".to_owned() };
    world.write(|tx| actions::licences::take(tx, &cx, licence.id, Expected(licence.revision), step.clone()));
}

#[test]
fn the_ladder_goes_out_night_by_night_and_the_first_morning_after_proposes_one_breach() {
    let world = World::new();
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let demand = world.served_demand(&licence, &["1"], "2025-01-22");
    let item = only_item(&demand);
    assert_eq!(demand.items[0].due_on, Some(day("2025-02-05")));

    let mut sent = Vec::new();
    for night in day("2025-01-23").iter_days().take(20) {
        let check = world.night(&night.to_string());
        assert_eq!(check.outcome, CheckOutcome::Completed, "{check:?}");
        if (check.reminders, check.breaches) != (0, 0) {
            sent.push((night.to_string(), check.reminders, check.breaches));
        }
    }

    let wanted = [("2025-01-29", 0), ("2025-02-02", 0), ("2025-02-04", 0), ("2025-02-05", 0), ("2025-02-06", 1)];
    assert_eq!(sent, wanted.map(|(night, breaches)| (night.to_owned(), 1, breaches)));
    assert_eq!(rungs(&world, item, khan.id), (vec![-7, -3, -1, 0, 1], vec![]));
    let codes = world.reminders_about(item).iter().map(|reminder| reminder.code).collect::<Vec<_>>();
    assert_eq!(codes, [LetterCode::D2, LetterCode::D2, LetterCode::D2, LetterCode::D2, LetterCode::D3]);
    assert_eq!(digests(&world, khan.id).len(), 5);
    let breaches = world.breaches();
    assert_eq!(breaches.len(), 1);
    assert_eq!((breaches[0].state, breaches[0].item_id), (BreachState::Proposed, Some(item)));
    assert_eq!((breaches[0].due_on, breaches[0].proposed_on), (day("2025-02-05"), day("2025-02-06")));
    let told = world.events_of(licence.property_id);
    assert_eq!(told.iter().filter(|event| event.kind == Happening::ReminderCalled).count(), 5);
    assert_eq!(told.iter().filter(|event| event.kind == Happening::BreachProposed).count(), 1);
}

#[test]
fn a_landlord_with_three_homes_gets_one_digest_a_night_that_names_them_all() {
    let world = World::new();
    let khan = world.khan();
    let homes = [(); 3].map(|()| world.licensed_home(&khan, None));
    for home in &homes {
        world.served_demand(home, &["1", "9.6"], "2025-01-22");
    }
    let check = world.night("2025-01-29");
    assert_eq!(check.reminders, 6);
    let digests = digests(&world, khan.id);
    assert_eq!(digests.len(), 1);

    world.post();
    let sent = world.letters_to(khan.id).into_iter().find(|letter| letter.id == digests[0].id).unwrap();
    assert_eq!(sent.state, LetterState::Accepted);
    let text = sent.text.unwrap();
    for number in 1..=3 {
        assert!(text.contains(&format!("{number} Hind Street")), "{text}");
    }
    assert!(text.contains("Wednesday 5 February 2025"), "{text}");
}

#[test]
fn running_the_check_ten_times_changes_nothing_after_the_first() {
    let world = World::new();
    let khan = world.khan();
    for _ in 0..3 {
        let home = world.licensed_home(&khan, None);
        world.served_demand(&home, &["1", "3"], "2025-01-22");
    }
    for night in ["2025-01-29", "2025-02-06"] {
        let first = world.night(night);
        assert!(first.reminders > 0, "{first:?}");
        let after_first = world.database.dump(&RECORD_OF_RUNS);
        for _ in 0..9 {
            let again = world.check(day(night));
            assert_eq!((again.reminders, again.superseded, again.breaches, again.failures), (0, 0, 0, 0));
        }
        assert_eq!(world.database.dump(&RECORD_OF_RUNS), after_first);
    }
    assert_eq!(world.database.count("checks"), 20);
}

#[test]
fn after_missed_nights_each_recipient_gets_the_latest_rung_and_the_others_are_overtaken() {
    for (nights_off, back, wanted, breaches) in [
        (1, "2025-02-05", (vec![-7, -3, 0], vec![-1]), 0),
        (3, "2025-02-07", (vec![-7, -3, 1], vec![-1, 0]), 1),
        (30, "2025-03-06", (vec![-7, -3, 1], vec![-1, 0]), 1),
    ] {
        let world = World::new();
        let khan = world.khan();
        let agent = world.landlord("Tees Lettings", true);
        let home = world.licensed_home(&khan, Some(&agent));
        let demand = world.served_demand(&home, &["1"], "2025-01-22");
        for night in ["2025-01-29", "2025-02-02", "2025-02-03"] {
            world.night(night);
        }
        let check = world.night(back);
        assert_eq!((check.nights_missed, check.reminders, check.breaches), (nights_off, 2, breaches));
        for person in [khan.id, agent.id] {
            assert_eq!(rungs(&world, only_item(&demand), person), wanted, "{nights_off} nights");
            assert_eq!(digests(&world, person).len(), 3, "{nights_off} nights");
        }
        world.check(day(back));
        assert_eq!(digests(&world, khan.id).len(), 3);
        assert_eq!(world.database.count("breaches"), usize::try_from(breaches).unwrap());
    }
}

#[test]
fn a_night_missed_within_the_ladder_sends_the_missed_rung_once() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    for night in ["2025-01-30", "2025-01-31", "2025-02-05"] {
        world.night(night);
    }
    assert_eq!(rungs(&world, only_item(&demand), khan.id), (vec![-7, 0], vec![-3, -1]));
    assert_eq!(digests(&world, khan.id).len(), 2);
}

#[test]
fn what_was_never_served_is_never_chased() {
    let world = World::new();
    let home = world.licensed_home(&world.landlord("Mrs Ames", false), None);
    world.go_to("2025-01-22", "12:00");
    let demand = world.issued_demand(&home, &["1"]);
    world.post();
    for night in ["2025-01-29", "2025-02-06", "2025-03-06"] {
        let check = world.night(night);
        assert_eq!((check.looked_at, check.reminders, check.breaches), (0, 0, 0));
    }
    assert_eq!(world.demand_now(&demand).cover.state, DemandState::Issued);
    assert!(world.breaches().is_empty());
}

#[test]
fn what_came_back_is_no_longer_chased_and_nothing_is_due() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-01-29");
    let (cx, holder) = (world.amy(), demand.holder().unwrap().id);
    let expected = Expected(world.demand_now(&demand).cover.revision);
    world
        .write(|tx| actions::demands::record_return(tx, &cx, demand.cover.id, expected, holder, "returned: gone away"));
    for night in ["2025-02-02", "2025-02-06", "2025-03-06"] {
        let check = world.night(night);
        assert_eq!((check.reminders, check.breaches), (0, 0));
    }
    let now = world.demand_now(&demand);
    assert_eq!((now.cover.state, now.items[0].due_on), (DemandState::NotServed, None));
    assert!(world.breaches().is_empty());
}

#[test]
fn what_came_back_and_was_served_again_has_its_own_days_reminders_and_breach() {
    let world = World::new();
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let demand = world.served_demand(&licence, &["1"], "2025-01-22");
    for night in ["2025-01-29", "2025-02-06"] {
        world.night(night);
    }
    world.go_to("2025-02-07", "12:00");
    let (cx, holder, id) = (world.amy(), demand.holder().unwrap().id, demand.cover.id);
    let mut now = world.demand_now(&demand);
    for step in 0..2 {
        let expected = Expected(now.cover.revision);
        now = world.write(|tx| match step {
            0 => actions::demands::record_return(tx, &cx, id, expected, holder, "nobody of that name lives there"),
            _ => actions::demands::issue(tx, &cx, id, expected),
        });
    }
    let again = world.serve_by_hand(&now, "2025-02-07");
    assert_eq!(again.items[0].due_on, Some(day("2025-02-21")));
    for (night, reminders, breaches) in [("2025-02-08", 0, 0), ("2025-02-14", 1, 0), ("2025-02-22", 1, 1)] {
        let check = world.night(night);
        assert_eq!((check.outcome, check.reminders, check.breaches), (CheckOutcome::Completed, reminders, breaches));
    }
    let due = world.breaches().into_iter().map(|breach| breach.due_on).collect::<Vec<_>>();
    assert_eq!(due, [day("2025-02-05"), day("2025-02-21")]);
    let told = world.events_of(licence.property_id);
    assert_eq!(told.iter().filter(|event| event.kind == Happening::BreachProposed).count(), 2);
}

#[test]
fn a_condition_cannot_be_asked_for_twice_in_one_demand() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    for conditions in [["1", "1", "9.6"], ["9.6", "1", "1"]] {
        let cx = world.amy();
        let conditions = conditions.map(str::to_owned).to_vec();
        let refused = world
            .app
            .db
            .write(|tx| actions::demands::draft(tx, &cx, &world.app.rules, Asked::of(licence.id, conditions.clone())));
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    }
}

#[test]
fn an_answer_in_time_that_waits_for_an_officer_stops_reminders_and_breach() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-01-29");
    world.go_to("2025-02-05", "23:30");
    world.gas_record_comes_in(&demand, only_item(&demand));
    for night in ["2025-02-06", "2025-02-07", "2025-03-06"] {
        let check = world.night(night);
        assert_eq!((check.reminders, check.breaches), (0, 0), "{night}");
    }
    assert!(world.breaches().is_empty());
}

#[test]
fn an_answer_rejected_after_the_due_date_is_chased_and_proposed_the_next_night() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    let item = only_item(&demand);
    world.night("2025-01-29");
    world.go_to("2025-02-03", "15:00");
    world.gas_record_comes_in(&demand, item);
    world.night("2025-02-06");
    world.go_to("2025-02-10", "15:00");
    world.assess(&demand, Outcome::Rejected, "it is for another house");
    let check = world.night("2025-02-11");
    assert_eq!((check.reminders, check.breaches), (1, 1));
    let about = world.reminders_about(item);
    let overdue = about.iter().find(|reminder| reminder.called_on == day("2025-02-11") && reminder.letter_id.is_some());
    assert_eq!(overdue.map(|reminder| (reminder.rung, reminder.code)), Some((1, LetterCode::D3)));
    let quiet = world.night("2025-02-12");
    assert_eq!((quiet.reminders, quiet.breaches), (0, 0));
    assert_eq!(world.breaches().len(), 1);
}

#[test]
fn an_answer_after_the_due_date_does_not_undo_the_breach() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-02-05");
    world.go_to("2025-02-06", "00:10");
    world.gas_record_comes_in(&demand, only_item(&demand));
    let check = world.night("2025-02-06");
    assert_eq!((check.reminders, check.breaches), (0, 1), "an answer waits, so no letter, but it came too late");
    world.go_to("2025-02-07", "10:00");
    let demand = world.assess(&demand, Outcome::Accepted, "the record is in order");
    assert_eq!(demand.items[0].state, ItemState::SatisfiedLate);
    world.night("2025-02-08");
    assert_eq!(world.breaches().len(), 1);
}

#[test]
fn more_time_pauses_the_reminders_but_not_the_breach() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    let item = only_item(&demand);
    world.night("2025-01-29");
    let (cx, expected) = (world.amy(), Expected(world.demand_now(&demand).cover.revision));
    world.write(|tx| {
        let (id, until) = (demand.cover.id, day("2025-02-20"));
        actions::demands::give_time(tx, &cx, id, expected, item, until, "the engineer comes on the 18th")
    });
    let mut came = Vec::new();
    for night in day("2025-01-30").iter_days().take(30) {
        let check = world.night(&night.to_string());
        if (check.reminders, check.breaches) != (0, 0) {
            came.push((night.to_string(), check.reminders, check.breaches));
        }
    }
    assert_eq!(came, [("2025-02-06".to_owned(), 0, 1)]);
    assert_eq!(rungs(&world, item, khan.id), (vec![-7], vec![-3, -1, 0, 1]));
}

#[test]
fn a_licence_that_ended_before_the_due_date_opens_a_task_and_proposes_nothing() {
    let world = World::new();
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    world.served_demand(&licence, &["1"], "2025-01-22");
    world.night("2025-01-29");
    surrender(&world, &licence);
    for night in ["2025-02-02", "2025-02-06", "2025-02-07"] {
        let check = world.night(night);
        assert_eq!((check.reminders, check.breaches), (0, 0), "{night}");
    }
    let open = world.tasks();
    assert_eq!(open.iter().map(|task| task.kind).collect::<Vec<_>>(), [TaskKind::LicenceNotInForce]);
    assert_eq!(open[0].property_id, Some(licence.property_id));
}

#[test]
fn the_yearly_gas_record_is_asked_for_60_30_and_7_days_ahead_and_its_lack_is_proposed() {
    let world = World::new();
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let open = world.read(|db| selective_licensing::storage::obligations::open_of(db, licence.id));
    let gas = open.iter().find(|one| one.kind == ObligationKind::GasYearly).unwrap();
    assert_eq!(gas.due_on, day("2026-01-01"));
    for night in day("2025-10-28").iter_days().take(80) {
        world.night(&night.to_string());
    }
    let about = world.read(|db| reminders::about(db, gas.id.0));
    let called = about.iter().map(|one| (one.rung, one.called_on.to_string(), one.code)).collect::<Vec<_>>();
    let wanted = [(-60, "2025-11-02"), (-30, "2025-12-02"), (-7, "2025-12-25"), (1, "2026-01-02")];
    assert_eq!(called, wanted.map(|(rung, on)| (rung, on.to_owned(), LetterCode::G1)));
    let breaches = world.breaches();
    let gas_breaches = breaches.iter().filter(|breach| breach.obligation_id == Some(gas.id)).collect::<Vec<_>>();
    assert_eq!(gas_breaches.len(), 1);
    assert_eq!(gas_breaches[0].proposed_on, day("2026-01-02"));
    assert_eq!(digests(&world, khan.id).len(), 4, "gas and inspection share a letter");
}

fn gas_duty(world: &World, licence: &Licence) -> Obligation {
    let open = world.read(|db| obligations::open_of(db, licence.id));
    open.into_iter().find(|one| one.kind == ObligationKind::GasYearly).unwrap()
}

fn gas_record(world: &World, licence: &Licence, checked_on: &str) -> Certificate {
    let cx = world.amy();
    let particulars = Particulars {
        checked_on: day(checked_on),
        registration: Some("123456".to_owned()),
        signed_by: Some("J Smith".to_owned()),
        result: Some(InspectionResult::Satisfactory),
        ..Particulars::default()
    };
    let kind = DocumentKind::GasSafetyRecord;
    world.write(|tx| {
        certificates::record(tx, &cx, licence.property_id, Some(licence.id), kind, particulars.clone(), &[])
    })
}

fn judge_record(world: &World, record: &Certificate, accepted: bool) {
    let (cx, seen) = (world.amy(), Some(Expected(record.revision)));
    world.write(|tx| {
        certificates::assess(tx, &cx, &world.app.rules, record.id, seen, accepted, "looked at").map(|_| ())
    });
}

#[test]
fn a_yearly_record_in_time_that_waits_for_an_officer_is_no_breach_until_it_is_rejected() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    let duty = gas_duty(&world, &licence);
    world.go_to("2025-12-30", "15:00");
    let record = gas_record(&world, &licence, "2025-12-29");
    for night in ["2025-12-31", "2026-01-01", "2026-01-02", "2026-01-05"] {
        world.night(night);
        assert!(world.breaches().iter().all(|breach| breach.obligation_id != Some(duty.id)), "{night}");
    }
    judge_record(&world, &record, false);
    world.night("2026-01-06");
    let proposed = world.breaches().into_iter().filter(|breach| breach.obligation_id == Some(duty.id));
    assert_eq!(proposed.map(|breach| breach.due_on).collect::<Vec<_>>(), [day("2026-01-01")]);
    let called = world.read(|db| reminders::about(db, duty.id.0));
    assert_eq!(called.iter().map(|one| one.called_on).max(), Some(day("2026-01-06")), "the reminders go on");
}

#[test]
fn a_late_yearly_record_that_is_accepted_before_the_next_check_does_not_undo_the_breach() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    let duty = gas_duty(&world, &licence);
    world.night("2025-12-25");
    world.go_to("2026-01-03", "10:00");
    let record = gas_record(&world, &licence, "2026-01-02");
    judge_record(&world, &record, true);
    world.night("2026-01-04");
    world.night("2026-01-05");
    let proposed = world.breaches().into_iter().filter(|breach| breach.obligation_id == Some(duty.id));
    assert_eq!(proposed.count(), 1);
    let called = world.read(|db| reminders::about(db, duty.id.0));
    assert!(called.iter().all(|one| one.called_on < day("2026-01-03") || one.letter_id.is_none()), "nothing to chase");
}

#[test]
fn a_night_of_the_past_that_is_checked_by_hand_repeats_nothing_later() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-02-04");
    let item = only_item(&demand);
    world.database.run("UPDATE items SET next_call_on = '2025-01-25'");
    world.check(day("2025-01-30"));
    let before = world.reminders_about(item).len();
    assert_eq!(world.night("2025-02-05").failures, 0);
    assert_eq!(world.reminders_about(item).len(), before + 1, "the rung of the day alone");
}

#[test]
fn the_end_of_a_licence_is_announced_and_is_no_breach() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    let open = world.read(|db| selective_licensing::storage::obligations::open_of(db, licence.id));
    let end = open.iter().find(|one| one.kind == ObligationKind::LicenceEnd).unwrap();
    assert_eq!(end.due_on, day("2029-10-31"), "the designation ends first");
    for night in ["2029-08-02", "2029-08-03", "2029-10-01", "2029-10-31", "2029-11-01"] {
        world.night(night);
    }
    let about = world.read(|db| reminders::about(db, end.id.0));
    let called = about.iter().map(|one| (one.rung, one.called_on.to_string(), one.code)).collect::<Vec<_>>();
    let wanted = [(-90, "2029-08-02"), (-30, "2029-10-01")];
    assert_eq!(called, wanted.map(|(rung, on)| (rung, on.to_owned(), LetterCode::R1)));
    assert!(world.breaches().iter().all(|breach| breach.obligation_id != Some(end.id)));
}

#[test]
fn the_agent_gets_a_copy_that_says_whose_it_is() {
    let world = World::new();
    let khan = world.khan();
    let agent = world.landlord("Tees Lettings", true);
    world.served_demand(&world.licensed_home(&khan, Some(&agent)), &["1"], "2025-01-22");
    let check = world.night("2025-01-29");
    assert_eq!(check.reminders, 2);
    world.post();
    let to_agent = digests(&world, agent.id).remove(0);
    assert_eq!(to_agent.state, LetterState::Accepted);
    assert!(to_agent.text.unwrap().contains("Mr A Khan"));
    let to_khan = digests(&world, khan.id).remove(0);
    assert!(!to_khan.text.unwrap().contains("Tees Lettings"));
}

#[test]
fn a_holder_without_consent_gets_a_paper_letter_and_an_officer_a_task_to_print_it() {
    let world = World::new();
    let ames = world.landlord("Mrs Ames", false);
    world.served_demand(&world.licensed_home(&ames, None), &["1"], "2025-01-22");
    world.night("2025-01-29");
    world.post();
    let letter = digests(&world, ames.id).remove(0);
    assert_eq!((letter.channel, letter.state), (Channel::Paper, LetterState::ToPrint));
    assert!(letter.text.is_some());
    let print = world.tasks();
    assert!(print.iter().any(|task| task.kind == TaskKind::PrintLetter && task.letter_id == Some(letter.id)));
    assert!(world.mails().is_empty());
}

#[test]
fn the_dry_run_lists_what_then_happens() {
    let world = World::new();
    let (khan, ames) = (world.khan(), world.landlord("Mrs Ames", false));
    let agent = world.landlord("Tees Lettings", true);
    world.served_demand(&world.licensed_home(&khan, Some(&agent)), &["1", "3", "9.6"], "2025-01-22");
    world.served_demand(&world.licensed_home(&ames, None), &["1"], "2025-01-24");
    for night in ["2025-01-26", "2025-01-29", "2025-02-04", "2025-02-08", "2025-12-03"] {
        let before = world.database.dump(&[]);
        let mut foretold = world.foretell(night);
        assert_eq!(world.database.dump(&[]), before, "a dry run changes nothing");
        let check = world.night(night);
        let mut happened = Vec::new();
        for reminder in world.read(|db| reminders::of_check(db, check.id)) {
            let sent = reminder.state == ReminderState::Called;
            happened.push((
                reminder.subject_id,
                reminder.due_on,
                if sent { "remind" } else { "supersede" },
                Some(reminder.rung),
                Some(reminder.recipient_id.to_string()),
            ));
        }
        let filter = breaches::Filter { check: Some(check.id), ..breaches::Filter::default() };
        for breach in world.read(|db| breaches::list(db, &filter, &everything())).rows {
            let subject = breach.item_id.map(|id| id.to_string()).or(breach.obligation_id.map(|id| id.to_string()));
            happened.push((subject.unwrap(), breach.due_on, "propose_breach", None, None));
        }
        happened.sort();
        foretold.sort();
        let foretold = foretold
            .into_iter()
            .map(|one| (one.subject_id, one.due_on, one.action, one.rung, one.recipient_id))
            .collect::<std::collections::BTreeSet<_>>();
        assert!(!happened.is_empty(), "{night}");
        assert_eq!(happened, foretold.into_iter().collect::<Vec<_>>(), "{night}");
    }
}

#[test]
fn a_clock_that_jumps_holds_the_check_until_a_person_says_it_is_right() {
    for jump in [chrono::TimeDelta::days(40), chrono::TimeDelta::days(-40), chrono::TimeDelta::hours(3)] {
        let world = World::new();
        let khan = world.khan();
        world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
        world.night("2025-02-05");
        world.wait(chrono::TimeDelta::days(1));
        world.app.clock.jump_to(world.app.clock.now() + jump);
        let before = world.database.dump(&["checks", "tasks", "events", "chains"]);
        for _ in 0..3 {
            let held = world.check(world.today());
            assert_eq!((held.outcome, held.reminders, held.breaches), (CheckOutcome::Held, 0, 0), "{jump}");
        }
        assert_eq!(world.database.dump(&["checks", "tasks", "events", "chains"]), before, "{jump}");
        let tasks = world.tasks();
        assert_eq!(tasks.iter().filter(|task| task.kind == TaskKind::ClockJumped).count(), 1, "{jump}");

        let run = Run { night: world.today(), started_by: StartedBy::Command, clock_is_right: true };
        let released = check::run(&world.app, run, &|_| {}).unwrap();
        assert_eq!(released.outcome, CheckOutcome::Completed, "{jump}");
        world.wait(chrono::TimeDelta::days(1));
        let next = world.check(world.today());
        assert_eq!(next.outcome, CheckOutcome::Completed, "once released it stays released ({jump})");
    }
}
