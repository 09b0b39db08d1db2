//! Many files at once, for the API and for the pages: each finds its item by name or list and answers it, or is left to a person.

use std::collections::BTreeMap;

use actix_web::web::Data;

use super::problem::Problem;
use super::session::blocking;
use super::upload::{self, Sent, Taken};
use crate::actions::Error;
use crate::actions::bulk::{self, Asked, OpenItem};
use crate::app::App;
use crate::domain::bulk::{LeftOver, ListLine, Wanted, label, place};
use crate::domain::context::Context;
use crate::domain::document::Under;
use crate::domain::id::{DocumentId, ItemId, ResponseId};
use crate::domain::scheme::DocumentKind;

/// What came of one file.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Its name as sent.
    pub(super) file: String,
    /// The item that it means, and what it is.
    pub(super) place: Option<(OpenItem, DocumentKind)>,
    /// The document, if it was kept.
    pub(super) document: Option<DocumentId>,
    /// Whether it answers the item.
    pub(super) fate: Fate,
}

/// Whether a file answers something.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It answers its item now, as part of this answer.
    Answers(ResponseId),
    /// The same bytes had been sent for this item before; nothing was done again.
    SentBefore,
    /// It is refused, or left to a person.
    Left {
        /// Why, for programs.
        code: String,
        /// Why, and what to do about it.
        text: String,
    },
}

impl Told {
    fn left(file: String, code: &str, text: String) -> Self {
        Self { file, place: None, document: None, fate: Fate::Left { code: code.to_owned(), text } }
    }
}

/// A file that has found its item, and its place among those that were sent.
struct Placed {
    at: usize,
    name: String,
    file: Taken,
    kind: DocumentKind,
    open: OpenItem,
}

/// Takes the files: what the sender is asked for, and what came of each file, in the order in which they were sent. Those for
/// one item are one answer; what answers nothing is not kept.
///
/// # Errors
/// A fault of the service's own. What is the matter with a file is told of the file.
pub(super) async fn take(
    app: &Data<App>,
    cx: &Context,
    list: Option<&[ListLine]>,
    files: Vec<Sent>,
) -> Result<(Asked, Vec<Told>), Problem> {
    let (service, by) = (app.clone(), cx.clone());
    let asked = blocking(move || Ok(service.db.read(|db| bulk::asked(db, &by, &service.rules))?)).await?;
    let (mut told, placed) = sort(&asked, list, files);
    for group in by_item(placed) {
        told.extend(answer(app, cx, group).await?);
    }
    Ok((asked, told.into_values().collect()))
}

/// What can be said of each file by now, and those that have found their item.
fn sort(asked: &Asked, list: Option<&[ListLine]>, files: Vec<Sent>) -> (BTreeMap<usize, Told>, Vec<Placed>) {
    let wanted = asked.wanted();
    let mut told = BTreeMap::new();
    let mut placed = Vec::with_capacity(files.len());
    for (at, sent) in files.into_iter().enumerate() {
        match find(asked, &wanted, list, at, sent) {
            Ok(one) => placed.push(one),
            Err(left) => {
                told.insert(at, *left);
            }
        }
    }
    (told, placed)
}

fn find(
    asked: &Asked,
    wanted: &[Wanted<'_>],
    list: Option<&[ListLine]>,
    at: usize,
    sent: Sent,
) -> Result<Placed, Box<Told>> {
    let left = |why: LeftOver| Box::new(Told::left(sent.name.clone(), why.spelling(), why.remedy().to_owned()));
    let (one, kind) = label(&sent.name, list).and_then(|label| place(&label, wanted)).map_err(left)?;
    let open = asked.find(one).cloned().ok_or_else(|| left(LeftOver::NothingAsked))?;
    match sent.taken {
        Ok(file) => Ok(Placed { at, name: sent.name, file, kind, open }),
        Err(refusal) => Err(Box::new(Told::left(sent.name, refusal.code(), refusal.to_string()))),
    }
}

/// Files for one item are one answer: the front and the back of a paper.
fn by_item(placed: Vec<Placed>) -> Vec<Vec<Placed>> {
    let mut groups: BTreeMap<ItemId, Vec<Placed>> = BTreeMap::new();
    for one in placed {
        groups.entry(one.open.item.id).or_default().push(one);
    }
    groups.into_values().collect()
}

/// Files answer one item together; what came of each, by its place among those that were sent.
async fn answer(app: &Data<App>, cx: &Context, group: Vec<Placed>) -> Result<Vec<(usize, Told)>, Problem> {
    let Some(OpenItem { demand, item, .. }) = group.first().map(|one| one.open.clone()) else { return Ok(Vec::new()) };
    let (places, files): (Vec<_>, Vec<_>) =
        group.into_iter().map(|one| ((one.at, one.name, (one.open, one.kind)), one.file)).unzip();
    let kept = upload::keep_all(app, cx, files, Under::Licence(item.licence_id), Some(item.property_id)).await?;
    let ids = kept.iter().flatten().copied().collect::<Vec<_>>();
    let (service, by) = (app.clone(), cx.clone());
    let add = move || match service.db.write(|tx| bulk::answer(tx, &by, &service.rules, demand, item.id, &ids)) {
        Ok(added) => Ok(Ok(added)),
        // A rule against this item is no reason to leave the other files undone.
        Err(Error::Refused { code, text }) => Ok(Err(Fate::Left { code: code.to_owned(), text })),
        Err(other) => Err(other.into()),
    };
    let done = blocking(add).await?;
    let fate = |id: DocumentId| match &done {
        Ok(Some(added)) if added.new.contains(&id) => Fate::Answers(added.response),
        Ok(_) => Fate::SentBefore,
        Err(left) => left.clone(),
    };
    let told = places.into_iter().zip(kept).map(|((at, file, place), kept)| {
        let (document, fate) = match kept {
            Ok(id) => (Some(id), fate(id)),
            Err(problem) => (None, Fate::Left { code: problem.code().to_owned(), text: problem.detail }),
        };
        (at, Told { file, place: Some(place), document, fate })
    });
    Ok(told.collect())
}
