//! Enquiries into homes that may need a licence and have none.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::applications::ApplicationView;
use super::homes::RequirementView;
use super::service::SentLetterView;
use super::written;
use crate::actions::Error;
use crate::actions::enquiries::{self as actions, Asked};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::enquiry::{
    Enquiry, EnquiryLetterKind, EnquiryState, Entry, EntryKind, IntelligenceSource, Opening, OwnerSource,
};
use crate::domain::id::{AccountId, ApplicationId, EnquiryId, ExemptionId, PartyId, PropertyId};
use crate::http::answer::{Answer, PageOf, change, etag, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, applications, enquiries};

/// Which enquiry, into which home, and how it stands: nothing that is known, or was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiryFacts {
    id: EnquiryId,
    /// What people call it, such as "ENQ/2025/00001".
    reference: String,
    property_id: PropertyId,
    state: EnquiryState,
    source: IntelligenceSource,
    received_on: NaiveDate,
    officer_id: Option<AccountId>,
    ended_on: Option<NaiveDate>,
    opened_at: DateTime<Utc>,
}

/// An enquiry as a list shows it: without what is known, or was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiryLine {
    #[serde(flatten)]
    facts: EnquiryFacts,
    /// Its entity tag.
    etag: String,
}

/// An enquiry into a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiryView {
    #[serde(flatten)]
    facts: EnquiryFacts,
    intelligence: String,
    /// How the home stood when that was last looked up.
    requirement: Option<RequirementView>,
    /// Who is to apply.
    owner_id: Option<PartyId>,
    owner_source: Option<OwnerSource>,
    /// The exemption that it came of, or led to.
    exemption_id: Option<ExemptionId>,
    /// The applications that came of it.
    applications: Vec<ApplicationId>,
    /// Notes, and times at which somebody was approached, the oldest first.
    entries: Vec<EnquiryEntryView>,
    /// Why it ended as it did, or goes on.
    reason: Option<String>,
}

/// A note, or a time at which somebody was approached.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiryEntryView {
    kind: EntryKind,
    on: NaiveDate,
    text: String,
    officer_id: Option<AccountId>,
    entered_at: DateTime<Utc>,
    /// To whom the letter went that it tells of, if the service wrote one.
    to: Option<PartyId>,
    letter: Option<SentLetterView<EnquiryLetterKind>>,
}

impl From<Entry> for EnquiryEntryView {
    fn from(entry: Entry) -> Self {
        let Entry { kind, on, text, officer_id, entered_at, sent } = entry;
        let (to, letter) = sent.map(|sent| (sent.to, sent.letter.into())).unzip();
        Self { kind, on, text, officer_id, entered_at, to, letter }
    }
}

impl EnquiryFacts {
    fn of(enquiry: &Enquiry) -> Self {
        Self {
            id: enquiry.id,
            reference: enquiry.reference.clone(),
            property_id: enquiry.property_id,
            state: enquiry.state,
            source: enquiry.source,
            received_on: enquiry.received_on,
            officer_id: enquiry.officer_id,
            ended_on: enquiry.ended_on,
            opened_at: enquiry.opened_at,
        }
    }
}

impl From<Enquiry> for EnquiryLine {
    fn from(enquiry: Enquiry) -> Self {
        Self { facts: EnquiryFacts::of(&enquiry), etag: etag(enquiry.revision) }
    }
}

impl EnquiryView {
    fn complete(db: &mut Conn, enquiry: Enquiry) -> Result<Self, Error> {
        Ok(Self {
            facts: EnquiryFacts::of(&enquiry),
            applications: applications::of_enquiry(db, enquiry.id)?,
            intelligence: enquiry.intelligence,
            requirement: enquiry.requirement.map(RequirementView::from),
            owner_id: enquiry.owner_id,
            owner_source: enquiry.owner_source,
            exemption_id: enquiry.exemption_id,
            entries: enquiry.entries.into_iter().map(EnquiryEntryView::from).collect(),
            reason: enquiry.reason,
        })
    }
}

