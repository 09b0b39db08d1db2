//! What the nightly check and the post do when something is wrong: poisoned rows, relays that fall silent, processes that
//! die in the middle, two of them at once, clocks that change.

use std::sync::Barrier;
use std::time::Duration;

use chrono::TimeDelta;
use selective_licensing::actions::Error;
use selective_licensing::actions::letters::{Contents, Words, settle, take_up};
use selective_licensing::domain::actor::Actor;
use selective_licensing::domain::calendar::london;
use selective_licensing::domain::demand::{DemandState, ServiceState};
use selective_licensing::domain::letter::{Channel, Letter, LetterKind, LetterState, Posting};
use selective_licensing::domain::reminder::ReminderState;
use selective_licensing::domain::task::TaskKind;
use selective_licensing::jobs::check::{self, Run};
use selective_licensing::jobs::post;
use selective_licensing::jobs::schedule::{Watch, next_check, night_due};
use selective_licensing::storage::checks::{self, CheckOutcome, StartedBy};
use selective_licensing::storage::letters;

use crate::support::smtp_server::{Script, SmtpServer, Step};
use crate::support::world::{World, day, london_time, time};

/// The one letter of a kind.
fn only(world: &World, kind: LetterKind) -> Letter {
    let mut letters = world.letters();
    letters.retain(|letter| letter.kind == kind);
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}

fn kinds_of_tasks(world: &World) -> Vec<TaskKind> {
    world.tasks().iter().map(|task| task.kind).collect()
}

/// A digest that waits to be sent to Mr Khan, and nothing else.
fn a_digest_waits(world: &World) -> Letter {
    let khan = world.khan();
    world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.database.run("UPDATE letters SET state = 'posted', next_attempt_at = NULL");
    world.night("2025-01-29");
    only(world, LetterKind::Digest)
}

fn words(_: &Contents) -> Result<Words, String> {
    let text = "Dear Mr Khan".to_owned();
    Ok(Words { subject: "Reminder".to_owned(), html: text.clone(), text, template: "test".to_owned() })
}

fn taken_up(world: &World, letter: &Letter) -> Option<Letter> {
    let cx = world.app.context(Actor::system());
    world.write(|tx| take_up(tx, &cx, &world.app.rules, letter.id, world.app.lease(), None, &words))
}

fn settled(world: &World, letter: &Letter, attempt: i32, posting: &Posting) {
    let cx = world.app.context(Actor::system());
    world.write(|tx| settle(tx, &cx, &world.app.rules, letter.id, attempt, posting.clone(), 0.0));
}

fn now(world: &World, letter: &Letter) -> Letter {
    world.read(|db| letters::find(db, letter.id)).unwrap()
}

fn accepted() -> Posting {
    Posting::Accepted("250 taken".to_owned())
}

fn message_ids(data: &str) -> Vec<&str> {
    data.lines().filter(|line| line.starts_with("Message-ID:")).collect()
}

