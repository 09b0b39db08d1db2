//! A breach: proposed by the calendar, decided by an officer. A machine never confirms one.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::actor::Role;
use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, BreachId, CheckId, ItemId, LicenceId, ObligationId, PropertyId, words};

words! {
    /// What has become of it.
    BreachState {
        /// Proposed by the calendar.
        Proposed = "proposed",
        /// Confirmed by an officer.
        Confirmed = "confirmed",
        /// Dismissed by an officer, with a reason.
        Dismissed = "dismissed",
        /// Taken back by the service before any officer decided, because its ground fell away.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What moves a breach from one state to another.
    BreachMove {
        /// An officer confirms it.
        Confirm = "confirm",
        /// An officer dismisses it.
        Dismiss = "dismiss",
        /// The service takes it back.
        TakeBack = "take_back",
    }
}

impl BreachState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: BreachMove) -> Option<Self> {
        match (self, step) {
            (Self::Proposed, BreachMove::Confirm) => Some(Self::Confirmed),
            (Self::Proposed, BreachMove::Dismiss) => Some(Self::Dismissed),
            (Self::Proposed, BreachMove::TakeBack) => Some(Self::Withdrawn),
            (Self::Confirmed | Self::Dismissed | Self::Withdrawn, _) => None,
        }
    }
}

/// What a proposed breach rests on by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The due date passed, and nothing that came in on time answers it.
    Stands,
    /// Something that came in on time waits for an officer.
    AnswerWaits,
    /// It fell away, for this reason.
    Gone(&'static str),
}

/// A breach of a condition (s.95(2)), as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// Its identifier.
    pub id: BreachId,
    /// What people call it, such as "BR/2025/00001".
    pub reference: String,
    /// The licence.
    pub licence_id: LicenceId,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// The area, for lists.
    pub area_code: Option<String>,
    /// Number of the condition.
    pub condition: Option<String>,
    /// The item that was not answered in time.
    pub item_id: Option<ItemId>,
    /// The obligation that was not met in time.
    pub obligation_id: Option<ObligationId>,
    /// The due date that passed.
    pub due_on: NaiveDate,
    /// What has become of it.
    pub state: BreachState,
    /// The night on which the calendar proposed it.
    pub proposed_on: NaiveDate,
    /// The run of the check that proposed it.
    pub check_id: CheckId,
    /// When an officer decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// The officer's reason.
    pub reason: Option<String>,
    /// What the officer relied on.
    pub evidence: Option<String>,
    /// The last day for a notice of intent, counted from the earliest arguable day: the day after the due date.
    pub limitation_on: NaiveDate,
    /// Why it is that day.
    pub limitation_basis: Counted,
    /// Counts changes.
    pub revision: i64,
}

/// What the calendar found.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What people will call it.
    pub reference: String,
    /// The licence.
    pub licence_id: LicenceId,
    /// The home.
    pub property_id: PropertyId,
    /// The area.
    pub area_code: Option<String>,
    /// The condition.
    pub condition: Option<String>,
    /// The item, or else the obligation.
    pub item_id: Option<ItemId>,
    /// The obligation.
    pub obligation_id: Option<ObligationId>,
    /// The due date that passed.
    pub due_on: NaiveDate,
    /// The night.
    pub proposed_on: NaiveDate,
    /// The run of the check.
    pub check_id: CheckId,
}

/// Why something about a breach is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Decided before.
    #[error("this breach is {0} already")]
    AlreadyDecided(BreachState),
    /// A machine tried.
    #[error("a breach is confirmed or dismissed by an officer, never by the service itself")]
    NotByMachine,
    /// An answer in time has not been looked at.
    #[error("something that came in on time waits for assessment: assess it first")]
    AnswerWaits,
    /// Nothing is left to confirm.
    #[error("nothing was missed: {0}")]
    GroundGone(&'static str),
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyDecided(_) => "breach-decided",
            Self::NotByMachine => "not-by-machine",
            Self::AnswerWaits => "answer-waits",
            Self::GroundGone(_) => "ground-gone",
            Self::NoReason => "no-reason",
        }
    }
}

/// Months within which a notice of intent must be given (Schedule 13A).
pub(super) const LIMITATION_MONTHS: u32 = 6;

