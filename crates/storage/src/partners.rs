//! The table of partners.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::partners;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{PartnerId, PartyId, Spelled as _};
use domain::partner::{Partner, PartnerKind};

record! {
    PartnerRow in partners => Partner {
        id: Word<PartnerId>,
        kind: Word<PartnerKind>,
        party_id: Word<PartyId>,
        email: Option<String>,
        agreement: Option<String>,
        agreement_ends_on: Option<chrono::NaiveDate>,
        revision: i64,
        created_at: Instant,
    }
}
revised!(PartnerRow);

/// The partner with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: PartnerId) -> Result<Option<Partner>, Error> {
    let row = partners::table.find(id.as_str()).select(PartnerRow::as_select()).get_result(db).optional()?;
    row.map(PartnerRow::entity).transpose()
}

/// The partner that is that body.
///
/// # Errors
/// Whatever the database says.
pub fn of_party(db: &mut Conn, party: PartyId) -> Result<Option<Partner>, Error> {
    let query = partners::table.filter(partners::party_id.eq(party.as_str()));
    let row = query.select(PartnerRow::as_select()).get_result(db).optional()?;
    row.map(PartnerRow::entity).transpose()
}

/// A page of partners.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, page: &Page) -> Result<Listed<Partner>, Error> {
    let mut query = partners::table.select(PartnerRow::as_select()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(partners::id.gt(after.clone()));
    }
    let rows = query.order(partners::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(PartnerRow::entities(rows)?, |partner| partner.id.to_string()))
}

/// Those whose agreement ends on that day or before, the first to end first.
///
/// # Errors
/// Whatever the database says.
pub fn agreement_ends_by(db: &mut Conn, day: NaiveDate) -> Result<Vec<Partner>, Error> {
    let query = partners::table.filter(partners::agreement_ends_on.le(day));
    let rows = query.order((partners::agreement_ends_on, partners::id)).select(PartnerRow::as_select()).load(db)?;
    PartnerRow::entities(rows)
}

/// Keeps a new partner.
///
/// # Errors
/// [`Error::Duplicate`] if the body is a partner already.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Partner>) -> Result<(), Error> {
    tx.add::<PartnerRow>(change)
}

/// Saves a corrected partner.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Partner>) -> Result<(), Error> {
    tx.change::<PartnerRow>(change)
}
