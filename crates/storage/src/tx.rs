//! A transaction that may write: the only way to store anything.

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use diesel::connection::TransactionManager as _;
use diesel::{Connection, RunQueryDsl as _};

use super::record::{Conflict, Holds, Insert, Revised, Row, Save};
use super::{Conn, Error, events};
use domain::event::Change;

/// Inside a transaction, diesel's manager of transactions makes savepoints.
type Savepoints = <Conn as Connection>::TransactionManager;

/// A connection inside a transaction that may write: what every function that writes asks for.
pub struct Tx<'c> {
    conn: &'c mut Conn,
    clashed: bool,
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(conn: &'c mut Conn) -> Self {
        Self { conn, clashed: false }
    }

    /// Whether a unique key stood against a row in a database with several writers at once: the row may belong to a writer
    /// that this transaction could not see, and then the same work, done again, would see it and decide otherwise.
    pub(super) fn clashed(&self) -> bool {
        self.clashed
    }

    /// Does work that may fail by itself: what it stored goes with it, and the rest of the transaction stays.
    ///
    /// # Errors
    /// Whatever the work returns. After [`Error::Conflict`] nothing of the transaction can be kept.
    pub fn attempt<T, E: From<Error>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        Savepoints::begin_transaction(self.conn).map_err(Error::from)?;
        // A panic must not leave the savepoint open: whoever ends the transaction ends one level of it.
        let result = catch_unwind(AssertUnwindSafe(|| work(self)));
        let ended = match &result {
            Ok(Ok(_)) => Savepoints::commit_transaction(self.conn),
            _ => Savepoints::rollback_transaction(self.conn),
        };
        let value = result.unwrap_or_else(|panic| resume_unwind(panic));
        ended.map_err(|error| E::from(Error::from(error))).and(value)
    }

    /// Inserts rows; a unique key that stands against one is [`Error::Duplicate`].
    pub(crate) fn insert<R: Row>(&mut self, rows: &[R]) -> Result<(), Error> {
        self.write_rows(rows, Conflict::Refuse).map(|_| ())
    }

    /// Inserts the rows that are not there yet, and says how many.
    pub(crate) fn insert_new<R: Row>(&mut self, rows: &[R]) -> Result<usize, Error> {
        self.write_rows(rows, Conflict::Skip)
    }

    /// Inserts rows, or updates those whose key is there.
    pub(crate) fn put<R: Row>(&mut self, rows: &[R]) -> Result<(), Error> {
        self.write_rows(rows, Conflict::Update).map(|_| ())
    }

    /// Saves one row that was read at this revision; [`Error::Stale`] if it has moved on.
    pub(crate) fn save<R: Row>(&mut self, row: &R, revision: Option<i64>) -> Result<(), Error> {
        match (Save { row, revision }).execute(self.conn)? {
            0 => Err(Error::Stale),
            _ => Ok(()),
        }
    }

    /// Keeps a new value together with its event.
    pub(crate) fn add<R: Holds>(&mut self, change: &Change<R::Entity>) -> Result<(), Error> {
        self.insert(&[R::of(change.entity())])?;
        events::append(self, &[change.event()])
    }

    /// Saves a changed value together with its event; [`Error::Stale`] if it has moved on since it was read.
    pub(crate) fn change<R: Revised>(&mut self, change: &Change<R::Entity>) -> Result<(), Error> {
        self.save_revised(R::of(change.entity()))?;
        events::append(self, &[change.event()])
    }

    /// Saves a value whose event is recorded with something larger.
    pub(crate) fn save_revised<R: Revised>(&mut self, mut row: R) -> Result<(), Error> {
        let read = *row.revision();
        *row.revision() += 1;
        self.save(&row, Some(read))
    }

    fn write_rows<R: Row>(&mut self, rows: &[R], conflict: Conflict) -> Result<usize, Error> {
        let full = self.rows_per_statement();
        let mut written = 0;
        for rows in rows.chunks(full) {
            let keep = rows.len() == 1 || rows.len() == full;
            let done = (Insert { rows, conflict, keep }).execute(self.conn).map_err(Error::from);
            self.clashed |= matches!((&done, &*self.conn), (Err(Error::Duplicate), Conn::Postgres(_)));
            written += done?;
        }
        Ok(written)
    }

    /// SQLite has no round trip to save, and runs one prepared statement faster than it parses a long one.
    fn rows_per_statement(&self) -> usize {
        match &*self.conn {
            Conn::Postgres(_) => 250,
            Conn::Sqlite(_) => 1,
        }
    }
}
