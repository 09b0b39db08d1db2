//! The application form as its applicant fills it in: answers, people and declarations, saved part by part, then signed and
//! kept word for word as it was sent.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::calendar::london::written_instant;
use crate::context::Context;
use crate::document::{Document, named};
use crate::event::{Chain, Change, Happening, hex};
use crate::id::{ApplicationId, DocumentId, PartyId, PersonId, PropertyId};
use crate::party::{Party, PartyKind};
use crate::property::Capacity;
use crate::scheme::{ApplicationForm, Question, QuestionGroup};

/// Answers by the code of their question, as they are kept.
pub type Answers = BTreeMap<String, String>;

/// Somebody named in the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Person {
    /// Which of the form's people: stays when others come and go.
    pub id: PersonId,
    /// Person or company.
    pub kind: PartyKind,
    /// Name as it is written on letters.
    pub name: String,
    /// Proper address for service.
    pub address: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Companies House number.
    pub company_number: Option<String>,
    /// What they are to the home.
    pub capacities: Vec<Capacity>,
    /// The record of them, once there is one; the applicant's from the start.
    pub party_id: Option<PartyId>,
}

impl Person {
    /// Somebody on record.
    #[must_use]
    pub fn of(id: PersonId, party: Party, capacities: Vec<Capacity>) -> Self {
        Self {
            id,
            kind: party.kind,
            name: party.name,
            address: party.address,
            email: party.email,
            phone: party.phone,
            company_number: party.company_number,
            capacities,
            party_id: Some(party.id),
        }
    }

    /// Whether both are the same person or company: the same on record, or else by all that is said of them.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.kind, one.name.clone(), one.address.clone(), one.email.clone());
        match (self.party_id, other.party_id) {
            (Some(one), Some(other)) => one == other,
            _ => said(self) == said(other),
        }
    }

    /// Whether they are that to the home.
    #[must_use]
    pub fn is(&self, capacity: Capacity) -> bool {
        self.capacities.contains(&capacity)
    }
}

/// Who signed, by typing a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signatures {
    /// The applicant.
    pub applicant: String,
    /// The proposed holder, where that is somebody else (regulation 7 asks for both).
    pub holder: Option<String>,
}

/// A file that goes with the form, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// The paper of the scheme's form, by its code.
    pub paper: String,
    /// The file.
    pub document_id: DocumentId,
}

/// An application form, filled in as far as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The application.
    pub application_id: ApplicationId,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// Who fills it in.
    pub owner_id: PartyId,
    /// The answers so far.
    pub answers: Answers,
    /// The people so far, the applicant among them.
    pub people: Vec<Person>,
    /// The grounds of exemption that the applicant says apply; none of them where it is empty, not asked yet where there is none.
    pub exemptions: Option<Vec<String>>,
    /// The files so far.
    pub papers: Vec<Attached>,
    /// What was sent, word for word, once it was.
    pub sent: Option<SentForm>,
    /// SHA-256 of it, which the chain holds.
    pub sha256: Option<String>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub revision: i64,
    /// When it was last saved.
    pub saved_at: DateTime<Utc>,
}

/// A form as it was sent: it can be read without the scheme's file of its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SentForm {
    /// The application's reference.
    pub reference: String,
    /// The home.
    pub home: String,
    /// When it was sent, London time written out.
    pub sent_at: String,
    /// The grounds of exemption that the applicant says apply.
    pub exemptions: Vec<String>,
    /// Questions and answers.
    pub groups: Vec<SentGroup>,
    /// The people.
    pub people: Vec<Person>,
    /// The files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<SentPaper>,
    /// What was declared.
    pub declarations: Vec<String>,
    /// Who signed.
    pub signatures: Signatures,
}

/// A group of questions with its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SentGroup {
    /// Its heading.
    pub title: String,
    /// Questions and answers, those alone that were asked.
    pub answers: Vec<SentAnswer>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SentAnswer {
    /// The question.
    pub question: String,
    /// The answer; empty where it was left out.
    pub answer: String,
}

/// A file that was sent with the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SentPaper {
    /// What it was sent as.
    pub paper: String,
    /// The file.
    pub document_id: DocumentId,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A part of the form that its applicant fills in at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whether a licence is needed at all.
    Exemptions,
    /// A group of questions, by its code.
    Group(String),
    /// The people.
    People,
    /// The files.
    Papers,
}

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is there.
    NotBegun,
    /// Something is there, not all.
    Begun,
    /// Nothing is there, and nothing must be.
    MayWait,
    /// Everything that must be there is.
    Done,
}

