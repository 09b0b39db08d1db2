//! How the amount of a penalty comes about: where it starts, what raises and lowers it, and what it may not exceed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{CaseLetterKind, Offence, Refusal};
use crate::calendar::Counted;
use crate::fees::pounds;
use crate::id::{AccountId, words};
use crate::scheme::{Enforcement, PenaltyPeriod};
use crate::service::{SentLetter, Served};

words! {
    /// The two notices of a penalty.
    PenaltyNoticeKind {
        /// The notice of intent: the penalty is proposed.
        Intent = "intent",
        /// The final notice: the penalty is imposed.
        Final = "final",
    }
}

words! {
    /// Which way a factor moves the amount.
    FactorKind {
        /// It raises the amount.
        Aggravating = "aggravating",
        /// It lowers the amount.
        Mitigating = "mitigating",
    }
}

/// One factor, on its own merits: no fixed steps, because those would fetter the discretion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Factor {
    /// Which way it moves the amount.
    pub kind: FactorKind,
    /// What it is, and what shows it.
    pub what: String,
    /// By how much; 0 for one that was weighed and given no weight.
    pub pence: i32,
}

/// How an amount was worked out, as an officer enters it. The amount itself is never typed: it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Working {
    /// The code of the start in the council's matrix, where the matrix has one for the offence.
    pub start_code: Option<String>,
    /// The start, where the matrix has none.
    pub start_pence: Option<i32>,
    /// Why it starts there.
    pub start_because: String,
    /// Each factor.
    pub factors: Vec<Factor>,
    /// What is known of the person's means, or that nothing is.
    pub means: String,
    /// What that adds, or below zero takes off.
    pub means_pence: i32,
}

/// An amount with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The working.
    pub working: Working,
    /// The version of the matrix.
    pub matrix: String,
    /// Where it started.
    pub start_pence: i32,
    /// The amount.
    pub pence: i32,
    /// The most that it could have been, on the days of the offences.
    pub maximum_pence: i32,
}

/// A notice of intent or a final notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PenaltyNotice {
    /// The amount, and how it comes about.
    pub amount: Amount,
    /// The reasons.
    pub reasons: String,
    /// The particulars of each offence, built from the case.
    pub particulars: Vec<String>,
    /// What officers added to them.
    pub additions: Vec<String>,
    /// Who wrote it.
    pub author: AccountId,
    /// When.
    pub drafted_on: NaiveDate,
    /// Who approved it; never who wrote it.
    pub approver: Option<AccountId>,
    /// When.
    pub approved_on: Option<NaiveDate>,
    /// How it was served.
    pub served: Option<Served>,
    /// The last day of the period that it starts: for representations, or for payment.
    pub ends: Option<Counted>,
    /// The last day for an appeal, of a final notice.
    pub appeal_by: Option<Counted>,
    /// The letters that the service wrote of it, oldest first: the notice itself, its withdrawal, its reduction.
    #[serde(default)]
    pub letters: Vec<SentLetter<CaseLetterKind>>,
}

impl Working {
    /// Works the amount out, for these offences.
    ///
    /// # Errors
    /// A [`Refusal`] of a start that the matrix does not have, missing words, or an amount that the law does not allow.
    pub fn amount(&self, scheme: &Enforcement, offences: &[Offence]) -> Result<Amount, Refusal> {
        let periods = offences.iter().map(|one| scheme.on(one.happened_on).ok_or(Refusal::NoMaximum(one.happened_on)));
        let periods = periods.collect::<Result<Vec<_>, _>>()?;
        let (first, lowest) = (periods.first(), periods.iter().map(|period| period.maximum_pence).min());
        let (Some(period), Some(lowest)) = (first, lowest) else { return Err(Refusal::NoOffence) };
        let said = [&self.start_because, &self.means].into_iter().chain(self.factors.iter().map(|one| &one.what));
        if said.into_iter().any(|text| text.trim().is_empty()) {
            return Err(Refusal::NoReason);
        }
        let start_pence = self.start(period, offences)?;
        let factors = self.factors.iter().map(|factor| match factor.kind {
            FactorKind::Aggravating => i64::from(factor.pence),
            FactorKind::Mitigating => -i64::from(factor.pence),
        });
        let pence = i64::from(start_pence) + factors.sum::<i64>() + i64::from(self.means_pence);
        let maximum_pence = i32::try_from(lowest).unwrap_or(i32::MAX);
        if pence < 1 {
            return Err(Refusal::NoAmount);
        }
        if pence > i64::from(maximum_pence) {
            return Err(Refusal::AboveMaximum(pounds(pence), pounds(i64::from(maximum_pence))));
        }
        Ok(Amount {
            working: self.clone(),
            matrix: period.matrix.clone(),
            start_pence,
            pence: i32::try_from(pence).unwrap_or(maximum_pence),
            maximum_pence,
        })
    }

    fn start(&self, period: &PenaltyPeriod, offences: &[Offence]) -> Result<i32, Refusal> {
        let kinds = offences.iter().map(|offence| offence.kind).collect::<Vec<_>>();
        let known = period.starts.iter().filter(|start| kinds.contains(&start.offence)).collect::<Vec<_>>();
        match (&self.start_code, self.start_pence) {
            (Some(code), None) => {
                let start = known.iter().find(|start| start.code == *code);
                let start = start.ok_or_else(|| Refusal::NoSuchStart(code.clone(), listed(&known)))?;
                Ok(i32::try_from(start.pence).unwrap_or(i32::MAX))
            }
            (None, Some(pence)) if known.is_empty() && pence > 0 => Ok(pence),
            (None, Some(_)) if !known.is_empty() => Err(Refusal::StartKnown(listed(&known))),
            _ => Err(Refusal::NoStart),
        }
    }
}

fn listed(starts: &[&crate::scheme::Start]) -> String {
    let codes = starts.iter().map(|start| start.code.as_str()).collect::<Vec<_>>();
    if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
}
