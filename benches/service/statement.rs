//! A prepared statement of SQL and values, for a database without anything of ours in between.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Timestamp};
use diesel::{Connection, QueryResult, RunQueryDsl};

/// A value of a column.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Whole(i64),
    Small(i32),
    Flag(bool),
    Day(Option<NaiveDate>),
    Instant(Option<NaiveDateTime>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

/// SQL in which every `?` stands for the next value.
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
    /// Whether it comes often enough to be kept prepared.
    pub(crate) keep: bool,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values, keep: true }
    }
}

impl<DB: Backend> QueryFragment<DB> for Statement
where
    Option<String>: ToSql<Nullable<Text>, DB>,
    i64: ToSql<BigInt, DB>,
    i32: ToSql<Integer, DB>,
    bool: ToSql<Bool, DB>,
    Option<NaiveDate>: ToSql<Nullable<Date>, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
    DB: diesel::sql_types::HasSqlType<Text>
        + diesel::sql_types::HasSqlType<BigInt>
        + diesel::sql_types::HasSqlType<Integer>
        + diesel::sql_types::HasSqlType<Bool>
        + diesel::sql_types::HasSqlType<Date>
        + diesel::sql_types::HasSqlType<Timestamp>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.keep {
            out.unsafe_to_cache_prepared();
        }
        let mut values = self.values.iter();
        for (place, piece) in self.sql.split('?').enumerate() {
            if place > 0 {
                match values.next() {
                    Some(Value::Text(text)) => out.push_bind_param::<Nullable<Text>, _>(text)?,
                    Some(Value::Whole(number)) => out.push_bind_param::<BigInt, _>(number)?,
                    Some(Value::Small(number)) => out.push_bind_param::<Integer, _>(number)?,
                    Some(Value::Flag(flag)) => out.push_bind_param::<Bool, _>(flag)?,
                    Some(Value::Day(day)) => out.push_bind_param::<Nullable<Date>, _>(day)?,
                    Some(Value::Instant(at)) => out.push_bind_param::<Nullable<Timestamp>, _>(at)?,
                    None => {}
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = diesel::sql_types::Untyped;
}

impl<C: Connection> RunQueryDsl<C> for Statement {}
impl<C: Connection> RunQueryDsl<C> for &Statement {}
