//! Applications: started, taken from stage to stage, granted.

use chrono::{Datelike as _, NaiveDate};

use super::gazetteer::{known_party, known_property};
use super::{Error, Expected, Rules, fees, fitness, letters, licences, notices};
use domain::actor::Action;
use domain::application::{Application, News, Standing, Start, Step};
use domain::context::Context;
use domain::id::{ApplicationId, PartyId, PropertyId};
use domain::letter::LetterKind;
use domain::licence::{Grant, Licence};
use storage::{Conn, Tx, access, application_forms, applications, notices as notice_table, properties, schemes};

/// Who applies for what.
#[derive(Clone, Debug)]
pub struct Applying {
    /// The home.
    pub property_id: PropertyId,
    /// Who applies.
    pub applicant_id: PartyId,
    /// Who is to hold the licence.
    pub holder_id: PartyId,
    /// Who is to manage.
    pub manager_id: Option<PartyId>,
    /// The agent who gets copies.
    pub agent_id: Option<PartyId>,
    /// Where an imported one came from.
    pub import_key: Option<String>,
}

/// An application is started.
///
/// # Errors
/// [`Error::Invalid`] if the home or a person is not known.
pub fn start(tx: &mut Tx<'_>, cx: &Context, applying: Applying) -> Result<Application, Error> {
    cx.allow(Action::WorkApplications)?;
    let home = known_property(tx, applying.property_id, "/property_id")?;
    known_party(tx, applying.applicant_id, "/applicant_id")?;
    known_party(tx, applying.holder_id, "/holder_id")?;
    for (party, pointer) in [(applying.manager_id, "/manager_id"), (applying.agent_id, "/agent_id")] {
        if let Some(party) = party {
            known_party(tx, party, pointer)?;
        }
    }
    let start = Start {
        reference: schemes::next_reference(tx, "APP", cx.today().year())?,
        property_id: home.id,
        area_code: home.area_code,
        address_search: home.search,
        applicant_id: applying.applicant_id,
        holder_id: applying.holder_id,
        manager_id: applying.manager_id,
        agent_id: applying.agent_id,
        import_key: applying.import_key,
    };
    let change = Application::start(cx, start);
    applications::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// An application takes a step.
///
/// # Errors
/// A refusal that says what stands in the way; a grant is made by [`grant`], which makes the licence too.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    step: Step,
) -> Result<Application, Error> {
    let elsewhere = match &step {
        Step::Grant => "a grant makes the licence too: grant the application instead",
        Step::ProposeGrant { .. } | Step::ProposeRefusal { .. } | Step::Modify { .. } | Step::LoseService => {
            "a proposal is a notice to several people: write the notice, and record its service"
        }
        Step::Appeal | Step::EndAppeal { .. } | Step::Overturn { .. } => {
            "an appeal is recorded against the notice of the decision"
        }
        _ => "",
    };
    if !elsewhere.is_empty() {
        return Err(super::FieldFault::at("/step", elsewhere).into());
    }
    if step == Step::EndConsultation {
        let about = notice_table::of_application(tx, id)?;
        notices::all_considered(tx, &about)?;
    }
    let (news, refused) = (step.news(), matches!(step, Step::Refuse { .. }));
    let application = enter(tx, cx, rules, id, expected, step.clone())?;
    if let Some(part) = step.pays().filter(|_| step.waiver().is_none()) {
        fees::account(tx, &application)?.is_paid(part)?;
    }
    fees::charge(tx, cx, rules, &application, &step)?;
    if let Step::RecordFindings { findings } = &step {
        fitness::rely(tx, cx, &application, findings)?;
    }
    if let Some(news) = news {
        tell(tx, cx, news, &application)?;
    }
    if refused {
        notices::decide(tx, cx, rules, &application, None, application.reason.clone().unwrap_or_default())?;
    }
    Ok(application)
}

/// The applicant gets a letter on how the application stands now; none for a part of the fee that is paid already.
pub(super) fn tell(tx: &mut Tx<'_>, cx: &Context, news: News, application: &Application) -> Result<(), Error> {
    let form = application_forms::find(tx, application.id)?;
    let due = if news == News::FeeDue { fees::due_before_grant(tx, application)? } else { None };
    if due.is_some_and(|pence| pence <= 0) {
        return Ok(());
    }
    let standing = Standing::of(news, application, form.and_then(|form| form.sha256), due);
    let (to, home) = (application.applicant_id, Some(application.property_id));
    letters::queue(tx, cx, LetterKind::Application, to, home, serde_json::json!(standing)).map(drop)
}

