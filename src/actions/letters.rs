//! The post: letters queued, claimed for an attempt, settled by its outcome, and what that means for what they carried.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Error, Expected, Rules, demands, notices as notices_actions, service_policy, tasks};
use crate::domain::actor::Action;
use crate::domain::application::Application;
use crate::domain::calendar::{Consent as ServiceConsent, Dispatch, Method, london};
use crate::domain::context::Context;
use crate::domain::demand::{Demand, Recipient};
use crate::domain::event::{Chain, Event, Happening};
use crate::domain::id::{CopyId, LetterId, NoticeId, PartyId, PropertyId, Spelled};
use crate::domain::letter::{Channel, Letter, LetterKind, LetterState, Matter, Posting};
use crate::domain::licence::Licence;
use crate::domain::notice::{Copy, Notice};
use crate::domain::partner::Partner;
use crate::domain::party::{Consent, Party};
use crate::domain::proceeding::Proceeding;
use crate::domain::property::{Capacity, Property};
use crate::domain::reference::Told as ReferenceTold;
use crate::domain::referral::Told;
use crate::domain::reminder::Reminder;
use crate::domain::scheme::Scheme;
use crate::domain::task::{Need, TaskKind};
use crate::storage::letters::Place;
use crate::storage::{
    Conn, Tx, applications, demands as demand_table, events, letters, licences, notices, parties, partners,
    proceedings, properties, reminders,
};

/// Where a letter to this person goes: by e-mail only where a consent holds, else on paper.
pub(super) fn channel(party: &Party, consent: Option<&Consent>) -> (Channel, String) {
    match consent {
        Some(consent) => (Channel::Email, consent.email.clone()),
        None => (Channel::Paper, party.address.clone()),
    }
}

pub(super) fn queue_demand(tx: &mut Tx<'_>, cx: &Context, demand: &Demand, copy: &Recipient) -> Result<Letter, Error> {
    let party = parties::find(tx, copy.party_id)?.ok_or(Error::NotFound)?;
    let consent = parties::consent_to_demands(tx, party.id, cx.now)?;
    let (channel, address) = channel(&party, consent.as_ref());
    let matter = Matter {
        kind: LetterKind::Demand,
        part: next_part(tx, LetterKind::Demand, cx.today(), party.id)?,
        recipient_id: party.id,
        recipient_name: party.name,
        address,
        channel,
        dated_on: cx.today(),
        property_id: Some(demand.cover.property_id),
        demand: Some((demand.cover.id, copy.id)),
        facts: Value::Null,
    };
    store(tx, cx, matter)
}

/// A copy of a notice goes out: by e-mail only where a consent to the service of notices holds.
pub(super) fn queue_notice(tx: &mut Tx<'_>, cx: &Context, notice: &Notice, copy: &Copy) -> Result<Letter, Error> {
    let party = parties::find(tx, copy.party_id)?.ok_or(Error::NotFound)?;
    let consents = parties::consents_of(tx, &[party.id])?;
    let consent = consents.iter().rev().find(|consent| consent.holds_at(cx.now) && consent.covers_notices());
    let (channel, address) = channel(&party, consent);
    let matter = Matter {
        kind: LetterKind::Notice,
        part: next_part(tx, LetterKind::Notice, cx.today(), party.id)?,
        recipient_id: party.id,
        recipient_name: party.name,
        address,
        channel,
        dated_on: cx.today(),
        property_id: Some(notice.cover.property_id),
        demand: None,
        facts: json!({ "notice": notice.cover.id, "copy": copy.id }),
    };
    store(tx, cx, matter)
}

/// The notice, and whose copy, that a letter carries.
pub(super) fn notice_of(letter: &Letter) -> Option<(NoticeId, CopyId)> {
    let fact = |key: &str| letter.facts.get(key).and_then(Value::as_str);
    if letter.kind != LetterKind::Notice {
        return None;
    }
    Some((NoticeId::read(fact("notice")?)?, CopyId::read(fact("copy")?)?))
}

