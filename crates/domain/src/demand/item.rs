//! One thing asked for: its condition, its days, its due date, and how it stands on a day.

use chrono::NaiveDate;

use super::{Outcome, Refusal, Response};
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
    /// What moves an item from one state to another.
    ItemMove {
        /// Something comes in that could answer it.
        Answer = "answer",
        /// An answer is rejected while another one waits.
        Reject = "reject",
        /// The last answer that waited is rejected.
        RejectLast = "reject_last",
        /// An answer that came in on time is accepted.
        Accept = "accept",
        /// An answer that came in late is accepted.
        AcceptLate = "accept_late",
        /// It is accepted that it does not apply.
        AcceptNotApplicable = "accept_not_applicable",
        /// It is closed without further action.
        Close = "close",
        /// Its demand is withdrawn.
        Withdraw = "withdraw",
    }
}

impl ItemState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: ItemMove) -> Option<Self> {
        use ItemMove as M;
        use ItemState as S;
        match (self, step) {
            (S::Open | S::UnderReview | S::Unsatisfactory, M::Answer) => Some(S::UnderReview),
            (S::UnderReview, M::Reject) => Some(S::UnderReview),
            (S::UnderReview, M::RejectLast) => Some(S::Unsatisfactory),
            // One that came in time counts even where a later one was accepted first.
            (S::UnderReview | S::SatisfiedLate, M::Accept) => Some(S::Satisfied),
            (S::UnderReview, M::AcceptLate) => Some(S::SatisfiedLate),
            (S::UnderReview, M::AcceptNotApplicable) => Some(S::NotApplicable),
            (S::Open | S::UnderReview | S::Unsatisfactory, M::Close) => Some(S::ClosedNoAction),
            (S::Open | S::UnderReview | S::Unsatisfactory, M::Withdraw) => Some(S::Withdrawn),
            _ => None,
        }
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
        if let Some(withdrawn) = self.state.after(ItemMove::Withdraw) {
            self.state = withdrawn;
            self.closed_on = Some(today);
        }
    }

    pub(super) fn take_answer(&mut self, on: NaiveDate) -> Result<(), Refusal> {
        self.step(ItemMove::Answer)?;
        self.answered_on = Some(self.answered_on.map_or(on, |earlier| earlier.min(on)));
        if self.is_answered_in_time() {
            self.next_call_on = None;
        }
        Ok(())
    }

    pub(super) fn take_assessment(
        &mut self,
        cx: &Context,
        assessed: &Response,
        outcome: Outcome,
        others: &[Response],
    ) -> Result<(), Refusal> {
        let late = self.due_on.is_some_and(|due| assessed.received_on > due);
        match outcome {
            Outcome::Accepted if late => self.accept(ItemMove::AcceptLate, cx.today(), assessed.received_on),
            Outcome::Accepted => self.accept(ItemMove::Accept, cx.today(), assessed.received_on),
            Outcome::NotApplicableAccepted => {
                self.accept(ItemMove::AcceptNotApplicable, cx.today(), assessed.received_on)
            }
            Outcome::Rejected if self.closed_on.is_none() => {
                let waiting = others.iter().filter(|other| other.id != assessed.id && other.waits());
                self.reject(cx.today(), waiting.map(|other| other.received_on).min())
            }
            Outcome::Rejected | Outcome::Noted => Ok(()),
        }
    }

    /// An accepted answer closes the item. One that came late leaves the breach to be proposed, if no night has done so: late
    /// supply mitigates, it does not undo.
    fn accept(&mut self, step: ItemMove, today: NaiveDate, received_on: NaiveDate) -> Result<(), Refusal> {
        self.step(step)?;
        self.closed_on = Some(today);
        self.answered_on = Some(received_on);
        let breach_to_come = step == ItemMove::AcceptLate && !self.breach_proposed;
        self.next_call_on = breach_to_come.then_some(today);
        Ok(())
    }

    /// A rejected answer leaves the item with the earliest of those that wait, if any does.
    fn reject(&mut self, today: NaiveDate, waiting_since: Option<NaiveDate>) -> Result<(), Refusal> {
        self.step(if waiting_since.is_some() { ItemMove::Reject } else { ItemMove::RejectLast })?;
        self.answered_on = waiting_since;
        if !self.is_answered_in_time() && self.due_on.is_some() {
            self.next_call_on = Some(today);
        }
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

    pub(super) fn close(&mut self, today: NaiveDate) -> Result<(), Refusal> {
        self.step(ItemMove::Close)?;
        self.closed_on = Some(today);
        self.next_call_on = None;
        Ok(())
    }

    fn step(&mut self, step: ItemMove) -> Result<(), Refusal> {
        self.state = self.state.after(step).ok_or(Refusal::ItemClosed(self.state))?;
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
