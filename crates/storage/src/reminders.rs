//! What the nightly check reads and writes: due dates that call for something, and the reminders that came of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::Word;
use super::page::{Listed, Page};
use super::record::{Holds as _, record};
use super::schema::{demands, items, licences, obligations, recipients, reminders};
use super::{Conn, Error, Tx};
use domain::breach::Breach;
use domain::case_read::Case;
use domain::demand::ItemState;
use domain::id::{CheckId, DemandId, Key, LetterId, LicenceId, PartyId, PropertyId, ReminderId, Spelled as _};
use domain::reminder::{Reminder, ReminderState, SubjectKind};
use domain::scheme::{LetterCode, ObligationKind};

record! {
    ReminderRow in reminders => Reminder {
        id: Word<ReminderId>,
        subject_kind: Word<SubjectKind>,
        subject_id: String,
        property_id: Word<PropertyId>,
        recipient_id: Word<PartyId>,
        rung: i32,
        due_on: NaiveDate,
        code: Word<LetterCode>,
        state: Word<ReminderState>,
        letter_id: Option<Word<LetterId>>,
        title: String,
        reference: String,
        called_on: NaiveDate,
        check_id: Word<CheckId>,
    }
}

/// A due date that calls for a look, with all that the decision needs.
#[derive(Clone, Debug)]
pub struct Due {
    /// Item or obligation.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: Key,
    /// The home.
    pub property_id: PropertyId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The area.
    pub area_code: Option<String>,
    /// The condition.
    pub condition: Option<String>,
    /// Which obligation, unless it is an item.
    pub obligation: Option<ObligationKind>,
    /// The condition's title; empty for an obligation.
    pub title: String,
    /// The demand's reference, or the licence's number.
    pub reference: String,
    /// The due date.
    pub due_on: NaiveDate,
    /// Reminders up to this day are dealt with.
    pub called_through: NaiveDate,
    /// The day of the earliest answer that still counts.
    pub answered_on: Option<NaiveDate>,
    /// Whether an answer waits for an officer.
    pub under_review: bool,
    /// Until when an officer agreed to wait.
    pub waiting_until: Option<NaiveDate>,
    /// Whether a breach was proposed.
    pub breach_proposed: bool,
    /// The version of the scheme that the licence carries.
    pub scheme: (String, i32),
    /// First and last day of the licence.
    pub licence_days: (NaiveDate, NaiveDate),
    /// The day on which it ended before its time.
    pub licence_ended_on: Option<NaiveDate>,
    /// Who is reminded: the holder first.
    pub recipients: Vec<PartyId>,
}

/// Where the night has got to: the due date to look at and its identifier.
pub type Place = (NaiveDate, String);

