//! The proof file of a breach: everything on record that bears on it, read from one state, and the event that it was put together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::audit::{self, Verdict};
use super::letters::named_in;
use super::licence_documents::{self, LicenceDocument};
use super::{Error, Rules, material};
use domain::actor::Action;
use domain::anchor::{Step, leaf, path};
use domain::appeal::Appeal;
use domain::breach::Breach;
use domain::bundle::{self, Contents};
use domain::certificate::Certificate;
use domain::context::Context;
use domain::demand::{Demand, Response};
use domain::document::Document;
use domain::enforcement::{Case, Material, MaterialKey, Offence, PenaltyEntry};
use domain::event::{Chain, Happening};
use domain::id::{AccountId, BreachId, CertificateId, CheckId, EnforcementId, PartyId, ResponseId};
use domain::inspection::Inspection;
use domain::letter::{Enclosure, Letter, LetterKind};
use domain::licence::Licence;
use domain::notice::{Notice, Representation};
use domain::obligation::Obligation;
use domain::party::{Consent, Party};
use domain::proceeding::Proceeding;
use domain::property::{Interest, Property};
use domain::reminder::Reminder;
use domain::scheme::{Inspections, Scheme};
use domain::task::Task;
use storage::checks::{self, Check};
use storage::events::{self, Anchor, Sealed};
use storage::letters::{self, Attempt};
use storage::{
    Conn, Tx, access, appeals, applications, breaches, certificates, demands, documents, enclosures, enforcement,
    inspections, licences, notices, obligations, parties, proceedings, properties, reminders, tasks,
};

/// Everything on record that bears on a breach.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// The breach.
    pub breach: Breach,
    /// The licence.
    pub licence: Licence,
    /// Each of its versions as it is printed, the first as it was granted.
    pub versions: Vec<LicenceDocument>,
    /// What led to the licence and what was to become of it: its application first.
    pub proceedings: Vec<Proceedings>,
    /// The scheme as it was when the licence was granted.
    pub scheme: Scheme,
    /// The home.
    pub home: Property,
    /// The demand whose item was not answered; absent for an obligation.
    pub demand: Option<Demand>,
    /// The duty that was not met; absent for a demand.
    pub obligation: Option<Obligation>,
    /// Whoever is bound by the licence or got the demand, the holder first.
    pub people: Vec<Person>,
    /// Enforcement cases that name the breach.
    pub enforcement: Vec<Enforcement>,
    /// What one of them marks as sensitive, with what came with it: withheld, or in no other field.
    pub sensitive: BTreeSet<MaterialKey>,
    /// Interests in the home.
    pub interests: Vec<Interest>,
    /// The names of all others whom the file names.
    pub names: BTreeMap<PartyId, String>,
    /// The council's inspections of the home, each with what the council looks at in the version that it goes by.
    pub inspections: Vec<(Inspection, Inspections)>,
    /// The names of officers.
    pub officers: BTreeMap<AccountId, String>,
    /// Reminders of the missed date, in order.
    pub reminders: Vec<Reminder>,
    /// Letters about the home, to whoever is bound.
    pub letters: Vec<Sent>,
    /// What came in for the demand.
    pub responses: Vec<(Response, Vec<Document>)>,
    /// Records under the licence.
    pub certificates: Vec<(Certificate, Vec<Document>)>,
    /// Every file that was sent for the home.
    pub documents: Vec<Document>,
    /// Tasks about the home.
    pub tasks: Vec<Task>,
    /// The runs of the nightly check that called for something of it, and the last one.
    pub checks: Vec<Check>,
    /// The case's chain.
    pub events: Vec<Sealed>,
    /// What a verification of the chain and of all anchors found.
    pub verdict: Verdict,
    /// The anchors, without their leaves, in order.
    pub anchors: Vec<Anchor>,
    /// Where the case's chain stands in them, in order.
    pub sightings: Vec<Sighting>,
}

