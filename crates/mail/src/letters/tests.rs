//! Each letter in full, and the proof that no record can become structure.

use std::sync::Arc;

use printing::Typesetter as _;

use super::samples::*;
use super::*;
use crate::paper;
use domain::actor::Actor;
use domain::application::News;
use domain::context::Context;
use domain::enquiry::EnquiryLetterKind;
use domain::id::{Ids, Key, PartyId};
use domain::inspection::Purpose;
use domain::letter::{Channel, Letter, LetterKind, Matter};
use domain::notice::NoticeKind;

#[test]
fn a_landlord_is_told_the_colour_and_what_the_consent_covers() {
    let letter = reference("").sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Your request TEN-2025-00001");
    assert_says(&letter, &["Amber", "Complaints of the last five years.", "Whom you let to is for you to decide."]);
}

#[test]
fn a_referral_tells_a_partner_the_least_and_a_holder_what_is_asked() {
    let partner = referral(true, "").sheet().shipped().unwrap();
    assert_eq!((partner.subject.as_str(), partner.template_version.as_str()), ("Referral REF/2025/00001", "N1/1"));
    assert_says(&partner, &["Loud parties each night.", "To stop them.", "ISA 2025-7", "Licensed: yes"]);
    for kept in ["SL/0001", "10.3", "Khan"] {
        assert!(!partner.text.contains(kept) && !partner.html.contains(kept), "{kept}");
    }
    let holder = referral(false, "").sheet().shipped().unwrap();
    assert_eq!(holder.subject.as_str(), "Please act: 12 High Street, Exampleton");
    assert_says(
        &holder,
        &["Condition 10.3 of your licence", "by Wednesday 12 February 2025", "breach of the condition"],
    );
    assert!(!holder.text.contains("To stop them."), "for what it is shared is the council's and its partner's");
    let unlicensed = Referral { condition: Line::default(), licence: Line::default(), ..referral(false, "") };
    let unlicensed = Referral { is_licensed: false, act_by: None, ..unlicensed }.sheet().shipped().unwrap();
    assert_says(&unlicensed, &["Licensed: no", "it has no licence in force"]);
    assert!(!unlicensed.text.contains("breach"));
}

/// To partners, to holders, and about tenants.
fn of_partners(text: &str) -> impl Iterator<Item = Result<Composed, ComposeFault>> {
    let referrals = [true, false].map(|to_partner| referral(to_partner, text).sheet().shipped());
    referrals.into_iter().chain([reference(text).sheet().shipped()])
}

/// Of enforcement cases, exemptions and enquiries.
fn cases(text: &str) -> impl Iterator<Item = Result<Composed, ComposeFault>> {
    of_cases(text).unwrap().into_iter().map(|sheet| Ok(sheet).shipped())
}

#[test]
fn a_notice_of_intent_gives_the_amount_its_working_the_reasons_the_particulars_and_the_last_day_for_representations() {
    let letter = penalty_notice(false, "").sheet().shipped().unwrap();
    assert_eq!(letter.template_version, "E2/1");
    assert_eq!(letter.subject.as_str(), "Notice of intent to impose a civil penalty: 12 High Street, Exampleton");
    assert_says(&letter, &["section 249A and Schedule 13A", "proposes to impose a civil penalty of £5,000.00"]);
    assert_says(&letter, &["The record was asked for twice.", "Tenants were at risk.", "Offence 2"]);
    assert_says(&letter, &["condition 9.6 was not complied with.", "The reminder of 3 February was not answered."]);
    assert_says(
        &letter,
        &["Write to us by Monday 17 March 2025", "The Act gives 28 days, beginning with the day after"],
    );
    assert_says(&letter, &["it holds if you receive this notice by Monday 17 February 2025", "Nothing is decided yet"]);
    let table = "<tr><td>Higher: Warned before.</td><td>+ £500.00</td></tr>";
    assert!(letter.html.contains(table) && letter.text.contains("- Lower: One home.: - £1,500.00"), "{}", letter.html);
    assert!(letter.text.contains("No earlier offence.: no change"), "{}", letter.text);
    let unreasoned = PenaltyNotice { reasons: Vec::new(), ..penalty_notice(false, "") };
    assert!(matches!(unreasoned.sheet().shipped(), Err(ComposeFault::Missing("reasons"))));
    let nothing = PenaltyNotice { offences: vec![Vec::new()], ..penalty_notice(false, "") };
    assert!(matches!(nothing.sheet().shipped(), Err(ComposeFault::NoItems)));
}

#[test]
fn a_final_notice_says_how_to_pay_until_when_how_to_appeal_and_what_follows() {
    let letter = penalty_notice(true, "").sheet().shipped().unwrap();
    assert_eq!(letter.template_version, "E3/1");
    assert_says(&letter, &["imposes a civil penalty of £5,000.00", "given to you on Wednesday 12 February 2025"]);
    assert_says(&letter, &["An illness of one week does not explain a month.", "account 01234567. Quote ENF"]);
    assert_says(
        &letter,
        &["Pay £5,000.00 by Wednesday 16 April 2025", "An appeal that you make by Wednesday 9 April 2025"],
    );
    assert_says(&letter, &["order of the county court", "You cannot be prosecuted for the same conduct."]);
    let silent = penalty_notice(true, "").imposed.map(|imposed| Imposed { considered: Vec::new(), ..imposed });
    let silent = PenaltyNotice { imposed: silent, ..penalty_notice(true, "") }.sheet().shipped().unwrap();
    assert_says(&silent, &["No representations were received."]);
}