/// The next due dates of a kind that call for a look by that night, in order.
///
/// # Errors
/// Whatever the database says.
pub fn to_call(
    db: &mut Conn,
    kind: SubjectKind,
    night: NaiveDate,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Place>, Error> {
    macro_rules! places {
        ($table:ident) => {{
            let mut query = $table::table
                .filter($table::next_call_on.is_not_null().and($table::next_call_on.le(night)))
                .select(($table::next_call_on.assume_not_null(), $table::id))
                .order(($table::next_call_on, $table::id))
                .limit(limit)
                .into_boxed();
            if let Some((day, id)) = after {
                let later = $table::next_call_on.gt(*day);
                query = query.filter(later.or($table::next_call_on.eq(*day).and($table::id.gt(id.clone()))));
            }
            query.load(db)?
        }};
    }
    Ok(match kind {
        SubjectKind::Item => places!(items),
        SubjectKind::Obligation => places!(obligations),
    })
}

type LicenceFacts = (String, i32, NaiveDate, NaiveDate, Option<NaiveDate>, Option<String>);

/// The due dates with these identifiers that still call for a look by that night.
///
/// # Errors
/// Whatever the database says; an unreadable row is an error of the whole batch, which the caller then takes one by one.
pub fn load(db: &mut Conn, kind: SubjectKind, ids: &[String], night: NaiveDate) -> Result<Vec<Due>, Error> {
    match kind {
        SubjectKind::Item => load_items(db, ids, night),
        SubjectKind::Obligation => load_obligations(db, ids, night),
    }
}

fn load_items(db: &mut Conn, ids: &[String], night: NaiveDate) -> Result<Vec<Due>, Error> {
    let rows: Vec<(super::demands::ItemRow, String, LicenceFacts)> = items::table
        .inner_join(demands::table)
        .inner_join(licences::table.on(licences::id.eq(items::licence_id)))
        .filter(items::id.eq_any(ids).and(items::next_call_on.le(night)))
        .order((items::next_call_on, items::id))
        .select((super::demands::ItemRow::as_select(), demands::reference, licence_facts()))
        .load(db)?;
    let named = rows.iter().map(|(item, ..)| item.demand_id.0.to_string()).collect::<BTreeSet<_>>();
    let mut copies = copies_of(db, &named.into_iter().collect::<Vec<_>>())?;
    copies.values_mut().for_each(|people| people.sort_by_key(|(capacity, _)| capacity != "holder"));
    let mut found = Vec::with_capacity(rows.len());
    for (row, reference, licence) in rows {
        let item = row.entity()?;
        let Some(due_on) = item.due_on else { continue };
        let people = copies.get(&item.demand_id).map(Vec::as_slice).unwrap_or_default();
        found.push(Due {
            subject_kind: SubjectKind::Item,
            subject_id: item.id.0,
            property_id: item.property_id,
            licence_id: item.licence_id,
            area_code: licence.5.clone(),
            condition: Some(item.condition),
            obligation: None,
            title: item.title,
            reference,
            due_on,
            called_through: item.called_through.unwrap_or(due_on),
            answered_on: item.answered_on,
            under_review: item.closed_on.is_some() || item.state == ItemState::UnderReview,
            waiting_until: item.waiting_until,
            breach_proposed: item.breach_proposed,
            scheme: (licence.0, licence.1),
            licence_days: (licence.2, licence.3),
            licence_ended_on: licence.4,
            recipients: people.iter().map(|(_, party)| *party).collect(),
        });
    }
    Ok(found)
}

type Copies = BTreeMap<DemandId, Vec<(String, PartyId)>>;

fn copies_of(db: &mut Conn, demands: &[String]) -> Result<Copies, Error> {
    let rows: Vec<(Word<DemandId>, String, Word<PartyId>)> = recipients::table
        .filter(recipients::demand_id.eq_any(demands))
        .order(recipients::id)
        .select((recipients::demand_id, recipients::capacity, recipients::party_id))
        .load(db)?;
    let mut copies = Copies::new();
    for (demand, capacity, party) in rows {
        copies.entry(demand.0).or_default().push((capacity, party.0));
    }
    Ok(copies)
}

fn load_obligations(db: &mut Conn, ids: &[String], night: NaiveDate) -> Result<Vec<Due>, Error> {
    type People = (String, Word<PartyId>, Option<Word<PartyId>>);
    let rows: Vec<(super::obligations::ObligationRow, People, LicenceFacts)> = obligations::table
        .inner_join(licences::table)
        .filter(obligations::id.eq_any(ids).and(obligations::next_call_on.le(night)))
        .order((obligations::next_call_on, obligations::id))
        .select((
            super::obligations::ObligationRow::as_select(),
            (licences::number, licences::holder_id, licences::agent_id),
            licence_facts(),
        ))
        .load(db)?;
    let licences = rows.iter().map(|(duty, ..)| duty.licence_id.0).collect::<BTreeSet<_>>();
    let waiting = super::certificates::waiting(db, &licences.into_iter().collect::<Vec<_>>())?;
    let mut found = Vec::with_capacity(rows.len());
    for (row, (reference, holder, agent), licence) in rows {
        let obligation = row.entity()?;
        let answered_on = waiting.get(&obligation.duty()).copied();
        let agent = agent.map(|Word(agent)| agent).filter(|agent| *agent != holder.0);
        found.push(Due {
            subject_kind: SubjectKind::Obligation,
            subject_id: obligation.id.0,
            property_id: obligation.property_id,
            licence_id: obligation.licence_id,
            area_code: licence.5.clone(),
            condition: obligation.condition,
            obligation: Some(obligation.kind),
            title: String::new(),
            reference,
            due_on: obligation.due_on,
            called_through: obligation.called_through,
            under_review: obligation.closed_on.is_some() || answered_on.is_some(),
            answered_on,
            waiting_until: None,
            breach_proposed: obligation.breach_proposed,
            scheme: (licence.0, licence.1),
            licence_days: (licence.2, licence.3),
            licence_ended_on: licence.4,
            recipients: std::iter::once(holder.0).chain(agent).collect(),
        });
    }
    Ok(found)
}

#[diesel::dsl::auto_type]
fn licence_facts() -> _ {
    (
        licences::scheme_code,
        licences::scheme_version,
        licences::starts_on,
        licences::ends_on,
        licences::ended_on,
        licences::area_code,
    )
}

/// That a due date was looked at: when to look again, and whether a breach is proposed by now.
#[derive(Clone, Copy, Debug)]
pub struct Looked {
    /// Item or obligation.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: Key,
    /// When to look again.
    pub next_call_on: Option<NaiveDate>,
    /// Reminders up to this day are dealt with by now.
    pub called_through: NaiveDate,
    /// Whether a breach is proposed.
    pub breach_proposed: bool,
}

/// Stores what a batch of the night came to, but for letters and events.
///
/// # Errors
/// [`Error::Duplicate`] if something of it was stored by somebody else; nothing of the batch is stored then.
pub fn store(tx: &mut Tx<'_>, looked: &[Looked], called: &[Reminder], proposed: &[Breach]) -> Result<(), Error> {
    tx.insert(&called.iter().map(ReminderRow::of).collect::<Vec<_>>())?;
    super::breaches::insert_new(tx, proposed)?;
    let mut alike: BTreeMap<(SubjectKind, Option<NaiveDate>, NaiveDate, bool), Vec<&str>> = BTreeMap::new();
    for seen in looked {
        let same = (seen.subject_kind, seen.next_call_on, seen.called_through, seen.breach_proposed);
        alike.entry(same).or_default().push(seen.subject_id.as_str());
    }
    for ((kind, next_call_on, called_through, breach_proposed), ids) in alike {
        for part in ids.chunks(500) {
            match kind {
                SubjectKind::Item => diesel::update(items::table.filter(items::id.eq_any(part)))
                    .set((
                        items::next_call_on.eq(next_call_on),
                        items::called_through.eq(Some(called_through)),
                        items::breach_proposed.eq(breach_proposed),
                    ))
                    .execute(&mut **tx)?,
                SubjectKind::Obligation => diesel::update(obligations::table.filter(obligations::id.eq_any(part)))
                    .set((
                        obligations::next_call_on.eq(next_call_on),
                        obligations::called_through.eq(called_through),
                        obligations::breach_proposed.eq(breach_proposed),
                    ))
                    .execute(&mut **tx)?,
            };
        }
    }
    Ok(())
}

/// The reminders that a letter carries, by home and due date.
///
/// # Errors
/// Whatever the database says.
pub fn in_letter(db: &mut Conn, letter: LetterId) -> Result<Vec<Reminder>, Error> {
    let rows = reminders::table
        .filter(reminders::letter_id.eq(letter.as_str()))
        .order((reminders::property_id, reminders::due_on, reminders::title, reminders::id))
        .select(ReminderRow::as_select())
        .load(db)?;
    ReminderRow::entities(rows)
}

/// The cases that the reminders of a letter are about: the demands of its items, the licences of its obligations.
///
/// # Errors
/// Whatever the database says.
pub fn cases_in(db: &mut Conn, letter: LetterId) -> Result<Vec<Case>, Error> {
    let subjects = |kind: SubjectKind| {
        let of_letter = reminders::letter_id.eq(letter.as_str().to_owned());
        reminders::table.filter(of_letter.and(reminders::subject_kind.eq(Word(kind)))).select(reminders::subject_id)
    };
    let asked = items::table.filter(items::id.eq_any(subjects(SubjectKind::Item)));
    let asked: Vec<Word<DemandId>> = asked.select(items::demand_id).load(db)?;
    let owed = obligations::table.filter(obligations::id.eq_any(subjects(SubjectKind::Obligation)));
    let owed: Vec<Word<LicenceId>> = owed.select(obligations::licence_id).load(db)?;
    Ok(asked.into_iter().map(|id| id.0.into()).chain(owed.into_iter().map(|id| id.0.into())).collect())
}

/// The due dates of the reminders that a letter carries.
///
/// # Errors
/// Whatever the database says.
pub fn due_dates_in(db: &mut Conn, letter: LetterId) -> Result<Vec<NaiveDate>, Error> {
    Ok(reminders::table.filter(reminders::letter_id.eq(letter.as_str())).select(reminders::due_on).load(db)?)
}

/// The reminders of a run, in order.
///
/// # Errors
/// Whatever the database says.
pub fn of_check(db: &mut Conn, check: CheckId) -> Result<Vec<Reminder>, Error> {
    let rows = reminders::table
        .filter(reminders::check_id.eq(check.as_str()))
        .order((reminders::due_on, reminders::subject_id, reminders::rung, reminders::recipient_id))
        .select(ReminderRow::as_select())
        .load(db)?;
    ReminderRow::entities(rows)
}

/// A page of the reminders of a run, by identifier.
///
/// # Errors
/// Whatever the database says.
pub fn page_of_check(db: &mut Conn, check: CheckId, page: &Page) -> Result<Listed<Reminder>, Error> {
    let mut query =
        reminders::table.filter(reminders::check_id.eq(check.as_str())).select(ReminderRow::as_select()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(reminders::id.gt(after.clone()));
    }
    let rows = query.order(reminders::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(ReminderRow::entities(rows)?, |reminder| reminder.id.to_string()))
}

/// The reminders about an item or obligation, in the order of their rungs.
///
/// # Errors
/// Whatever the database says.
pub fn about(db: &mut Conn, subject: Key) -> Result<Vec<Reminder>, Error> {
    let rows = reminders::table
        .filter(reminders::subject_id.eq(subject.as_str()))
        .order((reminders::due_on, reminders::rung, reminders::recipient_id))
        .select(ReminderRow::as_select())
        .load(db)?;
    ReminderRow::entities(rows)
}

/// The licence behind each of these items and obligations: its holder and its number.
///
/// # Errors
/// Whatever the database says.
pub fn licences_behind(
    db: &mut Conn,
    subjects: &[(SubjectKind, String)],
) -> Result<BTreeMap<String, (PartyId, String)>, Error> {
    let mut found = BTreeMap::new();
    for part in subjects.chunks(500) {
        let of = |wanted: SubjectKind| {
            part.iter().filter(|(kind, _)| *kind == wanted).map(|(_, id)| id.as_str()).collect::<Vec<_>>()
        };
        let asked: Vec<(String, Word<PartyId>, String)> = items::table
            .inner_join(licences::table.on(licences::id.eq(items::licence_id)))
            .filter(items::id.eq_any(of(SubjectKind::Item)))
            .select((items::id, licences::holder_id, licences::number))
            .load(db)?;
        let owed: Vec<(String, Word<PartyId>, String)> = obligations::table
            .inner_join(licences::table)
            .filter(obligations::id.eq_any(of(SubjectKind::Obligation)))
            .select((obligations::id, licences::holder_id, licences::number))
            .load(db)?;
        found.extend(asked.into_iter().chain(owed).map(|(subject, holder, number)| (subject, (holder.0, number))));
    }
    Ok(found)
}
