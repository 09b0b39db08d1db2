//! The table of certificates, reports and declarations.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{certificates, licence_homes, licences};
use super::{Conn, Error, Tx};
use domain::actor::Sight;
use domain::calendar::{Counted, london};
use domain::certificate::{Certificate, CertificateState, Particulars};
use domain::event::Change;
use domain::id::{AccountId, CertificateId, LicenceId, PropertyId, Spelled as _};
use domain::obligation::Duty;
use domain::scheme::{DocumentKind, ObligationKind};

record! {
    CertificateRow in certificates => Certificate {
        id: Word<CertificateId>,
        property_id: Word<PropertyId>,
        licence_id: Option<Word<LicenceId>>,
        kind: Word<DocumentKind>,
        particulars: Json<Particulars>,
        valid_until: Option<NaiveDate>,
        valid_basis: Option<Json<Counted>>,
        received_at: Instant,
        state: Word<CertificateState>,
        assessed_at: Option<Instant>,
        assessed_by: Option<Word<AccountId>>,
        assessment: Option<String>,
        revision: i64,
    }
}
revised!(CertificateRow);

/// What a list of records is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this home.
    pub property: Option<PropertyId>,
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// In this state.
    pub state: Option<CertificateState>,
}

/// The record with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: CertificateId) -> Result<Option<Certificate>, Error> {
    let row = certificates::table.find(id.as_str()).select(CertificateRow::as_select()).get_result(db).optional()?;
    row.map(CertificateRow::entity).transpose()
}

/// The accepted records of the same home and kind beside this one.
///
/// # Errors
/// Whatever the database says.
pub fn accepted_before(db: &mut Conn, record: &Certificate) -> Result<Vec<Certificate>, Error> {
    let rows = certificates::table
        .filter(certificates::property_id.eq(record.property_id.as_str()))
        .filter(certificates::kind.eq(record.kind.as_str()))
        .filter(certificates::state.eq(CertificateState::Accepted.as_str()))
        .filter(certificates::id.ne(record.id.as_str()))
        .order(certificates::id)
        .select(CertificateRow::as_select())
        .load(db)?;
    rows.into_iter().map(CertificateRow::entity).collect()
}

/// The record with that identifier, if the actor may see it: it concerns a home under a licence of theirs.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: CertificateId) -> Result<Option<Certificate>, Error> {
    let Some(record) = find(db, id)? else { return Ok(None) };
    let seen = match sight {
        Sight::Everything => true,
        Sight::Nothing => false,
        Sight::Of(party) => {
            let theirs = licence_homes::table
                .inner_join(licences::table)
                .filter(super::licences::concerns(party))
                .filter(licence_homes::property_id.eq(Word(record.property_id)));
            theirs.count().get_result::<i64>(db)? > 0
        }
    };
    Ok(seen.then_some(record))
}

/// A page of the records that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Certificate>, Error> {
    if sight == Sight::Nothing {
        return Ok(Listed { rows: Vec::new(), next: None });
    }
    let mut query = certificates::table.select(CertificateRow::as_select()).into_boxed();
    if let Sight::Of(party) = sight {
        let theirs = licence_homes::table
            .inner_join(licences::table)
            .filter(super::licences::concerns(party))
            .select(licence_homes::property_id);
        query = query.filter(certificates::property_id.eq_any(theirs));
    }
    if let Some(home) = filter.property {
        query = query.filter(certificates::property_id.eq(Word(home)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(certificates::kind.eq(Word(kind)));
    }
    if let Some(state) = filter.state {
        query = query.filter(certificates::state.eq(Word(state)));
    }
    if let Some(after) = &page.after {
        query = query.filter(certificates::id.gt(after.clone()));
    }
    let rows = query.order(certificates::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(CertificateRow::entities(rows)?, |record| record.id.to_string()))
}

/// Every record that was given under a licence, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_licence(db: &mut Conn, licence: LicenceId) -> Result<Vec<Certificate>, Error> {
    let rows = certificates::table
        .filter(certificates::licence_id.eq(Some(Word(licence))))
        .order((certificates::received_at, certificates::id))
        .select(CertificateRow::as_select())
        .load(db)?;
    CertificateRow::entities(rows)
}

/// The London day on which the earliest record came in that no officer has assessed, for each duty that it may meet.
///
/// # Errors
/// Whatever the database says.
pub fn waiting(db: &mut Conn, licences: &[LicenceId]) -> Result<BTreeMap<Duty, NaiveDate>, Error> {
    type Found = (Option<Word<LicenceId>>, Word<PropertyId>, Word<DocumentKind>, Instant);
    let names = licences.iter().map(LicenceId::as_str).collect::<Vec<_>>();
    let rows: Vec<Found> = certificates::table
        .filter(certificates::licence_id.eq_any(names))
        .filter(certificates::state.eq(Word(CertificateState::Received)))
        .select((certificates::licence_id, certificates::property_id, certificates::kind, certificates::received_at))
        .load(db)?;
    let mut waiting = BTreeMap::new();
    for (licence, Word(home), Word(kind), at) in rows {
        let Some(Word(licence)) = licence else { continue };
        let on = london::today(at.leave()?);
        for meets in ObligationKind::met_by(kind) {
            waiting.entry((licence, home, *meets)).and_modify(|day: &mut NaiveDate| *day = on.min(*day)).or_insert(on);
        }
    }
    Ok(waiting)
}

/// Keeps a new record.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Certificate>) -> Result<(), Error> {
    tx.add::<CertificateRow>(change)
}

/// Saves an assessed record.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Certificate>) -> Result<(), Error> {
    tx.change::<CertificateRow>(change)
}
