//! The nightly check: find what is called for, act on it in batches, isolate what fails, record the run.
//!
//! It takes no hints and remembers nothing: what is due is found by index, and unique keys in the database decide what has
//! been done. Running it again changes nothing; running it late does what is still called for, once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::NaiveDate;
use serde::Serialize;

use crate::actions::night::{self, Decision, Tally};
use crate::actions::{Error, anchor_mails, audit, enforcement, partners, references, tasks};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::case_read::kept_since;
use crate::domain::context::Context;
use crate::domain::id::CheckId;
use crate::domain::reminder::{SubjectKind, jump};
use crate::domain::task::{Need, TaskKind};
use crate::storage::checks::{self, Check, CheckOutcome, Failure, StartedBy};
use crate::storage::reminders::{self, Place};
use crate::storage::{Retry as _, Tx, case_reads, enforcement as cases, requests};

/// How a run is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The night.
    pub night: NaiveDate,
    /// What started it.
    pub started_by: StartedBy,
    /// A person has said that the clock is right, whatever it looks like.
    pub clock_is_right: bool,
}

/// Hours for which an answered request is remembered.
const REMEMBERED: chrono::TimeDelta = chrono::TimeDelta::hours(72);
/// How long a run that is not heard of is taken to be alive.
const LEASE: chrono::TimeDelta = chrono::TimeDelta::hours(1);
/// The most that the database's clock may differ from the machine's.
const CLOCKS_APART: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// Runs the nightly check and returns its record.
///
/// # Errors
/// [`Error::Refused`] for a night that has not come; otherwise whatever keeps the run from being recorded at all.
pub fn run(app: &App, run: Run, progress: &dyn Fn(&Check)) -> Result<Check, Error> {
    let cx = app.context(Actor::system());
    if run.night > cx.today() {
        let text = format!("the night of {} has not come: look at it with --dry-run", run.night);
        return Err(Error::Refused { code: "night-not-come", text });
    }
    let mut check = begin(app, &cx, run)?;
    if let Some(why) = clock_fault(app, &cx, run)? {
        return hold(app, &cx, check, why);
    }
    app.db.write(|tx| {
        close_left_behind(tx, &cx)?;
        checks::put(tx, &check).map_err(Error::from)
    })?;
    let _span = tracing::info_span!("check", night = %run.night, id = %check.id).entered();
    let done = SubjectKind::ALL.iter().try_for_each(|kind| work(app, &cx, &mut check, *kind, progress));
    let done = done.and_then(|()| alert(app, &cx, &mut check));
    let done = done.and_then(|()| finish(app, &cx, check.clone()));
    done.inspect_err(|error| note_end(app, check.id, error))
}

/// A run whose process died, or could not reach the database any more, is found by its lease: it renews it with each batch, and
/// no batch takes nearly as long, nor may the clocks of two machines differ by so much. One that was only asleep for longer,
/// and wakes, puts its record right by itself; what it does is decided by unique keys, not by this word.
fn close_left_behind(tx: &mut Tx<'_>, cx: &Context) -> Result<(), Error> {
    for gone in checks::left_running(tx, cx.now)? {
        tracing::warn!(id = %gone.id, night = %gone.night, "a check was cut off");
        let note = Some("it was cut off, and a later check found nobody at work on it".to_owned());
        let failed =
            Check { outcome: CheckOutcome::Failed, finished_at: Some(cx.now), leased_until: None, note, ..gone };
        checks::put(tx, &failed)?;
    }
    Ok(())
}

/// A run that ends with an error is recorded as failed, with what it did until then. Where even that cannot be stored, a later
/// run does it.
fn note_end(app: &App, id: CheckId, error: &Error) {
    let noted = app.db.write(|tx| {
        // The end itself may have been stored, and only its confirmation been lost.
        let Some(cut) = checks::find(tx, id)?.filter(|check| check.outcome == CheckOutcome::Running) else {
            return Ok(());
        };
        let (finished_at, note) = (Some(app.clock.now()), Some(reason(error)));
        let failed = Check { outcome: CheckOutcome::Failed, finished_at, leased_until: None, note, ..cut };
        checks::put(tx, &failed).map_err(Error::from)
    });
    if let Err(error) = noted {
        tracing::warn!(%error, %id, "that the check failed could not be recorded; a later one will do it");
    }
}

