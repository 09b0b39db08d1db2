//! The rim that people and programs talk to: routes, sign-in, forms, answers. No rule lives here.

pub mod answer;
pub mod api;
mod bulk;
mod description;
mod download;
mod faults;
pub mod form;
mod ics;
mod methods;
pub mod pages;
pub mod problem;
pub mod session;
pub mod upload;

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::DefaultHeaders;
use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpServer};
use tracing_actix_web::{DefaultRootSpanBuilder, RequestId, RootSpanBuilder};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::app::App;
use problem::Problem;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Selective licensing",
        description = "Case management for a council's selective licensing team: demands, deadlines, reminders, breaches.\n\n\
            A change of something that is there needs the header If-Match with the ETag that was read (428 without it, 412 when \
            somebody else was faster). A POST with the header Idempotency-Key is carried out once. Errors are application/problem+json with a stable type.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    security(("token" = []))
)]
struct Document;

/// Every route of the API, in one screen.
fn routes(config: &mut ServiceConfig<'_>) {
    config.service(api::demands::list);
    config.service(api::demands::create);
    config.service(api::demands::show);
    config.service(api::demands::explain);
    config.service(api::demands::issue);
    config.service(api::demands::serve);
    config.service(api::demands::hand_back);
    config.service(api::demands::withdraw);
    config.service(api::answers::respond);
    config.service(api::answers::assess);
    config.service(api::demands::give_time);
    config.service(api::demands::close_item);
    config.service(api::responses::list);
    config.service(api::bulk::send);

    config.service(api::areas::list);
    config.service(api::areas::look_up);
    config.service(api::conditions::list);
    config.service(api::conditions::show);
    config.service(api::properties::list);
    config.service(api::properties::create);
    config.service(api::properties::show);
    config.service(api::properties::correct);
    config.service(api::properties::interests);
    config.service(api::properties::record_interest);
    config.service(api::parties::list);
    config.service(api::parties::create);
    config.service(api::parties::show);
    config.service(api::parties::correct);
    config.service(api::parties::consents);
    config.service(api::parties::give_consent);
    config.service(api::parties::withdraw_consent);
    config.service(api::applications::list);
    config.service(api::applications::create);
    config.service(api::applications::show);
    config.service(api::applications::filled_in);
    config.service(api::applications::take);
    config.service(api::applications::grant);
    config.service(api::fees::show);
    config.service(api::fees::pay);
    config.service(api::fees::refund);
    config.service(api::fees::claim);
    config.service(api::fees::decide);
    config.service(api::fees::reverse);
    config.service(api::fitness::list);
    config.service(api::fitness::create);
    config.service(api::fitness::show);
    config.service(api::fitness::look);
    config.service(api::fitness::find);
    config.service(api::fitness::conclude);
    config.service(api::fitness::reopen);
    config.service(api::homes::requirement);
    config.service(api::homes::occupancies);
    config.service(api::homes::record_occupancy);
    config.service(api::exemptions::list);
    config.service(api::exemptions::create);
    config.service(api::exemptions::show);
    config.service(api::exemptions::take);
    config.service(api::exemptions::write);
    config.service(api::enquiries::list);
    config.service(api::enquiries::create);
    config.service(api::enquiries::show);
    config.service(api::enquiries::take);
    config.service(api::enquiries::note);
    config.service(api::enquiries::write);
    config.service(api::enquiries::came_of);
    config.service(api::partners::list);
    config.service(api::partners::create);
    config.service(api::partners::show);
    config.service(api::partners::correct);
    config.service(api::referrals::list);
    config.service(api::referrals::create);
    config.service(api::referrals::show);
    config.service(api::referrals::take);
    config.service(api::referrals::note);
    config.service(api::referrals::share);
    config.service(api::references::list);
    config.service(api::references::create);
    config.service(api::references::show);
    config.service(api::references::take);
    config.service(api::shared::look_up);
    config.service(api::shared::list);
    config.service(api::shared::create);
    config.service(api::shared::show);
    config.service(api::shared::add);
    config.service(api::licences::list);
    config.service(api::licences::show);
    config.service(api::licences::take);
    config.service(api::licences::versions);
    config.service(api::licences::print_version);
    config.service(api::proceedings::list);
    config.service(api::proceedings::open);
    config.service(api::proceedings::show);
    config.service(api::proceedings::take);
    config.service(api::appeals::list_of_proceeding);
    config.service(api::register::licences_in_force);
    config.service(api::register::exemptions_running);
    config.service(api::certificates::list);
    config.service(api::certificates::create);
    config.service(api::certificates::show);
    config.service(api::certificates::assess);
    config.service(api::documents::list);
    config.service(api::documents::create);
    config.service(api::documents::show);
    config.service(api::documents::content);
    config.service(api::appeals::list);
    config.service(api::appeals::list_of_exemption);
    config.service(api::appeals::lodge_about_exemption);
    config.service(api::appeals::lodge);
    config.service(api::appeals::decide);
    config.service(api::notices::list);
    config.service(api::notices::create);
    config.service(api::notices::show);
    config.service(api::notices::issue);
    config.service(api::notices::add_recipient);
    config.service(api::notices::serve);
    config.service(api::notices::hand_back);
    config.service(api::notices::send_again);
    config.service(api::notices::withdraw);
    config.service(api::notices::representations);
    config.service(api::notices::represent);
    config.service(api::notices::consider);
    config.service(api::obligations::list);
    config.service(api::obligations::show);
    config.service(api::obligations::close);
    config.service(api::breaches::list);
    config.service(api::breaches::show);
    config.service(api::breaches::take_bundle);
    config.service(api::breaches::confirm);
    config.service(api::breaches::dismiss);
    config.service(api::enforcement::list);
    config.service(api::enforcement::create);
    config.service(api::enforcement::show);
    config.service(api::enforcement::add_offence);
    config.service(api::enforcement::take);
    config.service(api::enforcement::write);
    config.service(api::material::list);
    config.service(api::material::record);
    config.service(api::penalties::draft);
    config.service(api::penalties::serve);
    config.service(api::penalties::read_account);
    config.service(api::penalties::pay);
    config.service(api::penalties::refund);
    config.service(api::penalties::reverse);
    config.service(api::programme::list);
    config.service(api::inspections::list);
    config.service(api::inspections::create);
    config.service(api::inspections::show);
    config.service(api::inspections::take);
    config.service(api::visits::arrange);
    config.service(api::visits::notify);
    config.service(api::visits::find);
    config.service(api::visits::plan);
    config.service(api::visits::judge);
    config.service(api::visits::send);
    config.service(api::letters::list);
    config.service(api::letters::show);
    config.service(api::letters::print);
    config.service(api::letters::download_enclosure);
    config.service(api::letters::record_posting);
    config.service(api::letters::record_return);
    config.service(api::letters::send_again);
    config.service(api::letter_batches::list);
    config.service(api::letter_batches::create);
    config.service(api::letter_batches::show);
    config.service(api::letter_batches::content);
    config.service(api::letter_batches::record_posting);
    config.service(api::letter_batches::cancel);
    config.service(api::events::of_property);
    config.service(api::events::of_party);
    config.service(api::events::anchors);
    config.service(api::case_reads::list);
    config.service(api::checks::list);
    config.service(api::checks::show);
    config.service(api::tasks::list);
    config.service(api::tasks::show);
    config.service(api::tasks::close);
    config.service(api::me::show);
    config.service(api::me::consents);
    config.service(api::me::give_consent);
    config.service(api::me::withdraw_consent);
    config.service(api::me::report_change);
    config.service(api::feeds::show);
    config.service(api::feeds::issue);
    config.service(api::feeds::revoke);
    config.service(api::reports::partnership);
    config.service(api::deadlines::list);
    config.service(api::deadlines::preview);
}

