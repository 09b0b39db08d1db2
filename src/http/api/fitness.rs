//! Checks whether a person is fit and proper. Words leave only where somebody reads a check, and each read is on record.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::dates::ExplainedDate;
use super::written;
use crate::actions::FieldFault;
use crate::actions::fitness::{self as actions, Subject};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::context::Context;
use crate::domain::fitness::{Against, Cause, Concluded, Conclusion, FitnessCheck, Reopened, Source, SourceKind};
use crate::domain::id::{AccountId, ApplicationId, DocumentId, FitnessCheckId, PartyId};
use crate::http::answer::{Answer, PageOf, change, read_on_record};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};

/// A check of a person. Its words are left out of lists, of answers to changes, and of what auditors read.
#[derive(Debug, Serialize, ToSchema)]
pub struct FitnessCheckView {
    id: FitnessCheckId,
    /// What people call it, such as "FPC/2025/00001".
    reference: String,
    party_id: PartyId,
    /// What they declared.
    declared: Option<String>,
    /// The application in which they declared it.
    application_id: Option<ApplicationId>,
    /// The file in which they declared it.
    document_id: Option<DocumentId>,
    sources: Vec<SourceView>,
    findings: Vec<AgainstView>,
    conclusion: Conclusion,
    /// The last day on which the conclusion may be relied on, and why it is that day.
    lasts_until: Option<ExplainedDate>,
    /// Whether that day is over.
    is_out_of_date: bool,
    /// Every conclusion, the oldest first.
    conclusions: Vec<ConcludedView>,
    opened_by: Option<AccountId>,
    opened_at: DateTime<Utc>,
}

/// A place in which somebody looked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceView {
    kind: SourceKind,
    looked_on: NaiveDate,
    /// What was there.
    result: Option<String>,
    officer_id: Option<AccountId>,
}

/// Something that counts against the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgainstView {
    /// The offence or matter.
    matter: Option<String>,
    /// How heavily it weighs.
    weight: Option<String>,
    /// What it says about letting homes.
    relevance: Option<String>,
    found_on: NaiveDate,
    officer_id: Option<AccountId>,
}

/// What was concluded.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConcludedView {
    conclusion: Conclusion,
    reasons: Option<String>,
    on: NaiveDate,
    officer_id: Option<AccountId>,
    lasts_until: ExplainedDate,
    reopened: Option<ReopenedView>,
}

/// Why a conclusion does not stand any more.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReopenedView {
    cause: Cause,
    reason: Option<String>,
    on: NaiveDate,
    officer_id: Option<AccountId>,
}

/// Whether the words are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Told,
    LeftOut,
}

impl Words {
    fn some(self, text: String) -> Option<String> {
        (self == Self::Told).then_some(text)
    }
}

impl FitnessCheckView {
    fn of(check: FitnessCheck, today: NaiveDate, words: Words) -> Self {
        let lasts_until = check.standing().map(|standing| standing.lasts_until.clone());
        Self {
            id: check.id,
            reference: check.reference,
            party_id: check.party_id,
            declared: check.declared.and_then(|declared| words.some(declared)),
            application_id: check.application_id,
            document_id: check.document_id,
            sources: check.sources.into_iter().map(|source| SourceView::of(source, words)).collect(),
            findings: check.findings.into_iter().map(|finding| AgainstView::of(finding, words)).collect(),
            conclusion: check.conclusion,
            is_out_of_date: lasts_until.as_ref().is_some_and(|last| today > last.on()),
            lasts_until: lasts_until.as_ref().map(ExplainedDate::from),
            conclusions: check.conclusions.into_iter().map(|one| ConcludedView::of(one, words)).collect(),
            opened_by: check.opened_by,
            opened_at: check.opened_at,
        }
    }
}

impl SourceView {
    fn of(source: Source, words: Words) -> Self {
        let Source { kind, looked_on, result, officer_id } = source;
        Self { kind, looked_on, result: words.some(result), officer_id }
    }
}

impl AgainstView {
    fn of(finding: Against, words: Words) -> Self {
        Self {
            matter: words.some(finding.matter),
            weight: words.some(finding.weight),
            relevance: words.some(finding.relevance),
            found_on: finding.found_on,
            officer_id: finding.officer_id,
        }
    }
}

impl ConcludedView {
    fn of(concluded: Concluded, words: Words) -> Self {
        let reopened = |one: Reopened| ReopenedView {
            cause: one.cause,
            reason: words.some(one.reason),
            on: one.on,
            officer_id: one.officer_id,
        };
        Self {
            conclusion: concluded.conclusion,
            reasons: words.some(concluded.reasons),
            on: concluded.on,
            officer_id: concluded.officer_id,
            lasts_until: ExplainedDate::from(&concluded.lasts_until),
            reopened: concluded.reopened.map(reopened),
        }
    }
}

fn changed(check: FitnessCheck, cx: &Context) -> Answer {
    let revision = check.revision;
    Answer::changed(&FitnessCheckView::of(check, cx.today(), Words::LeftOut), revision)
}

/// List the checks of a person, without their words. It goes on record that they were read.
#[utoipa::path(tag = "fitness", operation_id = "list_fitness_checks", params(("id" = PartyId, Path)), responses((status = 200, body = PageOf<FitnessCheckView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/parties/{id}/fitness-checks")]
pub async fn list(app: Data<App>, caller: Caller, id: Id<PartyId>) -> Result<HttpResponse, Problem> {
    read_on_record(app, caller, Action::ReadFitness, move |_, tx, cx| {
        let checks = actions::read_all(tx, cx, id.0)?.into_iter();
        let items = checks.map(|check| FitnessCheckView::of(check, cx.today(), Words::LeftOut)).collect();
        Ok(Answer::shown(&PageOf::<FitnessCheckView> { items, next: None }))
    })
    .await
}

