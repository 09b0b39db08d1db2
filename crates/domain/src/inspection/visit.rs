//! One visit to a home: when, who was told, what was found.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refusal;
use crate::calendar::{BankHolidays, Dispatch, Method, ServicePolicy, ServiceRefused, deemed_receipt, london};
use crate::id::{AccountId, DocumentId, PartyId, words};
use crate::scheme::{Inspections, NoNotice};

words! {
    /// What a visit is for.
    Purpose {
        /// The programme: each licensed home once.
        Programme = "programme",
        /// Somebody complained.
        Complaint = "complaint",
        /// To find out whether an offence was committed (s.239(7)).
        Offence = "offence",
        /// An application for a licence.
        Application = "application",
        /// To see whether work was done.
        Reinspection = "reinspection",
        /// Something else, which the report says.
        Other = "other",
    }
}

words! {
    /// Who must be told of a visit (s.239(5)).
    NoticeTo {
        /// The owner, if known; in practice also the holder and the manager.
        Owner = "owner",
        /// Whoever lives there, if anybody does.
        Occupier = "occupier",
    }
}

words! {
    /// The answer to a question of the checklist.
    Answered {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// The question does not apply to this home.
        NotApplicable = "not_applicable",
        /// It could not be seen.
        NotSeen = "not_seen",
    }
}

words! {
    /// How bad a hazard is (Housing Act 2004, section 2).
    HazardCategory {
        /// The council must act (section 5).
        One = "category_1",
        /// The council may act (section 7).
        Two = "category_2",
    }
}

impl HazardCategory {
    /// Both categories, the worse one first.
    pub const BOTH: [Self; 2] = [Self::One, Self::Two];
}

words! {
    /// What the council is likely to do about a hazard (Housing Act 2004, Part 1).
    LikelyAction {
        /// Nothing.
        Nothing = "none",
        /// It is put right by agreement.
        Informal = "informal",
        /// A hazard awareness notice (ss.28 and 29).
        HazardAwarenessNotice = "hazard_awareness_notice",
        /// An improvement notice (ss.11 and 12).
        ImprovementNotice = "improvement_notice",
        /// A prohibition order (ss.20 and 21).
        ProhibitionOrder = "prohibition_order",
        /// Emergency remedial action (s.40).
        EmergencyRemedialAction = "emergency_remedial_action",
        /// An emergency prohibition order (s.43).
        EmergencyProhibitionOrder = "emergency_prohibition_order",
    }
}

words! {
    /// What came of a visit.
    VisitOutcome {
        /// Nothing is to be done.
        Compliant = "compliant",
        /// Something is to be done.
        ActionNeeded = "action_needed",
        /// An offence is suspected.
        OffenceSuspected = "offence_suspected",
    }
}

/// Notice of a visit, as it was given to one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NoticeGiven {
    /// As what they were told.
    pub to: NoticeTo,
    /// Who, if on record.
    pub party_id: Option<PartyId>,
    /// Their name, or how they were addressed, such as "the occupier".
    pub name: Option<String>,
    /// How.
    pub method: Method,
    /// When it was handed over or sent.
    pub given_at: DateTime<Utc>,
    /// From when it counts: at once by hand, otherwise from the end of the day on which it counts as received.
    pub counts_from: DateTime<Utc>,
    /// What proves it.
    pub evidence: Option<String>,
}

impl NoticeGiven {
    /// From when a notice counts. What is handed over or left at the address counts at once. Of anything else only the day of
    /// receipt is known, so the hours run from the end of that day: a later start can never be too early.
    ///
    /// # Errors
    /// [`ServiceRefused`] of what is sent electronically without consent.
    pub fn counted(
        dispatch: Dispatch,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<DateTime<Utc>, ServiceRefused> {
        if matches!(dispatch.method, Method::DeliveredByHand | Method::LeftAtAddress) {
            return Ok(london::instant_at(dispatch.at.date(), dispatch.at.time()));
        }
        Ok(london::end_of_day(deemed_receipt(dispatch, policy, holidays)?.on()))
    }

    pub(super) fn is_told(&self) -> Result<(), Refusal> {
        let is_named = self.name.as_deref().is_some_and(|name| !name.trim().is_empty());
        if self.party_id.is_some() || is_named { Ok(()) } else { Err(Refusal::Nobody) }
    }

    /// What its event says: no names.
    pub(super) fn facts(&self) -> Value {
        json!({
            "to": self.to, "party": self.party_id, "method": self.method, "given_at": self.given_at,
            "counts_from": self.counts_from,
        })
    }
}

/// An answer to a question of the checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CheckAnswer {
    /// The question's code in the scheme.
    pub code: String,
    /// The answer.
    pub answer: Answered,
    /// What there is to say of it.
    pub note: Option<String>,
}

