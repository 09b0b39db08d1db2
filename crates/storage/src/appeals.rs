//! The table of appeals.

use diesel::prelude::*;

use super::columns::Word;
use super::record::{Holds as _, record, revised};
use super::schema::{appeals, notices};
use super::{Conn, Error, Tx};
use domain::appeal::{Appeal, AppealOutcome};
use domain::event::Change;
use domain::id::{
    AppealId, ApplicationId, ExemptionId, LicenceId, NoticeId, PartyId, ProceedingId, PropertyId, Spelled as _,
};

record! {
    AppealRow in appeals => Appeal {
        id: Word<AppealId>,
        notice_id: Option<Word<NoticeId>>,
        application_id: Option<Word<ApplicationId>>,
        property_id: Word<PropertyId>,
        reference: String,
        appellant_id: Option<Word<PartyId>>,
        lodged_on: chrono::NaiveDate,
        is_in_time: bool,
        outcome: Option<Word<AppealOutcome>>,
        decided_on: Option<chrono::NaiveDate>,
        ordered: Option<String>,
        revision: i64,
        proceeding_id: Option<Word<ProceedingId>>,
        exemption_id: Option<Word<ExemptionId>>,
    }
}
revised!(AppealRow);

/// The appeal with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: AppealId) -> Result<Option<Appeal>, Error> {
    let row = appeals::table.find(id.as_str()).select(AppealRow::as_select()).get_result(db).optional()?;
    row.map(AppealRow::entity).transpose()
}

/// The appeals against decisions on an application, in the order in which they were recorded.
///
/// # Errors
/// Whatever the database says.
pub fn of_application(db: &mut Conn, id: ApplicationId) -> Result<Vec<Appeal>, Error> {
    let query = appeals::table.filter(appeals::application_id.eq(id.as_str())).order(appeals::id);
    AppealRow::entities(query.select(AppealRow::as_select()).load(db)?)
}

/// The appeals against decisions in proceedings on a licence, in the order in which they were recorded.
///
/// # Errors
/// Whatever the database says.
pub fn of_proceeding(db: &mut Conn, id: ProceedingId) -> Result<Vec<Appeal>, Error> {
    let query = appeals::table.filter(appeals::proceeding_id.eq(id.as_str())).order(appeals::id);
    AppealRow::entities(query.select(AppealRow::as_select()).load(db)?)
}

/// The appeals against the refusal of an exemption, in the order in which they were recorded.
///
/// # Errors
/// Whatever the database says.
pub fn of_exemption(db: &mut Conn, id: ExemptionId) -> Result<Vec<Appeal>, Error> {
    let query = appeals::table.filter(appeals::exemption_id.eq(id.as_str())).order(appeals::id);
    AppealRow::entities(query.select(AppealRow::as_select()).load(db)?)
}

/// The appeals against decisions about these licences, each with its licence, in the order in which they were recorded.
///
/// # Errors
/// Whatever the database says.
pub fn about_licences(db: &mut Conn, ids: &[LicenceId]) -> Result<Vec<(LicenceId, Appeal)>, Error> {
    let names = ids.iter().map(|id| Some(Word(*id))).collect::<Vec<_>>();
    let rows: Vec<(Option<Word<LicenceId>>, AppealRow)> = appeals::table
        .inner_join(notices::table)
        .filter(notices::licence_id.eq_any(names))
        .order(appeals::id)
        .select((notices::licence_id, AppealRow::as_select()))
        .load(db)?;
    let mut found = Vec::with_capacity(rows.len());
    for (licence, row) in rows {
        if let Some(Word(licence)) = licence {
            found.push((licence, row.entity()?));
        }
    }
    Ok(found)
}

/// Keeps a new appeal.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Appeal>) -> Result<(), Error> {
    tx.add::<AppealRow>(change)
}

/// Saves an appeal that ended.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Appeal>) -> Result<(), Error> {
    tx.change::<AppealRow>(change)
}
