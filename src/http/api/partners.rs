//! Partners of the council, with their agreements to share information.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::written;
use crate::actions::Error;
use crate::actions::partners::{self as actions, Body};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{PartnerId, PartyId};
use crate::domain::partner::{Agreement, Partner, PartnerFacts, PartnerKind};
use crate::domain::party::Party;
use crate::http::answer::{Answer, PageOf, change, page, read, read_one};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, parties, partners};

/// A partner.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartnerView {
    id: PartnerId,
    kind: PartnerKind,
    /// The body on record, for which its accounts stand.
    party_id: PartyId,
    name: String,
    /// Where paper goes.
    address: String,
    /// Where mail goes; without one, letters go on paper.
    email: Option<String>,
    agreement: Option<AgreementForm>,
    /// Whether the agreement is in force today.
    has_agreement: bool,
    created_at: DateTime<Utc>,
}

/// The written agreement to share information.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementForm {
    /// Under which it is filed.
    #[validate(length(min = 1, max = 100), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 100)]
    reference: String,
    /// Its last day.
    ends_on: NaiveDate,
}

impl PartnerView {
    fn of(partner: Partner, party: &Party, today: NaiveDate) -> Self {
        let has_agreement = partner.has_agreement(today);
        let agreement = partner.agreement.zip(partner.agreement_ends_on);
        Self {
            id: partner.id,
            kind: partner.kind,
            party_id: partner.party_id,
            name: party.name.clone(),
            address: party.address.clone(),
            email: partner.email,
            agreement: agreement.map(|(reference, ends_on)| AgreementForm { reference, ends_on }),
            has_agreement,
            created_at: partner.created_at,
        }
    }

    fn complete(db: &mut Conn, partner: Partner, today: NaiveDate) -> Result<Self, Error> {
        let party = parties::find(db, partner.party_id)?.ok_or(Error::NotFound)?;
        Ok(Self::of(partner, &party, today))
    }
}

/// Which page is wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PartnerQuery {
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List partners.
#[utoipa::path(tag = "partners", operation_id = "list_partners", params(PartnerQuery), responses((status = 200, body = PageOf<PartnerView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/partners")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<PartnerQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, cx| {
        let PartnerQuery { after, limit } = query.0;
        let listed = partners::list(db, &page(after, limit))?;
        let bodies = listed.rows.iter().map(|partner| partner.party_id).collect::<Vec<_>>();
        let bodies = parties::find_all(db, &bodies)?.into_iter().map(|party| (party.id, party));
        let bodies = bodies.collect::<HashMap<_, _>>();
        let mut items = Vec::with_capacity(listed.rows.len());
        for partner in listed.rows {
            let party = bodies.get(&partner.party_id).ok_or(Error::NotFound)?;
            items.push(PartnerView::of(partner, party, cx.today()));
        }
        Ok(PageOf { items, next: listed.next })
    })
    .await
}

/// A new partner.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPartner {
    /// What it is.
    kind: PartnerKind,
    /// Its name.
    #[validate(length(min = 1, max = 200), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Where paper goes.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    address: String,
    /// Where mail goes; without one, letters go on paper.
    #[validate(email, custom(function = "written::mailable"))]
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// The written agreement to share information.
    #[validate(nested)]
    agreement: Option<AgreementForm>,
}

/// What is said of a partner; what is left out is gone. Its name and address are corrected as those of its party.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerForm {
    /// What it is.
    kind: PartnerKind,
    /// Where mail goes.
    #[validate(email, custom(function = "written::mailable"))]
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// The written agreement to share information.
    #[validate(nested)]
    agreement: Option<AgreementForm>,
}

fn facts(kind: PartnerKind, email: Option<String>, agreement: Option<AgreementForm>) -> PartnerFacts {
    let agreement = agreement.map(|AgreementForm { reference, ends_on }| Agreement { reference, ends_on });
    PartnerFacts { kind, email, agreement }
}

/// Add a partner.
#[utoipa::path(tag = "partners", operation_id = "add_partner", request_body = NewPartner, responses((status = 201, body = PartnerView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/partners")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewPartner>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewPartner { kind, name, address, email, agreement } = form.body.clone();
        let partner = actions::add(tx, cx, Body { name, address }, facts(kind, email, agreement))?;
        let (id, revision) = (partner.id, partner.revision);
        let view = PartnerView::complete(tx, partner, cx.today())?;
        Ok(Answer::created(format!("/api/v1/partners/{id}"), &view, revision))
    })
    .await
}

/// Read a partner.
#[utoipa::path(tag = "partners", operation_id = "show_partner", params(("id" = PartnerId, Path)), responses((status = 200, body = PartnerView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/partners/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<PartnerId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadCases, move |_, db, cx| {
        let partner = partners::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = partner.revision;
        Ok((PartnerView::complete(db, partner, cx.today())?, revision))
    })
    .await
}

/// Correct what is said of a partner, such as its agreement.
#[utoipa::path(tag = "partners", operation_id = "correct_partner", params(("id" = PartnerId, Path), ("If-Match" = String, Header)), request_body = PartnerForm, responses((status = 200, body = PartnerView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/partners/{id}")]
pub async fn correct(
    app: Data<App>,
    caller: Caller,
    id: Id<PartnerId>,
    expected: IfMatch,
    form: Sent<PartnerForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let PartnerForm { kind, email, agreement } = form.body.clone();
        let partner = actions::correct(tx, cx, id.0, expected.0, facts(kind, email, agreement))?;
        let revision = partner.revision;
        Ok(Answer::changed(&PartnerView::complete(tx, partner, cx.today())?, revision))
    })
    .await
}
