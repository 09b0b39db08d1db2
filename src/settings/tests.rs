//! Defaults, layers, secrets, and every fault with its place.

use super::*;

const EXAMPLE: &str = include_str!("../../config/example.toml");

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let secret_file = |path: &Path| match path.to_str() {
        Some("/run/password") => Ok("hunter2\n".to_owned()),
        Some("/run/url") => Ok("postgres://amy:hunter2@db/licensing\n".to_owned()),
        Some("/run/empty") => Ok("\n".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    let faults = |faults: Vec<Fault>| faults.iter().map(Fault::to_string).collect();
    Settings::load(Some(Source { name: "own.toml", text: file }), environment, secret_file).map_err(faults)
}

fn keys_named_in(text: &str) -> Vec<String> {
    fn walk(prefix: &str, table: &toml::Table, keys: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(inner) => walk(&format!("{prefix}{key}."), inner, keys),
                _ => keys.push(format!("{prefix}{key}")),
            }
        }
    }
    let mut keys = Vec::new();
    walk("", &text.parse().unwrap(), &mut keys);
    keys.sort();
    keys
}

#[test]
fn the_defaults_alone_are_complete() {
    let settings = load("", &[]).unwrap();
    assert_eq!(settings.database.url.expose(), "sqlite://data/licensing.sqlite");
    assert_eq!(settings.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.check.at, NaiveTime::from_hms_opt(2, 30, 0).unwrap());
    assert_eq!((settings.mail.transport, settings.mail.reply_to.as_deref()), (MailTransport::Folder, None));
    assert_eq!((settings.mail.smtp.timeout_seconds, settings.mail.smtp.lease_seconds), (60, 900));
}

#[test]
fn the_example_names_every_key_and_changes_none() {
    let reading = Reading::of(&[Source { name: "default", text: DEFAULT }]).unwrap();
    assert!(reading::settings(&reading.root(), &|_| Err(String::new())).is_some());
    assert_eq!(keys_named_in(EXAMPLE), reading.keys());
    assert_eq!(load(EXAMPLE, &[]), load("", &[]));
}

#[test]
fn a_variable_wins_over_the_file_and_the_file_over_the_default() {
    let file = "[server]\nworkers = 2\nlisten = \"0.0.0.0:80\"\n[check]\nat = 03:15:00\non_start = false\n";
    let settings =
        load(file, &[("LICENSING__SERVER__WORKERS", "9"), ("LICENSING__CHECK__ON_START", "true"), ("PATH", "/bin")])
            .unwrap();
    assert_eq!(settings.server.workers, 9);
    assert_eq!(settings.server.listen, "0.0.0.0:80".parse().unwrap());
    assert_eq!(settings.check.at, NaiveTime::from_hms_opt(3, 15, 0).unwrap());
    assert!(settings.check.on_start);
    assert_eq!(settings.database.connections, 8);
}

