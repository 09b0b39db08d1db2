//! What is known of a letter after an attempt, and the rule that decides it from the stage and the relay's words.

use super::words::one_line;

/// What is known of a letter after one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The relay took responsibility for it. That is neither delivery nor reading.
    Accepted {
        /// The relay's last line, which holds its queue id.
        reply: String,
    },
    /// It will never be taken for this recipient: a task for an officer.
    Refused {
        /// The relay's words.
        reply: String,
    },
    /// It certainly did not leave: try again later.
    NotSent {
        /// Why, in words.
        reason: String,
        /// Whether the fault lies with the relay or our settings, so that the other letters should wait too.
        stop_pool: bool,
    },
    /// It may or may not have been taken: the conversation ended between the last byte and the answer.
    Unknown {
        /// Why, in words.
        reason: String,
    },
    /// No message could be made of this letter: a task for an officer.
    Unbuildable {
        /// Why, in words.
        reason: String,
    },
}

/// How far the conversation with the relay had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Reaching the host.
    Connect,
    /// Greeting and EHLO.
    Greeting,
    /// STARTTLS and its handshake.
    Protection,
    /// Signing in.
    SignIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// From the first byte of the message to the answer after its final dot.
    Dot,
}

/// What went wrong at a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The relay answered, and not with yes.
    Reply { code: u16, text: String },
    /// The certificate or the handshake is not to be trusted, or there is no TLS where it is required.
    Tls(String),
    /// No conversation is possible as we are set up.
    Settings(String),
    /// The connection broke or the answer took too long.
    Broken(String),
}

impl Fault {
    fn words(&self) -> String {
        let words = match self {
            Self::Reply { code, text } => format!("{code} {text}"),
            Self::Tls(text) | Self::Settings(text) | Self::Broken(text) => text.clone(),
        };
        one_line(&words, 500)
    }
}

/// The table of RFC 5321 faults: only what is certainly about this letter is held against this letter.
pub(super) fn classify(stage: Stage, fault: &Fault) -> Outcome {
    let words = fault.words();
    let refused_for_good = matches!(fault, Fault::Reply { code, .. } if about_this_letter(*code));
    match stage {
        Stage::Recipient | Stage::Data | Stage::Dot if refused_for_good => Outcome::Refused { reply: words },
        Stage::Dot if !matches!(fault, Fault::Reply { code: 400..=599, .. }) => {
            Outcome::Unknown { reason: format!("after the last byte was sent: {words}") }
        }
        _ => Outcome::NotSent {
            reason: format!("{}: {words}", at(stage)),
            stop_pool: concerns_every_letter(stage, fault),
        },
    }
}

/// A permanent reply that is not about the order of commands, our sign-in or the relay as a whole.
fn about_this_letter(code: u16) -> bool {
    matches!(code, 500..=599) && !matches!(code, 500 | 502 | 503 | 521 | 530 | 534 | 535 | 538)
}

/// Whether the next letter would meet the same fault.
fn concerns_every_letter(stage: Stage, fault: &Fault) -> bool {
    match fault {
        Fault::Tls(_) | Fault::Settings(_) => true,
        Fault::Reply { code, .. } => *code >= 500 || stage == Stage::SignIn,
        // Silence at sign-in is how some relays answer a wrong password.
        Fault::Broken(_) => matches!(stage, Stage::Connect | Stage::SignIn),
    }
}

fn at(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "the relay could not be reached",
        Stage::Greeting => "the relay did not greet us",
        Stage::Protection => "the connection could not be protected",
        Stage::SignIn => "the relay refused our sign-in",
        Stage::Sender => "the relay did not take our sender address",
        Stage::Recipient => "the relay did not take the recipient for now",
        Stage::Data => "the relay did not want the message for now",
        Stage::Dot => "the relay did not take the message for now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16) -> Fault {
        Fault::Reply { code, text: "words".to_owned() }
    }

    fn kind(outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Refused { .. } => "refused",
            Outcome::NotSent { stop_pool: true, .. } => "not sent, stop",
            Outcome::NotSent { stop_pool: false, .. } => "not sent",
            Outcome::Unknown { .. } => "unknown",
            Outcome::Unbuildable { .. } => "unbuildable",
        }
    }

    #[test]
    fn only_what_is_about_this_letter_is_held_against_it() {
        let broken = || Fault::Broken("gone".to_owned());
        let cases = [
            (Stage::Connect, broken(), "not sent, stop"),
            (Stage::Greeting, broken(), "not sent"),
            (Stage::Greeting, reply(421), "not sent"),
            (Stage::Greeting, reply(554), "not sent, stop"),
            (Stage::Protection, Fault::Tls("absent".to_owned()), "not sent, stop"),
            (Stage::Protection, broken(), "not sent"),
            (Stage::SignIn, reply(535), "not sent, stop"),
            (Stage::SignIn, reply(454), "not sent, stop"),
            (Stage::SignIn, broken(), "not sent, stop"),
            (Stage::SignIn, Fault::Settings("no mechanism".to_owned()), "not sent, stop"),
            (Stage::Sender, reply(550), "not sent, stop"),
            (Stage::Sender, reply(451), "not sent"),
            (Stage::Recipient, reply(450), "not sent"),
            (Stage::Recipient, reply(550), "refused"),
            (Stage::Recipient, reply(553), "refused"),
            (Stage::Recipient, reply(530), "not sent, stop"),
            (Stage::Recipient, reply(503), "not sent, stop"),
            (Stage::Recipient, broken(), "not sent"),
            (Stage::Data, reply(421), "not sent"),
            (Stage::Data, reply(554), "refused"),
            (Stage::Data, reply(250), "not sent"),
            (Stage::Data, broken(), "not sent"),
            (Stage::Dot, reply(452), "not sent"),
            (Stage::Dot, reply(552), "refused"),
            (Stage::Dot, reply(354), "unknown"),
            (Stage::Dot, broken(), "unknown"),
        ];
        for (stage, fault, expected) in cases {
            assert_eq!(kind(&classify(stage, &fault)), expected, "{stage:?} {fault:?}");
        }
    }

    #[test]
    fn a_relays_words_stay_on_one_line() {
        let fault = Fault::Reply { code: 550, text: "no\r\nsuch\u{1b}[31m user".to_owned() };
        assert_eq!(classify(Stage::Recipient, &fault), Outcome::Refused { reply: "550 no such [31m user".to_owned() });
    }
}
