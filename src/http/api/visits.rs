//! The visits of an inspection: when, who was told, what was found, and the work that came of it.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::inspections::{InspectionView, changed};
use super::written;
use crate::actions::inspections::{self as actions, Asked, Telling, take};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::Method;
use crate::domain::id::{AccountId, DocumentId, InspectionId, LetterId, PartyId};
use crate::domain::inspection::{
    Answered, CheckAnswer, Findings, Hazard, HazardCategory, InspectionLetterKind, InspectionStep, LikelyAction,
    NoticeTo, Purpose, Work,
};
use crate::http::answer::{Answer, change};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};

/// A visit at another time, or another visit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitForm {
    /// When it begins.
    starts_at: DateTime<Utc>,
    /// When it ends, within a day.
    ends_at: DateTime<Utc>,
    /// Who goes; as before if nothing is said.
    officer_id: Option<AccountId>,
    /// What it is for; as before if nothing is said.
    purpose: Option<Purpose>,
}

/// Move a visit that has not been, or plan another one. Its notice is given anew.
#[utoipa::path(tag = "inspections", operation_id = "arrange_visit", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = VisitForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/visits")]
pub async fn arrange(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<VisitForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let VisitForm { starts_at, ends_at, officer_id, purpose } = form.body.clone();
        let asked = Asked::Arrange { starts_at, ends_at, officer: officer_id, purpose };
        Ok(changed(take(tx, cx, &app.rules, id.0, expected.0, asked)?))
    })
    .await
}

/// Notice of a visit, as it was given to one person.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellingForm {
    /// As what they were told.
    to: NoticeTo,
    /// Who, if on record.
    party_id: Option<PartyId>,
    /// How they were addressed, if not on record, such as "the occupier".
    #[validate(length(min = 1, max = 200), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// How.
    method: Method,
    /// When it was handed over or sent, on a London clock: "2025-01-22T14:30:00".
    #[schema(value_type = String, example = "2025-01-22T14:30:00")]
    given_at: NaiveDateTime,
    /// What proves it.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    evidence: Option<String>,
}

/// Notice of a visit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryNoticeForm {
    /// Each person who was told.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    given: Vec<TellingForm>,
    /// Why the owner or the occupier was not told, such as that nobody lives there.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    not_told: Option<String>,
}

/// Record that notice of a visit was given: at least 24 hours before, to the owner and the occupier (s.239(5)).
#[utoipa::path(tag = "inspections", operation_id = "notify_visit", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = EntryNoticeForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/notice")]
pub async fn notify(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<EntryNoticeForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let EntryNoticeForm { given, not_told } = form.body.clone();
        let told = |one: TellingForm| Telling {
            to: one.to,
            party_id: one.party_id,
            name: one.name,
            method: one.method,
            given_at: one.given_at,
            evidence: one.evidence,
        };
        let asked = Asked::Notify { given: given.into_iter().map(told).collect(), not_told };
        Ok(changed(take(tx, cx, &app.rules, id.0, expected.0, asked)?))
    })
    .await
}

/// An answer to a question of the checklist.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckAnswerForm {
    /// The question's code in the scheme.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// The answer.
    answer: Answered,
    /// What there is to say of it.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    note: Option<String>,
}

/// A hazard that was found.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HazardForm {
    /// Its code in the scheme.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// How bad it is.
    category: HazardCategory,
    /// Where and what.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    note: String,
    /// What the council is likely to do.
    likely_action: LikelyAction,
}

/// What a visit found.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingsForm {
    /// When the home was entered.
    entered_at: DateTime<Utc>,
    /// When it was left.
    left_at: DateTime<Utc>,
    /// One answer to each question of the scheme's checklist.
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    checklist: Vec<CheckAnswerForm>,
    /// The hazards.
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[serde(default)]
    hazards: Vec<HazardForm>,
    /// Photos and papers, sent before for this home.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[serde(default)]
    documents: Vec<DocumentId>,
}