#[test]
fn all_faults_of_file_and_environment_are_reported_together_with_their_places() {
    let file = "[server]\nlisten = 8080\nworkerz = 2\n\n[chek]\nat = \"02:30\"\n\n[log]\nformat = \"xml\"\n";
    let variables = [
        ("LICENSING__CHECK__BATCH", "many"),
        ("LICENSING__MAIL__FROM_ADDRESS", "amy@example.org\r\nBcc: x@example.org"),
        ("LICENSING__MAIL__SMTP__HOSTS", "mail.example.org"),
        ("LICENSING__DATABASE__URL", "mysql://amy:hunter2@db/licensing"),
    ];
    let faults = load(file, &variables).unwrap_err();
    let expected = [
        "own.toml:2:10: server.listen: must be a text in quotation marks; found the number 8080",
        "own.toml:3:1: server.workerz: is not a known key; did you mean `workers`?",
        "own.toml:5:2: chek: is not a known key; did you mean `check`?",
        "own.toml:9:10: log.format: \"xml\" is not known here; use one of: text, json",
        "LICENSING__CHECK__BATCH: check.batch: must be a whole number; found the text \"many\"",
        "LICENSING__DATABASE__URL: database.url: \"mysql\" is not a database this service knows; write sqlite://FILE, or postgres://USER:PASSWORD@HOST/NAME",
        "LICENSING__MAIL__FROM_ADDRESS: mail.from_address: \"amy@example.org\\r\\nBcc: x@example.org\" is not an e-mail address; write one such as \"licensing@example.org\"",
        "LICENSING__MAIL__SMTP__HOSTS: mail.smtp.hosts: names no setting; did you mean LICENSING__MAIL__SMTP__HOST?",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn each_rule_of_the_settings_has_its_fault() {
    let smtp = "[mail]\ntransport = \"smtp\"\n[mail.smtp]\n";
    let cases = [
        (smtp.to_owned(), "own.toml:2:13: mail.transport: is \"smtp\", but no mail server is named"),
        (
            format!("{smtp}host = \"mail.example.org\"\ntls = \"none\"\n"),
            "own.toml:5:7: mail.smtp.tls: mail without encryption is allowed to this machine",
        ),
        (format!("{smtp}host = \"mail example\"\n"), "mail.smtp.host: \"mail example\" is not the name"),
        (
            format!("{smtp}host = \"localhost\"\nusername = \"amy\"\n"),
            "own.toml:5:12: mail.smtp.username: there is a username without",
        ),
        (
            format!("{smtp}host = \"localhost\"\npassword_file = \"/run/password\"\n"),
            "own.toml:5:17: mail.smtp.password_file: there is a password without",
        ),
        (format!("{smtp}host = \"localhost\"\npassword_file = \"/run/none\"\n"), "cannot be read (no such file)"),
        (format!("{smtp}host = \"localhost\"\npassword_file = \"/run/empty\"\n"), "is empty; put the value"),
        (
            format!(
                "{smtp}host = \"localhost\"\nusername = \"amy\"\npassword = \"a\"\npassword_file = \"/run/password\"\n"
            ),
            "keep one of the two",
        ),
        (
            "[mail.smtp]\ntimeout_seconds = 80\n".to_owned(),
            "own.toml:2:19: mail.smtp.timeout_seconds: a lease of 900 seconds is too short",
        ),
        ("[mail.smtp]\nport = 70000\n".to_owned(), "from 1 to 65535"),
        (
            "[mail]\nanchors_to = \"audit@localhost\"\n".to_owned(),
            "mail.anchors_to: \"audit@localhost\" is not an e-mail address",
        ),
        ("[mail]\nfrom_name = \"Team\\nBcc: x\"\n".to_owned(), "mail.from_name: holds a line break"),
        ("[server]\npublic_url = \"licensing.example.org\"\n".to_owned(), "server.public_url: is not a web address"),
        ("[server]\nlisten = \"localhost\"\n".to_owned(), "is not an address and port"),
        ("[database]\nurl = \"\"\n".to_owned(), "database.url: is not the address"),
        ("[check]\nat = \"2h30\"\n".to_owned(), "check.at: must be a time"),
        ("[log]\nfilter = \"selective=loud\"\n".to_owned(), "log.filter: \"selective=loud\" is not a filter"),
        ("[scan]\nclamd = \"localhost\"\n".to_owned(), "scan.clamd: \"localhost\" is not a host and port"),
        ("[files]\nurl = \"s3://bucket\"\n".to_owned(), "files.url: \"s3://bucket\" is a bucket, and this"),
        ("[files]\nurl = \"https://bucket\"\n".to_owned(), "files.url: \"https://bucket\" is no folder"),
        ("[files]\nmax_bytes = 12\n".to_owned(), "files.max_bytes: 12 is outside the range"),
        ("mail = 3\n".to_owned(), "mail: must be a table"),
        ("[mail\n".to_owned(), "own.toml:1:"),
    ];
    for (file, expected) in cases {
        let faults = load(&file, &[]).unwrap_err();
        assert!(faults.len() == 1 && faults.iter().any(|fault| fault.contains(expected)), "{file}: {faults:?}");
    }
}

#[test]
fn mail_without_encryption_is_allowed_to_this_machine_only() {
    for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
        let file = format!("[mail]\ntransport = \"smtp\"\n[mail.smtp]\nhost = \"{host}\"\ntls = \"none\"\n");
        assert!(load(&file, &[]).is_ok(), "{host}");
    }
    for host in ["localhost.example.org", "10.0.0.1", "127.0.0.1.example.org"] {
        let file = format!("[mail]\ntransport = \"smtp\"\n[mail.smtp]\nhost = \"{host}\"\ntls = \"none\"\n");
        assert!(load(&file, &[]).is_err(), "{host}");
    }
}

#[test]
fn secrets_come_from_files_and_never_print() {
    let file =
        "[database]\nurl_file = \"/run/url\"\n[mail.smtp]\nusername = \"amy\"\npassword_file = \"/run/password\"\n";
    let settings = load(file, &[]).unwrap();
    assert_eq!(settings.mail.smtp.password.as_ref().map(Secret::expose), Some("hunter2"));
    assert_eq!(settings.database.url.expose(), "postgres://amy:hunter2@db/licensing");
    assert_eq!(settings.database.url.kind(), DatabaseKind::Postgres);
    let printed = format!("{settings:?} {settings:#?} {}", settings.mail.smtp.password.as_ref().unwrap());
    assert!(!printed.contains("hunter2") && printed.contains("[secret]"), "{printed}");
}

#[test]
fn a_database_address_prints_without_its_password() {
    let cases = [
        ("sqlite://data/x.sqlite", "sqlite://data/x.sqlite"),
        ("postgres://db/licensing", "postgres://db/licensing"),
        ("postgres://amy@db/licensing", "postgres://amy:[secret]@db/licensing"),
        ("postgresql://amy:hunter2@db:5432/licensing?sslmode=require", "postgresql://amy:[secret]@db:5432/licensing"),
        ("postgres://amy:hun@ter2@db/licensing", "postgres://amy:[secret]@db/licensing"),
        ("postgres://db/licensing?user=amy&password=hunter2", "postgres://db/licensing"),
    ];
    for (url, printed) in cases {
        assert_eq!(DatabaseUrl::parse(url).unwrap().to_string(), printed);
    }
}

#[test]
fn a_fault_in_a_secret_does_not_repeat_it() {
    let faults =
        load("[mail.smtp]\nusername = \"amy\"\npassword = 987654\n[database]\nurl = \"amy:hunter2@db\"\n", &[])
            .unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(!faults.join(" ").contains("987654") && !faults.join(" ").contains("hunter2"), "{faults:?}");
}