#[test]
fn a_poisoned_row_is_isolated_reported_and_handled_once_it_is_repaired() {
    for (poison, repair) in [
        (
            "UPDATE items SET due_basis = '{' || due_basis WHERE id = 'ID'",
            "UPDATE items SET due_basis = substr(due_basis, 2) WHERE id = 'ID'",
        ),
        ("UPDATE items SET state = 'lost' WHERE id = 'ID'", "UPDATE items SET state = 'open' WHERE id = 'ID'"),
    ] {
        let world = World::new();
        let khan = world.khan();
        let demands = [(); 5].map(|()| world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22"));
        let bad = demands[2].items[0].id;
        if world.database.is_postgres() {
            world.database.run("ALTER TABLE items DROP CONSTRAINT items_state_check");
        }
        world.database.run(&poison.replace("ID", &bad.to_string()));

        let check = world.night("2025-01-29");
        assert_eq!((check.outcome, check.failures, check.reminders), (CheckOutcome::Attention, 1, 4), "{poison}");
        let failures = world.read(|db| checks::failures_of(db, check.id));
        assert_eq!(failures[0].subject_id, bad.to_string());
        assert_eq!(kinds_of_tasks(&world), [TaskKind::CheckFailed]);

        let again = world.night("2025-01-30");
        assert_eq!((again.failures, again.reminders), (1, 0));
        assert_eq!(kinds_of_tasks(&world), [TaskKind::CheckFailed], "the task is open once");

        world.database.run(&repair.replace("ID", &bad.to_string()));
        let repaired = world.night("2025-01-31");
        assert_eq!((repaired.outcome, repaired.reminders), (CheckOutcome::Completed, 1), "{poison}");
        assert_eq!(world.reminders_about(bad)[0].rung, -7);
    }
}

#[test]
fn two_processes_that_check_the_same_night_at_once_repeat_nothing_and_fail_nothing() {
    let world = World::new();
    let people = ["Mr A Khan", "Mrs B Ames", "Ms C Yeo"].map(|name| world.landlord(name, true));
    for turn in 0..24 {
        let home = world.licensed_home(&people[turn % 3], Some(&people[(turn + 1) % 3]));
        world.served_demand(&home, &["1", "9.6"], "2025-01-22");
    }
    world.go_to("2025-02-06", "02:30");
    let others = [(); 2].map(|()| world.another_app(rand::random()));
    let start = Barrier::new(2);
    let run = Run { night: day("2025-02-06"), started_by: StartedBy::Schedule, clock_is_right: false };
    let results = std::thread::scope(|scope| {
        let runs = others.each_ref().map(|app| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                check::run(app, run, &|_| {}).unwrap()
            })
        });
        runs.map(|run| run.join().unwrap())
    });
    assert!(results.iter().all(|check| check.outcome == CheckOutcome::Completed), "{results:?}");
    let sum = |of: fn(&checks::Check) -> i64| results.iter().map(of).sum::<i64>();
    assert_eq!((sum(|check| check.reminders), sum(|check| check.breaches)), (96, 48));
    assert_eq!(world.database.count("reminders WHERE state = 'called'"), 96);
    assert_eq!(world.database.count("breaches"), 48);
    assert_eq!(world.database.count("events WHERE kind = 'breach.proposed'"), 48);
    assert_eq!(world.database.count("events WHERE kind = 'reminder.called'"), 48);
    assert_eq!(kinds_of_tasks(&world), []);
}

#[test]
fn two_processes_that_send_at_once_send_each_letter_once() {
    let relay = SmtpServer::start(Script::default());
    let world = World::over_smtp(&relay, &[]);
    for number in 0..20 {
        let landlord = world.landlord(&format!("Landlord {number}"), true);
        world.served_demand(&world.licensed_home(&landlord, None), &["1"], "2025-01-22");
    }
    world.night("2025-01-29");
    let others = [(); 2].map(|()| world.another_app(rand::random()));
    std::thread::scope(|scope| {
        for app in &others {
            scope.spawn(|| post::round(app).unwrap());
        }
    });
    let mut sent = relay.accepted().iter().map(|mail| message_ids(&mail.data).concat()).collect::<Vec<_>>();
    sent.sort();
    let copies = sent.len();
    sent.dedup();
    assert_eq!((copies, sent.len()), (40, 40), "a demand and a digest for each");
    assert_eq!(world.database.count("letters WHERE state = 'accepted'"), 40);
}