/// Record what a visit found.
#[utoipa::path(tag = "inspections", operation_id = "record_findings", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = FindingsForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/findings")]
pub async fn find(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<FindingsForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let FindingsForm { entered_at, left_at, checklist, hazards, documents } = form.body.clone();
        let answer = |one: CheckAnswerForm| CheckAnswer { code: one.code, answer: one.answer, note: one.note };
        let hazard = |one: HazardForm| Hazard {
            code: one.code,
            category: one.category,
            note: one.note,
            likely_action: one.likely_action,
        };
        let findings = Findings {
            entered_at,
            left_at,
            checklist: checklist.into_iter().map(answer).collect(),
            hazards: hazards.into_iter().map(hazard).collect(),
            documents,
        };
        Ok(changed(take(tx, cx, &app.rules, id.0, expected.0, Asked::CarryOut(findings))?))
    })
    .await
}

/// A letter about an inspection.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionLetterForm {
    /// Which: notice of the visit (I1), or the improvement plan (I2).
    letter: InspectionLetterKind,
    /// As what they are told of a visit: the owner's side if nothing is said.
    told_as: Option<NoticeTo>,
    /// To whom: each gets one, by e-mail where notices may go so, else on paper.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    to: Vec<PartyId>,
}

/// Letters that were queued.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedLetters {
    /// The letters, in the order of their recipients.
    letters: Vec<LetterId>,
}

/// Send letters: notice of a visit, which is given once the relay accepts it or its posting is recorded, or the improvement plan.
#[utoipa::path(tag = "inspections", operation_id = "send_inspection_letters", params(("id" = InspectionId, Path)), request_body = InspectionLetterForm, responses((status = 201, body = QueuedLetters), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/letters")]
pub async fn send(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    form: Sent<InspectionLetterForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let told_as = form.body.told_as.unwrap_or(NoticeTo::Owner);
        let queued = actions::send(tx, cx, id.0, form.body.letter, told_as, &form.body.to)?;
        Ok(Answer::recorded(&QueuedLetters { letters: queued.iter().map(|letter| letter.id).collect() }))
    })
    .await
}

/// Work that an improvement plan asks for.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkForm {
    /// What is to be done.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// The last day for it.
    due_on: NaiveDate,
}

/// An improvement plan, or what is added to it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanForm {
    /// The work, beside what is asked for already.
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    items: Vec<WorkForm>,
    /// The day of the re-inspection.
    reinspect_on: NaiveDate,
}

/// Ask for work, with its last days and the day of the re-inspection.
#[utoipa::path(tag = "inspections", operation_id = "plan_improvement", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = PlanForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/plan")]
pub async fn plan(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<PlanForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let PlanForm { items, reinspect_on } = form.body.clone();
        let work = items.into_iter().map(|one| Work { text: one.text, due_on: one.due_on }).collect();
        let asked = Asked::Step(InspectionStep::Plan { work, reinspect_on });
        Ok(changed(take(tx, cx, &app.rules, id.0, expected.0, asked)?))
    })
    .await
}

/// What was seen of an item of the plan.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenForm {
    /// Which item, counted from 1.
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    number: u32,
    /// Whether it is done.
    is_done: bool,
    /// The day on which that was seen.
    on: NaiveDate,
    /// What shows it.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    evidence: String,
    /// Photos and papers that show it, sent before for this home.
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[serde(default)]
    documents: Vec<DocumentId>,
}

/// Record whether an item of the plan is done.
#[utoipa::path(tag = "inspections", operation_id = "judge_item", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = SeenForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/items")]
pub async fn judge(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<SeenForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let SeenForm { number, is_done, on, evidence, documents } = form.body.clone();
        let number = usize::try_from(number).unwrap_or_default();
        let step = InspectionStep::Judge { number, is_done, on, evidence, documents: Vec::new() };
        Ok(changed(take(tx, cx, &app.rules, id.0, expected.0, Asked::Judge(step, documents))?))
    })
    .await
}
