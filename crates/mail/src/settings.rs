//! What the mailer must be told: who writes, and by which way.

use std::{path::PathBuf, time::Duration};

use super::{
    envelope::{Address, is_host},
    message::Sender,
    words::MailName,
};
use toml_reader::Secret;

/// Who writes the letters and how they leave.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The name shown as sender, such as "Stockton selective licensing".
    pub from_name: String,
    /// The sender's address; also the return path, where bounces arrive.
    pub from_address: String,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<String>,
    /// The right-hand side of every Message-ID and the name given to the relay.
    pub message_id_host: String,
    /// The way out.
    pub transport: Transport,
}

/// The way a letter leaves.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Written as `.eml` files.
    Folder {
        /// The folder, made when missing.
        path: PathBuf,
    },
    /// Handed to a relay.
    Smtp(SmtpSettings),
}

/// The relay and how to reach it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Host name or IP address.
    pub host: String,
    /// 465 for [`TlsMode::Required`], 587 for [`TlsMode::StartTls`], often 25 on loopback.
    pub port: u16,
    /// The account, if the relay wants one.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// The longest wait for one step of the conversation: 60 s on loopback, 300 s for a remote relay.
    pub timeout: Duration,
    /// PEM certificates to trust instead of the public authorities, for a council's own.
    pub ca_file: Option<PathBuf>,
}

/// How the connection to the relay is protected. There is no "if available": that is no protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// TLS from the first byte.
    Required,
    /// Begins in clear and must upgrade before anything is said.
    StartTls,
    /// Clear text; only for a relay on this machine.
    None,
}

/// One fault of the mail settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mail.{key}: {remedy}")]
pub struct SettingFault {
    /// The key within the mail settings.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub remedy: String,
}

impl SettingFault {
    pub(super) fn new(key: &'static str, remedy: impl Into<String>) -> Self {
        Self { key, remedy: remedy.into() }
    }
}

impl MailSettings {
    /// The sender that every message shares.
    pub(super) fn sender(&self) -> Result<Sender, Vec<SettingFault>> {
        let mut faults = Vec::new();
        let mut parse = |key, text: &str| match Address::parse(text) {
            Ok(address) => Some(address),
            Err(fault) => {
                faults.push(SettingFault::new(key, fault.to_string()));
                None
            }
        };
        let from = parse("from_address", &self.from_address);
        let reply_to = self.reply_to.as_deref().and_then(|text| parse("reply_to", text));
        if !is_host(&self.message_id_host) {
            faults.push(SettingFault::new("message_id_host", "give a host name such as licensing.example.gov.uk"));
        }
        match from {
            Some(from) if faults.is_empty() => Ok(Sender::new(MailName::from_record(&self.from_name), from, reply_to)),
            _ => Err(faults),
        }
    }
}
