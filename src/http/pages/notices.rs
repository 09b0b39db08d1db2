//! "Notices": what the council proposed or decided about homes, for everybody whom it told, and what they say of a proposal.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::Serialize;

use super::answers::{Again, shown_again};
use super::fields::{From, Lines, Posted, check_text};
use super::look::{Fault, Outcome};
use super::visitor::{Guest, Visitor, look_in_case, show, show_case};
use super::words::{Tag, days_left};
use crate::actions::proceedings::{Altered, altered};
use crate::actions::{Error, own};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::document::MediaType;
use crate::domain::id::{NoticeId, PartyId};
use crate::domain::letter::Enclosure;
use crate::domain::notice::{Cover, Notice, NoticeKind, NoticeState, Representation};
use crate::http::download::{self, Stored};
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::page::Page as Wanted;
use crate::storage::{Conn, enclosures, letters, notices, parties, proceedings, properties};

/// Notices on a page.
const PAGE: usize = 50;
/// The longest representation, in characters.
const LONGEST: usize = 20_000;

/// What a notice says, in a few words.
fn title(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::ProposedGrant => "We propose to grant a licence",
        NoticeKind::ProposedRefusal => "We propose to refuse a licence",
        NoticeKind::Grant => "A licence is granted",
        NoticeKind::Refusal => "A licence is refused",
        NoticeKind::ProposedVariation => "We propose to change a licence",
        NoticeKind::Variation => "A licence is changed",
        NoticeKind::RefusalToVary => "We do not change a licence",
        NoticeKind::ProposedRefusalToVary => "We propose not to change a licence",
        NoticeKind::ProposedRevocation => "We propose to revoke a licence",
        NoticeKind::ProposedRefusalToRevoke => "We propose not to revoke a licence",
        NoticeKind::Revocation => "A licence is revoked",
        NoticeKind::RefusalToRevoke => "We do not revoke a licence",
    }
}

fn tag(cover: &Cover, today: NaiveDate) -> Tag {
    let is_over = cover.last_day().is_some_and(|last| last.on() < today);
    let (text, colour) = match cover.state {
        NoticeState::Withdrawn => ("Withdrawn", "grey"),
        _ if cover.kind.is_decision() => ("Decided", "green"),
        _ if is_over => ("Time to comment is over", "grey"),
        _ => ("You may comment", "yellow"),
    };
    Tag { text, colour }
}

/// A notice in a list.
#[derive(Serialize)]
pub(super) struct Line {
    href: String,
    what: &'static str,
    home: String,
    reference: String,
    dated: String,
    last_day: Option<String>,
    days: Option<String>,
    tag: Tag,
}

fn lines(db: &mut Conn, found: Vec<Notice>, today: NaiveDate) -> Result<Vec<Line>, Error> {
    let homes = found.iter().map(|notice| notice.cover.property_id).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?;
    let homes: BTreeMap<_, _> = homes.iter().map(|home| (home.id, home.one_line())).collect();
    let line = |Notice { cover, .. }: Notice| {
        let last = cover.last_day().filter(|_| cover.state != NoticeState::Withdrawn).map(|last| last.on());
        Line {
            href: format!("/notices/{}", cover.id),
            what: title(cover.kind),
            home: homes.get(&cover.property_id).cloned().unwrap_or_default(),
            dated: written_out(cover.dated_on),
            last_day: last.map(written_out),
            days: last.filter(|last| *last >= today).map(|last| days_left(last, today)),
            tag: tag(&cover, today),
            reference: cover.reference,
        }
    };
    Ok(found.into_iter().map(line).collect())
}

/// The proposals that somebody may still comment on.
///
/// # Errors
/// Whatever the database says.
pub(super) fn open_to(db: &mut Conn, party: PartyId, today: NaiveDate) -> Result<Vec<Line>, Error> {
    let mut found = notices::proposals_to(db, party, today)?;
    found.retain(|notice| notice.cover.last_day().is_some_and(|last| last.on() >= today));
    lines(db, found, today)
}

