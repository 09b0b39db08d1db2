//! Signing in by a mailed link: asked for, sent, used once; and the sessions that follow, until they end.
//!
//! Asking does the same for every address. Whether somebody known has it is looked up when the post goes out, so that no
//! answer and no time tells.

use chrono::{DateTime, TimeDelta, Utc};

use super::letters::Words;
use super::{Error, FieldFault, Rules, tries};
use domain::access::Account;
use domain::actor::{AccountState, Actor, Role};
use domain::context::Context;
use domain::id::{AccountId, LinkId, PartyId};
use domain::letter::Posting;
use domain::party::{Party, PartyFacts, PartyKind};
use domain::scheme::Scheme;
use domain::sign_in::{Known, Link, LinkMove, Session, digest, secret};
use storage::{Conn, Tx, access, parties, sign_in as table};

/// The time over which tries are counted.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Links asked for one address in that time; more is somebody flooding the mailbox.
const LINKS_FOR_AN_ADDRESS: i64 = 10;
/// Of these, so many from one place, so that a stranger in one place cannot keep somebody out.
const LINKS_FOR_AN_ADDRESS_FROM_A_PLACE: i64 = 5;
/// Links asked for an address from a browser in which its owner has signed in: no stranger uses these up.
const LINKS_FROM_A_KNOWN_BROWSER: i64 = 5;
/// Links asked from one place in that time; an office behind one address has several people.
const LINKS_FROM_A_PLACE: i64 = 50;
/// Dead links tried from one place in that time. A link cannot be guessed; this keeps the log readable.
const DEAD_LINKS_FROM_A_PLACE: i64 = 50;

/// From where somebody asks or follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence {
    /// The place on the network.
    pub place: String,
    /// What the browser keeps of an earlier session: its digest, which opens nothing.
    pub earlier: Option<String>,
}

impl Whence {
    /// Whether the owner of an address has signed in in this browser before.
    fn knows(&self, db: &mut Conn, email: &str) -> Result<bool, Error> {
        let Some(earlier) = &self.earlier else { return Ok(false) };
        let found = table::find_session(db, earlier)?;
        Ok(found.is_some_and(|(_, account)| account.email.eq_ignore_ascii_case(email)))
    }
}

/// Somebody asks for a link, from a browser that keeps `nonce`.
///
/// # Errors
/// [`Error::TooOften`] by address and by place, whether the address is known or not.
pub fn ask(tx: &mut Tx<'_>, cx: &Context, email: &str, nonce: &str, whence: &Whence) -> Result<(), Error> {
    if email.trim().is_empty() {
        return Err(FieldFault::at("/email", "enter your e-mail address").into());
    }
    let (address, place) = (email.to_lowercase(), &whence.place);
    if whence.knows(tx, email)? {
        tries::count(
            tx,
            cx,
            WINDOW,
            &format!("links for {address} in {:?}", whence.earlier),
            LINKS_FROM_A_KNOWN_BROWSER,
        )?;
    } else {
        tries::count(tx, cx, WINDOW, &format!("links from {place}"), LINKS_FROM_A_PLACE)?;
        tries::count(tx, cx, WINDOW, &format!("links for {address} from {place}"), LINKS_FOR_AN_ADDRESS_FROM_A_PLACE)?;
        tries::count(tx, cx, WINDOW, &format!("links for {address}"), LINKS_FOR_AN_ADDRESS)?;
    }
    Ok(table::insert_link(tx, &Link::ask(cx, email, nonce))?)
}

