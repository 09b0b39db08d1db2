//! The areas of the scheme in use, and whether an address lies in one of them.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::written;
use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::scheme::{Area, Scheme};
use crate::http::answer::{PageOf, read};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;

/// A licence area.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    /// The name for machines, which filters and forms take.
    code: String,
    name: String,
    /// Names that are understood as well where an area is typed.
    other_names: Vec<String>,
}

impl AreaView {
    fn of(area: &Area) -> Self {
        Self { code: area.code.clone(), name: area.name.clone(), other_names: area.other_names.clone() }
    }
}

/// List the areas of the scheme in use.
#[utoipa::path(tag = "scheme", responses((status = 200, body = PageOf<AreaView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/areas")]
pub async fn list(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadScheme, |app, _, _| {
        let items = app.rules.current()?.areas.iter().map(AreaView::of).collect();
        Ok(PageOf { items, next: None })
    })
    .await
}

/// An address that is looked up: by UPRN, or by street and postcode together.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LookupQuery {
    /// Unique Property Reference Number; it decides where it is listed.
    #[validate(custom(function = "written::uprn"))]
    #[param(min_length = 1, max_length = 12, pattern = "^0*[1-9][0-9]*$")]
    uprn: Option<String>,
    /// The street without the number, as the council's list has it.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    street: Option<String>,
    /// The postcode, in any spacing.
    #[validate(length(min = 5, max = 8))]
    #[param(min_length = 5, max_length = 8)]
    postcode: Option<String>,
}

impl LookupQuery {
    fn complete(&self) -> Result<(), Error> {
        let advice = match (&self.street, &self.postcode) {
            (Some(_), None) => ("?postcode", "a street is looked up with its postcode: give both"),
            (None, Some(_)) => ("?street", "a postcode alone can lie in two areas: give the street as well"),
            (None, None) if self.uprn.is_none() => ("?uprn", "give a UPRN, or street and postcode together"),
            _ => return Ok(()),
        };
        Err(Error::Invalid(vec![FieldFault::at(advice.0, advice.1)]))
    }
}

/// Where an address lies.
#[derive(Debug, Serialize, ToSchema)]
pub struct LookupView {
    /// Whether the scheme's lists have it in one of the areas.
    in_scheme: bool,
    /// The area; null if the lists do not have the address.
    area: Option<AreaView>,
    /// The scheme whose lists were asked.
    scheme: String,
}

/// Is this home in the scheme?
#[utoipa::path(tag = "scheme", params(LookupQuery), responses((status = 200, body = LookupView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/areas/lookup")]
pub async fn look_up(app: Data<App>, caller: Caller, query: Query<LookupQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadScheme, move |app, _, _| {
        query.0.complete()?;
        Ok(found(app.rules.current()?, &query.0))
    })
    .await
}

fn found(scheme: &Scheme, query: &LookupQuery) -> LookupView {
    let (street, postcode) = (query.street.as_deref(), query.postcode.as_deref());
    let code = scheme.area_of_address(query.uprn.as_deref(), street.unwrap_or_default(), postcode.unwrap_or_default());
    let area = code.and_then(|code| scheme.area(code)).map(AreaView::of);
    LookupView { in_scheme: area.is_some(), area, scheme: scheme.version_name() }
}

/// The version of a scheme that is named "stockton-2024/1", or the one in use.
///
/// # Errors
/// [`Error::Invalid`] that lists the versions on record.
pub(super) fn scheme<'a>(app: &'a App, named: Option<&str>) -> Result<&'a Scheme, Error> {
    let Some(named) = named else { return app.rules.current() };
    app.rules.versions().find(|scheme| scheme.version_name() == named).ok_or_else(|| {
        let known = app.rules.versions().map(Scheme::version_name).collect::<Vec<_>>().join(", ");
        FieldFault::at("?scheme", format!("not a scheme on record; these are: {known}")).into()
    })
}