/// A person or company in the case.
#[derive(Clone, Debug)]
pub struct Person {
    /// As what: "holder", "manager", "agent", or what the demand calls it.
    pub role: String,
    /// Who.
    pub party: Party,
    /// Their consents to e-mail.
    pub consents: Vec<Consent>,
    /// When their details were recorded and corrected, and whether the address was.
    pub corrections: Vec<(DateTime<Utc>, bool)>,
}

/// An enforcement case with what is kept beside it.
#[derive(Clone, Debug)]
pub struct Enforcement {
    /// The case.
    pub case: Case,
    /// The offences that it names.
    pub offences: Vec<Offence>,
    /// The account of its penalty.
    pub entries: Vec<PenaltyEntry>,
    /// What is held of it, marked for a prosecution.
    pub material: Vec<Material>,
}

/// What was proposed and decided of a licence, and who was told.
#[derive(Clone, Debug)]
pub struct Proceedings {
    /// What people call the application or the proceedings.
    pub reference: String,
    /// The proceedings to vary or to revoke; absent for the application.
    pub change: Option<Proceeding>,
    /// The notices, each with what was said of it, oldest first.
    pub notices: Vec<(Notice, Vec<Representation>)>,
    /// The appeals.
    pub appeals: Vec<Appeal>,
}

/// A letter, and how it went.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The letter.
    pub letter: Letter,
    /// What went with it.
    pub enclosure: Option<Enclosure>,
    /// The attempts to hand it to the relay.
    pub attempts: Vec<Attempt>,
    /// Why it does not belong into a file that others read, if it does not.
    pub withheld: Option<&'static str>,
}

/// Where the head of a chain stands in an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The anchor's number.
    pub anchor: i64,
    /// The number of the event that was the head.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// The way to the anchor's root.
    pub path: Vec<Step>,
}

/// Reads everything that bears on a breach. To be called in one unchanging state.
///
/// # Errors
/// [`Error::NotFound`] without such a breach.
pub fn gather(db: &mut Conn, cx: &Context, rules: &Rules, id: BreachId) -> Result<CaseFile, Error> {
    cx.allow(Action::DecideBreaches)?;
    let breach = breaches::find(db, id)?.ok_or(Error::NotFound)?;
    let licence = licences::find(db, breach.licence_id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, breach.property_id)?.ok_or(Error::NotFound)?;
    let demand = breach.item_id.map(|item| demands::of_item(db, item)).transpose()?.flatten();
    let obligation = breach.obligation_id.map(|duty| obligations::find(db, duty)).transpose()?.flatten();
    let people = people(db, &licence, demand.as_ref())?;
    let reminders = reminded(db, &breach)?;
    let chain = Chain::Case(home.id).name();
    let (anchors, sightings) = anchored(db, &chain)?;
    let proceedings = proceedings_on(db, &licence)?;
    let interests = properties::interests_in(db, home.id)?;
    let inspections = inspected(db, rules, &home)?;
    let enforcement = enforced(db, breach.id)?;
    let mut file = CaseFile {
        read_at: cx.now,
        scheme: rules.of(&licence)?.clone(),
        versions: (1..=licence.version)
            .map(|number| licence_documents::read(db, rules, &licence, number))
            .collect::<Result<_, _>>()?,
        names: names(db, &interests, &proceedings, &inspections)?,
        officers: access::list(db)?.into_iter().map(|account| (account.id, account.name)).collect(),
        letters: letters_of(db, &home, &people, &enforcement, &reminders)?,
        responses: responses(db, demand.as_ref())?,
        certificates: records(db, &licence, &home)?,
        documents: documents::of_home(db, home.id)?,
        tasks: tasks::of_home(db, home.id)?,
        checks: runs(db, &breach, &reminders)?,
        events: events::of_chain(db, &chain, 0, i64::MAX)?,
        verdict: audit::verify(db, Some(&chain), |_| {})?,
        sensitive: BTreeSet::new(),
        enforcement,
        interests,
        proceedings,
        inspections,
        breach,
        licence,
        home,
        demand,
        obligation,
        people,
        reminders,
        anchors,
        sightings,
    };
    file.keep_back();
    Ok(file)
}

