//! What the enforcement cases that name the breach say: policy steps, explanations, the penalty's working, its notices.

use super::part::{Part, prose};
use super::sections::{name, officer};
use crate::actions::bundles::{CaseFile, Enforcement};
use crate::domain::calendar::london::{written_instant, written_out};
use crate::domain::enforcement::{Case, Path, PenaltyEntryKind, PenaltyNotice};
use crate::domain::fees::pounds;
use crate::domain::scheme::PolicyStep;

const NO_CASE: &str = "no enforcement case names this breach";
const PROSECUTED: &str = "A prosecution was chosen, and so there is no penalty.";

/// Each case with a heading of its own; without one, what is missing.
fn each(title: &'static str, file: &CaseFile, what: &str, write: impl Fn(&mut Part, &Enforcement)) -> Part {
    let mut part = Part::new(title);
    if file.enforcement.is_empty() {
        part.missing(format!("{what}: {NO_CASE}"));
    }
    for one in &file.enforcement {
        part.heading(format!("Case {}", one.case.reference));
        write(&mut part, one);
    }
    part
}

/// 9, after what came in as an answer: what the cases hold of explanations and of a reasonable excuse.
pub(super) fn explained(part: &mut Part, file: &CaseFile) {
    if file.enforcement.is_empty() {
        part.missing(format!("an invitation to explain, and a note on reasonable excuse: {NO_CASE}"));
    }
    for Enforcement { case, .. } in &file.enforcement {
        part.heading(format!("Case {}", case.reference));
        invited(part, file, case);
        let said = case.explanations.iter().map(|one| [written_out(one.received_on), one.text.clone()]);
        part.table(["Received", "In the suspect's words"], said.collect(), "No explanation came in to this case.");
        match &case.excuse {
            Some(excuse) => part.facts([("Reasonable excuse", Some(excuse.clone()))]),
            None => part.missing("a note on reasonable excuse"),
        }
    }
    part.missing("any interview under caution: it is not kept in this service");
}

fn invited(part: &mut Part, file: &CaseFile, case: &Case) {
    let rows = case.policy.iter().filter(|step| step.step == PolicyStep::Invitation && step.taken).map(|step| {
        let until = step.until.map(written_out).unwrap_or_default();
        [written_out(step.on), until, step.note.clone().unwrap_or_default(), officer(file, step.by)]
    });
    let rows = rows.collect::<Vec<_>>();
    if rows.is_empty() {
        return part.missing("an invitation to explain");
    }
    part.table(["Invited to explain on", "To answer by", "Words", "By"], rows, "");
}

/// 10: the council's policy, step by step.
pub(super) fn policy(file: &CaseFile) -> Part {
    each("Policy steps, or the reasons for not taking them", file, "the steps of the council's policy", |part, one| {
        let case = &one.case;
        opened(part, file, one);
        let rows = case.policy.iter().map(|step| {
            let done = if step.taken { "taken" } else { "not taken" };
            let until = step.until.map(written_out).unwrap_or_default();
            let note = step.note.clone().unwrap_or_default();
            [prose(step.step), format!("{done} on {}", written_out(step.on)), until, note, officer(file, step.by)]
        });
        part.table(["Step", "When", "Until", "Words", "By"], rows.collect(), "No step of the policy is on record.");
    })
}

/// What the case is about, and how it stands.
fn opened(part: &mut Part, file: &CaseFile, one: &Enforcement) {
    let case = &one.case;
    part.facts([
        ("As it stands", Some(prose(case.state))),
        ("Opened", Some(format!("{}, by {}", written_instant(case.opened_at), officer(file, case.opened_by)))),
        ("Came from", Some(prose(case.source))),
        ("Suspected", Some(format!("{} ({})", name(file, case.suspect_id), prose(case.capacity)))),
        ("Path", case.path.map(prose)),
        ("Reason for the last decision", case.reason.clone()),
    ]);
    let rows = one.offences.iter().map(|offence| {
        let what = match &offence.condition {
            Some(number) => format!("section 95(2), condition {number}"),
            None => "section 95(1), no licence".to_owned(),
        };
        [what, offence.act.clone(), written_out(offence.happened_on), written_out(offence.limitation_on)]
    });
    part.table(["Offence", "What was done", "On", "Notice of intent by"], rows.collect(), "No offence is named.");
}

/// 11, after the decision: the day of sufficient evidence.
pub(super) fn sufficient(part: &mut Part, file: &CaseFile) {
    let cases = file.enforcement.iter().map(|one| &one.case);
    let mut known = cases.filter(|case| case.sufficient_on.is_some()).peekable();
    if known.peek().is_none() {
        part.missing(
            "the day of sufficient evidence: the time above is counted from the earliest day that can be argued",
        );
    }
    for case in known {
        part.facts([
            ("Sufficient evidence", case.sufficient_on.map(written_out)),
            ("Found by", Some(officer(file, case.sufficient_by))),
            ("Case", Some(case.reference.clone())),
        ]);
        part.counted("Notice of intent by", &case.limitation_basis);
        if let Some(extension) = &case.extension {
            part.facts([
                ("More time", Some(prose(extension.ground))),
                ("Because", Some(extension.reason.clone())),
                ("Proposed by", Some(officer(file, Some(extension.proposer)))),
                ("Approved by", extension.approver.map(|approver| officer(file, Some(approver)))),
            ]);
            part.counted("Notice of intent by, then", &extension.until);
        }
    }
}

