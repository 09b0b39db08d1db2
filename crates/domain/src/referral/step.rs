//! How far a referral has come, the steps that it can take, and the one table of which step leads where.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::calendar::Counted;
use crate::id::{BreachId, DemandId, EnforcementId, LicenceId, PartyId, PropertyId, words};

words! {
    /// How far a referral has come.
    ReferralState {
        /// A partner sent it.
        Received = "received",
        /// It is known which home it is about.
        Linked = "linked_to_property",
        /// Whoever is responsible was asked to act.
        HolderAsked = "holder_asked",
        /// They said what they will do.
        ActionPlan = "action_plan",
        /// It is watched whether that helps.
        Monitoring = "monitoring",
        /// Closed, with its outcome.
        Closed = "closed",
        /// They did not act: it goes on as a breach.
        Breach = "breach",
    }
}

words! {
    /// What became of it.
    ReferralOutcome {
        /// It stopped.
        Resolved = "resolved",
        /// The tenancy ended.
        TenancyEnded = "tenancy_ended",
        /// Somebody else deals with it.
        PassedOn = "passed_on",
        /// There was nothing in it.
        Unfounded = "unfounded",
        /// Nothing more is done.
        NoAction = "no_action",
    }
}

/// One thing that the holder will do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlannedAct {
    /// What.
    #[schema(min_length = 1, max_length = 1000)]
    pub what: String,
    /// By when.
    pub by: Option<NaiveDate>,
}

/// Who is asked to act, under what, and by when.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Who.
    pub party_id: PartyId,
    /// The licence and the number of its condition about co-operation; none for a home without a licence.
    pub under: Option<(LicenceId, String)>,
    /// The demand, where that condition allows one.
    pub demand_id: Option<DemandId>,
    /// The last day; a demand that is not served has none yet.
    pub act_by: Option<Counted>,
}

/// A step of a referral.
#[derive(Clone, Debug, PartialEq)]
pub enum ReferralStep {
    /// It is found which home it is about.
    Link {
        /// The home.
        property_id: PropertyId,
    },
    /// Whoever is responsible is asked to act.
    AskHolder(Ask),
    /// They say what they will do.
    ReceivePlan {
        /// What.
        items: Vec<PlannedAct>,
    },
    /// It is watched whether that helps.
    Monitor {
        /// The last day.
        until: NaiveDate,
    },
    /// It is closed.
    Close {
        /// With what.
        outcome: ReferralOutcome,
        /// Why.
        reason: String,
    },
    /// They did not act: it goes on as a breach, or as an enforcement case.
    FindBreach {
        /// The breach.
        breach_id: Option<BreachId>,
        /// The enforcement case.
        enforcement_id: Option<EnforcementId>,
        /// Why.
        reason: String,
    },
}

impl ReferralState {
    /// Where a step leads from this state; nowhere where it may not be taken.
    #[must_use]
    pub fn after(self, step: &ReferralStep) -> Option<Self> {
        use ReferralState as S;
        use ReferralStep as T;
        match (self, step) {
            (S::Closed | S::Breach, _) => None,
            (S::Received, T::Link { .. }) => Some(S::Linked),
            (S::Linked | S::HolderAsked | S::Monitoring, T::AskHolder(_)) => Some(S::HolderAsked),
            (S::HolderAsked | S::ActionPlan | S::Monitoring, T::ReceivePlan { .. }) => Some(S::ActionPlan),
            (S::ActionPlan | S::Monitoring, T::Monitor { .. }) => Some(S::Monitoring),
            (S::HolderAsked | S::ActionPlan | S::Monitoring, T::FindBreach { .. }) => Some(S::Breach),
            (_, T::Close { .. }) => Some(S::Closed),
            _ => None,
        }
    }

    /// Whether something is still to be done about it.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Breach)
    }
}

impl ReferralStep {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Link { .. } => "link",
            Self::AskHolder(_) => "ask_holder",
            Self::ReceivePlan { .. } => "receive_plan",
            Self::Monitor { .. } => "monitor",
            Self::Close { .. } => "close",
            Self::FindBreach { .. } => "find_breach",
        }
    }
}
