//! The shipped scheme, an invented one, and every fault with its line.

use super::*;
use crate::scheme::{GasYear, Ladder, LetterCode, NoNotice, ObligationKind, PostRule};

const INVENTED: &str = include_str!("../../../../tests/data/invented-scheme.toml");
const INVENTED_ADDRESSES: &str = include_str!("../../../../tests/data/invented-addresses.csv");

fn invented() -> Scheme {
    read("invented.toml", INVENTED, |_| Ok(INVENTED_ADDRESSES.to_owned())).unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// The invented scheme with some texts replaced: its faults as (line, path, message).
fn faults_after(changes: &[(&str, &str)], addresses: &str) -> Vec<(usize, String, String)> {
    let mut text = INVENTED.to_owned();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "{old:?} must stand once in the invented scheme");
        text = text.replace(old, new);
    }
    match read("invented.toml", &text, |_| Ok(addresses.to_owned())) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.line().unwrap(), fault.path, fault.message)).collect(),
    }
}

fn line_of(text: &str) -> usize {
    INVENTED.lines().position(|line| line == text).unwrap() + 1
}

#[test]
fn the_shipped_scheme_has_no_fault() {
    let scheme = shipped()
        .unwrap_or_else(|faults| panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")));
    assert_eq!(scheme.version_name(), "stockton-2024/1");
    assert_eq!(scheme.areas.len(), 3);
    assert_eq!(scheme.addresses.len(), 60);
}

#[test]
fn the_shipped_scheme_gives_the_days_of_the_brief() {
    let scheme = shipped().unwrap();
    let days = |kind: &str| {
        let kind = <crate::scheme::DocumentKind as crate::id::Spelled>::read(kind).unwrap();
        let on_demand =
            |condition: &&crate::scheme::Condition| condition.is_on_demand() && condition.is_answered_by(kind);
        scheme.conditions.iter().find(on_demand).and_then(|condition| condition.response_days)
    };
    assert_eq!(days("gas_safety_record"), Some(14));
    assert_eq!(days("electrical_report"), Some(7));
    assert_eq!(days("alarm_declaration"), Some(14));
    assert_eq!(days("inspection_record"), Some(14));
    assert_eq!(scheme.ladder_for_demand("1").rungs(), [-7, -3, -1, 0, 1]);
    assert_eq!(scheme.ladder_for_obligation(ObligationKind::GasYearly).unwrap().rungs(), [-60, -30, -7, 1]);
    assert_eq!(scheme.ladder_for_obligation(ObligationKind::LicenceEnd).unwrap().rungs(), [-90, -30]);
}

#[test]
fn an_area_is_found_by_code_name_or_other_name_however_it_is_typed() {
    let scheme = shipped().unwrap();
    for typed in ["newton", "Newton", "NEWTOWN", "  newtown ", "nwt"] {
        assert_eq!(scheme.area(typed).map(|area| area.code.as_str()), Some("newton"), "{typed:?}");
    }
    assert_eq!(scheme.area("central  stockton").map(|area| area.code.as_str()), Some("central-stockton"));
    assert_eq!(scheme.area("NTH").map(|area| area.name.as_str()), Some("North Thornaby"));
    for typed in ["", "thornaby", "newtons"] {
        assert!(scheme.area(typed).is_none(), "{typed:?}");
    }
}

#[test]
fn an_invented_scheme_needs_no_code_of_its_own() {
    let scheme = invented();
    assert_eq!(scheme.version_name(), "harbourside-2031/4");
    assert_eq!(scheme.area("BASIN").unwrap().code, "docks");
    assert!(scheme.area("newton").is_none());
    let gas = scheme.condition("MC-A").unwrap();
    assert_eq!((gas.response_days, gas.period_months), (Some(21), Some(11)));
    assert!(gas.applies(true) && !gas.applies(false));
    assert_eq!(scheme.ladder_for_demand("MC-A").rungs(), [-5, -2, 1, 4]);
    assert_eq!(scheme.ladder_for_demand("L7"), &Ladder { before: vec![4], on_the_day: true, after: vec![] });
    let gas_yearly = scheme.obligation(ObligationKind::GasYearly).unwrap();
    assert_eq!((gas_yearly.letter, gas_yearly.ladder.rungs()), (LetterCode::G1, vec![-45, -10, 0, 2]));
    assert_eq!(scheme.ladder_for_obligation(ObligationKind::LicenceEnd).unwrap().rungs(), [-120, 0]);
    assert!(scheme.obligation(ObligationKind::OwnInspection).is_none());
    assert_eq!((scheme.policy.post_rule, scheme.policy.gas_year_from), (PostRule::Cpr626, GasYear::LicenceAnniversary));
    let ground = scheme.exemption("lighthouse").unwrap();
    let available = ["2031-05-31", "2031-06-01", "2032-05-31", "2032-06-01"].map(|text| ground.is_available(day(text)));
    assert_eq!(available, [false, true, true, false]);
}

#[test]
fn an_address_is_placed_by_uprn_and_else_by_street_and_postcode() {
    let scheme = invented();
    let cases = [
        (Some("123456"), "St Marys Row", "HB2 2BB", Some("docks")),
        (Some(" 000000123456"), "", "", Some("docks")),
        (Some("999"), "st marys  ROW", "hb22bb", Some("hill-top")),
        (None, "St. Mary's Row", "HB2 2BB", Some("hill-top")),
        (None, "1 Quay Street", "HB1 1AA", None),
        (None, "", "HB2 2BB", None),
        (Some("not a number"), "Elsewhere", "HB2 2BB", None),
    ];
    for (uprn, street, postcode, area) in cases {
        assert_eq!(scheme.area_of_address(uprn, street, postcode), area, "{uprn:?} {street:?} {postcode:?}");
    }
}

#[test]
fn a_licence_ends_after_its_years_and_never_after_the_designation() {
    let scheme = shipped().unwrap();
    assert_eq!(scheme.latest_licence_end(day("2025-03-01")), day("2029-10-31"));
    assert_eq!(scheme.latest_licence_end(day("2024-10-01")), day("2029-09-30"));
    assert_eq!(scheme.latest_licence_end(day("2024-02-29")), day("2029-02-27"));
}

#[test]
fn ten_faults_are_reported_together_each_with_its_line() {
    let found = faults_after(
        &[
            ("version = 4", "version = \"four\""),
            ("ends_on = 2034-01-31", "ends_on = 2036-02-01"),
            ("name = \"Hill Top\"", "name = \"basin\""),
            ("before = [5, 2]", "before = [2, 5]"),
            ("response_days = 21", "response_day = 21"),
            ("\"inspection_record\", \"other\"", "\"inspection_record\", \"photograph\""),
            ("condition = \"MC-A\"", "condition = \"MC-B\""),
            ("title = \"Own visit\"", "title = \" \""),
            ("part_a_pence = 40000", "part_a_pence = 30000"),
            ("post_rule = \"cpr_6_26\"", "post_rule = \"cpr_6_27\""),
            ("consultation_days = 21", "consultation_days = 400"),
        ],
        INVENTED_ADDRESSES,
    );
    let places: Vec<_> = found.iter().map(|(line, path, _)| (*line, path.as_str())).collect();
    let expected = [
        (line_of("version = 4"), "version"),
        (line_of("ends_on = 2034-01-31"), "designation.ends_on"),
        (line_of("name = \"Hill Top\""), "areas[2].name"),
        (line_of("before = [5, 2]"), "ladders.demand.before"),
        (line_of("number = \"MC-A\"") - 1, "conditions[1].response_days"),
        (line_of("response_days = 21"), "conditions[1].response_day"),
        (line_of("title = \"Own visit\""), "conditions[2].title"),
        (line_of("documents = [\"inspection_record\", \"other\"]"), "conditions[2].documents[2]"),
        (line_of("condition = \"MC-A\""), "obligations[1].condition"),
        (line_of("total_pence = 90000"), "fees.total_pence"),
        (line_of("post_rule = \"cpr_6_26\""), "policy.post_rule"),
        (line_of("consultation_days = 21"), "policy.consultation_days"),
    ];
    assert_eq!(places, expected);
    let message = |path: &str| found.iter().find(|fault| fault.1 == path).map(|fault| fault.2.as_str()).unwrap();
    assert!(message("conditions[1].response_day").contains("did you mean `response_days`"));
    assert!(message("policy.post_rule").contains("did you mean \"cpr_6_26\""));
    assert!(message("version").contains("the text \"four\""));
}

#[test]
fn each_rule_of_the_file_has_its_fault() {
    let cases = [
        ("number = \"L7\"", "number = \"MC-A\"", "conditions[2].number", "two conditions"),
        ("code = \"hill-top\"", "code = \"docks\"", "areas[2].code", "two areas"),
        ("code = \"hill-top\"", "code = \"basin\"", "areas[2].code", "another area"),
        ("code = \"hill-top\"", "code = \"Hill Top\"", "areas[2].code", "is not a code"),
        ("response_days = 10", "response_days = 0", "conditions[2].response_days", "1 to 365"),
        ("response_days = 10", "", "conditions[2].response_days", "is missing"),
        ("period_months = 6", "", "conditions[2].period_months", "is missing"),
        ("duties = [\"periodic\", \"on_demand\"]", "duties = []", "conditions[2].duties", "no duty"),
        (
            "duties = [\"periodic\", \"on_demand\"]",
            "duties = [\"periodic\"]",
            "conditions[2].response_days",
            "has no use here",
        ),
        ("documents = [\"gas_safety_record\"]", "documents = []", "conditions[1].documents", "at least one"),
        ("applies_if = \"gas_supplied\"", "applies_if = \"gas\"", "conditions[1].applies_if", "always, gas_supplied"),
        ("before = [4]", "before = [10]", "conditions[2].ladder.before", "only 10 days"),
        ("before = [45, 10]", "before = [45, -10]", "ladders.obligation.before[2]", "-10 is outside"),
        ("after = [1, 4]", "after = [4, 1]", "ladders.demand.after", "must rise"),
        ("starts_on = 2031-02-01", "starts_on = 2035-02-01", "designation.ends_on", "not after the start"),
        ("approved_on = 2030-12-01", "approved_on = 2031-02-02", "designation.starts_on", "before the approval"),
        ("approved_on = 2030-12-01", "approved_on = \"2030-13-01\"", "designation.approved_on", "must be a date"),
        ("months = 11\nletter", "months = 12\nletter", "obligations[1].months", "make them equal"),
        ("condition = \"MC-A\"", "", "obligations[1].condition", "this obligation needs it"),
        (
            "duties = [\"on_demand\", \"periodic\"]",
            "duties = [\"on_demand\"]",
            "obligations[1].proposes_breach",
            "periodic",
        ),
        ("kind = \"licence_end\"", "kind = \"gas_yearly\"", "obligations[2].kind", "given twice"),
        ("letter = \"G1\"", "letter = \"G9\"", "obligations[1].letter", "\"G9\" is not known"),
        ("to = 2032-05-31", "to = 2031-05-31", "exemptions[1].to", "before the first day"),
        ("email_cut_off = 17:00:00", "email_cut_off = \"25:00\"", "policy.email_cut_off", "must be a time"),
        ("max_years = 3", "max_years = 6", "licence.max_years", "1 to 5"),
        ("confirmed = true", "confirmed = \"yes\"", "fees.confirmed", "true or false"),
        ("email = \"licensing@harbourside.example.org\"", "email = \"licensing\"", "council.email", "e-mail address"),
        ("\"invented-addresses.csv\"", "\"../addresses.csv\"", "addresses_file", "its name only"),
        ("[licence]", "[license]", "license", "did you mean `licence`"),
    ];
    for (old, new, path, message) in cases {
        let found = faults_after(&[(old, new)], INVENTED_ADDRESSES);
        assert!(
            found.iter().any(|fault| fault.1 == path && fault.2.contains(message)),
            "{old:?} -> {new:?}: {found:?}"
        );
    }
}

/// A fee that went up twice; the periods stand from line 2 on.
const PERIODS: &str = r#"[[fees.periods]]
from = 2031-02-01
to = 2032-01-31
total_pence = 80000
confirmed = true

[[fees.periods]]
from = 2032-02-01
total_pence = 90000
part_b_pence = 30000
confirmed = false

[[fees.periods.discounts]]
code = "early"
name = "Early"
pence = 60000
part = "a"
"#;

/// The invented scheme with these fees, and the line on which they begin.
fn with_fees(fees: &str) -> (Result<Scheme, Vec<Fault>>, usize) {
    let (before, rest) = INVENTED.split_once("[fees]\n").unwrap();
    let (_, after) = rest.split_once("[policy]").unwrap();
    let text = format!("{before}[fees]\n{fees}\n[policy]{after}");
    (read("invented.toml", &text, |_| Ok(INVENTED_ADDRESSES.to_owned())), before.lines().count() + 1)
}

#[test]
fn a_fee_with_dates_holds_from_its_first_to_its_last_day() {
    let fees = with_fees(PERIODS).0.unwrap().fees;
    let on = |text: &str| fees.on(day(text)).map(|period| (period.total_pence, period.split));
    for (text, expected) in [
        ("2031-01-31", None),
        ("2031-02-01", Some((80_000, None))),
        ("2032-01-31", Some((80_000, None))),
        ("2032-02-01", Some((90_000, Some((60_000, 30_000))))),
        ("2099-01-01", Some((90_000, Some((60_000, 30_000))))),
    ] {
        assert_eq!(on(text), expected, "{text}");
    }
    let (old, new) = (day("2031-06-01"), day("2032-06-01"));
    assert_eq!(fees.deciding(old, new), old);
    let by_charge = with_fees(&format!("day = \"charge\"\n{PERIODS}")).0.unwrap().fees;
    assert_eq!(by_charge.deciding(old, new), new);
    let single = invented().fees;
    assert_eq!(single.on(day("1999-01-01")).map(|period| period.split), Some(Some((40_000, 50_000))));
}

#[test]
fn each_fault_of_a_fee_with_dates_is_told_with_its_line() {
    let cases = [
        (
            "from = 2032-02-01",
            "from = 2032-02-02",
            9,
            "fees.periods[2].from",
            "leaves a gap: the period before ends on",
        ),
        ("from = 2032-02-01", "from = 2032-01-31", 9, "fees.periods[2].from", "overlaps: the period before ends on"),
        ("to = 2032-01-31\n", "", 8, "fees.periods[2].from", "no last day"),
        ("to = 2032-01-31", "to = 2030-01-31", 4, "fees.periods[1].to", "before the first day"),
        ("from = 2031-02-01\n", "", 2, "fees.periods[1].from", "is missing"),
        (
            "part_b_pence = 30000",
            "part_b_pence = 90001",
            10,
            "fees.periods[2].total_pence",
            "less than one of its parts",
        ),
        ("part = \"a\"\n", "", 17, "fees.periods[2].discounts[1].pence", "more than what it is taken off"),
        ("part = \"a\"", "part = \"whole\"", 18, "fees.periods[2].discounts[1].part", "write \"a\" or \"b\""),
        ("part_b_pence = 30000\n", "", 17, "fees.periods[2].discounts[1].part", "the parts of the fee are not given"),
        (
            "[[fees.periods]]\nfrom = 2031",
            "confirmed = true\n[[fees.periods]]\nfrom = 2031",
            2,
            "fees.confirmed",
            "stands beside",
        ),
        (
            "[[fees.periods]]\nfrom = 2031",
            "day = \"grant\"\n[[fees.periods]]\nfrom = 2031",
            2,
            "fees.day",
            "submission, charge",
        ),
    ];
    for (old, new, line, path, message) in cases {
        assert_eq!(PERIODS.matches(old).count(), 1, "{old:?}");
        let (read, first) = with_fees(&PERIODS.replace(old, new));
        let faults = read.unwrap_err();
        let found = faults.iter().map(|fault| (fault.line().unwrap() + 1 - first, fault.path.as_str(), &fault.message));
        let found = found.collect::<Vec<_>>();
        let told = |(at, place, said): &(usize, &str, &String)| (*at, *place) == (line, path) && said.contains(message);
        assert!(found.iter().any(told), "{new:?}: {found:?}");
    }
    let (none, _) = with_fees("periods = []");
    assert!(none.unwrap_err()[0].message.contains("has no period"));
}

#[test]
fn a_text_that_is_not_toml_is_reported_with_its_line() {
    let found = faults_after(&[("version = 4", "version = = 4")], INVENTED_ADDRESSES);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, line_of("version = 4"));
}

