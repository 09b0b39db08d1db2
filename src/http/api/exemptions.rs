//! Exemptions of homes: temporary exemption notices, grounds of the scheme, and the months after a holder's death.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use super::dates::ExplainedDate;
use super::service::SentLetterView;
use super::written;
use crate::actions::{Error, exemptions as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::exemption::{
    Ending, Exemption, ExemptionKind, ExemptionLetterKind, ExemptionState, ExemptionStep, Finding, Notification,
};
use crate::domain::id::{AccountId, ExemptionId, LicenceId, PartyId, PropertyId};
use crate::http::answer::{Answer, change, read_case, read_cases};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::exemptions;

/// An exemption of a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemptionCaseView {
    id: ExemptionId,
    /// What people call it, such as "EXE/2025/00001".
    reference: String,
    kind: ExemptionKind,
    property_id: PropertyId,
    state: ExemptionState,
    /// Which in a row of its kind it is, or would be.
    number: i32,
    /// The one that it follows.
    previous_id: Option<ExemptionId>,
    /// The licence whose holder died.
    licence_id: Option<LicenceId>,
    /// Who asked for a notice.
    party_id: Option<PartyId>,
    notified_on: Option<NaiveDate>,
    /// What they intend to do so that no licence is needed.
    steps: Option<String>,
    ground: Option<String>,
    /// What proves the ground.
    evidence: Option<String>,
    /// Why a second notice is justified.
    circumstances: Option<String>,
    served_on: Option<NaiveDate>,
    from: Option<NaiveDate>,
    /// The last day; open without one.
    until: Option<NaiveDate>,
    /// Why it is that day, where it was counted.
    until_explained: Option<ExplainedDate>,
    decided_on: Option<NaiveDate>,
    /// Why it was refused.
    reasons: Option<String>,
    /// The last day for an appeal against a refusal, and why it is that day.
    appeal_by: Option<ExplainedDate>,
    ended_on: Option<NaiveDate>,
    /// What it ended with, in words.
    ending: Option<String>,
    /// The last day on which having asked protects; open until it is decided, and while an appeal runs.
    effective_until: Option<NaiveDate>,
    /// Whether it exempts the home today; counted, never stored.
    exempts_today: bool,
    /// Whether having asked protects from the offence today (s.95(3) and (7)); counted, never stored.
    protects_today: bool,
    /// The letters that the service wrote about it, the oldest first.
    letters: Vec<SentLetterView<ExemptionLetterKind>>,
    officer_id: Option<AccountId>,
    created_at: DateTime<Utc>,
    /// Its entity tag, for what is decided next.
    etag: String,
}

impl ExemptionCaseView {
    fn of(exemption: Exemption, today: NaiveDate) -> Self {
        Self {
            id: exemption.id,
            exempts_today: exemption.exempts_on(today),
            protects_today: exemption.protects_on(today),
            until_explained: exemption.until_basis.as_ref().map(ExplainedDate::from),
            appeal_by: exemption.appeal_by.as_ref().map(ExplainedDate::from),
            reference: exemption.reference,
            kind: exemption.kind,
            property_id: exemption.property_id,
            state: exemption.state,
            number: exemption.number,
            previous_id: exemption.previous_id,
            licence_id: exemption.licence_id,
            party_id: exemption.party_id,
            notified_on: exemption.notified_on,
            steps: exemption.steps,
            ground: exemption.ground,
            evidence: exemption.evidence,
            circumstances: exemption.circumstances,
            served_on: exemption.served_on,
            from: exemption.from_on,
            until: exemption.until_on,
            decided_on: exemption.decided_on,
            reasons: exemption.reasons,
            effective_until: exemption.effective_until,
            ended_on: exemption.ended_on,
            ending: exemption.ending,
            letters: exemption.letters.into_iter().map(SentLetterView::from).collect(),
            officer_id: exemption.officer_id,
            created_at: exemption.created_at,
            etag: format!("\"{}\"", exemption.revision),
        }
    }
}

/// The exemptions of a home, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExemptionList {
    items: Vec<ExemptionCaseView>,
}

