//! Words and rules of selective licensing: no I/O, no clock, no async, no database.

pub mod access;
pub mod actor;
pub mod anchor;
pub mod appeal;
pub mod application;
pub mod backoff;
pub mod breach;
pub mod bulk;
pub mod bundle;
pub mod calendar;
pub mod case_read;
pub mod certificate;
pub mod context;
pub mod demand;
pub mod document;
pub mod enforcement;
pub mod enquiry;
pub mod event;
pub mod exemption;
pub mod feed;
pub mod fees;
pub mod fitness;
pub mod id;
pub mod inspection;
pub mod letter;
pub mod letter_batch;
pub mod licence;
pub mod notice;
pub mod obligation;
pub mod occupancy;
pub mod partner;
pub mod party;
pub mod proceeding;
pub mod property;
pub mod reference;
pub mod referral;
pub mod reminder;
pub mod requirement;
pub mod scheme;
pub mod service;
pub mod sign_in;
#[cfg(test)]
mod states;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
