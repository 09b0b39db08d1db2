//! The tables of notices: covers, the copies of each recipient, and what was said of proposals.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::copies::copies;
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{notice_copies, notices, representations};
use super::{Conn, Error, Tx, events};
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{
    AccountId, ApplicationId, CopyId, LetterId, LicenceId, NoticeId, PartyId, ProceedingId, PropertyId,
    RepresentationId, Spelled as _,
};
use domain::notice::{Copy, Cover, Notice, NoticeKind, NoticeState, Representation, Terms};

record! {
    CoverRow in notices => Cover {
        id: Word<NoticeId>,
        reference: String,
        kind: Word<NoticeKind>,
        property_id: Word<PropertyId>,
        application_id: Option<Word<ApplicationId>>,
        licence_id: Option<Word<LicenceId>>,
        state: Word<NoticeState>,
        is_modified: bool,
        reasons: String,
        terms: Option<Json<Terms>>,
        stated: Option<Json<Counted>>,
        author_id: Option<Word<AccountId>>,
        dated_on: chrono::NaiveDate,
        serve_by: Option<Json<Counted>>,
        issued_at: Option<Instant>,
        served_on: Option<chrono::NaiveDate>,
        period: Option<Json<Counted>>,
        ends_on: Option<chrono::NaiveDate>,
        reason: Option<String>,
        revision: i64,
        drafted_at: Instant,
        proceeding_id: Option<Word<ProceedingId>>,
    }
}
revised!(CoverRow);

copies!(CopyRow in notice_copies of notice_id: NoticeId);

record! {
    RepresentationRow in representations => Representation {
        id: Word<RepresentationId>,
        notice_id: Word<NoticeId>,
        property_id: Word<PropertyId>,
        party_id: Option<Word<PartyId>>,
        received_on: chrono::NaiveDate,
        text: String,
        consideration: Option<String>,
        considered_at: Option<Instant>,
        considered_by: Option<Word<AccountId>>,
        revision: i64,
    }
}
revised!(RepresentationRow);

/// What a list of notices is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<NoticeKind>,
    /// In this state.
    pub state: Option<NoticeState>,
    /// About this application.
    pub application: Option<ApplicationId>,
    /// About these proceedings.
    pub proceeding: Option<ProceedingId>,
    /// About this home.
    pub property: Option<PropertyId>,
}

/// The notice with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: NoticeId) -> Result<Option<Notice>, Error> {
    let row = notices::table.find(id.as_str()).select(CoverRow::as_select()).get_result(db).optional()?;
    Ok(complete(db, row.into_iter().collect())?.pop())
}

/// The notices about an application, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_application(db: &mut Conn, id: ApplicationId) -> Result<Vec<Notice>, Error> {
    let query = notices::table.filter(notices::application_id.eq(id.as_str())).order(notices::id);
    let rows = query.select(CoverRow::as_select()).load(db)?;
    complete(db, rows)
}

/// The notices about proceedings on a licence, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_proceeding(db: &mut Conn, id: ProceedingId) -> Result<Vec<Notice>, Error> {
    let query = notices::table.filter(notices::proceeding_id.eq(id.as_str())).order(notices::id);
    let rows = query.select(CoverRow::as_select()).load(db)?;
    complete(db, rows)
}

/// The decisions of this day or before whose notice is not served on everybody.
///
/// # Errors
/// Whatever the database says.
pub fn decisions_to_serve(db: &mut Conn, dated_until: chrono::NaiveDate) -> Result<Vec<Notice>, Error> {
    let decisions = NoticeKind::ALL.iter().filter(|kind| kind.is_decision()).map(|kind| Word(*kind));
    let rows = notices::table
        .filter(notices::state.eq(Word(NoticeState::Issued)).and(notices::dated_on.le(dated_until)))
        .filter(notices::kind.eq_any(decisions.collect::<Vec<_>>()))
        .order(notices::id)
        .select(CoverRow::as_select())
        .load(db)?;
    complete(db, rows)
}

/// A page of notices.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Notice>, Error> {
    let mut query = notices::table.select(CoverRow::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(notices::kind.eq(Word(kind)));
    }
    if let Some(state) = filter.state {
        query = query.filter(notices::state.eq(Word(state)));
    }
    if let Some(application) = filter.application {
        query = query.filter(notices::application_id.eq(Word(application)));
    }
    if let Some(proceeding) = filter.proceeding {
        query = query.filter(notices::proceeding_id.eq(Word(proceeding)));
    }
    if let Some(home) = filter.property {
        query = query.filter(notices::property_id.eq(Word(home)));
    }
    if let Some(after) = &page.after {
        query = query.filter(notices::id.gt(after.clone()));
    }
    let rows: Vec<CoverRow> = query.order(notices::id).limit(page.fetch()).load(db)?;
    let listed = page.cut(rows, |row| row.id.0.to_string());
    Ok(Listed { rows: complete(db, listed.rows)?, next: listed.next })
}