fn enforced(db: &mut Conn, breach: BreachId) -> Result<Vec<Enforcement>, Error> {
    let cases = enforcement::about_breach(db, breach)?.into_iter();
    let whole = cases.map(|case| {
        let (offences, entries) = (enforcement::offences_of(db, case.id)?, enforcement::entries_of(db, case.id)?);
        Ok(Enforcement { material: material::of_case(db, &case)?, case, offences, entries })
    });
    whole.collect()
}

fn proceedings_on(db: &mut Conn, licence: &Licence) -> Result<Vec<Proceedings>, Error> {
    let mut found = Vec::new();
    if let Some(application) = licence.application_id.map(|id| applications::find(db, id)).transpose()?.flatten() {
        let written = notices::of_application(db, application.id)?;
        found.push(Proceedings {
            reference: application.reference,
            change: None,
            notices: told(db, written)?,
            appeals: appeals::of_application(db, application.id)?,
        });
    }
    for change in proceedings::of_licence(db, licence.id)? {
        let written = notices::of_proceeding(db, change.id)?;
        found.push(Proceedings {
            reference: change.reference.clone(),
            notices: told(db, written)?,
            appeals: appeals::of_proceeding(db, change.id)?,
            change: Some(change),
        });
    }
    Ok(found)
}

fn told(db: &mut Conn, notices: Vec<Notice>) -> Result<Vec<(Notice, Vec<Representation>)>, Error> {
    let with_answers = notices.into_iter().map(|notice| {
        let said = notices::representations_about(db, notice.cover.id)?;
        Ok((notice, said))
    });
    with_answers.collect()
}

fn inspected(db: &mut Conn, rules: &Rules, home: &Property) -> Result<Vec<(Inspection, Inspections)>, Error> {
    let found = inspections::of_home(db, home.id)?.into_iter();
    let with_rules = found.map(|inspection| {
        let scheme = rules.version(&inspection.scheme_code, inspection.scheme_version)?;
        Ok((inspection, scheme.inspections.clone()))
    });
    with_rules.collect()
}

fn people(db: &mut Conn, licence: &Licence, demand: Option<&Demand>) -> Result<Vec<Person>, Error> {
    let bound = [(Some(licence.holder_id), "holder"), (licence.manager_id, "manager"), (licence.agent_id, "agent")];
    let mut roles = bound.into_iter().filter_map(|(id, role)| Some((id?, role.to_owned()))).collect::<Vec<_>>();
    let copies = demand.into_iter().flat_map(|demand| &demand.recipients);
    roles.extend(copies.map(|copy| (copy.party_id, copy.capacity.to_string())));
    let mut seen = BTreeSet::new();
    roles.retain(|(id, _)| seen.insert(*id));
    let mut people = Vec::with_capacity(roles.len());
    for (id, role) in roles {
        let party = parties::find(db, id)?.ok_or(Error::NotFound)?;
        let consents = parties::consents_of(db, &[id])?;
        let history = events::of_chain(db, &Chain::Party(id).name(), 0, i64::MAX)?;
        let kept = |kind| matches!(kind, Happening::PartyAdded | Happening::PartyChanged);
        let corrections = history.iter().filter(|event| kept(event.kind)).map(|event| (event.at, moved(event)));
        people.push(Person { role, party, consents, corrections: corrections.collect() });
    }
    Ok(people)
}

/// Whether an event of a person's chain changed the address.
fn moved(event: &Sealed) -> bool {
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
    body.pointer("/facts/address_changed").and_then(serde_json::Value::as_bool).unwrap_or_default()
}

fn names(
    db: &mut Conn,
    interests: &[Interest],
    proceedings: &[Proceedings],
    inspections: &[(Inspection, Inspections)],
) -> Result<BTreeMap<PartyId, String>, Error> {
    let mut ids = interests.iter().map(|interest| interest.party_id).collect::<BTreeSet<_>>();
    for one in proceedings {
        ids.extend(one.change.iter().filter_map(|change| change.asked_by));
        ids.extend(one.appeals.iter().filter_map(|appeal| appeal.appellant_id));
        for (notice, said) in &one.notices {
            ids.extend(notice.copies.iter().map(|copy| copy.party_id));
            ids.extend(said.iter().filter_map(|said| said.party_id));
        }
    }
    let visits = inspections.iter().flat_map(|(inspection, _)| &inspection.visits);
    ids.extend(visits.flat_map(|visit| &visit.given).filter_map(|given| given.party_id));
    let named = parties::find_all(db, &ids.into_iter().collect::<Vec<_>>())?;
    Ok(named.into_iter().map(|party| (party.id, party.name)).collect())
}