/// List the exemptions of a home; each counts as read.
#[utoipa::path(tag = "homes", operation_id = "list_exemptions", params(("id" = PropertyId, Path)), responses((status = 200, body = ExemptionList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}/exemptions")]
pub async fn list(app: Data<App>, caller: Caller, id: Id<PropertyId>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadCases, move |_, db, cx| {
        let (found, today) = (actions::of_property(db, id.0)?, cx.today());
        let shown = found.iter().map(|one| one.id).collect();
        Ok((ExemptionList { items: found.into_iter().map(|one| ExemptionCaseView::of(one, today)).collect() }, shown))
    })
    .await
}

/// What an exemption begins with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewExemption {
    /// The controller or manager tells the council that they will take steps so that no licence is needed (s.86).
    Temporary {
        /// Who.
        party_id: PartyId,
        /// What they intend to do.
        #[schema(min_length = 1, max_length = 4000)]
        steps: String,
        /// The day on which the council was told.
        #[serde(deserialize_with = "written::day")]
        notified_on: NaiveDate,
    },
    /// Personal representatives ask for three more months after a holder's death (s.91).
    Death {
        /// Who.
        party_id: PartyId,
        /// What they intend to do.
        #[schema(min_length = 1, max_length = 4000)]
        steps: String,
        /// The day on which the council was asked.
        #[serde(deserialize_with = "written::day")]
        notified_on: NaiveDate,
    },
    /// An officer decides whether a ground of the scheme applies.
    Ground {
        /// The ground.
        #[schema(min_length = 1, max_length = 100)]
        ground: String,
        /// What proves it, or was said to.
        #[schema(min_length = 1, max_length = 4000)]
        evidence: String,
        /// The first day.
        #[serde(deserialize_with = "written::day")]
        from: NaiveDate,
        /// The last day, if there is one.
        #[serde(default, deserialize_with = "written::day_if_any")]
        until: Option<NaiveDate>,
        /// Why it does not apply; without it, it does.
        #[schema(min_length = 1, max_length = 4000)]
        refused_because: Option<String>,
    },
}

impl Validate for NewExemption {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Temporary { steps, .. } | Self::Death { steps, .. } => {
                written::words(&mut faults, "steps", steps, 4000);
            }
            Self::Ground { ground, evidence, refused_because, .. } => {
                written::words(&mut faults, "ground", ground, 100);
                written::words(&mut faults, "evidence", evidence, 4000);
                if let Some(why) = refused_because {
                    written::words(&mut faults, "refused_because", why, 4000);
                }
            }
        }
        written::checked(faults)
    }
}

/// Record that somebody asked for a temporary exemption, or decide whether a ground of exemption applies.
#[utoipa::path(tag = "homes", operation_id = "create_exemption", params(("id" = PropertyId, Path)), request_body = NewExemption, responses((status = 201, body = ExemptionCaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/properties/{id}/exemptions")]
pub async fn create(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    form: Sent<NewExemption>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let (reference, property_id) = (String::new(), id.0);
        let said = |party_id, steps, on| Notification { reference: String::new(), property_id, party_id, steps, on };
        let made = match form.body.clone() {
            NewExemption::Temporary { party_id, steps, notified_on } => {
                actions::notify(tx, cx, ExemptionKind::Temporary, said(party_id, steps, notified_on))?
            }
            NewExemption::Death { party_id, steps, notified_on } => {
                actions::notify(tx, cx, ExemptionKind::Death, said(party_id, steps, notified_on))?
            }
            NewExemption::Ground { ground, evidence, from, until, refused_because } => {
                let found = Finding { reference, property_id, evidence, from, until, refused_because };
                actions::find_ground(tx, cx, &app.rules, &ground, found)?
            }
        };
        let (id, revision) = (made.id, made.revision);
        Ok(Answer::created(format!("/api/v1/exemptions/{id}"), &ExemptionCaseView::of(made, cx.today()), revision))
    })
    .await
}

