//! What was proposed and decided of the licence: the notices, on whom they were served, what was said of them, appeals.

use super::super::exhibits::Exhibits;
use super::part::{Part, prose};
use super::sections::{letter_label, name, officer};
use super::service::{recorded, who};
use crate::actions::bundles::{CaseFile, Proceedings};
use crate::domain::calendar::london::written_out;
use crate::domain::notice::{Notice, NoticeState, Representation};
use crate::domain::proceeding::Proceeding;

/// 15: the application, then each time the licence was to be varied or revoked.
pub(super) fn proceedings(case: &CaseFile, exhibits: &Exhibits<'_>) -> Part {
    let mut part = Part::new("Proposals and decisions on the licence, and their service");
    if case.proceedings.first().is_none_or(|first| first.change.is_some()) {
        part.missing("the application and its notices: the licence names no application");
    }
    for one in &case.proceedings {
        match &one.change {
            None => part.heading(format!("Application {}", one.reference)),
            Some(change) => {
                part.heading(format!("Proceedings {}: {}", one.reference, prose(change.kind)));
                begun(&mut part, case, change);
            }
        }
        if one.notices.is_empty() {
            part.text("No notice was written in these proceedings.");
        }
        for (notice, said) in &one.notices {
            told(&mut part, case, exhibits, notice);
            answered(&mut part, case, notice, said);
        }
        appealed(&mut part, case, one);
    }
    if case.proceedings.iter().all(|one| one.change.is_none()) {
        part.text("Nobody has begun to vary or to revoke this licence.");
    }
    part
}

fn begun(part: &mut Part, case: &CaseFile, change: &Proceeding) {
    let changes = change.changes.as_ref();
    let decided = change.decided_on.map(|on| format!("{}, by {}", written_out(on), officer(case, change.decided_by)));
    part.facts([
        ("As they stand", Some(prose(change.state))),
        ("Ground", Some(prose(change.ground))),
        ("Asked for by", Some(change.asked_by.map_or_else(|| "the council itself".to_owned(), |who| name(case, who)))),
        ("New manager", changes.and_then(|changes| changes.manager_id).map(|who| name(case, who))),
        ("New agent", changes.and_then(|changes| changes.agent_id).map(|who| name(case, who))),
        ("New last day", changes.and_then(|changes| changes.ends_on).map(written_out)),
        ("New terms", changes.and_then(|changes| changes.terms.clone())),
        ("Begun", Some(written_out(change.opened_on))),
        ("Without notice because", change.without_notice.map(prose)),
        ("Decided", decided),
        ("Agreed by the holder", change.decided_on.map(|_| if change.is_agreed { "yes" } else { "no" }.to_owned())),
        ("Reason", Some(change.reason.clone())),
    ]);
    if let Some(ends) = &change.consultation_basis {
        part.counted("Consultation until", ends);
    }
    if let Some(operative) = &change.operative_basis {
        part.counted("In effect from", operative);
    }
}

fn told(part: &mut Part, case: &CaseFile, exhibits: &Exhibits<'_>, notice: &Notice) {
    let cover = &notice.cover;
    part.subheading(format!("Notice {}: {}", cover.reference, prose(cover.kind)));
    part.facts([
        ("Dated", Some(written_out(cover.dated_on))),
        ("As it stands", Some(prose(cover.state))),
        ("Written by", Some(officer(case, cover.author_id))),
        ("In place of", cover.is_modified.then(|| "an earlier proposal, with other terms".to_owned())),
        ("Reasons", Some(cover.reasons.clone())),
        ("Withdrawn because", cover.reason.clone()),
    ]);
    if let Some(stated) = &cover.stated {
        part.counted("Last day that it states", stated);
    }
    if let Some(by) = &cover.serve_by {
        part.counted("To be served by", by);
    }
    for copy in &notice.copies {
        part.lesser_heading(format!("Copy for {}", who(case, copy)));
        recorded(part, copy);
        if let Some(label) = letter_label(exhibits, copy.letter_id) {
            part.text(format!("This copy is letter {label}."));
        }
    }
    part.lesser_heading("Service on all of them");
    match (cover.served_on, cover.state) {
        (Some(on), _) => part.facts([("Served on everybody", Some(written_out(on)))]),
        (None, NoticeState::Withdrawn) => part.text("It was withdrawn."),
        (None, _) => part.missing(format!("service of notice {} on everybody who is to get it", cover.reference)),
    }
    if let Some(period) = &cover.period {
        let what = if cover.kind.is_decision() { "Appeal by" } else { "Representations by" };
        part.counted(what, period);
    }
}

fn answered(part: &mut Part, case: &CaseFile, notice: &Notice, said: &[Representation]) {
    if notice.cover.kind.is_decision() {
        return;
    }
    let rows = said.iter().map(|one| {
        let who = one.party_id.map_or_else(|| "somebody who is not on record".to_owned(), |who| name(case, who));
        let considered = match &one.consideration {
            Some(words) => format!("{words}\n{}", officer(case, one.considered_by)),
            None => "not considered".to_owned(),
        };
        [written_out(one.received_on), who, one.text.clone(), considered]
    });
    let header = ["Received", "From", "Representation", "Consideration, and by whom"];
    part.table(header, rows.collect(), "No representations about this proposal came in.");
}

fn appealed(part: &mut Part, case: &CaseFile, one: &Proceedings) {
    let rows = one.appeals.iter().map(|appeal| {
        let who = appeal.appellant_id.map_or_else(|| "somebody who is not on record".to_owned(), |who| name(case, who));
        let lodged =
            format!("{}\n{}", written_out(appeal.lodged_on), if appeal.is_in_time { "in time" } else { "late" });
        let outcome = match (appeal.outcome, appeal.decided_on) {
            (Some(outcome), Some(on)) => format!("{}, {}", prose(outcome), written_out(on)),
            (Some(outcome), None) => prose(outcome),
            (None, _) => "not decided".to_owned(),
        };
        [appeal.reference.clone(), who, lodged, outcome, appeal.ordered.clone().unwrap_or_default()]
    });
    let header = ["Appeal", "By", "Lodged", "Outcome", "Order"];
    part.table(header, rows.collect(), "No appeal is on record.");
}
