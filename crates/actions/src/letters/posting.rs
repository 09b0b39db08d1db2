//! How a letter goes: taken up for an attempt, settled by its outcome, and what that means for what it carried.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;

use super::{Contents, contents};
use crate::{Error, Expected, Rules, Service, service, service_policy, tasks};
use domain::actor::Action;
use domain::calendar::london;
use domain::context::Context;
use domain::event::{Chain, Event, Happening};
use domain::id::{LetterId, Spelled as _};
use domain::letter::{Channel, Enclosure, Letter, LetterKind, LetterState, Posting, Refusal};
use domain::letter_batch::Posting as OnPaper;
use domain::party::Consent;
use domain::task::{Need, TaskKind};
use storage::letters::Place;
use storage::{Conn, Tx, demands, enclosures, events, letters, licences, parties, partners, reminders};

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
/// An attempt that never ended is settled first as unknown. `None` if somebody else has it. `enclosure` is what
/// [`super::to_enclose`] asked for, its bytes safe already, or why it could not be made.
///
/// # Errors
/// Whatever the database says; a letter whose words or enclosure cannot be made is settled as unbuildable.
pub fn take_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterId,
    lease: TimeDelta,
    enclosure: Option<Result<Enclosure, String>>,
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
        return claim(tx, cx, rules, again, lease, enclosure, compose);
    }
    claim(tx, cx, rules, letter, lease, enclosure, compose)
}

fn claim(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: Letter,
    lease: TimeDelta,
    enclosure: Option<Result<Enclosure, String>>,
    compose: &dyn Fn(&Contents) -> Result<Words, String>,
) -> Result<Option<Letter>, Error> {
    if let Some(why) = service::void(tx, &letter)? {
        set_aside(tx, cx, letter, &why)?;
        return Ok(None);
    }
    let letter = by_the_consent_of_today(tx, cx, letter)?;
    if let Some(then) = day_in_doubt_until(tx, cx, rules, &letter, lease)? {
        letters::save_step(tx, &letter.wait_until(then))?;
        return Ok(None);
    }
    // A demand says when its answer is due if it goes now, so it is written anew for each attempt that nobody can have received.
    let letter = match letter.text {
        Some(_) if letter.kind != LetterKind::Demand => letter,
        _ => match composed(tx, cx, rules, letter.clone(), enclosure, compose)? {
            Ok(letter) => letter,
            Err(why) => return unbuildable(tx, cx, rules, letter, lease, why).map(|()| None),
        },
    };
    if letter.channel == Channel::Paper {
        lay_out(tx, cx, letter)?;
        return Ok(None);
    }
    let claimed = letter.claim(cx.now, lease)?;
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
    let Some(demand) = demands::find(tx, demand)? else { return Ok(None) };
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
    let covers = |consent: &Consent| consent.holds_at(cx.now) && consent.covers(letter.kind);
    if consents.iter().any(|consent| covers(consent) && consent.email == letter.address) {
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
    enclosure: Option<Result<Enclosure, String>>,
    compose: &dyn Fn(&Contents) -> Result<Words, String>,
) -> Result<Result<Letter, String>, Error> {
    let enclosure = match enclosure.transpose() {
        Ok(enclosure) => enclosure,
        Err(why) => return Ok(Err(why)),
    };
    letter.enclosure = enclosure.as_ref().map(|enclosure| enclosure.sha256.clone());
    let words = match contents(tx, cx, rules, letter.clone()) {
        Ok(contents) => compose(&contents),
        Err(error) => Err(misfortune(error)?),
    };
    if let Some(enclosure) = enclosure.filter(|_| words.is_ok()) {
        enclosures::keep(tx, &enclosure)?;
    }
    Ok(words.map(|words| {
        letter.subject = Some(words.subject);
        letter.text = Some(words.text);
        letter.html = Some(words.html);
        letter.template = Some(words.template);
        letter
    }))
}

/// Why a letter cannot be written; that the database cannot be reached is no fault of the letter.
pub(super) fn misfortune(error: Error) -> Result<String, Error> {
    match error {
        Error::Unavailable(_) => Err(error),
        Error::Broken(why) => Ok(why),
        Error::NotFound => Ok("something that it is about is gone".to_owned()),
        other => Ok(other.to_string()),
    }
}

fn unbuildable(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: Letter,
    lease: TimeDelta,
    why: String,
) -> Result<(), Error> {
    let failed = letter.claim(cx.now, lease)?;
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
                 When it is posted, record its posting: that closes this task, and serves what the letter carries."
            .to_owned(),
    };
    letters::save(tx, &letter.lay_out(cx)?)?;
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
    let change = letter.settle(cx, posting, jitter)?;
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
        (LetterKind::Demand, Some(demand)) => demands::due_dates_of(db, demand)?,
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
    service::by_email(tx, cx, rules, letter)?;
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
    let what = match service::refused_by_address(tx, cx, rules, letter)? {
        true => "The address refused it",
        false => "The address refused it, and what it carries could not be marked as not served",
    };
    open(tx, cx, letter, TaskKind::AddressRefused, what)
}

