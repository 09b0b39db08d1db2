//! The table of files that were sent in, and of the answers and records that rest on them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::columns::{Column as _, Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{application_forms, applications, certificate_documents, documents, licences, response_documents};
use super::{Conn, Error, MultiBackend, Tx};
use domain::actor::Sight;
use domain::application::Stage;
use domain::document::{Document, MediaType, ScanState, Under};
use domain::event::Change;
use domain::id::{
    AccountId, ApplicationId, CertificateId, DocumentId, LicenceId, PartyId, PropertyId, ResponseId, Spelled as _,
};

record! {
    DocumentRow in documents => Document {
        id: Word<DocumentId>,
        licence_id: Option<Word<LicenceId>>,
        property_id: Word<PropertyId>,
        sha256: String,
        media_type: Word<MediaType>,
        bytes: i64,
        name: String,
        sender_account: Option<Word<AccountId>>,
        sender_party: Option<Word<PartyId>>,
        received_at: Instant,
        state: Word<ScanState>,
        scanned_at: Option<Instant>,
        finding: Option<String>,
        revision: i64,
        application_id: Option<Word<ApplicationId>>,
    }
}
revised!(DocumentRow);

record! {
    AnswerRow in response_documents keyed by 2 {
        response_id: Word<ResponseId>,
        document_id: Word<DocumentId>,
    }
}

record! {
    RecordRow in certificate_documents keyed by 2 {
        certificate_id: Word<CertificateId>,
        document_id: Word<DocumentId>,
    }
}

/// What a list of documents is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Under this licence.
    pub licence: Option<LicenceId>,
    /// With this application.
    pub application: Option<ApplicationId>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// In this state.
    pub state: Option<ScanState>,
}

/// The document with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: DocumentId) -> Result<Option<Document>, Error> {
    let row = documents::table.find(id.as_str()).select(DocumentRow::as_select()).get_result(db).optional()?;
    row.map(DocumentRow::entity).transpose()
}

/// What the actor may see of documents: those under a licence of theirs or with an application that they fill in; an officer all
/// but those of an application that was not sent yet.
fn seen(sight: Sight) -> Box<dyn BoxableExpression<documents::table, MultiBackend, SqlType = Nullable<Bool>>> {
    match sight {
        Sight::Everything => {
            let drafts =
                applications::table.filter(applications::stage.eq(Word(Stage::Draft))).select(applications::id);
            Box::new(documents::application_id.is_null().or(documents::application_id.ne_all(drafts.nullable())))
        }
        Sight::Of(party) => {
            let licences = licences::table.filter(super::licences::concerns(party)).select(licences::id);
            let own = application_forms::table.filter(application_forms::owner_id.eq(Word(party)));
            let own = own.select(application_forms::application_id.nullable());
            Box::new(documents::licence_id.eq_any(licences.nullable()).or(documents::application_id.eq_any(own)))
        }
        Sight::Nothing => Box::new(documents::id.is_null().nullable()),
    }
}

/// The document with that identifier, if the actor may see it.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: DocumentId) -> Result<Option<Document>, Error> {
    let row = documents::table
        .filter(documents::id.eq(Word(id)))
        .filter(seen(sight))
        .select(DocumentRow::as_select())
        .get_result(db)
        .optional()?;
    row.map(DocumentRow::entity).transpose()
}

/// The document of these bytes that was sent for that home under the same.
///
/// # Errors
/// Whatever the database says.
pub fn same(db: &mut Conn, under: Under, home: PropertyId, sha256: &str) -> Result<Option<Document>, Error> {
    let bytes = documents::property_id.eq(Word(home)).and(documents::sha256.eq(sha256));
    let query = documents::table.filter(bytes).select(DocumentRow::as_select()).into_boxed();
    let query = match under {
        Under::Licence(id) => query.filter(documents::licence_id.eq(Word(id))),
        Under::Application(id) => query.filter(documents::application_id.eq(Word(id))),
        Under::Home(_) => query.filter(documents::licence_id.is_null().and(documents::application_id.is_null())),
    };
    let row = query.get_result(db).optional()?;
    row.map(DocumentRow::entity).transpose()
}

/// The documents that were sent with an application, in the order in which they came.
///
/// # Errors
/// Whatever the database says.
pub fn of_application(db: &mut Conn, id: ApplicationId) -> Result<Vec<Document>, Error> {
    let query = documents::table.filter(documents::application_id.eq(Word(id))).order(documents::id);
    DocumentRow::entities(query.select(DocumentRow::as_select()).load(db)?)
}

/// Every document that was sent for that home, in the order in which they came.
///
/// # Errors
/// Whatever the database says.
pub fn of_home(db: &mut Conn, home: PropertyId) -> Result<Vec<Document>, Error> {
    let query = documents::table.filter(documents::property_id.eq(Word(home))).order(documents::id);
    DocumentRow::entities(query.select(DocumentRow::as_select()).load(db)?)
}

