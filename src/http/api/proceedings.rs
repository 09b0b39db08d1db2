//! Proceedings to vary or to revoke a licence.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::written;
use crate::actions::Error;
use crate::actions::proceedings::{self as actions, Asked};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{AccountId, LicenceId, PartyId, ProceedingId, PropertyId};
use crate::domain::proceeding::{
    Changes, Proceeding, ProceedingGround, ProceedingKind, ProceedingState, ProceedingStep, Proposed, WithoutNotice,
};
use crate::http::answer::{Answer, change, read_case, read_cases};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{licences, proceedings};

/// Proceedings on a licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProceedingView {
    id: ProceedingId,
    /// What people call them, such as "PRO/2025/00001".
    reference: String,
    licence_id: LicenceId,
    property_id: PropertyId,
    kind: ProceedingKind,
    state: ProceedingState,
    ground: ProceedingGround,
    /// Who asked for it; absent where the council began.
    asked_by: Option<PartyId>,
    /// What a variation changes.
    changes: Option<Changes>,
    opened_on: NaiveDate,
    /// What the newest notice that was served on everybody proposes, and so what may be decided after its consultation.
    proposed: Option<Proposed>,
    /// The last day of the consultation, and why it is that day.
    consultation_ends: Option<ExplainedDate>,
    /// Whether the holder agreed to what was decided.
    is_agreed: bool,
    /// Why no notice of a proposal went before the decision.
    without_notice: Option<WithoutNotice>,
    decided_on: Option<NaiveDate>,
    decided_by: Option<AccountId>,
    /// The first day on which it has effect, if appeals leave it so, and why it is that day.
    operative: Option<ExplainedDate>,
    /// Why it is proposed, and then why it was decided so.
    reason: String,
    created_at: DateTime<Utc>,
}

impl From<Proceeding> for ProceedingView {
    fn from(proceeding: Proceeding) -> Self {
        Self {
            id: proceeding.id,
            reference: proceeding.reference,
            licence_id: proceeding.licence_id,
            property_id: proceeding.property_id,
            kind: proceeding.kind,
            state: proceeding.state,
            ground: proceeding.ground,
            asked_by: proceeding.asked_by,
            changes: proceeding.changes,
            opened_on: proceeding.opened_on,
            proposed: proceeding.proposed,
            consultation_ends: proceeding.consultation_basis.as_ref().map(ExplainedDate::from),
            is_agreed: proceeding.is_agreed,
            without_notice: proceeding.without_notice,
            decided_on: proceeding.decided_on,
            decided_by: proceeding.decided_by,
            operative: proceeding.operative_basis.as_ref().map(ExplainedDate::from),
            reason: proceeding.reason,
            created_at: proceeding.created_at,
        }
    }
}

/// The proceedings on a licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProceedingList {
    items: Vec<ProceedingView>,
}

/// List the proceedings on a licence, oldest first; each counts as read.
#[utoipa::path(tag = "proceedings", operation_id = "list_proceedings", params(("id" = LicenceId, Path)), responses((status = 200, body = ProceedingList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/licences/{id}/proceedings")]
pub async fn list(app: Data<App>, caller: Caller, id: Id<LicenceId>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadCases, move |_, db, _| {
        licences::find(db, id.0)?.ok_or(Error::NotFound)?;
        let found = proceedings::of_licence(db, id.0)?;
        let shown = found.iter().map(|one| one.id).collect();
        Ok((ProceedingList { items: found.into_iter().map(ProceedingView::from).collect() }, shown))
    })
    .await
}

/// Read proceedings on a licence.
#[utoipa::path(tag = "proceedings", operation_id = "read_proceeding", params(("id" = ProceedingId, Path)), responses((status = 200, body = ProceedingView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/proceedings/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ProceedingId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let proceeding = proceedings::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = proceeding.revision;
        Ok((ProceedingView::from(proceeding), revision))
    })
    .await
}

