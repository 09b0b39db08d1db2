//! The table of marks on the material of enforcement cases.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::record::{Holds as _, record};
use super::schema::material_marks;
use super::{Conn, Error, Tx};
use domain::enforcement::{Marked, MaterialKind, MaterialMark};
use domain::event::Change;
use domain::id::{AccountId, EnforcementId, MaterialId, MaterialMarkId, PropertyId, Spelled as _};

record! {
    MarkRow in material_marks => Marked {
        id: Word<MaterialMarkId>,
        case_id: Word<EnforcementId>,
        property_id: Word<PropertyId>,
        kind: Word<MaterialKind>,
        material_id: Word<MaterialId>,
        number: i32,
        mark: Word<MaterialMark>,
        reason: Option<String>,
        marked_by: Option<Word<AccountId>>,
        marked_at: Instant,
    }
}

/// The marks of a case: of each piece the earlier ones first.
///
/// # Errors
/// Whatever the database says.
pub fn marks_of(db: &mut Conn, id: EnforcementId) -> Result<Vec<Marked>, Error> {
    let query = material_marks::table.filter(material_marks::case_id.eq(id.as_str()));
    let rows = query.order(material_marks::number).select(MarkRow::as_select()).load(db)?;
    MarkRow::entities(rows)
}

/// Keeps a mark.
///
/// # Errors
/// [`Error::Duplicate`] if somebody else marked the same piece at the same time.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Marked>) -> Result<(), Error> {
    tx.add::<MarkRow>(change)
}
