//! Makes the database that `tests/kill_check.py` works on; not a test by itself.

use chrono::TimeDelta;

use crate::support::world::{World, day};

#[test]
#[ignore = "makes the database of tests/kill_check.py, which runs it"]
#[expect(clippy::disallowed_methods, reason = "the script says where and for which day")]
fn a_database_full_of_due_items() {
    let file = std::env::var("KILL_CHECK_SEED").expect("KILL_CHECK_SEED names the file to make");
    let today = day(&std::env::var("KILL_CHECK_TODAY").expect("KILL_CHECK_TODAY is a day"));
    let world = World::new();
    let licences = (0..250)
        .map(|number| world.licensed_home(&world.landlord(&format!("Landlord {number}"), true), None))
        .collect::<Vec<_>>();
    // One in three was due yesterday, the others are due today; both conditions allow 14 days.
    let (late, due) = licences.split_at(licences.len() / 3);
    for (homes, days_ago) in [(late, 15), (due, 14)] {
        let served_on = (today - TimeDelta::days(days_ago)).to_string();
        for licence in homes {
            world.served_demand(licence, &["1", "9.6"], &served_on);
        }
    }
    if world.database.is_postgres() {
        // A database in a server stays there, and the file says where.
        std::fs::write(file, &world.database.url).unwrap();
        std::mem::forget(world.database);
    } else {
        world.app.db.backup(file.as_ref()).unwrap();
    }
}

#[test]
#[ignore = "makes the database of tests/upload_service.py, which runs it"]
#[expect(clippy::disallowed_methods, reason = "the script says where")]
fn a_database_with_one_licence() {
    let file = std::env::var("KILL_CHECK_SEED").expect("KILL_CHECK_SEED names the file to make");
    let world = World::new();
    world.licensed_home(&world.khan(), None);
    world.app.db.backup(file.as_ref()).unwrap();
}
