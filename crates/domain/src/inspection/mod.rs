//! A council's inspection of a home: notice of entry or the reason for none, the visit, its outcome, the improvement plan and the
//! re-inspection (Housing Act 2004, section 239).
//!
//! [`InspectionState::after`] is the one table of which step leads where; [`Inspection::take`] adds what each step asks for.

mod letter;
mod refusal;
mod risk;
mod step;
#[cfg(test)]
pub(crate) mod tests;
mod visit;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use letter::{InspectionLetter, InspectionLetterKind, WorkToDo};
pub use refusal::Refusal;
pub use risk::{Known, Points, RiskFact, due_on, risk};
pub use step::{InspectionState, InspectionStep, Work};
pub use visit::{
    Answered, CheckAnswer, Findings, Hazard, HazardCategory, LikelyAction, NoticeGiven, NoticeTo, Purpose, Visit,
    VisitOutcome,
};

use super::calendar::london::written_instant;
use super::context::Context;
use super::document::{Document, named};
use super::enforcement::{Case, CaseSource};
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, DocumentId, EnforcementId, InspectionId, LicenceId, PropertyId};
use super::scheme::{Inspections, NoNotice};

/// Hours of notice before entry (s.239(5)): "at least 24 hours".
pub const ENTRY_NOTICE: TimeDelta = TimeDelta::hours(24);

/// Something that an improvement plan asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanItem {
    /// What is to be done.
    pub text: String,
    /// The last day for it.
    pub due_on: NaiveDate,
    /// What was seen of it last.
    pub seen: Option<Seen>,
}

/// What an officer saw of an item of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Seen {
    /// Whether it is done.
    pub is_done: bool,
    /// The day on which that was seen.
    pub on: NaiveDate,
    /// What shows it.
    pub evidence: String,
    /// Photos and papers that show it.
    pub documents: Vec<DocumentId>,
    /// Who saw it.
    pub officer_id: AccountId,
}

/// An inspection of one home.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// Its identifier.
    pub id: InspectionId,
    /// What people call it, such as "INS/2025/00001".
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// The home's area.
    pub area_code: Option<String>,
    /// The licence that covered the home when it was planned.
    pub licence_id: Option<LicenceId>,
    /// How far it has come.
    pub state: InspectionState,
    /// The officer of the last visit.
    pub officer_id: AccountId,
    /// When the last visit begins.
    pub starts_at: DateTime<Utc>,
    /// When the last visit ends.
    pub ends_at: DateTime<Utc>,
    /// The scheme whose checklist and hazards it goes by.
    pub scheme_code: String,
    /// Its version.
    pub scheme_version: i32,
    /// Every visit, the first one first.
    pub visits: Vec<Visit>,
    /// The day on which the home was first visited.
    pub carried_out_on: Option<NaiveDate>,
    /// How many category 1 hazards were found in all.
    pub category_1: i32,
    /// How many category 2 hazards were found in all.
    pub category_2: i32,
    /// The outcome of the last visit that was reported.
    pub outcome: Option<VisitOutcome>,
    /// The improvement plan.
    pub items: Vec<PlanItem>,
    /// The earliest last day of an item that is not done.
    pub item_due_on: Option<NaiveDate>,
    /// The day of the re-inspection.
    pub reinspect_on: Option<NaiveDate>,
    /// The enforcement case that began from it.
    pub enforcement_id: Option<EnforcementId>,
    /// Why it was closed or cancelled.
    pub reason: Option<String>,
    /// The day on which it was closed or cancelled.
    pub ended_on: Option<NaiveDate>,
    /// Counts changes.
    pub revision: i64,
    /// When it was planned.
    pub planned_at: DateTime<Utc>,
}

/// What an inspection begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// Its area.
    pub area_code: Option<String>,
    /// The licence that covers it.
    pub licence_id: Option<LicenceId>,
    /// Who goes.
    pub officer_id: AccountId,
    /// What the visit is for.
    pub purpose: Purpose,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// The scheme, and its version.
    pub scheme: (String, i32),
}

