//! Letters that wait for the post; what each of them says, what goes with it, and how it goes, are in the three parts.

mod contents;
mod enclosing;
mod posting;

use chrono::NaiveDate;
use serde_json::{Value, json};

pub use contents::{About, Contents, LicenceMatter, Line, cases_in, contents};
pub use enclosing::to_enclose;
pub use posting::{Words, post, record_return, send_again, settle, take_up, to_send};

pub(super) use posting::{posted, set_aside};

use posting::close_tasks;

use super::Error;
use domain::actor::Action;
use domain::context::Context;
use domain::demand::Demand;
use domain::event::{Chain, Event, Happening};
use domain::id::{CopyId, DemandId, LetterId, NoticeId, PartyId, PropertyId, Spelled};
use domain::letter::{Channel, Letter, LetterKind, Matter};
use domain::notice::Notice;
use domain::partner::Partner;
use domain::party::{Consent, Party};
use domain::referral::Told;
use domain::service::Copy;
use storage::{Conn, Tx, events, letters, parties};

/// Where a letter to this person goes: by e-mail only where a consent holds, else on paper.
pub(super) fn channel(party: &Party, consent: Option<&Consent>) -> (Channel, String) {
    match consent {
        Some(consent) => (Channel::Email, consent.email.clone()),
        None => (Channel::Paper, party.address.clone()),
    }
}

pub(super) fn queue_demand(tx: &mut Tx<'_>, cx: &Context, demand: &Demand, copy: &Copy) -> Result<Letter, Error> {
    let carried = Some((demand.cover.id, copy.id));
    let about = Subject { home: Some(demand.cover.property_id), demand: carried, facts: Value::Null };
    write(tx, cx, LetterKind::Demand, copy.party_id, about)
}

pub(super) fn queue_notice(tx: &mut Tx<'_>, cx: &Context, notice: &Notice, copy: &Copy) -> Result<Letter, Error> {
    let facts = json!({ "notice": notice.cover.id, "copy": copy.id });
    let about = Subject { home: Some(notice.cover.property_id), demand: None, facts };
    write(tx, cx, LetterKind::Notice, copy.party_id, about)
}

/// The notice, and whose copy, that a letter carries.
pub(super) fn notice_of(letter: &Letter) -> Option<(NoticeId, CopyId)> {
    let fact = |key: &str| letter.facts.get(key).and_then(Value::as_str);
    if letter.kind != LetterKind::Notice {
        return None;
    }
    Some((NoticeId::read(fact("notice")?)?, CopyId::read(fact("copy")?)?))
}

/// The case or exemption that a letter names in its facts, by that key.
pub(super) fn named_in<T: Spelled>(letter: &Letter, key: &str) -> Option<T> {
    letter.facts.get(key).and_then(Value::as_str).and_then(T::read)
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
    if parties::consent_to(tx, to, kind, cx.now)?.is_some() {
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
    write(tx, cx, kind, to, Subject { home, demand: None, facts })
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
    let way = match &partner.email {
        Some(email) => (Channel::Email, email.clone()),
        None => (Channel::Paper, party.address.clone()),
    };
    let facts = serde_json::to_value(told).unwrap_or_default();
    send(tx, cx, LetterKind::Referral, party, way, Subject { home: Some(home), demand: None, facts }).map(drop)
}

/// The words of a letter are disposed of, once it has gone; one that has not will not go any more.
pub(super) fn dispose_of(tx: &mut Tx<'_>, cx: &Context, id: LetterId) -> Result<(), Error> {
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    letters::save(tx, &letter.dispose_of(cx))?;
    close_tasks(tx, cx, id, "its words were disposed of")
}

/// What a letter is about.
struct Subject {
    home: Option<PropertyId>,
    demand: Option<(DemandId, CopyId)>,
    facts: Value,
}

/// By e-mail only where a consent covers letters of this kind.
fn write(tx: &mut Tx<'_>, cx: &Context, kind: LetterKind, to: PartyId, about: Subject) -> Result<Letter, Error> {
    let party = parties::find(tx, to)?.ok_or(Error::NotFound)?;
    let consent = parties::consent_to(tx, to, kind, cx.now)?;
    let way = channel(&party, consent.as_ref());
    send(tx, cx, kind, party, way, about)
}

fn send(
    tx: &mut Tx<'_>,
    cx: &Context,
    kind: LetterKind,
    to: Party,
    (channel, address): (Channel, String),
    about: Subject,
) -> Result<Letter, Error> {
    let matter = Matter {
        kind,
        part: next_part(tx, kind, cx.today(), to.id)?,
        recipient_id: to.id,
        recipient_name: to.name,
        address,
        channel,
        dated_on: cx.today(),
        property_id: about.home,
        demand: about.demand,
        facts: about.facts,
    };
    let change = Letter::queue(cx, matter);
    letters::insert(tx, std::slice::from_ref(&change))?;
    Ok(change.into_entity())
}

fn next_part(tx: &mut Tx<'_>, kind: LetterKind, day: NaiveDate, to: PartyId) -> Result<i32, Error> {
    let there = letters::on_day(tx, kind, day, &[to])?;
    Ok(there.iter().map(|letter| letter.part).max().map_or(1, |last| last + 1))
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
