//! The resources of the API, one file each: what is read and sent, and a few lines from request to act to answer.

pub mod answers;
pub mod applications;
pub mod areas;
pub mod breaches;
pub mod bulk;
pub mod certificates;
pub mod checks;
pub mod conditions;
pub mod dates;
pub mod deadlines;
pub mod demands;
pub mod documents;
pub mod events;
pub mod health;
pub mod letter_batches;
pub mod letters;
pub mod licences;
pub mod me;
pub mod obligations;
pub mod parties;
pub mod properties;
pub mod reminders;
pub mod reports;
pub mod responses;
pub mod tasks;
pub(in crate::http) mod written;
