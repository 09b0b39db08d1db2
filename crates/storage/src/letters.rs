//! The outbox: letters with their attempts, leased one attempt at a time.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds, record, revised};
use super::schema::{attempts, letters};
use super::{Conn, Error, Tx, events, schemes};
use domain::actor::Sight;
use domain::event::Change;
use domain::id::{CopyId, DemandId, LetterId, PartyId, PropertyId, Spelled as _};
use domain::letter::{Channel, Letter, LetterKind, LetterState};

record! {
    LetterRow in letters => Letter {
        id: Word<LetterId>,
        kind: Word<LetterKind>,
        recipient_id: Word<PartyId>,
        recipient_name: String,
        address: String,
        channel: Word<Channel>,
        dated_on: NaiveDate,
        part: i32,
        property_id: Option<Word<PropertyId>>,
        demand_id: Option<Word<DemandId>>,
        copy_id: Option<Word<CopyId>>,
        facts: Json<serde_json::Value>,
        subject: Option<String>,
        text: Option<String>,
        html: Option<String>,
        template: Option<String>,
        state: Word<LetterState>,
        attempt: i32,
        next_attempt_at: Option<Instant>,
        leased_until: Option<Instant>,
        first_attempt_at: Option<Instant>,
        settled_at: Option<Instant>,
        reply: Option<String>,
        revision: i64,
        created_at: Instant,
        enclosure: Option<String>,
    }
}
revised!(LetterRow);

record! {
    AttemptRow in attempts keyed by 2 => Attempt {
        letter_id: Word<LetterId>,
        number: i32,
        started_at: Instant,
        ended_at: Option<Instant>,
        outcome: Option<String>,
        reply: Option<String>,
    }
}

/// One attempt to hand a letter to the relay. One without an end is an outcome that nobody knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The letter.
    pub letter_id: LetterId,
    /// Its number, from 1.
    pub number: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its outcome was known.
    pub ended_at: Option<DateTime<Utc>>,
    /// The state it led to.
    pub outcome: Option<String>,
    /// The relay's reply, or what went wrong.
    pub reply: Option<String>,
}

/// What a list of letters is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<LetterState>,
    /// Of this kind.
    pub kind: Option<LetterKind>,
    /// To this person or company.
    pub recipient: Option<PartyId>,
    /// Carrying this demand.
    pub demand: Option<DemandId>,
    /// But none of this kind.
    pub without: Option<LetterKind>,
}

/// The letter with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: LetterId) -> Result<Option<Letter>, Error> {
    let row = letters::table.find(id.as_str()).select(LetterRow::as_select()).get_result(db).optional()?;
    row.map(LetterRow::entity).transpose()
}

/// The letters of a kind about a home that wait to be sent or printed.
///
/// # Errors
/// Whatever the database says.
pub fn about_home(db: &mut Conn, home: PropertyId, kind: LetterKind) -> Result<Vec<LetterId>, Error> {
    let waits = [LetterState::Queued, LetterState::ToPrint].map(Word);
    let ids = letters::table
        .filter(letters::property_id.eq(Word(home)))
        .filter(letters::kind.eq(Word(kind)))
        .filter(letters::state.eq_any(waits))
        .select(letters::id)
        .load::<Word<LetterId>>(db)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

/// The letter with that identifier, if the actor may see it.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: LetterId) -> Result<Option<Letter>, Error> {
    Ok(find(db, id)?.filter(|letter| match sight {
        Sight::Everything => true,
        Sight::Of(party) => letter.recipient_id == party,
        Sight::Nothing => false,
    }))
}

/// A page of the letters that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Letter>, Error> {
    if sight == Sight::Nothing {
        return Ok(Listed { rows: Vec::new(), next: None });
    }
    let mut query = letters::table.select(LetterRow::as_select()).into_boxed();
    if let Sight::Of(party) = sight {
        query = query.filter(letters::recipient_id.eq(Word(party)));
    }
    if let Some(state) = filter.state {
        query = query.filter(letters::state.eq(Word(state)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(letters::kind.eq(Word(kind)));
    }
    if let Some(kind) = filter.without {
        query = query.filter(letters::kind.ne(Word(kind)));
    }
    if let Some(recipient) = filter.recipient {
        query = query.filter(letters::recipient_id.eq(Word(recipient)));
    }
    if let Some(demand) = filter.demand {
        query = query.filter(letters::demand_id.eq(Word(demand)));
    }
    if let Some(after) = &page.after {
        query = query.filter(letters::id.gt(after.clone()));
    }
    let rows = query.order(letters::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(LetterRow::entities(rows)?, |letter| letter.id.to_string()))
}

/// Every letter about that home, in the order of their identifiers.
///
/// # Errors
/// Whatever the database says.
pub fn of_home(db: &mut Conn, home: PropertyId) -> Result<Vec<Letter>, Error> {
    let query = letters::table.filter(letters::property_id.eq(Word(home))).order(letters::id);
    LetterRow::entities(query.select(LetterRow::as_select()).load(db)?)
}

/// The letters of one kind to these people on one day: how many there are for each, and which of them nobody has begun.
///
/// # Errors
/// Whatever the database says.
pub fn on_day(db: &mut Conn, kind: LetterKind, day: NaiveDate, people: &[PartyId]) -> Result<Vec<OnDay>, Error> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let names = part.iter().map(PartyId::as_str).collect::<Vec<_>>();
        let rows: Vec<Facts> = letters::table
            .filter(letters::recipient_id.eq_any(names))
            .filter(letters::kind.eq(Word(kind)).and(letters::dated_on.eq(day)))
            .select((letters::recipient_id, letters::part, letters::id, letters::state, letters::attempt))
            .load(db)?;
        found.extend(rows.into_iter().map(|(recipient, part, id, state, attempt)| OnDay {
            recipient: recipient.0,
            part,
            untouched: (state.0 == LetterState::Queued && attempt == 0).then_some(id.0),
        }));
    }
    Ok(found)
}

