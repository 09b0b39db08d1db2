//! A reference about a tenant, as a traffic light: asked for with the tenant's consent, answered in a colour, and soon disposed of.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, LetterId, PartyId, PropertyId, ReferenceId, words};

#[cfg(test)]
pub(super) mod tests;

words! {
    /// How far a request for a reference has come.
    ReferenceState {
        /// It came in, with the tenant's consent.
        Received = "received",
        /// It is looked into.
        Checking = "checking",
        /// A colour was given.
        Issued = "issued",
        /// The landlord said what they decided.
        Decided = "landlord_decision",
        /// The tenant withdrew their consent, or the landlord the request.
        Withdrawn = "withdrawn",
        /// Its time is over: nothing of it is left but that it was there.
        DisposedOf = "disposed_of",
    }
}

words! {
    /// The answer.
    Colour {
        /// Nothing stands against it.
        Green = "green",
        /// Something is to be talked about first.
        Amber = "amber",
        /// Something stands against it.
        Red = "red",
    }
}

words! {
    /// How the tenant gave their consent.
    ConsentHow {
        /// On a form that they signed.
        SignedForm = "signed_form",
        /// By e-mail.
        Email = "email",
        /// To an officer.
        InPerson = "in_person",
    }
}

words! {
    /// What the landlord decided.
    LandlordDecision {
        /// They let the home.
        Let = "let",
        /// They did not.
        NotLet = "not_let",
        /// They did not say.
        NotTold = "not_told",
    }
}

/// The tenant's consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantConsent {
    /// What may be looked into and told.
    pub covers: String,
    /// When it was given.
    pub given_on: NaiveDate,
    /// How.
    pub how: ConsentHow,
}

/// One thing that was looked into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Look {
    /// What.
    pub what: String,
    /// What was found.
    pub found: String,
    /// Whose account entered it.
    pub account_id: Option<AccountId>,
    /// When.
    pub entered_at: DateTime<Utc>,
}

/// A request for a reference.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceRequest {
    /// Its identifier.
    pub id: ReferenceId,
    /// What people call it, such as "TEN/2025/00001".
    pub reference: String,
    /// How far it has come.
    pub state: ReferenceState,
    /// The landlord who asks.
    pub landlord_id: Option<PartyId>,
    /// The home that is to be let, where they said.
    pub property_id: Option<PropertyId>,
    /// Who the tenant is.
    pub tenant: Option<String>,
    /// What their consent covers.
    pub covers: Option<String>,
    /// When they gave it.
    pub consent_on: Option<NaiveDate>,
    /// How they gave it.
    pub consent_how: Option<ConsentHow>,
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// What was looked into, the oldest first.
    pub checks: Vec<Look>,
    /// The answer.
    pub colour: Option<Colour>,
    /// Why.
    pub reasons: Option<String>,
    /// When it was given.
    pub issued_on: Option<NaiveDate>,
    /// By whom.
    pub issued_by: Option<AccountId>,
    /// The letter that told it.
    pub letter_id: Option<LetterId>,
    /// What the landlord decided.
    pub decision: Option<LandlordDecision>,
    /// When they said so.
    pub decided_on: Option<NaiveDate>,
    /// The last day on which it is kept.
    pub retain_until: NaiveDate,
    /// When it was disposed of.
    pub disposed_on: Option<NaiveDate>,
    /// Counts changes.
    pub revision: i64,
    /// When it was recorded.
    pub received_at: DateTime<Utc>,
}

/// What a request begins with.
#[derive(Clone, Debug)]
pub struct Request {
    /// What people will call it.
    pub reference: String,
    /// The landlord who asks.
    pub landlord_id: PartyId,
    /// The home that is to be let.
    pub property_id: Option<PropertyId>,
    /// Who the tenant is.
    pub tenant: String,
    /// Their consent.
    pub consent: Option<TenantConsent>,
    /// The day on which it came in.
    pub received_on: NaiveDate,
}

/// A step of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum ReferenceStep {
    /// Something is looked into.
    Check {
        /// What.
        what: String,
        /// What was found.
        found: String,
    },
    /// A colour is given.
    Issue {
        /// The answer.
        colour: Colour,
        /// Why.
        reasons: String,
    },
    /// The landlord says what they decided.
    Decide {
        /// What.
        decision: LandlordDecision,
    },
    /// The tenant withdraws their consent, or the landlord the request: it is disposed of the next night.
    Withdraw,
    /// Its time is over.
    DisposeOf,
}

/// Why something about a reference is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is asked about a tenant behind their back.
    #[error("a reference needs the tenant's own consent: record what it covers, when and how it was given")]
    NoConsent,
    /// Not from this state.
    #[error("a request that is {0} cannot take the step {1}")]
    NotFromHere(ReferenceState, &'static str),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
    /// Its time is not over.
    #[error("it is kept until {0}")]
    Kept(NaiveDate),
    /// No such date.
    #[error(transparent)]
    CannotCount(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConsent => "no-consent",
            Self::NotFromHere(..) => "reference-state",
            Self::InFuture => "in-future",
            Self::NoWords => "no-words",
            Self::Kept(_) => "still-kept",
            Self::CannotCount(_) => "cannot-count",
        }
    }
}

