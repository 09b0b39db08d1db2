//! One thing asked for: its condition, its days, its due date, and how it stands on a day.

use chrono::NaiveDate;

use super::{Outcome, Refusal, Response, ResponseState};
use crate::breach::Ground;
use crate::calendar::{BankHolidays, Counted, Trigger, actionable_from};
use crate::context::Context;
use crate::id::{DemandId, ItemId, LicenceId, PropertyId, words};
use crate::licence::Licence;
use crate::property::Property;
use crate::scheme::Scheme;

words! {
    /// What is known of an item; what the calendar adds is in [`Standing`].
    ItemState {
        /// Nothing has come in.
        Open = "open",
        /// Something came in and waits for an officer.
        UnderReview = "under_review",
        /// Rejected; the item still waits for an answer.
        Unsatisfactory = "unsatisfactory",
        /// Answered in time.
        Satisfied = "satisfied",
        /// Answered after the due date: it mitigates the breach, it does not undo it.
        SatisfiedLate = "satisfied_late",
        /// An officer accepted that it does not apply.
        NotApplicable = "not_applicable",
        /// Closed without further action, with a reason.
        ClosedNoAction = "closed_no_action",
        /// Withdrawn with its demand.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// How an item stands on a day.
    Standing {
        /// Not served, so nothing is due.
        NotServed = "not_served",
        /// Due, and there is time.
        Due = "due",
        /// Came in, waits for an officer, and is not late.
        UnderReview = "under_review",
        /// The due date has passed and nothing in time answers it.
        Overdue = "overdue",
        /// Over; the state says how.
        Closed = "closed",
    }
}

/// One thing asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its identifier.
    pub id: ItemId,
    /// The demand.
    pub demand_id: DemandId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The home.
    pub property_id: PropertyId,
    /// Number of the condition, such as "9.6".
    pub condition: String,
    /// The condition's title on the day of the demand.
    pub title: String,
    /// Days allowed from receipt.
    pub response_days: i32,
    /// What is known of it.
    pub state: ItemState,
    /// The strict due date, fixed by service; the last day on which an answer is in time. Never moved.
    pub due_on: Option<NaiveDate>,
    /// Why it is that day.
    pub due_basis: Option<Counted>,
    /// The first working day on which an officer acts on it; policy, not law.
    pub actionable_from: Option<NaiveDate>,
    /// Until when an officer agreed to wait; the due date stays.
    pub waiting_until: Option<NaiveDate>,
    /// The London day of the earliest answer that waits for an officer or was accepted.
    pub answered_on: Option<NaiveDate>,
    /// The day on which it was closed.
    pub closed_on: Option<NaiveDate>,
    /// The night from which the check must look at it again; `None` while it calls for nothing.
    pub next_call_on: Option<NaiveDate>,
    /// Reminders up to this day are dealt with.
    pub called_through: Option<NaiveDate>,
    /// Whether the calendar proposed a breach.
    pub breach_proposed: bool,
}

impl Item {
    pub(super) fn ask(
        cx: &Context,
        demand: DemandId,
        licence: &Licence,
        home: &Property,
        scheme: &Scheme,
        number: &str,
    ) -> Result<Self, Refusal> {
        let condition = scheme.condition(number).ok_or_else(|| Refusal::NoSuchCondition(number.to_owned()))?;
        let days = condition.response_days.filter(|_| condition.is_on_demand());
        let days =
            days.and_then(|days| i32::try_from(days).ok()).ok_or_else(|| Refusal::NotOnDemand(number.to_owned()))?;
        if !condition.applies(home.gas_supplied.unwrap_or(true)) {
            return Err(Refusal::DoesNotApply(number.to_owned()));
        }
        Ok(Self {
            id: ItemId::new(cx),
            demand_id: demand,
            licence_id: licence.id,
            property_id: home.id,
            condition: condition.number.clone(),
            title: condition.title.clone(),
            response_days: days,
            state: ItemState::Open,
            due_on: None,
            due_basis: None,
            actionable_from: None,
            waiting_until: None,
            answered_on: None,
            closed_on: None,
            next_call_on: None,
            called_through: None,
            breach_proposed: false,
        })
    }

    pub(super) fn fall_due(&mut self, receipt: Trigger, holidays: &BankHolidays) -> Result<(), Refusal> {
        let days = u32::try_from(self.response_days).unwrap_or_default();
        let due = Counted::within_days(days, receipt)?;
        self.actionable_from = Some(actionable_from(due.on(), holidays)?.on());
        self.due_on = Some(due.on());
        self.due_basis = Some(due);
        // Served again after it came back: what was called for until then is not called for again.
        self.called_through = self.called_through.max(Some(receipt.on));
        self.breach_proposed = false;
        self.next_call_on = if self.is_answered_in_time() { None } else { receipt.on.succ_opt() };
        Ok(())
    }