#[test]
fn what_becomes_of_a_penalty_is_told_with_its_reason_and_what_it_means() {
    let withdrawn = penalty_change(false, "").sheet().shipped().unwrap();
    assert_eq!(withdrawn.template_version, "E4/1");
    assert_says(&withdrawn, &["withdraws the final notice", "given to you on Friday 14 March 2025", "we give back"]);
    let proposed = PenaltyChange { is_final: false, ..penalty_change(false, "") }.sheet().shipped().unwrap();
    assert_says(&proposed, &["withdraws the notice of intent", "No civil penalty is imposed by that notice"]);
    let reduced = penalty_change(true, "").sheet().shipped().unwrap();
    assert_says(&reduced, &["imposed a civil penalty of £5,000.00. The council reduces it to £3,000.00"]);
    assert_says(&reduced, &["The last day for payment stays Wednesday 16 April 2025.", "sent to another team"]);
}

#[test]
fn whoever_is_suspected_learns_the_allegation_the_day_and_their_rights() {
    let letter = invitation("").sheet().shipped().unwrap();
    assert_eq!(letter.template_version, "E1/1");
    assert_says(&letter, &["Allegation 2", "Nothing came in.", "Write to us by Monday 24 February 2025"]);
    assert_says(&letter, &["You need not answer", "may be used as evidence", "under caution", "legal advice"]);
}

#[test]
fn an_exemption_notice_says_how_long_it_runs_and_a_refusal_says_why_and_how_to_appeal() {
    let first = exemption(true, "").sheet().shipped().unwrap();
    assert_eq!(first.template_version, "T1/1");
    assert_says(
        &first,
        &["section 86", "told us of the steps", "The house is being sold.", "for 3 months, beginning with"],
    );
    assert_says(&first, &["its last day is Monday 21 April 2025", "Monday 20 January 2025"]);
    let second = second_exemption("").sheet().shipped().unwrap();
    assert_says(&second, &["from Tuesday 22 April 2025 to Monday 21 July 2025", "The buyer died before completion."]);
    assert_says(&second, &["There cannot be another one after it."]);
    let died = Exemption { is_after_death: true, ..exemption(true, "") }.sheet().shipped().unwrap();
    assert_says(&died, &["section 91", "after the death of the licence holder"]);
    let refused = exemption(false, "").sheet().shipped().unwrap();
    assert_eq!(refused.template_version, "T2/1");
    assert_says(&refused, &["No steps are shown.", "Tuesday 18 February 2025"]);
    assert_says(&refused, &["28 days beginning with the day of the decision", "section 95(3) and (7) to (9)"]);
}

#[test]
fn the_letters_of_an_enquiry_invite_warn_and_require_without_telling_what_somebody_said() {
    let invited = enquiry(EnquiryLetterKind::Invitation, "").sheet().shipped().unwrap();
    assert_eq!(invited.template_version, "U1/1");
    assert_says(
        &invited,
        &["Apply for a licence by Wednesday 12 February 2025", "temporary exemption", "section 95(1)"],
    );
    let warned = enquiry(EnquiryLetterKind::Warning, "").sheet().shipped().unwrap();
    assert_says(&warned, &["We invited you to apply on Wednesday 8 January 2025.", "we investigate the offence"]);
    let required = enquiry(EnquiryLetterKind::Information, "").sheet().shipped().unwrap();
    assert_says(&required, &["section 16 of the Local Government", "Send it by Wednesday 12 February 2025"]);
    assert_says(&required, &["It is an offence not to give this information"]);
}

#[test]
fn a_receipt_says_what_came_in_when_and_the_hash_of_each_file() {
    let letter = receipt("").sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "We have received: Gas safety record, 12 High Street, Exampleton");
    let hash = format!("gas.pdf (48213 bytes) SHA-256: {}", "a1b2".repeat(16));
    let words =
        ["Received: 22 January 2025 at 16:05 GMT", "Last day: Wednesday 12 February 2025", &hash, "not as accepted"];
    assert_says(&letter, &words);
    let wordless = Receipt { files: Vec::new(), ..receipt("") }.sheet().shipped().unwrap();
    assert!(!wordless.text.contains("SHA-256") && !wordless.html.contains("SHA-256"));
}

