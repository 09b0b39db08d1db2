//! What both databases must do alike: tables, words, simultaneous writers, backups.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use selective_licensing::actions::demands::Asked;
use selective_licensing::actions::{self, Error, audit};
use selective_licensing::domain::context::Context;
use selective_licensing::domain::demand::Outcome;
use selective_licensing::domain::id::{ApplicationId, PartyId, PropertyId, Spelled};
use selective_licensing::domain::scheme::{DocumentKind, FeePart, OffenceKind};
use selective_licensing::domain::{
    actor, appeal, application, breach, calendar, case_read, certificate, demand, document, enforcement, enquiry,
    exemption, fees, fitness, inspection, letter, letter_batch, licence, notice, obligation, occupancy, partner, party,
    proceeding, property, reference, referral, reminder, sign_in,
};
use selective_licensing::storage::{self, Db, checks, requests, schemes};

use crate::support::database::TestDatabase;
use crate::support::world::{World, day};

const SCHEMA: &str = include_str!("../../crates/storage/src/schema.rs");
/// The tables as the program knows them: name, key, and each column with its type.
fn tables_of_the_program() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    for block in SCHEMA.split("diesel::table! {").skip(1) {
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let name = lines.next().unwrap().split(' ').next().unwrap().to_owned();
        let columns = lines.take_while(|line| *line != "}").filter(|line| line.contains(" -> ")).map(|line| {
            let (name, kind) = line.trim_end_matches(',').split_once(" -> ").unwrap();
            (name.trim_start_matches("r#").to_owned(), kind.to_owned())
        });
        tables.insert(name, columns.collect());
    }
    tables
}

/// The tables as the database has them, in the program's words.
fn tables_of_the_database(world: &World) -> BTreeMap<String, Vec<(String, String)>> {
    let kind = |spelling: &str| {
        let (kind, nullable) = spelling.split_once(' ').unwrap();
        let kind = match kind.to_lowercase().as_str() {
            "text" => "Text",
            "integer" => "Integer",
            "bigint" => "BigInt",
            "boolean" => "Bool",
            "date" => "Date",
            "timestamp" => "Timestamp",
            other => panic!("a type that the program does not know: {other}"),
        };
        if nullable == "YES" { format!("Nullable<{kind}>") } else { kind.to_owned() }
    };
    let of = |table: &str| {
        world.database.lines(&if world.database.is_postgres() {
            format!(
                "SELECT column_name || ':' || split_part(data_type, ' ', 1) || ' ' || is_nullable AS line
                 FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            )
        } else {
            format!(
                "SELECT name || ':' || type || ' ' || CASE \"notnull\" WHEN 1 THEN 'NO' ELSE 'YES' END AS line
                 FROM pragma_table_info('{table}') ORDER BY cid"
            )
        })
    };
    let column = |line: String| {
        let (name, spelling) = line.split_once(':').unwrap();
        (name.to_owned(), kind(spelling))
    };
    let tables = world.database.tables().into_iter();
    tables.map(|table| (table.clone(), of(&table).into_iter().map(column).collect())).collect()
}

#[test]
fn the_program_knows_every_table_as_the_database_has_it() {
    let world = World::new();
    let known = tables_of_the_program();
    assert!(known.len() > 20 && known.values().all(|columns| !columns.is_empty()));
    assert_eq!(known, tables_of_the_database(&world));
}

/// Every list of words that a column is held to, as the database has it.
fn words_in_the_database(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut listed = BTreeMap::new();
    let mut note = |table: &str, column: &str, words: &str| {
        let words = words.split('\'').skip(1).step_by(2).map(ToOwned::to_owned).collect();
        listed.insert(format!("{table}.{column}"), words);
    };
    if world.database.is_postgres() {
        let constraints = "SELECT conrelid::regclass || '|' || pg_get_constraintdef(oid) AS line FROM pg_constraint \
                           WHERE contype = 'c' AND connamespace = 'public'::regnamespace";
        for line in world.database.lines(constraints) {
            let (table, check) = line.split_once("|CHECK ((").unwrap();
            let (column, words) = check.split_once(" = ANY ").unwrap();
            note(table, column, words);
        }
    } else {
        for table in world.database.lines("SELECT sql AS line FROM sqlite_schema WHERE type = 'table'") {
            let name = table.split(['"', ' ', '(']).filter(|word| !word.is_empty()).nth(2).unwrap();
            for check in table.split("CHECK (").skip(1) {
                let (column, rest) = check.split_once(" IN (").unwrap();
                note(name, column, rest.split(')').next().unwrap());
            }
        }
    }
    listed
}

