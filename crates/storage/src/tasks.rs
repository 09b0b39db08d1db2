//! The table of officers' tasks.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::tasks;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{AccountId, LetterId, PropertyId, Spelled as _, TaskId};
use domain::task::{Task, TaskKind};

record! {
    TaskRow in tasks => Task {
        id: Word<TaskId>,
        kind: Word<TaskKind>,
        key: String,
        property_id: Option<Word<PropertyId>>,
        letter_id: Option<Word<LetterId>>,
        title: String,
        detail: String,
        opened_at: Instant,
        closed_at: Option<Instant>,
        closed_by: Option<Word<AccountId>>,
        note: Option<String>,
        revision: i64,
    }
}
revised!(TaskRow);

/// The task with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: TaskId) -> Result<Option<Task>, Error> {
    let row = tasks::table.find(id.as_str()).select(TaskRow::as_select()).get_result(db).optional()?;
    row.map(TaskRow::entity).transpose()
}

/// The open task of that kind about that thing.
///
/// # Errors
/// Whatever the database says.
pub fn find_open(db: &mut Conn, kind: TaskKind, key: &str) -> Result<Option<Task>, Error> {
    let row = tasks::table
        .filter(tasks::kind.eq(Word(kind)).and(tasks::key.eq(key)).and(tasks::closed_at.is_null()))
        .select(TaskRow::as_select())
        .get_result(db)
        .optional()?;
    row.map(TaskRow::entity).transpose()
}

/// Whether a task of that kind about that thing is open or was.
///
/// # Errors
/// Whatever the database says.
pub fn was_opened(db: &mut Conn, kind: TaskKind, key: &str) -> Result<bool, Error> {
    let there = tasks::table.filter(tasks::kind.eq(Word(kind)).and(tasks::key.eq(key)));
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(db)?)
}

/// A page of tasks, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, kind: Option<TaskKind>, open: Option<bool>, page: &Page) -> Result<Listed<Task>, Error> {
    let mut query = tasks::table.select(TaskRow::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(tasks::kind.eq(Word(kind)));
    }
    match open {
        Some(true) => query = query.filter(tasks::closed_at.is_null()),
        Some(false) => query = query.filter(tasks::closed_at.is_not_null()),
        None => {}
    }
    if let Some(after) = &page.after {
        query = query.filter(tasks::id.gt(after.clone()));
    }
    let rows = query.order(tasks::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(TaskRow::entities(rows)?, |task| task.id.to_string()))
}

/// Every task about that home, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_home(db: &mut Conn, home: PropertyId) -> Result<Vec<Task>, Error> {
    let query = tasks::table.filter(tasks::property_id.eq(Word(home))).order(tasks::id);
    TaskRow::entities(query.select(TaskRow::as_select()).load(db)?)
}

/// How many tasks are open.
///
/// # Errors
/// Whatever the database says.
pub fn open_count(db: &mut Conn) -> Result<i64, Error> {
    Ok(tasks::table.filter(tasks::closed_at.is_null()).count().get_result(db)?)
}

/// Keeps a new task, unless one of its kind and key is open.
///
/// # Errors
/// Whatever the database says.
pub fn open(tx: &mut Tx<'_>, change: &Change<Task>) -> Result<(), Error> {
    let task = change.entity();
    if find_open(tx, task.kind, &task.key)?.is_some() {
        return Ok(());
    }
    tx.add::<TaskRow>(change)
}

/// Saves a closed task.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Task>) -> Result<(), Error> {
    tx.change::<TaskRow>(change)
}