#[test]
fn an_applicant_is_told_how_the_application_stands_and_what_that_means() {
    for (news, version, says) in [
        (News::Received, "A1/1", ["We received it on Monday 20 January 2025.", "a1b2a1b2"]),
        (
            News::Incomplete,
            "A2/1",
            ["The second page of the report", "The last day to send it is Wednesday 5 February 2025."],
        ),
        (News::DulyMade, "A3/1", ["duly made from Tuesday 21 January 2025.", "section 95(3)"]),
        (News::FeeDue, "A6/1", ["The second part of the fee, £300.00, is due now.", "No licence is issued before"]),
        (
            News::NotRequired,
            "A9/1",
            ["Reason: The home is let by a registered provider", "somebody who did not decide this"],
        ),
        (News::Rejected, "rejected/1", ["did not receive it by Wednesday 5 February 2025.", "section 95(1)"]),
    ] {
        let letter = application(news, "").sheet().shipped().unwrap();
        assert_eq!(letter.template_version, version);
        assert!(letter.subject.as_str().ends_with(": 12 High Street, Exampleton"), "{}", letter.subject.as_str());
        assert_says(&letter, &says);
        let empty = Application { property: Line::default(), ..application(news, "") };
        assert!(matches!(empty.sheet().shipped(), Err(ComposeFault::Missing(_))), "{news}");
    }
    let paper = Application { sha256: Line::default(), ..application(News::Received, "") }.sheet().shipped().unwrap();
    assert!(!paper.text.contains("SHA-256"), "{}", paper.text);
    let silent = Application { amount: Line::default(), ..application(News::FeeDue, "") }.sheet().shipped().unwrap();
    assert_says(&silent, &["The second part of the fee is due now."]);
}

fn inspections(text: &str) -> impl Iterator<Item = Result<Composed, ComposeFault>> {
    let notices = Purpose::ALL.iter().map(|purpose| inspection_notice(*purpose, text).sheet().shipped());
    notices.chain([improvement_plan(text).sheet().shipped()]).collect::<Vec<_>>().into_iter()
}

#[test]
fn a_notice_of_an_inspection_gives_its_purpose_its_power_and_its_time() {
    for (purpose, why) in [
        (Purpose::Programme, "Each home in the scheme is inspected."),
        (Purpose::Complaint, "Somebody told us of the state of this home"),
        (Purpose::Offence, "whether an offence under the Housing Act 2004 has been committed"),
        (Purpose::Application, "There is an application for a licence"),
        (Purpose::Reinspection, "whether the work that we asked for is done"),
        (Purpose::Other, "We want to see the condition of this home."),
    ] {
        let letter = inspection_notice(purpose, "").sheet().shipped().unwrap();
        assert_eq!(letter.template_version, "I1/1");
        assert_says(&letter, &[why, "Housing Act 2004, section 239", "Day: Thursday 20 February 2025"]);
        assert_says(&letter, &["Time: 10:00 to 11:00", "Officer: Amy Ward", "At least 24 hours"]);
    }
    let unnamed = InspectionNotice { officer: Line::default(), ..inspection_notice(Purpose::Other, "") };
    assert!(matches!(unnamed.sheet().shipped(), Err(ComposeFault::Missing("officer"))));
}

#[test]
fn an_improvement_plan_lists_its_work_with_the_last_days_and_the_re_inspection() {
    let letter = improvement_plan("").sheet().shipped().unwrap();
    assert_eq!(letter.template_version, "I2/1");
    assert_eq!(letter.subject.as_str(), "Work that is needed: 12 High Street, Exampleton");
    assert_says(&letter, &["Item 1: Clear the mould.", "Last day: Friday 7 March 2025.", "Item 3: Repair the fan."]);
    assert_says(&letter, &["again on Monday 17 March 2025", "no formal notice under Part 1"]);
    let nothing = ImprovementPlan { work: Vec::new(), ..improvement_plan("") };
    assert!(matches!(nothing.sheet().shipped(), Err(ComposeFault::NoItems)));
}

#[test]
fn a_notice_gives_its_reasons_the_right_that_goes_with_it_and_the_licence_it_is_about() {
    for (kind, version, says) in [
        (
            NoticeKind::ProposedGrant,
            "A4/2",
            [
                "Write to us by Monday 17 March 2025, which is the end of the consultation",
                "Length: 5 years, and never past",
            ],
        ),
        (NoticeKind::ProposedRefusal, "A5/2", ["The council proposes to refuse a licence", "by Monday 17 March 2025"]),
        (
            NoticeKind::Grant,
            "A7/3",
            [
                "The last day to do so is Monday 17 March 2025: 28 days beginning with",
                "A copy of the licence is enclosed, and what it says is set out below.",
            ],
        ),
        (NoticeKind::Refusal, "A8/2", ["Date of the decision: Tuesday 18 February 2025", "section 95(1)"]),
    ] {
        let letter = notice(kind, "").sheet().shipped().unwrap();
        assert_eq!(letter.template_version, version);
        assert_says(&letter, &says);
        assert_says(&letter, &["The five findings are met."]);
        assert!(letter.text.contains("Notice: NOT/2025/00001"));
        assert_eq!(letter.text.contains("Licence holder:"), kind.has_terms(), "{kind}");
        let silent = Notice { reasons: Line::default(), ..notice(kind, "") };
        assert!(matches!(silent.sheet().shipped(), Err(ComposeFault::Missing("reasons"))));
    }
    let modified = Notice { is_modified: true, ..notice(NoticeKind::ProposedGrant, "") };
    assert_says(&modified.sheet().shipped().unwrap(), &["takes the place of an earlier one"]);
    let bare = Notice { licence: None, ..notice(NoticeKind::Grant, "") };
    assert!(matches!(bare.sheet().shipped(), Err(ComposeFault::Missing("the terms of the licence"))));
}

