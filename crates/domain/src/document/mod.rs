//! Files that are sent in as evidence: what is taken, what is known of each, and what the malware scanner said.

mod content;
mod foreign;
mod jpeg;
mod name;
mod pdf;
mod png;
mod refusal;
#[cfg(test)]
pub(crate) mod tests;
mod walk;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, ApplicationId, DocumentId, LicenceId, PartyId, PropertyId, words};

pub use content::{Announced, Facts, Inspector, Limits};
pub use name::content_disposition;
pub use refusal::Refusal;

words! {
    /// The types of file that are taken.
    MediaType {
        /// A document.
        Pdf = "application/pdf",
        /// A photo.
        Jpeg = "image/jpeg",
        /// A picture.
        Png = "image/png",
    }
}

impl MediaType {
    /// What people call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg => "JPEG picture",
            Self::Png => "PNG picture",
        }
    }

    /// How names of such files end.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => ".pdf",
            Self::Jpeg => ".jpg",
            Self::Png => ".png",
        }
    }

    /// Whether a program that declares this type means this one; some write older names.
    #[must_use]
    pub fn is_declared_by(self, declared: &str) -> bool {
        let declared = declared.to_ascii_lowercase();
        match self {
            Self::Pdf => matches!(declared.as_str(), "application/pdf" | "application/x-pdf"),
            Self::Jpeg => matches!(declared.as_str(), "image/jpeg" | "image/jpg" | "image/pjpeg"),
            Self::Png => matches!(declared.as_str(), "image/png" | "image/x-png"),
        }
    }
}

words! {
    /// What is known of malware in a file.
    ScanState {
        /// Nobody has looked: no scanner is set up.
        Unscanned = "unscanned",
        /// Waits for the scanner; until then nobody gets it.
        Pending = "pending",
        /// The scanner found nothing.
        Clean = "clean",
        /// The scanner found malware; nobody gets it.
        Infected = "infected",
    }
}

/// Under what a file was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// A licence.
    Licence(LicenceId),
    /// An application for one.
    Application(ApplicationId),
    /// Neither: what an officer found at the home, which may have no licence.
    Home(PropertyId),
}

/// A file that was sent in for a home: under a licence, with an application, or by an officer who was there. Its bytes lie elsewhere, under their hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its identifier.
    pub id: DocumentId,
    /// The licence under which it was sent, unless it came with an application.
    pub licence_id: Option<LicenceId>,
    /// The application with which it came.
    pub application_id: Option<ApplicationId>,
    /// The home.
    pub property_id: PropertyId,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// What it is, by its content.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub bytes: i64,
    /// Its name as sent, without what deceives; only for people to read.
    pub name: String,
    /// The account that sent it.
    pub sender_account: Option<AccountId>,
    /// The landlord or agent whom that account stands for.
    pub sender_party: Option<PartyId>,
    /// When the last of its bytes came in (UTC).
    pub received_at: DateTime<Utc>,
    /// What is known of malware in it.
    pub state: ScanState,
    /// When the scanner looked.
    pub scanned_at: Option<DateTime<Utc>>,
    /// What the scanner found.
    pub finding: Option<String>,
    /// Counts changes.
    pub revision: i64,
}

/// What is known of a file whose bytes are safe on disk.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Under what it was sent.
    pub under: Under,
    /// The home.
    pub home: PropertyId,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// What it is.
    pub facts: Facts,
}

/// What the scanner said of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing found.
    Clean,
    /// Malware, by the scanner's name for it.
    Infected(String),
}

impl ScanState {
    /// What is known of a file in which the scanner found that; `None` if it has been judged before.
    #[must_use]
    pub fn after(self, verdict: &Verdict) -> Option<Self> {
        match (self, verdict) {
            (Self::Unscanned | Self::Pending, Verdict::Clean) => Some(Self::Clean),
            (Self::Unscanned | Self::Pending, Verdict::Infected(_)) => Some(Self::Infected),
            (Self::Clean | Self::Infected, _) => None,
        }
    }
}

/// How much may be kept of one home in a while, and of one sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Files of one home in [`Document::RECENT`].
    pub files: u32,
    /// Bytes of one landlord or agent, in all.
    pub bytes: u64,
}

/// Documents as the event of an answer or a record names them: by identifier and hash, so that the chain proves the bytes.
pub(crate) fn named(documents: &[Document]) -> Vec<serde_json::Value> {
    documents.iter().map(|one| json!({ "id": one.id, "sha256": one.sha256 })).collect()
}

impl Document {
    /// How far back a home's files are counted: the limit stops a flood, not a licence of five years.
    pub const RECENT: TimeDelta = TimeDelta::days(30);

    /// A file came in; it waits for the scanner if there is one.
    #[must_use]
    pub fn receive(cx: &Context, arrival: Arrival, scanner: bool) -> Change<Self> {
        let Arrival { under, home, sha256, facts } = arrival;
        let (licence_id, application_id) = match under {
            Under::Licence(id) => (Some(id), None),
            Under::Application(id) => (None, Some(id)),
            Under::Home(_) => (None, None),
        };
        let id = DocumentId::new(cx);
        let told = json!({
            "licence": licence_id, "application": application_id, "sha256": sha256, "media_type": facts.media_type,
            "bytes": facts.bytes, "from": cx.actor.party,
        });
        let document = Self {
            id,
            licence_id,
            application_id,
            property_id: home,
            sha256,
            media_type: facts.media_type,
            bytes: i64::try_from(facts.bytes).unwrap_or(i64::MAX),
            name: facts.name,
            sender_account: cx.actor.account,
            sender_party: cx.actor.party,
            received_at: cx.now,
            state: if scanner { ScanState::Pending } else { ScanState::Unscanned },
            scanned_at: None,
            finding: None,
            revision: 1,
        };
        Change::new(cx, Chain::Case(home), Happening::DocumentReceived, &id, told, document)
    }

    /// The scanner looked at it.
    ///
    /// # Errors
    /// A [`Refusal`] if it had been judged before.
    pub fn scanned(mut self, cx: &Context, verdict: Verdict) -> Result<Change<Self>, Refusal> {
        self.state = self.state.after(&verdict).ok_or(Refusal::AlreadyScanned(self.state))?;
        self.finding = match verdict {
            Verdict::Clean => None,
            Verdict::Infected(name) => Some(name),
        };
        self.scanned_at = Some(cx.now);
        let told = json!({ "state": self.state, "finding": self.finding, "sha256": self.sha256 });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::DocumentScanned, &self.id.clone(), told, self))
    }

    /// Whether a scanner should look at it. One that came in before there was a scanner waits, too, but is given out meanwhile.
    #[must_use]
    pub fn waits(&self) -> bool {
        matches!(self.state, ScanState::Pending | ScanState::Unscanned)
    }

    /// Refuses to give out what may harm whoever opens it.
    ///
    /// # Errors
    /// A [`Refusal`] while it waits for the scanner, and for ever if it is infected.
    pub fn may_be_opened(&self) -> Result<(), Refusal> {
        match self.state {
            ScanState::Clean | ScanState::Unscanned => Ok(()),
            ScanState::Pending => Err(Refusal::NotScanned),
            ScanState::Infected => Err(Refusal::Infected(self.finding.clone().unwrap_or_default())),
        }
    }
}
