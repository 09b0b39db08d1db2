//! The pages for landlords, agents and everybody: server-rendered, in the GOV.UK Design System, whole without scripts.
//!
//! A handler reads and acts as the API's do and answers with a page or a [`Problem`](super::problem::Problem), which
//! `frame` turns into a page too. Whoever is signed in comes through `visitor::Visitor`, for one action at a time.

mod alarms;
mod answers;
mod apply;
pub mod assets;
mod cookies;
mod demand;
mod due;
mod fields;
mod files;
mod frame;
mod homes;
mod item;
mod look;
mod many;
mod notices;
mod own;
mod receipt;
mod sign_in;
mod start;
mod visitor;
mod words;

use actix_web::middleware::from_fn;
use actix_web::web;

pub(super) use frame::told;
use frame::{frame, not_this_method};

/// Every page, once: for the server, and for the tests that ask each what it lets whom do.
macro_rules! pages {
    ($($path:literal { $($method:ident => $handler:path),+ $(,)? })+) => {
        /// Method and path of every page.
        #[must_use]
        pub fn table() -> Vec<(String, &'static str)> {
            vec![$($((stringify!($method).to_uppercase(), $path)),+),+]
        }

        pub(super) fn routes(config: &mut web::ServiceConfig) {
            $(config.service(
                web::resource($path)
                    .wrap(from_fn(frame))
                    $(.route(web::$method().to($handler)))+
                    .default_service(web::to(not_this_method)),
            );)+
        }
    };
}

pages! {
    "/" { get => start::show }
    "/homes" { get => homes::look_up }
    "/apply" { get => apply::start }
    "/sign-in" { get => sign_in::form, post => sign_in::ask }
    "/check-your-mail" { get => sign_in::asked }
    "/sign-in/{secret}" { get => sign_in::show, post => sign_in::follow }
    "/sign-out" { get => sign_in::leaving, post => sign_in::leave }
    "/due" { get => due::list }
    "/due/files" { get => many::form, post => many::send }
    "/duties/{id}" { get => due::duty }
    "/demands/{id}" { get => demand::show }
    "/demands/{id}/items/{part}" { get => item::show }
    "/demands/{id}/items/{part}/files" { get => files::form, post => files::send }
    "/demands/{id}/items/{part}/not-applicable" { get => answers::not_applicable, post => answers::say_not_applicable }
    "/demands/{id}/items/{part}/explanation" { get => answers::explanation, post => answers::explain }
    "/demands/{id}/items/{part}/alarms" { get => alarms::form, post => alarms::declare }
    "/demands/{id}/items/{part}/receipts/{number}" { get => receipt::show }
    "/licences" { get => own::list }
    "/licences/{id}" { get => own::one }
    "/licences/{id}/versions/{number}/pdf" { get => own::document }
    "/licences/{id}/inspection" { get => own::inspection_form, post => own::record_inspection }
    "/licences/{id}/neighbours" { get => own::neighbours_form, post => own::record_neighbours }
    "/licences/{id}/change" { get => own::change_form, post => own::report }
    "/licences/{id}/change/received" { get => own::told }
    "/notices" { get => notices::list }
    "/notices/{id}" { get => notices::one }
    "/notices/{id}/enclosure" { get => notices::download_enclosure }
    "/notices/{id}/comment" { get => notices::form, post => notices::comment }
    "/records/{id}" { get => own::record }
    "/details" { get => own::details, post => own::consent }
    "/details/consents/{id}" { get => own::withdrawal, post => own::withdraw }
    "/applications" { get => apply::overview::list }
    "/applications/new" { get => apply::begin::form, post => apply::begin::begin }
    "/applications/{id}" { get => apply::overview::one }
    "/applications/{id}/exemptions" { get => apply::exemptions::form, post => apply::exemptions::say }
    "/applications/{id}/questions/{part}" { get => apply::questions::form, post => apply::questions::answer }
    "/applications/{id}/people" { get => apply::people::list, post => apply::people::reuse }
    "/applications/{id}/people/{part}" { get => apply::people::form, post => apply::people::put }
    "/applications/{id}/papers" { get => apply::papers::form, post => apply::papers::send }
    "/applications/{id}/papers/{part}" { post => apply::papers::take_out }
    "/applications/{id}/defects" { get => apply::defects::form, post => apply::defects::send }
    "/applications/{id}/check" { get => apply::check::form, post => apply::check::send }
    "/applications/{id}/withdrawal" { get => apply::withdraw::form, post => apply::withdraw::give_up }
}
