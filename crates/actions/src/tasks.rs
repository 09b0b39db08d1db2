//! Officers' tasks: opened by the service, closed by a person.

use chrono::{Days, NaiveDate};

use super::{Error, Expected, Rules, exemptions, inspection_programme};
use domain::actor::Action;
use domain::calendar::london::written_out;
use domain::context::Context;
use domain::id::TaskId;
use domain::notice::{Notice, SERVE_DECISION_WITHIN};
use domain::proceeding::Proceeding;
use domain::service::ServiceState;
use domain::task::{Need, Task, TaskKind};
use storage::{Tx, notices, proceedings, tasks};

/// A task is opened, unless one of its kind about the same thing is.
///
/// # Errors
/// Whatever the database says.
pub fn open(tx: &mut Tx<'_>, cx: &Context, need: Need) -> Result<(), Error> {
    Ok(tasks::open(tx, &Task::open(cx, need))?)
}

/// As [`open`], but a task about the same thing that was closed is not opened again.
///
/// # Errors
/// Whatever the database says.
pub fn open_once(tx: &mut Tx<'_>, cx: &Context, need: Need) -> Result<(), Error> {
    if tasks::was_opened(tx, need.kind, &need.key)? { Ok(()) } else { open(tx, cx, need) }
}

/// A task is closed, saying what was done.
///
/// # Errors
/// A refusal if it is closed already.
pub fn close(tx: &mut Tx<'_>, cx: &Context, id: TaskId, expected: Expected, note: &str) -> Result<Task, Error> {
    cx.allow(Action::WorkTasks)?;
    let found = tasks::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(found.revision)?;
    tasks::save(tx, &found.close(cx, note)?)?;
    tasks::find(tx, id)?.ok_or(Error::NotFound)
}

/// Days before the last one for serving a decision's notice on which an officer is told that somebody is not served.
const SERVE_WARNING_DAYS: u64 = 2;

/// Opens what the calendar asks of officers on a night: decisions that take effect, notices that must be served,
/// exemptions that end, and what inspections call for.
///
/// # Errors
/// Whatever the database says.
pub fn open_by_calendar(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, night: NaiveDate) -> Result<(), Error> {
    for proceeding in proceedings::to_take_effect(tx, night)? {
        open(tx, cx, takes_effect(&proceeding))?;
    }
    let warned = u64::from(SERVE_DECISION_WITHIN).saturating_sub(1 + SERVE_WARNING_DAYS);
    let dated_until = night.checked_sub_days(Days::new(warned)).unwrap_or(night);
    for notice in notices::decisions_to_serve(tx, dated_until)? {
        open(tx, cx, to_serve(&notice))?;
    }
    exemptions::call_by_calendar(tx, cx, rules, night)?;
    inspection_programme::call_by_calendar(tx, cx, rules, night)
}

fn takes_effect(proceeding: &Proceeding) -> Need {
    Need {
        kind: TaskKind::TakesEffect,
        key: proceeding.id.to_string(),
        property_id: Some(proceeding.property_id),
        letter_id: None,
        title: format!("Record that the {} under {} takes effect", proceeding.kind, proceeding.reference),
        detail:
            "The time for appeals is over, or the last appeal has ended. Ask the tribunal whether an appeal came in \
                 that nobody recorded; if none did, take the step \"take_effect\"."
                .to_owned(),
    }
}

fn to_serve(notice: &Notice) -> Need {
    let waiting = notice.copies.iter().filter(|copy| copy.state != ServiceState::Served).count();
    let by = notice.cover.serve_by.as_ref().map_or_else(String::new, |by| written_out(by.on()));
    Need {
        kind: TaskKind::ServeNotice,
        key: notice.cover.id.to_string(),
        property_id: Some(notice.cover.property_id),
        letter_id: None,
        title: format!("Serve {} on everybody by {by}", notice.cover.reference),
        detail: format!(
            "Copies without a record of service: {waiting}. A decision's notice is served within {SERVE_DECISION_WITHIN} days \
             beginning with the day of the decision (Schedule 5)."
        ),
    }
}
