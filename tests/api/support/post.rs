//! A council that writes to Mr Khan, and two questions about what became of the letter.

use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use selective_licensing::mail::{
    Address, MailName, MailSettings, MailSubject, Mailer, Message, MessageId, Outcome, SmtpSettings, TlsMode, Transport,
};

pub(crate) const TIMEOUT: Duration = Duration::from_millis(250);

pub(crate) fn smtp(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        username: None,
        password: None,
        tls: TlsMode::None,
        timeout: TIMEOUT,
        ca_file: None,
    }
}

pub(crate) fn settings(transport: Transport) -> MailSettings {
    MailSettings {
        from_name: "Stockton selective licensing".to_owned(),
        from_address: "licensing@council.example".to_owned(),
        reply_to: Some("answers@council.example".to_owned()),
        message_id_host: "licensing.council.example".to_owned(),
        transport,
    }
}

pub(crate) fn mailer(smtp: SmtpSettings) -> Mailer {
    Mailer::from_settings(&settings(Transport::Smtp(smtp))).unwrap()
}

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, 5, 12, 0, 0).unwrap()
}

pub(crate) fn letter(number: usize) -> Message {
    Message {
        to: Address::parse("khan@landlord.example").unwrap(),
        to_name: MailName::from_record("Mr A Khan"),
        subject: MailSubject::from_text("Documents needed").unwrap(),
        text: "Dear Mr Khan\n\nPlease send the gas safety record.\n".to_owned(),
        html: "<p>Dear Mr Khan</p>\n".to_owned(),
        enclosure: None,
        message_id: MessageId::new(&format!("r.{number}.d2"), "licensing.council.example").unwrap(),
        date: noon(),
    }
}

pub(crate) fn is_retry(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::NotSent { stop_pool: false, .. })
}

pub(crate) fn stops_the_pool(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::NotSent { stop_pool: true, .. })
}
