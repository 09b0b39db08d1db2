//! A prosecution: begun with the court's reference, and how it ended.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Case, CaseState, Refusal, not_before, past, said};
use crate::id::words;

words! {
    /// How a prosecution ended.
    CourtOutcome {
        /// Convicted.
        Convicted = "convicted",
        /// Acquitted.
        Acquitted = "acquitted",
        /// Given up in court.
        Discontinued = "discontinued",
        /// Never brought: the lawyers returned the file.
        NotBrought = "not_brought",
    }
}

impl CourtOutcome {
    /// The state in which it can come about.
    pub(super) fn from(self) -> CaseState {
        if self == Self::NotBrought { CaseState::FileToLegal } else { CaseState::Court }
    }
}

/// A prosecution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Prosecution {
    /// The court's reference.
    pub reference: Option<String>,
    /// The day on which proceedings were begun.
    pub begun_on: Option<NaiveDate>,
    /// How it ended.
    pub outcome: Option<CourtOutcome>,
    /// When.
    pub ended_on: Option<NaiveDate>,
    /// The order, or why nothing came of it.
    pub order: Option<String>,
}

impl Case {
    pub(super) fn go_to_court(
        &mut self,
        today: NaiveDate,
        reference: String,
        begun_on: NaiveDate,
    ) -> Result<Value, Refusal> {
        said(&reference)?;
        past(begun_on, today)?;
        let told = json!({ "reference": reference, "begun_on": begun_on });
        let prosecution = self.prosecution.get_or_insert_default();
        prosecution.reference = Some(reference);
        prosecution.begun_on = Some(begun_on);
        Ok(told)
    }

    pub(super) fn end_prosecution(
        &mut self,
        today: NaiveDate,
        outcome: CourtOutcome,
        ended_on: NaiveDate,
        order: String,
    ) -> Result<Value, Refusal> {
        said(&order)?;
        let prosecution = self.prosecution.get_or_insert_default();
        not_before(past(ended_on, today)?, prosecution.begun_on)?;
        let told = json!({ "outcome": outcome, "ended_on": ended_on, "order": order });
        prosecution.outcome = Some(outcome);
        prosecution.ended_on = Some(ended_on);
        prosecution.order = Some(order);
        Ok(told)
    }
}