fn begin(app: &App, cx: &Context, run: Run) -> Result<Check, Error> {
    let clock = app.clock.reading();
    let last = app.db.read(|db| checks::last_finished(db, &clock.boot).map_err(Error::from))?;
    let missed = last.map_or(0, |last| (run.night - last.night).num_days() - 1).max(0);
    Ok(Check {
        id: CheckId::new(cx),
        night: run.night,
        started_by: run.started_by,
        outcome: CheckOutcome::Running,
        software: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: cx.now,
        finished_at: None,
        nights_missed: i32::try_from(missed).unwrap_or(i32::MAX),
        looked_at: 0,
        reminders: 0,
        superseded: 0,
        breaches: 0,
        failures: 0,
        note: None,
        wall_clock: clock.wall,
        boot: clock.boot,
        uptime_millis: clock.uptime.num_milliseconds(),
        leased_until: Some(clock.wall + LEASE),
    })
}

/// Why the machine's clock cannot be trusted, if it cannot: it jumped, or it differs from the database's.
fn clock_fault(app: &App, cx: &Context, run: Run) -> Result<Option<String>, Error> {
    if run.clock_is_right {
        return Ok(None);
    }
    let clock = app.clock.reading();
    let last = app.db.read(|db| checks::last_trusted(db, &clock.boot).map_err(Error::from))?;
    if let Some(jumped) = last.and_then(|last| jump(&last.clock(), &clock)) {
        let by = jumped.num_minutes();
        return Ok(Some(format!("the machine's clock has jumped by {by} minutes since the last check")));
    }
    if matches!(app.clock, crate::clock::Clock::System)
        && let Some(theirs) = app.db.clock()?
        && (theirs - cx.now).abs() > CLOCKS_APART
    {
        return Ok(Some(format!("the machine says {} and the database says {theirs}", cx.now)));
    }
    Ok(None)
}

fn hold(app: &App, cx: &Context, mut check: Check, why: String) -> Result<Check, Error> {
    check.outcome = CheckOutcome::Held;
    check.finished_at = Some(cx.now);
    check.leased_until = None;
    check.note = Some(format!("{why}: nothing was sent and nothing was proposed"));
    tracing::error!(why, "the nightly check is held");
    let need = Need {
        kind: TaskKind::ClockJumped,
        key: "clock".to_owned(),
        property_id: None,
        letter_id: None,
        title: "The nightly check waits: the machine's clock cannot be trusted".to_owned(),
        detail: format!("{why}. Set the clock right; if it is right, run the check once with --clock-is-right."),
    };
    app.db.write(|tx| {
        checks::put(tx, &check)?;
        tasks::open(tx, cx, need.clone())
    })?;
    Ok(check)
}

fn work(app: &App, cx: &Context, check: &mut Check, kind: SubjectKind, progress: &dyn Fn(&Check)) -> Result<(), Error> {
    let mut place: Option<Place> = None;
    loop {
        let limit = i64::try_from(app.settings.check.batch).unwrap_or(500);
        let batch = app.db.read(|db| reminders::to_call(db, kind, check.night, place.as_ref(), limit))?;
        let Some(last) = batch.last() else { return Ok(()) };
        place = Some(last.clone());
        let ids = batch.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
        match attempt(app, cx, check, kind, &ids)? {
            Ok(tally) => count(check, tally),
            Err(_) if ids.len() > 1 => one_by_one(app, cx, check, kind, &ids)?,
            Err(why) => isolate(app, cx, check, kind, &ids, &why)?,
        }
        progress(check);
    }
}

fn one_by_one(app: &App, cx: &Context, check: &mut Check, kind: SubjectKind, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        let alone = std::slice::from_ref(id);
        match attempt(app, cx, check, kind, alone)? {
            Ok(tally) => count(check, tally),
            Err(why) => isolate(app, cx, check, kind, alone, &why)?,
        }
    }
    Ok(())
}