impl Inspection {
    /// An inspection is planned.
    ///
    /// # Errors
    /// [`Refusal::Times`] of a visit that ends before it begins or takes more than a day.
    pub fn plan(cx: &Context, opening: Opening) -> Result<Change<Self>, Refusal> {
        let visit = Visit::plan(opening.officer_id, opening.purpose, (opening.starts_at, opening.ends_at))?;
        let inspection = Self {
            id: InspectionId::new(cx),
            reference: opening.reference,
            property_id: opening.property_id,
            area_code: opening.area_code,
            licence_id: opening.licence_id,
            state: InspectionState::Planned,
            officer_id: opening.officer_id,
            starts_at: opening.starts_at,
            ends_at: opening.ends_at,
            scheme_code: opening.scheme.0,
            scheme_version: opening.scheme.1,
            visits: vec![visit],
            carried_out_on: None,
            category_1: 0,
            category_2: 0,
            outcome: None,
            items: Vec::new(),
            item_due_on: None,
            reinspect_on: None,
            enforcement_id: None,
            reason: None,
            ended_on: None,
            revision: 1,
            planned_at: cx.now,
        };
        let facts = json!({
            "reference": inspection.reference, "licence": inspection.licence_id, "purpose": opening.purpose,
            "officer": inspection.officer_id, "starts_at": inspection.starts_at, "ends_at": inspection.ends_at,
            "scheme": format!("{}/{}", inspection.scheme_code, inspection.scheme_version),
        });
        Ok(inspection.change(cx, Happening::InspectionPlanned, facts))
    }

