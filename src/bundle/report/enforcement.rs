//! What the enforcement cases that name the breach say: policy steps, explanations, the penalty's working, its notices.

use super::part::{Part, prose};
use super::sections::officer;
use crate::actions::bundles::CaseFile;
use crate::domain::calendar::london::written_out;
use crate::domain::enforcement::{Case, PenaltyNotice};
use crate::domain::fees::pounds;

const NO_CASE: &str = "no enforcement case names this breach";

/// Each case with a heading of its own; without one, what is missing.
fn each(title: &'static str, file: &CaseFile, what: &str, write: impl Fn(&mut Part, &Case)) -> Part {
    let mut part = Part::new(title);
    if file.enforcement.is_empty() {
        part.missing(format!("{what}: {NO_CASE}"));
    }
    for case in &file.enforcement {
        part.heading(format!("Case {}", case.reference));
        write(&mut part, case);
    }
    part
}

/// 9, after what came in as an answer: what the cases hold of explanations and of a reasonable excuse.
pub(super) fn explained(part: &mut Part, file: &CaseFile) {
    if file.enforcement.is_empty() {
        part.missing(format!("an invitation to explain, and a note on reasonable excuse: {NO_CASE}"));
    }
    for case in &file.enforcement {
        part.heading(format!("Case {}", case.reference));
        let said = case.explanations.iter().map(|one| [written_out(one.received_on), one.text.clone()]);
        part.table(["Received", "In the suspect's words"], said.collect(), "No explanation came in to this case.");
        match &case.excuse {
            Some(excuse) => part.facts([("Reasonable excuse", Some(excuse.clone()))]),
            None => part.missing("a note on reasonable excuse"),
        }
    }
    part.missing("any interview under caution: it is not kept in this service");
}

/// 10: the council's policy, step by step.
pub(super) fn policy(file: &CaseFile) -> Part {
    each("Policy steps, or the reasons for not taking them", file, "the steps of the council's policy", |part, case| {
        let rows = case.policy.iter().map(|step| {
            let done = if step.taken { "taken" } else { "not taken" };
            let until = step.until.map(written_out).unwrap_or_default();
            let note = step.note.clone().unwrap_or_default();
            [prose(step.step), format!("{done} on {}", written_out(step.on)), until, note, officer(file, step.by)]
        });
        part.table(["Step", "When", "Until", "Words", "By"], rows.collect(), "No step of the policy is on record.");
    })
}

/// 11, after the decision: the day of sufficient evidence.
pub(super) fn sufficient(part: &mut Part, file: &CaseFile) {
    let mut known = file.enforcement.iter().filter(|case| case.sufficient_on.is_some()).peekable();
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
    }
}

/// 12: how the penalty was worked out, as the newest notice has it.
pub(super) fn working(file: &CaseFile) -> Part {
    let title = "How a penalty was worked out";
    each(title, file, "how a penalty was worked out", |part, case| {
        let Some(notice) = case.final_notice.as_ref().or(case.intent.as_ref()) else {
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

/// 13: the notices of the penalty, and what was said of the first.
pub(super) fn notices(file: &CaseFile) -> Part {
    let what = "a notice of intent, representations, their consideration, a final notice, and who signed them off";
    each("Notice of intent, representations, final notice", file, what, |part, case| {
        notice(part, file, "Notice of intent", case.intent.as_ref());
        let said = case.representations.iter().map(|one| {
            let considered = one.consideration.clone().unwrap_or_else(|| "not considered".to_owned());
            [written_out(one.received_on), one.text.clone(), considered]
        });
        part.table(["Received", "Representation", "Consideration"], said.collect(), "No representations came in.");
        notice(part, file, "Final notice", case.final_notice.as_ref());
    })
}

fn notice(part: &mut Part, file: &CaseFile, name: &str, notice: Option<&PenaltyNotice>) {
    let Some(notice) = notice else { return part.missing(format!("{}: none was written", name.to_lowercase())) };
    part.facts([
        (name, Some(money(notice.amount.pence))),
        ("Reasons", Some(notice.reasons.clone())),
        ("Written", Some(format!("{}, by {}", written_out(notice.drafted_on), officer(file, Some(notice.author))))),
        (
            "Approved",
            notice.approved_on.map(|on| format!("{}, by {}", written_out(on), officer(file, notice.approver))),
        ),
    ]);
    for particular in notice.particulars.iter().chain(&notice.additions) {
        part.quoted(particular);
    }
    match &notice.served {
        None => part.missing(format!("service of the {}", name.to_lowercase())),
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
