//! The fee of an application: the schedule, what was charged, claimed, paid and given back, and what is outstanding.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::written;
use crate::actions::{Error, Rules, fees as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::Application;
use crate::domain::context::Context;
use crate::domain::fees::{Entry, FeeAccount, FeeEntryKind, Payment, PaymentMethod, Refund, Sums};
use crate::domain::id::{AccountId, ApplicationId, FeeEntryId, PartyId};
use crate::domain::scheme::{Discount, FeeDay, FeePart, FeePeriod};
use crate::http::answer::{Answer, change, read_in_case};
use crate::http::form::{Id, Part, Sent};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::{Conn, applications};

/// The account of an application; amounts in pence.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeesView {
    application_id: ApplicationId,
    /// The period of the schedule that it falls into today; absent where the scheme has none.
    schedule: Option<ScheduleView>,
    /// Each part that has an entry.
    parts: Vec<PartView>,
    total: SumsView,
    /// In order; nothing is ever taken out.
    entries: Vec<FeeEntryView>,
}

/// A period of the fee schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleView {
    /// Which day decides what period an application falls into.
    decided_by: FeeDay,
    /// Its first day, where it has one.
    from: Option<NaiveDate>,
    /// Its last day, where it has one.
    to: Option<NaiveDate>,
    total_pence: u32,
    /// Due with the application, where the split is known.
    part_a_pence: Option<u32>,
    /// Due before the grant, where the split is known.
    part_b_pence: Option<u32>,
    /// Whether the council has confirmed these amounts.
    is_confirmed: bool,
    discounts: Vec<DiscountView>,
}

/// A discount of the schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscountView {
    code: String,
    name: String,
    pence: u32,
    /// What it is taken off.
    part: FeePart,
}

/// How one part stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    part: FeePart,
    #[serde(flatten)]
    sums: SumsView,
    /// Whether it was charged and is paid in full. The application is taken on by an officer, never by a payment.
    is_paid: bool,
}

/// outstanding = charged - discounted - paid + refunded.
#[derive(Debug, Serialize, ToSchema)]
pub struct SumsView {
    charged_pence: i64,
    discounted_pence: i64,
    paid_pence: i64,
    refunded_pence: i64,
    /// Below zero, what was paid too much.
    outstanding_pence: i64,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeEntryView {
    id: FeeEntryId,
    /// Its place in the account, from 1.
    number: i32,
    kind: FeeEntryKind,
    part: FeePart,
    /// Never negative; what it does follows from `kind`.
    pence: i32,
    /// The day on which it happened.
    happened_on: NaiveDate,
    reference: Option<String>,
    method: Option<PaymentMethod>,
    /// The code of a discount.
    discount: Option<String>,
    claimed_by: Option<PartyId>,
    /// The claim that it decides, or the entry that it reverses.
    about_id: Option<FeeEntryId>,
    reason: Option<String>,
    /// The entry that reversed this one: it counts for nothing since.
    reversed_by: Option<FeeEntryId>,
    recorded_by: Option<AccountId>,
    recorded_at: DateTime<Utc>,
}

impl From<Sums> for SumsView {
    fn from(sums: Sums) -> Self {
        Self {
            charged_pence: sums.charged,
            discounted_pence: sums.discounted,
            paid_pence: sums.paid,
            refunded_pence: sums.refunded,
            outstanding_pence: sums.outstanding(),
        }
    }
}

impl From<&Discount> for DiscountView {
    fn from(discount: &Discount) -> Self {
        let Discount { code, name, pence, part } = discount.clone();
        Self { code, name, pence, part }
    }
}

impl ScheduleView {
    fn of(period: &FeePeriod, decided_by: FeeDay) -> Self {
        Self {
            decided_by,
            from: period.from,
            to: period.to,
            total_pence: period.total_pence,
            part_a_pence: period.amount(FeePart::A),
            part_b_pence: period.amount(FeePart::B),
            is_confirmed: period.is_confirmed,
            discounts: period.discounts.iter().map(DiscountView::from).collect(),
        }
    }
}

impl FeeEntryView {
    fn of(entry: &Entry, account: &FeeAccount) -> Self {
        let reversed_by = account.reversal_of(entry).map(|reversal| reversal.id);
        let entry = entry.clone();
        Self {
            id: entry.id,
            number: entry.number,
            kind: entry.kind,
            part: entry.part,
            pence: entry.pence,
            happened_on: entry.happened_on,
            reference: entry.reference,
            method: entry.method,
            discount: entry.discount,
            claimed_by: entry.claimed_by,
            about_id: entry.about_id,
            reason: entry.reason,
            reversed_by,
            recorded_by: entry.recorded_by,
            recorded_at: entry.recorded_at,
        }
    }
}

impl FeesView {
    fn of(rules: &Rules, cx: &Context, application: &Application, account: &FeeAccount) -> Result<Self, Error> {
        let decided_by = rules.current()?.fees.day;
        let period = actions::schedule(rules, application, cx.today()).ok();
        let balance = account.balance();
        let part = |(part, sums): (&FeePart, &Sums)| PartView {
            part: *part,
            sums: SumsView::from(*sums),
            is_paid: sums.charged > 0 && sums.outstanding() <= 0,
        };
        Ok(Self {
            application_id: account.application_id,
            schedule: period.map(|period| ScheduleView::of(period, decided_by)),
            parts: balance.parts.iter().map(part).collect(),
            total: balance.total().into(),
            entries: account.entries.iter().map(|entry| FeeEntryView::of(entry, account)).collect(),
        })
    }
}

fn view(app: &App, db: &mut Conn, cx: &Context, id: ApplicationId) -> Result<FeesView, Error> {
    let application = applications::find(db, id)?.ok_or(Error::NotFound)?;
    let account = actions::account(db, &application)?;
    FeesView::of(&app.rules, cx, &application, &account)
}

/// Read the account of an application.
#[utoipa::path(tag = "fees", operation_id = "read_fees", params(("id" = ApplicationId, Path)), responses((status = 200, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/applications/{id}/fees")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ApplicationId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |app, db, cx| view(app, db, cx, id.0)).await
}