/// 12: how the penalty was worked out, as the newest notice has it.
pub(super) fn working(file: &CaseFile) -> Part {
    let title = "How a penalty was worked out";
    each(title, file, "how a penalty was worked out", |part, one| {
        let case = &one.case;
        let Some(notice) = case.final_notice.as_ref().or(case.intent.as_ref()) else {
            if case.path == Some(Path::Prosecution) {
                return part.text(PROSECUTED);
            }
            return part.missing("the working of a penalty: none was proposed");
        };
        let amount = &notice.amount;
        part.facts([
            ("Matrix", Some(amount.matrix.clone())),
            ("Start", Some(money(amount.start_pence))),
            ("Why that start", Some(amount.working.start_because.clone())),
            ("Means", Some(format!("{} ({})", amount.working.means, money(amount.working.means_pence)))),
            ("Maximum on the day of the offence", Some(money(amount.maximum_pence))),
            ("Penalty", Some(money(amount.pence))),
        ]);
        let factors = amount.working.factors.iter();
        let rows = factors.map(|factor| [prose(factor.kind), factor.what.clone(), money(factor.pence)]).collect();
        part.table(["Factor", "What", "Amount"], rows, "No factor was applied.");
    })
}

/// 13: the notices of the penalty, what was said of the first, and what became of it.
pub(super) fn notices(file: &CaseFile) -> Part {
    let what = "a notice of intent, representations, their consideration, a final notice, and who signed them off";
    each("Notice of intent, representations, final notice, payment", file, what, |part, one| {
        let case = &one.case;
        if case.path == Some(Path::Prosecution) && case.intent.is_none() {
            part.text(PROSECUTED);
            return became(part, file, one);
        }
        notice(part, file, "Notice of intent", case.intent.as_ref());
        let said = case.representations.iter().map(|one| {
            let considered = match &one.consideration {
                Some(words) => format!("{words}\n{}", officer(file, one.considered_by)),
                None => "not considered".to_owned(),
            };
            [written_out(one.received_on), one.text.clone(), considered]
        });
        let header = ["Received", "Representation", "Consideration, and by whom"];
        part.table(header, said.collect(), "No representations came in.");
        notice(part, file, "Final notice", case.final_notice.as_ref());
        became(part, file, one);
    })
}

/// The appeal, the account, the prosecution.
fn became(part: &mut Part, file: &CaseFile, one: &Enforcement) {
    let case = &one.case;
    if case.final_notice.is_some() {
        part.subheading("The penalty as it stands");
        part.facts([("Amount", case.pence.map(money)), ("To be paid by", case.pay_by.map(written_out))]);
        let rows = one.entries.iter().map(|entry| {
            let reason = entry.reason.as_deref().map(|words| match entry.kind {
                PenaltyEntryKind::Charge => prose(words),
                _ => words.to_owned(),
            });
            let reference = [entry.reference.clone(), reason].into_iter().flatten().collect::<Vec<_>>().join("\n");
            let by = officer(file, entry.recorded_by);
            [
                entry.number.to_string(),
                written_out(entry.happened_on),
                prose(entry.kind),
                money(entry.pence),
                reference,
                by,
            ]
        });
        let header = ["No.", "On", "Entry", "Amount", "Reference or reason", "Entered by"];
        part.table(header, rows.collect(), "Nothing was charged.");
    }
    if let Some(appeal) = &case.appeal {
        part.subheading("Appeal against the penalty");
        part.facts([
            ("Reference", Some(appeal.reference.clone())),
            ("Lodged", Some(written_out(appeal.lodged_on))),
            ("In time", Some(if appeal.is_in_time { "yes" } else { "no" }.to_owned())),
            ("Outcome", Some(appeal.outcome.map_or_else(|| "not decided".to_owned(), prose))),
            ("Decided", appeal.decided_on.map(written_out)),
            ("Amount", appeal.pence.map(money)),
            ("Order", appeal.order.clone()),
        ]);
    }
    if let Some(prosecution) = &case.prosecution {
        part.subheading("Prosecution");
        part.facts([
            ("Reference", prosecution.reference.clone()),
            ("Begun", prosecution.begun_on.map(written_out)),
            ("Outcome", prosecution.outcome.map(prose)),
            ("Ended", prosecution.ended_on.map(written_out)),
            ("Order", prosecution.order.clone()),
        ]);
    }
}

fn notice(part: &mut Part, file: &CaseFile, title: &str, notice: Option<&PenaltyNotice>) {
    let Some(notice) = notice else { return part.missing(format!("{}: none was written", title.to_lowercase())) };
    part.subheading(title);
    part.facts([
        ("Amount", Some(money(notice.amount.pence))),
        ("Reasons", Some(notice.reasons.clone())),
        ("Written", Some(format!("{}, by {}", written_out(notice.drafted_on), officer(file, Some(notice.author))))),
        (
            "Approved",
            notice.approved_on.map(|on| format!("{}, by {}", written_out(on), officer(file, notice.approver))),
        ),
    ]);
    if notice.approved_on.is_none() {
        part.missing(format!("approval of the {} by a second person", title.to_lowercase()));
    }
    for particular in notice.particulars.iter().chain(&notice.additions) {
        part.quoted(particular);
    }
    match &notice.served {
        None => part.missing(format!("service of the {}", title.to_lowercase())),
        Some(served) => {
            part.facts([
                ("Served by", Some(prose(served.method))),
                ("At", Some(served.address.clone())),
                ("Evidence", served.evidence.clone()),
            ]);
            part.counted("Served on", &served.deemed);
        }
    }
    if let Some(ends) = &notice.ends {
        part.counted("Last day", ends);
    }
    if let Some(appeal_by) = &notice.appeal_by {
        part.counted("Appeal by", appeal_by);
    }
}

fn money(pence: i32) -> String {
    pounds(i64::from(pence))
}
