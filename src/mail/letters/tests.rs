//! Each letter in full, and the proof that no record can become structure.

use chrono::NaiveDate;
use serde::Serialize;

use super::*;
use crate::domain::application::News;
use crate::domain::letter::{Channel, Letter, LetterKind, Matter};
use crate::domain::notice::NoticeKind;
use crate::domain::testing::{khan, on};
use crate::mail::paper;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn office(text: &str) -> Office {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Office {
        council: line("Stockton-on-Tees Borough Council"),
        scheme: line("Selective licensing 2024 to 2029"),
        team: line("Selective licensing team"),
        email: line("licensing@example.gov.uk"),
        telephone: line("01234 567890"),
        post: line("1 Example Square, Exampleton EX1 1EX"),
    }
}

/// Every text of the letter replaced by `text`, or usual ones when that is empty.
fn demand(text: &str) -> Demand {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Demand {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("D-2025-0001"),
        property: line("12 High Street, Stockton"),
        licence: line("SL/0001"),
        items: vec![
            DemandItem {
                condition: line("1.1"),
                title: line("Gas safety record"),
                what_to_send: line("the record of the last check, by a registered engineer"),
                days: 14,
                due_on: Some(day(2025, 2, 12)),
            },
            DemandItem {
                condition: line("3.1"),
                title: line("Electrical report"),
                what_to_send: line("the latest report on the electrical installation"),
                days: 7,
                due_on: Some(day(2025, 2, 5)),
            },
        ],
        how_days_count: line("The day after you receive this letter is the first day."),
        legal_basis: line("Housing Act 2004, section 90 and Schedule 4"),
        sent_on: day(2025, 1, 28),
    }
}

fn digest(text: &str) -> Digest {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let entry = |code, what: &str, on, new_date| DigestLine {
        code,
        what: line(what),
        reference: line("D-2025-0001"),
        on,
        new_date,
    };
    Digest {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        night: day(2025, 2, 5),
        properties: vec![
            DigestProperty {
                address: line("12 High Street, Stockton"),
                licence: line("SL/0001"),
                lines: vec![
                    entry(DigestCode::D3, "Alarm declaration", day(2025, 2, 4), Some(day(2025, 2, 18))),
                    entry(DigestCode::D2, "Electrical report", day(2025, 2, 5), None),
                    entry(DigestCode::D2, "Gas safety record", day(2025, 2, 12), None),
                ],
            },
            DigestProperty {
                address: line("3 Mill Lane, Thornaby"),
                licence: line("SL/0002"),
                lines: vec![
                    entry(DigestCode::G1, "Yearly gas check", day(2025, 3, 7), None),
                    entry(DigestCode::X1, "Electrical report", day(2025, 2, 1), None),
                    entry(DigestCode::R1, "Licence", day(2025, 4, 6), None),
                ],
            },
        ],
    }
}

fn decision(text: &str) -> Decision {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let item = |finding, reason: &str, due_on| DecisionItem {
        condition: line("1.1"),
        title: line("Gas safety record"),
        finding,
        reason: if text.is_empty() && reason.is_empty() { Line::default() } else { line(reason) },
        due_on,
        is_past: false,
    };
    Decision {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("D-2025-0001"),
        property: line("12 High Street, Stockton"),
        licence: line("SL/0001"),
        items: vec![
            item(Finding::Accepted, "", None),
            item(Finding::Rejected, "The record is for another address.", Some(day(2025, 2, 12))),
            item(Finding::NotApplicableAccepted, "The property has no gas supply.", None),
        ],
        decided_on: day(2025, 2, 6),
    }
}

fn receipt(text: &str) -> Receipt {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Receipt {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("D-2025-0001"),
        property: line("12 High Street, Stockton"),
        licence: line("SL/0001"),
        condition: line("1.1"),
        title: line("Gas safety record"),
        what: line("A document"),
        received: line("22 January 2025 at 16:05 GMT"),
        due_on: Some(day(2025, 2, 12)),
        files: vec![ReceiptFile { name: line("gas.pdf"), bytes: 48_213, sha256: line(&"ab".repeat(32)) }],
        number: line("8c2c442d-f4bd-5f5e-9331-07c53362af70"),
    }
}

fn reference(text: &str) -> Reference {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Reference {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("TEN-2025-00001"),
        received_on: day(2025, 1, 20),
        colour: line("Amber"),
        covers: line("Complaints of the last five years."),
        written_on: day(2025, 1, 22),
    }
}

