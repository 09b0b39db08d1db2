//! The database: its connections, its transactions, its tables brought up to date, and what makes it unfit for use.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::backend::Backend;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection as _};
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::{Conn, Error, Retry, Tx};

const BOTH: EmbeddedMigrations = embed_migrations!("../../migrations/both");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The steps that both databases share, and those that each spells for itself.
struct Migrations(EmbeddedMigrations);

impl Migrations {
    fn of(conn: &Conn) -> Self {
        match conn {
            Conn::Sqlite(_) => Self(SQLITE),
            Conn::Postgres(_) => Self(POSTGRES),
        }
    }
}

impl<DB: Backend> MigrationSource<DB> for Migrations {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let mut all = BOTH.migrations()?;
        all.extend(self.0.migrations()?);
        Ok(all)
    }
}

/// The oldest SQLite that is safe with several connections: before it, a WAL database could be corrupted.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How often a write is tried again because another writer was in its way.
const TRIES: u32 = 40;

/// The database.
pub struct Db {
    pool: Pool<Manager>,
    /// SQLite has one writer at a time; waiting in line here is fairer and faster than waiting on its lock.
    writer: Option<Mutex<()>>,
    /// Writes that are tried again stand in line, so that many writers of one row do not fail each other for ever.
    again: Mutex<()>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("connections", &self.pool.state().connections).finish()
    }
}

struct Manager {
    url: String,
}

impl Db {
    /// Opens the database named by `url` (`sqlite://PATH` or `postgres://...`) with up to `connections` connections, and
    /// brings its tables up to date.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be reached or is not safe to use, with the reason.
    pub fn open(url: &str, connections: u32) -> Result<Self, Error> {
        let db = Self::connect(url, connections)?;
        db.bring_up()?;
        Ok(db)
    }

