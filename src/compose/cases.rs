//! The letters of enforcement cases, exemptions and enquiries: from what their facts say to the models of their words.

use super::{Sheeted, how_received, office, seal};
use crate::actions::letters::Contents;
use crate::domain::enforcement::{
    APPEAL_DAYS, CaseLetter, CaseLetterSays, Considered, Factor, FactorKind, NOTICE_DAYS, Penalty, PenaltyNoticeKind,
    StatedDay,
};
use crate::domain::enquiry::EnquiryLetter;
use crate::domain::exemption::{ExemptionKind, ExemptionLetter, ExemptionLetterSays, MONTHS};
use crate::domain::fees::pounds;
use crate::domain::notice::APPEAL_WITHIN;
use crate::domain::property::Property;
use crate::domain::scheme::Scheme;
use crate::mail::Line;
use crate::mail::letters::{
    ConsideredPoint, Enquiry, Exemption, ExemptionRefused, ExemptionTime, ExplainInvitation, Imposed, PenaltyChange,
    PenaltyFactor, PenaltyNotice, PenaltyWorking,
};

pub(super) fn enforced(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Sheeted {
    let letter = &contents.letter;
    let CaseLetter { reference, says, .. } =
        serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let (office, recipient) = (office(scheme), Line::from_record(&letter.recipient_name));
    let property = Line::from_record(&home.map(Property::one_line).unwrap_or_default());
    let reference = Line::from_record(&reference);
    let change = PenaltyChange {
        office: office.clone(),
        recipient: recipient.clone(),
        copy_for: None,
        reference: reference.clone(),
        property: property.clone(),
        dated_on: letter.dated_on,
        is_final: true,
        given_on: letter.dated_on,
        from_amount: Line::default(),
        amount: Line::default(),
        pay_by: None,
        reason: Line::default(),
        seal: seal(contents),
    };
    let notice = |penalty: Penalty, last: StatedDay, imposed: Option<Imposed>| PenaltyNotice {
        office: office.clone(),
        recipient: recipient.clone(),
        copy_for: None,
        reference: reference.clone(),
        property: property.clone(),
        dated_on: letter.dated_on,
        penalty: working(&penalty),
        reasons: lines(&penalty.reasons),
        offences: penalty.particulars.iter().map(|one| lines(one)).collect(),
        additions: lines(&penalty.additions),
        imposed,
        days: NOTICE_DAYS,
        last_day: last.day.on(),
        received_by: last.holds_if_received_by,
        how_received: Line::from_record(&how_received(scheme)),
        seal: seal(contents),
    };
    Ok(match says {
        CaseLetterSays::Invitation { allegations, answer_by } => {
            let offences = allegations.iter().map(|one| lines(one)).collect();
            let written_on = letter.dated_on;
            let copy_for = None;
            ExplainInvitation { office, recipient, copy_for, reference, property, offences, answer_by, written_on }
                .sheet()
        }
        CaseLetterSays::Intent { penalty, last } => notice(penalty, last, None).sheet(),
        CaseLetterSays::Final { penalty, intent_given_on, considered, last, appeal_until } => {
            let imposed = Imposed {
                intent_given_on,
                considered: considered.iter().map(point).collect(),
                how_to_pay: Line::from_record(&scheme.enforcement.how_to_pay),
                appeal_days: APPEAL_DAYS,
                appeal_until,
            };
            notice(penalty, last, Some(imposed)).sheet()
        }
        CaseLetterSays::Withdrawal { notice, given_on, reason } => {
            let is_final = notice == PenaltyNoticeKind::Final;
            PenaltyChange { is_final, given_on, reason: Line::from_record(&reason), ..change }.sheet()
        }
        CaseLetterSays::Reduction { given_on, from_pence, pence, pay_by, reason } => {
            let [from_amount, amount] = [from_pence, pence].map(money);
            let (pay_by, reason) = (Some(pay_by), Line::from_record(&reason));
            PenaltyChange { given_on, from_amount, amount, pay_by, reason, ..change }.sheet()
        }
    })
}

fn working(penalty: &Penalty) -> PenaltyWorking {
    let amount = &penalty.amount;
    let told = &amount.working;
    let moves = |what: &str, raises: bool, pence: i32| PenaltyFactor {
        what: Line::from_record(what),
        raises,
        amount: if pence == 0 { Line::default() } else { money(pence.saturating_abs()) },
    };
    let factor = |one: &Factor| moves(&one.what, one.kind == FactorKind::Aggravating, one.pence);
    PenaltyWorking {
        amount: money(amount.pence),
        maximum: money(amount.maximum_pence),
        matrix: Line::from_record(&amount.matrix),
        start_because: Line::from_record(&told.start_because),
        start: money(amount.start_pence),
        factors: told.factors.iter().map(factor).collect(),
        means: moves(&told.means, told.means_pence > 0, told.means_pence),
    }
}

fn point(one: &Considered) -> ConsideredPoint {
    ConsideredPoint { received_on: one.received_on, consideration: Line::from_record(&one.consideration) }
}

fn lines(paragraphs: &[String]) -> Vec<Line> {
    paragraphs.iter().map(|one| Line::from_record(one)).collect()
}

fn money(pence: i32) -> Line {
    Line::from_record(&pounds(i64::from(pence)))
}

pub(super) fn exempted(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Sheeted {
    let letter = &contents.letter;
    let told: ExemptionLetter = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let (mut runs, mut refused) = (None, None);
    match told.says {
        ExemptionLetterSays::Notice { from_on, until_on, circumstances } => {
            let circumstances = Line::from_record(&circumstances.unwrap_or_default());
            runs = Some(ExemptionTime { months: MONTHS, from_on, until_on, circumstances });
        }
        ExemptionLetterSays::Refusal { decided_on, reasons, appeal_by } => {
            let reasons = Line::from_record(&reasons);
            refused = Some(ExemptionRefused { decided_on, reasons, appeal_days: APPEAL_WITHIN, appeal_by });
        }
    }
    let exemption = Exemption {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        reference: Line::from_record(&told.reference),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        is_after_death: told.kind == ExemptionKind::Death,
        dated_on: letter.dated_on,
        notified_on: told.notified_on,
        steps: Line::from_record(&told.steps),
        runs,
        refused,
        how_received: Line::from_record(&how_received(scheme)),
        seal: seal(contents),
    };
    Ok(exemption.sheet())
}

pub(super) fn enquired(contents: &Contents, home: Option<&Property>, scheme: &Scheme) -> Sheeted {
    let letter = &contents.letter;
    let told: EnquiryLetter = serde_json::from_value(letter.facts.clone()).map_err(|fault| fault.to_string())?;
    let enquiry = Enquiry {
        office: office(scheme),
        recipient: Line::from_record(&letter.recipient_name),
        copy_for: None,
        kind: told.letter,
        reference: Line::from_record(&told.reference),
        property: Line::from_record(&home.map(Property::one_line).unwrap_or_default()),
        answer_by: told.answer_by,
        invited_on: told.invited_on,
        written_on: letter.dated_on,
    };
    Ok(enquiry.sheet())
}
