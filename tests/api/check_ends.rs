//! How runs of the check end that do not come to their end, and what their records say then.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use selective_licensing::actions::Error;
use selective_licensing::jobs::check::{self, Run};
use selective_licensing::storage::checks::{self, CheckOutcome, StartedBy};

use crate::support::world::{World, day, everything};

fn night_of(night: &str) -> Run {
    Run { night: day(night), started_by: StartedBy::Schedule, clock_is_right: false }
}

/// Three homes with an item each to be reminded of on 29 January, at 02:30 of which it is, one item a batch.
fn three_batches() -> World {
    let world = World::with(&[("LICENSING__CHECK__BATCH", "1")]);
    let khan = world.khan();
    for _ in 0..3 {
        world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    }
    world.go_to("2025-01-29", "02:30");
    world
}

fn records(world: &World) -> Vec<(CheckOutcome, i64)> {
    let listed = world.read(|db| checks::list(db, None, &everything()));
    listed.rows.iter().map(|check| (check.outcome, check.reminders)).collect()
}

#[test]
fn a_check_that_cannot_go_on_is_recorded_as_failed_with_what_it_did_until_then() {
    let world = three_batches();
    let fails = |_: &checks::Check| world.database.run("ALTER TABLE items RENAME TO items_away");
    let error = check::run(&world.app, night_of("2025-01-29"), &fails).unwrap_err();
    assert!(matches!(error, Error::Broken(_)), "{error:?}");
    let failed = world.read(|db| checks::list(db, None, &everything())).rows.remove(0);
    assert_eq!((failed.outcome, failed.reminders, failed.leased_until), (CheckOutcome::Failed, 1, None));
    assert!(failed.finished_at.is_some() && failed.note.unwrap().contains("items"));

    world.database.run("ALTER TABLE items_away RENAME TO items");
    world.wait(TimeDelta::minutes(1));
    assert_eq!(world.check(day("2025-01-29")).reminders, 2);
    assert_eq!(records(&world), [(CheckOutcome::Failed, 1), (CheckOutcome::Completed, 2)]);
}

#[test]
fn a_check_whose_process_died_is_called_failed_by_the_first_that_begins_after_its_lease() {
    let world = three_batches();
    let dies = |_: &checks::Check| panic!("the process dies");
    let died = catch_unwind(AssertUnwindSafe(|| check::run(&world.app, night_of("2025-01-29"), &dies)));
    assert!(died.is_err());
    world.wait(TimeDelta::minutes(59));
    check::run(&world.another_app(2), night_of("2025-01-29"), &|_| {}).unwrap();
    assert_eq!(records(&world), [(CheckOutcome::Running, 1), (CheckOutcome::Completed, 2)], "it may be at work");
    world.wait(TimeDelta::minutes(1));
    check::run(&world.another_app(3), night_of("2025-01-29"), &|_| {}).unwrap();
    let nothing_more = (CheckOutcome::Completed, 0);
    assert_eq!(records(&world), [(CheckOutcome::Failed, 1), (CheckOutcome::Completed, 2), nothing_more]);
}

#[test]
fn a_check_that_another_process_is_making_at_this_moment_is_not_called_failed() {
    let world = three_batches();
    let other = world.another_app(2);
    let batches = AtomicU32::new(0);
    let long = |_: &checks::Check| {
        world.wait(TimeDelta::minutes(50));
        other.clock.advance_to(world.app.clock.now());
        if batches.fetch_add(1, Ordering::Relaxed) == 1 {
            check::run(&other, night_of("2025-01-29"), &|_| {}).unwrap();
        }
    };
    // The first batch is renewed by the second: an hour and forty minutes after it began, it is still taken to be alive.
    check::run(&world.app, night_of("2025-01-29"), &long).unwrap();
    assert_eq!(records(&world), [(CheckOutcome::Completed, 2), (CheckOutcome::Completed, 1)]);
}

#[test]
fn a_check_that_loses_its_database_is_recorded_once_that_is_back() {
    let world = three_batches();
    if !world.database.is_postgres() {
        return; // an embedded database does not go away
    }
    let gone = |_: &checks::Check| world.database.close(true);
    let error = check::run(&world.app, night_of("2025-01-29"), &gone).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    world.database.close(false);
    assert_eq!(records(&world), [(CheckOutcome::Running, 1)]);
    world.wait(TimeDelta::hours(1));
    assert_eq!(world.check(day("2025-01-29")).reminders, 2);
    assert_eq!(records(&world), [(CheckOutcome::Failed, 1), (CheckOutcome::Completed, 2)]);
}
