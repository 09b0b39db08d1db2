//! The table of applications.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page, pattern};
use super::record::{Holds as _, record, revised};
use super::schema::applications;
use super::{Conn, Error, Tx};
use domain::application::{Application, Found, Stage};
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{AccountId, ApplicationId, EnquiryId, PartyId, PropertyId, Spelled as _};

record! {
    ApplicationRow in applications => Application {
        id: Word<ApplicationId>,
        reference: String,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        applicant_id: Word<PartyId>,
        holder_id: Word<PartyId>,
        manager_id: Option<Word<PartyId>>,
        agent_id: Option<Word<PartyId>>,
        stage: Word<Stage>,
        officer_id: Option<Word<AccountId>>,
        submitted_on: Option<chrono::NaiveDate>,
        duly_made_on: Option<chrono::NaiveDate>,
        answer_by: Option<chrono::NaiveDate>,
        answer_basis: Option<Json<Counted>>,
        defects: Json<Vec<String>>,
        findings: Json<Vec<Found>>,
        consultation_ends_on: Option<chrono::NaiveDate>,
        consultation_basis: Option<Json<Counted>>,
        ended_on: Option<chrono::NaiveDate>,
        reason: Option<String>,
        import_key: Option<String>,
        search: String,
        revision: i64,
        created_at: Instant,
        effective_until: Option<chrono::NaiveDate>,
        enquiry_id: Option<Word<EnquiryId>>,
    }
}
revised!(ApplicationRow);

/// What a list of applications is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// At this stage.
    pub stage: Option<Stage>,
    /// With this officer.
    pub officer: Option<AccountId>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// That came of this enquiry.
    pub enquiry: Option<EnquiryId>,
    /// With this text in reference, address or postcode.
    pub text: Option<String>,
}

/// The application with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ApplicationId) -> Result<Option<Application>, Error> {
    let row = applications::table.find(id.as_str()).select(ApplicationRow::as_select()).get_result(db).optional()?;
    row.map(ApplicationRow::entity).transpose()
}

/// Whether an application was imported under that key.
///
/// # Errors
/// Whatever the database says.
pub fn is_imported(db: &mut Conn, key: &str) -> Result<bool, Error> {
    let there = diesel::select(diesel::dsl::exists(applications::table.filter(applications::import_key.eq(key))));
    Ok(there.get_result(db)?)
}

/// A page of applications.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Application>, Error> {
    let mut query = applications::table.select(ApplicationRow::as_select()).into_boxed();
    if let Some(area) = &filter.area {
        query = query.filter(applications::area_code.eq(area.clone()));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(applications::stage.eq(Word(stage)));
    }
    if let Some(officer) = filter.officer {
        query = query.filter(applications::officer_id.eq(Word(officer)));
    }
    if let Some(home) = filter.property {
        query = query.filter(applications::property_id.eq(Word(home)));
    }
    if let Some(enquiry) = filter.enquiry {
        query = query.filter(applications::enquiry_id.eq(Word(enquiry)));
    }
    if let Some(text) = &filter.text {
        query = query.filter(applications::search.like(pattern(text)).escape('\\'));
    }
    if let Some(after) = &page.after {
        query = query.filter(applications::id.gt(after.clone()));
    }
    let rows = query.order(applications::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(ApplicationRow::entities(rows)?, |application| application.id.to_string()))
}

/// The applications that came of that enquiry.
///
/// # Errors
/// Whatever the database says.
pub fn of_enquiry(db: &mut Conn, id: EnquiryId) -> Result<Vec<ApplicationId>, Error> {
    let rows: Vec<Word<ApplicationId>> = applications::table
        .filter(applications::enquiry_id.eq(id.as_str()))
        .order(applications::id)
        .select(applications::id)
        .load(db)?;
    Ok(rows.into_iter().map(|Word(id)| id).collect())
}

/// Keeps a new application.
///
/// # Errors
/// [`Error::Duplicate`] if it was imported before.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Application>) -> Result<(), Error> {
    tx.add::<ApplicationRow>(change)
}

/// Saves an application that took a step.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Application>) -> Result<(), Error> {
    tx.change::<ApplicationRow>(change)
}
