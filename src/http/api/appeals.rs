//! Appeals to the tribunal against decisions about licences, and against refusals of temporary exemption notices.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::written;
use crate::actions::{Error, appeals as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::appeal::{Appeal, AppealOutcome};
use crate::domain::context::Context;
use crate::domain::id::{AppealId, ApplicationId, ExemptionId, NoticeId, PartyId, ProceedingId};
use crate::http::answer::{Answer, change, read_in_case};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Tx, appeals, applications, exemptions, proceedings};

/// An appeal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealView {
    id: AppealId,
    /// The notice of the decision, where it is about a licence.
    notice_id: Option<NoticeId>,
    application_id: Option<ApplicationId>,
    proceeding_id: Option<ProceedingId>,
    /// The exemption that was refused.
    exemption_id: Option<ExemptionId>,
    /// The tribunal's own reference.
    reference: String,
    appellant_id: Option<PartyId>,
    lodged_on: NaiveDate,
    /// Whether that was within the time for it.
    is_in_time: bool,
    /// What became of it; nothing while it runs.
    outcome: Option<AppealOutcome>,
    decided_on: Option<NaiveDate>,
    /// What the tribunal orders.
    ordered: Option<String>,
    /// Its entity tag, for the decision.
    etag: String,
}

impl From<Appeal> for AppealView {
    fn from(appeal: Appeal) -> Self {
        Self {
            id: appeal.id,
            notice_id: appeal.notice_id,
            application_id: appeal.application_id,
            proceeding_id: appeal.proceeding_id,
            exemption_id: appeal.exemption_id,
            reference: appeal.reference,
            appellant_id: appeal.appellant_id,
            lodged_on: appeal.lodged_on,
            is_in_time: appeal.is_in_time,
            outcome: appeal.outcome,
            decided_on: appeal.decided_on,
            ordered: appeal.ordered,
            etag: format!("\"{}\"", appeal.revision),
        }
    }
}

/// The appeals against decisions on an application, in proceedings or about an exemption.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealList {
    items: Vec<AppealView>,
}

/// List the appeals against decisions on an application.
#[utoipa::path(tag = "notices", operation_id = "list_appeals", params(("id" = ApplicationId, Path)), responses((status = 200, body = AppealList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/applications/{id}/appeals")]
pub async fn list(app: Data<App>, caller: Caller, id: Id<ApplicationId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        applications::find(db, id.0)?.ok_or(Error::NotFound)?;
        let found = appeals::of_application(db, id.0)?;
        Ok(AppealList { items: found.into_iter().map(AppealView::from).collect() })
    })
    .await
}

/// List the appeals against decisions in proceedings on a licence.
#[utoipa::path(tag = "proceedings", operation_id = "list_appeals_in_proceedings", params(("id" = ProceedingId, Path)), responses((status = 200, body = AppealList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/proceedings/{id}/appeals")]
pub async fn list_of_proceeding(app: Data<App>, caller: Caller, id: Id<ProceedingId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        proceedings::find(db, id.0)?.ok_or(Error::NotFound)?;
        let found = appeals::of_proceeding(db, id.0)?;
        Ok(AppealList { items: found.into_iter().map(AppealView::from).collect() })
    })
    .await
}

/// List the appeals against the refusal of a temporary exemption notice.
#[utoipa::path(tag = "homes", operation_id = "list_appeals_about_exemption", params(("id" = ExemptionId, Path)), responses((status = 200, body = AppealList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/exemptions/{id}/appeals")]
pub async fn list_of_exemption(app: Data<App>, caller: Caller, id: Id<ExemptionId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        exemptions::find(db, id.0)?.ok_or(Error::NotFound)?;
        let found = appeals::of_exemption(db, id.0)?;
        Ok(AppealList { items: found.into_iter().map(AppealView::from).collect() })
    })
    .await
}

