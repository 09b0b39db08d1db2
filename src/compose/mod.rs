//! From what a letter is about to its words.

mod cases;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::actions::letters::{About, Contents, LicenceMatter, Line as Due, Words};
use crate::actions::proceedings::Altered;
use crate::actions::sign_in::Invitation;
use crate::domain::application::Standing;
use crate::domain::calendar::london;
use crate::domain::demand;
use crate::domain::fees::pounds;
use crate::domain::id::PartyId;
use crate::domain::inspection::{InspectionLetter, WorkToDo};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::notice::{self, NoticeKind};
use crate::domain::property::Property;
use crate::domain::reference::{Colour, Told as ReferenceTold};
use crate::domain::referral::Told;
use crate::domain::scheme::{Condition, LetterCode, PostRule, Scheme};
use crate::mail::Line;
use crate::mail::letters::{
    Anchors, Application, ComposeFault, Composed, CopyFor, Decision, DecisionItem, Demand, DemandItem, Digest,
    DigestCode, DigestLine, DigestProperty, Finding, ImprovementPlan, InspectionNotice, LicenceChange, LicenceNotice,
    Notice, NoticeCondition, NoticeLicence, Office, PlannedWork, Receipt, ReceiptFile, Reference, Referral, Seal,
    Sheet, SignIn, ToldAnchor, Wording, heading,
};

/// Writes a letter.
///
/// # Errors
/// What is missing, in words for an officer.
pub fn compose(wording: &Wording, contents: &Contents) -> Result<Words, String> {
    let letter = &contents.letter;
    let sheet = match &contents.about {
        About::Demand { demand, copy, licence, home, holder, scheme } => {
            let copy_for = (copy.party_id != licence.holder_id).then(|| copy_for(letter, holder));
            demanded(contents, demand, &licence.number, home, copy_for, scheme).sheet()
        }
        About::Digest { lines, scheme } => digest(letter, lines, scheme).sheet(),
        About::Notice { notice, application, home, licence, people, scheme } => {
            let number = licence.as_ref().map(|licence| licence.number.as_str());
            served(contents, notice, &application.reference, home, number, people, scheme)?.sheet()
        }
        About::LicenceNotice(matter) => about_licence(contents, matter)?.sheet(),
        About::Reference { scheme } => answered(contents, scheme)?.sheet(),
        About::Facts { home, scheme } => from_facts(contents, home.as_deref(), scheme)?,
    };
    let composed = sheet.and_then(|sheet| wording.compose(&sheet));
    composed.map(words).map_err(|fault| fault.to_string())
}

/// The sheet of a letter whose facts say everything, or what is missing in it.
pub(super) type Sheeted = Result<Result<Sheet, ComposeFault>, String>;

