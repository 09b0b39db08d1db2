//! Referrals from and to partners, as officers work them.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::written;
use crate::actions::Error;
use crate::actions::referrals::{self as actions, Asked, Said};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{
    AccountId, BreachId, DemandId, EnforcementId, LicenceId, PartnerId, PartyId, PropertyId, ReferralId,
};
use crate::domain::referral::{Direction, PlannedAct, Referral, ReferralEntry, ReferralOutcome, ReferralState};
use crate::http::answer::{Answer, PageOf, change, etag, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::referrals;

/// Which referral, about which home, and how it stands: not a word of what is of concern.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralFacts {
    id: ReferralId,
    /// What people call it, such as "REF/2025/00001".
    reference: String,
    direction: Direction,
    partner_id: PartnerId,
    state: ReferralState,
    /// The home, licensed or not, once it is known.
    property_id: Option<PropertyId>,
    received_on: NaiveDate,
    /// The last day of watching.
    monitor_until: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    opened_at: DateTime<Utc>,
}

/// A referral as a list shows it: without a word of what is of concern.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralLine {
    #[serde(flatten)]
    facts: ReferralFacts,
    /// The last day for whoever was asked to act.
    act_by: Option<NaiveDate>,
    /// Its entity tag.
    etag: String,
}

/// A referral.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralView {
    #[serde(flatten)]
    facts: ReferralFacts,
    /// Where, in the words of whoever refers.
    address: String,
    concern: String,
    /// For what it is shared.
    purpose: String,
    /// Whether other partners may read the concern.
    is_shared: bool,
    /// Who was asked to act.
    asked_id: Option<PartyId>,
    /// The licence under whose condition.
    licence_id: Option<LicenceId>,
    condition: Option<String>,
    /// The demand by which they were asked.
    demand_id: Option<DemandId>,
    asked_on: Option<NaiveDate>,
    /// The last day for them.
    act_by: Option<ExplainedDate>,
    /// What they will do.
    plan: Vec<PlannedAct>,
    outcome: Option<ReferralOutcome>,
    /// Why it ended as it did.
    reason: Option<String>,
    breach_id: Option<BreachId>,
    enforcement_id: Option<EnforcementId>,
    /// Notes, and word of the partner, the oldest first.
    entries: Vec<ReferralEntry>,
    opened_by: Option<AccountId>,
}

impl ReferralFacts {
    fn of(referral: &Referral) -> Self {
        Self {
            id: referral.id,
            reference: referral.reference.clone(),
            direction: referral.direction,
            partner_id: referral.partner_id,
            state: referral.state,
            property_id: referral.property_id,
            received_on: referral.received_on,
            monitor_until: referral.monitor_until,
            ended_on: referral.ended_on,
            opened_at: referral.opened_at,
        }
    }
}

impl From<Referral> for ReferralLine {
    fn from(referral: Referral) -> Self {
        Self { facts: ReferralFacts::of(&referral), act_by: referral.act_by, etag: etag(referral.revision) }
    }
}

impl From<Referral> for ReferralView {
    fn from(referral: Referral) -> Self {
        Self {
            facts: ReferralFacts::of(&referral),
            address: referral.address,
            concern: referral.concern,
            purpose: referral.purpose,
            is_shared: referral.is_shared,
            asked_id: referral.asked_id,
            licence_id: referral.licence_id,
            condition: referral.condition,
            demand_id: referral.demand_id,
            asked_on: referral.asked_on,
            act_by: referral.act_basis.as_ref().map(ExplainedDate::from),
            plan: referral.plan,
            outcome: referral.outcome,
            reason: referral.reason,
            breach_id: referral.breach_id,
            enforcement_id: referral.enforcement_id,
            entries: referral.entries,
            opened_by: referral.opened_by,
        }
    }
}

fn changed(referral: Referral) -> Answer {
    let revision = referral.revision;
    Answer::changed(&ReferralView::from(referral), revision)
}

/// What a list of referrals is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only in this state.
    state: Option<ReferralState>,
    /// Only from partners, or only to them.
    direction: Option<Direction>,
    /// Only with this partner.
    partner_id: Option<PartnerId>,
    /// Only about this home.
    property_id: Option<PropertyId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List referrals, without what is of concern.
#[utoipa::path(tag = "partners", operation_id = "list_referrals", params(ListQuery), responses((status = 200, body = PageOf<ReferralLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/referrals")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        let ListQuery { state, direction, partner_id, property_id, after, limit } = query.0;
        let filter = referrals::Filter { state, direction, partner: partner_id, property: property_id };
        Ok(PageOf::of(referrals::list(db, &filter, &page(after, limit))?, ReferralLine::from))
    })
    .await
}

/// A new referral.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReferral {
    /// From a partner, or to one, which gets letter N1.
    direction: Direction,
    /// The partner.
    partner_id: PartnerId,
    /// Where, in words.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    address: String,
    /// The home, where it is known; one that goes to a partner names it.
    property_id: Option<PropertyId>,
    /// What is of concern; a partner is told it word for word, so write no more than it needs.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    concern: String,
    /// For what it is shared.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    purpose: String,
    /// The day on which it came in; today if nothing is said.
    received_on: Option<NaiveDate>,
}