#[test]
fn a_notice_about_a_licence_says_what_changes_when_it_has_effect_and_who_may_appeal() {
    use NoticeKind as K;
    let takes_effect = "Unless somebody appeals, it takes effect on Monday 7 April 2025";
    let appeal = "The last day to do so is Sunday 6 April 2025: 28 days beginning with";
    let write = "Write to us by Sunday 6 April 2025, which is the end of the consultation";
    for (kind, version, says) in [
        (K::ProposedVariation, "V1/3", ["From: Wednesday 31 October 2029 To: Saturday 31 October 2026", write]),
        (K::Variation, "V2/4", [takes_effect, appeal]),
        (K::ProposedRefusalToVary, "V4/1", ["was asked to vary the licence that Mr A Khan holds", write]),
        (K::ProposedRefusalToRevoke, "V4/1", ["for this property, and proposes not to.", write]),
        (K::RefusalToVary, "V3/3", ["was asked to vary the licence that Mr A Khan holds", appeal]),
        (K::ProposedRevocation, "V1/3", ["proposes to revoke the licence that Mr A Khan holds", write]),
        (K::Revocation, "V2/4", [takes_effect, "section 95(1) of the Housing Act 2004"]),
        (K::RefusalToRevoke, "V3/3", ["was asked to revoke the licence", appeal]),
    ] {
        let letter = licence_notice(kind, "").sheet().shipped().unwrap();
        assert_eq!(letter.template_version, version, "{kind}");
        assert_says(&letter, &says);
        assert_says(&letter, &["Condition 9.6 was breached twice."]);
        let silent = LicenceNotice { reasons: Line::default(), ..licence_notice(kind, "") };
        assert!(matches!(silent.sheet().shipped(), Err(ComposeFault::Missing("reasons"))));
    }
    let agreed = LicenceNotice { is_agreed: true, encloses_licence: true, ..licence_notice(K::Variation, "") };
    let agreed = agreed.sheet().shipped().unwrap();
    assert_says(&agreed, &["stays as it is. A copy of the licence as varied is enclosed."]);
    assert!(!licence_notice(K::Variation, "").sheet().shipped().unwrap().text.contains("enclosed"));
    assert_says(&agreed, &["it takes effect at once", "A licence holder who agreed to the decision cannot appeal"]);
    assert!(!agreed.text.contains("Unless somebody appeals"));
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says(letter: &Composed, sentences: &[&str]) {
    let (text, html) = (flat(&letter.text), flat(&letter.html));
    for sentence in sentences {
        assert!(text.contains(sentence), "text lacks {sentence:?}:\n{}", letter.text);
        let shown = html.replace("<strong>", "").replace("</strong>", "").replace("<br>", " ").replace("&#x27;", "'");
        assert!(shown.contains(sentence), "HTML lacks {sentence:?}:\n{shown}");
    }
}

#[test]
fn a_demand_names_each_document_its_last_day_and_the_ways_out() {
    let letter = demand("").sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents needed by Wednesday 5 February 2025: 12 High Street, Exampleton");
    assert_eq!(letter.template_version, "D1/2");
    assert_says(
        &letter,
        &[
            "Dear Mr A Khan",
            "Reference: D-2025-0001",
            "Gas safety record (condition 1.1)",
            "What to send: the record of the last check, by a registered engineer",
            "Last day: Wednesday 12 February 2025. The condition allows 14 days.",
            "Last day: Wednesday 5 February 2025. The condition allows 7 days.",
            "The day after you receive this letter is the first day.",
            "If an item does not apply to the property",
            "offence under section 95(2) of the Housing Act 2004",
            "without a reasonable excuse",
            "Housing Act 2004, section 90 and Schedule 4",
            "Telephone: 01234 567890",
        ],
    );
}

#[test]
fn a_demand_without_a_known_last_day_says_how_the_days_count() {
    let mut model = demand("");
    for item in &mut model.items {
        item.due_on = None;
    }
    let letter = model.sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents needed: 12 High Street, Exampleton");
    assert_says(&letter, &["The condition allows 14 days. See below for how they count."]);
    assert!(!letter.text.contains("none") && !letter.html.contains("none"));
}

#[test]
fn an_agents_copy_says_whose_agent_and_that_the_holder_has_it_too() {
    let (mut first, mut second, mut third) = (demand(""), digest(""), decision(""));
    (first.copy_for, second.copy_for, third.copy_for) = (Some(copy("")), Some(copy("")), Some(copy("")));
    for letter in
        [first.sheet().shipped().unwrap(), second.sheet().shipped().unwrap(), third.sheet().shipped().unwrap()]
    {
        assert!(letter.subject.as_str().starts_with("Copy: "));
        assert_says(
            &letter,
            &[
                "Copy for Tees Lettings Ltd, agent of Mr A Khan.",
                "The licence holder, Mr A Khan, has been sent the same letter",
            ],
        );
    }
}

#[test]
fn a_digest_groups_by_property_and_gives_every_date_with_its_weekday() {
    let letter = digest("").sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Selective licensing: 6 items, earliest date Saturday 1 February 2025");
    assert_says(
        &letter,
        &[
            "Dates under your licences, Wednesday 5 February 2025",
            "12 High Street, Exampleton",
            "Alarm declaration Was due on Tuesday 4 February 2025.",
            "We have not received it. Please still send it.",
            "We will hold back until Tuesday 18 February 2025 before we decide what to do. This does not change the first date, and is without prejudice",
            "Electrical report Due today: Wednesday 5 February 2025.",
            "Gas safety record Due soon: send it by Wednesday 12 February 2025.",
            "3 Mill Lane, Exampleton",
            "Yearly gas check Due soon: a new record is needed by Friday 7 March 2025.",
            "Electrical report It ran out on Saturday 1 February 2025.",
            "Licence The licence ends on Sunday 6 April 2025.",
            "You have the right to explain",
            "offence under section 95(2)",
            "If an item does not apply to the property",
        ],
    );
}

#[test]
fn a_digest_without_a_missed_date_accuses_nobody() {
    let mut model = digest("");
    model.properties.truncate(1);
    model.properties[0].lines.retain(|line| line.code == DigestCode::D2 && line.on > model.night);
    let letter = model.sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Selective licensing: 1 item, date Wednesday 12 February 2025");
    assert!(!letter.text.contains("offence") && !letter.html.contains("offence"));
    assert_says(&letter, &["This is a reminder of dates"]);
}

#[test]
fn a_decision_gives_each_finding_with_its_reason() {
    let letter = decision("").sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "1 document still needed: 12 High Street, Exampleton");
    assert_says(
        &letter,
        &[
            "Gas safety record (condition 1.1) Accepted.",
            "Not accepted.",
            "Reason: The record is for another address.",
            "Last day for a new answer: Wednesday 12 February 2025.",
            "We agree that this does not apply.",
            "Reason: The property has no gas supply.",
            "quote the reference",
        ],
    );
    let mut late = decision("");
    late.items[1].is_past = true;
    assert_says(
        &late.sheet().shipped().unwrap(),
        &["The last day was Wednesday 12 February 2025: send a new answer now."],
    );
    let mut settled = decision("");
    settled.items.remove(1);
    let letter = settled.sheet().shipped().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents accepted: 12 High Street, Exampleton");
    assert!(!letter.text.contains("quote the reference"));
}

