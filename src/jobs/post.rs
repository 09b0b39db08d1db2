//! The post: take up each letter that waits, say it to the relay with no transaction open, note the answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::actions::{Error, letters as actions};
use crate::app::App;
use crate::compose::compose;
use crate::domain::actor::Actor;
use crate::domain::id::{LetterId, Spelled as _};
use crate::domain::letter::{Letter, Posting};
use crate::enclosures;
use crate::mail::{Address, MailName, MailSubject, Message, MessageId, Outcome, Session};
use crate::storage::letters::Place;

/// What a round of the post came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Letters that the relay accepted.
    pub accepted: u64,
    /// Letters that were refused, held or given up, or that wait for another try.
    pub otherwise: u64,
    /// Letters laid out for printing, and those that somebody else had taken up.
    pub printed: u64,
    /// Letters that could not even be read, or whose outcome could not be noted; the next round tries them again.
    pub skipped: u64,
}

const CANDIDATES: i64 = 200;

/// Sends everything that is to be sent now, each letter once. Nothing is sent while mail is held.
///
/// # Errors
/// [`Error::Unavailable`] if the database cannot be reached. What the relay says is noted on the letters, and a letter that
/// cannot be handled is logged and left for the next round.
pub fn round(app: &App) -> Result<Round, Error> {
    let mut total = Round::default();
    if is_held(app)? {
        let lift = if app.settings.mail.hold { "mail.hold is lifted" } else { "licensing mail release lets it go" };
        tracing::warn!("mail is held: nothing is sent until {lift}");
        return Ok(total);
    }
    super::links::round(app)?;
    super::anchors::round(app)?;
    let began = app.clock.now();
    let mut place: Option<Place> = None;
    loop {
        // Place by place, and never back: what fails does not come up again in this round.
        let waiting = app.db.read(|db| actions::to_send(db, began, place.as_ref(), CANDIDATES))?;
        let Some(last) = waiting.last() else { return Ok(total) };
        place = Some(last.clone());
        let stopped = batch(app, waiting, &mut total)?;
        if stopped {
            return Ok(total);
        }
    }
}

/// Whether nothing may be sent: by the settings, or because this database is a restored copy.
///
/// # Errors
/// [`Error::Unavailable`] if the database cannot be reached.
pub fn is_held(app: &App) -> Result<bool, Error> {
    Ok(app.settings.mail.hold || app.db.read(actions::are_held)?)
}

fn batch(app: &App, waiting: Vec<Place>, total: &mut Round) -> Result<bool, Error> {
    let queue = Mutex::new(waiting.into_iter());
    let stop = AtomicBool::new(false);
    let counts = Mutex::new(std::mem::take(total));
    let failure: Mutex<Option<Error>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..app.settings.mail.workers.max(1) {
            scope.spawn(|| {
                let mut session = app.mailer.open_session();
                while !stop.load(Ordering::Relaxed) {
                    let Some((_, id)) = held(&queue).next() else { return };
                    let sent = one(app, &mut session, &id);
                    match &sent {
                        Ok(Sent::Otherwise { stop: true }) => stop.store(true, Ordering::Relaxed),
                        Err(Error::Unavailable(_)) => {
                            stop.store(true, Ordering::Relaxed);
                            *held(&failure) = sent.err();
                            return;
                        }
                        Err(error) => tracing::error!(letter = id, ?error, "a letter could not be handled"),
                        Ok(_) => {}
                    }
                    held(&counts).count(&sent);
                }
            });
        }
    });
    *total = *held(&counts);
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(stop.load(Ordering::Relaxed)),
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Round {
    fn count(&mut self, sent: &Result<Sent, Error>) {
        match sent {
            Ok(Sent::Accepted) => self.accepted += 1,
            Ok(Sent::Otherwise { .. }) => self.otherwise += 1,
            Ok(Sent::NotNow) => self.printed += 1,
            Err(_) => self.skipped += 1,
        }
    }
}

enum Sent {
    Accepted,
    Otherwise { stop: bool },
    NotNow,
}

fn one(app: &App, session: &mut Session, id: &str) -> Result<Sent, Error> {
    let id = LetterId::read(id).ok_or_else(|| Error::Broken(format!("\"{id}\" is no identifier of a letter")))?;
    let cx = app.context(Actor::system());
    let words = |contents: &actions::Contents| {
        catch_unwind(AssertUnwindSafe(|| compose(&app.wording, contents)))
            .unwrap_or_else(|_| Err("the program met a fault of its own while writing it".to_owned()))
    };
    let taken = {
        // Until the row is there that names its bytes.
        let _held = app.files.hold();
        let enclosure = enclosures::make(app, id)?;
        app.db.write(|tx| actions::take_up(tx, &cx, &app.rules, id, app.lease(), enclosure.clone(), &words))?
    };
    let Some(letter) = taken else { return Ok(Sent::NotNow) };
    let (posting, stop) = match message(app, &letter) {
        Ok(message) => posting(session.send(&message)),
        Err(unsent) => (unsent, false),
    };
    let accepted = matches!(posting, Posting::Accepted(_));
    let cx = app.context(Actor::system());
    let jitter = rand::random_range(-0.2..=0.2);
    app.db.write(|tx| actions::settle(tx, &cx, &app.rules, id, letter.attempt, posting.clone(), jitter))?;
    Ok(if accepted { Sent::Accepted } else { Sent::Otherwise { stop } })
}

pub(super) fn posting(outcome: Outcome) -> (Posting, bool) {
    match outcome {
        Outcome::Accepted { reply } => (Posting::Accepted(reply), false),
        Outcome::Refused { reply } => (Posting::Refused(reply), false),
        Outcome::NotSent { reason, stop_pool } => (Posting::NotSent(reason), stop_pool),
        Outcome::Unknown { reason } => (Posting::Unknown(reason), false),
        Outcome::Unbuildable { reason } => (Posting::Unbuildable(reason), false),
    }
}

/// The message of a letter; an address that is none is the recipient's fault, so the letter counts as refused. What cannot be read
/// of its enclosure is not.
fn message(app: &App, letter: &Letter) -> Result<Message, Posting> {
    let host = &app.settings.mail.message_id_host;
    let subject = letter.subject.as_deref().unwrap_or_default();
    let no_subject = || Posting::Refused("the letter has no subject".to_owned());
    Ok(Message {
        to: Address::parse(&letter.address).map_err(|fault| Posting::Refused(fault.to_string()))?,
        to_name: MailName::from_record(&letter.recipient_name),
        subject: MailSubject::from_text(subject).ok_or_else(no_subject)?,
        text: letter.text.clone().unwrap_or_default(),
        html: letter.html.clone().unwrap_or_default(),
        enclosure: enclosures::read(app, letter).map_err(Posting::Unbuildable)?,
        message_id: MessageId::new(letter.id.as_str(), host).map_err(|fault| Posting::Refused(fault.to_string()))?,
        date: app.clock.now(),
    })
}
