//! Officers' calendars: their secret addresses, and the visits that they show.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Error;
use domain::actor::Action;
use domain::context::Context;
use domain::feed::{Feed, Refusal};
use domain::inspection::{Inspection, Visit};
use domain::sign_in::digest;
use storage::{Conn, Tx, access, feeds, inspections, properties};

/// How long visits that are over stay in a calendar.
const SHOWN_AFTER: TimeDelta = TimeDelta::days(90);

/// A visit of a calendar, with the address of the home.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The inspection.
    pub inspection: Inspection,
    /// Its visit, and the number of that.
    pub visit: (usize, Visit),
    /// Where.
    pub address: String,
}

/// The actor's calendar gets an address, and loses the one that it had. The second value is its secret.
///
/// # Errors
/// [`Error::Forbidden`] if the actor makes no visits.
pub fn renew(tx: &mut Tx<'_>, cx: &Context) -> Result<(Feed, String), Error> {
    cx.allow(Action::WorkInspections)?;
    let account = cx.actor.account.ok_or(Error::Forbidden)?;
    let before = feeds::find(tx, account)?;
    let (change, secret) = Feed::issue(cx, account, before.as_ref());
    if before.is_some() {
        feeds::save(tx, &change)?;
    } else {
        feeds::insert(tx, &change)?;
    }
    Ok((change.into_entity(), secret))
}

/// The actor's calendar loses its address.
///
/// # Errors
/// A refusal if it has none.
pub fn revoke(tx: &mut Tx<'_>, cx: &Context) -> Result<Feed, Error> {
    cx.allow(Action::WorkInspections)?;
    let account = cx.actor.account.ok_or(Error::Forbidden)?;
    let feed = feeds::find(tx, account)?.ok_or(Refusal::None)?;
    let change = feed.revoke(cx)?;
    feeds::save(tx, &change)?;
    Ok(change.into_entity())
}

/// The visits of whoever's calendar has this secret.
///
/// # Errors
/// [`Error::NotFound`] for a secret that is not known or not live, or whose officer makes no visits any more.
pub fn visits(db: &mut Conn, now: DateTime<Utc>, secret: &str) -> Result<Vec<Shown>, Error> {
    let feed = feeds::of_hash(db, &digest(secret))?.filter(|feed| feed.revoked_at.is_none()).ok_or(Error::NotFound)?;
    let account = access::find(db, feed.account_id)?;
    account.filter(|account| account.actor().may(Action::WorkInspections)).ok_or(Error::NotFound)?;
    let found = inspections::of_officer(db, feed.account_id, now - SHOWN_AFTER)?;
    let homes = found.iter().map(|one| one.property_id).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?.into_iter().map(|home| (home.id, home.one_line()));
    let homes = homes.collect::<HashMap<_, _>>();
    let mut shown = Vec::new();
    for inspection in found {
        let address = homes.get(&inspection.property_id).cloned().unwrap_or_default();
        let mine = (1..).zip(&inspection.visits).filter(|(_, visit)| visit.officer_id == feed.account_id);
        for (number, visit) in mine {
            let visit = (number, visit.clone());
            shown.push(Shown { inspection: inspection.clone(), visit, address: address.clone() });
        }
    }
    Ok(shown)
}
