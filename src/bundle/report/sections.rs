//! The licence, its people, the demand, what came in and what was made of it.

use chrono::NaiveDate;

use super::super::exhibits::{self, Exhibits};
use super::super::proof::Listed;
use super::part::{Part, prose};
use super::service::{recorded, who};
use super::{enforcement, material};
use crate::actions::bundles::{CaseFile, Person};
use crate::domain::breach::BreachState;
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::demand::{AnswerKind, Item, Response};
use crate::domain::document::Document;
use crate::domain::id::{AccountId, DocumentId, ItemId, LetterId, PartyId};
use crate::domain::notice::NoticeKind;

/// The name of whoever decided or wrote; the service itself has no account.
pub(super) fn officer(case: &CaseFile, id: Option<AccountId>) -> String {
    let name = id.map(|id| case.officers.get(&id).cloned().unwrap_or_else(|| id.to_string()));
    name.unwrap_or_else(|| "the service itself".to_owned())
}

/// The name of a person or company of the case.
pub(super) fn name(case: &CaseFile, id: PartyId) -> String {
    let known = case.people.iter().find(|person| person.party.id == id).map(|person| person.party.name.clone());
    known.or_else(|| case.names.get(&id).cloned()).unwrap_or_else(|| "somebody else on record".to_owned())
}

/// What the report calls a letter, if it lies in the file.
pub(super) fn letter_label(exhibits: &Exhibits<'_>, id: Option<LetterId>) -> Option<String> {
    let found = exhibits.letters.iter().find(|letter| Some(letter.sent.letter.id) == id);
    found.map(|letter| letter.label.clone())
}

fn file_labels(exhibits: &Exhibits<'_>, documents: &[Document]) -> String {
    labels(exhibits, documents.iter().map(|document| document.id))
}

/// What the report calls files.
pub(super) fn labels(exhibits: &Exhibits<'_>, ids: impl Iterator<Item = DocumentId>) -> String {
    let label = |id| {
        let found = exhibits.files.iter().find(|file| file.document.id == id);
        found.map_or_else(|| "not in this file".to_owned(), |file| file.label.clone())
    };
    ids.map(label).collect::<Vec<_>>().join(", ")
}

/// 1: the licence in force on the day of the offence, and proof of its service.
pub(super) fn licence(case: &CaseFile) -> Part {
    let mut part = Part::new("The licence on the day of the breach");
    let licence = &case.licence;
    let first = case.breach.due_on.succ_opt().unwrap_or(case.breach.due_on);
    let stood = format!("{}: {}", written_out(first), prose(licence.standing(first)));
    part.facts([
        ("Licence", Some(licence.number.clone())),
        ("Home", Some(case.home.one_line())),
        ("Area", licence.area_code.as_deref().and_then(|code| case.scheme.area(code)).map(|area| area.name.clone())),
        ("Holder", Some(name(case, licence.holder_id))),
        ("Granted on", Some(written_out(licence.granted_on))),
        ("First day", Some(written_out(licence.starts_on))),
        ("Ended early on", licence.ended_on.map(written_out)),
        ("As it stood on", Some(stood)),
        ("Conditions", Some(format!("scheme {}, version of its grant", licence.scheme_version_name()))),
    ]);
    part.counted("Last day", &licence.end_basis);
    if let Some(condition) = case.breach.condition.as_deref().and_then(|number| case.scheme.condition(number)) {
        part.heading(format!("Condition {}: {}", condition.number, condition.title));
        part.facts([
            ("What it asks", Some(condition.what.clone())),
            ("Rests on", Some(condition.statutory_basis.clone())),
            ("Days to answer", condition.response_days.map(|days| days.to_string())),
        ]);
    }
    versions(&mut part, case, first);
    part.heading("Service of the licence");
    let notices = case.proceedings.iter().flat_map(|one| &one.notices).map(|(notice, _)| notice);
    let granted = notices.filter(|notice| notice.cover.kind == NoticeKind::Grant).collect::<Vec<_>>();
    for notice in &granted {
        part.text(format!("Notice {} of {}", notice.cover.reference, written_out(notice.cover.dated_on)));
        for copy in notice.copies.iter().filter(|copy| copy.party_id == licence.holder_id) {
            part.subheading(who(case, copy));
            recorded(&mut part, copy);
        }
    }
    if granted.is_empty() {
        part.missing("proof that the licence was served on the holder: no notice of its grant is on record");
    }
    part
}

