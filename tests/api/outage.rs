//! The relay is away for three days while the nights go on: nothing is lost, and officers are told in time, once.

use std::net::{SocketAddr, TcpListener};

use chrono::{DateTime, TimeDelta, Utc};
use selective_licensing::domain::calendar::london;
use selective_licensing::domain::letter::{Letter, LetterKind, LetterState};
use selective_licensing::domain::task::{Task, TaskKind};
use selective_licensing::storage::letters::attempts_of;

use crate::support::smtp_server::{Script, SmtpServer};
use crate::support::world::{World, london_time};

/// An address where nothing listens, and nothing else will: other tests use 127.0.0.1.
fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.7:0").unwrap().local_addr().unwrap()
}

fn with_relay_at(address: SocketAddr) -> World {
    World::with(&[
        ("LICENSING__MAIL__TRANSPORT", "smtp"),
        ("LICENSING__MAIL__SMTP__HOST", &address.ip().to_string()),
        ("LICENSING__MAIL__SMTP__PORT", &address.port().to_string()),
        ("LICENSING__MAIL__SMTP__TLS", "none"),
    ])
}

/// The service's minutes until that instant: the check at 02:30, and the post each time. Ends early once `done` says so.
fn live_until(world: &World, end: DateTime<Utc>, done: impl Fn() -> bool) {
    while world.app.clock.now() < end && !done() {
        world.wait(TimeDelta::minutes(1));
        let today = world.today();
        if world.app.clock.now() == london_time(&today.to_string(), "02:30") {
            world.check(today);
        }
        world.post();
    }
}

fn told(world: &World) -> Vec<Task> {
    let mut tasks = world.tasks();
    tasks.retain(|task| task.kind == TaskKind::MailFailing);
    tasks
}

/// When each attempt and the next one began.
fn attempts_in_pairs(world: &World, letter: &Letter) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let began = world.read(|db| attempts_of(db, letter.id)).into_iter().map(|attempt| attempt.started_at);
    let began = began.collect::<Vec<_>>();
    began.windows(2).map(|two| (two[0], two[1])).collect()
}

/// A demand does not leave shortly before the cut-off of that day (half past four), since its own last day would hang on it.
fn waits_for_the_cut_off(letter: &Letter, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> bool {
    let cut_off = london_time(&london::today(from).to_string(), "16:30");
    letter.kind == LetterKind::Demand && from < cut_off && to >= cut_off
}

fn message_id(data: &str) -> String {
    data.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned()
}

#[test]
fn a_relay_that_is_away_for_three_days_loses_nothing_and_officers_are_told_once() {
    let address = nowhere();
    let world = with_relay_at(address);
    for name in ["Mr A Khan", "Mrs B Ames"] {
        world.served_demand(&world.licensed_home(&world.landlord(name, true), None), &["1"], "2025-01-22");
    }
    world.go_to("2025-01-27", "12:00");
    world.issued_demand(&world.licensed_home(&world.landlord("Ms C Yeo", true), None), &["1"]);
    let began = world.app.clock.now();
    let hours = |hours| began + TimeDelta::hours(hours);
    live_until(&world, hours(24), || false);
    assert_eq!(told(&world), []);
    live_until(&world, hours(72), || false);

    let waiting = world.letters();
    assert_eq!(waiting.len(), 5, "three demands, and two digests of 29 January");
    for letter in &waiting {
        assert_eq!(letter.state, LetterState::Queued);
        let pairs = attempts_in_pairs(&world, letter);
        let planned = [1, 5, 15].into_iter().chain(std::iter::repeat(60));
        for (pair, planned) in pairs.iter().zip(planned.map(TimeDelta::minutes)) {
            // There is a round each minute, and in each of them one letter at least is tried.
            let held = if waits_for_the_cut_off(letter, *pair) { world.app.lease() } else { TimeDelta::zero() };
            let latest = planned * 6 / 5 + TimeDelta::minutes(5) + held;
            assert!((planned * 4 / 5..=latest).contains(&(pair.1 - pair.0)), "{planned}: {pairs:?}");
        }
        assert!(pairs.len() > if letter.kind == LetterKind::Digest { 25 } else { 60 }, "{pairs:?}");
    }
    let told = told(&world);
    assert_eq!(told.len(), 1, "neither one for each letter nor one for each attempt");
    assert!((hours(24)..hours(26)).contains(&told[0].opened_at), "{told:?}");

    let relay = SmtpServer::listen(address, Script::default());
    live_until(&world, hours(74), || relay.accepted().len() == waiting.len());
    let mut sent = relay.received().iter().map(|mail| message_id(&mail.data)).collect::<Vec<_>>();
    let host = &world.app.settings.mail.message_id_host;
    let mut wanted = waiting.iter().map(|letter| letter.message_id(host)).collect::<Vec<_>>();
    sent.sort();
    wanted.sort();
    assert_eq!(sent, wanted, "each once");
    assert!(world.letters().iter().all(|letter| letter.state == LetterState::Accepted));
}

#[test]
fn officers_are_told_two_working_days_before_the_due_date_if_that_comes_before_a_day_of_waiting() {
    // Due on Wednesday 5 February: two working days before is Monday 3 February.
    for (night, from, until) in [
        ("2025-01-29", ("2025-01-30", "02:31"), ("2025-01-30", "03:50")),
        ("2025-02-02", ("2025-02-03", "00:00"), ("2025-02-03", "01:20")),
        ("2025-02-04", ("2025-02-04", "02:31"), ("2025-02-04", "02:31")),
    ] {
        let world = with_relay_at(nowhere());
        world.served_demand(&world.licensed_home(&world.khan(), None), &["1"], "2025-01-22");
        world.database.run("UPDATE letters SET state = 'posted', next_attempt_at = NULL");
        world.night(night);
        live_until(&world, world.app.clock.now() + TimeDelta::hours(30), || !told(&world).is_empty());
        let told = told(&world).remove(0).opened_at;
        assert!((london_time(from.0, from.1)..=london_time(until.0, until.1)).contains(&told), "{night}: {told}");
    }
}
