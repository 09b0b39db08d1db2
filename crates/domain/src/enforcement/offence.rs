//! The offences of a case, and until when each allows a notice of intent (Schedule 13A).

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::Refusal;
use crate::breach::{Breach, BreachState, LIMITATION_MONTHS};
use crate::calendar::{BankHolidays, Counted, Occasion, Trigger};
use crate::context::Context;
use crate::id::{BreachId, EnforcementId, LicenceId, OffenceId, PropertyId};
use crate::scheme::OffenceKind;

/// One offence of a case: what was done or left undone, and when. Breaches are kept condition by condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Offence {
    /// Its identifier.
    pub id: OffenceId,
    /// The case.
    pub case_id: EnforcementId,
    /// The home.
    pub property_id: PropertyId,
    /// The offence.
    pub kind: OffenceKind,
    /// The licence whose condition it is.
    pub licence_id: Option<LicenceId>,
    /// The number of the condition.
    pub condition: Option<String>,
    /// The breach that was confirmed.
    pub breach_id: Option<BreachId>,
    /// What was done or left undone.
    pub act: String,
    /// When.
    pub happened_on: NaiveDate,
    /// The last day for a notice of intent, from its earliest arguable day.
    pub limitation_on: NaiveDate,
    /// Why it is that day.
    pub limitation_basis: Counted,
    /// The same for the same conduct in whatever case it is named.
    pub conduct: String,
}

/// An offence as it is named.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The offence.
    pub kind: OffenceKind,
    /// The licence whose condition it is.
    pub licence_id: Option<LicenceId>,
    /// The number of the condition.
    pub condition: Option<String>,
    /// The breach that was confirmed.
    pub breach_id: Option<BreachId>,
    /// What was done or left undone.
    pub act: String,
    /// When.
    pub happened_on: NaiveDate,
    /// The last day for a notice of intent.
    pub limitation: Counted,
}

impl Naming {
    /// What a confirmed breach comes to: the offence is of the day after the due date, and its clock is the breach's own.
    ///
    /// # Errors
    /// A [`Refusal`] unless an officer confirmed it.
    pub fn of_breach(breach: &Breach, act: String) -> Result<Self, Refusal> {
        if breach.state != BreachState::Confirmed {
            return Err(Refusal::NotConfirmed);
        }
        Ok(Self {
            kind: OffenceKind::Condition,
            licence_id: Some(breach.licence_id),
            condition: breach.condition.clone(),
            breach_id: Some(breach.id),
            act,
            happened_on: breach.due_on + Days::new(1),
            limitation: breach.limitation_basis.clone(),
        })
    }

    /// The last day for a notice of intent where the council could argue sufficient evidence from that day on.
    ///
    /// # Errors
    /// A [`Refusal`] of a day before the offence or in the future.
    pub fn limitation(cx: &Context, happened_on: NaiveDate, arguable_from: NaiveDate) -> Result<Counted, Refusal> {
        if happened_on > cx.today() || arguable_from > cx.today() {
            return Err(Refusal::InFuture);
        }
        if arguable_from < happened_on {
            return Err(Refusal::BeforeOffence(happened_on));
        }
        six_months(arguable_from, Occasion::SufficientEvidence)
    }
}

impl Offence {
    pub(super) fn facts(&self) -> Value {
        json!({
            "id": self.id, "kind": self.kind, "licence": self.licence_id, "condition": self.condition,
            "breach": self.breach_id, "happened_on": self.happened_on, "limitation": self.limitation_basis,
        })
    }
}

pub(super) fn six_months(from: NaiveDate, occasion: Occasion) -> Result<Counted, Refusal> {
    Ok(Counted::months_beginning_with(LIMITATION_MONTHS, Trigger::new(from, occasion))?)
}

/// Of all days that can be argued, the earliest: a notice that is in time by it is in time by every other.
pub(super) fn earliest(mut limits: Vec<Counted>) -> Result<Counted, Refusal> {
    limits.dedup();
    match limits.len() {
        0 => Err(Refusal::NoOffence),
        1 => Ok(limits.remove(0)),
        _ => Ok(Counted::earliest_of(limits, &BankHolidays::none())?),
    }
}
