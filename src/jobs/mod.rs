//! What the service does by itself: the nightly check, the post with its sign-in mails and its anchors, and the schedule.

pub mod account;
pub mod anchors;
pub mod check;
pub mod files;
pub mod links;
pub mod post;
pub mod schedule;