impl Breach {
    /// The calendar proposes a breach. Its identifier follows from what was missed, so that no night can propose it twice.
    ///
    /// # Errors
    /// [`CannotCount`] if a date lies beyond the calendar.
    pub fn propose(cx: &Context, proposal: Proposal) -> Result<Change<Self>, CannotCount> {
        let subject = proposal.item_id.map(|id| id.0).or(proposal.obligation_id.map(|id| id.0));
        let subject = subject.map(|key| key.as_str().to_owned()).unwrap_or_default();
        let id = BreachId(super::id::Key::derived(&format!("breach {subject} {}", proposal.due_on)));
        let first = proposal.due_on.succ_opt().ok_or(CannotCount::BeyondCalendar { from: proposal.due_on })?;
        let limit =
            Counted::months_beginning_with(LIMITATION_MONTHS, Trigger::new(first, Occasion::SufficientEvidence))?;
        let facts = json!({
            "reference": proposal.reference, "licence": proposal.licence_id, "condition": proposal.condition,
            "item": proposal.item_id, "obligation": proposal.obligation_id, "due_on": proposal.due_on,
            "check": proposal.check_id, "limitation": limit,
        });
        let breach = Self {
            id,
            reference: proposal.reference,
            licence_id: proposal.licence_id,
            property_id: proposal.property_id,
            area_code: proposal.area_code,
            condition: proposal.condition,
            item_id: proposal.item_id,
            obligation_id: proposal.obligation_id,
            due_on: proposal.due_on,
            state: BreachState::Proposed,
            proposed_on: proposal.proposed_on,
            check_id: proposal.check_id,
            decided_at: None,
            decided_by: None,
            reason: None,
            evidence: None,
            limitation_on: limit.on(),
            limitation_basis: limit,
            revision: 1,
        };
        Ok(Change::new(cx, Chain::Case(breach.property_id), Happening::BreachProposed, &id, facts, breach))
    }

    /// An officer confirms it, on the ground that it has today.
    ///
    /// # Errors
    /// A [`Refusal`] if it was decided before, its ground does not stand, the reason is empty, or no officer acts.
    pub fn confirm(
        self,
        cx: &Context,
        ground: Ground,
        reason: &str,
        evidence: Option<String>,
    ) -> Result<Change<Self>, Refusal> {
        let confirmed = self.next(BreachMove::Confirm)?;
        match ground {
            Ground::Stands => self.decide(cx, confirmed, Happening::BreachConfirmed, reason, evidence),
            Ground::AnswerWaits => Err(Refusal::AnswerWaits),
            Ground::Gone(why) => Err(Refusal::GroundGone(why)),
        }
    }

    /// An officer dismisses it.
    ///
    /// # Errors
    /// As [`Breach::confirm`].
    pub fn dismiss(self, cx: &Context, reason: &str) -> Result<Change<Self>, Refusal> {
        let dismissed = self.next(BreachMove::Dismiss)?;
        self.decide(cx, dismissed, Happening::BreachDismissed, reason, None)
    }

    /// The service takes back what it proposed, where the ground fell away before any officer decided.
    #[must_use]
    pub fn take_back(mut self, cx: &Context, ground: Ground) -> Option<Change<Self>> {
        let Ground::Gone(why) = ground else { return None };
        self.state = self.state.after(BreachMove::TakeBack)?;
        self.decided_at = Some(cx.now);
        self.reason = Some(why.to_owned());
        let facts = json!({ "reason": why, "due_on": self.due_on });
        let chain = Chain::Case(self.property_id);
        Some(Change::new(cx, chain, Happening::BreachWithdrawn, &self.id.clone(), facts, self))
    }

    fn next(&self, step: BreachMove) -> Result<BreachState, Refusal> {
        self.state.after(step).ok_or(Refusal::AlreadyDecided(self.state))
    }

