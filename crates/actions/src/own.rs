//! What a landlord or agent does for themselves: consent to e-mail, records of their own, and word of a change.

use super::{Error, Expected, FieldFault, certificates, gazetteer, tasks};
use domain::actor::Action;
use domain::certificate::{Certificate, CertificateState, Particulars};
use domain::context::Context;
use domain::id::{ConsentId, LicenceId, NoticeId, PartyId, PropertyId, Spelled as _, TaskId, words};
use domain::notice::{Cover, Notice, NoticeState, Representation};
use domain::party::{Consent, ConsentScope};
use domain::scheme::DocumentKind;
use domain::sign_in::digest;
use domain::task::{Need, TaskKind};
use storage::{Conn, Tx, certificates as certificate_table, licences, notices, parties, properties};

words! {
    /// What has changed; the law asks some of it to be told, and officers decide what follows.
    ChangeKind {
        /// Address, telephone or e-mail of the holder or manager.
        Contact = "contact",
        /// The manager or agent.
        Manager = "manager",
        /// How many people or households live there.
        Occupiers = "occupiers",
        /// The home was sold, or is no longer let.
        Ended = "ended",
        /// Anything else.
        Other = "other",
    }
}

/// Whom the actor stands for.
fn own_party(cx: &Context) -> Result<PartyId, Error> {
    cx.allow(Action::KeepOwnDetails)?;
    cx.actor.party.ok_or(Error::Forbidden)
}

/// The actor agrees to e-mail (s.247). An agent's consent is the agent's own, never the holder's.
///
/// # Errors
/// [`Error::Forbidden`] unless the actor stands for a person or company.
pub fn give_consent(tx: &mut Tx<'_>, cx: &Context, email: String, scope: ConsentScope) -> Result<Consent, Error> {
    let party = own_party(cx)?;
    let change = Consent::give(cx, party, email, scope, cx.today(), "given by themselves, signed in".to_owned())?;
    parties::insert_consent(tx, &change)?;
    Ok(change.into_entity())
}

/// As [`give_consent`], but the same consent again, while it holds, changes nothing.
///
/// # Errors
/// As there.
pub fn agree(tx: &mut Tx<'_>, cx: &Context, email: String, scope: ConsentScope) -> Result<(), Error> {
    let party = own_party(cx)?;
    let given = parties::consents_of(tx, &[party])?;
    let held = |consent: &Consent| consent.holds_at(cx.now) && consent.scope == scope && consent.email == email;
    if !given.iter().any(held) {
        give_consent(tx, cx, email, scope)?;
    }
    Ok(())
}

/// The actor records something under a licence of theirs. The same record again, sent twice, is the one that is there.
///
/// # Errors
/// As [`certificates::record`].
pub fn record(
    tx: &mut Tx<'_>,
    cx: &Context,
    home: PropertyId,
    licence: LicenceId,
    kind: DocumentKind,
    said: &Particulars,
) -> Result<Certificate, Error> {
    licences::find_seen(tx, cx.actor.sight(), licence)?.ok_or(Error::NotFound)?;
    let there = certificate_table::of_licence(tx, licence)?.into_iter();
    let mut same = there.filter(|one| {
        one.property_id == home
            && one.kind == kind
            && one.particulars == *said
            && one.state != CertificateState::Rejected
    });
    match same.next_back() {
        Some(record) => Ok(record),
        None => certificates::record(tx, cx, home, Some(licence), kind, said.clone(), &[]),
    }
}

/// The actor withdraws a consent; from now on their letters go on paper.
///
/// # Errors
/// [`Error::NotFound`] for a consent of somebody else; a refusal if it was withdrawn before.
pub fn withdraw_consent(tx: &mut Tx<'_>, cx: &Context, id: ConsentId, expected: Expected) -> Result<Consent, Error> {
    let party = own_party(cx)?;
    gazetteer::end_consent(tx, cx, party, id, expected)
}

/// A notice that was sent to the actor.
///
/// # Errors
/// [`Error::NotFound`] for one that was not.
pub fn notice(db: &mut Conn, cx: &Context, id: NoticeId) -> Result<Notice, Error> {
    cx.allow(Action::ReadOwnCases)?;
    let party = cx.actor.party.ok_or(Error::Forbidden)?;
    let notice = notices::find(db, id)?.filter(|notice| notice.copy_sent_to(party).is_some());
    notice.ok_or(Error::NotFound)
}