/// A hazard that was found (Housing Act 2004, Part 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hazard {
    /// Its code in the scheme.
    pub code: String,
    /// How bad it is.
    pub category: HazardCategory,
    /// Where and what.
    pub note: String,
    /// What the council is likely to do.
    pub likely_action: LikelyAction,
}

/// What a visit found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Findings {
    /// When the home was entered (UTC).
    pub entered_at: DateTime<Utc>,
    /// When it was left (UTC).
    pub left_at: DateTime<Utc>,
    /// The answers, one for each question of the scheme.
    pub checklist: Vec<CheckAnswer>,
    /// The hazards.
    pub hazards: Vec<Hazard>,
    /// The photos and papers.
    pub documents: Vec<DocumentId>,
}

impl Findings {
    pub(super) fn check(&self, scheme: &Inspections) -> Result<(), Refusal> {
        if self.left_at < self.entered_at {
            return Err(Refusal::LeftBefore);
        }
        for one in &self.checklist {
            if !scheme.checklist.iter().any(|question| question.code == one.code) {
                return Err(Refusal::Checklist(format!("no question {:?}: leave that answer out", one.code)));
            }
        }
        for question in &scheme.checklist {
            let answers = self.checklist.iter().filter(|one| one.code == question.code).count();
            if answers != 1 {
                let text = format!("{answers} answers to {:?} ({}): give one", question.code, question.text);
                return Err(Refusal::Checklist(text));
            }
        }
        for hazard in &self.hazards {
            if !scheme.hazards.iter().any(|known| known.code == hazard.code) {
                return Err(Refusal::UnknownHazard(hazard.code.clone()));
            }
            if hazard.category == HazardCategory::One && hazard.likely_action == LikelyAction::Nothing {
                return Err(Refusal::DutyToAct(hazard.code.clone()));
            }
        }
        Ok(())
    }
}

/// One visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Visit {
    /// Who goes.
    pub officer_id: AccountId,
    /// What it is for.
    pub purpose: Purpose,
    /// When it begins (UTC).
    pub starts_at: DateTime<Utc>,
    /// When it ends (UTC).
    pub ends_at: DateTime<Utc>,
    /// How often it was moved.
    pub moved: u32,
    /// When it was last moved to another time: no earlier notice is of that time.
    #[serde(default)]
    pub moved_at: Option<DateTime<Utc>>,
    /// Who was told of it.
    pub given: Vec<NoticeGiven>,
    /// Why the owner or the occupier was not told.
    pub not_told: Option<String>,
    /// Why no notice was needed.
    pub no_notice: Option<NoNotice>,
    /// That reason in words.
    pub no_notice_note: Option<String>,
    /// What was found, once the home was visited.
    pub findings: Option<Findings>,
    /// What happened where nobody let the officer in.
    pub no_access: Option<String>,
    /// What came of it.
    pub outcome: Option<VisitOutcome>,
    /// The report.
    pub report: Option<String>,
    /// Whether it was called off.
    pub is_cancelled: bool,
}

impl Visit {
    /// A visit is planned.
    ///
    /// # Errors
    /// [`Refusal::Times`] if it ends before it begins or takes more than a day.
    pub fn plan(
        officer_id: AccountId,
        purpose: Purpose,
        times: (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Self, Refusal> {
        let (starts_at, ends_at) = times;
        if ends_at <= starts_at || ends_at - starts_at > TimeDelta::days(1) {
            return Err(Refusal::Times);
        }
        Ok(Self {
            officer_id,
            purpose,
            starts_at,
            ends_at,
            moved: 0,
            moved_at: None,
            given: Vec::new(),
            not_told: None,
            no_notice: None,
            no_notice_note: None,
            findings: None,
            no_access: None,
            outcome: None,
            report: None,
            is_cancelled: false,
        })
    }
}