/// New proceedings on a licence.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProceeding {
    /// To vary or to revoke.
    kind: ProceedingKind,
    /// The ground; `change_of_circumstances` is for a variation, the others but `agreement` for a revocation.
    ground: ProceedingGround,
    /// Who asked for it, if somebody did.
    asked_by: Option<PartyId>,
    /// What a variation changes; nothing for a revocation.
    changes: Option<Changes>,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

impl Validate for NewProceeding {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        written::words(&mut faults, "reason", &self.reason, 4000);
        if let Some(terms) = self.changes.as_ref().and_then(|changes| changes.terms.as_deref()) {
            written::words(&mut faults, "changes", terms, 4000);
        }
        written::checked(faults)
    }
}

/// Begin proceedings to vary or to revoke a licence.
#[utoipa::path(tag = "proceedings", operation_id = "open_proceeding", params(("id" = LicenceId, Path)), request_body = NewProceeding, responses((status = 201, body = ProceedingView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/licences/{id}/proceedings")]
pub async fn open(
    app: Data<App>,
    caller: Caller,
    id: Id<LicenceId>,
    form: Sent<NewProceeding>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewProceeding { kind, ground, asked_by, changes, reason } = form.body.clone();
        let asked = Asked { licence: id.0, kind, ground, asked_by, changes, reason };
        let proceeding = actions::open(tx, cx, &app.rules, asked)?;
        let (id, revision) = (proceeding.id, proceeding.revision);
        Ok(Answer::created(format!("/api/v1/proceedings/{id}"), &ProceedingView::from(proceeding), revision))
    })
    .await
}

/// A step of proceedings on a licence. What notices and appeals bring with them is recorded there.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProceedingStepForm {
    /// The consultation is over and representations were considered.
    EndConsultation {},
    /// The licence is varied or revoked: the notice goes out at once.
    Decide {
        /// Whether the holder agrees; then it takes effect at once, otherwise when the time for appeals is over.
        agreed: bool,
        /// Why no notice of a proposal went before; nothing after a consultation.
        without_notice: Option<WithoutNotice>,
        /// The reasons, which the notice gives.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// What somebody asked for is refused, after a notice that proposed it (a setting of the scheme): the notice goes out at once.
    Refuse {
        /// The reasons, which the notice gives.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// The time for appeals is over: what was decided takes effect from the day that was counted.
    TakeEffect {},
    /// The proceedings are given up.
    Withdraw {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
}

impl Validate for ProceedingStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Decide { reason, .. } | Self::Refuse { reason } | Self::Withdraw { reason } => {
                written::words(&mut faults, "reason", reason, 4000);
            }
            Self::EndConsultation {} | Self::TakeEffect {} => {}
        }
        written::checked(faults)
    }
}

impl ProceedingStepForm {
    fn step(&self) -> ProceedingStep {
        match self.clone() {
            Self::EndConsultation {} => ProceedingStep::EndConsultation,
            Self::Decide { agreed, without_notice, reason } => {
                ProceedingStep::Decide { agreed, without_notice, reason }
            }
            Self::Refuse { reason } => ProceedingStep::Refuse { reason },
            Self::TakeEffect {} => ProceedingStep::TakeEffect,
            Self::Withdraw { reason } => ProceedingStep::Withdraw { reason },
        }
    }
}

/// Take a step in proceedings on a licence; decisions are a team leader's.
#[utoipa::path(tag = "proceedings", operation_id = "step_proceeding", params(("id" = ProceedingId, Path), ("If-Match" = String, Header)), request_body = ProceedingStepForm, responses((status = 200, body = ProceedingView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/proceedings/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<ProceedingId>,
    expected: IfMatch,
    form: Sent<ProceedingStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let proceeding = actions::take(tx, cx, &app.rules, id.0, expected.0, form.body.step())?;
        let revision = proceeding.revision;
        Ok(Answer::changed(&ProceedingView::from(proceeding), revision))
    })
    .await
}
