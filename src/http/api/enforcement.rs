//! Enforcement cases: offences under section 95, and the steps from opening to outcome.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::service::{SentLetterView, ServedView};
use super::written;
use crate::actions::enforcement::{self as actions, Asked, Named, Wanted};
use crate::actions::{Error, FieldFault, gazetteer};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::enforcement::{
    Case, CaseLetterKind, CaseSource, CaseState, CourtOutcome, Explanation, Extension, ExtensionGround, Offence, Path,
    PenaltyAppeal, PenaltyAppealOutcome, PenaltyNotice, PolicyNote, Prosecution, Representation, Step, Working,
};
use crate::domain::id::{AccountId, BreachId, EnforcementId, LicenceId, OffenceId, PartyId, PropertyId};
use crate::domain::property::Capacity;
use crate::domain::scheme::{OffenceKind, PolicyStep};
use crate::http::answer::{Answer, PageOf, change, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{Conn, enforcement};

/// An enforcement case as a list shows it: without what is known, or why something was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseLine {
    id: EnforcementId,
    reference: String,
    property_id: PropertyId,
    area: Option<String>,
    source: CaseSource,
    suspect_id: PartyId,
    capacity: Capacity,
    state: CaseState,
    /// What was chosen: never both.
    path: Option<Path>,
    /// The date of the last warning. It moves no due date.
    comply_by: Option<NaiveDate>,
    /// The first day of sufficient evidence, as an officer found it.
    sufficient_on: Option<NaiveDate>,
    /// The last day for a notice of intent, and why: of all arguable days the earliest, unless more time was approved.
    limitation: ExplainedDate,
    /// The night of the next alert before that day.
    alert_on: Option<NaiveDate>,
    /// The amount of the penalty, once its final notice was given.
    pence: Option<i32>,
    /// The last day for paying it.
    pay_by: Option<NaiveDate>,
    opened_by: Option<AccountId>,
    opened_at: DateTime<Utc>,
}

/// An enforcement case with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseFile {
    #[serde(flatten)]
    case: CaseLine,
    /// More on its source.
    source_note: Option<String>,
    /// Why it was chosen, closed, withdrawn or reduced, the last of these.
    reason: Option<String>,
    offences: Vec<OffenceView>,
    /// Steps of the council's policy: taken, or skipped with a reason.
    policy: Vec<PolicyNote>,
    explanations: Vec<Explanation>,
    /// What was made of a reasonable excuse.
    excuse: Option<String>,
    sufficient_by: Option<AccountId>,
    extension: Option<ExtensionView>,
    intent: Option<NoticeOfPenalty>,
    representations: Vec<Representation>,
    final_notice: Option<NoticeOfPenalty>,
    appeal: Option<PenaltyAppeal>,
    prosecution: Option<Prosecution>,
}

/// An offence of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct OffenceView {
    id: OffenceId,
    kind: OffenceKind,
    licence_id: Option<LicenceId>,
    condition: Option<String>,
    breach_id: Option<BreachId>,
    act: String,
    happened_on: NaiveDate,
    /// Its own last day for a notice of intent.
    limitation: ExplainedDate,
}

/// More time for a notice of intent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtensionView {
    ground: ExtensionGround,
    reason: String,
    /// The last day that it gives once it is approved.
    until: ExplainedDate,
    proposed_by: AccountId,
    approved_by: Option<AccountId>,
}

/// A notice of intent or a final notice.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeOfPenalty {
    pence: i32,
    /// The most that it could have been, on the days of the offences.
    maximum_pence: i32,
    /// The version of the council's matrix.
    matrix: String,
    /// Where the amount started.
    start_pence: i32,
    working: Working,
    reasons: String,
    /// Of each offence, built from the case.
    particulars: Vec<String>,
    /// What officers added to them.
    additions: Vec<String>,
    author_id: AccountId,
    drafted_on: NaiveDate,
    approver_id: Option<AccountId>,
    approved_on: Option<NaiveDate>,
    service: Option<ServedView>,
    /// The last day for representations about a notice of intent, or for paying by a final notice.
    ends: Option<ExplainedDate>,
    /// The last day for an appeal against a final notice.
    appeal_by: Option<ExplainedDate>,
    /// The letters that the service wrote of it, the oldest first: the notice itself, its withdrawal, its reduction.
    letters: Vec<SentLetterView<CaseLetterKind>>,
}