/// Whose an address is: that of an active account of a landlord or agent; or of exactly one person or company on record; or, where
/// nobody on record has it, a stranger's.
///
/// Of several on record, who has a licence goes before who is named in an application, and both before the rest; of those without
/// a licence the one that was on record first: nobody can shut somebody out by naming their address in a form.
fn known(db: &mut Conn, email: &str) -> Result<Option<Known>, Error> {
    if let Some(account) = access::find_email(db, email)? {
        return Ok(Known::account(account));
    }
    let mut found = Vec::new();
    // The oldest first.
    for party in parties::of_email(db, email)? {
        let standing = parties::standing_of(db, party.id)?;
        let role = if standing.is_agent && !standing.answers_for_own { Role::Agent } else { Role::Landlord };
        let is_applied = standing.answers_for_own || standing.is_agent;
        let known = Known::Party { party, role, is_licensed: standing.is_licensed };
        found.push(((standing.is_licensed, is_applied), known));
    }
    let Some(first) = found.iter().map(|(rank, _)| *rank).max() else { return Ok(Some(Known::Stranger)) };
    found.retain(|(rank, _)| *rank == first);
    let is_clear = found.len() == 1 || !first.0;
    Ok(found.into_iter().next().filter(|_| is_clear).map(|(_, known)| known))
}

/// The links whose mail is to go now.
///
/// # Errors
/// Whatever the database says.
pub fn to_send(db: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<LinkId>, Error> {
    Ok(table::links_to_send(db, now, limit)?)
}

/// What the mail of a link says, beside the link itself.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Whom it addresses; a stranger is nobody by name.
    pub name: Option<String>,
    /// The scheme in use, whose council writes.
    pub scheme: Scheme,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

/// A mail to be handed to the relay. Its words hold the secret; they are stored without it.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The link.
    pub link: Link,
    /// Whom it is to.
    pub name: Option<String>,
    /// The words as they go.
    pub words: Words,
}

/// What stands in the stored text in the place of the secret.
const BLANK: &str = "[not kept]";

/// A link's mail is taken up: the address is looked up, and a fresh secret made. `None` if there is nothing to send.
/// `compose` writes the mail around a secret.
///
/// # Errors
/// Whatever the database says.
pub fn take_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: LinkId,
    lease: TimeDelta,
    compose: &dyn Fn(&Invitation, &str) -> Result<Words, String>,
) -> Result<Option<Outgoing>, Error> {
    let due = table::find_link(tx, id)?.filter(|link| link.next_attempt_at.is_some_and(|at| at <= cx.now));
    let Some(link) = due else { return Ok(None) };
    if !link.is_live(cx.now) {
        save_link(tx, link.settle(cx.now, LinkMove::Fail, "it could not be sent in time".to_owned()))?;
        return Ok(None);
    }
    let scheme = rules.current()?;
    let known = known(tx, &link.email)?.filter(|known| *known != Known::Stranger || scheme.application.is_some());
    let Some(known) = known else {
        save_link(tx, link.settle(cx.now, LinkMove::NotKnow, "nobody known has this address".to_owned()))?;
        return Ok(None);
    };
    let name = known.name().map(ToOwned::to_owned);
    let invitation = Invitation { name, scheme: scheme.clone(), expires_at: link.expires_at };
    let secret = secret(cx);
    match (compose(&invitation, &secret), compose(&invitation, BLANK)) {
        (Ok(words), Ok(kept)) => {
            let Some(mut link) = link.claim(cx.now, lease, &secret) else { return Ok(None) };
            link.text = Some(kept.text);
            link.template = Some(kept.template);
            table::save_link(tx, &link)?;
            Ok(Some(Outgoing { link, name: invitation.name, words }))
        }
        (Err(why), _) | (_, Err(why)) => {
            tracing::error!(link = %id, why, "a sign-in mail could not be written");
            save_link(tx, link.settle(cx.now, LinkMove::Fail, why))?;
            Ok(None)
        }
    }
}

/// The outcome of sending a link's mail is noted. Where it cannot be known, it counts as sent: whoever waits asks again.
///
/// # Errors
/// Whatever the database says.
pub fn settle(tx: &mut Tx<'_>, cx: &Context, sent: &Link, posting: Posting) -> Result<(), Error> {
    let Some(link) = table::find_link(tx, sent.id)?.filter(|link| link.attempt == sent.attempt) else { return Ok(()) };
    let (step, reply) = match posting {
        Posting::Accepted(reply) | Posting::Unknown(reply) => (LinkMove::Send, reply),
        Posting::Refused(why) | Posting::Unbuildable(why) => (LinkMove::Fail, why),
        Posting::NotSent(why) => (LinkMove::PutBack, why),
    };
    save_link(tx, link.settle(cx.now, step, reply))
}

