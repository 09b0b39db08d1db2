//! One row of one table, and the three ways of writing rows: insert many, insert or update many, save one by its revision.
//!
//! diesel's own insert of many rows and `ON CONFLICT` do not reach a connection that may be either database, so the two
//! statements are spelt here once, from the same column list, with every value bound.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

use super::{Conn, Error, MultiBackend};

/// A row that can be written.
pub(crate) trait Row {
    /// The table.
    const TABLE: &'static str;
    /// Its columns, the key first.
    const COLUMNS: &'static [&'static str];
    /// How many of the first columns are the key.
    const KEYS: usize = 1;
    /// Binds every value, in the order of the columns, with commas between them.
    fn bind<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()>;
    /// Writes `column = value` for every column but the key, with commas between them.
    fn bind_changes<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()>;
    /// Binds the key.
    fn bind_key<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()>;
}

/// A row that holds a value of the domain.
pub(crate) trait Holds: Row + Sized {
    /// The value of the domain.
    type Entity;
    /// The row of a value of the domain.
    fn of(entity: &Self::Entity) -> Self;
    /// The value of the domain in this row.
    fn entity(self) -> Result<Self::Entity, Error>;

    /// The values in these rows.
    fn entities(rows: Vec<Self>) -> Result<Vec<Self::Entity>, Error> {
        rows.into_iter().map(Self::entity).collect()
    }
}

/// A row that counts its changes, so that a stale one cannot be saved.
pub(crate) trait Revised: Holds {
    /// The count.
    fn revision(&mut self) -> &mut i64;
}

/// What happens when a row of that key is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// It is an error.
    Refuse,
    /// The new row is dropped, whichever unique key stands against it.
    Skip,
    /// The row with that primary key takes the new values.
    Update,
}

/// `INSERT` of several rows.
pub(crate) struct Insert<'a, R> {
    pub(crate) rows: &'a [R],
    pub(crate) conflict: Conflict,
    /// Whether this number of rows comes often enough for the statement to be kept prepared.
    pub(crate) keep: bool,
}

impl<R: Row> QueryFragment<MultiBackend> for Insert<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        if !self.keep {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("INSERT INTO ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" (");
        for (place, column) in R::COLUMNS.iter().enumerate() {
            out.push_sql(if place == 0 { "" } else { ", " });
            out.push_identifier(column)?;
        }
        out.push_sql(") VALUES ");
        for (place, row) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            row.bind(out.reborrow())?;
        }
        out.push_sql(")");
        self.walk_conflict(out)
    }
}

impl<R: Row> Insert<'_, R> {
    fn walk_conflict(&self, mut out: AstPass<'_, '_, MultiBackend>) -> QueryResult<()> {
        match self.conflict {
            Conflict::Refuse => {}
            Conflict::Skip => out.push_sql(" ON CONFLICT DO NOTHING"),
            Conflict::Update => {
                out.push_sql(" ON CONFLICT (");
                for (place, column) in R::COLUMNS.iter().take(R::KEYS).enumerate() {
                    out.push_sql(if place == 0 { "" } else { ", " });
                    out.push_identifier(column)?;
                }
                out.push_sql(") DO UPDATE SET ");
                for (place, column) in R::COLUMNS.iter().skip(R::KEYS).enumerate() {
                    out.push_sql(if place == 0 { "" } else { ", " });
                    out.push_identifier(column)?;
                    out.push_sql(" = excluded.");
                    out.push_identifier(column)?;
                }
            }
        }
        Ok(())
    }
}

/// `UPDATE` of one row: by its revision where the row counts its changes, by its key alone where another row does.
pub(crate) struct Save<'a, R> {
    pub(crate) row: &'a R,
    /// The revision that was read; `None` for parts of an aggregate whose head is checked.
    pub(crate) revision: Option<i64>,
}

impl<R: Row> QueryFragment<MultiBackend> for Save<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(R::TABLE)?;
        out.push_sql(" SET ");
        self.row.bind_changes(out.reborrow())?;
        out.push_sql(" WHERE ");
        out.push_identifier(R::COLUMNS.first().copied().unwrap_or_default())?;
        out.push_sql(" = ");
        self.row.bind_key(out.reborrow())?;
        if let Some(revision) = &self.revision {
            out.push_sql(" AND revision = ");
            out.push_bind_param::<diesel::sql_types::BigInt, i64>(revision)?;
        }
        Ok(())
    }
}

macro_rules! runs {
    ($($statement:ident),+) => {$(
        impl<R> QueryId for $statement<'_, R> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
        impl<R> Query for $statement<'_, R> {
            type SqlType = diesel::sql_types::Untyped;
        }
        impl<R> RunQueryDsl<Conn> for $statement<'_, R> {}
    )+};
}
runs!(Insert, Save);

/// A table's row: the struct, how it is read and written, and (after `=>`) the value of the domain that it holds.
macro_rules! record {
    ($(#[$doc:meta])* $row:ident in $table:ident $(keyed by $keys:literal)? $(=> $entity:ty)? {
        $($field:ident: $column:ty),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $crate::schema::$table)]
        pub(crate) struct $row { $(pub(crate) $field: $column),+ }

        impl $crate::record::Row for $row {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            $(const KEYS: usize = $keys;)?

            fn bind<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $crate::MultiBackend>,
            ) -> diesel::QueryResult<()> {
                let mut first = true;
                $(
                    out.push_sql(if first { "" } else { ", " });
                    first = false;
                    out.push_bind_param::<
                        diesel::dsl::SqlTypeOf<$crate::schema::$table::$field>, $column
                    >(&self.$field)?;
                )+
                let _ = first;
                Ok(())
            }

            fn bind_changes<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $crate::MultiBackend>,
            ) -> diesel::QueryResult<()> {
                let mut place = 0_usize;
                $(
                    if place >= Self::KEYS {
                        out.push_sql(if place == Self::KEYS { "" } else { ", " });
                        out.push_identifier(stringify!($field))?;
                        out.push_sql(" = ");
                        out.push_bind_param::<
                            diesel::dsl::SqlTypeOf<$crate::schema::$table::$field>, $column
                        >(&self.$field)?;
                    }
                    place += 1;
                )+
                let _ = place;
                Ok(())
            }

            fn bind_key<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $crate::MultiBackend>,
            ) -> diesel::QueryResult<()> {
                let mut place = 0_usize;
                $(
                    if place == 0 {
                        out.push_bind_param::<
                            diesel::dsl::SqlTypeOf<$crate::schema::$table::$field>, $column
                        >(&self.$field)?;
                    }
                    place += 1;
                )+
                let _ = place;
                Ok(())
            }
        }

        record!(@holds $row $($entity)? { $($field)+ });
    };
    (@holds $row:ident { $($field:ident)+ }) => {};
    (@holds $row:ident $entity:ty { $($field:ident)+ }) => {
        impl $crate::record::Holds for $row {
            type Entity = $entity;

            fn of(entity: &$entity) -> Self {
                Self { $($field: $crate::columns::Column::enter(&entity.$field)),+ }
            }

            fn entity(self) -> Result<$entity, $crate::Error> {
                type Entity = $entity;
                Ok(Entity { $($field: $crate::columns::Column::leave(self.$field)?),+ })
            }
        }
    };
}

/// Rows that count their changes in a column `revision`.
macro_rules! revised {
    ($($row:ident),+) => {$(
        impl $crate::record::Revised for $row {
            fn revision(&mut self) -> &mut i64 {
                &mut self.revision
            }
        }
    )+};
}

pub(crate) use {record, revised};
