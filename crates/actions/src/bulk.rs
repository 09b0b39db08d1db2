//! Many files at once: the items that somebody may answer, and what has come of each file.

use std::collections::{BTreeMap, BTreeSet};

use super::demands::Incoming;
use super::{Error, Expected, Rules};
use domain::bulk::{ListLine, Wanted};
use domain::context::Context;
use domain::demand::{AnswerKind, Demand, DemandState, Item};
use domain::id::{DemandId, DocumentId, ItemId, LicenceId, PropertyId, ResponseId};
use domain::licence::Licence;
use domain::property::Property;
use domain::scheme::DocumentKind;
use storage::demands::Filter;
use storage::page::Page;
use storage::{Conn, Tx, demands, documents, licences, properties};

/// Everything that somebody is asked for, as far as a file can answer it.
#[derive(Clone, Debug)]
pub struct Asked {
    open: Vec<OpenItem>,
    homes: BTreeMap<PropertyId, Property>,
    answered_by: BTreeMap<(LicenceId, String), Vec<DocumentKind>>,
}

/// An item that waits for an answer.
#[derive(Clone, Debug)]
pub struct OpenItem {
    /// Its demand.
    pub demand: DemandId,
    /// The demand's reference.
    pub reference: String,
    /// The item.
    pub item: Item,
}

/// Reads what the actor is asked for, in a fixed number of statements for each hundred demands.
///
/// # Errors
/// Whatever the database says.
pub fn asked(db: &mut Conn, cx: &Context, rules: &Rules) -> Result<Asked, Error> {
    let mut open = Vec::new();
    for state in [DemandState::Served, DemandState::Issued] {
        let filter = Filter { state: Some(state), ..Filter::default() };
        let mut page = Page { after: None, limit: 100 };
        loop {
            let listed = demands::list(db, cx.actor.sight(), &filter, &page)?;
            for demand in listed.rows {
                let Demand { cover, items, .. } = demand;
                let items = items.into_iter().filter(|item| item.closed_on.is_none());
                open.extend(items.map(|item| OpenItem { demand: cover.id, reference: cover.reference.clone(), item }));
            }
            page.after = listed.next;
            if page.after.is_none() {
                break;
            }
        }
    }
    let homes = open.iter().map(|open| open.item.property_id).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?.into_iter().map(|home| (home.id, home)).collect();
    let named = open.iter().map(|open| open.item.licence_id).collect::<Vec<_>>();
    let answered_by = conditions(rules, &open, &licences::find_all(db, &named)?)?;
    Ok(Asked { open, homes, answered_by })
}

fn conditions(
    rules: &Rules,
    open: &[OpenItem],
    licences: &[Licence],
) -> Result<BTreeMap<(LicenceId, String), Vec<DocumentKind>>, Error> {
    let mut found = BTreeMap::new();
    for OpenItem { item, .. } in open {
        let licence = licences.iter().find(|licence| licence.id == item.licence_id).ok_or(Error::NotFound)?;
        let condition = rules.of(licence)?.condition(&item.condition);
        let documents = condition.map(|condition| condition.documents.clone()).unwrap_or_default();
        found.insert((item.licence_id, item.condition.clone()), documents);
    }
    Ok(found)
}

impl Asked {
    /// The items, as the rule of the matching wants them.
    #[must_use]
    pub fn wanted(&self) -> Vec<Wanted<'_>> {
        let wanted = self.open.iter().filter_map(|OpenItem { demand, item, .. }| {
            let home = self.homes.get(&item.property_id)?;
            let answered_by = self.answered_by.get(&(item.licence_id, item.condition.clone()))?;
            Some(Wanted { demand: *demand, item: item.id, home, answered_by })
        });
        wanted.collect()
    }

    /// The home, if something is asked for there.
    #[must_use]
    pub fn home(&self, id: PropertyId) -> Option<&Property> {
        self.homes.get(&id)
    }

    /// The item that is meant, among those that were read.
    #[must_use]
    pub fn find(&self, wanted: &Wanted<'_>) -> Option<&OpenItem> {
        self.open.iter().find(|open| open.item.id == wanted.item)
    }
}

