//! The officers' queue: answers that wait, the oldest due first. Answers themselves are kept with their demands.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::Word;
use super::demands::{ItemRow, ResponseRow};
use super::page::{Listed, Page};
use super::record::Holds as _;
use super::schema::{demands, items, responses};
use super::{Conn, Error};
use domain::demand::{Item, Response, ResponseState};
use domain::id::AccountId;

/// An answer that waits for an officer, with what it answers.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The answer.
    pub response: Response,
    /// What it answers.
    pub item: Item,
    /// The demand's reference.
    pub reference: String,
    /// The licence's area.
    pub area_code: Option<String>,
    /// The officer whose demand it is.
    pub officer_id: Option<AccountId>,
}

/// What the queue is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// Of this officer.
    pub officer: Option<AccountId>,
}

/// A page of the queue: by due date, what is not served last.
///
/// # Errors
/// Whatever the database says.
pub fn waiting(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Waiting>, Error> {
    type Found = (ResponseRow, ItemRow, (String, Option<String>, Option<Word<AccountId>>));
    let mut query = responses::table
        .inner_join(items::table.on(items::id.eq(responses::item_id)))
        .inner_join(demands::table.on(demands::id.eq(responses::demand_id)))
        .filter(responses::state.eq(Word(ResponseState::Received)))
        .select((
            ResponseRow::as_select(),
            ItemRow::as_select(),
            (demands::reference, demands::area_code, demands::officer_id),
        ))
        .into_boxed();
    if let Some(area) = &filter.area {
        query = query.filter(demands::area_code.eq(area.clone()));
    }
    if let Some(officer) = filter.officer {
        query = query.filter(demands::officer_id.eq(Word(officer)));
    }
    if let Some((due_on, id)) = page.after.as_deref().and_then(place) {
        let after = responses::id.gt(id);
        query = match due_on {
            None => query.filter(items::due_on.is_null().and(after)),
            Some(day) => {
                let later = items::due_on.gt(day).or(items::due_on.eq(day).and(after));
                query.filter(items::due_on.is_null().or(later.assume_not_null()))
            }
        };
    }
    let order = (items::due_on.is_null(), items::due_on, responses::id);
    let rows: Vec<Found> = query.order(order).limit(page.fetch()).load(db)?;
    let waiting = rows.into_iter().map(|(response, item, (reference, area_code, officer))| {
        let (response, item) = (response.entity()?, item.entity()?);
        Ok(Waiting { response, item, reference, area_code, officer_id: officer.map(|Word(officer)| officer) })
    });
    Ok(page.cut(waiting.collect::<Result<Vec<_>, Error>>()?, |waiting| {
        let day = waiting.item.due_on.map(|day| day.to_string()).unwrap_or_default();
        format!("{day}_{}", waiting.response.id)
    }))
}

/// Where a page begins, as the page before named it.
fn place(after: &str) -> Option<(Option<NaiveDate>, String)> {
    let (day, id) = after.split_once('_')?;
    let day = if day.is_empty() { None } else { Some(day.parse().ok()?) };
    Some((day, id.to_owned()))
}
