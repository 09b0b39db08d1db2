//! The notices and the account of a civil penalty.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::enforcement::{CaseFile, changed};
use super::written;
use crate::actions::Service;
use crate::actions::enforcement::{self as actions, Wanted};
use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::Method;
use crate::domain::enforcement::{
    Case, CaseState, Factor, FactorKind, PenaltyAccount, PenaltyEntryKind, PenaltyNoticeKind, Receipt, Step, Working,
};
use crate::domain::fees::PaymentMethod;
use crate::domain::id::{AccountId, EnforcementId, PenaltyEntryId};
use crate::http::answer::{Answer, change, read_in_case};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, enforcement};

/// One factor, on its own merits.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorForm {
    /// Which way it moves the amount.
    kind: FactorKind,
    /// What it is, and what shows it.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    what: String,
    /// By how much; 0 for one that was weighed and given no weight.
    #[validate(range(min = 0, max = 10_000_000))]
    #[schema(minimum = 0, maximum = 10_000_000)]
    pence: i32,
}

/// How the amount comes about. It is counted from this, never typed.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingForm {
    /// The code of the start in the council's matrix, where it has one for the offence.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    start_code: Option<String>,
    /// The start, where the matrix has none.
    #[validate(range(min = 1, max = 10_000_000))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    start_pence: Option<i32>,
    /// Why it starts there.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    start_because: String,
    /// Each factor.
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    factors: Vec<FactorForm>,
    /// What is known of the person's means, or that nothing is.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    means: String,
    /// What that adds, or below zero takes off.
    #[serde(default)]
    #[validate(range(min = -10_000_000, max = 10_000_000))]
    #[schema(minimum = -10_000_000, maximum = 10_000_000)]
    means_pence: i32,
}

impl From<WorkingForm> for Working {
    fn from(form: WorkingForm) -> Self {
        let factors = form.factors.into_iter().map(|FactorForm { kind, what, pence }| Factor { kind, what, pence });
        Self {
            start_code: form.start_code,
            start_pence: form.start_pence,
            start_because: form.start_because,
            factors: factors.collect(),
            means: form.means,
            means_pence: form.means_pence,
        }
    }
}

/// A notice of intent or a final notice to write.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyDraft {
    /// Which.
    kind: PenaltyNoticeKind,
    /// How its amount comes about.
    #[validate(nested)]
    working: WorkingForm,
    /// The reasons; of a final notice, with what was made of the representations.
    #[validate(length(min = 1, max = 20000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 20000)]
    reasons: String,
    /// What is added to the particulars of a notice of intent; they are built from the case, and nothing is taken out.
    #[validate(length(min = 1, max = 20000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 20000)]
    addition: Option<String>,
}

/// Write a notice of intent or a final notice. A second person approves it before it is served.
#[utoipa::path(tag = "enforcement", operation_id = "draft_penalty_notice", params(("id" = EnforcementId, Path), ("If-Match" = String, Header)), request_body = PenaltyDraft, responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/notices")]
pub async fn draft(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    expected: IfMatch,
    form: Sent<PenaltyDraft>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let PenaltyDraft { kind, working, reasons, addition } = form.body.clone();
        let working = working.into();
        let wanted = match (kind, addition) {
            (PenaltyNoticeKind::Intent, addition) => Wanted::DraftIntent { working, reasons, addition },
            (PenaltyNoticeKind::Final, None) => Wanted::Step(Step::DraftFinal { working, reasons }),
            (PenaltyNoticeKind::Final, Some(_)) => {
                let advice = "belongs to the notice of intent: the final notice repeats its particulars";
                return Err(FieldFault::at("/addition", advice).into());
            }
        };
        let case = actions::take(tx, cx, &app.rules, id.0, expected.0, wanted)?;
        changed(tx, case)
    })
    .await
}

