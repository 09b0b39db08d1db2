//! What a letter is once it has left: its headers, its body, its file, whatever the records held.

use std::path::{Path, PathBuf};

use chrono::{TimeZone, Utc};
use selective_licensing::mail::{Address, MailName, MailSubject, Mailer, Outcome, Transport};

use crate::support::{
    post::{letter, mailer, noon, settings, smtp, stops_the_pool},
    smtp_server::{Received, Script, SmtpServer},
};

fn headers_of(message: &Received) -> Vec<(String, String)> {
    let (head, _) = message.data.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .split("\r\n")
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("not a header: {line:?}")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

const HEADERS: [&str; 9] =
    ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Reply-To", "Subject", "To"];

fn header_names(message: &Received) -> Vec<String> {
    let mut names: Vec<String> = headers_of(message).into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_message_carries_its_identity_and_every_copy_is_the_same_but_for_its_date() {
    let server = SmtpServer::start(Script::default());
    let mut session = mailer(smtp(server.port())).open_session();
    let mut later = letter(7);
    later.date = noon() + chrono::Duration::days(1);
    for message in [letter(7), letter(7), later] {
        assert!(matches!(session.send(&message), Outcome::Accepted { .. }));
    }
    let copies = server.accepted();
    assert_eq!(header_names(&copies[0]), HEADERS);
    let headers = headers_of(&copies[0]);
    let value = |name: &str| headers.iter().find(|(header, _)| header == name).unwrap().1.clone();
    assert_eq!(value("Message-ID"), "<r.7.d2@licensing.council.example>");
    assert_eq!(value("Date"), "Wed, 05 Feb 2025 12:00:00 +0000");
    assert_eq!(value("Auto-Submitted"), "auto-generated");
    assert_eq!(value("Reply-To"), "answers@council.example");
    assert_eq!(copies[0].data, copies[1].data);
    let undated = |message: &Received| -> Vec<String> {
        message.data.lines().filter(|line| !line.starts_with("Date: ")).map(str::to_owned).collect()
    };
    assert_eq!(undated(&copies[0]), undated(&copies[2]));
    assert_ne!(copies[0].data, copies[2].data);
}

/// At least 200 texts that have broken mailers before, and combinations of them.
fn hostile_texts() -> Vec<String> {
    let breaks = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\u{b}",
        "\u{c}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\r\n\r\n",
        "\n.\n",
        "\r\n.\r\n",
        "%0d%0a",
        "=0D=0A",
    ];
    let heads = [
        "Bcc: victim@example.org",
        "To: other@example.org",
        "Subject: other",
        "Content-Type: text/html",
        "X-Extra: yes",
        "MAIL FROM:<x@example.org>",
        "DATA",
        "<html>",
        "From: \"Council\" <x@example.org>",
        " folded: yes",
        "--letter-00--",
    ];
    let mut texts = Vec::new();
    for line_break in breaks {
        for head in heads {
            texts.push(format!("Bob{line_break}{head}"));
        }
    }
    let single = [
        "\u{202E}gnp.exe",
        "\u{2066}a\u{2069}",
        "\u{FEFF}",
        "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
        "=?utf-8?b?DQpCY2M6IHg=?=",
        "Bob <victim@example.org>",
        "Bob, victim@example.org",
        "Bob; victim@example.org",
        "a@example.org, b@example.org",
        "\"",
        "\\",
        "\\\"",
        "\"Bob\" <x@example.org>, \"",
        "(comment)",
        "group: a@example.org;",
        "<>",
        "<",
        ">",
        "@",
        ",",
        ":",
        ";",
        "[x]",
        ".",
        "..",
        " ",
        "\t",
        "",
        "Siân",
        "Ωμέγα",
        "李小龍",
        "👩‍👩‍👧‍👦",
        "e\u{301}",
        "\u{1b}[31mred",
        "\u{7}",
        "\u{7f}",
        "ﬀ",
        "ｆｕｌｌ",
        "victim%example.org@example.org",
        "-oQ/tmp",
        "|cat /etc/passwd",
        "x@example.org>\u{0}",
        "undisclosed-recipients:;",
        "=",
        "==?=",
        "?=",
        "=?",
        "=?x?y?z?=",
    ];
    texts.extend(single.map(str::to_owned));
    texts.push("x".repeat(10_000));
    texts.push("x ".repeat(5_000));
    texts.push("é".repeat(10_000));
    texts.push("👩‍👩‍👧‍👦".repeat(1_000));
    assert!(texts.len() >= 200, "{}", texts.len());
    texts
}

#[test]
fn two_hundred_hostile_names_subjects_and_addresses_add_no_recipient_and_no_header() {
    let server = SmtpServer::start(Script { offers: vec!["8BITMIME", "SMTPUTF8"], ..Script::default() });
    let mut session = mailer(smtp(server.port())).open_session();
    let mut sent = 0;
    for (number, text) in hostile_texts().into_iter().enumerate() {
        let mut message = letter(number);
        message.to_name = MailName::from_record(&text);
        message.subject = MailSubject::from_text(&text).unwrap_or(message.subject);
        message.text = format!("Dear {text}\r\n.\r\nMAIL FROM:<x@example.org>\n.\nend\n");
        message.html = format!("<p>{text}</p>");
        if let Ok(address) = Address::parse(&text) {
            assert!(address.as_str().bytes().filter(|byte| *byte == b'@').count() == 1, "{text:?}");
            message.to = address;
        }
        let to = message.to.to_string();
        let outcome = session.send(&message);
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{text:?}: {outcome:?}");
        sent += 1;
        let received = server.accepted();
        assert_eq!(received.len(), sent, "one message each: {text:?}");
        let last = received.last().unwrap();
        assert_eq!(last.to, [format!("RCPT TO:<{to}>")], "{text:?}");
        assert_eq!(header_names(last), HEADERS, "{text:?}");
        assert!(last.data.is_ascii() && last.data.lines().all(|line| line.len() < 998), "{text:?}");
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_body_with_a_lone_dot_arrives_whole() {
    let server = SmtpServer::start(Script::default());
    let mut message = letter(1);
    message.text = "before\r\n.\r\nMAIL FROM:<x@example.org>\n.\n..two\n.end\n".to_owned();
    assert!(matches!(mailer(smtp(server.port())).open_session().send(&message), Outcome::Accepted { .. }));
    let received = server.accepted();
    assert_eq!(received.len(), 1);
    assert!(
        received[0].data.contains("before\r\n.\r\nMAIL FROM:<x@example.org>\r\n.\r\n..two\r\n.end\r\n"),
        "{}",
        received[0].data
    );
}

#[test]
fn a_letter_that_breaks_the_message_builder_stops_no_other() {
    let server = SmtpServer::start(Script::default());
    let mut session = mailer(smtp(server.port())).open_session();
    let mut poison = letter(1);
    poison.date = Utc.with_ymd_and_hms(1899, 12, 31, 12, 0, 0).unwrap();
    let outcome = session.send(&poison);
    assert!(matches!(outcome, Outcome::Unbuildable { .. }), "{outcome:?}");
    assert!(matches!(session.send(&letter(2)), Outcome::Accepted { .. }));
    assert_eq!(server.received().len(), 1);
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_folder_holds_one_file_per_letter_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outgoing");
    let mailer = Mailer::from_settings(&settings(Transport::Folder { path: path.clone() })).unwrap();
    let mut session = mailer.open_session();
    let reply = "written to 2025-02-05-r.1.d2@licensing.council.example.eml".to_owned();
    assert_eq!(session.send(&letter(1)), Outcome::Accepted { reply });
    session.send(&letter(2));
    let mut again = letter(1);
    again.date = noon() + chrono::Duration::days(3);
    assert!(matches!(mailer.open_session().send(&again), Outcome::Accepted { .. }));
    let files = files_in(&path);
    let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(
        names,
        ["2025-02-05-r.2.d2@licensing.council.example.eml", "2025-02-08-r.1.d2@licensing.council.example.eml"]
    );
    let text = std::fs::read_to_string(&files[1]).unwrap();
    assert!(
        text.contains("Message-ID: <r.1.d2@licensing.council.example>\r\n")
            && text.contains("To: \"Mr A Khan\" <khan@landlord.example>\r\n")
    );
}

#[test]
fn a_folder_that_cannot_be_written_means_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let mailer = Mailer::from_settings(&settings(Transport::Folder { path: file.join("outgoing") })).unwrap();
    assert!(stops_the_pool(&mailer.open_session().send(&letter(1))));
}
