//! The statements of a night without the night: the rows it wrote are read from where it was, and written again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryResult, RunQueryDsl as _, SqliteConnection};

use super::place::{Kind, kind_of};
use super::seed::NIGHT;
use super::statement::{Statement, Value};

/// A connection with nothing of ours around it, as durable as ours.
pub(crate) enum Bare {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Bare {
    pub(crate) fn open(url: &str) -> anyhow::Result<Self> {
        if kind_of(url) == Kind::Postgres {
            return Ok(Self::Postgres(Box::new(PgConnection::establish(url)?)));
        }
        let mut sqlite = SqliteConnection::establish(url.trim_start_matches("sqlite://"))?;
        sqlite.batch_execute(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA cache_size = -16000",
        )?;
        Ok(Self::Sqlite(Box::new(sqlite)))
    }

    pub(crate) fn load<T: Row>(&mut self, sql: impl Into<String>, values: Vec<Value>) -> anyhow::Result<Vec<T>> {
        Ok(T::load(self, sql.into(), values)?)
    }

    pub(crate) fn run(&mut self, sql: impl Into<String>, values: Vec<Value>) -> anyhow::Result<usize> {
        self.execute(Statement::new(sql, values))
    }

    fn execute(&mut self, statement: Statement) -> anyhow::Result<usize> {
        Ok(match self {
            Self::Sqlite(sqlite) => statement.execute(&mut **sqlite)?,
            Self::Postgres(postgres) => statement.execute(&mut **postgres)?,
        })
    }

    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.batch_execute("BEGIN IMMEDIATE")?,
            Self::Postgres(postgres) => postgres.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE")?,
        }
        Ok(())
    }

    pub(crate) fn commit(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.batch_execute("COMMIT")?,
            Self::Postgres(postgres) => postgres.batch_execute("COMMIT")?,
        }
        Ok(())
    }

    pub(crate) fn roll_back(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(sqlite) => sqlite.batch_execute("ROLLBACK")?,
            Self::Postgres(postgres) => postgres.batch_execute("ROLLBACK")?,
        }
        Ok(())
    }

    pub(crate) fn insert(
        &mut self,
        table: &str,
        columns: &str,
        rows: Vec<Vec<Value>>,
        end: &str,
    ) -> anyhow::Result<()> {
        let at_once = if matches!(self, Self::Sqlite(_)) { 1 } else { 250 };
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let part = rows.by_ref().take(at_once).collect::<Vec<_>>();
            let width = part.first().map_or(0, Vec::len);
            let row = format!("({})", vec!["?"; width].join(", "));
            let sql =
                format!("INSERT INTO {table} ({columns}) VALUES {} {end}", vec![row.as_str(); part.len()].join(", "));
            let keep = part.len() == 1 || part.len() == at_once;
            let mut statement = Statement::new(sql, part.into_iter().flatten().collect());
            statement.keep = keep;
            self.execute(statement)?;
        }
        Ok(())
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}
impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Small(number)
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
impl From<Option<NaiveDate>> for Value {
    fn from(day: Option<NaiveDate>) -> Self {
        Self::Day(day)
    }
}
impl From<Option<NaiveDateTime>> for Value {
    fn from(at: Option<NaiveDateTime>) -> Self {
        Self::Instant(at)
    }
}

#[expect(non_camel_case_types, reason = "they stand for columns")]
pub(crate) mod column {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Timestamp};
    pub(crate) type text = Nullable<Text>;
    pub(crate) type whole = BigInt;
    pub(crate) type small = Integer;
    pub(crate) type flag = Bool;
    pub(crate) type day = Nullable<Date>;
    pub(crate) type instant = Nullable<Timestamp>;
}

#[expect(non_camel_case_types, reason = "they stand for columns")]
pub(crate) mod held {
    pub(crate) type text = Option<String>;
    pub(crate) type whole = i64;
    pub(crate) type small = i32;
    pub(crate) type flag = bool;
    pub(crate) type day = Option<chrono::NaiveDate>;
    pub(crate) type instant = Option<chrono::NaiveDateTime>;
}

/// A row that is read by the places of its columns, which is faster than by their names.
pub(crate) trait Row: Sized {
    fn load(bare: &mut Bare, sql: String, values: Vec<Value>) -> QueryResult<Vec<Self>>;
}

