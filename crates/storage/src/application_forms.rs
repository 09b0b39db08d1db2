//! The table of application forms.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::applications::ApplicationRow;
use super::columns::{Column as _, Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{application_forms, applications, properties};
use super::{Conn, Error, Tx};
use domain::application::form::{Answers, Attached, Form, Person, SentForm};
use domain::application::{Application, Stage};
use domain::event::Change;
use domain::id::{ApplicationId, PartyId, PropertyId, Spelled as _};

record! {
    FormRow in application_forms => Form {
        application_id: Word<ApplicationId>,
        property_id: Word<PropertyId>,
        owner_id: Word<PartyId>,
        answers: Json<Answers>,
        people: Json<Vec<Person>>,
        exemptions: Option<Json<Vec<String>>>,
        sent: Option<Json<SentForm>>,
        sha256: Option<String>,
        sent_at: Option<Instant>,
        revision: i64,
        saved_at: Instant,
        papers: Json<Vec<Attached>>,
    }
}
revised!(FormRow);

/// The form of that application, if there is one: one on paper has none.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ApplicationId) -> Result<Option<Form>, Error> {
    let row = application_forms::table.find(id.as_str()).select(FormRow::as_select()).get_result(db).optional()?;
    row.map(FormRow::entity).transpose()
}

/// The forms that somebody has filled in or is filling in, the newest first, at most `limit`.
///
/// # Errors
/// Whatever the database says.
pub fn of_owner(db: &mut Conn, owner: PartyId, limit: i64) -> Result<Vec<Form>, Error> {
    let rows = application_forms::table
        .filter(application_forms::owner_id.eq(owner.as_str()))
        .order(application_forms::application_id.desc())
        .limit(limit)
        .select(FormRow::as_select())
        .load(db)?;
    FormRow::entities(rows)
}

/// How many forms somebody has begun since that instant.
///
/// # Errors
/// Whatever the database says.
pub fn count_begun(db: &mut Conn, owner: PartyId, since: DateTime<Utc>) -> Result<i64, Error> {
    let begun = application_forms::table
        .inner_join(applications::table)
        .filter(application_forms::owner_id.eq(owner.as_str()))
        .filter(applications::created_at.gt(Instant::enter(&since)));
    Ok(begun.count().get_result(db)?)
}

/// An application with the address of its home.
#[derive(Clone, Debug)]
pub struct Line {
    /// The application.
    pub application: Application,
    /// The address on one line.
    pub home: String,
    /// When its form was saved last, if it is that person's own; one on paper has none.
    pub saved_at: Option<DateTime<Utc>>,
}

/// A page of the applications that somebody made, or that name them as holder, manager or agent once they were sent; the newest
/// first, in one statement.
///
/// # Errors
/// Whatever the database says.
pub fn concerning(db: &mut Conn, party: PartyId, page: &Page) -> Result<Listed<Line>, Error> {
    type Row = (ApplicationRow, String, String, Option<Instant>);
    let own = Some(Word(party));
    let named =
        applications::holder_id.eq(Word(party)).or(applications::manager_id.eq(own)).or(applications::agent_id.eq(own));
    let own_form =
        application_forms::application_id.eq(applications::id).and(application_forms::owner_id.eq(Word(party)));
    let mut query = applications::table
        .inner_join(properties::table)
        .left_join(application_forms::table.on(own_form))
        .filter(applications::applicant_id.eq(Word(party)).or(applications::stage.ne(Word(Stage::Draft)).and(named)))
        .select((
            ApplicationRow::as_select(),
            properties::address,
            properties::postcode,
            application_forms::saved_at.nullable(),
        ))
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(applications::id.lt(after.clone()));
    }
    let rows: Vec<Row> = query.order(applications::id.desc()).limit(page.fetch()).load(db)?;
    let lines = rows.into_iter().map(|(row, address, postcode, saved_at)| {
        let home = format!("{address}, {postcode}");
        let saved_at = saved_at.map(Instant::leave).transpose()?;
        Ok(Line { application: row.entity()?, home, saved_at })
    });
    Ok(page.cut(lines.collect::<Result<_, Error>>()?, |line| line.application.id.to_string()))
}

/// Keeps a new form.
///
/// # Errors
/// [`Error::Duplicate`] if its application has one.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Form>) -> Result<(), Error> {
    tx.add::<FormRow>(change)
}

/// Saves a form.
///
/// # Errors
/// [`Error::Stale`] if it was saved elsewhere in the meantime.
pub fn save(tx: &mut Tx<'_>, change: &Change<Form>) -> Result<(), Error> {
    tx.change::<FormRow>(change)
}
