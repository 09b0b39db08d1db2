//! Whether a person is fit and proper (s.89): looked into once, reused for every application, reopened when something happens.
//!
//! What was found is highly sensitive: its words are in the check alone. Events hold identifiers, days and outcomes.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::application::{Application, Finding, Found};
use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Event, Happening};
use super::id::{AccountId, ApplicationId, DocumentId, FitnessCheckId, PartyId, words};
use super::scheme::Policy;

words! {
    /// What a check came to.
    Conclusion {
        /// Nothing yet.
        None = "no_conclusion",
        /// Fit and proper.
        Fit = "fit_and_proper",
        /// Not fit and proper.
        NotFit = "not_fit_and_proper",
    }
}

words! {
    /// What is done with a check.
    CheckMove {
        /// Somebody looks somewhere.
        Look = "look",
        /// Something is found that counts against the person.
        Find = "find",
        /// It is concluded that they are fit and proper.
        ConcludeFit = "conclude_fit",
        /// It is concluded that they are not.
        ConcludeNotFit = "conclude_not_fit",
        /// Something happened, and it is reopened.
        Reopen = "reopen",
    }
}

impl Conclusion {
    /// What a check has come to once this is done; `None` if it cannot be done now.
    #[must_use]
    pub fn after(self, step: CheckMove) -> Option<Self> {
        match (self, step) {
            (Self::None, CheckMove::Look | CheckMove::Find) => Some(Self::None),
            (Self::None, CheckMove::ConcludeFit) => Some(Self::Fit),
            (Self::None, CheckMove::ConcludeNotFit) => Some(Self::NotFit),
            (Self::Fit | Self::NotFit, CheckMove::Reopen) => Some(Self::None),
            _ => None,
        }
    }
}

words! {
    /// Where somebody looked.
    SourceKind {
        /// What the person declared.
        Declaration = "declaration",
        /// The council's own records.
        CouncilRecords = "council_records",
        /// Another council.
        OtherCouncil = "other_council",
        /// Companies House.
        CompaniesHouse = "companies_house",
        /// The database of rogue landlords and property agents.
        RogueLandlords = "rogue_landlord_database",
        /// The police, where that is agreed.
        Police = "police",
        /// Somewhere else, which the result names.
        Other = "other",
    }
}

words! {
    /// What makes a council look again.
    Cause {
        /// A conviction.
        Conviction = "conviction",
        /// A civil penalty.
        Penalty = "penalty",
        /// A complaint.
        Complaint = "complaint",
        /// Something else.
        Other = "other",
    }
}

/// A place in which somebody looked, and what was there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Where.
    pub kind: SourceKind,
    /// The day.
    pub looked_on: NaiveDate,
    /// What was there, in words.
    pub result: String,
    /// Who looked.
    pub officer_id: Option<AccountId>,
}

/// An offence or another matter that counts against somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The offence or matter.
    pub matter: String,
    /// How heavily it weighs, in words.
    pub weight: String,
    /// What it says about letting homes, in words.
    pub relevance: String,
    /// The day on which it was entered.
    pub found_on: NaiveDate,
    /// Who entered it.
    pub officer_id: Option<AccountId>,
}

/// What was concluded, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concluded {
    /// Fit and proper, or not.
    pub conclusion: Conclusion,
    /// Why.
    pub reasons: String,
    /// The day.
    pub on: NaiveDate,
    /// Who concluded it.
    pub officer_id: Option<AccountId>,
    /// The last day on which it may be relied on, and why it is that day.
    pub lasts_until: Counted,
    /// Why it was looked at again.
    pub reopened: Option<Reopened>,
}

/// Why a conclusion does not stand any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reopened {
    /// What happened.
    pub cause: Cause,
    /// In words.
    pub reason: String,
    /// The day.
    pub on: NaiveDate,
    /// Who reopened it.
    pub officer_id: Option<AccountId>,
}

/// A check of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct FitnessCheck {
    /// Its identifier.
    pub id: FitnessCheckId,
    /// What people call it, such as "FPC/2025/00001".
    pub reference: String,
    /// Who is checked.
    pub party_id: PartyId,
    /// What they declared, in their words.
    pub declared: Option<String>,
    /// The application in which they declared it.
    pub application_id: Option<ApplicationId>,
    /// The file in which they declared it.
    pub document_id: Option<DocumentId>,
    /// Where somebody looked.
    pub sources: Vec<Source>,
    /// What counts against them.
    pub findings: Vec<Against>,
    /// What it came to.
    pub conclusion: Conclusion,
    /// Every conclusion, the oldest first; the last one stands unless it was reopened.
    pub conclusions: Vec<Concluded>,
    /// Who opened it.
    pub opened_by: Option<AccountId>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Counts changes.
    pub revision: i64,
}

