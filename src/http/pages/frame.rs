//! What stands in the way of a page, told as a page: to browsers everywhere, and to everybody at the addresses of pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};
use serde::Serialize;

use super::cookies::Cookie;
use super::look::{Shell, page, render, see};
use super::words::sentence;
use crate::app::App;
use crate::http::problem::Problem;

/// Turns the problem of a page's handler into a page.
pub(super) async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = next.call(request).await?.map_into_boxed_body();
    let problem = answer.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    match problem {
        Some(problem) => {
            let told = told(answer.request(), &problem);
            Ok(answer.into_response(told))
        }
        None => Ok(answer),
    }
}

pub(super) async fn not_this_method() -> Result<HttpResponse, Problem> {
    let detail = "the page was asked for in a way that it does not know: open it anew";
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This page cannot be used so", detail))
}

/// The page that tells a problem; without a session, the way to the sign-in.
pub(in crate::http) fn told(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let Some(app) = request.app_data::<Data<App>>() else { return problem.error_response() };
    if problem.status_code() == StatusCode::UNAUTHORIZED {
        let mut answer = see("/sign-in");
        let gone = Cookie::Session.forget(&app.settings.server);
        answer.headers_mut().insert(header::SET_COOKIE, gone);
        return answer;
    }
    let signed_in = Cookie::Session.read(request, &app.settings.server).is_some();
    let shell = Shell::of(app, signed_in);
    match shell.and_then(|shell| render("wrong.html", &shell, &Wrong::of(problem, signed_in))) {
        Ok(html) => page(problem.status_code(), html),
        Err(_) => problem.error_response(),
    }
}

#[derive(Serialize)]
struct Wrong {
    title: String,
    lines: Vec<String>,
    back: Option<Way>,
}

#[derive(Serialize)]
struct Way {
    href: &'static str,
    text: &'static str,
}

impl Wrong {
    fn of(problem: &Problem, signed_in: bool) -> Self {
        let due = Way { href: "/due", text: "See what is due" };
        let sign_in = Way { href: "/sign-in", text: "Sign in" };
        let home = if signed_in { due } else { Way { href: "/", text: "Go to the start page" } };
        let (title, lines, back) = match problem.status_code() {
            StatusCode::NOT_FOUND => (
                "Page not found",
                vec![
                    "There is nothing here, or it is not yours to see.".to_owned(),
                    "If you typed the address, check it. If you have several e-mail addresses, you may be signed in with \
                     another than the one that we have on record for this home."
                        .to_owned(),
                ],
                home,
            ),
            StatusCode::FORBIDDEN if problem.kind.ends_with(":forbidden") => (
                "This is for landlords and agents",
                vec!["Your account is not one of a landlord or agent, so there is nothing to show here.".to_owned()],
                home,
            ),
            StatusCode::GONE => ("This link does not work any more", vec![sentence(&problem.detail)], sign_in),
            StatusCode::TOO_MANY_REQUESTS => ("Please wait a little", vec![sentence(&problem.detail)], home),
            status if status.is_server_error() => {
                ("Sorry, there is a problem with the service", vec![sentence(&problem.detail)], home)
            }
            StatusCode::CONFLICT => ("This cannot be done", vec![sentence(&problem.detail)], home),
            _ => (problem.title.as_str(), vec![sentence(&problem.detail)], home),
        };
        Self { title: title.to_owned(), lines, back: Some(back) }
    }
}