    /// It takes a step. `scheme` is how the council inspects, in the version that this inspection goes by.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, scheme: &Inspections, step: InspectionStep) -> Result<Change<Self>, Refusal> {
        let (from, name) = (self.state, step.name());
        let to = from.after(&step).ok_or(Refusal::NotFromHere(from, name))?;
        let told = self.enter(cx, scheme, step)?;
        self.state = to;
        self.ended_on = self.ended_on.or((!to.is_open()).then_some(cx.today()));
        self.item_due_on = self.open_items().map(|(_, item)| item.due_on).min();
        let facts = json!({ "step": name, "from": from, "to": to, "told": told });
        Ok(self.change(cx, Happening::InspectionMoved, facts))
    }

    /// The last visit.
    ///
    /// # Errors
    /// Never: an inspection is planned with a visit.
    pub fn visit(&self) -> Result<&Visit, Refusal> {
        self.visits.last().ok_or(Refusal::Times)
    }

    /// The items that are not done, each with its number.
    pub fn open_items(&self) -> impl Iterator<Item = (usize, &PlanItem)> {
        let is_open = |item: &&PlanItem| item.seen.as_ref().is_none_or(|seen| !seen.is_done);
        (1..).zip(&self.items).filter(move |(_, item)| is_open(item))
    }

    fn enter(&mut self, cx: &Context, scheme: &Inspections, step: InspectionStep) -> Result<Value, Refusal> {
        use InspectionStep as P;
        let today = cx.today();
        match step {
            P::Arrange { starts_at, ends_at, officer, purpose } => {
                self.arrange(cx, Visit::plan(officer, purpose, (starts_at, ends_at))?)
            }
            P::Notify { given, not_told } => self.notify(cx, given, not_told),
            P::Tell { given } => self.tell(cx, vec![given], None),
            P::ForgoNotice { reason, note } => self.forgo_notice(scheme, reason, note),
            P::CarryOut { findings, documents } => self.carry_out(cx, scheme, findings, &documents),
            P::FindNoAccess { note } => {
                if cx.now < self.starts_at {
                    return Err(Refusal::NotBegun(written_instant(self.starts_at)));
                }
                self.last()?.no_access = Some(said(note)?);
                Ok(json!({ "visit": self.visits.len() }))
            }
            P::Report { outcome, text } => {
                let visit = self.last()?;
                (visit.outcome, visit.report) = (Some(outcome), Some(said(text)?));
                self.outcome = Some(outcome);
                Ok(json!({ "outcome": outcome, "visit": self.visits.len() }))
            }
            P::Plan { work, reinspect_on } => self.ask_for(today, work, reinspect_on),
            P::Judge { number, is_done, on, evidence, documents } => {
                if on > today {
                    return Err(Refusal::InFuture);
                }
                let officer_id = cx.actor.account.ok_or(Refusal::NotByMachine)?;
                let told = json!({ "item": number, "done": is_done, "on": on, "documents": named(&documents) });
                let documents = documents.iter().map(|one| one.id).collect();
                self.item(number)?.seen = Some(Seen { is_done, on, evidence: said(evidence)?, documents, officer_id });
                Ok(told)
            }
            P::GiveTime { number, due_on, reason } => {
                let due_on = from(today, due_on)?;
                let item = self.item(number)?;
                if item.seen.as_ref().is_some_and(|seen| seen.is_done) {
                    return Err(Refusal::Done(number));
                }
                let told = json!({ "item": number, "from": item.due_on, "to": due_on, "reason": said(reason)? });
                item.due_on = due_on;
                Ok(told)
            }
            P::CallReinspection => Ok(json!({ "reinspect_on": self.reinspect_on })),
            P::LinkCase { case } => self.link(&case),
            P::Close { reason } => self.close(reason),
            P::Cancel { reason } => {
                self.last()?.is_cancelled = true;
                self.end(reason)
            }
        }
    }

    /// A visit that has not been is moved and keeps its number; otherwise there is another one. Either way its notice is to come.
    fn arrange(&mut self, cx: &Context, visit: Visit) -> Result<Value, Refusal> {
        let told = json!({
            "officer": visit.officer_id, "purpose": visit.purpose, "starts_at": visit.starts_at, "ends_at": visit.ends_at,
        });
        let is_as_told = self.awaits_visit_at(visit.starts_at, visit.ends_at);
        (self.officer_id, self.starts_at, self.ends_at) = (visit.officer_id, visit.starts_at, visit.ends_at);
        if self.state.awaits_visit() {
            let before = self.last()?;
            let moved_at = if is_as_told { before.moved_at } else { Some(cx.now) };
            *before = Visit { moved: before.moved + 1, moved_at, ..visit };
        } else {
            self.visits.push(visit);
        }
        Ok(told)
    }

    /// Whether owner and occupier are told of the visit that lies ahead once this side is told as well, or it is on record why not.
    #[must_use]
    pub fn is_told_with(&self, side: NoticeTo) -> bool {
        let Some(visit) = self.visits.last() else { return false };
        let is_told = |wanted: &NoticeTo| *wanted == side || visit.given.iter().any(|one| one.to == *wanted);
        visit.not_told.is_some() || NoticeTo::ALL.iter().all(is_told)
    }

    fn notify(&mut self, cx: &Context, given: Vec<NoticeGiven>, not_told: Option<String>) -> Result<Value, Refusal> {
        let told = self.tell(cx, given, not_told)?;
        let visit = self.last()?;
        let missing = NoticeTo::ALL.iter().find(|side| visit.given.iter().all(|one| one.to != **side));
        match missing {
            Some(side) if visit.not_told.is_none() => Err(Refusal::NotTold(*side)),
            _ if visit.given.is_empty() => Err(Refusal::Nobody),
            _ => Ok(told),
        }
    }

    fn tell(&mut self, cx: &Context, given: Vec<NoticeGiven>, not_told: Option<String>) -> Result<Value, Refusal> {
        let not_told = not_told.map(said).transpose()?;
        let (starts_at, moved_at) = (self.starts_at, self.visit()?.moved_at);
        for one in &given {
            one.is_told()?;
            if one.given_at > cx.now {
                return Err(Refusal::InFuture);
            }
            if let Some(moved_at) = moved_at.filter(|moved| one.given_at < *moved) {
                return Err(Refusal::BeforeMoved(written_instant(moved_at), one.to));
            }
            let earliest = one.counts_from + ENTRY_NOTICE;
            if earliest > starts_at {
                let [from, earliest] = [one.counts_from, earliest].map(written_instant);
                return Err(Refusal::ShortNotice { who: one.to, from, earliest });
            }
        }
        let told = json!({
            "given": given.iter().map(NoticeGiven::facts).collect::<Vec<_>>(), "not_told": not_told, "visit": self.visits.len(),
        });
        let visit = self.last()?;
        visit.given.extend(given);
        visit.not_told = not_told.or(visit.not_told.take());
        Ok(told)
    }

    fn forgo_notice(&mut self, scheme: &Inspections, reason: NoNotice, note: String) -> Result<Value, Refusal> {
        if !scheme.without_notice.contains(&reason) {
            return Err(Refusal::NotAReason(reason));
        }
        let visit = self.last()?;
        if reason.is_offence() && visit.purpose != Purpose::Offence {
            return Err(Refusal::NotThatPurpose(reason, visit.purpose));
        }
        let note = said(note)?;
        let told = json!({ "reason": reason, "note": note });
        (visit.no_notice, visit.no_notice_note) = (Some(reason), Some(note));
        Ok(told)
    }

    fn carry_out(
        &mut self,
        cx: &Context,
        scheme: &Inspections,
        findings: Findings,
        documents: &[Document],
    ) -> Result<Value, Refusal> {
        findings.check(scheme)?;
        if findings.left_at > cx.now {
            return Err(Refusal::InFuture);
        }
        if findings.entered_at < self.starts_at && !self.visit()?.given.is_empty() {
            return Err(Refusal::BeforeTold(written_instant(self.starts_at)));
        }
        let counted = |category| findings.hazards.iter().filter(|hazard| hazard.category == category).count();
        let [one, two] = HazardCategory::BOTH.map(|category| i32::try_from(counted(category)).unwrap_or(i32::MAX));
        let on = super::calendar::london::today(findings.entered_at);
        let told = json!({
            "visit": self.visits.len(), "entered_at": findings.entered_at, "left_at": findings.left_at,
            "checklist": findings.checklist, "hazards": findings.hazards, "documents": named(documents),
        });
        self.category_1 = self.category_1.saturating_add(one);
        self.category_2 = self.category_2.saturating_add(two);
        self.carried_out_on = self.carried_out_on.or(Some(on));
        let documents = documents.iter().map(|one| one.id).collect();
        self.last()?.findings = Some(Findings { documents, ..findings });
        Ok(told)
    }

    fn ask_for(&mut self, today: NaiveDate, work: Vec<Work>, reinspect_on: NaiveDate) -> Result<Value, Refusal> {
        let reinspect_on = from(today, reinspect_on)?;
        let told = json!({
            "items": work.iter().map(|one| json!({ "text": one.text, "due_on": one.due_on })).collect::<Vec<_>>(),
            "reinspect_on": reinspect_on,
        });
        for Work { text, due_on } in work {
            self.items.push(PlanItem { text: said(text)?, due_on: from(today, due_on)?, seen: None });
        }
        if self.open_items().next().is_none() {
            return Err(Refusal::NoWork);
        }
        self.reinspect_on = Some(reinspect_on);
        Ok(told)
    }

    fn link(&mut self, case: &Case) -> Result<Value, Refusal> {
        if self.enforcement_id.is_some() {
            return Err(Refusal::Linked);
        }
        if case.property_id != self.property_id || case.source != CaseSource::Inspection {
            return Err(Refusal::NotItsCase(case.reference.clone()));
        }
        self.enforcement_id = Some(case.id);
        Ok(json!({ "case": case.id, "reference": case.reference }))
    }

    fn close(&mut self, reason: Option<String>) -> Result<Value, Refusal> {
        if let Some(reason) = reason {
            return self.end(reason);
        }
        let open = self.open_items().map(|(number, _)| number.to_string()).collect::<Vec<_>>();
        if !open.is_empty() {
            return Err(Refusal::NotSettled(format!("not done: {}", open.join(", "))));
        }
        if self.state == InspectionState::NoAccess {
            return Err(Refusal::NotSettled("nobody was let in".to_owned()));
        }
        // What the last visit found may be new, whatever is done of an earlier plan.
        if self.state == InspectionState::Reported && self.outcome != Some(VisitOutcome::Compliant) {
            let why = "the home was not found compliant, and there is no plan for what was found";
            return Err(Refusal::NotSettled(why.to_owned()));
        }
        Ok(json!({ "items": self.items.len() }))
    }

    fn end(&mut self, reason: String) -> Result<Value, Refusal> {
        let reason = said(reason)?;
        let told = json!({ "reason": reason });
        self.reason = Some(reason);
        Ok(told)
    }

    fn last(&mut self) -> Result<&mut Visit, Refusal> {
        self.visits.last_mut().ok_or(Refusal::Times)
    }

    fn item(&mut self, number: usize) -> Result<&mut PlanItem, Refusal> {
        let place = number.checked_sub(1).and_then(|place| self.items.get_mut(place));
        place.ok_or(Refusal::NoSuchItem(number))
    }

    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        Change::new(cx, Chain::Case(self.property_id), kind, &self.id.clone(), facts, self)
    }
}

fn from(today: NaiveDate, day: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day < today { Err(Refusal::InPast) } else { Ok(day) }
}

fn said(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}
