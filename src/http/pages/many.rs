//! Many files at once, for somebody with many homes: each finds its item by its name or by a list; what does not is told.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::fields::Posted;
use super::look::{Fault, Outcome, Shell, render};
use super::visitor::{Guest, Visitor, show};
use super::words::{capital, sentence, weekday_instant};
use crate::actions::Error;
use crate::actions::bulk::{self, Asked};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::bulk::{Example, ListLine, examples, words_for};
use crate::domain::scheme::DocumentKind;
use crate::http::bulk::{Fate, Told, take};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::http::upload;
use crate::storage::Conn;

/// File names shown as examples, of what is asked for.
const EXAMPLES: usize = 4;

#[derive(Serialize)]
struct Page {
    token: String,
    megabytes: u64,
    together: u64,
    examples: Vec<ExampleView>,
    kinds: Vec<KindView>,
    faults: Vec<Fault>,
}

/// A file name, and what it would answer.
#[derive(Serialize)]
struct ExampleView {
    name: String,
    what: String,
    home: String,
}

/// A kind of paper that is asked for, and the words that say it.
#[derive(Serialize)]
struct KindView {
    what: String,
    words: String,
}

fn filled(app: &App, db: &mut Conn, guest: &Guest, faults: Vec<Fault>) -> Result<Page, Error> {
    let asked = bulk::asked(db, &guest.cx, &app.rules)?;
    let wanted = asked.wanted();
    let example = |example: Example| {
        let one = wanted.iter().find(|one| one.item == example.item)?;
        let what = asked.find(one).map(|open| open.item.title.clone()).unwrap_or_default();
        Some(ExampleView { name: example.name, what, home: one.home.one_line() })
    };
    let named = |kind: &DocumentKind| wanted.iter().any(|one| one.answered_by.contains(kind));
    Ok(Page {
        token: guest.token.clone(),
        megabytes: app.settings.files.limits.bytes >> 20,
        together: upload::most_together(app) >> 20,
        examples: examples(&wanted, EXAMPLES).into_iter().filter_map(example).collect(),
        kinds: DocumentKind::ALL.iter().copied().filter(named).map(KindView::of).collect(),
        faults,
    })
}

impl KindView {
    fn of(kind: DocumentKind) -> Self {
        let spelt = kind.spelling().replace('_', " ");
        let words = words_for(kind).iter().copied().chain([spelt.as_str()]).collect::<Vec<_>>();
        Self { words: words.join(", "), what: capital(&spelt) }
    }
}

/// The form for many files.
pub(super) async fn form(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::AnswerDemands, "many.html", |app, db, guest| filled(app, db, guest, Vec::new())).await
}

/// Many files come in. Each answers what it plainly means; a list that cannot be read stops them all.
pub(super) async fn send(app: Data<App>, visitor: Visitor, posted: Posted) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let (fields, files) = posted.read_files(&app, &guest.token).await?;
    let mut faults = Vec::new();
    if files.is_empty() {
        faults.push(Fault::at("file", "Choose the files"));
    }
    let list = read(fields.get("list")).unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    if !faults.is_empty() {
        let again = move || {
            let page = app.db.read(|db| filled(&app, db, &guest, faults))?;
            let html = render("many.html", &Shell::of(&app, true)?, &page)?;
            Ok(Outcome::Page(StatusCode::UNPROCESSABLE_ENTITY, html))
        };
        return Ok(blocking(again).await?.respond());
    }
    let (asked, told) = take(&app, &guest.cx, list.as_deref(), files).await?;
    let sent = SentPage::of(&asked, told, weekday_instant(guest.cx.now));
    let html = render("many_sent.html", &Shell::of(&app, true)?, &sent)?;
    Ok(Outcome::Page(StatusCode::OK, html).respond())
}

/// The list, if one was sent.
fn read(list: &str) -> Result<Option<Vec<ListLine>>, Fault> {
    let list = Some(list).filter(|list| !list.is_empty());
    list.map(bulk::list).transpose().map_err(|why| Fault::at("list", format!("The list cannot be read: {why}")))
}

/// What became of the files.
#[derive(Default, Serialize)]
struct SentPage {
    at: String,
    taken: Vec<Line>,
    known: Vec<Line>,
    left: Vec<Line>,
}

/// One file, with what it is for where that is known.
#[derive(Serialize)]
struct Line {
    file: String,
    place: Option<PlaceView>,
    why: String,
}

#[derive(Serialize)]
struct PlaceView {
    what: String,
    home: String,
    reference: String,
    href: String,
    receipt: Option<String>,
}

impl SentPage {
    fn of(asked: &Asked, told: Vec<Told>, at: String) -> Self {
        let mut page = Self { at, ..Self::default() };
        for Told { file, place, fate, .. } in told {
            let place = place.map(|(open, _)| PlaceView {
                what: open.item.title,
                home: asked.home(open.item.property_id).map(|home| home.one_line()).unwrap_or_default(),
                reference: open.reference,
                href: format!("/demands/{}/items/{}", open.demand, open.item.id),
                receipt: None,
            });
            match fate {
                Fate::Answers(response) => {
                    let place = place.map(|place| PlaceView {
                        receipt: Some(format!("{}/receipts/{response}", place.href)),
                        ..place
                    });
                    page.taken.push(Line { file, place, why: String::new() });
                }
                Fate::SentBefore => page.known.push(Line { file, place, why: String::new() }),
                Fate::Left { text, .. } => page.left.push(Line { file, place, why: sentence(&text) }),
            }
        }
        page
    }
}