#[test]
fn address_rows_with_faults_are_named_by_line_beside_the_faults_of_the_scheme() {
    let addresses = "# Invented.\nuprn,street,postcode,area\n1,,,docks\n1,,,hill-top\n1234567890123,,,docks\n12a,,,docks\n\
                     2,,,marsh\n,Quay Street,,docks\n,Quay Street,HB1 1AA,docks\n,QUAY STREET,hb11aa,hill-top\n0,,,docks\n3,x\n01,,,docks\n";
    let found = faults_after(&[("version = 4", "version = 0")], addresses);
    let places: Vec<_> = found.iter().map(|(line, path, _)| (*line, path.as_str())).collect();
    let rows =
        [(4, "uprn"), (5, "uprn"), (6, "uprn"), (7, "area"), (8, "street"), (10, "street"), (11, "uprn"), (12, "")];
    assert_eq!(places.first(), Some(&(line_of("version = 4"), "version")));
    assert_eq!(places.get(1..), Some(rows.as_slice()));
}

#[test]
fn an_address_list_without_its_header_or_file_is_reported() {
    let found = faults_after(&[], "# Invented.\nuprn,road\n");
    assert_eq!(found.iter().map(|fault| fault.0).collect::<Vec<_>>(), [2]);
    let faults = read("invented.toml", INVENTED, |name| Err(format!("no {name}"))).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].line(), Some(line_of("addresses_file = \"invented-addresses.csv\"")));
}