/// Acts on a batch. What is wrong with the batch, a panic among it, is a failure of this batch and not of the night; a
/// database that cannot be reached ends the run, which is made up for later.
fn attempt(
    app: &App,
    cx: &Context,
    check: &Check,
    kind: SubjectKind,
    ids: &[String],
) -> Result<Result<Tally, String>, Error> {
    let act = || {
        app.db.write(|tx| {
            let tally = night::act(tx, cx, &app.rules, check.id, kind, ids, check.night)?;
            // With the batch, so that the record of a run that is cut off says what it did.
            let mut check = Check { leased_until: Some(app.clock.now() + LEASE), ..check.clone() };
            count(&mut check, tally);
            checks::put(tx, &check)?;
            Ok(tally)
        })
    };
    isolated(act)
}

/// What a piece of the night's work comes to: a fault of its own is told, and only a database that cannot be reached ends the run.
fn isolated<T>(act: impl FnOnce() -> Result<T, Error>) -> Result<Result<T, String>, Error> {
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(Ok(done)) => Ok(Ok(done)),
        Ok(Err(error @ Error::Unavailable(_))) if !error.is_conflict() => Err(error),
        Ok(Err(error)) => Ok(Err(reason(&error))),
        Err(_) => Ok(Err("the program met a fault of its own (see the log)".to_owned())),
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Broken(why) | Error::Unavailable(why) => why.clone(),
        other => other.to_string(),
    }
}

fn isolate(
    app: &App,
    cx: &Context,
    check: &mut Check,
    kind: SubjectKind,
    ids: &[String],
    why: &str,
) -> Result<(), Error> {
    check.failures += 1;
    let subject = ids.first().cloned().unwrap_or_default();
    tracing::error!(%kind, subject, why, "a due date could not be handled; it will be tried again next night");
    let need = Need {
        kind: TaskKind::CheckFailed,
        key: subject.clone(),
        property_id: None,
        letter_id: None,
        title: format!("The nightly check could not handle {kind} {subject}"),
        detail: format!("{why}. The check will try again each night; the other cases were not affected."),
    };
    let failure = Failure { check_id: check.id, subject_kind: kind, subject_id: subject, reason: why.to_owned() };
    app.db.write(|tx| {
        checks::note_failure(tx, &failure)?;
        tasks::open(tx, cx, need.clone())
    })
}

/// Alerts officers to limitation dates that are near, case by case, so that one that fails does not keep the others waiting.
fn alert(app: &App, cx: &Context, check: &mut Check) -> Result<(), Error> {
    for id in app.db.read(|db| cases::to_alert(db, check.night))? {
        let act = || app.db.write(|tx| enforcement::alert(tx, cx, &app.rules, id, check.night));
        let Err(why) = isolated(act)? else { continue };
        check.failures += 1;
        tracing::error!(%id, why, "a limitation date could not be alerted to; it will be tried again next night");
        let need = Need {
            kind: TaskKind::CheckFailed,
            key: id.to_string(),
            property_id: None,
            letter_id: None,
            title: format!("The nightly check could not look at the limitation date of enforcement case {id}"),
            detail: format!("{why}. The check will try again each night; the other cases were not affected."),
        };
        app.db.write(|tx| tasks::open(tx, cx, need.clone()))?;
    }
    Ok(())
}

/// The alerts to limitation dates that the check of a night would give; nothing is changed.
///
/// # Errors
/// Whatever the database says. What cannot be read is left out of the list and told to `failed`.
pub fn foretell_alerts(app: &App, night: NaiveDate, mut failed: impl FnMut(String)) -> Result<Vec<String>, Error> {
    let cx = app.context(Actor::system());
    let mut told = Vec::new();
    for id in app.db.read(|db| cases::to_alert(db, night))? {
        match app.db.read(|db| cases::find(db, id)?.ok_or(Error::NotFound)) {
            Ok(case) => {
                let alert = case.alert(&cx, &app.rules.current()?.enforcement, night);
                told.extend(alert.map(|(_, need)| need.title));
            }
            Err(error) => failed(format!("enforcement case {id}: {}", reason(&error))),
        }
    }
    Ok(told)
}

