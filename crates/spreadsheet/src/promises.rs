//! What an officer can rely on when a real file is read.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use domain::property::Dwelling;

const GOOD_CSV: &[u8] = include_bytes!("../../../tests/data/import/good.csv");
const GOOD_XLSX: &[u8] = include_bytes!("../../../tests/data/import/good.xlsx");
const FAULTS_CSV: &[u8] = include_bytes!("../../../tests/data/import/faults.csv");
const FAULTS_XLSX: &[u8] = include_bytes!("../../../tests/data/import/faults.xlsx");

const SHORT: &str = "Property address,Postcode,Applicant name,Date submitted";

fn today() -> NaiveDate {
    "2025-02-01".parse().unwrap()
}

fn rows(bytes: &[u8], name: &str) -> Vec<Result<ApplicationRow, Vec<CellFault>>> {
    read(bytes, name).unwrap().applications(today())
}

fn faults(text: &str) -> Vec<String> {
    let read = rows(text.as_bytes(), "typed.csv");
    read.into_iter().filter_map(Result::err).flatten().map(|fault| fault.to_string()).collect()
}

fn person(name: &str, email: Option<&str>, address: Option<&str>) -> Person {
    Person { name: name.to_owned(), email: email.map(str::to_owned), address: address.map(str::to_owned) }
}

#[test]
fn a_workbook_and_its_csv_give_the_same_applications() {
    let workbook = rows(GOOD_XLSX, "good.xlsx");
    assert!(workbook.iter().all(Result::is_ok), "{workbook:?}");
    let without_rows = |read: Vec<Result<ApplicationRow, _>>| read.into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(without_rows(workbook), without_rows(rows(GOOD_CSV, "good.csv")));
}

#[test]
fn an_application_is_read_in_full() {
    let read = rows(GOOD_XLSX, "good.xlsx");
    let [Ok(first), Ok(second)] = read.as_slice() else { panic!("{read:?}") };
    let zoe = person("Zoë O’Neill", Some("zoe@example.org"), Some("5 Invented Road, Stockton, TS19 0AA"));
    let expected = ApplicationRow {
        row: 2,
        reference: Some("SL/0001".to_owned()),
        uprn: Some("100110012345".to_owned()),
        address: "1 Made Up Street, Stockton-on-Tees".to_owned(),
        street: Some("Made Up Street".to_owned()),
        postcode: "TS18 1AB".to_owned(),
        area: Some("Central Stockton".to_owned()),
        applicant: zoe.clone(),
        holder: zoe,
        manager: None,
        agent: None,
        submitted_on: "2025-01-22".parse().unwrap(),
        households: Some(1),
        occupiers: Some(3),
        gas_supplied: Some(true),
        declarations_signed: Some(true),
        dwelling: Some(Dwelling::House),
        paid: Some(Paid::Pence(95_000)),
    };
    assert_eq!(*first, expected);
    assert_eq!(second.holder, person("Bea Khan", None, None));
    assert_eq!(second.agent, Some(person("Carl Agent", Some("carl@example.net"), None)));
    assert_eq!(second.submitted_on.to_string(), "2025-01-21");
}