#[test]
fn a_landlord_is_told_the_colour_and_what_the_consent_covers() {
    let letter = reference("").compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Your request TEN-2025-00001");
    assert_says(&letter, &["Amber", "Complaints of the last five years.", "Whom you let to is for you to decide."]);
}

fn referral(to_partner: bool, text: &str) -> Referral {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let none_to = |to: bool, usual: &str| if to_partner == to { Line::default() } else { line(usual) };
    Referral {
        office: office(text),
        recipient: line("Cleveland Police"),
        copy_for: None,
        to_partner,
        reference: line("REF/2025/00001"),
        property: line("12 High Street, Stockton"),
        is_licensed: true,
        concern: line("Loud parties each night."),
        purpose: line("To stop them."),
        agreement: none_to(false, "ISA 2025-7"),
        licence: none_to(true, "SL/0001"),
        condition: none_to(true, "10.3"),
        what: none_to(true, "Co-operation with the police."),
        act_by: (!to_partner).then(|| day(2025, 2, 12)),
        written_on: day(2025, 1, 22),
    }
}

#[test]
fn a_referral_tells_a_partner_the_least_and_a_holder_what_is_asked() {
    let partner = referral(true, "").compose().unwrap();
    assert_eq!((partner.subject.as_str(), partner.template_version), ("Referral REF/2025/00001", "N1/1"));
    assert_says(&partner, &["Loud parties each night.", "To stop them.", "ISA 2025-7", "Licensed: yes"]);
    for kept in ["SL/0001", "10.3", "Khan"] {
        assert!(!partner.text.contains(kept) && !partner.html.contains(kept), "{kept}");
    }
    let holder = referral(false, "").compose().unwrap();
    assert_eq!(holder.subject.as_str(), "Please act: 12 High Street, Stockton");
    assert_says(
        &holder,
        &["Condition 10.3 of your licence", "by Wednesday 12 February 2025", "breach of the condition"],
    );
    assert!(!holder.text.contains("To stop them."), "for what it is shared is the council's and its partner's");
    let unlicensed = Referral { condition: Line::default(), licence: Line::default(), ..referral(false, "") };
    let unlicensed = Referral { is_licensed: false, act_by: None, ..unlicensed }.compose().unwrap();
    assert_says(&unlicensed, &["Licensed: no", "it has no licence in force"]);
    assert!(!unlicensed.text.contains("breach"));
}

#[test]
fn a_receipt_says_what_came_in_when_and_the_hash_of_each_file() {
    let letter = receipt("").compose().unwrap();
    assert_eq!(letter.subject.as_str(), "We have received: Gas safety record, 12 High Street, Stockton");
    let hash = format!("gas.pdf (48213 bytes) SHA-256: {}", "ab".repeat(32));
    let words =
        ["Received: 22 January 2025 at 16:05 GMT", "Last day: Wednesday 12 February 2025", &hash, "not as accepted"];
    assert_says(&letter, &words);
    let wordless = Receipt { files: Vec::new(), ..receipt("") }.compose().unwrap();
    assert!(!wordless.text.contains("SHA-256") && !wordless.html.contains("SHA-256"));
}

fn application(news: News, text: &str) -> Application {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Application {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        news,
        reference: line("APP/2025/00001"),
        property: line("12 High Street, Stockton"),
        written_on: day(2025, 1, 22),
        received_on: Some(day(2025, 1, 20)),
        duly_made_on: Some(day(2025, 1, 21)),
        answer_by: Some(day(2025, 2, 5)),
        defects: vec![line("The plan of the first floor"), line("The second page of the report")],
        reason: line("The home is let by a registered provider (section 79(3))."),
        amount: line("£300.00"),
        sha256: line(&"ab".repeat(32)),
    }
}

#[test]
fn an_applicant_is_told_how_the_application_stands_and_what_that_means() {
    for (news, version, says) in [
        (News::Received, "A1/1", ["We received it on Monday 20 January 2025.", "abababab"]),
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
        let letter = application(news, "").compose().unwrap();
        assert_eq!(letter.template_version, version);
        assert!(letter.subject.as_str().ends_with(": 12 High Street, Stockton"), "{}", letter.subject.as_str());
        assert_says(&letter, &says);
        let empty = Application { property: Line::default(), ..application(news, "") };
        assert!(matches!(empty.compose(), Err(ComposeFault::Missing(_))), "{news}");
    }
    let paper = Application { sha256: Line::default(), ..application(News::Received, "") }.compose().unwrap();
    assert!(!paper.text.contains("SHA-256"), "{}", paper.text);
    let silent = Application { amount: Line::default(), ..application(News::FeeDue, "") }.compose().unwrap();
    assert_says(&silent, &["The second part of the fee is due now."]);
}

