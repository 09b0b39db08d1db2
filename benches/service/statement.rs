//! A prepared statement of SQL and values, for a database without anything of ours in between.

use std::marker::PhantomData;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamp, Untyped};
use diesel::sqlite::Sqlite;
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
    /// Comes with its operator, because each database has its own: `id ?`.
    List(Vec<String>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

/// A database that takes a list.
pub(crate) trait Lists: Backend {
    fn push<'b>(list: &'b [String], out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()>;
}

impl Lists for Pg {
    fn push<'b>(list: &'b [String], out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
        out.push_sql("= ANY(");
        out.push_bind_param::<Array<Text>, _>(list)?;
        out.push_sql(")");
        Ok(())
    }
}

impl Lists for Sqlite {
    fn push<'b>(list: &'b [String], out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
        for (place, one) in list.iter().enumerate() {
            out.push_sql(if place == 0 { "IN (" } else { ", " });
            out.push_bind_param::<Text, _>(one)?;
        }
        out.push_sql(if list.is_empty() { "IN ()" } else { ")" });
        Ok(())
    }
}

/// SQL in which every `?` stands for the next value, and the types of the columns that it reads.
pub(crate) struct Statement<T = Untyped> {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
    /// Whether it comes often enough to be kept prepared.
    pub(crate) keep: bool,
    columns: PhantomData<T>,
}

impl<T> Statement<T> {
    pub(crate) fn new(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values, keep: true, columns: PhantomData }
    }
}

impl<T, DB: Lists> QueryFragment<DB> for Statement<T>
where
    Option<String>: ToSql<Nullable<Text>, DB>,
    String: ToSql<Text, DB>,
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
                    Some(Value::List(list)) => match list.as_slice() {
                        // PostgreSQL would plan a list of one anew each time.
                        [one] => {
                            out.push_sql("= ");
                            out.push_bind_param::<Text, _>(one)?;
                        }
                        _ => DB::push(list, &mut out)?,
                    },
                    None => {}
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl<T> QueryId for Statement<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> Query for Statement<T> {
    type SqlType = T;
}

impl<T, C: Connection> RunQueryDsl<C> for Statement<T> {}
