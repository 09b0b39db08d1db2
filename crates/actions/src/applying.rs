//! Applying for a licence without paper: a form that is begun for a home, filled in part by part, signed and sent.

use chrono::{Datelike as _, TimeDelta};

use super::{Error, Expected, FieldFault, Rules, own as own_actions};
use domain::actor::Action;
use domain::application::form::{self, About, Answers, Form, Person, SentPaper, Signatures};
use domain::application::{Application, News, Stage, Start, Step};
use domain::context::Context;
use domain::document::Document;
use domain::id::{ApplicationId, DocumentId, PartyId, PersonId, PropertyId};
use domain::party::{ConsentScope, Party, PartyFacts};
use domain::property::{Capacity, Interest, Property, PropertyFacts};
use domain::scheme::{ApplicationForm, Scheme, same_spelling};
use storage::{Conn, Tx, application_forms as table, applications, documents, parties, properties, schemes};

/// Forms that somebody may begin in [`WHILE`]: more than any portfolio needs together.
const MOST_FORMS: i64 = 200;
/// The time over which they are counted, whatever became of them.
const WHILE: TimeDelta = TimeDelta::days(30);

/// The home that is applied for.
#[derive(Clone, Debug)]
pub enum Place {
    /// One of the gazetteer.
    Known(PropertyId),
    /// One that the gazetteer does not have.
    Written {
        /// First lines of the address.
        address: String,
        /// Street, for the scheme's list.
        street: String,
        /// Postcode.
        postcode: String,
    },
}

/// The scheme in use and its application form.
///
/// # Errors
/// A refusal where the council takes applications on paper only.
pub fn form_of(rules: &Rules) -> Result<(&Scheme, &ApplicationForm), Error> {
    let scheme = rules.current()?;
    let form = scheme.application.as_ref().ok_or_else(|| Error::Refused {
        code: "paper-only",
        text: format!("{} takes applications on paper only: write to {}", scheme.council.name, scheme.council.email),
    })?;
    Ok((scheme, form))
}

fn own_party(tx: &mut Conn, cx: &Context) -> Result<Party, Error> {
    cx.allow(Action::Apply)?;
    let party = cx.actor.party.ok_or(Error::Forbidden)?;
    parties::find(tx, party)?.ok_or(Error::Forbidden)
}

/// An application of the actor's own, with its form. Until it is sent, whoever is on record stands in it as they are there.
///
/// # Errors
/// [`Error::NotFound`] for one of somebody else.
pub fn own(db: &mut Conn, cx: &Context, id: ApplicationId) -> Result<(Application, Form), Error> {
    cx.allow(Action::Apply)?;
    let form = table::find(db, id)?.filter(|form| Some(form.owner_id) == cx.actor.party);
    let mut form = form.ok_or(Error::NotFound)?;
    if form.sent.is_none() {
        let known = form.people.iter().filter_map(|person| person.party_id).collect::<Vec<_>>();
        let known = parties::find_all(db, &known)?;
        for person in &mut form.people {
            if let Some(party) = known.iter().find(|party| Some(party.id) == person.party_id) {
                *person = Person::of(person.id, party.clone(), std::mem::take(&mut person.capacities));
            }
        }
    }
    let application = applications::find(db, id)?.ok_or(Error::NotFound)?;
    Ok((application, form))
}

/// An application is begun for a home, from nothing or from one of the actor's own for another home. `is_sure` says that the home
/// lies in an area although the council's lists do not have it.
///
/// # Errors
/// [`Error::Invalid`] for a home that is in no area, at `/is_sure`; a refusal of too many drafts.
pub fn begin(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    place: &Place,
    capacity: Capacity,
    copied: Option<ApplicationId>,
    is_sure: bool,
) -> Result<Application, Error> {
    let me = own_party(tx, cx)?;
    let (scheme, asked) = form_of(rules)?;
    let copied = copied.map(|id| own(tx, cx, id)).transpose()?.map(|(_, form)| form);
    if table::count_begun(tx, me.id, cx.now - WHILE)? >= MOST_FORMS {
        let text = format!("you have begun {MOST_FORMS} applications in a month: go on with those, or ask us for more");
        return Err(Error::Refused { code: "too-many-forms", text });
    }
    let home = home(tx, cx, scheme, place, is_sure)?;
    let start = Start {
        reference: schemes::next_reference(tx, "APP", cx.today().year())?,
        property_id: home.id,
        area_code: home.area_code,
        address_search: home.search,
        applicant_id: me.id,
        holder_id: me.id,
        manager_id: None,
        agent_id: None,
        import_key: None,
    };
    let application = Application::start(cx, start);
    applications::insert(tx, &application)?;
    let application = application.into_entity();
    let me = Person::of(PersonId::new(cx), me, vec![capacity]);
    let copied = copied.as_ref().map(|form| (form, asked));
    table::insert(tx, &Form::begin(cx, application.id, application.property_id, me, copied))?;
    Ok(application)
}

