//! Letters printed together for the post-room, and posted together.

use std::collections::BTreeSet;

use super::{Error, Expected, FieldFault, Rules, letters as post, service, tasks};
use domain::actor::{Action, Sight};
use domain::context::Context;
use domain::id::{LetterBatchId, LetterId};
use domain::letter::{Letter, LetterKind, LetterState};
use domain::letter_batch::{Entry, LetterBatch, Posting, Printed};
use domain::task::{Need, TaskKind};
use storage::page::Page;
use storage::{self, Conn, Tx, letter_batches, letters};

/// The letters that a batch is to hold: those that were asked for, or as many of all that wait as fit.
///
/// # Errors
/// Every letter that cannot be in it, by its place; a refusal if none waits.
pub fn chosen(db: &mut Conn, cx: &Context, asked: Option<&[LetterId]>) -> Result<Vec<Letter>, Error> {
    cx.allow(Action::WorkTasks)?;
    let chosen = match asked {
        Some(asked) => asked_for(db, asked)?,
        None => waiting(db)?,
    };
    if chosen.is_empty() {
        let text = "no letter waits to be printed that is not in an open batch already".to_owned();
        return Err(Error::Refused { code: "nothing-to-print", text });
    }
    Ok(chosen)
}

fn asked_for(db: &mut Conn, asked: &[LetterId]) -> Result<Vec<Letter>, Error> {
    let taken = letter_batches::open_with(db, asked)?;
    let (mut chosen, mut faults, mut seen) = (Vec::with_capacity(asked.len()), Vec::new(), BTreeSet::new());
    for (place, id) in asked.iter().enumerate() {
        let letter = letters::find(db, *id)?;
        let fault = match (&letter, taken.get(id)) {
            _ if !seen.insert(*id) => Some(format!("the letter {id} is named twice: name it once")),
            (None, _) => Some(format!("there is no letter {id}")),
            (Some(_), Some(batch)) => Some(format!("the letter {id} is in the open batch {batch}")),
            (Some(letter), None) => why_not(db, letter)?.map(|why| format!("the letter {id} cannot be posted: {why}")),
        };
        faults.extend(fault.map(|detail| FieldFault::at(format!("/letters/{place}"), detail)));
        chosen.extend(letter);
    }
    if faults.is_empty() { Ok(chosen) } else { Err(Error::Invalid(faults)) }
}

/// Those that wait the longest are not told from the others: all of them are to go today.
fn waiting(db: &mut Conn) -> Result<Vec<Letter>, Error> {
    let filter = letters::Filter { state: Some(LetterState::ToPrint), ..letters::Filter::default() };
    let (mut chosen, mut after) = (Vec::new(), None);
    loop {
        let page = Page { after, limit: LetterBatch::MOST };
        let listed = letters::list(db, Sight::Everything, &filter, &page)?;
        let ids = listed.rows.iter().map(|letter| letter.id).collect::<Vec<_>>();
        let taken = letter_batches::open_with(db, &ids)?;
        for letter in listed.rows.into_iter().filter(|letter| !taken.contains_key(&letter.id)) {
            if why_not(db, &letter)?.is_none() {
                chosen.push(letter);
            }
        }
        after = listed.next;
        if after.is_none() || chosen.len() >= LetterBatch::MOST {
            chosen.truncate(LetterBatch::MOST);
            return Ok(chosen);
        }
    }
}

/// Why a letter is not to be posted, if it is not.
fn why_not(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    match (letter.state, &letter.reply) {
        (LetterState::ToPrint, _) => {}
        (LetterState::GivenUp, Some(why)) => return Ok(Some(format!("it is {}: {why}", letter.state))),
        (state, _) => return Ok(Some(format!("it is {state}"))),
    }
    if letter.kind == LetterKind::Reference {
        // A batch is for everybody in the post-room, and is kept.
        return Ok(Some("it is about a reference, which few may read: print it by itself".to_owned()));
    }
    service::why_not(db, letter)
}

/// Letters that were read and printed together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The letters, as they were read.
    pub letters: Vec<Letter>,
    /// The file, and those that are in it.
    pub printed: Printed,
    /// Those that could not be printed, with the reason.
    pub unprintable: Vec<(LetterId, String)>,
}

