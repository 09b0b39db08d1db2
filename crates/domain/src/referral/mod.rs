//! A referral between the council and a partner: from what is of concern at a home to what its holder did about it.
//!
//! [`ReferralState::after`] is the one table of which step leads where; [`Referral::take`] adds what each step asks for.

mod letter;
mod refusal;
mod step;
#[cfg(test)]
pub(super) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use letter::Told;
pub use refusal::Refusal;
pub use step::{Ask, PlannedAct, ReferralOutcome, ReferralState, ReferralStep};

use super::calendar::Counted;
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{
    AccountId, BreachId, DemandId, EnforcementId, LicenceId, PartnerId, PartyId, PropertyId, ReferralId, words,
};

words! {
    /// Who refers to whom.
    Direction {
        /// A partner to the council.
        FromPartner = "from_partner",
        /// The council to a partner.
        ToPartner = "to_partner",
    }
}

/// A note of an officer, or word of the partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReferralEntry {
    /// In words.
    pub text: String,
    /// Whether the partner said it.
    pub by_partner: bool,
    /// Whose account entered it.
    pub account_id: Option<AccountId>,
    /// When.
    pub entered_at: DateTime<Utc>,
}

/// A referral.
#[derive(Clone, Debug, PartialEq)]
pub struct Referral {
    /// Its identifier.
    pub id: ReferralId,
    /// What people call it, such as "REF/2025/00001".
    pub reference: String,
    /// Who refers to whom.
    pub direction: Direction,
    /// The partner.
    pub partner_id: PartnerId,
    /// How far it has come.
    pub state: ReferralState,
    /// Where, in the words of whoever refers.
    pub address: String,
    /// The home, licensed or not, once it is known.
    pub property_id: Option<PropertyId>,
    /// What is of concern.
    pub concern: String,
    /// For what it is shared.
    pub purpose: String,
    /// The day on which it came in, or was made.
    pub received_on: NaiveDate,
    /// Whether other partners may read the concern, for the purpose for which it was shared.
    pub is_shared: bool,
    /// Who was asked to act.
    pub asked_id: Option<PartyId>,
    /// The licence under whose condition.
    pub licence_id: Option<LicenceId>,
    /// The number of that condition.
    pub condition: Option<String>,
    /// The demand by which they were asked, where the condition allows one.
    pub demand_id: Option<DemandId>,
    /// When they were asked.
    pub asked_on: Option<NaiveDate>,
    /// The last day for them.
    pub act_by: Option<NaiveDate>,
    /// Why it is that day.
    pub act_basis: Option<Counted>,
    /// What they will do.
    pub plan: Vec<PlannedAct>,
    /// The last day of watching.
    pub monitor_until: Option<NaiveDate>,
    /// What became of it.
    pub outcome: Option<ReferralOutcome>,
    /// Why it ended as it did.
    pub reason: Option<String>,
    /// The breach as which it goes on.
    pub breach_id: Option<BreachId>,
    /// The enforcement case as which it goes on.
    pub enforcement_id: Option<EnforcementId>,
    /// The day on which it ended.
    pub ended_on: Option<NaiveDate>,
    /// Notes, the oldest first.
    pub entries: Vec<ReferralEntry>,
    /// Who opened it.
    pub opened_by: Option<AccountId>,
    /// Counts changes.
    pub revision: i64,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// What a referral begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call it.
    pub reference: String,
    /// Who refers to whom.
    pub direction: Direction,
    /// The partner.
    pub partner_id: PartnerId,
    /// The home, where it is known; one that goes to a partner names it.
    pub property_id: Option<PropertyId>,
    /// Where.
    pub address: String,
    /// What is of concern.
    pub concern: String,
    /// For what it is shared.
    pub purpose: String,
    /// The day on which it came in.
    pub received_on: NaiveDate,
}

