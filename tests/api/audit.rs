//! The record of events: whoever changes it is found out, and two verifiers agree.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use selective_licensing::actions::audit::{self, Verdict, verify};
use selective_licensing::actions::letters;
use selective_licensing::domain::actor::Actor;
use selective_licensing::domain::event::{GENESIS, seal};
use selective_licensing::domain::party::{Party, PartyFacts, PartyKind};
use selective_licensing::storage::{self, events, parties};

use crate::support::ROOT;
use crate::support::smtp_server::{Script, SmtpServer, Step};
use crate::support::world::World;

/// A few cases, some weeks of nights and so some anchors.
fn a_few_cases() -> World {
    let world = World::new();
    let khan = world.khan();
    for _ in 0..3 {
        let home = world.licensed_home(&khan, None);
        world.served_demand(&home, &["1", "9.6"], "2025-01-22");
    }
    for night in ["2025-01-23", "2025-01-29", "2025-02-06"] {
        world.night(night);
        world.post();
    }
    world
}

fn verdict(world: &World) -> Verdict {
    world.app.db.read(|db| verify(db, None, |_| {})).unwrap()
}

/// What a verification finds after that SQL; then everything is as it was.
fn after(world: &World, sql: &str) -> Option<(String, String)> {
    let mut found = None;
    let undone = world.app.db.write(|tx| {
        tx.batch_execute(world.database.unguarded()).unwrap();
        tx.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        found = verify(tx, None, |_| {}).unwrap().fault.map(|fault| (fault.place, fault.what));
        Err::<(), _>(storage::Error::Stale)
    });
    assert!(matches!(undone, Err(storage::Error::Stale)));
    found
}

fn chains(world: &World) -> Vec<(String, i64)> {
    let heads = world.read(|db| events::heads(db, "", 1_000));
    heads.into_iter().map(|(chain, seq, _)| (chain, seq)).collect()
}

/// One tampering with a chain of `length` events, and the event that must be named.
fn tampering(world: &World, random: &mut StdRng, chain: &str, length: i64) -> (String, i64) {
    let place = random.random_range(1..=length);
    let at = |seq: i64| format!("chain = '{chain}' AND seq = {seq}");
    let body = || {
        let page = world.read(|db| events::of_chain(db, chain, place - 1, 1));
        page.into_iter().next().unwrap().body
    };
    match random.random_range(0..9) {
        0 | 1 => {
            let body = body();
            let letters = body.char_indices().filter(|(_, letter)| letter.is_ascii()).collect::<Vec<_>>();
            let (byte, letter) = letters[random.random_range(0..letters.len())];
            let other = char::from(u8::try_from(letter).unwrap() ^ 1);
            let changed = format!("{}{other}{}", &body[..byte], &body[byte + 1..]).replace('\'', "''");
            (format!("UPDATE events SET body = '{changed}' WHERE {}", at(place)), place)
        }
        2 => (format!("UPDATE events SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE {}", at(place)), place),
        3 => {
            let column = ["kind = 'task.closed'", "subject = 'other'", "at = '2025-01-01 00:00:00'"];
            let column = column[random.random_range(0..column.len())];
            (format!("UPDATE events SET {column} WHERE {}", at(place)), place)
        }
        4 => (format!("DELETE FROM events WHERE {}", at(place)), place),
        5 if place < length => {
            let swap = format!(
                "UPDATE events SET seq = -1 WHERE {}; UPDATE events SET seq = {place} WHERE {}; \
                 UPDATE events SET seq = {} WHERE {}",
                at(place),
                at(place + 1),
                place + 1,
                at(-1),
            );
            (swap, place)
        }
        6 => {
            let forged = body().replace(&format!("\"seq\":{place},"), &format!("\"seq\":{},", length + 1));
            let last = world.read(|db| events::of_chain(db, chain, length - 1, 1)).remove(0);
            let hash = seal(&last.hash, &forged);
            let forged = forged.replace('\'', "''");
            let insert = format!(
                "INSERT INTO events (chain, seq, hash, at, kind, subject, body)
                 SELECT chain, {}, '{hash}', at, kind, subject, '{forged}' FROM events WHERE {}",
                length + 1,
                at(place),
            );
            (insert, length + 1)
        }
        7 => (format!("UPDATE events SET seq = seq + 1000 WHERE {}", at(place)), place),
        _ => (format!("DELETE FROM events WHERE chain = '{chain}' AND seq >= {place}"), place),
    }
}

#[test]
fn three_hundred_random_tamperings_are_each_found_at_the_first_bad_event() {
    let world = a_few_cases();
    let whole = verdict(&world);
    assert_eq!(whole.fault, None);
    assert!(whole.anchors >= 3 && whole.events > 40, "{whole:?}");
    let chains = chains(&world);
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    for turn in 0..300 {
        let (chain, length) = &chains[random.random_range(0..chains.len())];
        let (sql, first_bad) = tampering(&world, &mut random, chain, *length);
        let wanted = format!("{chain} event {first_bad}");
        let found = after(&world, &sql);
        assert_eq!(found.as_ref().map(|(place, _)| place), Some(&wanted), "seed {seed}, turn {turn}: {sql}\n{found:?}");
    }
    assert_eq!(verdict(&world), whole, "nothing of it was kept");
}

