//! The table of enquiries into homes that may need a licence.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::enquiries;
use super::{Conn, Error, Tx};
use domain::enquiry::{Enquiry, EnquiryState, Entry, IntelligenceSource, OwnerSource};
use domain::event::Change;
use domain::id::{AccountId, EnquiryId, ExemptionId, PartyId, PropertyId, Spelled as _};
use domain::requirement::Requirement;

record! {
    EnquiryRow in enquiries => Enquiry {
        id: Word<EnquiryId>,
        reference: String,
        property_id: Word<PropertyId>,
        state: Word<EnquiryState>,
        source: Word<IntelligenceSource>,
        intelligence: String,
        received_on: chrono::NaiveDate,
        officer_id: Option<Word<AccountId>>,
        requirement: Option<Json<Requirement>>,
        owner_id: Option<Word<PartyId>>,
        owner_source: Option<Word<OwnerSource>>,
        exemption_id: Option<Word<ExemptionId>>,
        entries: Json<Vec<Entry>>,
        reason: Option<String>,
        ended_on: Option<chrono::NaiveDate>,
        revision: i64,
        opened_at: Instant,
    }
}
revised!(EnquiryRow);

/// What a list of enquiries is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<EnquiryState>,
    /// Into this home.
    pub property: Option<PropertyId>,
    /// With this officer.
    pub officer: Option<AccountId>,
}

/// The enquiry with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: EnquiryId) -> Result<Option<Enquiry>, Error> {
    let row = enquiries::table.find(id.as_str()).select(EnquiryRow::as_select()).get_result(db).optional()?;
    row.map(EnquiryRow::entity).transpose()
}

/// The enquiries into a home, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_property(db: &mut Conn, home: PropertyId) -> Result<Vec<Enquiry>, Error> {
    let rows = enquiries::table
        .filter(enquiries::property_id.eq(home.as_str()))
        .order(enquiries::id)
        .select(EnquiryRow::as_select())
        .load(db)?;
    EnquiryRow::entities(rows)
}

/// A page of enquiries.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Enquiry>, Error> {
    let mut query = enquiries::table.select(EnquiryRow::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(enquiries::state.eq(Word(state)));
    }
    if let Some(home) = filter.property {
        query = query.filter(enquiries::property_id.eq(Word(home)));
    }
    if let Some(officer) = filter.officer {
        query = query.filter(enquiries::officer_id.eq(Word(officer)));
    }
    if let Some(after) = &page.after {
        query = query.filter(enquiries::id.gt(after.clone()));
    }
    let rows = query.order(enquiries::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(EnquiryRow::entities(rows)?, |enquiry| enquiry.id.to_string()))
}

/// Keeps a new enquiry.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Enquiry>) -> Result<(), Error> {
    tx.add::<EnquiryRow>(change)
}

/// Saves an enquiry that went on.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Enquiry>) -> Result<(), Error> {
    tx.change::<EnquiryRow>(change)
}
