//! Letters of every kind with made-up records: what a council's own wording is tried with, and what the tests read.

use chrono::{DateTime, NaiveDate};

use super::{
    Anchors, Application, ComposeFault, ConsideredPoint, CopyFor, Decision, DecisionItem, Demand, DemandItem, Digest,
    DigestCode, DigestLine, DigestProperty, Enquiry, Exemption, ExemptionRefused, ExemptionTime, ExplainInvitation,
    Finding, Imposed, ImprovementPlan, InspectionNotice, LicenceChange, LicenceNotice, Notice, NoticeCondition,
    NoticeLicence, Office, PenaltyChange, PenaltyFactor, PenaltyNotice, PenaltyWorking, PlannedWork, Receipt,
    ReceiptFile, Reference, Referral, Seal, Sheet, SignIn, ToldAnchor, heading,
};
use crate::words::Line;
use domain::application::News;
use domain::enquiry::EnquiryLetterKind;
use domain::inspection::Purpose;
use domain::notice::NoticeKind;

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

pub(super) fn office(text: &str) -> Office {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Office {
        council: line("Exampleton Borough Council"),
        scheme: line("Selective licensing 2024 to 2029"),
        team: line("Selective licensing team"),
        email: line("licensing@example.gov.uk"),
        telephone: line("01234 567890"),
        post: line("1 Example Square, Exampleton EX1 1EX"),
    }
}

pub(super) fn copy(text: &str) -> CopyFor {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    CopyFor { agent: line("Tees Lettings Ltd"), holder: line("Mr A Khan") }
}

/// Every text of the letter replaced by `text`, or usual ones when that is empty.
pub(super) fn demand(text: &str) -> Demand {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Demand {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("D-2025-0001"),
        property: line("12 High Street, Exampleton"),
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

pub(super) fn digest(text: &str) -> Digest {
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
                address: line("12 High Street, Exampleton"),
                licence: line("SL/0001"),
                lines: vec![
                    entry(DigestCode::D3, "Alarm declaration", day(2025, 2, 4), Some(day(2025, 2, 18))),
                    entry(DigestCode::D2, "Electrical report", day(2025, 2, 5), None),
                    entry(DigestCode::D2, "Gas safety record", day(2025, 2, 12), None),
                ],
            },
            DigestProperty {
                address: line("3 Mill Lane, Exampleton"),
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

pub(super) fn decision(text: &str) -> Decision {
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
        property: line("12 High Street, Exampleton"),
        licence: line("SL/0001"),
        items: vec![
            item(Finding::Accepted, "", None),
            item(Finding::Rejected, "The record is for another address.", Some(day(2025, 2, 12))),
            item(Finding::NotApplicableAccepted, "The property has no gas supply.", None),
        ],
        decided_on: day(2025, 2, 6),
    }
}

pub(super) fn receipt(text: &str) -> Receipt {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Receipt {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("D-2025-0001"),
        property: line("12 High Street, Exampleton"),
        licence: line("SL/0001"),
        condition: line("1.1"),
        title: line("Gas safety record"),
        what: line("A document"),
        received: line("22 January 2025 at 16:05 GMT"),
        due_on: Some(day(2025, 2, 12)),
        files: vec![ReceiptFile { name: line("gas.pdf"), bytes: 48_213, sha256: line(&"a1b2".repeat(16)) }],
        number: line("8c2c442d-f4bd-5f5e-9331-07c53362af70"),
    }
}

pub(super) fn application(news: News, text: &str) -> Application {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Application {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        news,
        reference: line("APP/2025/00001"),
        property: line("12 High Street, Exampleton"),
        written_on: day(2025, 1, 22),
        received_on: Some(day(2025, 1, 20)),
        duly_made_on: Some(day(2025, 1, 21)),
        answer_by: Some(day(2025, 2, 5)),
        defects: vec![line("The plan of the first floor"), line("The second page of the report")],
        reason: line("The home is let by a registered provider (section 79(3))."),
        amount: line("£300.00"),
        sha256: line(&"a1b2".repeat(16)),
    }
}

pub(super) fn notice(kind: NoticeKind, text: &str) -> Notice {
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
        property: line("12 High Street, Exampleton"),
        dated_on: day(2025, 2, 18),
        reasons: line("The five findings are met."),
        licence: kind.has_terms().then_some(licence),
        last_day: day(2025, 3, 17),
        seal: Some(seal(text)),
    }
}

pub(super) fn licence_notice(kind: NoticeKind, text: &str) -> LicenceNotice {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    use NoticeKind as K;
    let varies = matches!(kind, K::ProposedVariation | K::Variation | K::ProposedRefusalToVary | K::RefusalToVary);
    let changes = [
        ("Manager", "the licence holder", "Tees Lettings Ltd"),
        ("Last day", "Wednesday 31 October 2029", "Saturday 31 October 2026"),
        ("Terms of the licence", "none beside the conditions of the scheme", "At most four people may live there."),
    ];
    let changes =
        changes.map(|(label, from, to)| LicenceChange { label: Line::from(label), from: line(from), to: line(to) });
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
        property: line("12 High Street, Exampleton"),
        dated_on: day(2025, 3, 10),
        reasons: line("Condition 9.6 was breached twice."),
        changes: if varies { changes.into() } else { Vec::new() },
        is_agreed: false,
        encloses_licence: false,
        operative_on: Some(day(2025, 4, 7)),
        last_day: day(2025, 4, 6),
        seal: Some(seal(text)),
    }
}

