//! Service of the demand and of the licence on each person, with the rule and inputs of each date.

use super::super::exhibits::Exhibits;
use super::part::{Part, prose};
use super::sections::{letter_label, name};
use crate::actions::bundles::CaseFile;
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::service::Copy;

/// Who got a copy, and as what.
pub(super) fn who(case: &CaseFile, copy: &Copy) -> String {
    format!("{} ({})", name(case, copy.party_id), prose(copy.capacity))
}

/// One copy, with the day on which it counts as received. Whoever writes it puts a heading above.
pub(super) fn recorded(part: &mut Part, copy: &Copy) {
    let sent = copy.dispatched_at.map(|at| format!("{} at {}", written_out(at.date()), at.format("%H:%M")));
    part.facts([
        ("State", Some(prose(copy.state))),
        ("How", copy.method.map(prose)),
        ("Where to", copy.address.as_deref().map(|address| address.replace('\n', ", "))),
        ("Sent", sent),
        ("Proof of sending", copy.evidence.clone()),
        ("Came back because", copy.return_reason.clone()),
    ]);
    match &copy.deemed_basis {
        Some(deemed) => part.counted("Taken as received on", deemed),
        None => part.text("No day of service is on record."),
    }
}

/// 4: how the demand was served.
pub(super) fn service(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("Service of the demand");
    let Some(demand) = &case.demand else {
        part.text("There was no demand to serve.");
        return part;
    };
    for copy in &demand.recipients {
        part.heading(who(case, copy));
        recorded(&mut part, copy);
        if let Some(label) = letter_label(exhibits, copy.letter_id) {
            part.text(format!("This copy is letter {label}."));
        }
        attempts(&mut part, case, copy);
    }
    if demand.cover.served_on.is_none() {
        part.missing("service on the licence holder: none is on record");
    }
    part
}

/// What the relay answered, where the copy went by e-mail.
fn attempts(part: &mut Part, case: &CaseFile, copy: &Copy) {
    let sent = case.letters.iter().find(|sent| Some(sent.letter.id) == copy.letter_id);
    let rows = sent.into_iter().flat_map(|sent| &sent.attempts).map(|attempt| {
        let ended = attempt.ended_at.map_or_else(|| "nobody knows".to_owned(), written_instant);
        let outcome = attempt.outcome.as_deref().map(prose).unwrap_or_default();
        [written_instant(attempt.started_at), ended, outcome, attempt.reply.clone().unwrap_or_default()]
    });
    let rows = rows.collect::<Vec<_>>();
    if !rows.is_empty() {
        part.table(["Tried", "Ended", "Outcome", "The mail server's words"], rows, "");
    }
}
