//! One's own calendar of visits: its secret address, and what a calendar program reads there.

use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::Error;
use crate::actions::feeds::{self as actions, Shown};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::inspection::InspectionState;
use crate::http::answer::{Answer, read, read_on_record};
use crate::http::ics::{Entry, calendar};
use crate::http::problem::Problem;
use crate::http::session::{Caller, blocking};
use crate::storage::feeds;

/// The address of one's calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarView {
    /// The address, which is shown only when it is issued. Whoever has it sees the visits: keep it to yourself.
    url: Option<String>,
    /// When it was issued.
    issued_at: DateTime<Utc>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

/// Read when one's calendar got its address.
#[utoipa::path(tag = "me", operation_id = "show_my_calendar", responses((status = 200, body = CalendarView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/me/calendar")]
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::WorkInspections, move |_, db, cx| {
        let account = cx.actor.account.ok_or(Error::NotFound)?;
        let feed = feeds::find(db, account)?.ok_or(Error::NotFound)?;
        Ok(CalendarView { url: None, issued_at: feed.issued_at, revoked_at: feed.revoked_at })
    })
    .await
}

/// Give one's calendar of visits an address for calendar programs; the one before stops working. An Idempotency-Key means nothing
/// here, because the answer is kept nowhere.
#[utoipa::path(tag = "me", operation_id = "issue_my_calendar", responses((status = 201, body = CalendarView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/me/calendar")]
pub async fn issue(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read_on_record(app, caller, Action::WorkInspections, move |app, tx, cx| {
        let (feed, secret) = actions::renew(tx, cx)?;
        let url = format!("{}/calendars/{secret}", app.settings.server.public_url.trim_end_matches('/'));
        Ok(Answer::recorded(&CalendarView { url: Some(url), issued_at: feed.issued_at, revoked_at: None }))
    })
    .await
}

/// Revoke the address of one's calendar: nobody sees the visits there any more.
#[utoipa::path(tag = "me", operation_id = "revoke_my_calendar", responses((status = 200, body = CalendarView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/me/calendar/revocation")]
pub async fn revoke(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read_on_record(app, caller, Action::WorkInspections, move |_, tx, cx| {
        let feed = actions::revoke(tx, cx)?;
        Ok(Answer::shown(&CalendarView { url: None, issued_at: feed.issued_at, revoked_at: feed.revoked_at }))
    })
    .await
}

fn entry(shown: Shown) -> Entry {
    let (inspection, (number, visit)) = (shown.inspection, shown.visit);
    let is_open = number == inspection.visits.len() && inspection.state == InspectionState::Planned;
    let status = match (visit.is_cancelled, is_open) {
        (true, _) => "CANCELLED",
        (false, true) => "TENTATIVE",
        (false, false) => "CONFIRMED",
    };
    Entry {
        uid: format!("{}-{number}@selective-licensing", inspection.id),
        sequence: visit.moved + u32::from(visit.is_cancelled),
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        summary: format!("Inspection {}", inspection.reference),
        location: shown.address,
        status,
    }
}

/// The visits of an officer, for a calendar program that knows the secret of their calendar: where and when, and
/// nobody's name.
#[utoipa::path(tag = "service", operation_id = "read_calendar", security(()), params(("secret" = String, Path)), responses((status = 200, body = String, content_type = "text/calendar"), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/calendars/{secret}")]
pub async fn visits(app: Data<App>, secret: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let text = blocking(move || {
        let secret = secret.trim_end_matches(".ics");
        let shown = app.db.read(|db| actions::visits(db, now, secret).map_err(Problem::from))?;
        let entries = shown.into_iter().map(entry).collect::<Vec<_>>();
        Ok(calendar("Inspections", &entries, now))
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.content_type("text/calendar; charset=utf-8").body(text.await?))
}