/// Money that came in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentForm {
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
    /// What it pays.
    part: FeePart,
    /// How it was made.
    method: PaymentMethod,
}

/// Record a payment. It takes the application nowhere by itself: an officer does, once the answer says that the part is paid.
#[utoipa::path(tag = "fees", operation_id = "record_payment", params(("id" = ApplicationId, Path)), request_body = PaymentForm, responses((status = 201, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/fees/payments")]
pub async fn pay(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    form: Sent<PaymentForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let PaymentForm { reference, received_on, pence, part, method } = form.body.clone();
        let payment = Payment { reference, received_on, pence, part, method };
        actions::record_payment(tx, cx, &app.rules, id.0, payment)?;
        Ok(Answer::recorded(&view(app, tx, cx, id.0)?))
    })
    .await
}

/// Money that is given back.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundForm {
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
    /// What it gives back of.
    part: FeePart,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Record a refund. Reverse the charge too where nothing is owed any more.
#[utoipa::path(tag = "fees", operation_id = "record_refund", params(("id" = ApplicationId, Path)), request_body = RefundForm, responses((status = 201, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/fees/refunds")]
pub async fn refund(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    form: Sent<RefundForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let RefundForm { reference, paid_on, pence, part, reason } = form.body.clone();
        actions::record_refund(tx, cx, &app.rules, id.0, Refund { reference, paid_on, pence, part, reason })?;
        Ok(Answer::recorded(&view(app, tx, cx, id.0)?))
    })
    .await
}

/// A discount that somebody claims.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimForm {
    /// Its code in the schedule, which says its amount.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    code: String,
    /// Who claims it.
    claimed_by: PartyId,
}

/// Record that a discount is claimed. It takes nothing off until it is allowed.
#[utoipa::path(tag = "fees", operation_id = "claim_discount", params(("id" = ApplicationId, Path)), request_body = ClaimForm, responses((status = 201, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/fees/discounts")]
pub async fn claim(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    form: Sent<ClaimForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        actions::claim_discount(tx, cx, &app.rules, id.0, &form.body.code, form.body.claimed_by)?;
        Ok(Answer::recorded(&view(app, tx, cx, id.0)?))
    })
    .await
}

/// An officer's decision on a claimed discount.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscountDecision {
    /// Whether it is taken off.
    allowed: bool,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Allow or deny a discount. `part` is the identifier of the claim.
#[utoipa::path(tag = "fees", operation_id = "decide_discount", params(("id" = ApplicationId, Path), ("part" = FeeEntryId, Path)), request_body = DiscountDecision, responses((status = 201, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/fees/discounts/{part}/decision")]
pub async fn decide(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    entry: Part<FeeEntryId>,
    form: Sent<DiscountDecision>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        actions::decide_discount(tx, cx, id.0, entry.0, form.body.allowed, form.body.reason.clone())?;
        Ok(Answer::recorded(&view(app, tx, cx, id.0)?))
    })
    .await
}

/// An entry that is to count for nothing.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReversalForm {
    /// The entry.
    entry_id: FeeEntryId,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Reverse an entry that was a mistake, or write off a charge.
#[utoipa::path(tag = "fees", operation_id = "reverse_fee_entry", params(("id" = ApplicationId, Path)), request_body = ReversalForm, responses((status = 201, body = FeesView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/fees/reversals")]
pub async fn reverse(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    form: Sent<ReversalForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        actions::reverse(tx, cx, id.0, form.body.entry_id, form.body.reason.clone())?;
        Ok(Answer::recorded(&view(app, tx, cx, id.0)?))
    })
    .await
}