#[test]
fn every_list_of_words_in_the_tables_is_the_programs_own() {
    fn all<T: Spelled>(words: &[T]) -> Vec<String> {
        words.iter().map(|word| word.as_str().to_owned()).collect()
    }
    let people = actor::Role::ALL.iter().copied();
    let people = people.filter(|role| !matches!(role, actor::Role::Operator | actor::Role::System)).collect::<Vec<_>>();
    let mut known = BTreeMap::from([
        ("parties.kind", all(party::PartyKind::ALL)),
        ("consents.scope", all(party::ConsentScope::ALL)),
        ("properties.dwelling", all(property::Dwelling::ALL)),
        ("interests.capacity", all(property::Capacity::ALL)),
        ("accounts.role", all(&people)),
        ("accounts.state", all(actor::AccountState::ALL)),
        ("applications.stage", all(application::Stage::ALL)),
        ("licences.state", all(licence::LicenceState::ALL)),
        ("demands.state", all(demand::DemandState::ALL)),
        ("items.state", all(demand::ItemState::ALL)),
        ("recipients.capacity", all(property::Capacity::ALL)),
        ("appeals.outcome", all(appeal::AppealOutcome::ALL)),
        ("proceedings.kind", all(proceeding::ProceedingKind::ALL)),
        ("proceedings.state", all(proceeding::ProceedingState::ALL)),
        ("proceedings.ground", all(proceeding::ProceedingGround::ALL)),
        ("proceedings.proposed", all(proceeding::Proposed::ALL)),
        ("proceedings.without_notice", all(proceeding::WithoutNotice::ALL)),
        ("notices.kind", all(notice::NoticeKind::ALL)),
        ("notices.state", all(notice::NoticeState::ALL)),
        ("notice_copies.capacity", all(property::Capacity::ALL)),
        ("notice_copies.state", all(demand::ServiceState::ALL)),
        ("recipients.state", all(demand::ServiceState::ALL)),
        ("certificates.state", all(certificate::CertificateState::ALL)),
        ("documents.media_type", all(document::MediaType::ALL)),
        ("documents.state", all(document::ScanState::ALL)),
        ("responses.kind", all(demand::AnswerKind::ALL)),
        ("responses.state", all(demand::ResponseState::ALL)),
        ("obligations.state", all(obligation::ObligationState::ALL)),
        ("checks.started_by", all(checks::StartedBy::ALL)),
        ("checks.outcome", all(checks::CheckOutcome::ALL)),
        ("breaches.state", all(breach::BreachState::ALL)),
        ("letters.kind", all(letter::LetterKind::ALL)),
        ("letters.channel", all(letter::Channel::ALL)),
        ("letters.state", all(letter::LetterState::ALL)),
        ("letter_batches.state", all(letter_batch::BatchState::ALL)),
        ("reminders.subject_kind", all(reminder::SubjectKind::ALL)),
        ("reminders.state", all(reminder::ReminderState::ALL)),
        ("links.state", all(sign_in::LinkState::ALL)),
        ("exemptions.kind", all(exemption::ExemptionKind::ALL)),
        ("exemptions.state", all(exemption::ExemptionState::ALL)),
        ("occupancies.basis", all(occupancy::OccupationBasis::ALL)),
        ("occupancies.source", all(occupancy::OccupancySource::ALL)),
        ("reference_requests.state", all(reference::ReferenceState::ALL)),
        ("reference_requests.consent_how", all(reference::ConsentHow::ALL)),
        ("reference_requests.colour", all(reference::Colour::ALL)),
        ("reference_requests.decision", all(reference::LandlordDecision::ALL)),
        ("partners.kind", all(partner::PartnerKind::ALL)),
        ("referrals.direction", all(referral::Direction::ALL)),
        ("referrals.state", all(referral::ReferralState::ALL)),
        ("referrals.outcome", all(referral::ReferralOutcome::ALL)),
        ("enquiries.state", all(enquiry::EnquiryState::ALL)),
        ("enquiries.source", all(enquiry::IntelligenceSource::ALL)),
        ("enquiries.owner_source", all(enquiry::OwnerSource::ALL)),
        ("inspections.state", all(inspection::InspectionState::ALL)),
        ("inspections.outcome", all(inspection::VisitOutcome::ALL)),
        ("fitness_checks.conclusion", all(fitness::Conclusion::ALL)),
        ("fee_entries.kind", all(fees::FeeEntryKind::ALL)),
        ("fee_entries.part", all(FeePart::ALL)),
        ("fee_entries.method", all(fees::PaymentMethod::ALL)),
        ("enforcement_cases.source", all(enforcement::CaseSource::ALL)),
        ("enforcement_cases.capacity", all(property::Capacity::ALL)),
        ("enforcement_cases.state", all(enforcement::CaseState::ALL)),
        ("enforcement_cases.path", all(enforcement::Path::ALL)),
        ("offences.kind", all(OffenceKind::ALL)),
        ("material_marks.kind", all(enforcement::MaterialKind::ALL)),
        ("material_marks.mark", all(enforcement::MaterialMark::ALL)),
        ("penalty_entries.kind", all(enforcement::PenaltyEntryKind::ALL)),
        ("penalty_entries.method", all(fees::PaymentMethod::ALL)),
    ]);
    let listed = words_in_the_database(&World::new());
    for (place, listed) in listed {
        let words = known.remove(place.as_str()).unwrap_or_else(|| panic!("{place} is in no list of this test"));
        assert_eq!(listed, words, "{place}");
    }
    assert!(known.is_empty(), "no longer in the tables: {known:?}");
}