/// A new check.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFitnessCheck {
    /// Who is checked.
    party_id: PartyId,
    /// What they declared; it needs the application or the file in which they did.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    declared: Option<String>,
    /// The application in which they declared it.
    application_id: Option<ApplicationId>,
    /// The file in which they declared it.
    document_id: Option<DocumentId>,
}

/// Open a check of a person.
#[utoipa::path(tag = "fitness", operation_id = "open_fitness_check", request_body = NewFitnessCheck, responses((status = 201, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/fitness-checks")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewFitnessCheck>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkFitness).await?;
    let form = form.read().await?;
    let sent = form.body;
    if sent.declared.is_some() && sent.application_id.is_none() && sent.document_id.is_none() {
        let advice = "rests on nothing: name the application or the file in which it was declared";
        return Err(Problem::invalid(vec![FieldFault::at("/declared", advice)]));
    }
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewFitnessCheck { party_id, declared, application_id, document_id } = sent.clone();
        let check = actions::open(tx, cx, Subject { party_id, declared, application_id, document_id })?;
        let (id, revision) = (check.id, check.revision);
        let view = FitnessCheckView::of(check, cx.today(), Words::LeftOut);
        Ok(Answer::created(format!("/api/v1/fitness-checks/{id}"), &view, revision))
    })
    .await
}

/// Read a check with its words, but for auditors. It goes on record that it was read.
#[utoipa::path(tag = "fitness", operation_id = "read_fitness_check", params(("id" = FitnessCheckId, Path)), responses((status = 200, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/fitness-checks/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<FitnessCheckId>) -> Result<HttpResponse, Problem> {
    read_on_record(app, caller, Action::ReadFitness, move |_, tx, cx| {
        let check = actions::read(tx, cx, id.0)?;
        let revision = check.revision;
        let words = if cx.actor.may(Action::WorkFitness) { Words::Told } else { Words::LeftOut };
        Ok(Answer::changed(&FitnessCheckView::of(check, cx.today(), words), revision))
    })
    .await
}

/// A place in which somebody looked.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// Where.
    kind: SourceKind,
    /// The day.
    looked_on: NaiveDate,
    /// What was there.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    result: String,
}

/// Record where somebody looked, and what was there.
#[utoipa::path(tag = "fitness", operation_id = "add_fitness_source", params(("id" = FitnessCheckId, Path), ("If-Match" = String, Header)), request_body = NewSource, responses((status = 200, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/fitness-checks/{id}/sources")]
pub async fn look(
    app: Data<App>,
    caller: Caller,
    id: Id<FitnessCheckId>,
    expected: IfMatch,
    form: Sent<NewSource>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkFitness).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewSource { kind, looked_on, result } = form.body.clone();
        Ok(changed(actions::look(tx, cx, id.0, expected.0, (kind, looked_on), result)?, cx))
    })
    .await
}

/// Something that counts against the person.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgainst {
    /// The offence or matter.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    matter: String,
    /// How heavily it weighs.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    weight: String,
    /// What it says about letting homes.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    relevance: String,
}

/// Record what counts against the person.
#[utoipa::path(tag = "fitness", operation_id = "add_fitness_finding", params(("id" = FitnessCheckId, Path), ("If-Match" = String, Header)), request_body = NewAgainst, responses((status = 200, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/fitness-checks/{id}/findings")]
pub async fn find(
    app: Data<App>,
    caller: Caller,
    id: Id<FitnessCheckId>,
    expected: IfMatch,
    form: Sent<NewAgainst>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkFitness).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewAgainst { matter, weight, relevance } = form.body.clone();
        Ok(changed(actions::find(tx, cx, id.0, expected.0, [matter, weight, relevance])?, cx))
    })
    .await
}

/// What an officer concludes.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConclusionForm {
    /// `fit_and_proper` or `not_fit_and_proper`.
    conclusion: Conclusion,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reasons: String,
}

/// Conclude a check. It decides nothing by itself: an officer's finding on an application may name it.
#[utoipa::path(tag = "fitness", operation_id = "conclude_fitness_check", params(("id" = FitnessCheckId, Path), ("If-Match" = String, Header)), request_body = ConclusionForm, responses((status = 200, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/fitness-checks/{id}/conclusion")]
pub async fn conclude(
    app: Data<App>,
    caller: Caller,
    id: Id<FitnessCheckId>,
    expected: IfMatch,
    form: Sent<ConclusionForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkFitness).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let ConclusionForm { conclusion, reasons } = form.body.clone();
        Ok(changed(actions::conclude(tx, cx, &app.rules, id.0, expected.0, (conclusion, reasons))?, cx))
    })
    .await
}

/// Why a check is looked at again.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopeningForm {
    /// What happened.
    cause: Cause,
    /// In words.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Reopen a check: its conclusion stands no more.
#[utoipa::path(tag = "fitness", operation_id = "reopen_fitness_check", params(("id" = FitnessCheckId, Path), ("If-Match" = String, Header)), request_body = ReopeningForm, responses((status = 200, body = FitnessCheckView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/fitness-checks/{id}/reopening")]
pub async fn reopen(
    app: Data<App>,
    caller: Caller,
    id: Id<FitnessCheckId>,
    expected: IfMatch,
    form: Sent<ReopeningForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkFitness).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let ReopeningForm { cause, reason } = form.body.clone();
        Ok(changed(actions::reopen(tx, cx, id.0, expected.0, (cause, reason))?, cx))
    })
    .await
}
