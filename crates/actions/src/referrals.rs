//! Referrals both ways: opened, linked to a home, its holder asked to act, watched, closed or gone on as a breach.

use chrono::{Datelike as _, NaiveDate};

use super::gazetteer::{known_party, known_property};
use super::{Error, Expected, FieldFault, Rules, homes, letters, partners};
use domain::actor::Action;
use domain::calendar::{Counted, Occasion, Trigger};
use domain::context::Context;
use domain::demand::{Demand, DemandState};
use domain::enforcement::{Case, CaseSource};
use domain::id::{BreachId, DemandId, EnforcementId, PartnerId, PartyId, PropertyId, ReferralId};
use domain::letter::LetterKind;
use domain::licence::Licence;
use domain::partner::{Partner, Sharing};
use domain::referral::{Ask, Direction, Opening, PlannedAct, Referral, ReferralOutcome, ReferralStep, Told};
use domain::requirement::Verdict;
use storage::{
    Conn, Tx, breaches, demands, enforcement, licences, partners as partner_table, referrals as table, schemes,
};

/// What is said when a referral is made.
#[derive(Clone, Debug)]
pub struct Said {
    /// Where.
    pub address: String,
    /// The home, where it is known.
    pub property_id: Option<PropertyId>,
    /// What is of concern.
    pub concern: String,
    /// For what it is shared.
    pub purpose: String,
    /// The day on which it came in; today if nothing is said.
    pub received_on: Option<NaiveDate>,
}

/// A step as it is asked for; what it rests on is looked up.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It is found which home it is about.
    Link {
        /// The home.
        property_id: PropertyId,
    },
    /// Whoever is responsible is asked to act.
    AskHolder {
        /// The demand by which they were asked, where the condition allows one.
        demand_id: Option<DemandId>,
        /// Who is asked, where the home has no licence in force.
        recipient_id: Option<PartyId>,
        /// The last day; counted by the scheme if nothing is said.
        act_by: Option<NaiveDate>,
        /// What the letter says happened, in the officer's words.
        what_happened: Option<String>,
    },
    /// They say what they will do.
    ReceivePlan {
        /// What.
        items: Vec<PlannedAct>,
    },
    /// It is watched whether that helps.
    Monitor {
        /// The last day.
        until: NaiveDate,
    },
    /// It is closed.
    Close {
        /// With what.
        outcome: ReferralOutcome,
        /// Why.
        reason: String,
    },
    /// It goes on as a breach.
    FindBreach {
        /// The breach.
        breach_id: Option<BreachId>,
        /// The enforcement case.
        enforcement_id: Option<EnforcementId>,
        /// Why.
        reason: String,
    },
}

/// An officer records what a partner said, or refers something to a partner, which gets letter N1. The reference is given here.
///
/// # Errors
/// [`Error::Invalid`] without the partner or the home; a refusal to share without an agreement.
pub fn open(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    set: Sharing,
    direction: Direction,
    partner: PartnerId,
    said: Said,
) -> Result<Referral, Error> {
    cx.allow(Action::WorkReferrals)?;
    let partner = partner_table::find(tx, partner)?
        .ok_or_else(|| FieldFault::at("/partner_id", "no partner has this identifier: add it first"))?;
    if direction == Direction::ToPartner {
        partner.may_be_told(cx.today(), set)?;
    }
    let referral = begin(tx, cx, direction, &partner, said)?;
    if let (Direction::ToPartner, Some(home)) = (direction, referral.property_id) {
        let verdict = homes::requirement(tx, rules, home, cx.today())?.verdict;
        let told = Told { is_licensed: verdict == Verdict::Licensed, ..told(&referral, &partner) };
        letters::queue_to_partner(tx, cx, &partner, home, &told)?;
    }
    Ok(referral)
}

/// A partner refers something to the council.
///
/// # Errors
/// [`Error::Forbidden`] for anybody but a partner; [`Error::Invalid`] for a home that is not known.
pub fn refer(tx: &mut Tx<'_>, cx: &Context, said: Said) -> Result<Referral, Error> {
    let partner = partners::own(tx, cx)?;
    begin(tx, cx, Direction::FromPartner, &partner, said)
}