    /// Opens the database as it is, without touching its tables.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub fn connect(url: &str, connections: u32) -> Result<Self, Error> {
        let sqlite = !is_postgres(url);
        if sqlite && let Some(folder) = sqlite_path(url).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::Unavailable(format!("{}: {error}", folder.display())))?;
        }
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(!sqlite)
            .error_handler(Box::new(LogErrors))
            .build_unchecked(Manager { url: url.to_owned() });
        let db = Self { pool, writer: sqlite.then(|| Mutex::new(())), again: Mutex::new(()) };
        db.with(safe_to_use)?;
        Ok(db)
    }

    /// Reads outside any transaction: one statement sees one state, several may see several.
    ///
    /// # Errors
    /// Whatever the work returns, or [`Error::Unavailable`].
    pub fn read<T, E: From<Error>>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.connection()?;
        work(&mut conn)
    }

    /// Reads several statements from one unchanging state.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn snapshot<T, E: From<Error>>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let mut conn = self.connection()?;
        begin(&mut conn, "BEGIN DEFERRED", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").map_err(Error::from)?;
        let result = work(&mut conn);
        roll_back(&mut conn);
        result
    }

    /// Writes: everything the work does is stored, or nothing is. It is tried again if another writer was in the way, and
    /// once if a unique key stood against it that it could not see.
    ///
    /// # Errors
    /// Whatever the work returns, or [`Error::Unavailable`]; [`Error::Conflict`] only after many tries.
    pub fn write<T, E: From<Error> + Retry>(&self, mut work: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let (mut result, clashed) = self.write_once(&mut work);
        if result.as_ref().is_err_and(|error| clashed || error.is_conflict()) {
            let _turn = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            for tries in 1..=TRIES {
                std::thread::sleep(pause(tries));
                (result, _) = self.write_once(&mut work);
                if !result.as_ref().is_err_and(E::is_conflict) {
                    break;
                }
            }
        }
        result
    }

    fn write_once<T, E: From<Error>>(
        &self,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, bool) {
        // The turn first: writers that wait in line must not hold the connections that readers need.
        let _turn = self.writer.as_ref().map(|line| line.lock().unwrap_or_else(PoisonError::into_inner));
        let mut conn = match self.connection() {
            Ok(conn) => conn,
            Err(error) => return (Err(error.into()), false),
        };
        if let Err(error) = begin(&mut conn, "BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL SERIALIZABLE") {
            return (Err(Error::from(error).into()), false);
        }
        let mut tx = Tx::new(&mut conn);
        // A panic inside the work must not leave the transaction open on a pooled connection.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut tx)));
        let clashed = tx.clashed();
        match result {
            Ok(Ok(value)) => (commit(&mut conn).map(|()| value).map_err(E::from), false),
            Ok(Err(error)) => {
                roll_back(&mut conn);
                (Err(error), clashed)
            }
            Err(panic) => {
                roll_back(&mut conn);
                std::panic::resume_unwind(panic)
            }
        }
    }

    /// Undoes every migration, for tests and for taking an empty database apart.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the migration's own words.
    pub fn take_down(&self) -> Result<(), Error> {
        self.with(|conn| one_at_a_time(conn, revert_all))
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the migration's own words.
    pub fn bring_up(&self) -> Result<(), Error> {
        self.with(|conn| {
            let source = Migrations::of(conn);
            match conn.has_pending_migration(source) {
                Ok(false) => Ok(()),
                // An error too: two processes that start on an empty database disturb each other even in looking.
                Ok(true) | Err(_) => one_at_a_time(conn, run_pending),
            }
        })
    }

    /// Writes a consistent copy of the embedded database to a new file, while the service runs.
    ///
    /// # Errors
    /// [`Error::Unavailable`] on PostgreSQL, whose own tools do this, or if the file cannot be written.
    pub fn backup(&self, to: &std::path::Path) -> Result<(), Error> {
        self.with(|conn| match conn {
            Conn::Postgres(_) => {
                let advice = "back up PostgreSQL with its own tools: pg_dump --format=custom, or pg_basebackup";
                Err(Error::Unavailable(advice.to_owned()))
            }
            Conn::Sqlite(sqlite) => {
                let name = to.to_string_lossy().replace('\'', "''");
                Ok(sqlite.batch_execute(&format!("VACUUM INTO '{name}'"))?)
            }
        })
    }

    /// Reads a copy that [`Db::backup`] made, and leaves its file as it is.
    ///
    /// # Errors
    /// Whatever the work returns, or [`Error::Unavailable`] if the file cannot be opened.
    pub fn read_copy<T, E: From<Error>>(
        file: &std::path::Path,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let opened = SqliteConnection::establish(&file.to_string_lossy());
        let sqlite = opened.map_err(|error| Error::Unavailable(error.to_string()))?;
        work(&mut Conn::Sqlite(sqlite))
    }

    /// Changes a copy that [`Db::backup`] made, before any service uses it.
    ///
    /// # Errors
    /// As [`Db::read_copy`].
    pub fn change_copy(
        file: &std::path::Path,
        work: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        Self::read_copy(file, |conn| {
            begin(conn, "BEGIN IMMEDIATE", "BEGIN")?;
            work(&mut Tx::new(conn))?;
            commit(conn)
        })
    }

    /// Lets the embedded database count what its tables hold, so that it chooses the right index; PostgreSQL does so by itself.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn count_for_plans(&self) -> Result<(), Error> {
        let _turn = self.writer.as_ref().map(|line| line.lock().unwrap_or_else(PoisonError::into_inner));
        self.with(|conn| match conn {
            Conn::Postgres(_) => Ok(()),
            // Looks at a few hundred rows of each index, and only of tables that have changed much since.
            Conn::Sqlite(sqlite) => Ok(sqlite.batch_execute("PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002")?),
        })
    }

    /// The database's own clock, where it is another machine's (PostgreSQL).
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be asked.
    pub fn clock(&self) -> Result<Option<chrono::DateTime<chrono::Utc>>, Error> {
        self.with(|conn| match conn {
            Conn::Sqlite(_) => Ok(None),
            Conn::Postgres(_) => {
                let now: chrono::NaiveDateTime =
                    diesel::select(diesel::dsl::sql::<diesel::sql_types::Timestamp>("now() AT TIME ZONE 'UTC'"))
                        .get_result(conn)?;
                Ok(Some(now.and_utc()))
            }
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it does not.
    pub fn ping(&self) -> Result<(), Error> {
        self.with(|conn| conn.ping().map_err(Error::from))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        work(&mut *self.connection()?)
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, Error> {
        self.pool.get().map_err(|error| Error::Unavailable(error.to_string()))
    }
}

#[derive(Debug)]
struct LogErrors;

impl diesel::r2d2::HandleError<Error> for LogErrors {
    fn handle_error(&self, error: Error) {
        tracing::warn!(%error, "a database connection could not be made");
    }
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = Error;

    fn connect(&self) -> Result<Conn, Error> {
        let refused = |error: diesel::ConnectionError| Error::Unavailable(error.to_string());
        if is_postgres(&self.url) {
            let mut pg = PgConnection::establish(&self.url).map_err(refused)?;
            pg.batch_execute("SET TIME ZONE 'UTC'; SET lock_timeout = '10s'; SET statement_timeout = '120s'")?;
            return Ok(Conn::Postgres(pg));
        }
        let mut sqlite = SqliteConnection::establish(&sqlite_path(&self.url).to_string_lossy()).map_err(refused)?;
        sqlite.batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA cache_size = -16000",
        )?;
        Ok(Conn::Sqlite(sqlite))
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Error> {
        conn.ping().map_err(Error::from)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn sqlite_path(url: &str) -> std::path::PathBuf {
    url.strip_prefix("sqlite://").unwrap_or(url).into()
}

fn begin(conn: &mut Conn, sqlite: &str, postgres: &str) -> diesel::QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sqlite),
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, postgres),
    }
}

fn commit(conn: &mut Conn) -> Result<(), Error> {
    let committed = <Conn as diesel::Connection>::TransactionManager::commit_transaction(conn);
    committed.map_err(|error| {
        roll_back(conn);
        Error::from(error)
    })
}

fn roll_back(conn: &mut Conn) {
    if let Err(error) = <Conn as diesel::Connection>::TransactionManager::rollback_transaction(conn) {
        tracing::debug!(%error, "nothing to roll back");
    }
}

fn run_pending(conn: &mut Conn) -> diesel::migration::Result<()> {
    let source = Migrations::of(conn);
    conn.run_pending_migrations(source).map(|_| ())
}

fn revert_all(conn: &mut Conn) -> diesel::migration::Result<()> {
    let source = Migrations::of(conn);
    conn.revert_all_migrations(source).map(|_| ())
}

/// Changes the tables, all of them or none. Of several processes that start at once one does it while the others wait.
fn one_at_a_time(
    conn: &mut Conn,
    change: impl FnOnce(&mut Conn) -> diesel::migration::Result<()>,
) -> Result<(), Error> {
    begin(conn, "BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL READ COMMITTED")?;
    let waited = match conn {
        Conn::Sqlite(_) => Ok(()),
        // However long the other takes, and however large the tables are.
        Conn::Postgres(pg) => pg.batch_execute(
            "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(34)",
        ),
    };
    let changed = waited.map_err(Error::from).and_then(|()| {
        change(conn).map_err(|error| Error::Unavailable(format!("its tables cannot be brought up to date: {error}")))
    });
    match changed {
        Ok(()) => commit(conn),
        Err(error) => {
            roll_back(conn);
            Err(error)
        }
    }
}

fn pause(tries: u32) -> Duration {
    let longest = 2_u64 << tries.min(6);
    Duration::from_millis(rand::random_range(1..=longest))
}

/// Refuses a database that could lose or corrupt what it is given.
fn safe_to_use(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Sqlite(_) => sqlite_is_safe(conn),
        Conn::Postgres(_) => postgres_is_safe(conn),
    }
}

