//! What is wrong with what was sent: every fault at once, each by its field and in words.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::actions::FieldFault;

/// A body with more faults than this is told of the first ones.
const MOST: usize = 50;

type Unread = serde_path_to_error::Error<serde_json::Error>;

/// Every fault of a body that could not be read as this form.
///
/// Reading stops at the first fault; so each is put right in a copy, and the copy is read again.
pub(super) fn every<T: DeserializeOwned + Validate>(bytes: &[u8], first: &Unread) -> Vec<FieldFault> {
    let mut copy = serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    if !copy.is_object() {
        return vec![FieldFault::at("", "must be a JSON object with named fields")];
    }
    let mut found = vec![of(first)];
    while found.len() < MOST {
        let wrong = match serde_path_to_error::deserialize::<_, T>(&copy) {
            Ok(form) => {
                found.extend(limits_beside(&form, &found));
                break;
            }
            Err(error) => error,
        };
        let fault = of(&wrong);
        if !put_right::<T>(&mut copy, &fault.pointer, &wrong.inner().to_string()) {
            note(&mut found, fault);
            break;
        }
        note(&mut found, fault);
    }
    found
}

fn note(found: &mut Vec<FieldFault>, fault: FieldFault) {
    if !found.iter().any(|known| known.pointer == fault.pointer) {
        found.push(fault);
    }
}

fn limits_beside(form: &impl Validate, found: &[FieldFault]) -> Vec<FieldFault> {
    let mut limits = form.validate().err().map(|wrong| broken_limits(&wrong, "")).unwrap_or_default();
    limits.retain(|limit| !found.iter().any(|known| limit.pointer.starts_with(&known.pointer)));
    limits
}

/// Changes the copy so that this fault is gone; false if that did not succeed.
fn put_right<T: DeserializeOwned>(copy: &mut Value, pointer: &str, text: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return false };
    if text.starts_with("unknown field") {
        let parent = copy.pointer_mut(parent).and_then(Value::as_object_mut);
        return parent.is_some_and(|fields| fields.remove(name).is_some());
    }
    let mut others = samples();
    while let Some(sample) = others.pop() {
        if !put(copy, parent, name, sample) {
            return false;
        }
        let Err(error) = serde_path_to_error::deserialize::<_, T>(&*copy) else { return true };
        let next = of(&error);
        if !next.pointer.starts_with(pointer) && error.inner().to_string() != text {
            return true;
        }
        if let Some(word) = suggested(&error.inner().to_string()).filter(|_| !others.is_empty()) {
            others = vec![json!(word)];
        }
    }
    false
}

/// The first word of a closed set, where a fault lists the set.
fn suggested(text: &str) -> Option<&str> {
    let ours = text.split_once("write one of ").and_then(|(_, words)| words.split([',', ' ']).next());
    ours.or_else(|| text.starts_with("unknown variant").then(|| text.split('`').nth(3))?)
}

/// Something of each sort that a field may be; the last is tried first.
fn samples() -> Vec<Value> {
    let mut samples = vec![json!({}), json!([]), json!(false), json!(0)];
    let texts =
        ["", "00000000-0000-7000-8000-000000000000", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00", "2025-01-01"];
    samples.extend(texts.map(|text| json!(text)));
    samples.push(Value::Null);
    samples
}

fn put(copy: &mut Value, parent: &str, name: &str, value: Value) -> bool {
    match copy.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(name.to_owned(), value);
            true
        }
        Some(Value::Array(items)) => match name.parse().ok().and_then(|place: usize| items.get_mut(place)) {
            Some(item) => {
                *item = value;
                true
            }
            None => false,
        },
        _ => false,
    }
}

fn of(error: &Unread) -> FieldFault {
    in_words(&pointer(&error.path().to_string()), &error.inner().to_string())
}

/// Every fault of a query string that could not be read as this form: each parameter is read alone.
pub(super) fn of_query<T: DeserializeOwned>(query: &str, whole: &str) -> Vec<FieldFault> {
    let alone = query.split('&').filter_map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let text = actix_web::web::Query::<T>::from_query(pair).err()?.to_string();
        let fault = in_words(&format!("?{name}"), text.strip_prefix(QUERY).unwrap_or(&text));
        (fault.pointer == format!("?{name}")).then_some(fault)
    });
    let found = alone.collect::<Vec<_>>();
    if found.is_empty() { vec![in_words("?", whole.strip_prefix(QUERY).unwrap_or(whole))] } else { found }
}

const QUERY: &str = "Query deserialize error: ";

/// A fault as the reader found it, in words for whoever wrote the request.
fn in_words(at: &str, text: &str) -> FieldFault {
    let text = text.split(" at line ").next().unwrap_or(text);
    let name = text.split('`').nth(1).unwrap_or_default();
    let here = match at.strip_prefix('?') {
        Some(_) => format!("?{name}"),
        None if at.ends_with(&format!("/{name}")) => at.to_owned(),
        None => format!("{at}/{name}"),
    };
    if text.starts_with("missing field") {
        return FieldFault::at(here, "is needed: add it");
    }
    if text.starts_with("duplicate field") {
        return FieldFault::at(here, "is there twice: say it once");
    }
    if text.starts_with("unknown field") {
        let known = text.split_once("expected ").map(|(_, known)| known.trim_start_matches("one of ").replace('`', ""));
        let known = known.map(|known| format!("; known are: {known}")).unwrap_or_default();
        return FieldFault::at(here, format!("is not known here: leave it out{known}"));
    }
    FieldFault::at(at, plain(text))
}

