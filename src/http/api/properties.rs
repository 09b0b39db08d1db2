//! Homes, and who has an interest in them.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::written;
use crate::actions::{Error, gazetteer as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{InterestId, PartyId, PropertyId};
use crate::domain::property::{Capacity, Dwelling, Interest, Property, PropertyFacts};
use crate::domain::scheme::Uprn;
use crate::http::answer::{Answer, PageOf, change, page, read, read_one};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::properties;

/// A home.
#[derive(Debug, Serialize, ToSchema)]
pub struct PropertyView {
    id: PropertyId,
    uprn: Option<String>,
    address: String,
    street: String,
    postcode: String,
    /// Code of the scheme's area; null while unallocated.
    area: Option<String>,
    dwelling: Dwelling,
    households: Option<i32>,
    occupiers: Option<i32>,
    /// The day on which households and occupiers were counted.
    occupied_as_at: Option<NaiveDate>,
    /// Null while nobody has said.
    gas_supplied: Option<bool>,
    exemption: Option<ExemptionView>,
    created_at: DateTime<Utc>,
}

/// Why a home needs no licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemptionView {
    ground: String,
    evidence: Option<String>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    /// Whether it holds today; counted, never stored.
    holds_today: bool,
}

impl PropertyView {
    fn of(home: Property, today: NaiveDate) -> Self {
        let holds_today = home.exempt_on(today).is_some();
        let exemption = home.exemption_ground.map(|ground| ExemptionView {
            ground,
            evidence: home.exemption_evidence,
            from: home.exempt_from,
            until: home.exempt_until,
            holds_today,
        });
        Self {
            id: home.id,
            uprn: home.uprn,
            address: home.address,
            street: home.street,
            postcode: home.postcode,
            area: home.area_code,
            dwelling: home.dwelling,
            households: home.households,
            occupiers: home.occupiers,
            occupied_as_at: home.occupied_as_at,
            gas_supplied: home.gas_supplied,
            exemption,
            created_at: home.created_at,
        }
    }
}

/// What a list of homes is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only with this text in address, postcode or UPRN.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    text: Option<String>,
    /// Only with an exemption on record (true), or without (false).
    exempt: Option<bool>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List homes: for a landlord or agent, those of their licences.
#[utoipa::path(tag = "properties", params(ListQuery), responses((status = 200, body = PageOf<PropertyView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOwnCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| actions::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = properties::Filter { area, text: query.text, exempt: query.exempt };
        let listed = properties::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        let today = cx.today();
        Ok(PageOf::of(listed, |home| PropertyView::of(home, today)))
    })
    .await
}

/// Everything that is said of a home; on a change, what is left out is gone.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyForm {
    /// Unique Property Reference Number, 1 to 12 digits.
    #[validate(custom(function = "written::uprn"))]
    #[schema(min_length = 1, max_length = 12, pattern = "^0*[1-9][0-9]*$")]
    uprn: Option<String>,
    /// First line or lines of the address.
    #[validate(length(min = 1, max = 300), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 300)]
    address: String,
    /// The street without the number, for the scheme's lists.
    #[validate(length(min = 1, max = 200), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    street: String,
    /// The postcode.
    #[validate(length(min = 5, max = 8), custom(function = "written::one_line"))]
    #[schema(min_length = 5, max_length = 8)]
    postcode: String,
    /// An area in any of its names; found in the scheme's lists if nothing is said.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    area: Option<String>,
    /// Kind of dwelling; a house, or what it was before, if nothing is said.
    dwelling: Option<Dwelling>,
    /// Households living there.
    #[validate(range(min = 0, max = 500))]
    #[schema(minimum = 0, maximum = 500)]
    households: Option<i32>,
    /// People living there.
    #[validate(range(min = 0, max = 500))]
    #[schema(minimum = 0, maximum = 500)]
    occupiers: Option<i32>,
    /// The day on which households and occupiers were counted.
    occupied_as_at: Option<NaiveDate>,
    /// Whether gas is supplied.
    gas_supplied: Option<bool>,
    /// Why it needs no licence, if so.
    #[validate(nested)]
    exemption: Option<ExemptionForm>,
}