fn schema(world: &World) -> Vec<String> {
    world.database.lines(if world.database.is_postgres() {
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
         UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    } else {
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema ORDER BY 1"
    })
}

#[test]
fn the_tables_go_down_and_up_again_and_are_the_same() {
    let world = World::new();
    let up = schema(&world);
    assert!(up.len() > 50, "{}", up.len());
    world.app.db.take_down().unwrap();
    assert_eq!(world.database.tables(), Vec::<String>::new());
    world.app.db.bring_up().unwrap();
    assert_eq!(schema(&world), up);
    world.app.db.bring_up().unwrap();
    assert_eq!(schema(&world), up, "going up twice is going up once");
}

/// A world in which something has come into every table.
fn a_year_in_the_office() -> World {
    let world = World::with(&[("LICENSING__MAIL__ANCHORS_TO", "audit@records.example")]);
    let khan = world.khan();
    let agent = world.landlord("Tees Lettings", true);
    let licence = world.licensed_home(&khan, Some(&agent));
    let home = licence.property_id;
    let demand = world.served_demand(&licence, &["1", "9.6"], "2025-01-22");
    world.post();
    world.gas_record_comes_in(&demand, demand.items[0].id);
    world.assess(&demand, Outcome::Rejected, "it is for another house");
    let (amy, operator) = (world.amy(), world.app.context(actor::Actor::operator()));
    let started = world.write(|tx| {
        use property::Capacity::Mortgagee;
        actions::gazetteer::record_interest(tx, &amy, home, agent.id, Mortgagee, day("2020-01-01"))?;
        let applying = actions::applications::Applying {
            property_id: home,
            applicant_id: khan.id,
            holder_id: agent.id,
            manager_id: None,
            agent_id: Some(agent.id),
            import_key: Some("row 1".to_owned()),
        };
        let application = actions::applications::start(tx, &amy, applying)?;
        let submit = application::Step::Submit { on: amy.today(), declarations_signed: true };
        let expected = actions::Expected(application.revision);
        actions::applications::take(tx, &amy, &world.app.rules, application.id, expected, submit)?;
        let party_id = khan.id;
        let subject = actions::fitness::Subject { party_id, declared: None, application_id: None, document_id: None };
        actions::fitness::open(tx, &amy, subject)?;
        actions::access::issue_token(tx, &operator, "amy@council.example", "Amy's laptop", 30)?;
        Ok(application)
    });
    world.database.run("UPDATE items SET due_basis = '{' || due_basis WHERE condition = '9.6'");
    world.night("2025-02-06");
    world.database.run("UPDATE items SET due_basis = substr(due_basis, 2) WHERE condition = '9.6'");
    world.night("2025-02-07");
    world.post();
    files_come_in(&world);
    letters_are_printed(&world);
    a_home_is_looked_into(&world, home, khan.id);
    decisions_are_made(&world, started.id, agent.id);
    world.post();
    a_penalty_is_imposed(&world, &licence);
    world.write(|tx| {
        let (kind, ground) = (proceeding::ProceedingKind::Revocation, proceeding::ProceedingGround::Structure);
        let reason = "The rooms are too small.".to_owned();
        let asked =
            actions::proceedings::Asked { licence: licence.id, kind, ground, asked_by: None, changes: None, reason };
        actions::proceedings::open(tx, &amy, &world.app.rules, asked)
    });
    something_is_referred(&world, home);
    a_reference_is_asked_for(&world, khan.id);
    world.write(|tx| Ok(storage::case_reads::insert(tx, &[case_read::CaseRead::of(&amy, licence.id)])?));
    world.write(|tx| {
        let answered = requests::Answered {
            account_id: "amy".to_owned(),
            key: "key".to_owned(),
            digest: "digest".to_owned(),
            status: 201,
            location: None,
            etag: None,
            body: "{}".to_owned(),
            answered_at: amy.now,
        };
        requests::insert(tx, &answered)?;
        let (landlord, active) = (actor::Role::Landlord, actor::AccountState::Active);
        let account = actions::access::add(tx, &operator, "A Khan", "khan@x.example", landlord, active, Some(khan.id))?;
        actions::sign_in::begin(tx, &operator, account.id)?;
        let himself = Context { actor: account.actor(), ..operator.clone() };
        let (place, holder) = (actions::applying::Place::Known(home), property::Capacity::Holder);
        actions::applying::begin(tx, &himself, &world.app.rules, &place, holder, None, false)?;
        actions::sign_in::ask(tx, &operator, "khan@x.example", "nonce", &actions::sign_in::Whence::default())
    });
    world
}

