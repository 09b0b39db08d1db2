//! The licensing team at work on applications: each move of the diary, done through the same actions as the service's own.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::applications::{Case, Landlord, Move, Town};
use super::people::{self, AGENT_COUNT};
use crate::actions::applications::{Applying, Terms};
use crate::actions::{Error, Expected, access, applications, certificates, gazetteer};
use crate::app::App;
use crate::domain::actor::{AccountState, Actor, Role};
use crate::domain::application::{Finding, Found, Step};
use crate::domain::calendar::london;
use crate::domain::certificate::{InspectionResult, Particulars};
use crate::domain::context::Context;
use crate::domain::id::PartyId;
use crate::domain::party::{ConsentScope, PartyFacts};
use crate::domain::property::{Capacity, PropertyFacts};
use crate::domain::scheme::DocumentKind;
use crate::storage::Tx;

/// The e-mail address of the officer whose token the demonstration shows.
pub(super) const AMY: &str = "amy.brand@council.example";

/// The UPRN of the registered provider's home.
pub(super) const EXEMPT: &str = "999099000000";

/// The team.
pub(super) struct Office {
    /// The service.
    pub(super) app: Arc<App>,
    leader: Actor,
    officers: [Actor; 2],
}

impl Office {
    /// The team begins: its accounts, and the one home in the gazetteer that needs no licence.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) fn open(app: Arc<App>, on: NaiveDate) -> Result<Self, Error> {
        let cx = app.context(Actor::operator());
        let (leader, officers) = app.db.write(|tx| {
            let mut add = |name: &str, email: &str, role| {
                access::add(tx, &cx, name, email, role, AccountState::Active, None).map(|account| account.actor())
            };
            let leader = add("Grace Holloway", "grace.holloway@council.example", Role::TeamLeader)?;
            let officers =
                [add("Amy Brand", AMY, Role::Officer)?, add("Tom Reyes", "tom.reyes@council.example", Role::Officer)?];
            exempt_home(tx, &Context { actor: leader.clone(), ..cx.clone() }, &app, on)?;
            Ok::<_, Error>((leader, officers))
        })?;
        Ok(Self { app, leader, officers })
    }

    /// An officer acts, now.
    pub(super) fn officer(&self, number: usize) -> Context {
        let [amy, tom] = &self.officers;
        self.app.context(if number.is_multiple_of(2) { amy.clone() } else { tom.clone() })
    }

    /// The team leader acts, now.
    pub(super) fn leader(&self) -> Context {
        self.app.context(self.leader.clone())
    }

    /// Lets the clock reach that time of day in London.
    pub(super) fn wait_until(&self, on: NaiveDate, hour: u32, minute: u32) {
        self.app.clock.advance_to(at(on, hour, minute));
    }

    /// Everything in the diary of a day, in one transaction, a minute apart.
    ///
    /// # Errors
    /// A refusal, which would be a fault of the diary.
    pub(super) fn work_on_applications(&self, town: &mut Town, on: NaiveDate) -> Result<(), Error> {
        let Some(moves) = town.diary.remove(&on) else { return Ok(()) };
        let nine = at(on, 9, 0);
        self.app.db.write(|tx| {
            let mut now = nine;
            for (case, step) in &moves {
                self.app.clock.advance_to(now);
                self.make(tx, town, *case, *step)?;
                now += TimeDelta::minutes(1);
            }
            Ok(())
        })
    }

    fn make(&self, tx: &mut Tx<'_>, town: &mut Town, number: usize, step: Move) -> Result<(), Error> {
        let cx = self.officer(number);
        let Town { cases, landlords, agents, .. } = town;
        let case = cases.get_mut(number).ok_or(Error::NotFound)?;
        match step {
            Move::Apply => {
                let landlord = landlords.get_mut(case.landlord).ok_or(Error::NotFound)?;
                let holder = known_landlord(tx, &cx, landlord)?;
                let agent = match case.agent {
                    Some(agent) => Some(known_agent(tx, &cx, agents, agent)?),
                    None => None,
                };
                self.apply(tx, &cx, case, holder, agent)
            }
            Move::Grant => self.grant(tx, case, number),
            Move::Refuse => self.take(tx, &self.leader(), case, step_of(step, &cx)),
            _ => self.take(tx, &cx, case, step_of(step, &cx)),
        }
    }

    fn apply(
        &self,
        tx: &mut Tx<'_>,
        cx: &Context,
        case: &mut Case,
        holder: PartyId,
        agent: Option<PartyId>,
    ) -> Result<(), Error> {
        let home = gazetteer::add_property(tx, cx, &self.app.rules, case.home.clone())?;
        gazetteer::record_interest(tx, cx, home.id, holder, Capacity::Holder, cx.today())?;
        let applying = Applying {
            property_id: home.id,
            applicant_id: holder,
            holder_id: holder,
            manager_id: None,
            agent_id: agent,
            import_key: None,
        };
        let started = applications::start(tx, cx, applying)?;
        case.property_id = Some(home.id);
        case.application = Some((started.id, started.revision));
        self.take(tx, cx, case, Step::Submit { on: cx.today(), declarations_signed: true })
    }

    fn take(&self, tx: &mut Tx<'_>, cx: &Context, case: &mut Case, step: Step) -> Result<(), Error> {
        let (id, revision) = case.application.ok_or(Error::NotFound)?;
        let taken = applications::enter(tx, cx, &self.app.rules, id, Expected(revision), step)?;
        case.application = Some((id, taken.revision));
        Ok(())
    }

    fn grant(&self, tx: &mut Tx<'_>, case: &mut Case, number: usize) -> Result<(), Error> {
        let cx = self.leader();
        let (id, revision) = case.application.ok_or(Error::NotFound)?;
        let terms =
            Terms { starts_on: None, years: None, start_authority: None, other_homes: Vec::new(), reasons: None };
        let (granted, licence) = applications::enter_grant(tx, &cx, &self.app.rules, id, Expected(revision), &terms)?;
        case.application = Some((id, granted.revision));
        case.licence = Some((licence.id, cx.today()));
        let gas = case.home.gas_supplied == Some(true);
        if let (true, Some(checked_on)) = (gas, last_gas_check(number)) {
            let home = case.property_id.ok_or(Error::NotFound)?;
            let said = gas_record(checked_on, number);
            let kind = DocumentKind::GasSafetyRecord;
            let record = certificates::record(tx, &cx, home, Some(licence.id), kind, said, &[])?;
            certificates::assess(
                tx,
                &cx,
                &self.app.rules,
                record.id,
                None,
                true,
                "Came with the application; in date.",
            )?;
        }
        Ok(())
    }
}

