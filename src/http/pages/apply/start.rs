//! What an application needs, before anybody signs in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::super::look::{Shell, page, render};
use super::super::visitor::Visitor;
use crate::app::App;
use crate::domain::calendar::london::{self, written_out};
use crate::domain::scheme::FeePeriod;
use crate::http::problem::Problem;

#[derive(Serialize)]
struct Start {
    takes_forms: bool,
    fee: Option<String>,
    is_confirmed: bool,
    discounts: Vec<String>,
    years: u32,
    ends_on: String,
}

/// The page.
pub(in super::super) async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let scheme = app.rules.current()?;
    let fees = scheme.fees.on(london::today(app.clock.now()));
    let start = Start {
        takes_forms: scheme.application.is_some(),
        fee: fees.map(|fees| pounds(fees.total_pence)),
        is_confirmed: fees.is_some_and(|fees| fees.is_confirmed),
        discounts: fees.map(discounts).unwrap_or_default(),
        years: scheme.licence_max_years,
        ends_on: written_out(scheme.designation.ends_on),
    };
    let html = render("apply.html", &Shell::of(&app, visitor.seems_signed_in())?, &start)?;
    Ok(page(StatusCode::OK, html))
}

fn discounts(fees: &FeePeriod) -> Vec<String> {
    fees.discounts.iter().map(|one| format!("{} less: {}", pounds(one.pence), one.name)).collect()
}

/// An amount of pence as people write it: "£653", "£12.50".
fn pounds(pence: u32) -> String {
    match (pence / 100, pence % 100) {
        (pounds, 0) => format!("£{pounds}"),
        (pounds, pence) => format!("£{pounds}.{pence:02}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_amount_is_written_as_people_write_it() {
        for (pence, written) in [(65_300, "£653"), (1_250, "£12.50"), (5, "£0.05"), (0, "£0")] {
            assert_eq!(super::pounds(pence), written);
        }
    }
}