/// Why something about a form is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It was sent.
    #[error("this application has been sent: what it says cannot be changed")]
    Sent,
    /// Parts are missing.
    #[error("these parts are not complete: {0}")]
    Incomplete(String),
    /// The people do not fit.
    #[error("{0}")]
    People(&'static str),
    /// Too many files.
    #[error("an application has room for {MOST_PAPERS} files: take one out, or put several pages into one PDF")]
    TooManyPapers,
    /// Too many people.
    #[error("a form has room for {MOST_PEOPLE} people and companies")]
    TooManyPeople,
    /// The holder did not sign.
    #[error("the proposed licence holder signs too: enter their full name")]
    HolderNotSigned,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sent => "form-sent",
            Self::Incomplete(_) => "form-incomplete",
            Self::People(_) => "form-people",
            Self::TooManyPapers => "form-too-many-papers",
            Self::TooManyPeople => "form-too-many-people",
            Self::HolderNotSigned => "holder-not-signed",
        }
    }
}

/// The most files with a form.
pub const MOST_PAPERS: usize = 40;
/// The most people in a form.
pub const MOST_PEOPLE: usize = 20;

/// The questions of a group that these answers leave to be asked.
pub fn asked<'q>(group: &'q QuestionGroup, answers: &'q Answers) -> impl Iterator<Item = &'q Question> {
    let holds = |question: &Question| {
        let needed = question.only_if.as_ref();
        needed.is_none_or(|needed| is_asked(group, answers, &needed.question, &needed.answer))
    };
    group.questions.iter().filter(move |question| holds(question))
}

/// Whether that question has that answer and is asked itself.
fn is_asked(group: &QuestionGroup, answers: &Answers, code: &str, answer: &str) -> bool {
    let given = answers.get(code).is_some_and(|given| given == answer);
    let question = group.questions.iter().find(|question| question.code == code);
    let before = question.and_then(|question| question.only_if.as_ref());
    given && before.is_none_or(|before| is_asked(group, answers, &before.question, &before.answer))
}

/// The questions that still want an answer: a kept one may not fit any more what is asked today.
#[must_use]
pub fn unanswered<'q>(group: &'q QuestionGroup, answers: &'q Answers) -> Vec<&'q Question> {
    let fits = |one: &Question| answers.get(&one.code).map(|answer| one.check(answer, NaiveDate::MAX).is_ok());
    asked(group, answers).filter(|one| !fits(one).unwrap_or(one.is_optional)).collect()
}

impl Form {
    /// A form is begun for a home; from one for another home it takes everything that may be true of this one too.
    #[must_use]
    pub fn begin(
        cx: &Context,
        application: ApplicationId,
        home: PropertyId,
        me: Person,
        copied: Option<(&Self, &ApplicationForm)>,
    ) -> Change<Self> {
        let owner = me.party_id.unwrap_or_else(|| PartyId::new(cx));
        let from = copied.map(|(form, _)| form.application_id);
        let (answers, people) = match copied {
            Some((form, asked)) => (form.answers_for_another_home(asked), form.people.clone()),
            None => (Answers::new(), vec![me]),
        };
        let form = Self {
            application_id: application,
            property_id: home,
            owner_id: owner,
            answers,
            people,
            exemptions: None,
            papers: Vec::new(),
            sent: None,
            sha256: None,
            sent_at: None,
            revision: 1,
            saved_at: cx.now,
        };
        let facts = json!({ "copied_from": from });
        Change::new(cx, Chain::Case(home), Happening::FormBegun, &application, facts, form)
    }

    fn answers_for_another_home(&self, asked: &ApplicationForm) -> Answers {
        let shared = asked.groups.iter().filter(|group| !group.is_of_one_home).flat_map(|group| &group.questions);
        let kept =
            shared.filter_map(|question| Some((question.code.clone(), self.answers.get(&question.code)?.clone())));
        kept.collect()
    }

    /// The answers of one group are saved in the place of what was there.
    ///
    /// # Errors
    /// A refusal once the form was sent.
    pub fn answer(mut self, cx: &Context, group: &QuestionGroup, given: Answers) -> Result<Change<Self>, Refusal> {
        let known = |code: &String| group.questions.iter().any(|question| question.code == *code);
        self.answers.retain(|code, _| !known(code));
        self.answers.extend(given.into_iter().filter(|(code, _)| known(code)));
        self.saved(cx, &group.code)
    }

    /// The applicant says which grounds of exemption apply; none where the list is empty.
    ///
    /// # Errors
    /// A refusal once the form was sent.
    pub fn claim(mut self, cx: &Context, grounds: Vec<String>) -> Result<Change<Self>, Refusal> {
        self.exemptions = Some(grounds);
        self.saved(cx, "exemptions")
    }