/// That time of day in London.
pub(super) fn at(on: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    london::instant_at(on, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
}

/// The day of the gas check that came with every sixth application, a winter before: its year ends around the committee.
fn last_gas_check(number: usize) -> Option<NaiveDate> {
    if number % 6 != 1 {
        return None;
    }
    let days = u64::try_from(number % 75).unwrap_or_default();
    NaiveDate::from_ymd_opt(2024, 1, 24)?.checked_add_days(chrono::Days::new(days))
}

/// What a made-up gas safety record says.
pub(super) fn gas_record(checked_on: NaiveDate, number: usize) -> Particulars {
    Particulars {
        checked_on,
        result: Some(InspectionResult::Satisfactory),
        registration: Some(format!("Gas Safe 999{number:04} (made up)")),
        ..Particulars::default()
    }
}

fn step_of(step: Move, cx: &Context) -> Step {
    let today = cx.today();
    match step {
        Move::Apply => Step::Submit { on: today, declarations_signed: true },
        Move::PayPartA => Step::PayPartA { on: today, waived_because: None },
        Move::FindComplete => Step::FindComplete { on: today },
        Move::FindIncomplete => Step::FindIncomplete {
            defects: vec!["The floor plan is missing.".to_owned(), "The gas safety record is out of date.".to_owned()],
        },
        Move::RejectAsInvalid => Step::RejectAsInvalid,
        Move::Assign => match cx.actor.account {
            Some(officer) => Step::Assign { officer },
            None => Step::FindComplete { on: today },
        },
        Move::RecordFindings { met } => Step::RecordFindings { findings: findings(met) },
        Move::ProposeGrant => Step::ProposeGrant { last_served_on: today, stated: None },
        Move::ProposeRefusal => Step::ProposeRefusal {
            last_served_on: today,
            stated: None,
            reason: "The proposed holder is not fit and proper: a conviction under housing law in 2023.".to_owned(),
        },
        Move::EndConsultation => Step::EndConsultation,
        Move::RequestPartB => Step::RequestPartB,
        Move::PayPartB => Step::PayPartB { waived_because: None },
        Move::Grant => Step::Grant,
        Move::Refuse => Step::Refuse { reason: "No representations changed the finding on fitness.".to_owned() },
        Move::Withdraw => Step::Withdraw { reason: "The house is being sold with vacant possession.".to_owned() },
        Move::CloseNotRequired => Step::CloseNotRequired {
            reason: "Let to a member of the owner's family (SI 2006/370); statement and council tax record seen."
                .to_owned(),
        },
    }
}

fn findings(met: bool) -> Vec<Found> {
    let found = |finding: &Finding| Found {
        finding: *finding,
        met: met || *finding != Finding::HolderFit,
        evidence: "declarations, references and the rogue landlord database were checked".to_owned(),
        check_id: None,
    };
    Finding::ALL.iter().map(found).collect()
}

fn known_landlord(tx: &mut Tx<'_>, cx: &Context, landlord: &mut Landlord) -> Result<PartyId, Error> {
    if let Some(known) = landlord.id {
        return Ok(known);
    }
    let id = known(tx, cx, landlord.facts.clone(), landlord.consents)?;
    landlord.id = Some(id);
    Ok(id)
}

fn known_agent(
    tx: &mut Tx<'_>,
    cx: &Context,
    agents: &mut [Option<PartyId>; AGENT_COUNT],
    number: usize,
) -> Result<PartyId, Error> {
    let agent = agents.get_mut(number).ok_or(Error::NotFound)?;
    match agent {
        Some(known) => Ok(*known),
        None => Ok(*agent.insert(known(tx, cx, people::agent(number), true)?)),
    }
}

fn known(tx: &mut Tx<'_>, cx: &Context, facts: PartyFacts, consents: bool) -> Result<PartyId, Error> {
    let email = facts.email.clone().filter(|_| consents);
    let party = gazetteer::add_party(tx, cx, facts)?;
    if let Some(email) = email {
        let how = "application form, declaration on electronic service".to_owned();
        gazetteer::give_consent(tx, cx, party.id, email, ConsentScope::All, cx.today(), how)?;
    }
    Ok(party.id)
}

/// A home of a registered provider: exempt, and still in the gazetteer, because anti-social behaviour work concerns it too.
fn exempt_home(tx: &mut Tx<'_>, cx: &Context, app: &App, on: NaiveDate) -> Result<(), Error> {
    let provider = gazetteer::add_party(tx, cx, people::registered_provider())?;
    let [district, ..] = &people::DISTRICTS;
    let facts = PropertyFacts {
        exemption_ground: Some("registered_provider".to_owned()),
        exemption_evidence: Some("Register of providers of social housing: L4522".to_owned()),
        exempt_from: Some(on),
        uprn: Some(EXEMPT.to_owned()),
        ..people::home(district, 700, 0)
    };
    let home = gazetteer::add_property(tx, cx, &app.rules, facts)?;
    gazetteer::record_interest(tx, cx, home.id, provider.id, Capacity::Owner, on).map(|_| ())
}
