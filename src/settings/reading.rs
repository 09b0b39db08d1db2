//! Reads the settings key by key and checks what belongs together.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::files;
use super::mail::is_loopback;
use super::{
    Check, Database, DatabaseUrl, Log, LogFormat, Mail, MailTransport, Retention, SchemeFiles, Secret, Server,
    Settings, Smtp, Tls,
};
use crate::domain::partner::Sharing;
use crate::mail::Address;
use toml_reader::{Raw, Section, flag, secret_text, text, text_or_nothing, time, whole_number, word};

type SecretFile<'f> = &'f dyn Fn(&Path) -> Result<String, String>;

pub(super) fn settings(root: &Section<'_>, secret_file: SecretFile<'_>) -> Option<Settings> {
    let database = root.table("database").and_then(|section| database(&section, secret_file));
    let server = root.table("server").and_then(|section| server(&section));
    let scheme = root.table("scheme").and_then(|section| scheme(&section));
    let check = root.table("check").and_then(|section| check(&section));
    let mail = root.table("mail").and_then(|section| mail(&section, secret_file));
    let files = root.table("files").and_then(|section| files::files(&section));
    let scan = root.table("scan").and_then(|section| files::scan(&section));
    let partners = root.table("partners").and_then(|section| partners(&section));
    let retention = root.table("retention").and_then(|section| retention(&section));
    let log = root.table("log").and_then(|section| log(&section));
    root.no_other_keys();
    Some(Settings {
        database: database?,
        server: server?,
        scheme: scheme?,
        check: check?,
        mail: mail?,
        files: files?,
        scan: scan?,
        partners: partners?,
        retention: retention?,
        log: log?,
    })
}

fn database(section: &Section<'_>, secret_file: SecretFile<'_>) -> Option<Database> {
    let url = section.required("url", database_url);
    let from_file = content_of_file(section, "url_file", secret_file);
    let connections = section.required("connections", whole_number(1..=200));
    section.no_other_keys();
    let from_file = from_file?.map(|content| {
        DatabaseUrl::parse(&content).map_err(|message| section.fault("url_file", format!("the file {message}")))
    });
    let url = match from_file {
        Some(from_file) => from_file.ok(),
        None => url,
    };
    Some(Database { url: url?, connections: connections? })
}

fn database_url(raw: &Raw<'_>) -> Result<DatabaseUrl, String> {
    DatabaseUrl::parse(&secret_text(raw)?.unwrap_or_default())
}

/// The first line of the file that a key names. The outer `None` means that a fault was reported.
fn content_of_file(section: &Section<'_>, key: &'static str, secret_file: SecretFile<'_>) -> Option<Option<String>> {
    let Some(path) = section.optional(key, text_or_nothing).flatten() else {
        return Some(None);
    };
    let content = secret_file(Path::new(&path)).map(|content| content.lines().next().unwrap_or_default().to_owned());
    match content {
        Ok(content) if !content.is_empty() => Some(Some(content)),
        Ok(_) => {
            section.fault(key, format!("{path:?} is empty; put the value into its first line"));
            None
        }
        Err(reason) => {
            section.fault(key, format!("{path:?} cannot be read ({reason}); check the path and its permissions"));
            None
        }
    }
}

fn server(section: &Section<'_>) -> Option<Server> {
    let listen = section.required("listen", socket_address);
    let public_url = section.required("public_url", web_address);
    let behind_proxy = section.required("behind_proxy", flag);
    let body_limit_bytes = section.required("body_limit_bytes", whole_number(1_024..=104_857_600));
    let header_seconds = section.required("header_seconds", whole_number(1..=120));
    let body_seconds = section.required("body_seconds", whole_number(1..=600));
    let workers = section.required("workers", whole_number(1..=256));
    section.no_other_keys();
    Some(Server {
        listen: listen?,
        public_url: public_url?,
        behind_proxy: behind_proxy?,
        body_limit_bytes: body_limit_bytes?,
        header_seconds: header_seconds?,
        body_seconds: body_seconds?,
        workers: workers?,
    })
}

