//! An appeal to the First-tier Tribunal against a decision about a licence (Schedule 5, Part 3), or against a refusal of a temporary
//! exemption notice (s.86(7)).

use chrono::NaiveDate;
use serde_json::json;

use super::calendar::Counted;
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::exemption::Exemption;
use super::id::{AppealId, ApplicationId, ExemptionId, NoticeId, PartyId, ProceedingId, PropertyId, words};
use super::notice::{Cover, NoticeKind};

words! {
    /// What became of an appeal.
    AppealOutcome {
        /// The decision stands.
        Dismissed = "dismissed",
        /// The decision is reversed.
        Allowed = "allowed",
        /// The decision stands with other terms.
        Varied = "varied",
        /// The appellant gave it up.
        Withdrawn = "withdrawn",
    }
}

/// An appeal.
#[derive(Clone, Debug, PartialEq)]
pub struct Appeal {
    /// Its identifier.
    pub id: AppealId,
    /// The notice of the decision about a licence, if it is one.
    pub notice_id: Option<NoticeId>,
    /// The application that was decided, if one was.
    pub application_id: Option<ApplicationId>,
    /// The proceedings on a licence that were decided, if some were.
    pub proceeding_id: Option<ProceedingId>,
    /// The exemption that was refused, if one was.
    pub exemption_id: Option<ExemptionId>,
    /// The home.
    pub property_id: PropertyId,
    /// The tribunal's own reference.
    pub reference: String,
    /// Who appeals, where they are on record.
    pub appellant_id: Option<PartyId>,
    /// The day on which it was lodged.
    pub lodged_on: NaiveDate,
    /// Whether that was within the time for it; a tribunal can allow more.
    pub is_in_time: bool,
    /// What became of it; nothing while it runs.
    pub outcome: Option<AppealOutcome>,
    /// The day of the tribunal's decision.
    pub decided_on: Option<NaiveDate>,
    /// What the tribunal orders, in words.
    pub ordered: Option<String>,
    /// Counts changes.
    pub revision: i64,
}

/// What is appealed against.
#[derive(Clone, Copy, Debug)]
pub enum Against<'a> {
    /// A decision about a licence, of which this notice tells.
    Notice(&'a Cover),
    /// The refusal of a temporary exemption notice.
    Exemption(&'a Exemption),
}

/// Why something about an appeal is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was decided.
    #[error("an appeal is made against a decision: name the notice of one, or an exemption that was refused")]
    NoDecision,
    /// Before the decision.
    #[error("the decision is of {0}: an appeal cannot have been lodged before")]
    BeforeDecision(NaiveDate),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Decided before it was lodged.
    #[error("the appeal was lodged on {0}: it cannot have been decided before")]
    BeforeLodging(NaiveDate),
    /// Decided twice.
    #[error("this appeal has ended already: {0}")]
    Ended(AppealOutcome),
    /// Words are missing.
    #[error("give the tribunal's reference, and what it orders: the text is empty")]
    NoWords,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDecision => "no-decision",
            Self::BeforeDecision(_) => "before-decision",
            Self::InFuture => "in-future",
            Self::BeforeLodging(_) => "before-lodging",
            Self::Ended(_) => "appeal-ended",
            Self::NoWords => "no-reason",
        }
    }
}

impl Appeal {
    /// An appeal against a decision was lodged. One that came late is recorded, too: a tribunal can allow more time.
    ///
    /// # Errors
    /// A [`Refusal`] where nothing was decided, or of a day that cannot be.
    pub fn lodge(
        cx: &Context,
        against: Against<'_>,
        reference: &str,
        appellant: Option<PartyId>,
        lodged_on: NaiveDate,
    ) -> Result<Change<Self>, Refusal> {
        said(reference)?;
        let (decided_on, last) = against.decision().ok_or(Refusal::NoDecision)?;
        if lodged_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        if lodged_on < decided_on {
            return Err(Refusal::BeforeDecision(decided_on));
        }
        let id = AppealId::new(cx);
        let blank = Self {
            id,
            notice_id: None,
            application_id: None,
            proceeding_id: None,
            exemption_id: None,
            property_id: against.property(),
            reference: reference.to_owned(),
            appellant_id: appellant,
            lodged_on,
            is_in_time: last.is_none_or(|last| lodged_on <= last.on()),
            outcome: None,
            decided_on: None,
            ordered: None,
            revision: 1,
        };
        let appeal = match against {
            Against::Notice(notice) => Self {
                notice_id: Some(notice.id),
                application_id: notice.application_id,
                proceeding_id: notice.proceeding_id,
                ..blank
            },
            Against::Exemption(exemption) => Self { exemption_id: Some(exemption.id), ..blank },
        };
        let facts = json!({
            "notice": appeal.notice_id, "exemption": appeal.exemption_id, "reference": reference, "appellant": appellant,
            "lodged_on": lodged_on, "last_day": last, "in_time": appeal.is_in_time,
        });
        Ok(Change::new(cx, Chain::Case(appeal.property_id), Happening::AppealLodged, &id, facts, appeal))
    }

