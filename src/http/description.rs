//! What OpenAPI asks for and the routes do not say: names, what each answer is, the headers of changes, closed forms.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{Header, ObjectBuilder, OpenApi, RefOr, Required, Schema, Type};

/// Completes the description that the routes give of themselves.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let place = path.trim_start_matches("/api/v1").replace(['{', '}'], "").replace('/', "_");
        let operations = [("get", &mut item.get), ("post", &mut item.post), ("put", &mut item.put)];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(format!("{method}{place}"));
            if method == "post" {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
            let is_change = tell_of_if_match(operation);
            let is_of_one = is_change || (method == "get" && path.ends_with("/{id}"));
            tell_of_answers(operation, is_of_one);
        }
    }
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        close(schema);
    }
}

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Chosen by the sender: with the same key, the same request is carried out once"))
        // A header loses the spaces around it.
        .schema(Some(key.pattern(Some("^[!-~]([ -~]*[!-~])?$"))))
        .build()
}

fn etag() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(r#"^"[1-9][0-9]*"$"#))
}

fn tell_of_if_match(operation: &mut Operation) -> bool {
    let found = operation.parameters.iter_mut().flatten().find_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.name == "If-Match" => Some(parameter),
        _ => None,
    });
    let Some(parameter) = found else { return false };
    parameter.description = Some("The ETag that was read".to_owned());
    parameter.schema = Some(etag().into());
    true
}

fn tell_of_answers(operation: &mut Operation, is_of_one: bool) {
    for (status, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        let words = match status.as_str() {
            "200" => "Done: this is how it stands",
            "201" => "It is there now",
            "503" => "Not able to work just now",
            _ => "It was not done: `type` says what kind of reason, `detail` and `errors` what to do",
        };
        answer.description = words.to_owned();
        if status == "201" || (status == "200" && is_of_one) {
            answer.headers.insert("ETag".to_owned(), RefOr::T(etag_given()));
        }
    }
}

fn etag_given() -> Header {
    let words = "What a change sends back as If-Match; absent where nothing can be changed";
    HeaderBuilder::new().schema(Some(etag())).description(Some(words)).build()
}

/// Each form of a choice refuses unknown fields as the other forms do; utoipa says so of those alone.
fn close(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(choice)) = schema else { return };
    for form in &mut choice.items {
        if let RefOr::T(Schema::Object(form)) = form {
            form.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}
