//! The audit chains: anchored each night, verified at any time.

use chrono::NaiveDate;

use super::Error;
use domain::anchor::{anchor_hash, leaf, root};
use domain::context::Context;
use domain::event::{GENESIS, seal};
use storage::events::{self, Anchor, Sealed};
use storage::{Conn, Tx};

/// The most heads under one anchor, so that a night of many cases needs no more memory than a quiet one.
const HEADS: i64 = 10_000;

/// Anchors the heads of all chains that have moved since the last anchor, in as many anchors as their number asks for.
/// Returns the last of them; `None` if no chain has moved.
///
/// # Errors
/// Whatever the database says.
pub fn anchor(tx: &mut Tx<'_>, cx: &Context, night: NaiveDate) -> Result<Option<Anchor>, Error> {
    let mut made = None;
    while let Some(next) = anchor_some(tx, cx, night)? {
        made = Some(next);
    }
    Ok(made)
}

fn anchor_some(tx: &mut Tx<'_>, cx: &Context, night: NaiveDate) -> Result<Option<Anchor>, Error> {
    let heads = events::unanchored(tx, HEADS)?;
    let Some((through, ..)) = heads.last().cloned() else { return Ok(None) };
    let mut lines = heads.into_iter().map(|(chain, seq, hash)| leaf(&chain, seq, &hash)).collect::<Vec<_>>();
    // The database may order names otherwise than by their bytes, as an anchor must.
    lines.sort();
    let last = events::last_anchor(tx)?;
    let (number, before) = last.map_or_else(|| (1, GENESIS.to_owned()), |(number, _, hash)| (number + 1, hash));
    let root = root(&lines);
    let made = Anchor {
        number,
        night,
        made_at: cx.now,
        hash: anchor_hash(&before, &root, &night.to_string(), lines.len()),
        before,
        root,
        count: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        leaves: lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect(),
    };
    events::keep_anchor(tx, &made, &through)?;
    Ok(Some(made))
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Events that were verified.
    pub events: u64,
    /// Chains that were verified.
    pub chains: u64,
    /// Anchors that were verified.
    pub anchors: u64,
    /// The first fault; `None` if all is right.
    pub fault: Option<Fault>,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Chain and place of the first bad event, or the bad anchor.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

const PAGE: i64 = 2_000;

/// Verifies every chain from its first event, or one chain alone, and every anchor. `seen` is told of each chain.
///
/// # Errors
/// Whatever the database says; a broken chain is not an error but a [`Verdict`].
pub fn verify(db: &mut Conn, only: Option<&str>, mut seen: impl FnMut(&str)) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let mut after = String::new();
    loop {
        let heads = events::heads(db, &after, PAGE)?;
        let Some((last, ..)) = heads.last() else { break };
        after.clone_from(last);
        for (chain, seq, hash) in heads.iter().filter(|(chain, ..)| only.is_none_or(|only| only == chain)) {
            seen(chain);
            verdict.chains += 1;
            verdict.fault = chain_fault(db, chain, *seq, hash, &mut verdict.events)?;
            if verdict.fault.is_some() {
                return Ok(verdict);
            }
        }
    }
    verdict.fault = anchor_fault(db, only, &mut verdict.anchors)?;
    Ok(verdict)
}

fn chain_fault(
    db: &mut Conn,
    chain: &str,
    head_seq: i64,
    head_hash: &str,
    verified: &mut u64,
) -> Result<Option<Fault>, Error> {
    let mut hash = GENESIS.to_owned();
    let mut seq = 0;
    loop {
        let page = events::of_chain(db, chain, seq, PAGE)?;
        for event in &page {
            let wanted = seq + 1;
            if let Some(what) = event_fault(event, chain, wanted, &hash) {
                return Ok(Some(Fault { place: format!("{chain} event {wanted}"), what }));
            }
            hash.clone_from(&event.hash);
            seq = wanted;
            *verified += 1;
        }
        if page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            break;
        }
    }
    if seq != head_seq || hash != head_hash {
        let what = format!("the chain ends here, but its head says event {head_seq}");
        return Ok(Some(Fault { place: format!("{chain} event {}", seq.min(head_seq) + 1), what }));
    }
    Ok(None)
}

fn event_fault(event: &Sealed, chain: &str, seq: i64, before: &str) -> Option<String> {
    if event.seq != seq {
        return Some(format!("is missing: the next one stored is event {}", event.seq));
    }
    if seal(before, &event.body) != event.hash {
        return Some("does not match its hash: it, or the one before it, was changed".to_owned());
    }
    let body: serde_json::Value = match serde_json::from_str(&event.body) {
        Ok(body) => body,
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let place = body.get("seq").and_then(serde_json::Value::as_i64);
    let same = text("chain") == chain
        && place == Some(seq)
        && text("kind") == event.kind.spelling()
        && text("subject") == event.subject
        && text("at").parse() == Ok(event.at);
    (!same).then(|| "says something else in its columns than in its sealed text".to_owned())
}

fn anchor_fault(db: &mut Conn, only: Option<&str>, verified: &mut u64) -> Result<Option<Fault>, Error> {
    let mut number = 0;
    let mut before = GENESIS.to_owned();
    loop {
        let page = events::anchors_after(db, number, 50)?;
        if page.is_empty() {
            return Ok(None);
        }
        for anchor in page {
            number += 1;
            let place = format!("anchor {number}");
            if let Some(what) = one_anchor_fault(&anchor, number, &before) {
                return Ok(Some(Fault { place, what }));
            }
            if let Some(what) = leaf_fault(db, &anchor, only)? {
                return Ok(Some(Fault { place, what }));
            }
            before = anchor.hash;
            *verified += 1;
        }
    }
}

fn one_anchor_fault(anchor: &Anchor, number: i64, before: &str) -> Option<String> {
    if anchor.number != number {
        return Some(format!("is missing: the next one stored is anchor {}", anchor.number));
    }
    let lines = anchor.leaves.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
    let root = root(&lines);
    let hash = anchor_hash(before, &root, &anchor.night.to_string(), lines.len());
    let right = anchor.before == before && anchor.root == root && anchor.hash == hash;
    (!right).then(|| "does not match its hash: it, or the one before it, was changed".to_owned())
}

fn leaf_fault(db: &mut Conn, anchor: &Anchor, only: Option<&str>) -> Result<Option<String>, Error> {
    for line in anchor.leaves.lines() {
        let mut words = line.split(' ');
        let (Some(chain), Some(seq), Some(hash)) = (words.next(), words.next(), words.next()) else {
            return Ok(Some(format!("holds a line that is no head: \"{line}\"")));
        };
        if only.is_some_and(|only| only != chain) {
            continue;
        }
        let seq = seq.parse::<i64>().unwrap_or_default();
        let stored = events::of_chain(db, chain, seq - 1, 1)?.into_iter().find(|event| event.seq == seq);
        if stored.is_none_or(|event| event.hash != hash) {
            return Ok(Some(format!(
                "{chain} event {seq} is not the one that was anchored: the chain was cut or rewritten"
            )));
        }
    }
    Ok(None)
}
