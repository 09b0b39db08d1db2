//! Anchors told to addresses outside the service: whoever keeps such a mail can prove later that nothing before it was changed.

use chrono::TimeDelta;

use super::{Error, tasks};
use domain::backoff;
use domain::context::Context;
use domain::letter::Posting;
use domain::task::{Need, TaskKind};
use storage::anchor_mails::{self, AnchorMail};
use storage::events::{self, Anchor};
use storage::{Conn, Tx};

/// Each address is to be told of the anchors made since it was last told; a new one begins with the newest.
///
/// # Errors
/// Whatever the database says.
pub fn announce(tx: &mut Tx<'_>, cx: &Context, addresses: &[String]) -> Result<(), Error> {
    let Some((newest, ..)) = events::last_anchor(tx)? else { return Ok(()) };
    for address in addresses {
        let first = anchor_mails::told_through(tx, address)?.map_or(newest, |told| told + 1);
        if first <= newest {
            let mail = AnchorMail {
                address: address.clone(),
                through: newest,
                first,
                attempt: 0,
                next_attempt_at: Some(cx.now),
                settled_at: None,
                reply: None,
            };
            anchor_mails::insert(tx, &mail)?;
        }
    }
    Ok(())
}

/// A mail is taken up for an attempt, which has it to itself for a while. `None` if somebody else has it.
///
/// # Errors
/// Whatever the database says.
pub fn take_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    mail: &AnchorMail,
    lease: TimeDelta,
) -> Result<Option<AnchorMail>, Error> {
    let Some(found) = anchor_mails::find(tx, &mail.address, mail.through)? else { return Ok(None) };
    if found.next_attempt_at.is_none_or(|at| at > cx.now) {
        return Ok(None);
    }
    let taken = AnchorMail { attempt: found.attempt + 1, next_attempt_at: Some(cx.now + lease), ..found };
    anchor_mails::save(tx, &taken)?;
    Ok(Some(taken))
}

/// The anchors that a mail tells.
///
/// # Errors
/// Whatever the database says.
pub fn told(db: &mut Conn, mail: &AnchorMail) -> Result<Vec<Anchor>, Error> {
    Ok(events::anchors_after(db, mail.first - 1, mail.through - mail.first + 1)?)
}

/// How an attempt went. One whose outcome nobody knows is made again: to be told twice of an anchor does no harm.
///
/// # Errors
/// Whatever the database says.
pub fn settle(tx: &mut Tx<'_>, cx: &Context, mail: &AnchorMail, posting: Posting, jitter: f64) -> Result<(), Error> {
    let attempt = u32::try_from(mail.attempt).unwrap_or(u32::MAX);
    let again = Some(backoff::next_attempt(attempt, cx.now, jitter));
    let (reply, next_attempt_at, given_up) = match posting {
        Posting::Accepted(reply) => (reply, None, false),
        Posting::Refused(reply) | Posting::Unbuildable(reply) => (reply, None, true),
        Posting::NotSent(reply) | Posting::Unknown(reply) => (reply, again, false),
    };
    if given_up {
        tasks::open(tx, cx, need(mail, &reply))?;
    }
    let settled_at = next_attempt_at.is_none().then_some(cx.now);
    anchor_mails::save(tx, &AnchorMail { reply: Some(reply), next_attempt_at, settled_at, ..mail.clone() })?;
    Ok(())
}

fn need(mail: &AnchorMail, reply: &str) -> Need {
    Need {
        kind: TaskKind::AddressRefused,
        key: format!("anchors {}", mail.address),
        property_id: None,
        letter_id: None,
        title: format!("The anchors could not be mailed to {}", mail.address),
        detail: format!(
            "{reply} Find the right address and set it in mail.anchors_to: without such mails nobody outside can \
                         prove that the records were not rewritten."
        ),
    }
}