type Facts = (Word<PartyId>, i32, Word<LetterId>, Word<LetterState>, i32);

/// One letter of a kind to a person on a day.
#[derive(Clone, Copy, Debug)]
pub struct OnDay {
    /// Whom it is to.
    pub recipient: PartyId,
    /// Its part.
    pub part: i32,
    /// Its identifier, if nobody has begun to send it: then it can still take another line.
    pub untouched: Option<LetterId>,
}

/// Where a round of the post has got to: the instant from which a letter is to be sent, and its identifier as stored.
pub type Place = (DateTime<Utc>, String);

/// The next letters that are to be sent, or whose lease has run out, by that instant, in order.
///
/// Identifiers are told as stored, so that one that cannot be read does not hide the others.
///
/// # Errors
/// Whatever the database says.
pub fn to_send(db: &mut Conn, now: DateTime<Utc>, after: Option<&Place>, limit: i64) -> Result<Vec<Place>, Error> {
    let mut query = letters::table
        .filter(letters::next_attempt_at.is_not_null().and(letters::next_attempt_at.le(Instant::enter(&now))))
        .order((letters::next_attempt_at, letters::id))
        .limit(limit)
        .select((letters::next_attempt_at.assume_not_null(), letters::id))
        .into_boxed();
    if let Some((at, id)) = after {
        let at = Instant::enter(at);
        let later = letters::next_attempt_at.gt(at);
        query = query.filter(later.or(letters::next_attempt_at.eq(at).and(letters::id.gt(id.clone()))));
    }
    let rows: Vec<(Instant, String)> = query.load(db)?;
    rows.into_iter().map(|(at, id)| Ok((at.leave()?, id))).collect()
}

/// How many letters wait to be sent.
///
/// # Errors
/// Whatever the database says.
pub fn waiting(db: &mut Conn) -> Result<i64, Error> {
    Ok(letters::table.filter(letters::next_attempt_at.is_not_null()).count().get_result(db)?)
}

/// Keeps new letters with their events.
///
/// # Errors
/// [`Error::Duplicate`] if one of them is there.
pub fn insert(tx: &mut Tx<'_>, queued: &[Change<Letter>]) -> Result<(), Error> {
    tx.insert(&queued.iter().map(|change| LetterRow::of(change.entity())).collect::<Vec<_>>())?;
    events::append(tx, &queued.iter().map(Change::event).collect::<Vec<_>>())
}

/// Saves a letter that was settled, posted or queued again.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Letter>) -> Result<(), Error> {
    tx.change::<LetterRow>(change)
}

/// Saves a letter that is being composed or claimed: a step of the post, whose outcome is the event.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save_step(tx: &mut Tx<'_>, letter: &Letter) -> Result<(), Error> {
    tx.save_revised(LetterRow::of(letter))
}

/// Notes that an attempt begins, before anything is said to the relay.
///
/// # Errors
/// Whatever the database says.
pub fn begin_attempt(tx: &mut Tx<'_>, letter: &Letter, now: DateTime<Utc>) -> Result<(), Error> {
    let attempt = Attempt {
        letter_id: letter.id,
        number: letter.attempt,
        started_at: now,
        ended_at: None,
        outcome: None,
        reply: None,
    };
    tx.insert(&[AttemptRow::of(&attempt)])
}

/// Notes how an attempt ended.
///
/// # Errors
/// Whatever the database says.
pub fn end_attempt(tx: &mut Tx<'_>, letter: &Letter, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(attempts::table.find((letter.id.as_str(), letter.attempt)))
        .set((
            attempts::ended_at.eq(Some(Instant::enter(&now))),
            attempts::outcome.eq(Some(letter.state.as_str())),
            attempts::reply.eq(letter.reply.as_deref()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The attempts of a letter, in order.
///
/// # Errors
/// Whatever the database says.
pub fn attempts_of(db: &mut Conn, id: LetterId) -> Result<Vec<Attempt>, Error> {
    let rows = attempts::table
        .filter(attempts::letter_id.eq(id.as_str()))
        .order(attempts::number)
        .select(AttemptRow::as_select())
        .load(db)?;
    AttemptRow::entities(rows)
}

/// The counter that stands at 1 while mail is held.
const HELD: &str = "mail.held";

/// Whether mail is held, as the database itself says: it is a restored copy, or somebody said so.
///
/// # Errors
/// Whatever the database says.
pub fn are_held(db: &mut Conn) -> Result<bool, Error> {
    Ok(schemes::counter(db, HELD)? != 0)
}

/// Notes that mail is held, or no longer.
///
/// # Errors
/// Whatever the database says.
pub fn hold(tx: &mut Tx<'_>, held: bool) -> Result<(), Error> {
    schemes::set_counter(tx, HELD, i64::from(held))
}
