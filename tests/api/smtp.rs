//! Letters meet relays, healthy and not: what is said of a letter afterwards is always true.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use selective_licensing::mail::{Mailer, Outcome, TlsMode, Transport};
use selective_licensing::settings::Secret;

use crate::support::{
    post::{TIMEOUT, is_retry, letter, mailer, settings, smtp, stops_the_pool},
    smtp_server::{Script, SmtpServer, Step},
};

fn send_one(script: Script) -> (Outcome, SmtpServer) {
    let server = SmtpServer::start(script);
    let outcome = mailer(smtp(server.port())).open_session().send(&letter(1));
    (outcome, server)
}

#[test]
fn a_relays_yes_is_kept_with_its_queue_id() {
    let (outcome, server) = send_one(Script::default());
    assert_eq!(outcome, Outcome::Accepted { reply: "250 2.0.0 Ok: queued as 4ABC12".to_owned() });
    let received = server.accepted();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].from, "MAIL FROM:<licensing@council.example>");
    assert_eq!(received[0].to, ["RCPT TO:<khan@landlord.example>"]);
}

#[test]
fn a_closed_port_means_not_sent_and_the_others_wait_too() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcome = mailer(smtp(port)).open_session().send(&letter(1));
    assert!(stops_the_pool(&outcome), "{outcome:?}");
}

#[test]
fn temporary_refusals_mean_try_again() {
    let cases = [
        ("450 at RCPT", Script { rcpt: Step::Say("450 4.2.1 mailbox busy"), ..Script::default() }),
        ("421 at DATA", Script { data: Step::Say("421 4.3.2 closing"), ..Script::default() }),
        ("452 at the dot", Script { dot: Step::Say("452 4.3.1 no room"), ..Script::default() }),
        ("421 at the greeting", Script { greeting: Step::Say("421 4.3.2 too busy"), ..Script::default() }),
        ("451 at MAIL", Script { mail: Step::Say("451 4.3.0 not now"), ..Script::default() }),
        ("hang-up at RCPT", Script { rcpt: Step::HangUp, ..Script::default() }),
        ("hang-up at DATA", Script { data: Step::HangUp, ..Script::default() }),
        ("slow greeting", Script { greeting: Step::Late(TIMEOUT * 4), ..Script::default() }),
        ("slow EHLO", Script { ehlo: Step::Late(TIMEOUT * 4), ..Script::default() }),
    ];
    for (name, script) in cases {
        let (outcome, server) = send_one(script);
        assert!(is_retry(&outcome), "{name}: {outcome:?}");
        assert!(server.accepted().is_empty(), "{name}");
    }
}

