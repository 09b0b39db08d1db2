//! Duties with a date of their own: read with the reason for the date, and closed by hand.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::dates::ExplainedDate;
use super::demands::Reason;
use crate::actions::{Error, gazetteer, obligations as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::demand::Standing;
use crate::domain::id::{CertificateId, LicenceId, ObligationId, PropertyId};
use crate::domain::obligation::{Obligation, ObligationState};
use crate::domain::scheme::ObligationKind;
use crate::http::answer::{Answer, PageOf, change, page, read, read_one};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, certificates, obligations};

/// A duty with a date of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObligationView {
    id: ObligationId,
    licence_id: LicenceId,
    property_id: PropertyId,
    area: Option<String>,
    kind: ObligationKind,
    title: String,
    condition: Option<String>,
    /// The last day on which it is met in time, and why it is that day.
    due: ExplainedDate,
    state: ObligationState,
    /// How it stands today; counted, never stored.
    standing: Standing,
    /// The record that set its date.
    source_id: Option<CertificateId>,
    /// The record that met it.
    met_by: Option<CertificateId>,
    closed_on: Option<NaiveDate>,
    breach_proposed: bool,
}

impl ObligationView {
    /// One statement more tells which of them have a record that waits for an officer.
    fn of_all(db: &mut Conn, obligations: Vec<Obligation>, today: NaiveDate) -> Result<Vec<Self>, Error> {
        let licences = obligations.iter().map(|obligation| obligation.licence_id).collect::<Vec<_>>();
        let waiting = certificates::waiting(db, &licences)?;
        let view = |obligation: Obligation| {
            let standing = obligation.standing(today, waiting.get(&obligation.duty()).copied());
            Self::of(obligation, standing)
        };
        Ok(obligations.into_iter().map(view).collect())
    }

    fn one(db: &mut Conn, obligation: Obligation, today: NaiveDate) -> Result<(Self, i64), Error> {
        let revision = obligation.revision;
        let view = Self::of_all(db, vec![obligation], today)?.pop().ok_or(Error::NotFound)?;
        Ok((view, revision))
    }

    fn of(obligation: Obligation, standing: Standing) -> Self {
        Self {
            id: obligation.id,
            licence_id: obligation.licence_id,
            property_id: obligation.property_id,
            area: obligation.area_code,
            kind: obligation.kind,
            title: obligation.kind.title().to_owned(),
            condition: obligation.condition,
            due: ExplainedDate::from(&obligation.due_basis),
            state: obligation.state,
            standing,
            source_id: obligation.source_id,
            met_by: obligation.met_by,
            closed_on: obligation.closed_on,
            breach_proposed: obligation.breach_proposed,
        }
    }
}

/// What a list of obligations is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ObligationQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only of this kind.
    kind: Option<ObligationKind>,
    /// Only in this state.
    state: Option<ObligationState>,
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only under this licence.
    licence_id: Option<LicenceId>,
    /// Only due on or after this day.
    due_from: Option<NaiveDate>,
    /// Only due on or before this day.
    due_to: Option<NaiveDate>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List obligations.
#[utoipa::path(tag = "obligations", operation_id = "list_obligations", params(ObligationQuery), responses((status = 200, body = PageOf<ObligationView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/obligations")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ObligationQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOwnCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = obligations::Filter {
            area,
            kind: query.kind,
            state: query.state,
            property: query.property_id,
            licence: query.licence_id,
            due_from: query.due_from,
            due_to: query.due_to,
        };
        let listed = obligations::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        Ok(PageOf { items: ObligationView::of_all(db, listed.rows, cx.today())?, next: listed.next })
    })
    .await
}

/// Read an obligation.
#[utoipa::path(tag = "obligations", operation_id = "show_obligation", params(("id" = ObligationId, Path)), responses((status = 200, body = ObligationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/obligations/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ObligationId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let obligation = obligations::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        ObligationView::one(db, obligation, cx.today())
    })
    .await
}

/// Close an obligation that is not to be met any more.
#[utoipa::path(tag = "obligations", operation_id = "close_obligation", params(("id" = ObligationId, Path), ("If-Match" = String, Header)), request_body = Reason, responses((status = 200, body = ObligationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/obligations/{id}/closure")]
pub async fn close(
    app: Data<App>,
    caller: Caller,
    id: Id<ObligationId>,
    expected: IfMatch,
    form: Sent<Reason>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideBreaches).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let obligation = actions::close(tx, cx, id.0, expected.0, &form.body.reason)?;
        let (view, revision) = ObligationView::one(tx, obligation, cx.today())?;
        Ok(Answer::changed(&view, revision))
    })
    .await
}
