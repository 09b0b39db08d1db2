//! The smallest server that does the statements of three requests: the same library, pool and threads, and plain rows.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::result::{DatabaseErrorKind, Error};
use selective_licensing::clock::Clock;
use selective_licensing::domain::access::Token;
use selective_licensing::domain::id::Ids;

use super::bare::{Bare, column, held, rows};
use super::place::{Kind, kind_of};
use super::statement::Value;

rows!(TokenRow {
    id: text,
    account_id: text,
    label: text,
    hash: text,
    created_at: instant,
    expires_at: instant,
    revoked_at: instant,
    name: text,
    email: text,
    role: text,
    state: text,
    party_id: text,
    revision: whole,
});
rows!(DemandRow {
    id: text,
    reference: text,
    licence_id: text,
    property_id: text,
    area_code: text,
    officer_id: text,
    state: text,
    legal_basis: text,
    drafted_at: instant,
    issued_at: instant,
    served_on: day,
    due_on: day,
    closed_on: day,
    reason: text,
    search: text,
    revision: whole,
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
});
rows!(CopyRow {
    id: text,
    demand_id: text,
    party_id: text,
    capacity: text,
    state: text,
    letter_id: text,
    method: text,
    address: text,
    dispatched_at: instant,
    deemed_on: day,
    deemed_basis: text,
    evidence: text,
    return_reason: text,
});
rows!(ChainRow { name: text, seq: whole, hash: text, anchored: flag });

struct Manager(String);

impl ManageConnection for Manager {
    type Connection = Bare;
    type Error = Broken;