/// A notice of any kind.
pub(super) fn statutory(kind: NoticeKind, text: &str) -> Result<Sheet, ComposeFault> {
    match heading(kind) {
        Some(_) => licence_notice(kind, text).sheet(),
        None => notice(kind, text).sheet(),
    }
}

pub(super) fn inspection_notice(purpose: Purpose, text: &str) -> InspectionNotice {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    InspectionNotice {
        office: office(text),
        recipient: line("The occupier"),
        copy_for: None,
        reference: line("INS/2025/00001"),
        property: line("12 High Street, Exampleton"),
        purpose,
        on: day(2025, 2, 20),
        from: line("10:00"),
        to: line("11:00"),
        officer: line("Amy Ward"),
        written_on: day(2025, 2, 14),
    }
}

pub(super) fn improvement_plan(text: &str) -> ImprovementPlan {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let work = |number, usual: &str, due_on| PlannedWork { number, text: line(usual), due_on };
    ImprovementPlan {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("INS/2025/00001"),
        property: line("12 High Street, Exampleton"),
        visited_on: day(2025, 2, 20),
        work: vec![work(1, "Clear the mould.", day(2025, 3, 7)), work(3, "Repair the fan.", day(2025, 3, 14))],
        reinspect_on: day(2025, 3, 17),
        written_on: day(2025, 2, 21),
    }
}

