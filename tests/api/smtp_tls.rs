//! Relays with good and bad certificates, which `tests/smtp_faults.py` starts and looks at afterwards.

#![expect(clippy::disallowed_methods, reason = "the script that starts the relays says where they are")]

use std::{collections::HashMap, path::PathBuf, time::Duration};

use selective_licensing::mail::{Outcome, TlsMode};
use selective_licensing::settings::Secret;

use crate::support::post::{letter, mailer, smtp};

/// Name to port, as the script tells: `good=4001,expired=4002,...`.
fn relays() -> HashMap<String, u16> {
    let told = std::env::var("SMTP_TLS_RELAYS").expect("run tests/smtp_faults.py, which starts the relays");
    let pairs = told.split(',').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, port)| (name.to_owned(), port.parse().unwrap())).collect()
}

fn send(port: u16, tls: TlsMode, password: &str) -> Outcome {
    let mut relay = smtp(port);
    (relay.username, relay.password) = (Some("licensing".to_owned()), Some(Secret::new(password)));
    (relay.tls, relay.timeout) = (tls, Duration::from_secs(1));
    relay.ca_file = Some(PathBuf::from(std::env::var("SMTP_TLS_CA").unwrap()));
    mailer(relay).open_session().send(&letter(1))
}

#[test]
#[ignore = "needs the relays of tests/smtp_faults.py"]
fn only_a_relay_with_a_trusted_certificate_is_given_the_password_and_the_letter() {
    let relays = relays();
    for (way, tls) in [("", TlsMode::Required), ("_starttls", TlsMode::StartTls)] {
        let outcome = send(relays[&format!("good{way}")], tls, "right");
        assert!(matches!(outcome, Outcome::Accepted { .. }), "good{way}: {outcome:?}");
        for fault in ["self_signed", "expired", "other_name"] {
            let outcome = send(relays[&format!("{fault}{way}")], tls, "right");
            assert!(matches!(outcome, Outcome::NotSent { stop_pool: true, .. }), "{fault}{way}: {outcome:?}");
        }
        let outcome = send(relays[&format!("good{way}")], tls, "wrong");
        assert!(matches!(outcome, Outcome::NotSent { stop_pool: true, .. }), "wrong password{way}: {outcome:?}");
    }
}