impl ReferenceState {
    /// Where a step leads from this state; nowhere where it may not be taken.
    #[must_use]
    pub fn after(self, step: &ReferenceStep) -> Option<Self> {
        use ReferenceState as S;
        use ReferenceStep as T;
        match (self, step) {
            (S::Received | S::Checking, T::Check { .. }) => Some(S::Checking),
            (S::Checking, T::Issue { .. }) => Some(S::Issued),
            (S::Issued, T::Decide { .. }) => Some(S::Decided),
            (S::Received | S::Checking | S::Issued | S::Decided, T::Withdraw) => Some(S::Withdrawn),
            (S::Received | S::Checking | S::Issued | S::Decided | S::Withdrawn, T::DisposeOf) => Some(S::DisposedOf),
            _ => None,
        }
    }
}

impl ReferenceStep {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Check { .. } => "check",
            Self::Issue { .. } => "issue",
            Self::Decide { .. } => "decide",
            Self::Withdraw => "withdraw",
            Self::DisposeOf => "dispose_of",
        }
    }
}

impl ReferenceRequest {
    /// A request comes in, with the tenant's consent. It is kept for so many months.
    ///
    /// # Errors
    /// [`Refusal::NoConsent`] without it; without words, or of a day in the future.
    pub fn receive(cx: &Context, request: Request, months: u32) -> Result<Change<Self>, Refusal> {
        let consent = request.consent.ok_or(Refusal::NoConsent)?;
        let covers = words_of(consent.covers).map_err(|_| Refusal::NoConsent)?;
        if consent.given_on > cx.today() || request.received_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        let received = Self {
            id: ReferenceId::new(cx),
            reference: request.reference,
            state: ReferenceState::Received,
            landlord_id: Some(request.landlord_id),
            property_id: request.property_id,
            tenant: Some(words_of(request.tenant)?),
            covers: Some(covers),
            consent_on: Some(consent.given_on),
            consent_how: Some(consent.how),
            received_on: request.received_on,
            checks: Vec::new(),
            colour: None,
            reasons: None,
            issued_on: None,
            issued_by: None,
            letter_id: None,
            decision: None,
            decided_on: None,
            retain_until: kept_until(cx.today(), months)?,
            disposed_on: None,
            revision: 1,
            received_at: cx.now,
        };
        let facts = json!({ "reference": received.reference, "retain_until": received.retain_until });
        Ok(received.change(cx, Happening::ReferenceReceived, facts))
    }

    /// It takes a step. Once a colour is given, it is kept for so many months from that day.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, step: ReferenceStep, months: u32) -> Result<Change<Self>, Refusal> {
        let (from, name, today) = (self.state, step.name(), cx.today());
        self.state = from.after(&step).ok_or(Refusal::NotFromHere(from, name))?;
        match step {
            ReferenceStep::Check { what, found } => {
                let (what, found) = (words_of(what)?, words_of(found)?);
                self.checks.push(Look { what, found, account_id: cx.actor.account, entered_at: cx.now });
            }
            ReferenceStep::Issue { colour, reasons } => {
                (self.colour, self.reasons) = (Some(colour), Some(words_of(reasons)?));
                (self.issued_on, self.issued_by) = (Some(today), cx.actor.account);
                self.retain_until = kept_until(today, months)?;
            }
            ReferenceStep::Decide { decision } => (self.decision, self.decided_on) = (Some(decision), Some(today)),
            ReferenceStep::Withdraw => self.retain_until = today.pred_opt().unwrap_or(today),
            ReferenceStep::DisposeOf if today <= self.retain_until => return Err(Refusal::Kept(self.retain_until)),
            ReferenceStep::DisposeOf => self.empty(today),
        }
        let facts = json!({ "from": from, "to": self.state, "step": name, "retain_until": self.retain_until });
        Ok(self.change(cx, Happening::ReferenceMoved, facts))
    }

    /// Nobody can be known from what is left. The colour and the days stay, so that counts agree.
    fn empty(&mut self, today: NaiveDate) {
        (self.landlord_id, self.property_id, self.tenant) = (None, None, None);
        (self.covers, self.consent_on, self.consent_how) = (None, None, None);
        (self.reasons, self.letter_id) = (None, None);
        self.checks.clear();
        self.disposed_on = Some(today);
    }

    /// Neither colour nor people stand in an event: events are never disposed of.
    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        Change::new(cx, Chain::Service, kind, &self.id.clone(), facts, self)
    }
}

/// What the letter to the landlord says: the colour and what the consent covers; it names no tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The request's reference.
    pub reference: String,
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// The answer.
    pub colour: Colour,
    /// What the consent covers.
    pub covers: String,
}

fn kept_until(day: NaiveDate, months: u32) -> Result<NaiveDate, CannotCount> {
    Ok(Counted::months_after(months, Trigger::new(day, Occasion::Decision))?.on())
}

fn words_of(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}