fn changed(db: &mut Conn, enquiry: Enquiry) -> Result<Answer, Error> {
    let revision = enquiry.revision;
    Ok(Answer::changed(&EnquiryView::complete(db, enquiry)?, revision))
}

/// What a list of enquiries is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only in this state.
    state: Option<EnquiryState>,
    /// Only into this home.
    property_id: Option<PropertyId>,
    /// Only of this officer.
    officer_id: Option<AccountId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List enquiries, without what is known or was done.
#[utoipa::path(tag = "homes", operation_id = "list_enquiries", params(ListQuery), responses((status = 200, body = PageOf<EnquiryLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enquiries")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        let ListQuery { state, property_id, officer_id, after, limit } = query.0;
        let filter = enquiries::Filter { state, property: property_id, officer: officer_id };
        Ok(PageOf::of(enquiries::list(db, &filter, &page(after, limit))?, EnquiryLine::from))
    })
    .await
}

/// What points to a home without a licence.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnquiry {
    /// The home.
    property_id: PropertyId,
    /// Where the council has it from.
    source: IntelligenceSource,
    /// What is known.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    intelligence: String,
    /// The day on which the council learnt of it; today if nothing is said.
    received_on: Option<NaiveDate>,
}

/// Open an enquiry into a home.
#[utoipa::path(tag = "homes", operation_id = "open_enquiry", request_body = NewEnquiry, responses((status = 201, body = EnquiryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enquiries")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewEnquiry>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewEnquiry { property_id, source, intelligence, received_on } = form.body.clone();
        let opening = Opening {
            reference: String::new(),
            property_id,
            source,
            intelligence,
            received_on: received_on.unwrap_or(cx.today()),
            exemption_id: None,
        };
        let enquiry = actions::open(tx, cx, opening)?;
        let (id, revision) = (enquiry.id, enquiry.revision);
        Ok(Answer::created(format!("/api/v1/enquiries/{id}"), &EnquiryView::complete(tx, enquiry)?, revision))
    })
    .await
}

/// Read an enquiry.
#[utoipa::path(tag = "homes", operation_id = "show_enquiry", params(("id" = EnquiryId, Path)), responses((status = 200, body = EnquiryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enquiries/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<EnquiryId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let enquiry = enquiries::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = enquiry.revision;
        Ok((EnquiryView::complete(db, enquiry)?, revision))
    })
    .await
}

/// A step of an enquiry.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum EnquiryStepForm {
    /// Look up whether the home needs a licence that it does not have; if not, the enquiry is closed.
    Triage {
        /// Why it goes on although the home needs none by what is on record.
        #[schema(min_length = 1, max_length = 4000)]
        goes_on_because: Option<String>,
    },
    /// It is found who is to apply.
    FindOwner {
        /// Who.
        owner_id: PartyId,
        /// How.
        source: OwnerSource,
    },
    /// They are invited to apply.
    Invite {},
    /// An application came in; it is linked to the enquiry.
    ReceiveApplication {
        /// The application.
        application_id: ApplicationId,
    },
    /// The home needs no licence, as the record shows.
    ProveExempt {},
    /// A temporary exemption was asked for.
    NotifyExemption {
        /// The exemption.
        exemption_id: ExemptionId,
    },
    /// It goes on as an investigation of the offence.
    Investigate {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// There is nothing in it.
    Close {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// It is given to an officer.
    Assign {
        /// The officer's account.
        officer_id: AccountId,
    },
}

impl Validate for EnquiryStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Triage { goes_on_because: Some(why) } => written::words(&mut faults, "goes_on_because", why, 4000),
            Self::Investigate { reason } | Self::Close { reason } => {
                written::words(&mut faults, "reason", reason, 4000);
            }
            _ => {}
        }
        written::checked(faults)
    }
}