macro_rules! rows {
    ($name:ident { $($field:ident: $kind:ident),+ $(,)? }) => {
        #[derive(Clone, diesel::Queryable, serde::Serialize)]
        struct $name { $($field: held::$kind),+ }
        impl $crate::bare::Row for $name {
            fn load(bare: &mut Bare, sql: String, values: Vec<Value>) -> diesel::QueryResult<Vec<Self>> {
                use diesel::RunQueryDsl as _;
                let statement = $crate::statement::Statement::<($(column::$kind,)+)>::new(sql, values);
                match bare {
                    Bare::Sqlite(sqlite) => statement.load(&mut **sqlite),
                    Bare::Postgres(postgres) => statement.load(&mut **postgres),
                }
            }
        }
        impl $name {
            fn columns() -> String {
                [$(stringify!($field)),+].join(", ")
            }
        }
    };
    (written $name:ident { $($field:ident: $kind:ident),+ $(,)? }) => {
        rows!($name { $($field: $kind),+ });
        impl $name {
            fn values(&self) -> Vec<Value> {
                vec![$(self.$field.clone().into()),+]
            }
        }
    };
}
pub(crate) use rows;

rows!(written ReminderRow {
    id: text, subject_kind: text, subject_id: text, property_id: text, recipient_id: text, rung: small, due_on: day, code: text,
    state: text, letter_id: text, title: text, reference: text, called_on: day, check_id: text,
});
rows!(written BreachRow {
    id: text, reference: text, licence_id: text, property_id: text, area_code: text, condition: text, item_id: text,
    obligation_id: text, due_on: day, state: text, proposed_on: day, check_id: text, decided_at: instant, decided_by: text,
    reason: text, evidence: text, limitation_on: day, limitation_basis: text, revision: whole,
});
rows!(written LetterRow {
    id: text, kind: text, recipient_id: text, recipient_name: text, address: text, channel: text, dated_on: day, part: small,
    property_id: text, demand_id: text, copy_id: text, facts: text, subject: text, text: text, html: text, template: text,
    state: text, attempt: small, next_attempt_at: instant, leased_until: instant, first_attempt_at: instant,
    settled_at: instant, reply: text, revision: whole, created_at: instant,
});
rows!(written EventRow { chain: text, seq: whole, hash: text, at: instant, kind: text, subject: text, body: text });
rows!(written CheckRow {
    id: text, night: day, started_by: text, outcome: text, software: text, started_at: instant, finished_at: instant,
    nights_missed: small, looked_at: whole, reminders: whole, superseded: whole, breaches: whole, failures: whole, note: text,
    wall_clock: instant, boot: text, uptime_millis: whole,
});
rows!(written AnchorRow {
    number: whole, night: day, made_at: instant, before: text, root: text, count: whole, hash: text, leaves: text,
});
rows!(ItemRow {
    id: text,
    demand_id: text,
    licence_id: text,
    property_id: text,
    condition: text,
    title: text,
    response_days: small,
    state: text,
    due_on: day,
    due_basis: text,
    actionable_from: day,
    waiting_until: day,
    answered_on: day,
    closed_on: day,
    next_call_on: day,
    called_through: day,
    breach_proposed: flag,
    reference: text,
    scheme_code: text,
    scheme_version: small,
    starts_on: day,
    ends_on: day,
    ended_on: day,
    area_code: text,
});
rows!(PartyRow {
    id: text,
    kind: text,
    name: text,
    address: text,
    email: text,
    phone: text,
    company_number: text,
    search: text,
    revision: whole,
    created_at: instant,
});
rows!(ConsentRow {
    id: text,
    party_id: text,
    email: text,
    scope: text,
    given_at: instant,
    how: text,
    withdrawn_at: instant,
    revision: whole,
});
rows!(CopyRow { demand_id: text, capacity: text, party_id: text });
rows!(PlaceRow { next_call_on: day, id: text });
rows!(ThereRow { recipient_id: text, part: small, id: text, state: text, attempt: small });
rows!(written ChainRow { name: text, seq: whole, hash: text, anchored: flag });
rows!(SeenRow { id: text, next_call_on: day, breach_proposed: flag });

/// What a night wrote.
pub(crate) struct Story {
    check: CheckRow,
    anchors: Vec<AnchorRow>,
    reminders: BTreeMap<String, Vec<ReminderRow>>,
    breaches: BTreeMap<String, BreachRow>,
    letters: BTreeMap<String, LetterRow>,
    events: BTreeMap<String, Vec<EventRow>>,
    seen: BTreeMap<String, SeenRow>,
    rows: usize,
}