/// Who is to be checked.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call it.
    pub reference: String,
    /// Who.
    pub party_id: PartyId,
    /// What they declared.
    pub declared: Option<String>,
    /// The application in which they declared it.
    pub application_id: Option<ApplicationId>,
    /// The file in which they declared it.
    pub document_id: Option<DocumentId>,
}

/// Why something about a check is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One is running.
    #[error("{0} of this person is open: go on with that one")]
    AlreadyOpen(String),
    /// Concluded already.
    #[error("{0} is concluded: reopen it first")]
    IsConcluded(String),
    /// Not concluded.
    #[error("{0} has no conclusion yet: conclude it first")]
    NotConcluded(String),
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// A conclusion out of nothing.
    #[error("a conclusion rests on what was looked at: record at least one source first")]
    NoSource,
    /// Nothing against them.
    #[error("nobody is found not fit and proper without a finding: record what counts against them first")]
    NoFinding,
    /// Neither fit nor not.
    #[error("a conclusion is fit_and_proper or not_fit_and_proper")]
    NoConclusion,
    /// A check of somebody else.
    #[error("{0} is a check of somebody else, not of who the finding {1} is about")]
    OfSomebodyElse(String, Finding),
    /// The check ran out.
    #[error("{0} could be relied on until {1}: reopen it, or open another check")]
    OutOfDate(String, NaiveDate),
    /// A finding that is not about fitness.
    #[error("the finding {0} does not rest on a check of fitness: leave check_id out")]
    NotAboutFitness(Finding),
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyOpen(_) => "check-open",
            Self::IsConcluded(_) => "check-concluded",
            Self::NotConcluded(_) => "check-not-concluded",
            Self::NoWords => "no-words",
            Self::InFuture => "in-future",
            Self::NoSource => "no-source",
            Self::NoFinding => "no-finding",
            Self::NoConclusion => "no-conclusion",
            Self::OfSomebodyElse(..) => "check-of-somebody-else",
            Self::OutOfDate(..) => "check-out-of-date",
            Self::NotAboutFitness(_) => "not-about-fitness",
            Self::Counting(_) => "cannot-count",
        }
    }
}

impl FitnessCheck {
    /// A check is opened. `others` are the person's other checks.
    ///
    /// # Errors
    /// [`Refusal::AlreadyOpen`] while one of them has no conclusion.
    pub fn open(cx: &Context, opening: Opening, others: &[Self]) -> Result<Change<Self>, Refusal> {
        if let Some(open) = others.iter().find(|other| other.conclusion == Conclusion::None) {
            return Err(Refusal::AlreadyOpen(open.reference.clone()));
        }
        let id = FitnessCheckId::new(cx);
        let check = Self {
            id,
            reference: opening.reference,
            party_id: opening.party_id,
            declared: opening.declared,
            application_id: opening.application_id,
            document_id: opening.document_id,
            sources: Vec::new(),
            findings: Vec::new(),
            conclusion: Conclusion::None,
            conclusions: Vec::new(),
            opened_by: cx.actor.account,
            opened_at: cx.now,
            revision: 1,
        };
        let facts = json!({
            "reference": check.reference, "application": check.application_id, "document": check.document_id,
        });
        Ok(check.change(cx, Happening::FitnessOpened, facts))
    }

    /// Somebody looked somewhere.
    ///
    /// # Errors
    /// A refusal once it is concluded, without words, or of a day in the future.
    pub fn look(
        mut self,
        cx: &Context,
        kind: SourceKind,
        looked_on: NaiveDate,
        result: String,
    ) -> Result<Change<Self>, Refusal> {
        self.step(CheckMove::Look)?;
        if looked_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        let result = words_of(result)?;
        self.sources.push(Source { kind, looked_on, result, officer_id: cx.actor.account });
        let facts = json!({ "source": self.sources.len(), "kind": kind, "on": looked_on });
        Ok(self.change(cx, Happening::FitnessSourceAdded, facts))
    }

