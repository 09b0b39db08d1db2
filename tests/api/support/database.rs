//! A database of the test's own: a file in its folder, or a fresh database in the PostgreSQL server of `TEST_DATABASE_URL`.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, SqliteConnection};

/// The database of one test. A PostgreSQL one is dropped with the value; a file goes with the folder it lies in.
pub(crate) struct TestDatabase {
    /// As `database.url` takes it.
    pub(crate) url: String,
    server: Option<(String, String)>,
}

/// The SQL that takes the guards out of an embedded database.
pub(crate) const UNGUARDED_FILE: &str = "DROP TRIGGER IF EXISTS events_are_not_changed; \
    DROP TRIGGER IF EXISTS events_are_not_deleted; DROP TRIGGER IF EXISTS anchors_are_not_changed; \
    DROP TRIGGER IF EXISTS anchors_are_not_deleted";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl TestDatabase {
    /// A new, empty database; `folder` holds it if it is a file.
    #[expect(clippy::disallowed_methods, reason = "which server the tests run on is no setting of the service")]
    pub(crate) fn new(folder: &Path) -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::in_server(server),
            Err(_) => Self { url: format!("sqlite://{}", folder.join("licensing.sqlite").display()), server: None },
        }
    }

    fn in_server(server: String) -> Self {
        let name = format!("licensing_test_{:032x}", rand::random::<u128>());
        let mut admin = PgConnection::establish(&server).expect("TEST_DATABASE_URL names a server that answers");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (front, _) = server.rsplit_once('/').expect("TEST_DATABASE_URL ends with the name of a database");
        Self { url: format!("{front}/{name}"), server: Some((server, name)) }
    }

    /// Whether it is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    fn sqlite(&self) -> SqliteConnection {
        let mut own = SqliteConnection::establish(self.url.strip_prefix("sqlite://").unwrap()).unwrap();
        own.batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON",
        )
        .unwrap();
        own
    }

    /// Runs SQL on a connection of the test's own, past every rule of the service and the guards of its tables.
    pub(crate) fn run(&self, sql: &str) {
        self.try_within_the_rules(&format!("{}; {sql}", self.unguarded())).unwrap();
    }

    /// The SQL that lifts the guards of the tables, for the rest of a transaction at least.
    pub(crate) fn unguarded(&self) -> &'static str {
        if self.is_postgres() { "SET LOCAL session_replication_role = replica" } else { UNGUARDED_FILE }
    }

    /// Tries SQL that the guards of the tables may refuse, with their words.
    pub(crate) fn try_within_the_rules(&self, sql: &str) -> Result<(), String> {
        let done = if self.is_postgres() {
            PgConnection::establish(&self.url).unwrap().batch_execute(sql)
        } else {
            self.sqlite().batch_execute(sql)
        };
        done.map_err(|error| error.to_string())
    }

    /// Closes a database in a server to everybody, cutting off who is in, or opens it again.
    pub(crate) fn close(&self, closed: bool) {
        let (server, name) = self.server.as_ref().expect("only a database in a server can be closed");
        let mut admin = PgConnection::establish(server).unwrap();
        let sql = format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS {}; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            !closed
        );
        admin.batch_execute(&sql).unwrap();
    }

    /// The lines of a query whose one column is the text `line`.
    #[expect(clippy::disallowed_methods, reason = "a test looks past the service, so it speaks SQL itself")]
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = if self.is_postgres() {
            diesel::sql_query(sql).load(&mut PgConnection::establish(&self.url).unwrap()).unwrap()
        } else {
            diesel::sql_query(sql).load(&mut self.sqlite()).unwrap()
        };
        lines.into_iter().map(|line| line.line).collect()
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table_and_where: &str) -> usize {
        self.lines(&format!("SELECT CAST(count(*) AS TEXT) AS line FROM {table_and_where}"))[0].parse().unwrap()
    }

    /// The names of the service's tables.
    pub(crate) fn tables(&self) -> Vec<String> {
        let query = if self.is_postgres() {
            "SELECT CAST(table_name AS TEXT) AS line FROM information_schema.tables
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY 1"
        } else {
            "SELECT name AS line FROM sqlite_schema
             WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1"
        };
        self.lines(query)
    }

    /// The columns of a table, in order.
    pub(crate) fn columns(&self, table: &str) -> Vec<String> {
        self.lines(&if self.is_postgres() {
            format!(
                "SELECT CAST(column_name AS TEXT) AS line FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            )
        } else {
            format!("SELECT name AS line FROM pragma_table_info('{table}') ORDER BY cid")
        })
    }

    /// Every row of every table but those named, as text, in an order of its own: equal dumps mean that nothing changed.
    pub(crate) fn dump(&self, but: &[&str]) -> Vec<String> {
        let tables = self.tables().into_iter().filter(|table| !but.contains(&table.as_str()));
        let mut dump = Vec::new();
        for table in tables {
            let columns = self.columns(&table);
            let row = columns.iter().map(|name| format!("coalesce(CAST(\"{name}\" AS TEXT), '-')"));
            let row = row.collect::<Vec<_>>().join(" || '|' || ");
            let mut rows = self.lines(&format!("SELECT {row} AS line FROM \"{table}\""));
            rows.sort();
            dump.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
        dump
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server
            && let Ok(mut admin) = PgConnection::establish(server)
        {
            // What is left over of a failed test goes with the private server.
            let _ = admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
