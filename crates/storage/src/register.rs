//! What everybody may know of a home: its address, its area, whether it has a licence or an application. Nothing of people.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::columns::Word;
use super::schema::{application_forms, applications, licence_homes, licences, properties};
use super::{Conn, Error};
use domain::application::Stage;
use domain::id::{PropertyId, Spelled as _};

/// A home as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHome {
    /// Its identifier, for the two questions about it.
    pub id: PropertyId,
    /// Its address.
    pub address: String,
    /// Its postcode.
    pub postcode: String,
    /// The code of its area.
    pub area_code: Option<String>,
    /// The number of its licence in force, and the licence's last day.
    pub licence: Option<(String, NaiveDate)>,
    /// Whether an application for it is being decided.
    pub applied_for: bool,
}

/// How the homes are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// By Unique Property Reference Number.
    Uprn(String),
    /// By postcode, as it is written on letters.
    Postcode(String),
    /// By a part of the address.
    Address(String),
}

/// The homes of the gazetteer that are meant, by address, at most `limit`, in three statements.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, wanted: &Wanted, today: NaiveDate, limit: i64) -> Result<Vec<PublicHome>, Error> {
    let begun_with = diesel::alias!(applications as begun_with);
    let mut query = properties::table.into_boxed();
    query = match wanted {
        Wanted::Uprn(uprn) => query.filter(properties::uprn.eq(uprn.clone())),
        Wanted::Postcode(postcode) => query.filter(properties::postcode.eq(postcode.clone())),
        Wanted::Address(text) => query.filter(properties::search.like(super::page::pattern(text)).escape('\\')),
    };
    // What somebody writes in a draft is not shown to everybody: a home that came to be with a draft, at the same instant, is there
    // once an application for it was sent.
    let begun = application_forms::table
        .inner_join(begun_with)
        .filter(begun_with.field(applications::property_id).eq(properties::id))
        .filter(begun_with.field(applications::created_at).eq(properties::created_at));
    let sent = applications::table
        .filter(applications::property_id.eq(properties::id).and(applications::submitted_on.is_not_null()));
    let licensed = licence_homes::table.filter(licence_homes::property_id.eq(properties::id));
    query = query.filter(properties::uprn.is_not_null().or(not(exists(begun))).or(exists(sent)).or(exists(licensed)));
    let rows: Vec<(Word<PropertyId>, String, String, Option<String>)> = query
        .order((properties::address, properties::id))
        .limit(limit)
        .select((properties::id, properties::address, properties::postcode, properties::area_code))
        .load(db)?;
    let ids = rows.iter().map(|(id, ..)| id.0.as_str()).collect::<Vec<_>>();
    let licences = licences_in_force(db, &ids, today)?;
    let applied = applied_for(db, &ids)?;
    let home =
        |(Word(id), address, postcode, area_code): (Word<PropertyId>, String, String, Option<String>)| PublicHome {
            id,
            address,
            postcode,
            area_code,
            licence: licences.get(&id).cloned(),
            applied_for: applied.contains(&id),
        };
    Ok(rows.into_iter().map(home).collect())
}

type Licences = BTreeMap<PropertyId, (String, NaiveDate)>;

fn licences_in_force(db: &mut Conn, homes: &[&str], today: NaiveDate) -> Result<Licences, Error> {
    let rows: Vec<(Word<PropertyId>, String, NaiveDate)> = licence_homes::table
        .inner_join(licences::table)
        .filter(licence_homes::property_id.eq_any(homes))
        .filter(licences::starts_on.le(today).and(licences::ends_on.ge(today)))
        .filter(licences::ended_on.is_null().or(licences::ended_on.gt(today)))
        .order(licences::id)
        .select((licence_homes::property_id, licences::number, licences::ends_on))
        .load(db)?;
    Ok(rows.into_iter().map(|(Word(home), number, ends_on)| (home, (number, ends_on))).collect())
}

/// What is only started is nobody's business yet.
fn applied_for(db: &mut Conn, homes: &[&str]) -> Result<Vec<PropertyId>, Error> {
    let rows: Vec<Word<PropertyId>> = applications::table
        .filter(applications::property_id.eq_any(homes))
        .filter(applications::ended_on.is_null().and(applications::stage.ne(Word(Stage::Draft))))
        .select(applications::property_id)
        .load(db)?;
    Ok(rows.into_iter().map(|Word(home)| home).collect())
}
