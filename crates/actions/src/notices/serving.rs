//! A notice on its way: sent to everybody concerned, served copy by copy, and what the last service starts.

use std::collections::BTreeSet;

use super::{again, found, save};
use crate::gazetteer::known_party;
use crate::{Error, Expected, Rules, Service, applications, letters, proceedings, service_policy};
use domain::actor::Action;
use domain::application::Step;
use domain::context::Context;
use domain::id::{CopyId, NoticeId, PartyId, ProceedingId};
use domain::letter::LetterKind;
use domain::notice::{Notice, NoticeKind, NoticeState};
use domain::proceeding::ProceedingStep;
use domain::property::Capacity;
use storage::{Tx, applications as application_table, notices as table};

/// A notice is sent to its recipients. `letters` are made by this service unless the copies go by hand, outside it.
///
/// # Errors
/// A refusal unless it is a draft.
pub fn issue(tx: &mut Tx<'_>, cx: &Context, id: NoticeId, expected: Expected, letters: bool) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let change = found(tx, id, expected)?.issue(cx)?;
    save(tx, cx, &change)?;
    if letters {
        queue_letters(tx, cx, change.entity())?;
    }
    again(tx, id)
}

/// A letter for each copy that is to go and has none.
pub(super) fn queue_letters(tx: &mut Tx<'_>, cx: &Context, notice: &Notice) -> Result<(), Error> {
    for copy in notice.copies.iter().filter(|copy| copy.needs_letter()) {
        let letter = letters::queue_notice(tx, cx, notice, copy)?;
        table::set_letter(tx, copy.id, letter.id)?;
    }
    Ok(())
}

/// Somebody else is to get a notice; it is sent to them at once if it was sent to the others.
///
/// # Errors
/// A refusal if they get it already.
pub fn add_recipient(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    party: PartyId,
    capacity: Capacity,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    known_party(tx, party, "/party_id")?;
    let before = found(tx, id, expected)?;
    let there = before.copies.iter().map(|copy| copy.id).collect::<BTreeSet<_>>();
    let was_served = before.cover.served_on.is_some();
    let change = before.add_recipient(cx, &rules.current()?.policy, party, capacity)?;
    let new = change.entity().copies.iter().map(|copy| copy.id).filter(|id| !there.contains(id)).collect::<Vec<_>>();
    table::save(tx, &change, &new)?;
    queue_letters(tx, cx, change.entity())?;
    if was_served {
        lose_service(tx, cx, rules, change.entity())?;
    }
    again(tx, id)
}

/// A copy that came back is sent again.
///
/// # Errors
/// A refusal unless it came back.
pub fn send_again(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let change = found(tx, id, expected)?.send_again(cx, copy)?;
    save(tx, cx, &change)?;
    queue_letters(tx, cx, change.entity())?;
    again(tx, id)
}

/// Service on one recipient is recorded; of a proposal, the last one starts the consultation.
///
/// # Errors
/// A refusal if the way of sending is not service.
pub fn record_service(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
    service: Service,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let notice = found(tx, id, expected)?;
    serve(tx, cx, rules, notice, copy, service)
}

pub(crate) fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    notice: Notice,
    copy: CopyId,
    service: Service,
) -> Result<Notice, Error> {
    let id = notice.cover.id;
    let party = notice.copy(copy).ok_or(Error::NotFound)?.party_id;
    let sending = service.to(tx, party, LetterKind::Notice)?;
    let scheme = rules.current()?;
    let change = notice.record_service(cx, copy, sending, &scheme.policy, service_policy(scheme), &rules.holidays)?;
    save(tx, cx, &change)?;
    follow(tx, cx, rules, change.entity())?;
    again(tx, id)
}

/// Once a proposal is served on everybody, the consultation about it runs until the day that this fixed.
fn follow(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, notice: &Notice) -> Result<(), Error> {
    let Some(last_served_on) = notice.cover.served_on.filter(|_| notice.cover.state == NoticeState::Served) else {
        return Ok(());
    };
    let stated = notice.cover.stated.clone();
    if let Some(proceeding) = notice.cover.proceeding_id.filter(|_| !notice.cover.kind.is_decision()) {
        if is_superseded(tx, proceeding, notice)? {
            return Ok(());
        }
        let about = proceedings::named(tx, proceeding)?;
        let Some(what) = about.kind.proposed_by(notice.cover.kind) else { return Ok(()) };
        let is_modified = notice.cover.is_modified;
        let step = ProceedingStep::Propose { what, last_served_on, stated, is_modified };
        return proceedings::follow(tx, cx, rules, proceeding, step);
    }
    let Some(application) = notice.cover.application_id else { return Ok(()) };
    let step = match (notice.cover.kind, notice.cover.is_modified) {
        (NoticeKind::ProposedGrant, true) => Step::Modify { last_served_on, stated },
        (NoticeKind::ProposedGrant, false) => Step::ProposeGrant { last_served_on, stated },
        (NoticeKind::ProposedRefusal, _) => {
            Step::ProposeRefusal { last_served_on, stated, reason: notice.cover.reasons.clone() }
        }
        _ => return Ok(()),
    };
    let application = application_table::find(tx, application)?.ok_or(Error::NotFound)?;
    if application.stage.is_terminal() {
        return Ok(());
    }
    let change = application.take(cx, rules.current()?, step)?;
    Ok(application_table::save(tx, &change)?)
}

/// Whether a later proposal in the same proceedings was served on everybody: then the consultation is about that one.
fn is_superseded(tx: &mut Tx<'_>, proceeding: ProceedingId, notice: &Notice) -> Result<bool, Error> {
    let all = table::of_proceeding(tx, proceeding)?;
    let later = all.iter().map(|other| &other.cover).filter(|other| other.drafted_at > notice.cover.drafted_at);
    Ok(later.into_iter().any(|other| !other.kind.is_decision() && other.state == NoticeState::Served))
}

/// A proposal that is not served on everybody any more has no end of its consultation.
pub(super) fn lose_service(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, notice: &Notice) -> Result<(), Error> {
    if notice.cover.kind.is_decision() {
        return Ok(());
    }
    if let Some(proceeding) = notice.cover.proceeding_id {
        if is_superseded(tx, proceeding, notice)? {
            return Ok(());
        }
        return proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::LoseService);
    }
    let Some(application) = notice.cover.application_id else { return Ok(()) };
    applications::follow(tx, cx, rules, application, Step::LoseService)
}

/// A copy bounced or came back.
///
/// # Errors
/// A refusal if the notice was never sent.
pub fn record_return(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
    reason: &str,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let notice = found(tx, id, expected)?;
    take_back(tx, cx, rules, notice, copy, reason)?;
    again(tx, id)
}

pub(crate) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    notice: Notice,
    copy: CopyId,
    reason: &str,
) -> Result<(), Error> {
    let change = notice.record_return(cx, copy, reason)?;
    save(tx, cx, &change)?;
    lose_service(tx, cx, rules, change.entity())
}
