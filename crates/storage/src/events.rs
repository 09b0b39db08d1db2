//! Chains of events: appended and read, never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Word};
use super::record::{Holds, record};
use super::schema::{anchors, chains, events};
use super::{Conn, Error, Tx};
use domain::event::{Chain, Event, GENESIS, Happening, seal};

record! {
    ChainRow in chains {
        name: String,
        seq: i64,
        hash: String,
        anchored: bool,
    }
}

record! {
    EventRow in events keyed by 2 => Sealed {
        chain: String,
        seq: i64,
        hash: String,
        at: Instant,
        kind: Word<Happening>,
        subject: String,
        body: String,
    }
}

record! {
    AnchorRow in anchors => Anchor {
        number: i64,
        night: chrono::NaiveDate,
        made_at: Instant,
        before: String,
        root: String,
        count: i64,
        hash: String,
        leaves: String,
    }
}

/// An event in its chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// The chain's name.
    pub chain: String,
    /// Its place, from 1.
    pub seq: i64,
    /// The hash that seals it to everything before.
    pub hash: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind.
    pub kind: Happening,
    /// What it happened to.
    pub subject: String,
    /// The exact text that is sealed.
    pub body: String,
}

/// One night's anchor over the heads of all chains that had moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// Its place, from 1.
    pub number: i64,
    /// The night.
    pub night: chrono::NaiveDate,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The hash of the anchor before.
    pub before: String,
    /// Merkle root over the leaves.
    pub root: String,
    /// How many leaves.
    pub count: i64,
    /// The anchor's own hash.
    pub hash: String,
    /// The heads, a line each: chain, place, hash.
    pub leaves: String,
}

/// Appends events to their chains, in the order given, in as few statements as the database allows.
///
/// # Errors
/// Whatever the database says.
pub fn append(tx: &mut Tx<'_>, new: &[&Event]) -> Result<(), Error> {
    let mut heads: BTreeMap<Chain, (i64, String)> = BTreeMap::new();
    let names = new.iter().map(|event| event.chain).collect::<std::collections::BTreeSet<_>>();
    let by_name = names.iter().map(|chain| (chain.name(), *chain)).collect::<BTreeMap<_, _>>();
    let wanted = by_name.keys().cloned().collect::<Vec<_>>();
    for part in wanted.chunks(500) {
        let rows = chains::table.select(ChainRow::as_select());
        // Most changes touch one chain, and only this form of the statement is kept prepared.
        let known: Vec<ChainRow> = match part {
            [one] => rows.filter(chains::name.eq(one)).load(&mut **tx)?,
            several => rows.filter(chains::name.eq_any(several)).load(&mut **tx)?,
        };
        for head in known {
            if let Some(chain) = by_name.get(&head.name) {
                heads.insert(*chain, (head.seq, head.hash));
            }
        }
    }
    let mut sealed = Vec::with_capacity(new.len());
    for event in new {
        let (seq, before) = heads.entry(event.chain).or_insert_with(|| (0, GENESIS.to_owned()));
        *seq += 1;
        let body = event.body(*seq);
        *before = seal(before, &body);
        sealed.push(EventRow {
            chain: event.chain.name(),
            seq: *seq,
            hash: before.clone(),
            at: Instant::enter(&event.at),
            kind: Word(event.kind),
            subject: event.subject.clone(),
            body,
        });
    }
    let heads =
        heads.into_iter().map(|(chain, (seq, hash))| ChainRow { name: chain.name(), seq, hash, anchored: false });
    tx.put(&heads.collect::<Vec<_>>())?;
    tx.insert(&sealed)
}

/// A page of a chain: events after the place `after`, in order.
///
/// # Errors
/// Whatever the database says.
pub fn of_chain(db: &mut Conn, chain: &str, after: i64, limit: i64) -> Result<Vec<Sealed>, Error> {
    let rows = events::table
        .filter(events::chain.eq(chain).and(events::seq.gt(after)))
        .order(events::seq)
        .limit(limit)
        .select(EventRow::as_select())
        .load(db)?;
    Holds::entities(rows)
}

/// The events of a chain about one thing, in order.
///
/// # Errors
/// Whatever the database says.
pub fn about(db: &mut Conn, chain: &str, subject: &str) -> Result<Vec<Sealed>, Error> {
    let rows = events::table
        .filter(events::chain.eq(chain).and(events::subject.eq(subject)))
        .order(events::seq)
        .select(EventRow::as_select())
        .load(db)?;
    Holds::entities(rows)
}

/// The names of chains after `after`, in order, with their recorded heads (place and hash).
///
/// # Errors
/// Whatever the database says.
pub fn heads(db: &mut Conn, after: &str, limit: i64) -> Result<Vec<(String, i64, String)>, Error> {
    Ok(chains::table
        .filter(chains::name.gt(after))
        .order(chains::name)
        .limit(limit)
        .select((chains::name, chains::seq, chains::hash))
        .load(db)?)
}

/// The first heads of chains that have moved since the last anchor, by name as the database orders names.
///
/// # Errors
/// Whatever the database says.
pub fn unanchored(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(String, i64, String)>, Error> {
    Ok(chains::table
        .filter(diesel::dsl::not(chains::anchored))
        .order(chains::name)
        .limit(limit)
        .select((chains::name, chains::seq, chains::hash))
        .load(&mut **tx)?)
}

/// Keeps an anchor, and marks every chain up to that name, as the database orders names, as anchored.
///
/// # Errors
/// Whatever the database says.
pub fn keep_anchor(tx: &mut Tx<'_>, anchor: &Anchor, through: &str) -> Result<(), Error> {
    tx.insert(&[AnchorRow::of(anchor)])?;
    diesel::update(chains::table.filter(diesel::dsl::not(chains::anchored).and(chains::name.le(through))))
        .set(chains::anchored.eq(true))
        .execute(&mut **tx)?;
    Ok(())
}

/// Anchors after the given number, in order.
///
/// # Errors
/// Whatever the database says.
pub fn anchors_after(db: &mut Conn, number: i64, limit: i64) -> Result<Vec<Anchor>, Error> {
    let rows = anchors::table
        .filter(anchors::number.gt(number))
        .order(anchors::number)
        .limit(limit)
        .select(AnchorRow::as_select())
        .load(db)?;
    Holds::entities(rows)
}

/// The number, the night and the hash of the newest anchor.
///
/// # Errors
/// Whatever the database says.
pub fn last_anchor(db: &mut Conn) -> Result<Option<(i64, chrono::NaiveDate, String)>, Error> {
    let newest = anchors::table.order(anchors::number.desc()).limit(1);
    Ok(newest.select((anchors::number, anchors::night, anchors::hash)).get_result(db).optional()?)
}

/// The night and the hash of the newest anchor that was made by then.
///
/// # Errors
/// Whatever the database says.
pub fn anchor_by(db: &mut Conn, at: DateTime<Utc>) -> Result<Option<(chrono::NaiveDate, String)>, Error> {
    let newest = anchors::table.filter(anchors::made_at.le(Instant::enter(&at))).order(anchors::number.desc()).limit(1);
    Ok(newest.select((anchors::night, anchors::hash)).get_result(db).optional()?)
}