fn notice(kind: NoticeKind, text: &str) -> Notice {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let granted = kind == NoticeKind::Grant;
    let condition = NoticeCondition { number: line("1"), title: line("Gas"), what: line("A gas safety record.") };
    let licence = NoticeLicence {
        number: if granted { line("SL/2025/00001") } else { Line::default() },
        holder: line("Mr A Khan"),
        manager: line("Tees Lettings Ltd"),
        starts_on: granted.then(|| day(2025, 2, 18)),
        ends_on: granted.then(|| day(2029, 10, 31)),
        years: 5,
        conditions: vec![condition],
    };
    Notice {
        office: office(text),
        recipient: line("Tees Building Society"),
        copy_for: None,
        kind,
        is_modified: false,
        reference: line("NOT/2025/00001"),
        application: line("APP/2025/00001"),
        property: line("12 High Street, Stockton"),
        dated_on: day(2025, 2, 18),
        reasons: line("The five findings are met."),
        licence: kind.has_terms().then_some(licence),
        last_day: day(2025, 3, 17),
    }
}

#[test]
fn a_notice_gives_its_reasons_the_right_that_goes_with_it_and_the_licence_it_is_about() {
    for (kind, version, says) in [
        (
            NoticeKind::ProposedGrant,
            "A4/1",
            [
                "Write to us by Monday 17 March 2025, which is the end of the consultation",
                "Length: 5 years, and never past",
            ],
        ),
        (NoticeKind::ProposedRefusal, "A5/1", ["The council proposes to refuse a licence", "by Monday 17 March 2025"]),
        (
            NoticeKind::Grant,
            "A7/1",
            ["The last day to do so is Monday 17 March 2025: 28 days beginning with", "To: Wednesday 31 October 2029"],
        ),
        (NoticeKind::Refusal, "A8/1", ["Date of the decision: Tuesday 18 February 2025", "section 95(1)"]),
    ] {
        let letter = notice(kind, "").compose().unwrap();
        assert_eq!(letter.template_version, version);
        assert_says(&letter, &says);
        assert_says(&letter, &["The five findings are met."]);
        assert!(letter.text.contains("Notice: NOT/2025/00001"));
        assert_eq!(letter.text.contains("Licence holder:"), kind.has_terms(), "{kind}");
        let silent = Notice { reasons: Line::default(), ..notice(kind, "") };
        assert!(matches!(silent.compose(), Err(ComposeFault::Missing("reasons"))));
    }
    let modified = Notice { is_modified: true, ..notice(NoticeKind::ProposedGrant, "") };
    assert_says(&modified.compose().unwrap(), &["takes the place of an earlier one"]);
    let bare = Notice { licence: None, ..notice(NoticeKind::Grant, "") };
    assert!(matches!(bare.compose(), Err(ComposeFault::Missing("the terms of the licence"))));
}

fn licence_notice(kind: NoticeKind, text: &str) -> LicenceNotice {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let varies = matches!(kind, NoticeKind::ProposedVariation | NoticeKind::Variation);
    let changed = |usual: &str| if varies { line(usual) } else { Line::default() };
    LicenceNotice {
        office: office(text),
        recipient: line("Tees Building Society"),
        copy_for: None,
        kind,
        heading: Line::from(heading(kind).unwrap_or_default()),
        is_modified: false,
        is_decision: kind.is_decision(),
        reference: line("NOT/2025/00002"),
        licence: line("SL/2025/00001"),
        holder: line("Mr A Khan"),
        property: line("12 High Street, Stockton"),
        dated_on: day(2025, 3, 10),
        reasons: line("Condition 9.6 was breached twice."),
        manager: changed("Tees Lettings Ltd"),
        terms: changed("At most four people may live there."),
        is_agreed: false,
        operative_on: Some(day(2025, 4, 7)),
        last_day: day(2025, 4, 6),
    }
}

/// A notice of any kind.
fn statutory(kind: NoticeKind, text: &str) -> Result<Composed, ComposeFault> {
    match heading(kind) {
        Some(_) => licence_notice(kind, text).compose(),
        None => notice(kind, text).compose(),
    }
}

