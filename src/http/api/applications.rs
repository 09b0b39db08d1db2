//! Applications: started, taken from stage to stage, granted.

use std::mem;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::licences::LicenceView;
use super::written;
use crate::actions::applications::{Applying, Terms};
use crate::actions::{Error, Expected, applications as actions, enquiries, gazetteer};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::form::SentForm;
use crate::domain::application::{Application, Found, Stage, Step, Tally};
use crate::domain::id::{AccountId, ApplicationId, EnquiryId, PartyId, PropertyId};
use crate::http::answer::{Answer, PageOf, change, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{application_forms, applications, licences};

/// An application as a list shows it: without what is missing or was found, or why it ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationLine {
    id: ApplicationId,
    /// What people call it, such as "APP/2025/00001".
    reference: String,
    property_id: PropertyId,
    area: Option<String>,
    applicant_id: PartyId,
    holder_id: PartyId,
    manager_id: Option<PartyId>,
    agent_id: Option<PartyId>,
    stage: Stage,
    /// How it counts in the committee's figures; a draft does not.
    tally: Option<Tally>,
    /// Whether it protects the applicant today (s.95(3)); counted, never stored.
    protects_applicant: bool,
    officer_id: Option<AccountId>,
    submitted_on: Option<NaiveDate>,
    duly_made_on: Option<NaiveDate>,
    /// The last day for answering defects, and why it is that day.
    answer_by: Option<ExplainedDate>,
    /// The last day of the consultation, and why it is that day.
    consultation: Option<ExplainedDate>,
    ended_on: Option<NaiveDate>,
    /// The enquiry into the home that it came of.
    enquiry_id: Option<EnquiryId>,
    created_at: DateTime<Utc>,
}

/// An application.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationView {
    #[serde(flatten)]
    line: ApplicationLine,
    /// What is missing.
    defects: Vec<String>,
    findings: Vec<Found>,
    /// Why it ended as it did.
    reason: Option<String>,
}

impl ApplicationView {
    pub(super) fn of(mut application: Application, today: NaiveDate) -> Self {
        let (defects, findings) = (mem::take(&mut application.defects), mem::take(&mut application.findings));
        let reason = application.reason.take();
        Self { line: ApplicationLine::of(application, today), defects, findings, reason }
    }
}

impl ApplicationLine {
    fn of(application: Application, today: NaiveDate) -> Self {
        Self {
            id: application.id,
            tally: application.stage.tally(),
            protects_applicant: application.protects_applicant(today),
            answer_by: application.answer_basis.as_ref().map(ExplainedDate::from),
            consultation: application.consultation_basis.as_ref().map(ExplainedDate::from),
            reference: application.reference,
            property_id: application.property_id,
            area: application.area_code,
            applicant_id: application.applicant_id,
            holder_id: application.holder_id,
            manager_id: application.manager_id,
            agent_id: application.agent_id,
            stage: application.stage,
            officer_id: application.officer_id,
            submitted_on: application.submitted_on,
            duly_made_on: application.duly_made_on,
            ended_on: application.ended_on,
            enquiry_id: application.enquiry_id,
            created_at: application.created_at,
        }
    }
}

/// What a list of applications is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only at this stage.
    stage: Option<Stage>,
    /// Only of this officer.
    officer_id: Option<AccountId>,
    /// Only for this home.
    property_id: Option<PropertyId>,
    /// Only those that came of this enquiry.
    enquiry_id: Option<EnquiryId>,
    /// Only with this text in reference, address or postcode.
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

/// List applications, without what is missing, what was found or why they ended.
#[utoipa::path(tag = "applications", params(ListQuery), responses((status = 200, body = PageOf<ApplicationLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/applications")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = applications::Filter {
            area,
            stage: query.stage,
            officer: query.officer_id,
            property: query.property_id,
            enquiry: query.enquiry_id,
            text: query.text,
        };
        let listed = applications::list(db, &filter, &page(query.after, query.limit))?;
        let today = cx.today();
        Ok(PageOf::of(listed, |application| ApplicationLine::of(application, today)))
    })
    .await
}

/// A new application.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// The home.
    property_id: PropertyId,
    /// Who applies.
    applicant_id: PartyId,
    /// Who is to hold the licence.
    holder_id: PartyId,
    /// Who is to manage, if somebody else.
    manager_id: Option<PartyId>,
    /// The agent who gets copies.
    agent_id: Option<PartyId>,
    /// The enquiry into the home that it comes of.
    enquiry_id: Option<EnquiryId>,
}