/// Why a home needs no licence.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionForm {
    /// A ground of the scheme.
    #[validate(length(min = 1, max = 100), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 100)]
    ground: String,
    /// What proves it, such as a provider's registration number.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    evidence: Option<String>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    until: Option<NaiveDate>,
}

impl PropertyForm {
    fn facts(&self) -> PropertyFacts {
        let form = self.clone();
        let mut facts = PropertyFacts {
            uprn: form.uprn.and_then(|typed| Some(Uprn::parse(&typed)?.as_str().to_owned())),
            address: form.address,
            street: form.street,
            postcode: form.postcode,
            area_code: form.area,
            dwelling: form.dwelling,
            households: form.households,
            occupiers: form.occupiers,
            occupied_as_at: form.occupied_as_at,
            gas_supplied: form.gas_supplied,
            ..PropertyFacts::default()
        };
        if let Some(exemption) = form.exemption {
            facts.exemption_ground = Some(exemption.ground);
            facts.exemption_evidence = exemption.evidence;
            facts.exempt_from = exemption.from;
            facts.exempt_until = exemption.until;
        }
        facts
    }
}

/// Add a home to the gazetteer.
#[utoipa::path(tag = "properties", request_body = PropertyForm, responses((status = 201, body = PropertyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/properties")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<PropertyForm>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let home = actions::add_property(tx, cx, &app.rules, form.body.facts())?;
        let (id, revision) = (home.id, home.revision);
        Ok(Answer::created(format!("/api/v1/properties/{id}"), &PropertyView::of(home, cx.today()), revision))
    })
    .await
}

/// Read a home.
#[utoipa::path(tag = "properties", params(("id" = PropertyId, Path)), responses((status = 200, body = PropertyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<PropertyId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let home = properties::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let revision = home.revision;
        Ok((PropertyView::of(home, cx.today()), revision))
    })
    .await
}

/// Correct the facts of a home.
#[utoipa::path(tag = "properties", params(("id" = PropertyId, Path), ("If-Match" = String, Header)), request_body = PropertyForm, responses((status = 200, body = PropertyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/properties/{id}")]
pub async fn correct(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    expected: IfMatch,
    form: Sent<PropertyForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let home = actions::correct_property(tx, cx, &app.rules, id.0, expected.0, form.body.facts())?;
        let revision = home.revision;
        Ok(Answer::changed(&PropertyView::of(home, cx.today()), revision))
    })
    .await
}

/// What a person or company is to a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct InterestView {
    id: InterestId,
    party_id: PartyId,
    capacity: Capacity,
    since: NaiveDate,
    until: Option<NaiveDate>,
}

impl InterestView {
    fn of(interest: &Interest) -> Self {
        Self {
            id: interest.id,
            party_id: interest.party_id,
            capacity: interest.capacity,
            since: interest.since,
            until: interest.until,
        }
    }
}

/// List the interests in a home, oldest first.
#[utoipa::path(tag = "properties", params(("id" = PropertyId, Path)), responses((status = 200, body = PageOf<InterestView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}/interests")]
pub async fn interests(app: Data<App>, caller: Caller, id: Id<PropertyId>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        properties::find(db, id.0)?.ok_or(Error::NotFound)?;
        let items = properties::interests_in(db, id.0)?.iter().map(InterestView::of).collect();
        Ok(PageOf { items, next: None })
    })
    .await
}

/// An interest in a home.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInterest {
    /// Who.
    party_id: PartyId,
    /// As what.
    capacity: Capacity,
    /// Since when.
    since: NaiveDate,
}

/// Record an interest in a home.
#[utoipa::path(tag = "properties", params(("id" = PropertyId, Path)), request_body = NewInterest, responses((status = 201, body = InterestView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/properties/{id}/interests")]
pub async fn record_interest(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    form: Sent<NewInterest>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    let NewInterest { party_id, capacity, since } = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let interest = actions::record_interest(tx, cx, id.0, party_id, capacity, since)?;
        Ok(Answer::recorded(&InterestView::of(&interest)))
    })
    .await
}
