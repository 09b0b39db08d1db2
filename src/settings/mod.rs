//! What can be set: one typed struct from the built-in defaults, an optional file, and the environment, in this order.

mod database_url;
mod files;
mod mail;
mod reading;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveTime;

pub use database_url::{DatabaseKind, DatabaseUrl};
pub use files::{Files, Scan};
pub use mail::{Mail, MailTransport, Smtp, Tls};
pub use toml_reader::Secret;

use crate::domain::partner::Sharing;
use toml_reader::{Fault, Place, Reading, Source};

/// The defaults, each with its explanation.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// What the name of each variable begins with.
pub const PREFIX: &str = "LICENSING__";

/// Every setting of the service, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the data lives.
    pub database: Database,
    /// How requests are taken.
    pub server: Server,
    /// Which scheme is run.
    pub scheme: SchemeFiles,
    /// The nightly deadline check.
    pub check: Check,
    /// How letters are sent.
    pub mail: Mail,
    /// Where files that are sent in lie, and how much is taken.
    pub files: Files,
    /// The malware scanner.
    pub scan: Scan,
    /// How information is shared with partners.
    pub partners: Sharing,
    /// How long is kept what is not kept for good.
    pub retention: Retention,
    /// What is logged, and how.
    pub log: Log,
}

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// The address of the database.
    pub url: DatabaseUrl,
    /// The most connections at a time.
    pub connections: u32,
}

/// How requests are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// The address that people reach the service under, without a slash at its end.
    pub public_url: String,
    /// Does a proxy before the service say in X-Forwarded-For where a request comes from?
    pub behind_proxy: bool,
    /// The largest body of a request, in bytes.
    pub body_limit_bytes: usize,
    /// The longest wait for the headers of a request, in seconds.
    pub header_seconds: u64,
    /// The longest wait for the body of a request, in seconds.
    pub body_seconds: u64,
    /// Threads that answer requests.
    pub workers: usize,
}

/// Which scheme is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeFiles {
    /// The scheme file.
    pub file: PathBuf,
    /// Bank holidays to add to the built-in ones.
    pub bank_holidays_file: Option<PathBuf>,
}

/// The nightly deadline check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The time of day in London.
    pub at: NaiveTime,
    /// How many items are committed together.
    pub batch: usize,
    /// Is a missed night made up for when the service starts?
    pub on_start: bool,
}

/// How long is kept what is not kept for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Months for which it is kept who read which case.
    pub reads_months: u32,
    /// Months for which a reference about a tenant is kept from its answer.
    pub references_months: u32,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// Which events, such as "info" or "info,selective_licensing=debug".
    pub filter: String,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object per line.
    Json,
}

impl LogFormat {
    /// Every form.
    pub const ALL: &'static [Self] = &[Self::Text, Self::Json];

    /// The word in a file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl Settings {
    /// Lays a file and the environment over the defaults. `secret_file` gives the content of a file that a setting such
    /// as `mail.smtp.password_file` names, or says why it cannot.
    ///
    /// # Errors
    /// Every fault, each with its file and line or its variable.
    pub fn load(
        file: Option<Source<'_>>,
        environment: impl IntoIterator<Item = (String, String)>,
        secret_file: impl Fn(&Path) -> Result<String, String>,
    ) -> Result<Self, Vec<Fault>> {
        let default = Source { name: "config/default.toml (built in)", text: DEFAULT };
        let sources: Vec<_> = std::iter::once(default).chain(file).collect();
        let reading = Reading::of(&sources)?.with_variables(PREFIX, environment);
        let settings = reading::settings(&reading.root(), &secret_file);
        reading.finish(settings)
    }

    /// Reads the file, if one is named, and the environment of this process. Only `main` calls this.
    ///
    /// # Errors
    /// As [`Settings::load`], and when the file cannot be read.
    pub fn from_environment(path: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let name = path.map(|path| path.display().to_string()).unwrap_or_default();
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| error.to_string());
        let unreadable = |reason| {
            vec![Fault::new(
                Place::File(name.clone()),
                "",
                format!("cannot be read ({reason}); check the path and its permissions"),
            )]
        };
        let text = path.map(read).transpose().map_err(unreadable)?;
        let file = text.as_deref().map(|text| Source { name: &name, text });
        // A variable of ours that is not UTF-8 is read with its bad bytes replaced, and then refused as a bad value.
        let environment = std::env::vars_os()
            .map(|(key, value)| (key.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
        Self::load(file, environment, read)
    }
}

#[cfg(test)]
mod tests;