/// The reminders of the date that a breach missed.
pub(super) fn reminded(db: &mut Conn, breach: &Breach) -> Result<Vec<Reminder>, Error> {
    let subject = breach.item_id.map(|id| id.0).or(breach.obligation_id.map(|id| id.0));
    let mut called = subject.map(|subject| reminders::about(db, subject)).transpose()?.unwrap_or_default();
    called.retain(|reminder| reminder.due_on == breach.due_on);
    Ok(called)
}

/// Letters about the home to whoever is bound, and those that carried a reminder of the missed date.
fn letters_of(
    db: &mut Conn,
    home: &Property,
    people: &[Person],
    cases: &[Enforcement],
    called: &[Reminder],
) -> Result<Vec<Sent>, Error> {
    let cases = cases.iter().map(|one| one.case.id).collect::<BTreeSet<_>>();
    let bound = people.iter().map(|person| person.party.id).collect::<BTreeSet<_>>();
    let mut found = BTreeMap::new();
    for letter in letters::of_home(db, home.id)? {
        found.insert(letter.id, letter);
    }
    for id in called.iter().filter_map(|reminder| reminder.letter_id).collect::<BTreeSet<_>>() {
        found.extend(letters::find(db, id)?.map(|letter| (id, letter)));
    }
    let mut sent = Vec::with_capacity(found.len());
    for letter in found.into_values() {
        let withheld = withheld(db, home, &bound, &cases, &letter)?;
        let (enclosure, attempts) = (enclosures::of(db, &letter)?, letters::attempts_of(db, letter.id)?);
        sent.push(Sent { letter, enclosure, attempts, withheld });
    }
    sent.sort_by_key(|sent| (sent.letter.created_at, sent.letter.id));
    Ok(sent)
}

fn withheld(
    db: &mut Conn,
    home: &Property,
    bound: &BTreeSet<PartyId>,
    cases: &BTreeSet<EnforcementId>,
    letter: &Letter,
) -> Result<Option<&'static str>, Error> {
    let case = named_in::<EnforcementId>(letter, "case").filter(|_| letter.kind == LetterKind::Enforcement);
    let elsewhere = reminders::in_letter(db, letter.id)?.iter().any(|line| line.property_id != home.id);
    Ok(if elsewhere {
        Some("it names other homes, too")
    } else if case.is_some_and(|case| !cases.contains(&case)) {
        Some("it belongs to another enforcement case")
    } else if case.is_none() && !bound.contains(&letter.recipient_id) {
        Some("it went to somebody who is neither bound by this licence nor got the demand")
    } else if letter.text.is_none() {
        Some("it has not been written yet")
    } else {
        None
    })
}

fn responses(db: &mut Conn, demand: Option<&Demand>) -> Result<Vec<(Response, Vec<Document>)>, Error> {
    let Some(demand) = demand else { return Ok(Vec::new()) };
    let responses = demands::responses_to(db, demand.cover.id)?;
    let ids = responses.iter().map(|response| response.id).collect::<Vec<ResponseId>>();
    let mut brought = documents::of_responses(db, &ids)?;
    let with_files = |response: Response| {
        let files = brought.remove(&response.id).unwrap_or_default();
        (response, files)
    };
    Ok(responses.into_iter().map(with_files).collect())
}

fn records(db: &mut Conn, licence: &Licence, home: &Property) -> Result<Vec<(Certificate, Vec<Document>)>, Error> {
    let mut records = certificates::of_licence(db, licence.id)?;
    records.retain(|record| record.property_id == home.id);
    let ids = records.iter().map(|record| record.id).collect::<Vec<CertificateId>>();
    let mut brought = documents::of_certificates(db, &ids)?;
    let with_files = |record: Certificate| {
        let files = brought.remove(&record.id).unwrap_or_default();
        (record, files)
    };
    Ok(records.into_iter().map(with_files).collect())
}