#[test]
fn an_address_refused_for_good_is_refused_and_the_next_letter_goes_on_the_same_connection() {
    let server = SmtpServer::start(Script { rcpt: Step::Say("550 5.1.1 no such user"), ..Script::default() });
    let mut session = mailer(smtp(server.port())).open_session();
    assert_eq!(session.send(&letter(1)), Outcome::Refused { reply: "550 5.1.1 no such user".to_owned() });
    server.play(Script::default());
    assert!(matches!(session.send(&letter(2)), Outcome::Accepted { .. }));
    assert_eq!(server.connections(), 1);
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_message_refused_for_good_at_the_dot_is_refused() {
    let (outcome, _server) = send_one(Script { dot: Step::Say("554 5.6.0 content refused"), ..Script::default() });
    assert_eq!(outcome, Outcome::Refused { reply: "554 5.6.0 content refused".to_owned() });
}

#[test]
fn a_no_before_the_recipient_is_never_held_against_the_recipient() {
    let cases = [
        Script { greeting: Step::Say("554 5.7.1 we do not like you"), ..Script::default() },
        Script { ehlo: Step::Say("550 5.7.1 no"), ..Script::default() },
        Script { mail: Step::Say("550 5.7.1 sender refused"), ..Script::default() },
        Script { rcpt: Step::Say("530 5.7.0 sign in first"), ..Script::default() },
    ];
    for script in cases {
        let (outcome, _server) = send_one(script);
        assert!(stops_the_pool(&outcome), "{outcome:?}");
    }
}

#[test]
fn silence_after_the_dot_is_unknown_and_not_waited_for_twice() {
    for dot in [Step::HangUp, Step::Late(TIMEOUT * 4), Step::Say("354 what?")] {
        let started = Instant::now();
        let (outcome, server) = send_one(Script { dot: dot.clone(), ..Script::default() });
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{dot:?}: {outcome:?}");
        assert_eq!(server.received().len(), 1, "the relay has it all the same");
        assert!(started.elapsed() < TIMEOUT * 3, "{dot:?}: {:?}", started.elapsed());
    }
}

#[test]
fn after_an_unknown_the_session_makes_a_new_connection() {
    let server = SmtpServer::start(Script { dot: Step::HangUp, ..Script::default() });
    let mut session = mailer(smtp(server.port())).open_session();
    assert!(matches!(session.send(&letter(1)), Outcome::Unknown { .. }));
    server.play(Script::default());
    assert!(matches!(session.send(&letter(2)), Outcome::Accepted { .. }));
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_relay_that_drips_is_left_in_time_and_holds_up_nobody_else() {
    let slow = SmtpServer::start(Script { greeting: Step::Drip(Duration::from_millis(150)), ..Script::default() });
    let good = SmtpServer::start(Script::default());
    std::thread::scope(|scope| {
        for number in 0..4 {
            let port = slow.port();
            scope.spawn(move || {
                let mailer = mailer(smtp(port));
                let started = Instant::now();
                let outcome = mailer.open_session().send(&letter(number));
                assert!(is_retry(&outcome), "{outcome:?}");
                assert!(started.elapsed() < mailer.longest_send() + Duration::from_millis(500));
            });
        }
        let mut session = mailer(smtp(good.port())).open_session();
        for number in 0..100 {
            let started = Instant::now();
            assert!(matches!(session.send(&letter(number)), Outcome::Accepted { .. }));
            assert!(started.elapsed() < Duration::from_secs(1));
        }
    });
    assert_eq!(good.accepted().len(), 100);
}

#[test]
fn a_letter_given_up_while_the_relay_drips_is_never_sent_behind_our_back() {
    let slow = Step::Drip(Duration::from_millis(100));
    let server = SmtpServer::start(Script { rcpt: slow, ..Script::default() });
    let mut quick = smtp(server.port());
    quick.timeout = Duration::from_millis(110);
    let outcome = mailer(quick).open_session().send(&letter(1));
    assert!(is_retry(&outcome), "{outcome:?}");
    assert!(server.wait_for_ends(1, Duration::from_secs(5)), "the conversation goes on");
    assert!(server.received().is_empty());
}

#[test]
fn greylisting_takes_two_attempts_and_leaves_one_copy() {
    let server = SmtpServer::start(Script { greylist: true, ..Script::default() });
    let mut session = mailer(smtp(server.port())).open_session();
    assert!(is_retry(&session.send(&letter(1))));
    assert!(matches!(session.send(&letter(1)), Outcome::Accepted { .. }));
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn a_connection_that_the_relay_closed_between_letters_costs_no_letter() {
    let server = SmtpServer::start(Script { letters_per_connection: Some(2), ..Script::default() });
    let mut session = mailer(smtp(server.port())).open_session();
    for number in 0..6 {
        let outcome = session.send(&letter(number));
        assert!(matches!(outcome, Outcome::Accepted { .. }), "letter {number}: {outcome:?}");
    }
    assert_eq!((server.accepted().len(), server.connections()), (6, 3));
}

#[test]
fn without_tls_where_it_is_required_nothing_of_the_letter_is_said() {
    let server = SmtpServer::start(Script { offers: vec!["AUTH PLAIN"], ..Script::default() });
    for tls in [TlsMode::StartTls, TlsMode::Required] {
        let mut guarded = smtp(server.port());
        guarded.tls = tls;
        (guarded.username, guarded.password) = (Some("licensing".to_owned()), Some(Secret::new("hunter2")));
        let outcome = mailer(guarded).open_session().send(&letter(1));
        assert!(matches!(outcome, Outcome::NotSent { .. }), "{tls:?}: {outcome:?}");
    }
    let said = server.commands();
    assert!(!said.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")), "{said:?}");
}

#[test]
fn a_relay_that_says_no_to_starttls_is_not_spoken_to_in_clear() {
    let server = SmtpServer::start(Script { offers: vec!["STARTTLS"], ..Script::default() });
    let mut guarded = smtp(server.port());
    guarded.tls = TlsMode::StartTls;
    let outcome = mailer(guarded).open_session().send(&letter(1));
    assert!(stops_the_pool(&outcome), "{outcome:?}");
    assert!(!server.commands().iter().any(|line| line.starts_with("MAIL")));
}

#[test]
fn a_refused_sign_in_stops_everything_and_shows_no_password() {
    let server = SmtpServer::start(Script {
        offers: vec!["AUTH PLAIN LOGIN"],
        auth: Step::Say("535 5.7.8 wrong credentials"),
        ..Script::default()
    });
    let mut account = smtp(server.port());
    (account.username, account.password) = (Some("licensing".to_owned()), Some(Secret::new("hunter2")));
    assert!(!format!("{account:?}").contains("hunter2"));
    let mailer = mailer(account);
    let outcome = mailer.open_session().send(&letter(1));
    assert!(stops_the_pool(&outcome), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("hunter2"));
    server.play(Script { offers: vec!["AUTH PLAIN LOGIN"], ..Script::default() });
    assert!(matches!(mailer.open_session().send(&letter(1)), Outcome::Accepted { .. }));
}

#[test]
fn clear_text_to_another_machine_and_bad_settings_are_refused_at_the_start_together() {
    let mut remote = smtp(25);
    remote.host = "relay.example.org".to_owned();
    remote.timeout = Duration::ZERO;
    remote.username = Some("licensing".to_owned());
    let mut all = settings(Transport::Smtp(remote));
    all.from_address = "not an address".to_owned();
    all.message_id_host = "not a host".to_owned();
    let faults = Mailer::from_settings(&all).err().unwrap();
    let mut keys: Vec<_> = faults.iter().map(|fault| fault.key).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["from_address", "message_id_host", "smtp.password", "smtp.timeout", "smtp.tls"]);
}
