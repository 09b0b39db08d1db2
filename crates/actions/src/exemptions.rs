//! Exemptions of homes: asked for, served or refused, found on a ground, begun with a death, ended.

use chrono::{Datelike as _, Days, NaiveDate};
use serde_json::json;

use super::gazetteer::known_party;
use super::{Error, Expected, FieldFault, Rules, Service, enquiries, letters, service, service_policy, tasks};
use domain::actor::Action;
use domain::calendar::london::written_out;
use domain::context::Context;
use domain::event::Change;
use domain::exemption::{
    Ending, Exemption, ExemptionKind, ExemptionLetterKind, ExemptionState, ExemptionStep, Finding, Notification,
    Refusal,
};
use domain::id::{ExemptionId, LetterId, PropertyId};
use domain::letter::LetterKind;
use domain::licence::{Licence, LicenceState};
use domain::task::{Need, TaskKind};
use storage::{Conn, Tx, exemptions as table, licences, properties, schemes};

/// Somebody asks for a temporary exemption notice, or personal representatives for more time after a death. The reference is given
/// here.
///
/// # Errors
/// [`Error::NotFound`] without the home; [`Error::Invalid`] without the person; a refusal while another one waits.
pub fn notify(tx: &mut Tx<'_>, cx: &Context, kind: ExemptionKind, said: Notification) -> Result<Exemption, Error> {
    cx.allow(Action::WorkHomes)?;
    properties::find(tx, said.property_id)?.ok_or(Error::NotFound)?;
    known_party(tx, said.party_id, "/party_id")?;
    let others = table::of_property(tx, said.property_id)?;
    let said = Notification { reference: next_reference(tx, cx)?, ..said };
    let change = match kind {
        ExemptionKind::Death => Exemption::ask_after_death(cx, said, &others)?,
        ExemptionKind::Temporary | ExemptionKind::Ground => Exemption::notify(cx, said, &others)?,
    };
    keep(tx, change)
}

/// An officer decides whether a ground of the scheme applies. The reference is given here.
///
/// # Errors
/// [`Error::NotFound`] without the home; [`Error::Invalid`] for a ground that the scheme does not have; a refusal of its days.
pub fn find_ground(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    code: &str,
    found: Finding,
) -> Result<Exemption, Error> {
    cx.allow(Action::WorkHomes)?;
    properties::find(tx, found.property_id)?.ok_or(Error::NotFound)?;
    let scheme = rules.current()?;
    let ground = scheme.exemption(code).ok_or_else(|| {
        let known = scheme.exemptions.iter().map(|ground| ground.code.as_str()).collect::<Vec<_>>().join(", ");
        FieldFault::at("/ground", format!("not a ground of the scheme; these are: {known}"))
    })?;
    let found = Finding { reference: next_reference(tx, cx)?, ..found };
    keep(tx, Exemption::find_ground(cx, ground, found)?)
}

/// The months after a holder's death begin, for each home of the licence; nothing for a licence that ended otherwise.
pub(super) fn begin_with_death(tx: &mut Tx<'_>, cx: &Context, licence: &Licence) -> Result<(), Error> {
    let (LicenceState::EndedDeath, Some(died_on)) = (licence.state, licence.ended_on) else { return Ok(()) };
    for home in licences::homes_of(tx, licence.id)? {
        let reference = next_reference(tx, cx)?;
        keep(tx, Exemption::after_death(cx, reference, licence, home, died_on)?)?;
    }
    Ok(())
}

/// Something is decided of an exemption; one that ended with nothing leads to an enquiry into the home.
///
/// # Errors
/// A refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ExemptionId,
    expected: Expected,
    step: ExemptionStep,
) -> Result<Exemption, Error> {
    cx.allow(match step {
        ExemptionStep::Serve { .. } | ExemptionStep::Refuse { .. } => Action::DecideExemptions,
        ExemptionStep::LoseService { .. }
        | ExemptionStep::End { .. }
        | ExemptionStep::Appeal
        | ExemptionStep::EndAppeal { .. }
        | ExemptionStep::Overturn => Action::WorkHomes,
    })?;
    let exemption = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(exemption.revision)?;
    enter(tx, cx, rules, exemption, step)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn enter(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, exemption: Exemption, step: ExemptionStep) -> Result<(), Error> {
    if matches!(step, ExemptionStep::LoseService { .. }) {
        follows_none(tx, &exemption)?;
    }
    let previous = previous(tx, &exemption)?;
    let ended_with_nothing = matches!(step, ExemptionStep::End { with: Ending::Nothing, .. });
    let change = exemption.take(cx, &rules.current()?.policy, step, previous.as_ref())?;
    table::save(tx, &change)?;
    set_aside(tx, cx, change.entity())?;
    if ended_with_nothing {
        enquiries::open_after_exemption(tx, cx, change.entity())?;
    }
    Ok(())
}

/// The second of two notices begins on the day after the first, which therefore stays as long as the second does.
fn follows_none(db: &mut Conn, first: &Exemption) -> Result<(), Error> {
    let others = table::of_property(db, first.property_id)?;
    let follows = |one: &&Exemption| one.previous_id == Some(first.id) && one.state != ExemptionState::Refused;
    match others.iter().find(follows) {
        Some(second) => Err(Refusal::Followed(second.reference.clone()).into()),
        None => Ok(()),
    }
}

/// A letter about an exemption came back: the notice that it served is not served any more.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    exemption: Exemption,
    letter: LetterId,
    reason: &str,
) -> Result<(), Error> {
    cx.allow(Action::WorkHomes)?;
    let sent = exemption.sent_letter(letter).ok_or_else(service::void_already)?;
    if sent.kind == ExemptionLetterKind::Notice && sent.served.is_some() {
        let reason = reason.to_owned();
        return enter(tx, cx, rules, exemption, ExemptionStep::LoseService { reason });
    }
    Ok(table::save(tx, &exemption.letter_returned(cx, letter, reason))?)
}