impl Referral {
    /// A referral is opened: one from a partner is received, one to a partner is about a home that is known.
    ///
    /// # Errors
    /// Without words, of a day in the future, or to a partner without a home.
    pub fn open(cx: &Context, opening: Opening) -> Result<Change<Self>, Refusal> {
        let state = match opening.direction {
            Direction::FromPartner => ReferralState::Received,
            Direction::ToPartner if opening.property_id.is_some() => ReferralState::Linked,
            Direction::ToPartner => return Err(Refusal::NoHome),
        };
        if opening.received_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        let referral = Self {
            id: ReferralId::new(cx),
            reference: opening.reference,
            direction: opening.direction,
            partner_id: opening.partner_id,
            state,
            address: words_of(opening.address)?,
            property_id: opening.property_id,
            concern: words_of(opening.concern)?,
            purpose: words_of(opening.purpose)?,
            received_on: opening.received_on,
            is_shared: false,
            asked_id: None,
            licence_id: None,
            condition: None,
            demand_id: None,
            asked_on: None,
            act_by: None,
            act_basis: None,
            plan: Vec::new(),
            monitor_until: None,
            outcome: None,
            reason: None,
            breach_id: None,
            enforcement_id: None,
            ended_on: None,
            entries: Vec::new(),
            opened_by: cx.actor.account,
            revision: 1,
            opened_at: cx.now,
        };
        let facts = json!({
            "reference": referral.reference, "direction": referral.direction, "partner": referral.partner_id,
            "received_on": referral.received_on, "state": referral.state,
        });
        Ok(referral.change(cx, Happening::ReferralOpened, facts))
    }

    /// It takes a step.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, step: ReferralStep) -> Result<Change<Self>, Refusal> {
        let (from, name) = (self.state, step.name());
        self.state = from.after(&step).ok_or(Refusal::NotFromHere(from, name))?;
        self.enter(step, cx.today())?;
        self.ended_on = (!self.state.is_open()).then_some(cx.today());
        let facts = json!({
            "from": from, "to": self.state, "step": name, "home": self.property_id, "asked": self.asked_id,
            "condition": self.condition, "demand": self.demand_id, "act_by": self.act_by,
            "monitor_until": self.monitor_until, "outcome": self.outcome, "breach": self.breach_id,
            "enforcement": self.enforcement_id,
        });
        Ok(self.change(cx, Happening::ReferralMoved, facts))
    }

    fn enter(&mut self, step: ReferralStep, today: NaiveDate) -> Result<(), Refusal> {
        match step {
            ReferralStep::Link { property_id } => self.property_id = Some(property_id),
            ReferralStep::AskHolder(ask) => {
                self.act_by = ask.act_by.as_ref().map(Counted::on);
                if let (Some(by), None) = (self.act_by, ask.demand_id) {
                    ahead(by, today)?;
                }
                (self.asked_id, self.asked_on) = (Some(ask.party_id), Some(today));
                (self.licence_id, self.condition) = ask.under.unzip();
                (self.demand_id, self.act_basis) = (ask.demand_id, ask.act_by);
                self.monitor_until = None;
            }
            ReferralStep::ReceivePlan { items } => {
                if items.is_empty() {
                    return Err(Refusal::NoPlan);
                }
                if items.iter().any(|item| item.what.trim().is_empty()) {
                    return Err(Refusal::NoWords);
                }
                self.plan = items;
            }
            ReferralStep::Monitor { until } => self.monitor_until = Some(ahead(until, today)?),
            ReferralStep::Close { outcome, reason } => {
                (self.outcome, self.reason) = (Some(outcome), Some(words_of(reason)?));
            }
            ReferralStep::FindBreach { breach_id, enforcement_id, reason } => {
                if breach_id.is_none() && enforcement_id.is_none() {
                    return Err(Refusal::NoBreach);
                }
                (self.breach_id, self.enforcement_id) = (breach_id, enforcement_id);
                self.reason = Some(words_of(reason)?);
            }
        }
        Ok(())
    }

    /// Something is noted of it; the event does not tell the words.
    ///
    /// # Errors
    /// A [`Refusal`] once it has ended, or without words.
    pub fn note(mut self, cx: &Context, text: String, by_partner: bool) -> Result<Change<Self>, Refusal> {
        self.goes_on()?;
        let text = words_of(text)?;
        self.entries.push(ReferralEntry { text, by_partner, account_id: cx.actor.account, entered_at: cx.now });
        Ok(self.change(cx, Happening::ReferralNoted, json!({ "by_partner": by_partner })))
    }

    /// It is decided whether other partners may read the concern.
    #[must_use]
    pub fn share(mut self, cx: &Context, is_shared: bool) -> Change<Self> {
        self.is_shared = is_shared;
        self.change(cx, Happening::ReferralShared, json!({ "is_shared": is_shared }))
    }

    fn goes_on(&self) -> Result<(), Refusal> {
        if self.state.is_open() { Ok(()) } else { Err(Refusal::Ended(self.state)) }
    }

    /// Until its home is known, it belongs to no case.
    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        let chain = self.property_id.map_or(Chain::Service, Chain::Case);
        Change::new(cx, chain, kind, &self.id.clone(), facts, self)
    }
}

fn ahead(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > today { Ok(day) } else { Err(Refusal::NotAhead(day)) }
}

fn words_of(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}