/// Letter N1 goes to a partner: by e-mail where it has an address, which is no service of anything, else on paper.
pub(super) fn queue_to_partner(
    tx: &mut Tx<'_>,
    cx: &Context,
    partner: &Partner,
    home: PropertyId,
    told: &Told,
) -> Result<(), Error> {
    let party = parties::find(tx, partner.party_id)?.ok_or(Error::NotFound)?;
    let (channel, address) = match &partner.email {
        Some(email) => (Channel::Email, email.clone()),
        None => (Channel::Paper, party.address),
    };
    let matter = Matter {
        kind: LetterKind::Referral,
        part: next_part(tx, LetterKind::Referral, cx.today(), party.id)?,
        recipient_id: party.id,
        recipient_name: party.name,
        address,
        channel,
        dated_on: cx.today(),
        property_id: Some(home),
        demand: None,
        facts: serde_json::to_value(told).unwrap_or_default(),
    };
    store(tx, cx, matter).map(drop)
}

/// Whoever is responsible for a home is asked to act on a referral.
pub(super) fn queue_referral(
    tx: &mut Tx<'_>,
    cx: &Context,
    to: PartyId,
    home: Option<PropertyId>,
    told: &Told,
) -> Result<(), Error> {
    let facts = serde_json::to_value(told).unwrap_or_default();
    queue(tx, cx, LetterKind::Referral, to, home, facts).map(drop)
}

/// The answer to a request for a reference.
pub(super) fn queue_reference(
    tx: &mut Tx<'_>,
    cx: &Context,
    landlord: PartyId,
    told: &ReferenceTold,
) -> Result<Letter, Error> {
    let facts = serde_json::to_value(told).unwrap_or_default();
    queue(tx, cx, LetterKind::Reference, landlord, None, facts)
}

/// The words of a letter are disposed of, once it has gone; one that has not will not go any more.
pub(super) fn dispose_of(tx: &mut Tx<'_>, cx: &Context, id: LetterId) -> Result<(), Error> {
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    Ok(letters::save(tx, &letter.dispose_of(cx))?)
}

/// As [`queue`], but only where the person has agreed to e-mail: paper is not sent for this.
pub(super) fn queue_by_email(
    tx: &mut Tx<'_>,
    cx: &Context,
    kind: LetterKind,
    to: PartyId,
    home: Option<PropertyId>,
    facts: Value,
) -> Result<(), Error> {
    let consents = parties::consents_of(tx, &[to])?;
    if consents.iter().any(|consent| consent.holds_at(cx.now)) {
        queue(tx, cx, kind, to, home, facts)?;
    }
    Ok(())
}

pub(super) fn queue(
    tx: &mut Tx<'_>,
    cx: &Context,
    kind: LetterKind,
    to: PartyId,
    home: Option<PropertyId>,
    facts: Value,
) -> Result<Letter, Error> {
    let party = parties::find(tx, to)?.ok_or(Error::NotFound)?;
    let consents = parties::consents_of(tx, &[to])?;
    let (channel, address) = channel(&party, consents.iter().rev().find(|consent| consent.holds_at(cx.now)));
    let matter = Matter {
        kind,
        part: next_part(tx, kind, cx.today(), to)?,
        recipient_id: to,
        recipient_name: party.name,
        address,
        channel,
        dated_on: cx.today(),
        property_id: home,
        demand: None,
        facts,
    };
    store(tx, cx, matter)
}

fn store(tx: &mut Tx<'_>, cx: &Context, matter: Matter) -> Result<Letter, Error> {
    let change = Letter::queue(cx, matter);
    letters::insert(tx, std::slice::from_ref(&change))?;
    Ok(change.into_entity())
}

fn next_part(tx: &mut Tx<'_>, kind: LetterKind, day: NaiveDate, to: PartyId) -> Result<i32, Error> {
    let there = letters::on_day(tx, kind, day, &[to])?;
    Ok(there.iter().map(|letter| letter.part).max().map_or(1, |last| last + 1))
}

/// Everything that a letter says, read when it is composed.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The letter.
    pub letter: Letter,
    /// The day on which it is written.
    pub written_on: NaiveDate,
    /// What it is about.
    pub about: About,
}

