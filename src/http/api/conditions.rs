//! The conditions of licences, in the version that a licence carries.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::areas::scheme;
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::scheme::{AppliesIf, Condition, ConditionKind, DocumentKind, DutyKind, Scheme};
use crate::http::answer::{PageOf, read};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;

/// A licence condition.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    /// The number as printed in the licence, such as "9.4".
    number: String,
    title: String,
    kind: ConditionKind,
    statutory_basis: String,
    duties: Vec<DutyKind>,
    /// Days to answer a demand; null if nothing can be demanded under it.
    response_days: Option<u32>,
    /// Months of a periodic duty.
    period_months: Option<u32>,
    /// The papers that satisfy it.
    documents: Vec<DocumentKind>,
    applies_if: AppliesIf,
    /// The duty in plain words.
    what: String,
    /// How to answer a demand, in plain words.
    how_to_answer: String,
    /// Days on which a demand is reminded of, counted from its due date: -7, -3, -1, 0, 1.
    reminders: Vec<i64>,
    /// The version of the scheme that this is from.
    scheme: String,
}

impl ConditionView {
    fn of(scheme: &Scheme, condition: &Condition) -> Self {
        let reminders =
            if condition.is_on_demand() { scheme.ladder_for_demand(&condition.number).rungs() } else { vec![] };
        Self {
            number: condition.number.clone(),
            title: condition.title.clone(),
            kind: condition.kind,
            statutory_basis: condition.statutory_basis.clone(),
            duties: condition.duties.clone(),
            response_days: condition.response_days,
            period_months: condition.period_months,
            documents: condition.documents.clone(),
            applies_if: condition.applies_if,
            what: condition.what.clone(),
            how_to_answer: condition.how_to_answer.clone(),
            reminders,
            scheme: scheme.version_name(),
        }
    }
}

/// Whose conditions.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SchemeQuery {
    /// A version of a scheme, such as "stockton-2024/1"; the one in use if nothing is said.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    scheme: Option<String>,
}

/// List the conditions of a scheme, in the order of the licence.
#[utoipa::path(tag = "scheme", params(SchemeQuery), responses((status = 200, body = PageOf<ConditionView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/conditions")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<SchemeQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadScheme, move |app, _, _| {
        let scheme = scheme(app, query.0.scheme.as_deref())?;
        let items = scheme.conditions.iter().map(|condition| ConditionView::of(scheme, condition)).collect();
        Ok(PageOf { items, next: None })
    })
    .await
}

/// Read one condition by its number.
#[utoipa::path(tag = "scheme", params(("number" = String, Path), SchemeQuery), responses((status = 200, body = ConditionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/conditions/{number}")]
pub async fn show(
    app: Data<App>,
    caller: Caller,
    number: Path<String>,
    query: Query<SchemeQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadScheme, move |app, _, _| {
        let scheme = scheme(app, query.0.scheme.as_deref())?;
        let condition = scheme.condition(&number).ok_or(Error::NotFound)?;
        Ok(ConditionView::of(scheme, condition))
    })
    .await
}