/// A proposal, what was said of it, the decision, and an appeal against it.
fn decisions_are_made(world: &World, application: ApplicationId, mortgagee: PartyId) {
    let notice = world.proposed(application, "All five findings are met.");
    let (amy, rules) = (world.amy(), &world.app.rules);
    world.write(|tx| {
        let (id, said) = (notice.cover.id, "The holder is in arrears.".to_owned());
        actions::notices::receive_representation(tx, &amy, id, Some(mortgagee), world.today(), said)
    });
    world.decided(&notice);
    let amy = world.amy();
    let decision = world.read(|db| storage::notices::of_application(db, application)).pop().unwrap().cover.id;
    let lodged = actions::appeals::Lodged { reference: "MAN/1".to_owned(), appellant: None, on: world.today() };
    world.write(|tx| actions::appeals::lodge(tx, &amy, rules, decision, lodged.clone()));
}

/// Something about a home goes to the police.
fn something_is_referred(world: &World, home: PropertyId) {
    let (amy, police) = (world.amy(), world.police("2030-01-01"));
    let said = actions::referrals::Said {
        address: "Hind Street".to_owned(),
        property_id: Some(home),
        concern: "Loud parties each night.".to_owned(),
        purpose: "To stop them.".to_owned(),
        received_on: None,
    };
    let (rules, set) = (&world.app.rules, world.app.settings.partners);
    let direction = referral::Direction::ToPartner;
    world.write(|tx| actions::referrals::open(tx, &amy, rules, set, direction, police.id, said.clone()));
}

/// A landlord asks for a reference.
fn a_reference_is_asked_for(world: &World, khan: PartyId) {
    let mut cx = world.amy();
    cx.actor.keeps_references = true;
    let request = reference::Request {
        reference: String::new(),
        landlord_id: khan,
        property_id: None,
        tenant: "Ms B Tenant".to_owned(),
        consent: Some(reference::TenantConsent {
            covers: "Complaints.".to_owned(),
            given_on: world.today(),
            how: reference::ConsentHow::Email,
        }),
        received_on: world.today(),
    };
    world.write(|tx| actions::references::receive(tx, &cx, request.clone(), 6));
}

/// Who lives in a home, what its landlord asks for, and an enquiry into it.
fn a_home_is_looked_into(world: &World, home: PropertyId, khan: PartyId) {
    let amy = world.amy();
    world.write(|tx| {
        let count = occupancy::Count {
            counted_on: world.today(),
            basis: occupancy::OccupationBasis::Let,
            households: 1,
            occupiers: 2,
            flats_in_block: None,
            source: occupancy::OccupancySource::Visit,
            note: None,
        };
        actions::homes::record_occupancy(tx, &amy, home, count)?;
        let said = exemption::Notification {
            reference: String::new(),
            property_id: home,
            party_id: khan,
            steps: "The house is being sold.".to_owned(),
            on: world.today(),
        };
        actions::exemptions::notify(tx, &amy, exemption::ExemptionKind::Temporary, said)?;
        let opening = enquiry::Opening {
            reference: String::new(),
            property_id: home,
            source: enquiry::IntelligenceSource::Neighbour,
            intelligence: "Three families come and go.".to_owned(),
            received_on: world.today(),
            exemption_id: None,
        };
        actions::enquiries::open(tx, &amy, opening)?;
        let visit = actions::inspections::NewVisit {
            property_id: home,
            officer_id: None,
            purpose: inspection::Purpose::Programme,
            starts_at: amy.now,
            ends_at: amy.now + chrono::TimeDelta::hours(1),
        };
        actions::feeds::renew(tx, &amy)?;
        actions::inspections::plan(tx, &amy, &world.app.rules, visit)
    });
}

