//! The committee's figures: as at any date, adding up by area and in all.

use selective_licensing::domain::actor::Role;
use serde_json::Value;

use crate::support::desk::Desk;

fn row<'a>(report: &'a Value, area: &str) -> &'a Value {
    report["areas"].as_array().unwrap().iter().find(|row| row["area"] == area).unwrap()
}

#[test]
fn the_figures_reconcile_as_at_every_date_and_count_what_was_so_then() {
    let desk = Desk::open();
    let world = &desk.world;
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    world.licensed_home(&khan, None);
    world.served_demand(&licence, &["9.6"], "2025-01-22");
    world.night("2025-02-06");
    world.go_to("2025-02-07", "09:00");
    let token = desk.token(Role::Partner, None);
    for (as_at, in_force, served, missed, proposed) in [
        ("2025-01-01", 0, 0, 0, 0),
        ("2025-01-02", 2, 0, 0, 0),
        ("2025-01-22", 2, 1, 0, 0),
        ("2025-02-05", 2, 1, 0, 0),
        ("2025-02-06", 2, 1, 1, 1),
        ("2025-02-07", 2, 1, 1, 1),
    ] {
        let report = desk.get(&token, &format!("/api/v1/reports/partnership?as_at={as_at}")).expect(200).body;
        assert_eq!(report["reconciles"], true, "{as_at}");
        assert_eq!(report["as_at"], as_at);
        let central = row(&report, "central-stockton");
        assert_eq!(central["licences_in_force"], in_force, "{as_at}");
        assert_eq!(central["demands_served"], served, "{as_at}");
        assert_eq!(central["breaches_proposed"], proposed, "{as_at}");
        assert_eq!(report["totals"]["licences_in_force"], in_force, "{as_at}");
        let conditions = report["conditions"].as_array().unwrap();
        assert_eq!(conditions.len(), usize::from(served == 1), "{as_at}");
        assert!(conditions.iter().all(|row| row["missed"] == missed), "{as_at}");
    }
}

#[test]
fn every_area_and_the_unallocated_row_are_shown_with_zeros_and_every_figure_is_defined() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    let report = desk.get(&token, "/api/v1/reports/partnership").expect(200).body;
    assert_eq!(report["as_at"], "2025-01-02");
    assert_eq!(report["areas"].as_array().unwrap().len(), 3);
    assert_eq!(report["reconciles"], true);
    for row in report["areas"].as_array().unwrap().iter().chain([&report["unallocated"], &report["totals"]]) {
        for (name, figure) in row.as_object().unwrap() {
            if name != "area" && name != "name" {
                assert_eq!(figure, 0, "{name}");
                assert!(report["definitions"][name].is_string(), "{name} has no definition");
            }
        }
    }
    assert_eq!(report["scheme"]["code"], "stockton-2024");
    assert_eq!(report["scheme"]["ends_on"], "2029-10-31");
}

#[test]
fn figures_of_the_future_are_refused() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    let refused = desk.get(&token, "/api/v1/reports/partnership?as_at=2025-01-03").expect(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "?as_at");
}