#[test]
fn no_letter_counts_down_and_every_text_part_is_narrow() {
    let news = News::ALL.iter().map(|news| application(*news, "").sheet().shipped().unwrap());
    let news = news.chain(NoticeKind::ALL.iter().map(|kind| statutory(*kind, "").shipped().unwrap()));
    let news = news.chain(inspections("").chain(of_partners("")).chain(cases("")).map(Result::unwrap));
    let others =
        [decision("").sheet().shipped().unwrap(), receipt("").sheet().shipped().unwrap()].into_iter().chain(news);
    for letter in
        [demand("").sheet().shipped().unwrap(), digest("").sheet().shipped().unwrap()].into_iter().chain(others)
    {
        for words in ["in 7 days", "days left", "tomorrow", "days to go"] {
            assert!(!letter.text.contains(words) && !letter.html.contains(words), "{words}");
        }
        assert!(letter.text.lines().all(|line| line.chars().count() <= 76), "{}", letter.text);
        assert!(!letter.text.contains("\n\n\n"));
        for outside in ["http", "<img", "<a ", "<script", "src="] {
            assert!(!letter.html.contains(outside), "{outside}");
        }
    }
}

#[test]
fn a_letter_with_a_hole_is_not_written() {
    let mut no_name = demand("");
    no_name.recipient = Line::default();
    assert!(matches!(no_name.sheet().shipped(), Err(ComposeFault::Missing("recipient"))));
    let mut no_items = demand("");
    no_items.items.clear();
    assert!(matches!(no_items.sheet().shipped(), Err(ComposeFault::NoItems)));
    let mut ahead = digest("");
    ahead.properties[0].lines[0].on = ahead.night;
    assert!(matches!(ahead.sheet().shipped(), Err(ComposeFault::NotMissedYet { .. })));
    let mut empty = digest("");
    empty.properties.clear();
    assert!(matches!(empty.sheet().shipped(), Err(ComposeFault::NoItems)));
    let mut no_reason = decision("");
    no_reason.items[1].reason = Line::default();
    assert!(matches!(no_reason.sheet().shipped(), Err(ComposeFault::Missing("reason"))));
}

