//! The material of an enforcement case, marked for the schedule of a prosecution.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::written;
use crate::actions::Error;
use crate::actions::material::{self as actions, Wanted};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::enforcement::{Marked, Material, MaterialKind, MaterialMark};
use crate::domain::id::{AccountId, EnforcementId, MaterialId};
use crate::http::answer::{Answer, change, read_in_case};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::enforcement;

/// The material of a case, with how much of it is marked as what.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialList {
    used: usize,
    unused: usize,
    sensitive: usize,
    /// How many pieces are not yet marked.
    unmarked: usize,
    /// Each piece, the oldest first.
    items: Vec<MaterialView>,
}

/// A piece of material.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialView {
    kind: MaterialKind,
    id: MaterialId,
    /// The day that it is of.
    on: NaiveDate,
    /// It in a few words.
    what: String,
    /// Its newest mark; absent if it is not yet marked.
    mark: Option<MarkView>,
}

/// A mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarkView {
    mark: MaterialMark,
    reason: Option<String>,
    marked_by: Option<AccountId>,
    marked_at: DateTime<Utc>,
    /// How often this piece was marked. The earlier marks are in the events of the home.
    times: i32,
}

impl From<Marked> for MarkView {
    fn from(marked: Marked) -> Self {
        let Marked { mark, reason, marked_by, marked_at, number, .. } = marked;
        Self { mark, reason, marked_by, marked_at, times: number }
    }
}

impl From<Vec<Material>> for MaterialList {
    fn from(material: Vec<Material>) -> Self {
        let count = |mark| material.iter().filter(|piece| piece.mark() == mark).count();
        Self {
            used: count(Some(MaterialMark::Used)),
            unused: count(Some(MaterialMark::Unused)),
            sensitive: count(Some(MaterialMark::Sensitive)),
            unmarked: count(None),
            items: material.into_iter().map(MaterialView::from).collect(),
        }
    }
}

impl From<Material> for MaterialView {
    fn from(piece: Material) -> Self {
        let Material { key: (kind, id), on, what, marked } = piece;
        Self { kind, id, on, what, mark: marked.map(MarkView::from) }
    }
}

/// List the material of an enforcement case: what is held of the home, and of the licences and breaches of its offences, each with
/// its newest mark.
#[utoipa::path(tag = "enforcement", operation_id = "list_material", params(("id" = EnforcementId, Path)), responses((status = 200, body = MaterialList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enforcement/{id}/material")]
pub async fn list(app: Data<App>, caller: Caller, id: Id<EnforcementId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let case = enforcement::find(db, id.0)?.ok_or(Error::NotFound)?;
        Ok(MaterialList::from(actions::of_case(db, &case)?))
    })
    .await
}

/// Pieces of material to mark, all or none.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarksForm {
    /// Each piece.
    #[validate(length(min = 1, max = 500), nested)]
    #[schema(min_items = 1, max_items = 500)]
    marks: Vec<MarkForm>,
}

/// A piece of material to mark.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkForm {
    /// What it is.
    kind: MaterialKind,
    /// Its identifier.
    id: MaterialId,
    /// As what it is marked. Only a letter, a file, an answer or a certificate can be sensitive: the rest is known to whoever is
    /// suspected, or stands in the chain of events.
    mark: MaterialMark,
    /// Why; of what is sensitive, it must be said. It is printed in the proof file, but for what is sensitive.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    reason: Option<String>,
}

/// Mark material as used, unused or sensitive, for the schedule of a prosecution. What was marked before is marked anew; each mark
/// is an event. What is sensitive is left out of the proof file, with the files that came with it, and listed there by its kind alone.
#[utoipa::path(tag = "enforcement", operation_id = "mark_material", params(("id" = EnforcementId, Path)), request_body = MarksForm, responses((status = 200, body = MaterialList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/material")]
pub async fn record(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    form: Sent<MarksForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let marks = form.body.marks.clone().into_iter();
        let wanted = marks.map(|MarkForm { kind, id, mark, reason }| Wanted { key: (kind, id), mark, reason });
        let material = actions::mark(tx, cx, id.0, wanted.collect())?;
        Ok(Answer::shown(&MaterialList::from(material)))
    })
    .await
}