#[test]
fn a_reminder_of_unknown_outcome_is_sent_again_with_the_same_message_id() {
    let relay = SmtpServer::start(Script::default());
    let world = World::over_smtp(&relay, &[]);
    let digest = a_digest_waits(&world);
    relay.play(Script { dot: Step::HangUp, ..Script::default() });
    let round = world.post();
    assert_eq!((round.accepted, round.otherwise), (0, 1));
    assert_eq!(now(&world, &digest).state, LetterState::Queued);

    relay.play(Script::default());
    world.wait(TimeDelta::hours(2));
    assert_eq!(world.post().accepted, 1);
    let copies = relay.received();
    assert_eq!(copies.len(), 2);
    assert_eq!(message_ids(&copies[0].data).len(), 1);
    assert_eq!(message_ids(&copies[0].data), message_ids(&copies[1].data));
    let body = |data: &str| data.lines().filter(|line| !line.starts_with("Date:")).collect::<Vec<_>>().join("\n");
    assert_eq!(body(&copies[0].data), body(&copies[1].data));
    assert_eq!(world.database.count("attempts"), 2);
}

#[test]
fn a_demand_of_unknown_outcome_is_held_for_a_person_and_not_served() {
    let relay = SmtpServer::start(Script { dot: Step::HangUp, ..Script::default() });
    let world = World::over_smtp(&relay, &[]);
    let khan = world.khan();
    let demand = world.issued_demand(&world.licensed_home(&khan, None), &["1"]);
    world.post();
    let letter = only(&world, LetterKind::Demand);
    assert_eq!((letter.state, letter.next_attempt_at), (LetterState::Held, None));
    assert_eq!(kinds_of_tasks(&world), [TaskKind::LetterInDoubt]);
    relay.play(Script::default());
    world.wait(TimeDelta::days(3));
    world.post();
    assert_eq!(relay.accepted().len(), 0, "it is not sent again by itself");
    assert_eq!(world.demand_now(&demand).cover.state, DemandState::Issued);
}

#[test]
fn a_demand_that_the_relay_accepts_is_served_by_e_mail_and_the_days_run() {
    let world = World::new();
    let khan = world.khan();
    world.go_to("2025-01-22", "12:00");
    let demand = world.issued_demand(&world.licensed_home(&khan, None), &["1"]);
    assert_eq!(world.post().accepted, 1);
    let now = world.demand_now(&demand);
    assert_eq!((now.cover.state, now.items[0].due_on), (DemandState::Served, Some(day("2025-02-05"))));
    assert_eq!(world.mails().len(), 1);
}

#[test]
fn a_refused_address_means_not_served_nothing_due_and_a_task() {
    let relay = SmtpServer::start(Script { rcpt: Step::Say("550 5.1.1 no such person"), ..Script::default() });
    let world = World::over_smtp(&relay, &[]);
    let khan = world.khan();
    world.go_to("2025-01-22", "09:00");
    let licence = world.licensed_home(&khan, None);
    let demand = world.issued_demand(&licence, &["1"]);
    world.post();
    let now = world.demand_now(&demand);
    assert_eq!((now.cover.state, now.items[0].due_on), (DemandState::NotServed, None));
    assert_eq!(now.recipients[0].state, ServiceState::Returned);
    assert_eq!(kinds_of_tasks(&world), [TaskKind::AddressRefused]);
    let check = world.night("2025-02-06");
    assert_eq!((check.reminders, check.breaches), (0, 0));
}

#[test]
fn a_refused_address_undoes_no_service_that_an_officer_made_by_hand() {
    let relay = SmtpServer::start(Script { rcpt: Step::Say("550 5.1.1 no such person"), ..Script::default() });
    let world = World::over_smtp(&relay, &[]);
    let khan = world.khan();
    world.go_to("2025-01-22", "09:00");
    let demand = world.issued_demand(&world.licensed_home(&khan, None), &["1"]);
    let demand = world.serve_by_hand_at(&demand, "2025-01-22", "08:00");
    world.post();
    let now = world.demand_now(&demand);
    assert_eq!((now.cover.state, now.items[0].due_on), (DemandState::Served, Some(day("2025-02-05"))));
    assert_eq!(kinds_of_tasks(&world), [TaskKind::AddressRefused]);
}