/// Start an application.
#[utoipa::path(tag = "applications", request_body = NewApplication, responses((status = 201, body = ApplicationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewApplication>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let applying = Applying {
            property_id: sent.property_id,
            applicant_id: sent.applicant_id,
            holder_id: sent.holder_id,
            manager_id: sent.manager_id,
            agent_id: sent.agent_id,
            import_key: None,
        };
        let mut application = actions::start(tx, cx, applying)?;
        if let Some(enquiry) = sent.enquiry_id {
            let expected = Expected(application.revision);
            application = enquiries::came_of(tx, cx, application.id, expected, enquiry)?;
        }
        let (id, revision) = (application.id, application.revision);
        let view = ApplicationView::of(application, cx.today());
        Ok(Answer::created(format!("/api/v1/applications/{id}"), &view, revision))
    })
    .await
}

/// Read an application.
#[utoipa::path(tag = "applications", params(("id" = ApplicationId, Path)), responses((status = 200, body = ApplicationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/applications/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ApplicationId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, cx| {
        let application = applications::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = application.revision;
        Ok((ApplicationView::of(application, cx.today()), revision))
    })
    .await
}

/// The form of an application that was made without paper, as far as it is filled in; once sent, word for word as it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormView {
    application_id: ApplicationId,
    /// Who fills it in.
    owner_id: PartyId,
    /// When it was last saved.
    saved_at: DateTime<Utc>,
    /// When it was sent; a draft is only its applicant's.
    sent_at: Option<DateTime<Utc>>,
    /// SHA-256 of `sent` as compact JSON with its keys in alphabetical order; the case's chain holds it too.
    sha256: Option<String>,
    /// What was sent.
    sent: Option<SentForm>,
}

/// Read the form of an application.
#[utoipa::path(tag = "applications", params(("id" = ApplicationId, Path)), responses((status = 200, body = FormView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/applications/{id}/form")]
pub async fn filled_in(app: Data<App>, caller: Caller, id: Id<ApplicationId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let form = application_forms::find(db, id.0)?.ok_or(Error::NotFound)?;
        let view = FormView {
            application_id: form.application_id,
            owner_id: form.owner_id,
            saved_at: form.saved_at,
            sent_at: form.sent_at,
            sha256: form.sha256,
            sent: form.sent,
        };
        Ok((view, form.revision))
    })
    .await
}

/// A step of an application; a grant has its own address.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepForm {
    /// Submitted with signed declarations.
    Submit {
        /// The day of submission.
        #[serde(deserialize_with = "written::day")]
        on: NaiveDate,
        /// Whether the declarations are signed.
        declarations_signed: bool,
    },
    /// The first part of the fee was paid.
    PayPartA {
        /// The day of payment; today if nothing is said.
        #[serde(default, deserialize_with = "written::day_if_any")]
        on: Option<NaiveDate>,
        /// Why it goes on although something of the part is outstanding; without it, that is refused.
        #[schema(min_length = 1, max_length = 4000)]
        waived_because: Option<String>,
    },
    /// Everything is there: the application is duly made.
    FindComplete {
        /// The day on which that was found; today if nothing is said.
        #[serde(default, deserialize_with = "written::day_if_any")]
        on: Option<NaiveDate>,
    },
    /// Something is missing.
    FindIncomplete {
        /// Each defect, in words that the applicant can act on.
        #[schema(min_items = 1, max_items = 50, min_length = 1, max_length = 1000)]
        defects: Vec<String>,
    },
    /// The defects were answered.
    AnswerDefects {},
    /// The defects were not answered in time.
    RejectAsInvalid {},
    /// Given to an officer.
    Assign {
        /// The officer's account.
        officer_id: AccountId,
    },
    /// The five findings of s.88 are recorded.
    RecordFindings {
        /// All of them.
        #[schema(min_items = 1, max_items = 5)]
        findings: Vec<Found>,
    },
    /// The consultation is over and representations were considered.
    EndConsultation {},
    /// The second part of the fee is asked for.
    RequestPartB {},
    /// The second part of the fee was paid.
    PayPartB {
        /// Why it goes on although something of the part is outstanding; without it, that is refused.
        #[schema(min_length = 1, max_length = 4000)]
        waived_because: Option<String>,
    },
    /// The licence is refused.
    Refuse {
        /// The reasons.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// The applicant withdraws.
    Withdraw {
        /// In the applicant's words.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// No licence is required.
    CloseNotRequired {
        /// The ground and its evidence.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
}

impl Validate for StepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::FindIncomplete { defects } => {
                written::entries(&mut faults, "defects", defects.iter().map(String::as_str), 50, 1000);
            }
            Self::RecordFindings { findings } => {
                let evidence = findings.iter().map(|found| found.evidence.as_str());
                written::entries(&mut faults, "findings", evidence, 5, 4000);
            }
            Self::PayPartA { waived_because: Some(why), .. } | Self::PayPartB { waived_because: Some(why) } => {
                written::words(&mut faults, "waived_because", why, 4000);
            }
            Self::Refuse { reason } | Self::Withdraw { reason } | Self::CloseNotRequired { reason } => {
                written::words(&mut faults, "reason", reason, 4000)
            }
            _ => {}
        }
        written::checked(faults)
    }
}