fn open(tx: &mut Tx<'_>, cx: &Context, letter: &Letter, kind: TaskKind, what: &str) -> Result<(), Error> {
    let remedy = match kind {
        TaskKind::AddressRefused => "Find the right address and send it anew, or serve it otherwise and record that.",
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

/// A letter on paper was posted, or a doubtful one was followed by one: that serves what it carries.
///
/// # Errors
/// A refusal unless it waits for that and can have gone so, or where what it carries is not served by it.
pub fn post(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterId,
    expected: Expected,
    posting: &OnPaper,
) -> Result<Letter, Error> {
    cx.allow(Action::WorkTasks)?;
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(letter.revision)?;
    posting.may_be_of(cx, london::today(letter.created_at))?;
    posted(tx, cx, rules, letter, posting, "")?;
    letters::find(tx, id)?.ok_or(Error::NotFound)
}

/// A letter went on paper, `with` what: the tasks about it are done, and what it carries is served.
pub(crate) fn posted(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: Letter,
    posting: &OnPaper,
    with: &str,
) -> Result<(), Error> {
    let how = posting.proof(with);
    letters::save(tx, &letter.clone().post(cx, &how)?)?;
    close_tasks(tx, cx, letter.id, &how)?;
    service::by_letter(tx, cx, rules, &letter, Service::on_paper(&letter, posting, how))
}

/// A letter that went came back: what it carried is not served.
///
/// # Errors
/// A refusal unless it went and serves something.
pub fn record_return(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LetterId,
    expected: Expected,
    reason: &str,
) -> Result<Letter, Error> {
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(letter.revision)?;
    if !matches!(letter.state, LetterState::Accepted | LetterState::Posted) {
        return Err(Refusal::NotNow(letter.state, "recorded as returned").into());
    }
    service::came_back(tx, cx, rules, &letter, reason)?;
    Ok(letter)
}

/// What the letter carries is void or was served otherwise: it does not go, and the tasks about it are done.
pub(crate) fn set_aside(tx: &mut Tx<'_>, cx: &Context, letter: Letter, why: &str) -> Result<(), Error> {
    let id = letter.id;
    letters::save(tx, &letter.set_aside(cx, why)?)?;
    close_tasks(tx, cx, id, why)
}

/// A held letter is sent again.
///
/// # Errors
/// A refusal unless it is held or was given up.
pub fn send_again(tx: &mut Tx<'_>, cx: &Context, id: LetterId, expected: Expected) -> Result<Letter, Error> {
    cx.allow(Action::WorkTasks)?;
    let letter = letters::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(letter.revision)?;
    if let Some(text) = service::void(tx, &letter)? {
        return Err(Error::Refused { code: "letter-void", text });
    }
    letters::save(tx, &letter.send_again(cx)?)?;
    close_tasks(tx, cx, id, "sent again")?;
    letters::find(tx, id)?.ok_or(Error::NotFound)
}

pub(super) fn close_tasks(tx: &mut Tx<'_>, cx: &Context, letter: LetterId, note: &str) -> Result<(), Error> {
    for kind in TaskKind::ALL {
        if let Some(task) = storage::tasks::find_open(tx, *kind, letter.as_str())? {
            storage::tasks::save(tx, &task.close(cx, note)?)?;
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