/// Takes a step that an appeal brings with it, where it leads anywhere.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ExemptionId,
    step: ExemptionStep,
) -> Result<(), Error> {
    let exemption = table::find(tx, id)?.ok_or(Error::NotFound)?;
    if exemption.state.after(&step).is_none() {
        return Ok(());
    }
    enter(tx, cx, rules, exemption, step)
}

fn previous(db: &mut Conn, exemption: &Exemption) -> Result<Option<Exemption>, Error> {
    Ok(exemption.previous_id.map(|previous| table::find(db, previous)).transpose()?.flatten())
}

/// A letter is queued for whoever asked: the notice itself, which is a decision and begins with its service, or notice of a
/// refusal.
///
/// # Errors
/// A refusal of a notice that could not be served, or where there was no refusal.
pub fn write(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ExemptionId,
    expected: Expected,
    kind: ExemptionLetterKind,
    circumstances: Option<String>,
) -> Result<Exemption, Error> {
    cx.allow(match kind {
        ExemptionLetterKind::Notice => Action::DecideExemptions,
        ExemptionLetterKind::Refusal => Action::WorkHomes,
    })?;
    let exemption = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(exemption.revision)?;
    let previous = previous(tx, &exemption)?;
    let says = exemption.letter(cx, &rules.current()?.policy, kind, circumstances, previous.as_ref())?;
    let (to, home) = (exemption.party_id.ok_or(Error::NotFound)?, Some(exemption.property_id));
    let letter = letters::queue(tx, cx, LetterKind::Exemption, to, home, json!(says))?;
    let change = exemption.wrote(cx, kind, &says, letter.id);
    table::save(tx, &change)?;
    set_aside(tx, cx, change.entity())?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// Opens the tasks about exemptions that end: one some days before, and one that comes back after the last day until somebody has
/// recorded with what it ended.
pub(super) fn call_by_calendar(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, night: NaiveDate) -> Result<(), Error> {
    let days = rules.current()?.policy.exemption_alert_days;
    let by = night.checked_add_days(Days::new(days.into())).unwrap_or(night);
    for exemption in table::ending_by(tx, by)? {
        let Some(until) = exemption.until_on else { continue };
        if until < night {
            tasks::open(tx, cx, ends(&exemption, "has ended", exemption.id.to_string(), until))?;
        } else {
            tasks::open_once(tx, cx, ends(&exemption, "ends", format!("{} ends", exemption.id), until))?;
        }
    }
    Ok(())
}

fn ends(exemption: &Exemption, verb: &str, key: String, until: NaiveDate) -> Need {
    let day = written_out(until);
    Need {
        kind: TaskKind::ExemptionEnds,
        key,
        property_id: Some(exemption.property_id),
        letter_id: None,
        title: format!("{}: its last day is {day}", exemption.reference),
        detail: format!(
            "The exemption {verb}. Find out whether the home has a licence or an application, needs none any more, or neither, and \
             take the step \"end\" after its last day: where it ended with nothing, an enquiry into the home begins."
        ),
    }
}

/// The letters about it that must not go any more.
fn set_aside(tx: &mut Tx<'_>, cx: &Context, exemption: &Exemption) -> Result<(), Error> {
    service::set_aside(tx, cx, exemption.letters.iter().map(|letter| letter.letter_id))
}

/// A letter about an exemption went: that serves the notice that it carries.
pub(super) fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    exemption: Exemption,
    letter: LetterId,
    service: Service,
) -> Result<(), Error> {
    let sending = service.to(tx, exemption.party_id.ok_or(Error::NotFound)?, LetterKind::Exemption)?;
    let dated_on = exemption.waiting_letter(letter).ok_or(Error::NotFound)?.dated_on;
    let scheme = rules.current()?;
    let served = sending.served(cx, Some(dated_on), service_policy(scheme), &rules.holidays)?;
    let previous = previous(tx, &exemption)?;
    Ok(table::save(tx, &exemption.letter_served(cx, &scheme.policy, letter, served, previous.as_ref())?)?)
}

/// The exemptions of a home, the oldest first.
///
/// # Errors
/// [`Error::NotFound`] without the home.
pub fn of_property(db: &mut Conn, home: PropertyId) -> Result<Vec<Exemption>, Error> {
    properties::find(db, home)?.ok_or(Error::NotFound)?;
    Ok(table::of_property(db, home)?)
}

fn next_reference(tx: &mut Tx<'_>, cx: &Context) -> Result<String, Error> {
    Ok(schemes::next_reference(tx, "EXE", cx.today().year())?)
}

fn keep(tx: &mut Tx<'_>, change: Change<Exemption>) -> Result<Exemption, Error> {
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}
