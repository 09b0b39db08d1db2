//! An application for a licence: its stages, their guards, and how it counts in the committee's figures.

pub mod form;
mod news;
mod refusal;
mod step;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calendar::{CannotCount, Counted, Occasion, Trigger};
use crate::context::Context;
use crate::document::named;
use crate::event::{Chain, Change, Happening};
use crate::id::{AccountId, ApplicationId, EnquiryId, FitnessCheckId, PartyId, PropertyId, words};
use crate::notice::{APPEAL_WITHIN, consultation_end};
use crate::scheme::Scheme;

pub use news::{News, Standing};
pub use refusal::Refusal;
pub use step::{Stage, Step};

words! {
    /// How an application counts: received = in progress + granted + refused + withdrawn + rejected + not required.
    Tally {
        /// Received and not ended.
        InProgress = "in_progress",
        /// Granted.
        Granted = "granted",
        /// Refused.
        Refused = "refused",
        /// Withdrawn.
        Withdrawn = "withdrawn",
        /// Rejected as invalid.
        Rejected = "rejected",
        /// No licence required.
        NotRequired = "not_required",
    }
}

words! {
    /// The five findings that a grant needs (s.88(3)).
    Finding {
        /// The proposed holder is fit and proper.
        HolderFit = "holder_fit_and_proper",
        /// The proposed holder is the most appropriate person.
        HolderAppropriate = "holder_most_appropriate",
        /// The manager is the person in control, or their agent or employee.
        ManagerAppropriate = "manager_appropriate",
        /// The manager is fit and proper.
        ManagerFit = "manager_fit_and_proper",
        /// The management arrangements are satisfactory.
        Arrangements = "management_arrangements_satisfactory",
    }
}

/// One finding of an officer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Which of the five.
    pub finding: Finding,
    /// Whether it is met.
    pub met: bool,
    /// What it rests on.
    #[schema(min_length = 1, max_length = 4000)]
    pub evidence: String,
    /// The check of the holder or manager that it rests on, for the two findings on fitness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_id: Option<FitnessCheckId>,
}

/// An application for a licence.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its identifier.
    pub id: ApplicationId,
    /// What people call it, such as "APP/2025/00001".
    pub reference: String,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// The scheme's area; `None` counts as unallocated.
    pub area_code: Option<String>,
    /// Who applies.
    pub applicant_id: PartyId,
    /// Who is to hold the licence.
    pub holder_id: PartyId,
    /// Who is to manage, if somebody else.
    pub manager_id: Option<PartyId>,
    /// The agent who gets copies.
    pub agent_id: Option<PartyId>,
    /// The stage.
    pub stage: Stage,
    /// The officer who has it.
    pub officer_id: Option<AccountId>,
    /// The day on which it was submitted: from then on it counts as received.
    pub submitted_on: Option<NaiveDate>,
    /// The day on which it was duly made.
    pub duly_made_on: Option<NaiveDate>,
    /// The last day for answering defects.
    pub answer_by: Option<NaiveDate>,
    /// Why it is that day.
    pub answer_basis: Option<Counted>,
    /// What is missing.
    pub defects: Vec<String>,
    /// The findings of s.88.
    pub findings: Vec<Found>,
    /// The last day of the consultation.
    pub consultation_ends_on: Option<NaiveDate>,
    /// Why it is that day.
    pub consultation_basis: Option<Counted>,
    /// The day on which it ended, in whatever way.
    pub ended_on: Option<NaiveDate>,
    /// The last day on which it is effective; none while that is open.
    pub effective_until: Option<NaiveDate>,
    /// Why it ended, or why refusal is proposed; empty while a grant is proposed.
    pub reason: Option<String>,
    /// Where an imported one came from; the same key is never imported twice.
    pub import_key: Option<String>,
    /// Lower-case text that a search looks into.
    pub search: String,
    /// The enquiry into the home that it came of.
    pub enquiry_id: Option<EnquiryId>,
    /// Counts changes.
    pub revision: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// Who applies for what.
#[derive(Clone, Debug)]
pub struct Start {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// The area.
    pub area_code: Option<String>,
    /// Lower-case address, for searches.
    pub address_search: String,
    /// Who applies.
    pub applicant_id: PartyId,
    /// Who is to hold the licence.
    pub holder_id: PartyId,
    /// Who is to manage.
    pub manager_id: Option<PartyId>,
    /// The agent.
    pub agent_id: Option<PartyId>,
    /// Where an imported one came from.
    pub import_key: Option<String>,
}

