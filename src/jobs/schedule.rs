//! When the service does what by itself: every night at its London time, and the post each minute.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::{check, post};
use crate::app::App;
use crate::domain::calendar::london;
use crate::storage::checks::{self, CheckOutcome, StartedBy};

/// How often the schedule looks at the clock and the post goes out.
const ROUND: Duration = Duration::from_secs(60);
/// How long a check that was held waits for a person.
const HELD: Duration = Duration::from_secs(3_600);

/// The next instant at which the check is due: the London time `at` on this London day or the next.
#[must_use]
pub fn next_check(now: DateTime<Utc>, at: NaiveTime) -> DateTime<Utc> {
    let today = london::today(now);
    let due = london::instant_at(today, at);
    if due > now { due } else { london::instant_at(today.checked_add_days(Days::new(1)).unwrap_or(today), at) }
}

/// The night whose check is due by now, unless it was made. A last night that lies ahead means that the calendar was set
/// back: then the check is due, and it is for the check to judge the clock.
#[must_use]
pub fn night_due(now: DateTime<Utc>, at: NaiveTime, last: Option<NaiveDate>) -> Option<NaiveDate> {
    let today = london::today(now);
    let night = if now >= london::instant_at(today, at) { today } else { today.pred_opt()? };
    last.is_none_or(|last| last < night || last > today).then_some(night)
}

/// What the schedule remembers from round to round.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    started_by: StartedBy,
    leave_missed: bool,
    left: Option<NaiveDate>,
    not_before: Option<Duration>,
}

impl Watch {
    /// At the start of the service; `on_start` makes up for missed nights at once, else they are left to the next night.
    #[must_use]
    pub fn begin(on_start: bool) -> Self {
        let started_by = if on_start { StartedBy::StartUp } else { StartedBy::Schedule };
        Self { started_by, leave_missed: !on_start, left: None, not_before: None }
    }

    /// One look at the clock, `up` after the service started: makes the check that is due, if any. A check that was held
    /// waits an hour, however often this is called, because only a person can set the clock right.
    pub fn look(&mut self, app: &App, up: Duration) -> Option<CheckOutcome> {
        if std::mem::take(&mut self.leave_missed) {
            self.left = night_due(app.clock.now(), app.settings.check.at, None);
        }
        if self.not_before.is_some_and(|then| up < then) {
            return None;
        }
        let night = due(app).filter(|night| self.left.is_none_or(|left| left < *night));
        let started_by = std::mem::replace(&mut self.started_by, StartedBy::Schedule);
        let outcome = night.and_then(|night| make(app, night, started_by));
        self.not_before = (outcome == Some(CheckOutcome::Held)).then(|| up + HELD);
        outcome
    }
}

/// Runs the schedule until the sender of `stop` goes away. Failures are logged and tried again a minute later.
pub fn keep(app: &Arc<App>, stop: &Receiver<()>) {
    let began = Instant::now();
    let mut watch = Watch::begin(app.settings.check.on_start);
    loop {
        watch.look(app, began.elapsed());
        if let Err(error) = post::round(app) {
            tracing::error!(%error, "the post could not go out");
        }
        match stop.recv_timeout(ROUND) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn due(app: &App) -> Option<NaiveDate> {
    let boot = app.clock.reading().boot;
    match app.db.read(|db| checks::last_finished(db, &boot)) {
        Ok(last) => night_due(app.clock.now(), app.settings.check.at, last.map(|last| last.night)),
        Err(error) => {
            tracing::error!(%error, "the last check could not be read");
            None
        }
    }
}

fn make(app: &App, night: NaiveDate, started_by: StartedBy) -> Option<CheckOutcome> {
    let run = check::Run { night, started_by, clock_is_right: false };
    match check::run(app, run, &|_| {}) {
        Ok(check) => Some(check.outcome),
        Err(error) => {
            tracing::error!(%error, %night, "the nightly check failed; it is tried again in a minute");
            None
        }
    }
}
