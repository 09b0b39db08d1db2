//! Licences: whom they bind, which homes they cover, how they stand, and what was decided of them.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::written;
use crate::actions::{Error, gazetteer, licence_documents, licences as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{ApplicationId, LicenceId, PartyId, ProceedingId, PropertyId};
use crate::domain::licence::{Licence, LicenceStanding, LicenceState, LicenceStep, LicenceVersion};
use crate::http::answer::{Answer, PageOf, change, look_in_case, page, read_case, read_cases, read_in_case};
use crate::http::download;
use crate::http::form::{Id, Number, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch, blocking};
use crate::licence_document;
use crate::storage::{Conn, licences};

/// A licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceView {
    id: LicenceId,
    /// What people call it, such as "SL/2025/00001".
    number: String,
    application_id: Option<ApplicationId>,
    /// The address of record.
    property_id: PropertyId,
    /// Every home that it covers, the address of record among them.
    homes: Vec<PropertyId>,
    holder_id: PartyId,
    manager_id: Option<PartyId>,
    agent_id: Option<PartyId>,
    area: Option<String>,
    /// The version of the scheme whose conditions it carries for good.
    scheme: String,
    /// Where those conditions are read.
    conditions: String,
    granted_on: NaiveDate,
    starts_on: NaiveDate,
    /// The last day, and why it is that day.
    ends: ExplainedDate,
    start_authority: Option<String>,
    /// What was decided.
    state: LicenceState,
    /// How it stands today; counted, never stored.
    standing: LicenceStanding,
    ended_on: Option<NaiveDate>,
    reason: Option<String>,
    created_at: DateTime<Utc>,
    /// Which version of it holds: 1 as granted, one more with each variation.
    version: i32,
}

impl LicenceView {
    /// The view of a licence on a day.
    pub(super) fn of(licence: Licence, homes: Vec<PropertyId>, today: NaiveDate) -> Self {
        let scheme = licence.scheme_version_name();
        Self {
            id: licence.id,
            standing: licence.standing(today),
            number: licence.number,
            application_id: licence.application_id,
            property_id: licence.property_id,
            homes,
            holder_id: licence.holder_id,
            manager_id: licence.manager_id,
            agent_id: licence.agent_id,
            area: licence.area_code,
            conditions: format!("/api/v1/conditions?scheme={scheme}"),
            scheme,
            granted_on: licence.granted_on,
            starts_on: licence.starts_on,
            ends: ExplainedDate::from(&licence.end_basis),
            start_authority: licence.start_authority,
            state: licence.state,
            ended_on: licence.ended_on,
            reason: licence.reason,
            created_at: licence.created_at,
            version: licence.version,
        }
    }

    fn complete(db: &mut Conn, licence: Licence, today: NaiveDate) -> Result<Self, Error> {
        let homes = licences::homes_of(db, licence.id)?;
        Ok(Self::of(licence, homes, today))
    }
}

/// What a list of licences is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only those that cover this home.
    property_id: Option<PropertyId>,
    /// Only in this state.
    state: Option<LicenceState>,
    /// Only in force on this day.
    in_force_on: Option<NaiveDate>,
    /// Only with this text in number, address or postcode.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    text: Option<String>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List licences: for a landlord or agent, their own. A read of each on the page.
#[utoipa::path(tag = "licences", params(ListQuery), responses((status = 200, body = PageOf<LicenceView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/licences")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadOwnCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = licences::Filter {
            area,
            property: query.property_id,
            state: query.state,
            in_force_on: query.in_force_on,
            text: query.text,
            ..licences::Filter::default()
        };
        let listed = licences::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        let ids = listed.rows.iter().map(|licence| licence.id).collect::<Vec<_>>();
        let mut homes = HashMap::<_, Vec<_>>::new();
        for (licence, home) in licences::homes_of_all(db, &ids)? {
            homes.entry(licence).or_default().push(home);
        }
        let today = cx.today();
        let view = |licence: Licence| {
            let homes = homes.remove(&licence.id).unwrap_or_default();
            LicenceView::of(licence, homes, today)
        };
        Ok((PageOf::of(listed, view), ids))
    })
    .await
}