/// The versions of the licence: which one held on the day of the offence, and what each says.
fn versions(part: &mut Part, case: &CaseFile, day: NaiveDate) {
    part.heading("Versions of the licence");
    let held = case.versions.iter().rev().find(|one| one.version().effective_from <= day);
    let held = held.map(|one| format!("{}, on {}", one.version().version, written_out(day)));
    part.facts([("Version that held", held.or_else(|| Some("none: the licence had not begun".to_owned())))]);
    let rows = case.versions.iter().map(|one| {
        let version = one.version();
        let manager = one.manager(version).map_or_else(|| "the licence holder".to_owned(), |party| party.name.clone());
        let came_of = one.variations.last().map_or_else(
            || "the grant".to_owned(),
            |variation| format!("{}, {}", variation.proceeding.reference, prose(variation.proceeding.ground)),
        );
        let terms = version.terms.clone().unwrap_or_else(|| "none".to_owned());
        let printed = exhibits::path_of(one);
        [version.version.to_string(), written_out(version.effective_from), came_of, manager, terms, printed]
    });
    let header = ["Version", "From", "Came of", "Manager", "Terms beside the conditions", "Printed in this file"];
    part.table(header, rows.collect(), "No version is on record.");
}

/// 2: who was bound, and where they could be reached.
pub(super) fn people(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("The holder and others bound, with their addresses");
    case.people.iter().for_each(|person| one_person(&mut part, case, exhibits, person));
    part.heading("Interests in the home");
    let rows = case.interests.iter().map(|interest| {
        let until = interest.until.map(written_out).unwrap_or_default();
        [name(case, interest.party_id), prose(interest.capacity), written_out(interest.since), until]
    });
    part.table(["Who", "As what", "Since", "Until"], rows.collect(), "None is on record.");
    part.missing(
        "where each address came from (a form, Companies House, HM Land Registry) and what it was before a correction",
    );
    part
}

fn one_person(part: &mut Part, case: &CaseFile, exhibits: &Exhibits<'_>, person: &Person) {
    let party = &person.party;
    part.heading(format!("{} ({})", party.name, prose(&person.role)));
    part.facts([
        ("Address on record", Some(party.address.replace('\n', ", "))),
        ("E-mail on record", party.email.clone()),
        ("Company number", party.company_number.clone()),
    ]);
    let corrections = person.corrections.iter().enumerate().map(|(place, (at, moved))| {
        let what = match (place, moved) {
            (0, _) => "recorded",
            (_, true) => "address corrected",
            (_, false) => "other details corrected",
        };
        [written_instant(*at), what.to_owned()]
    });
    part.table(["When", "Their record"], corrections.collect(), "When they were recorded is not on record.");
    let consents = person.consents.iter().map(|consent| {
        let until = consent.withdrawn_at.map(written_instant).unwrap_or_default();
        [consent.email.clone(), prose(consent.scope), written_instant(consent.given_at), consent.how.clone(), until]
    });
    let header = ["Consent to e-mail (s.247)", "Covers", "Given", "How", "Withdrawn"];
    part.table(header, consents.collect(), "No consent to e-mail (s.247) is on record.");
    let used = case.letters.iter().filter(|sent| sent.letter.recipient_id == party.id && sent.withheld.is_none());
    let used = used.map(|sent| {
        let label = letter_label(exhibits, Some(sent.letter.id)).unwrap_or_default();
        [written_out(sent.letter.dated_on), sent.letter.address.replace('\n', ", "), label]
    });
    part.table(["Written to on", "At", "Letter"], used.collect(), "No letter about this home went to them.");
}

