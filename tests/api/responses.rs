//! The officers' queue of what came in, through HTTP.

use selective_licensing::domain::actor::Role;

use crate::support::desk::Desk;

#[test]
fn what_came_in_is_queued_by_due_date_whatever_order_it_came_in_and_leaves_when_it_is_assessed() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let demands = ["2025-01-22", "2025-01-20", "2025-01-21"].map(|served_on| {
        let licence = desk.world.licensed_home(&khan, None);
        (served_on, licence)
    });
    let mut made = Vec::new();
    for served_on in ["2025-01-20", "2025-01-21", "2025-01-22"] {
        let (_, licence) = demands.iter().find(|(on, _)| *on == served_on).unwrap();
        made.push(desk.world.served_demand(licence, &["1"], served_on));
    }
    let unserved = desk.world.issued_demand(&desk.world.licensed_home(&khan, None), &["1"]);
    desk.world.go_to("2025-02-04", "10:00");
    for demand in [&unserved, &made[2], &made[0], &made[1]] {
        desk.world.gas_record_comes_in(demand, demand.items[0].id);
    }
    let officer = desk.token(Role::Officer, None);
    let queue = |query: &str| {
        let mut after = String::new();
        let mut found = Vec::new();
        loop {
            let page = desk.get(&officer, &format!("/api/v1/responses?limit=1{query}{after}")).expect(200).body;
            found.extend(page["items"].as_array().unwrap().iter().map(|one| {
                (one["reference"].as_str().unwrap().to_owned(), one["due_on"].clone(), one["late"] == true)
            }));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return found,
            }
        }
    };
    let wanted = [(&made[0], "2025-02-03", true), (&made[1], "2025-02-04", false), (&made[2], "2025-02-05", false)];
    let mut wanted = wanted.map(|(demand, due, late)| (demand.cover.reference.clone(), due.into(), late)).to_vec();
    wanted.push((unserved.cover.reference.clone(), serde_json::Value::Null, false));
    assert_eq!(queue(""), wanted, "what is not served comes last");
    assert_eq!(queue("&area=CST"), wanted);
    assert!(queue("&area=newtown").is_empty());
    let amy = made[0].cover.officer_id.unwrap();
    assert_eq!(queue(&format!("&officer_id={amy}")).len(), 4);

    desk.world.assess(&made[0], selective_licensing::domain::demand::Outcome::Rejected, "of another home");
    assert_eq!(queue(""), wanted[1..]);
    desk.get(&desk.token(Role::Landlord, Some(khan.id)), "/api/v1/responses").expect(403);
}
