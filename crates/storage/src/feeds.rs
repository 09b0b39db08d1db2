//! The table of the addresses of officers' calendars.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::record::{Holds as _, record, revised};
use super::schema::calendar_feeds;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::feed::Feed;
use domain::id::{AccountId, Spelled as _};

record! {
    FeedRow in calendar_feeds => Feed {
        account_id: Word<AccountId>,
        hash: String,
        issued_at: Instant,
        revoked_at: Option<Instant>,
        revision: i64,
    }
}
revised!(FeedRow);

/// The address of an officer's calendar.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, account: AccountId) -> Result<Option<Feed>, Error> {
    let row = calendar_feeds::table.find(account.as_str()).select(FeedRow::as_select()).get_result(db).optional()?;
    row.map(FeedRow::entity).transpose()
}

/// The address whose secret has this hash.
///
/// # Errors
/// Whatever the database says.
pub fn of_hash(db: &mut Conn, hash: &str) -> Result<Option<Feed>, Error> {
    let query = calendar_feeds::table.filter(calendar_feeds::hash.eq(hash)).select(FeedRow::as_select());
    query.get_result(db).optional()?.map(FeedRow::entity).transpose()
}

/// Keeps an officer's first address.
///
/// # Errors
/// [`Error::Duplicate`] if there is one.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Feed>) -> Result<(), Error> {
    tx.add::<FeedRow>(change)
}

/// Saves an address that was renewed or revoked.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Feed>) -> Result<(), Error> {
    tx.change::<FeedRow>(change)
}