    /// Something counts against the person.
    ///
    /// # Errors
    /// A refusal once it is concluded, or without words.
    pub fn find(
        mut self,
        cx: &Context,
        matter: String,
        weight: String,
        relevance: String,
    ) -> Result<Change<Self>, Refusal> {
        self.step(CheckMove::Find)?;
        let (matter, weight, relevance) = (words_of(matter)?, words_of(weight)?, words_of(relevance)?);
        let (found_on, officer_id) = (cx.today(), cx.actor.account);
        self.findings.push(Against { matter, weight, relevance, found_on, officer_id });
        let facts = json!({ "finding": self.findings.len() });
        Ok(self.change(cx, Happening::FitnessFindingAdded, facts))
    }

    /// An officer concludes it, for as long as the scheme says.
    ///
    /// # Errors
    /// A refusal if it is concluded already, or rests on nothing.
    pub fn conclude(
        mut self,
        cx: &Context,
        policy: &Policy,
        conclusion: Conclusion,
        reasons: String,
    ) -> Result<Change<Self>, Refusal> {
        match conclusion {
            Conclusion::None => return Err(Refusal::NoConclusion),
            Conclusion::Fit => self.step(CheckMove::ConcludeFit)?,
            Conclusion::NotFit => self.step(CheckMove::ConcludeNotFit)?,
        }
        if self.sources.is_empty() {
            return Err(Refusal::NoSource);
        }
        if conclusion == Conclusion::NotFit && self.findings.is_empty() {
            return Err(Refusal::NoFinding);
        }
        let reasons = words_of(reasons)?;
        let (on, officer_id) = (cx.today(), cx.actor.account);
        let decided = Trigger::new(on, Occasion::Decision);
        let lasts_until = Counted::months_beginning_with(policy.fitness_check_months, decided)?;
        let facts = json!({ "conclusion": conclusion, "lasts_until": lasts_until });
        self.conclusions.push(Concluded { conclusion, reasons, on, officer_id, lasts_until, reopened: None });
        Ok(self.change(cx, Happening::FitnessConcluded, facts))
    }

    /// Something happened: the conclusion stands no more.
    ///
    /// # Errors
    /// A refusal if there is none, or without words.
    pub fn reopen(mut self, cx: &Context, cause: Cause, reason: String) -> Result<Change<Self>, Refusal> {
        self.step(CheckMove::Reopen)?;
        let reopened = Reopened { cause, reason: words_of(reason)?, on: cx.today(), officer_id: cx.actor.account };
        if let Some(last) = self.conclusions.last_mut() {
            last.reopened = Some(reopened);
        }
        Ok(self.change(cx, Happening::FitnessReopened, json!({ "cause": cause })))
    }

    /// The conclusion that stands.
    #[must_use]
    pub fn standing(&self) -> Option<&Concluded> {
        self.conclusions.last().filter(|last| last.reopened.is_none())
    }

    /// An officer's finding on an application names this check. The event says what it came to, and whether the finding goes
    /// against it: that is allowed, with the officer's own evidence, for a check never decides an application.
    ///
    /// # Errors
    /// A refusal unless the check is of the person whom the finding is about, concluded, and not out of date.
    pub fn relied_on(&self, cx: &Context, application: &Application, found: &Found) -> Result<Event, Refusal> {
        let about = match found.finding {
            Finding::HolderFit => application.holder_id,
            Finding::ManagerFit => application.manager_id.unwrap_or(application.holder_id),
            other => return Err(Refusal::NotAboutFitness(other)),
        };
        if about != self.party_id {
            return Err(Refusal::OfSomebodyElse(self.reference.clone(), found.finding));
        }
        let standing = self.standing().ok_or_else(|| Refusal::NotConcluded(self.reference.clone()))?;
        if cx.today() > standing.lasts_until.on() {
            return Err(Refusal::OutOfDate(self.reference.clone(), standing.lasts_until.on()));
        }
        let facts = json!({
            "finding": found.finding, "met": found.met, "check": self.id, "conclusion": self.conclusion,
            "against_the_check": found.met != (self.conclusion == Conclusion::Fit),
        });
        let chain = Chain::Case(application.property_id);
        Ok(Event::new(cx, chain, Happening::FitnessReliedOn, &application.id, facts))
    }

    /// Somebody reads it, which goes on record.
    #[must_use]
    pub fn read(&self, cx: &Context) -> Event {
        let facts = json!({ "reference": self.reference });
        Event::new(cx, Chain::Party(self.party_id), Happening::FitnessRead, &self.id, facts)
    }

    fn step(&mut self, step: CheckMove) -> Result<(), Refusal> {
        self.conclusion = self.conclusion.after(step).ok_or_else(|| match self.conclusion {
            Conclusion::None => Refusal::NotConcluded(self.reference.clone()),
            Conclusion::Fit | Conclusion::NotFit => Refusal::IsConcluded(self.reference.clone()),
        })?;
        Ok(())
    }

    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        Change::new(cx, Chain::Party(self.party_id), kind, &self.id.clone(), facts, self)
    }
}