const ENFORCEMENT: &str = r#"
[enforcement]
policy_steps = []
alert_days = [60, 7]

[[enforcement.periods]]
to = 2031-06-30
maximum_pence = 3000000
matrix = "first"
confirmed = true

[[enforcement.periods]]
from = 2031-07-01
maximum_pence = 4000000
matrix = "second"
confirmed = false

[[enforcement.periods.starts]]
code = "moderate"
name = "Moderate"
offence = "condition"
pence = 500000
"#;

fn with_enforcement(table: &str) -> Result<Scheme, Vec<Fault>> {
    read("invented.toml", &format!("{INVENTED}{table}"), |_| Ok(INVENTED_ADDRESSES.to_owned()))
}

#[test]
fn the_day_of_the_offence_decides_what_a_penalty_may_come_to() {
    let enforcement = with_enforcement(ENFORCEMENT).unwrap().enforcement;
    assert_eq!(
        (enforcement.policy_steps.as_slice(), enforcement.alert_days.as_slice()),
        ([].as_slice(), [60, 7].as_slice())
    );
    for (on, most, starts) in [("2000-01-01", 3_000_000, 0), ("2031-06-30", 3_000_000, 0), ("2031-07-01", 4_000_000, 1)]
    {
        let period = enforcement.on(day(on)).unwrap();
        assert_eq!((period.maximum_pence, period.starts.len()), (most, starts), "{on}");
    }
    let silent = invented().enforcement;
    assert_eq!((silent.policy_steps.len(), silent.alert_days.as_slice()), (2, [30, 14, 3].as_slice()));
    assert_eq!(silent.on(day("2031-01-01")), None);
}

