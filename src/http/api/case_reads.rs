//! Who read which case.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::app::App;
use crate::domain::actor::{Action, Role};
use crate::domain::case_read::{CaseKind, CaseRead};
use crate::domain::id::{AccountId, CaseId, CaseReadId};
use crate::http::answer::{PageOf, page, read};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::case_reads;

/// That somebody read a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseReadView {
    id: CaseReadId,
    kind: CaseKind,
    /// What was read.
    subject_id: CaseId,
    /// Whose account read it.
    account_id: Option<AccountId>,
    role: Role,
    read_at: DateTime<Utc>,
}

impl From<CaseRead> for CaseReadView {
    fn from(read: CaseRead) -> Self {
        let CaseRead { id, kind, subject_id, account_id, role, read_at } = read;
        Self { id, kind, subject_id, account_id, role, read_at }
    }
}

/// What a list of reads is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReadQuery {
    /// Only of this application, licence, enforcement case or other case.
    subject: Option<CaseId>,
    /// Only by this account.
    account_id: Option<AccountId>,
    /// Only of cases of this kind.
    kind: Option<CaseKind>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List who read which case, the oldest first. A list of cases is no read of them unless it shows them whole, as those of demands,
/// licences, notices, answers that wait, the exemptions of a home and the proceedings on a licence do: then it is a read of each case
/// on the page. A letter, printed or not, and the file of a batch count as a read of each case that they are about, and a file that was
/// sent in as one of its licence or application; checks whether a person is fit and proper and proof files that were taken are events of
/// their own.
#[utoipa::path(tag = "events", operation_id = "list_reads", params(ReadQuery), responses((status = 200, body = PageOf<CaseReadView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/reads")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ReadQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadReads, move |_, db, _| {
        let ReadQuery { subject, account_id, kind, after, limit } = query.0;
        let filter = case_reads::Filter { subject, account: account_id, kind };
        Ok(PageOf::of(case_reads::list(db, &filter, &page(after, limit))?, CaseReadView::from))
    })
    .await
}