impl Application {
    /// An application is started.
    #[must_use]
    pub fn start(cx: &Context, start: Start) -> Change<Self> {
        let id = ApplicationId::new(cx);
        let facts = json!({
            "reference": start.reference, "area": start.area_code, "applicant": start.applicant_id,
            "holder": start.holder_id, "manager": start.manager_id, "agent": start.agent_id, "imported": start.import_key,
        });
        let application = Self {
            id,
            search: format!("{} {}", start.reference.to_lowercase(), start.address_search),
            reference: start.reference,
            property_id: start.property_id,
            area_code: start.area_code,
            applicant_id: start.applicant_id,
            holder_id: start.holder_id,
            manager_id: start.manager_id,
            agent_id: start.agent_id,
            stage: Stage::Draft,
            officer_id: None,
            submitted_on: None,
            duly_made_on: None,
            answer_by: None,
            answer_basis: None,
            defects: Vec::new(),
            findings: Vec::new(),
            consultation_ends_on: None,
            consultation_basis: None,
            ended_on: None,
            effective_until: None,
            reason: None,
            import_key: start.import_key,
            enquiry_id: None,
            revision: 1,
            created_at: cx.now,
        };
        Change::new(cx, Chain::Case(application.property_id), Happening::ApplicationStarted, &id, facts, application)
    }