#[test]
fn a_worker_that_comes_back_after_its_lease_overwrites_nothing() {
    let world = World::new();
    let digest = a_digest_waits(&world);
    let first = taken_up(&world, &digest).unwrap();
    assert_eq!((first.state, first.attempt), (LetterState::Sending, 1));
    assert!(taken_up(&world, &digest).is_none(), "within its lease it is the first worker's");

    world.wait(world.app.lease() + TimeDelta::seconds(1));
    let second = taken_up(&world, &digest).unwrap();
    assert_eq!(second.attempt, 2);
    settled(&world, &digest, 1, &Posting::Refused("550 too late".to_owned()));
    assert_eq!(now(&world, &digest), second, "the stale outcome changes nothing");
    settled(&world, &digest, 2, &accepted());
    settled(&world, &digest, 2, &Posting::Refused("550 twice".to_owned()));
    assert_eq!(now(&world, &digest).state, LetterState::Accepted);
    assert_eq!(kinds_of_tasks(&world), []);
}

#[test]
fn a_letter_whose_worker_died_is_sent_by_a_later_round() {
    let world = World::new();
    let digest = a_digest_waits(&world);
    taken_up(&world, &digest).unwrap();
    assert_eq!(world.post(), post::Round::default(), "the lease still runs");
    for _ in 0..3 {
        world.wait(world.app.lease() + TimeDelta::hours(1));
        world.post();
    }
    assert_eq!(now(&world, &digest).state, LetterState::Accepted);
    assert_eq!(world.mails().len(), 1);
    let attempts = world.read(|db| letters::attempts_of(db, digest.id));
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.ended_at.is_some()));
}

#[test]
fn poisoned_letters_never_keep_the_others_back() {
    let world = World::new();
    let mut digests = Vec::new();
    for number in 0..12 {
        let landlord = world.landlord(&format!("Landlord {number}"), true);
        world.served_demand(&world.licensed_home(&landlord, None), &["1"], "2025-01-22");
        digests.push(landlord.id);
    }
    world.database.run("UPDATE letters SET state = 'posted', next_attempt_at = NULL");
    world.night("2025-01-29");
    let letters = digests.iter().map(|person| world.letters_to(*person).pop().unwrap()).collect::<Vec<_>>();
    if world.database.is_postgres() {
        world.database.run(
            "ALTER TABLE letters DROP CONSTRAINT letters_kind_check; ALTER TABLE reminders DROP CONSTRAINT reminders_state_check",
        );
    }
    let poison = |letter: &Letter, sql: &str| world.database.run(&sql.replace("ID", &letter.id.to_string()));
    poison(&letters[1], "UPDATE letters SET kind = 'carrier pigeon' WHERE id = 'ID'");
    poison(&letters[4], "UPDATE letters SET facts = '{' WHERE id = 'ID'");
    poison(&letters[7], "UPDATE reminders SET state = 'lost' WHERE letter_id = 'ID'");
    poison(
        &letters[9],
        "UPDATE letters SET address = 'nobody', recipient_name = 'A' || chr_13() WHERE id = 'ID'"
            .replace("chr_13()", if world.database.is_postgres() { "chr(13)" } else { "char(13)" })
            .as_str(),
    );
    // Consent to an address that is none, as an older import may have left it.
    world.database.run(&format!("UPDATE consents SET email = 'nobody' WHERE party_id = '{}'", letters[9].recipient_id));

    let round = world.post();
    assert_eq!((round.accepted, round.skipped), (8, 2), "{round:?}");
    assert_eq!(world.mails().len(), 8);
    let unbuildable = now(&world, &letters[7]);
    assert_eq!((unbuildable.state, unbuildable.attempt), (LetterState::Queued, 1));
    assert_eq!(now(&world, &letters[9]).state, LetterState::Refused);
    for _ in 0..6 {
        world.wait(TimeDelta::hours(6));
        world.post();
    }
    assert_eq!(now(&world, &letters[7]).state, LetterState::GivenUp);
    let tasks = kinds_of_tasks(&world);
    assert!(tasks.contains(&TaskKind::LetterGivenUp) && tasks.contains(&TaskKind::AddressRefused), "{tasks:?}");
}