/// Take an enquiry a step further.
#[utoipa::path(tag = "homes", operation_id = "take_enquiry_step", params(("id" = EnquiryId, Path), ("If-Match" = String, Header)), request_body = EnquiryStepForm, responses((status = 200, body = EnquiryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enquiries/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<EnquiryId>,
    expected: IfMatch,
    form: Sent<EnquiryStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        use EnquiryStepForm as F;
        let asked = match form.body.clone() {
            F::Triage { goes_on_because } => Asked::Triage { goes_on_because },
            F::FindOwner { owner_id, source } => Asked::FindOwner { owner: owner_id, source },
            F::Invite {} => Asked::Invite,
            F::ReceiveApplication { application_id } => Asked::ReceiveApplication { application: application_id },
            F::ProveExempt {} => Asked::ProveExempt,
            F::NotifyExemption { exemption_id } => Asked::NotifyExemption { exemption: exemption_id },
            F::Investigate { reason } => Asked::Investigate { reason },
            F::Close { reason } => Asked::Close { reason },
            F::Assign { officer_id } => {
                let given = actions::assign(tx, cx, id.0, expected.0, officer_id)?;
                return changed(tx, given);
            }
        };
        let taken = actions::take(tx, cx, &app.rules, id.0, expected.0, asked)?;
        changed(tx, taken)
    })
    .await
}

/// A note, or a time at which somebody was approached.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// What.
    kind: EntryKind,
    /// The day.
    on: NaiveDate,
    /// In words.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Note something of an enquiry: a visit, a letter, a warning, or only a note.
#[utoipa::path(tag = "homes", operation_id = "note_enquiry", params(("id" = EnquiryId, Path), ("If-Match" = String, Header)), request_body = NewEntry, responses((status = 200, body = EnquiryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enquiries/{id}/entries")]
pub async fn note(
    app: Data<App>,
    caller: Caller,
    id: Id<EnquiryId>,
    expected: IfMatch,
    form: Sent<NewEntry>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewEntry { kind, on, text } = form.body.clone();
        let noted = actions::note(tx, cx, id.0, expected.0, (kind, on), text)?;
        changed(tx, noted)
    })
    .await
}

/// A letter of an enquiry.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnquiryLetterForm {
    /// Which: the invitation to apply (U1), a warning (U2), or that information is required (U3).
    letter: EnquiryLetterKind,
    /// To whom; whoever is to apply if nothing is said. U1 and U2 go to them, or to somebody on record as owner, manager or holder.
    to: Option<PartyId>,
}

/// Have a letter written: by e-mail where notices may go so, else on paper. An invitation is the step "invite", too.
#[utoipa::path(tag = "homes", operation_id = "write_enquiry_letter", params(("id" = EnquiryId, Path), ("If-Match" = String, Header)), request_body = EnquiryLetterForm, responses((status = 200, body = EnquiryView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enquiries/{id}/letters")]
pub async fn write(
    app: Data<App>,
    caller: Caller,
    id: Id<EnquiryId>,
    expected: IfMatch,
    form: Sent<EnquiryLetterForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let EnquiryLetterForm { letter, to } = form.body.clone();
        let written = actions::write(tx, cx, &app.rules, id.0, expected.0, letter, to)?;
        changed(tx, written)
    })
    .await
}

/// Which enquiry an application came of.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OriginForm {
    /// The enquiry.
    enquiry_id: EnquiryId,
}

/// Record which enquiry an application came of, whatever has become of either.
#[utoipa::path(tag = "homes", operation_id = "link_application", params(("id" = ApplicationId, Path), ("If-Match" = String, Header)), request_body = OriginForm, responses((status = 200, body = ApplicationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/applications/{id}/enquiry")]
pub async fn came_of(
    app: Data<App>,
    caller: Caller,
    id: Id<ApplicationId>,
    expected: IfMatch,
    form: Sent<OriginForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let application = actions::came_of(tx, cx, id.0, expected.0, form.body.enquiry_id)?;
        let revision = application.revision;
        Ok(Answer::changed(&ApplicationView::of(application, cx.today()), revision))
    })
    .await
}
