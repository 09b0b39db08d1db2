//! Partners: added with the body that they are, their agreements, and what one of them is told of a home.

use chrono::{Days, NaiveDate, TimeDelta};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Error, Expected, Rules, gazetteer, homes, tasks, tries};
use domain::actor::Action;
use domain::calendar::london::written_out;
use domain::context::Context;
use domain::event::hex;
use domain::id::{PartnerId, PartyId};
use domain::partner::{Partner, PartnerFacts, PartnerKind, Sharing};
use domain::party::{Party, PartyFacts, PartyKind};
use domain::property::{Property, postcode as postcode_of};
use domain::referral::{Referral, ReferralOutcome, ReferralState};
use domain::requirement::Verdict;
use domain::scheme::Uprn;
use domain::task::{Need, TaskKind};
use storage::{Conn, Tx, events, licences, parties, partners as table, properties, referrals};

/// The name and the address of a body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// Where paper goes.
    pub address: String,
}

/// A partner is added, with the body that it is.
///
/// # Errors
/// [`Error::Forbidden`] if the actor may not.
pub fn add(tx: &mut Tx<'_>, cx: &Context, body: Body, facts: PartnerFacts) -> Result<Partner, Error> {
    cx.allow(Action::WorkReferrals)?;
    let Body { name, address } = body;
    let (kind, email) = (PartyKind::Company, facts.email.clone());
    let party = PartyFacts { kind, name, address, email, phone: None, company_number: None };
    let party = gazetteer::add_party(tx, cx, party)?;
    let change = Partner::add(cx, party.id, facts);
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// What is said of a partner is corrected, such as its agreement.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn correct(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: PartnerId,
    expected: Expected,
    facts: PartnerFacts,
) -> Result<Partner, Error> {
    cx.allow(Action::WorkReferrals)?;
    let partner = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(partner.revision)?;
    table::save(tx, &partner.correct(cx, facts))?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// The partner whom the actor's account stands for.
///
/// # Errors
/// [`Error::Forbidden`] for anybody else.
pub fn own(db: &mut Conn, cx: &Context) -> Result<Partner, Error> {
    cx.allow(Action::ActAsPartner)?;
    let party = cx.actor.party.ok_or(Error::Forbidden)?;
    table::of_party(db, party)?.ok_or(Error::Forbidden)
}

/// As [`own`], where something is told: there must be an agreement, unless the council does without.
///
/// # Errors
/// As there; a refusal without an agreement.
pub fn own_with_agreement(db: &mut Conn, cx: &Context, set: Sharing) -> Result<Partner, Error> {
    let partner = own(db, cx)?;
    partner.may_be_told(cx.today(), set)?;
    Ok(partner)
}

/// Which home a partner asks about; it must be one alone.
#[derive(Clone, Debug)]
pub enum Which {
    /// By its number.
    Uprn(Uprn),
    /// By the line of its address and its postcode.
    Address(String, String),
}

/// What a partner is told of a home, and nothing else is.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The home.
    pub home: Property,
    /// Whether it is licensed today.
    pub is_licensed: bool,
    /// The holder.
    pub holder: Option<Party>,
    /// The manager.
    pub manager: Option<Party>,
    /// What was referred before.
    pub history: Vec<Before>,
}

/// A referral as another partner may see it.
#[derive(Clone, Debug)]
pub struct Before {
    /// When it came in.
    pub received_on: NaiveDate,
    /// From or to what kind of partner.
    pub partner: PartnerKind,
    /// How far it has come.
    pub state: ReferralState,
    /// What became of it.
    pub outcome: Option<ReferralOutcome>,
    /// What was of concern.
    pub concern: String,
}

/// A partner looks one home up, and says for what. That goes on record with the partner, also where nothing is told because what
/// was asked does not mean exactly one home.
///
/// # Errors
/// [`Error::TooOften`] beyond what one account may ask in an hour; a refusal without an agreement.
pub fn look_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    set: Sharing,
    which: &Which,
    purpose: &str,
) -> Result<Option<Shared>, Error> {
    let partner = own_with_agreement(tx, cx, set)?;
    let what = format!("look-ups by {:?}", cx.actor.account);
    tries::count(tx, cx, TimeDelta::hours(1), &what, i64::from(set.look_ups_per_hour))?;
    let Some(home) = one_home(tx, which)? else {
        events::append(tx, &[&partner.looked_up_in_vain(cx, &which.on_record(), purpose)])?;
        return Ok(None);
    };
    let found = homes::requirement(tx, rules, home.id, cx.today())?;
    let licence = found.licence_id.filter(|_| found.verdict == Verdict::Licensed);
    let licence = licence.map(|id| licences::find(tx, id)).transpose()?.flatten();
    let holder = person(tx, licence.as_ref().map(|licence| licence.holder_id))?;
    let manager = person(tx, licence.as_ref().and_then(|licence| licence.manager_id))?;
    let mut history = Vec::new();
    for referral in referrals::of_property(tx, home.id)? {
        history.extend(seen_by(tx, &partner, referral)?);
    }
    events::append(tx, &[&partner.looked_up(cx, home.id, purpose)])?;
    Ok(Some(Shared { home, is_licensed: licence.is_some(), holder, manager, history }))
}