fn from_facts(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Sheeted {
    let letter = &contents.letter;
    Ok(match letter.kind {
        LetterKind::Application => told(contents, home, scheme)?.sheet(),
        LetterKind::Decision => decided(letter, home, scheme)?.sheet(),
        LetterKind::Enforcement => cases::enforced(contents, home, scheme)?,
        LetterKind::Enquiry => cases::enquired(contents, home, scheme)?,
        LetterKind::Exemption => cases::exempted(contents, home, scheme)?,
        LetterKind::Inspection => inspected(contents, home, scheme)?,
        LetterKind::Receipt => acknowledged(letter, home, scheme).sheet(),
        LetterKind::Referral => referred(contents, home, scheme)?.sheet(),
        LetterKind::Demand | LetterKind::Digest | LetterKind::Notice | LetterKind::Reference => {
            return Err("its facts alone do not say what it tells".to_owned());
        }
    })
}

/// Writes the mail with the link that signs somebody in.
///
/// # Errors
/// What is missing.
pub fn sign_in(wording: &Wording, invitation: &Invitation, link: &str) -> Result<Words, ComposeFault> {
    let mail = SignIn {
        office: office(&invitation.scheme),
        recipient: invitation.name.as_deref().map(Line::from_record),
        link: Line::from_record(link),
        expires_at: invitation.expires_at,
    };
    wording.compose(&mail.sheet()?).map(words)
}

/// Writes the mail that tells of anchors: number, night and hash of each, oldest first.
///
/// # Errors
/// What is missing.
pub fn anchors(
    wording: &Wording,
    scheme: &Scheme,
    told: impl Iterator<Item = (i64, NaiveDate, String)>,
) -> Result<Words, ComposeFault> {
    let anchor =
        |(number, on, hash): (i64, NaiveDate, String)| ToldAnchor { number, on, hash: Line::from_record(&hash) };
    let mail = Anchors {
        office: office(scheme),
        recipient: Line::from_record("reader"),
        copy_for: None,
        anchors: told.map(anchor).collect(),
    };
    wording.compose(&mail.sheet()?).map(words)
}

fn words(composed: Composed) -> Words {
    Words {
        subject: composed.subject.as_str().to_owned(),
        text: composed.text,
        html: composed.html,
        template: composed.template_version,
    }
}

pub(super) fn office(scheme: &Scheme) -> Office {
    let council = &scheme.council;
    Office {
        council: Line::from_record(&council.name),
        scheme: Line::from_record(&format!("Selective licensing scheme {}", scheme.code)),
        team: Line::from_record(&council.team),
        email: Line::from_record(&council.email),
        telephone: Line::from_record(&council.telephone),
        post: Line::from_record(&council.address.join(", ")),
    }
}

fn copy_for(letter: &Letter, holder: &str) -> CopyFor {
    CopyFor { agent: Line::from_record(&letter.recipient_name), holder: Line::from_record(holder) }
}

fn demanded(
    contents: &Contents,
    demand: &demand::Demand,
    licence: &str,
    home: &Property,
    copy_for: Option<CopyFor>,
    scheme: &Scheme,
) -> Demand {
    let item = |item: &demand::Item| {
        let condition = scheme.condition(&item.condition);
        DemandItem {
            condition: Line::from_record(&item.condition),
            title: Line::from_record(&item.title),
            what_to_send: Line::from_record(condition.map_or(item.title.as_str(), |condition| &condition.what)),
            days: u16::try_from(item.response_days).unwrap_or_default(),
            due_on: item.due_on,
        }
    };
    Demand {
        office: office(scheme),
        recipient: Line::from_record(&contents.letter.recipient_name),
        copy_for,
        reference: Line::from_record(&demand.cover.reference),
        property: Line::from_record(&home.one_line()),
        licence: Line::from_record(licence),
        items: demand.items.iter().filter(|item| item.closed_on.is_none()).map(item).collect(),
        how_days_count: Line::from_record(&how_days_count(scheme)),
        legal_basis: Line::from_record(&demand.cover.legal_basis),
        sent_on: contents.written_on,
    }
}

fn how_days_count(scheme: &Scheme) -> String {
    format!(
        "The days are counted from the day on which you receive this demand, which is not itself counted. {} The \
         last day is the last on which your answer is in time; weekends and bank holidays count.",
        how_received(scheme)
    )
}

/// When a letter counts as received, by the scheme's rules.
pub(super) fn how_received(scheme: &Scheme) -> String {
    let post = match scheme.policy.post_rule {
        PostRule::PracticeDirection1985 => {
            "A letter by first class post counts as received on the second working day after posting, one by second class \
             post on the fourth."
        }
        PostRule::Cpr626 => {
            "A letter by first class post counts as received on the second day after posting if that is a working day, \
             otherwise on the next working day."
        }
    };
    let cut_off = scheme.policy.email_cut_off.format("%-I:%M%P");
    format!(
        "{post} An e-mail counts as received on the working day on which it is sent before {cut_off}, otherwise on the next \
         working day."
    )
}

fn digest(letter: &Letter, lines: &[Due], scheme: &Scheme) -> Digest {
    let mut properties: Vec<DigestProperty> = Vec::new();
    for line in lines {
        let address = Line::from_record(&line.home.one_line());
        let entry = digest_line(line);
        match properties.last_mut() {
            Some(last) if last.address == address && last.licence.as_str() == line.licence => last.lines.push(entry),
            _ => {
                let licence = Line::from_record(&line.licence);
                properties.push(DigestProperty { address, licence, lines: vec![entry] });
            }
        }
    }
    let mut holders = lines.iter().filter_map(|line| line.holder.as_deref()).collect::<Vec<_>>();
    holders.sort_unstable();
    holders.dedup();
    let copies_only = lines.iter().all(|line| line.holder.is_some());
    Digest {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: copies_only.then(|| copy_for(letter, &holders.join(", "))),
        night: letter.dated_on,
        properties,
    }
}

fn digest_line(line: &Due) -> DigestLine {
    let reminder = &line.reminder;
    let code = match reminder.code {
        LetterCode::D1 | LetterCode::D2 | LetterCode::D4 => DigestCode::D2,
        LetterCode::D3 => DigestCode::D3,
        LetterCode::G1 => DigestCode::G1,
        LetterCode::X1 => DigestCode::X1,
        LetterCode::X2 => DigestCode::X2,
        LetterCode::R1 => DigestCode::R1,
    };
    DigestLine {
        code,
        what: Line::from_record(&reminder.title),
        reference: Line::from_record(&reminder.reference),
        on: reminder.due_on,
        new_date: None,
    }
}

fn acknowledged(letter: &Letter, home: Option<&Property>, scheme: &Scheme) -> Receipt {
    let fact = |key: &str| letter.facts.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let what = match fact("answer") {
        "document" => "A document",
        "declaration" => "A declaration",
        "not_applicable" => "The reason why this does not apply",
        _ => "An explanation; it does not answer the item itself",
    };
    let text = |file: &Value, key: &str| Line::from_record(file.get(key).and_then(Value::as_str).unwrap_or_default());
    let file = |file: &Value| ReceiptFile {
        name: text(file, "name"),
        bytes: file.get("bytes").and_then(Value::as_i64).unwrap_or_default(),
        sha256: text(file, "sha256"),
    };
    let files = letter.facts.get("files").and_then(Value::as_array);
    let received = fact("received_at").parse().map(crate::domain::calendar::london::written_instant);
    Receipt {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        reference: Line::from_record(fact("reference")),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        licence: Line::from_record(fact("licence")),
        condition: Line::from_record(fact("condition")),
        title: Line::from_record(fact("title")),
        what: Line::from_record(what),
        received: Line::from_record(&received.unwrap_or_default()),
        due_on: fact("due_on").parse::<NaiveDate>().ok(),
        files: files.into_iter().flatten().map(file).collect(),
        number: Line::from_record(fact("receipt")),
    }
}

fn served(
    contents: &Contents,
    notice: &notice::Notice,
    application: &str,
    home: &Property,
    number: Option<&str>,
    people: &[(PartyId, String)],
    scheme: &Scheme,
) -> Result<Notice, String> {
    let cover = &notice.cover;
    let last_day = if cover.kind.is_decision() { &cover.period } else { &cover.stated };
    let last_day = last_day.as_ref().ok_or("the notice has no last day")?.on();
    let name = |id: PartyId| people.iter().find(|(party, _)| *party == id).map(|(_, name)| name.as_str());
    let condition = |condition: &Condition| NoticeCondition {
        number: Line::from_record(&condition.number),
        title: Line::from_record(&condition.title),
        what: Line::from_record(&condition.what),
    };
    if cover.kind == NoticeKind::Grant && contents.letter.enclosure.is_none() {
        return Err("there is no copy of the licence to enclose".to_owned());
    }
    let licence = cover.terms.as_ref().map(|terms| NoticeLicence {
        number: Line::from_record(number.unwrap_or_default()),
        holder: Line::from_record(name(terms.holder_id).unwrap_or_default()),
        manager: Line::from_record(terms.manager_id.and_then(name).unwrap_or_default()),
        starts_on: terms.starts_on,
        ends_on: terms.ends_on,
        years: terms.years,
        conditions: scheme.conditions.iter().map(condition).collect(),
    });
    Ok(Notice {
        office: office(scheme),
        recipient: Line::from_record(&contents.letter.recipient_name),
        copy_for: None,
        kind: cover.kind,
        is_modified: cover.is_modified,
        reference: Line::from_record(&cover.reference),
        application: Line::from_record(application),
        property: Line::from_record(&home.one_line()),
        dated_on: cover.dated_on,
        reasons: Line::from_record(&cover.reasons),
        licence,
        last_day,
        seal: seal(contents),
    })
}

pub(super) fn seal(contents: &Contents) -> Option<Seal> {
    contents.anchor.as_ref().map(|(on, hash)| Seal { on: *on, hash: Line::from_record(hash) })
}

fn about_licence(contents: &Contents, matter: &LicenceMatter) -> Result<LicenceNotice, String> {
    let LicenceMatter { notice, proceeding, licence, home, holder, changes, scheme } = matter;
    let cover = &notice.cover;
    let is_decision = cover.kind.is_decision();
    let last_day = if is_decision { &cover.period } else { &cover.stated };
    let change = |one: &Altered| LicenceChange {
        label: Line::from(one.label),
        from: Line::from_record(&one.from),
        to: Line::from_record(&one.to),
    };
    Ok(LicenceNotice {
        office: office(scheme),
        recipient: Line::from_record(&contents.letter.recipient_name),
        copy_for: None,
        kind: cover.kind,
        heading: Line::from_record(heading(cover.kind).ok_or("it is not about a licence")?),
        is_modified: cover.is_modified,
        is_decision,
        reference: Line::from_record(&cover.reference),
        licence: Line::from_record(&licence.number),
        holder: Line::from_record(holder),
        property: Line::from_record(&home.one_line()),
        dated_on: cover.dated_on,
        reasons: Line::from_record(&cover.reasons),
        changes: changes.iter().map(change).collect(),
        is_agreed: proceeding.is_agreed,
        encloses_licence: contents.letter.enclosure.is_some(),
        operative_on: proceeding.operative_on,
        last_day: last_day.as_ref().ok_or("the notice has no last day")?.on(),
        seal: seal(contents),
    })
}

fn told(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Result<Application, String> {
    let letter = &contents.letter;
    let facts: Standing = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    Ok(Application {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        news: facts.news,
        reference: Line::from_record(&facts.reference),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        written_on: contents.written_on,
        received_on: facts.submitted_on,
        duly_made_on: facts.duly_made_on,
        answer_by: facts.answer_by,
        defects: facts.defects.iter().map(|defect| Line::from_record(defect)).collect(),
        reason: Line::from_record(&facts.reason.unwrap_or_default()),
        amount: Line::from_record(&facts.outstanding_pence.map(pounds).unwrap_or_default()),
        sha256: Line::from_record(&facts.sha256.unwrap_or_default()),
    })
}

fn inspected(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Sheeted {
    let letter = &contents.letter;
    let facts: InspectionLetter = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let (office, recipient) = (office(scheme), Line::from_record(&letter.recipient_name));
    let property = Line::from_record(&home.map(Property::one_line).unwrap_or_default());
    let written_on = contents.written_on;
    Ok(match facts {
        InspectionLetter::Notice { reference, purpose, starts_at, ends_at, officer, .. } => {
            let [starts, ends] = [starts_at, ends_at].map(london::local);
            let time = |at: NaiveDateTime| Line::from_record(&at.format("%H:%M").to_string());
            let notice = InspectionNotice {
                office,
                recipient,
                copy_for: None,
                reference: Line::from_record(&reference),
                property,
                purpose,
                on: starts.date(),
                from: time(starts),
                to: time(ends),
                officer: Line::from_record(&officer),
                written_on,
            };
            notice.sheet()
        }
        InspectionLetter::Plan { reference, visited_on, work, reinspect_on } => {
            let planned = |one: WorkToDo| PlannedWork {
                number: one.number,
                text: Line::from_record(&one.text),
                due_on: one.due_on,
            };
            let plan = ImprovementPlan {
                office,
                recipient,
                copy_for: None,
                reference: Line::from_record(&reference),
                property,
                visited_on,
                work: work.into_iter().map(planned).collect(),
                reinspect_on,
                written_on,
            };
            plan.sheet()
        }
    })
}

fn referred(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Result<Referral, String> {
    let letter = &contents.letter;
    let told: Told = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let (licence, condition, what) = told.condition.unwrap_or_default();
    Ok(Referral {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        to_partner: told.to_partner,
        reference: Line::from_record(&told.reference),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        is_licensed: told.is_licensed,
        concern: Line::from_record(&told.concern),
        purpose: Line::from_record(&told.purpose),
        agreement: Line::from_record(&told.agreement.unwrap_or_default()),
        licence: Line::from_record(&licence),
        condition: Line::from_record(&condition),
        what: Line::from_record(&what),
        act_by: told.act_by,
        written_on: contents.written_on,
    })
}

fn answered(contents: &Contents, scheme: &Scheme) -> Result<Reference, String> {
    let letter = &contents.letter;
    let told: ReferenceTold = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let colour = match told.colour {
        Colour::Green => "Green",
        Colour::Amber => "Amber",
        Colour::Red => "Red",
    };
    Ok(Reference {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        reference: Line::from_record(&told.reference),
        received_on: told.received_on,
        colour: Line::from_record(colour),
        covers: Line::from_record(&told.covers),
        written_on: contents.written_on,
    })
}

fn decided(letter: &Letter, home: Option<&Property>, scheme: &Scheme) -> Result<Decision, String> {
    let fact = |key: &str| letter.facts.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let day = |key: &str| fact(key).parse::<NaiveDate>().ok();
    let (due_on, decided_on) = (day("due_on"), day("decided_on").unwrap_or(letter.dated_on));
    let received_on = fact("received_at").parse().map(crate::domain::calendar::london::today).ok();
    let late = received_on.zip(due_on).is_some_and(|(received, due)| received > due);
    let finding = match (fact("outcome"), fact("answer")) {
        ("accepted", _) if late => Finding::AcceptedLate,
        ("accepted", _) => Finding::Accepted,
        ("rejected", "not_applicable") => Finding::NotApplicableRejected,
        ("rejected", _) => Finding::Rejected,
        ("not_applicable_accepted", _) => Finding::NotApplicableAccepted,
        (other, _) => return Err(format!("the decision \"{other}\" has no letter")),
    };
    let item = DecisionItem {
        condition: Line::from_record(fact("condition")),
        title: Line::from_record(fact("title")),
        finding,
        reason: Line::from_record(fact("reason")),
        due_on: due_on.filter(|_| finding.needs_answer()),
        is_past: due_on.is_some_and(|due_on| due_on < decided_on),
    };
    Ok(Decision {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        reference: Line::from_record(fact("reference")),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        licence: Line::from_record(fact("licence")),
        items: vec![item],
        decided_on,
    })
}