fn runs(db: &mut Conn, breach: &Breach, called: &[Reminder]) -> Result<Vec<Check>, Error> {
    let mut ids = called.iter().map(|reminder| reminder.check_id).collect::<BTreeSet<CheckId>>();
    ids.insert(breach.check_id);
    let mut runs = Vec::with_capacity(ids.len() + 1);
    for id in ids {
        runs.extend(checks::find(db, id)?);
    }
    if let Some(night) = checks::last_night(db)? {
        let last = checks::list(db, Some(night), &storage::page::Page { after: None, limit: 100 })?.rows;
        runs.extend(last.into_iter().filter(|run| !runs.iter().any(|there| there.id == run.id)).collect::<Vec<_>>());
    }
    runs.sort_by_key(|run| (run.started_at, run.id));
    Ok(runs)
}

/// Every anchor, and where the chain stands in it.
fn anchored(db: &mut Conn, chain: &str) -> Result<(Vec<Anchor>, Vec<Sighting>), Error> {
    let (mut anchors, mut sightings) = (Vec::new(), Vec::new());
    loop {
        let after = anchors.last().map_or(0, |anchor: &Anchor| anchor.number);
        let page = events::anchors_after(db, after, 50)?;
        if page.is_empty() {
            return Ok((anchors, sightings));
        }
        for anchor in page {
            sightings.extend(sighted(&anchor, chain));
            anchors.push(Anchor { leaves: String::new(), ..anchor });
        }
    }
}

fn sighted(anchor: &Anchor, chain: &str) -> Option<Sighting> {
    let lines = anchor.leaves.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
    let index = lines.iter().position(|line| line.split(' ').next() == Some(chain))?;
    let line = lines.get(index)?;
    let mut words = line.split(' ').skip(1);
    let (seq, hash) = (words.next()?.parse().ok()?, words.next()?.to_owned());
    (leaf(chain, seq, &hash) == *line).then(|| Sighting { anchor: anchor.number, seq, hash, path: path(&lines, index) })
}

/// The proof that comes after everything else of a proof file.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The event that it was put together, the last of the chain.
    pub event: Sealed,
    /// The anchors made over it; the last holds the chain's head.
    pub anchors: Vec<Anchor>,
    /// Where it stands in the last of them.
    pub sighting: Sighting,
}

/// A proof file was put together: that goes on record, and all chains that have moved are anchored, so that the file is proved as
/// soon as it is given out. `None` if something happened in the case, or was anchored, since it was read.
///
/// # Errors
/// Whatever the database says.
pub fn take(tx: &mut Tx<'_>, cx: &Context, file: &CaseFile, contents: &Contents<'_>) -> Result<Option<Taken>, Error> {
    cx.allow(Action::DecideBreaches)?;
    let chain = Chain::Case(file.home.id).name();
    let seq = file.events.last().map_or(0, |event| event.seq);
    let anchored = file.anchors.last().map_or(0, |anchor| anchor.number);
    let moved = !events::of_chain(tx, &chain, seq, 1)?.is_empty();
    if moved || events::last_anchor(tx)?.map_or(0, |(number, ..)| number) != anchored {
        return Ok(None);
    }
    events::append(tx, &[&bundle::taken(cx, &file.breach, contents)])?;
    audit::anchor(tx, cx, cx.today())?;
    let event = events::of_chain(tx, &chain, seq, 1)?.pop().ok_or(Error::NotFound)?;
    let mut anchors = Vec::new();
    for anchor in events::anchors_after(tx, anchored, i64::MAX)? {
        let found = sighted(&anchor, &chain);
        anchors.push(Anchor { leaves: String::new(), ..anchor });
        if let Some(sighting) = found {
            return Ok(Some(Taken { event, anchors, sighting }));
        }
    }
    Err(Error::Broken("the event of a bundle was not anchored".to_owned()))
}