#[derive(Serialize)]
struct List {
    lines: Vec<Line>,
    next: Option<String>,
}

/// Every notice that was sent to the visitor, newest first.
pub(super) async fn list(app: Data<App>, visitor: Visitor, from: Query<From>) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::ReadOwnCases, "notices.html", move |_, db, guest| {
        let page = Wanted { after: from.0.after, limit: PAGE };
        let listed = notices::sent_to(db, guest.party, &page)?;
        let lines = lines(db, listed.rows, guest.cx.today())?;
        Ok(List { lines, next: listed.next.map(|after| format!("/notices?after={after}")) })
    })
    .await
}

/// What a licence would be, or is.
#[derive(Serialize)]
struct TermsView {
    holder: String,
    manager: Option<String>,
    from: Option<String>,
    until: Option<String>,
    years: u32,
}

/// Something that would change of a licence, or does.
#[derive(Serialize)]
struct ChangeView {
    label: String,
    from: String,
    to: String,
}

fn changes(db: &mut Conn, cover: &Cover) -> Result<Vec<ChangeView>, Error> {
    let proceeding = cover.proceeding_id.map(|id| proceedings::find(db, id)).transpose()?.flatten();
    let altered = proceeding.map(|proceeding| altered(db, &proceeding)).transpose()?.unwrap_or_default();
    let refused = matches!(cover.kind, NoticeKind::ProposedRefusalToVary | NoticeKind::RefusalToVary);
    let view = |Altered { label, from, to }: Altered| {
        let label = if refused { format!("{label}: asked for") } else { format!("{label}: new") };
        ChangeView { label, from, to }
    };
    Ok(altered.into_iter().map(view).collect())
}

#[derive(Serialize)]
struct SaidView {
    on: String,
    text: String,
    is_considered: bool,
}

#[derive(Serialize)]
struct Page {
    href: String,
    what: &'static str,
    home: String,
    reference: String,
    dated: String,
    tag: Tag,
    is_decision: bool,
    withdrawn: Option<String>,
    reasons: String,
    terms: Option<TermsView>,
    changes: Vec<ChangeView>,
    received: Option<String>,
    enclosure: Option<String>,
    last_day: Option<String>,
    because: Option<String>,
    days: Option<String>,
    may_comment: bool,
    said: Vec<SaidView>,
}

fn name(db: &mut Conn, party: PartyId) -> Result<String, Error> {
    Ok(parties::find(db, party)?.ok_or(Error::NotFound)?.name)
}

/// What went with the visitor's own copy of a notice.
fn enclosed(db: &mut Conn, notice: &Notice, party: PartyId) -> Result<Option<Enclosure>, Error> {
    let letter = notice.copy_sent_to(party).and_then(|copy| copy.letter_id);
    let letter = letter.map(|id| letters::find(db, id)).transpose()?.flatten();
    Ok(letter.map(|letter| enclosures::of(db, &letter)).transpose()?.flatten())
}

/// What went with the visitor's own copy of a notice, as it went.
pub(super) async fn download_enclosure(
    app: Data<App>,
    visitor: Visitor,
    id: Id<NoticeId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let looking = look_in_case(app.clone(), visitor, Action::ReadOwnCases, id.0, move |_, db, guest| {
        let notice = own::notice(db, &guest.cx, id.0)?;
        enclosed(db, &notice, guest.party)?.ok_or(Error::NotFound)
    });
    let Enclosure { sha256, name, bytes, .. } = looking.await?;
    let stored = Stored { sha256: &sha256, bytes, media_type: MediaType::Pdf, name: &name };
    download::stored(&app, &request, stored).await
}

