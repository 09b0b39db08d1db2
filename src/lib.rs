//! Case management for a council's selective licensing team: demands for certificates, deadlines that explain themselves,
//! reminders, breaches.
//!
//! # The map
//!
//! ```text
//! cli            the command line: composes, and alone reads the environment
//!    http   jobs   compose   demo   the rim: routes, the nightly check and the post, what a letter says
//!    files  scan  bundle            the rim, too: the bytes of what people send in, the malware scanner, proof files,
//!    licence_document  enclosures   the licence as it is printed, and what goes with letters
//!        \    |    /      \
//!          actions        mail      one function for each thing the council does, one transaction each, synchronous;
//!            |    \         |        the words of letters, on paper and on the wire
//!            |  storage     |       rows, SQL, transactions: the only layer that knows diesel
//!            \    /         /
//!            domain -------/        words and rules: no I/O, no clock, no async
//! ```
//!
//! Arrows point down only: what is beneath the rim is in crates of its own (`crates/actions`, `crates/mail`, `crates/storage`,
//! `crates/domain`), and a test reads the sources for the rest. A demand's journey: `http/api/demands.rs` reads the form,
//! `actions/demands` permits, finds, decides and saves, `domain/demand` holds the rule, `storage/demands.rs` the rows.
//! The next morning `jobs/check.rs` finds what calls for something, `actions/night.rs` acts on it in batches,
//! `domain/reminder.rs` says which rung, and `jobs/post.rs` hands the letters to the relay.
//!
//! What is built beside them and knows nothing of the rest: `crates/spreadsheet` reads a council's file of applications,
//! `crates/toml_reader` reads settings with the line of every fault, `crates/printing` says what stands on paper and
//! `crates/pdf` sets it. `crates/licensing` is the program, which hands the typesetter to this library.
//!
//! # What always holds
//!
//! * A new state cannot be stored without its event: storage takes a [`domain::event::Change`], which only the domain makes.
//! * Who an address belongs to is looked up when the sign-in mail goes out, never while somebody waits for an answer.
//! * Nothing is written outside [`storage::Db::write`]; a rule checked inside holds as if nobody else were writing.
//! * Time is an argument. Calendar days are dates in Europe/London, instants are UTC to the microsecond.
//! * What the calendar alone can change, such as overdue, is never stored: it is counted from today.
//! * Every date that somebody may have to defend is a [`domain::calendar::Counted`]: rule, version, inputs, and a sentence.
//! * The nightly check takes no hints and remembers nothing. Indexes find what is due, unique keys decide what has been done.
//! * Mail is never sent inside a transaction. An attempt is on record before the first word to the relay, its outcome after
//!   the last; what cannot be known is said to be unknown.
//! * A letter is printed from its stored words alone, so that it is the same file years later; what goes with it is fixed when
//!   it is written. The document of a version of a licence says what was on record at its day, names and addresses included.
//! * What people send in is judged while it arrives and is never unpacked here; its bytes are on the disk, under their hash,
//!   before a row names them.
//! * A machine proposes a breach, a person confirms it.
//! * One conduct of one person leads to a penalty or to a prosecution, and a penalty's notice has two people behind it.
//! * An account is never changed: a mistake is put right by an entry that names it, and the balance is counted from entries.
//! * Whether a home needs a licence is counted for a day from what is on record; an enquiry keeps the verdict that it rested on.
//! * Who reads a case, by itself, in a letter or in a list that shows it whole, is on record before it is told.
//! * The words of a check of fitness leave the service only where somebody reads it, and each read is an event.
//! * Each home's events form a chain of their own, so that one case can be verified without showing another; a nightly
//!   anchor seals the heads of all chains that have moved.
//!
//! # What is absent on purpose
//!
//! * No trait with one implementation (but the typesetter's, which is built beside this library), no repository, no mock: tests
//!   use a real database, real HTTP, a real mail server.
//! * No stored "overdue", no stored "days left", no cron expression: the schedule is an instant per London date.
//! * No names or addresses of people in events: they hold identifiers, so that a person can be forgotten and the chain stays whole.
//!   Reasons that officers type are kept as typed; the pages that ask for them must say so.
//! * No dates of a council in the code: areas, conditions, days, ladders, fees and penalties are the scheme file's.
//! * No leader and no lock service: two replicas are safe because unique keys, leases and fences decide.

pub mod app;
pub mod bell;
pub mod bundle;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod demo;
pub mod enclosures;
pub mod files;
pub mod http;
pub mod jobs;
pub mod licence_document;
pub mod scan;
pub mod scheme_file;
pub mod settings;
pub mod typeset;

// Crates of their own, so that the compiler holds the arrows, and builds them beside each other.
pub use {actions, domain, mail, storage};
