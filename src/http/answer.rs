//! Answers: a resource with its ETag, a page of a list, and changes that are made once however often they are sent.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::problem::Problem;
use super::session::{Caller, Entered, blocking};
use super::upload;
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::case_read::{Case, CaseRead};
use crate::domain::context::Context;
use crate::domain::event::hex;
use crate::domain::id::Spelled as _;
use crate::files::AtRest;
use crate::storage::page::{Listed, Page};
use crate::storage::requests::{self, Answered};
use crate::storage::{self, Conn, Tx, case_reads};

/// What a change answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    location: Option<String>,
    etag: Option<String>,
    body: String,
}

impl Answer {
    /// Something new is there.
    pub fn created(location: String, view: &impl Serialize, revision: i64) -> Self {
        Self::new(StatusCode::CREATED, Some(location), Some(etag(revision)), view)
    }

    /// Something has changed.
    pub fn changed(view: &impl Serialize, revision: i64) -> Self {
        Self::new(StatusCode::OK, None, Some(etag(revision)), view)
    }

    /// Something new is there that counts no changes of its own.
    pub fn recorded(view: &impl Serialize) -> Self {
        Self::new(StatusCode::CREATED, None, None, view)
    }

    /// Something is shown that counts no changes of its own.
    pub fn shown(view: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, None, None, view)
    }

    fn new(status: StatusCode, location: Option<String>, etag: Option<String>, view: &impl Serialize) -> Self {
        Self { status, location, etag, body: serde_json::to_string(view).unwrap_or_default() }
    }

    fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response.content_type("application/json").body(self.body)
    }
}

/// Something new is there, or is found to be there already; for what repeats itself without an Idempotency-Key.
pub(super) fn made_or_found(made: bool, location: String, revision: i64, view: &impl Serialize) -> HttpResponse {
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    Answer::new(status, Some(location), Some(etag(revision)), view).respond()
}

/// The ETag of something at that revision.
#[must_use]
pub fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// Makes a change in one transaction, with the answer that its Idempotency-Key stands for from now on.
///
/// # Errors
/// The problem that stands in the way; nothing is changed then.
pub async fn change(
    app: Data<App>,
    caller: Entered,
    digest: String,
    work: impl Fn(&App, &mut Tx<'_>, &Context) -> Result<Answer, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let answer = blocking(move || {
        let answer = app.db.write(|tx| {
            let Some(key) = &caller.key else { return work(&app, tx, &caller.cx) };
            once(&app, tx, &caller, key, &digest, &work)
        })?;
        Ok(answer)
    });
    Ok(answer.await?.respond())
}

/// As [`change`], for a change whose row names a file: it is made first, outside the transaction, and its bytes are safe before
/// the row is there. A request that was answered before makes nothing.
///
/// # Errors
/// As [`change`].
pub async fn change_with_file<T: Send + 'static>(
    app: Data<App>,
    caller: Entered,
    digest: String,
    make: impl FnOnce(&App, &Context) -> Result<(AtRest, T), Problem> + Send + 'static,
    work: impl Fn(&App, &mut Tx<'_>, &Context, &T) -> Result<Answer, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let answer = blocking(move || {
        let account = caller.cx.actor.account.map(|id| id.as_str().to_owned()).unwrap_or_default();
        if let Some(key) = &caller.key
            && app.db.read(|db| requests::find(db, &account, key))?.is_some()
        {
            let gone = |_: &App, _: &mut Tx<'_>, _: &Context| Err(storage::Error::Conflict.into());
            return Ok(app.db.write(|tx| once(&app, tx, &caller, key, &digest, &gone))?);
        }
        let (file, made) = make(&app, &caller.cx)?;
        let _held = app.files.hold();
        app.files.keep(file).map_err(|error| upload::disk(&error))?;
        let work = |app: &App, tx: &mut Tx<'_>, cx: &Context| work(app, tx, cx, &made);
        let answer = app.db.write(|tx| {
            let Some(key) = &caller.key else { return work(&app, tx, &caller.cx) };
            once(&app, tx, &caller, key, &digest, &work)
        })?;
        Ok(answer)
    });
    Ok(answer.await?.respond())
}

fn once(
    app: &App,
    tx: &mut Tx<'_>,
    caller: &Entered,
    key: &str,
    digest: &str,
    work: &impl Fn(&App, &mut Tx<'_>, &Context) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let account = caller.cx.actor.account.map(|id| id.as_str().to_owned()).unwrap_or_default();
    let digest = hex(&Sha256::digest(format!("{}\n{digest}", caller.target).as_bytes()));
    if let Some(before) = requests::find(tx, &account, key)? {
        if before.digest != digest {
            let text = "this Idempotency-Key stands for another request: use a new key for a new request".to_owned();
            return Err(Error::Refused { code: "key-reused", text });
        }
        let status = u16::try_from(before.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::OK);
        return Ok(Answer { status, location: before.location, etag: before.etag, body: before.body });
    }
    let answer = work(app, tx, &caller.cx)?;
    let answered = Answered {
        account_id: account,
        key: key.to_owned(),
        digest,
        status: i32::from(answer.status.as_u16()),
        location: answer.location.clone(),
        etag: answer.etag.clone(),
        body: answer.body.clone(),
        answered_at: caller.cx.now,
    };
    requests::insert(tx, &answered).map_err(|error| match error {
        // The same request is being answered at this moment: look again when it is done.
        storage::Error::Duplicate => storage::Error::Conflict,
        other => other,
    })?;
    Ok(answer)
}

/// Reads what the caller may read, and answers with what `work` makes of it.
///
/// # Errors
/// The problem that stands in the way.
pub async fn read<T: Serialize + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<T, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let view = look(app, caller, action, work).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

/// Reads one resource, and answers with it and its ETag. It is always sent whole: how something stands changes with the day,
/// which no revision counts.
///
/// # Errors
/// The problem that stands in the way.
pub async fn read_one<T: Serialize + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<(T, i64), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (view, revision) = look(app, caller, action, work).await?;
    Ok(whole(view, revision))
}