    /// The appeal ended.
    ///
    /// # Errors
    /// A [`Refusal`] if it had ended before, of a day that cannot be, or without the order.
    pub fn decide(
        mut self,
        cx: &Context,
        outcome: AppealOutcome,
        decided_on: NaiveDate,
        order: &str,
    ) -> Result<Change<Self>, Refusal> {
        said(order)?;
        if let Some(before) = self.outcome {
            return Err(Refusal::Ended(before));
        }
        if decided_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        if decided_on < self.lodged_on {
            return Err(Refusal::BeforeLodging(self.lodged_on));
        }
        self.outcome = Some(outcome);
        self.decided_on = Some(decided_on);
        self.ordered = Some(order.to_owned());
        let facts = json!({ "outcome": outcome, "decided_on": decided_on, "order": order });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::AppealDecided, &self.id.clone(), facts, self))
    }

    /// Whether it reverses a refusal, so that a licence is to be granted after all.
    #[must_use]
    pub fn overturns_refusal(&self, against: NoticeKind) -> bool {
        against == NoticeKind::Refusal && self.outcome == Some(AppealOutcome::Allowed)
    }
}

impl<'a> Against<'a> {
    /// The day of the decision and the last day for an appeal; `None` where nothing was decided.
    fn decision(self) -> Option<(NaiveDate, Option<&'a Counted>)> {
        match self {
            Self::Notice(notice) => notice.kind.is_decision().then_some((notice.dated_on, notice.period.as_ref())),
            Self::Exemption(exemption) => exemption.decided_on.zip(exemption.appeal_by.as_ref().map(Some)),
        }
    }

    fn property(self) -> PropertyId {
        match self {
            Self::Notice(notice) => notice.property_id,
            Self::Exemption(exemption) => exemption.property_id,
        }
    }
}

fn said(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::tests::issued;
    use crate::testing::{day, khan, on};

    fn lodge(against: NoticeKind, lodged_on: &str, reference: &str) -> Result<Appeal, Refusal> {
        let notice = issued(against, "2025-02-18").cover;
        Appeal::lodge(&on("2025-04-30"), Against::Notice(&notice), reference, Some(khan()), day(lodged_on))
            .map(Change::into_entity)
    }

    #[test]
    fn an_appeal_is_in_time_until_the_28th_day_beginning_with_the_decision_and_recorded_after_it_too() {
        for (lodged_on, in_time) in [("2025-02-18", true), ("2025-03-17", true), ("2025-03-18", false)] {
            assert_eq!(lodge(NoticeKind::Refusal, lodged_on, "MAN/1").unwrap().is_in_time, in_time, "{lodged_on}");
        }
        for (against, lodged_on, reference, refusal) in [
            (NoticeKind::ProposedGrant, "2025-03-01", "MAN/1", Refusal::NoDecision),
            (NoticeKind::Grant, "2025-02-17", "MAN/1", Refusal::BeforeDecision(day("2025-02-18"))),
            (NoticeKind::Grant, "2025-05-01", "MAN/1", Refusal::InFuture),
            (NoticeKind::Grant, "2025-03-01", " ", Refusal::NoWords),
        ] {
            assert_eq!(lodge(against, lodged_on, reference).unwrap_err(), refusal);
        }
    }

    #[test]
    fn an_appeal_ends_once_with_an_order_and_only_one_allowed_against_a_refusal_makes_a_grant() {
        let cx = on("2025-06-30");
        for outcome in AppealOutcome::ALL {
            let appeal = lodge(NoticeKind::Refusal, "2025-03-01", "MAN/1").unwrap();
            let early = appeal.clone().decide(&cx, *outcome, day("2025-02-28"), "so ordered").unwrap_err();
            assert_eq!(early, Refusal::BeforeLodging(day("2025-03-01")));
            let silent = appeal.clone().decide(&cx, *outcome, day("2025-06-01"), "").unwrap_err();
            assert_eq!(silent, Refusal::NoWords);
            let ahead = appeal.clone().decide(&cx, *outcome, day("2025-07-01"), "so ordered").unwrap_err();
            assert_eq!(ahead, Refusal::InFuture);
            let ended = appeal.decide(&cx, *outcome, day("2025-06-01"), "so ordered").unwrap().into_entity();
            let grants = [NoticeKind::Refusal, NoticeKind::Grant].map(|against| ended.overturns_refusal(against));
            assert_eq!(grants, [*outcome == AppealOutcome::Allowed, false], "{outcome}");
            let twice = ended.decide(&cx, *outcome, day("2025-06-01"), "again").unwrap_err();
            assert_eq!(twice, Refusal::Ended(*outcome));
        }
    }
}
