//! Proceedings on licences: begun, decided with their notices, and what they do to the licence when they take effect.

use chrono::{Datelike as _, NaiveDate};

use super::gazetteer::known_party;
use super::{Error, Expected, FieldFault, Rules, licence_documents, licences, notices};
use domain::actor::Action;
use domain::calendar::london::written_out;
use domain::context::Context;
use domain::id::{LicenceId, PartyId, ProceedingId};
use domain::licence::{Licence, LicenceStep};
use domain::proceeding::{
    Changes, Opening, Proceeding, ProceedingGround, ProceedingKind, ProceedingState, ProceedingStep,
};
use storage::{Conn, Tx, licences as licence_table, notices as notice_table, parties, proceedings as table, schemes};

/// What is to be done with a licence, and why.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The licence.
    pub licence: LicenceId,
    /// To vary or to revoke.
    pub kind: ProceedingKind,
    /// The ground.
    pub ground: ProceedingGround,
    /// Who asked for it.
    pub asked_by: Option<PartyId>,
    /// What a variation changes.
    pub changes: Option<Changes>,
    /// Why.
    pub reason: String,
}

/// Proceedings on a licence begin.
///
/// # Errors
/// A refusal for a licence that has ended, or while other proceedings of the same kind are open.
pub fn open(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, asked: Asked) -> Result<Proceeding, Error> {
    cx.allow(Action::WorkApplications)?;
    let licence = licence_table::find(tx, asked.licence)?.ok_or(Error::NotFound)?;
    if licence.ended_on.is_some() || licence.ends_on < cx.today() {
        let text = format!("{} has ended: there is nothing left to vary or to revoke", licence.number);
        return Err(Error::Refused { code: "licence-state", text });
    }
    let others = table::of_licence(tx, licence.id)?;
    if let Some(other) = others.iter().find(|other| other.kind == asked.kind && !other.state.is_over()) {
        let text = format!("{} is open for the same: end it first", other.reference);
        return Err(Error::Refused { code: "proceeding-open", text });
    }
    if let Some(person) = asked.asked_by {
        known_party(tx, person, "/asked_by")?;
    }
    if let Some(changes) = &asked.changes {
        for (person, place) in [(changes.manager_id, "/changes/manager_id"), (changes.agent_id, "/changes/agent_id")] {
            person.map(|person| known_party(tx, person, place)).transpose()?;
        }
        if let Some(ends_on) = changes.ends_on {
            let allowed = licence.may_end_on(rules.of(&licence)?, ends_on, cx.today());
            allowed.map_err(|why| FieldFault::at("/changes/ends_on", why.to_string()))?;
        }
    }
    let opening = Opening {
        reference: schemes::next_reference(tx, "PRO", cx.today().year())?,
        licence_id: licence.id,
        property_id: licence.property_id,
        kind: asked.kind,
        ground: asked.ground,
        asked_by: asked.asked_by,
        changes: asked.changes,
        reason: asked.reason,
    };
    let change = Proceeding::open(cx, opening)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// An officer takes a step. A decision sends its notice at once and does to the licence what it says.
///
/// # Errors
/// A refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ProceedingId,
    expected: Expected,
    step: ProceedingStep,
) -> Result<Proceeding, Error> {
    cx.allow(if decides(&step) { Action::DecideLicences } else { Action::WorkApplications })?;
    let proceeding = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(proceeding.revision)?;
    if matches!(step, ProceedingStep::EndConsultation) {
        let about = notice_table::of_proceeding(tx, id)?;
        notices::all_considered(tx, &about)?;
    }
    enter(tx, cx, rules, proceeding, step)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn decides(step: &ProceedingStep) -> bool {
    matches!(step, ProceedingStep::Decide { .. } | ProceedingStep::Refuse { .. } | ProceedingStep::TakeEffect)
}

/// Takes a step that a notice or an appeal brings with it, where it leads anywhere.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ProceedingId,
    step: ProceedingStep,
) -> Result<(), Error> {
    let proceeding = table::find(tx, id)?.ok_or(Error::NotFound)?;
    if proceeding.state.after(&step).is_none() {
        return Ok(());
    }
    enter(tx, cx, rules, proceeding, step)
}

fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    proceeding: Proceeding,
    step: ProceedingStep,
) -> Result<(), Error> {
    let from = proceeding.state;
    let tells = decides(&step) && step != ProceedingStep::TakeEffect;
    let tribunal = match &step {
        ProceedingStep::Overturn { reference } => Some(reference.clone()),
        _ => None,
    };
    let change = proceeding.take(cx, &rules.current()?.policy, step)?;
    table::save(tx, &change)?;
    let after = change.into_entity();
    let licence = licence_table::find(tx, after.licence_id)?.ok_or(Error::NotFound)?;
    if tells {
        let kind = if after.state == ProceedingState::Refused { after.kind.refusal() } else { after.kind.decision() };
        notices::decide_proceeding(tx, cx, rules, &after, &licence, kind)?;
    }
    apply(tx, cx, rules, from, &after, licence, tribunal)
}