#[test]
fn a_value_that_the_template_wants_and_the_model_lacks_is_an_error() {
    let (wording, sparse) = (Wording::shipped().unwrap(), serde_json::json!({ "recipient": "Mr A Khan" }));
    for template in
        ["demand.txt", "demand.html", "digest.txt", "digest.html", "decision.txt", "decision.html", "foot.txt"]
    {
        let fault = wording.render(template, &sparse).unwrap_err();
        assert!(matches!(fault, ComposeFault::Template { .. }), "{template}: {fault}");
    }
    assert!(wording.render("no such template", &sparse).is_err());
}

/// Names of elements and attributes in order, without their text.
fn skeleton(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let inside = &rest[start + 1..];
        let end = inside.find('>').expect("a tag is closed");
        let words = inside[..end].split_whitespace().map(|word| word.split('=').next().unwrap());
        tags.push(words.collect::<Vec<_>>().join(" "));
        rest = &inside[end + 1..];
    }
    tags
}

fn payloads() -> Vec<String> {
    let mut payloads: Vec<String> = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><b>",
        "'><i>",
        "</p><h1>Fine</h1>",
        "</title><script>",
        "<!-- ",
        "-->",
        "<![CDATA[",
        "]]>",
        "<svg/onload=alert(1)>",
        "<a href=http://evil.example>pay here</a>",
        "&lt;b&gt;",
        "&#60;b&#62;",
        "{{ office }}",
        "{% include 'demand.txt' %}",
        "{{ 7*7 }}",
        "{# hidden #}",
        "{{ self }}",
        "{% raw %}",
        "${jndi:x}",
        "#{1+1}",
        "javascript:alert(1)",
        "<style>*{display:none}</style>",
        "</style>",
        "<table><tr><td>",
        "<iframe src=//evil.example>",
        "<br><br>",
        "<form action=//evil.example>",
        "<input name=password>",
        "<meta http-equiv=refresh content=0>",
        "<base href=//evil.example>",
        "<link rel=stylesheet href=//evil.example>",
        "\u{202E}gnp.exe",
        "\u{2066}x\u{2069}",
        "a\u{0}b",
        "a\u{8}\u{7f}b",
        "\u{FEFF}<b>",
        "a\r\nBcc: victim@example.org",
        "a\nSubject: other",
        "a\r\n\r\n<html>",
        "\r\n.\r\nMAIL FROM:<x@example.org>",
        "\n.\n",
        "a\u{2028}b",
        "a\u{85}b",
        "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
        "=0D=0ABcc: x",
        "%0d%0aBcc: x",
        "--letter-0000",
        "Content-Type: text/html",
        "＜script＞",
        "<ſcript>",
        "𝓜𝓻 𝓚𝓱𝓪𝓷",
        "👩‍👩‍👧‍👦",
        "Zalgo\u{0300}\u{0301}\u{0302}",
        "'; DROP TABLE letters; --",
        "../../etc/passwd",
        "=cmd|' /C calc'!A0",
        "`id`",
    ]
    .map(str::to_owned)
    .to_vec();
    payloads.push("<b>".repeat(4_000));
    assert!(payloads.len() >= 60);
    payloads
}

#[test]
fn sixty_hostile_texts_in_every_field_change_no_structure_and_no_header() {
    let all = |text: &str| {
        let (mut first, mut second, mut third) = (demand(text), digest(text), decision(text));
        (first.copy_for, second.copy_for, third.copy_for) = (Some(copy(text)), Some(copy(text)), Some(copy(text)));
        let fourth = receipt(text);
        let first =
            [first.sheet().shipped(), second.sheet().shipped(), third.sheet().shipped(), fourth.sheet().shipped()];
        let news = News::ALL.iter().map(|news| application(*news, text).sheet().shipped());
        let notices = NoticeKind::ALL.iter().map(|kind| statutory(*kind, text).shipped());
        first
            .into_iter()
            .chain(news)
            .chain(notices)
            .chain(inspections(text))
            .chain(of_partners(text))
            .chain(cases(text))
            .map(Result::unwrap)
            .collect::<Vec<_>>()
    };
    let harmless = all("Harmless");
    for payload in payloads() {
        for (letter, usual) in all(&payload).iter().zip(&harmless) {
            assert_eq!(skeleton(&letter.html), skeleton(&usual.html), "{payload:?}");
            assert!(!letter.subject.as_str().contains(char::is_control), "{payload:?}");
            assert!(!letter.html.contains("evil.example>pay"), "{payload:?}");
            let unprintable = |c: char| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c);
            assert!(letter.text.lines().all(|line| !line.contains(unprintable)), "{payload:?}");
        }
    }
}

