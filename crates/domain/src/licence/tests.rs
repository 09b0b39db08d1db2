//! Grants, steps, variations and the days that they bring.

use super::*;
use crate::calendar::Rule;
use crate::testing::{day, invented, key, licence, manager, on, scheme, terms};

fn granted(grant: Grant) -> Result<Licence, Refusal> {
    Licence::grant(&on("2025-01-22"), &scheme(), grant).map(Change::into_entity)
}

fn revoke(agreed: bool) -> LicenceStep {
    LicenceStep::Revoke { agreed, reason: "repeated breach".to_owned() }
}

fn surrender() -> LicenceStep {
    LicenceStep::Surrender { reason: "sold".to_owned() }
}

fn took(licence: Licence, today: &str, step: LicenceStep) -> Result<Licence, Refusal> {
    licence.take(&on(today), step).map(Change::into_entity)
}

#[test]
fn a_licence_ends_after_its_years_and_never_past_the_designation() {
    for (starts_on, years, ends_on) in [
        ("2024-11-01", 5, "2029-10-31"),
        ("2025-03-01", 5, "2029-10-31"),
        ("2025-03-01", 1, "2026-02-28"),
        ("2028-02-29", 1, "2029-02-28"),
        ("2029-10-31", 1, "2029-10-31"),
    ] {
        let grant = Grant { granted_on: day(starts_on), starts_on: day(starts_on), years, ..terms() };
        assert_eq!(granted(grant).unwrap().ends_on, day(ends_on), "{years} years from {starts_on}");
    }
    let late = Grant { granted_on: day("2029-11-01"), starts_on: day("2029-11-01"), ..terms() };
    assert!(matches!(granted(late), Err(Refusal::Counting(CannotCount::DesignationOver { .. }))));
}

#[test]
fn a_licence_lasts_at_least_a_year_and_at_most_what_the_scheme_allows() {
    assert_eq!(granted(Grant { years: 6, ..terms() }).unwrap_err(), Refusal::TooLong(5));
    assert!(matches!(granted(Grant { years: 0, ..terms() }), Err(Refusal::Counting(_))));
    let harbourside = Grant { granted_on: day("2031-02-01"), starts_on: day("2031-02-01"), years: 4, ..terms() };
    assert_eq!(Licence::grant(&on("2031-02-01"), &invented(), harbourside).unwrap_err(), Refusal::TooLong(3));
}

#[test]
fn a_later_start_does_not_carry_a_licence_past_the_years_from_its_grant() {
    let long = Scheme {
        designation: crate::scheme::Designation { ends_on: day("2035-01-31"), ..invented().designation },
        ..invented()
    };
    for (granted_on, starts_on, ends_on, rule) in [
        ("2031-02-01", "2031-02-01", "2034-01-31", "licence_end"),
        ("2031-02-01", "2031-06-01", "2034-01-31", "earliest_of"),
        ("2031-01-15", "2031-02-01", "2034-01-31", "licence_end"),
    ] {
        let grant = Grant { granted_on: day(granted_on), starts_on: day(starts_on), years: 3, ..terms() };
        let licence = Licence::grant(&on(granted_on), &long, grant).unwrap().into_entity();
        assert_eq!((licence.ends_on, licence.end_basis.rule_name()), (day(ends_on), rule), "from {starts_on}");
    }
}

#[test]
fn a_start_before_the_grant_needs_its_authority() {
    let back = |authority: Option<&str>| {
        let start_authority = authority.map(ToOwned::to_owned);
        granted(Grant { starts_on: day("2024-11-04"), start_authority, ..terms() })
    };
    assert_eq!(back(None).unwrap_err(), Refusal::NoAuthority);
    assert_eq!(back(Some(" ")).unwrap_err(), Refusal::NoAuthority);
    let licence = back(Some("tribunal order MAN/00EF/HMK")).unwrap();
    assert_eq!((licence.granted_on, licence.starts_on), (day("2024-12-02"), day("2024-11-04")));
    assert!(matches!(licence.end_basis.rule(), Rule::LicenceEnd { .. }));
}

/// One step of each kind with its name, as it could be taken on 22 January 2025.
pub(crate) fn steps() -> Vec<(&'static str, LicenceStep)> {
    vec![
        ("revoke with agreement", revoke(true)),
        ("revoke", revoke(false)),
        ("revocation takes effect", LicenceStep::RevocationTakesEffect { on: day("2025-01-21") }),
        ("surrender", surrender()),
        ("revocation overturned", LicenceStep::RevocationOverturned { reason: "appeal 7 allowed".to_owned() }),
        ("holder died", LicenceStep::HolderDied { on: day("2025-01-20") }),
    ]
}

