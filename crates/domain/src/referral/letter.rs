//! What a letter about a referral tells its reader, and no more.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a letter about a referral says (N1 to a partner, or what its holder is asked): the least that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Whether it goes to a partner; else to whoever is asked to act.
    pub to_partner: bool,
    /// The referral's reference.
    pub reference: String,
    /// What is of concern.
    pub concern: String,
    /// For what it is shared.
    pub purpose: String,
    /// Whether the home is licensed.
    pub is_licensed: bool,
    /// The agreement under which it is shared.
    pub agreement: Option<String>,
    /// The licence's number and the condition's, with its words.
    pub condition: Option<(String, String, String)>,
    /// The last day to act.
    pub act_by: Option<NaiveDate>,
}
