//! The start page: what the service is, in a few words, and where to go.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::look::{Shell, page, render};
use super::visitor::Visitor;
use crate::app::App;
use crate::domain::calendar::london::written_out;
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Start {
    starts_on: String,
    ends_on: String,
    areas: Vec<String>,
}

/// The start page.
pub(super) async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let scheme = app.rules.current()?;
    let start = Start {
        starts_on: written_out(scheme.designation.starts_on),
        ends_on: written_out(scheme.designation.ends_on),
        areas: scheme.areas.iter().map(|area| area.name.clone()).collect(),
    };
    let html = render("start.html", &Shell::of(&app, visitor.seems_signed_in())?, &start)?;
    Ok(page(StatusCode::OK, html))
}