    /// The people of a draft are named anew: who is to hold the licence, to manage, and to get copies.
    ///
    /// # Errors
    /// A refusal once it was submitted.
    pub fn name_people(
        mut self,
        cx: &Context,
        holder: PartyId,
        manager: Option<PartyId>,
        agent: Option<PartyId>,
    ) -> Result<Change<Self>, Refusal> {
        if self.stage != Stage::Draft {
            return Err(Refusal::NotFromHere(self.stage, "name_people"));
        }
        (self.holder_id, self.manager_id, self.agent_id) = (holder, manager, agent);
        let facts = json!({ "holder": holder, "manager": manager, "agent": agent });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::ApplicationPeopleNamed, &self.id.clone(), facts, self))
    }

    /// It is recorded which enquiry into the home it came of.
    #[must_use]
    pub fn came_of(mut self, cx: &Context, enquiry: EnquiryId) -> Change<Self> {
        self.enquiry_id = Some(enquiry);
        let (chain, facts) = (Chain::Case(self.property_id), json!({ "enquiry": enquiry }));
        Change::new(cx, chain, Happening::ApplicationCameOf, &self.id.clone(), facts, self)
    }

    /// The application takes a step.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, scheme: &Scheme, step: Step) -> Result<Change<Self>, Refusal> {
        let from = self.stage;
        let to = from.after(&step).ok_or(Refusal::NotFromHere(from, step.name()))?;
        let today = cx.today();
        self.enter(today, scheme, &step)?;
        self.stage = to;
        if to.is_terminal() && !from.is_terminal() {
            self.ended_on = Some(today);
            self.effective_until = Some(if to == Stage::Refused { appealable_until(today)? } else { today });
        }
        let answer = match &step {
            Step::AnswerDefects { text, documents } => Some(json!({ "text": text, "documents": named(documents) })),
            _ => None,
        };
        let facts = json!({
            "step": step.name(), "answer": answer, "on": step.day(), "from": from, "to": to, "submitted_on": self.submitted_on,
            "duly_made_on": self.duly_made_on, "effective_until": self.effective_until, "answer_by": self.answer_basis, "defects": self.defects,
            "consultation": self.consultation_basis, "officer": self.officer_id, "reason": self.reason,
            "waived_because": step.waiver(),
        });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::ApplicationMoved, &self.id.clone(), facts, self))
    }

    fn enter(&mut self, today: NaiveDate, scheme: &Scheme, step: &Step) -> Result<(), Refusal> {
        match step {
            Step::Submit { declarations_signed: false, .. } => return Err(Refusal::NotSigned),
            Step::Submit { on, .. } => self.submitted_on = Some(past(*on, today)?),
            Step::PayPartA { on, .. } => drop(self.since_submission(*on, today)?),
            Step::FindComplete { on } => self.duly_made_on = Some(self.since_submission(*on, today)?),
            Step::FindIncomplete { defects } => self.send_back(today, scheme, defects)?,
            Step::AnswerDefects { .. } => self.defects.clear(),
            Step::RejectAsInvalid => self.time_is_up(today)?,
            Step::Assign { officer } => self.officer_id = Some(*officer),
            Step::RecordFindings { findings } => self.record(findings)?,
            Step::ProposeGrant { last_served_on, stated } => {
                self.findings_met()?;
                let last = self.served(*last_served_on)?;
                self.consult(consultation_end(&scheme.policy, false, last, stated.as_ref())?, None);
            }
            Step::Modify { last_served_on, stated } => {
                self.findings_met()?;
                let last = self.served(*last_served_on)?;
                self.consult(consultation_end(&scheme.policy, true, last, stated.as_ref())?, None);
            }
            Step::ProposeRefusal { last_served_on, stated, reason } => {
                let last = self.served(*last_served_on)?;
                let against = words_of(reason)?;
                self.consult(consultation_end(&scheme.policy, false, last, stated.as_ref())?, Some(against));
            }
            Step::LoseService => (self.consultation_ends_on, self.consultation_basis) = (None, None),
            Step::EndConsultation => self.consultation_over(today)?,
            Step::Appeal => self.effective_until = None,
            Step::EndAppeal { on } => {
                let last = self.ended_on.map(appealable_until).transpose()?;
                self.effective_until = Some(past(*on, today)?).max(last);
            }
            Step::Overturn { .. } => {
                self.ended_on = None;
                self.effective_until = None;
                self.reason = None;
            }
            Step::Grant if self.proposes_refusal() => return Err(Refusal::OtherwiseProposed),
            Step::Refuse { .. } if !self.proposes_refusal() => return Err(Refusal::OtherwiseProposed),
            Step::Refuse { reason } | Step::Withdraw { reason } | Step::CloseNotRequired { reason } => {
                self.reason = Some(words_of(reason)?);
            }
            Step::RequestPartB | Step::PayPartB { .. } | Step::Grant => {}
        }
        Ok(())
    }

    fn since_submission(&self, on: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
        match self.submitted_on {
            Some(submitted) if on < submitted => Err(Refusal::BeforeSubmission(submitted)),
            _ => past(on, today),
        }
    }

    fn send_back(&mut self, today: NaiveDate, scheme: &Scheme, defects: &[String]) -> Result<(), Refusal> {
        if defects.iter().all(|defect| defect.trim().is_empty()) {
            return Err(Refusal::NoDefects);
        }
        let days = scheme.policy.incomplete_answer_days;
        let until = Counted::within_days(days, Trigger::new(today, Occasion::ReturnForCompletion))?;
        self.answer_by = Some(until.on());
        self.answer_basis = Some(until);
        self.defects = defects.iter().filter(|defect| !defect.trim().is_empty()).cloned().collect();
        Ok(())
    }

    fn time_is_up(&self, today: NaiveDate) -> Result<(), Refusal> {
        match self.answer_by {
            Some(until) if today <= until => Err(Refusal::StillTime(until)),
            _ => Ok(()),
        }
    }

    fn record(&mut self, findings: &[Found]) -> Result<(), Refusal> {
        let backed = |wanted: &&Finding| {
            !findings.iter().any(|found| found.finding == **wanted && !found.evidence.trim().is_empty())
        };
        let missing = Finding::ALL.iter().filter(backed).map(Finding::to_string).collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(Refusal::FindingsMissing(missing.join(", ")));
        }
        self.findings = findings.to_vec();
        self.reason = None;
        self.consultation_ends_on = None;
        self.consultation_basis = None;
        Ok(())
    }

    fn findings_met(&self) -> Result<(), Refusal> {
        let against = self.findings.iter().filter(|found| !found.met);
        let against = against.map(|found| found.finding.to_string()).collect::<Vec<_>>();
        if against.is_empty() { Ok(()) } else { Err(Refusal::FindingsNotMet(against.join(", "))) }
    }

    /// A posted copy counts as received some days from now, so the day may lie ahead.
    fn served(&self, on: NaiveDate) -> Result<NaiveDate, Refusal> {
        match self.duly_made_on {
            Some(made) if on < made => Err(Refusal::ServedTooEarly(made)),
            _ => Ok(on),
        }
    }

    fn consult(&mut self, ends: Counted, against: Option<String>) {
        self.consultation_ends_on = Some(ends.on());
        self.consultation_basis = Some(ends);
        self.reason = against;
    }

    fn consultation_over(&self, today: NaiveDate) -> Result<(), Refusal> {
        match self.consultation_ends_on {
            Some(ends) if today <= ends => Err(Refusal::Consulting(ends)),
            Some(_) => Ok(()),
            None => Err(Refusal::NotServed),
        }
    }

    /// Whether a grant or a refusal may be proposed now, and whether that modifies what was proposed before.
    ///
    /// # Errors
    /// A [`Refusal`] from another stage, or against the findings.
    pub fn may_propose(&self, grant: bool) -> Result<bool, Refusal> {
        if grant {
            self.findings_met()?;
        }
        match self.stage {
            Stage::ProposalReady => Ok(false),
            Stage::DecisionDue if grant && !self.proposes_refusal() => Ok(true),
            _ => Err(Refusal::CannotPropose),
        }
    }

    /// Whether the last notice proposed to refuse. Until the end, only a proposed refusal has a reason.
    fn proposes_refusal(&self) -> bool {
        self.reason.is_some()
    }

    /// Whether it protects the applicant on a day: from duly made until it is withdrawn or decided; one that was refused, until the
    /// time for an appeal is over, or the last appeal has ended (s.95(3) and (7) to (9)).
    #[must_use]
    pub fn protects_applicant(&self, day: NaiveDate) -> bool {
        self.duly_made_on.is_some_and(|made| made <= day) && self.effective_until.is_none_or(|last| day <= last)
    }
}

/// The last day of an appeal against a decision of that day.
fn appealable_until(decided_on: NaiveDate) -> Result<NaiveDate, CannotCount> {
    Ok(Counted::days_beginning_with(APPEAL_WITHIN, Trigger::new(decided_on, Occasion::Decision))?.on())
}

fn past(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > today { Err(Refusal::InFuture) } else { Ok(day) }
}

fn words_of(reason: &str) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(reason.to_owned()) }
}
