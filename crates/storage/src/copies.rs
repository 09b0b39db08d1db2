//! The copies of documents that are served. Each kind of document has a table of them, which differ in the column that names
//! the document.

/// The rows of such a table: `Row in table of column: Identifier`.
macro_rules! copies {
    ($row:ident in $table:ident of $document:ident: $id:ty) => {
        $crate::copies::copies! { @columns $row $table $document $id {
            id: Word<domain::id::CopyId>,
            party_id: Word<domain::id::PartyId>,
            capacity: Word<domain::property::Capacity>,
            state: Word<domain::service::ServiceState>,
            letter_id: Option<Word<domain::id::LetterId>>,
            method: Option<Word<domain::calendar::Method>>,
            address: Option<String>,
            dispatched_at: Option<chrono::NaiveDateTime>,
            deemed_on: Option<chrono::NaiveDate>,
            deemed_basis: Option<Json<domain::calendar::Counted>>,
            evidence: Option<String>,
            return_reason: Option<String>,
        } }
    };
    (@columns $row:ident $table:ident $document:ident $id:ty { $($field:ident: $column:ty,)+ }) => {
        $crate::record::record! { $row in $table { $($field: $column,)+ $document: Word<$id> } }

        impl $row {
            fn of($document: $id, copy: &domain::service::Copy) -> Self {
                Self {
                    $($field: $crate::columns::Column::enter(&copy.$field),)+
                    $document: Word($document),
                }
            }

            fn copy(self) -> Result<domain::service::Copy, $crate::Error> {
                Ok(domain::service::Copy {
                    $($field: $crate::columns::Column::leave(self.$field)?),+
                })
            }
        }
    };
}

pub(crate) use copies;
