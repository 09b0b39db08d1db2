//! How letters are sent.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Secret;

/// How letters are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Where they go.
    pub transport: MailTransport,
    /// The folder for .eml files.
    pub folder: PathBuf,
    /// The folder with the council's own wording of letters, if it has one.
    pub wording: Option<PathBuf>,
    /// The sender's name.
    pub from_name: String,
    /// The sender's address.
    pub from_address: String,
    /// The address for answers, where it is another one.
    pub reply_to: Option<String>,
    /// The addresses outside the service that are told of each anchor.
    pub anchors_to: Vec<String>,
    /// The right half of each Message-ID.
    pub message_id_host: String,
    /// Is everything held back until this is lifted?
    pub hold: bool,
    /// Letters sent at a time.
    pub workers: usize,
    /// The mail server; complete when the transport is SMTP.
    pub smtp: Smtp,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name; empty when none is set.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name to log in with, where it asks for one; then there is a password too.
    pub username: Option<String>,
    /// The password, from the setting or from the file that it names.
    pub password: Option<Secret>,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// The longest wait for one step of the talk, in seconds.
    pub timeout_seconds: u64,
    /// A root certificate to trust beside the usual ones, in PEM form.
    pub ca_file: Option<PathBuf>,
    /// How long a letter is reserved for one sender, in seconds; at least twelve times the timeout.
    pub lease_seconds: u64,
}

/// Where letters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTransport {
    /// Into a folder, one .eml file each.
    Folder,
    /// To a mail server.
    Smtp,
}

impl MailTransport {
    /// Every transport.
    pub const ALL: &'static [Self] = &[Self::Folder, Self::Smtp];

    /// The word in a file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Smtp => "smtp",
        }
    }
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Required,
    /// By STARTTLS, and refused when the server does not offer it.
    Starttls,
    /// Not at all: only to this machine itself.
    None,
}

impl Tls {
    /// Every way.
    pub const ALL: &'static [Self] = &[Self::Required, Self::Starttls, Self::None];

    /// The word in a file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Starttls => "starttls",
            Self::None => "none",
        }
    }
}

/// Does this name mean the machine itself?
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
