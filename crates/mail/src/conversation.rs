//! The conversation with a relay, in which the stage is known at every moment.
//!
//! lettre's transport hides the stage, and with it the difference between "not sent" and "perhaps sent"; so its
//! connection is driven command by command here.

use std::{error::Error as _, io};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::Mechanism,
    client::SmtpConnection,
    commands::{Data, Mail, Quit, Rcpt, Rset},
    response::Response,
};

use super::{
    outcome::{Fault, Outcome, Stage, classify},
    relay::{Relay, Route},
    settings::TlsMode,
    smtp::Parcel,
    words::one_line,
};

/// The connection and the order of what is said on it.
pub(super) struct Conversation {
    relay: Relay,
    connection: Option<SmtpConnection>,
}

/// Where and why a conversation stopped.
type Stop = (Stage, Fault);

impl Conversation {
    pub(super) fn new(relay: Relay) -> Self {
        Self { relay, connection: None }
    }

    /// Sends one parcel and says what is known of it.
    pub(super) fn deliver(&mut self, parcel: &Parcel) -> Outcome {
        let reused = self.connection.is_some();
        let mut result = self.attempt(parcel);
        // An idle connection that the relay has closed in the meantime says nothing about this letter.
        if reused && matches!(&result, Err((Stage::Sender, Fault::Broken(_) | Fault::Reply { code: 421, .. }))) {
            self.connection = None;
            result = self.attempt(parcel);
        }
        match result {
            Ok(reply) => Outcome::Accepted { reply },
            Err((stage, fault)) => {
                self.tidy(&fault);
                classify(stage, &fault)
            }
        }
    }

    fn attempt(&mut self, parcel: &Parcel) -> Result<String, Stop> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty @ None => empty.insert(open(&self.relay.route)?),
        };
        say_hello_to_recipient(connection, parcel)?;
        if !parcel.handover.begin_message() {
            return Err((Stage::Data, Fault::Broken("the sender has left".to_owned())));
        }
        send_message(connection, &parcel.bytes)
    }

    /// After a reply the connection is still in order; after anything else it is dropped without a word.
    fn tidy(&mut self, fault: &Fault) {
        let usable =
            matches!(fault, Fault::Reply { code: 400..=599, .. } if !matches!(fault, Fault::Reply { code: 421, .. }));
        let kept = usable && self.connection.as_mut().is_some_and(|connection| connection.command(Rset).is_ok());
        if !kept {
            self.connection = None;
        }
    }

    /// Says goodbye, if anyone is there.
    pub(super) fn leave(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // The letters are decided; a relay that does not say goodbye changes nothing.
            let _ = connection.command(Quit);
        }
    }
}

/// Connects, protects and signs in; never goes on in clear where protection is required.
fn open(route: &Route) -> Result<SmtpConnection, Stop> {
    let at_once = route.tls.as_ref().filter(|_| route.mode == TlsMode::Required);
    let mut connection =
        SmtpConnection::connect((route.host.as_str(), route.port), Some(route.timeout), &route.hello, at_once, None)
            .map_err(|error| {
                let stage = if is_connect_failure(&error) { Stage::Connect } else { Stage::Greeting };
                (stage, fault_of(&error))
            })?;
    if route.mode == TlsMode::StartTls {
        let absent = || (Stage::Protection, Fault::Tls("the relay does not offer STARTTLS".to_owned()));
        let tls = route.tls.as_ref().filter(|_| connection.can_starttls()).ok_or_else(absent)?;
        connection.starttls(tls, &route.hello).map_err(|error| (Stage::Protection, fault_of(&error)))?;
    }
    if route.mode != TlsMode::None && !connection.is_encrypted() {
        return Err((Stage::Protection, Fault::Tls("the connection is not encrypted".to_owned())));
    }
    if let Some(credentials) = &route.credentials {
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&mechanisms, credentials).map_err(|error| (Stage::SignIn, fault_of(&error)))?;
    }
    Ok(connection)
}

fn say_hello_to_recipient(connection: &mut SmtpConnection, parcel: &Parcel) -> Result<(), Stop> {
    let mail = Mail::new(Some(parcel.from.to_lettre()), Vec::new());
    expect(Stage::Sender, &[250], connection.command(mail))?;
    expect(Stage::Recipient, &[250, 251, 252], connection.command(Rcpt::new(parcel.to.to_lettre(), Vec::new())))?;
    expect(Stage::Data, &[354], connection.command(Data))?;
    Ok(())
}

/// In one write: lettre's own way writes the final dot apart, which costs a delayed acknowledgement (40 ms) per letter.
/// Whatever breaks from here on is unknown, since even a whole message may still wait in this machine's buffers.
fn send_message(connection: &mut SmtpConnection, bytes: &[u8]) -> Result<String, Stop> {
    let content = std::str::from_utf8(bytes)
        .map_err(|fault| (Stage::Data, Fault::Broken(format!("the message is not text: {fault}"))))?;
    let response = expect(Stage::Dot, &[250], connection.command(dotted(content)))?;
    Ok(one_line(&words_of(&response), 500))
}

/// RFC 5321 section 4.5.2: a leading dot is doubled, and a line with one dot ends the message.
fn dotted(content: &str) -> String {
    let mut wire = String::with_capacity(content.len() + content.len() / 50 + 8);
    for line in content.split_inclusive("\r\n") {
        if line.starts_with('.') {
            wire.push('.');
        }
        wire.push_str(line);
    }
    if !wire.ends_with("\r\n") {
        wire.push_str("\r\n");
    }
    wire.push_str(".\r\n");
    wire
}

/// Takes only the replies that belong to the command. Another yes means that replies and commands are out of step,
/// as when text was slipped in before the encryption began.
fn expect(stage: Stage, wanted: &[u16], result: Result<Response, SmtpError>) -> Result<Response, Stop> {
    let response = result.map_err(|error| (stage, fault_of(&error)))?;
    if wanted.iter().any(|code| response.has_code(*code)) {
        return Ok(response);
    }
    Err((stage, Fault::Broken(format!("unexpected reply: {}", words_of(&response)))))
}

fn words_of(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

fn fault_of(error: &SmtpError) -> Fault {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    if let Some(code) = error.status().and_then(|code| code.to_string().parse().ok()) {
        return Fault::Reply { code, text };
    }
    if error.is_client() {
        return Fault::Settings(text);
    }
    if matches!(io_kind(error), Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)) {
        return Fault::Broken("no answer in time".to_owned());
    }
    if error.is_tls() || is_handshake_failure(error) { Fault::Tls(text) } else { Fault::Broken(text) }
}

/// rustls reports a certificate that it does not trust as invalid data within an I/O error.
fn is_handshake_failure(error: &SmtpError) -> bool {
    io_kind(error) == Some(io::ErrorKind::InvalidData)
}

/// lettre keeps its own kind for connecting private; its words begin with it.
fn is_connect_failure(error: &SmtpError) -> bool {
    error.to_string().starts_with("Connection error")
}

fn io_kind(error: &SmtpError) -> Option<io::ErrorKind> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(fault) = inner.downcast_ref::<io::Error>() {
            return Some(fault.kind());
        }
        source = inner.source();
    }
    None
}