#[test]
fn a_notice_about_a_licence_says_what_changes_when_it_has_effect_and_who_may_appeal() {
    use NoticeKind as K;
    let takes_effect = "Unless somebody appeals, it takes effect on Monday 7 April 2025";
    let appeal = "The last day to do so is Sunday 6 April 2025: 28 days beginning with";
    let write = "Write to us by Sunday 6 April 2025, which is the end of the consultation";
    for (kind, version, says) in [
        (K::ProposedVariation, "V1/1", ["At most four people may live there.", write]),
        (K::Variation, "V2/1", [takes_effect, appeal]),
        (K::RefusalToVary, "V3/1", ["was asked to vary the licence that Mr A Khan holds", appeal]),
        (K::ProposedRevocation, "V1/1", ["proposes to revoke the licence that Mr A Khan holds", write]),
        (K::Revocation, "V2/1", [takes_effect, "section 95(1) of the Housing Act 2004"]),
        (K::RefusalToRevoke, "V3/1", ["was asked to revoke the licence", appeal]),
    ] {
        let letter = licence_notice(kind, "").compose().unwrap();
        assert_eq!(letter.template_version, version, "{kind}");
        assert_says(&letter, &says);
        assert_says(&letter, &["Condition 9.6 was breached twice."]);
        let silent = LicenceNotice { reasons: Line::default(), ..licence_notice(kind, "") };
        assert!(matches!(silent.compose(), Err(ComposeFault::Missing("reasons"))));
    }
    let agreed = LicenceNotice { is_agreed: true, ..licence_notice(K::Variation, "") }.compose().unwrap();
    assert_says(&agreed, &["it takes effect at once", "A licence holder who agreed to the decision cannot appeal"]);
    assert!(!agreed.text.contains("Unless somebody appeals"));
}

fn copy(text: &str) -> CopyFor {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    CopyFor { agent: line("Tees Lettings Ltd"), holder: line("Mr A Khan") }
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
    let letter = demand("").compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents needed by Wednesday 5 February 2025: 12 High Street, Stockton");
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
    let letter = model.compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents needed: 12 High Street, Stockton");
    assert_says(&letter, &["The condition allows 14 days. See below for how they count."]);
    assert!(!letter.text.contains("none") && !letter.html.contains("none"));
}