    fn decide(
        mut self,
        cx: &Context,
        state: BreachState,
        kind: Happening,
        reason: &str,
        evidence: Option<String>,
    ) -> Result<Change<Self>, Refusal> {
        if cx.actor.account.is_none() || cx.actor.role == Role::System {
            return Err(Refusal::NotByMachine);
        }
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        self.state = state;
        self.decided_at = Some(cx.now);
        self.decided_by = cx.actor.account;
        self.reason = Some(reason.to_owned());
        self.evidence = evidence.clone();
        let facts =
            json!({ "reason": reason, "evidence": evidence, "condition": self.condition, "item": self.item_id });
        Ok(Change::new(cx, Chain::Case(self.property_id), kind, &self.id.clone(), facts, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;
    use crate::states::only_these_ways;
    use crate::testing::{amy, day, home, key, machine_on, on};

    fn proposal(due_on: &str, item: &str) -> Proposal {
        Proposal {
            reference: "BR/2025/00001".to_owned(),
            licence_id: LicenceId(key("licence")),
            property_id: home(None).id,
            area_code: None,
            condition: Some("1".to_owned()),
            item_id: Some(ItemId(key(item))),
            obligation_id: None,
            due_on: day(due_on),
            proposed_on: day("2025-02-06"),
            check_id: CheckId(key("night")),
        }
    }

    fn proposed(due_on: &str) -> Breach {
        Breach::propose(&machine_on("2025-02-06"), proposal(due_on, "gas")).unwrap().into_entity()
    }

    #[test]
    fn a_notice_of_intent_is_in_time_for_six_months_beginning_with_the_day_after_the_due_date() {
        for (due_on, limitation_on) in [
            ("2025-02-05", "2025-08-05"),
            ("2025-04-18", "2025-10-18"),
            ("2025-02-28", "2025-08-31"),
            ("2025-08-30", "2026-02-28"),
            ("2024-12-31", "2025-06-30"),
        ] {
            assert_eq!(proposed(due_on).limitation_on, day(limitation_on), "due {due_on}");
        }
    }

    #[test]
    fn what_was_missed_names_its_breach_so_that_no_night_proposes_it_twice() {
        let first = proposed("2025-02-05");
        let mut later = proposal("2025-02-05", "gas");
        later.reference = "BR/2025/00002".to_owned();
        later.check_id = CheckId(key("another night"));
        let again = Breach::propose(&machine_on("2025-02-09"), later).unwrap().into_entity();
        assert_eq!(again.id, first.id);
        let other_item = Breach::propose(&machine_on("2025-02-06"), proposal("2025-02-05", "electrical")).unwrap();
        assert_ne!(other_item.entity().id, first.id);
        assert_ne!(proposed("2025-02-12").id, first.id, "served again, missed again");
    }

    #[test]
    fn a_machine_never_confirms_or_dismisses() {
        let account = amy().account;
        for actor in [Actor::system(), Actor::operator(), Actor { account, ..Actor::system() }] {
            let cx = Context { actor, ..on("2025-02-06") };
            assert_eq!(
                proposed("2025-02-05").confirm(&cx, Ground::Stands, "missed", None).unwrap_err(),
                Refusal::NotByMachine
            );
            assert_eq!(proposed("2025-02-05").dismiss(&cx, "excused").unwrap_err(), Refusal::NotByMachine);
        }
    }

    #[test]
    fn an_officer_decides_once_and_says_why() {
        let cx = on("2025-02-10");
        assert_eq!(proposed("2025-02-05").confirm(&cx, Ground::Stands, " ", None).unwrap_err(), Refusal::NoReason);
        assert_eq!(proposed("2025-02-05").dismiss(&cx, "").unwrap_err(), Refusal::NoReason);
        let evidence = Some("certificate of posting".to_owned());
        let confirmed = proposed("2025-02-05")
            .confirm(&cx, Ground::Stands, "nothing came", evidence.clone())
            .unwrap()
            .into_entity();
        assert_eq!((confirmed.state, confirmed.decided_by), (BreachState::Confirmed, amy().account));
        assert_eq!((confirmed.evidence.clone(), confirmed.reason.as_deref()), (evidence, Some("nothing came")));
        let dismissed = proposed("2025-02-05").dismiss(&cx, "in hospital").unwrap().into_entity();
        for decided in [confirmed, dismissed] {
            let refusal = Refusal::AlreadyDecided(decided.state);
            assert_eq!(decided.clone().confirm(&cx, Ground::Stands, "again", None).unwrap_err(), refusal);
            assert_eq!(decided.dismiss(&cx, "again").unwrap_err(), refusal);
        }
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use BreachMove as M;
        use BreachState as S;
        let ways: &[(&[S], M, S)] = &[
            (&[S::Proposed], M::Confirm, S::Confirmed),
            (&[S::Proposed], M::Dismiss, S::Dismissed),
            (&[S::Proposed], M::TakeBack, S::Withdrawn),
        ];
        let cx = on("2025-02-10");
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let breach = Breach { state: from, ..proposed("2025-02-05") };
                let moved = match step {
                    M::Confirm => breach.confirm(&cx, Ground::Stands, "nothing came", None).ok(),
                    M::Dismiss => breach.dismiss(&cx, "in hospital").ok(),
                    M::TakeBack => breach.take_back(&cx, Ground::Gone("the demand came back")),
                };
                moved.map(|change| change.entity().state)
            },
        );
    }

    #[test]
    fn a_breach_is_confirmed_only_while_its_ground_stands() {
        let cx = on("2025-02-10");
        let gone = Ground::Gone("the demand came back");
        for (ground, refusal) in
            [(Ground::AnswerWaits, Refusal::AnswerWaits), (gone, Refusal::GroundGone("the demand came back"))]
        {
            assert_eq!(proposed("2025-02-05").confirm(&cx, ground, "missed", None).unwrap_err(), refusal);
        }
    }

    #[test]
    fn a_proposal_is_taken_back_when_its_ground_falls_away_and_a_decision_never_is() {
        let (cx, gone) = (machine_on("2025-02-10"), Ground::Gone("the demand came back"));
        let taken = proposed("2025-02-05").take_back(&cx, gone).unwrap().into_entity();
        assert_eq!((taken.state, taken.decided_by), (BreachState::Withdrawn, None));
        assert_eq!(taken.reason.as_deref(), Some("the demand came back"));
        for ground in [Ground::Stands, Ground::AnswerWaits] {
            assert!(proposed("2025-02-05").take_back(&cx, ground).is_none(), "{ground:?}");
        }
        let confirmed = proposed("2025-02-05").confirm(&on("2025-02-10"), Ground::Stands, "missed", None).unwrap();
        assert!(confirmed.into_entity().take_back(&cx, gone).is_none());
    }
}
