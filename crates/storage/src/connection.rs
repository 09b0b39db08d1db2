//! A connection to either database.

#![expect(missing_docs, reason = "diesel's derive makes public types without documentation")]

use diesel::SqliteConnection;
use diesel::pg::PgConnection;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL, for a council that has outgrown the embedded database.
    Postgres(PgConnection),
    /// The embedded database.
    Sqlite(SqliteConnection),
}
