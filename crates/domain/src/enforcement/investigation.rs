//! What is done before anything is chosen: the steps of the council's policy, the evidence, and more time for a notice of intent.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::offence::{earliest, six_months};
use super::{Case, Offence, Refusal, answerable, past, said};
use crate::calendar::{Counted, Occasion};
use crate::context::Context;
use crate::id::{AccountId, LetterId, words};
use crate::scheme::{Enforcement, PolicyStep};

words! {
    /// The grounds on which a notice of intent may come after the limitation date.
    ExtensionGround {
        /// The conduct went on: six months run from its last day (Schedule 13A).
        ContinuingConduct = "continuing_conduct",
    }
}

/// A step of the council's policy that was taken, or the reason for skipping it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyNote {
    /// Which.
    pub step: PolicyStep,
    /// Whether it was taken.
    pub taken: bool,
    /// When that was entered.
    pub on: NaiveDate,
    /// By when an answer or compliance was asked for.
    pub until: Option<NaiveDate>,
    /// What was said, or why it was skipped.
    pub note: Option<String>,
    /// By whom.
    pub by: Option<AccountId>,
    /// The letter that invites to explain, where the service wrote it.
    #[serde(default)]
    pub letter_id: Option<LetterId>,
}

/// What the person who is suspected said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Explanation {
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// What it says.
    pub text: String,
}

/// More time for a notice of intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// The ground.
    pub ground: ExtensionGround,
    /// What shows it.
    pub reason: String,
    /// The last day that it gives, and why.
    pub until: Counted,
    /// Who proposed it.
    pub proposer: AccountId,
    /// Who approved it; without that, it gives nothing.
    pub approver: Option<AccountId>,
}

impl Case {
    pub(super) fn note(
        &mut self,
        cx: &Context,
        step: PolicyStep,
        taken: bool,
        until: Option<NaiveDate>,
        note: Option<String>,
    ) -> Result<Value, Refusal> {
        note.as_deref().map_or(Ok(()), said)?;
        if until.is_some_and(|until| until <= cx.today()) {
            return Err(Refusal::Passed);
        }
        let told = json!({ "policy_step": step, "taken": taken, "until": until, "note": note });
        let (on, by) = (cx.today(), cx.actor.account);
        self.policy.push(PolicyNote { step, taken, on, until, note, by, letter_id: None });
        Ok(told)
    }

    pub(super) fn complete(
        &mut self,
        cx: &Context,
        scheme: &Enforcement,
        offences: &[Offence],
        sufficient_on: NaiveDate,
        excuse: String,
    ) -> Result<Value, Refusal> {
        said(&excuse)?;
        past(sufficient_on, cx.today())?;
        if let Some(first) = offences.iter().map(|one| one.happened_on).min().filter(|first| sufficient_on < *first) {
            return Err(Refusal::BeforeOffence(first));
        }
        let is_missing = |step: &&PolicyStep| !self.policy.iter().any(|note| note.step == **step);
        let missing = scheme.policy_steps.iter().filter(is_missing).map(ToString::to_string).collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(Refusal::PolicyMissing(missing.join(", ")));
        }
        if !self.is_extended() {
            let found = six_months(sufficient_on, Occasion::SufficientEvidence)?;
            self.limit_by(earliest(vec![self.limitation_basis.clone(), found])?);
        }
        self.sufficient_on = Some(sufficient_on);
        self.sufficient_by = Some(answerable(cx)?);
        self.excuse = Some(excuse);
        Ok(json!({ "sufficient_on": sufficient_on, "limitation": self.limitation_basis }))
    }

    pub(super) fn propose_extension(
        &mut self,
        cx: &Context,
        ground: ExtensionGround,
        last_on: NaiveDate,
        reason: String,
    ) -> Result<Value, Refusal> {
        said(&reason)?;
        let until = six_months(past(last_on, cx.today())?, Occasion::ConductEnd)?;
        let told = json!({ "ground": ground, "until": until, "reason": reason });
        self.extension = Some(Extension { ground, reason, until, proposer: answerable(cx)?, approver: None });
        Ok(told)
    }

    pub(super) fn approve_extension(&mut self, cx: &Context) -> Result<Value, Refusal> {
        let approver = answerable(cx)?;
        let extension = self.extension.as_mut().filter(|one| one.approver.is_none()).ok_or(Refusal::NoExtension)?;
        if extension.proposer == approver {
            return Err(Refusal::SamePerson);
        }
        extension.approver = Some(approver);
        let until = extension.until.clone();
        let told = json!({ "ground": extension.ground, "limitation": until });
        if until.on() > self.limitation_on {
            self.limit_by(until);
        }
        Ok(told)
    }

    /// Whether more time for the notice of intent was approved.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extension.as_ref().is_some_and(|extension| extension.approver.is_some())
    }
}
