//! References about tenants, for the few officers who work them.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::written;
use crate::actions::{Error, references as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{AccountId, LetterId, PartyId, PropertyId, ReferenceId};
use crate::domain::reference::{
    Colour, ConsentHow, LandlordDecision, Look, ReferenceRequest, ReferenceState, ReferenceStep, Request, TenantConsent,
};
use crate::http::answer::{Answer, PageOf, change, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::references;

/// A request for a reference. When it is disposed of, nothing is left by which anybody can be known.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceView {
    id: ReferenceId,
    /// What people call it, such as "TEN/2025/00001".
    reference: String,
    state: ReferenceState,
    landlord_id: Option<PartyId>,
    /// The home that is to be let.
    property_id: Option<PropertyId>,
    tenant: Option<String>,
    /// What the tenant's consent covers.
    covers: Option<String>,
    consent_on: Option<NaiveDate>,
    consent_how: Option<ConsentHow>,
    received_on: NaiveDate,
    /// What was looked into, the oldest first.
    checks: Vec<Look>,
    colour: Option<Colour>,
    reasons: Option<String>,
    issued_on: Option<NaiveDate>,
    issued_by: Option<AccountId>,
    /// The letter that told the colour.
    letter_id: Option<LetterId>,
    decision: Option<LandlordDecision>,
    decided_on: Option<NaiveDate>,
    /// The last day on which it is kept.
    retain_until: NaiveDate,
    disposed_on: Option<NaiveDate>,
    received_at: DateTime<Utc>,
}

impl From<ReferenceRequest> for ReferenceView {
    fn from(request: ReferenceRequest) -> Self {
        Self {
            id: request.id,
            reference: request.reference,
            state: request.state,
            landlord_id: request.landlord_id,
            property_id: request.property_id,
            tenant: request.tenant,
            covers: request.covers,
            consent_on: request.consent_on,
            consent_how: request.consent_how,
            received_on: request.received_on,
            checks: request.checks,
            colour: request.colour,
            reasons: request.reasons,
            issued_on: request.issued_on,
            issued_by: request.issued_by,
            letter_id: request.letter_id,
            decision: request.decision,
            decided_on: request.decided_on,
            retain_until: request.retain_until,
            disposed_on: request.disposed_on,
            received_at: request.received_at,
        }
    }
}

/// A request as a list shows it: about nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceLine {
    id: ReferenceId,
    reference: String,
    state: ReferenceState,
    received_on: NaiveDate,
    issued_on: Option<NaiveDate>,
    retain_until: NaiveDate,
    disposed_on: Option<NaiveDate>,
}

impl From<ReferenceRequest> for ReferenceLine {
    fn from(request: ReferenceRequest) -> Self {
        Self {
            id: request.id,
            reference: request.reference,
            state: request.state,
            received_on: request.received_on,
            issued_on: request.issued_on,
            retain_until: request.retain_until,
            disposed_on: request.disposed_on,
        }
    }
}

/// What a list of requests is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only in this state.
    state: Option<ReferenceState>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List requests for a reference, without a word about anybody.
#[utoipa::path(tag = "references", operation_id = "list_references", params(ListQuery), responses((status = 200, body = PageOf<ReferenceLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/references")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::WorkReferences, move |_, db, _| {
        let ListQuery { state, after, limit } = query.0;
        Ok(PageOf::of(references::list(db, state, &page(after, limit))?, ReferenceLine::from))
    })
    .await
}

/// The tenant's consent.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantConsentForm {
    /// What may be looked into and told, in the words of the consent.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    covers: String,
    /// When it was given.
    given_on: NaiveDate,
    /// How.
    how: ConsentHow,
}

/// A request for a reference.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReference {
    /// The landlord who asks.
    landlord_id: PartyId,
    /// The home that is to be let.
    property_id: Option<PropertyId>,
    /// Who the tenant is.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    tenant: String,
    /// The tenant's own consent, without which a request is refused.
    #[validate(nested)]
    consent: Option<TenantConsentForm>,
    /// The day on which it came in; today if nothing is said.
    received_on: Option<NaiveDate>,
}

/// Record a request for a reference, with the tenant's consent.
#[utoipa::path(tag = "references", operation_id = "receive_reference", request_body = NewReference, responses((status = 201, body = ReferenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/references")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewReference>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferences).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewReference { landlord_id, property_id, tenant, consent, received_on } = form.body.clone();
        let consent =
            consent.map(|TenantConsentForm { covers, given_on, how }| TenantConsent { covers, given_on, how });
        let received_on = received_on.unwrap_or(cx.today());
        let request = Request { reference: String::new(), landlord_id, property_id, tenant, consent, received_on };
        let request = actions::receive(tx, cx, request, app.settings.retention.references_months)?;
        let (id, revision) = (request.id, request.revision);
        Ok(Answer::created(format!("/api/v1/references/{id}"), &ReferenceView::from(request), revision))
    })
    .await
}

/// Read a request for a reference.
#[utoipa::path(tag = "references", operation_id = "show_reference", params(("id" = ReferenceId, Path)), responses((status = 200, body = ReferenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/references/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ReferenceId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::WorkReferences, id.0, move |_, db, _| {
        let request = references::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = request.revision;
        Ok((ReferenceView::from(request), revision))
    })
    .await
}

/// A step of a request for a reference.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReferenceStepForm {
    /// Something is looked into.
    Check {
        /// What.
        #[schema(min_length = 1, max_length = 500)]
        what: String,
        /// What was found.
        #[schema(min_length = 1, max_length = 4000)]
        found: String,
    },
    /// A colour is given; the landlord is told it by letter, without the reasons.
    Issue {
        /// The answer.
        colour: Colour,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reasons: String,
    },
    /// The landlord says what they decided.
    Decide {
        /// What.
        decision: LandlordDecision,
    },
    /// The tenant withdraws their consent, or the landlord the request: it is disposed of the next night.
    Withdraw {},
}

impl Validate for ReferenceStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Check { what, found } => {
                written::words(&mut faults, "what", what, 500);
                written::words(&mut faults, "found", found, 4000);
            }
            Self::Issue { reasons, .. } => written::words(&mut faults, "reasons", reasons, 4000),
            Self::Decide { .. } | Self::Withdraw {} => {}
        }
        written::checked(faults)
    }
}

impl ReferenceStepForm {
    fn step(&self) -> ReferenceStep {
        match self.clone() {
            Self::Check { what, found } => ReferenceStep::Check { what, found },
            Self::Issue { colour, reasons } => ReferenceStep::Issue { colour, reasons },
            Self::Decide { decision } => ReferenceStep::Decide { decision },
            Self::Withdraw {} => ReferenceStep::Withdraw,
        }
    }
}

/// Take a request for a reference a step further.
#[utoipa::path(tag = "references", operation_id = "take_reference_step", params(("id" = ReferenceId, Path), ("If-Match" = String, Header)), request_body = ReferenceStepForm, responses((status = 200, body = ReferenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/references/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<ReferenceId>,
    expected: IfMatch,
    form: Sent<ReferenceStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferences).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let months = app.settings.retention.references_months;
        let request = actions::take(tx, cx, id.0, expected.0, form.body.step(), months)?;
        let revision = request.revision;
        Ok(Answer::changed(&ReferenceView::from(request), revision))
    })
    .await
}