impl From<Case> for CaseLine {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            reference: case.reference,
            property_id: case.property_id,
            area: case.area_code,
            source: case.source,
            suspect_id: case.suspect_id,
            capacity: case.capacity,
            state: case.state,
            path: case.path,
            comply_by: case.comply_by,
            sufficient_on: case.sufficient_on,
            limitation: ExplainedDate::from(&case.limitation_basis),
            alert_on: case.alert_on,
            pence: case.pence,
            pay_by: case.pay_by,
            opened_by: case.opened_by,
            opened_at: case.opened_at,
        }
    }
}

impl From<Offence> for OffenceView {
    fn from(offence: Offence) -> Self {
        Self {
            id: offence.id,
            kind: offence.kind,
            licence_id: offence.licence_id,
            condition: offence.condition,
            breach_id: offence.breach_id,
            act: offence.act,
            happened_on: offence.happened_on,
            limitation: ExplainedDate::from(&offence.limitation_basis),
        }
    }
}

impl From<Extension> for ExtensionView {
    fn from(extension: Extension) -> Self {
        Self {
            ground: extension.ground,
            reason: extension.reason,
            until: ExplainedDate::from(&extension.until),
            proposed_by: extension.proposer,
            approved_by: extension.approver,
        }
    }
}

impl From<PenaltyNotice> for NoticeOfPenalty {
    fn from(notice: PenaltyNotice) -> Self {
        Self {
            pence: notice.amount.pence,
            maximum_pence: notice.amount.maximum_pence,
            matrix: notice.amount.matrix,
            start_pence: notice.amount.start_pence,
            working: notice.amount.working,
            reasons: notice.reasons,
            particulars: notice.particulars,
            additions: notice.additions,
            author_id: notice.author,
            drafted_on: notice.drafted_on,
            approver_id: notice.approver,
            approved_on: notice.approved_on,
            service: notice.served.map(ServedView::from),
            letters: notice.letters.into_iter().map(SentLetterView::from).collect(),
            ends: notice.ends.as_ref().map(ExplainedDate::from),
            appeal_by: notice.appeal_by.as_ref().map(ExplainedDate::from),
        }
    }
}

fn file(db: &mut Conn, case: Case) -> Result<CaseFile, Error> {
    let offences = enforcement::offences_of(db, case.id)?;
    Ok(CaseFile {
        source_note: case.source_note.clone(),
        reason: case.reason.clone(),
        offences: offences.into_iter().map(OffenceView::from).collect(),
        policy: case.policy.clone(),
        explanations: case.explanations.clone(),
        excuse: case.excuse.clone(),
        sufficient_by: case.sufficient_by,
        extension: case.extension.clone().map(ExtensionView::from),
        intent: case.intent.clone().map(NoticeOfPenalty::from),
        representations: case.representations.clone(),
        final_notice: case.final_notice.clone().map(NoticeOfPenalty::from),
        appeal: case.appeal.clone(),
        prosecution: case.prosecution.clone(),
        case: case.into(),
    })
}

/// What a change of a case answers.
pub(super) fn changed(db: &mut Conn, case: Case) -> Result<Answer, Error> {
    let revision = case.revision;
    Ok(Answer::changed(&file(db, case)?, revision))
}

/// What a list of cases is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Only in this state.
    state: Option<CaseState>,
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only against this person.
    suspect_id: Option<PartyId>,
    /// An area in any of its names.
    area: Option<String>,
    /// Only those whose last day for a notice of intent is this day or earlier.
    limitation_by: Option<NaiveDate>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List enforcement cases, without what is known or why something was done.
#[utoipa::path(tag = "enforcement", operation_id = "list_enforcement", params(CaseQuery), responses((status = 200, body = PageOf<CaseLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enforcement")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<CaseQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, _| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = enforcement::Filter {
            state: query.state,
            property: query.property_id,
            suspect: query.suspect_id,
            area,
            limitation_by: query.limitation_by,
        };
        let listed = enforcement::list(db, &filter, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, CaseLine::from))
    })
    .await
}

/// Read an enforcement case.
#[utoipa::path(tag = "enforcement", operation_id = "show_enforcement", params(("id" = EnforcementId, Path)), responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/enforcement/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<EnforcementId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let case = enforcement::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = case.revision;
        Ok((file(db, case)?, revision))
    })
    .await
}