#[test]
fn each_fault_of_the_enforcement_table_is_named() {
    for (old, new, path, part) in [
        ("[60, 7]", "[7, 60]", "enforcement.alert_days", "not in order"),
        ("[60, 7]", "[0]", "enforcement.alert_days", "1 to 180"),
        ("policy_steps = []", "policy_steps = [\"tea\"]", "enforcement.policy_steps", "warning"),
        ("from = 2031-07-01", "from = 2031-07-02", "enforcement.periods[2].from", "begin on 2031-07-01"),
        ("to = 2031-06-30\n", "", "enforcement.periods[2].from", "no last day"),
        ("to = 2031-06-30", "from = 2031-07-01\nto = 2031-06-30", "enforcement.periods[1].to", "before the first day"),
        ("matrix = \"first\"\n", "", "enforcement.periods[1].matrix", "is missing"),
        ("pence = 500000", "pence = 4000001", "enforcement.periods[2].starts[1].pence", "more than the most"),
    ] {
        assert_eq!(ENFORCEMENT.matches(old).count(), 1, "{old}");
        let faults = with_enforcement(&ENFORCEMENT.replace(old, new)).unwrap_err();
        assert!(
            faults.iter().any(|fault| fault.path.starts_with(path) && fault.message.contains(part)),
            "{old} to {new}: {faults:?}"
        );
    }
    let twice = ENFORCEMENT.to_owned() + &ENFORCEMENT[ENFORCEMENT.find("[[enforcement.periods.starts]]").unwrap()..];
    assert!(with_enforcement(&twice).unwrap_err()[0].message.contains("code of two starts"));
}

