//! Everything from a composed letter to a message that a relay has accepted, and the words of the letters.
//!
//! Knows nothing of the database: the caller reads the outbox, calls [`Session::send`] and records the [`Outcome`].
//! All calls block, so they belong on threads of their own, never on those that answer requests.

mod conversation;
mod envelope;
mod folder;
pub mod letters;
mod message;
mod outcome;
pub mod paper;
mod relay;
mod settings;
mod smtp;
mod words;

pub use envelope::{Address, AddressFault, MailSubject, MessageId, NotAMessageId};
pub use message::{Message, Sender};
pub use outcome::Outcome;
pub use settings::{MailSettings, SettingFault, SmtpSettings, TlsMode, Transport};
pub use words::{Line, MailName};

use std::time::Duration;

use folder::{Folder, FolderSession};
use relay::Relay;
use smtp::SmtpSession;

/// Where letters go.
pub enum Mailer {
    /// To a relay, by SMTP.
    Smtp(Sender, Relay),
    /// To a folder, one `.eml` file per letter, so that a newcomer can look at each.
    Folder(Sender, Folder),
}

impl Mailer {
    /// Checks the settings and prepares the transport; opens no connection.
    ///
    /// # Errors
    /// Every fault of the settings at once, each with its key and remedy.
    pub fn from_settings(settings: &MailSettings) -> Result<Self, Vec<SettingFault>> {
        match &settings.transport {
            Transport::Folder { path } => Ok(Self::Folder(settings.sender()?, Folder::new(path.clone()))),
            Transport::Smtp(smtp) => match (settings.sender(), Relay::new(smtp, &settings.message_id_host)) {
                (Ok(sender), Ok(relay)) => Ok(Self::Smtp(sender, relay)),
                (sender, relay) => {
                    let faults = [sender.err(), relay.err()];
                    Err(faults.into_iter().flatten().flatten().collect())
                }
            },
        }
    }

    /// A session for many letters. Cheap: the connection is made with the first letter.
    #[must_use]
    pub fn open_session(&self) -> Session {
        match self {
            Self::Smtp(sender, relay) => Session::Smtp(sender.clone(), SmtpSession::new(relay.clone())),
            Self::Folder(sender, folder) => Session::Folder(sender.clone(), FolderSession::new(folder.clone())),
        }
    }

    /// The longest that one [`Session::send`] can take; a lease on a letter should be at least twice this.
    #[must_use]
    pub fn longest_send(&self) -> Duration {
        match self {
            Self::Smtp(_, relay) => relay.longest_send(),
            Self::Folder(..) => Duration::from_secs(10),
        }
    }
}

/// One sender's run of letters, which reuses its connection and makes a new one when that breaks.
pub enum Session {
    /// A connection to the relay.
    Smtp(Sender, SmtpSession),
    /// The folder and what is already in it.
    Folder(Sender, FolderSession),
}

impl Session {
    /// Sends one letter and says what is known of it afterwards. Never panics and never outlasts
    /// [`Mailer::longest_send`].
    pub fn send(&mut self, message: &Message) -> Outcome {
        let (Self::Smtp(sender, _) | Self::Folder(sender, _)) = &*self;
        let bytes = match message.to_bytes(sender) {
            Ok(bytes) => bytes,
            Err(reason) => return Outcome::Unbuildable { reason },
        };
        match self {
            Self::Smtp(sender, session) => session.send(sender.address(), &message.to, bytes),
            Self::Folder(_, session) => session.store(message, &bytes),
        }
    }
}