#[test]
fn more_poisoned_letters_than_a_round_takes_at_a_time_do_not_block_it() {
    let world = World::new();
    let khan = world.khan();
    for _ in 0..3 {
        world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    }
    let good = world.letters().len();
    let columns = world.database.columns("letters");
    let values = columns.iter().map(|column| match column.as_str() {
        "id" => "'unreadable ' || part_no".to_owned(),
        "part" => "CAST(1000 + part_no AS INTEGER)".to_owned(),
        other => format!("\"{other}\""),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let numbers =
        "WITH RECURSIVE numbers(part_no) AS (SELECT 1 UNION ALL SELECT part_no + 1 FROM numbers WHERE part_no < 450)";
    let names = columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    world.database.run(&format!(
        "INSERT INTO letters ({names}) {numbers} SELECT {values} FROM numbers, (SELECT * FROM letters LIMIT 1) AS one"
    ));
    let round = world.post();
    assert_eq!((round.accepted, round.skipped), (u64::try_from(good).unwrap(), 450));
}

#[test]
fn nothing_goes_out_while_mail_is_held() {
    let world = World::with(&[("LICENSING__MAIL__HOLD", "true")]);
    let digest = a_digest_waits(&world);
    world.post();
    assert_eq!(now(&world, &digest).state, LetterState::Queued);
    assert!(world.mails().is_empty());
}

#[test]
fn each_night_has_one_check_at_its_london_time_across_both_clock_changes() {
    for (eve, days) in [("2025-03-28", 5), ("2025-10-24", 5), ("2026-03-27", 5), ("2026-10-23", 5)] {
        for at in ["00:59", "01:30", "02:30"] {
            let begin = london_time(eve, "12:00");
            let (mut now, mut last, mut nights) = (begin, Some(day(eve)), Vec::new());
            while now < begin + TimeDelta::days(days) {
                if let Some(night) = night_due(now, time(at), last) {
                    assert_eq!(london::today(now), night);
                    assert_eq!(london::instant_at(night, time(at)), now, "to the minute ({at})");
                    nights.push(night);
                    last = Some(night);
                }
                let next = next_check(now, time(at));
                assert!(now < next && next <= now + TimeDelta::hours(25), "{now} {at} {next}");
                now += TimeDelta::minutes(1);
            }
            let wanted = day(eve).iter_days().skip(1).take(usize::try_from(days).unwrap()).collect::<Vec<_>>();
            assert_eq!(nights, wanted, "{eve} {at}");
        }
    }
}

#[test]
fn the_schedule_makes_up_for_missed_nights_once_and_waits_for_the_next() {
    let world = World::new();
    let khan = world.khan();
    world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-01-29");
    world.go_to("2025-02-07", "10:00");
    let mut watch = Watch::begin(true);
    assert_eq!(watch.look(&world.app, Duration::ZERO), Some(CheckOutcome::Completed));
    assert_eq!(world.breaches().len(), 1);
    for minute in 1..60 {
        assert_eq!(watch.look(&world.app, Duration::from_secs(60 * minute)), None);
    }
    world.go_to("2025-02-08", "02:29");
    assert_eq!(watch.look(&world.app, Duration::from_secs(60_000)), None);
    world.go_to("2025-02-08", "02:30");
    assert_eq!(watch.look(&world.app, Duration::from_secs(60_060)), Some(CheckOutcome::Completed));
    let last = world.read(|db| checks::last_finished(db, "fixed")).unwrap();
    assert_eq!((last.night, last.started_by), (day("2025-02-08"), StartedBy::Schedule));
}

#[test]
fn missed_nights_are_left_to_the_next_night_where_the_settings_say_so() {
    let world = World::new();
    world.night("2025-01-29");
    world.go_to("2025-02-07", "10:00");
    let mut watch = Watch::begin(false);
    for minute in 0..10 {
        assert_eq!(watch.look(&world.app, Duration::from_secs(60 * minute)), None);
    }
    world.go_to("2025-02-08", "02:30");
    assert_eq!(watch.look(&world.app, Duration::from_secs(60_000)), Some(CheckOutcome::Completed));
}

#[test]
fn a_held_check_is_tried_again_by_the_hour_and_not_by_the_minute() {
    for jump in [TimeDelta::days(40), TimeDelta::days(-40)] {
        let world = World::new();
        world.night("2025-02-05");
        world.wait(TimeDelta::hours(24));
        world.app.clock.jump_to(world.app.clock.now() + jump);
        let mut watch = Watch::begin(true);
        let outcomes = (0..=120).map(|minute| watch.look(&world.app, Duration::from_secs(60 * minute)));
        let held = outcomes.flatten().collect::<Vec<_>>();
        assert_eq!(held, [CheckOutcome::Held; 3], "at 0, 60 and 120 minutes ({jump})");
        assert_eq!(kinds_of_tasks(&world), [TaskKind::ClockJumped]);
    }
}

#[test]
fn a_night_that_has_not_come_cannot_be_checked() {
    let world = World::new();
    let run = Run { night: day("2025-01-03"), started_by: StartedBy::Command, clock_is_right: false };
    assert!(matches!(check::run(&world.app, run, &|_| {}), Err(Error::Refused { code: "night-not-come", .. })));
    assert_eq!(world.database.count("checks"), 0);
}

#[test]
fn what_was_sent_before_consent_was_withdrawn_stays_and_what_comes_after_goes_on_paper() {
    let world = World::new();
    let khan = world.khan();
    let demand = world.served_demand(&world.licensed_home(&khan, None), &["1"], "2025-01-22");
    world.night("2025-01-29");
    world.post();
    let cx = world.amy();
    let consent = world.read(|db| selective_licensing::storage::parties::consents_of(db, &[khan.id])).remove(0);
    let expected = selective_licensing::actions::Expected(consent.revision);
    world.write(|tx| selective_licensing::actions::gazetteer::withdraw_consent(tx, &cx, khan.id, consent.id, expected));
    world.night("2025-02-02");
    world.post();
    let states = world.letters_to(khan.id).into_iter().filter(|letter| letter.kind == LetterKind::Digest);
    let states = states.map(|letter| letter.state).collect::<Vec<_>>();
    assert_eq!(states, [LetterState::Accepted, LetterState::ToPrint]);
    let about = world.reminders_about(demand.items[0].id);
    assert!(about.iter().all(|reminder| reminder.state == ReminderState::Called));
}

#[test]
fn a_letter_that_still_waits_when_consent_is_withdrawn_goes_on_paper() {
    let world = World::new();
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let demand = world.issued_demand(&licence, &["1"]);
    let cx = world.amy();
    let consent = world.read(|db| selective_licensing::storage::parties::consents_of(db, &[khan.id])).remove(0);
    let expected = selective_licensing::actions::Expected(consent.revision);
    world.write(|tx| selective_licensing::actions::gazetteer::withdraw_consent(tx, &cx, khan.id, consent.id, expected));
    world.post();
    let letter = only(&world, LetterKind::Demand);
    assert_eq!((letter.state, letter.channel, &letter.address), (LetterState::ToPrint, Channel::Paper, &khan.address));
    assert_eq!(world.mails().len(), 0);
    assert_eq!(kinds_of_tasks(&world), [TaskKind::PrintLetter]);
    assert_eq!(world.demand_now(&demand).cover.state, DemandState::Issued, "a letter to print is no service yet");
}
