//! A variation of a licence that its holder is asked about: the notice is out, and the consultation runs.

use anyhow::Context as _;
use chrono::NaiveDate;

use super::office::Office;
use super::people::FORTY_HOMES;
use crate::actions::proceedings::{self, Asked};
use crate::actions::{Error, Expected, notices};
use crate::domain::notice::NoticeKind;
use crate::domain::proceeding::{Changes, ProceedingGround, ProceedingKind};
use crate::jobs::post;
use crate::storage::page::Page;
use crate::storage::{licences, parties};

/// The council proposes on that afternoon; the reference of its notice.
///
/// # Errors
/// Whatever the database says.
pub(super) fn propose(office: &Office, on: NaiveDate) -> anyhow::Result<String> {
    office.wait_until(on, 14, 0);
    let (cx, rules) = (office.officer(0), &office.app.rules);
    let one = Page { after: None, limit: 1 };
    let holder = office.app.db.read(|db| parties::list(db, Some(FORTY_HOMES), &one))?.rows.pop();
    let holder = holder.context("the landlord of forty homes is not there")?;
    let theirs = licences::Filter { holder: Some(holder.id), in_force_on: Some(on), ..licences::Filter::default() };
    let sight = cx.actor.sight();
    let licence = office.app.db.read(|db| licences::list(db, sight, &theirs, &one))?.rows.pop();
    let licence = licence.context("the landlord of forty homes has no licence")?;
    let notice = office.app.db.write(|tx| {
        let asked = Asked {
            licence: licence.id,
            kind: ProceedingKind::Variation,
            ground: ProceedingGround::ChangeOfCircumstances,
            asked_by: None,
            changes: Some(Changes {
                terms: Some("The loft is not used as a bedroom.".to_owned()),
                ..Changes::default()
            }),
            reason: "The loft was converted after the licence was granted.".to_owned(),
        };
        let opened = proceedings::open(tx, &cx, rules, asked)?;
        let reasons = "The loft has no protected way out and too little headroom to sleep in.".to_owned();
        let kind = NoticeKind::ProposedVariation;
        let draft = notices::propose_change(tx, &cx, rules, opened.id, kind, reasons, None)?;
        notices::issue(tx, &cx, draft.cover.id, Expected(draft.cover.revision), true)
    });
    let notice = notice.map_err(|error: Error| error)?;
    post::round(&office.app)?;
    Ok(notice.cover.reference)
}
