//! Whether the service lives, and whether it can work: for whoever watches over it.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::Error;
use crate::app::App;
use crate::http::session::blocking;
use crate::jobs::schedule;
use crate::storage::page::Page;
use crate::storage::{Conn, checks, letters, tasks};

/// How long after its time a night's check may still be running before it is overdue.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// The service lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthView {
    status: String,
}

/// Whether the program answers at all; the database is not asked.
#[utoipa::path(tag = "service", operation_id = "health", security(()), responses((status = 200, body = HealthView)))]
#[get("/health")]
pub async fn health() -> HttpResponse {
    let view = HealthView { status: "ok".to_owned() };
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view)
}

/// Whether the service can do its work.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ReadyView {
    /// Whether requests can be answered: the database answers and a scheme is in use.
    ready: bool,
    database: bool,
    /// The scheme in use, such as "stockton-2024/1".
    scheme: Option<String>,
    /// The last night whose check was finished.
    last_check: Option<NaiveDate>,
    /// Whether a night's check is due for more than an hour and not finished. Requests are answered all the same.
    check_overdue: Option<bool>,
    /// Letters that wait to be sent.
    letters_waiting: Option<i64>,
    /// Whether all mail is held: by the settings, or because the database was restored from a backup.
    mail_held: Option<bool>,
    /// Tasks that wait for an officer.
    tasks_open: Option<i64>,
    /// Since when the oldest of them waits.
    oldest_task_since: Option<DateTime<Utc>>,
}

fn look(app: &App, db: &mut Conn) -> Result<ReadyView, Error> {
    let scheme = app.rules.current()?.version_name();
    let last_check = checks::last_night(db)?;
    let due = schedule::night_due(app.clock.now() - GRACE, app.settings.check.at, last_check);
    let oldest = tasks::list(db, None, Some(true), &Page { after: None, limit: 1 })?.rows;
    Ok(ReadyView {
        ready: true,
        database: true,
        scheme: Some(scheme),
        last_check,
        check_overdue: Some(due.is_some()),
        letters_waiting: Some(letters::waiting(db)?),
        mail_held: Some(app.settings.mail.hold || letters::are_held(db)?),
        tasks_open: Some(tasks::open_count(db)?),
        oldest_task_since: oldest.first().map(|task| task.opened_at),
    })
}

/// Whether the service can work, and what waits.
#[utoipa::path(tag = "service", operation_id = "ready", security(()), responses((status = 200, body = ReadyView), (status = 503, body = ReadyView)))]
#[get("/ready")]
pub async fn ready(app: Data<App>) -> HttpResponse {
    let seen = blocking(move || Ok(app.db.read(|db| look(&app, db))?)).await;
    let mut response = if seen.is_ok() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(seen.unwrap_or_default())
}
