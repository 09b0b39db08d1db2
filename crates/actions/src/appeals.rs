//! Appeals to the tribunal: lodged, decided, and what a decision does to the application or to proceedings on a licence.

use chrono::NaiveDate;

use super::gazetteer::known_party;
use super::{Error, Expected, Rules, proceedings};
use domain::actor::Action;
use domain::appeal::{Appeal, AppealOutcome};
use domain::application::{Application, Step};
use domain::context::Context;
use domain::id::{AppealId, ApplicationId, NoticeId, PartyId};
use domain::proceeding::ProceedingStep;
use storage::{Tx, appeals as table, applications, notices};

/// How an appeal ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What became of it.
    pub outcome: AppealOutcome,
    /// The day of the tribunal's decision.
    pub on: NaiveDate,
    /// What the tribunal orders.
    pub ordered: String,
}

/// An appeal against a decision was lodged: while it runs, a refused application stays effective.
///
/// # Errors
/// A refusal where nothing was decided.
pub fn lodge(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    notice: NoticeId,
    reference: &str,
    appellant: Option<PartyId>,
    lodged_on: NaiveDate,
) -> Result<Appeal, Error> {
    cx.allow(Action::WorkApplications)?;
    if let Some(appellant) = appellant {
        known_party(tx, appellant, "/appellant_id")?;
    }
    let notice = notices::find(tx, notice)?.ok_or(Error::NotFound)?;
    let change = Appeal::lodge(cx, &notice.cover, reference, appellant, lodged_on)?;
    table::insert(tx, &change)?;
    let appeal = change.into_entity();
    if let Some(application) = appeal.application_id {
        take(tx, cx, rules, application, Step::Appeal)?;
    }
    if let Some(proceeding) = appeal.proceeding_id {
        proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::Appeal)?;
    }
    Ok(appeal)
}

/// The tribunal decided, or the appellant gave up. An appeal allowed against a refusal opens the application again for a grant.
///
/// # Errors
/// A refusal if it had ended before.
pub fn decide(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: AppealId,
    expected: Expected,
    ended: Ended,
) -> Result<Appeal, Error> {
    cx.allow(Action::DecideApplications)?;
    let appeal = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(appeal.revision)?;
    let change = appeal.decide(cx, ended.outcome, ended.on, &ended.ordered)?;
    table::save(tx, &change)?;
    let appeal = change.into_entity();
    let against = notices::find(tx, appeal.notice_id)?.ok_or(Error::NotFound)?.cover.kind;
    if let Some(application) = appeal.application_id {
        let runs = table::of_application(tx, application)?.iter().any(|other| other.outcome.is_none());
        if appeal.overturns_refusal(against) {
            take(tx, cx, rules, application, Step::Overturn { reference: appeal.reference.clone() })?;
        } else if !runs {
            take(tx, cx, rules, application, Step::EndAppeal { on: ended.on })?;
        }
    }
    if let Some(proceeding) = appeal.proceeding_id {
        let runs = table::of_proceeding(tx, proceeding)?.iter().any(|other| other.outcome.is_none());
        let reference = appeal.reference.clone();
        if appeal.outcome == Some(AppealOutcome::Allowed) {
            proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::Overturn { reference })?;
        } else if !runs {
            proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::EndAppeal { on: ended.on, reference })?;
        }
    }
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// Takes a step of the application, where it leads anywhere: an appeal against a grant changes nothing of it.
fn take(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, id: ApplicationId, step: Step) -> Result<(), Error> {
    let application: Application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    if application.stage.after(&step).is_none() {
        return Ok(());
    }
    Ok(applications::save(tx, &application.take(cx, rules.current()?, step)?)?)
}
