//! Two hundred names of files that mean ill: none leads out of the folder, into a header or to a second name (P37).

use std::collections::BTreeSet;

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::licence::Licence;
use serde_json::Value;

use crate::support::desk::Desk;
use crate::support::files::pdf;
use crate::support::pages::Pages;

/// What has led programs astray in a name.
const TRICKS: [&str; 25] = [
    "../",
    "..\\",
    "..%2f",
    "..%252F",
    "....//",
    "/etc/cron.d/",
    "C:\\Windows\\",
    "\\\\server\\share\\",
    "%00",
    "\r\nSet-Cookie: x=1",
    "\n\n<html>",
    "%0d%0aSet-Cookie:%20x=1",
    "\"; filename=\"b.exe",
    "'; filename*=UTF-8''b.exe; x='",
    ";",
    "\u{202E}fdp.",
    "\u{2028}\u{2029}\u{85}",
    "\u{200B}\u{FEFF}",
    "CON",
    "-rf ",
    "~/.ssh/",
    "$(id)`id`|id&",
    "<script>alert(1)</script>",
    "=?utf-8?q?=0D=0A?=",
    "名前é\u{301}👩‍👩‍👧‍👦",
];

/// Where in a name it stands.
fn shapes(trick: &str) -> [String; 8] {
    [
        format!("{trick}gas.pdf"),
        format!("gas{trick}.pdf"),
        format!("{}gas.pdf", trick.repeat(4)),
        format!("{trick}.pdf"),
        format!(".{trick}.gas.pdf"),
        format!("a/{trick}b\\c.pdf"),
        format!("{}{trick}.pdf", "x".repeat(140)),
        format!("{}.pdf", trick.repeat(300 / trick.len())),
    ]
}

fn names() -> Vec<String> {
    let names = TRICKS.into_iter().flat_map(shapes).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), 200, "each name is another one");
    names.into_iter().collect()
}

/// A council with much room for files, a landlord's licence and their token.
struct Case {
    pages: Pages,
    licence: Licence,
    landlord: String,
}

fn case() -> Case {
    let pages = Pages::with(&[("LICENSING__FILES__PER_HOME", "1000")]);
    let khan = pages.desk.world.khan();
    let licence = pages.desk.world.licensed_home(&khan, None);
    let landlord = pages.desk.token(Role::Landlord, Some(khan.id));
    Case { pages, licence, landlord }
}

impl Case {
    /// Every file that was sent is there once, under its hash, and is given out under one harmless name.
    fn judge(&self, sent: &[(String, Value)]) {
        let desk = &self.pages.desk;
        let usual = header_names(&download(desk, &self.landlord, &sent[0].1));
        for (name, document) in sent {
            let head = download(desk, &self.landlord, document);
            assert_eq!(header_names(&head), usual, "{name:?}");
            let shown = document["name"].as_str().unwrap();
            let hidden = |letter: char| letter.is_control() || "/\\\u{2028}\u{2029}\u{202E}\u{200B}".contains(letter);
            assert!(
                !shown.contains(hidden) && !shown.starts_with('.') && shown.ends_with("pdf"),
                "{name:?}: {shown:?}"
            );
            assert!((1..=150).contains(&shown.chars().count()), "{name:?}: {shown:?}");
            let value = head.lines().find_map(|line| line.strip_prefix("content-disposition: ")).unwrap();
            let (kind, parameters) = parsed(value).unwrap_or_else(|| panic!("{name:?}: {value}"));
            let [(plain_key, plain), (whole_key, whole)] = &parameters[..] else { panic!("{name:?}: {value}") };
            assert_eq!(
                (kind.as_str(), plain_key.as_str(), whole_key.as_str()),
                ("attachment", "filename", "filename*")
            );
            assert!(plain.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{name:?}: {plain:?}");
            assert!(!plain.contains(['/', '\\', '%', ':', ';', '"']) && plain.ends_with("pdf"), "{name:?}: {plain:?}");
            assert_eq!(decoded(whole.strip_prefix("UTF-8''").unwrap()), shown, "{name:?}");
        }
        let hashes = sent.iter().map(|(_, document)| document["sha256"].as_str().unwrap());
        let wanted = hashes.map(|hash| format!("files/{}/{}/{hash}", &hash[..2], &hash[2..4]));
        assert_eq!(files_below(desk.world.folder.path()), wanted.collect::<BTreeSet<_>>());
    }
}

fn download(desk: &Desk, token: &str, document: &Value) -> String {
    desk.download(token, document["id"].as_str().unwrap(), "").0
}

fn header_names(head: &str) -> Vec<String> {
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    head.lines().skip(1).map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

/// Everything in the council's folder but its database, as paths in it.
fn files_below(folder: &std::path::Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.retain(|path| !path.contains(".sqlite"));
    found
}

/// The type and the parameters of a Content-Disposition, by the grammar of RFC 6266 alone; `None` if it is none.
fn parsed(value: &str) -> Option<(String, Vec<(String, String)>)> {
    let token = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(c));
        let (token, rest) = text.split_at(end.unwrap_or(text.len()));
        (!token.is_empty()).then(|| (token.to_owned(), rest.to_owned()))
    };
    let (kind, mut rest) = token(value)?;
    let mut parameters = Vec::new();
    while !rest.is_empty() {
        let (key, after) = token(rest.strip_prefix(';')?.trim_start_matches(' '))?;
        let after = after.strip_prefix('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => token(after)?,
        };
        parameters.push((key, value));
        rest = after;
    }
    Some((kind, parameters))
}

/// A quoted string after its first quotation mark, and what follows it.
fn unquoted(text: &str) -> Option<(String, String)> {
    let (mut value, mut letters) = (String::new(), text.chars());
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str().to_owned())),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
}

fn decoded(escaped: &str) -> String {
    let mut parts = escaped.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_name_sent_to_the_api_leads_out_of_the_folder_or_into_a_header() {
    let case = case();
    let sent = names().into_iter().enumerate().map(|(number, name)| {
        let bytes = pdf(&format!("/Lang (n{number})"));
        let licence = case.licence.id.to_string();
        let reply = case.pages.desk.send_file(&case.landlord, &licence, &name, "application/pdf", &bytes);
        (name, reply.expect(201).body)
    });
    case.judge(&sent.collect::<Vec<_>>());
}

#[test]
fn no_name_sent_on_a_page_leads_out_of_the_folder_or_into_a_header() {
    let case = case();
    let desk = &case.pages.desk;
    let demand = desk.world.served_demand(&case.licence, &["1"], "2025-01-23");
    let mut browser = case.pages.signed_in(case.licence.holder_id, Role::Landlord);
    let path = format!("/demands/{}/items/{}/files", demand.cover.id, demand.items[0].id);
    let mut sent = Vec::new();
    for (part, names) in names().chunks(40).enumerate() {
        let bytes = (0..names.len()).map(|number| pdf(&format!("/Lang (n{part}x{number})"))).collect::<Vec<_>>();
        let files = names.iter().zip(&bytes).map(|(name, bytes)| (name.as_str(), "application/pdf", bytes.as_slice()));
        let form = browser.open(&path);
        browser.send_files(&form, &files.collect::<Vec<_>>()).expect(303);
        for (name, bytes) in names.iter().zip(&bytes) {
            // The same bytes again are known, and told with the name that they came under.
            let licence = case.licence.id.to_string();
            let known = desk.send_file(&case.landlord, &licence, "again.pdf", "application/pdf", bytes).expect(200);
            sent.push((name.clone(), known.body));
        }
    }
    case.judge(&sent);
}