fn begin(
    tx: &mut Tx<'_>,
    cx: &Context,
    direction: Direction,
    partner: &Partner,
    said: Said,
) -> Result<Referral, Error> {
    if let Some(home) = said.property_id {
        known_property(tx, home, "/property_id")?;
    }
    let opening = Opening {
        reference: schemes::next_reference(tx, "REF", cx.today().year())?,
        direction,
        partner_id: partner.id,
        property_id: said.property_id,
        address: said.address,
        concern: said.concern,
        purpose: said.purpose,
        received_on: said.received_on.unwrap_or(cx.today()),
    };
    let change = Referral::open(cx, opening)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A referral takes a step. Whoever is asked without a demand gets a letter.
///
/// # Errors
/// [`Error::Invalid`] for what is not known or is about another home; a refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ReferralId,
    expected: Expected,
    asked: Asked,
) -> Result<Referral, Error> {
    cx.allow(Action::WorkReferrals)?;
    let referral = found(tx, id, expected)?;
    let what_happened = match &asked {
        Asked::AskHolder { what_happened, .. } => what_happened.clone(),
        _ => None,
    };
    let step = look_up(tx, cx, rules, &referral, asked)?;
    let ask = if let ReferralStep::AskHolder(ask) = &step { Some(ask.clone()) } else { None };
    let change = referral.take(cx, step)?;
    table::save(tx, &change)?;
    if let Some(ask) = ask.filter(|ask| ask.demand_id.is_none()) {
        let text = "say what happened in your own words: those of the partner are not sent on";
        let what_happened = what_happened.ok_or_else(|| FieldFault::at("/what_happened", text))?;
        write_to_holder(tx, cx, rules, change.entity(), &ask, what_happened)?;
    }
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn look_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    referral: &Referral,
    asked: Asked,
) -> Result<ReferralStep, Error> {
    Ok(match asked {
        Asked::Link { property_id } => {
            known_property(tx, property_id, "/property_id")?;
            ReferralStep::Link { property_id }
        }
        Asked::AskHolder { demand_id, recipient_id, act_by, what_happened: _ } => {
            ReferralStep::AskHolder(ask(tx, cx, rules, referral, (demand_id, recipient_id, act_by))?)
        }
        Asked::ReceivePlan { items } => ReferralStep::ReceivePlan { items },
        Asked::Monitor { until } => ReferralStep::Monitor { until },
        Asked::Close { outcome, reason } => ReferralStep::Close { outcome, reason },
        Asked::FindBreach { breach_id, enforcement_id, reason } => {
            if let Some(id) = breach_id {
                let home = breaches::find(tx, id)?.map(|breach| breach.property_id);
                is_about(referral, home, "/breach_id")?;
            }
            if let Some(id) = enforcement_id {
                let case = enforcement::find(tx, id)?;
                is_about(referral, case.as_ref().map(|case| case.property_id), "/enforcement_id")?;
                came_from(referral, case.as_ref())?;
            }
            ReferralStep::FindBreach { breach_id, enforcement_id, reason }
        }
    })
}

fn is_about(referral: &Referral, home: Option<PropertyId>, pointer: &str) -> Result<(), Error> {
    if home.is_some() && home == referral.property_id {
        return Ok(());
    }
    Err(FieldFault::at(pointer, "not one on record about the home of this referral").into())
}

/// The case names this referral as its source, so that nobody is told of a case that something else led to.
fn came_from(referral: &Referral, case: Option<&Case>) -> Result<(), Error> {
    let names = |note: &String| note.contains(&referral.reference);
    let from_it = |case: &&Case| case.source == CaseSource::Referral && case.source_note.as_ref().is_some_and(names);
    if case.filter(from_it).is_some() {
        return Ok(());
    }
    let text = format!(
        "this case did not come from the referral: name one whose source is \"referral\" and whose source_note names {}",
        referral.reference
    );
    Err(FieldFault::at("/enforcement_id", text).into())
}

type Wished = (Option<DemandId>, Option<PartyId>, Option<NaiveDate>);

/// Who is asked: the holder of the licence in force, under its condition; else whoever the officer names.
fn ask(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    referral: &Referral,
    (demand_id, recipient_id, act_by): Wished,
) -> Result<Ask, Error> {
    let licence = licence_of(tx, cx, rules, referral)?;
    let partnership = match &licence {
        Some(licence) => rules.of(licence)?.partnership.as_ref(),
        None => rules.current()?.partnership.as_ref(),
    };
    let condition = partnership.map(|partnership| partnership.condition.clone());
    let under = licence.as_ref().map(|licence| licence.id).zip(condition);
    let party_id = match (licence, recipient_id) {
        (Some(licence), None) => licence.holder_id,
        (Some(_), Some(_)) => {
            return Err(FieldFault::at("/recipient_id", "the licence's holder is asked: leave it out").into());
        }
        (None, Some(recipient)) => known_party(tx, recipient, "/recipient_id")?.id,
        (None, None) => {
            let text = "no licence is in force: name who is responsible for the home";
            return Err(FieldFault::at("/recipient_id", text).into());
        }
    };
    let act_by = match (demand_id, act_by) {
        (Some(id), None) => demanded(tx, referral, under.as_ref().map(|(_, number)| number.as_str()), id)?,
        (Some(_), Some(_)) => {
            return Err(FieldFault::at("/act_by", "a demand has the date that its service fixes: leave it out").into());
        }
        (None, Some(day)) => Some(Counted::chosen(day, &by(cx), "agreed for this referral")?),
        (None, None) => {
            let days = partnership.map(|partnership| partnership.act_days).ok_or_else(|| {
                FieldFault::at("/act_by", "the scheme has no days for this (partnership.act_days): give the last day")
            })?;
            Some(Counted::within_days(days, Trigger::new(cx.today(), Occasion::Notice))?)
        }
    };
    Ok(Ask { party_id, under, demand_id, act_by })
}

