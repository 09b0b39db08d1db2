//! Officers' tasks: opened by the service, closed by a person.

use super::{Error, Expected};
use crate::domain::actor::Action;
use crate::domain::context::Context;
use crate::domain::id::TaskId;
use crate::domain::task::{Need, Task};
use crate::storage::{Tx, tasks};

/// A task is opened, unless one of its kind about the same thing is.
///
/// # Errors
/// Whatever the database says.
pub fn open(tx: &mut Tx<'_>, cx: &Context, need: Need) -> Result<(), Error> {
    Ok(tasks::open(tx, &Task::open(cx, need))?)
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
