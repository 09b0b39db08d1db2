//! The council's inspections of the home: who was told, what was looked at and found, what came of it.

use super::super::exhibits::Exhibits;
use super::part::{Part, prose};
use super::sections::{labels, name, officer};
use crate::actions::bundles::CaseFile;
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::inspection::{Findings, Inspection, NoticeGiven, NoticeTo, PlanItem, Visit};
use crate::domain::scheme::{Inspections, Named};

/// 16: each inspection with its visits, oldest first.
pub(super) fn inspections(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("The council's inspections of the home");
    if case.inspections.is_empty() {
        part.missing("an inspection of this home by the council: none is on record");
    }
    for (inspection, rules) in &case.inspections {
        part.heading(format!("Inspection {}", inspection.reference));
        part.facts([
            ("As it stands", Some(prose(inspection.state))),
            ("Closed", inspection.ended_on.map(written_out)),
            ("Because", inspection.reason.clone()),
            ("Goes by", Some(format!("scheme {}/{}", inspection.scheme_code, inspection.scheme_version))),
        ]);
        for (number, visit) in (1..).zip(&inspection.visits) {
            part.subheading(format!("Visit {number} of inspection {}", inspection.reference));
            visited(&mut part, case, exhibits, rules, visit);
        }
        planned(&mut part, case, exhibits, inspection);
    }
    part
}

fn visited(part: &mut Part, case: &CaseFile, exhibits: &Exhibits<'_>, rules: &Inspections, visit: &Visit) {
    let cancelled = visit.is_cancelled.then(|| "called off".to_owned());
    part.facts([
        ("Purpose", Some(prose(visit.purpose))),
        ("Officer", Some(officer(case, Some(visit.officer_id)))),
        ("Planned for", Some(format!("{} to {}", written_instant(visit.starts_at), written_instant(visit.ends_at)))),
        ("Moved", (visit.moved > 0).then(|| visit.moved.to_string())),
        ("Visit", cancelled),
    ]);
    let rows = visit.given.iter().map(|given| notified(case, given)).collect();
    let header = ["Notice (s.239(5)) to", "How", "Given", "Counts from", "Evidence"];
    part.table(header, rows, "No notice of this visit was given.");
    part.facts([
        ("Somebody not told because", visit.not_told.clone()),
        ("No notice because", visit.no_notice.map(prose)),
        ("In words", visit.no_notice_note.clone()),
        ("Nobody let the officer in", visit.no_access.clone()),
    ]);
    if let Some(findings) = &visit.findings {
        found(part, exhibits, rules, findings);
    }
    if visit.given.is_empty() && visit.no_notice.is_none() && !visit.is_cancelled {
        part.missing("notice of a visit, or the reason that none was needed");
    }
    part.facts([("Outcome", visit.outcome.map(prose)), ("Report", visit.report.clone())]);
    if visit.findings.is_some() && visit.report.is_none() {
        part.missing("the report of a visit");
    }
}

/// Whoever lives there is not named: it is no matter of theirs. So what was typed as evidence is left to the council's own record.
fn notified(case: &CaseFile, given: &NoticeGiven) -> [String; 5] {
    let who = match (given.to, given.party_id) {
        (NoticeTo::Owner, Some(party)) => Some(name(case, party)),
        (NoticeTo::Owner, None) => given.name.clone(),
        (NoticeTo::Occupier, _) => None,
    };
    let who = who.map_or_else(|| prose(given.to), |who| format!("{} ({who})", prose(given.to)));
    let evidence = given.evidence.as_ref().map_or("none", |_| "held by the council").to_owned();
    [who, prose(given.method), written_instant(given.given_at), written_instant(given.counts_from), evidence]
}

/// What the scheme calls it.
fn words(known: &[Named], code: &str) -> String {
    known.iter().find(|one| one.code == code).map_or_else(|| prose(code), |one| one.text.clone())
}

fn found(part: &mut Part, exhibits: &Exhibits<'_>, rules: &Inspections, findings: &Findings) {
    let photos = labels(exhibits, findings.documents.iter().copied());
    part.facts([
        ("Entered", Some(written_instant(findings.entered_at))),
        ("Left", Some(written_instant(findings.left_at))),
        ("Photos and papers", Some(photos).filter(|photos| !photos.is_empty())),
    ]);
    let rows = findings
        .checklist
        .iter()
        .map(|one| [words(&rules.checklist, &one.code), prose(one.answer), one.note.clone().unwrap_or_default()]);
    part.table(["Looked at", "Answer", "Note"], rows.collect(), "Nothing is on record of the checklist.");
    let rows = findings.hazards.iter().map(|hazard| {
        let what = words(&rules.hazards, &hazard.code);
        [what, prose(hazard.category), hazard.note.clone(), prose(hazard.likely_action)]
    });
    part.table(["Hazard", "Category", "Where and what", "Likely action"], rows.collect(), "No hazard was found.");
}

fn planned(part: &mut Part, case: &CaseFile, exhibits: &Exhibits<'_>, inspection: &Inspection) {
    if inspection.items.is_empty() {
        return part.text("No improvement plan was made.");
    }
    part.subheading(format!("Improvement plan of inspection {}", inspection.reference));
    let rows = inspection.items.iter().map(|item| {
        let [seen, proof] = seen(case, exhibits, item);
        [item.text.clone(), written_out(item.due_on), seen, proof]
    });
    part.table(["What is to be done", "Last day", "As last seen", "What shows it"], rows.collect(), "");
    part.facts([("Re-inspection on", inspection.reinspect_on.map(written_out))]);
}

fn seen(case: &CaseFile, exhibits: &Exhibits<'_>, item: &PlanItem) -> [String; 2] {
    let Some(seen) = &item.seen else { return ["not looked at again".to_owned(), String::new()] };
    let done = if seen.is_done { "done" } else { "not done" };
    let files = labels(exhibits, seen.documents.iter().copied());
    let proof = [seen.evidence.clone(), files].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    [format!("{done} on {}, {}", written_out(seen.on), officer(case, Some(seen.officer_id))), proof.join("\n")]
}
