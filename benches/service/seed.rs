//! Fills a database with homes, licences and served demands, by SQL that counts.
//!
//! The items that are due lie evenly among the others, each in a demand of its own. Whatever the size, two of the demands
//! that are due belong to one landlord and one in five has an agent, so that the same number due is the same work.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use selective_licensing::domain::calendar::{Counted, Occasion, Trigger};

use super::place::{Kind, Place};

/// The night of the benchmark.
pub(crate) const NIGHT: &str = "2026-11-23";

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Demands.
    pub(crate) demands: i64,
    /// Items in each.
    pub(crate) items: i64,
    /// Demands under each licence; half of them are complete if there are several.
    pub(crate) per_licence: i64,
    /// Items that are due on the night.
    pub(crate) due: i64,
}

/// The conditions that are demanded, so that another one stays free.
const CONDITIONS: [(&str, &str); 4] = [
    ("1", "Gas safety record"),
    ("2", "Safe electrical appliances and furniture"),
    ("3", "Electrical installation"),
    ("6", "Alarm declaration"),
];

/// The identifier that these rows have: the table's digit, and the number of the row as an SQL expression.
fn id(kind: Kind, table: u8, number: &str) -> String {
    match kind {
        Kind::Sqlite => format!("printf('0190000{table}-0000-7000-8000-%012x', {number})"),
        Kind::Postgres => format!("'0190000{table}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0')"),
    }
}

/// The identifier of a seeded row.
pub(crate) fn id_of(table: u8, number: i64) -> String {
    format!("0190000{table}-0000-7000-8000-{number:012x}")
}

pub(crate) const LICENCE: u8 = 3;
pub(crate) const DEMAND: u8 = 4;

struct Writer {
    kind: Kind,
    size: Size,
}

impl Writer {
    fn rows(&self, count: i64) -> String {
        match self.kind {
            Kind::Sqlite => format!(
                "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {count}) SELECT n FROM s)"
            ),
            Kind::Postgres => {
                format!("(SELECT generate_series AS n FROM generate_series(0::bigint, {count} - 1)) AS s")
            }
        }
    }

    fn day(&self, offset: &str) -> String {
        match self.kind {
            Kind::Sqlite => format!("date('{NIGHT}', ({offset}) || ' days')"),
            Kind::Postgres => format!("(DATE '{NIGHT}' + CAST({offset} AS INTEGER))"),
        }
    }

    fn id(&self, table: u8, number: &str) -> String {
        id(self.kind, table, number)
    }

    /// How many demands lie between two that have a due item.
    fn step(&self) -> i64 {
        (self.size.demands / self.size.due.max(1)).max(1)
    }

    /// The landlord of demand `d`, as a number.
    fn landlord(&self, d: &str) -> String {
        let (step, pairs) = (self.step(), self.size.due / 2 + 1);
        format!("(CASE WHEN {d} % {step} = 0 THEN ({d} / {step}) / 2 ELSE {pairs} + {d} / 4 END)")
    }

    fn people(&self) -> i64 {
        self.agents_from() + 50
    }

    fn agents_from(&self) -> i64 {
        self.size.due / 2 + self.size.demands / 4 + self.size.demands / self.step() + 2
    }

    fn agent(&self, d: &str) -> String {
        let slot = format!("({d} / {})", self.step());
        let agent = self.id(1, &format!("({} + {slot} % 50)", self.agents_from()));
        format!("CASE WHEN {slot} % 5 = 2 THEN {agent} END")
    }

