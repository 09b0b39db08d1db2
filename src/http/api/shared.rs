//! All that a partner's account reaches: one home at a time, for a stated purpose, and its own referrals.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::referrals::ReferralNote;
use super::written;
use crate::actions::partners::{self as look_ups, Before, Shared, Which};
use crate::actions::referrals::{self as actions, Said};
use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{PropertyId, ReferralId};
use crate::domain::partner::PartnerKind;
use crate::domain::party::Party;
use crate::domain::referral::{Direction, Referral, ReferralOutcome, ReferralState};
use crate::domain::scheme::Uprn;
use crate::http::answer::{Answer, PageOf, change, etag, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch, blocking};
use crate::storage::referrals;

/// What a partner is told of a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedHome {
    property_id: PropertyId,
    address: String,
    postcode: String,
    /// Whether it is licensed today.
    is_licensed: bool,
    /// The licence holder.
    holder: Option<Contact>,
    /// The manager.
    manager: Option<Contact>,
    /// Anti-social behaviour that was referred before, the oldest first.
    history: Vec<HistoryView>,
}

/// How to reach a person or company.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    name: String,
    address: String,
    email: Option<String>,
    phone: Option<String>,
}

impl From<Party> for Contact {
    fn from(party: Party) -> Self {
        let Party { name, address, email, phone, .. } = party;
        Self { name, address, email, phone }
    }
}

/// A referral of before.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryView {
    received_on: NaiveDate,
    /// From or to what kind of partner.
    partner: PartnerKind,
    state: ReferralState,
    outcome: Option<ReferralOutcome>,
    /// What was of concern.
    concern: String,
}

impl From<Before> for HistoryView {
    fn from(before: Before) -> Self {
        let Before { received_on, partner, state, outcome, concern } = before;
        Self { received_on, partner, state, outcome, concern }
    }
}

impl From<Shared> for SharedHome {
    fn from(shared: Shared) -> Self {
        let Shared { home, is_licensed, holder, manager, history } = shared;
        Self {
            property_id: home.id,
            address: home.address,
            postcode: home.postcode,
            is_licensed,
            holder: holder.map(Contact::from),
            manager: manager.map(Contact::from),
            history: history.into_iter().map(HistoryView::from).collect(),
        }
    }
}

/// Which home, and for what.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUp {
    /// For what it is looked up; that goes on record.
    #[validate(length(min = 10, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 10, max_length = 500)]
    purpose: String,
    /// Its Unique Property Reference Number; or else:
    #[validate(custom(function = "written::uprn"))]
    #[schema(min_length = 1, max_length = 12, pattern = "^0*[1-9][0-9]*$")]
    uprn: Option<String>,
    /// The first line of its address, such as "12 Hind Street", with the postcode.
    #[validate(length(min = 3, max = 200), custom(function = "written::one_line"))]
    #[schema(min_length = 3, max_length = 200)]
    address: Option<String>,
    /// Its postcode.
    #[validate(length(min = 5, max = 10), custom(function = "written::one_line"))]
    #[schema(min_length = 5, max_length = 10)]
    postcode: Option<String>,
}

impl LookUp {
    fn which(&self) -> Result<Which, Error> {
        match (&self.uprn, &self.address, &self.postcode) {
            (Some(uprn), None, None) => {
                let uprn = Uprn::parse(uprn).ok_or_else(|| FieldFault::at("/uprn", "must be 1 to 12 digits"))?;
                Ok(Which::Uprn(uprn))
            }
            (None, Some(address), Some(postcode)) => Ok(Which::Address(address.clone(), postcode.clone())),
            _ => Err(FieldFault::at("/uprn", "give either uprn alone, or address and postcode").into()),
        }
    }
}

/// Look one home up. The purpose must be stated; that it was looked up, by whom and for what, is an event of the partner's, also where
/// none was found. Nothing is told without an agreement in force. A home is found only if exactly one is meant. An account that looked
/// up as many as the council's setting allows in an hour is answered 429 with Retry-After.
#[utoipa::path(tag = "partners", operation_id = "look_up_home", request_body = LookUp, responses((status = 200, body = SharedHome), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/shared/homes")]
pub async fn look_up(app: Data<App>, caller: Caller, form: Sent<LookUp>) -> Result<HttpResponse, Problem> {
    // An Idempotency-Key means nothing: who asks again looks again.
    let caller = caller.enter(&app, Action::ActAsPartner).await?;
    let form = form.read().await?;
    let looking = blocking(move || {
        let (which, set) = (form.body.which()?, app.settings.partners);
        let (cx, purpose) = (&caller.cx, form.body.purpose.as_str());
        Ok(app.db.write(|tx| look_ups::look_up(tx, cx, &app.rules, set, &which, purpose))?)
    });
    let shared = looking.await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(SharedHome::from(shared)))
}

