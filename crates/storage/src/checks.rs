//! The table of runs of the nightly check.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record};
use super::schema::{check_failures, checks};
use super::{Conn, Error, Tx};
use domain::id::{CheckId, Spelled as _, words};
use domain::reminder::{ClockReading, SubjectKind};

words! {
    /// What started a run.
    StartedBy {
        /// The schedule of the service.
        Schedule = "schedule",
        /// The start of the service, after missed nights.
        StartUp = "start_up",
        /// The command line.
        Command = "command",
        /// The demonstration.
        Demo = "demo",
    }
}

words! {
    /// How a run ended.
    CheckOutcome {
        /// At work, or cut off and not found out yet.
        Running = "running",
        /// Everything was done.
        Completed = "completed",
        /// Done, but some things need a person.
        Attention = "attention",
        /// Nothing was done, because the machine's clock cannot be trusted.
        Held = "held",
        /// Cut short by a failure.
        Failed = "failed",
    }
}

record! {
    CheckRow in checks => Check {
        id: Word<CheckId>,
        night: NaiveDate,
        started_by: Word<StartedBy>,
        outcome: Word<CheckOutcome>,
        software: String,
        started_at: Instant,
        finished_at: Option<Instant>,
        nights_missed: i32,
        looked_at: i64,
        reminders: i64,
        superseded: i64,
        breaches: i64,
        failures: i64,
        note: Option<String>,
        wall_clock: Instant,
        boot: String,
        uptime_millis: i64,
        leased_until: Option<Instant>,
    }
}

record! {
    FailureRow in check_failures keyed by 2 => Failure {
        check_id: Word<CheckId>,
        subject_kind: Word<SubjectKind>,
        subject_id: String,
        reason: String,
    }
}

/// One run of the nightly check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its identifier.
    pub id: CheckId,
    /// The night it was for.
    pub night: NaiveDate,
    /// What started it.
    pub started_by: StartedBy,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// The version of the software.
    pub software: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Nights between the last finished run and this one.
    pub nights_missed: i32,
    /// Due dates that called for a look.
    pub looked_at: i64,
    /// Reminders called for.
    pub reminders: i64,
    /// Missed rungs that were overtaken.
    pub superseded: i64,
    /// Breaches proposed.
    pub breaches: i64,
    /// Things that could not be handled and will be tried again.
    pub failures: i64,
    /// What a person should know.
    pub note: Option<String>,
    /// The machine's clock when it began.
    pub wall_clock: DateTime<Utc>,
    /// Which start of the machine it was.
    pub boot: String,
    /// How long the machine had been up, in milliseconds.
    pub uptime_millis: i64,
    /// While it runs: until when it is taken to be alive, if nothing more is heard of it.
    pub leased_until: Option<DateTime<Utc>>,
}

impl Check {
    /// The reading of the clocks when it began.
    #[must_use]
    pub fn clock(&self) -> ClockReading {
        let uptime = TimeDelta::milliseconds(self.uptime_millis);
        ClockReading { wall: self.wall_clock, boot: self.boot.clone(), uptime }
    }
}

/// Something that a run could not handle.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The run.
    pub check_id: CheckId,
    /// Item or obligation.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: String,
    /// What went wrong.
    pub reason: String,
}

/// The run with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: CheckId) -> Result<Option<Check>, Error> {
    let row = checks::table.find(id.as_str()).select(CheckRow::as_select()).get_result(db).optional()?;
    row.map(CheckRow::entity).transpose()
}

/// The newest run whose clock was trusted, as a machine of this start sees it.
///
/// A calendar that was set back makes newer runs look older, so runs of this start of the machine are put in order by how
/// long it had been up. Only where there is none does the calendar decide.
///
/// # Errors
/// Whatever the database says.
pub fn last_trusted(db: &mut Conn, boot: &str) -> Result<Option<Check>, Error> {
    newest(db, boot, &[CheckOutcome::Running, CheckOutcome::Completed, CheckOutcome::Attention, CheckOutcome::Failed])
}

/// The newest run that was finished, as [`last_trusted`] puts them in order.
///
/// # Errors
/// Whatever the database says.
pub fn last_finished(db: &mut Conn, boot: &str) -> Result<Option<Check>, Error> {
    newest(db, boot, &[CheckOutcome::Completed, CheckOutcome::Attention])
}

fn newest(db: &mut Conn, boot: &str, outcomes: &[CheckOutcome]) -> Result<Option<Check>, Error> {
    let outcomes = outcomes.iter().copied().map(Word).collect::<Vec<_>>();
    let of_this_start = checks::table
        .filter(checks::outcome.eq_any(outcomes.clone()).and(checks::boot.eq(boot)))
        .order((checks::uptime_millis.desc(), checks::id.desc()))
        .select(CheckRow::as_select())
        .first(db)
        .optional()?;
    let row = match of_this_start {
        Some(row) => Some(row),
        None => checks::table
            .filter(checks::outcome.eq_any(outcomes))
            .order(checks::id.desc())
            .select(CheckRow::as_select())
            .first(db)
            .optional()?,
    };
    row.map(CheckRow::entity).transpose()
}

/// The latest night for which a run was finished.
///
/// # Errors
/// Whatever the database says.
pub fn last_night(db: &mut Conn) -> Result<Option<NaiveDate>, Error> {
    let finished = [Word(CheckOutcome::Completed), Word(CheckOutcome::Attention)];
    Ok(checks::table.filter(checks::outcome.eq_any(finished)).select(diesel::dsl::max(checks::night)).get_result(db)?)
}

/// The runs that have not ended and whose lease has: nobody is at work on them any more.
///
/// # Errors
/// Whatever the database says.
pub fn left_running(db: &mut Conn, now: DateTime<Utc>) -> Result<Vec<Check>, Error> {
    let silent = checks::leased_until.is_null().or(checks::leased_until.le(Instant::enter(&now)));
    let rows = checks::table
        .filter(checks::outcome.eq(Word(CheckOutcome::Running)).and(silent))
        .order(checks::id)
        .select(CheckRow::as_select())
        .load(db)?;
    CheckRow::entities(rows)
}

/// A page of runs, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, night: Option<NaiveDate>, page: &Page) -> Result<Listed<Check>, Error> {
    let mut query = checks::table.select(CheckRow::as_select()).into_boxed();
    if let Some(night) = night {
        query = query.filter(checks::night.eq(night));
    }
    if let Some(after) = &page.after {
        query = query.filter(checks::id.gt(after.clone()));
    }
    let rows = query.order(checks::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(CheckRow::entities(rows)?, |check| check.id.to_string()))
}

/// Keeps a run, or what has become of it.
///
/// # Errors
/// Whatever the database says.
pub fn put(tx: &mut Tx<'_>, check: &Check) -> Result<(), Error> {
    tx.put(&[CheckRow::of(check)])
}

/// Notes what a run could not handle.
///
/// # Errors
/// Whatever the database says.
pub fn note_failure(tx: &mut Tx<'_>, failure: &Failure) -> Result<(), Error> {
    tx.insert_new(&[FailureRow::of(failure)]).map(|_| ())
}

/// What a run could not handle.
///
/// # Errors
/// Whatever the database says.
pub fn failures_of(db: &mut Conn, id: CheckId) -> Result<Vec<Failure>, Error> {
    let rows = check_failures::table
        .filter(check_failures::check_id.eq(id.as_str()))
        .order(check_failures::subject_id)
        .select(FailureRow::as_select())
        .load(db)?;
    FailureRow::entities(rows)
}
