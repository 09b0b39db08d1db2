//! Every length, range and number of entries: what the description says and what the service takes are the same.

use selective_licensing::domain::actor::Role;
use selective_licensing::http;
use serde_json::{Value, json};

use crate::support::desk::{Desk, Reply};

const NOBODYS: &str = "01946c5e-8800-7000-8000-0123456789ab";
/// Where the description has no upper limit, the service has none that is nearer than this.
const FAR: i64 = 5000;
/// How the service speaks of a limit; whether what keeps it makes sense is another matter.
const OF_A_LIMIT: [&str; 5] = ["must have ", "must lie between ", "must be at least ", "must be 1 to 12 ", "is empty"];

struct Described(Value);

impl Described {
    /// The schema itself, where it is referred to or may be null.
    fn plain<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(place) = schema["$ref"].as_str() {
            return self.plain(self.0.pointer(place.trim_start_matches('#')).unwrap());
        }
        schema["oneOf"].get(0).map_or(schema, |first| self.plain(first))
    }

    /// Every form that a body may have.
    fn forms<'a>(&'a self, operation: &'a Value) -> Vec<&'a Value> {
        let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { return vec![] };
        let named = self.0.pointer(schema["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        named["oneOf"].as_array().map_or(vec![named], |forms| forms.iter().collect())
    }

    /// A value of that schema with every field, and one entry in every list.
    fn sample(&self, schema: &Value) -> Value {
        let schema = self.plain(schema);
        if let Some(word) = schema["enum"].get(0).or_else(|| schema.get("example")) {
            return word.clone();
        }
        match (kind(schema), schema["format"].as_str().unwrap_or_default()) {
            ("object", _) => {
                let fields = schema["properties"].as_object().unwrap().iter();
                fields.map(|(name, field)| (name.clone(), self.sample(field))).collect()
            }
            ("array", _) => json!([self.sample(&schema["items"])]),
            ("boolean", _) => json!(true),
            ("integer", _) => json!(1),
            (_, "date") => json!("2025-01-22"),
            (_, "date-time") => json!("2025-01-22T14:30:00Z"),
            (_, "uuid") => json!(NOBODYS),
            (_, "email") => json!("a@example.org"),
            _ => digits(schema["minLength"].as_i64().unwrap_or(1)),
        }
    }

    /// Everything in a sample that can have a limit, by its JSON pointer.
    fn parts<'a>(&'a self, at: &str, schema: &'a Value) -> Vec<(String, &'a Value)> {
        let schema = self.plain(schema);
        let mut found = vec![(at.to_owned(), schema)];
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            found.extend(self.parts(&format!("{at}/{name}"), field));
        }
        if let Some(items) = schema.get("items") {
            found.extend(self.parts(&format!("{at}/0"), items));
        }
        found
    }

    /// The values nearest to each limit, and whether they keep it.
    fn edges(&self, schema: &Value) -> Vec<(Value, bool)> {
        let entries = |count| (0..count).map(|_| self.sample(&schema["items"])).collect();
        let (of, at): (&str, &dyn Fn(i64) -> Value) = match kind(schema) {
            "string" if schema.get("format").or_else(|| schema.get("enum")).is_none() => ("Length", &digits),
            "array" => ("Items", &entries),
            "integer" => ("imum", &|number| json!(number)),
            _ => return vec![],
        };
        let limit = |which| schema[format!("{which}{of}")].as_i64();
        let (low, high) = (limit("min"), limit("max"));
        let mut edges = vec![(at(low.unwrap_or(0)), true), (at(high.unwrap_or(FAR)), true)];
        edges.extend(low.filter(|low| *low > 0 || of == "imum").map(|low| (at(low - 1), false)));
        edges.extend(high.map(|high| (at(high + 1), false)));
        edges
    }
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default()
}

fn digits(count: i64) -> Value {
    json!("1".repeat(usize::try_from(count).unwrap()))
}

fn keeps_limits(reply: &Reply, pointer: &str) -> bool {
    let faults = reply.body["errors"].as_array().into_iter().flatten();
    // The faults of a list's entries may be told at the list.
    let mut here = faults.filter(|fault| pointer.starts_with(fault["pointer"].as_str().unwrap()));
    !here.any(|fault| OF_A_LIMIT.iter().any(|words| fault["detail"].as_str().unwrap().starts_with(words)))
}

#[test]
fn each_limit_of_the_description_is_the_one_that_the_service_keeps() {
    let desk = Desk::open();
    let leader = desk.token(Role::TeamLeader, None);
    let landlord = desk.token(Role::Landlord, Some(desk.world.khan().id));
    let partner = desk.token(Role::Partner, Some(desk.world.police("2030-01-01").party_id));
    desk.world.database.run("UPDATE accounts SET keeps_references = TRUE WHERE role = 'team_leader'");
    let described = Described(serde_json::to_value(http::openapi()).unwrap());
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (path, item) in described.0["paths"].as_object().unwrap() {
        // What people do for themselves is closed to officers.
        let token = match path {
            path if path.contains("/me/") => &landlord,
            path if path.contains("/shared/") => &partner,
            _ => &leader,
        };
        for (method, operation) in item.as_object().unwrap() {
            let path =
                ["{id}", "{part}", "{number}"].iter().fold(path.clone(), |path, name| path.replace(name, NOBODYS));
            let mut try_it = |pointer: &str, value: &Value, is_within: bool, reply: &Reply| {
                tried += 1;
                if keeps_limits(reply, pointer) != is_within || reply.status == 403 || reply.status >= 500 {
                    let value = value.to_string().chars().take(60).collect::<String>();
                    wrong.push(format!("{method} {path} with {pointer} {value}: {reply:?}"));
                }
            };
            for form in described.forms(operation) {
                for (pointer, part) in described.parts("", form) {
                    for (value, is_within) in described.edges(part) {
                        let mut body = described.sample(form);
                        *body.pointer_mut(&pointer).unwrap() = value.clone();
                        let body = body.to_string();
                        let reply = desk.call(&method.to_uppercase(), token, &path, "\"1\"", Some(&body));
                        try_it(&pointer, &value, is_within, &reply);
                    }
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query")
            {
                let name = parameter["name"].as_str().unwrap();
                for (value, is_within) in described.edges(described.plain(&parameter["schema"])) {
                    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    let reply = desk.get(token, &format!("{path}?{name}={text}"));
                    try_it(&format!("?{name}"), &value, is_within, &reply);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 400, "only {tried} values were tried");
}