    /// A person is added, or takes the place of the one with that identifier. What the council has on record of somebody is not changed here.
    ///
    /// # Errors
    /// A refusal once the form was sent, or if somebody else is that already.
    pub fn put_person(mut self, cx: &Context, person: Person) -> Result<Change<Self>, Refusal> {
        let room = self.people.len() < MOST_PEOPLE;
        match self.people.iter_mut().find(|there| there.id == person.id) {
            Some(there) if there.party_id.is_some() => there.capacities = person.capacities,
            Some(there) => *there = person,
            None if room => self.people.push(person),
            None => return Err(Refusal::TooManyPeople),
        }
        for (capacity, twice) in [
            (Capacity::Holder, "somebody else is the proposed licence holder already: a licence has one"),
            (Capacity::Manager, "somebody else is the manager already: change that person first"),
            (Capacity::Agent, "somebody else is the agent already: change that person first"),
        ] {
            if self.people.iter().filter(|person| person.is(capacity)).count() > 1 {
                return Err(Refusal::People(twice));
            }
        }
        self.saved(cx, "people")
    }

    /// A person is taken out; never the applicant.
    ///
    /// # Errors
    /// A refusal once the form was sent.
    pub fn drop_person(mut self, cx: &Context, id: PersonId) -> Result<Change<Self>, Refusal> {
        let is_applicant = |person: &Person| person.id == id && person.party_id == Some(self.owner_id);
        if self.people.iter().any(is_applicant) {
            return Err(Refusal::People("you apply yourself, so you stay in the form: untick what you are not"));
        }
        self.people.retain(|person| person.id != id);
        self.saved(cx, "people")
    }

    /// Files are added as that paper; one that is there already is that paper from now on.
    ///
    /// # Errors
    /// A refusal once the form was sent, or of too many files.
    pub fn attach(mut self, cx: &Context, paper: &str, files: &[Document]) -> Result<Change<Self>, Refusal> {
        self.papers.retain(|there| files.iter().all(|file| file.id != there.document_id));
        self.papers.extend(files.iter().map(|file| Attached { paper: paper.to_owned(), document_id: file.id }));
        if self.papers.len() > MOST_PAPERS {
            return Err(Refusal::TooManyPapers);
        }
        self.saved_with(cx, "papers", json!({ "paper": paper, "documents": named(files) }))
    }

    /// A file is taken out; its bytes stay, and the chain says that it was there.
    ///
    /// # Errors
    /// A refusal once the form was sent.
    pub fn detach(mut self, cx: &Context, file: DocumentId) -> Result<Change<Self>, Refusal> {
        self.papers.retain(|there| there.document_id != file);
        self.saved_with(cx, "papers", json!({ "without": file }))
    }

    fn saved(self, cx: &Context, part: &str) -> Result<Change<Self>, Refusal> {
        self.saved_with(cx, part, serde_json::Value::Null)
    }

    fn saved_with(mut self, cx: &Context, part: &str, more: serde_json::Value) -> Result<Change<Self>, Refusal> {
        if self.sent.is_some() {
            return Err(Refusal::Sent);
        }
        self.saved_at = cx.now;
        let chain = Chain::Case(self.property_id);
        let facts = if more.is_null() { json!({ "part": part }) } else { json!({ "part": part, "files": more }) };
        Ok(Change::new(cx, chain, Happening::FormSaved, &self.application_id.clone(), facts, self))
    }

    /// How far a part is.
    #[must_use]
    pub fn progress(&self, part: &Part, asked: &ApplicationForm) -> Progress {
        match part {
            Part::Exemptions if self.exemptions.is_some() => Progress::Done,
            Part::Exemptions => Progress::NotBegun,
            Part::People if self.holder().is_none() => Progress::Begun,
            Part::People => Progress::Done,
            Part::Papers => self.progress_of_papers(asked),
            Part::Group(code) => match asked.group(code) {
                Some(group) if unanswered(group, &self.answers).is_empty() => Progress::Done,
                Some(group) if group.questions.iter().any(|one| self.answers.contains_key(&one.code)) => {
                    Progress::Begun
                }
                _ => Progress::NotBegun,
            },
        }
    }

    fn progress_of_papers(&self, asked: &ApplicationForm) -> Progress {
        let is_there = |code: &str| self.papers.iter().any(|there| there.paper == code);
        let are_missing = asked.papers.iter().any(|paper| paper.is_required && !is_there(&paper.code));
        match (self.papers.is_empty(), are_missing) {
            (true, true) => Progress::NotBegun,
            (true, false) => Progress::MayWait,
            (false, true) => Progress::Begun,
            (false, false) => Progress::Done,
        }
    }