/// Letters were printed together, as they were read; the bytes are safe already. One that could not be printed is a task.
///
/// # Errors
/// A refusal if one of them was changed meanwhile, [`Error::Duplicate`] if one was put into another batch.
pub fn make(tx: &mut Tx<'_>, cx: &Context, made: &Batch) -> Result<LetterBatch, Error> {
    cx.allow(Action::WorkTasks)?;
    for letter in &made.letters {
        let now = letters::find(tx, letter.id)?.ok_or(Error::NotFound)?;
        if now.revision != letter.revision || why_not(tx, &now)?.is_some() {
            let text = format!("the letter {} was changed while the batch was printed: ask again", letter.id);
            return Err(Error::Refused { code: "letter-changed", text });
        }
    }
    for letter in &made.letters {
        if let Some((_, why)) = made.unprintable.iter().find(|(id, _)| *id == letter.id) {
            tasks::open(tx, cx, not_printed(letter, why))?;
        }
    }
    let change = LetterBatch::make(cx, made.printed.clone());
    letter_batches::insert(tx, &change).map_err(|error| match error {
        storage::Error::Duplicate => {
            Error::Duplicate("one of these letters was put into another batch at this moment: ask again")
        }
        other => other.into(),
    })?;
    Ok(change.into_entity())
}

fn not_printed(letter: &Letter, why: &str) -> Need {
    Need {
        kind: TaskKind::LetterGivenUp,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("The letter to {} cannot be printed and was left out of a batch", letter.recipient_name),
        detail: format!("{why}. Write it anew, or post it as it is written elsewhere and record its posting."),
    }
}

/// A batch was posted or handed over: so is each of its letters, which serves the demand or the notice that it carries. What was posted
/// otherwise, withdrawn or returned meanwhile is left out, with the reason.
///
/// # Errors
/// A refusal unless it is open and can have gone so.
pub fn record_posting(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterBatchId,
    expected: Expected,
    posting: Posting,
) -> Result<LetterBatch, Error> {
    cx.allow(Action::WorkTasks)?;
    let batch = found(tx, id, expected)?;
    batch.may_be_posted(cx, &posting)?;
    let mut left_out = Vec::new();
    for entry in &batch.letters {
        if let Some(why) = post_one(tx, cx, rules, &batch, entry, &posting)? {
            left_out.push((entry.letter_id, why));
        }
    }
    letter_batches::save(tx, &batch.post(cx, posting, &left_out)?)?;
    again(tx, id)
}

/// Posts a letter of a batch, or says why it is left out.
fn post_one(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    batch: &LetterBatch,
    entry: &Entry,
    posting: &Posting,
) -> Result<Option<String>, Error> {
    let letter = letters::find(tx, entry.letter_id)?.ok_or(Error::NotFound)?;
    if let Some(why) = why_not(tx, &letter)? {
        return Ok(Some(why));
    }
    let (first, last, sha256) = (entry.first_page, entry.last_page, &batch.cover.sha256);
    let with =
        format!(", with the batch {}: pages {first} to {last} of the file with the SHA-256 {sha256}", batch.cover.id);
    match tx.attempt(|tx| post::posted(tx, cx, rules, letter, posting, &with)) {
        Err(Error::Refused { text, .. }) => Ok(Some(text)),
        other => other.map(|()| None),
    }
}

/// A batch is given up, and its letters are free for another.
///
/// # Errors
/// A refusal unless it is open.
pub fn cancel(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: LetterBatchId,
    expected: Expected,
    reason: &str,
) -> Result<LetterBatch, Error> {
    cx.allow(Action::WorkTasks)?;
    let change = found(tx, id, expected)?.cancel(cx, reason)?;
    letter_batches::save(tx, &change)?;
    again(tx, id)
}

fn found(tx: &mut Tx<'_>, id: LetterBatchId, expected: Expected) -> Result<LetterBatch, Error> {
    let batch = letter_batches::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(batch.cover.revision)?;
    Ok(batch)
}

fn again(tx: &mut Tx<'_>, id: LetterBatchId) -> Result<LetterBatch, Error> {
    letter_batches::find(tx, id)?.ok_or(Error::NotFound)
}
