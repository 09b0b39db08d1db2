//! The integration tests, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where what it relies on is not there"
)]

mod answers;
mod applications;
mod audit;
mod breaches;
mod bulk;
mod bundle;
mod case_letters;
mod certificates;
mod check_ends;
mod cli;
mod deadlines;
mod demands;
mod demo;
mod documents;
mod enclosures;
mod enforcement;
mod enquiries;
mod fees;
mod file_names;
mod fitness;
mod gazetteer;
mod health;
mod homes;
mod hostile;
mod inspections;
mod kill_check;
mod letter_batches;
mod letter_reads;
mod letter_service;
mod letters;
mod licence_documents;
mod licences;
mod limits;
mod mail;
mod markup;
mod material;
mod night;
mod night_faults;
mod notices;
mod outage;
mod own;
mod pages;
mod pages_apply;
mod pages_many;
mod pages_notices;
mod pages_own;
mod pages_papers;
mod pages_sign_in;
mod partners;
mod permissions;
mod proceedings;
mod proof_file;
mod proof_outcomes;
mod reads;
mod references;
mod reports;
mod responses;
mod smtp;
mod smtp_tls;
mod storage;
mod support;
mod tidy;
mod wording;