/// How a notice went to the person.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyService {
    /// Which.
    kind: PenaltyNoticeKind,
    /// How.
    method: Method,
    /// When, on a London clock: "2025-01-22T14:30:00". Of post only the day counts.
    #[schema(value_type = String, example = "2025-01-22T14:30:00")]
    dispatched_at: NaiveDateTime,
    /// Where to; the address on record if nothing is said.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    address: Option<String>,
    /// What proves it, such as the number of a certificate of posting.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    evidence: Option<String>,
    /// The day on which receipt is proved, where it is.
    proved_on: Option<NaiveDate>,
    /// What proves it.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    proved_by: Option<String>,
}

/// Record how an approved notice was served: that starts the 28 days for representations, or for payment and appeal.
#[utoipa::path(tag = "enforcement", operation_id = "serve_penalty_notice", params(("id" = EnforcementId, Path), ("If-Match" = String, Header)), request_body = PenaltyService, responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/service")]
pub async fn serve(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    expected: IfMatch,
    form: Sent<PenaltyService>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    let sent = form.body;
    if sent.proved_on.is_some() != sent.proved_by.is_some() {
        let advice = "proved_on and proved_by go together: give both or neither";
        return Err(Problem::invalid(vec![FieldFault::at("/proved_by", advice)]));
    }
    let service = Service {
        method: sent.method,
        dispatched_at: sent.dispatched_at,
        address: sent.address,
        evidence: sent.evidence,
        proved: sent.proved_on.zip(sent.proved_by),
    };
    let kind = sent.kind;
    change(app, caller, form.digest, move |app, tx, cx| {
        let wanted = match kind {
            PenaltyNoticeKind::Intent => Wanted::GiveIntent(service.clone()),
            PenaltyNoticeKind::Final => Wanted::GiveFinal(service.clone()),
        };
        let case = actions::take(tx, cx, &app.rules, id.0, expected.0, wanted)?;
        changed(tx, case)
    })
    .await
}

/// The account of a penalty; amounts in pence.
#[derive(Debug, Serialize, ToSchema)]
pub struct PenaltyAccountView {
    case_id: EnforcementId,
    standing: PenaltyStanding,
    charged_pence: i64,
    paid_pence: i64,
    refunded_pence: i64,
    /// charged - paid + refunded; below zero, what is to be given back.
    outstanding_pence: i64,
    /// The last day for paying.
    pay_by: Option<NaiveDate>,
    /// In order; nothing is ever taken out.
    entries: Vec<PenaltyEntryView>,
}

/// How a penalty stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyStanding {
    /// Nothing is due.
    NotDue,
    /// Due, and nothing was paid.
    Due,
    /// Due, and partly paid.
    PartPaid,
    /// The last day has passed.
    Overdue,
    /// Recorded as a debt.
    Debt,
    /// Nothing is outstanding.
    Paid,
}

impl PenaltyStanding {
    fn of(case: &Case, account: &PenaltyAccount, today: NaiveDate) -> Self {
        let sums = account.sums();
        match () {
            () if sums.charged == 0 => Self::NotDue,
            () if sums.outstanding() <= 0 => Self::Paid,
            () if case.state == CaseState::Debt => Self::Debt,
            () if case.state != CaseState::Appealed && case.pay_by.is_some_and(|last| last < today) => Self::Overdue,
            () if sums.paid > sums.refunded => Self::PartPaid,
            () => Self::Due,
        }
    }
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct PenaltyEntryView {
    id: PenaltyEntryId,
    /// Its place in the account, from 1.
    number: i32,
    kind: PenaltyEntryKind,
    /// Never negative.
    pence: i32,
    happened_on: NaiveDate,
    reference: Option<String>,
    method: Option<PaymentMethod>,
    /// The entry that it reverses.
    about_id: Option<PenaltyEntryId>,
    reason: Option<String>,
    /// The entry that reversed this one: it counts for nothing since.
    reversed_by: Option<PenaltyEntryId>,
    recorded_by: Option<AccountId>,
    recorded_at: DateTime<Utc>,
}

fn view(db: &mut Conn, id: EnforcementId, today: NaiveDate) -> Result<PenaltyAccountView, Error> {
    let case = enforcement::find(db, id)?.ok_or(Error::NotFound)?;
    let account = actions::account(db, &case)?;
    let sums = account.sums();
    let entry = |entry: &crate::domain::enforcement::PenaltyEntry| PenaltyEntryView {
        id: entry.id,
        number: entry.number,
        kind: entry.kind,
        pence: entry.pence,
        happened_on: entry.happened_on,
        reference: entry.reference.clone(),
        method: entry.method,
        about_id: entry.about_id,
        reason: entry.reason.clone(),
        reversed_by: account.reversal_of(entry).map(|reversal| reversal.id),
        recorded_by: entry.recorded_by,
        recorded_at: entry.recorded_at,
    };
    Ok(PenaltyAccountView {
        case_id: id,
        standing: PenaltyStanding::of(&case, &account, today),
        charged_pence: sums.charged,
        paid_pence: sums.paid,
        refunded_pence: sums.refunded,
        outstanding_pence: sums.outstanding(),
        pay_by: case.pay_by,
        entries: account.entries.iter().map(entry).collect(),
    })
}

/// Read the account of a penalty.
#[utoipa::path(tag = "enforcement", operation_id = "read_penalty_account", params(("id" = EnforcementId, Path)), responses((status = 200, body = PenaltyAccountView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enforcement/{id}/account")]
pub async fn read_account(app: Data<App>, caller: Caller, id: Id<EnforcementId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, cx| view(db, id.0, cx.today())).await
}