fn words_of(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{amy, applying, key, khan, manager, on, scheme};

    fn opened() -> FitnessCheck {
        let opening = Opening {
            reference: "FPC/2025/00001".to_owned(),
            party_id: khan(),
            declared: Some("One conviction".to_owned()),
            application_id: None,
            document_id: None,
        };
        FitnessCheck::open(&on("2025-01-22"), opening, &[]).unwrap().into_entity()
    }

    fn looked_into() -> FitnessCheck {
        let cx = on("2025-01-22");
        opened().look(&cx, SourceKind::Police, cx.today(), "secret result".to_owned()).unwrap().into_entity()
    }

    fn with_finding() -> FitnessCheck {
        let words = |text: &str| format!("secret {text}");
        let found = looked_into().find(&on("2025-01-22"), words("matter"), words("weight"), words("relevance"));
        found.unwrap().into_entity()
    }

    fn concluded(conclusion: Conclusion) -> FitnessCheck {
        let (cx, policy) = (on("2025-01-22"), scheme().policy);
        with_finding().conclude(&cx, &policy, conclusion, "secret reasons".to_owned()).unwrap().into_entity()
    }

    fn application(manager: Option<PartyId>) -> Application {
        Application { manager_id: manager, ..applying("2025-01-22") }
    }

    fn found(finding: Finding, met: bool) -> Found {
        let check_id = Some(FitnessCheckId(key("check")));
        Found { finding, met, evidence: "the check".to_owned(), check_id }
    }

    #[test]
    fn a_conclusion_rests_on_what_was_looked_at_and_one_against_somebody_on_a_finding() {
        let (cx, policy, why) = (on("2025-01-22"), scheme().policy, || "because".to_owned());
        for (check, conclusion, reasons, refusal) in [
            (opened(), Conclusion::Fit, why(), Refusal::NoSource),
            (looked_into(), Conclusion::NotFit, why(), Refusal::NoFinding),
            (looked_into(), Conclusion::None, why(), Refusal::NoConclusion),
            (looked_into(), Conclusion::Fit, " ".to_owned(), Refusal::NoWords),
            (concluded(Conclusion::Fit), Conclusion::Fit, why(), Refusal::IsConcluded("FPC/2025/00001".to_owned())),
        ] {
            assert_eq!(check.conclude(&cx, &policy, conclusion, reasons).unwrap_err(), refusal);
        }
        let late = looked_into().look(&cx, SourceKind::Other, cx.today().succ_opt().unwrap(), why());
        assert_eq!(late.unwrap_err(), Refusal::InFuture);
        assert_eq!(opened().find(&cx, why(), why(), String::new()).unwrap_err(), Refusal::NoWords);
        assert_eq!(concluded(Conclusion::NotFit).standing().unwrap().officer_id, amy().account);
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use CheckMove as M;
        use Conclusion as S;
        let ways: &[(&[S], M, S)] = &[
            (&[S::None], M::Look, S::None),
            (&[S::None], M::Find, S::None),
            (&[S::None], M::ConcludeFit, S::Fit),
            (&[S::None], M::ConcludeNotFit, S::NotFit),
            (&[S::Fit, S::NotFit], M::Reopen, S::None),
        ];
        let (cx, policy, why) = (on("2025-01-22"), scheme().policy, || "because".to_owned());
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let check = FitnessCheck { conclusion: from, ..with_finding() };
                let moved = match step {
                    M::Look => check.look(&cx, SourceKind::Other, cx.today(), why()),
                    M::Find => check.find(&cx, why(), why(), why()),
                    M::ConcludeFit => check.conclude(&cx, &policy, S::Fit, why()),
                    M::ConcludeNotFit => check.conclude(&cx, &policy, S::NotFit, why()),
                    M::Reopen => check.reopen(&cx, Cause::Complaint, why()),
                };
                moved.ok().map(|change| change.entity().conclusion)
            },
        );
    }

    #[test]
    fn a_conclusion_lasts_as_long_as_the_scheme_says_and_says_why() {
        let check = concluded(Conclusion::Fit);
        let lasts_until = &check.standing().unwrap().lasts_until;
        assert_eq!(lasts_until.on().to_string(), "2030-01-21");
        assert!(lasts_until.because().starts_with("60 months beginning with Wednesday 22 January 2025"));
        let (application, finding) = (application(None), found(Finding::HolderFit, true));
        assert!(check.relied_on(&on("2030-01-21"), &application, &finding).is_ok());
        let over = check.relied_on(&on("2030-01-22"), &application, &finding).unwrap_err();
        assert_eq!(over, Refusal::OutOfDate("FPC/2025/00001".to_owned(), lasts_until.on()));
    }

    #[test]
    fn a_finding_rests_on_a_concluded_check_of_the_person_it_is_about() {
        let (cx, reference) = (on("2025-01-23"), || "FPC/2025/00001".to_owned());
        let (alone, managed) = (application(None), application(Some(manager())));
        let fit = concluded(Conclusion::Fit);
        for (check, application, finding, outcome) in [
            (&fit, &alone, Finding::HolderFit, Ok(())),
            (&fit, &managed, Finding::HolderFit, Ok(())),
            (&fit, &alone, Finding::ManagerFit, Ok(())),
            (&fit, &managed, Finding::ManagerFit, Err(Refusal::OfSomebodyElse(reference(), Finding::ManagerFit))),
            (&fit, &alone, Finding::Arrangements, Err(Refusal::NotAboutFitness(Finding::Arrangements))),
            (&with_finding(), &alone, Finding::HolderFit, Err(Refusal::NotConcluded(reference()))),
        ] {
            let relied = check.relied_on(&cx, application, &found(finding, true));
            assert_eq!(relied.map(drop), outcome, "{finding}");
        }
    }

    #[test]
    fn a_finding_against_the_check_is_allowed_and_its_event_says_so() {
        let cx = on("2025-01-23");
        for (conclusion, met, against) in [
            (Conclusion::Fit, true, false),
            (Conclusion::Fit, false, true),
            (Conclusion::NotFit, false, false),
            (Conclusion::NotFit, true, true),
        ] {
            let event = concluded(conclusion).relied_on(&cx, &application(None), &found(Finding::HolderFit, met));
            let body: Value = serde_json::from_str(&event.unwrap().body(1)).unwrap();
            assert_eq!(body["facts"]["against_the_check"], against, "{conclusion} {met}");
            assert_eq!(body["facts"]["conclusion"], conclusion.spelling());
        }
    }

    #[test]
    fn a_reopened_check_keeps_what_was_concluded_and_is_concluded_anew() {
        let (cx, policy) = (on("2025-06-02"), scheme().policy);
        let nothing = with_finding().reopen(&cx, Cause::Complaint, "a call".to_owned()).unwrap_err();
        assert_eq!(nothing, Refusal::NotConcluded("FPC/2025/00001".to_owned()));
        let reopened = concluded(Conclusion::Fit).reopen(&cx, Cause::Conviction, "secret".to_owned()).unwrap();
        let reopened = reopened.into_entity();
        assert!(reopened.standing().is_none());
        let others = [reopened.clone()];
        let opening = Opening {
            reference: "FPC/2025/00002".to_owned(),
            party_id: khan(),
            declared: None,
            application_id: None,
            document_id: None,
        };
        let second = FitnessCheck::open(&cx, opening, &others).unwrap_err();
        assert_eq!(second, Refusal::AlreadyOpen("FPC/2025/00001".to_owned()));
        let again = reopened.conclude(&cx, &policy, Conclusion::NotFit, "new".to_owned()).unwrap().into_entity();
        let outcomes = again.conclusions.iter().map(|one| (one.conclusion, one.reopened.is_some()));
        assert_eq!(outcomes.collect::<Vec<_>>(), [(Conclusion::Fit, true), (Conclusion::NotFit, false)]);
    }

    #[test]
    fn no_word_of_what_was_found_is_in_an_event() {
        let (cx, policy, secret) = (on("2025-01-22"), scheme().policy, || "secret".to_owned());
        let mut events = vec![
            looked_into().look(&cx, SourceKind::Other, cx.today(), secret()).unwrap().event().clone(),
            looked_into().find(&cx, secret(), secret(), secret()).unwrap().event().clone(),
            with_finding().conclude(&cx, &policy, Conclusion::NotFit, secret()).unwrap().event().clone(),
            concluded(Conclusion::NotFit).reopen(&cx, Cause::Other, secret()).unwrap().event().clone(),
            concluded(Conclusion::NotFit).read(&cx),
        ];
        let relied = concluded(Conclusion::NotFit).relied_on(&cx, &application(None), &found(Finding::HolderFit, true));
        events.push(relied.unwrap());
        for event in events {
            assert!(!event.body(1).contains("secret"), "{}", event.body(1));
        }
    }
}