#[test]
fn every_fault_of_every_row_is_told_at_once_in_the_words_of_the_spreadsheet() {
    let expected = [
        "row 5, UPRN \"10011001234X\": a UPRN has 1 to 12 digits and nothing else: correct it, or leave the cell empty",
        "row 5, Postcode \"TS18\": this is not a postcode such as TS18 1AB: correct it",
        "row 5, Applicant email \"dee at home\": this is not an e-mail address such as name@example.org: correct it, or leave the cell empty",
        "row 5, Date submitted \"31/02/2025\": there is no such day: write day, month and year in that order, for example 22/01/2025",
        "row 5, Number of occupiers \"999\": this must be a whole number from 0 to 500: correct it",
        "row 5, Gas? (Y/N) \"maybe\": write yes or no, or leave the cell empty",
        "row 5, Property type \"Caravan\": this kind of dwelling is not known: write house, flat, bungalow, room or building",
        "row 6, Application ref \"SL/0001\": the same application is in row 4 already: delete one of the two rows",
        "row 7, Address line 1: this is needed: fill it in",
        "row 7, Postcode: this is needed: fill it in",
        "row 7, Applicant name: this is needed: fill it in",
        "row 7, Agent email \"x@example.org\": there is no name to go with this: fill in \"Agent name\"",
        "row 7, Date submitted: this is needed: fill it in",
    ];
    for (bytes, name) in [(FAULTS_XLSX, "faults.xlsx"), (FAULTS_CSV, "faults.csv")] {
        let read = rows(bytes, name);
        assert!(read.first().unwrap().is_ok());
        let told: Vec<String> = read.into_iter().filter_map(Result::err).flatten().map(|f| f.to_string()).collect();
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn columns_that_are_not_read_are_listed() {
    let sheet =
        read(b"Address,Postcode,Applicant,Received,Fee due\n1 A St,TS18 1AB,Bo,1/1/2024,1\n", "due.csv").unwrap();
    assert_eq!(sheet.ignored(), [Ignored { heading: "Fee due".to_owned(), instead: None }]);
    let text = "Received,Date submitted,Address,Postcode,Applicant\n1/1/2024,22/01/2025,1 A St,TS18 1AB,Bo\n";
    let sheet = read(text.as_bytes(), "two-dates.csv").unwrap();
    let unread = Ignored { heading: "Received".to_owned(), instead: Some("Date submitted".to_owned()) };
    assert_eq!(sheet.ignored(), [unread]);
    let read = sheet.applications(today());
    assert_eq!(read.first().unwrap().as_ref().unwrap().submitted_on.to_string(), "2025-01-22");
}

#[test]
fn the_key_stays_the_same_however_the_row_is_typed_and_shows_no_name() {
    let key = |text: &str| rows(text.as_bytes(), "k.csv").remove(0).unwrap().key();
    let one = key(&format!("{SHORT}\n\"1 High Street, Stockton\",TS18 1AB,Zoë Khan,22/01/2025"));
    let two = key(&format!("{SHORT}\n\"1 HIGH STREET  STOCKTON TS18 1AB\",ts181ab,ZOË KHAN,22 Jan 2025"));
    assert_eq!(one, two);
    assert!(one.starts_with("facts:") && one.len() == 70 && !one.contains("khan"), "{one}");
    let other_day = key(&format!("{SHORT}\n\"1 High Street, Stockton\",TS18 1AB,Zoë Khan,23/01/2025"));
    assert_ne!(one, other_day);
    let by_reference = key(&format!("Ref,{SHORT}\nsl-0001,Elsewhere,TS18 1AB,Bo,22/01/2025"));
    assert_eq!(by_reference, "ref:sl0001");
}

#[test]
fn rows_that_contradict_each_other_are_both_refused() {
    let told = faults(&format!(
        "Ref,{SHORT}\nA1,1 High Street,TS18 1AB,Bo,22/01/2025\nA2,2 High Street,TS18 1AB,Bo,22/01/2025\nA1,3 High Street,TS18 1AB,Bo,22/01/2025"
    ));
    let says = "has the same application but says something else: correct one, or delete one of the two rows";
    assert_eq!(told, [format!("row 2, Ref \"A1\": row 4 {says}"), format!("row 4, Ref \"A1\": row 2 {says}")]);
}

#[test]
fn the_postcode_may_stand_at_the_end_of_the_address() {
    let text = "Property address,Applicant,Received\n\"1 High Street, Stockton, ts18 1ab\",Bo,22/01/2025\n2 High Street,Bo,22/01/2025";
    let read = rows(text.as_bytes(), "a.csv");
    let first = read.first().unwrap().as_ref().unwrap();
    assert_eq!((first.address.as_str(), first.postcode.as_str()), ("1 High Street, Stockton", "TS18 1AB"));
    let wrong = "row 3, Property address \"2 High Street\": no postcode such as TS18 1AB stands at the end of the address: \
                 add it, or add a column \"Postcode\"";
    assert_eq!(faults(text), [wrong]);
}

#[test]
fn a_holder_or_manager_may_be_said_to_be_the_applicant() {
    let text = format!(
        "{SHORT},Applicant email,Proposed holder,Manager,Agent\n1 High St,TS18 1AB,Bo Li,22/01/2025,bo@example.org,bo li,Same as applicant,None"
    );
    let read = rows(text.as_bytes(), "a.csv");
    let row = read.first().unwrap().as_ref().unwrap();
    assert_eq!(row.holder.email.as_deref(), Some("bo@example.org"));
    assert_eq!(row.manager, Some(row.applicant.clone()));
    assert_eq!(row.agent, None);
}

#[test]
fn a_file_that_cannot_be_read_says_what_to_do() {
    let csv = |text: &str| text.as_bytes().to_vec();
    let long = format!("{SHORT}\n{}", "1 High Street,TS18 1AB,Bo,22/01/2025\n".repeat(MAX_ROWS + 1));
    let cases: [(Vec<u8>, &str); 11] = [
        (csv(""), "the file is empty"),
        (csv("\n,,\n"), "the file is empty"),
        (csv(SHORT), "there are no applications below the headings in row 1"),
        (
            csv("hello\nworld"),
            "no row of headings was found in the first 20 rows: the file needs headings such as Property address, Postcode",
        ),
        (
            csv("UPRN,Street,Agent\n1,2,3"),
            "row 1 has no heading for: Property address, Postcode, Applicant name, Date submitted.",
        ),
        (csv(&format!("{SHORT},post code\n1,2,3,4,5")), "row 1 has the heading \"post code\" twice"),
        (csv(&long), "the file has more than 50000 rows"),
        (vec![b' '; MAX_BYTES + 1], "the file is larger than 20 MB"),
        (b"%PDF-1.7 ...".to_vec(), "form is not a spreadsheet"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "form is an old Excel file or protected by a password"),
        (GOOD_XLSX.get(..3000).unwrap().to_vec(), "form cannot be read as a workbook"),
    ];
    for (bytes, expected) in cases {
        let told = read(&bytes, "form").unwrap_err().to_string();
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn the_largest_file_is_read() {
    use std::fmt::Write as _;
    let mut text = format!("Ref,{SHORT}\n");
    for number in 1..=MAX_ROWS {
        writeln!(text, "A{number},{number} High Street,TS18 1AB,Bo,22/01/2025").unwrap();
    }
    let read = rows(text.as_bytes(), "large.csv");
    assert_eq!((read.len(), read.iter().filter(|row| row.is_ok()).count()), (MAX_ROWS, MAX_ROWS));
}

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(cells in prop::collection::vec("[^,\n]{0,30}", 8), junk in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = format!("UPRN,{SHORT},Applicant email,Gas,Agent\n{}", cells.join(","));
        if let Ok(sheet) = read(text.as_bytes(), "typed.csv") {
            prop_assert_eq!(sheet.applications(today()).len(), sheet.row_count());
        }
        let _ = read(&junk, "junk");
        let broken: Vec<u8> = GOOD_XLSX.iter().enumerate().map(|(at, byte)| if junk.get(at % 301).is_some_and(|b| *b < 2) { !byte } else { *byte }).collect();
        let _ = read(&broken, "broken.xlsx");
    }
}