/// What has become of a link's mail is kept; what comes too late to change anything is not.
fn save_link(tx: &mut Tx<'_>, moved: Option<Link>) -> Result<(), Error> {
    if let Some(link) = moved {
        table::save_link(tx, &link)?;
    }
    Ok(())
}

/// Forgets old links, sessions and counts.
///
/// # Errors
/// Whatever the database says.
pub fn forget_old(tx: &mut Tx<'_>, cx: &Context) -> Result<(), Error> {
    Ok(table::forget_old(tx, cx.now)?)
}

/// What came of following a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Signed in.
    In {
        /// The secret of the new session, which only the browser keeps.
        secret: String,
        /// Whether a licence names them; who has none comes for an application.
        is_licensed: bool,
    },
    /// Used, run out, overtaken by a later one, or never made.
    Dead,
    /// Asked for in another browser; nothing was used up.
    OtherBrowser,
}

/// Who somebody new is, in their own words.
#[derive(Clone, Debug)]
pub struct Introduction {
    /// Person or company.
    pub kind: PartyKind,
    /// Name as it is written on letters.
    pub name: String,
    /// Proper address for service.
    pub address: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Landlord, or agent of landlords.
    pub role: Role,
}

/// Whom a link welcomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Welcome {
    /// Somebody who need not say who they are; or nobody, if the link is dead.
    Known,
    /// Somebody who says who they are: new, or on record without a licence, perhaps in the words of somebody else.
    Introduce(Option<Box<Party>>),
}

/// Whom this link welcomes in the browser that asked for it. Nothing is used up.
///
/// # Errors
/// Whatever the database says.
pub fn welcome(db: &mut Conn, cx: &Context, shown: &str, nonce: &str) -> Result<Welcome, Error> {
    let link = table::find_link_by_hash(db, &digest(shown))?;
    let link = link.filter(|link| link.is_live(cx.now) && link.was_asked_by(Some(nonce)));
    let Some(link) = link else { return Ok(Welcome::Known) };
    Ok(match known(db, &link.email)? {
        Some(Known::Stranger) => Welcome::Introduce(None),
        Some(Known::Party { party, is_licensed: false, .. }) => Welcome::Introduce(Some(Box::new(party))),
        _ => Welcome::Known,
    })
}

/// What a browser brings to a link.
#[derive(Clone, Copy, Debug)]
pub struct Bearer<'a> {
    /// What it keeps since it asked.
    pub nonce: Option<&'a str>,
    /// The secret of its session until then.
    pub session: Option<&'a str>,
    /// Where it is, and who signed in in it before.
    pub whence: &'a Whence,
}

/// A link is followed, and used up if it is this browser's and alive: a session begins, and the browser's session until then
/// ends. An account comes to be for somebody who had none; somebody new says who they are.
///
/// # Errors
/// [`Error::TooOften`] after too many dead links from one place; [`Error::Invalid`] if somebody new does not say who they are.
pub fn follow(
    tx: &mut Tx<'_>,
    cx: &Context,
    shown: &str,
    bearer: Bearer<'_>,
    introduction: Option<&Introduction>,
) -> Result<Entry, Error> {
    let whence = bearer.whence;
    let link = table::find_link_by_hash(tx, &digest(shown))?;
    let Some(link) = link.filter(|link| link.is_live(cx.now)) else { return dead(tx, cx, &whence.place) };
    // A stranger's later wish does not overtake what was asked for in a browser of the owner's own.
    if table::has_later(tx, &link)? && !whence.knows(tx, &link.email)? {
        return dead(tx, cx, &whence.place);
    }
    if !link.was_asked_by(bearer.nonce) {
        return Ok(Entry::OtherBrowser);
    }
    let Some(known) = known(tx, &link.email)? else { return dead(tx, cx, &whence.place) };
    if !table::use_link(tx, link.id, cx.now)? {
        return dead(tx, cx, &whence.place);
    }
    let (account, party) = account_of(tx, cx, known, &link.email, introduction)?;
    let is_licensed = party.map(|party| parties::standing_of(tx, party)).transpose()?.is_some_and(|of| of.is_licensed);
    if let Some(before) = bearer.session {
        table::end_session(tx, &digest(before), cx.now)?;
    }
    tracing::info!(%account, link = %link.id, "signed in by a link");
    Ok(Entry::In { secret: begin(tx, cx, account)?, is_licensed })
}

