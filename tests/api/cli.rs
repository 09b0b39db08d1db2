//! The command line, run as a process of its own in a folder of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use selective_licensing::actions::Service;
use selective_licensing::actions::{Error, Expected, demands, documents, fees, gazetteer, licences};
use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::actor::Actor;
use selective_licensing::domain::calendar::Method;
use selective_licensing::domain::demand::Demand;
use selective_licensing::domain::document;
use selective_licensing::domain::id::Ids;
use selective_licensing::domain::licence::Grant;
use selective_licensing::domain::party::{PartyFacts, PartyKind};
use selective_licensing::domain::property::PropertyFacts;
use selective_licensing::domain::scheme::FeePart;
use selective_licensing::jobs::check::{self, Run};
use selective_licensing::settings::Settings;
use selective_licensing::storage::applications;
use selective_licensing::storage::checks::StartedBy;
use serde_json::Value;

use crate::support::ROOT;
use crate::support::database::UNGUARDED_FILE;
use crate::support::world::everything;

/// A council's machine: an empty folder in which `licensing` is run.
struct Machine {
    folder: tempfile::TempDir,
}

struct Told {
    code: i32,
    out: String,
    err: String,
}

impl Machine {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn variables(&self) -> Vec<(String, String)> {
        let own = |key: &str, value: String| (key.to_owned(), value);
        vec![
            own("LICENSING__DATABASE__URL", format!("sqlite://{}", self.path("licensing.sqlite").display())),
            own("LICENSING__MAIL__FOLDER", self.path("mail").display().to_string()),
            own("LICENSING__FILES__URL", self.path("files").display().to_string()),
        ]
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_licensing"));
        command.args(line).current_dir(self.folder.path()).envs(self.variables()).env_remove("LICENSING_CONFIG");
        command
    }

    fn run(&self, line: &[&str]) -> Told {
        told(&self.command(line).output().unwrap())
    }

    fn app(&self, at: &str) -> App {
        let settings = Settings::load(None, self.variables(), |_| Err("no secrets here".to_owned())).unwrap();
        App::open(settings, &pdf::Typst, Clock::fixed(at.parse::<DateTime<Utc>>().unwrap()), Ids::seeded(1)).unwrap()
    }

    fn change_rows(&self, file: &str, sql: &str) {
        let mut db = SqliteConnection::establish(&self.path(file).to_string_lossy()).unwrap();
        db.batch_execute(&format!("{UNGUARDED_FILE}; {sql}")).unwrap();
    }
}

