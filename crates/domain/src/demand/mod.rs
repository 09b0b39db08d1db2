//! A demand for evidence: one cover, many items, many recipients, from draft to the last answer (s.90).
//!
//! What only the calendar can change, such as overdue, is never stored: ask [`Item::standing`].

mod answer;
mod item;
mod refusal;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

pub use answer::{Answer, AnswerKind, Outcome, Response, ResponseState};
pub use item::{Item, ItemMove, ItemState, Standing};
pub use refusal::Refusal;

pub use super::service::{Copy, NotServed, Sending, ServiceState};

use super::breach::Ground;
use super::calendar::{self, BankHolidays, Counted, Dispatch, Occasion, ServicePolicy, Trigger};
use super::context::Context;
use super::document;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, CopyId, DemandId, ItemId, LicenceId, PropertyId, words};
use super::licence::Licence;
use super::property::{Capacity, Property};
use super::scheme::Scheme;
use super::service::Served;

words! {
    /// Where a demand is in its life.
    DemandState {
        /// Written, not sent.
        Draft = "draft",
        /// Sent, service not yet recorded.
        Issued = "issued",
        /// Served on the holder: the due dates are fixed.
        Served = "served",
        /// It came back from the holder: nothing is due until it is issued again.
        NotServed = "not_served",
        /// Every item is closed.
        Complete = "complete",
        /// Withdrawn, with a reason.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What moves a demand from one state to another.
    DemandMove {
        /// It goes out.
        Issue = "issue",
        /// The holder is served.
        Serve = "serve",
        /// The holder's copy comes back.
        Return = "return",
        /// The last open item is closed.
        Complete = "complete",
        /// It is withdrawn.
        Withdraw = "withdraw",
    }
}

impl DemandState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: DemandMove) -> Option<Self> {
        use DemandMove as M;
        use DemandState as S;
        match (self, step) {
            (S::Draft | S::NotServed, M::Issue) => Some(S::Issued),
            (S::Issued, M::Serve) => Some(S::Served),
            (S::Issued | S::Served, M::Return) => Some(S::NotServed),
            (S::Draft | S::Issued | S::Served | S::NotServed, M::Complete) => Some(S::Complete),
            (S::Draft | S::Issued | S::Served | S::NotServed, M::Withdraw) => Some(S::Withdrawn),
            _ => None,
        }
    }
}

/// The demand itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Its identifier.
    pub id: DemandId,
    /// What people call it, such as "DEM/2025/00001".
    pub reference: String,
    /// The licence whose conditions it rests on.
    pub licence_id: LicenceId,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// The licence's area, for lists.
    pub area_code: Option<String>,
    /// The officer whose demand it is.
    pub officer_id: Option<AccountId>,
    /// Where it is in its life.
    pub state: DemandState,
    /// What gives the power to ask.
    pub legal_basis: String,
    /// When it was drafted.
    pub drafted_at: DateTime<Utc>,
    /// When it was last issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The day on which the holder is taken to have received it.
    pub served_on: Option<NaiveDate>,
    /// The earliest due date among the open items, for lists.
    pub due_on: Option<NaiveDate>,
    /// The day on which it was completed or withdrawn.
    pub closed_on: Option<NaiveDate>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// Lower-case text that a search looks into.
    pub search: String,
    /// Counts changes.
    pub revision: i64,
}

/// A demand with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The demand itself.
    pub cover: Cover,
    /// What is asked for.
    pub items: Vec<Item>,
    /// Who is asked, and who gets a copy. The holder always is one of them; a copy to an agent alone is never enough.
    pub recipients: Vec<Copy>,
}

/// What an officer asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What people will call the demand.
    pub reference: String,
    /// Numbers of the conditions.
    pub conditions: Vec<String>,
    /// The officer whose demand it is.
    pub officer_id: Option<AccountId>,
}