/// The letter as it is stored once it is written, on its way on paper.
fn stored(composed: &Composed, address: &str) -> Letter {
    let matter = Matter {
        kind: LetterKind::Demand,
        recipient_id: PartyId(Key::derived("Mr Khan")),
        recipient_name: "Mr A Khan".to_owned(),
        address: address.to_owned(),
        channel: Channel::Paper,
        dated_on: day(2025, 1, 28),
        part: 1,
        property_id: None,
        demand: None,
        facts: serde_json::Value::Null,
    };
    let cx =
        Context { actor: Actor::system(), now: "2025-01-28T10:00:00Z".parse().unwrap(), ids: Arc::new(Ids::random()) };
    let letter = Letter::queue(&cx, matter).into_entity();
    Letter { subject: Some(composed.subject.as_str().to_owned()), html: Some(composed.html.clone()), ..letter }
}

/// Written with the wording that the program ships.
trait Written {
    fn shipped(self) -> Result<Composed, ComposeFault>;
}

impl Written for Result<Sheet, ComposeFault> {
    fn shipped(self) -> Result<Composed, ComposeFault> {
        Wording::shipped().unwrap().compose(&self?)
    }
}

/// Every letter, with each of its texts replaced.
fn every_letter(text: &str) -> Vec<Composed> {
    let (mut first, mut second) = (demand(text), digest(text));
    (first.copy_for, second.copy_for) = (Some(copy(text)), Some(copy(text)));
    let composed = [
        first.sheet().shipped(),
        second.sheet().shipped(),
        decision(text).sheet().shipped(),
        receipt(text).sheet().shipped(),
        sign_in(text).sheet().shipped(),
    ];
    let news = News::ALL.iter().map(|news| application(*news, text).sheet().shipped());
    let notices = NoticeKind::ALL.iter().map(|kind| statutory(*kind, text).shipped());
    composed
        .into_iter()
        .chain(news)
        .chain(notices)
        .chain(inspections(text))
        .chain(of_partners(text))
        .chain(cases(text))
        .map(Result::unwrap)
        .collect()
}

/// The parts of a letter on paper in order, without their text.
fn parts(document: &printing::Document) -> Vec<&'static str> {
    let part = |block: &printing::Block| match block {
        printing::Block::Heading { .. } => "heading",
        printing::Block::Paragraph { .. } => "paragraph",
        printing::Block::Note { .. } => "note",
        printing::Block::Facts { .. } => "facts",
        printing::Block::List { .. } => "list",
        printing::Block::Table { .. } => "table",
        printing::Block::Signature { .. } => "signature",
    };
    document.blocks.iter().map(part).collect()
}

#[test]
fn every_letter_has_its_place_on_paper_and_none_of_its_words_is_lost() {
    for composed in every_letter("") {
        let document = paper::document(&stored(&composed, "12 High Street, Exampleton, TS18 1AA")).unwrap();
        assert_eq!(document.author, "Exampleton Borough Council");
        assert_eq!(document.recipient, ["Mr A Khan", "12 High Street", "Exampleton", "TS18 1AA"]);
        let said = serde_json::to_string(&document).unwrap().to_lowercase();
        for word in composed.text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())) {
            assert!(said.contains(&word.to_lowercase()), "{word:?} is not in {said}");
        }
        assert_eq!(pdf::Typst.letter(document).unwrap().letters.len(), 1);
    }
}

#[test]
fn a_demand_on_paper_has_its_reference_beside_the_address_and_its_parts_in_order() {
    let composed = every_letter("").remove(0);
    let document =
        paper::document(&stored(&composed, "Flat 2\nThe Mill, Rear\n1 Mill Lane\nA\nB\nC\nTS18 1AA")).unwrap();
    let labels = document.reference.iter().map(|fact| fact.label.as_str()).collect::<Vec<_>>();
    assert_eq!(labels, ["Property", "Licence", "Reference", "Date of this letter"]);
    let wanted = "note paragraph heading paragraph list heading paragraph heading paragraph heading paragraph heading \
                  paragraph heading paragraph signature";
    assert_eq!(parts(&document).join(" "), wanted);
    assert_eq!(document.recipient[1], "Flat 2, The Mill, Rear");
    assert_eq!((document.recipient.len(), document.language.as_str()), (7, "en-GB"));
}

#[test]
fn no_record_becomes_a_part_of_a_letter_on_paper() {
    let usual = |text: &str| {
        let letters = every_letter(text).iter().map(|one| stored(one, text)).collect::<Vec<_>>();
        letters.iter().map(|letter| parts(&paper::document(letter).unwrap()).join(" ")).collect::<Vec<_>>()
    };
    let harmless = usual("Harmless");
    for payload in payloads() {
        assert_eq!(usual(&payload), harmless, "{payload:?}");
    }
}

#[test]
fn what_has_no_place_on_paper_is_refused_by_name() {
    let composed = every_letter("").remove(0);
    let with = |html: &str| {
        let letter = Letter { html: Some(composed.html.replace("<h2>The law</h2>", html)), ..stored(&composed, "x") };
        paper::document(&letter).map(|_| ()).map_err(|fault| fault.to_string())
    };
    let row = "<tr><th>Paper</th></tr>";
    assert_eq!(with(&format!("<table><thead>{row}</thead><tbody><tr><td>Gas</td></tr></tbody></table>")), Ok(()));
    for (html, named) in [
        ("<img src=x>", "<img>"),
        ("<p><em>x</em></p>", "<em>"),
        ("<div><p>x</p></div>", "<div>"),
        ("<ul><p>x</p></ul>", "<p>"),
        ("words", "text outside a paragraph"),
        ("<script>x</script>", "<script>"),
        ("<table><tbody><tr><th>x</th></tr></tbody></table>", "<th>"),
        ("<p><a>x</a></p>", "<a>"),
    ] {
        assert!(with(html).unwrap_err().contains(named), "{html}");
    }
    let unwritten = Letter { html: None, ..stored(&composed, "x") };
    assert_eq!(paper::document(&unwritten).unwrap_err(), paper::Fault::NotWritten);
}