/// A case from what an inspection found to a penalty that is due.
fn a_penalty_is_imposed(world: &World, licence: &licence::Licence) {
    use actions::enforcement::{Asked as Suspected, Named, Wanted, open, take};
    use enforcement::Step;
    let asked = Suspected {
        property_id: licence.property_id,
        source: enforcement::CaseSource::Inspection,
        source_note: None,
        suspect_id: licence.holder_id,
        capacity: property::Capacity::Holder,
        offences: vec![Named::Found {
            condition: Some((licence.id, "9.6".to_owned())),
            act: "No record was kept.".to_owned(),
            happened_on: day("2025-02-06"),
            arguable_from: day("2025-02-06"),
        }],
    };
    let (rules, amy) = (&world.app.rules, world.amy());
    let mut case = world.write(|tx| open(tx, &amy, rules, asked.clone()));
    let mut step = |wanted: Wanted| {
        let decides = matches!(&wanted, Wanted::Step(step) if step.decides());
        let cx = if decides { world.tom() } else { world.amy() };
        let expected = actions::Expected(case.revision);
        case = world.write(|tx| take(tx, &cx, rules, case.id, expected, wanted.clone()));
    };
    let text = || "as the file shows".to_owned();
    let ahead = world.today() + chrono::Days::new(7);
    let working = enforcement::Working {
        start_code: None,
        start_pence: Some(500_000),
        start_because: text(),
        factors: Vec::new(),
        means: text(),
        means_pence: 0,
    };
    let by_hand = |world: &World| actions::Service {
        method: calendar::Method::DeliveredByHand,
        dispatched_at: world.today().and_hms_opt(0, 0, 0).unwrap(),
        address: None,
        evidence: None,
        proved: None,
    };
    step(Wanted::Step(Step::Invite { answer_by: ahead }));
    step(Wanted::Step(Step::Warn { comply_by: ahead, note: text() }));
    step(Wanted::Step(Step::CompleteEvidence { sufficient_on: world.today(), excuse: text() }));
    step(Wanted::Step(Step::ChoosePenalty { reason: text() }));
    step(Wanted::DraftIntent { working: working.clone(), reasons: text(), addition: None });
    step(Wanted::Step(Step::ApproveIntent));
    step(Wanted::GiveIntent(by_hand(world)));
    world.wait(chrono::TimeDelta::days(30));
    step(Wanted::Step(Step::EndRepresentations));
    step(Wanted::Step(Step::DraftFinal { working, reasons: text() }));
    step(Wanted::Step(Step::ApproveFinal));
    step(Wanted::GiveFinal(by_hand(world)));
    let key = (enforcement::MaterialKind::Licence, Spelled::read(licence.id.as_str()).unwrap());
    let mark = actions::material::Wanted { key, mark: enforcement::MaterialMark::Used, reason: None };
    world.write(|tx| actions::material::mark(tx, &amy, case.id, vec![mark.clone()]));
}

/// A file that answers a demand, and a record made of it.
fn files_come_in(world: &World) {
    let khan = world.landlord("Mrs C Khan", true);
    let licence = world.licensed_home(&khan, None);
    let demand = world.served_demand(&licence, &["1"], "2025-02-10");
    let amy = world.amy();
    let facts = document::Facts { media_type: document::MediaType::Pdf, bytes: 9, name: "gas.pdf".to_owned() };
    let arrival = document::Arrival {
        under: document::Under::Licence(licence.id),
        home: licence.property_id,
        sha256: "ab".repeat(32),
        facts,
    };
    let room = world.app.settings.files.room;
    let sent = world.write(|tx| actions::documents::receive(tx, &amy, arrival.clone(), room, false)).document.id;
    let incoming = actions::demands::Incoming {
        kind: demand::AnswerKind::Document,
        record: None,
        documents: vec![sent],
        text: None,
        from: Some(khan.id),
        received_at: None,
    };
    let (id, item) = (demand.cover.id, demand.items[0].id);
    let expected = actions::Expected(demand.cover.revision);
    world.write(|tx| {
        actions::demands::answer(tx, &amy, &world.app.rules, id, expected, item, incoming.clone())?;
        let said = certificate::Particulars {
            checked_on: world.today(),
            result: Some(certificate::InspectionResult::Satisfactory),
            registration: Some("123456".to_owned()),
            ..certificate::Particulars::default()
        };
        let (home, kind) = (licence.property_id, DocumentKind::GasSafetyRecord);
        actions::certificates::record(tx, &amy, home, Some(licence.id), kind, said, &[sent]).map(|_| ())
    });
}

/// A letter on paper, printed with all that wait.
fn letters_are_printed(world: &World) {
    let licence = world.licensed_home(&world.landlord("Mrs C Paper", false), None);
    world.issued_demand(&licence, &["9.6"]);
    world.post();
    let amy = world.amy();
    world.write(|tx| {
        let chosen = actions::letter_batches::chosen(tx, &amy, None)?;
        let in_it = (1..).step_by(2).zip(&chosen).map(|(page, letter)| (letter.id, page, page)).collect();
        let printed = letter_batch::Printed { sha256: "cd".repeat(32), bytes: 9, letters: in_it };
        let made = actions::letter_batches::Batch { letters: chosen, printed, unprintable: Vec::new() };
        actions::letter_batches::make(tx, &amy, &made).map(|_| ())
    });
}