/// What a group of files added: the answer, and which of them were new for the item.
#[derive(Clone, Debug)]
pub struct Added {
    /// The answer.
    pub response: ResponseId,
    /// The files that it brings; the others had answered the item before.
    pub new: Vec<DocumentId>,
}

/// Files answer an item together; `None` if every one of them had answered it before.
///
/// # Errors
/// As for any answer.
pub fn answer(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    demand: DemandId,
    item: ItemId,
    files: &[DocumentId],
) -> Result<Option<Added>, Error> {
    let seen = demands::find_seen(tx, cx.actor.sight(), demand)?.ok_or(Error::NotFound)?;
    let responses = demands::responses_to(tx, demand)?;
    let earlier = responses.iter().filter(|one| one.item_id == item).map(|one| one.id).collect::<Vec<_>>();
    let known = documents::of_responses(tx, &earlier)?.into_values().flatten().map(|document| document.id);
    // Also once a file of the group has been taken, so that the same bytes twice are one document of the answer.
    let mut known = known.collect::<BTreeSet<_>>();
    let new = files.iter().copied().filter(|file| known.insert(*file)).collect::<Vec<_>>();
    if new.is_empty() {
        return Ok(None);
    }
    let incoming = Incoming { documents: new.clone(), ..Incoming::of(AnswerKind::Document, None) };
    let (_, response) = super::demands::answer(tx, cx, rules, demand, Expected(seen.cover.revision), item, incoming)?;
    Ok(Some(Added { response: response.id, new }))
}

/// The list that comes with the files: a table with the columns file, home and kind, in any order.
///
/// # Errors
/// What is wrong with it, by line.
pub fn list(text: &str) -> Result<Vec<ListLine>, String> {
    let head = text.lines().next().unwrap_or_default();
    // Excel writes semicolons where the comma is a country's decimal point, and tabs as "Text".
    let delimiter = b",;\t".iter().copied().find(|delimiter| head.contains(char::from(*delimiter))).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.flexible(true).trim(csv::Trim::All).delimiter(delimiter);
    let mut reader = reader.from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |names: &[&str]| headings.iter().position(|heading| names.contains(&heading.to_lowercase().as_str()));
    let places =
        (column(&["file", "filename"]), column(&["home", "uprn", "address"]), column(&["kind", "type", "document"]));
    let (Some(file), Some(home), Some(kind)) = places else {
        return Err("the first line must name the columns file, home (or uprn, or address) and kind".to_owned());
    };
    let mut lines = Vec::new();
    for (number, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|error| format!("line {number}: {error}"))?;
        let cell = |place: usize| record.get(place).unwrap_or_default().to_owned();
        let line = ListLine { file: cell(file), home: cell(home), kind: cell(kind) };
        if line.file.is_empty() {
            return Err(format!("line {number} names no file"));
        }
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_by_its_headings_in_any_order_and_its_faults_are_told_by_line() {
        let read = list(
            "Kind,UPRN,File\ngas,100110000012, a.pdf \n\"electrical report\",\"12, Made-up Street, TS18 1AA\",b.jpg\n",
        )
        .unwrap();
        let told = read.iter().map(|line| (line.file.as_str(), line.home.as_str(), line.kind.as_str()));
        let wanted = [("a.pdf", "100110000012", "gas"), ("b.jpg", "12, Made-up Street, TS18 1AA", "electrical report")];
        assert_eq!(told.collect::<Vec<_>>(), wanted);
        for other in ["File;UPRN;Kind\na.pdf;100110000012;gas\n", "File\tUPRN\tKind\na.pdf\t100110000012\tgas\n"] {
            assert_eq!(list(other).unwrap(), read[..1], "{other:?}");
        }
        for (text, fault) in [
            ("file,kind\na.pdf,gas\n", "must name the columns"),
            ("", "must name the columns"),
            ("file,home,kind\n,1,gas\n", "line 2 names no file"),
        ] {
            assert!(list(text).unwrap_err().contains(fault), "{text:?}");
        }
    }
}