    fn connect(&self) -> Result<Bare, Broken> {
        Bare::open(&self.0).map_err(Broken)
    }
    fn is_valid(&self, bare: &mut Bare) -> Result<(), Broken> {
        bare.run("SELECT 1", vec![]).map(|_| ()).map_err(Broken)
    }
    fn has_broken(&self, _: &mut Bare) -> bool {
        false
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
struct Broken(anyhow::Error);

impl actix_web::ResponseError for Broken {}

struct Held {
    pool: Pool<Manager>,
    ids: Ids,
    /// As ours: waiting in line is faster than waiting on SQLite's lock.
    writer: Option<Mutex<()>>,
    /// As ours: writes that are tried again stand in line.
    again: Mutex<()>,
}

impl Held {
    /// Writes as ours does: what PostgreSQL refuses is tried again as often and after the same pauses. Tried again at once,
    /// sixteen clients refuse each other until one gives up.
    fn write(
        &self,
        bare: PooledConnection<Manager>,
        work: impl Fn(&mut Bare) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut result = self.write_once(bare, &work);
        if result.as_ref().is_err_and(is_conflict) {
            let _turn = turn(&self.again);
            for tries in 1..=40 {
                std::thread::sleep(Duration::from_millis(rand::random_range(1..=2_u64 << tries.min(6))));
                result = self.write_once(self.pool.get()?, &work);
                if !result.as_ref().is_err_and(is_conflict) {
                    break;
                }
            }
        }
        result
    }

    fn write_once(
        &self,
        mut bare: PooledConnection<Manager>,
        work: impl Fn(&mut Bare) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let _turn = self.writer.as_ref().map(turn);
        bare.begin()?;
        let result = work(&mut bare).and_then(|()| bare.commit());
        if result.is_err() {
            bare.roll_back()?;
        }
        result
    }
}

fn turn(line: &Mutex<()>) -> MutexGuard<'_, ()> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_conflict(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)))
}

/// Starts it on a free port.
pub(crate) fn start(url: &str, workers: usize, connections: u32) -> std::io::Result<(Server, SocketAddr)> {
    let sqlite = kind_of(url) == Kind::Sqlite;
    let pool = Pool::builder().max_size(connections).min_idle(Some(0)).test_on_check_out(false);
    let held = Held {
        pool: pool.connection_timeout(Duration::from_secs(5)).build_unchecked(Manager(url.to_owned())),
        ids: Ids::random(),
        writer: sqlite.then(|| Mutex::new(())),
        again: Mutex::new(()),
    };
    let held = Data::from(Arc::new(held));
    let http = HttpServer::new(move || {
        App::new()
            .app_data(held.clone())
            .route("/api/v1/demands/{id}", web::get().to(one))
            .route("/api/v1/demands", web::get().to(page))
            .route("/api/v1/parties", web::post().to(post))
    });
    let http = http.workers(workers).keep_alive(Duration::from_secs(75)).bind("127.0.0.1:0")?;
    let address = http.addrs().first().copied().ok_or_else(|| std::io::Error::other("no address"))?;
    Ok((http.run(), address))
}

/// Signs in and works, on one thread and one connection.
async fn signed_in<T: serde::Serialize + Send + 'static>(
    held: Data<Held>,
    request: &HttpRequest,
    work: impl FnOnce(&Held, PooledConnection<Manager>, &str) -> anyhow::Result<T> + Send + 'static,
) -> Result<HttpResponse, Broken> {
    let header = request.headers().get("Authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let hash = Token::digest(header.trim_start_matches("Bearer "));
    let work = move || -> anyhow::Result<T> {
        let mut bare = held.pool.get()?;
        let columns = TokenRow::columns().replace("id, account_id", "tokens.id, account_id");
        let columns = columns.replace("created_at", "tokens.created_at");
        let sql = format!(
            "SELECT {columns} FROM tokens JOIN accounts ON accounts.id = tokens.account_id WHERE hash = ? LIMIT 1"
        );
        let known: Vec<TokenRow> = bare.load(sql, vec![hash.as_str().into()])?;
        let account = known.first().and_then(|token| token.account_id.as_deref());
        work(&held, bare, account.ok_or_else(|| anyhow::anyhow!("the token is not known"))?)
    };
    let stopped = |error: actix_web::error::BlockingError| Broken(error.into());
    let found = web::block(work).await.map_err(stopped)?.map_err(Broken)?;
    Ok(HttpResponse::Ok().json(found))
}

async fn one(held: Data<Held>, request: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, Broken> {
    signed_in(held, &request, move |held, mut bare, account| {
        let sql = format!("SELECT {} FROM demands WHERE id = ? LIMIT 1", DemandRow::columns());
        let demands: Vec<DemandRow> = bare.load(sql, vec![id.as_str().into()])?;
        let parts = parts(&mut bare, &demands)?;
        were_read(held, bare, account, &demands)?;
        Ok((demands, parts))
    })
    .await
}

#[derive(serde::Deserialize)]
struct Query {
    area: String,
    state: String,
    after: String,
    limit: i64,
}

async fn page(held: Data<Held>, request: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, Broken> {
    signed_in(held, &request, move |held, mut bare, account| {
        let sql = format!(
            "SELECT {} FROM demands WHERE area_code = ? AND state = ? AND id > ? ORDER BY id LIMIT ?",
            DemandRow::columns()
        );
        let values = vec![
            query.area.as_str().into(),
            query.state.as_str().into(),
            query.after.as_str().into(),
            Value::Whole(query.limit + 1),
        ];
        let mut demands: Vec<DemandRow> = bare.load(sql, values)?;
        demands.truncate(usize::try_from(query.limit)?);
        let parts = parts(&mut bare, &demands)?;
        were_read(held, bare, account, &demands)?;
        Ok((demands, parts))
    })
    .await
}

fn parts(bare: &mut Bare, demands: &[DemandRow]) -> anyhow::Result<(Vec<ItemRow>, Vec<CopyRow>)> {
    let ids = demands.iter().filter_map(|row| row.id.clone()).collect::<Vec<_>>();
    let values = vec![Value::List(ids)];
    let sql = format!("SELECT {} FROM items WHERE demand_id ? ORDER BY id", ItemRow::columns());
    let items = bare.load(sql, values.clone())?;
    let sql = format!("SELECT {} FROM recipients WHERE demand_id ? ORDER BY id", CopyRow::columns());
    Ok((items, bare.load(sql, values)?))
}

/// Puts on record who read these demands, as ours does.
fn were_read(held: &Held, bare: PooledConnection<Manager>, account: &str, demands: &[DemandRow]) -> anyhow::Result<()> {
    if demands.is_empty() {
        return Ok(());
    }
    let now = Clock::System.now();
    let row = |demand: &DemandRow| {
        let subject = Value::Text(demand.id.clone());
        let (id, at) = (held.ids.next(now), Value::Instant(Some(now.naive_utc())));
        vec![id.as_str().into(), "demand".into(), subject, account.into(), "officer".into(), at]
    };
    let rows = demands.iter().map(row).collect::<Vec<_>>();
    let columns = "id, kind, subject_id, account_id, role, read_at";
    held.write(bare, |bare| bare.insert("case_reads", columns, rows.clone(), ""))
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Person {
    kind: String,
    name: String,
    address: String,
    email: String,
}

async fn post(held: Data<Held>, request: HttpRequest, person: web::Json<Person>) -> Result<HttpResponse, Broken> {
    signed_in(held, &request, move |held, bare, _| {
        let now = Clock::System.now();
        let id = held.ids.next(now);
        held.write(bare, |bare| record(bare, id.as_str(), &person, &Value::Instant(Some(now.naive_utc()))))?;
        Ok((id.as_str().to_owned(), person.into_inner()))
    })
    .await
}

fn record(bare: &mut Bare, id: &str, person: &Person, at: &Value) -> anyhow::Result<()> {
    let columns = "id, kind, name, address, email, phone, company_number, search, revision, created_at";
    let party = vec![
        id.into(),
        person.kind.as_str().into(),
        person.name.as_str().into(),
        person.address.as_str().into(),
        person.email.as_str().into(),
        Value::Text(None),
        Value::Text(None),
        person.name.as_str().into(),
        Value::Whole(1),
        at.clone(),
    ];
    bare.insert("parties", columns, vec![party], "")?;
    let chain = format!("party:{id}");
    let sql = format!("SELECT {} FROM chains WHERE name = ?", ChainRow::columns());
    drop(bare.load::<ChainRow>(sql, vec![chain.as_str().into()])?);
    let hash = "0".repeat(64);
    let head = vec![chain.as_str().into(), Value::Whole(1), hash.as_str().into(), false.into()];
    let end = "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, anchored = excluded.anchored";
    bare.insert("chains", &ChainRow::columns(), vec![head], end)?;
    let body = "x".repeat(300);
    let event = vec![
        chain.as_str().into(),
        Value::Whole(1),
        hash.as_str().into(),
        at.clone(),
        "party.added".into(),
        id.into(),
        body.as_str().into(),
    ];
    bare.insert("events", "chain, seq, hash, at, kind, subject, body", vec![event], "")
}