fn home(tx: &mut Tx<'_>, cx: &Context, scheme: &Scheme, place: &Place, is_sure: bool) -> Result<Property, Error> {
    let outside = |area: Option<&str>| -> Result<(), Error> {
        if area.is_some() || is_sure {
            return Ok(());
        }
        let text = "the council’s list has no such address in a licence area, so this home needs no licence under this scheme; \
                    if you have checked that it lies in one, tick the box and go on";
        Err(FieldFault::at("/is_sure", text).into())
    };
    match place {
        Place::Known(id) => {
            let known = properties::find(tx, *id)?;
            let home = known.ok_or_else(|| FieldFault::at("/property_id", "choose one of the homes"))?;
            outside(home.area_code.as_deref())?;
            Ok(home)
        }
        Place::Written { address, street, postcode } => {
            let postcode = domain::property::postcode(postcode);
            let there = properties::at_postcode(tx, &postcode)?;
            if let Some(home) = there.into_iter().find(|home| same_spelling(&home.address) == same_spelling(address)) {
                outside(home.area_code.as_deref())?;
                return Ok(home);
            }
            let area = scheme.area_of_address(None, street, &postcode);
            outside(area)?;
            let facts = PropertyFacts {
                address: address.clone(),
                street: street.clone(),
                postcode,
                area_code: area.map(ToOwned::to_owned),
                ..PropertyFacts::default()
            };
            let change = Property::add(cx, facts)?;
            properties::insert(tx, &change)?;
            Ok(change.into_entity())
        }
    }
}

/// What is saved of a form.
#[derive(Clone, Debug)]
pub enum Saving {
    /// The answers of a group of questions.
    Answers(String, Answers),
    /// The grounds of exemption that apply; none of them where it is empty.
    Exemptions(Vec<String>),
    /// Somebody new, or in the place of whoever has that identifier.
    Person(Person),
    /// Nobody any more with that identifier.
    NoPerson(PersonId),
    /// Files as the paper of that code.
    Papers(String, Vec<DocumentId>),
    /// Not that file any more.
    NoPaper(DocumentId),
}

/// A part of a form is saved.
///
/// # Errors
/// [`Error::NotFound`] for a form of somebody else or a part that there is not; a refusal once it was sent.
pub fn save(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    saving: Saving,
) -> Result<(), Error> {
    let (application, form) = own(tx, cx, id)?;
    if application.stage != Stage::Draft {
        return Err(form::Refusal::Sent.into());
    }
    expected.check(form.revision)?;
    let (scheme, asked) = form_of(rules)?;
    let change = match saving {
        Saving::Answers(code, answers) => {
            let group = asked.group(&code).ok_or(Error::NotFound)?;
            form.answer(cx, group, answers)?
        }
        Saving::Exemptions(grounds) => {
            if grounds.iter().any(|ground| scheme.exemption(ground).is_none()) {
                return Err(FieldFault::at("/exemptions", "choose from the grounds on the page").into());
            }
            form.claim(cx, grounds)?
        }
        Saving::Person(person) => form.put_person(cx, person)?,
        Saving::NoPerson(person) => form.drop_person(cx, person)?,
        Saving::Papers(code, files) => {
            let paper =
                asked.paper(&code).ok_or_else(|| FieldFault::at("/paper", "choose from the papers on the page"))?;
            form.attach(cx, &paper.code, &files_of(tx, id, &files)?)?
        }
        Saving::NoPaper(file) => form.detach(cx, file)?,
    };
    Ok(table::save(tx, &change)?)
}

/// What is signed.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The names that were typed.
    pub signatures: Signatures,
    /// The address to which the applicant agrees to get notices and letters by e-mail (s.247), if any.
    pub consent: Option<String>,
}

/// A form is signed and sent: whoever it names is on record from now on, and the application counts as received.
///
/// # Errors
/// A refusal that names what is missing.
pub fn send(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    signing: Signing,
) -> Result<Application, Error> {
    let (application, mut form) = own(tx, cx, id)?;
    expected.check(form.revision)?;
    let (scheme, asked) = form_of(rules)?;
    let home = properties::find(tx, form.property_id)?.ok_or(Error::NotFound)?;
    let others = table::of_owner(tx, form.owner_id, MOST_FORMS)?;
    for person in &mut form.people {
        if person.party_id.is_none() {
            let others = others.iter().flat_map(|form| &form.people);
            let known = others.filter(|other| other.is_same(person)).find_map(|other| other.party_id);
            person.party_id = Some(known.map_or_else(|| on_record(tx, cx, person), Ok)?);
        }
    }
    let claimed = form.exemptions.iter().flatten().filter_map(|code| scheme.exemption(code));
    let exemptions = claimed.map(|ground| format!("{} ({})", ground.name, ground.statutory_basis)).collect();
    let one_line = home.one_line();
    let about =
        About { reference: &application.reference, home: &one_line, exemptions, papers: papers_of(tx, asked, &form)? };
    let sent = form.send(cx, asked, about, signing.signatures)?;
    table::save(tx, &sent)?;
    let form = sent.into_entity();
    record_interests(tx, cx, &form)?;
    let party = |capacity| form.with(capacity).and_then(|person| person.party_id);
    let holder = party(Capacity::Holder).ok_or(Error::NotFound)?;
    let named = application.name_people(cx, holder, party(Capacity::Manager), party(Capacity::Agent))?;
    applications::save(tx, &named)?;
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    super::applications::may_be_sent(tx, rules, &application, cx.today())?;
    let step = Step::Submit { on: cx.today(), declarations_signed: true };
    applications::save(tx, &application.take(cx, scheme, step.clone())?)?;
    if let Some(email) = signing.consent {
        own_actions::agree(tx, cx, email, ConsentScope::All)?;
    }
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    super::fees::charge(tx, cx, rules, &application, &step)?;
    super::applications::tell(tx, cx, News::Received, &application)?;
    Ok(application)
}

