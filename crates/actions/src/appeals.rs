//! Appeals to the tribunal: lodged, decided, and what a decision does to the application, the proceedings on a licence or the
//! exemption.

use chrono::NaiveDate;

use super::gazetteer::known_party;
use super::{Error, Expected, Rules, applications, exemptions, proceedings};
use domain::actor::Action;
use domain::appeal::{Against, Appeal, AppealOutcome};
use domain::application::Step;
use domain::context::Context;
use domain::exemption::ExemptionStep;
use domain::id::{AppealId, ExemptionId, NoticeId, PartyId};
use domain::proceeding::ProceedingStep;
use storage::{Tx, appeals as table, exemptions as exemption_table, notices};

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

/// An appeal that was lodged.
#[derive(Clone, Debug)]
pub struct Lodged {
    /// The tribunal's own reference.
    pub reference: String,
    /// Who appeals, where they are on record.
    pub appellant: Option<PartyId>,
    /// The day.
    pub on: NaiveDate,
}

/// An appeal against a decision about a licence was lodged: while it runs, a refused application stays effective.
///
/// # Errors
/// A refusal where nothing was decided.
pub fn lodge(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, notice: NoticeId, lodged: Lodged) -> Result<Appeal, Error> {
    let notice = notices::find(tx, notice)?.ok_or(Error::NotFound)?;
    let appeal = keep(tx, cx, Against::Notice(&notice.cover), lodged)?;
    if let Some(application) = appeal.application_id {
        applications::follow(tx, cx, rules, application, Step::Appeal)?;
    }
    if let Some(proceeding) = appeal.proceeding_id {
        proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::Appeal)?;
    }
    Ok(appeal)
}

/// An appeal against the refusal of a temporary exemption notice was lodged: while it runs, having asked protects (s.95(9)).
///
/// # Errors
/// A refusal where nothing was refused.
pub fn lodge_about_exemption(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    exemption: ExemptionId,
    lodged: Lodged,
) -> Result<Appeal, Error> {
    let refused = exemption_table::find(tx, exemption)?.ok_or(Error::NotFound)?;
    let appeal = keep(tx, cx, Against::Exemption(&refused), lodged)?;
    exemptions::follow(tx, cx, rules, exemption, ExemptionStep::Appeal)?;
    Ok(appeal)
}

fn keep(tx: &mut Tx<'_>, cx: &Context, against: Against<'_>, lodged: Lodged) -> Result<Appeal, Error> {
    cx.allow(Action::WorkApplications)?;
    if let Some(appellant) = lodged.appellant {
        known_party(tx, appellant, "/appellant_id")?;
    }
    let change = Appeal::lodge(cx, against, &lodged.reference, lodged.appellant, lodged.on)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// The tribunal decided, or the appellant gave up. An appeal allowed against a refusal opens the application again for a grant, or
/// the exemption for its notice.
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
    let (on, reference) = (ended.on, || appeal.reference.clone());
    let allowed = appeal.outcome == Some(AppealOutcome::Allowed);
    if let (Some(application), Some(notice)) = (appeal.application_id, appeal.notice_id) {
        let against = notices::find(tx, notice)?.ok_or(Error::NotFound)?.cover.kind;
        let all = table::of_application(tx, application)?;
        let overturn = Step::Overturn { reference: reference() };
        if let Some(step) = brings(&all, appeal.overturns_refusal(against), overturn, Step::EndAppeal { on }) {
            applications::follow(tx, cx, rules, application, step)?;
        }
    }
    if let Some(proceeding) = appeal.proceeding_id {
        let all = table::of_proceeding(tx, proceeding)?;
        let overturn = ProceedingStep::Overturn { reference: reference() };
        let end = ProceedingStep::EndAppeal { on, reference: reference() };
        if let Some(step) = brings(&all, allowed, overturn, end) {
            proceedings::follow(tx, cx, rules, proceeding, step)?;
        }
    }
    if let Some(exemption) = appeal.exemption_id {
        let all = table::of_exemption(tx, exemption)?;
        if let Some(step) = brings(&all, allowed, ExemptionStep::Overturn, ExemptionStep::EndAppeal { on }) {
            exemptions::follow(tx, cx, rules, exemption, step)?;
        }
    }
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// The step that the end of an appeal brings with it: the decision is overturned, or stands, once no appeal against it runs.
fn brings<S>(all: &[Appeal], overturns: bool, overturn: S, end: S) -> Option<S> {
    let runs = all.iter().any(|appeal| appeal.outcome.is_none());
    if overturns { Some(overturn) } else { (!runs).then_some(end) }
}
