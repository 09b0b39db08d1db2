//! The mails that tell addresses outside the service of its anchors.

use crate::actions::{Error, anchor_mails as actions};
use crate::app::App;
use crate::compose::anchors;
use crate::domain::actor::Actor;
use crate::domain::letter::Posting;
use crate::mail::{Address, MailSubject, Message, MessageId, Session};
use crate::storage::anchor_mails::{self, AnchorMail};

const CANDIDATES: i64 = 200;

/// Sends every such mail that is to go now; answers how many went. Nothing goes while mail is held: the post looks to that.
///
/// # Errors
/// Whatever the database says.
pub fn round(app: &App) -> Result<usize, Error> {
    let waiting = app.db.read(|db| anchor_mails::to_send(db, app.clock.now(), CANDIDATES))?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut session = app.mailer.open_session();
    let mut sent = 0;
    for mail in waiting {
        sent += usize::from(one(app, &mut session, &mail)?);
    }
    Ok(sent)
}

fn one(app: &App, session: &mut Session, mail: &AnchorMail) -> Result<bool, Error> {
    let cx = app.context(Actor::system());
    let Some(taken) = app.db.write(|tx| actions::take_up(tx, &cx, mail, app.lease()))? else { return Ok(false) };
    let posting = match message(app, &taken)? {
        Ok(message) => super::post::posting(session.send(&message)).0,
        Err(why) => Posting::Unbuildable(why),
    };
    let accepted = matches!(posting, Posting::Accepted(_));
    let cx = app.context(Actor::system());
    let jitter = rand::random_range(-0.2..=0.2);
    app.db.write(|tx| actions::settle(tx, &cx, &taken, posting.clone(), jitter))?;
    Ok(accepted)
}

/// The message; why there is none, if there is none.
fn message(app: &App, mail: &AnchorMail) -> Result<Result<Message, String>, Error> {
    let told = app.db.read(|db| actions::told(db, mail))?;
    let told = told.into_iter().map(|anchor| (anchor.number, anchor.night, anchor.hash));
    let words = anchors(&app.wording, app.rules.current()?, told);
    let build = || {
        let words = words.map_err(|fault| fault.to_string())?;
        let name = format!("anchors.{}.{}", mail.through, crate::domain::id::Key::derived(&mail.address).as_str());
        let host = &app.settings.mail.message_id_host;
        Ok(Message {
            to: Address::parse(&mail.address).map_err(|fault| fault.to_string())?,
            to_name: None,
            subject: MailSubject::from_text(&words.subject).ok_or("the mail has no subject")?,
            text: words.text,
            html: words.html,
            enclosure: None,
            message_id: MessageId::new(&name, host).map_err(|fault| fault.to_string())?,
            date: app.clock.now(),
        })
    };
    Ok(build())
}
