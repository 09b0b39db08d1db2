//! Certificates, reports and declarations: recorded, and assessed by an officer.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answers::FileView;
use super::dates::ExplainedDate;
use super::demands::RecordForm;
use super::written;
use crate::actions::{Error, certificates as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::certificate::{Alarm, Certificate, CertificateState, Doubt, ElectricalCode, InspectionResult};
use crate::domain::document::Document;
use crate::domain::id::{AccountId, CertificateId, DocumentId, LicenceId, PropertyId};
use crate::domain::property::Property;
use crate::domain::scheme::DocumentKind;
use crate::http::answer::{Answer, PageOf, change, look_in_cases, page, read_cases, whole};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, certificates, documents, properties};

/// A certificate, report or declaration on record.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertificateView {
    id: CertificateId,
    property_id: PropertyId,
    licence_id: Option<LicenceId>,
    kind: DocumentKind,
    checked_on: NaiveDate,
    previous_deadline_on: Option<NaiveDate>,
    next_due_on: Option<NaiveDate>,
    result: Option<InspectionResult>,
    codes: Vec<ElectricalCode>,
    remedy_by: Option<NaiveDate>,
    address: Option<String>,
    registration: Option<String>,
    signed_by: Option<String>,
    alarms: Vec<Alarm>,
    remarks: Option<String>,
    /// The last day on which it counts, and why; absent for a statement that does not run out.
    valid_until: Option<ExplainedDate>,
    /// Whether it is accepted and counts today.
    current: bool,
    /// The files that it rests on.
    documents: Vec<FileView>,
    /// What to look at twice before accepting it.
    doubts: Vec<Doubt>,
    received_at: DateTime<Utc>,
    state: CertificateState,
    assessed_at: Option<DateTime<Utc>>,
    assessed_by: Option<AccountId>,
    /// The officer's reason.
    assessment: Option<String>,
}

impl CertificateView {
    /// Two statements more read the homes that the records are compared with, and their files.
    fn of_all(db: &mut Conn, records: Vec<Certificate>, today: NaiveDate) -> Result<Vec<Self>, Error> {
        let homes = records.iter().map(|record| record.property_id).collect::<Vec<_>>();
        let homes = properties::find_all(db, &homes)?;
        let ids = records.iter().map(|record| record.id).collect::<Vec<_>>();
        let files = documents::of_certificates(db, &ids)?;
        let view = |record: Certificate| {
            let home = homes.iter().find(|home| home.id == record.property_id).ok_or(Error::NotFound)?;
            let files = files.get(&record.id).map(Vec::as_slice).unwrap_or_default();
            Ok(Self::of(record, home, files, today))
        };
        records.into_iter().map(view).collect()
    }

    fn one(db: &mut Conn, record: Certificate, today: NaiveDate) -> Result<(Self, i64), Error> {
        let revision = record.revision;
        Ok((Self::of_all(db, vec![record], today)?.pop().ok_or(Error::NotFound)?, revision))
    }

    fn of(record: Certificate, home: &Property, files: &[Document], today: NaiveDate) -> Self {
        let (current, doubts) = (record.is_current(today), record.doubts(home));
        let said = record.particulars;
        Self {
            id: record.id,
            property_id: record.property_id,
            licence_id: record.licence_id,
            kind: record.kind,
            checked_on: said.checked_on,
            previous_deadline_on: said.previous_deadline_on,
            next_due_on: said.next_due_on,
            result: said.result,
            codes: said.codes,
            remedy_by: said.remedy_by,
            address: said.address,
            registration: said.registration,
            signed_by: said.signed_by,
            alarms: said.alarms,
            remarks: said.remarks,
            valid_until: record.valid_basis.as_ref().map(ExplainedDate::from),
            current,
            documents: files.iter().map(FileView::of).collect(),
            doubts,
            received_at: record.received_at,
            state: record.state,
            assessed_at: record.assessed_at,
            assessed_by: record.assessed_by,
            assessment: record.assessment,
        }
    }
}

/// What a list of certificates is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CertificateQuery {
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only of this kind.
    kind: Option<DocumentKind>,
    /// Only in this state.
    state: Option<CertificateState>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List certificates, reports and declarations. A read of each home on the page.
#[utoipa::path(tag = "certificates", operation_id = "list_certificates", params(CertificateQuery), responses((status = 200, body = PageOf<CertificateView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/certificates")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<CertificateQuery>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let query = query.0;
        let filter = certificates::Filter { property: query.property_id, kind: query.kind, state: query.state };
        let listed = certificates::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        let homes = listed.rows.iter().map(|record| record.property_id).collect::<Vec<_>>();
        Ok((PageOf { items: CertificateView::of_all(db, listed.rows, cx.today())?, next: listed.next }, homes))
    })
    .await
}

/// A new certificate, report or declaration.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCertificate {
    /// The home.
    property_id: PropertyId,
    /// The licence under which it is given; a landlord or agent must say it.
    licence_id: Option<LicenceId>,
    /// What it says.
    #[validate(nested)]
    record: RecordForm,
    /// The files that it rests on, sent to /documents before under that licence.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    documents: Vec<DocumentId>,
}

/// Record a certificate, report or declaration that nobody demanded.
#[utoipa::path(tag = "certificates", operation_id = "record_certificate", request_body = NewCertificate, responses((status = 201, body = CertificateView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/certificates")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewCertificate>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AnswerDemands).await?;
    let form = form.read().await?;
    let NewCertificate { property_id, licence_id, record, documents } = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let (kind, particulars) = record.particulars();
        let record = actions::record(tx, cx, property_id, licence_id, kind, particulars, &documents)?;
        let id = record.id;
        let (view, revision) = CertificateView::one(tx, record, cx.today())?;
        Ok(Answer::created(format!("/api/v1/certificates/{id}"), &view, revision))
    })
    .await
}

/// Read a certificate, report or declaration. A read of its home.
#[utoipa::path(tag = "certificates", operation_id = "show_certificate", params(("id" = CertificateId, Path)), responses((status = 200, body = CertificateView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/certificates/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<CertificateId>) -> Result<HttpResponse, Problem> {
    let looking = look_in_cases(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let record = certificates::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let home = record.property_id;
        Ok((CertificateView::one(db, record, cx.today())?, vec![home]))
    });
    let (view, revision) = looking.await?;
    Ok(whole(view, revision))
}

/// An officer's assessment of a record.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateAssessment {
    /// Whether it is accepted.
    accepted: bool,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Assess a record; its acceptance meets the obligation of its kind and sets the next.
#[utoipa::path(tag = "certificates", operation_id = "assess_certificate", params(("id" = CertificateId, Path), ("If-Match" = String, Header)), request_body = CertificateAssessment, responses((status = 200, body = CertificateView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/certificates/{id}/assessment")]
pub async fn assess(
    app: Data<App>,
    caller: Caller,
    id: Id<CertificateId>,
    expected: IfMatch,
    form: Sent<CertificateAssessment>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AssessAnswers).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        let record = actions::assess(tx, cx, &app.rules, id.0, Some(expected.0), sent.accepted, &sent.reason)?;
        let (view, revision) = CertificateView::one(tx, record, cx.today())?;
        Ok(Answer::changed(&view, revision))
    })
    .await
}