/// Read a licence.
#[utoipa::path(tag = "licences", params(("id" = LicenceId, Path)), responses((status = 200, body = LicenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/licences/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<LicenceId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadOwnCases, id.0, move |_, db, cx| {
        let licence = licences::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let revision = licence.revision;
        Ok((LicenceView::complete(db, licence, cx.today())?, revision))
    })
    .await
}

/// One version of a licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceVersionView {
    version: i32,
    /// The first day on which it holds.
    effective_from: NaiveDate,
    manager_id: Option<PartyId>,
    /// The agent who gets copies.
    agent_id: Option<PartyId>,
    /// The last day, and why it is that day.
    ends: ExplainedDate,
    /// The terms that it has beside the conditions of the scheme.
    terms: Option<String>,
    /// The proceedings that it came of; none for the first.
    proceeding_id: Option<ProceedingId>,
}

/// The versions of a licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceVersionList {
    items: Vec<LicenceVersionView>,
}

impl From<LicenceVersion> for LicenceVersionView {
    fn from(version: LicenceVersion) -> Self {
        Self {
            version: version.version,
            effective_from: version.effective_from,
            manager_id: version.manager_id,
            agent_id: version.agent_id,
            ends: ExplainedDate::from(&version.end_basis),
            terms: version.terms,
            proceeding_id: version.proceeding_id,
        }
    }
}

/// List the versions that a licence has had, the first as it was granted; none is ever overwritten.
#[utoipa::path(tag = "licences", operation_id = "list_licence_versions", params(("id" = LicenceId, Path)), responses((status = 200, body = LicenceVersionList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/licences/{id}/versions")]
pub async fn versions(app: Data<App>, caller: Caller, id: Id<LicenceId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadOwnCases, id.0, move |_, db, cx| {
        let licence = licences::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let found = licences::versions_of(db, licence.id)?;
        Ok(LicenceVersionList { items: found.into_iter().map(LicenceVersionView::from).collect() })
    })
    .await
}

/// Print a version of a licence: a PDF that is fit to be kept (PDF/A-2a) and to be read aloud (PDF/UA-1). It says what was on
/// record at that version's day.
#[utoipa::path(tag = "licences", operation_id = "print_licence_version", params(("id" = LicenceId, Path), ("number" = i32, Path, description = "Which version: 1 as granted.", minimum = 1)), responses((status = 200, content_type = "application/pdf", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/licences/{id}/versions/{number}/pdf")]
pub async fn print_version(
    app: Data<App>,
    caller: Caller,
    id: Id<LicenceId>,
    number: Number,
) -> Result<HttpResponse, Problem> {
    let typesetter = app.typesetter;
    let looking = look_in_case(app, caller, Action::ReadOwnCases, id.0, move |app, db, cx| {
        let licence = licences::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        licence_documents::read(db, &app.rules, &licence, number.0)
    });
    let document = looking.await?;
    let name = document.file_name();
    let printed = blocking(move || Ok(licence_document::print(typesetter, &document)?)).await?;
    Ok(download::made(&name, printed))
}

/// What ends a licence without proceedings.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum LicenceStepForm {
    /// The holder surrenders it.
    Surrender {
        /// In the holder's words.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// The holder died (s.91).
    HolderDied {
        /// The day of death.
        #[serde(deserialize_with = "written::day")]
        on: NaiveDate,
    },
}

impl Validate for LicenceStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Surrender { reason } => written::words(&mut faults, "reason", reason, 4000),
            Self::HolderDied { .. } => {}
        }
        written::checked(faults)
    }
}

impl LicenceStepForm {
    fn step(&self) -> LicenceStep {
        match self.clone() {
            Self::Surrender { reason } => LicenceStep::Surrender { reason },
            Self::HolderDied { on } => LicenceStep::HolderDied { on },
        }
    }
}

/// Record what ends a licence without proceedings; its obligations end with it.
#[utoipa::path(tag = "licences", params(("id" = LicenceId, Path), ("If-Match" = String, Header)), request_body = LicenceStepForm, responses((status = 200, body = LicenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/licences/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<LicenceId>,
    expected: IfMatch,
    form: Sent<LicenceStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideLicences).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let licence = actions::take(tx, cx, id.0, expected.0, form.body.step())?;
        let revision = licence.revision;
        Ok(Answer::changed(&LicenceView::complete(tx, licence, cx.today())?, revision))
    })
    .await
}