const INSPECTIONS: &str = r#"
[inspections]
within_years = 3
without_notice = ["offence_s95", "warrant"]

[inspections.risk]
overdue_item = 1
breach = 2
category_1 = 3
category_2 = 4
enquiry = 5
holder_breach = 0

[[inspections.checklist]]
code = "alarms"
text = "Do the alarms work?"

[[inspections.hazards]]
code = "fire"
text = "Fire"
"#;

#[test]
fn a_scheme_says_how_often_and_by_what_its_homes_are_inspected() {
    let read = with_enforcement(INSPECTIONS).unwrap().inspections;
    assert_eq!(
        (read.within_years, read.without_notice.as_slice()),
        (3, [NoNotice::OffenceS95, NoNotice::Warrant].as_slice())
    );
    assert_eq!((read.checklist[0].text.as_str(), read.hazards[0].code.as_str()), ("Do the alarms work?", "fire"));
    assert_eq!((read.risk.category_2, read.risk.holder_breach), (4, 0));
    let silent = invented().inspections;
    assert_eq!((silent.within_years, silent.without_notice.as_slice()), (5, NoNotice::OF_THE_ACT));
    assert!(silent.checklist.is_empty() && silent.hazards.is_empty());
    let shipped = shipped().unwrap().inspections;
    assert_eq!((shipped.within_years, shipped.hazards.len()), (5, 29));
}

#[test]
fn each_fault_of_the_inspections_table_is_named() {
    for (old, new, path, part) in [
        ("within_years = 3", "within_years = 0", "inspections.within_years", "1 to 10"),
        ("within_years = 3\n", "", "inspections.within_years", "is missing"),
        ("\"warrant\"", "\"tea\"", "inspections.without_notice", "by_agreement"),
        ("breach = 2\n", "", "inspections.risk.breach", "is missing"),
        ("category_1 = 3", "category_1 = -1", "inspections.risk.category_1", "0 to 1000"),
        ("text = \"Fire\"", "words = \"Fire\"", "inspections.hazards[1].text", "is missing"),
    ] {
        let faults = with_enforcement(&INSPECTIONS.replacen(old, new, 1)).unwrap_err();
        assert!(
            faults.iter().any(|fault| fault.path.starts_with(path) && fault.message.contains(part)),
            "{old} to {new}: {faults:?}"
        );
    }
    let twice = INSPECTIONS.to_owned() + &INSPECTIONS[INSPECTIONS.find("[[inspections.hazards]]").unwrap()..];
    assert!(with_enforcement(&twice).unwrap_err()[0].message.contains("is there twice"));
}
