//! What every part of the rim is handed: database, clock, rules, mail and settings, put together once.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use chrono::TimeDelta;
use printing::Typesetter;

use crate::actions::Rules;
use crate::bell::Bell;
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::calendar::BankHolidays;
use crate::domain::context::Context;
use crate::domain::id::Ids;
use crate::files::Files;
use crate::mail::letters::Wording;
use crate::mail::{MailSettings, Mailer, SmtpSettings, TlsMode, Transport};
use crate::scheme_file;
use crate::settings::{Mail, MailTransport, Settings, Tls};
use crate::storage::Db;

/// The service, put together.
pub struct App {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Where identifiers come from.
    pub ids: Arc<Ids>,
    /// The scheme and the bank holidays.
    pub rules: Rules,
    /// What letters say.
    pub wording: Wording,
    /// Who sets what is printed.
    pub typesetter: &'static dyn Typesetter,
    /// Where letters go.
    pub mailer: Mailer,
    /// Where the bytes lie of what people send in.
    pub files: Files,
    /// Rings when somebody waits for a mail.
    pub bell: Bell,
    /// What was set.
    pub settings: Settings,
}

impl App {
    /// Opens the database, takes the scheme into use and prepares the mail.
    ///
    /// # Errors
    /// Whatever stands in the way, in words for the person who starts the service.
    pub fn open(
        settings: Settings,
        typesetter: &'static dyn Typesetter,
        clock: Clock,
        ids: Ids,
    ) -> anyhow::Result<Self> {
        let opened = scheme_file::open(&settings.scheme.file).map_err(|faults| {
            let lines = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
            anyhow!("the scheme file has {} fault(s):\n  {lines}", faults.len())
        })?;
        let holidays = holidays(&settings)?;
        let db = Db::open(settings.database.url.expose(), settings.database.connections)
            .with_context(|| format!("the database {} cannot be used", settings.database.url))?;
        let ids = Arc::new(ids);
        let cx = Context { actor: Actor::operator(), now: clock.now(), ids: ids.clone() };
        let texts = (opened.scheme_text.as_str(), opened.address_text.as_str());
        let rules = db.write(|tx| Rules::take_into_use(tx, &cx, &opened.scheme, texts, &holidays))?;
        let wording = wording(&settings.mail)?;
        let mailer = mailer(&settings.mail)?;
        let files = files(&settings)?;
        Ok(Self { db, clock, ids, rules, wording, typesetter, mailer, files, bell: Bell::default(), settings })
    }

    /// Who acts, now.
    pub fn context(&self, actor: Actor) -> Context {
        Context { actor, now: self.clock.now(), ids: self.ids.clone() }
    }

    /// How long an attempt has a letter to itself.
    pub fn lease(&self) -> TimeDelta {
        let seconds = i64::try_from(self.settings.mail.smtp.lease_seconds).unwrap_or(i64::MAX / 1_000_000);
        TimeDelta::seconds(seconds)
    }
}

fn wording(mail: &Mail) -> anyhow::Result<Wording> {
    mail.wording.as_deref().map_or_else(Wording::shipped, Wording::read).map_err(|faults| {
        let lines = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
        anyhow!("the wording of the letters has {} fault(s):\n  {lines}", faults.len())
    })
}

/// Opens the place of the files.
///
/// # Errors
/// If it cannot be used, in words for the person who starts the service.
pub fn files(settings: &Settings) -> anyhow::Result<Files> {
    let url = &settings.files.url;
    Files::open(url, &settings.files.incoming).with_context(|| format!("{url} cannot be used for files"))
}

fn holidays(settings: &Settings) -> anyhow::Result<BankHolidays> {
    let shipped = BankHolidays::shipped().context("the built-in table of bank holidays")?;
    let Some(path) = &settings.scheme.bank_holidays_file else { return Ok(shipped) };
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("the bank holidays in {name}"))?;
    BankHolidays::parse(&text).with_context(|| format!("the bank holidays in {name}"))
}

fn mailer(mail: &Mail) -> anyhow::Result<Mailer> {
    let transport = match mail.transport {
        MailTransport::Folder => Transport::Folder { path: mail.folder.clone() },
        MailTransport::Smtp => Transport::Smtp(SmtpSettings {
            host: mail.smtp.host.clone(),
            port: mail.smtp.port,
            username: mail.smtp.username.clone(),
            password: mail.smtp.password.clone(),
            tls: match mail.smtp.tls {
                Tls::Required => TlsMode::Required,
                Tls::Starttls => TlsMode::StartTls,
                Tls::None => TlsMode::None,
            },
            timeout: std::time::Duration::from_secs(mail.smtp.timeout_seconds),
            ca_file: mail.smtp.ca_file.clone(),
        }),
    };
    let settings = MailSettings {
        from_name: mail.from_name.clone(),
        from_address: mail.from_address.clone(),
        reply_to: mail.reply_to.clone(),
        message_id_host: mail.message_id_host.clone(),
        transport,
    };
    Mailer::from_settings(&settings).map_err(|faults| {
        let lines = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
        anyhow!("mail cannot be set up:\n  {lines}")
    })
}
