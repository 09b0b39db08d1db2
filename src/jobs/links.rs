//! The mails with sign-in links: sent as soon as the bell rings, because somebody waits before a screen.

use std::time::Duration;

use crate::actions::{Error, sign_in as actions};
use crate::app::App;
use crate::compose::sign_in;
use crate::domain::actor::Actor;
use crate::domain::id::{LinkId, Spelled as _};
use crate::domain::letter::Posting;
use crate::mail::{Address, MailName, MailSubject, Message, MessageId, Session};

/// How long a mail that another process was asked for, or that is to be tried again, waits at most.
const ROUND: Duration = Duration::from_secs(15);
const CANDIDATES: i64 = 200;

/// Sends what is asked for until the bell has ended. Failures are logged and tried again.
pub fn keep(app: &App) {
    loop {
        if let Err(error) = round(app) {
            tracing::error!(%error, "sign-in mails could not go out");
        }
        if !app.bell.wait(ROUND) {
            return;
        }
    }
}

/// Sends every mail that is to go now; answers how many went.
///
/// # Errors
/// Whatever the database says.
pub fn round(app: &App) -> Result<usize, Error> {
    if super::post::is_held(app)? {
        return Ok(0);
    }
    let waiting = app.db.read(|db| actions::to_send(db, app.clock.now(), CANDIDATES))?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut session = app.mailer.open_session();
    let mut sent = 0;
    for id in waiting {
        match one(app, &mut session, id) {
            Ok(true) => sent += 1,
            Ok(false) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => tracing::error!(link = %id, ?error, "a sign-in mail could not be handled"),
        }
    }
    let cx = app.context(Actor::system());
    app.db.write(|tx| actions::forget_old(tx, &cx))?;
    Ok(sent)
}

fn one(app: &App, session: &mut Session, id: LinkId) -> Result<bool, Error> {
    let cx = app.context(Actor::system());
    let address = &app.settings.server.public_url;
    let words = |invitation: &actions::Invitation, secret: &str| {
        sign_in(&app.wording, invitation, &format!("{address}/sign-in/{secret}")).map_err(|fault| fault.to_string())
    };
    let taken = app.db.write(|tx| actions::take_up(tx, &cx, &app.rules, id, app.lease(), &words))?;
    let Some(outgoing) = taken else { return Ok(false) };
    let posting = match message(app, &outgoing) {
        Ok(message) => super::post::posting(session.send(&message)).0,
        Err(why) => Posting::Refused(why),
    };
    let accepted = matches!(posting, Posting::Accepted(_));
    let cx = app.context(Actor::system());
    app.db.write(|tx| actions::settle(tx, &cx, &outgoing.link, posting.clone()))?;
    Ok(accepted)
}

fn message(app: &App, outgoing: &actions::Outgoing) -> Result<Message, String> {
    let (link, words) = (&outgoing.link, &outgoing.words);
    // A second try carries another secret, so it is another message.
    let name = format!("{}.{}", link.id.as_str(), link.attempt);
    Ok(Message {
        to: Address::parse(&link.email).map_err(|fault| fault.to_string())?,
        to_name: outgoing.name.as_deref().and_then(MailName::from_record),
        subject: MailSubject::from_text(&words.subject).ok_or("the mail has no subject")?,
        text: words.text.clone(),
        html: words.html.clone(),
        enclosure: None,
        message_id: MessageId::new(&name, &app.settings.mail.message_id_host).map_err(|fault| fault.to_string())?,
        date: app.clock.now(),
    })
}