#[test]
fn every_table_can_be_written_and_read() {
    use selective_licensing::domain::actor::Sight::Everything;
    use selective_licensing::storage::*;

    use crate::support::world::everything;

    let world = a_year_in_the_office();
    for table in world.database.tables() {
        assert!(world.database.count(&table) > 0, "{table} is empty");
    }
    let page = everything();
    let count = |table: &str| world.database.count(table);
    macro_rules! reads_all {
        ($($table:literal: $read:expr),+ $(,)?) => {$({
            let read: fn(&mut Conn, &page::Page) -> Result<usize, storage::Error> = $read;
            assert_eq!(world.read(|db| read(db, &page)), count($table), $table);
        })+};
    }
    reads_all! {
        "schemes": |db, _| Ok(schemes::all(db)?.len()),
        "enclosures": |db, page| {
            let all = letters::list(db, Everything, &Default::default(), page)?.rows;
            let found = all.iter().map(|letter| Ok(enclosures::of(db, letter)?.map(|one| one.sha256)));
            Ok(found.collect::<Result<std::collections::BTreeSet<_>, storage::Error>>()?.into_iter().flatten().count())
        },
        "letter_batches": |db, page| Ok(letter_batches::list(db, None, page)?.rows.len()),
        "documents": |db, page| Ok(documents::list(db, Everything, &documents::Filter::default(), page)?.rows.len()),
        "parties": |db, page| Ok(parties::list(db, None, page)?.rows.len()),
        "properties": |db, page| Ok(properties::list(db, Everything, &Default::default(), page)?.rows.len()),
        "accounts": |db, _| Ok(access::list(db)?.len()),
        "applications": |db, page| Ok(applications::list(db, &Default::default(), page)?.rows.len()),
        "licences": |db, page| Ok(licences::list(db, Everything, &Default::default(), page)?.rows.len()),
        "demands": |db, page| Ok(demands::list(db, Everything, &Default::default(), page)?.rows.len()),
        "certificates": |db, page| Ok(certificates::list(db, Everything, &Default::default(), page)?.rows.len()),
        "obligations": |db, page| Ok(obligations::list(db, Everything, &Default::default(), page)?.rows.len()),
        "breaches": |db, page| Ok(breaches::list(db, &Default::default(), page)?.rows.len()),
        "enforcement_cases": |db, page| Ok(enforcement::list(db, &Default::default(), page)?.rows.len()),
        "offences": |db, page| {
            let all = enforcement::list(db, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(enforcement::offences_of(db, one.id)?.len())).sum()
        },
        "penalty_entries": |db, page| {
            let all = enforcement::list(db, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(enforcement::entries_of(db, one.id)?.len())).sum()
        },
        "material_marks": |db, page| {
            let all = enforcement::list(db, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(material::marks_of(db, one.id)?.len())).sum()
        },
        "letters": |db, page| Ok(letters::list(db, Everything, &Default::default(), page)?.rows.len()),
        "checks": |db, page| Ok(checks::list(db, None, page)?.rows.len()),
        "tasks": |db, page| Ok(tasks::list(db, None, None, page)?.rows.len()),
        "anchors": |db, _| Ok(events::anchors_after(db, 0, 1_000)?.len()),
        "reference_requests": |db, page| Ok(references::list(db, None, page)?.rows.len()),
        "partners": |db, page| Ok(partners::list(db, page)?.rows.len()),
        "referrals": |db, page| Ok(referrals::list(db, &Default::default(), page)?.rows.len()),
        "case_reads": |db, page| Ok(case_reads::list(db, &Default::default(), page)?.rows.len()),
        "enquiries": |db, page| Ok(enquiries::list(db, &Default::default(), page)?.rows.len()),
        "inspections": |db, page| Ok(inspections::list(db, &Default::default(), page)?.rows.len()),
        "exemptions": |db, page| {
            let all = properties::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(exemptions::of_property(db, one.id)?.len())).sum()
        },
        "occupancies": |db, page| {
            let all = properties::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(occupancies::of_property(db, one.id)?.len())).sum()
        },
        "chains": |db, _| Ok(events::heads(db, "", 1_000)?.len()),
        "recipients": |db, page| {
            Ok(demands::list(db, Everything, &Default::default(), page)?.rows.iter().map(|one| one.recipients.len()).sum())
        },
        "items": |db, page| {
            Ok(demands::list(db, Everything, &Default::default(), page)?.rows.iter().map(|one| one.items.len()).sum())
        },
        "responses": |db, page| {
            let all = demands::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(demands::responses_to(db, one.cover.id)?.len())).sum()
        },
        "attempts": |db, page| {
            let all = letters::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(letters::attempts_of(db, one.id)?.len())).sum()
        },
        "reminders": |db, page| {
            let all = checks::list(db, None, page)?.rows;
            all.iter().map(|one| Ok(reminders::of_check(db, one.id)?.len())).sum()
        },
        "check_failures": |db, page| {
            let all = checks::list(db, None, page)?.rows;
            all.iter().map(|one| Ok(checks::failures_of(db, one.id)?.len())).sum()
        },
        "consents": |db, page| {
            let all = parties::list(db, None, page)?.rows.iter().map(|one| one.id).collect::<Vec<_>>();
            Ok(parties::consents_of(db, &all)?.len())
        },
        "interests": |db, page| {
            let all = properties::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(properties::interests_in(db, one.id)?.len())).sum()
        },
        "tokens": |db, _| {
            let all = access::list(db)?;
            all.iter().map(|one| Ok(access::tokens_of(db, one.id)?.len())).sum()
        },
        "licence_homes": |db, page| {
            let all = licences::list(db, Everything, &Default::default(), page)?.rows;
            all.iter().map(|one| Ok(licences::homes_of(db, one.id)?.len())).sum()
        },
        "events": |db, _| {
            let all = events::heads(db, "", 1_000)?;
            all.iter().map(|(chain, ..)| Ok(events::of_chain(db, chain, 0, 10_000)?.len())).sum()
        },
        "links": |db, _| Ok(sign_in::links_to_send(db, "2030-01-01T00:00:00Z".parse().unwrap(), 100)?.len()),
        "answered_requests": |db, _| Ok(usize::from(requests::find(db, "amy", "key")?.is_some())),
    }
}

