//! What the service does by itself: the nightly check, the post, and the schedule of both.

pub mod account;
pub mod check;
pub mod files;
pub mod post;
pub mod schedule;
