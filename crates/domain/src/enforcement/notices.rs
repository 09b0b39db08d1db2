//! The two notices of a penalty (Schedule 13A): written by one person, approved by another, given, answered, lost.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Amount, Case, CaseLetterKind, PenaltyNotice, PenaltyNoticeKind, Refusal, answerable, past, said};
use crate::calendar::{Counted, Occasion, Trigger};
use crate::context::Context;
use crate::fees::pounds;
use crate::id::{AccountId, PartyId};
use crate::service::Served;

/// Days for representations and for payment, beginning with the day after the notice was given (Schedule 13A).
pub const NOTICE_DAYS: u32 = 28;
/// Days for an appeal, likewise.
pub const APPEAL_DAYS: u32 = 28;

/// What somebody said of a notice of intent, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Representation {
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// Whose it is, where they are on record.
    pub party_id: Option<PartyId>,
    /// What it says.
    pub text: String,
    /// How it was considered.
    pub consideration: Option<String>,
    /// By whom.
    pub considered_by: Option<AccountId>,
}

impl Case {
    pub(super) fn draft_intent(
        &mut self,
        cx: &Context,
        amount: Amount,
        reasons: String,
        particulars: Vec<String>,
        addition: Option<String>,
    ) -> Result<Value, Refusal> {
        let before = self.intent.take();
        let (mut additions, letters) = before.map(|before| (before.additions, before.letters)).unwrap_or_default();
        additions.extend(addition);
        let notice = PenaltyNotice { letters, ..draft(cx, amount, reasons, particulars, additions)? };
        let told = json!({
            "amount": notice.amount, "reasons": notice.reasons, "particulars": notice.particulars,
            "additions": notice.additions,
        });
        self.intent = Some(notice);
        Ok(told)
    }

    pub(super) fn give_intent(&mut self, served: Served) -> Result<Value, Refusal> {
        self.in_time(served.deemed.on())?;
        let intent = self.intent.as_mut().ok_or(Refusal::NotFromHere(self.state, "give_intent"))?;
        let ends = intent.period(CaseLetterKind::Intent, &served)?;
        let told = json!({
            "method": served.method, "sent_at": served.dispatched_at, "deemed": served.deemed, "representations": ends,
        });
        intent.served = Some(served);
        intent.ends = Some(ends);
        Ok(told)
    }

    pub(super) fn lose_service(&mut self, reason: String) -> Result<Value, Refusal> {
        said(&reason)?;
        let is_final = self.state.rests_on(PenaltyNoticeKind::Final);
        let notice = if is_final { self.final_notice.as_mut() } else { self.intent.as_mut() };
        if let Some(notice) = notice {
            notice.served = None;
            notice.letters.iter_mut().for_each(|letter| letter.is_void = true);
            notice.ends = None;
            notice.appeal_by = None;
        }
        if is_final {
            self.pence = None;
            self.pay_by = None;
        }
        Ok(json!({ "reason": reason }))
    }

    pub(super) fn represent(
        &mut self,
        today: NaiveDate,
        received_on: NaiveDate,
        party_id: Option<PartyId>,
        text: String,
    ) -> Result<Value, Refusal> {
        said(&text)?;
        past(received_on, today)?;
        let told = json!({ "received_on": received_on, "party": party_id, "number": self.representations.len() + 1 });
        self.representations.push(Representation {
            received_on,
            party_id,
            text,
            consideration: None,
            considered_by: None,
        });
        Ok(told)
    }

    pub(super) fn consider(&mut self, cx: &Context, number: usize, consideration: String) -> Result<Value, Refusal> {
        said(&consideration)?;
        let place = number.checked_sub(1).and_then(|place| self.representations.get_mut(place));
        let one = place.ok_or(Refusal::NoSuchRepresentation)?;
        if one.consideration.is_some() {
            return Err(Refusal::AlreadyConsidered);
        }
        let told = json!({ "number": number, "consideration": consideration });
        one.consideration = Some(consideration);
        one.considered_by = Some(answerable(cx)?);
        Ok(told)
    }