fn count(check: &mut Check, tally: Tally) {
    check.looked_at += tally.looked_at;
    check.reminders += tally.reminders;
    check.superseded += tally.superseded;
    check.breaches += tally.breaches;
}

fn finish(app: &App, cx: &Context, mut check: Check) -> Result<Check, Error> {
    check.outcome = if check.failures == 0 { CheckOutcome::Completed } else { CheckOutcome::Attention };
    check.finished_at = Some(app.clock.now());
    check.leased_until = None;
    app.db.write(|tx| {
        checks::put(tx, &check)?;
        requests::forget_before(tx, cx.now - REMEMBERED)?;
        case_reads::forget_before(tx, kept_since(cx.now, app.settings.retention.reads_months))?;
        references::dispose_of_old(tx, cx)?;
        tasks::open_by_calendar(tx, cx, &app.rules, check.night)?;
        partners::open_by_calendar(tx, cx, check.night, app.settings.partners)?;
        audit::anchor(tx, cx, check.night)?;
        anchor_mails::announce(tx, cx, &app.settings.mail.anchors_to)
    })?;
    if let Err(error) = app.db.count_for_plans() {
        tracing::warn!(%error, "the tables could not be counted; lists may be slower than they need to be");
    }
    tracing::info!(
        looked_at = check.looked_at,
        reminders = check.reminders,
        breaches = check.breaches,
        failures = check.failures,
        "the nightly check is done"
    );
    Ok(check)
}

/// One thing that a night does, as a dry run foretells it and as a run's record tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Planned {
    /// Item or obligation.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: String,
    /// The due date.
    pub due_on: NaiveDate,
    /// "remind", "supersede" or "propose_breach".
    pub action: &'static str,
    /// The rung, in days from the due date.
    pub rung: Option<i32>,
    /// The recipient.
    pub recipient_id: Option<String>,
    /// What the letter names.
    pub title: String,
    /// The demand's reference, or the licence's number.
    pub reference: String,
}

/// What the check of a night would do, told in batches; nothing is changed.
///
/// # Errors
/// Whatever the database says. What cannot be read is left out of the list and told to `failed`.
pub fn foretell(
    app: &App,
    night: NaiveDate,
    mut told: impl FnMut(Planned),
    mut failed: impl FnMut(String),
) -> Result<(), Error> {
    for kind in SubjectKind::ALL {
        let mut place: Option<Place> = None;
        loop {
            let limit = i64::try_from(app.settings.check.batch).unwrap_or(500);
            let batch = app.db.read(|db| reminders::to_call(db, *kind, night, place.as_ref(), limit))?;
            let Some(last) = batch.last() else { break };
            place = Some(last.clone());
            let ids = batch.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
            let decide = |ids: &[String]| app.db.read(|db| night::decide(db, &app.rules, *kind, ids, night));
            match decide(&ids) {
                Ok(decisions) => decisions.iter().flat_map(planned).for_each(&mut told),
                Err(_) => {
                    for id in &ids {
                        match decide(std::slice::from_ref(id)) {
                            Ok(decisions) => decisions.iter().flat_map(planned).for_each(&mut told),
                            Err(error) => failed(format!("{kind} {id}: {}", reason(&error))),
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn planned(decision: &Decision) -> Vec<Planned> {
    let due = &decision.due;
    let one = |action, rung, recipient_id| Planned {
        subject_kind: due.subject_kind,
        subject_id: due.subject_id.as_str().to_owned(),
        due_on: due.due_on,
        action,
        rung,
        recipient_id,
        title: decision.title.clone(),
        reference: due.reference.clone(),
    };
    let mut planned = Vec::new();
    for recipient in &due.recipients {
        let to = Some(recipient.to_string());
        planned.extend(decision.call.superseded.iter().map(|rung| one("supersede", Some(*rung), to.clone())));
        planned.extend(decision.call.send.map(|rung| one("remind", Some(rung), to.clone())));
    }
    planned.extend(decision.call.breach.then(|| one("propose_breach", None, None)));
    planned
}
