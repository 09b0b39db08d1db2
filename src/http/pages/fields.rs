//! What a form of a page sends. It must come from a page of this service: the browser says so, or else the form's own token.

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

use super::look::Fault;
use crate::app::App;
use crate::http::api::written;
use crate::http::form;
use crate::http::problem::Problem;
use crate::http::upload::{self, Sent};

/// A form that has not been read.
pub(super) struct Posted {
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Posted {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let own = is_from_here(request).then(|| Self { request: request.clone(), payload: payload.take() });
        std::future::ready(own.ok_or_else(forged))
    }
}

fn forged() -> Problem {
    let detail = "the form was not sent from a page of this service in this session, or the browser keeps no cookies: go back, \
                  load the page again, and send it again";
    Problem::new(StatusCode::FORBIDDEN, "forged", "This form cannot be taken", detail)
}

/// What the browser says of where the form was sent from; a browser that says nothing is left to the form's token.
fn is_from_here(request: &HttpRequest) -> bool {
    let said = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("null").to_owned());
    if let Some(site) = said("Sec-Fetch-Site") {
        return site == "same-origin";
    }
    let Some(origin) = said("Origin") else { return true };
    let public = request.app_data::<Data<App>>().map(|app| app.settings.server.public_url.clone());
    let host = said("Host").unwrap_or_default();
    let own = origin.split_once("://").is_some_and(|(_, of)| of == host);
    own || public.is_some_and(|public| public == origin)
}

/// The fields of a form, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Posted {
    /// Reads the form, whose hidden field must hold this token.
    ///
    /// # Errors
    /// 403 without the token; or why the body could not be read.
    pub(super) async fn read(self, token: &str) -> Result<Fields, Problem> {
        let kind = self.request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_form =
            kind.and_then(|kind| kind.split(';').next()).map(str::trim) == Some("application/x-www-form-urlencoded");
        if !is_form {
            return Err(forged());
        }
        let bytes = form::bytes(&self.request, self.payload).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
        let fields = actix_web::web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| unreadable())?;
        let fields = Fields(fields.into_inner());
        if fields.get("token") != token {
            return Err(forged());
        }
        if fields.0.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(unreadable());
        }
        Ok(fields)
    }
}

impl Posted {
    /// Reads a form with files, whose hidden field must hold this token. Nothing of it is kept yet.
    ///
    /// # Errors
    /// As [`Posted::read`].
    pub(super) async fn read_files(self, app: &Data<App>, token: &str) -> Result<(Fields, Vec<Sent>), Problem> {
        let form = upload::read(app, &self.request, self.payload).await?;
        let fields = Fields(form.fields.into_iter().collect());
        if fields.get("token") != token {
            return Err(forged());
        }
        // A browser sends a nameless empty file where none was chosen.
        let chosen = form.files.into_iter().filter(|sent| !sent.name.is_empty());
        Ok((fields, chosen.collect()))
    }
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-form", "The form cannot be read", "go back and send it again")
}

impl Fields {
    /// The value of a field; empty if it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a field that may be sent several times.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value without the white space around it.
    pub(super) fn trimmed(&self, name: &str) -> String {
        self.get(name).trim().to_owned()
    }

    /// A whole number; `None` if it is none.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).trim().parse().ok()
    }
}

/// Where a page of a list begins.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    /// The identifier after which it goes on; none on the first page.
    #[validate(length(max = 100))]
    pub(super) after: Option<String>,
}

/// How many lines a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// One.
    One,
    /// As many as it likes.
    Many,
}

/// What is wrong with a text that was typed; one that is empty is not wrong yet.
pub(super) fn wrong_text(text: &str, lines: Lines, longest: usize) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let length = text.chars().count();
    if length > longest {
        return Some(format!("Shorten this by {} characters, to {longest} at most", length - longest));
    }
    let wrong = if lines == Lines::One { written::one_line(text) } else { written::lines(text) };
    wrong.err().map(|wrong| format!("This text {}", wrong.message.map(|told| told.to_string()).unwrap_or_default()))
}

/// Adds the fault of a text field, if it has one; an empty one is faulty where something is said for that case.
pub(super) fn check_text(
    faults: &mut Vec<Fault>,
    field: &str,
    text: &str,
    missing: Option<&str>,
    lines: Lines,
    longest: usize,
) {
    let fault = match missing {
        Some(missing) if text.is_empty() => Some(missing.to_owned()),
        _ => wrong_text(text, lines, longest),
    };
    faults.extend(fault.map(|text| Fault::at(field, text)));
}

/// A day as it is kept, from three fields as typed; the text itself where it is none, so that its check can say so.
pub(super) fn day_of(day: &str, month: &str, year: &str) -> String {
    let parts = (day.trim().parse(), month.trim().parse(), year.trim().parse());
    let typed = match parts {
        (Ok(day), Ok(month), Ok(year)) if (1_000..=9_999).contains(&year) => NaiveDate::from_ymd_opt(year, month, day),
        _ => None,
    };
    typed.map_or_else(|| format!("{day}/{month}/{year}").trim_matches('/').to_owned(), |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_kept_as_it_is_meant_and_what_is_none_stays_as_typed() {
        for (typed, kept) in [
            (("1", "2", "2025"), "2025-02-01"),
            ((" 01 ", "02", "2025"), "2025-02-01"),
            (("31", "2", "2025"), "31/2/2025"),
            (("1", "2", "25"), "1/2/25"),
            (("", "", ""), ""),
            (("1", "", ""), "1"),
        ] {
            assert_eq!(day_of(typed.0, typed.1, typed.2), kept, "{typed:?}");
        }
    }
}