impl Story {
    /// Reads it from the database that the night was in.
    pub(crate) fn read(url: &str) -> anyhow::Result<Self> {
        let mut bare = Bare::open(url)?;
        let all = |table: &str, columns: String, end: &str| format!("SELECT {columns} FROM {table} {end}");
        let reminders: Vec<ReminderRow> = bare.load(all("reminders", ReminderRow::columns(), ""), vec![])?;
        let breaches: Vec<BreachRow> = bare.load(all("breaches", BreachRow::columns(), ""), vec![])?;
        let letters: Vec<LetterRow> = bare.load(all("letters", LetterRow::columns(), ""), vec![])?;
        let not_service = "WHERE chain <> 'service' ORDER BY chain, seq";
        let events: Vec<EventRow> = bare.load(all("events", EventRow::columns(), not_service), vec![])?;
        let mut checks: Vec<CheckRow> = bare.load(all("checks", CheckRow::columns(), ""), vec![])?;
        let anchors: Vec<AnchorRow> = bare.load(all("anchors", AnchorRow::columns(), ""), vec![])?;
        let seen = format!("WHERE called_through = '{NIGHT}'");
        let seen: Vec<SeenRow> = bare.load(all("items", SeenRow::columns(), &seen), vec![])?;
        let nothing = || anyhow::anyhow!("no night was here");
        let rows = reminders.len() + breaches.len() + letters.len() + events.len() + seen.len();
        let mut story = Self {
            check: checks.pop().ok_or_else(nothing)?,
            anchors,
            reminders: BTreeMap::new(),
            breaches: breaches.into_iter().map(|row| (named(&row.item_id), row)).collect(),
            letters: letters.into_iter().map(|row| (named(&row.id), row)).collect(),
            events: BTreeMap::new(),
            seen: seen.into_iter().map(|row| (named(&row.id), row)).collect(),
            rows,
        };
        for row in reminders {
            story.reminders.entry(named(&row.subject_id)).or_default().push(row);
        }
        for row in events {
            story.events.entry(named(&row.subject)).or_default().push(row);
        }
        Ok(story)
    }

    /// How many rows the night wrote or changed.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Does the same statements in another copy of the database.
    pub(crate) fn tell(&self, bare: &mut Bare) -> anyhow::Result<()> {
        let mut written = BTreeSet::new();
        bare.begin()?;
        bare.insert("checks", &CheckRow::columns(), vec![self.check.values()], "")?;
        bare.commit()?;
        let mut after: Option<PlaceRow> = None;
        loop {
            let later = if after.is_some() { "AND (next_call_on > ? OR (next_call_on = ? AND id > ?))" } else { "" };
            let mut values = vec![Value::Day(Some(NIGHT.parse()?))];
            if let Some(place) = &after {
                values.extend([place.next_call_on.into(), place.next_call_on.into(), place.id.clone().into()]);
            }
            let sql = format!(
                "SELECT {} FROM items WHERE next_call_on IS NOT NULL AND next_call_on <= ? {later} \
                 ORDER BY next_call_on, id LIMIT 500",
                PlaceRow::columns()
            );
            let batch: Vec<PlaceRow> = bare.load(sql, values)?;
            let Some(last) = batch.last() else { break };
            after = Some(last.clone());
            let ids = batch.iter().map(|row| named(&row.id)).collect::<Vec<_>>();
            bare.begin()?;
            self.batch(bare, &ids, &mut written)?;
            bare.commit()?;
        }
        self.end(bare)
    }

    fn batch(&self, bare: &mut Bare, ids: &[String], written: &mut BTreeSet<String>) -> anyhow::Result<()> {
        let people = Self::read_batch(bare, ids)?;
        let reminders = ids.iter().filter_map(|id| self.reminders.get(id)).flatten().collect::<Vec<_>>();
        let sql = format!(
            "SELECT {} FROM letters WHERE recipient_id ? AND kind = 'digest' AND dated_on = ?",
            ThereRow::columns()
        );
        let values = vec![Value::List(people.clone()), Value::Day(Some(NIGHT.parse()?))];
        let there: Vec<ThereRow> = bare.load(sql, values)?;
        let there = there.iter().map(|row| named(&row.recipient_id)).collect::<BTreeSet<_>>();
        let missing = people.into_iter().filter(|party| !there.contains(party)).collect::<Vec<_>>();
        let sql = format!("SELECT {} FROM consents WHERE party_id ? ORDER BY given_at, id", ConsentRow::columns());
        drop(bare.load::<ConsentRow>(sql, vec![Value::List(missing.clone())])?);
        let sql = format!("SELECT {} FROM parties WHERE id ?", PartyRow::columns());
        drop(bare.load::<PartyRow>(sql, vec![Value::List(missing)])?);
        let new = reminders.iter().filter_map(|row| row.letter_id.clone()).filter(|id| written.insert(id.clone()));
        let new = new.filter_map(|id| self.letters.get(&id)).collect::<Vec<_>>();
        bare.insert("letters", &LetterRow::columns(), new.iter().map(|row| row.values()).collect(), "")?;
        self.append(bare, new.iter().map(|row| named(&row.id)))?;
        let breaches = ids.iter().filter_map(|id| self.breaches.get(id)).collect::<Vec<_>>();
        if !breaches.is_empty() {
            let sql = format!("SELECT {} FROM counters WHERE name = ?", CounterRow::columns());
            drop(bare.load::<CounterRow>(sql, vec!["BR/2026".into()])?);
            let end = "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            bare.insert("counters", "name, value", vec![vec!["BR/2026".into(), Value::Whole(1)]], end)?;
        }
        bare.insert("reminders", &ReminderRow::columns(), reminders.iter().map(|row| row.values()).collect(), "")?;
        bare.insert("breaches", &BreachRow::columns(), breaches.iter().map(|row| row.values()).collect(), "")?;
        self.look(bare, ids)?;
        self.append(bare, ids.iter().cloned().chain(breaches.iter().map(|row| named(&row.id))))
    }

