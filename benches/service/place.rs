//! Where databases of the benchmark live: files in a folder that goes away, or databases of a PostgreSQL that may be used.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, anyhow, bail};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

pub(crate) fn kind_of(url: &str) -> Kind {
    if url.starts_with("postgres") { Kind::Postgres } else { Kind::Sqlite }
}

/// A database that goes away when it is dropped.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    folder: Option<tempfile::TempDir>,
}

impl Place {
    /// A new and empty one.
    pub(crate) fn new(kind: Kind) -> anyhow::Result<Self> {
        Self::make(kind, None)
    }

    /// A copy of this one, which nobody may have open.
    pub(crate) fn copy(&self) -> anyhow::Result<Self> {
        Self::make(self.kind, Some(self))
    }

    fn make(kind: Kind, of: Option<&Self>) -> anyhow::Result<Self> {
        if kind == Kind::Sqlite {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("bench.sqlite");
            if let Some(of) = of {
                std::fs::copy(of.file(), &file)?;
                // Or the system would write it while the copy is measured.
                std::fs::File::open(&file)?.sync_all()?;
            }
            return Ok(Self { kind, url: format!("sqlite://{}", file.display()), folder: Some(folder) });
        }
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("bench_{}_{number}", std::process::id());
        let template = of.map_or("template1", |of| of.database());
        server()?.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))?;
        server()?.batch_execute("CHECKPOINT")?;
        let (base, _) = server_url()?.rsplit_once('/').ok_or_else(|| anyhow!("TEST_DATABASE_URL names no database"))?;
        Ok(Self { kind, url: format!("{base}/{name}"), folder: None })
    }

    fn file(&self) -> PathBuf {
        self.url.trim_start_matches("sqlite://").into()
    }

    fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.folder.is_none()
            && let Ok(mut server) = server()
        {
            let _ = server.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database()));
        }
    }
}

fn server() -> anyhow::Result<PgConnection> {
    PgConnection::establish(server_url()?).context("PostgreSQL cannot be reached")
}

/// Whether that database can be measured here.
pub(crate) fn is_there(kind: Kind) -> bool {
    match (kind, server_url()) {
        (Kind::Sqlite, _) | (Kind::Postgres, Ok(_)) => true,
        (Kind::Postgres, Err(why)) => {
            eprintln!("PostgreSQL is left out: {why:#}");
            false
        }
    }
}

/// The server: the one that TEST_DATABASE_URL names, or else one of our own.
fn server_url() -> anyhow::Result<&'static str> {
    static URL: OnceLock<Result<String, String>> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the bench is told its server as the tests are")]
    let named = || std::env::var("TEST_DATABASE_URL").or_else(|_| start().map_err(|error| format!("{error:#}")));
    URL.get_or_init(named).as_deref().map_err(|why| anyhow!("{why}"))
}

/// Starts a private server through the script of the tests; it ends when this process closes the script's input.
fn start() -> anyhow::Result<String> {
    static SERVER: OnceLock<std::sync::Mutex<Child>> = OnceLock::new();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/postgres.sh");
    if !script.exists() {
        bail!("set TEST_DATABASE_URL to a server in which databases may be created");
    }
    let mut child = Command::new("sh")
        .arg(script)
        .args(["sh", "-c", "echo \"$TEST_DATABASE_URL\"; cat >/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or_else(|| anyhow!("the script says nothing"))?;
    // After what the script says for itself.
    let mut lines = std::io::BufReader::new(out).lines().map_while(Result::ok);
    let url = lines.find(|line| line.starts_with("postgres://"));
    // Kept, and with it the script's input, until the process ends.
    let _ = SERVER.set(std::sync::Mutex::new(child));
    url.ok_or_else(|| anyhow!("tests/postgres.sh started no server"))
}

/// The version of the server, if one was used.
pub(crate) fn version() -> Option<String> {
    use diesel::RunQueryDsl as _;
    let mut server = server().ok()?;
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("version()")).get_result(&mut server).ok()
}

/// The version of the embedded database.
pub(crate) fn sqlite_version() -> String {
    use diesel::RunQueryDsl as _;
    let open = diesel::SqliteConnection::establish(":memory:");
    let asked = open.ok().and_then(|mut sqlite| {
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("sqlite_version()")).get_result(&mut sqlite).ok()
    });
    asked.unwrap_or_default()
}
