//! House rules that only the sources can show: which layer may name which.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::ROOT;

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let crates = ["actions", "domain", "mail", "spreadsheet", "storage", "toml_reader"];
    let top = if crates.contains(&folder) { format!("crates/{folder}/src") } else { format!("src/{folder}") };
    let mut folders = vec![Path::new(ROOT).join(top)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no sources");
    found
}

fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim_start()));
    lines.filter(|(_, line)| !line.starts_with("//"))
}

#[test]
fn no_layer_names_one_above_it() {
    let rules = [
        ("domain", &["Utc::now", "std::fs", "std::net", "std::env::var"][..]),
        ("actions", &["Utc::now", "std::fs", "std::net", "std::env::var"]),
        ("jobs", &["actix"]),
        ("files", &["actix", "storage::", "actions::", "crate::app"]),
        ("bundle", &["actix", "tokio"]),
        ("compose", &["actix", "storage::"]),
    ];
    let mut broken = Vec::new();
    for (layer, forbidden) in rules {
        for (path, text) in sources(layer) {
            for (number, line) in code(&text) {
                let named = forbidden.iter().filter(|word| line.contains(**word));
                broken.extend(named.map(|word| format!("{}:{number} names {word}", path.display())));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn two_files_alone_know_which_database_it_is() {
    let knowing = sources("storage").into_iter().filter(|(_, text)| {
        code(text).any(|(_, line)| line.contains("Conn::Sqlite") || line.contains("Conn::Postgres"))
    });
    let names = knowing.map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), BTreeSet::from(["db.rs".to_owned(), "tx.rs".to_owned()]));
}

#[test]
fn every_module_says_in_its_first_line_what_it_knows() {
    for layer in [
        "domain",
        "storage",
        "actions",
        "http",
        "jobs",
        "compose",
        "mail",
        "files",
        "scan",
        "bundle",
        "settings",
        "toml_reader",
        "spreadsheet",
    ] {
        for (path, text) in sources(layer) {
            assert!(text.starts_with("//! "), "{} opens without a sentence", path.display());
        }
    }
}

#[test]
fn nothing_of_stockton_is_in_the_code() {
    for layer in ["domain", "storage", "actions", "http", "jobs", "compose", "mail"] {
        for (path, text) in sources(layer) {
            let own = text.split("#[cfg(test)]").next().unwrap_or_default();
            let of_tests = ["tests.rs", "testing.rs", "worked_examples.rs"].iter().any(|name| path.ends_with(name));
            for word in ["Stockton", "Thornaby", "newton", "Newtown"] {
                let named = code(own).find(|(_, line)| line.contains(word));
                assert!(of_tests || named.is_none(), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn no_two_migrations_have_the_same_version() {
    for backend in ["sqlite", "postgres"] {
        let mut versions = Vec::new();
        for folder in ["both", backend] {
            let entries = std::fs::read_dir(format!("{ROOT}/migrations/{folder}")).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            versions.extend(names.map(|name| name.split('_').next().unwrap().to_owned()));
        }
        let count = versions.len();
        versions.sort();
        versions.dedup();
        assert_eq!(versions.len(), count, "the second of two is never run: {versions:?}");
    }
}

#[test]
fn every_test_that_the_checklist_of_the_statute_names_is_there() {
    let checklist = include_str!("../../docs/statute.md");
    let named = checklist.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(2));
    let named = named.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect::<BTreeSet<_>>();
    assert!(named.len() > 20, "{}", named.len());
    let tests = Path::new(ROOT).join("tests/api");
    let there = std::fs::read_dir(tests).unwrap().map(|entry| entry.unwrap().path());
    let there = there.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap());
    let all = sources("")
        .into_iter()
        .chain(sources("domain"))
        .chain(sources("mail"))
        .map(|(_, text)| text)
        .chain(there)
        .collect::<String>();
    let lost = named.iter().filter(|name| !all.contains(&format!("fn {name}()"))).collect::<Vec<_>>();
    assert!(lost.is_empty(), "docs/statute.md names tests that are not there: {lost:?}");
}

/// The names of the types in a source that the API can describe.
fn described(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut derives, mut in_words) = (false, false);
    for (_, line) in code(text) {
        let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
        derives |= line.contains("ToSchema)]");
        in_words |= line == "words! {";
        let declared = ["pub struct ", "pub enum "].iter().find_map(|start| line.split(start).nth(1).map(name));
        if let Some(name) = declared {
            names.extend(derives.then_some(name));
            derives = false;
        } else if in_words && line.ends_with(" {") && line != "words! {" {
            names.push(name(line));
            in_words = false;
        }
    }
    names
}

#[test]
fn no_two_types_have_the_same_name_in_the_description_of_the_api() {
    let mut seen = std::collections::BTreeMap::<String, PathBuf>::new();
    let mut twice = Vec::new();
    for (path, text) in ["domain", "http"].into_iter().flat_map(sources) {
        for name in described(&text) {
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                twice.push(format!("{name}: {} and {}", other.display(), path.display()));
            }
        }
    }
    assert!(seen.contains_key("LicenceView") && seen.contains_key("LicenceState"));
    assert!(twice.is_empty(), "a description would show one for the other:\n{}", twice.join("\n"));
}