/// Record a referral from a partner, or refer something to a partner.
#[utoipa::path(tag = "partners", operation_id = "open_referral", request_body = NewReferral, responses((status = 201, body = ReferralView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/referrals")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewReferral>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewReferral { direction, partner_id, address, property_id, concern, purpose, received_on } =
            form.body.clone();
        let said = Said { address, property_id, concern, purpose, received_on };
        let referral = actions::open(tx, cx, &app.rules, app.settings.partners, direction, partner_id, said)?;
        let (id, revision) = (referral.id, referral.revision);
        Ok(Answer::created(format!("/api/v1/referrals/{id}"), &ReferralView::from(referral), revision))
    })
    .await
}

/// Read a referral.
#[utoipa::path(tag = "partners", operation_id = "show_referral", params(("id" = ReferralId, Path)), responses((status = 200, body = ReferralView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/referrals/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ReferralId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let referral = referrals::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = referral.revision;
        Ok((ReferralView::from(referral), revision))
    })
    .await
}

/// A step of a referral.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReferralStepForm {
    /// It is found which home it is about.
    Link {
        /// The home.
        property_id: PropertyId,
    },
    /// The holder of the licence in force is asked to act under its condition about co-operation; else whoever is named.
    AskHolder {
        /// The demand by which they were asked, where the condition allows one; without one, they get a letter.
        demand_id: Option<DemandId>,
        /// Who is asked, where the home has no licence in force.
        recipient_id: Option<PartyId>,
        /// The last day; counted by the scheme if nothing is said.
        #[serde(default, deserialize_with = "written::day_if_any")]
        act_by: Option<NaiveDate>,
        /// What the letter says happened, in your words; needed unless there is a demand. The partner's own words are not sent on.
        #[schema(min_length = 1, max_length = 4000)]
        what_happened: Option<String>,
    },
    /// They say what they will do.
    ReceivePlan {
        /// What.
        #[schema(min_items = 1, max_items = 50)]
        items: Vec<PlannedAct>,
    },
    /// It is watched whether that helps.
    Monitor {
        /// The last day.
        #[serde(deserialize_with = "written::day")]
        until: NaiveDate,
    },
    /// It is closed.
    Close {
        /// With what.
        outcome: ReferralOutcome,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// They did not act: it goes on as a breach or an enforcement case about the same home.
    FindBreach {
        /// The breach.
        breach_id: Option<BreachId>,
        /// The enforcement case; its source is `referral`.
        enforcement_id: Option<EnforcementId>,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
}

impl Validate for ReferralStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::ReceivePlan { items } => {
                written::entries(&mut faults, "items", items.iter().map(|item| item.what.as_str()), 50, 1000);
            }
            Self::Close { reason, .. } | Self::FindBreach { reason, .. } => {
                written::words(&mut faults, "reason", reason, 4000);
            }
            Self::AskHolder { what_happened: Some(text), .. } => {
                written::words(&mut faults, "what_happened", text, 4000)
            }
            Self::Link { .. } | Self::AskHolder { .. } | Self::Monitor { .. } => {}
        }
        written::checked(faults)
    }
}

impl ReferralStepForm {
    fn asked(&self) -> Asked {
        match self.clone() {
            Self::Link { property_id } => Asked::Link { property_id },
            Self::AskHolder { demand_id, recipient_id, act_by, what_happened } => {
                Asked::AskHolder { demand_id, recipient_id, act_by, what_happened }
            }
            Self::ReceivePlan { items } => Asked::ReceivePlan { items },
            Self::Monitor { until } => Asked::Monitor { until },
            Self::Close { outcome, reason } => Asked::Close { outcome, reason },
            Self::FindBreach { breach_id, enforcement_id, reason } => {
                Asked::FindBreach { breach_id, enforcement_id, reason }
            }
        }
    }
}

/// Take a referral a step further.
#[utoipa::path(tag = "partners", operation_id = "take_referral_step", params(("id" = ReferralId, Path), ("If-Match" = String, Header)), request_body = ReferralStepForm, responses((status = 200, body = ReferralView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/referrals/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<ReferralId>,
    expected: IfMatch,
    form: Sent<ReferralStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        Ok(changed(actions::take(tx, cx, &app.rules, id.0, expected.0, form.body.asked())?))
    })
    .await
}

/// Something that is noted of a referral.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralNote {
    /// In words.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    pub(super) text: String,
}

/// Note something of a referral; the partner does not see it.
#[utoipa::path(tag = "partners", operation_id = "note_referral", params(("id" = ReferralId, Path), ("If-Match" = String, Header)), request_body = ReferralNote, responses((status = 200, body = ReferralView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/referrals/{id}/entries")]
pub async fn note(
    app: Data<App>,
    caller: Caller,
    id: Id<ReferralId>,
    expected: IfMatch,
    form: Sent<ReferralNote>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        Ok(changed(actions::note(tx, cx, id.0, expected.0, form.body.text.clone())?))
    })
    .await
}

/// Whether other partners may read what is of concern.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingForm {
    /// Whether.
    is_shared: bool,
}

/// Say whether other partners who look the home up may read what is of concern, for the purpose for which it was shared.
#[utoipa::path(tag = "partners", operation_id = "share_referral", params(("id" = ReferralId, Path), ("If-Match" = String, Header)), request_body = SharingForm, responses((status = 200, body = ReferralView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/referrals/{id}/sharing")]
pub async fn share(
    app: Data<App>,
    caller: Caller,
    id: Id<ReferralId>,
    expected: IfMatch,
    form: Sent<SharingForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkReferrals).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        Ok(changed(actions::share(tx, cx, id.0, expected.0, form.body.is_shared)?))
    })
    .await
}
