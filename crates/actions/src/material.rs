//! The material of an enforcement case for the schedule of a prosecution: what is held of it, the marks, and what is kept back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::bundles::{CaseFile, reminded};
use super::{Error, FieldFault};
use domain::actor::Action;
use domain::breach::Breach;
use domain::calendar::london::{today, written_out};
use domain::context::Context;
use domain::document::Document;
use domain::enforcement::{Case, MarkRefusal, Material, MaterialKey, MaterialKind, MaterialMark};
use domain::id::{BreachId, DocumentId, EnforcementId, LicenceId, MaterialId, PropertyId};
use storage::{
    Conn, Tx, breaches, certificates, demands, documents, enforcement, inspections, letters, licences,
    material as table, notices, proceedings, tasks,
};

/// A mark as an officer asks for it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of what.
    pub key: MaterialKey,
    /// As what.
    pub mark: MaterialMark,
    /// Why.
    pub reason: Option<String>,
}

/// The material of a case, in order of time: everything that is held of the home, and of the licences and the breaches that its
/// offences name.
///
/// # Errors
/// Whatever the database says.
pub fn of_case(db: &mut Conn, case: &Case) -> Result<Vec<Material>, Error> {
    let offences = enforcement::offences_of(db, case.id)?;
    let mut held = Held::default();
    of_home(db, &mut held, case.property_id)?;
    for licence in offences.iter().filter_map(|offence| offence.licence_id).collect::<BTreeSet<_>>() {
        of_licence(db, &mut held, licence, case.property_id)?;
    }
    for breach in offences.iter().filter_map(|offence| offence.breach_id).collect::<BTreeSet<_>>() {
        of_breach(db, &mut held, breach)?;
    }
    let marks = table::marks_of(db, case.id)?.into_iter();
    let mut newest = marks.map(|mark| ((mark.kind, mark.material_id), mark)).collect::<BTreeMap<_, _>>();
    let whole = held.0.into_iter().map(|(key, (on, what))| Material { key, on, what, marked: newest.remove(&key) });
    let mut whole = whole.collect::<Vec<_>>();
    whole.sort_by_key(|one| (one.on, one.key));
    Ok(whole)
}

#[derive(Default)]
struct Held(BTreeMap<MaterialKey, (NaiveDate, String)>);

impl Held {
    fn add(&mut self, kind: MaterialKind, id: domain::id::Key, on: NaiveDate, what: impl Into<String>) {
        self.0.insert((kind, MaterialId(id)), (on, what.into()));
    }
}

fn of_home(db: &mut Conn, held: &mut Held, home: PropertyId) -> Result<(), Error> {
    for letter in letters::of_home(db, home)? {
        held.add(
            MaterialKind::Letter,
            letter.id.0,
            letter.dated_on,
            format!("{} to {}", letter.kind.noun(), letter.recipient_name),
        );
    }
    for file in documents::of_home(db, home)? {
        held.add(MaterialKind::File, file.id.0, today(file.received_at), format!("file \"{}\"", file.name));
    }
    for one in inspections::of_home(db, home)? {
        held.add(MaterialKind::Inspection, one.id.0, today(one.starts_at), format!("inspection {}", one.reference));
    }
    for task in tasks::of_home(db, home)? {
        held.add(MaterialKind::Note, task.id.0, today(task.opened_at), format!("task \"{}\"", task.title));
    }
    Ok(())
}

fn of_licence(db: &mut Conn, held: &mut Held, id: LicenceId, home: PropertyId) -> Result<(), Error> {
    let Some(licence) = licences::find(db, id)? else { return Ok(()) };
    held.add(MaterialKind::Licence, id.0, licence.granted_on, format!("licence {}", licence.number));
    let mut written = licence.application_id.map_or_else(|| Ok(Vec::new()), |id| notices::of_application(db, id))?;
    for change in proceedings::of_licence(db, id)? {
        written.extend(notices::of_proceeding(db, change.id)?);
    }
    for notice in written {
        let cover = notice.cover;
        let what = format!("notice {}: {}", cover.reference, prose(cover.kind));
        held.add(MaterialKind::Notice, cover.id.0, cover.dated_on, what);
    }
    let records = certificates::of_licence(db, id)?.into_iter();
    for record in records.filter(|record| record.property_id == home) {
        let checked_on = written_out(record.particulars.checked_on);
        let what = format!("{} of a check on {checked_on}", prose(record.kind));
        held.add(MaterialKind::Certificate, record.id.0, today(record.received_at), what);
    }
    Ok(())
}

fn of_breach(db: &mut Conn, held: &mut Held, id: BreachId) -> Result<(), Error> {
    let Some(breach) = breaches::find(db, id)? else { return Ok(()) };
    for letter in reminded(db, &breach)?.iter().filter_map(|reminder| reminder.letter_id).collect::<BTreeSet<_>>() {
        if let Some(letter) = letters::find(db, letter)? {
            held.add(
                MaterialKind::Letter,
                letter.id.0,
                letter.dated_on,
                format!("{} to {}", letter.kind.noun(), letter.recipient_name),
            );
        }
    }
    let Breach { item_id: Some(item), .. } = breach else { return Ok(()) };
    let Some(demand) = demands::of_item(db, item)? else { return Ok(()) };
    let cover = &demand.cover;
    let issued = today(cover.issued_at.unwrap_or(cover.drafted_at));
    held.add(MaterialKind::Demand, cover.id.0, issued, format!("demand {}", cover.reference));
    for answer in demands::responses_to(db, cover.id)? {
        let condition = demand.item(answer.item_id).map(|item| item.condition.as_str()).unwrap_or_default();
        let what = format!("answer to the demand for condition {condition}: {}", prose(answer.kind));
        held.add(MaterialKind::Answer, answer.id.0, answer.received_on, what);
    }
    Ok(())
}

