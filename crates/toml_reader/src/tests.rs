//! How values are read from a text and from variables, and what is said of wrong ones.

use super::*;

fn reading<'t>(text: &'t str, variables: &[(&str, &str)]) -> Reading<'t> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Reading::of(&[Source { name: "a.toml", text }]).unwrap().with_variables("X__", variables)
}

fn faults(reading: Reading<'_>) -> Vec<String> {
    reading.finish(Some(())).unwrap_err().iter().map(Fault::to_string).collect()
}

#[test]
fn places_count_lines_and_characters_from_one() {
    let reading = reading("# é\n\"naïve\" = 1\r\n  b = true\n", &[]);
    let root = reading.root();
    assert_eq!(root.required("naïve", text), None);
    assert_eq!(root.required("b", whole_number(0..=9_u32)), None);
    drop(root);
    assert_eq!(
        faults(reading),
        [
            "a.toml:2:11: naïve: must be a text in quotation marks; found the number 1",
            "a.toml:3:7: b: must be a whole number; found true",
        ]
    );
}

#[test]
fn a_list_names_the_item_that_is_wrong_on_its_own_line() {
    let reading = reading("days = [\n  1,\n  500,\n  \"x\",\n]\nnames = \"a\"\n", &[]);
    let root = reading.root();
    assert_eq!(root.list("days", whole_number(1..=365_u32)), None);
    assert_eq!(root.list("names", text), None);
    assert_eq!(root.list("absent", text), Some(Vec::new()));
    drop(root);
    assert_eq!(
        faults(reading),
        [
            "a.toml:3:3: days[2]: 500 is outside the range; write a whole number from 1 to 365",
            "a.toml:4:3: days[3]: must be a whole number; found the text \"x\"",
            "a.toml:6:9: names: must be a list; found the text \"a\"",
        ]
    );
}

#[test]
fn variables_are_read_as_every_kind_of_value() {
    let reading = reading(
        "[t]\nnumber = 1\n",
        &[
            ("X__T__NUMBER", " 7 "),
            ("X__T__DAYS", "9, 8,"),
            ("X__T__FLAG", "true"),
            ("X__T__DATE", "2025-01-22"),
            ("X__T__TIME", "16:30"),
        ],
    );
    let table = reading.root().table("t").unwrap();
    assert_eq!(table.required("number", whole_number(0..=9_u32)), Some(7));
    assert_eq!(table.list("days", whole_number(0..=9_u32)), Some(vec![9, 8]));
    assert_eq!(table.required("flag", flag), Some(true));
    assert_eq!(table.required("date", date).map(|date| date.to_string()), Some("2025-01-22".to_owned()));
    assert_eq!(table.required("time", time).map(|time| time.to_string()), Some("16:30:00".to_owned()));
    drop(table);
    assert!(reading.finish(Some(())).is_ok());
}

#[test]
fn a_wrong_value_in_a_file_is_reported_though_a_variable_replaces_it() {
    let reading = reading("number = \"many\"\n", &[("X__NUMBER", "7")]);
    assert_eq!(reading.root().required("number", whole_number(0..=9_u32)), Some(7));
    assert_eq!(faults(reading), ["a.toml:1:10: number: must be a whole number; found the text \"many\""]);
}

#[test]
fn every_syntax_fault_is_reported_once_with_its_line() {
    let found = Reading::of(&[Source { name: "a.toml", text: "a = \nb = 1\nc = [1\nd = 2\n" }]).err().unwrap();
    assert!(found.iter().any(|fault| fault.line() == Some(1)), "{found:?}");
    let mut lines: Vec<_> = found.iter().map(Fault::line).collect();
    let all = lines.len();
    lines.dedup();
    assert_eq!(lines.len(), all, "{found:?}");
}

#[test]
fn the_nearest_known_name_is_proposed_and_a_far_one_is_not() {
    let known = ["response_days", "period_months", "title"];
    let cases = [
        ("respnse_days", Some("response_days")),
        ("response-day", Some("response_days")),
        ("titel", Some("title")),
        ("tilte", Some("title")),
        ("titl", Some("title")),
        ("holiday", None),
    ];
    for (typed, expected) in cases {
        assert_eq!(values::did_you_mean(typed, known.into_iter()), expected, "{typed}");
    }
}
