//! The schedule of used, unused and sensitive material for a prosecution, and of what is not yet marked.

use super::super::exhibits::Exhibits;
use super::part::{Part, prose};
use super::sections::{letter_label, officer};
use crate::actions::bundles::{CaseFile, Enforcement};
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::enforcement::{Material, MaterialKind, MaterialMark, Path};
use crate::domain::id::{DocumentId, LetterId};

/// The material of each enforcement case that names the breach.
pub(super) fn schedule(part: &mut Part, file: &CaseFile, exhibits: &Exhibits<'_>) {
    if file.enforcement.is_empty() {
        part.heading("Material for a prosecution");
        part.text("No enforcement case names this breach: nothing is marked as used, unused or sensitive.");
    }
    for one in &file.enforcement {
        part.heading(format!("Material of case {}", one.case.reference));
        of_case(part, file, exhibits, one);
    }
}

fn of_case(part: &mut Part, file: &CaseFile, exhibits: &Exhibits<'_>, one: &Enforcement) {
    let (sensitive, open): (Vec<_>, Vec<_>) =
        one.material.iter().partition(|piece| file.sensitive.contains(&piece.key));
    let rows = |mark| {
        let marked = open.iter().filter(|piece| piece.mark() == Some(mark));
        marked.map(|piece| row(file, exhibits, piece)).collect::<Vec<_>>()
    };
    let header = ["Material", "Of", "Where", "Marked", "Reason"];
    part.subheading("Used in evidence");
    part.table(header, rows(MaterialMark::Used), "Nothing is marked as used.");
    part.subheading("Unused");
    part.table(header, rows(MaterialMark::Unused), "Nothing is marked as unused.");
    part.subheading("Sensitive");
    let kept_back = (1_u32..).zip(&sensitive).map(|(number, piece)| {
        let marked = match piece.mark() {
            Some(MaterialMark::Sensitive) => marked(file, piece),
            _ => "came with what is sensitive".to_owned(),
        };
        [number.to_string(), prose(piece.key.0), marked]
    });
    part.table(["No.", "Kind", "Marked"], kept_back.collect(), "Nothing is marked as sensitive.");
    let reference = &one.case.reference;
    if !sensitive.is_empty() {
        let count = counted(sensitive.len());
        part.missing(format!(
            "{count} of case {reference}, marked as sensitive: listed here, and neither described nor in this file"
        ));
    }
    let unmarked = open.iter().filter(|piece| piece.marked.is_none()).map(|piece| {
        let [what, on, place, ..] = row(file, exhibits, piece);
        [what, on, place]
    });
    let unmarked = unmarked.collect::<Vec<_>>();
    let count = unmarked.len();
    part.subheading("Not yet marked");
    part.table(["Material", "Of", "Where"], unmarked, "Every piece is marked.");
    if count > 0 && one.case.path == Some(Path::Prosecution) {
        let count = counted(count);
        part.missing(format!("a mark as used, unused or sensitive: {count} of case {reference} has none"));
    }
}

fn counted(pieces: usize) -> String {
    if pieces == 1 { "1 piece of material".to_owned() } else { format!("{pieces} pieces of material") }
}

fn row(file: &CaseFile, exhibits: &Exhibits<'_>, piece: &Material) -> [String; 5] {
    let place = place(file, exhibits, piece);
    let (kind, id) = piece.key;
    let held_back = kind == MaterialKind::Letter && place.is_none();
    let letter = file.letters.iter().find(|sent| sent.letter.id == LetterId(id.0)).filter(|_| held_back);
    // Whoever else got a letter is not named here.
    let what = match letter {
        Some(sent) => sent.letter.kind.noun().to_owned(),
        None if held_back => prose(kind),
        None => piece.what.clone(),
    };
    let place = place.unwrap_or_else(|| "not in this file".to_owned());
    let reason = piece.marked.as_ref().and_then(|marked| marked.reason.clone()).unwrap_or_default();
    [what, written_out(piece.on), place, marked(file, piece), reason]
}

fn marked(file: &CaseFile, piece: &Material) -> String {
    let marked = piece.marked.as_ref();
    let words = marked.map(|one| format!("{}\n{}", written_instant(one.marked_at), officer(file, one.marked_by)));
    words.unwrap_or_default()
}

/// Where the report tells of it; nowhere if this file does not hold it.
fn place(file: &CaseFile, exhibits: &Exhibits<'_>, piece: &Material) -> Option<String> {
    let (kind, id) = piece.key;
    let id = id.0;
    let section = |holds: bool, number: u32| holds.then(|| format!("section {number}"));
    let notices = || file.proceedings.iter().flat_map(|one| &one.notices);
    match kind {
        MaterialKind::Letter => letter_label(exhibits, Some(LetterId(id))),
        MaterialKind::File => {
            let found = exhibits.files.iter().find(|file| file.document.id == DocumentId(id));
            found.map(|file| file.label.clone())
        }
        MaterialKind::Licence => (file.licence.id.0 == id).then(|| "licence/".to_owned()),
        MaterialKind::Demand => section(file.demand.as_ref().is_some_and(|demand| demand.cover.id.0 == id), 3),
        MaterialKind::Note => section(file.tasks.iter().any(|task| task.id.0 == id), 6),
        MaterialKind::Answer => section(file.responses.iter().any(|(answer, _)| answer.id.0 == id), 7),
        MaterialKind::Certificate => section(file.certificates.iter().any(|(record, _)| record.id.0 == id), 8),
        MaterialKind::Notice => section(notices().any(|(notice, _)| notice.cover.id.0 == id), 15),
        MaterialKind::Inspection => section(file.inspections.iter().any(|(one, _)| one.id.0 == id), 16),
    }
}