/// An offence: a confirmed breach; or a condition of a licence; or, with none of these, a home that is not licensed.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OffenceForm {
    /// The breach; its licence, condition, day and limitation date come with it.
    breach_id: Option<BreachId>,
    /// The licence whose condition was breached.
    licence_id: Option<LicenceId>,
    /// The number of the condition.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_length = 1, max_length = 20)]
    condition: Option<String>,
    /// What was done or left undone.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    act: String,
    /// When; of a breach, the day after its due date.
    happened_on: Option<NaiveDate>,
    /// The first day from which sufficient evidence could be argued; the day on which it happened if nothing is said.
    arguable_from: Option<NaiveDate>,
}

impl OffenceForm {
    /// The offence that it names.
    ///
    /// # Errors
    /// The fields that do not go together.
    fn named(&self, pointer: &str) -> Result<Named, Error> {
        let fault = |field: &str, text: &str| Err(FieldFault::at(format!("{pointer}/{field}"), text).into());
        let act = self.act.clone();
        if let Some(id) = self.breach_id {
            if self.licence_id.is_some() || self.condition.is_some() || self.happened_on.is_some() {
                return fault("breach_id", "says licence, condition and day by itself: leave them out beside it");
            }
            return Ok(Named::Breach { id, act });
        }
        let Some(happened_on) = self.happened_on else {
            return fault("happened_on", "is missing: say when it happened, or name a breach");
        };
        let condition = match (self.licence_id, &self.condition) {
            (Some(licence), Some(condition)) => Some((licence, condition.clone())),
            (None, None) => None,
            _ => return fault("condition", "goes with licence_id: give both, or neither for an unlicensed home"),
        };
        let arguable_from = self.arguable_from.unwrap_or(happened_on);
        Ok(Named::Found { condition, act, happened_on, arguable_from })
    }
}

/// A new enforcement case.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// The home.
    property_id: PropertyId,
    /// Where it came from.
    source: CaseSource,
    /// What tells of that, such as the number of the inspection.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    source_note: Option<String>,
    /// Who is suspected: one person for each case.
    suspect_id: PartyId,
    /// As what. A condition binds the holder, and whoever is on record as bound.
    capacity: Capacity,
    /// The offences. Each keeps its own limitation date; the case's is the earliest.
    #[validate(length(min = 1, max = 50), nested)]
    #[schema(min_items = 1, max_items = 50)]
    offences: Vec<OffenceForm>,
}

/// Open an enforcement case.
#[utoipa::path(tag = "enforcement", operation_id = "open_enforcement", request_body = NewCase, responses((status = 201, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewCase>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let sent = form.body.clone();
        let named = sent.offences.iter().enumerate().map(|(place, one)| one.named(&format!("/offences/{place}")));
        let asked = Asked {
            property_id: sent.property_id,
            source: sent.source,
            source_note: sent.source_note,
            suspect_id: sent.suspect_id,
            capacity: sent.capacity,
            offences: named.collect::<Result<_, _>>()?,
        };
        let case = actions::open(tx, cx, &app.rules, asked)?;
        let (id, revision) = (case.id, case.revision);
        Ok(Answer::created(format!("/api/v1/enforcement/{id}"), &file(tx, case)?, revision))
    })
    .await
}

/// Name another offence in a case, before anything was chosen.
#[utoipa::path(tag = "enforcement", operation_id = "add_offence", params(("id" = EnforcementId, Path), ("If-Match" = String, Header)), request_body = OffenceForm, responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/offences")]
pub async fn add_offence(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    expected: IfMatch,
    form: Sent<OffenceForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let case = actions::add_offence(tx, cx, &app.rules, id.0, expected.0, &form.body.named("")?)?;
        changed(tx, case)
    })
    .await
}