fn sqlite_is_safe(conn: &mut Conn) -> Result<(), Error> {
    let version = ask(conn, "sqlite_version()")?;
    if sqlite_number(&version) < OLDEST_SQLITE {
        let advice = "versions before 3.51.3 can corrupt a database that several connections use";
        return Err(Error::Unavailable(format!("SQLite {version} is too old: {advice}")));
    }
    // A network drive, or a database in memory, silently stays in another mode.
    for (setting, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let found = ask(conn, &format!("(SELECT CAST({setting} AS TEXT) FROM pragma_{setting})"))?;
        if found != wanted {
            return Err(Error::Unavailable(format!(
                "SQLite keeps {setting} at {found} instead of {wanted}: put the file on a disk of this machine"
            )));
        }
    }
    Ok(())
}

fn postgres_is_safe(conn: &mut Conn) -> Result<(), Error> {
    let version = ask(conn, "current_setting('server_version_num')")?;
    if version.parse::<i32>().unwrap_or_default() < 150_000 {
        return Err(Error::Unavailable("PostgreSQL 15 or newer is needed".to_owned()));
    }
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        if ask(conn, &format!("current_setting('{setting}')"))? == "off" {
            return Err(Error::Unavailable(format!(
                "PostgreSQL runs with {setting} off and could lose what it is given"
            )));
        }
    }
    Ok(())
}

fn ask(conn: &mut Conn, what: &str) -> Result<String, Error> {
    Ok(diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(what)).get_result(conn)?)
}

fn sqlite_number(version: &str) -> i32 {
    let mut parts = version.split('.').map(|part| part.parse::<i32>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    next() * 1_000_000 + next() * 1_000 + next()
}