fn socket_address(raw: &Raw<'_>) -> Result<SocketAddr, String> {
    let text = text(raw)?;
    text.parse().map_err(|_| format!("{text:?} is not an address and port; write one such as \"127.0.0.1:8080\""))
}

fn web_address(raw: &Raw<'_>) -> Result<String, String> {
    let text = text(raw)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| {
        !rest.trim_matches('/').is_empty() && !rest.contains(|c: char| c.is_whitespace() || "@?#\"<>".contains(c))
    });
    if fits {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("is not a web address; write one such as \"https://licensing.example.org\"".to_owned())
    }
}

fn scheme(section: &Section<'_>) -> Option<SchemeFiles> {
    let file = section.required("file", text);
    let bank_holidays_file = section.optional("bank_holidays_file", text_or_nothing);
    section.no_other_keys();
    Some(SchemeFiles { file: file?.into(), bank_holidays_file: bank_holidays_file.flatten().map(PathBuf::from) })
}

fn check(section: &Section<'_>) -> Option<Check> {
    let at = section.required("at", time);
    let batch = section.required("batch", whole_number(1..=10_000));
    let on_start = section.required("on_start", flag);
    section.no_other_keys();
    Some(Check { at: at?, batch: batch?, on_start: on_start? })
}

fn partners(section: &Section<'_>) -> Option<Sharing> {
    let needs_agreement = section.required("needs_agreement", flag);
    let agreement_warning_days = section.required("agreement_warning_days", whole_number(0..=366));
    let look_ups_per_hour = section.required("look_ups_per_hour", whole_number(1..=100_000));
    section.no_other_keys();
    Some(Sharing {
        needs_agreement: needs_agreement?,
        agreement_warning_days: agreement_warning_days?,
        look_ups_per_hour: look_ups_per_hour?,
    })
}

fn retention(section: &Section<'_>) -> Option<Retention> {
    let reads_months = section.required("reads_months", whole_number(1..=1_200));
    let references_months = section.required("references_months", whole_number(1..=24));
    section.no_other_keys();
    Some(Retention { reads_months: reads_months?, references_months: references_months? })
}

fn log(section: &Section<'_>) -> Option<Log> {
    let format = section.required("format", word(LogFormat::ALL, LogFormat::as_str));
    let filter = section.required("filter", log_filter);
    section.no_other_keys();
    Some(Log { format: format?, filter: filter? })
}

fn log_filter(raw: &Raw<'_>) -> Result<String, String> {
    let text = text(raw)?;
    match tracing_subscriber::EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("{text:?} is not a filter ({error}); write one such as \"info\"")),
    }
}

fn mail(section: &Section<'_>, secret_file: SecretFile<'_>) -> Option<Mail> {
    let transport = section.required("transport", word(MailTransport::ALL, MailTransport::as_str));
    let folder = section.required("folder", text);
    let wording = section.optional("wording", text_or_nothing);
    let from_name = section.required("from_name", one_line);
    let from_address = section.required("from_address", |raw| mail_address(&text(raw)?));
    let reply_to =
        section.optional("reply_to", |raw| text_or_nothing(raw)?.map(|text| mail_address(&text)).transpose());
    let anchors_to = section.required("anchors_to", mail_addresses);
    let message_id_host = section.required("message_id_host", host_name);
    let hold = section.required("hold", flag);
    let workers = section.required("workers", whole_number(1..=64));
    let smtp = section.table("smtp").and_then(|section| smtp(&section, transport, secret_file));
    section.no_other_keys();
    if transport == Some(MailTransport::Smtp) && smtp.as_ref().is_some_and(|smtp| smtp.host.is_empty()) {
        section.fault("transport", "is \"smtp\", but no mail server is named; set mail.smtp.host");
    }
    Some(Mail {
        transport: transport?,
        folder: folder?.into(),
        wording: wording.flatten().map(PathBuf::from),
        from_name: from_name?,
        from_address: from_address?,
        reply_to: reply_to.flatten(),
        anchors_to: anchors_to?,
        message_id_host: message_id_host?,
        hold: hold?,
        workers: workers?,
        smtp: smtp?,
    })
}