/// What the new state of the proceedings means for the licence.
fn apply(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    from: ProceedingState,
    after: &Proceeding,
    licence: Licence,
    tribunal: Option<String>,
) -> Result<(), Error> {
    use ProceedingState as S;
    let revokes = after.kind == ProceedingKind::Revocation;
    let effect_on = after.operative_on.unwrap_or(cx.today());
    if after.state == S::Operative && (licence.ended_on.is_some() || licence.ends_on < effect_on) {
        // The licence has ended by itself before: there is nothing left to vary or to revoke.
        return Ok(());
    }
    let reason = after.reason.clone();
    match (from, after.state) {
        (S::Opened | S::DecisionDue, S::Decided) if revokes => {
            licences::step(tx, cx, licence, LicenceStep::Revoke { agreed: false, reason })
        }
        (S::Opened | S::DecisionDue, S::Operative) if revokes => {
            licences::step(tx, cx, licence, LicenceStep::Revoke { agreed: true, reason })
        }
        (S::Decided, S::Operative) if revokes => {
            licences::step(tx, cx, licence, LicenceStep::RevocationTakesEffect { on: effect_on })
        }
        (S::Decided | S::Appealed, S::Overturned) if revokes => {
            let reason = tribunal.unwrap_or(reason);
            licences::step(tx, cx, licence, LicenceStep::RevocationOverturned { reason })
        }
        (_, S::Operative) => vary(tx, cx, rules, after, licence, effect_on),
        _ => Ok(()),
    }
}

fn vary(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    proceeding: &Proceeding,
    licence: Licence,
    from: NaiveDate,
) -> Result<(), Error> {
    let missing = || Error::Broken(format!("{} changes nothing", proceeding.reference));
    let changes = proceeding.changes.as_ref().ok_or_else(missing)?;
    let before = licence_table::versions_of(tx, licence.id)?;
    let before = before.last().ok_or_else(|| Error::Broken(format!("{} has no version", licence.number)))?;
    let (change, mut version) = licence.vary(cx, before, proceeding.id, changes, from)?;
    let homes = licence_documents::homes(tx, change.entity(), None)?;
    version.named = Some(licence_documents::named(tx, change.entity(), &version, &homes, proceeding.decided_by)?);
    licence_table::save_varied(tx, &change, &version)?;
    if changes.ends_on.is_some() {
        licences::end_moved(tx, cx, rules, change.entity())?;
    }
    Ok(())
}

/// Something of a licence that proceedings change, or were asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// What.
    pub label: &'static str,
    /// As it was before.
    pub from: String,
    /// As it is to be.
    pub to: String,
}

/// What proceedings change of a licence, each from what to what.
///
/// # Errors
/// Whatever the database says.
pub fn altered(db: &mut Conn, proceeding: &Proceeding) -> Result<Vec<Altered>, Error> {
    let Some(changes) = &proceeding.changes else { return Ok(Vec::new()) };
    let mut versions = licence_table::versions_of(db, proceeding.licence_id)?;
    if let Some(place) = versions.iter().position(|version| version.proceeding_id == Some(proceeding.id)) {
        versions.truncate(place);
    }
    let before = versions.pop().ok_or(Error::NotFound)?;
    let mut name = |id: PartyId| Ok::<_, Error>(parties::find(db, id)?.ok_or(Error::NotFound)?.name);
    let mut found = Vec::new();
    for (label, from, nobody, to) in [
        ("Manager", before.manager_id, "the licence holder", changes.manager_id),
        ("Agent", before.agent_id, "nobody", changes.agent_id),
    ] {
        if let Some(to) = to {
            let from = from.map(&mut name).transpose()?.unwrap_or_else(|| nobody.to_owned());
            found.push(Altered { label, from, to: name(to)? });
        }
    }
    if let Some(to) = changes.ends_on {
        found.push(Altered { label: "Last day", from: written_out(before.ends_on), to: written_out(to) });
    }
    if let Some(to) = &changes.terms {
        let from = before.terms.unwrap_or_else(|| "none beside the conditions of the scheme".to_owned());
        found.push(Altered { label: "Terms of the licence", from, to: to.clone() });
    }
    Ok(found)
}

/// The proceedings that a notice is to be about.
///
/// # Errors
/// A fault of the field if there are none.
pub(super) fn named(tx: &mut Tx<'_>, id: ProceedingId) -> Result<Proceeding, Error> {
    let found = table::find(tx, id)?;
    Ok(found.ok_or_else(|| FieldFault::at("/proceeding_id", "no proceedings have this identifier"))?)
}