/// Read an exemption.
#[utoipa::path(tag = "homes", operation_id = "show_exemption", params(("id" = ExemptionId, Path)), responses((status = 200, body = ExemptionCaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/exemptions/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<ExemptionId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, cx| {
        let found = exemptions::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = found.revision;
        Ok((ExemptionCaseView::of(found, cx.today()), revision))
    })
    .await
}

/// What is decided of an exemption. A notice is served or refused by a team leader.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum ExemptionStepForm {
    /// The notice was served: three months beginning with service, or following the first notice.
    Serve {
        /// The day of service.
        #[serde(deserialize_with = "written::day")]
        on: NaiveDate,
        /// The exceptional circumstances that justify a second notice.
        #[schema(min_length = 1, max_length = 4000)]
        circumstances: Option<String>,
    },
    /// The notice came back, or did not count: it was not served, and waits to be.
    LoseService {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// No notice is served.
    Refuse {
        /// The day of the decision.
        #[serde(deserialize_with = "written::day")]
        on: NaiveDate,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reasons: String,
    },
    /// It ended; with nothing, an enquiry into the home begins.
    End {
        /// With what.
        with: Ending,
        /// The day on which it ended.
        #[serde(deserialize_with = "written::day")]
        on: NaiveDate,
        /// In words.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
}

impl Validate for ExemptionStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::Serve { circumstances: Some(why), .. } => written::words(&mut faults, "circumstances", why, 4000),
            Self::Serve { circumstances: None, .. } => {}
            Self::Refuse { reasons, .. } => written::words(&mut faults, "reasons", reasons, 4000),
            Self::LoseService { reason } | Self::End { reason, .. } => {
                written::words(&mut faults, "reason", reason, 4000)
            }
        }
        written::checked(faults)
    }
}

impl ExemptionStepForm {
    fn step(&self) -> ExemptionStep {
        match self.clone() {
            Self::Serve { on, circumstances } => ExemptionStep::Serve { on, circumstances },
            Self::LoseService { reason } => ExemptionStep::LoseService { reason },
            Self::Refuse { on, reasons } => ExemptionStep::Refuse { on, reasons },
            Self::End { with, on, reason } => ExemptionStep::End { with, on, reason },
        }
    }
}

/// Decide something of an exemption.
#[utoipa::path(tag = "homes", operation_id = "take_exemption_step", params(("id" = ExemptionId, Path), ("If-Match" = String, Header)), request_body = ExemptionStepForm, responses((status = 200, body = ExemptionCaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/exemptions/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<ExemptionId>,
    expected: IfMatch,
    form: Sent<ExemptionStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let taken = actions::take(tx, cx, &app.rules, id.0, expected.0, form.body.step())?;
        let revision = taken.revision;
        Ok(Answer::changed(&ExemptionCaseView::of(taken, cx.today()), revision))
    })
    .await
}

/// A letter about an exemption.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionLetterForm {
    /// Which: the notice itself (T1), or notice of a refusal (T2).
    letter: ExemptionLetterKind,
    /// The exceptional circumstances that justify a second notice.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    circumstances: Option<String>,
}

/// Have a letter written to whoever asked for the exemption: by e-mail where notices may go so, else on paper. The notice itself is
/// a team leader's decision, and begins with its service, which posting or acceptance is.
#[utoipa::path(tag = "homes", operation_id = "write_exemption_letter", params(("id" = ExemptionId, Path), ("If-Match" = String, Header)), request_body = ExemptionLetterForm, responses((status = 200, body = ExemptionCaseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/exemptions/{id}/letters")]
pub async fn write(
    app: Data<App>,
    caller: Caller,
    id: Id<ExemptionId>,
    expected: IfMatch,
    form: Sent<ExemptionLetterForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let ExemptionLetterForm { letter, circumstances } = form.body.clone();
        let written = actions::write(tx, cx, &app.rules, id.0, expected.0, letter, circumstances)?;
        let revision = written.revision;
        Ok(Answer::changed(&ExemptionCaseView::of(written, cx.today()), revision))
    })
    .await
}