impl Which {
    /// What goes on record of it: the number, or the SHA-256 of the address and the postcode with a line break between them.
    fn on_record(&self) -> Value {
        match self {
            Self::Uprn(uprn) => json!({ "uprn": uprn.as_str() }),
            Self::Address(address, postcode) => {
                let asked = format!("{}\n{}", same(address), postcode_of(postcode));
                json!({ "sha256": hex(&Sha256::digest(asked.as_bytes())) })
            }
        }
    }
}

/// An address line as it is compared: small letters, single spaces.
fn same(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn one_home(db: &mut Conn, which: &Which) -> Result<Option<Property>, Error> {
    match which {
        Which::Uprn(uprn) => Ok(properties::find_uprn(db, uprn.as_str())?),
        Which::Address(address, postcode) => {
            let wanted = same(address);
            let there = properties::at_postcode(db, &postcode_of(postcode))?;
            let mut found = there.into_iter().filter(|home| {
                let line = same(&home.address);
                line == wanted || line.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with(','))
            });
            Ok(found.next().filter(|_| found.next().is_none()))
        }
    }
}

fn person(db: &mut Conn, id: Option<PartyId>) -> Result<Option<Party>, Error> {
    Ok(id.map(|id| parties::find(db, id)).transpose()?.flatten())
}

/// A partner may always read what is its own, and of the others what an officer said may be shared.
fn seen_by(db: &mut Conn, reader: &Partner, referral: Referral) -> Result<Option<Before>, Error> {
    let Some(partner) = table::find(db, referral.partner_id)? else { return Ok(None) };
    if partner.id != reader.id && !referral.is_shared {
        return Ok(None);
    }
    Ok(Some(Before {
        received_on: referral.received_on,
        partner: partner.kind,
        state: referral.state,
        outcome: referral.outcome,
        concern: referral.concern,
    }))
}

/// Opens what the calendar asks of officers on a night about referrals and agreements, each once for its day.
///
/// # Errors
/// Whatever the database says.
pub fn open_by_calendar(tx: &mut Tx<'_>, cx: &Context, night: NaiveDate, set: Sharing) -> Result<(), Error> {
    for referral in referrals::past_their_day(tx, night)? {
        if let Some(need) = past_its_day(&referral) {
            tasks::open_once(tx, cx, need)?;
        }
    }
    let warned = night.checked_add_days(Days::new(u64::from(set.agreement_warning_days))).unwrap_or(night);
    for partner in table::agreement_ends_by(tx, warned)? {
        let name = parties::find(tx, partner.party_id)?.map(|party| party.name).unwrap_or_default();
        if let (Some(agreement), Some(last)) = (&partner.agreement, partner.agreement_ends_on) {
            tasks::open_once(tx, cx, agreement_ends(&partner, &name, agreement, last))?;
        }
    }
    Ok(())
}

fn past_its_day(referral: &Referral) -> Option<Need> {
    let (kind, day, title, detail) = match referral.state {
        ReferralState::HolderAsked => (
            TaskKind::HolderDatePassed,
            referral.act_by?,
            format!("{}: the last day to act has passed", referral.reference),
            "No plan is on record. Ask again, or take the step \"find_breach\".",
        ),
        ReferralState::Monitoring => (
            TaskKind::MonitoringEnds,
            referral.monitor_until?,
            format!("{}: the time of watching is over", referral.reference),
            "Ask the partner whether it has stopped; close the referral, watch on, or ask the holder again.",
        ),
        _ => return None,
    };
    Some(Need {
        kind,
        key: format!("{} {day}", referral.id),
        property_id: referral.property_id,
        letter_id: None,
        title,
        detail: format!("That day was {}. {detail}", written_out(day)),
    })
}

fn agreement_ends(partner: &Partner, name: &str, agreement: &str, last: NaiveDate) -> Need {
    Need {
        kind: TaskKind::AgreementEnds,
        key: format!("{} {last}", partner.id),
        property_id: None,
        letter_id: None,
        title: format!("Renew the agreement to share information with {name}"),
        detail: format!("{agreement} ends on {}. Nothing is shared with this partner after that.", written_out(last)),
    }
}
