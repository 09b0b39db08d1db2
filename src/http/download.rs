//! A stored file on its way out: only as an attachment, of exactly its type, unable to run here, and in ranges.

use std::ops::Range;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use sha2::{Digest as _, Sha256};

use super::problem::Problem;
use super::upload;
use crate::app::App;
use crate::domain::document::{Document, MediaType, content_disposition};
use crate::domain::event::hex;
use crate::files::AtRest;

/// Gives out the bytes of a document that the caller may see.
///
/// # Errors
/// The problem that stands in the way: it waits for the scanner, is infected, or the range is none of it.
pub async fn answer(app: &App, request: &HttpRequest, document: &Document) -> Result<HttpResponse, Problem> {
    document.may_be_opened().map_err(|refusal| upload::refused(&refusal, "/id"))?;
    let Document { sha256, bytes, media_type, name, .. } = document;
    stored(app, request, Stored { sha256, bytes: *bytes, media_type: *media_type, name }).await
}

/// Bytes in the store, and what they are.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: &'a str,
    /// How many.
    pub bytes: i64,
    /// What they are.
    pub media_type: MediaType,
    /// The name to save them under.
    pub name: &'a str,
}

/// Gives out bytes of the store to a caller who may see them.
///
/// # Errors
/// The problem that stands in the way: the store says no, or the range is none of it.
pub async fn stored(app: &App, request: &HttpRequest, file: Stored<'_>) -> Result<HttpResponse, Problem> {
    let length = u64::try_from(file.bytes).unwrap_or_default();
    let etag = format!("\"{}\"", file.sha256);
    let range = match asked(request, &etag, length) {
        Asked::All => None,
        Asked::Part(range) => Some(range),
        Asked::Nothing => return Ok(no_such_range(length)),
    };
    let part = range.clone().unwrap_or(0..length);
    let bytes = app.files.stream(file.sha256, range.clone()).await.map_err(|error| upload::disk(&error))?;
    let mut response = HttpResponse::build(if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
    if range.is_some() {
        let last = part.end.saturating_sub(1);
        response.insert_header((header::CONTENT_RANGE, format!("bytes {}-{last}/{length}", part.start)));
    }
    as_attachment(&mut response, file.media_type.spelling(), file.name, etag);
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    Ok(response.no_chunking(part.end - part.start).streaming(bytes))
}

/// Gives out a PDF that the service itself has made.
pub fn made(name: &str, bytes: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    let etag = format!("\"{}\"", hex(&Sha256::digest(&bytes)));
    as_attachment(&mut response, MediaType::Pdf.spelling(), name, etag);
    response.body(bytes)
}

/// Gives out a ZIP file that the service itself has made and does not keep, piece by piece.
///
/// # Errors
/// The problem that the disk makes.
pub async fn zip(
    app: &App,
    name: &str,
    file: AtRest,
    proofs: &[(&'static str, String)],
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    as_attachment(&mut response, "application/zip", name, format!("\"{}\"", file.sha256()));
    for (header, value) in proofs {
        response.insert_header((*header, value.as_str()));
    }
    let (length, bytes) = app.files.give_out(file).await.map_err(|error| upload::disk(&error))?;
    Ok(response.no_chunking(length).streaming(bytes))
}

fn as_attachment(response: &mut HttpResponseBuilder, media_type: &'static str, name: &str, etag: String) {
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, content_disposition(name)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ETAG, etag));
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Range<u64>),
    Nothing,
}

/// The range that was asked for. One that cannot be read, or several at once, is the whole (RFC 9110, 14.2).
fn asked(request: &HttpRequest, etag: &str, length: u64) -> Asked {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Asked::All;
    }
    text(header::RANGE).map_or(Asked::All, |range| part(range, length))
}

fn part(range: &str, length: u64) -> Asked {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::All;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(first), number(last)) {
        (Some(first), last) if last.is_some() || last_is_open(range) => {
            let end = last.map_or(length, |last| last.saturating_add(1).min(length));
            match last {
                Some(last) if last < first => Asked::All,
                _ if first < end => Asked::Part(first..end),
                _ => Asked::Nothing,
            }
        }
        (None, Some(0)) if first.trim().is_empty() => Asked::Nothing,
        (None, Some(count)) if first.trim().is_empty() => Asked::Part(length.saturating_sub(count)..length),
        _ => Asked::All,
    }
}

fn last_is_open(range: &str) -> bool {
    range.trim_end().ends_with('-')
}

fn no_such_range(length: u64) -> HttpResponse {
    let detail = format!("the file has {length} bytes: ask for some of those");
    let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "no-such-range", "No such range", detail);
    let mut response = actix_web::ResponseError::error_response(&problem);
    if let Ok(value) = header::HeaderValue::from_str(&format!("bytes */{length}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_the_standard_says_it_is() {
        for (range, wanted) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=4-400", Asked::Part(4..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-4", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=a-b", Asked::All),
            ("bytes=-", Asked::All),
        ] {
            assert_eq!(part(range, 10), wanted, "{range}");
        }
    }
}
