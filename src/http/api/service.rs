//! How a copy of a demand or a notice went, and that it came back, as an officer records it.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::dates::ExplainedDate;
use super::written;
use crate::actions::FieldFault;
use crate::actions::Service;
use crate::domain::calendar::Method;
use crate::domain::id::{CopyId, LetterId, PartyId};
use crate::domain::property::Capacity;
use crate::domain::service::{Copy, SentLetter, Served, ServiceState};
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

/// A copy of a demand or a notice for one person, and how it went.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyFacts {
    id: CopyId,
    party_id: PartyId,
    capacity: Capacity,
    state: ServiceState,
    letter_id: Option<LetterId>,
    method: Option<Method>,
    address: Option<String>,
    /// When it went, on a London clock.
    #[schema(value_type = Option<String>, example = "2025-01-22T14:30:00")]
    dispatched_at: Option<NaiveDateTime>,
    evidence: Option<String>,
    return_reason: Option<String>,
}

impl From<Copy> for CopyFacts {
    fn from(copy: Copy) -> Self {
        Self {
            id: copy.id,
            party_id: copy.party_id,
            capacity: copy.capacity,
            state: copy.state,
            letter_id: copy.letter_id,
            method: copy.method,
            address: copy.address,
            dispatched_at: copy.dispatched_at,
            evidence: copy.evidence,
            return_reason: copy.return_reason,
        }
    }
}

/// How something was served.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServedView {
    method: Method,
    address: String,
    #[schema(value_type = String)]
    dispatched_at: NaiveDateTime,
    evidence: Option<String>,
    /// The day on which it counts as received.
    deemed: ExplainedDate,
}

impl From<Served> for ServedView {
    fn from(served: Served) -> Self {
        Self {
            deemed: ExplainedDate::from(&served.deemed),
            method: served.method,
            address: served.address,
            dispatched_at: served.dispatched_at,
            evidence: served.evidence,
        }
    }
}

/// A letter that the service wrote for a case. That it was posted, or that the relay accepted it, is its service.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentLetterView<K> {
    kind: K,
    letter_id: LetterId,
    /// The date on it.
    dated_on: NaiveDate,
    /// The last day that it states, where it does before anybody knows when it will be received.
    stated: Option<ExplainedDate>,
    service: Option<ServedView>,
    /// It came back, or another one took its place.
    is_void: bool,
}

impl<K> From<SentLetter<K>> for SentLetterView<K> {
    fn from(letter: SentLetter<K>) -> Self {
        Self {
            kind: letter.kind,
            letter_id: letter.letter_id,
            dated_on: letter.dated_on,
            stated: letter.stated.as_ref().map(ExplainedDate::from),
            service: letter.served.map(ServedView::from),
            is_void: letter.is_void,
        }
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