/// 3: the demand, word for word.
pub(super) fn demand(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("The demand");
    let Some(demand) = &case.demand else {
        if let Some(duty) = &case.obligation {
            part.text(format!("No demand: the date was that of a duty of its own ({}).", prose(duty.kind)));
        }
        return part;
    };
    let cover = &demand.cover;
    part.facts([
        ("Reference", Some(cover.reference.clone())),
        ("Made under", Some(cover.legal_basis.clone())),
        ("Officer", Some(officer(case, cover.officer_id))),
        ("Drafted", Some(written_instant(cover.drafted_at))),
        ("Issued", cover.issued_at.map(written_instant)),
        ("As it stands", Some(prose(cover.state))),
        ("Withdrawn because", cover.reason.clone()),
    ]);
    let rows = demand.items.iter().map(|item| {
        let days = format!("{} days", item.response_days);
        [item.condition.clone(), item.title.clone(), days, prose(item.state)]
    });
    part.table(
        ["Condition", "What is asked for", "To answer within", "State"],
        rows.collect(),
        "Nothing is asked for.",
    );
    let holder = demand.holder().and_then(|copy| copy.letter_id);
    let sent = case.letters.iter().find(|sent| Some(sent.letter.id) == holder && sent.withheld.is_none());
    match sent.and_then(|sent| sent.letter.text.as_deref()) {
        Some(text) => {
            let label = letter_label(exhibits, holder).unwrap_or_default();
            part.heading(format!("The holder's copy as sent (letter {label})"));
            part.quoted(text);
        }
        None => part.missing("the exact text of the demand as the holder got it: no letter of the service carried it"),
    }
    part.missing("the officer's authorisation: it is not kept in this service");
    part
}

/// 5: the due date of each item.
pub(super) fn due(case: &CaseFile) -> Part {
    let mut part = Part::new("The due date of each item, and how it was counted");
    let items = case.demand.iter().flat_map(|demand| &demand.items);
    for item in items {
        due_of(&mut part, case, item);
    }
    if let Some(duty) = &case.obligation {
        part.counted("Due on", &duty.due_basis);
    }
    part
}

fn due_of(part: &mut Part, case: &CaseFile, item: &Item) {
    let mine = if case.breach.item_id == Some(item.id) { " (this breach)" } else { "" };
    part.heading(format!("Condition {}: {}{mine}", item.condition, item.title));
    match &item.due_basis {
        Some(due) => part.counted("Due on", due),
        None => part.text("No due date: the demand is not served on the licence holder."),
    }
    part.facts([
        ("Acted on from", item.actionable_from.map(written_out)),
        (
            "Agreed to wait until",
            item.waiting_until.map(|until| format!("{}; the due date stands", written_out(until))),
        ),
        ("Answered on", item.answered_on.map(written_out).or(Some("no answer is on record".to_owned()))),
        ("Closed on", item.closed_on.map(written_out)),
    ]);
}

fn asked(case: &CaseFile, id: ItemId) -> String {
    let item = case.demand.as_ref().and_then(|demand| demand.item(id));
    item.map(|item| format!("condition {}", item.condition)).unwrap_or_default()
}

/// 7: the originals.
pub(super) fn came_in(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("What came in");
    let answers = case.responses.iter().map(|(response, files)| {
        let from = response.from_party.map(|from| name(case, from)).unwrap_or_default();
        let words = response.text.clone().unwrap_or_default();
        let what = format!("{}, for {}", prose(response.kind), asked(case, response.item_id));
        [written_instant(response.received_at), from, what, words, file_labels(exhibits, files)]
    });
    let header = ["Received", "From", "As what, for what", "In their words", "Files"];
    part.table(header, answers.collect(), "Nothing came in that answers the demand.");
    part.heading("The original files");
    let files = exhibits.files.iter().map(|file| {
        let document = file.document;
        let from = document.sender_party.map(|from| name(case, from));
        let from = from.unwrap_or_else(|| officer(case, document.sender_account));
        let what = format!("{}\n{}, {} bytes", document.name, document.media_type.noun(), document.bytes);
        [file.label.clone(), what, written_instant(document.received_at), from, document.sha256.clone()]
    });
    let header = ["File", "Name as sent", "Received", "From", "SHA-256"];
    part.table(header, files.collect(), "There is no file in this bundle.");
    part.text("Each file was read when this bundle was made, and has the hash that it came in under.");
    part
}