/// SQL that cuts a chain after `keep` events and makes its head say so.
fn cut(world: &World, chain: &str, keep: i64) -> String {
    let last = world.read(|db| events::of_chain(db, chain, keep - 1, 1)).remove(0);
    format!(
        "DELETE FROM events WHERE chain = '{chain}' AND seq > {keep}; \
         UPDATE chains SET seq = {keep}, hash = '{}' WHERE name = '{chain}'",
        last.hash,
    )
}

#[test]
fn a_tail_that_is_cut_with_its_head_is_found_only_by_an_anchor() {
    let world = a_few_cases();
    let home = world.licensed_home(&world.landlord("Mrs B Ames", true), None);
    let chain = format!("case:{}", home.property_id);
    let length = chains(&world).into_iter().find(|(name, _)| *name == chain).unwrap().1;
    let cut = cut(&world, &chain, length - 1);
    assert_eq!(after(&world, &cut), None, "before the next anchor nothing can show it: a limit that we admit");

    let anchor = world.night("2025-02-07");
    assert_eq!(anchor.failures, 0);
    let (place, what) = after(&world, &cut).unwrap();
    assert!(place.starts_with("anchor ") && what.contains(&chain), "{place}: {what}");
}

#[test]
fn a_chain_that_is_rewritten_from_its_first_event_is_found_by_an_anchor() {
    let world = a_few_cases();
    let (chain, length) = chains(&world).into_iter().max_by_key(|(_, length)| *length).unwrap();
    let mut sql = String::new();
    let mut hash = GENESIS.to_owned();
    for event in world.read(|db| events::of_chain(db, &chain, 0, 10_000)) {
        let body = event.body.replace("\"role\":\"officer\"", "\"role\":\"auditor\"");
        hash = seal(&hash, &body);
        let body = body.replace('\'', "''");
        let place = format!("chain = '{chain}' AND seq = {}", event.seq);
        sql.push_str(&format!("UPDATE events SET body = '{body}', hash = '{hash}' WHERE {place};"));
    }
    sql.push_str(&format!("UPDATE chains SET hash = '{hash}' WHERE name = '{chain}' AND seq = {length}"));
    let (place, what) = after(&world, &sql).unwrap();
    assert!(place.starts_with("anchor ") && what.contains(&chain), "{place}: {what}");
    assert!(after(&world, &format!("{sql}; DELETE FROM anchors")).is_none(), "without anchors nothing can show it");
}

#[test]
fn an_anchor_that_is_changed_or_taken_out_is_named() {
    let world = a_few_cases();
    for (sql, wanted) in [
        ("UPDATE anchors SET night = '2025-01-30' WHERE number = 2", "anchor 2"),
        ("UPDATE anchors SET root = before WHERE number = 1", "anchor 1"),
        ("UPDATE anchors SET leaves = leaves || 'service 1 x' WHERE number = 3", "anchor 3"),
        ("DELETE FROM anchors WHERE number = 2", "anchor 2"),
    ] {
        assert_eq!(after(&world, sql).unwrap().0, wanted, "{sql}");
    }
}

/// The record as `licensing audit export` writes it.
fn export(world: &World) -> Vec<serde_json::Value> {
    let mut lines = Vec::new();
    world.read(|db| {
        for (chain, ..) in events::heads(db, "", 1_000)? {
            for event in events::of_chain(db, &chain, 0, 10_000)? {
                lines.push(serde_json::json!({
                    "chain": event.chain, "seq": event.seq, "hash": event.hash, "body": event.body,
                }));
            }
        }
        for anchor in events::anchors_after(db, 0, 1_000)? {
            lines.push(serde_json::json!({
                "anchor": anchor.number, "on": anchor.night, "before": anchor.before, "root": anchor.root,
                "count": anchor.count, "hash": anchor.hash, "leaves": anchor.leaves,
            }));
        }
        Ok(())
    });
    lines
}

fn python_says(world: &World, lines: &[serde_json::Value]) -> Result<String, String> {
    let path = world.folder.path().join("audit.jsonl");
    let mut file = std::fs::File::create(&path).unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    python_verifies(&path)
}

fn python_verifies(export: &Path) -> Result<String, String> {
    let script = format!("{ROOT}/tests/verify_audit.py");
    let done = Command::new("python3").arg(script).arg(export).output().expect("python3 is installed");
    if done.status.success() {
        Ok(String::from_utf8(done.stdout).unwrap().trim().to_owned())
    } else {
        Err(String::from_utf8(done.stderr).unwrap().trim().to_owned())
    }
}