    /// The demand came back: nothing is due, and nothing was late.
    pub(super) fn lose_service(&mut self) {
        self.next_call_on = None;
        if self.closed_on.is_some() {
            return;
        }
        self.due_on = None;
        self.due_basis = None;
        self.actionable_from = None;
        self.waiting_until = None;
    }

    /// The demand is withdrawn: an open item closes with it, and nothing is called for any more.
    pub(super) fn withdraw(&mut self, today: NaiveDate) {
        self.next_call_on = None;
        if self.closed_on.is_none() {
            self.state = ItemState::Withdrawn;
            self.closed_on = Some(today);
        }
    }

    pub(super) fn take_answer(&mut self, on: NaiveDate) {
        self.state = ItemState::UnderReview;
        self.answered_on = Some(self.answered_on.map_or(on, |earlier| earlier.min(on)));
        if self.is_answered_in_time() {
            self.next_call_on = None;
        }
    }

    pub(super) fn take_assessment(
        &mut self,
        cx: &Context,
        assessed: &Response,
        outcome: Outcome,
        others: &[Response],
    ) -> Result<(), Refusal> {
        if outcome == Outcome::Noted {
            return Ok(());
        }
        if let Some(state) = outcome.item_state(self.due_on.is_some_and(|due| assessed.received_on > due)) {
            return self.answer_accepted(cx.today(), state, assessed.received_on);
        }
        if self.closed_on.is_some() {
            return Ok(());
        }
        let waiting = others.iter().filter(|other| other.id != assessed.id && other.waits());
        self.answered_on = waiting.map(|other| other.received_on).min();
        self.state = if self.answered_on.is_some() { ItemState::UnderReview } else { ItemState::Unsatisfactory };
        if !self.is_answered_in_time() && self.due_on.is_some() {
            self.next_call_on = Some(cx.today());
        }
        debug_assert_ne!(assessed.state, ResponseState::Received);
        Ok(())
    }

    /// An accepted answer closes the item. One that came in time counts even where a later one was accepted first;
    /// one that came late leaves the breach to be proposed, if no night has done so: late supply mitigates, it does not undo.
    fn answer_accepted(&mut self, today: NaiveDate, state: ItemState, received_on: NaiveDate) -> Result<(), Refusal> {
        if self.state == ItemState::SatisfiedLate && state == ItemState::Satisfied {
            self.closed_on = None;
        }
        let breach_to_come = state == ItemState::SatisfiedLate && !self.breach_proposed;
        self.close(state, today)?;
        self.answered_on = Some(received_on);
        self.next_call_on = breach_to_come.then_some(today);
        Ok(())
    }

    pub(super) fn wait_until(&mut self, today: NaiveDate, until: NaiveDate) -> Result<(), Refusal> {
        self.still_open()?;
        if self.due_on.is_none() {
            return Err(Refusal::NothingDue);
        }
        if until <= today {
            return Err(Refusal::TimeInPast);
        }
        self.waiting_until = Some(until);
        Ok(())
    }

    pub(super) fn close(&mut self, state: ItemState, today: NaiveDate) -> Result<(), Refusal> {
        self.still_open()?;
        self.state = state;
        self.closed_on = Some(today);
        self.next_call_on = None;
        Ok(())
    }

    pub(super) fn still_open(&self) -> Result<(), Refusal> {
        if self.closed_on.is_some() { Err(Refusal::ItemClosed(self.state)) } else { Ok(()) }
    }

    /// Whether an answer that came in on or before the due date waits for an officer, or was accepted.
    #[must_use]
    pub fn is_answered_in_time(&self) -> bool {
        match (self.answered_on, self.due_on) {
            (Some(answered), Some(due)) => answered <= due,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    pub(super) fn ground(&self) -> Ground {
        match self.state {
            ItemState::Satisfied => Ground::Gone("an answer that came in on time was accepted"),
            ItemState::NotApplicable => Ground::Gone("an officer accepted that it does not apply"),
            _ if self.closed_on.is_none() && self.is_answered_in_time() => Ground::AnswerWaits,
            _ => Ground::Stands,
        }
    }

    /// How the item stands on a day.
    #[must_use]
    pub fn standing(&self, today: NaiveDate) -> Standing {
        let Some(due) = self.due_on else {
            return if self.closed_on.is_some() { Standing::Closed } else { Standing::NotServed };
        };
        if self.closed_on.is_some() {
            Standing::Closed
        } else if self.is_answered_in_time() {
            Standing::UnderReview
        } else if today > due {
            Standing::Overdue
        } else if self.state == ItemState::UnderReview {
            Standing::UnderReview
        } else {
            Standing::Due
        }
    }
}