/// A step that was taken outside this service is entered: nobody gets a letter or a notice for it.
///
/// # Errors
/// As [`take`].
pub fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    step: Step,
) -> Result<Application, Error> {
    cx.allow(if step.decides() { Action::DecideApplications } else { Action::WorkApplications })?;
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(application.revision)?;
    if let Step::Assign { officer } = &step {
        let known = access::find(tx, *officer)?.filter(|account| account.actor().may(Action::WorkApplications));
        known.ok_or_else(|| super::FieldFault::at("/officer_id", "not the account of an active officer"))?;
    }
    if let Step::Submit { on, .. } = &step {
        may_be_sent(tx, rules, &application, *on)?;
    }
    let change = application.take(cx, rules.current()?, step)?;
    applications::save(tx, &change)?;
    applications::find(tx, id)?.ok_or(Error::NotFound)
}

/// Takes a step that a notice or an appeal brings with it, where it leads anywhere: an appeal against a grant changes nothing of it.
pub(super) fn follow(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, id: ApplicationId, step: Step) -> Result<(), Error> {
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    if application.stage.after(&step).is_none() {
        return Ok(());
    }
    Ok(applications::save(tx, &application.take(cx, rules.current()?, step)?)?)
}

/// Refuses an application for the next licence while it is too early for one.
pub(super) fn may_be_sent(db: &mut Conn, rules: &Rules, application: &Application, on: NaiveDate) -> Result<(), Error> {
    match licences::held(db, application.property_id, application.holder_id, on)? {
        Some(held) => Ok(held.may_be_applied_for_anew(&rules.current()?.policy, on)?),
        None => Ok(()),
    }
}

/// How a licence is to begin.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The first day; the day of the grant if nothing is said, or the day after the last one of a licence that this one follows.
    pub starts_on: Option<NaiveDate>,
    /// Years; the scheme's limit if nothing is said.
    pub years: Option<u32>,
    /// What allows a start before the grant.
    pub start_authority: Option<String>,
    /// Other homes that the licence covers.
    pub other_homes: Vec<PropertyId>,
    /// The reasons that the notice of the decision gives.
    pub reasons: Option<String>,
}

/// An application is granted: the licence, its conditions' version and its obligations come to be at once, and everybody
/// concerned is sent the licence with the notice of the decision.
///
/// # Errors
/// A refusal of the application's stage or the licence's terms.
pub fn grant(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    terms: Terms,
) -> Result<(Application, Licence), Error> {
    let (application, licence) = enter_grant(tx, cx, rules, id, expected, &terms)?;
    let reasons = terms.reasons.unwrap_or_else(|| WHY_GRANTED.to_owned());
    notices::decide(tx, cx, rules, &application, Some(&licence), reasons)?;
    Ok((application, licence))
}

/// What a notice of a grant says where the officer gives no other reasons.
const WHY_GRANTED: &str = "The council is satisfied of the matters in section 88(3) of the Housing Act 2004: the proposed holder and \
                           the manager are fit and proper, the holder is the most appropriate person, and the arrangements for \
                           managing the home are satisfactory.";

/// As [`grant`], of one that was made outside this service: nobody gets a notice for it.
///
/// # Errors
/// As [`grant`].
pub fn enter_grant(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    terms: &Terms,
) -> Result<(Application, Licence), Error> {
    let application = enter(tx, cx, rules, id, expected, Step::Grant)?;
    let home = properties::find(tx, application.property_id)?.ok_or(Error::NotFound)?;
    let held = licences::held(tx, application.property_id, application.holder_id, cx.today())?;
    let starts_on = match held.filter(|_| terms.start_authority.is_none()) {
        Some(held) => held.next_starts_on(terms.starts_on)?,
        None => terms.starts_on.unwrap_or(cx.today()),
    };
    let grant = Grant {
        number: schemes::next_reference(tx, "SL", cx.today().year())?,
        application_id: Some(application.id),
        property_id: application.property_id,
        address_search: home.search,
        holder_id: application.holder_id,
        manager_id: application.manager_id,
        agent_id: application.agent_id,
        area_code: application.area_code.clone(),
        granted_on: cx.today(),
        starts_on,
        years: terms.years.unwrap_or(rules.current()?.licence_max_years),
        start_authority: terms.start_authority.clone(),
    };
    let licence = licences::grant(tx, cx, rules, grant, &terms.other_homes)?;
    Ok((application, licence))
}
