//! The copies of documents that are served. Each kind of document has a table of them, which differ in the column that names
//! the document.

/// The rows of such a table: `Row in table of column: Identifier`.
macro_rules! copies {
    ($row:ident in $table:ident of $document:ident: $id:ty) => {
        $crate::storage::copies::copies! { @columns $row $table $document $id {
            id: Word<$crate::domain::id::CopyId>,
            party_id: Word<$crate::domain::id::PartyId>,
            capacity: Word<$crate::domain::property::Capacity>,
            state: Word<$crate::domain::service::ServiceState>,
            letter_id: Option<Word<$crate::domain::id::LetterId>>,
            method: Option<Word<$crate::domain::calendar::Method>>,
            address: Option<String>,
            dispatched_at: Option<chrono::NaiveDateTime>,
            deemed_on: Option<chrono::NaiveDate>,
            deemed_basis: Option<Json<$crate::domain::calendar::Counted>>,
            evidence: Option<String>,
            return_reason: Option<String>,
        } }
    };
    (@columns $row:ident $table:ident $document:ident $id:ty { $($field:ident: $column:ty,)+ }) => {
        $crate::storage::record::record! { $row in $table { $($field: $column,)+ $document: Word<$id> } }

        impl $row {
            fn of($document: $id, copy: &$crate::domain::service::Copy) -> Self {
                Self {
                    $($field: $crate::storage::columns::Column::enter(&copy.$field),)+
                    $document: Word($document),
                }
            }

            fn copy(self) -> Result<$crate::domain::service::Copy, $crate::storage::Error> {
                Ok($crate::domain::service::Copy {
                    $($field: $crate::storage::columns::Column::leave(self.$field)?),+
                })
            }
        }
    };
}

pub(crate) use copies;
