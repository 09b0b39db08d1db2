//! What went wrong, as RFC 9457 problem+json with a stable type; what is ours alone stays in the log.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::actions::{Error, FieldFault};

/// The answer to a request that did not do what was asked (RFC 9457).
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here, and what to do.
    pub detail: String,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Seconds after which to try again, for the header Retry-After.
    #[serde(skip)]
    pub retry_after: Option<i64>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON pointer to the field, or the name of the parameter.
    pub pointer: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: StatusCode, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:selective-licensing:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// The stable word of its kind, without the name of the service.
    pub fn code(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    /// Fields of the request are wrong.
    pub fn invalid(faults: Vec<FieldFault>) -> Self {
        let title = "Some fields are wrong";
        let detail = "correct the fields named in errors, then send the request again";
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail);
        let field = |fault: FieldFault| FieldProblem { pointer: fault.pointer, detail: fault.detail };
        problem.errors = faults.into_iter().map(field).collect();
        problem
    }

    /// Nothing is there, or it is not the caller's to see.
    pub fn not_found() -> Self {
        let detail = "there is nothing here with that identifier";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// Nobody knows who asks.
    pub fn unauthorised(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", "Sign in first", detail)
    }

    /// A fault of ours, with a number under which the log tells more.
    pub fn broken(why: &str) -> Self {
        let number = uuid::Uuid::new_v4();
        tracing::error!(%number, why, "a request failed");
        let detail = format!("the fault is ours, and is on record under {number}; try again later");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side", detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden => Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail),
            Error::Invalid(faults) => Self::invalid(faults),
            Error::Refused { code, text } => Self::new(StatusCode::CONFLICT, code, "A rule stands against it", text),
            Error::Duplicate(_) => Self::new(StatusCode::CONFLICT, "duplicate", "There is one already", detail),
            Error::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", "Changed in the meantime", detail),
            Error::TooOften(left) => {
                let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Tried too often", detail);
                Self { retry_after: Some(left.num_seconds()), ..problem }
            }
            Error::Unavailable(why) => {
                tracing::error!(why, "the database cannot be reached");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available just now", detail)
            }
            Error::Full => {
                tracing::error!("the disk is full");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage-full", "No room left", detail)
            }
            Error::Broken(why) => Self::broken(&why),
        }
    }
}

impl From<crate::storage::Error> for Problem {
    fn from(error: crate::storage::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<crate::domain::context::Forbidden> for Problem {
    fn from(forbidden: crate::domain::context::Forbidden) -> Self {
        Error::from(forbidden).into()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self.status_code() {
            StatusCode::UNAUTHORIZED => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"selective-licensing\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                response.insert_header((header::RETRY_AFTER, "5"));
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let body = serde_json::to_string(self).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}
