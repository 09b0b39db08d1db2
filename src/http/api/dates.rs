//! Dates that explain themselves.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::calendar::Counted;

/// A date with the reason why it is that day.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ExplainedDate {
    /// The date (Europe/London).
    pub on: NaiveDate,
    /// Why it is that day, in a sentence.
    pub because: String,
    /// The rule.
    pub rule: String,
    /// The rule's version.
    pub version: u16,
    /// Whether it was counted beyond the bank holidays that are confirmed.
    pub beyond_confirmed_holidays: bool,
    /// Rule, version and inputs as stored, from which the date can be counted again.
    #[schema(value_type = Object)]
    pub inputs: serde_json::Value,
}

impl From<&Counted> for ExplainedDate {
    fn from(counted: &Counted) -> Self {
        Self {
            on: counted.on(),
            because: counted.because(),
            rule: counted.rule_name().to_owned(),
            version: counted.version(),
            beyond_confirmed_holidays: counted.is_beyond_confirmed_holidays(),
            inputs: serde_json::to_value(counted).unwrap_or_default(),
        }
    }
}
