//! How a value of the domain is spelt in a column, the same on both databases.

use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound as _, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Text, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use domain::id::Spelled;

/// A column's type, and the value of the domain that it holds.
pub(crate) trait Column: Sized {
    /// The value of the domain.
    type Value;
    /// The value as it is stored.
    fn enter(value: &Self::Value) -> Self;
    /// The stored value as the domain knows it; an unreadable one is an error of its row alone.
    fn leave(self) -> Result<Self::Value, Unreadable>;
}

/// A stored value that the domain cannot read.
#[derive(Debug, thiserror::Error)]
#[error("a stored value cannot be read: {0}")]
pub struct Unreadable(String);

macro_rules! as_they_are {
    ($($plain:ty),+) => {$(
        impl Column for $plain {
            type Value = Self;
            fn enter(value: &Self) -> Self {
                value.clone()
            }
            fn leave(self) -> Result<Self, Unreadable> {
                Ok(self)
            }
        }
    )+};
}
as_they_are!(String, i32, i64, bool, NaiveDate, NaiveDateTime);

impl<C: Column> Column for Option<C> {
    type Value = Option<C::Value>;
    fn enter(value: &Self::Value) -> Self {
        value.as_ref().map(C::enter)
    }
    fn leave(self) -> Result<Self::Value, Unreadable> {
        self.map(C::leave).transpose()
    }
}

/// A word with a spelling, or an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub(crate) struct Word<T: Spelled + std::fmt::Debug>(pub(crate) T);

impl<T: Spelled + Copy + std::fmt::Debug> Column for Word<T> {
    type Value = T;
    fn enter(value: &T) -> Self {
        Self(*value)
    }
    fn leave(self) -> Result<T, Unreadable> {
        Ok(self.0)
    }
}

impl<DB: Backend, T: Spelled + std::fmt::Debug> ToSql<Text, DB> for Word<T>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend, T: Spelled + std::fmt::Debug> FromSql<Text, DB> for Word<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = String::from_sql(bytes)?;
        T::read(&text).map(Self).ok_or_else(|| format!("\"{text}\" is not known here").into())
    }
}

/// An instant, stored as UTC to the microsecond, which both databases keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub(crate) struct Instant(NaiveDateTime);

impl Column for Instant {
    type Value = DateTime<Utc>;
    fn enter(value: &DateTime<Utc>) -> Self {
        Self(value.naive_utc().trunc_subsecs(6))
    }
    fn leave(self) -> Result<DateTime<Utc>, Unreadable> {
        Ok(self.0.and_utc())
    }
}

impl<DB: Backend> ToSql<Timestamp, DB> for Instant
where
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<Timestamp, DB> for Instant
where
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(bytes).map(Self)
    }
}

/// A structured value, stored as JSON text that SQL never looks into.
#[derive(Debug, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub(crate) struct Json<T>(String, PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Column for Json<T> {
    type Value = T;
    fn enter(value: &T) -> Self {
        Self(serde_json::to_string(value).unwrap_or_default(), PhantomData)
    }
    fn leave(self) -> Result<T, Unreadable> {
        serde_json::from_str(&self.0).map_err(|error| Unreadable(error.to_string()))
    }
}

impl<DB: Backend, T: std::fmt::Debug> ToSql<Text, DB> for Json<T>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_str().to_sql(out)
    }
}

impl<DB: Backend, T> FromSql<Text, DB> for Json<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(|text| Self(text, PhantomData))
    }
}