/// What whoever watches over the service asks, without a token.
fn probes(config: &mut ServiceConfig<'_>) {
    config.service(api::health::health);
    config.service(api::health::ready);
}

/// What is read by those who know a secret address, without a token.
fn feeds(config: &mut ServiceConfig<'_>) {
    config.service(api::feeds::visits);
}

/// The description of the API that the routes give of themselves (OpenAPI 3.1).
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(routes))
        .configure(probes)
        .configure(feeds)
        .split_for_parts();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token from `licensing token issue`"))
        .build();
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    description::complete(&mut document);
    document
}

/// Starts to serve on the configured address; the server runs until it is stopped.
///
/// # Errors
/// If the address cannot be had.
pub fn start(app: Arc<App>) -> std::io::Result<(actix_web::dev::Server, std::net::SocketAddr)> {
    let server = app.settings.server.clone();
    let data = Data::from(app);
    let document = openapi();
    let known = Data::new(methods::Known::of(&document));
    let public_url = server.public_url.clone();
    let http = HttpServer::new(move || {
        let document = document.clone();
        actix_web::App::new()
            .app_data(data.clone())
            .app_data(known.clone())
            .wrap(headers(&public_url))
            .wrap(tracing_actix_web::TracingLogger::<RouteSpan>::new())
            .into_utoipa_app()
            .service(utoipa_actix_web::scope("/api/v1").configure(routes))
            .configure(probes)
            .configure(feeds)
            .into_app()
            .service(actix_web::web::redirect("/api/docs", "/api/docs/"))
            .service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", document))
            .service(pages::assets::file)
            .configure(pages::routes)
            .default_service(actix_web::web::to(nothing_here))
    })
    .workers(server.workers)
    .client_request_timeout(Duration::from_secs(server.header_seconds))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(10)
    .bind(server.listen)
    .map_err(|error| cannot_listen(server.listen, &error))?;
    let address = http.addrs().first().copied().unwrap_or(server.listen);
    Ok((http.run(), address))
}

