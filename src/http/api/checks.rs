//! Runs of the nightly check, and what each did.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::breaches::BreachLine;
use super::reminders::ReminderView;
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::CheckId;
use crate::domain::reminder::SubjectKind;
use crate::http::answer::{PageOf, page, read};
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::checks::{self, Check, CheckOutcome, Failure, StartedBy};
use crate::storage::{breaches, reminders};

/// One run of the nightly check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckView {
    id: CheckId,
    night: NaiveDate,
    started_by: StartedBy,
    outcome: CheckOutcome,
    /// The version of the software that ran.
    software: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// Nights between the last finished run and this one.
    nights_missed: i32,
    /// Due dates that called for a look.
    looked_at: i64,
    /// Reminders called for.
    reminders: i64,
    /// Missed rungs that were overtaken by a later one.
    superseded: i64,
    /// Breaches proposed.
    breaches: i64,
    /// Things that could not be handled and will be tried again.
    failures: i64,
    /// What a person should know.
    note: Option<String>,
}

impl From<Check> for CheckView {
    fn from(check: Check) -> Self {
        Self {
            id: check.id,
            night: check.night,
            started_by: check.started_by,
            outcome: check.outcome,
            software: check.software,
            started_at: check.started_at,
            finished_at: check.finished_at,
            nights_missed: check.nights_missed,
            looked_at: check.looked_at,
            reminders: check.reminders,
            superseded: check.superseded,
            breaches: check.breaches,
            failures: check.failures,
            note: check.note,
        }
    }
}

/// A run with each of its actions, in pages.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckFile {
    run: CheckView,
    /// Reminders called for or superseded; the next page with `after_reminder`.
    reminders: PageOf<ReminderView>,
    /// Breaches proposed; the next page with `after_breach`.
    breaches: PageOf<BreachLine>,
    /// What could not be handled.
    failures: Vec<FailureView>,
}

/// Something that a run could not handle.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureView {
    subject_kind: SubjectKind,
    subject_id: String,
    reason: String,
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        let Failure { subject_kind, subject_id, reason, .. } = failure;
        Self { subject_kind, subject_id, reason }
    }
}

/// What a list of runs is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// Only for this night.
    night: Option<NaiveDate>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List runs of the nightly check, oldest first.
#[utoipa::path(tag = "checks", operation_id = "list_checks", params(CheckQuery), responses((status = 200, body = PageOf<CheckView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/checks")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<CheckQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOperations, move |_, db, _| {
        let query = query.0;
        Ok(PageOf::of(checks::list(db, query.night, &page(query.after, query.limit))?, CheckView::from))
    })
    .await
}

/// Which pages of a run's actions are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsQuery {
    /// `reminders.next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after_reminder: Option<String>,
    /// `breaches.next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after_breach: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Read a run of the nightly check with its actions.
#[utoipa::path(tag = "checks", operation_id = "show_check", params(("id" = CheckId, Path), ActionsQuery), responses((status = 200, body = CheckFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/checks/{id}")]
pub async fn show(
    app: Data<App>,
    caller: Caller,
    id: Id<CheckId>,
    query: Query<ActionsQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOperations, move |_, db, _| {
        let query = query.0;
        let run = checks::find(db, id.0)?.ok_or(Error::NotFound)?;
        let called = reminders::page_of_check(db, id.0, &page(query.after_reminder, query.limit))?;
        let proposed = breaches::Filter { check: Some(id.0), ..breaches::Filter::default() };
        let proposed = breaches::list(db, &proposed, &page(query.after_breach, query.limit))?;
        let failures = checks::failures_of(db, id.0)?;
        Ok(CheckFile {
            run: run.into(),
            reminders: PageOf::of(called, ReminderView::from),
            breaches: PageOf::of(proposed, BreachLine::from),
            failures: failures.into_iter().map(FailureView::from).collect(),
        })
    })
    .await
}
