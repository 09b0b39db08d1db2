//! An appeal to the tribunal against a final notice, and what it leaves of the penalty (Schedule 13A).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Case, CaseState, NOTICE_DAYS, Refusal, not_before, past, said};
use crate::calendar::{Counted, Occasion, Trigger};
use crate::fees::pounds;
use crate::id::words;

words! {
    /// What the tribunal made of an appeal.
    PenaltyAppealOutcome {
        /// The notice stands.
        Confirmed = "confirmed",
        /// It stands with another amount.
        Varied = "varied",
        /// It is cancelled.
        Cancelled = "cancelled",
        /// The appeal was given up: the notice stands.
        GivenUp = "given_up",
    }
}

impl PenaltyAppealOutcome {
    pub(super) fn state(self) -> CaseState {
        match self {
            Self::Confirmed | Self::GivenUp => CaseState::Confirmed,
            Self::Varied => CaseState::Varied,
            Self::Cancelled => CaseState::Cancelled,
        }
    }
}

/// An appeal against the final notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PenaltyAppeal {
    /// The tribunal's reference.
    pub reference: String,
    /// The day on which it was lodged.
    pub lodged_on: NaiveDate,
    /// Whether that was in time; a tribunal can allow more.
    pub is_in_time: bool,
    /// What became of it.
    pub outcome: Option<PenaltyAppealOutcome>,
    /// The amount, where it was varied.
    pub pence: Option<i32>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// What was ordered.
    pub order: Option<String>,
}

impl Case {
    pub(super) fn lodge(
        &mut self,
        today: NaiveDate,
        reference: String,
        lodged_on: NaiveDate,
    ) -> Result<Value, Refusal> {
        said(&reference)?;
        if self.appeal.is_some() {
            return Err(Refusal::AlreadyAppealed);
        }
        let notice = self.final_notice.as_ref();
        let given = notice.and_then(|notice| notice.served.as_ref()).map(|served| served.deemed.on());
        not_before(past(lodged_on, today)?, given)?;
        let last = notice.and_then(|notice| notice.appeal_by.as_ref()).map(Counted::on);
        let is_in_time = last.is_none_or(|last| lodged_on <= last);
        let told = json!({ "reference": reference, "lodged_on": lodged_on, "in_time": is_in_time });
        self.appeal = Some(PenaltyAppeal {
            reference,
            lodged_on,
            is_in_time,
            outcome: None,
            pence: None,
            decided_on: None,
            order: None,
        });
        Ok(told)
    }

    /// What stands of the penalty is to be paid within the same days as before, from the decision.
    pub(super) fn decide_appeal(
        &mut self,
        today: NaiveDate,
        outcome: PenaltyAppealOutcome,
        pence: Option<i32>,
        decided_on: NaiveDate,
        order: String,
    ) -> Result<Value, Refusal> {
        said(&order)?;
        not_before(past(decided_on, today)?, self.appeal.as_ref().map(|appeal| appeal.lodged_on))?;
        if pence.is_some_and(|pence| pence > 0) != (outcome == PenaltyAppealOutcome::Varied) {
            return Err(Refusal::AmountOfVariation);
        }
        let most = self.final_notice.as_ref().map_or(0, |notice| notice.amount.maximum_pence);
        if let Some(pence) = pence.filter(|pence| *pence > most) {
            let amounts = [pence, most].map(|pence| pounds(i64::from(pence)));
            return Err(Refusal::AboveMaximum(amounts[0].clone(), amounts[1].clone()));
        }
        let pay_by = Counted::within_days(NOTICE_DAYS, Trigger::new(decided_on, Occasion::Decision))?;
        let stands = outcome != PenaltyAppealOutcome::Cancelled;
        self.pence = if stands { pence.or(self.pence) } else { None };
        self.pay_by = stands.then(|| pay_by.on());
        let told = json!({
            "outcome": outcome, "pence": self.pence, "decided_on": decided_on, "order": order,
            "pay_by": stands.then_some(pay_by),
        });
        if let Some(appeal) = self.appeal.as_mut() {
            appeal.outcome = Some(outcome);
            appeal.pence = pence;
            appeal.decided_on = Some(decided_on);
            appeal.order = Some(order);
        }
        Ok(told)
    }
}