/// What a letter is about.
#[derive(Clone, Debug)]
pub enum About {
    /// A demand (D1).
    Demand {
        /// The demand.
        demand: Box<Demand>,
        /// The copy that this letter is.
        copy: Box<Recipient>,
        /// The licence.
        licence: Box<Licence>,
        /// The home.
        home: Box<Property>,
        /// The holder's name.
        holder: String,
        /// The scheme of the licence.
        scheme: Box<Scheme>,
    },
    /// A statutory notice (A4, A5, A7, A8).
    Notice {
        /// The notice.
        notice: Box<Notice>,
        /// The application.
        application: Box<Application>,
        /// The home.
        home: Box<Property>,
        /// The licence that it grants.
        licence: Option<Box<Licence>>,
        /// Names of the holder and the manager that its terms speak of.
        people: Vec<(PartyId, String)>,
        /// The scheme whose conditions the licence carries.
        scheme: Box<Scheme>,
    },
    /// A notice about a licence (V1 to V3).
    LicenceNotice(Box<LicenceMatter>),
    /// One night's reminders (D2, D3, G1, X1, R1).
    Digest {
        /// The lines, home by home.
        lines: Vec<Line>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// How an application stands (A1, A2, A3, A6, A9).
    Application {
        /// The home.
        home: Option<Box<Property>>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// What came in.
    Receipt {
        /// The home.
        home: Option<Box<Property>>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// The answer to a request for a reference.
    Reference {
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// A referral (N1, and what its holder is asked).
    Referral {
        /// The home.
        home: Option<Box<Property>>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// What an officer decided (D4).
    Decision {
        /// The home.
        home: Option<Box<Property>>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
}

/// What a notice about a licence speaks of.
#[derive(Clone, Debug)]
pub struct LicenceMatter {
    /// The notice.
    pub notice: Notice,
    /// The proceedings.
    pub proceeding: Proceeding,
    /// The licence.
    pub licence: Licence,
    /// The home.
    pub home: Property,
    /// The holder's name.
    pub holder: String,
    /// The name of the manager that a variation brings; empty if it brings none.
    pub manager: String,
    /// The scheme of the licence.
    pub scheme: Scheme,
}

/// One line of a digest.
#[derive(Clone, Debug)]
pub struct Line {
    /// The reminder.
    pub reminder: Reminder,
    /// The home.
    pub home: Property,
    /// The licence's number.
    pub licence: String,
    /// The holder's name, where the recipient is somebody else.
    pub holder: Option<String>,
}

/// Reads everything that a letter says.
///
/// # Errors
/// [`Error::NotFound`] if something it is about is gone.
pub fn contents(db: &mut Conn, cx: &Context, rules: &Rules, letter: Letter) -> Result<Contents, Error> {
    let about = match letter.kind {
        LetterKind::Demand => demand_contents(db, cx, rules, &letter)?,
        LetterKind::Digest => digest_contents(db, rules, &letter)?,
        LetterKind::Notice => notice_contents(db, rules, &letter)?,
        LetterKind::Reference => About::Reference { scheme: Box::new(rules.current()?.clone()) },
        LetterKind::Application | LetterKind::Decision | LetterKind::Receipt | LetterKind::Referral => {
            let home = letter.property_id.map(|home| properties::find(db, home)).transpose()?.flatten();
            let (home, scheme) = (home.map(Box::new), Box::new(rules.current()?.clone()));
            match letter.kind {
                LetterKind::Application => About::Application { home, scheme },
                LetterKind::Receipt => About::Receipt { home, scheme },
                LetterKind::Referral => About::Referral { home, scheme },
                _ => About::Decision { home, scheme },
            }
        }
    };
    Ok(Contents { letter, written_on: cx.today(), about })
}

fn demand_contents(db: &mut Conn, cx: &Context, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let demand = letter.demand_id.map(|id| demand_table::find(db, id)).transpose()?.flatten().ok_or(Error::NotFound)?;
    let copy = demand.recipients.iter().find(|copy| Some(copy.id) == letter.copy_id).ok_or(Error::NotFound)?.clone();
    let licence = licences::find(db, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, demand.cover.property_id)?.ok_or(Error::NotFound)?;
    let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?.name;
    let scheme = Box::new(rules.of(&licence)?.clone());
    let demand = if letter.channel == Channel::Email && copy.capacity == Capacity::Holder {
        // An e-mail is served as it goes, so it can say the last day that its own service will fix.
        let dispatch = Dispatch { method: Method::Email, at: london::local(cx.now), consent: ServiceConsent::Covers };
        demand.as_if_served(dispatch, service_policy(&scheme), &rules.holidays)?
    } else {
        demand
    };
    Ok(About::Demand {
        demand: Box::new(demand),
        copy: Box::new(copy),
        licence: Box::new(licence),
        home: Box::new(home),
        holder,
        scheme,
    })
}

fn notice_contents(db: &mut Conn, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let (id, _) = notice_of(letter).ok_or(Error::NotFound)?;
    let notice = notices::find(db, id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, notice.cover.property_id)?.ok_or(Error::NotFound)?;
    let licence = notice.cover.licence_id.map(|id| licences::find(db, id)).transpose()?.flatten();
    let Some(application) = notice.cover.application_id else {
        return licence_notice(db, rules, notice, home, licence.ok_or(Error::NotFound)?);
    };
    let application = applications::find(db, application)?.ok_or(Error::NotFound)?;
    let named = notice.cover.terms.iter().flat_map(|terms| [Some(terms.holder_id), terms.manager_id]);
    let named = named.flatten().collect::<Vec<_>>();
    let people = parties::find_all(db, &named)?.into_iter().map(|party| (party.id, party.name)).collect();
    let scheme = match &licence {
        Some(licence) => rules.of(licence)?,
        None => rules.current()?,
    };
    Ok(About::Notice {
        scheme: Box::new(scheme.clone()),
        notice: Box::new(notice),
        application: Box::new(application),
        home: Box::new(home),
        licence: licence.map(Box::new),
        people,
    })
}

fn licence_notice(
    db: &mut Conn,
    rules: &Rules,
    notice: Notice,
    home: Property,
    licence: Licence,
) -> Result<About, Error> {
    let proceeding = notice.cover.proceeding_id.map(|id| proceedings::find(db, id)).transpose()?.flatten();
    let proceeding = proceeding.ok_or(Error::NotFound)?;
    let manager = proceeding.changes.as_ref().and_then(|changes| changes.manager_id);
    let manager = manager.map(|id| parties::find(db, id)).transpose()?.flatten().map(|party| party.name);
    let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?.name;
    let (manager, scheme) = (manager.unwrap_or_default(), rules.of(&licence)?.clone());
    Ok(About::LicenceNotice(Box::new(LicenceMatter { notice, proceeding, licence, home, holder, manager, scheme })))
}

fn digest_contents(db: &mut Conn, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let called = reminders::in_letter(db, letter.id)?;
    let homes = called.iter().map(|line| line.property_id).collect::<BTreeSet<_>>();
    let homes = properties::find_all(db, &homes.into_iter().collect::<Vec<_>>())?;
    let subjects = called.iter().map(|line| (line.subject_kind, line.subject_id.clone())).collect::<Vec<_>>();
    let behind = reminders::licences_behind(db, &subjects)?;
    let others = behind.values().map(|(holder, _)| *holder).filter(|holder| *holder != letter.recipient_id);
    let others = others.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let others = parties::find_all(db, &others)?;
    let mut lines = Vec::with_capacity(called.len());
    for reminder in called {
        let home = homes.iter().find(|home| home.id == reminder.property_id).ok_or(Error::NotFound)?.clone();
        let (holder, licence) = behind.get(&reminder.subject_id).ok_or(Error::NotFound)?;
        let holder = others.iter().find(|party| party.id == *holder).map(|party| party.name.clone());
        lines.push(Line { reminder, home, licence: licence.clone(), holder });
    }
    Ok(About::Digest { lines, scheme: Box::new(rules.current()?.clone()) })
}

/// Whether the database says that mail is held.
///
/// # Errors
/// Whatever the database says.
pub fn are_held(db: &mut Conn) -> Result<bool, Error> {
    Ok(letters::are_held(db)?)
}

/// Mail is held from now on, or sent again. `false` if it was so before.
///
/// # Errors
/// Whatever the database says.
pub fn hold(tx: &mut Tx<'_>, cx: &Context, held: bool) -> Result<bool, Error> {
    cx.allow(Action::Operate)?;
    if letters::are_held(tx)? == held {
        return Ok(false);
    }
    letters::hold(tx, held)?;
    let what = if held { Happening::MailHeld } else { Happening::MailReleased };
    let facts = json!({ "waiting": letters::waiting(tx)? });
    events::append(tx, &[&Event::new(cx, Chain::Service, what, &Mail, facts)])?;
    Ok(true)
}

/// All mail of the service, as the subject of an event.
struct Mail;

impl Spelled for Mail {
    fn as_str(&self) -> &'static str {
        "mail"
    }

    fn read(_: &str) -> Option<Self> {
        None
    }
}

/// The words of a letter.
#[derive(Clone, Debug)]
pub struct Words {
    /// Subject.
    pub subject: String,
    /// Text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Version of the template.
    pub template: String,
}

/// A letter is taken up: composed if it was not, and claimed for an attempt or laid out for the printer.
///
/// An attempt that never ended is settled first as unknown. `None` if somebody else has it.
///
/// # Errors
/// Whatever the database says; a letter whose words cannot be composed is settled as unbuildable.
pub fn take_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterId,
    lease: TimeDelta,
    compose: &dyn Fn(&Contents) -> Result<Words, String>,
) -> Result<Option<Letter>, Error> {
    let Some(letter) = letters::find(tx, id)? else { return Ok(None) };
    if letter.next_attempt_at.is_none_or(|at| at > cx.now) {
        return Ok(None);
    }
    if letter.state == LetterState::Sending {
        let why = "the service stopped between handing the letter over and noting the answer".to_owned();
        settle(tx, cx, rules, id, letter.attempt, Posting::Unknown(why), 0.0)?;
        let Some(again) = letters::find(tx, id)?.filter(|letter| letter.state == LetterState::Queued) else {
            return Ok(None);
        };
        return claim(tx, cx, rules, again, lease, compose);
    }
    claim(tx, cx, rules, letter, lease, compose)
}

fn claim(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: Letter,
    lease: TimeDelta,
    compose: &dyn Fn(&Contents) -> Result<Words, String>,
) -> Result<Option<Letter>, Error> {
    let letter = by_the_consent_of_today(tx, cx, letter)?;
    if let Some(then) = day_in_doubt_until(tx, cx, rules, &letter, lease)? {
        letters::save_step(tx, &letter.wait_until(then))?;
        return Ok(None);
    }
    // A demand says when its answer is due if it goes now, so it is written anew for each attempt that nobody can have received.
    let letter = match letter.text {
        Some(_) if letter.kind != LetterKind::Demand => letter,
        _ => match composed(tx, cx, rules, letter.clone(), compose)? {
            Ok(letter) => letter,
            Err(why) => return unbuildable(tx, cx, rules, letter, lease, why).map(|()| None),
        },
    };
    if letter.channel == Channel::Paper {
        lay_out(tx, cx, letter)?;
        return Ok(None);
    }
    let claimed = letter.claim(cx.now, lease);
    letters::begin_attempt(tx, &claimed, cx.now)?;
    letters::save_step(tx, &claimed)?;
    Ok(letters::find(tx, claimed.id)?)
}

/// The holder's demand by e-mail says its own last day. Shortly before the cut-off that day would hang on how fast the relay
/// answers, so the letter waits for the cut-off.
fn day_in_doubt_until(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    lease: TimeDelta,
) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(demand) = letter.demand_id.filter(|_| letter.channel == Channel::Email) else { return Ok(None) };
    let Some(demand) = demand_table::find(tx, demand)? else { return Ok(None) };
    if demand.cover.served_on.is_some() {
        return Ok(None);
    }
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let policy = service_policy(rules.of(&licence)?);
    let cut_off = policy.cut_off_within(london::local(cx.now), lease, &rules.holidays);
    Ok(cut_off.map(|at| london::instant_at(at.date(), at.time())))
}

/// Consent may have been withdrawn since the letter was queued: then it goes on paper after all (s.247).
fn by_the_consent_of_today(tx: &mut Tx<'_>, cx: &Context, letter: Letter) -> Result<Letter, Error> {
    if letter.channel == Channel::Paper {
        return Ok(letter);
    }
    // A partner's address is no address for service: it holds as long as it is on record.
    if letter.kind == LetterKind::Referral {
        let partner = partners::of_party(tx, letter.recipient_id)?;
        if partner.is_some_and(|partner| partner.email.as_ref() == Some(&letter.address)) {
            return Ok(letter);
        }
    }
    let consents = parties::consents_of(tx, &[letter.recipient_id])?;
    let covers = |consent: &Consent| match letter.kind {
        LetterKind::Notice => consent.covers_notices(),
        LetterKind::Demand => consent.covers_demands(),
        _ => true,
    };
    let mut live = consents.iter().filter(|consent| consent.holds_at(cx.now) && consent.email == letter.address);
    if live.any(covers) {
        return Ok(letter);
    }
    let party = parties::find(tx, letter.recipient_id)?.ok_or(Error::NotFound)?;
    Ok(Letter { channel: Channel::Paper, address: party.address, ..letter })
}

/// The letter with its words, or why it has none. What it is about may be unreadable or gone: that is this letter's
/// misfortune, and must not stop the others.
fn composed(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    mut letter: Letter,
    compose: &dyn Fn(&Contents) -> Result<Words, String>,
) -> Result<Result<Letter, String>, Error> {
    let words = match contents(tx, cx, rules, letter.clone()) {
        Ok(contents) => compose(&contents),
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(Error::Broken(why)) => Err(why),
        Err(Error::NotFound) => Err("something that it is about is gone".to_owned()),
        Err(other) => Err(other.to_string()),
    };
    Ok(words.map(|words| {
        letter.subject = Some(words.subject);
        letter.text = Some(words.text);
        letter.html = Some(words.html);
        letter.template = Some(words.template);
        letter
    }))
}

fn unbuildable(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: Letter,
    lease: TimeDelta,
    why: String,
) -> Result<(), Error> {
    let failed = letter.claim(cx.now, lease);
    letters::begin_attempt(tx, &failed, cx.now)?;
    letters::save_step(tx, &failed)?;
    settle(tx, cx, rules, failed.id, failed.attempt, Posting::Unbuildable(why), 0.0)
}

fn lay_out(tx: &mut Tx<'_>, cx: &Context, letter: Letter) -> Result<(), Error> {
    let subject = letter.subject.clone().unwrap_or_default();
    let name = letter.recipient_name.clone();
    let need = Need {
        kind: TaskKind::PrintLetter,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("Print and post the letter to {name}: {subject}"),
        detail: "No consent to e-mail is on record for this person (s.247), so the letter goes on paper. \
                 When it is posted, record the service of a demand, then close this task."
            .to_owned(),
    };
    letters::save(tx, &letter.lay_out(cx))?;
    tasks::open(tx, cx, need)
}

/// The outcome of an attempt is noted, unless a later attempt has the letter: then it is too late to say anything.
///
/// # Errors
/// Whatever the database says.
pub fn settle(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterId,
    attempt: i32,
    posting: Posting,
    jitter: f64,
) -> Result<(), Error> {
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    if letter.state != LetterState::Sending || letter.attempt != attempt {
        tracing::warn!(letter = %id, attempt, "stale_worker: the outcome of an attempt came after its lease");
        return Ok(());
    }
    let change = letter.settle(cx, posting, jitter);
    letters::save(tx, &change)?;
    let letter = change.entity();
    letters::end_attempt(tx, letter, cx.now)?;
    match letter.state {
        LetterState::Accepted => accepted(tx, cx, rules, letter),
        LetterState::Refused => refused(tx, cx, rules, letter),
        LetterState::Held => open(tx, cx, letter, TaskKind::LetterInDoubt, "It cannot be known whether it was sent"),
        LetterState::GivenUp => open(tx, cx, letter, TaskKind::LetterGivenUp, "No message could be made of it"),
        _ if letter.needs_attention(cx.now, &due_dates(tx, letter)?, &rules.holidays) => waits(tx, cx, letter),
        _ => Ok(()),
    }
}

/// The due dates that a letter speaks of; a demand that was not served has none.
fn due_dates(db: &mut Conn, letter: &Letter) -> Result<Vec<NaiveDate>, Error> {
    Ok(match (letter.kind, letter.demand_id) {
        (LetterKind::Digest, _) => reminders::due_dates_in(db, letter.id)?,
        (LetterKind::Demand, Some(demand)) => demand_table::due_dates_of(db, demand)?,
        _ => Vec::new(),
    })
}

/// One task for all letters: behind them is one relay, and it is the relay that an officer must see to.
fn waits(tx: &mut Tx<'_>, cx: &Context, letter: &Letter) -> Result<(), Error> {
    let since = london::written_instant(letter.first_attempt_at.unwrap_or(letter.created_at));
    let reply = letter.reply.as_deref().unwrap_or_default();
    let need = Need {
        kind: TaskKind::MailFailing,
        key: "mail".to_owned(),
        property_id: None,
        letter_id: None,
        title: "Letters wait: the mail relay does not take them".to_owned(),
        detail: format!(
            "The letter to {} ({}) has been tried since {since}: {reply}. Look at the mail relay and at the other letters \
             that are queued; each is tried again every hour until it goes.",
            letter.recipient_name, letter.address
        ),
    };
    tasks::open(tx, cx, need)
}

fn accepted(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    if letter.kind == LetterKind::Demand {
        demands::served_by_email(tx, cx, rules, letter, cx.now)?;
    }
    if letter.kind == LetterKind::Notice {
        notices_actions::served_by_email(tx, cx, rules, letter)?;
    }
    if letter.kind == LetterKind::Digest {
        let lines = reminders::in_letter(tx, letter.id)?;
        let told = lines.iter().map(|line| {
            let facts =
                json!({ "letter": letter.id, "to": letter.recipient_id, "reply": letter.reply, "rung": line.rung });
            Event::new(cx, Chain::Case(line.property_id), Happening::ReminderAccepted, &line.id, facts)
        });
        let told = told.collect::<Vec<_>>();
        events::append(tx, &told.iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

fn refused(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    if letter.kind == LetterKind::Demand {
        demands::refused_by_address(tx, cx, letter)?;
    }
    if letter.kind == LetterKind::Notice {
        notices_actions::refused_by_address(tx, cx, rules, letter)?;
    }
    open(tx, cx, letter, TaskKind::AddressRefused, "The address refused it")
}

fn open(tx: &mut Tx<'_>, cx: &Context, letter: &Letter, kind: TaskKind, what: &str) -> Result<(), Error> {
    let remedy = match kind {
        TaskKind::AddressRefused => "Find the right address, or post the letter and record its service.",
        TaskKind::LetterInDoubt => "Look for it in the mail relay's log, then send it again or record how it went.",
        _ => "Look at the letter and at the mail relay.",
    };
    let reply = letter.reply.as_deref().unwrap_or_default();
    let need = Need {
        kind,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("{what}: letter to {} ({})", letter.recipient_name, letter.address),
        detail: format!("{reply} {remedy}"),
    };
    tasks::open(tx, cx, need)
}

/// A letter on paper was posted, or a doubtful one was followed by one.
///
/// # Errors
/// A refusal unless it waits for that.
pub fn post(tx: &mut Tx<'_>, cx: &Context, id: LetterId, expected: Expected, how: &str) -> Result<Letter, Error> {
    cx.allow(Action::WorkTasks)?;
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(letter.revision)?;
    posted(tx, cx, letter, how)?;
    letters::find(tx, id)?.ok_or(Error::NotFound)
}

/// A letter on paper went, and the tasks about it are done.
pub(super) fn posted(tx: &mut Tx<'_>, cx: &Context, letter: Letter, how: &str) -> Result<(), Error> {
    let id = letter.id;
    letters::save(tx, &letter.post(cx, how)?)?;
    close_tasks(tx, cx, id, how)
}

/// A held letter is sent again.
///
/// # Errors
/// A refusal unless it is held or was given up.
pub fn send_again(tx: &mut Tx<'_>, cx: &Context, id: LetterId, expected: Expected) -> Result<Letter, Error> {
    cx.allow(Action::WorkTasks)?;
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(letter.revision)?;
    letters::save(tx, &letter.send_again(cx)?)?;
    close_tasks(tx, cx, id, "sent again")?;
    letters::find(tx, id)?.ok_or(Error::NotFound)
}

fn close_tasks(tx: &mut Tx<'_>, cx: &Context, letter: LetterId, note: &str) -> Result<(), Error> {
    for kind in TaskKind::ALL {
        if let Some(task) = crate::storage::tasks::find_open(tx, *kind, letter.as_str())? {
            crate::storage::tasks::save(tx, &task.close(cx, note)?)?;
        }
    }
    Ok(())
}

/// The next letters that are to be sent now, after that place.
///
/// # Errors
/// Whatever the database says.
pub fn to_send(db: &mut Conn, now: DateTime<Utc>, after: Option<&Place>, limit: i64) -> Result<Vec<Place>, Error> {
    Ok(letters::to_send(db, now, after, limit)?)
}