/// An appeal that was lodged.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// The tribunal's own reference.
    #[validate(length(min = 1, max = 100), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 100)]
    reference: String,
    /// Who appeals, where they are on record.
    appellant_id: Option<PartyId>,
    /// The day on which it was lodged.
    #[serde(deserialize_with = "written::day")]
    lodged_on: NaiveDate,
}

/// Records an appeal, and answers with it and where it is listed.
async fn lodged(
    app: Data<App>,
    caller: Caller,
    form: Sent<NewAppeal>,
    record: impl Fn(&App, &mut Tx<'_>, &Context, actions::Lodged) -> Result<Appeal, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewAppeal { reference, appellant_id, lodged_on } = form.body.clone();
        let appeal = record(app, tx, cx, actions::Lodged { reference, appellant: appellant_id, on: lodged_on })?;
        let (location, revision) = (list_with(&appeal), appeal.revision);
        Ok(Answer::created(location, &AppealView::from(appeal), revision))
    })
    .await
}

fn list_with(appeal: &Appeal) -> String {
    match appeal {
        Appeal { application_id: Some(id), .. } => format!("/api/v1/applications/{id}/appeals"),
        Appeal { proceeding_id: Some(id), .. } => format!("/api/v1/proceedings/{id}/appeals"),
        Appeal { exemption_id: Some(id), .. } => format!("/api/v1/exemptions/{id}/appeals"),
        Appeal { notice_id, .. } => notice_id.map(|id| format!("/api/v1/notices/{id}")).unwrap_or_default(),
    }
}

/// Record an appeal against the decision that a notice tells of; one that came late, too.
#[utoipa::path(tag = "notices", operation_id = "lodge_appeal", params(("id" = NoticeId, Path)), request_body = NewAppeal, responses((status = 201, body = AppealView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/appeals")]
pub async fn lodge(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    form: Sent<NewAppeal>,
) -> Result<HttpResponse, Problem> {
    lodged(app, caller, form, move |app, tx, cx, lodged| actions::lodge(tx, cx, &app.rules, id.0, lodged)).await
}

/// Record an appeal against the refusal of a temporary exemption notice. While it runs, having asked protects from the offence.
#[utoipa::path(tag = "homes", operation_id = "lodge_appeal_about_exemption", params(("id" = ExemptionId, Path)), request_body = NewAppeal, responses((status = 201, body = AppealView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/exemptions/{id}/appeals")]
pub async fn lodge_about_exemption(
    app: Data<App>,
    caller: Caller,
    id: Id<ExemptionId>,
    form: Sent<NewAppeal>,
) -> Result<HttpResponse, Problem> {
    lodged(app, caller, form, move |app, tx, cx, lodged| {
        actions::lodge_about_exemption(tx, cx, &app.rules, id.0, lodged)
    })
    .await
}

/// How an appeal ended.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// What became of it.
    outcome: AppealOutcome,
    /// The day of the tribunal's decision.
    #[serde(deserialize_with = "written::day")]
    decided_on: NaiveDate,
    /// What the tribunal orders, in words.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    ordered: String,
}

/// Record how an appeal ended. One allowed against a refusal opens the application again, so that the licence can be granted, or the
/// exemption, so that its notice can be served; one allowed against a variation or a revocation undoes it.
#[utoipa::path(tag = "notices", operation_id = "decide_appeal", params(("id" = AppealId, Path), ("If-Match" = String, Header)), request_body = AppealDecision, responses((status = 200, body = AppealView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/appeals/{id}/decision")]
pub async fn decide(
    app: Data<App>,
    caller: Caller,
    id: Id<AppealId>,
    expected: IfMatch,
    form: Sent<AppealDecision>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideApplications).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        let ended = actions::Ended { outcome: sent.outcome, on: sent.decided_on, ordered: sent.ordered.clone() };
        let appeal = actions::decide(tx, cx, &app.rules, id.0, expected.0, ended)?;
        let revision = appeal.revision;
        Ok(Answer::changed(&AppealView::from(appeal), revision))
    })
    .await
}