/// One notice.
pub(super) async fn one(app: Data<App>, visitor: Visitor, id: Id<NoticeId>) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::ReadOwnCases, id.0, "notice.html", move |_, db, guest| {
        let notice = own::notice(db, &guest.cx, id.0)?;
        let enclosure = enclosed(db, &notice, guest.party)?.map(|_| format!("/notices/{}/enclosure", id.0));
        let received = notice.copy_sent_to(guest.party).and_then(|copy| copy.deemed_on).map(written_out);
        let cover = notice.cover;
        let today = guest.cx.today();
        let home = properties::find(db, cover.property_id)?.ok_or(Error::NotFound)?;
        let terms = match &cover.terms {
            Some(terms) => Some(TermsView {
                holder: name(db, terms.holder_id)?,
                manager: terms.manager_id.map(|manager| name(db, manager)).transpose()?,
                from: terms.starts_on.map(written_out),
                until: terms.ends_on.map(written_out),
                years: terms.years,
            }),
            None => None,
        };
        let changes = changes(db, &cover)?;
        let theirs = |said: &Representation| said.party_id == Some(guest.party);
        let said = notices::representations_about(db, cover.id)?.into_iter().filter(theirs).map(|said| SaidView {
            on: written_out(said.received_on),
            text: said.text,
            is_considered: said.considered_at.is_some(),
        });
        let last = cover.last_day().filter(|_| cover.state != NoticeState::Withdrawn);
        Ok(Page {
            href: format!("/notices/{}", cover.id),
            what: title(cover.kind),
            home: home.one_line(),
            dated: written_out(cover.dated_on),
            tag: tag(&cover, today),
            is_decision: cover.kind.is_decision(),
            terms,
            changes,
            received,
            enclosure,
            last_day: last.map(|last| written_out(last.on())),
            because: last.map(crate::domain::calendar::Counted::because),
            days: last.filter(|last| last.on() >= today).map(|last| days_left(last.on(), today)),
            may_comment: own::may_comment(db, &cover)?,
            withdrawn: cover.reason.filter(|_| cover.state == NoticeState::Withdrawn),
            reasons: cover.reasons,
            reference: cover.reference,
            said: said.collect(),
        })
    })
    .await
}

#[derive(Serialize)]
struct Form {
    href: String,
    what: &'static str,
    home: String,
    reference: String,
    last_day: Option<String>,
    is_late: bool,
    token: String,
    text: String,
    faults: Vec<Fault>,
    stale: bool,
}

impl Again for Form {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

fn filled(db: &mut Conn, guest: &Guest, id: NoticeId, text: String) -> Result<Form, Error> {
    let cover = own::notice(db, &guest.cx, id)?.cover;
    if !own::may_comment(db, &cover)? {
        return Err(Error::NotFound);
    }
    let home = properties::find(db, cover.property_id)?.ok_or(Error::NotFound)?;
    Ok(Form {
        href: format!("/notices/{id}"),
        what: title(cover.kind),
        home: home.one_line(),
        last_day: cover.last_day().map(|last| written_out(last.on())),
        is_late: cover.last_day().is_some_and(|last| last.on() < guest.cx.today()),
        reference: cover.reference,
        token: guest.token.clone(),
        text,
        faults: Vec::new(),
        stale: false,
    })
}

/// The form to comment on a proposal.
pub(super) async fn form(app: Data<App>, visitor: Visitor, id: Id<NoticeId>) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::AnswerDemands, id.0, "notice_comment.html", move |_, db, guest| {
        filled(db, guest, id.0, String::new())
    })
    .await
}

/// Somebody comments on a proposal.
pub(super) async fn comment(
    app: Data<App>,
    visitor: Visitor,
    id: Id<NoticeId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let text = fields.trimmed("text");
        let mut faults = Vec::new();
        check_text(&mut faults, "text", &text, Some("Enter what you think of the proposal"), Lines::Many, LONGEST);
        if faults.is_empty() {
            app.db.write(|tx| own::represent(tx, &guest.cx, id.0, &text))?;
            return Ok(Outcome::See(format!("/notices/{}", id.0)));
        }
        shown_again(&app, faults, false, "notice_comment.html", |db| filled(db, &guest, id.0, text.clone()))
    });
    Ok(outcome.await?.respond())
}