#[test]
fn eight_writers_who_read_before_they_write_never_stand_in_each_others_way() {
    const WRITERS: usize = 8;
    const TIMES: usize = 200;
    let world = World::new();
    let start = Barrier::new(WRITERS);
    let mut given = std::thread::scope(|scope| {
        let writers = (0..WRITERS).map(|_| {
            scope.spawn(|| {
                start.wait();
                (0..TIMES)
                    .map(|_| world.app.db.write(|tx| schemes::next_reference(tx, "TEST", 2025)).unwrap())
                    .collect::<Vec<_>>()
            })
        });
        let writers = writers.collect::<Vec<_>>();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });
    given.sort();
    given.dedup();
    assert_eq!(given.len(), WRITERS * TIMES);
    assert_eq!(given.last().unwrap(), "TEST/2025/01600", "no number was lost");
}

#[test]
fn of_twenty_officers_who_demand_the_same_at_once_one_succeeds() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    let start = Barrier::new(20);
    let outcomes = std::thread::scope(|scope| {
        let officers = (0..20).map(|_| {
            scope.spawn(|| {
                let cx = world.amy();
                start.wait();
                let conditions = || vec!["1".to_owned(), "9.6".to_owned()];
                world
                    .app
                    .db
                    .write(|tx| actions::demands::draft(tx, &cx, &world.app.rules, Asked::of(licence.id, conditions())))
            })
        });
        let officers = officers.collect::<Vec<_>>();
        officers.into_iter().map(|officer| officer.join().unwrap()).collect::<Vec<_>>()
    });
    let drafted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let duplicates = outcomes.iter().filter(|outcome| matches!(outcome, Err(Error::Duplicate(_)))).count();
    assert_eq!((drafted, duplicates), (1, 19), "{outcomes:?}");
    assert_eq!((world.database.count("demands"), world.database.count("items")), (1, 2));
    assert_eq!(world.database.count("events WHERE kind = 'demand.drafted'"), 1);
}

#[test]
fn a_backup_taken_while_the_service_writes_is_whole_and_can_be_used() {
    let world = World::new();
    if world.database.is_postgres() {
        let refused = world.app.db.backup(&world.folder.path().join("copy.sqlite")).unwrap_err().to_string();
        assert!(refused.contains("pg_dump"), "{refused}");
        return;
    }
    let copy = world.folder.path().join("O'Brien's copy.sqlite");
    let (done, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let before = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let landlord = world.landlord("Mr B Busy", true);
                world.licensed_home(&landlord, None);
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
        while written.load(Ordering::SeqCst) < 5 {
            std::thread::yield_now();
        }
        let before = written.load(Ordering::SeqCst);
        let taken = world.app.db.backup(&copy);
        done.store(true, Ordering::SeqCst);
        taken.unwrap();
        before
    });
    assert!(world.app.db.backup(&copy).is_err(), "a backup never overwrites another");

    let restored = Db::open(&format!("sqlite://{}", copy.display()), 2).unwrap();
    let verdict = restored.read(|db| audit::verify(db, None, |_| {})).unwrap();
    assert_eq!(verdict.fault, None);
    let people = restored.read(|db| storage::parties::list(db, None, &crate::support::world::everything())).unwrap();
    assert!(people.rows.len() >= before && people.rows.len() <= written.load(Ordering::SeqCst));
    let homes = restored.read(|db| {
        use selective_licensing::domain::actor::Sight::Everything;
        storage::properties::list(db, Everything, &Default::default(), &crate::support::world::everything())
    });
    assert!(homes.unwrap().rows.len() + 1 >= people.rows.len(), "what was written together is there together");
    restored.write(|tx| schemes::next_reference(tx, "TEST", 2025)).unwrap();
}