impl StepForm {
    fn step(&self, today: NaiveDate) -> Step {
        match self.clone() {
            Self::Submit { on, declarations_signed } => Step::Submit { on, declarations_signed },
            Self::PayPartA { on, waived_because } => Step::PayPartA { on: on.unwrap_or(today), waived_because },
            Self::FindComplete { on } => Step::FindComplete { on: on.unwrap_or(today) },
            Self::FindIncomplete { defects } => Step::FindIncomplete { defects },
            Self::AnswerDefects {} => Step::AnswerDefects { text: None, documents: Vec::new() },
            Self::RejectAsInvalid {} => Step::RejectAsInvalid,
            Self::Assign { officer_id } => Step::Assign { officer: officer_id },
            Self::RecordFindings { findings } => Step::RecordFindings { findings },
            Self::EndConsultation {} => Step::EndConsultation,
            Self::RequestPartB {} => Step::RequestPartB,
            Self::PayPartB { waived_because } => Step::PayPartB { waived_because },
            Self::Refuse { reason } => Step::Refuse { reason },
            Self::Withdraw { reason } => Step::Withdraw { reason },
            Self::CloseNotRequired { reason } => Step::CloseNotRequired { reason },
        }
    }
}

/// Take an application a step further. A refusal is a team leader's step.
#[utoipa::path(tag = "applications", params(("id" = ApplicationId, Path), ("If-Match" = String, Header)), request_body = StepForm, responses((status = 200, body = ApplicationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    expected: IfMatch,
    form: Sent<StepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let application = actions::take(tx, cx, &app.rules, id.0, expected.0, form.body.step(cx.today()))?;
        let revision = application.revision;
        Ok(Answer::changed(&ApplicationView::of(application, cx.today()), revision))
    })
    .await
}

/// How a licence is to begin.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsForm {
    /// The first day; the day of the grant if nothing is said.
    starts_on: Option<NaiveDate>,
    /// Years; the scheme's limit if nothing is said.
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    years: Option<u32>,
    /// What allows a start before the grant, such as a tribunal's order.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    start_authority: Option<String>,
    /// Other homes that the licence covers.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    other_homes: Vec<PropertyId>,
    /// The reasons that the notice of the decision gives; that section 88(3) is met if nothing is said.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reasons: Option<String>,
}

/// Grant an application: the licence and its obligations come to be at once.
#[utoipa::path(tag = "applications", params(("id" = ApplicationId, Path), ("If-Match" = String, Header)), request_body = TermsForm, responses((status = 201, body = LicenceView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/grant")]
pub async fn grant(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    expected: IfMatch,
    form: Sent<TermsForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let TermsForm { starts_on, years, start_authority, other_homes, reasons } = form.body.clone();
        let terms = Terms { starts_on, years, start_authority, other_homes, reasons };
        let (_, licence) = actions::grant(tx, cx, &app.rules, id.0, expected.0, terms)?;
        let (id, revision) = (licence.id, licence.revision);
        let homes = licences::homes_of(tx, id)?;
        let view = LicenceView::of(licence, homes, cx.today());
        Ok(Answer::created(format!("/api/v1/licences/{id}"), &view, revision))
    })
    .await
}