/// The state to which a step leads from another.
pub(crate) fn leads(from: LicenceState, step: &(&'static str, LicenceStep)) -> Option<LicenceState> {
    took(Licence { state: from, ..licence() }, "2025-01-22", step.1.clone()).ok().map(|licence| licence.state)
}

#[test]
fn each_step_is_possible_from_its_states_and_refused_from_the_others() {
    use LicenceState as S;
    let wanted: [(&[S], S, Option<&str>); 6] = [
        (&[S::Granted], S::Revoked, Some("2025-01-22")),
        (&[S::Granted], S::RevocationPending, None),
        (&[S::RevocationPending], S::Revoked, Some("2025-01-21")),
        (&[S::Granted, S::RevocationPending], S::Surrendered, Some("2025-01-22")),
        (&[S::RevocationPending], S::Granted, None),
        (&[S::Granted, S::RevocationPending], S::EndedDeath, Some("2025-01-20")),
    ];
    for ((name, step), (from, to, ended_on)) in steps().into_iter().zip(wanted) {
        for state in S::ALL {
            let found = took(Licence { state: *state, ..licence() }, "2025-01-22", step.clone());
            if from.contains(state) {
                let found = found.unwrap();
                assert_eq!((found.state, found.ended_on), (to, ended_on.map(day)), "{name} from {state}");
            } else {
                assert_eq!(found.unwrap_err(), Refusal::NotInThisState(*state), "{name}");
            }
        }
    }
}

#[test]
fn what_ends_a_licence_says_why_and_lies_neither_ahead_nor_after_its_end() {
    let blank = || " ".to_owned();
    for step in [LicenceStep::Revoke { agreed: true, reason: blank() }, LicenceStep::Surrender { reason: blank() }] {
        assert_eq!(took(licence(), "2025-01-22", step).unwrap_err(), Refusal::NoReason);
    }
    let died = LicenceStep::HolderDied { on: day("2025-01-23") };
    assert_eq!(took(licence(), "2025-01-22", died).unwrap_err(), Refusal::InFuture);
    let expired = Refusal::Expired(day("2029-10-31"));
    for step in [revoke(true), surrender(), LicenceStep::HolderDied { on: day("2029-11-01") }] {
        assert_eq!(took(licence(), "2029-11-01", step).unwrap_err(), expired);
    }
    let died = LicenceStep::HolderDied { on: day("2029-10-31") };
    assert_eq!(took(licence(), "2029-11-05", died).unwrap().state, LicenceState::EndedDeath);
}

#[test]
fn the_ground_of_a_revocation_is_kept_when_it_takes_effect() {
    let pending = took(licence(), "2025-01-22", revoke(false)).unwrap();
    let effect = |on| LicenceStep::RevocationTakesEffect { on: day(on) };
    assert_eq!(took(pending.clone(), "2025-03-03", effect("2025-03-04")).unwrap_err(), Refusal::InFuture);
    let revoked = took(pending, "2025-03-03", effect("2025-03-01")).unwrap();
    assert_eq!((revoked.reason.as_deref(), revoked.ended_on), (Some("repeated breach"), Some(day("2025-03-01"))));
}

#[test]
fn a_licence_stands_differently_on_each_side_of_its_days() {
    use LicenceStanding as L;
    let plain = licence();
    let pending = took(licence(), "2025-01-22", revoke(false)).unwrap();
    let revoked = took(licence(), "2025-01-22", revoke(true)).unwrap();
    let surrendered = took(licence(), "2025-01-22", surrender()).unwrap();
    for (licence, today, standing, in_force) in [
        (&plain, "2024-12-01", L::GrantedNotStarted, false),
        (&plain, "2024-12-02", L::InForce, true),
        (&plain, "2029-10-31", L::InForce, true),
        (&plain, "2029-11-01", L::Expired, false),
        (&pending, "2025-01-22", L::RevocationPending, true),
        (&pending, "2029-10-31", L::RevocationPending, true),
        (&pending, "2029-11-01", L::Expired, false),
        (&revoked, "2025-01-21", L::InForce, true),
        (&revoked, "2025-01-22", L::Revoked, false),
        (&revoked, "2029-11-01", L::Revoked, false),
        (&surrendered, "2025-01-21", L::InForce, true),
        (&surrendered, "2025-01-22", L::Surrendered, false),
    ] {
        assert_eq!(licence.standing(day(today)), standing, "{} on {today}", licence.state);
        assert_eq!(licence.is_in_force(day(today)), in_force, "{} on {today}", licence.state);
    }
}

#[test]
fn each_variation_adds_a_version_and_keeps_what_it_does_not_change() {
    let (cx, proceeding) = (on("2025-03-20"), ProceedingId(key("proceeding")));
    let first = licence().as_granted();
    let terms = Changes { terms: Some("At most four people.".to_owned()), ..Changes::default() };
    let (change, second) = licence().vary(&cx, &first, proceeding, &terms, day("2025-03-20")).unwrap();
    let managed = Changes { manager_id: Some(manager()), ..Changes::default() };
    let (change, third) = change.into_entity().vary(&cx, &second, proceeding, &managed, day("2025-04-17")).unwrap();
    let varied = change.into_entity();
    assert_eq!((varied.version, varied.manager_id), (3, Some(manager())));
    let versions = [first, second, third].map(|version| (version.version, version.manager_id, version.terms));
    let four = Some("At most four people.".to_owned());
    assert_eq!(versions, [(1, None, None), (2, None, four.clone()), (3, Some(manager()), four)]);
    let over = took(licence(), "2025-03-20", surrender()).unwrap();
    let refused = over.vary(&cx, &licence().as_granted(), proceeding, &managed, day("2025-03-20")).unwrap_err();
    assert_eq!(refused, Refusal::NotInThisState(LicenceState::Surrendered));
    let late = licence().vary(&cx, &licence().as_granted(), proceeding, &managed, day("2029-11-01")).unwrap_err();
    assert_eq!(late, Refusal::Expired(day("2029-10-31")));
}

#[test]
fn a_variation_moves_the_last_day_no_further_than_a_grant_could_and_takes_no_day_away_that_has_passed() {
    let long = Scheme {
        designation: crate::scheme::Designation { ends_on: day("2035-01-31"), ..invented().designation },
        ..invented()
    };
    let grant = Grant { granted_on: day("2031-02-01"), starts_on: day("2031-06-01"), years: 1, ..terms() };
    let short = Licence::grant(&on("2031-02-01"), &long, grant).unwrap().into_entity();
    for (licence, scheme, asked, today, known) in [
        (&licence(), scheme(), "2029-10-31", "2025-03-20", Ok(())),
        (&licence(), scheme(), "2029-11-01", "2025-03-20", Err(Refusal::EndsTooLate(day("2029-10-31")))),
        (&licence(), scheme(), "2025-03-20", "2025-03-20", Ok(())),
        (&licence(), scheme(), "2025-03-19", "2025-03-20", Err(Refusal::EndsTooSoon(day("2025-03-20")))),
        (&licence(), scheme(), "2024-12-01", "2024-11-20", Err(Refusal::EndsTooSoon(day("2024-12-02")))),
        (&short, long.clone(), "2034-01-31", "2031-07-01", Ok(())),
        (&short, long.clone(), "2034-02-01", "2031-07-01", Err(Refusal::EndsTooLate(day("2034-01-31")))),
    ] {
        assert_eq!(licence.may_end_on(&scheme, day(asked), day(today)), known, "{asked} on {today}");
    }
    let (cx, proceeding) = (on("2025-03-20"), ProceedingId(key("proceeding")));
    for (asked, from, ends_on) in
        [("2027-10-31", "2025-03-20", "2027-10-31"), ("2025-04-01", "2025-04-17", "2025-04-17")]
    {
        let sooner = Changes { ends_on: Some(day(asked)), ..Changes::default() };
        let first = licence().as_granted();
        let (change, second) = licence().vary(&cx, &first, proceeding, &sooner, day(from)).unwrap();
        let varied = change.into_entity();
        assert_eq!((varied.ends_on, second.ends_on, first.ends_on), (day(ends_on), day(ends_on), day("2029-10-31")));
        assert!(varied.end_basis.because().contains("the licence was varied"), "{}", varied.end_basis.because());
    }
}

#[test]
fn a_licence_keeps_the_version_of_the_scheme_it_was_granted_under() {
    assert_eq!(licence().scheme_version_name(), "stockton-2024/1");
}
