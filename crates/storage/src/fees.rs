//! The entries of the accounts of applications: added and read, never changed.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::record::{Holds as _, record};
use super::schema::fee_entries;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::fees::{Entry, FeeEntryKind, PaymentMethod};
use domain::id::{AccountId, ApplicationId, FeeEntryId, PartyId, PropertyId, Spelled as _};
use domain::scheme::FeePart;

record! {
    FeeEntryRow in fee_entries => Entry {
        id: Word<FeeEntryId>,
        application_id: Word<ApplicationId>,
        property_id: Word<PropertyId>,
        number: i32,
        kind: Word<FeeEntryKind>,
        part: Word<FeePart>,
        pence: i32,
        happened_on: chrono::NaiveDate,
        reference: Option<String>,
        method: Option<Word<PaymentMethod>>,
        discount: Option<String>,
        claimed_by: Option<Word<PartyId>>,
        about_id: Option<Word<FeeEntryId>>,
        reason: Option<String>,
        recorded_by: Option<Word<AccountId>>,
        recorded_at: Instant,
    }
}

/// The entries of an application's account, in order.
///
/// # Errors
/// Whatever the database says.
pub fn of_application(db: &mut Conn, id: ApplicationId) -> Result<Vec<Entry>, Error> {
    let rows = fee_entries::table
        .filter(fee_entries::application_id.eq(id.as_str()))
        .order(fee_entries::number)
        .select(FeeEntryRow::as_select())
        .load(db)?;
    FeeEntryRow::entities(rows)
}

/// Keeps a new entry.
///
/// # Errors
/// [`Error::Duplicate`] if somebody else took its place in the account.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Entry>) -> Result<(), Error> {
    tx.add::<FeeEntryRow>(change)
}