/// A page of the notices that were sent to somebody, newest first.
///
/// # Errors
/// Whatever the database says.
pub fn sent_to(db: &mut Conn, party: PartyId, page: &Page) -> Result<Listed<Notice>, Error> {
    let theirs = notice_copies::table.filter(notice_copies::party_id.eq(Word(party))).select(notice_copies::notice_id);
    let sent = notices::id.eq_any(theirs).and(notices::issued_at.is_not_null());
    let mut query = notices::table.filter(sent).select(CoverRow::as_select()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(notices::id.lt(after.clone()));
    }
    let rows: Vec<CoverRow> = query.order(notices::id.desc()).limit(page.fetch()).load(db)?;
    let listed = page.cut(rows, |row| row.id.0.to_string());
    Ok(Listed { rows: complete(db, listed.rows)?, next: listed.next })
}

/// The proposals that were sent to somebody and whose consultation is not known to be over on that day.
///
/// # Errors
/// Whatever the database says.
pub fn proposals_to(db: &mut Conn, party: PartyId, today: chrono::NaiveDate) -> Result<Vec<Notice>, Error> {
    let theirs = notice_copies::table.filter(notice_copies::party_id.eq(Word(party))).select(notice_copies::notice_id);
    let running = notices::ends_on.is_null().or(notices::ends_on.ge(today));
    let rows = notices::table
        .filter(notices::id.eq_any(theirs).and(running))
        .order(notices::id)
        .select(CoverRow::as_select())
        .load(db)?;
    let mut found = complete(db, rows)?;
    found.retain(|notice| notice.cover.asks_for_representations());
    Ok(found)
}

fn complete(db: &mut Conn, covers: Vec<CoverRow>) -> Result<Vec<Notice>, Error> {
    let names = covers.iter().map(|row| row.id.0.as_str()).collect::<Vec<_>>();
    let copies: Vec<CopyRow> = notice_copies::table
        .filter(notice_copies::notice_id.eq_any(&names))
        .order(notice_copies::id)
        .select(CopyRow::as_select())
        .load(db)?;
    let mut of: BTreeMap<NoticeId, Vec<Copy>> = BTreeMap::new();
    for row in copies {
        of.entry(row.notice_id.0).or_default().push(row.copy()?);
    }
    let put_together = |row: CoverRow| {
        let cover = row.entity()?;
        let copies = of.remove(&cover.id).unwrap_or_default();
        Ok(Notice { cover, copies })
    };
    covers.into_iter().map(put_together).collect()
}

/// Keeps a new notice.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Notice>) -> Result<(), Error> {
    let notice = change.entity();
    tx.insert(&[CoverRow::of(&notice.cover)])?;
    tx.insert(&notice.copies.iter().map(|copy| CopyRow::of(notice.cover.id, copy)).collect::<Vec<_>>())?;
    events::append(tx, &[change.event()])
}

/// Saves a notice with its copies; `new` are copies that it did not have before.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Notice>, new: &[CopyId]) -> Result<(), Error> {
    let notice = change.entity();
    tx.save_revised(CoverRow::of(&notice.cover))?;
    for copy in &notice.copies {
        let row = CopyRow::of(notice.cover.id, copy);
        if new.contains(&copy.id) {
            tx.insert(&[row])?;
        } else {
            tx.save(&row, None)?;
        }
    }
    events::append(tx, &[change.event()])
}

/// Notes on a copy which letter carries it.
///
/// # Errors
/// Whatever the database says.
pub fn set_letter(tx: &mut Tx<'_>, copy: CopyId, letter: LetterId) -> Result<(), Error> {
    diesel::update(notice_copies::table.find(copy.as_str()))
        .set(notice_copies::letter_id.eq(Word(letter)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was said of a proposal, in the order in which it was recorded.
///
/// # Errors
/// Whatever the database says.
pub fn representations_about(db: &mut Conn, id: NoticeId) -> Result<Vec<Representation>, Error> {
    let query = representations::table.filter(representations::notice_id.eq(id.as_str())).order(representations::id);
    RepresentationRow::entities(query.select(RepresentationRow::as_select()).load(db)?)
}

/// The first that was said of any of these proposals and has not been considered.
///
/// # Errors
/// Whatever the database says.
pub fn first_unconsidered(db: &mut Conn, about: &[NoticeId]) -> Result<Option<Representation>, Error> {
    let names = about.iter().map(NoticeId::as_str).collect::<Vec<_>>();
    let waiting = representations::notice_id.eq_any(names).and(representations::considered_at.is_null());
    let query = representations::table.filter(waiting).order(representations::id).limit(1);
    let row = query.select(RepresentationRow::as_select()).get_result(db).optional()?;
    row.map(RepresentationRow::entity).transpose()
}

/// The representation with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find_representation(db: &mut Conn, id: RepresentationId) -> Result<Option<Representation>, Error> {
    let query = representations::table.find(id.as_str()).select(RepresentationRow::as_select());
    query.get_result(db).optional()?.map(RepresentationRow::entity).transpose()
}

/// Keeps a new representation.
///
/// # Errors
/// Whatever the database says.
pub fn insert_representation(tx: &mut Tx<'_>, change: &Change<Representation>) -> Result<(), Error> {
    tx.add::<RepresentationRow>(change)
}

/// Saves a representation that was considered.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save_representation(tx: &mut Tx<'_>, change: &Change<Representation>) -> Result<(), Error> {
    tx.change::<RepresentationRow>(change)
}