/// Whether a proposal still waits for a decision, so that what somebody says of it can be considered.
///
/// # Errors
/// Whatever the database says.
pub fn may_comment(db: &mut Conn, cover: &Cover) -> Result<bool, Error> {
    let about = match (cover.application_id, cover.proceeding_id) {
        (Some(application), _) => notices::of_application(db, application)?,
        (None, Some(proceeding)) => notices::of_proceeding(db, proceeding)?,
        (None, None) => Vec::new(),
    };
    let decided = |notice: &Notice| notice.cover.kind.is_decision() && notice.cover.drafted_at > cover.drafted_at;
    Ok(cover.asks_for_representations() && !about.iter().any(decided))
}

/// The actor says what they think of a proposal that was sent to them (Schedule 5, paragraph 3), and an officer gets a task.
/// The same words again are those that are there. They are kept however late they come.
///
/// # Errors
/// [`Error::NotFound`] for a notice that was not sent to them; a refusal for a decision, or a proposal that is withdrawn or decided.
pub fn represent(tx: &mut Tx<'_>, cx: &Context, id: NoticeId, text: &str) -> Result<Representation, Error> {
    cx.allow(Action::AnswerDemands)?;
    let notice = notice(tx, cx, id)?;
    let said = notices::representations_about(tx, id)?;
    if let Some(same) = said.into_iter().find(|one| one.party_id == cx.actor.party && one.text == text) {
        return Ok(same);
    }
    if notice.cover.state == NoticeState::Withdrawn {
        let text = format!("{} was withdrawn: there is nothing left to comment on", notice.cover.reference);
        return Err(Error::Refused { code: "notice-withdrawn", text });
    }
    if !may_comment(tx, &notice.cover)? {
        let text = format!("what {} proposed is decided: there is nothing left to comment on", notice.cover.reference);
        return Err(Error::Refused { code: "already-decided", text });
    }
    let change = Representation::receive(cx, &notice.cover, cx.actor.party, cx.today(), text.to_owned())?;
    notices::insert_representation(tx, &change)?;
    let home = properties::find(tx, notice.cover.property_id)?.ok_or(Error::NotFound)?;
    let who = cx.actor.party.map(|party| parties::find(tx, party)).transpose()?.flatten().ok_or(Error::NotFound)?;
    let need = Need {
        kind: TaskKind::RepresentationReceived,
        key: change.entity().id.to_string(),
        property_id: Some(home.id),
        letter_id: None,
        title: format!("{}: consider what {} says of {}", notice.cover.reference, who.name, home.one_line()),
        detail: text.to_owned(),
    };
    tasks::open(tx, cx, need)?;
    Ok(change.into_entity())
}

/// As [`report_change`], but the same report again, while its task is open, is the one that is there.
///
/// # Errors
/// As there.
pub fn report_change_once(
    tx: &mut Tx<'_>,
    cx: &Context,
    licence: LicenceId,
    kind: ChangeKind,
    text: &str,
) -> Result<(), Error> {
    let party = own_party(cx)?;
    report(tx, cx, licence, kind, text, digest(&format!("{party} {licence} {kind} {text}")))
}

/// The actor reports a change at a home that they are licensed for: an officer gets a task.
///
/// # Errors
/// [`Error::NotFound`] for a licence that is not theirs; [`Error::Invalid`] if nothing is said.
pub fn report_change(
    tx: &mut Tx<'_>,
    cx: &Context,
    licence: LicenceId,
    kind: ChangeKind,
    text: &str,
) -> Result<(), Error> {
    report(tx, cx, licence, kind, text, TaskId::new(cx).as_str().to_owned())
}

fn report(
    tx: &mut Tx<'_>,
    cx: &Context,
    licence: LicenceId,
    kind: ChangeKind,
    text: &str,
    key: String,
) -> Result<(), Error> {
    let party = own_party(cx)?;
    if text.trim().is_empty() {
        return Err(FieldFault::at("/text", "say what has changed, and since when").into());
    }
    let licence = licences::find_seen(tx, cx.actor.sight(), licence)?.ok_or(Error::NotFound)?;
    let home = properties::find(tx, licence.property_id)?.ok_or(Error::NotFound)?;
    let who = parties::find(tx, party)?.ok_or(Error::NotFound)?;
    let need = Need {
        kind: TaskKind::ChangeReported,
        key,
        property_id: Some(home.id),
        letter_id: None,
        title: format!("{}: {} reports a change ({kind}) at {}", licence.number, who.name, home.one_line()),
        detail: text.to_owned(),
    };
    tasks::open(tx, cx, need)
}
