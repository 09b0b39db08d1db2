//! What comes in and what officers do about it, one act at a time.

use chrono::{Days, NaiveDate};

use super::office::{Office, gas_record};
use crate::actions::demands::Incoming;
use crate::actions::{Error, Expected, certificates, demands, gazetteer};
use crate::domain::certificate::{Alarm, AlarmKind, ElectricalCode, InspectionResult, Particulars};
use crate::domain::context::Context;
use crate::domain::demand::{AnswerKind, Demand, Item, Outcome};
use crate::domain::id::{DemandId, ItemId, LicenceId, PropertyId};
use crate::domain::scheme::DocumentKind;
use crate::storage::{Tx, demands as demand_table, parties};

/// Something that happens on a day to come.
pub(super) enum Act {
    /// Something comes in for an item.
    Answer { demand: DemandId, item: ItemId, with: With },
    /// An officer assesses it.
    Assess { demand: DemandId, item: ItemId, outcome: Outcome, reason: &'static str },
    /// The holder's e-mail comes back.
    Return { demand: DemandId },
    /// The demand is issued again, on paper.
    PostInstead { demand: DemandId },
    /// A new gas record comes in without any demand.
    Renew { home: PropertyId, licence: LicenceId },
}

/// What an answer brings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// What was asked for.
    Good,
    /// Something else.
    Bad,
    /// Nothing, because there is no gas.
    DoesNotApply,
}

/// Does one thing; says whether something came in, and what to tell of it.
///
/// # Errors
/// A refusal, which would be a fault of the story.
pub(super) fn perform(
    tx: &mut Tx<'_>,
    cx: &Context,
    office: &Office,
    act: &Act,
) -> Result<(bool, Option<String>), Error> {
    match act {
        Act::Answer { demand, item, with } => {
            let demand = demand_table::find(tx, *demand)?.ok_or(Error::NotFound)?;
            let item = demand.item(*item).ok_or(Error::NotFound)?;
            let incoming = incoming(cx.today(), &demand, item, *with);
            let expected = Expected(demand.cover.revision);
            demands::answer(tx, cx, &office.app.rules, demand.cover.id, expected, item.id, incoming)?;
            Ok((true, None))
        }
        Act::Assess { demand, item, outcome, reason } => {
            let before = demand_table::find(tx, *demand)?.ok_or(Error::NotFound)?;
            let answers = demand_table::responses_to(tx, *demand)?;
            let answer = answers.iter().find(|answer| answer.item_id == *item && answer.waits());
            let answer = answer.ok_or(Error::NotFound)?.id;
            let expected = Expected(before.cover.revision);
            let judgement = demands::Judgement { response: answer, outcome: *outcome, record: None, reason };
            let after = demands::assess(tx, cx, &office.app.rules, *demand, expected, judgement)?;
            let said = after.item(*item).map(|item| {
                let state = item.state.spelling().replace('_', " ");
                format!("{}: {}: {state}", after.cover.reference, item.title)
            });
            Ok((false, said))
        }
        Act::Return { demand } => {
            let found = demand_table::find(tx, *demand)?.ok_or(Error::NotFound)?;
            let copy = found.holder().ok_or(Error::NotFound)?.id;
            let expected = Expected(found.cover.revision);
            let why = "550 5.1.1 no such mailbox (returned the day after)";
            demands::record_return(tx, cx, *demand, expected, copy, why)?;
            Ok((false, Some(format!("{}: the e-mail came back, so it is not served", found.cover.reference))))
        }
        Act::PostInstead { demand } => post_instead(tx, cx, *demand).map(|said| (false, Some(said))),
        Act::Renew { home, licence } => {
            let kind = DocumentKind::GasSafetyRecord;
            let said = gas_record(cx.today() - Days::new(1), 77);
            let record = certificates::record(tx, cx, *home, Some(*licence), kind, said, &[])?;
            certificates::assess(tx, cx, &office.app.rules, record.id, None, true, "The new year's record, in date.")?;
            Ok((true, None))
        }
    }
}

/// The address is no good: the consent to it is withdrawn, and the demand goes again, on paper.
fn post_instead(tx: &mut Tx<'_>, cx: &Context, id: DemandId) -> Result<String, Error> {
    let demand = demand_table::find(tx, id)?.ok_or(Error::NotFound)?;
    let holder = demand.holder().ok_or(Error::NotFound)?.party_id;
    for consent in parties::consents_of(tx, &[holder])? {
        if consent.withdrawn_at.is_none() {
            gazetteer::withdraw_consent(tx, cx, holder, consent.id, Expected(consent.revision))?;
        }
    }
    demands::issue(tx, cx, id, Expected(demand.cover.revision))?;
    Ok(format!("{}: issued again, to go by first class post", demand.cover.reference))
}

fn incoming(today: NaiveDate, demand: &Demand, item: &Item, with: With) -> Incoming {
    let from = demand.holder().map(|copy| copy.party_id);
    if with == With::DoesNotApply {
        let text = Some("There is no gas in the house: the meter was removed in 2019.".to_owned());
        let documents = Vec::new();
        return Incoming { kind: AnswerKind::NotApplicable, record: None, documents, text, from, received_at: None };
    }
    let (kind, document) = match item.condition.as_str() {
        "1" => (AnswerKind::Document, DocumentKind::GasSafetyRecord),
        "2" => (AnswerKind::Declaration, DocumentKind::ApplianceDeclaration),
        "3" => (AnswerKind::Document, DocumentKind::ElectricalReport),
        "6" => (AnswerKind::Declaration, DocumentKind::AlarmDeclaration),
        _ => (AnswerKind::Document, DocumentKind::InspectionRecord),
    };
    let said = particulars(document, today - Days::new(8), with);
    Incoming { kind, record: Some((document, said)), documents: Vec::new(), text: None, from, received_at: None }
}

fn particulars(document: DocumentKind, checked_on: NaiveDate, with: With) -> Particulars {
    let signed = Particulars { checked_on, signed_by: Some("the holder".to_owned()), ..Particulars::default() };
    match document {
        DocumentKind::GasSafetyRecord => gas_record(checked_on, 12),
        DocumentKind::ElectricalReport if with == With::Bad => {
            Particulars { result: Some(InspectionResult::Unsatisfactory), codes: vec![ElectricalCode::C2], ..signed }
        }
        DocumentKind::ElectricalReport => {
            Particulars { result: Some(InspectionResult::Satisfactory), codes: vec![ElectricalCode::C3], ..signed }
        }
        DocumentKind::AlarmDeclaration => {
            let alarm = |kind, position: &str| Alarm {
                kind,
                position: position.to_owned(),
                tested_on: checked_on,
                working: true,
            };
            let alarms = vec![
                alarm(AlarmKind::Smoke, "ground floor hall"),
                alarm(AlarmKind::Smoke, "first floor landing"),
                alarm(AlarmKind::CarbonMonoxide, "kitchen, beside the boiler"),
            ];
            Particulars { alarms, ..signed }
        }
        _ => Particulars { remarks: Some("No issues found.".to_owned()), ..signed },
    }
}