pub(super) fn whole(view: impl Serialize, revision: i64) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, etag(revision))).insert_header((header::CACHE_CONTROL, "no-store"));
    response.json(view)
}

/// As [`read_one`], of a case: nothing is told before it is on record who read it.
///
/// # Errors
/// The problem that stands in the way.
pub async fn read_case<T: Serialize + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    case: impl Into<Case>,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<(T, i64), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (view, revision) = look_in_case(app, caller, action, case, work).await?;
    Ok(whole(view, revision))
}

/// As [`read_case`], of a part that counts no changes of its own.
///
/// # Errors
/// The problem that stands in the way.
pub async fn read_in_case<T: Serialize + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    case: impl Into<Case>,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<T, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let view = look_in_case(app, caller, action, case, work).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

/// Reads a list, or a page of one, that shows whole cases: each of them goes on record as read.
///
/// # Errors
/// The problem that stands in the way.
pub async fn read_cases<T: Serialize + Send + 'static, C: Into<Case> + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<(T, Vec<C>), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let view = look_in_cases(app, caller, action, work).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

/// As [`look`], of a case: who reads it goes on record first.
///
/// # Errors
/// The problem that stands in the way.
pub(super) async fn look_in_case<T: Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    case: impl Into<Case>,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let case = case.into();
    look_in_cases(app, caller, action, move |app, db, cx| Ok((work(app, db, cx)?, vec![case]))).await
}

/// As [`look_in_case`], of the cases that `work` shows, which may be none. What is read needs no lock and no turn; only its rows of
/// record wait for other writers, and lists that show no whole case never do.
///
/// # Errors
/// The problem that stands in the way.
pub(super) async fn look_in_cases<T: Send + 'static, C: Into<Case> + Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<(T, Vec<C>), Error> + Send + 'static,
) -> Result<T, Problem> {
    let looking = move || {
        let (cx, (seen, cases)) = app.db.read(|db| {
            let cx = caller.admit(&app, db, action)?;
            let seen = work(&app, db, &cx)?;
            Ok::<_, Problem>((cx, seen))
        })?;
        record_reads(&app, &cx, cases)?;
        Ok(seen)
    };
    blocking(looking).await
}

/// Puts on record that somebody reads cases: once each, however often one answer shows them, and all in one turn.
///
/// # Errors
/// If it cannot be recorded; then the cases are not to be told.
pub(super) fn record_reads(
    app: &App,
    cx: &Context,
    cases: impl IntoIterator<Item = impl Into<Case>>,
) -> Result<(), Error> {
    let cases = cases.into_iter().map(Into::into).collect::<BTreeSet<Case>>();
    if cases.is_empty() {
        return Ok(());
    }
    let reads = cases.into_iter().map(|case| CaseRead::of(cx, case)).collect::<Vec<_>>();
    Ok(app.db.write(|tx| case_reads::insert(tx, &reads))?)
}

/// Reads what is so sensitive that each read goes on record, in the transaction that `work` writes the record in. An
/// Idempotency-Key means nothing here: who asks again reads again.
///
/// # Errors
/// The problem that stands in the way; nothing is told then.
pub async fn read_on_record(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl Fn(&App, &mut Tx<'_>, &Context) -> Result<Answer, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let caller = Entered { key: None, ..caller.enter(&app, action).await? };
    change(app, caller, String::new(), work).await
}

/// Admits the caller and reads, on one thread and one connection.
///
/// # Errors
/// The problem that stands in the way.
pub(super) async fn look<T: Send + 'static>(
    app: Data<App>,
    caller: Caller,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Context) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let looking = move || {
        app.db.read(|db| {
            let cx = caller.admit(&app, db, action)?;
            work(&app, db, &cx).map_err(Problem::from)
        })
    };
    blocking(looking).await
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PageOf<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Send this as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// A page of views.
    pub fn of<E>(listed: Listed<E>, view: impl FnMut(E) -> T) -> Self {
        Self { items: listed.rows.into_iter().map(view).collect(), next: listed.next }
    }
}

/// How many entries a page has if nothing is said.
const USUAL: u32 = 50;

/// The page that was asked for.
#[must_use]
pub fn page(after: Option<String>, limit: Option<u32>) -> Page {
    Page { after, limit: usize::try_from(limit.unwrap_or(USUAL)).unwrap_or(50) }
}