#[test]
fn an_agents_copy_says_whose_agent_and_that_the_holder_has_it_too() {
    let (mut first, mut second, mut third) = (demand(""), digest(""), decision(""));
    (first.copy_for, second.copy_for, third.copy_for) = (Some(copy("")), Some(copy("")), Some(copy("")));
    for letter in [first.compose().unwrap(), second.compose().unwrap(), third.compose().unwrap()] {
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
    let letter = digest("").compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Selective licensing: 6 items, earliest date Saturday 1 February 2025");
    assert_says(
        &letter,
        &[
            "Dates under your licences, Wednesday 5 February 2025",
            "12 High Street, Stockton",
            "Alarm declaration Was due on Tuesday 4 February 2025.",
            "We have not received it. Please still send it.",
            "We will hold back until Tuesday 18 February 2025 before we decide what to do. This does not change the first date, and is without prejudice",
            "Electrical report Due today: Wednesday 5 February 2025.",
            "Gas safety record Due soon: send it by Wednesday 12 February 2025.",
            "3 Mill Lane, Thornaby",
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
    let letter = model.compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Selective licensing: 1 item, date Wednesday 12 February 2025");
    assert!(!letter.text.contains("offence") && !letter.html.contains("offence"));
    assert_says(&letter, &["This is a reminder of dates"]);
}

#[test]
fn a_decision_gives_each_finding_with_its_reason() {
    let letter = decision("").compose().unwrap();
    assert_eq!(letter.subject.as_str(), "1 document still needed: 12 High Street, Stockton");
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
    assert_says(&late.compose().unwrap(), &["The last day was Wednesday 12 February 2025: send a new answer now."]);
    let mut settled = decision("");
    settled.items.remove(1);
    let letter = settled.compose().unwrap();
    assert_eq!(letter.subject.as_str(), "Documents accepted: 12 High Street, Stockton");
    assert!(!letter.text.contains("quote the reference"));
}

#[test]
fn no_letter_counts_down_and_every_text_part_is_narrow() {
    let news = News::ALL.iter().map(|news| application(*news, "").compose().unwrap());
    let news = news.chain(NoticeKind::ALL.iter().map(|kind| statutory(*kind, "").unwrap()));
    let others = [decision("").compose().unwrap(), receipt("").compose().unwrap()].into_iter().chain(news);
    let others = others.chain([true, false].map(|to_partner| referral(to_partner, "").compose().unwrap()));
    let others = others.chain([reference("").compose().unwrap()]);
    for letter in [demand("").compose().unwrap(), digest("").compose().unwrap()].into_iter().chain(others) {
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
    assert!(matches!(no_name.compose(), Err(ComposeFault::Missing("recipient"))));
    let mut no_items = demand("");
    no_items.items.clear();
    assert!(matches!(no_items.compose(), Err(ComposeFault::NoItems)));
    let mut ahead = digest("");
    ahead.properties[0].lines[0].on = ahead.night;
    assert!(matches!(ahead.compose(), Err(ComposeFault::NotMissedYet { .. })));
    let mut empty = digest("");
    empty.properties.clear();
    assert!(matches!(empty.compose(), Err(ComposeFault::NoItems)));
    let mut no_reason = decision("");
    no_reason.items[1].reason = Line::default();
    assert!(matches!(no_reason.compose(), Err(ComposeFault::Missing("reason"))));
}

#[test]
fn a_value_that_the_template_wants_and_the_model_lacks_is_an_error() {
    #[derive(Serialize)]
    struct Sparse {
        recipient: &'static str,
    }
    for template in
        ["demand.txt", "demand.html", "digest.txt", "digest.html", "decision.txt", "decision.html", "foot.txt"]
    {
        let fault = render::render(template, &Sparse { recipient: "Mr A Khan" }).unwrap_err();
        assert!(matches!(fault, ComposeFault::Template { .. }), "{template}: {fault}");
    }
    assert!(render::render("no such template", &Sparse { recipient: "" }).is_err());
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
        let first = [first.compose(), second.compose(), third.compose(), fourth.compose()];
        let news = News::ALL.iter().map(|news| application(*news, text).compose());
        let notices = NoticeKind::ALL.iter().map(|kind| statutory(*kind, text));
        let referrals = [true, false].map(|to_partner| referral(to_partner, text).compose());
        let referrals = referrals.into_iter().chain([reference(text).compose()]);
        first.into_iter().chain(news).chain(notices).chain(referrals).map(Result::unwrap).collect::<Vec<_>>()
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
        recipient_id: khan(),
        recipient_name: "Mr A Khan".to_owned(),
        address: address.to_owned(),
        channel: Channel::Paper,
        dated_on: day(2025, 1, 28),
        part: 1,
        property_id: None,
        demand: None,
        facts: serde_json::Value::Null,
    };
    let letter = Letter::queue(&on("2025-01-28"), matter).into_entity();
    Letter { subject: Some(composed.subject.as_str().to_owned()), html: Some(composed.html.clone()), ..letter }
}

/// Every letter, with each of its texts replaced.
fn every_letter(text: &str) -> Vec<Composed> {
    let link = SignIn {
        office: office(text),
        recipient: Some(Line::from(text)).filter(|name| !name.is_empty()),
        link: Line::from("https://licensing.example.org/sign-in/0123"),
        expires_at: on("2025-01-28").now,
    };
    let (mut first, mut second) = (demand(text), digest(text));
    (first.copy_for, second.copy_for) = (Some(copy(text)), Some(copy(text)));
    let composed =
        [first.compose(), second.compose(), decision(text).compose(), receipt(text).compose(), link.compose()];
    let news = News::ALL.iter().map(|news| application(*news, text).compose());
    let notices = NoticeKind::ALL.iter().map(|kind| statutory(*kind, text));
    let referrals = [true, false].map(|to_partner| referral(to_partner, text).compose());
    let referrals = referrals.into_iter().chain([reference(text).compose()]);
    composed.into_iter().chain(news).chain(notices).chain(referrals).map(Result::unwrap).collect()
}

/// The parts of a letter on paper in order, without their text.
fn parts(document: &pdf::Document) -> Vec<&'static str> {
    let part = |block: &pdf::Block| match block {
        pdf::Block::Heading { .. } => "heading",
        pdf::Block::Paragraph { .. } => "paragraph",
        pdf::Block::Note { .. } => "note",
        pdf::Block::Facts { .. } => "facts",
        pdf::Block::List { .. } => "list",
        pdf::Block::Table { .. } => "table",
        pdf::Block::Signature { .. } => "signature",
    };
    document.blocks.iter().map(part).collect()
}

#[test]
fn every_letter_has_its_place_on_paper_and_none_of_its_words_is_lost() {
    for composed in every_letter("") {
        let document = paper::document(&stored(&composed, "12 High Street, Stockton, TS18 1AA")).unwrap();
        assert_eq!(document.author, "Stockton-on-Tees Borough Council");
        assert_eq!(document.recipient, ["Mr A Khan", "12 High Street", "Stockton", "TS18 1AA"]);
        let said = serde_json::to_string(&document).unwrap().to_lowercase();
        for word in composed.text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())) {
            assert!(said.contains(&word.to_lowercase()), "{word:?} is not in {said}");
        }
        assert_eq!(pdf::render(document).unwrap().letters.len(), 1);
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
