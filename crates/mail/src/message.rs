//! A composed letter as the bytes of one MIME message: the same letter always gives the same bytes.

use std::{
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind},
};

use chrono::{DateTime, Utc};
use lettre::message::{
    Attachment, Mailbox, MultiPart, MultiPartKind, SinglePart,
    header::{ContentType, HeaderName, HeaderValue},
};
use sha2::{Digest, Sha256};

use super::{
    envelope::{Address, MailSubject, MessageId},
    words::MailName,
};

/// One letter to one recipient, ready to send.
#[derive(Clone, Debug)]
pub struct Message {
    /// To whom, and nobody else.
    pub to: Address,
    /// The recipient's name, when one is known.
    pub to_name: Option<MailName>,
    /// The subject line.
    pub subject: MailSubject,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// What goes with it: a PDF, and the name to save it under.
    pub enclosure: Option<(String, Vec<u8>)>,
    /// The letter's identity, the same on every attempt.
    pub message_id: MessageId,
    /// The moment in the Date header; the only thing in which two copies of a letter may differ.
    pub date: DateTime<Utc>,
}

/// Who writes: the same on every message.
#[derive(Clone, Debug)]
pub struct Sender {
    name: Option<MailName>,
    address: Address,
    reply_to: Option<Address>,
}

impl Sender {
    pub(super) fn new(name: Option<MailName>, address: Address, reply_to: Option<Address>) -> Self {
        Self { name, address, reply_to }
    }

    /// The return path.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl Message {
    /// The message as it goes on the wire, before dot-stuffing.
    ///
    /// # Errors
    /// A reason in words, also when the library below panics: one bad letter must not stop the others.
    pub(super) fn to_bytes(&self, sender: &Sender) -> Result<Vec<u8>, String> {
        let built = catch_unwind(AssertUnwindSafe(|| self.build(sender)));
        let bytes = built.map_err(|_| "the message could not be built from this letter".to_owned())??;
        if bytes.is_ascii() && !has_bare_line_end(&bytes) {
            Ok(bytes)
        } else {
            Err("the message holds bytes that not every relay reads in the same way".to_owned())
        }
    }

    fn build(&self, sender: &Sender) -> Result<Vec<u8>, String> {
        let mut builder = lettre::Message::builder()
            .from(mailbox(sender.name.as_ref(), &sender.address))
            .to(mailbox(self.to_name.as_ref(), &self.to))
            .subject(self.subject.as_str())
            .date(self.date.into())
            .message_id(Some(self.message_id.header()))
            .raw_header(auto_submitted());
        if let Some(address) = &sender.reply_to {
            builder = builder.reply_to(mailbox(None, address));
        }
        let part = |kind, name| MultiPart::builder().kind(kind).boundary(self.boundary(name));
        let words = part(MultiPartKind::Alternative, "letter")
            .singlepart(SinglePart::plain(line_ends(&self.text)))
            .singlepart(SinglePart::html(line_ends(&self.html)));
        let body = match &self.enclosure {
            Some((name, pdf)) => {
                // A name that is too long for its line is folded in a way that not every mail program reads; this is the older place.
                let kind = format!("application/pdf; name=\"{name}\"");
                let kind = ContentType::parse(&kind).map_err(|fault| fault.to_string())?;
                let enclosed = Attachment::new(name.clone()).body(pdf.clone(), kind);
                part(MultiPartKind::Mixed, "whole").multipart(words).singlepart(enclosed)
            }
            None => words,
        };
        builder.multipart(body).map(|message| message.formatted()).map_err(|fault| fault.to_string())
    }

    /// From the Message-ID, so that every copy of a letter has one body, byte for byte.
    fn boundary(&self, part: &str) -> String {
        let digest = Sha256::digest(self.message_id.as_str().as_bytes());
        let mut boundary = format!("{part}-");
        for byte in digest.iter().take(16) {
            // Writing into a String cannot fail.
            let _ = write!(boundary, "{byte:02x}");
        }
        boundary
    }
}

/// RFC 3834: tells out-of-office programs not to answer.
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

/// One kind of line end; lettre turns it into CRLF.
fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A CR or LF alone, by which one message can be read as two.
fn has_bare_line_end(bytes: &[u8]) -> bool {
    let mut previous = 0;
    for &byte in bytes {
        if (byte == b'\n') != (previous == b'\r') {
            return true;
        }
        previous = byte;
    }
    previous == b'\r'
}

fn mailbox(name: Option<&MailName>, address: &Address) -> Mailbox {
    Mailbox::new(name.map(|name| name.as_str().to_owned()), address.to_lettre())
}