fn cannot_listen(address: std::net::SocketAddr, error: &std::io::Error) -> std::io::Error {
    let advice = "set server.listen to a free address, or stop what listens there";
    std::io::Error::new(error.kind(), format!("cannot listen on {address} ({error}): {advice}"))
}

/// Serves until the process is told to end; `ready` is told the address once it is had.
///
/// # Errors
/// If the address cannot be had.
pub fn serve(app: Arc<App>, ready: impl FnOnce(std::net::SocketAddr)) -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let (server, address) = start(app)?;
        ready(address);
        server.await
    })
}

/// What a request is called in the log: its route, never its address, which may hold the secret of a link.
struct RouteSpan;

impl RootSpanBuilder for RouteSpan {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        let route = request.match_pattern().unwrap_or_else(|| "default".to_owned());
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        tracing::info_span!(
            "HTTP request",
            http.method = %request.method(),
            http.route = route,
            http.status_code = tracing::field::Empty,
            request_id = id,
            exception.message = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, actix_web::Error>) {
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

fn headers(public_url: &str) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("X-Frame-Options", "DENY"))
        .add((
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ));
    if public_url.starts_with("https://") {
        headers.add(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    } else {
        headers
    }
}

async fn nothing_here(request: HttpRequest, known: Data<methods::Known>) -> Result<HttpResponse, Problem> {
    if let Some(allowed) = known.at(request.path()) {
        return Ok(methods::not_allowed(request.method(), &allowed));
    }
    let detail = "no such address; /api/docs describes those that there are";
    let problem = Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail);
    if is_a_browser(&request) { Ok(pages::told(&request, &problem)) } else { Err(problem) }
}

/// A program that asks for nothing in particular gets what programs read.
fn is_a_browser(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(actix_web::http::header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html")) && !request.path().starts_with("/api/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_is_described_with_a_name_of_its_own() {
        let document = serde_json::to_value(openapi()).unwrap();
        let operations = document["paths"].as_object().unwrap().values();
        let operations = operations.flat_map(|item| item.as_object().unwrap().values()).collect::<Vec<_>>();
        let names = operations.iter().map(|one| one["operationId"].as_str().unwrap()).collect::<BTreeSet<_>>();
        assert_eq!(names.len(), operations.len());
        assert!(names.contains("post_demands_id_items_part_closure"), "{names:?}");
        for answer in operations.iter().flat_map(|one| one["responses"].as_object().unwrap().values()) {
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{answer:#}");
        }
    }
}
