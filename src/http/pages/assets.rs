//! The style sheet, the scripts and the icon: part of the program, at an address that changes with their content.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use sha2::{Digest as _, Sha256};

use crate::domain::event::hex;
use crate::http::problem::Problem;

const FILES: [(&str, &str, &str); 4] = [
    ("licensing.css", "text/css; charset=utf-8", include_str!("assets/licensing.css")),
    ("govuk-frontend.min.js", "text/javascript; charset=utf-8", include_str!("assets/govuk-frontend.min.js")),
    ("start.js", "text/javascript; charset=utf-8", include_str!("assets/start.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// One digest for all, so that a script finds its neighbours beside it.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut sha = Sha256::new();
    for (name, _, content) in FILES {
        sha.update(name.as_bytes());
        sha.update(content.as_bytes());
    }
    hex(&sha.finalize()).chars().take(16).collect()
});

/// Where the files are, without a slash at the end.
#[must_use]
pub fn place() -> String {
    format!("/assets/{}", *DIGEST)
}

/// One file, for a year: other content has another address.
#[get("/assets/{digest}/{name}")]
pub(in crate::http) async fn file(wanted: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (digest, name) = wanted.into_inner();
    let found = FILES.iter().find(|(known, ..)| *known == name && digest == *DIGEST);
    let (_, kind, content) = found.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type(*kind)
        .body(*content))
}
