//! The accounts of applications: what falls due with a step, payments, refunds, discounts, and what puts mistakes right.

use chrono::NaiveDate;

use super::gazetteer::known_party;
use super::{Error, Rules};
use domain::actor::Action;
use domain::application::{Application, Step};
use domain::context::Context;
use domain::event::Change;
use domain::fees::{Entry, FeeAccount, Payment, PaymentMethod, Refund, Refusal};
use domain::id::{ApplicationId, FeeEntryId, PartyId};
use domain::scheme::{FeePart, FeePeriod};
use spreadsheet::Paid;
use storage::{Conn, Tx, applications, fees as table};

/// The account of an application.
///
/// # Errors
/// Whatever the database says.
pub fn account(db: &mut Conn, application: &Application) -> Result<FeeAccount, Error> {
    let entries = table::of_application(db, application.id)?;
    Ok(FeeAccount { application_id: application.id, property_id: application.property_id, entries })
}

/// The period of the schedule that something about an application falls into on a day; for a draft, that of the day itself.
///
/// # Errors
/// [`Refusal::NoSchedule`].
pub fn schedule<'r>(rules: &'r Rules, application: &Application, day: NaiveDate) -> Result<&'r FeePeriod, Error> {
    let fees = &rules.current()?.fees;
    let day = fees.deciding(application.submitted_on.unwrap_or(day), day);
    Ok(fees.on(day).ok_or(Refusal::NoSchedule(day))?)
}

/// What falls due with a step is charged: part A, or a fee whose parts are not known, with the submission; part B when it is
/// asked for. A scheme without a fee for that day charges nothing.
pub(super) fn charge(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    application: &Application,
    step: &Step,
) -> Result<(), Error> {
    let (parts, day) = match step {
        Step::Submit { on, .. } => ([FeePart::A, FeePart::Whole].as_slice(), *on),
        Step::RequestPartB => ([FeePart::B].as_slice(), cx.today()),
        _ => return Ok(()),
    };
    let Ok(period) = schedule(rules, application, day) else { return Ok(()) };
    for (part, pence) in parts.iter().filter_map(|part| Some((*part, period.amount(*part)?))) {
        if let Some(change) = account(tx, application)?.charge(cx, part, pence, day) {
            table::insert(tx, &change)?;
        }
    }
    Ok(())
}

/// What was paid of the fee before an application was imported, on the day on which the application came in: what was due
/// then, and what goes beyond that for part B.
///
/// # Errors
/// A refusal of money where the scheme has no fee for that day.
pub(super) fn take_over(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    application: &Application,
    paid: Paid,
    reference: &str,
) -> Result<(), Error> {
    let received_on = application.submitted_on.ok_or(Refusal::NotSubmitted)?;
    let period = match schedule(rules, application, received_on) {
        Err(_) if paid == Paid::Due => return Ok(()),
        found => found?,
    };
    let first = if period.amount(FeePart::A).is_some() { FeePart::A } else { FeePart::Whole };
    let due = account(tx, application)?.balance().of(first).charged;
    let due = i32::try_from(due).map_err(|_| Error::Broken("a fee beyond all measure".to_owned()))?;
    let parts = match paid {
        Paid::Due => [(first, due), (FeePart::B, 0)],
        Paid::Pence(pence) if first == FeePart::A => [(first, pence.min(due)), (FeePart::B, (pence - due).max(0))],
        Paid::Pence(pence) => [(first, pence), (FeePart::B, 0)],
    };
    for (part, pence) in parts.into_iter().filter(|(_, pence)| *pence > 0) {
        let method = PaymentMethod::Other;
        let payment = Payment { reference: reference.to_owned(), received_on, pence, part, method };
        let change = account(tx, application)?.pay(cx, period, payment)?;
        table::insert(tx, &change)?;
    }
    Ok(())
}

/// What of part B is outstanding; `None` where it is not charged.
pub(super) fn due_before_grant(db: &mut Conn, application: &Application) -> Result<Option<i64>, Error> {
    let sums = account(db, application)?.balance().of(FeePart::B);
    Ok((sums.charged > 0).then(|| sums.outstanding()))
}

/// A payment is recorded; the application stays where it is until an officer takes it on.
///
/// # Errors
/// A refusal that says what cannot be right.
pub fn record_payment(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    payment: Payment,
) -> Result<FeeAccount, Error> {
    enter(tx, cx, id, |account, application| Ok(account.pay(cx, submitted(rules, application, cx)?, payment)?))
}

/// A refund is recorded.
///
/// # Errors
/// A refusal of more than came in.
pub fn record_refund(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    refund: Refund,
) -> Result<FeeAccount, Error> {
    enter(tx, cx, id, |account, application| Ok(account.refund(cx, submitted(rules, application, cx)?, refund)?))
}

/// Somebody claims a discount.
///
/// # Errors
/// [`Error::Invalid`] if nobody knows them; a refusal of what the schedule does not have.
pub fn claim_discount(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    code: &str,
    by: PartyId,
) -> Result<FeeAccount, Error> {
    known_party(tx, by, "/claimed_by")?;
    enter(tx, cx, id, |account, application| Ok(account.claim(cx, submitted(rules, application, cx)?, code, by)?))
}

/// An officer allows or denies a discount that was claimed.
///
/// # Errors
/// A refusal of what was decided before.
pub fn decide_discount(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ApplicationId,
    claim: FeeEntryId,
    allowed: bool,
    reason: String,
) -> Result<FeeAccount, Error> {
    enter(tx, cx, id, |account, _| Ok(account.decide(cx, claim, allowed, reason)?))
}

/// An entry is reversed: it was a mistake, or a charge is written off.
///
/// # Errors
/// A refusal of what another entry rests on.
pub fn reverse(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ApplicationId,
    entry: FeeEntryId,
    reason: String,
) -> Result<FeeAccount, Error> {
    enter(tx, cx, id, |account, _| Ok(account.reverse(cx, entry, reason)?))
}

fn submitted<'r>(rules: &'r Rules, application: &Application, cx: &Context) -> Result<&'r FeePeriod, Error> {
    application.submitted_on.ok_or(Refusal::NotSubmitted)?;
    schedule(rules, application, cx.today())
}

/// Makes an entry, and answers with the account that has it.
fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ApplicationId,
    entry: impl FnOnce(&FeeAccount, &Application) -> Result<Change<Entry>, Error>,
) -> Result<FeeAccount, Error> {
    cx.allow(Action::WorkApplications)?;
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    let change = entry(&account(tx, &application)?, &application)?;
    table::insert(tx, &change)?;
    account(tx, &application)
}