const DATE: &str = "cannot be read: write a day as 2025-01-22 and a time as 2025-01-22T14:30:00, with Z or +01:00 at its end only \
                    where the API's description says so";

fn plain(text: &str) -> String {
    let unfit = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    if let Some((sent, expected)) = unfit.and_then(|unfit| unfit.rsplit_once(", expected ")) {
        let expected = expected.replace("a sequence", "a list").replace("a map", "an object");
        return format!("must be {expected}, not {sent}");
    }
    // What the standard library and chrono say of a parameter, which is text until it is read.
    match text {
        "invalid digit found in string" | "number too large to fit in target type" => {
            "must be a whole number".to_owned()
        }
        "input is out of range" | "input contains invalid characters" | "premature end of input" | "trailing input" => {
            DATE.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// A path such as `items[0].reason` as the JSON pointer `/items/0/reason`.
fn pointer(path: &str) -> String {
    if path == "." {
        return String::new();
    }
    let path = path.replace('[', ".").replace(']', "");
    path.split('.').filter(|part| !part.is_empty()).flat_map(|part| ["/", part]).collect()
}

/// Every limit that a form breaks; the last of several of one field, which says most.
pub(super) fn broken_limits(faults: &ValidationErrors, at: &str) -> Vec<FieldFault> {
    let mut found = Vec::<FieldFault>::new();
    for fault in limits(faults, at) {
        found.retain(|known| known.pointer != fault.pointer);
        found.push(fault);
    }
    found
}

fn limits(faults: &ValidationErrors, at: &str) -> Vec<FieldFault> {
    let mut found = Vec::new();
    let mut names = faults.errors().iter().collect::<Vec<_>>();
    names.sort_by_key(|(name, _)| name.to_owned());
    for (name, kind) in names {
        let here = if at == "?" { format!("?{name}") } else { format!("{at}/{name}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => found.extend(limits(inner, &here)),
            ValidationErrorsKind::List(items) => {
                found.extend(items.iter().flat_map(|(place, inner)| limits(inner, &format!("{here}/{place}"))));
            }
            ValidationErrorsKind::Field(errors) => {
                found.extend(errors.iter().map(|error| FieldFault::at(here.clone(), message(error))));
            }
        }
    }
    found
}

fn message(error: &validator::ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let param = |name: &'static str| error.params.get(name).map(ToString::to_string);
    let things = if error.params.get("value").is_some_and(Value::is_array) { "entries" } else { "characters" };
    match (error.code.as_ref(), param("min"), param("max")) {
        ("length", Some(min), Some(max)) => format!("must have {min} to {max} {things}"),
        ("length", Some(min), None) => format!("must have at least {min} {things}"),
        ("length", None, Some(max)) => format!("must have at most {max} {things}"),
        ("range", Some(min), Some(max)) => format!("must lie between {min} and {max}"),
        ("range", Some(min), None) => format!("must be at least {min}"),
        ("email", ..) => "must be an e-mail address, such as name@example.org".to_owned(),
        (other, ..) => format!("is not valid ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Form {
        #[validate(length(min = 1, max = 3))]
        name: String,
        on: chrono::NaiveDate,
        kind: Kind,
        parts: Vec<Part>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Gas,
        Electrical,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Part {
        count: u8,
    }

    fn pointers(body: &str) -> Vec<String> {
        let mut reader = serde_json::Deserializer::from_str(body);
        let error = serde_path_to_error::deserialize::<_, Form>(&mut reader).unwrap_err();
        every::<Form>(body.as_bytes(), &error).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn every_fault_of_a_body_is_named_at_once() {
        let cases = [
            ("{}", vec!["/name", "/on", "/kind", "/parts"]),
            (
                r#"{"name": 5, "on": "soon", "kind": "water", "parts": [{"count": -1}, {"cuont": 2}], "size": 1}"#,
                vec!["/name", "/kind", "/on", "/parts/0/count", "/parts/1/cuont", "/parts/1/count", "/size"],
            ),
            (r#"{"name": "too long", "kind": "gas", "parts": []}"#, vec!["/on", "/name"]),
            (r#"{"name": "a", "name": "b", "on": "2025-01-01", "kind": "gas", "parts": []}"#, vec!["/name"]),
            ("5", vec![""]),
        ];
        for (body, expected) in cases {
            assert_eq!(pointers(body), expected, "{body}");
        }
    }

    #[test]
    fn a_fault_is_told_without_the_words_of_a_parser() {
        let cases = [
            ("missing field `on` at line 1 column 2", "/on", "is needed: add it"),
            ("unknown field `a`, expected `b` or `c`", "/a", "is not known here: leave it out; known are: b or c"),
            (
                "invalid type: integer `5`, expected a string at line 1 column 9",
                "",
                "must be a string, not integer `5`",
            ),
            ("input is out of range", "", DATE),
        ];
        for (text, pointer, detail) in cases {
            let fault = in_words("", text);
            assert_eq!((fault.pointer.as_str(), fault.detail.as_str()), (pointer, detail), "{text}");
        }
    }
}