/// Money that came in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyPayment {
    /// The reference by which it is found in the council's books.
    #[validate(length(min = 1, max = 100), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 100)]
    reference: String,
    /// The day on which it came in.
    received_on: NaiveDate,
    /// The amount.
    #[validate(range(min = 1, max = 10_000_000))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pence: i32,
    /// How it was made.
    method: PaymentMethod,
}

/// Record a payment. The one that pays the rest settles the penalty.
#[utoipa::path(tag = "enforcement", operation_id = "record_penalty_payment", params(("id" = EnforcementId, Path)), request_body = PenaltyPayment, responses((status = 201, body = PenaltyAccountView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/account/payments")]
pub async fn pay(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    form: Sent<PenaltyPayment>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let PenaltyPayment { reference, received_on: paid_on, pence, method } = form.body.clone();
        let receipt = Receipt { reference, paid_on, pence, method: Some(method), reason: None };
        actions::record_payment(tx, cx, &app.rules, id.0, receipt)?;
        Ok(Answer::recorded(&view(tx, id.0, cx.today())?))
    })
    .await
}

/// Money that is given back.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyRefund {
    /// The reference by which it is found in the council's books.
    #[validate(length(min = 1, max = 100), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 100)]
    reference: String,
    /// The day on which it was paid out.
    paid_on: NaiveDate,
    /// The amount.
    #[validate(range(min = 1, max = 10_000_000))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pence: i32,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Record a refund, for instance after the tribunal cancelled or lowered a penalty that was paid.
#[utoipa::path(tag = "enforcement", operation_id = "record_penalty_refund", params(("id" = EnforcementId, Path)), request_body = PenaltyRefund, responses((status = 201, body = PenaltyAccountView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/account/refunds")]
pub async fn refund(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    form: Sent<PenaltyRefund>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let PenaltyRefund { reference, paid_on, pence, reason } = form.body.clone();
        let receipt = Receipt { reference, paid_on, pence, method: None, reason: Some(reason) };
        actions::record_refund(tx, cx, &app.rules, id.0, receipt)?;
        Ok(Answer::recorded(&view(tx, id.0, cx.today())?))
    })
    .await
}

/// An entry that is to count for nothing.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenaltyReversal {
    /// The payment or refund.
    entry_id: PenaltyEntryId,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Reverse a payment or refund that was a mistake.
#[utoipa::path(tag = "enforcement", operation_id = "reverse_penalty_entry", params(("id" = EnforcementId, Path)), request_body = PenaltyReversal, responses((status = 201, body = PenaltyAccountView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/account/reversals")]
pub async fn reverse(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    form: Sent<PenaltyReversal>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        actions::reverse(tx, cx, &app.rules, id.0, form.body.entry_id, form.body.reason.clone())?;
        Ok(Answer::recorded(&view(tx, id.0, cx.today())?))
    })
    .await
}
