//! An address that is there, asked with a method that it does not have: 405 with the methods it has, not 404.

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode, header};
use utoipa::openapi::OpenApi;

use super::problem::Problem;

/// The addresses that there are and their methods, as the description of the API has them.
pub(super) struct Known(Vec<(String, Vec<&'static str>)>);

impl Known {
    pub(super) fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            (path.clone(), methods.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect())
        });
        Self(paths.collect())
    }

    /// The methods of the address, separated by commas; `None` if there is no such address.
    pub(super) fn at(&self, path: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| is_meant(known, path)).map(|(_, methods)| methods.join(", "))
    }
}

fn is_meant(known: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let alike = known
        .split('/')
        .all(|wanted| parts.next().is_some_and(|part| part == wanted || (wanted.starts_with('{') && !part.is_empty())));
    alike && parts.next().is_none()
}

/// The answer to a method that the address does not have.
pub(super) fn not_allowed(method: &Method, allowed: &str) -> HttpResponse {
    use actix_web::ResponseError as _;
    let detail = format!("{method} means nothing here; use {allowed}");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not this method", detail);
    let mut response = problem.error_response();
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
