//! Reads a scheme's council, designation, policy and exemption grounds.

use std::collections::BTreeSet;

use chrono::Months;

use crate::scheme::{Condition, Council, Designation, ExemptionGround, GasYear, Partnership, Policy, PostRule};
use toml_reader::{Section, code, date, flag, text, time, whole_number, word};

pub(super) fn council(section: &Section<'_>) -> Option<Council> {
    let name = section.required("name", text);
    let team = section.required("team", text);
    let address = section.list("address", text);
    let telephone = section.required("telephone", text);
    let email = section.required("email", text);
    let website = section.required("website", text);
    section.no_other_keys();
    if email.as_ref().is_some_and(|email| !looks_like_email(email)) {
        section.fault("email", "is not an e-mail address; write one such as licensing@example.org");
    }
    Some(Council {
        name: name?,
        team: team?,
        address: address?,
        telephone: telephone?,
        email: email?,
        website: website?,
    })
}

fn looks_like_email(email: &str) -> bool {
    let has_space = email.chars().any(|c| c.is_whitespace() || c.is_control());
    !has_space
        && email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
}

/// The dates in order, and at most five years (section 84 of the Act).
pub(super) fn designation(section: &Section<'_>) -> Option<Designation> {
    let approved_on = section.required("approved_on", date);
    let starts_on = section.required("starts_on", date);
    let ends_on = section.required("ends_on", date);
    section.no_other_keys();
    let designation = Designation { approved_on: approved_on?, starts_on: starts_on?, ends_on: ends_on? };
    let Designation { approved_on, starts_on, ends_on } = designation;
    if approved_on > starts_on {
        section
            .fault("starts_on", format!("{starts_on} is before the approval on {approved_on}; correct one of the two"));
    }
    if starts_on >= ends_on {
        section.fault("ends_on", format!("{ends_on} is not after the start on {starts_on}; correct one of the two"));
    } else if starts_on.checked_add_months(Months::new(60)).is_none_or(|limit| ends_on >= limit) {
        section.fault(
            "ends_on",
            format!(
                "{ends_on} is more than five years from the start on {starts_on}; a designation lasts at most five"
            ),
        );
    }
    Some(designation)
}

/// The condition must be one of the scheme.
pub(super) fn partnership(section: &Section<'_>, conditions: Option<&[Condition]>) -> Option<Partnership> {
    let condition = section.required("condition", text);
    let act_days = section.required("act_days", whole_number(1..=365));
    section.no_other_keys();
    let (condition, act_days) = (condition?, act_days?);
    if conditions.is_some_and(|known| !known.iter().any(|one| one.number == condition)) {
        section.fault("condition", format!("{condition:?} is the number of no condition; write one of the scheme"));
    }
    Some(Partnership { condition, act_days })
}

/// What Schedule 5 is said to ask for at least, where a scheme says nothing; to confirm.
const MODIFICATION_DAYS: u32 = 7;

/// More than first class post ever takes to count as received over Christmas or Easter.
const SERVICE_ALLOWANCE_DAYS: u32 = 7;

/// As long as the longest licence, where a scheme says nothing: no law sets a time.
const FITNESS_CHECK_MONTHS: u32 = 60;

/// The law says that a second notice takes effect when the first ends, and not until when it may be asked for.
const SECOND_EXEMPTION_DAYS: u32 = 28;

/// Time enough to ask whether the steps were taken, and to invite an application.
const EXEMPTION_ALERT_DAYS: u32 = 14;

/// At least as long as a requisition of information gives (Local Government (Miscellaneous Provisions) Act 1976, section 16).
const ENQUIRY_ANSWER_DAYS: u32 = 14;

/// No law sets it: long enough for a consultation, short enough for the facts to be fresh.
const RENEWAL_OPENS_MONTHS: u32 = 3;

pub(super) fn policy(section: &Section<'_>) -> Option<Policy> {
    let post_rule = section.required("post_rule", word(PostRule::ALL, PostRule::spelling));
    let email_cut_off = section.required("email_cut_off", time);
    let gas_year_from = section.required("gas_year_from", word(GasYear::ALL, GasYear::spelling));
    let incomplete_answer_days = section.required("incomplete_answer_days", whole_number(1..=365));
    let consultation_days = section.required("consultation_days", whole_number(14..=365));
    let modification_days = section.optional("modification_days", whole_number(7..=365));
    let service_allowance_days = section.optional("service_allowance_days", whole_number(0..=60));
    let fitness_check_months = section.optional("fitness_check_months", whole_number(1..=240));
    let second_exemption_days = section.optional("second_exemption_days", whole_number(0..=92));
    let exemption_alert_days = section.optional("exemption_alert_days", whole_number(0..=92));
    let enquiry_answer_days = section.optional("enquiry_answer_days", whole_number(1..=365));
    let renewal_opens_months = section.optional("renewal_opens_months", whole_number(1..=24));
    let consult_before_refusing = section.optional("consult_before_refusing", flag);
    let consultation_margin_days = section.required("consultation_margin_days", whole_number(0..=30));
    section.no_other_keys();
    Some(Policy {
        post_rule: post_rule?,
        email_cut_off: email_cut_off?,
        gas_year_from: gas_year_from?,
        incomplete_answer_days: incomplete_answer_days?,
        consultation_days: consultation_days?,
        modification_days: modification_days.unwrap_or(MODIFICATION_DAYS),
        service_allowance_days: service_allowance_days.unwrap_or(SERVICE_ALLOWANCE_DAYS),
        fitness_check_months: fitness_check_months.unwrap_or(FITNESS_CHECK_MONTHS),
        second_exemption_days: second_exemption_days.unwrap_or(SECOND_EXEMPTION_DAYS),
        exemption_alert_days: exemption_alert_days.unwrap_or(EXEMPTION_ALERT_DAYS),
        enquiry_answer_days: enquiry_answer_days.unwrap_or(ENQUIRY_ANSWER_DAYS),
        renewal_opens_months: renewal_opens_months.unwrap_or(RENEWAL_OPENS_MONTHS),
        consult_before_refusing: consult_before_refusing.unwrap_or(true),
        consultation_margin_days: consultation_margin_days?,
    })
}

pub(super) fn exemptions(root: &Section<'_>) -> Option<Vec<ExemptionGround>> {
    let mut codes = BTreeSet::new();
    let grounds: Vec<_> = root.tables("exemptions").iter().map(|section| exemption(section, &mut codes)).collect();
    grounds.into_iter().collect()
}

fn exemption(section: &Section<'_>, codes: &mut BTreeSet<String>) -> Option<ExemptionGround> {
    let ground = section.required("code", code);
    let name = section.required("name", text);
    let statutory_basis = section.required("statutory_basis", text);
    let from = section.optional("from", date);
    let to = section.optional("to", date);
    section.no_other_keys();
    if ground.as_ref().is_some_and(|code| !codes.insert(code.clone())) {
        section.fault("code", "is the code of two exemption grounds; give each its own");
    }
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        section.fault("to", format!("{to} is before the first day {from}; correct one of the two"));
    }
    Some(ExemptionGround { code: ground?, name: name?, statutory_basis: statutory_basis?, from, to })
}