    /// The proposed licence holder.
    #[must_use]
    pub fn holder(&self) -> Option<&Person> {
        self.with(Capacity::Holder)
    }

    /// The person who is that to the home, of what only one can be.
    #[must_use]
    pub fn with(&self, capacity: Capacity) -> Option<&Person> {
        self.people.iter().find(|person| person.is(capacity))
    }

    /// Whether the proposed holder is somebody else than the applicant.
    #[must_use]
    pub fn is_for_somebody_else(&self) -> bool {
        self.holder().is_some_and(|holder| holder.party_id != Some(self.owner_id))
    }

    /// The parts without which the form cannot be sent, with their headings.
    #[must_use]
    pub fn missing(&self, asked: &ApplicationForm) -> Vec<(Part, String)> {
        let mut parts = Part::all(asked);
        parts.retain(|(part, _)| matches!(self.progress(part, asked), Progress::NotBegun | Progress::Begun));
        parts
    }

    /// The form is signed and sent. From now on nothing in it changes.
    ///
    /// # Errors
    /// A refusal that names the parts that are not complete, or a missing signature.
    pub fn send(
        mut self,
        cx: &Context,
        asked: &ApplicationForm,
        about: About<'_>,
        signatures: Signatures,
    ) -> Result<Change<Self>, Refusal> {
        if self.sent.is_some() {
            return Err(Refusal::Sent);
        }
        let missing = self.missing(asked).into_iter().map(|(_, title)| title).collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(Refusal::Incomplete(missing.join(", ")));
        }
        if self.is_for_somebody_else() && signatures.holder.is_none() {
            return Err(Refusal::HolderNotSigned);
        }
        let sent = SentForm {
            reference: about.reference.to_owned(),
            home: about.home.to_owned(),
            sent_at: written_instant(cx.now),
            exemptions: about.exemptions,
            groups: asked.groups.iter().map(|group| self.as_sent(group)).collect(),
            people: self.people.clone(),
            papers: about.papers,
            declarations: asked.declarations.clone(),
            signatures,
        };
        let sha256 = sent.sha256();
        self.sent = Some(sent);
        self.sha256 = Some(sha256.clone());
        self.sent_at = Some(cx.now);
        self.saved_at = cx.now;
        let facts = json!({ "sha256": sha256, "exemptions": self.exemptions });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::FormSent, &self.application_id.clone(), facts, self))
    }

    fn as_sent(&self, group: &QuestionGroup) -> SentGroup {
        let answers = asked(group, &self.answers).map(|question| SentAnswer {
            question: question.text.clone(),
            answer: self.answers.get(&question.code).map(|answer| question.in_words(answer)).unwrap_or_default(),
        });
        SentGroup { title: group.title.clone(), answers: answers.collect() }
    }
}

/// What a form is about, in words for its reader.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// The application's reference.
    pub reference: &'a str,
    /// The home.
    pub home: &'a str,
    /// The grounds of exemption in words.
    pub exemptions: Vec<String>,
    /// The files.
    pub papers: Vec<SentPaper>,
}

impl SentForm {
    /// SHA-256 of the form as it is stored and given out: its JSON, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(json!(self).to_string().as_bytes()))
    }
}

impl Part {
    /// Every part of a form, in the order in which it is best filled in, with its heading.
    #[must_use]
    pub fn all(asked: &ApplicationForm) -> Vec<(Self, String)> {
        let first = (Self::Exemptions, "Whether a licence is needed".to_owned());
        let people = (Self::People, "People".to_owned());
        let groups = asked.groups.iter().map(|group| (Self::Group(group.code.clone()), group.title.clone()));
        let papers = (!asked.papers.is_empty()).then(|| (Self::Papers, "Papers".to_owned()));
        std::iter::once(first).chain(std::iter::once(people)).chain(groups).chain(papers).collect()
    }
}

/// What the answers themselves say against a selective licence: five people or more in two households or more, which is a house
/// in multiple occupation that must be licensed under Part 2, unless it is a flat in a block (SI 2018/221).
#[must_use]
pub fn may_be_part_2(answers: &Answers) -> bool {
    let number = |code: &str| answers.get(code).and_then(|answer| answer.parse::<u32>().ok()).unwrap_or_default();
    answers.get("occupied").is_some_and(|answer| answer == "yes")
        && number("occupiers") >= 5
        && number("households") >= 2
}
