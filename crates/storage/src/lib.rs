//! Rows, SQL and transactions: the only part that knows diesel. Only `db` and `tx` know which database it is.
//!
//! One source serves SQLite and PostgreSQL through diesel's `MultiConnection`. The portable diet that it allows covers every
//! query; the one thing worth more is writing many rows in a statement, and `ON CONFLICT`, which the nightly check needs to
//! stay within a few round trips a batch. `record` spells these two statements for both, from the same list of columns.
//!
//! One row is asked for with `get_result`, not `first`: a bound `LIMIT` makes SQLite plan a statement anew each time it runs.
//!
//! Nothing is written outside [`Db::write`]: a [`Tx`] exists only there. On SQLite it begins `IMMEDIATE`, on PostgreSQL
//! `SERIALIZABLE`; both mean "as if alone", so a rule checked inside holds. What a database refuses for another writer's sake is
//! tried again here, which is why the work may run more than once and must not touch anything but its transaction.

pub mod access;
pub mod anchor_mails;
pub mod answers;
pub mod appeals;
pub mod application_forms;
pub mod applications;
pub mod breaches;
pub mod case_reads;
pub mod certificates;
pub mod checks;
pub(crate) mod columns;
mod connection;
mod copies;
mod db;
pub mod demands;
pub mod documents;
pub mod enclosures;
pub mod enforcement;
pub mod enquiries;
pub mod events;
pub mod exemptions;
pub mod feeds;
pub mod fees;
pub mod fitness;
pub mod inspection_programme;
pub mod inspections;
pub mod letter_batches;
pub mod letters;
pub mod licences;
pub mod material;
pub mod notices;
pub mod obligations;
pub mod occupancies;
pub mod page;
pub mod parties;
pub mod partners;
pub mod portfolio;
pub mod proceedings;
pub mod properties;
pub(crate) mod record;
pub mod references;
pub mod referrals;
pub mod register;
pub mod reminders;
pub mod reports;
pub mod requests;
pub(crate) mod schema;
pub mod schemes;
pub mod sign_in;
pub mod stored;
pub mod tasks;
mod tx;

pub use connection::{Conn, MultiBackend};
pub use db::Db;
pub use tx::Tx;

use diesel::result::DatabaseErrorKind;

/// What can go wrong between the service and its database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed the row in the meantime.
    #[error("changed by somebody else in the meantime")]
    Stale,
    /// A unique key stands against it.
    #[error("there is one already")]
    Duplicate,
    /// The database wants the transaction tried again.
    #[error("another writer was in the way")]
    Conflict,
    /// No connection can be had.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// A row cannot be read.
    #[error(transparent)]
    Unreadable(#[from] columns::Unreadable),
    /// The disk has no room left.
    #[error("the disk is full")]
    Full,
    /// Anything else; a fault of ours.
    #[error("the database refused: {0}")]
    Broken(diesel::result::Error),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error as E;
        match &error {
            E::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate,
            E::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Conflict,
            E::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => Self::Unavailable(info.message().to_owned()),
            E::DatabaseError(_, info) if info.message().contains("deadlock detected") => Self::Conflict,
            E::DatabaseError(_, info) if info.message().contains("database is locked") => Self::Conflict,
            E::DatabaseError(_, info) if is_of_a_full_disk(info.message()) => Self::Full,
            _ => Self::Broken(error),
        }
    }
}

/// Neither database gives this a kind of its own.
fn is_of_a_full_disk(message: &str) -> bool {
    message.contains("database or disk is full") || message.contains("No space left on device")
}

/// An error that may say "try again".
pub trait Retry {
    /// Whether the same work may succeed if it is tried again.
    fn is_conflict(&self) -> bool;
}

impl Retry for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}