    pub(super) fn representations_over(&self, today: NaiveDate) -> Result<Value, Refusal> {
        let ends = self.intent.as_ref().and_then(|intent| intent.ends.as_ref()).map(Counted::on);
        match ends {
            Some(ends) if today > ends => {}
            ends => return Err(Refusal::StillTime(ends.unwrap_or(today))),
        }
        self.all_considered()?;
        Ok(json!({ "ended_on": ends, "representations": self.representations.len() }))
    }

    pub(super) fn all_considered(&self) -> Result<(), Refusal> {
        let waits = self.representations.iter().position(|one| one.consideration.is_none());
        waits.map_or(Ok(()), |place| Err(Refusal::NotConsidered(place + 1)))
    }

    pub(super) fn draft_final(&mut self, cx: &Context, amount: Amount, reasons: String) -> Result<Value, Refusal> {
        self.all_considered()?;
        let intent = self.intent.as_ref().ok_or(Refusal::NotFromHere(self.state, "draft_final"))?;
        if amount.pence > intent.amount.pence {
            return Err(Refusal::AboveIntent(pounds(i64::from(intent.amount.pence))));
        }
        let letters = self.final_notice.take().map(|before| before.letters).unwrap_or_default();
        let notice = draft(cx, amount, reasons, intent.particulars.clone(), intent.additions.clone())?;
        let notice = PenaltyNotice { letters, ..notice };
        let told = json!({ "amount": notice.amount, "reasons": notice.reasons });
        self.final_notice = Some(notice);
        Ok(told)
    }

    pub(super) fn give_final(&mut self, served: Served) -> Result<Value, Refusal> {
        let notice = self.final_notice.as_mut().ok_or(Refusal::NotFromHere(self.state, "give_final"))?;
        let ends = notice.period(CaseLetterKind::Final, &served)?;
        let appeal_by = Counted::within_days(APPEAL_DAYS, Trigger::new(served.deemed.on(), Occasion::Service))?;
        let told = json!({
            "method": served.method, "sent_at": served.dispatched_at, "deemed": served.deemed, "pay_by": ends,
            "appeal_by": appeal_by, "pence": notice.amount.pence,
        });
        self.pence = Some(notice.amount.pence);
        self.pay_by = Some(ends.on());
        notice.served = Some(served);
        notice.ends = Some(ends);
        notice.appeal_by = Some(appeal_by);
        Ok(told)
    }

    pub(super) fn reduce(&mut self, pence: i32, reason: String) -> Result<Value, Refusal> {
        said(&reason)?;
        let now = self.pence.unwrap_or_default();
        if pence < 1 || pence >= now {
            return Err(Refusal::NoReduction(pounds(i64::from(now))));
        }
        self.pence = Some(pence);
        let told = json!({ "from_pence": now, "to_pence": pence, "reason": reason });
        self.reason = Some(reason);
        Ok(told)
    }
}

fn draft(
    cx: &Context,
    amount: Amount,
    reasons: String,
    particulars: Vec<String>,
    additions: Vec<String>,
) -> Result<PenaltyNotice, Refusal> {
    said(&reasons)?;
    Ok(PenaltyNotice {
        amount,
        reasons,
        particulars,
        additions,
        author: answerable(cx)?,
        drafted_on: cx.today(),
        approver: None,
        approved_on: None,
        served: None,
        ends: None,
        appeal_by: None,
        letters: Vec::new(),
    })
}

pub(super) fn approve(cx: &Context, notice: Option<&mut PenaltyNotice>) -> Result<Value, Refusal> {
    let approver = answerable(cx)?;
    let Some(notice) = notice else { return Err(Refusal::NoReason) };
    if notice.author == approver {
        return Err(Refusal::SamePerson);
    }
    notice.approver = Some(approver);
    notice.approved_on = Some(cx.today());
    Ok(json!({ "author": notice.author, "pence": notice.amount.pence }))
}