fn by(cx: &Context) -> String {
    cx.actor.account.map_or_else(|| cx.actor.role.to_string(), |account| account.to_string())
}

fn licence_of(db: &mut Conn, cx: &Context, rules: &Rules, referral: &Referral) -> Result<Option<Licence>, Error> {
    let Some(home) = referral.property_id else { return Ok(None) };
    let found = homes::requirement(db, rules, home, cx.today())?;
    Ok(found.licence_id.map(|id| licences::find(db, id)).transpose()?.flatten())
}

/// The last day of a demand for what the condition asks, about the home of the referral.
fn demanded(
    db: &mut Conn,
    referral: &Referral,
    condition: Option<&str>,
    id: DemandId,
) -> Result<Option<Counted>, Error> {
    let live = |demand: &Demand| !matches!(demand.cover.state, DemandState::Draft | DemandState::Withdrawn);
    let demand = demands::find(db, id)?.filter(live);
    let demand = demand.filter(|demand| Some(demand.cover.property_id) == referral.property_id);
    let item =
        demand.as_ref().and_then(|demand| demand.items.iter().find(|item| Some(item.condition.as_str()) == condition));
    let text = "not a demand in force under the condition about co-operation for this home";
    let item = item.ok_or_else(|| FieldFault::at("/demand_id", text))?;
    Ok(item.due_basis.clone())
}

fn write_to_holder(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    referral: &Referral,
    ask: &Ask,
    what_happened: String,
) -> Result<(), Error> {
    let condition = match &ask.under {
        Some((licence, number)) => {
            let licence = licences::find(tx, *licence)?.ok_or(Error::NotFound)?;
            let words = rules.of(&licence)?.condition(number).map(|condition| condition.what.clone());
            Some((licence.number, number.clone(), words.unwrap_or_default()))
        }
        None => None,
    };
    let told = Told {
        to_partner: false,
        reference: referral.reference.clone(),
        concern: what_happened,
        purpose: referral.purpose.clone(),
        is_licensed: condition.is_some(),
        agreement: None,
        condition,
        act_by: ask.act_by.as_ref().map(Counted::on),
    };
    let facts = serde_json::to_value(told).unwrap_or_default();
    letters::queue(tx, cx, LetterKind::Referral, ask.party_id, referral.property_id, facts).map(drop)
}

fn told(referral: &Referral, partner: &Partner) -> Told {
    Told {
        to_partner: true,
        reference: referral.reference.clone(),
        concern: referral.concern.clone(),
        purpose: referral.purpose.clone(),
        is_licensed: false,
        agreement: partner.agreement.clone(),
        condition: None,
        act_by: None,
    }
}

/// An officer notes something of a referral.
///
/// # Errors
/// A refusal once it has ended.
pub fn note(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ReferralId,
    expected: Expected,
    text: String,
) -> Result<Referral, Error> {
    cx.allow(Action::WorkReferrals)?;
    let change = found(tx, id, expected)?.note(cx, text, false)?;
    table::save(tx, &change)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// An officer says whether other partners may read what is of concern.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn share(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ReferralId,
    expected: Expected,
    shared: bool,
) -> Result<Referral, Error> {
    cx.allow(Action::WorkReferrals)?;
    let change = found(tx, id, expected)?.share(cx, shared);
    table::save(tx, &change)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn found(db: &mut Conn, id: ReferralId, expected: Expected) -> Result<Referral, Error> {
    let referral = table::find(db, id)?.ok_or(Error::NotFound)?;
    expected.check(referral.revision)?;
    Ok(referral)
}

/// A referral of the partner whom the actor stands for.
///
/// # Errors
/// [`Error::NotFound`] for any other; a refusal without an agreement.
pub fn own(db: &mut Conn, cx: &Context, set: Sharing, id: ReferralId) -> Result<Referral, Error> {
    let partner = partners::own_with_agreement(db, cx, set)?;
    table::find(db, id)?.filter(|referral| referral.partner_id == partner.id).ok_or(Error::NotFound)
}

/// A partner adds to a referral of theirs.
///
/// # Errors
/// As [`own`]; a refusal once it has ended.
pub fn add_to_own(
    tx: &mut Tx<'_>,
    cx: &Context,
    set: Sharing,
    id: ReferralId,
    expected: Expected,
    text: String,
) -> Result<Referral, Error> {
    let referral = own(tx, cx, set, id)?;
    expected.check(referral.revision)?;
    table::save(tx, &referral.note(cx, text, true)?)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}