#[test]
fn a_database_that_cannot_be_used_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "Dear Mr Khan, this is a letter and no database at all. ".repeat(100)).unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, wanted) in [
        (format!("sqlite://{}", folder.path().display()), "unable to open"),
        (format!("sqlite://{}", text.display()), "not a database"),
        (format!("sqlite://{}/below", text.display()), "letter.txt"),
        (format!("postgres://nobody@127.0.0.1:{closed}/none"), "refused"),
        ("sqlite://:memory:".to_owned(), "journal_mode"),
    ] {
        let error = Db::open(&url, 2).unwrap_err().to_string();
        assert!(error.contains(wanted), "{url}: {error}");
    }
}

#[test]
fn a_postgresql_that_could_lose_what_was_acknowledged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::new(folder.path());
    if database.is_postgres() {
        let hasty = format!("{}?options=-c%20synchronous_commit%3Doff", database.url);
        let error = Db::open(&hasty, 2).unwrap_err().to_string();
        assert!(error.contains("synchronous_commit"), "{error}");
    }
}

#[test]
fn what_fails_in_the_middle_leaves_nothing_behind() {
    let world = World::new();
    let before = world.database.dump(&[]);
    let cx = world.amy();
    let add = |tx: &mut storage::Tx<'_>| {
        let facts = party::PartyFacts {
            kind: party::PartyKind::Person,
            name: "Mr Half".to_owned(),
            address: "1 Nowhere".to_owned(),
            email: None,
            phone: None,
            company_number: None,
        };
        actions::gazetteer::add_party(tx, &cx, facts)
    };
    let failed = world.app.db.write(|tx| add(tx).and(Err::<(), _>(Error::NotFound)));
    assert!(matches!(failed, Err(Error::NotFound)));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        world.app.db.write(|tx| {
            add(tx)?;
            std::panic::resume_unwind(Box::new("a fault of our own"));
            #[expect(unreachable_code, reason = "says what the work would return")]
            Ok::<(), Error>(())
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(world.database.dump(&[]), before);
    world.write(add);
    assert_eq!(world.database.count("parties"), 1, "and the next one can write");
}

#[test]
fn processes_that_start_at_once_on_an_empty_database_all_find_its_tables() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(folder.path());
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    let db = Db::open(&database.url, 2).unwrap();
                    db.write(|tx| schemes::next_reference(tx, "TEST", 2025)).unwrap();
                });
            }
        });
        assert_eq!(database.lines("SELECT CAST(value AS TEXT) AS line FROM counters"), ["4"]);
    }
}

#[test]
fn writers_who_wait_in_line_leave_the_connections_to_readers() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::new(folder.path());
    let db = Db::open(&database.url, 2).unwrap();
    let (inside, is_inside) = std::sync::mpsc::channel();
    let (finish, may_finish) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let db = &db;
        scope.spawn(move || {
            db.write(|_| {
                inside.send(()).unwrap();
                may_finish.recv().unwrap();
                Ok::<_, storage::Error>(())
            })
        });
        is_inside.recv().unwrap();
        let waiting = (0..3).map(|_| scope.spawn(|| db.write(|tx| schemes::next_reference(tx, "TEST", 2025))));
        let waiting = waiting.collect::<Vec<_>>();
        for _ in 0..2_000 {
            db.read(schemes::all).unwrap();
        }
        finish.send(()).unwrap();
        assert!(waiting.into_iter().all(|writer| writer.join().unwrap().is_ok()));
    });
}

#[test]
fn a_unique_key_that_stands_in_the_way_is_looked_at_once_more_where_another_writer_may_have_set_it() {
    let world = World::new();
    let answered = requests::Answered {
        account_id: "amy".to_owned(),
        key: "key".to_owned(),
        digest: String::new(),
        status: 201,
        location: None,
        etag: None,
        body: "{}".to_owned(),
        answered_at: world.amy().now,
    };
    let tries = AtomicUsize::new(0);
    let blind = |tx: &mut storage::Tx<'_>| {
        tries.fetch_add(1, Ordering::Relaxed);
        requests::insert(tx, &answered)
    };
    world.app.db.write(blind).unwrap();
    assert!(matches!(world.app.db.write(blind), Err(storage::Error::Duplicate)));
    let wanted = if world.database.is_postgres() { 3 } else { 2 };
    assert_eq!(tries.load(Ordering::Relaxed), wanted, "the embedded database has one writer, who sees everything");
}

#[test]
fn the_database_itself_refuses_to_change_what_was_recorded() {
    let world = World::new();
    world.licensed_home(&world.khan(), None);
    world.night("2025-01-22");
    let before = world.database.dump(&[]);
    for table in ["events", "anchors"] {
        for sql in [format!("UPDATE {table} SET hash = 'x'"), format!("DELETE FROM {table}")] {
            assert!(world.database.try_within_the_rules(&sql).unwrap_err().contains("never"), "{sql}");
        }
    }
    assert_eq!(world.database.dump(&[]), before);
}