impl Demand {
    /// A demand is drafted: the licence must be in force today and the condition in its version of the scheme.
    ///
    /// # Errors
    /// A [`Refusal`] that names the condition and the reason.
    pub fn draft(
        cx: &Context,
        licence: &Licence,
        home: &Property,
        scheme: &Scheme,
        request: Request,
    ) -> Result<Change<Self>, Refusal> {
        if !licence.is_in_force(cx.today()) {
            return Err(Refusal::LicenceNotInForce);
        }
        let id = DemandId::new(cx);
        let items = request
            .conditions
            .iter()
            .map(|number| Item::ask(cx, id, licence, home, scheme, number))
            .collect::<Result<Vec<_>, _>>()?;
        if items.is_empty() {
            return Err(Refusal::NothingAsked);
        }
        let twice = |item: &&Item| items.iter().filter(|other| other.condition == item.condition).count() > 1;
        if let Some(item) = items.iter().find(twice) {
            return Err(Refusal::AskedTwice(item.condition.clone()));
        }
        let recipients = addressees(cx, licence);
        let facts = json!({
            "reference": request.reference, "licence": licence.id, "scheme": licence.scheme_version_name(),
            "conditions": items.iter().map(|item| (&item.condition, item.response_days)).collect::<Vec<_>>(),
            "recipients": recipients.iter().map(|to| (to.party_id, to.capacity)).collect::<Vec<_>>(),
        });
        let cover = Cover {
            id,
            search: format!("{} {}", request.reference.to_lowercase(), home.search),
            reference: request.reference,
            licence_id: licence.id,
            property_id: home.id,
            area_code: licence.area_code.clone(),
            officer_id: request.officer_id,
            state: DemandState::Draft,
            legal_basis: "Housing Act 2004, section 90 and Schedule 4: conditions of the licence".to_owned(),
            drafted_at: cx.now,
            issued_at: None,
            served_on: None,
            due_on: None,
            closed_on: None,
            reason: None,
            revision: 1,
        };
        let demand = Self { cover, items, recipients };
        Ok(demand.changed(cx, Happening::DemandDrafted, facts))
    }

    /// The demand goes out to the holder; the clock starts with service, not with this. The others get their copies once the
    /// holder is served, with the dates that this fixed.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is a draft or came back.
    pub fn issue(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        let before = self.cover.state;
        self.cover.state = before.after(DemandMove::Issue).ok_or(Refusal::CannotIssue(before))?;
        let again = before == DemandState::NotServed;
        self.cover.issued_at = Some(cx.now);
        for to in &mut self.recipients {
            to.wait();
            if to.capacity == Capacity::Holder {
                to.send();
            }
        }
        Ok(self.changed(cx, Happening::DemandIssued, json!({ "again": again })))
    }