/// 8: what officers made of it.
pub(super) fn assessed(case: &CaseFile) -> Part {
    let mut part = Part::new("Assessments, with reasons");
    let rows = case.responses.iter().map(|(response, _)| assessment(case, response));
    let header = ["What came in", "Result", "Assessed", "By", "Reason"];
    part.table(header, rows.collect(), "Nothing came in that could be assessed.");
    for (record, _) in &case.certificates {
        part.heading(format!("Record of {}: {}", written_instant(record.received_at), prose(record.kind)));
        let doubts = record.doubts(&case.home).into_iter().map(|doubt| doubt.detail).collect::<Vec<_>>().join("\n");
        let decided =
            record.assessed_at.map(|at| format!("{} by {}", written_instant(at), officer(case, record.assessed_by)));
        part.facts([
            ("Checked on", Some(written_out(record.particulars.checked_on))),
            ("Result it states", record.particulars.result.map(prose)),
            ("Address it names", record.particulars.address.clone()),
            ("Registration", record.particulars.registration.clone()),
            ("Signed by", record.particulars.signed_by.clone()),
            ("To be looked at twice", Some(doubts).filter(|doubts| !doubts.is_empty())),
            ("As it stands", Some(prose(record.state))),
            ("Assessed", decided),
            ("Reason", record.assessment.clone()),
        ]);
        if let Some(valid) = &record.valid_basis {
            part.counted("Counts until", valid);
        }
    }
    part
}

fn assessment(case: &CaseFile, response: &Response) -> [String; 5] {
    let what = format!(
        "{} of {}, for {}",
        prose(response.kind),
        written_out(response.received_on),
        asked(case, response.item_id)
    );
    let when = response.assessed_at.map(written_instant).unwrap_or_default();
    let by = response.assessed_at.map(|_| officer(case, response.assessed_by)).unwrap_or_default();
    [what, prose(response.state), when, by, response.assessment.clone().unwrap_or_default()]
}

/// 9: what the holder said of it.
pub(super) fn explanation(case: &CaseFile) -> Part {
    let mut part = Part::new("Invitation to explain, and reasonable excuse");
    let said = case.responses.iter().filter(|(response, _)| response.kind == AnswerKind::Explanation);
    let rows = said.map(|(response, _)| {
        let noted = response.assessment.clone().unwrap_or_default();
        [written_instant(response.received_at), response.text.clone().unwrap_or_default(), noted]
    });
    part.table(["Explained on", "In their words", "Noted by an officer"], rows.collect(), "No explanation came in.");
    enforcement::explained(&mut part, case);
    part
}

/// 11: who decided, and how long there is.
pub(super) fn decided(case: &CaseFile) -> Part {
    let mut part = Part::new("The decision that there is a breach, and the time for a notice of intent");
    let breach = &case.breach;
    part.facts([
        ("Proposed", Some(format!("by the calendar, in the night of {}", written_out(breach.proposed_on)))),
        ("As it stands", Some(prose(breach.state))),
        ("Decided", breach.decided_at.map(written_instant)),
        ("By", breach.decided_at.map(|_| officer(case, breach.decided_by))),
        ("Reason", breach.reason.clone()),
        ("Relied on", breach.evidence.clone()),
    ]);
    if breach.state == BreachState::Proposed {
        part.missing("a decision: no officer has confirmed or dismissed the breach");
    }
    part.counted("Notice of intent by", &breach.limitation_basis);
    enforcement::sufficient(&mut part, case);
    part
}

/// 14: everything in the file, what is held and not in it, and what of it is used in a prosecution.
pub(super) fn schedule(case: &CaseFile, exhibits: &Exhibits<'_>, listed: &[Listed]) -> Part {
    let mut part =
        Part::new("Schedule: what is in this file, what is held and not in it, and what is used in a prosecution");
    part.heading("In this file");
    let rows = listed.iter().map(|file| {
        let path = file.path.rsplit_once('/').map(|(folder, name)| format!("{folder}/\n{name}"));
        let path = path.unwrap_or_else(|| file.path.clone());
        [path, file.what.clone(), file.bytes.to_string(), file.sha256.clone()]
    });
    part.table(["Path", "What it is", "Bytes", "SHA-256"], rows.collect(), "Nothing.");
    part.text(
        "Besides: bundle.pdf, which is this report; manifest.json, the list of these files; events.jsonl, the chain of the case; \
         proof.json, its place in the newest anchor.",
    );
    part.heading("Held, and not in this file");
    let rows = exhibits.held.iter().map(|(what, why)| [what.clone(), why.clone()]).collect();
    part.table(["What", "Why it is not here"], rows, "Nothing about this home is held back.");
    let letters = exhibits.letters.iter().map(|letter| [letter.label.clone(), exhibits::described(letter.sent)]);
    part.heading("Letters by their labels");
    part.table(["Letter", "What it is"], letters.collect(), "There is no letter in this file.");
    material::schedule(&mut part, case, exhibits);
    part
}