pub(super) fn reference(text: &str) -> Reference {
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

pub(super) fn referral(to_partner: bool, text: &str) -> Referral {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let none_to = |to: bool, usual: &str| if to_partner == to { Line::default() } else { line(usual) };
    Referral {
        office: office(text),
        recipient: line("Cleveland Police"),
        copy_for: None,
        to_partner,
        reference: line("REF/2025/00001"),
        property: line("12 High Street, Exampleton"),
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

/// The particulars of two offences.
fn offences(text: &str) -> Vec<Vec<Line>> {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let first =
        "Section 95(2) of the Housing Act 2004: on Thursday 6 February 2025, condition 9.6 was not complied with.";
    let second =
        "Section 95(2) of the Housing Act 2004: on Friday 7 February 2025, condition 1.1 was not complied with.";
    vec![vec![line(first), line("Nothing came in.")], vec![line(second)]]
}

pub(super) fn invitation(text: &str) -> ExplainInvitation {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    ExplainInvitation {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("ENF/2025/00001"),
        property: line("12 High Street, Exampleton"),
        offences: offences(text),
        answer_by: day(2025, 2, 24),
        written_on: day(2025, 2, 10),
    }
}

/// A final notice with representations, or a notice of intent.
pub(super) fn penalty_notice(is_final: bool, text: &str) -> PenaltyNotice {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let factor = |usual: &str, raises, amount: &str| PenaltyFactor { what: line(usual), raises, amount: line(amount) };
    let considered = ConsideredPoint {
        received_on: day(2025, 2, 20),
        consideration: line("An illness of one week does not explain a month."),
    };
    let imposed = Imposed {
        intent_given_on: day(2025, 2, 12),
        considered: vec![considered],
        how_to_pay: line("By bank transfer to the account 01234567."),
        appeal_days: 28,
        appeal_until: day(2025, 4, 9),
    };
    PenaltyNotice {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("ENF/2025/00001"),
        property: line("12 High Street, Exampleton"),
        dated_on: if is_final { day(2025, 3, 12) } else { day(2025, 2, 10) },
        penalty: PenaltyWorking {
            amount: line("£5,000.00"),
            maximum: line("£30,000.00"),
            matrix: line("Exampleton, 2024"),
            start_because: line("A moderate offence."),
            start: line("£6,000.00"),
            factors: vec![
                factor("Warned before.", true, "£500.00"),
                factor("One home.", false, "£1,500.00"),
                PenaltyFactor { amount: Line::default(), ..factor("No earlier offence.", false, "") },
            ],
            means: PenaltyFactor { amount: Line::default(), ..factor("Nothing is known of them.", false, "") },
        },
        reasons: vec![line("The record was asked for twice."), line("Tenants were at risk.")],
        offences: offences(text),
        additions: vec![line("The reminder of 3 February was not answered.")],
        imposed: is_final.then_some(imposed),
        days: 28,
        last_day: if is_final { day(2025, 4, 16) } else { day(2025, 3, 17) },
        received_by: if is_final { day(2025, 3, 19) } else { day(2025, 2, 17) },
        how_received: line("A letter by first class post counts as received on the second working day after posting."),
        seal: Some(seal(text)),
    }
}

/// A reduction, or a withdrawal.
pub(super) fn penalty_change(reduces: bool, text: &str) -> PenaltyChange {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let reduced = |usual: &str| if reduces { line(usual) } else { Line::default() };
    PenaltyChange {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("ENF/2025/00001"),
        property: line("12 High Street, Exampleton"),
        dated_on: day(2025, 3, 20),
        is_final: true,
        given_on: day(2025, 3, 14),
        from_amount: reduced("£5,000.00"),
        amount: reduced("£3,000.00"),
        pay_by: reduces.then(|| day(2025, 4, 16)),
        reason: line("The record was found to have been sent to another team."),
        seal: Some(seal(text)),
    }
}

/// The notice, or its refusal.
pub(super) fn exemption(is_served: bool, text: &str) -> Exemption {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let runs = ExemptionTime { months: 3, from_on: None, until_on: day(2025, 4, 21), circumstances: Line::default() };
    let refused = ExemptionRefused {
        decided_on: day(2025, 1, 22),
        reasons: line("No steps are shown."),
        appeal_days: 28,
        appeal_by: day(2025, 2, 18),
    };
    Exemption {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        reference: line("EXE/2025/00001"),
        property: line("12 High Street, Exampleton"),
        is_after_death: false,
        dated_on: day(2025, 1, 22),
        notified_on: day(2025, 1, 20),
        steps: line("The house is being sold."),
        runs: is_served.then_some(runs),
        refused: (!is_served).then_some(refused),
        how_received: line("A letter by first class post counts as received on the second working day after posting."),
        seal: Some(seal(text)),
    }
}

/// A second notice, which follows the first.
pub(super) fn second_exemption(text: &str) -> Exemption {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    let runs = ExemptionTime {
        months: 3,
        from_on: Some(day(2025, 4, 22)),
        until_on: day(2025, 7, 21),
        circumstances: line("The buyer died before completion."),
    };
    Exemption { runs: Some(runs), ..exemption(true, text) }
}

pub(super) fn enquiry(kind: EnquiryLetterKind, text: &str) -> Enquiry {
    let line = |usual: &str| Line::from(if text.is_empty() { usual } else { text });
    Enquiry {
        office: office(text),
        recipient: line("Mr A Khan"),
        copy_for: None,
        kind,
        reference: line("ENQ/2025/00001"),
        property: line("12 High Street, Exampleton"),
        answer_by: day(2025, 2, 12),
        invited_on: (kind == EnquiryLetterKind::Warning).then(|| day(2025, 1, 8)),
        written_on: day(2025, 1, 22),
    }
}

/// The letters of enforcement cases, exemptions and enquiries, with each branch of what they may say.
///
/// # Errors
/// Never, while the tests of the letters pass.
pub(super) fn of_cases(text: &str) -> Result<Vec<Sheet>, ComposeFault> {
    let (intent, imposed, change) =
        (penalty_notice(false, text), penalty_notice(true, text), penalty_change(false, text));
    let mut means = intent.penalty.clone();
    means.means.amount = Line::from("£100.00");
    let mut more = means.clone();
    more.means.raises = true;
    let silent = imposed.imposed.clone().map(|imposed| Imposed { considered: Vec::new(), ..imposed });
    let first = offences(text).into_iter().take(1).collect::<Vec<_>>();
    let mut sheets = vec![
        invitation(text).sheet()?,
        ExplainInvitation { offences: first.clone(), ..invitation(text) }.sheet()?,
        intent.sheet()?,
        PenaltyNotice { penalty: means, offences: first, seal: None, ..intent }.sheet()?,
        imposed.sheet()?,
        PenaltyNotice { penalty: more, imposed: silent, additions: Vec::new(), ..imposed }.sheet()?,
        change.sheet()?,
        PenaltyChange { is_final: false, seal: None, ..change }.sheet()?,
        penalty_change(true, text).sheet()?,
    ];
    for one in [exemption(true, text), second_exemption(text), exemption(false, text)] {
        sheets.push(one.sheet()?);
        sheets.push(Exemption { is_after_death: true, seal: None, ..one }.sheet()?);
    }
    for kind in EnquiryLetterKind::ALL {
        sheets.push(enquiry(*kind, text).sheet()?);
    }
    sheets.push(Enquiry { invited_on: None, ..enquiry(EnquiryLetterKind::Warning, text) }.sheet()?);
    Ok(sheets)
}

fn seal(text: &str) -> Seal {
    let hash = if text.is_empty() { "5ea1".repeat(16) } else { text.to_owned() };
    Seal { on: day(2025, 2, 17), hash: Line::from(hash.as_str()) }
}

pub(super) fn sign_in(text: &str) -> SignIn {
    SignIn {
        office: office(text),
        recipient: Some(Line::from(text)).filter(|name| !name.is_empty()),
        link: Line::from("https://licensing.example.org/sign-in/0123"),
        expires_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000),
    }
}

/// Every letter, with each branch of what it may say.
///
/// # Errors
/// Never, while the tests of the letters pass.
pub(super) fn all() -> Result<Vec<Sheet>, ComposeFault> {
    let (mut asked, mut digest_copy) = (demand(""), digest(""));
    (asked.copy_for, digest_copy.copy_for) = (Some(copy("")), Some(copy("")));
    asked.items.iter_mut().for_each(|item| item.due_on = None);
    let mut judged = decision("");
    judged.copy_for = Some(copy(""));
    for (item, finding) in
        judged.items.iter_mut().zip([Finding::AcceptedLate, Finding::NotApplicableRejected, Finding::Rejected])
    {
        (item.finding, item.is_past) = (finding, true);
        item.reason = Line::from("The record is for another address.");
    }
    let wordless = Receipt { files: Vec::new(), due_on: None, ..receipt("") };
    let told = ToldAnchor { number: 9, on: day(2025, 2, 17), hash: Line::from("5ea1".repeat(16).as_str()) };
    let anchors = Anchors { office: office(""), recipient: Line::from("reader"), copy_for: None, anchors: vec![told] };
    let mut sheets = vec![
        demand("").sheet()?,
        asked.sheet()?,
        digest("").sheet()?,
        digest_copy.sheet()?,
        decision("").sheet()?,
        judged.sheet()?,
        receipt("").sheet()?,
        wordless.sheet()?,
        sign_in("").sheet()?,
        sign_in("Mr A Khan").sheet()?,
        anchors.sheet()?,
    ];
    for purpose in Purpose::ALL {
        sheets.push(inspection_notice(*purpose, "").sheet()?);
    }
    sheets.push(improvement_plan("").sheet()?);
    let unlicensed = Referral {
        is_licensed: false,
        licence: Line::default(),
        condition: Line::default(),
        act_by: None,
        ..referral(false, "")
    };
    let told = [referral(true, ""), referral(false, ""), unlicensed];
    sheets.extend(told.iter().map(Referral::sheet).collect::<Result<Vec<_>, _>>()?);
    sheets.push(reference("").sheet()?);
    sheets.extend(of_cases("")?);
    for news in News::ALL {
        sheets.push(application(*news, "").sheet()?);
        let bare = Application { amount: Line::default(), sha256: Line::default(), ..application(*news, "") };
        sheets.push(bare.sheet()?);
    }
    for kind in NoticeKind::ALL {
        sheets.push(statutory(*kind, "")?);
        sheets.push(if heading(*kind).is_some() {
            let encloses_licence = *kind == NoticeKind::Variation;
            let usual = licence_notice(*kind, "");
            LicenceNotice { is_modified: true, is_agreed: true, encloses_licence, seal: None, ..usual }.sheet()?
        } else {
            Notice { is_modified: true, seal: None, ..notice(*kind, "") }.sheet()?
        });
    }
    Ok(sheets)
}