    /// Service on one recipient is recorded. On the holder it fixes every item's due date.
    ///
    /// # Errors
    /// A [`Refusal`] if there is nothing to record, or the way of sending is not service.
    pub fn record_service(
        mut self,
        cx: &Context,
        recipient: CopyId,
        sending: Sending,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Change<Self>, Refusal> {
        if !matches!(self.cover.state, DemandState::Issued | DemandState::Served) {
            return Err(Refusal::NotIssued(self.cover.state));
        }
        let issued_on = self.cover.issued_at.map(calendar::london::today);
        let to = self.recipient_mut(recipient)?;
        let Served { method, dispatched_at, deemed, .. } = to.serve(cx, sending, issued_on, policy, holidays)?;
        let capacity = to.capacity;
        let facts = json!({
            "recipient": recipient, "party": to.party_id, "capacity": capacity, "method": method,
            "sent_at": dispatched_at, "deemed": deemed,
        });
        if capacity == Capacity::Holder {
            let before = self.cover.state;
            self.cover.state = before.after(DemandMove::Serve).ok_or(Refusal::NotIssued(before))?;
            self.fix_due_dates(&deemed, holidays)?;
            for copy in self.recipients.iter_mut().filter(|to| to.state == ServiceState::Pending) {
                copy.send();
            }
        }
        Ok(self.changed(cx, Happening::ServiceRecorded, facts))
    }

    /// The demand as it would stand if it were served on the holder so, for a letter that says its own last day. What is served
    /// already stays as it is.
    ///
    /// # Errors
    /// A [`Refusal`] if that way of sending is not service.
    pub fn as_if_served(
        mut self,
        dispatch: Dispatch,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Self, Refusal> {
        if self.cover.served_on.is_none() {
            self.cover.state = DemandState::Served;
            let deemed = calendar::deemed_receipt(dispatch, policy, holidays).map_err(NotServed::from)?;
            self.fix_due_dates(&deemed, holidays)?;
        }
        Ok(self)
    }

    fn fix_due_dates(&mut self, deemed: &Counted, holidays: &BankHolidays) -> Result<(), Refusal> {
        self.cover.served_on = Some(deemed.on());
        for item in self.items.iter_mut().filter(|item| item.closed_on.is_none()) {
            item.fall_due(Trigger::new(deemed.on(), Occasion::Receipt), holidays)?;
        }
        self.roll_up();
        Ok(())
    }

    /// A copy bounced or came back. If it was the holder's, the demand is not served and nothing is due.
    ///
    /// # Errors
    /// A [`Refusal`] if that copy was never sent, or the reason is empty.
    pub fn record_return(mut self, cx: &Context, recipient: CopyId, reason: &str) -> Result<Change<Self>, Refusal> {
        said(reason)?;
        let before = self.cover.state;
        let after = before.after(DemandMove::Return).ok_or(Refusal::NotIssued(before))?;
        let to = self.recipient_mut(recipient)?;
        to.come_back(reason)?;
        let (party, capacity) = (to.party_id, to.capacity);
        if capacity == Capacity::Holder {
            self.cover.state = after;
            self.cover.served_on = None;
            self.items.iter_mut().for_each(Item::lose_service);
            self.roll_up();
        }
        let facts = json!({ "recipient": recipient, "party": party, "capacity": capacity, "reason": reason });
        Ok(self.changed(cx, Happening::ServiceFailed, facts))
    }

    /// Something came in for an item. The London day of its arrival decides whether it is in time.
    ///
    /// # Errors
    /// A [`Refusal`] if the item is closed, or the demand was never sent.
    pub fn answer(mut self, cx: &Context, item: ItemId, answer: Answer) -> Result<(Change<Self>, Response), Refusal> {
        if matches!(self.cover.state, DemandState::Draft | DemandState::Withdrawn) {
            return Err(Refusal::NotIssued(self.cover.state));
        }
        let wanted = self.item_mut(item)?;
        let documents = document::named(&answer.documents);
        let response = wanted.receive(cx, answer)?;
        let facts = json!({
            "response": response.id, "kind": response.kind, "received_on": response.received_on,
            "due_on": wanted.due_on, "certificate": response.certificate_id, "documents": documents,
        });
        let change = Change::new(cx, self.chain(), Happening::AnswerReceived, &item, facts, self);
        Ok((change, response))
    }

    /// An officer assesses what came in for an item. `others` are the item's other answers that still wait.
    ///
    /// # Errors
    /// A [`Refusal`] if it was assessed before, or the outcome does not fit.
    pub fn assess(
        mut self,
        cx: &Context,
        response: Response,
        outcome: Outcome,
        reason: &str,
        others: &[Response],
    ) -> Result<(Change<Self>, Response), Refusal> {
        let assessed = response.assess(cx, outcome, reason)?;
        let item = assessed.item_id;
        let wanted = self.item_mut(item)?;
        wanted.take_assessment(cx, &assessed, outcome, others)?;
        let facts = json!({
            "response": assessed.id, "outcome": outcome, "reason": reason, "state": wanted.state, "due_on": wanted.due_on,
            "certificate": assessed.certificate_id,
        });
        self.roll_up_on(cx.today());
        Ok((Change::new(cx, self.chain(), Happening::AnswerAssessed, &item, facts, self), assessed))
    }

    /// More time is given as a forbearance: reminders pause until then, the due date stays.
    ///
    /// # Errors
    /// A [`Refusal`] if the item is closed, nothing is due yet, that day is past, or the reason is empty.
    pub fn give_time(
        mut self,
        cx: &Context,
        item: ItemId,
        until: NaiveDate,
        reason: &str,
    ) -> Result<Change<Self>, Refusal> {
        said(reason)?;
        let wanted = self.item_mut(item)?;
        wanted.wait_until(cx.today(), until)?;
        let facts = json!({ "until": until, "reason": reason, "due_on": wanted.due_on });
        Ok(Change::new(cx, self.chain(), Happening::TimeGiven, &item, facts, self))
    }

    /// An item is closed without further action.
    ///
    /// # Errors
    /// A [`Refusal`] if it is closed already, or the reason is empty.
    pub fn close_item(mut self, cx: &Context, item: ItemId, reason: &str) -> Result<Change<Self>, Refusal> {
        said(reason)?;
        let wanted = self.item_mut(item)?;
        wanted.close(cx.today())?;
        let facts = json!({ "reason": reason, "due_on": wanted.due_on });
        self.roll_up_on(cx.today());
        Ok(Change::new(cx, self.chain(), Happening::ItemClosed, &item, facts, self))
    }

    /// The demand is withdrawn, for instance because the licence was not in force.
    ///
    /// # Errors
    /// A [`Refusal`] if it is closed already, or the reason is empty.
    pub fn withdraw(mut self, cx: &Context, reason: &str) -> Result<Change<Self>, Refusal> {
        let before = self.cover.state;
        let after = before.after(DemandMove::Withdraw).ok_or(Refusal::AlreadyClosed(before))?;
        said(reason)?;
        self.items.iter_mut().for_each(|item| item.withdraw(cx.today()));
        self.roll_up();
        self.cover.state = after;
        self.cover.closed_on = Some(cx.today());
        self.cover.reason = Some(reason.to_owned());
        Ok(self.changed(cx, Happening::DemandWithdrawn, json!({ "reason": reason })))
    }

    /// The item with that identifier.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// What a breach that was proposed for an item rests on by now.
    #[must_use]
    pub fn ground(&self, item: ItemId) -> Ground {
        match (self.cover.state, self.item(item)) {
            (DemandState::Draft | DemandState::Issued | DemandState::NotServed, _) => {
                Ground::Gone("the demand came back, so it was not served and nothing was due")
            }
            (DemandState::Withdrawn, _) => Ground::Gone("the demand was withdrawn"),
            (DemandState::Served | DemandState::Complete, item) => item.map_or(Ground::Stands, Item::ground),
        }
    }

    /// The copy of the licence holder, who alone is responsible.
    #[must_use]
    pub fn holder(&self) -> Option<&Copy> {
        self.recipients.iter().find(|to| to.capacity == Capacity::Holder)
    }

    fn item_mut(&mut self, id: ItemId) -> Result<&mut Item, Refusal> {
        self.items.iter_mut().find(|item| item.id == id).ok_or(Refusal::NoSuchItem)
    }

    fn recipient_mut(&mut self, id: CopyId) -> Result<&mut Copy, Refusal> {
        self.recipients.iter_mut().find(|to| to.id == id).ok_or(Refusal::NoSuchRecipient)
    }

    fn roll_up(&mut self) {
        let open = self.items.iter().filter(|item| item.closed_on.is_none());
        self.cover.due_on = open.filter_map(|item| item.due_on).min();
    }

    fn roll_up_on(&mut self, today: NaiveDate) {
        self.roll_up();
        if let Some(complete) = self.cover.state.after(DemandMove::Complete)
            && self.items.iter().all(|item| item.closed_on.is_some())
        {
            self.cover.state = complete;
            self.cover.closed_on = Some(today);
        }
    }

    fn chain(&self) -> Chain {
        Chain::Case(self.cover.property_id)
    }

    fn changed(self, cx: &Context, kind: Happening, facts: serde_json::Value) -> Change<Self> {
        let id = self.cover.id;
        Change::new(cx, self.chain(), kind, &id, facts, self)
    }
}

fn said(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}

fn addressees(cx: &Context, licence: &Licence) -> Vec<Copy> {
    let mut people = vec![(licence.holder_id, Capacity::Holder)];
    let others = [(licence.manager_id, Capacity::Manager), (licence.agent_id, Capacity::Agent)];
    for (party, capacity) in others.into_iter().filter_map(|(party, capacity)| Some((party?, capacity))) {
        if people.iter().all(|(known, _)| *known != party) {
            people.push((party, capacity));
        }
    }
    people.into_iter().map(|(party, capacity)| Copy::to(cx, party, capacity)).collect()
}