fn told(output: &Output) -> Told {
    Told {
        code: output.status.code().expect("the process was ended by a signal"),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

impl Told {
    /// What was written, if the process ended with that code.
    #[track_caller]
    fn with_code(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    fn refused_with(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.err
    }
}

fn sample(name: &str) -> String {
    Path::new(ROOT).join("tests/data/import").join(name).display().to_string()
}

/// A demand for the gas record, handed over on Wednesday 22 January 2025.
fn demand(app: &App) -> Demand {
    let cx = app.context(Actor::operator());
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    app.db
        .write(|tx| {
            let khan = PartyFacts {
                kind: PartyKind::Person,
                name: "A Khan".to_owned(),
                address: "5 Invented Road, TS19 0AA".to_owned(),
                email: None,
                phone: None,
                company_number: None,
            };
            let khan = gazetteer::add_party(tx, &cx, khan)?;
            let home = PropertyFacts {
                address: "1 Made Up Street".to_owned(),
                postcode: "TS18 1AB".to_owned(),
                area_code: Some("newton".to_owned()),
                gas_supplied: Some(true),
                ..PropertyFacts::default()
            };
            let home = gazetteer::add_property(tx, &cx, &app.rules, home)?;
            let grant = Grant {
                number: "SL/2025/00001".to_owned(),
                application_id: None,
                property_id: home.id,
                address_search: home.search,
                holder_id: khan.id,
                manager_id: None,
                agent_id: None,
                area_code: home.area_code,
                granted_on: day("2025-01-20"),
                starts_on: day("2025-01-20"),
                years: 4,
                start_authority: None,
            };
            let licence = licences::grant(tx, &cx, &app.rules, grant, &[])?;
            let drafted = demands::draft(tx, &cx, &app.rules, demands::Asked::of(licence.id, vec!["1".to_owned()]))?;
            let issued = demands::issue(tx, &cx, drafted.cover.id, Expected(drafted.cover.revision))?;
            let service = Service {
                method: Method::DeliveredByHand,
                dispatched_at: day("2025-01-22").and_hms_opt(9, 30, 0).unwrap(),
                address: None,
                evidence: Some("handed over by Amy".to_owned()),
                proved: None,
            };
            let (id, revision) = (issued.cover.id, issued.cover.revision);
            demands::record_service(tx, &cx, &app.rules, id, Expected(revision), issued.recipients[0].id, service)
        })
        .unwrap()
}

#[test]
fn a_scheme_file_is_reported_with_every_fault_and_its_line() {
    let machine = Machine::new();
    std::fs::write(machine.path("scheme.toml"), "code = \"x\"\nversion = 0\nfoo = 1\n").unwrap();
    let out = machine.run(&["scheme", "check", "scheme.toml"]).with_code(1);
    assert!(out.contains("scheme.toml:2:"), "{out}");
    assert!(out.contains("scheme.toml:3:"), "{out}");
    assert!(out.contains("designation"), "{out}");

    let out = machine.run(&["scheme", "check", "config/schemes/stockton-2024.toml"]).with_code(0);
    assert!(out.starts_with("no faults"), "{out}");
    assert!(out.contains("Gas safety record"), "{out}");
}

#[test]
fn the_templates_of_letters_are_written_out_checked_and_never_written_over() {
    let machine = Machine::new();
    let out = machine.run(&["wording", "export", "letters"]).with_code(0);
    assert!(out.contains("templates written to letters"), "{out}");
    assert!(machine.run(&["wording", "check", "letters"]).with_code(0).starts_with("no faults"));
    std::fs::write(machine.path("letters/foot.txt"), "Yours\n").unwrap();
    let err = machine.run(&["wording", "export", "letters"]).refused_with(1);
    assert!(err.contains("cannot be written"), "{err}");
    let out = machine.run(&["wording", "check", "letters"]).with_code(1);
    assert!(out.contains("the letter must give \"office.telephone\""), "{out}");
}

#[test]
fn every_letter_is_printed_with_made_up_records_in_the_councils_words_and_none_with_a_faulty_one() {
    let machine = Machine::new();
    let out = machine.run(&["wording", "preview", "specimens"]).with_code(0);
    let printed = std::fs::read_dir(machine.path("specimens")).unwrap().count();
    assert_eq!(out, format!("{printed} specimens printed to specimens\n"));
    for code in ["A4", "A7", "D1", "E2", "I1", "N1", "T1", "U3", "V1"] {
        assert!(
            std::fs::read(machine.path(&format!("specimens/{code}-1.pdf"))).unwrap().starts_with(b"%PDF-"),
            "{code}"
        );
    }
    assert!(machine.run(&["wording", "preview", "specimens"]).refused_with(1).contains("cannot be written"));
    machine.run(&["wording", "export", "letters"]).with_code(0);
    std::fs::write(machine.path("letters/foot.txt"), "Yours\n").unwrap();
    let out = machine.run(&["wording", "preview", "own", "--wording", "letters"]).with_code(1);
    assert!(out.contains("the letter must give \"office.telephone\""), "{out}");
    assert!(!machine.path("own").exists());
}

#[test]
fn all_faults_of_the_settings_are_told_together_and_are_bad_use() {
    let machine = Machine::new();
    std::fs::write(machine.path("licensing.toml"), "[check]\nat = \"late\"\nbach = 5\n").unwrap();
    let mut command = machine.command(&["check"]);
    let err = told(&command.env("LICENSING__MAIL__WORKERS", "many").output().unwrap()).refused_with(2);
    for fault in ["licensing.toml:2:", "licensing.toml:3:", "LICENSING__MAIL__WORKERS"] {
        assert!(err.contains(fault), "{fault}: {err}");
    }
    assert!(!machine.path("licensing.sqlite").exists());
}

#[test]
fn what_is_typed_wrongly_is_bad_use() {
    let machine = Machine::new();
    let cases: [&[&str]; 6] = [
        &[],
        &["chek"],
        &["check", "--on", "2025-2-30"],
        &["officer", "add", "Amy", "amy at home", "--role", "officer"],
        &["officer", "add", "Amy", "amy@council.example", "--role", "operator"],
        &["token", "issue", "amy@council.example", "--label", "x", "--days", "0"],
    ];
    for line in cases {
        machine.run(line).refused_with(2);
    }
    assert!(!machine.path("licensing.sqlite").exists());
}

#[test]
fn a_token_is_shown_once_and_stops_when_it_is_revoked() {
    let machine = Machine::new();
    let add = ["officer", "add", "Amy Shah", "Amy@council.example", "--role", "officer"];
    machine.run(&add).with_code(0);
    assert!(machine.run(&add).refused_with(1).contains("already"));
    let khan = ["officer", "add", "A Khan", "khan@example.org", "--role", "landlord"];
    assert!(machine.run(&khan).refused_with(1).contains("--party"));

    let issued = machine.run(&["token", "issue", "amy@council.example", "--label", "laptop"]).with_code(0);
    let secret = issued.lines().next().unwrap();
    assert!(secret.starts_with("slt_"), "{issued}");
    let listed = machine.run(&["token", "list", "amy@council.example"]).with_code(0);
    assert!(listed.contains("laptop") && listed.contains("until"), "{listed}");
    assert!(!listed.contains(secret));
    let id = listed.split_whitespace().next().unwrap();
    machine.run(&["token", "revoke", id]).with_code(0);
    assert!(machine.run(&["token", "list", "amy@council.example"]).with_code(0).contains("revoked on"));
    machine.run(&["token", "revoke", id]).refused_with(1);

    let entrusted = machine.run(&["officer", "references", "amy@council.example", "yes"]).with_code(0);
    assert!(entrusted.contains("may read and work references"), "{entrusted}");
    machine.run(&["officer", "disable", "amy@council.example"]).with_code(0);
    assert!(machine.run(&["officer", "list"]).with_code(0).contains("disabled"));
    machine.run(&["officer", "disable", "amy@council.example"]).refused_with(1);
    machine.run(&["token", "issue", "amy@council.example", "--label", "again"]).refused_with(1);

    let new = ["officer", "add", "Tom Lee", "tom@council.example", "--role", "officer", "--invited"];
    machine.run(&new).with_code(0);
    let active = machine.run(&["officer", "activate", "tom@council.example"]).with_code(0);
    assert!(active.contains("may use the service as officer"), "{active}");
    for email in ["tom@council.example", "amy@council.example"] {
        assert!(machine.run(&["officer", "activate", email]).refused_with(1).contains("only one that is invited"));
    }
    machine.run(&["audit", "verify"]).with_code(0);
}

#[test]
fn the_same_file_imported_twice_adds_nothing() {
    let machine = Machine::new();
    let (csv, xlsx) = (sample("good.csv"), sample("good.xlsx"));
    let first = machine.run(&["import", "applications", &csv]).with_code(0);
    assert!(first.contains("2 added, 0 there already"), "{first}");
    assert!(first.contains("drafts") && first.contains("row 3: Bea Khan"), "{first}");
    let events = machine.run(&["audit", "verify"]).with_code(0);
    for file in [&csv, &xlsx] {
        let again = machine.run(&["import", "applications", file]).with_code(0);
        assert!(again.contains("0 added, 2 there already"), "{again}");
    }
    assert_eq!(machine.run(&["audit", "verify"]).with_code(0), events);
}

#[test]
fn an_imported_application_owes_its_fee_less_what_the_file_says_was_paid() {
    let machine = Machine::new();
    let file = "Application ref,Address,Postcode,Applicant,Date submitted,Fee paid (£)\n\
        A1,1 Invented Street,TS18 1AB,Bo,22/01/2025,\"£600.00\"\n\
        A2,2 Invented Street,TS18 1AB,Bo,22/01/2025,yes\n\
        A3,3 Invented Street,TS18 1AB,Bo,22/01/2025,\n";
    std::fs::write(machine.path("fees.csv"), file).unwrap();
    machine.run(&["import", "applications", "fees.csv"]).with_code(0);
    let app = machine.app("2025-02-01T10:00:00Z");
    let sums = app.db.read(|db| {
        let listed = applications::list(db, &applications::Filter::default(), &everything())?;
        let account = |one| fees::account(db, one).map(|account| account.balance().of(FeePart::Whole));
        listed.rows.iter().map(account).collect::<Result<Vec<_>, Error>>()
    });
    let mut sums = sums.unwrap().into_iter().map(|sums| (sums.paid, sums.outstanding())).collect::<Vec<_>>();
    sums.sort_unstable();
    assert_eq!(sums, [(0, 65_300), (60_000, 5_300), (65_300, 0)]);
}

#[test]
fn a_file_with_bad_rows_stores_nothing_unless_the_good_ones_are_asked_for() {
    let machine = Machine::new();
    let file = sample("faults.csv");
    let refused = machine.run(&["import", "applications", &file]).with_code(1);
    assert!(refused.contains("row 5, UPRN \"10011001234X\""), "{refused}");
    assert!(refused.contains("row 7, Applicant name"), "{refused}");
    assert!(refused.contains("Nothing was stored"), "{refused}");
    let partly = machine.run(&["import", "applications", &file, "--partial"]).with_code(3);
    assert!(partly.contains("1 added, 0 there already"), "{partly}");
}

#[test]
fn a_row_that_reads_well_but_fits_no_area_stores_nothing_of_the_whole_file() {
    let machine = Machine::new();
    let head = "Property address,Postcode,UPRN,Licence area,Applicant name,Date submitted";
    let good = "1 Made Up Street,TS18 1AB,100,Newtown,Zoe Test,22/01/2025";
    let far = "2 Made Up Street,TS18 1AB,101,Atlantis,Zoe Test,22/01/2025";
    let clash = "3 Made Up Street,TS18 9ZZ,100,Newtown,Yan Test,22/01/2025";
    std::fs::write(machine.path("new.csv"), [head, good, far, clash].join("\n")).unwrap();
    let out = machine.run(&["import", "applications", "new.csv"]).with_code(1);
    assert!(out.contains("row 3, Licence area \"Atlantis\": not an area of the scheme"), "{out}");
    assert!(out.contains("row 4, UPRN \"100\": this UPRN is 1 Made Up Street"), "{out}");
    std::fs::write(machine.path("good.csv"), [head, good].join("\n")).unwrap();
    let out = machine.run(&["import", "applications", "good.csv"]).with_code(0);
    assert!(out.contains("1 added, 0 there already"), "{out}");
}

#[test]
fn any_change_behind_the_services_back_is_found_and_named() {
    let tamperings = [
        ("UPDATE events SET body = replace(body, '\"role\":\"operator\"', '\"role\":\"auditor!\"') WHERE seq = 2", 2),
        ("DELETE FROM events WHERE chain = 'service' AND seq = 2", 2),
        ("UPDATE events SET subject = 'another' WHERE chain = 'service' AND seq = 1", 1),
        ("DELETE FROM events WHERE chain = 'service' AND seq = (SELECT max(seq) FROM events)", 3),
    ];
    for (sql, seq) in tamperings {
        let machine = Machine::new();
        machine.run(&["officer", "add", "Amy", "amy@council.example", "--role", "officer"]).with_code(0);
        machine.run(&["token", "issue", "amy@council.example", "--label", "one"]).with_code(0);
        machine.run(&["token", "issue", "amy@council.example", "--label", "two"]).with_code(0);
        machine.run(&["audit", "verify"]).with_code(0);
        machine.change_rows("licensing.sqlite", sql);
        let out = machine.run(&["audit", "verify"]).with_code(1);
        assert!(out.contains(&format!("FAULT: service event {seq} ")), "{sql}: {out}");
        machine.run(&["audit", "verify", "--chain", "service"]).with_code(1);
    }
}

#[test]
fn a_chain_or_a_database_that_is_not_there_is_not_all_right() {
    let machine = Machine::new();
    assert!(machine.run(&["audit", "verify"]).refused_with(1).contains("there is no database"));
    assert!(!machine.path("licensing.sqlite").exists());
    machine.run(&["officer", "list"]).with_code(0);
    assert!(machine.run(&["audit", "verify", "--chain", "case:1"]).refused_with(1).contains("no chain case:1"));
}

#[test]
fn the_export_is_verified_by_the_python_verifier() {
    let machine = Machine::new();
    machine.run(&["import", "applications", &sample("good.csv")]).with_code(0);
    machine.run(&["check"]).with_code(0);
    machine.run(&["audit", "export", "audit.jsonl"]).with_code(0);
    machine.run(&["audit", "export", "audit.jsonl"]).refused_with(1);
    let verifier = Path::new(ROOT).join("tests/verify_audit.py");
    let python = Command::new("python3").arg(verifier).arg(machine.path("audit.jsonl")).output();
    let Ok(python) = python else { return };
    let python = told(&python).with_code(0);
    assert_eq!(python, machine.run(&["audit", "verify"]).with_code(0));
}

#[test]
fn a_backup_is_verified_and_can_be_restored() {
    let machine = Machine::new();
    machine.run(&["import", "applications", &sample("good.csv")]).with_code(0);
    let before = machine.run(&["audit", "verify"]).with_code(0);
    let out = machine.run(&["backup", "copy.sqlite"]).with_code(0);
    assert!(out.contains("SHA-256") && out.contains("all right"), "{out}");
    machine.run(&["backup", "copy.sqlite"]).refused_with(1);

    machine.run(&["officer", "add", "Amy", "amy@council.example", "--role", "officer"]).with_code(0);
    assert!(machine.run(&["mail", "release"]).with_code(0).contains("not held already"), "the original sends on");
    std::fs::copy(machine.path("copy.sqlite"), machine.path("licensing.sqlite")).unwrap();
    assert_eq!(machine.run(&["audit", "verify"]).with_code(0), before);
    assert!(machine.run(&["officer", "list"]).with_code(0).is_empty());
    assert!(machine.run(&["mail", "hold"]).with_code(0).contains("held already"), "a copy is held from the start");
    assert!(machine.run(&["mail", "release"]).with_code(0).contains("Mail is not held;"));
    assert_ne!(machine.run(&["audit", "verify"]).with_code(0), before, "letting go is on record");

    machine.change_rows("licensing.sqlite", "UPDATE events SET subject = 'another' WHERE chain = 'service'");
    assert!(machine.run(&["backup", "bad.sqlite"]).with_code(1).contains("FAULT"));
}

#[test]
fn every_file_is_verified_and_copied_beside_a_backup() {
    let machine = Machine::new();
    let app = machine.app("2025-01-22T10:00:00Z");
    let licence = demand(&app).cover.licence_id;
    let cx = app.context(Actor::operator());
    let mut incoming = app.files.begin().unwrap();
    incoming.write(b"%PDF-1.7 and so on").unwrap();
    let file = incoming.end();
    let sha256 = file.sha256().to_owned();
    app.files.keep(file).unwrap();
    let facts = document::Facts { media_type: document::MediaType::Pdf, bytes: 18, name: "gas.pdf".to_owned() };
    let home = app.db.read(|db| documents::home_of(db, &cx, document::Under::Licence(licence))).unwrap();
    let arrival = document::Arrival { under: document::Under::Licence(licence), home, sha256: sha256.clone(), facts };
    let room = app.settings.files.room;
    app.db.write(|tx| documents::receive(tx, &cx, arrival.clone(), room, false)).unwrap();

    assert!(machine.run(&["documents", "verify"]).with_code(0).contains("1 file as they came"));
    machine.run(&["backup", "copy.sqlite"]).with_code(0);
    let place = format!("{}/{}/{sha256}", &sha256[..2], &sha256[2..4]);
    assert_eq!(std::fs::read(machine.path("copy.sqlite.files").join(&place)).unwrap(), b"%PDF-1.7 and so on");
    std::fs::write(machine.path("files").join(&place), b"%PDF-1.7 and so no").unwrap();
    assert!(machine.run(&["documents", "verify"]).with_code(1).contains(&format!("FAULT: {sha256} was changed")));
    machine.run(&["backup", "bad.sqlite"]).refused_with(1);
    std::fs::remove_file(machine.path("files").join(&place)).unwrap();
    assert!(machine.run(&["documents", "verify"]).with_code(1).contains("cannot be read"));
}

#[test]
fn what_a_dry_run_foretells_is_what_the_run_does_and_a_second_run_does_nothing() {
    let machine = Machine::new();
    demand(&machine.app("2025-01-22T10:00:00Z"));
    let line = ["check", "--on", "2025-02-06", "--json"];
    let json = |line: &[&str]| serde_json::from_str::<Value>(&machine.run(line).with_code(0)).unwrap();
    let foretold = json(&[&line[..], &["--dry-run"]].concat());
    let table = machine.run(&["check", "--on", "2025-02-06", "--dry-run"]).with_code(0);
    assert!(table.contains("A Khan, 5 Invented Road, TS19 0AA"), "{table}");
    assert!(table.contains("1 breach to propose"), "{table}");
    let done = json(&line);
    let actions = done["actions"].as_array().unwrap();
    assert!(actions.iter().any(|action| action["action"] == "propose_breach"), "{done}");
    assert!(actions.iter().any(|action| action["action"] == "remind" && action["rung"] == 1), "{done}");
    assert!(actions.iter().any(|action| action["action"] == "supersede" && action["rung"] == -7), "{done}");
    assert_eq!(foretold["actions"], done["actions"]);
    assert_eq!(foretold["check"], Value::Null);
    assert_eq!(done["check"]["breaches"], 1);
    let again = json(&line);
    assert_eq!(again["actions"].as_array().unwrap().len(), 0, "{again}");
}

#[test]
fn a_demand_is_explained_date_by_date() {
    let machine = Machine::new();
    let demand = demand(&machine.app("2025-01-22T10:00:00Z"));
    machine.run(&["check", "--on", "2025-02-06"]).with_code(0);
    let out = machine.run(&["explain", &demand.cover.reference]).with_code(0);
    for sentence in [
        "Demand DEM/2025/00001 under licence SL/2025/00001",
        "Sent on Wednesday 22 January 2025 at 09:30 (delivered by hand), to 5 Invented Road",
        "Served on Wednesday 22 January 2025.",
        "Due on Wednesday 5 February 2025.",
        "14 days after Wednesday 22 January 2025",
        "Rule \"within days\", version 1; re-counted today: the same day.",
        "The council acts on a missed date from Thursday 6 February 2025.",
        "How it stands on",
        "overdue",
        "1 day after the due date, to A Khan, on Thursday 6 February 2025: letter by paper",
        "7 days before the due date, to A Khan, on Thursday 6 February 2025: overtaken",
        "for an officer to decide",
    ] {
        assert!(out.contains(sentence), "{sentence}:\n{out}");
    }
    assert_eq!(machine.run(&["explain", &demand.cover.id.to_string()]).with_code(0), out);
    assert!(machine.run(&["explain", "DEM/2025/99999"]).refused_with(1).contains("there is no demand"));
}

#[test]
fn a_check_after_the_clock_ran_backwards_is_held_until_a_person_says_that_it_is_right() {
    let machine = Machine::new();
    let app = machine.app("2199-01-01T02:30:00Z");
    let night = "2199-01-01".parse().unwrap();
    check::run(&app, Run { night, started_by: StartedBy::Schedule, clock_is_right: true }, &|_| {}).unwrap();
    drop(app);
    let out = machine.run(&["check"]).with_code(3);
    assert!(out.contains("held: nothing was sent"), "{out}");
    machine.run(&["check", "--clock-is-right"]).with_code(0);
}

#[test]
fn a_night_that_has_not_come_can_only_be_foretold() {
    let machine = Machine::new();
    assert!(machine.run(&["check", "--on", "2199-01-01"]).refused_with(1).contains("--dry-run"));
    machine.run(&["check", "--on", "2199-01-01", "--dry-run"]).with_code(0);
}

#[test]
fn health_is_what_the_service_answers() {
    let machine = Machine::new();
    for (answer, code) in [("200 OK", 0), ("503 Service Unavailable", 1)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let service = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let count = stream.read(&mut request).unwrap();
            write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        let mut command = machine.command(&["health"]);
        let output = command.env("LICENSING__SERVER__LISTEN", format!("0.0.0.0:{port}")).output().unwrap();
        told(&output).with_code(code);
        assert!(service.join().unwrap().starts_with("GET /health HTTP/1.1"));
    }
}

#[test]
fn a_reader_who_goes_away_causes_no_panic() {
    let machine = Machine::new();
    machine.run(&["officer", "add", "Amy", "amy@council.example", "--role", "officer"]).with_code(0);
    for line in [&["officer", "list"][..], &["scheme", "check", "config/schemes/stockton-2024.toml"], &["check"]] {
        let mut command = machine.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let told = told(&child.wait_with_output().unwrap());
        assert_eq!(told.code, 1, "{}", told.err);
        assert!(!told.err.contains("panicked"), "{}", told.err);
    }
}
