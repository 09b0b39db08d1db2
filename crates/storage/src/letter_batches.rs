//! The tables of letters that were printed together.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{batch_letters, letter_batches};
use super::{Conn, Error, Tx, events};
use domain::calendar::Method;
use domain::event::Change;
use domain::id::{AccountId, LetterBatchId, LetterId, Spelled as _};
use domain::letter_batch::{BatchState, Cover, Entry, LetterBatch};

record! {
    CoverRow in letter_batches => Cover {
        id: Word<LetterBatchId>,
        state: Word<BatchState>,
        officer_id: Option<Word<AccountId>>,
        made_at: Instant,
        sha256: String,
        bytes: i64,
        pages: i32,
        posted_on: Option<chrono::NaiveDate>,
        method: Option<Word<Method>>,
        evidence: Option<String>,
        reason: Option<String>,
        settled_at: Option<Instant>,
        revision: i64,
    }
}
revised!(CoverRow);

record! {
    EntryRow in batch_letters keyed by 2 => Entry {
        batch_id: Word<LetterBatchId>,
        letter_id: Word<LetterId>,
        place: i32,
        first_page: i32,
        last_page: i32,
        is_open: bool,
        left_out: Option<String>,
    }
}

/// The batch with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: LetterBatchId) -> Result<Option<LetterBatch>, Error> {
    let row = letter_batches::table.find(id.as_str()).select(CoverRow::as_select()).get_result(db).optional()?;
    let Some(cover) = row.map(CoverRow::entity).transpose()? else { return Ok(None) };
    let rows = batch_letters::table
        .filter(batch_letters::batch_id.eq(id.as_str()))
        .order(batch_letters::place)
        .select(EntryRow::as_select())
        .load(db)?;
    Ok(Some(LetterBatch { cover, letters: EntryRow::entities(rows)? }))
}

/// A page of batches without their letters, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, state: Option<BatchState>, page: &Page) -> Result<Listed<Cover>, Error> {
    let mut query = letter_batches::table.select(CoverRow::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(letter_batches::state.eq(Word(state)));
    }
    if let Some(after) = &page.after {
        query = query.filter(letter_batches::id.gt(after.clone()));
    }
    let rows = query.order(letter_batches::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(CoverRow::entities(rows)?, |cover| cover.id.to_string()))
}

/// The open batch of each of these letters that is in one.
///
/// # Errors
/// Whatever the database says.
pub fn open_with(db: &mut Conn, letters: &[LetterId]) -> Result<BTreeMap<LetterId, LetterBatchId>, Error> {
    let names = letters.iter().map(LetterId::as_str).collect::<Vec<_>>();
    let rows: Vec<(Word<LetterId>, Word<LetterBatchId>)> = batch_letters::table
        .filter(batch_letters::letter_id.eq_any(names).and(batch_letters::is_open))
        .select((batch_letters::letter_id, batch_letters::batch_id))
        .load(db)?;
    Ok(rows.into_iter().map(|(letter, batch)| (letter.0, batch.0)).collect())
}

/// Keeps a new batch with its letters.
///
/// # Errors
/// [`Error::Duplicate`] if one of the letters is in an open batch.
pub fn insert(tx: &mut Tx<'_>, change: &Change<LetterBatch>) -> Result<(), Error> {
    let LetterBatch { cover, letters } = change.entity();
    tx.insert(&[CoverRow::of(cover)])?;
    tx.insert(&letters.iter().map(EntryRow::of).collect::<Vec<_>>())?;
    events::append(tx, &[change.event()])
}

/// Saves a batch that was posted or cancelled.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<LetterBatch>) -> Result<(), Error> {
    let LetterBatch { cover, letters } = change.entity();
    tx.save_revised(CoverRow::of(cover))?;
    tx.put(&letters.iter().map(EntryRow::of).collect::<Vec<_>>())?;
    events::append(tx, &[change.event()])
}
