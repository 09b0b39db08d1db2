//! How a copy of a demand or a notice went, and that it came back, as an officer records it.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::written;
use crate::actions::FieldFault;
use crate::actions::Service;
use crate::domain::calendar::Method;
use crate::http::problem::Problem;

/// How one copy went.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRecord<T> {
    /// Whose copy.
    pub recipient_id: T,
    /// How.
    pub method: Method,
    /// When, on a London clock: "2025-01-22T14:30:00". Of post only the day counts.
    #[schema(value_type = String, example = "2025-01-22T14:30:00")]
    pub dispatched_at: NaiveDateTime,
    /// Where to; the address on record if nothing is said.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    pub address: Option<String>,
    /// What proves it, such as the number of a certificate of posting.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub evidence: Option<String>,
    /// The day on which receipt is proved, where it is.
    pub proved_on: Option<NaiveDate>,
    /// What proves it.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub proved_by: Option<String>,
}

impl<T> ServiceRecord<T> {
    /// The service that was recorded.
    ///
    /// # Errors
    /// Where a proof has no day, or a day no proof.
    pub fn service(&self) -> Result<Service, Problem> {
        if self.proved_on.is_some() != self.proved_by.is_some() {
            let advice = "proved_on and proved_by go together: give both or neither";
            return Err(Problem::invalid(vec![FieldFault::at("/proved_by", advice)]));
        }
        Ok(Service {
            method: self.method,
            dispatched_at: self.dispatched_at,
            address: self.address.clone(),
            evidence: self.evidence.clone(),
            proved: self.proved_on.zip(self.proved_by.clone()),
        })
    }
}

/// A copy that came back.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRecord<T> {
    /// Whose copy.
    pub recipient_id: T,
    /// Why it came back, such as "gone away".
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}