/// A step of a case. Notices are written and served at their own addresses.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseStep {
    /// The case is looked into.
    Enquire {
        /// What is to be found out.
        #[schema(min_length = 1, max_length = 4000)]
        note: String,
    },
    /// Whoever is suspected is invited to explain.
    Invite {
        /// By when.
        #[serde(deserialize_with = "written::day")]
        answer_by: NaiveDate,
    },
    /// They explained.
    Explain {
        /// The day on which it came in.
        #[serde(deserialize_with = "written::day")]
        received_on: NaiveDate,
        /// What they said.
        #[schema(min_length = 1, max_length = 20000)]
        text: String,
    },
    /// They are warned. The date is forbearance and moves no due date.
    Warn {
        /// By when it is to be put right.
        #[serde(deserialize_with = "written::day")]
        comply_by: NaiveDate,
        /// What is to be done.
        #[schema(min_length = 1, max_length = 4000)]
        note: String,
    },
    /// A step of the council's policy is skipped.
    SkipPolicyStep {
        /// Which.
        skipped: PolicyStep,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// It was put right after the warning: the case is closed.
    Comply {
        /// What shows it.
        #[schema(min_length = 1, max_length = 4000)]
        note: String,
    },
    /// The evidence is sufficient.
    CompleteEvidence {
        /// The first day on which it was.
        #[serde(deserialize_with = "written::day")]
        sufficient_on: NaiveDate,
        /// What was made of a reasonable excuse (s.95(4)).
        #[schema(min_length = 1, max_length = 4000)]
        excuse: String,
    },
    /// More time for the notice of intent is asked for.
    ProposeExtension {
        /// The ground.
        ground: ExtensionGround,
        /// The last day of the conduct.
        #[serde(deserialize_with = "written::day")]
        last_on: NaiveDate,
        /// What shows it.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// A second person approves that.
    ApproveExtension {},
    /// A penalty is chosen.
    ChoosePenalty {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// Prosecution is chosen.
    ChooseProsecution {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// Nothing more is done.
    CloseNoAction {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// A second person approves the notice of intent.
    ApproveIntent {},
    /// The notice that was given came back: it was not.
    LoseService {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// Representations about the notice of intent came in.
    Represent {
        /// The day on which they did.
        #[serde(deserialize_with = "written::day")]
        received_on: NaiveDate,
        /// From whom, where they are on record.
        #[serde(default)]
        party_id: Option<PartyId>,
        /// What they say.
        #[schema(min_length = 1, max_length = 20000)]
        text: String,
    },
    /// Representations were considered.
    Consider {
        /// Which, from 1.
        #[schema(minimum = 1, maximum = 1000)]
        number: usize,
        /// How.
        #[schema(min_length = 1, max_length = 4000)]
        consideration: String,
    },
    /// The time for representations is over, and all were considered.
    EndRepresentations {},
    /// A second person approves the final notice.
    ApproveFinal {},
    /// The council withdraws the notice.
    Withdraw {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// The council reduces the amount of the final notice.
    Reduce {
        /// To what.
        #[schema(minimum = 1, maximum = 10_000_000)]
        pence: i32,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// It was not paid in time.
    BecomeDebt {},
    /// An appeal to the tribunal was lodged; one that came late, too.
    Appeal {
        /// The tribunal's reference.
        #[schema(min_length = 1, max_length = 100)]
        reference: String,
        /// The day on which it was lodged.
        #[serde(deserialize_with = "written::day")]
        lodged_on: NaiveDate,
    },
    /// The tribunal decided.
    DecideAppeal {
        /// What became of it.
        outcome: PenaltyAppealOutcome,
        /// The amount, exactly where it was varied.
        #[serde(default)]
        #[schema(minimum = 1, maximum = 10_000_000)]
        pence: Option<i32>,
        /// The day of the decision.
        #[serde(deserialize_with = "written::day")]
        decided_on: NaiveDate,
        /// What it orders.
        #[schema(min_length = 1, max_length = 4000)]
        order: String,
    },
    /// Proceedings were begun.
    GoToCourt {
        /// The court's reference.
        #[schema(min_length = 1, max_length = 100)]
        reference: String,
        /// The day on which they were.
        #[serde(deserialize_with = "written::day")]
        begun_on: NaiveDate,
    },
    /// The prosecution ended.
    EndProsecution {
        /// How.
        outcome: CourtOutcome,
        /// On which day.
        #[serde(deserialize_with = "written::day")]
        ended_on: NaiveDate,
        /// The order, or why nothing came of it.
        #[schema(min_length = 1, max_length = 4000)]
        order: String,
    },
}

impl Validate for CaseStep {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Consider { number, .. } => {
                written::number(&mut faults, "number", i64::try_from(*number).unwrap_or(i64::MAX), 1_000);
            }
            Self::Reduce { pence, .. } | Self::DecideAppeal { pence: Some(pence), .. } => {
                written::number(&mut faults, "pence", i64::from(*pence), 10_000_000);
            }
            _ => {}
        }
        let mut words = |field, text: &str, longest| written::words(&mut faults, field, text, longest);
        match self {
            Self::Enquire { note } | Self::Warn { note, .. } | Self::Comply { note } => words("note", note, 4000),
            Self::Explain { text, .. } | Self::Represent { text, .. } => words("text", text, 20_000),
            Self::SkipPolicyStep { reason, .. }
            | Self::ProposeExtension { reason, .. }
            | Self::ChoosePenalty { reason }
            | Self::ChooseProsecution { reason }
            | Self::CloseNoAction { reason }
            | Self::LoseService { reason }
            | Self::Withdraw { reason }
            | Self::Reduce { reason, .. } => words("reason", reason, 4000),
            Self::CompleteEvidence { excuse, .. } => words("excuse", excuse, 4000),
            Self::Consider { consideration, .. } => words("consideration", consideration, 4000),
            Self::Appeal { reference, .. } | Self::GoToCourt { reference, .. } => words("reference", reference, 100),
            Self::DecideAppeal { order, .. } | Self::EndProsecution { order, .. } => words("order", order, 4000),
            Self::Invite { .. } | Self::ApproveExtension {} | Self::ApproveIntent {} | Self::EndRepresentations {} => {}
            Self::ApproveFinal {} | Self::BecomeDebt {} => {}
        }
        written::checked(faults)
    }
}

impl From<CaseStep> for Step {
    fn from(step: CaseStep) -> Self {
        use CaseStep as S;
        match step {
            S::Enquire { note } => Self::Enquire { note },
            S::Invite { answer_by } => Self::Invite { answer_by },
            S::Explain { received_on, text } => Self::Explain { received_on, text },
            S::Warn { comply_by, note } => Self::Warn { comply_by, note },
            S::SkipPolicyStep { skipped, reason } => Self::SkipPolicyStep { skipped, reason },
            S::Comply { note } => Self::Comply { note },
            S::CompleteEvidence { sufficient_on, excuse } => Self::CompleteEvidence { sufficient_on, excuse },
            S::ProposeExtension { ground, last_on, reason } => Self::ProposeExtension { ground, last_on, reason },
            S::ApproveExtension {} => Self::ApproveExtension,
            S::ChoosePenalty { reason } => Self::ChoosePenalty { reason },
            S::ChooseProsecution { reason } => Self::ChooseProsecution { reason },
            S::CloseNoAction { reason } => Self::CloseNoAction { reason },
            S::ApproveIntent {} => Self::ApproveIntent,
            S::LoseService { reason } => Self::LoseService { reason },
            S::Represent { received_on, party_id: party, text } => Self::Represent { received_on, party, text },
            S::Consider { number, consideration } => Self::Consider { number, consideration },
            S::EndRepresentations {} => Self::EndRepresentations,
            S::ApproveFinal {} => Self::ApproveFinal,
            S::Withdraw { reason } => Self::Withdraw { reason },
            S::Reduce { pence, reason } => Self::Reduce { pence, reason },
            S::BecomeDebt {} => Self::BecomeDebt,
            S::Appeal { reference, lodged_on } => Self::Appeal { reference, lodged_on },
            S::DecideAppeal { outcome, pence, decided_on, order } => {
                Self::DecideAppeal { outcome, pence, decided_on, order }
            }
            S::GoToCourt { reference, begun_on } => Self::GoToCourt { reference, begun_on },
            S::EndProsecution { outcome, ended_on, order } => Self::EndProsecution { outcome, ended_on, order },
        }
    }
}

/// Take a case a step further. Choosing, approving, withdrawing, reducing and closing are a team leader's steps.
#[utoipa::path(tag = "enforcement", operation_id = "take_enforcement_step", params(("id" = EnforcementId, Path), ("If-Match" = String, Header)), request_body = CaseStep, responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    expected: IfMatch,
    form: Sent<CaseStep>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let step = Wanted::Step(form.body.clone().into());
        let case = actions::take(tx, cx, &app.rules, id.0, expected.0, step)?;
        changed(tx, case)
    })
    .await
}

/// A letter of a case.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseLetterForm {
    /// Which: the invitation to explain (E1), the notice of intent (E2), the final notice (E3), a withdrawal or a reduction (E4).
    letter: CaseLetterKind,
}

/// Have a letter written to whoever is suspected, from what is on record: by e-mail where notices may go so, else on paper. That it
/// was posted or accepted gives the notice that it carries; recording service by hand stays possible.
#[utoipa::path(tag = "enforcement", operation_id = "write_case_letter", params(("id" = EnforcementId, Path), ("If-Match" = String, Header)), request_body = CaseLetterForm, responses((status = 200, body = CaseFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/enforcement/{id}/letters")]
pub async fn write(
    app: Data<App>,
    caller: Caller,
    id: Id<EnforcementId>,
    expected: IfMatch,
    form: Sent<CaseLetterForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkEnforcement).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let case = actions::write(tx, cx, &app.rules, id.0, expected.0, form.body.letter)?;
        changed(tx, case)
    })
    .await
}