/// A page of the documents that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Document>, Error> {
    let mut query = documents::table.filter(seen(sight)).select(DocumentRow::as_select()).into_boxed();
    if let Some(licence) = filter.licence {
        query = query.filter(documents::licence_id.eq(Word(licence)));
    }
    if let Some(application) = filter.application {
        query = query.filter(documents::application_id.eq(Word(application)));
    }
    if let Some(home) = filter.property {
        query = query.filter(documents::property_id.eq(Word(home)));
    }
    if let Some(state) = filter.state {
        query = query.filter(documents::state.eq(Word(state)));
    }
    if let Some(after) = &page.after {
        query = query.filter(documents::id.gt(after.clone()));
    }
    let rows = query.order(documents::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(DocumentRow::entities(rows)?, |document| document.id.to_string()))
}

/// How many files came in for a home since that instant.
///
/// # Errors
/// Whatever the database says.
pub fn count_since(db: &mut Conn, home: PropertyId, since: DateTime<Utc>) -> Result<i64, Error> {
    let recent = documents::table
        .filter(documents::property_id.eq(home.as_str()))
        .filter(documents::received_at.gt(Instant::enter(&since)));
    Ok(recent.count().get_result(db)?)
}

/// How many bytes this landlord or agent has sent in all.
///
/// # Errors
/// Whatever the database says.
pub fn bytes_from(db: &mut Conn, sender: PartyId) -> Result<i64, Error> {
    let theirs: Vec<i64> =
        documents::table.filter(documents::sender_party.eq(Word(sender))).select(documents::bytes).load(db)?;
    Ok(theirs.iter().sum())
}

/// The oldest documents that a scanner should look at, after that one.
///
/// # Errors
/// Whatever the database says.
pub fn waiting(db: &mut Conn, after: Option<DocumentId>, limit: i64) -> Result<Vec<Document>, Error> {
    let states = [ScanState::Pending, ScanState::Unscanned].map(|state| state.as_str().to_owned());
    let mut query = documents::table
        .filter(documents::state.eq_any(states))
        .order(documents::id)
        .limit(limit)
        .select(DocumentRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(documents::id.gt(after.as_str().to_owned()));
    }
    DocumentRow::entities(query.load(db)?)
}

/// Keeps a new document.
///
/// # Errors
/// [`Error::Duplicate`] if these bytes are there for that home and licence.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Document>) -> Result<(), Error> {
    tx.add::<DocumentRow>(change)
}

/// Saves a document that was scanned.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Document>) -> Result<(), Error> {
    tx.change::<DocumentRow>(change)
}

/// Notes which documents an answer brought; the answer's event names them.
///
/// # Errors
/// Whatever the database says.
pub fn add_to_response(tx: &mut Tx<'_>, response: ResponseId, brought: &[Document]) -> Result<(), Error> {
    let row = |document: &Document| AnswerRow { response_id: Word(response), document_id: Word(document.id) };
    tx.insert(&brought.iter().map(row).collect::<Vec<_>>())
}

/// Notes which documents a record rests on; the record's event names them.
///
/// # Errors
/// Whatever the database says.
pub fn add_to_certificate(tx: &mut Tx<'_>, record: CertificateId, brought: &[Document]) -> Result<(), Error> {
    let row = |document: &Document| RecordRow { certificate_id: Word(record), document_id: Word(document.id) };
    tx.insert(&brought.iter().map(row).collect::<Vec<_>>())
}

/// The documents that these answers brought.
///
/// # Errors
/// Whatever the database says.
pub fn of_responses(db: &mut Conn, answers: &[ResponseId]) -> Result<BTreeMap<ResponseId, Vec<Document>>, Error> {
    let names = answers.iter().map(ResponseId::as_str).collect::<Vec<_>>();
    let rows: Vec<(Word<ResponseId>, DocumentRow)> = response_documents::table
        .inner_join(documents::table)
        .filter(response_documents::response_id.eq_any(names))
        .order((response_documents::response_id, response_documents::document_id))
        .select((response_documents::response_id, DocumentRow::as_select()))
        .load(db)?;
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (Word(response), row) in rows {
        found.entry(response).or_default().push(row.entity()?);
    }
    Ok(found)
}

/// The documents that these records rest on.
///
/// # Errors
/// Whatever the database says.
pub fn of_certificates(
    db: &mut Conn,
    records: &[CertificateId],
) -> Result<BTreeMap<CertificateId, Vec<Document>>, Error> {
    let names = records.iter().map(CertificateId::as_str).collect::<Vec<_>>();
    let rows: Vec<(Word<CertificateId>, DocumentRow)> = certificate_documents::table
        .inner_join(documents::table)
        .filter(certificate_documents::certificate_id.eq_any(names))
        .order((certificate_documents::certificate_id, certificate_documents::document_id))
        .select((certificate_documents::certificate_id, DocumentRow::as_select()))
        .load(db)?;
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (Word(record), row) in rows {
        found.entry(record).or_default().push(row.entity()?);
    }
    Ok(found)
}
