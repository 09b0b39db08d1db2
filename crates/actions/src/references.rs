//! References about tenants: received with consent, looked into, answered in a colour, and disposed of by the night.

use chrono::Datelike as _;

use super::gazetteer::{known_party, known_property};
use super::{Error, Expected, letters};
use domain::actor::Action;
use domain::context::Context;
use domain::id::ReferenceId;
use domain::letter::LetterKind;
use domain::reference::{ReferenceRequest, ReferenceStep, Request, Told};
use storage::{Tx, references as table, schemes};

/// A request comes in. The reference is given here.
///
/// # Errors
/// [`Error::Invalid`] without the landlord or the home; a refusal without the tenant's consent.
pub fn receive(tx: &mut Tx<'_>, cx: &Context, request: Request, months: u32) -> Result<ReferenceRequest, Error> {
    cx.allow(Action::WorkReferences)?;
    known_party(tx, request.landlord_id, "/landlord_id")?;
    if let Some(home) = request.property_id {
        known_property(tx, home, "/property_id")?;
    }
    let reference = schemes::next_reference(tx, "TEN", cx.today().year())?;
    let change = ReferenceRequest::receive(cx, Request { reference, ..request }, months)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A request takes a step. The landlord is told its colour by letter.
///
/// # Errors
/// A refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ReferenceId,
    expected: Expected,
    step: ReferenceStep,
    months: u32,
) -> Result<ReferenceRequest, Error> {
    cx.allow(Action::WorkReferences)?;
    let request = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(request.revision)?;
    let tells = matches!(step, ReferenceStep::Issue { .. });
    let change = request.take(cx, step, months)?;
    table::save(tx, &change)?;
    if tells {
        tell(tx, cx, change.entity())?;
    }
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn tell(tx: &mut Tx<'_>, cx: &Context, request: &ReferenceRequest) -> Result<(), Error> {
    let (Some(landlord), Some(colour), Some(covers)) = (request.landlord_id, request.colour, request.covers.clone())
    else {
        return Ok(());
    };
    let told = Told { reference: request.reference.clone(), received_on: request.received_on, colour, covers };
    let facts = serde_json::to_value(told).unwrap_or_default();
    let letter = letters::queue(tx, cx, LetterKind::Reference, landlord, None, facts)?;
    Ok(table::set_letter(tx, request.id, letter.id)?)
}

/// Disposes of what is kept no longer, and of the words of its letter; answers how many there were.
///
/// # Errors
/// Whatever the database says.
pub fn dispose_of_old(tx: &mut Tx<'_>, cx: &Context) -> Result<usize, Error> {
    let due = table::to_dispose_of(tx, cx.today())?;
    let count = due.len();
    for request in due {
        if let Some(letter) = request.letter_id {
            letters::dispose_of(tx, cx, letter)?;
        }
        table::save(tx, &request.take(cx, ReferenceStep::DisposeOf, 1)?)?;
    }
    Ok(count)
}