fn prose(word: impl ToString) -> String {
    word.to_string().replace('_', " ")
}

/// Pieces of material are marked, all or none. A piece that was marked before is marked anew; the earlier mark stays on record.
///
/// # Errors
/// [`Error::Invalid`] with each mark that cannot be; [`Error::Stale`] if somebody else marks the same at the same time.
pub fn mark(tx: &mut Tx<'_>, cx: &Context, id: EnforcementId, wanted: Vec<Wanted>) -> Result<Vec<Material>, Error> {
    cx.allow(Action::WorkEnforcement)?;
    let case = enforcement::find(tx, id)?.ok_or(Error::NotFound)?;
    let held = of_case(tx, &case)?;
    let (mut changes, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, Wanted { key, mark, reason }) in wanted.into_iter().enumerate() {
        let mut fault =
            |field: &str, text: String| faults.push(FieldFault::at(format!("/marks/{place}/{field}"), text));
        let Some(material) = held.iter().find(|one| one.key == key) else {
            let text = "this case has no material of this kind and identifier: its material lists them";
            fault("id", text.to_owned());
            continue;
        };
        if !seen.insert(key) {
            fault("id", "is marked twice in this request: mark it once".to_owned());
            continue;
        }
        match case.mark(cx, material, mark, reason) {
            Ok(change) => changes.push(change),
            Err(refusal @ MarkRefusal::Known(_)) => fault("mark", refusal.to_string()),
            Err(refusal @ MarkRefusal::NoReason) => fault("reason", refusal.to_string()),
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    for change in &changes {
        table::insert(tx, change).map_err(|error| match error {
            storage::Error::Duplicate => Error::Stale,
            other => other.into(),
        })?;
    }
    of_case(tx, &case)
}

/// Why material is kept back.
const SENSITIVE: &str = "it is sensitive material";

impl CaseFile {
    /// Takes out what is marked as sensitive, with the files that came with it and the tasks about it. Letters and files are
    /// withheld, and named as such.
    pub(super) fn keep_back(&mut self) {
        let material = self.enforcement.iter().flat_map(|one| &one.material);
        let marked = material.filter(|piece| piece.mark() == Some(MaterialMark::Sensitive)).map(|piece| piece.key);
        let marked = marked.collect::<BTreeSet<_>>();
        let is_marked = |kind, id| marked.contains(&(kind, MaterialId(id)));
        let mut with_it = Vec::new();
        self.responses.retain(|(answer, files)| {
            let kept = is_marked(MaterialKind::Answer, answer.id.0);
            with_it.extend(files.iter().map(|file| file.id).filter(|_| kept));
            !kept
        });
        self.certificates.retain(|(record, files)| {
            let kept = is_marked(MaterialKind::Certificate, record.id.0);
            with_it.extend(files.iter().map(|file| file.id).filter(|_| kept));
            !kept
        });
        for sent in self.letters.iter_mut().filter(|sent| is_marked(MaterialKind::Letter, sent.letter.id.0)) {
            sent.withheld = Some(SENSITIVE);
        }
        let mut with_it = with_it.into_iter().map(|id| (MaterialKind::File, MaterialId(id.0))).collect::<Vec<_>>();
        self.tasks.retain(|task| {
            let kept = task.letter_id.is_some_and(|letter| is_marked(MaterialKind::Letter, letter.0));
            with_it.extend(kept.then_some((MaterialKind::Note, MaterialId(task.id.0))));
            !kept
        });
        self.sensitive = marked.into_iter().chain(with_it).collect();
    }

    /// Whether a file that was sent in belongs into a file that others read; if not, why.
    #[must_use]
    pub fn withheld(&self, document: &Document) -> Option<&'static str> {
        let mut used = self.responses.iter().flat_map(|(_, files)| files);
        let mut records = self.certificates.iter().flat_map(|(_, files)| files);
        let named = used.any(|file| file.id == document.id)
            || records.any(|file| file.id == document.id)
            || self.shown_on_visits().any(|id| id == document.id);
        if self.sensitive.contains(&(MaterialKind::File, MaterialId(document.id.0))) {
            Some(SENSITIVE)
        } else if document.licence_id != Some(self.licence.id) && !named {
            Some("it was not sent under this licence")
        } else if document.may_be_opened().is_err() {
            Some("it waits for the malware scanner, or the scanner found malware in it")
        } else {
            None
        }
    }

    /// The photos and papers of the inspections.
    fn shown_on_visits(&self) -> impl Iterator<Item = DocumentId> {
        self.inspections.iter().flat_map(|(inspection, _)| {
            let found = inspection.visits.iter().filter_map(|visit| visit.findings.as_ref());
            let seen = inspection.items.iter().filter_map(|item| item.seen.as_ref());
            let of_visits = found.flat_map(|findings| findings.documents.iter().copied());
            of_visits.chain(seen.flat_map(|seen| seen.documents.iter().copied()))
        })
    }
}
