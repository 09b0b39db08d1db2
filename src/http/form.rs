//! What was sent: JSON bodies and query strings, read whole or refused with every fault by its field.

use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use validator::Validate;

use super::faults;
use super::problem::Problem;
use crate::actions::FieldFault;
use crate::app::App;
use crate::domain::event::hex;
use crate::domain::id::Spelled;

/// A JSON body that has not been read: who may not do something is told so before what they sent is looked at.
pub struct Sent<T> {
    request: HttpRequest,
    payload: Payload,
    form: PhantomData<T>,
}

/// A JSON body that is complete, has no unknown fields and keeps its limits; with the digest of its bytes.
#[derive(Clone, Debug)]
pub struct Valid<T> {
    /// What was sent.
    pub body: T,
    /// SHA-256 of the bytes that were sent.
    pub digest: String,
}

impl<T> FromRequest for Sent<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self { request: request.clone(), payload: payload.take(), form: PhantomData }))
    }
}

impl<T: DeserializeOwned + Validate> Sent<T> {
    /// Reads the body.
    ///
    /// # Errors
    /// The problem that names every wrong field, or why the body could not be read.
    pub async fn read(self) -> Result<Valid<T>, Problem> {
        is_json(&self.request)?;
        let bytes = bytes(&self.request, self.payload).await?;
        let body = parse::<T>(&bytes)?;
        Ok(Valid { body, digest: hex(&Sha256::digest(&bytes)) })
    }
}

fn is_json(request: &HttpRequest) -> Result<(), Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) == Some("application/json") {
        return Ok(());
    }
    let advice = "send the body as JSON, with the header \"Content-Type: application/json\"";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Only JSON is read here", advice))
}

/// The bytes of a body, within the limits of size and time.
///
/// # Errors
/// Why they could not be read.
pub(super) async fn bytes(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, Problem> {
    let server = request.app_data::<Data<App>>().map(|app| app.settings.server.clone());
    let server = server.ok_or_else(|| Problem::broken("the application is not there"))?;
    // Whoever announces too much need not send it first.
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|announced: u64| announced > u64::try_from(server.body_limit_bytes).unwrap_or(u64::MAX)) {
        return Err(too_large(server.body_limit_bytes));
    }
    let collecting = actix_web::body::to_bytes_limited(PayloadBody(&mut payload), server.body_limit_bytes);
    match tokio::time::timeout(Duration::from_secs(server.body_seconds), collecting).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(_))) => {
            let detail = "the body ended before it was whole: send it again";
            Err(Problem::new(StatusCode::BAD_REQUEST, "bad-body", "The body cannot be read", detail))
        }
        Ok(Err(_)) => Err(too_large(server.body_limit_bytes)),
        Err(_) => {
            let detail = format!("the body must arrive within {} seconds", server.body_seconds);
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The body came too slowly", detail))
        }
    }
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("a body may have {limit} bytes at most");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
}

/// A payload seen as a body, so that it can be collected up to a limit.
struct PayloadBody<'a>(&'a mut Payload);

impl actix_web::body::MessageBody for PayloadBody<'_> {
    type Error = actix_web::error::PayloadError;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        futures_core::Stream::poll_next(Pin::new(&mut *self.0), cx)
    }
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take the fields of a form by their order as well.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::invalid(vec![FieldFault::at("", "must be a JSON object with named fields, not a list")]));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize::<_, T>(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            return Problem::invalid(faults::every::<T>(bytes, &error));
        }
        Problem::new(StatusCode::BAD_REQUEST, "bad-json", "The body is not JSON", error.into_inner().to_string())
    })?;
    reader.end().map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "bad-json", "There is more than one JSON value", error.to_string())
    })?;
    refuse_nul(bytes)?;
    parsed.validate().map_err(|wrong| Problem::invalid(faults::broken_limits(&wrong, "")))?;
    Ok(parsed)
}

/// No text has a use for the character NUL, and PostgreSQL cannot keep it.
const NUL: &str = "must not contain the character NUL (U+0000): leave it out";

fn refuse_nul(bytes: &[u8]) -> Result<(), Problem> {
    // Only this escape can spell it; a bare NUL is no JSON.
    if !bytes.windows(ESCAPED_NUL.len()).any(|window| window == ESCAPED_NUL) {
        return Ok(());
    }
    let mut faults = Vec::new();
    find_nul(&serde_json::from_slice(bytes).unwrap_or_default(), "", &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

const ESCAPED_NUL: &[u8] = b"\\u0000";

fn find_nul(value: &serde_json::Value, at: &str, faults: &mut Vec<FieldFault>) {
    match value {
        serde_json::Value::String(text) if text.contains('\0') => faults.push(FieldFault::at(at, NUL)),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| find_nul(item, &format!("{at}/{place}"), faults));
        }
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| find_nul(field, &format!("{at}/{name}"), faults));
        }
        _ => {}
    }
}

/// A query string without unknown parameters.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.query_string().contains("%00") {
            return std::future::ready(Err(Problem::invalid(vec![FieldFault::at("?", NUL)])));
        }
        let read = actix_web::web::Query::<T>::from_query(request.query_string())
            .map_err(|error| Problem::invalid(faults::of_query::<T>(request.query_string(), &error.to_string())))
            .and_then(|query| {
                let query = query.into_inner();
                query.validate().map_err(|wrong| Problem::invalid(faults::broken_limits(&wrong, "?")))?;
                Ok(Self(query))
            });
        std::future::ready(read)
    }
}

/// An identifier in the path; one that cannot be is nothing that is there.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<T: Spelled> FromRequest for Id<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = request.match_info().get("id").and_then(T::read).map(Self).ok_or_else(Problem::not_found);
        std::future::ready(read)
    }
}

/// A second identifier in the path, of something that belongs to the first.
#[derive(Clone, Copy, Debug)]
pub struct Part<T>(pub T);

impl<T: Spelled> FromRequest for Part<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = request.match_info().get("part").and_then(T::read).map(Self).ok_or_else(Problem::not_found);
        std::future::ready(read)
    }
}

/// A number in the path, such as that of a version, from 1. What cannot be one is 0, which nothing has: nobody is told so before
/// they are let in.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub i32);

impl FromRequest for Number {
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().get("number").and_then(|number| number.parse().ok());
        std::future::ready(Ok(Self(number.unwrap_or_default())))
    }
}
