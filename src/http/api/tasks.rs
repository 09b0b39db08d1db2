//! Officers' tasks: what the service cannot do by itself.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::written;
use crate::actions::{Error, tasks as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{AccountId, LetterId, PropertyId, TaskId};
use crate::domain::task::{Task, TaskKind};
use crate::http::answer::{Answer, PageOf, change, page, read, read_one};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::tasks;

/// Something that an officer must do by hand.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    id: TaskId,
    kind: TaskKind,
    property_id: Option<PropertyId>,
    letter_id: Option<LetterId>,
    /// What to do.
    title: String,
    /// What is known.
    detail: String,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    closed_by: Option<AccountId>,
    /// What was done.
    note: Option<String>,
}

impl From<Task> for TaskView {
    fn from(task: Task) -> Self {
        let Task { id, kind, property_id, letter_id, title, detail, opened_at, closed_at, closed_by, note, .. } = task;
        Self { id, kind, property_id, letter_id, title, detail, opened_at, closed_at, closed_by, note }
    }
}

/// What a list of tasks is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Only open ones (true), or only closed ones (false).
    open: Option<bool>,
    /// Only of this kind.
    kind: Option<TaskKind>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List tasks, oldest first.
#[utoipa::path(tag = "tasks", operation_id = "list_tasks", params(TaskQuery), responses((status = 200, body = PageOf<TaskView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tasks")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<TaskQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOperations, move |_, db, _| {
        let query = query.0;
        let listed = tasks::list(db, query.kind, query.open, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, TaskView::from))
    })
    .await
}

/// Read a task.
#[utoipa::path(tag = "tasks", operation_id = "show_task", params(("id" = TaskId, Path)), responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/tasks/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<TaskId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadOperations, move |_, db, _| {
        let task = tasks::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = task.revision;
        Ok((TaskView::from(task), revision))
    })
    .await
}

/// What was done about a task.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskClosure {
    /// What was done.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    note: String,
}

/// Close a task.
#[utoipa::path(tag = "tasks", operation_id = "close_task", params(("id" = TaskId, Path), ("If-Match" = String, Header)), request_body = TaskClosure, responses((status = 200, body = TaskView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/tasks/{id}/closure")]
pub async fn close(
    app: Data<App>,
    caller: Caller,
    id: Id<TaskId>,
    expected: IfMatch,
    form: Sent<TaskClosure>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let task = actions::close(tx, cx, id.0, expected.0, &form.body.note)?;
        let revision = task.revision;
        Ok(Answer::changed(&TaskView::from(task), revision))
    })
    .await
}