/// The files of a form as they are sent: which paper, and the hash of the bytes.
///
/// # Errors
/// Whatever the database says.
pub fn papers_of(db: &mut Conn, asked: &ApplicationForm, form: &Form) -> Result<Vec<SentPaper>, Error> {
    let there = documents::of_application(db, form.application_id)?;
    let sent = form.papers.iter().filter_map(|attached| {
        let document = there.iter().find(|document| document.id == attached.document_id)?;
        Some(SentPaper {
            paper: asked.paper(&attached.paper).map_or_else(|| attached.paper.clone(), |paper| paper.title.clone()),
            document_id: document.id,
            name: document.name.clone(),
            sha256: document.sha256.clone(),
        })
    });
    Ok(sent.collect())
}

/// What was missing is sent: words, files or both. The application goes back to be checked.
///
/// # Errors
/// [`Error::NotFound`] for an application or a file of somebody else; a refusal where nothing is missing, or nothing is said.
pub fn answer_defects(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    text: Option<String>,
    files: &[DocumentId],
) -> Result<Application, Error> {
    let (application, _) = own(tx, cx, id)?;
    expected.check(application.revision)?;
    if text.is_none() && files.is_empty() {
        return Err(FieldFault::at("/text", "say what you have to say, or send a file").into());
    }
    let documents = files_of(tx, id, files)?;
    let change = application.take(cx, rules.current()?, Step::AnswerDefects { text, documents })?;
    applications::save(tx, &change)?;
    applications::find(tx, id)?.ok_or(Error::NotFound)
}

/// The files with these identifiers, all of them sent with that application.
fn files_of(db: &mut Conn, id: ApplicationId, files: &[DocumentId]) -> Result<Vec<Document>, Error> {
    let mut there = documents::of_application(db, id)?;
    there.retain(|document| files.contains(&document.id));
    if there.len() == files.len() { Ok(there) } else { Err(Error::NotFound) }
}

/// A person or company named in a form comes on record.
fn on_record(tx: &mut Tx<'_>, cx: &Context, person: &Person) -> Result<PartyId, Error> {
    let facts = PartyFacts {
        kind: person.kind,
        name: person.name.clone(),
        address: person.address.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        company_number: person.company_number.clone(),
    };
    let change = Party::add(cx, facts);
    parties::insert(tx, &change)?;
    Ok(change.into_entity().id)
}

fn record_interests(tx: &mut Tx<'_>, cx: &Context, form: &Form) -> Result<(), Error> {
    let known = properties::interests_in(tx, form.property_id)?;
    for person in &form.people {
        let Some(party) = person.party_id else { continue };
        for capacity in &person.capacities {
            let is_same = |one: &Interest| one.party_id == party && one.capacity == *capacity && one.until.is_none();
            if known.iter().any(is_same) {
                continue;
            }
            let change = Interest::record(cx, form.property_id, party, *capacity, cx.today());
            properties::insert_interest(tx, &change)?;
        }
    }
    Ok(())
}

/// The actor gives up an application of their own, whether sent or not.
///
/// # Errors
/// A refusal once it is decided; [`Error::NotFound`] for one of somebody else.
pub fn withdraw(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: ApplicationId,
    expected: Expected,
    reason: String,
) -> Result<(), Error> {
    let (application, _) = own(tx, cx, id)?;
    expected.check(application.revision)?;
    let change = application.take(cx, rules.current()?, Step::Withdraw { reason })?;
    Ok(applications::save(tx, &change)?)
}

/// People and companies of the actor's other forms who are not in this one, by name, each once.
///
/// # Errors
/// Whatever the database says.
pub fn known_people(db: &mut Conn, form: &Form) -> Result<Vec<Person>, Error> {
    let mut known: Vec<Person> = Vec::new();
    for person in table::of_owner(db, form.owner_id, MOST_FORMS)?.into_iter().flat_map(|other| other.people) {
        if !form.people.iter().chain(&known).any(|one| one.is_same(&person)) {
            known.push(person);
        }
    }
    known.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(known)
}