    fn statements(&self) -> anyhow::Result<Vec<String>> {
        let licences = self.size.demands / self.size.per_licence;
        let counted = Counted::within_days(14, Trigger::new("2000-01-01".parse()?, Occasion::Receipt))?;
        let counted = serde_json::to_string(&counted)?;
        let stamp = "'2026-01-05 09:00:00'";
        let area = |d: &str| {
            format!("(CASE {d} % 3 WHEN 0 THEN 'central-stockton' WHEN 1 THEN 'north-thornaby' ELSE 'newton' END)")
        };
        let mut all = vec![
            format!(
                "INSERT INTO parties (id, kind, name, address, email, search, revision, created_at)
                 SELECT {}, 'person', 'Landlord ' || n, n || ' Example Street, Stockton-on-Tees, TS18 1AA',
                 'landlord' || n || '@example.org', 'landlord ' || n, 1, {stamp} FROM {}",
                self.id(1, "n"),
                self.rows(self.people())
            ),
            format!(
                "INSERT INTO properties (id, uprn, address, street, postcode, area_code, dwelling, search, revision, created_at)
                 SELECT {}, CAST(100000000000 + n AS TEXT), n || ' Sample Road, Stockton-on-Tees', 'Sample Road', 'TS18 2BB', {},
                 'house', n || ' sample road, stockton-on-tees ts18 2bb', 1, {stamp} FROM {}",
                self.id(2, "n"),
                area("n"),
                self.rows(licences)
            ),
            format!(
                "INSERT INTO licences (id, number, property_id, holder_id, agent_id, area_code, scheme_code, scheme_version,
                 granted_on, starts_on, ends_on, end_basis, state, search, revision, created_at)
                 SELECT {}, 'SL/2025/' || n, {}, {}, {}, {}, 'stockton-2024', 1, '2025-01-02', '2025-01-06', '2029-10-31',
                 '{counted}', 'granted', 'sl/2025/' || n, 1, {stamp} FROM {}",
                self.id(LICENCE, "n"),
                self.id(2, "n"),
                self.id(1, &self.landlord("n")),
                self.agent("n"),
                area("n"),
                self.rows(licences)
            ),
            format!(
                "INSERT INTO licence_homes (licence_id, property_id) SELECT {}, {} FROM {}",
                self.id(LICENCE, "n"),
                self.id(2, "n"),
                self.rows(licences)
            ),
        ];
        all.extend(self.demands(&counted, area(&format!("(n / {})", self.size.per_licence)).as_str(), stamp));
        Ok(all)
    }

    fn demands(&self, counted: &str, area: &str, stamp: &str) -> Vec<String> {
        let per = self.size.per_licence;
        let (licence, home) = (self.id(LICENCE, &format!("n / {per}")), self.id(2, &format!("n / {per}")));
        let open = |d: &str| format!("({per} = 1 OR {d} % {per} < {per} / 2)");
        let recipients = |people: &str, capacity: &str, digit: u8, which: &str| {
            format!(
                "INSERT INTO recipients (id, demand_id, party_id, capacity, state, method, address, dispatched_at, deemed_on,
                 deemed_basis) SELECT {}, {}, {people}, '{capacity}', 'served', 'first_class_post', '1 Example Street',
                 '2026-11-09 10:00:00', '2026-11-11', '{counted}' FROM {} WHERE {which}",
                self.id(digit, "n"),
                self.id(DEMAND, "n"),
                self.rows(self.size.demands)
            )
        };
        let mut all = vec![
            format!(
                "INSERT INTO demands (id, reference, licence_id, property_id, area_code, state, legal_basis, drafted_at,
                 issued_at, served_on, due_on, search, revision)
                 SELECT {}, 'DEM/2026/' || n, {licence}, {home}, {area}, CASE WHEN {} THEN 'served' ELSE 'complete' END,
                 'Housing Act 2004, section 90', {stamp}, {stamp}, '2026-11-11', '2026-11-25', 'dem/2026/' || n, 3 FROM {}",
                self.id(DEMAND, "n"),
                open("n"),
                self.rows(self.size.demands)
            ),
            recipients(&self.id(1, &self.landlord(&format!("(n / {per})"))), "holder", 6, "TRUE"),
        ];
        let slot = format!("(n / {per} / {})", self.step());
        all.push(recipients(&self.agent(&format!("(n / {per})")), "agent", 7, &format!("{slot} % 5 = 2")));
        for (place, (number, title)) in (0..self.size.items.max(per.min(4))).zip(CONDITIONS) {
            all.push(self.items(place, number, title, counted, (&licence, &home), &open("n")));
        }
        all
    }

    fn items(&self, place: i64, number: &str, title: &str, counted: &str, of: (&str, &str), open: &str) -> String {
        let (step, count, due) = (self.step(), self.size.items, self.size.due);
        // With one item to a demand, the demands of a licence take the conditions in turn.
        let mine =
            if count > 1 { "TRUE".to_owned() } else { format!("(n % 4 = {place} OR {} = 1)", self.size.per_licence) };
        let called = if place == 0 {
            format!("({due} > 0 AND n % {step} = 0 AND n / {step} < {due})")
        } else {
            "FALSE".to_owned()
        };
        // The last rung, the day itself, and the days before; what is not due yet is due in ten to thirty days.
        let soon =
            format!("(CASE (n / {step}) % 5 WHEN 0 THEN -1 WHEN 1 THEN 0 WHEN 2 THEN 1 WHEN 3 THEN 3 ELSE 7 END)");
        let due_in = format!("(CASE WHEN {called} THEN {soon} ELSE 10 + n % 20 END)");
        let next = format!("(CASE WHEN {called} THEN 0 ELSE 3 + n % 20 END)");
        let through = format!("(CASE WHEN (n / {step}) % 50 = 7 THEN -4 ELSE -1 END)");
        let basis = format!("replace('{counted}', '2000-01-15', CAST({} AS TEXT))", self.day(&due_in));
        let when_open = |value: String| format!("CASE WHEN {open} THEN {value} END");
        format!(
            "INSERT INTO items (id, demand_id, licence_id, property_id, condition, title, response_days, state, due_on, due_basis,
             actionable_from, closed_on, next_call_on, called_through, breach_proposed)
             SELECT {}, {}, {}, {}, '{number}', '{title}', 14, CASE WHEN {open} THEN 'open' ELSE 'satisfied' END, {}, {basis}, {},
             CASE WHEN {open} THEN NULL ELSE {} END, {}, {}, FALSE FROM {} WHERE {mine}",
            self.id(5, &format!("(n * {count} + {place} * (CASE WHEN {count} > 1 THEN 1 ELSE 0 END))")),
            self.id(DEMAND, "n"),
            of.0,
            of.1,
            self.day(&due_in),
            self.day(&due_in),
            self.day("-2"),
            when_open(self.day(&next)),
            self.day(&through),
            self.rows(self.size.demands)
        )
    }
}

/// Fills a database whose tables are there and whose scheme is in use.
pub(crate) fn fill(place: &Place, size: Size) -> anyhow::Result<()> {
    let writer = Writer { kind: place.kind, size };
    let statements = writer.statements()?;
    match place.kind {
        Kind::Sqlite => {
            let mut sqlite = SqliteConnection::establish(place.url.trim_start_matches("sqlite://"))?;
            sqlite.batch_execute(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -500000",
            )?;
            for statement in statements {
                sqlite.batch_execute(&statement)?;
            }
            sqlite.batch_execute("PRAGMA journal_mode = WAL")?;
        }
        Kind::Postgres => {
            let mut postgres = PgConnection::establish(&place.url)?;
            postgres.batch_execute("SET session_replication_role = replica; SET synchronous_commit = off")?;
            for statement in statements {
                postgres.batch_execute(&statement)?;
            }
            // Only what is filled: a table that was seen empty would be planned as empty for the whole night.
            let filled = "parties, properties, licences, licence_homes, demands, recipients, items";
            postgres.batch_execute(&format!("VACUUM ANALYZE {filled}"))?;
            postgres.batch_execute("CHECKPOINT")?;
        }
    }
    Ok(())
}
