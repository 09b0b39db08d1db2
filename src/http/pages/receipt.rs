//! The receipt of an answer: what came in, when by the London clock, for which item, and whether that was in time.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::item::{Head, look};
use super::visitor::{Visitor, show_case};
use super::words::{FileLine, kind, weekday_instant};
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::certificate::{Alarm, AlarmKind};
use crate::domain::demand::AnswerKind;
use crate::domain::id::{DemandId, ItemId, ResponseId, Spelled as _};
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::storage::{certificates, demands, documents};

#[derive(Serialize)]
struct Receipt {
    head: Head,
    number: String,
    what: &'static str,
    received_at: String,
    timely: &'static str,
    words: Option<String>,
    files: Vec<FileLine>,
    signed_by: Option<String>,
    alarms: Vec<AlarmLine>,
    explanation: bool,
}

#[derive(Serialize)]
struct AlarmLine {
    kind: &'static str,
    position: String,
    working: &'static str,
    tested_on: String,
}

impl AlarmLine {
    fn of(alarm: &Alarm) -> Self {
        let kind = match alarm.kind {
            AlarmKind::Smoke => "Smoke alarm",
            AlarmKind::CarbonMonoxide => "Carbon monoxide alarm",
        };
        let working = if alarm.working { "working" } else { "not working" };
        Self { kind, position: alarm.position.clone(), working, tested_on: written_out(alarm.tested_on) }
    }
}

/// The receipt of one answer.
pub(super) async fn show(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    path: Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (.., number) = path.into_inner();
    let number = ResponseId::read(&number).ok_or_else(Problem::not_found)?;
    show_case(app, visitor, Action::ReadOwnCases, id.0, "receipt.html", move |app, db, guest| {
        let seen = look(app, db, &guest.cx, id.0, part.0)?;
        let responses = demands::responses_to(db, id.0)?;
        let mut of_item = responses.into_iter().filter(|one| one.item_id == part.0);
        let response = of_item.find(|one| one.id == number).ok_or(Error::NotFound)?;
        let record = response.certificate_id.map(|record| certificates::find(db, record)).transpose()?.flatten();
        let particulars = record.map(|record| record.particulars);
        let brought = documents::of_responses(db, &[response.id])?.remove(&response.id).unwrap_or_default();
        let timely = match (response.kind, seen.item.due_on) {
            (AnswerKind::Explanation, _) => "It does not answer the demand: please still send what is asked for.",
            (_, None) => "In time: nothing was due yet.",
            (_, Some(due)) if response.received_on <= due => "In time.",
            (_, Some(_)) => "After its last day.",
        };
        Ok(Receipt {
            head: seen.head,
            number: response.id.to_string(),
            what: kind(response.kind),
            received_at: weekday_instant(response.received_at),
            timely,
            words: response.text,
            files: brought.iter().map(FileLine::of).collect(),
            signed_by: particulars.as_ref().and_then(|said| said.signed_by.clone()),
            alarms: particulars.iter().flat_map(|said| &said.alarms).map(AlarmLine::of).collect(),
            explanation: response.kind == AnswerKind::Explanation,
        })
    })
    .await
}