#[test]
fn a_verifier_in_python_agrees_with_ours() {
    let world = a_few_cases();
    let whole = verdict(&world);
    let lines = export(&world);
    let wanted = format!("{} events in {} chains, {} anchors: all right", whole.events, whole.chains, whole.anchors);
    assert_eq!(python_says(&world, &lines), Ok(wanted));

    let mut random = StdRng::seed_from_u64(1);
    for _ in 0..10 {
        let place = random.random_range(0..lines.len());
        let mut changed = lines.clone();
        let Some(body) = changed[place]["body"].as_str() else { continue };
        let (chain, seq) = (lines[place]["chain"].as_str().unwrap(), &lines[place]["seq"]);
        let body = body.replacen("\"role\":\"", "\"role\":\"x", 1);
        let sql =
            format!("UPDATE events SET body = '{}' WHERE chain = '{chain}' AND seq = {seq}", body.replace('\'', "''"),);
        let (ours, _) = after(&world, &sql).unwrap();
        changed[place]["body"] = body.into();
        let theirs = python_says(&world, &changed).unwrap_err();
        assert!(theirs.starts_with(&format!("{ours}:")), "ours: {ours}, theirs: {theirs}");
    }
}

/// `licensing` with these words on the world's database: what it printed, if it ended well.
fn licensing(world: &World, line: &[&str]) -> String {
    let url = ("LICENSING__DATABASE__URL", &world.database.url);
    let done = Command::new(env!("CARGO_BIN_EXE_licensing"))
        .args(line)
        .current_dir(world.folder.path())
        .envs([url])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_night_of_more_cases_than_an_anchor_holds_is_sealed_by_several_and_all_are_verified() {
    let world = World::new();
    let cx = world.amy();
    let facts = PartyFacts {
        kind: PartyKind::Person,
        name: "One of many".to_owned(),
        address: "2 Oxbridge Lane, Stockton-on-Tees TS18 4AB".to_owned(),
        email: None,
        phone: None,
        company_number: None,
    };
    world.write(|tx| (0..10_050).try_for_each(|_| Ok(parties::insert(tx, &Party::add(&cx, facts.clone()))?)));
    world.night("2025-01-29");
    let counts =
        world.read(|db| events::anchors_after(db, 0, 10)).iter().map(|anchor| anchor.count).collect::<Vec<_>>();
    let chains = counts.iter().sum::<i64>();
    assert!(counts.len() == 2 && counts[0] == 10_000 && counts[1] > 50, "{counts:?}");

    let verified = licensing(&world, &["audit", "verify"]);
    assert!(verified.ends_with(&format!(" events in {chains} chains, 2 anchors: all right")), "{verified}");
    licensing(&world, &["audit", "export", "export.jsonl"]);
    assert_eq!(python_verifies(&world.folder.path().join("export.jsonl")), Ok(verified));
}

#[test]
fn outside_addresses_are_mailed_each_anchor_once_with_those_made_since_the_last_mail() {
    let world = World::with(&[("LICENSING__MAIL__ANCHORS_TO", "audit@council.example, archive@records.example")]);
    let told = |address: &str| {
        let mails = world.mails().into_iter().map(|(_, mail)| mail.replace("=\r\n", ""));
        mails.filter(|mail| mail.contains(&format!("To: {address}"))).collect::<Vec<_>>()
    };
    let anchors = || world.read(|db| events::anchors_after(db, 0, 1_000));
    let night = |on: &str| {
        world.night(on);
        world.post();
    };
    night("2025-01-03");
    let first = anchors();
    assert_eq!(first.len(), 1);
    for address in ["audit@council.example", "archive@records.example"] {
        let mails = told(address);
        assert!(mails.len() == 1 && mails[0].contains(&first[0].hash), "{mails:?}");
    }
    world.post();
    assert_eq!(told("audit@council.example").len(), 1, "told once");

    // One anchor between two nights, as a proof file makes it, and one of the night.
    world.licensed_home(&world.khan(), None);
    let cx = world.amy();
    world.write(|tx| audit::anchor(tx, &cx, cx.today()));
    world.licensed_home(&world.landlord("Mrs B Lowe", true), None);
    night("2025-01-04");
    let all = anchors();
    assert_eq!(all.len(), 3);
    let mails = told("audit@council.example");
    let second = mails.iter().find(|mail| !mail.contains(&all[0].hash)).unwrap();
    assert!(mails.len() == 2 && all[1..].iter().all(|anchor| second.contains(&anchor.hash)), "{mails:?}");
}

#[test]
fn an_anchor_that_an_address_refuses_is_a_task_and_one_that_waits_is_sent_when_mail_is_let_go() {
    let relay = SmtpServer::start(Script { rcpt: Step::Say("550 5.1.1 no such user"), ..Script::default() });
    let world = World::over_smtp(&relay, &[("LICENSING__MAIL__ANCHORS_TO", "audit@council.example")]);
    world.night("2025-01-03");
    let cx = world.app.context(Actor::operator());
    world.write(|tx| letters::hold(tx, &cx, true));
    world.post();
    assert!(world.tasks().is_empty() && relay.commands().is_empty());
    world.write(|tx| letters::hold(tx, &cx, false));
    world.post();
    let tasks = world.tasks();
    assert!(tasks.len() == 1 && tasks[0].title.contains("audit@council.example"), "{tasks:?}");
}
