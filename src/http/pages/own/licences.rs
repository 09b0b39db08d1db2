//! "Your homes": every licence that concerns the visitor, and one of them with its conditions, duties and records.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::fields::From;
use super::super::visitor::{Visitor, look_in_case, show, show_case};
use super::super::words::{Tag, days_left, record_title, weekday_instant};
use super::{Seen, look};
use crate::actions::{Error, licence_documents};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::certificate::{Certificate, CertificateState};
use crate::domain::id::LicenceId;
use crate::domain::licence::LicenceStanding;
use crate::http::download;
use crate::http::form::{Id, Number, Query};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::licence_document;
use crate::storage::page::Page as Wanted;
use crate::storage::{certificates, licences, obligations, parties, properties};

/// Licences on a page.
const PAGE: usize = 50;
/// The most records of one licence on its page, the newest.
const RECORDS: usize = 50;

#[derive(Serialize)]
struct List {
    lines: Vec<Line>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    home: String,
    number: String,
    holder: Option<String>,
    until: String,
    tag: Tag,
}

/// Every licence that concerns the visitor, in three statements.
pub(in super::super) async fn list(
    app: Data<App>,
    visitor: Visitor,
    from: Query<From>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::ReadOwnCases, "licences.html", move |_, db, guest| {
        let page = Wanted { after: from.0.after, limit: PAGE };
        let listed = licences::list(db, guest.cx.actor.sight(), &licences::Filter::default(), &page)?;
        let homes = listed.rows.iter().map(|licence| licence.property_id).collect::<Vec<_>>();
        let homes = properties::find_all(db, &homes)?;
        let homes: BTreeMap<_, _> = homes.iter().map(|home| (home.id, home.one_line())).collect();
        let holders = listed.rows.iter().map(|licence| licence.holder_id).filter(|holder| *holder != guest.party);
        let holders = parties::find_all(db, &holders.collect::<Vec<_>>())?;
        let today = guest.cx.today();
        let lines = listed.rows.into_iter().map(|licence| Line {
            href: format!("/licences/{}", licence.id),
            home: homes.get(&licence.property_id).cloned().unwrap_or_default(),
            holder: holders.iter().find(|party| party.id == licence.holder_id).map(|party| party.name.clone()),
            until: written_out(licence.ends_on),
            tag: tag(licence.standing(today)),
            number: licence.number,
        });
        let mut lines = lines.collect::<Vec<_>>();
        lines.sort_by(|one, other| (&one.home, &one.number).cmp(&(&other.home, &other.number)));
        Ok(List { lines, next: listed.next.map(|after| format!("/licences?after={after}")) })
    })
    .await
}

fn tag(standing: LicenceStanding) -> Tag {
    let (text, colour) = match standing {
        LicenceStanding::InForce => ("In force", "green"),
        LicenceStanding::GrantedNotStarted => ("Not begun yet", "turquoise"),
        LicenceStanding::RevocationPending => ("Being revoked", "orange"),
        LicenceStanding::Revoked => ("Revoked", "red"),
        LicenceStanding::Surrendered => ("Given up", "grey"),
        LicenceStanding::EndedDeath => ("Ended", "grey"),
        LicenceStanding::Expired => ("Run out", "grey"),
    };
    Tag { text, colour }
}

#[derive(Serialize)]
struct Page {
    href: String,
    number: String,
    homes: Vec<String>,
    holder: String,
    from: String,
    until: String,
    tag: Tag,
    in_force: bool,
    documents: Vec<DocumentLine>,
    duties: Vec<DutyLine>,
    records: Vec<RecordLine>,
    conditions: Vec<ConditionView>,
}

#[derive(Serialize)]
struct DocumentLine {
    href: String,
    version: i32,
    from: String,
}

#[derive(Serialize)]
struct DutyLine {
    href: String,
    what: &'static str,
    due: String,
    days: String,
}

#[derive(Serialize)]
struct RecordLine {
    href: String,
    what: &'static str,
    on: String,
    received: String,
    tag: Tag,
}

#[derive(Serialize)]
struct ConditionView {
    number: String,
    title: String,
    what: String,
}

/// One licence.
pub(in super::super) async fn one(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::ReadOwnCases, id.0, "licence.html", move |app, db, guest| {
        let Seen { licence, homes, head } = look(db, guest, id.0)?;
        let today = guest.cx.today();
        let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?;
        let mut duties = obligations::open_of(db, licence.id)?;
        duties.sort_by_key(|duty| duty.due_on);
        let records = certificates::of_licence(db, licence.id)?;
        let conditions = app.rules.of(&licence)?.conditions.iter().map(|condition| ConditionView {
            number: condition.number.clone(),
            title: condition.title.clone(),
            what: condition.what.clone(),
        });
        let standing = licence.standing(today);
        let versions = licences::versions_of(db, licence.id)?;
        let documents = versions.iter().rev().map(|version| DocumentLine {
            href: format!("{}/versions/{}/pdf", head.href, version.version),
            version: version.version,
            from: written_out(version.effective_from),
        });
        Ok(Page {
            documents: documents.collect(),
            href: head.href,
            number: head.licence,
            homes: homes.iter().map(crate::domain::property::Property::one_line).collect(),
            holder: holder.name,
            from: written_out(licence.starts_on),
            until: written_out(licence.ended_on.unwrap_or(licence.ends_on)),
            tag: tag(standing),
            in_force: matches!(
                standing,
                LicenceStanding::InForce | LicenceStanding::GrantedNotStarted | LicenceStanding::RevocationPending
            ),
            duties: duties
                .into_iter()
                .map(|duty| DutyLine {
                    href: format!("/duties/{}", duty.id),
                    what: duty.kind.title(),
                    due: written_out(duty.due_on),
                    days: days_left(duty.due_on, today),
                })
                .collect(),
            records: records.iter().rev().take(RECORDS).map(record_line).collect(),
            conditions: conditions.collect(),
        })
    })
    .await
}

/// The document of a version.
pub(in super::super) async fn document(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
    number: Number,
) -> Result<HttpResponse, Problem> {
    let typesetter = app.typesetter;
    let looking = look_in_case(app, visitor, Action::ReadOwnCases, id.0, move |app, db, guest| {
        let licence = look(db, guest, id.0)?.licence;
        licence_documents::read(db, &app.rules, &licence, number.0)
    });
    let document = looking.await?;
    let name = document.file_name();
    let printed = blocking(move || Ok(licence_document::print(typesetter, &document)?)).await?;
    Ok(download::made(&name, printed))
}

fn record_line(record: &Certificate) -> RecordLine {
    RecordLine {
        href: format!("/records/{}", record.id),
        what: record_title(record.kind),
        on: written_out(record.particulars.checked_on),
        received: weekday_instant(record.received_at),
        tag: record_tag(record.state),
    }
}

/// How a record stands, for whoever gave it.
pub(super) fn record_tag(state: CertificateState) -> Tag {
    let (text, colour) = match state {
        CertificateState::Received => ("We are checking it", "turquoise"),
        CertificateState::Accepted => ("Accepted", "green"),
        CertificateState::Rejected => ("Not accepted", "orange"),
        CertificateState::Superseded => ("A later one took its place", "grey"),
    };
    Tag { text, colour }
}