fn smtp(section: &Section<'_>, transport: Option<MailTransport>, secret_file: SecretFile<'_>) -> Option<Smtp> {
    let host =
        section.required("host", |raw| text_or_nothing(raw)?.map_or(Ok(String::new()), |text| checked_host(&text)));
    let port = section.required("port", whole_number(1..=u16::MAX));
    let username = section.required("username", text_or_nothing);
    let password = password(section, secret_file);
    let tls = section.required("tls", word(Tls::ALL, Tls::as_str));
    let timeout_seconds = section.required("timeout_seconds", whole_number(1..=600));
    let ca_file = section.optional("ca_file", text_or_nothing);
    let lease_seconds = section.required("lease_seconds", whole_number(12..=86_400));
    section.no_other_keys();
    check_server(section, transport, host.as_deref(), tls);
    check_login(section, username.as_ref(), password.as_ref());
    if let (Some(timeout), Some(lease)) = (timeout_seconds, lease_seconds)
        && lease < 12 * timeout
    {
        let least = 12 * timeout;
        let message = format!(
            "a lease of {lease} seconds is too short for a timeout of {timeout}; make the lease at least {least}, or a letter may go out twice"
        );
        section.fault_among(&["lease_seconds", "timeout_seconds"], message);
    }
    Some(Smtp {
        host: host?,
        port: port?,
        username: username.flatten(),
        password: password?,
        tls: tls?,
        timeout_seconds: timeout_seconds?,
        ca_file: ca_file.flatten().map(PathBuf::from),
        lease_seconds: lease_seconds?,
    })
}

/// The outer `None` means that a fault was reported.
fn password(section: &Section<'_>, secret_file: SecretFile<'_>) -> Option<Option<Secret>> {
    let written = section.required("password", secret_text);
    let from_file = content_of_file(section, "password_file", secret_file);
    let (written, from_file) = (written?, from_file?);
    if written.is_some() && from_file.is_some() {
        section.fault_among(
            &["password_file", "password"],
            "there is a password and a password_file; keep one of the two",
        );
    }
    Some(from_file.or(written).map(Secret::new))
}

fn check_server(section: &Section<'_>, transport: Option<MailTransport>, host: Option<&str>, tls: Option<Tls>) {
    if transport == Some(MailTransport::Smtp)
        && tls == Some(Tls::None)
        && host.is_some_and(|host| !host.is_empty() && !is_loopback(host))
    {
        section.fault_among(
            &["tls", "host"],
            "mail without encryption is allowed to this machine itself only; set tls to \"required\" or \"starttls\"",
        );
    }
}

fn check_login(section: &Section<'_>, username: Option<&Option<String>>, password: Option<&Option<Secret>>) {
    let keys = ["username", "password", "password_file"];
    match (username, password) {
        (Some(Some(_)), Some(None)) => {
            section.fault_among(&keys, "there is a username without a password; set password or password_file")
        }
        (Some(None), Some(Some(_))) => section
            .fault_among(&keys, "there is a password without a username; set the username, or remove the password"),
        (Some(_) | None, Some(_) | None) => {}
    }
}

fn one_line(raw: &Raw<'_>) -> Result<String, String> {
    let text = text(raw)?;
    if text.chars().any(char::is_control) {
        Err("holds a line break or control character; write one line".to_owned())
    } else {
        Ok(text)
    }
}

fn mail_address(text: &str) -> Result<String, String> {
    let wrong = |_| format!("{text:?} is not an e-mail address; write one such as \"licensing@example.org\"");
    Address::parse(text).map(|address| address.to_string()).map_err(wrong)
}

/// Addresses with commas between them, none at all for an empty text.
fn mail_addresses(raw: &Raw<'_>) -> Result<Vec<String>, String> {
    let text = text_or_nothing(raw)?.unwrap_or_default();
    let mut addresses = Vec::new();
    for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        let address = mail_address(one)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn host_name(raw: &Raw<'_>) -> Result<String, String> {
    checked_host(&text(raw)?)
}

fn checked_host(text: &str) -> Result<String, String> {
    let fits = text.len() <= 253 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a host; write one such as \"mail.example.org\""))
    }
}
