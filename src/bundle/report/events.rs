//! What happened in time order, and how the service kept it: events, letters, tasks, nightly runs, anchors.

use serde_json::Value;

use super::super::exhibits::Exhibits;
use super::part::{Part, prose};
use super::sections::officer;
use crate::actions::bundles::{CaseFile, Sent};
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::id::{AccountId, Key, Spelled as _};
use crate::domain::reminder::Reminder;
use crate::storage::checks::Check;
use crate::storage::events::Sealed;

/// 6: every reminder, letter, note and event.
pub(super) fn in_time_order(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("Everything in time order");
    part.heading("Reminders of this date");
    let rows = case.reminders.iter().map(|reminder| reminded(case, exhibits, reminder)).collect();
    part.table(["Night", "Reminder", "To", "State", "Letter"], rows, "No reminder was called for.");
    part.heading("Letters");
    let rows = exhibits.letters.iter().map(|letter| went(&letter.label, letter.sent)).collect();
    part.table(
        ["Letter", "Dated", "To, at", "State", "The mail server's words, or how it was posted"],
        rows,
        "No letter.",
    );
    part.heading("Tasks and notes of officers");
    let rows = case.tasks.iter().map(|task| {
        let closed = task.closed_at.map(|at| format!("{} by {}", written_instant(at), officer(case, task.closed_by)));
        let note = task.note.clone().unwrap_or_default();
        [written_instant(task.opened_at), task.title.clone(), closed.unwrap_or_else(|| "open".to_owned()), note]
    });
    part.table(["Opened", "Task", "Closed", "Note"], rows.collect(), "None is on record.");
    part.heading("Events of this home's case");
    part.text(
        "As they were sealed, one after the other; a correction is an addition. The exact texts are in events.jsonl.",
    );
    let rows = case.events.iter().map(|event| happened(case, event)).collect();
    part.table(["No.", "When", "What", "Who", "Particulars"], rows, "None.");
    part
}

fn reminded(case: &CaseFile, exhibits: &Exhibits<'_>, reminder: &Reminder) -> [String; 5] {
    let days = match reminder.rung.unsigned_abs() {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let rung = match reminder.rung {
        0 => "on the due date".to_owned(),
        rung if rung < 0 => format!("{days} before"),
        _ => format!("{days} after"),
    };
    let letter = super::sections::letter_label(exhibits, reminder.letter_id);
    let letter = letter.or(reminder.letter_id.map(|_| "held back".to_owned())).unwrap_or_default();
    let to = super::sections::name(case, reminder.recipient_id);
    [written_out(reminder.called_on), rung, to, prose(reminder.state), letter]
}

fn went(label: &str, sent: &Sent) -> [String; 5] {
    let letter = &sent.letter;
    let to = format!("{}, {}", letter.recipient_name, letter.address.replace('\n', ", "));
    let settled = letter.settled_at.map(|at| format!(", {}", written_instant(at))).unwrap_or_default();
    let state = format!("{}{settled}", prose(letter.state));
    [label.to_owned(), written_out(letter.dated_on), to, state, letter.reply.clone().unwrap_or_default()]
}

fn happened(case: &CaseFile, event: &Sealed) -> [String; 5] {
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let who = match text("actor").and_then(AccountId::read) {
        Some(id) => format!("{} ({})", officer(case, Some(id)), prose(text("role").unwrap_or_default())),
        None => prose(text("role").unwrap_or_default()),
    };
    let facts = body.get("facts").and_then(Value::as_object);
    let facts =
        facts.into_iter().flatten().filter_map(|(name, value)| Some(format!("{}: {}", prose(name), plain(value)?)));
    let sensitive = text("subject").is_some_and(|id| case.sensitive.iter().any(|(_, kept)| kept.as_str() == id));
    let particulars = if sensitive { "sensitive material".to_owned() } else { facts.collect::<Vec<_>>().join("; ") };
    [event.seq.to_string(), written_instant(event.at), prose(event.kind), who, particulars]
}

/// What people can read of a fact; identifiers and what is nested are in the sealed text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() || Key::read(text).is_some() => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => {
            let values = values.iter().filter_map(plain).collect::<Vec<_>>();
            (!values.is_empty()).then(|| values.join(", "))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// What a verification of the chain and of the anchors found.
pub(super) fn verdict(case: &CaseFile) -> String {
    let verdict = &case.verdict;
    match &verdict.fault {
        None => format!(
            "All right: {} events of this case and {} anchors, on {}.",
            verdict.events,
            verdict.anchors,
            written_instant(case.read_at)
        ),
        Some(fault) => format!("FAULT: {} {}.", fault.place, fault.what),
    }
}

/// 17: the service that kept these records.
pub(super) fn kept(case: &CaseFile) -> Part {
    let mut part = Part::new("How these records were kept");
    part.facts([
        ("Software", Some(format!("selective-licensing {}", env!("CARGO_PKG_VERSION")))),
        ("Verification", Some(verdict(case))),
    ]);
    part.heading("Runs of the nightly check that bear on this breach, and the last one");
    let rows = case.checks.iter().map(ran).collect();
    part.table(["Night", "Software", "Began and ended", "Outcome", "What it did"], rows, "No run is on record.");
    part.heading("Anchors that hold this case");
    let rows = case.sightings.iter().filter_map(|seen| {
        let anchor = case.anchors.iter().find(|anchor| anchor.number == seen.anchor)?;
        Some([anchor.number.to_string(), written_out(anchor.night), format!("1 to {}", seen.seq), anchor.hash.clone()])
    });
    part.table(
        ["Anchor", "Night", "Events", "Hash"],
        rows.collect(),
        "No anchor holds this case yet but the one in proof.json.",
    );
    part.missing("a list of the known defects of this version of the software: it is not kept in the service");
    part
}

fn ran(check: &Check) -> [String; 5] {
    let ended = check.finished_at.map_or_else(|| "not ended".to_owned(), written_instant);
    let did = format!(
        "looked at {}, called for {} reminders, proposed {} breaches, {} failures{}",
        check.looked_at,
        check.reminders,
        check.breaches,
        check.failures,
        check.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default()
    );
    let time = format!("{}\n{ended}", written_instant(check.started_at));
    [written_out(check.night), check.software.clone(), time, prose(check.outcome), did]
}
