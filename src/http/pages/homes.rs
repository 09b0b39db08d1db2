//! Everybody's question: is this home in the scheme, and does it have a licence or an application? Nothing of people.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::look::{Fault, Outcome, Shell, render};
use super::visitor::Visitor;
use super::words::{Tag, capital};
use crate::actions::Error;
use crate::app::App;
use crate::domain::calendar::london::{self, written_out};
use crate::domain::property::postcode;
use crate::domain::scheme::{Scheme, Uprn, same_spelling};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;
use crate::storage::register::{self, PublicHome, Wanted};

/// Homes on the page; with more, the question was too wide.
const MOST: usize = 40;

/// What somebody looks for.
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    #[validate(length(max = 200))]
    q: Option<String>,
}

#[derive(Serialize)]
struct Page {
    q: String,
    faults: Vec<Fault>,
    answer: Option<Answer>,
    areas: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    sought: String,
    verdict: String,
    reasons: Vec<String>,
    homes: Vec<HomeLine>,
    more: bool,
}

/// A home of the gazetteer, as everybody may see it.
#[derive(Serialize)]
pub(super) struct HomeLine {
    id: String,
    address: String,
    area: Option<String>,
    tag: Tag,
    detail: String,
}

/// The page with the question, and the answer once it was asked.
pub(super) async fn look_up(
    app: Data<App>,
    visitor: Visitor,
    question: Query<Question>,
) -> Result<HttpResponse, Problem> {
    let asked = question.0.q.is_some();
    let q = question.0.q.map(|q| q.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let outcome = blocking(move || {
        let scheme = app.rules.current()?;
        let areas = scheme.areas.iter().map(|area| area.name.clone()).collect();
        let wanted = sought(&q);
        let fault = (asked && wanted.is_none()).then(|| {
            let text = if q.is_empty() {
                "Enter a postcode, a street or a UPRN"
            } else {
                "Enter at least four letters or digits"
            };
            Fault::at("q", text)
        });
        let answer = wanted.map(|wanted| answer(&app, scheme, &q, &wanted)).transpose()?;
        let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let model = Page { q, faults: fault.into_iter().collect(), answer, areas };
        let shell = Shell::of(&app, visitor.seems_signed_in())?;
        Ok(Outcome::Page(status, render("homes.html", &shell, &model)?))
    });
    Ok(outcome.await?.respond())
}

/// What the text is: a UPRN is digits alone, a postcode ends with a digit and two letters; the rest is part of an address.
fn sought(q: &str) -> Option<Wanted> {
    if let Some(uprn) = Uprn::parse(q) {
        return Some(Wanted::Uprn(uprn.as_str().to_owned()));
    }
    let close = q.split_whitespace().collect::<String>().to_uppercase();
    let letters = close.chars().collect::<Vec<_>>();
    let is_postcode = (5..=7).contains(&letters.len())
        && letters.iter().all(char::is_ascii_alphanumeric)
        && letters.first().is_some_and(char::is_ascii_alphabetic)
        && matches!(letters.last_chunk(), Some([digit, one, two])
            if digit.is_ascii_digit() && one.is_ascii_alphabetic() && two.is_ascii_alphabetic());
    if is_postcode {
        return Some(Wanted::Postcode(postcode(q)));
    }
    let says_something = q.chars().filter(|letter| letter.is_alphanumeric()).count() >= 4;
    says_something.then(|| Wanted::Address(q.to_owned()))
}

/// The homes that a text means, in order, and whether there are more; none for a text that says nothing.
pub(super) fn found(app: &App, db: &mut Conn, q: &str) -> Result<(Vec<HomeLine>, bool), Error> {
    let Some(wanted) = sought(q) else { return Ok((Vec::new(), false)) };
    let scheme = app.rules.current()?;
    let (homes, more) = homes(db, &wanted, london::today(app.clock.now()))?;
    Ok((homes.into_iter().map(|home| line(scheme, home)).collect(), more))
}

fn homes(db: &mut Conn, wanted: &Wanted, today: NaiveDate) -> Result<(Vec<PublicHome>, bool), Error> {
    let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let mut homes = register::find(db, wanted, today, limit)?;
    let more = homes.len() > MOST;
    homes.truncate(MOST);
    homes.sort_by_cached_key(|home| (home.postcode.clone(), in_order(&home.address)));
    Ok((homes, more))
}

fn answer(app: &App, scheme: &Scheme, q: &str, wanted: &Wanted) -> Result<Answer, Problem> {
    let today = london::today(app.clock.now());
    let (homes, more) = app.db.read(|db| homes(db, wanted, today))?;
    let reasons = reasons(scheme, wanted);
    let in_area = homes.iter().filter(|home| home.area_code.is_some()).count();
    let verdict = match (reasons.is_empty(), homes.len(), in_area) {
        (true, 0, _) => "We have no such address in the licence areas.",
        (true, 1, 0) => "This home is not in a licence area.",
        (true, _, 0) => "None of these homes is in a licence area.",
        (_, 1, 1) => "This home is in a licence area.",
        (_, all, some) if all > 0 && all == some => "These homes are in a licence area.",
        (_, all, some) if all > 0 && some > 0 => "Some of these homes are in a licence area.",
        _ => "This address is in a licence area.",
    };
    let sought = match wanted {
        Wanted::Uprn(uprn) => format!("UPRN {uprn}"),
        Wanted::Postcode(postcode) => postcode.clone(),
        Wanted::Address(_) => q.to_owned(),
    };
    let homes = homes.into_iter().map(|home| line(scheme, home)).collect();
    Ok(Answer { sought, verdict: verdict.to_owned(), reasons, homes, more })
}

/// House 2 before house 10: an address with its numbers as numbers.
fn in_order(address: &str) -> Vec<(u64, String)> {
    let parts = address.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(|part| (part.parse().unwrap_or(u64::MAX), part.to_lowercase())).collect()
}

/// What the council's list has, as a sentence each.
fn reasons(scheme: &Scheme, wanted: &Wanted) -> Vec<String> {
    let name = |code: &str| scheme.area(code).map_or_else(|| code.to_owned(), |area| area.name.clone());
    let listed = |street: &str, close: &str, area: &str| {
        let postcode = postcode(close);
        format!("The council’s list has {}, {}, in {}.", titled(street), postcode, name(area))
    };
    let streets = scheme.addresses.streets();
    match wanted {
        Wanted::Uprn(uprn) => {
            let area = Uprn::parse(uprn).and_then(|uprn| scheme.addresses.area_of_uprn(&uprn));
            area.map(|area| format!("The council’s list has the UPRN {uprn} in {}.", name(area))).into_iter().collect()
        }
        Wanted::Postcode(postcode) => {
            let close = postcode.replace(' ', "");
            let there = streets.filter(|(_, known, _)| *known == close);
            there.map(|(street, postcode, area)| listed(street, postcode, area)).collect()
        }
        Wanted::Address(text) => {
            let text = same_spelling(text);
            let there = streets.filter(|(street, ..)| street.contains(&text) || text.contains(street));
            there.take(MOST).map(|(street, postcode, area)| listed(street, postcode, area)).collect()
        }
    }
}

/// "invented street" as it stands on a sign.
fn titled(street: &str) -> String {
    street.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

const NOTHING: &str = "No licence and no application on our records; it may be exempt, or not let";
const ELSEWHERE: &str = "No licence under this scheme is needed; one for a house in multiple occupation may be";

fn line(scheme: &Scheme, home: PublicHome) -> HomeLine {
    let area = home.area_code.and_then(|code| scheme.area(&code)).map(|area| area.name.clone());
    let (text, colour, detail) = match (home.licence, home.applied_for, &area) {
        (Some((number, ends_on)), ..) => {
            ("Licensed", "green", format!("Licence {number}, until {}", written_out(ends_on)))
        }
        (None, true, _) => ("Applied for", "turquoise", "An application is being decided".to_owned()),
        (None, false, Some(_)) => ("No licence", "grey", NOTHING.to_owned()),
        (None, false, None) => ("Not in an area", "grey", ELSEWHERE.to_owned()),
    };
    let address = format!("{}, {}", home.address, home.postcode);
    HomeLine { id: home.id.to_string(), address, area, tag: Tag { text, colour }, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn houses_stand_in_the_order_of_their_numbers() {
        let mut homes = vec!["10 Hind Street", "2 Hind Street", "Flat 2, 1 Hind Street", "1 Hind Street"];
        homes.sort_by_cached_key(|home| in_order(home));
        assert_eq!(homes, ["1 Hind Street", "2 Hind Street", "10 Hind Street", "Flat 2, 1 Hind Street"]);
    }

    #[test]
    fn what_is_typed_is_a_number_a_postcode_or_part_of_an_address() {
        let postcode = |text: &str| Some(Wanted::Postcode(text.to_owned()));
        for (typed, meant) in [
            ("100110012345", Some(Wanted::Uprn("100110012345".to_owned()))),
            ("ts18 1aa", postcode("TS18 1AA")),
            ("TS181AA", postcode("TS18 1AA")),
            ("m1 1ae", postcode("M1 1AE")),
            ("Hind Street", Some(Wanted::Address("Hind Street".to_owned()))),
            ("12a High", Some(Wanted::Address("12a High".to_owned()))),
            ("a%_", None),
            ("", None),
        ] {
            assert_eq!(sought(typed), meant, "{typed:?}");
        }
    }
}