/// A referral as its partner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnReferral {
    id: ReferralId,
    reference: String,
    direction: Direction,
    state: ReferralState,
    address: String,
    concern: String,
    purpose: String,
    received_on: NaiveDate,
    outcome: Option<ReferralOutcome>,
    ended_on: Option<NaiveDate>,
    /// What the partner added, the oldest first.
    entries: Vec<OwnEntry>,
}

/// What a partner added.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnEntry {
    text: String,
    entered_at: DateTime<Utc>,
}

impl From<Referral> for OwnReferral {
    fn from(referral: Referral) -> Self {
        let own = referral.entries.into_iter().filter(|entry| entry.by_partner);
        Self {
            id: referral.id,
            reference: referral.reference,
            direction: referral.direction,
            state: referral.state,
            address: referral.address,
            concern: referral.concern,
            purpose: referral.purpose,
            received_on: referral.received_on,
            outcome: referral.outcome,
            ended_on: referral.ended_on,
            entries: own.map(|entry| OwnEntry { text: entry.text, entered_at: entry.entered_at }).collect(),
        }
    }
}

/// A partner's referral as a list shows it: without what is of concern.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnReferralLine {
    id: ReferralId,
    reference: String,
    direction: Direction,
    state: ReferralState,
    received_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    /// Its entity tag.
    etag: String,
}

impl From<Referral> for OwnReferralLine {
    fn from(referral: Referral) -> Self {
        Self {
            id: referral.id,
            reference: referral.reference,
            direction: referral.direction,
            state: referral.state,
            received_on: referral.received_on,
            ended_on: referral.ended_on,
            etag: etag(referral.revision),
        }
    }
}

/// Which page is wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OwnQuery {
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List one's own referrals, as a partner, without what is of concern.
#[utoipa::path(tag = "partners", operation_id = "list_own_referrals", params(OwnQuery), responses((status = 200, body = PageOf<OwnReferralLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/shared/referrals")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<OwnQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ActAsPartner, move |app, db, cx| {
        let partner = look_ups::own_with_agreement(db, cx, app.settings.partners)?;
        let filter = referrals::Filter { partner: Some(partner.id), ..referrals::Filter::default() };
        let OwnQuery { after, limit } = query.0;
        Ok(PageOf::of(referrals::list(db, &filter, &page(after, limit))?, OwnReferralLine::from))
    })
    .await
}

/// What a partner refers.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnNewReferral {
    /// Where, in words.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    address: String,
    /// The home, where it was looked up.
    property_id: Option<PropertyId>,
    /// What is of concern.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    concern: String,
    /// For what it is shared.
    #[validate(length(min = 10, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 10, max_length = 500)]
    purpose: String,
}

/// Refer something to the council, as a partner.
#[utoipa::path(tag = "partners", operation_id = "refer", request_body = OwnNewReferral, responses((status = 201, body = OwnReferral), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/shared/referrals")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<OwnNewReferral>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::ActAsPartner).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let OwnNewReferral { address, property_id, concern, purpose } = form.body.clone();
        let referral = actions::refer(tx, cx, Said { address, property_id, concern, purpose, received_on: None })?;
        let (id, revision) = (referral.id, referral.revision);
        Ok(Answer::created(format!("/api/v1/shared/referrals/{id}"), &OwnReferral::from(referral), revision))
    })
    .await
}

/// Read one of one's own referrals, as a partner.
#[utoipa::path(tag = "partners", operation_id = "show_own_referral", params(("id" = ReferralId, Path)), responses((status = 200, body = OwnReferral), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/shared/referrals/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ReferralId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ActAsPartner, id.0, move |app, db, cx| {
        let referral = actions::own(db, cx, app.settings.partners, id.0)?;
        let revision = referral.revision;
        Ok((OwnReferral::from(referral), revision))
    })
    .await
}

/// Add to one of one's own referrals, as a partner.
#[utoipa::path(tag = "partners", operation_id = "add_to_own_referral", params(("id" = ReferralId, Path), ("If-Match" = String, Header)), request_body = ReferralNote, responses((status = 200, body = OwnReferral), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/shared/referrals/{id}/entries")]
pub async fn add(
    app: Data<App>,
    caller: Caller,
    id: Id<ReferralId>,
    expected: IfMatch,
    form: Sent<ReferralNote>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::ActAsPartner).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let text = form.body.text.clone();
        let referral = actions::add_to_own(tx, cx, app.settings.partners, id.0, expected.0, text)?;
        let revision = referral.revision;
        Ok(Answer::changed(&OwnReferral::from(referral), revision))
    })
    .await
}