fn dead(tx: &mut Tx<'_>, cx: &Context, place: &str) -> Result<Entry, Error> {
    tries::count(tx, cx, WINDOW, &format!("dead links from {place}"), DEAD_LINKS_FROM_A_PLACE)?;
    Ok(Entry::Dead)
}

fn account_of(
    tx: &mut Tx<'_>,
    cx: &Context,
    known: Known,
    email: &str,
    introduction: Option<&Introduction>,
) -> Result<(AccountId, Option<PartyId>), Error> {
    let system = Context { actor: Actor::system(), ..cx.clone() };
    let (party, role) = match known {
        Known::Account(account) => return Ok((account.id, account.party_id)),
        Known::Party { party, role, is_licensed: true } => (party, role),
        Known::Party { party, is_licensed: false, .. } => {
            let said = introduction.ok_or_else(unsaid)?;
            (introduced(tx, &system, said, Some(party), email)?, said.role)
        }
        Known::Stranger => {
            let said = introduction.ok_or_else(unsaid)?;
            (introduced(tx, &system, said, None, email)?, said.role)
        }
    };
    let change =
        Account::add(&system, party.name.clone(), email.to_owned(), role, AccountState::Active, Some(party.id))?;
    access::insert(tx, &change)?;
    Ok((change.entity().id, Some(party.id)))
}

fn unsaid() -> Error {
    FieldFault::at("/name", "say who you are").into()
}

fn introduced(
    tx: &mut Tx<'_>,
    cx: &Context,
    new: &Introduction,
    recorded: Option<Party>,
    email: &str,
) -> Result<Party, Error> {
    if !matches!(new.role, Role::Landlord | Role::Agent) {
        return Err(FieldFault::at("/role", "say whether you are a landlord or an agent").into());
    }
    let facts = PartyFacts {
        kind: new.kind,
        name: new.name.clone(),
        address: new.address.clone(),
        email: Some(email.to_owned()),
        phone: new.phone.clone(),
        company_number: recorded.as_ref().and_then(|party| party.company_number.clone()),
    };
    if let Some(party) = recorded {
        let change = party.correct(cx, facts);
        parties::save(tx, &change)?;
        return Ok(change.into_entity());
    }
    let change = Party::add(cx, facts);
    parties::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A session of that account begins; the value is its secret.
///
/// # Errors
/// Whatever the database says.
pub fn begin(tx: &mut Tx<'_>, cx: &Context, account: AccountId) -> Result<String, Error> {
    let (session, secret) = Session::begin(cx, account);
    table::insert_session(tx, &session)?;
    Ok(secret)
}

/// The live session with that secret, and its account, which is active.
///
/// # Errors
/// Whatever the database says.
pub fn session(db: &mut Conn, now: DateTime<Utc>, secret: &str) -> Result<Option<(Session, Account)>, Error> {
    let found = table::find_session(db, &digest(secret))?;
    Ok(found.filter(|(session, account)| session.is_live(now) && account.state == AccountState::Active))
}

/// Notes that a session is in use.
///
/// # Errors
/// Whatever the database says.
pub fn note_use(tx: &mut Tx<'_>, cx: &Context, session: &Session) -> Result<(), Error> {
    Ok(table::note_use(tx, &session.hash, cx.now)?)
}

/// Somebody signs out of this browser, or of all.
///
/// # Errors
/// Whatever the database says.
pub fn leave(tx: &mut Tx<'_>, cx: &Context, session: &Session, everywhere: bool) -> Result<(), Error> {
    if everywhere {
        table::end_sessions_of(tx, session.account_id, cx.now)?;
    } else {
        table::end_session(tx, &session.hash, cx.now)?;
    }
    Ok(())
}