    /// What the decisions need; returns the people.
    fn read_batch(bare: &mut Bare, ids: &[String]) -> anyhow::Result<Vec<String>> {
        let columns = ItemRow::columns().replace(
            "id, demand_id, licence_id, property_id,",
            "items.id, demand_id, items.licence_id, items.property_id,",
        );
        let columns =
            columns.replace(" state, due_on,", " items.state, items.due_on,").replace(" closed_on", " items.closed_on");
        let columns = columns.replace(" area_code", " licences.area_code").replace(" ended_on", " licences.ended_on");
        let sql = format!(
            "SELECT {columns} FROM items JOIN demands ON items.demand_id = demands.id \
             JOIN licences ON licences.id = items.licence_id WHERE items.id ? ORDER BY next_call_on, items.id"
        );
        let items: Vec<ItemRow> = bare.load(sql, vec![Value::List(ids.to_vec())])?;
        let demands = items.iter().map(|row| named(&row.demand_id)).collect::<BTreeSet<_>>();
        let sql = format!("SELECT {} FROM recipients WHERE demand_id ? ORDER BY id", CopyRow::columns());
        let copies: Vec<CopyRow> = bare.load(sql, vec![Value::List(demands.into_iter().collect())])?;
        Ok(copies.iter().map(|row| named(&row.party_id)).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn look(&self, bare: &mut Bare, ids: &[String]) -> anyhow::Result<()> {
        let mut alike: BTreeMap<(Option<NaiveDate>, bool), Vec<String>> = BTreeMap::new();
        for seen in ids.iter().filter_map(|id| self.seen.get(id)) {
            alike.entry((seen.next_call_on, seen.breach_proposed)).or_default().push(named(&seen.id));
        }
        for ((next, breach), ids) in alike {
            let values = vec![next.into(), Value::Day(Some(NIGHT.parse()?)), breach.into(), Value::List(ids)];
            let sql = "UPDATE items SET next_call_on = ?, called_through = ?, breach_proposed = ? WHERE id ?";
            bare.run(sql, values)?;
        }
        Ok(())
    }

    fn append(&self, bare: &mut Bare, subjects: impl Iterator<Item = String>) -> anyhow::Result<()> {
        let events = subjects.filter_map(|subject| self.events.get(&subject)).flatten().collect::<Vec<_>>();
        let mut heads: BTreeMap<String, &EventRow> = BTreeMap::new();
        for event in &events {
            let head = heads.entry(named(&event.chain)).or_insert(event);
            if event.seq > head.seq {
                *head = event;
            }
        }
        if heads.is_empty() {
            return Ok(());
        }
        let names = heads.keys().cloned().collect::<Vec<_>>();
        for part in names.chunks(500) {
            let sql = format!("SELECT {} FROM chains WHERE name ?", ChainRow::columns());
            drop(bare.load::<ChainRow>(sql, vec![Value::List(part.to_vec())])?);
        }
        let heads = heads.values().map(|event| ChainRow {
            name: event.chain.clone(),
            seq: event.seq,
            hash: event.hash.clone(),
            anchored: false,
        });
        let end =
            "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, anchored = excluded.anchored";
        bare.insert("chains", &ChainRow::columns(), heads.map(|row| row.values()).collect(), end)?;
        bare.insert("events", &EventRow::columns(), events.iter().map(|row| row.values()).collect(), "")
    }

    fn end(&self, bare: &mut Bare) -> anyhow::Result<()> {
        bare.begin()?;
        bare.run("UPDATE checks SET outcome = ? WHERE id = ?", vec!["completed".into(), self.check.id.clone().into()])?;
        let sql = format!("SELECT {} FROM chains WHERE NOT anchored", ChainRow::columns());
        drop(bare.load::<ChainRow>(sql, vec![])?);
        bare.insert("anchors", &AnchorRow::columns(), self.anchors.iter().map(AnchorRow::values).collect(), "")?;
        bare.run("UPDATE chains SET anchored = TRUE WHERE NOT anchored", vec![])?;
        bare.commit()
    }
}

rows!(CounterRow { value: whole });

fn named(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}