fn own(name: &str, change: impl Fn(&str) -> String) -> Result<Wording, Vec<String>> {
    let source = Wording::templates().iter().find(|(shipped, _)| *shipped == name).map_or("", |(_, source)| source);
    Wording::with(&[(name.to_owned(), change(source))].into())
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn faults_of(name: &str, change: impl Fn(&str) -> String) -> Vec<String> {
    own(name, change).err().unwrap_or_default()
}

#[test]
fn a_council_says_it_in_its_own_words_and_the_letter_names_them() {
    let greeting = |source: &str| source.replace("Dear {{ recipient }}", "Good day, {{ recipient }}");
    let wording = own("demand.txt", greeting).unwrap();
    let letter = wording.compose(&demand("").sheet().unwrap()).unwrap();
    assert!(letter.text.starts_with("Good day, Mr A Khan"), "{}", letter.text);
    let (version, name) = letter.template_version.split_once('+').unwrap();
    assert_eq!((version, name.len()), ("D1/2", 12));
    let other = own("demand.txt", |source| source.replace("Dear", "Hello")).unwrap();
    let other = other.compose(&demand("").sheet().unwrap()).unwrap();
    assert_ne!(letter.template_version, other.template_version);
    for (name, _) in Wording::templates() {
        assert_eq!(faults_of(name, ToOwned::to_owned), Vec::<String>::new(), "{name}: what is shipped has no fault");
    }
}

#[test]
fn each_fault_of_a_councils_wording_is_named_by_its_template_and_line() {
    let at_the_end = |words: &'static str| move |source: &str| format!("{source}{words}\n");
    let end = |name: &str| {
        let source = Wording::templates().iter().find(|(shipped, _)| *shipped == name).unwrap().1;
        source.lines().count() + 1
    };
    let cases: [(&str, &'static str, &str); 8] = [
        ("demand.txt", "{{ landlord }}", "\"landlord\" is no value of this letter"),
        ("notice.txt", "{% if kind == \"no such\" %}{{ licence.rent }}{% endif %}", "\"licence.rent\" is no value"),
        (
            "digest.txt",
            "{% for one in properties %}{{ one.rent }}{% endfor %}",
            "a value that this letter does not have",
        ),
        ("receipt.txt", "{% if due_on %}", "unexpected end of input"),
        ("copy.txt", "{% include \"no such.txt\" %}", "no such.txt"),
        ("application.html", "{{ reference|safe }}", "safe"),
        ("demand.html", "{% include \"copy.txt\" %}", "name parts that end with .html"),
        ("decision.html", "{% autoescape false %}{{ reference }}{% endautoescape %}", "leave autoescape as it is"),
    ];
    for (name, words, what) in cases {
        let faults = faults_of(name, at_the_end(words));
        let place = format!("{name}, line {}:", end(name));
        assert!(faults.iter().any(|fault| fault.starts_with(&place) && fault.contains(what)), "{name}: {faults:?}");
    }
    assert!(
        faults_of("demands.txt", |_| "Hello".to_owned()).concat().contains("demands.txt, line 1: no letter uses it")
    );
    let picture = faults_of("demand.html", |source| source.replace("{% endblock %}", "<img src=x>{% endblock %}"));
    assert!(picture.concat().contains("<img>, which cannot be printed"), "{picture:?}");
}

#[test]
fn the_words_are_the_councils_and_the_facts_stay() {
    for (name, fact, value) in [
        ("notice.txt", "{{ last_day }}", "last_day"),
        ("notice.html", "{{ reasons }}", "reasons"),
        ("notice.txt", "{{ condition.what }}", "licence.conditions.what"),
        ("licence_notice.txt", "{{ operative_on }}", "operative_on"),
        ("demand.txt", "{{ item.due_on }}", "items.due_on"),
        ("demand.html", "{{ legal_basis }}", "legal_basis"),
        ("receipt.txt", "{{ file.sha256 }}", "files.sha256"),
        ("foot.txt", "{{ office.telephone }}", "office.telephone"),
        ("seal.txt", "{{ seal.hash }}", "seal.hash"),
        ("sign_in.txt", "{{ link }}", "link"),
    ] {
        let faults = faults_of(name, |source| source.replace(fact, ""));
        let wanted = format!("the letter must give \"{value}\"");
        assert!(faults.iter().any(|fault| fault.contains(&wanted)), "{name} without {fact}: {faults:?}");
    }
}
