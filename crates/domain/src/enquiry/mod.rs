//! An enquiry into a home that may need a licence and have none: from what somebody told the council to what became of it.

#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::application::Application;
use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::exemption::{Exemption, ExemptionKind, ExemptionState};
use super::id::{AccountId, EnquiryId, ExemptionId, LetterId, PartyId, PropertyId, words};
use super::requirement::{Requirement, Verdict};
use super::scheme::Policy;
use super::service::{SentLetter, Served};

words! {
    /// How far an enquiry has come.
    EnquiryState {
        /// Something is known that points to a home without a licence.
        Intelligence = "intelligence",
        /// It was looked up whether the home needs a licence.
        Triaged = "triaged",
        /// It is known who is to apply.
        OwnerFound = "owner_found",
        /// They were invited to apply.
        Invited = "invited_to_apply",
        /// An application came in.
        ApplicationReceived = "application_received",
        /// The home needs no licence.
        ExemptProven = "exempt_proven",
        /// A temporary exemption was asked for.
        TenNotified = "ten_notified",
        /// It goes on as an investigation of the offence.
        OffenceInvestigation = "offence_investigation",
        /// Closed: there is nothing in it.
        Closed = "closed",
    }
}

words! {
    /// Where the council has it from.
    IntelligenceSource {
        /// A visit.
        Visit = "visit",
        /// A neighbour.
        Neighbour = "neighbour",
        /// Council tax.
        CouncilTax = "council_tax",
        /// A partner, such as the police or a registered provider.
        Partner = "partner",
        /// Somebody who lives there.
        Tenant = "tenant",
        /// An advertisement.
        Advertisement = "advertisement",
        /// An exemption that ended with nothing.
        ExemptionEnded = "exemption_ended",
        /// Elsewhere, which the intelligence says.
        Other = "other",
    }
}

words! {
    /// How it was found who is to apply.
    OwnerSource {
        /// The Land Registry.
        LandRegistry = "land_registry",
        /// Council tax.
        CouncilTax = "council_tax",
        /// Somebody was asked at the door.
        DoorKnock = "door_knock",
        /// The council had them on record.
        Record = "on_record",
        /// Otherwise, which a note says.
        Other = "other",
    }
}

words! {
    /// What was done or noted.
    EntryKind {
        /// A note.
        Note = "note",
        /// A telephone call or talk.
        Call = "call",
        /// A visit.
        Visit = "visit",
        /// A letter.
        Letter = "letter",
        /// A warning.
        Warning = "warning",
        /// A notice that requires information (ss.235 and LG(MP)A 1976, s.16).
        InformationNotice = "information_notice",
    }
}

words! {
    /// The letters of an enquiry.
    EnquiryLetterKind {
        /// The owner is invited to apply (U1).
        Invitation = "invitation",
        /// The owner is warned (U2).
        Warning = "warning",
        /// Information is required of whoever owns, manages or lives there (U3).
        Information = "information",
    }
}

/// What a letter of an enquiry says, as data that is fixed when it is queued. What was told to the council, and by whom, is not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnquiryLetter {
    /// The enquiry; letters from before this was kept name none, and nothing is recorded of how they went.
    #[serde(default)]
    pub enquiry: Option<EnquiryId>,
    /// Which.
    pub letter: EnquiryLetterKind,
    /// The enquiry's reference.
    pub reference: String,
    /// By when an application or an answer is asked for.
    pub answer_by: NaiveDate,
    /// The day on which the last invitation went to the same person, of a warning that follows one.
    pub invited_on: Option<NaiveDate>,
}

/// A letter that the service wrote, and to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// To whom.
    pub to: PartyId,
    /// The letter, and how it was served.
    pub letter: SentLetter<EnquiryLetterKind>,
}

/// A note, or a time at which somebody was approached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What.
    pub kind: EntryKind,
    /// The day.
    pub on: NaiveDate,
    /// In words.
    pub text: String,
    /// Who entered it.
    pub officer_id: Option<AccountId>,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
    /// The letter that it tells of, if the service wrote one.
    #[serde(default)]
    pub sent: Option<Sent>,
}

/// An enquiry into one home.
#[derive(Clone, Debug, PartialEq)]
pub struct Enquiry {
    /// Its identifier.
    pub id: EnquiryId,
    /// What people call it, such as "ENQ/2025/00001".
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// How far it has come.
    pub state: EnquiryState,
    /// Where the council has it from.
    pub source: IntelligenceSource,
    /// What is known, in words.
    pub intelligence: String,
    /// The day on which the council learnt of it.
    pub received_on: NaiveDate,
    /// Who works on it.
    pub officer_id: Option<AccountId>,
    /// How the home stood when that was last looked up.
    pub requirement: Option<Requirement>,
    /// Who is to apply.
    pub owner_id: Option<PartyId>,
    /// How that was found.
    pub owner_source: Option<OwnerSource>,
    /// The exemption that it came of, or led to.
    pub exemption_id: Option<ExemptionId>,
    /// Notes, and times at which somebody was approached, the oldest first.
    pub entries: Vec<Entry>,
    /// Why it ended as it did, or goes on.
    pub reason: Option<String>,
    /// The day on which it ended.
    pub ended_on: Option<NaiveDate>,
    /// Counts changes.
    pub revision: i64,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// What an enquiry begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// Where the council has it from.
    pub source: IntelligenceSource,
    /// What is known.
    pub intelligence: String,
    /// The day on which the council learnt of it.
    pub received_on: NaiveDate,
    /// The exemption that ended with nothing.
    pub exemption_id: Option<ExemptionId>,
}

/// A step of an enquiry. What it rests on is looked up before: the verdict of the day, the application, the exemption.
#[derive(Clone, Debug, PartialEq)]
pub enum EnquiryStep {
    /// It is looked up whether the home needs a licence that it does not have; if not, the enquiry is closed.
    Triage {
        /// How the home stands.
        found: Requirement,
        /// Why the enquiry goes on although the home needs none by what is on record.
        goes_on_because: Option<String>,
    },
    /// It is found who is to apply.
    FindOwner {
        /// Who.
        owner: PartyId,
        /// How.
        source: OwnerSource,
    },
    /// They are invited to apply.
    Invite,
    /// An application came in.
    ReceiveApplication {
        /// The application.
        application: Box<Application>,
    },
    /// The home is found to need no licence.
    ProveExempt {
        /// How the home stands.
        found: Requirement,
    },
    /// A temporary exemption was asked for.
    NotifyExemption {
        /// The exemption.
        exemption: Box<Exemption>,
    },
    /// It goes on as an investigation of the offence.
    Investigate {
        /// Why.
        reason: String,
    },
    /// There is nothing in it.
    Close {
        /// Why.
        reason: String,
    },
}

/// Why something about an enquiry is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One is open.
    #[error("{0} into this home is open: go on with that one")]
    AlreadyOpen(String),
    /// Not from this state.
    #[error("an enquiry that is {0} cannot become {1}")]
    NotFromHere(EnquiryState, EnquiryState),
    /// Ended.
    #[error("this enquiry has ended: it is {0}")]
    Ended(EnquiryState),
    /// The record does not say so.
    #[error(
        "the record does not show that the home needs no licence: {0}. Record the exemption or who lives there first"
    )]
    NotProven(String),
    /// Something of another home.
    #[error("that is about another home")]
    OfAnotherHome,
    /// A draft.
    #[error("{0} has not been submitted: a draft is not received")]
    NotReceived(String),
    /// Not a notification.
    #[error("{0} is not a notification of a temporary exemption that waits or was served")]
    NotNotified(String),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// A letter for an owner who is not known.
    #[error("this letter goes to whoever is to apply: find the owner first")]
    NoOwner,
    /// A letter to whoever is to apply, for somebody else.
    #[error(
        "this letter says that its recipient is to apply: send it to the owner that was found, or record first that this person \
         owns or manages the home"
    )]
    NotToApply,
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyOpen(_) => "enquiry-open",
            Self::NotFromHere(..) => "enquiry-state",
            Self::Ended(_) => "enquiry-ended",
            Self::NotProven(_) => "exemption-not-proven",
            Self::OfAnotherHome => "of-another-home",
            Self::NotReceived(_) => "application-not-received",
            Self::NotNotified(_) => "exemption-not-notified",
            Self::InFuture => "in-future",
            Self::NoOwner => "no-owner",
            Self::NotToApply => "not-to-apply",
            Self::Counting(_) => "cannot-count",
            Self::NoWords => "no-words",
        }
    }
}

impl EnquiryState {
    /// Whether an enquiry may go from this state to that one.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use EnquiryState as S;
        match self {
            S::Intelligence => matches!(to, S::Triaged | S::Closed),
            S::Triaged => {
                matches!(to, S::OwnerFound | S::ApplicationReceived | S::ExemptProven | S::TenNotified | S::Closed)
            }
            S::OwnerFound => match to {
                S::Invited | S::ApplicationReceived | S::ExemptProven | S::TenNotified => true,
                other => matches!(other, S::OffenceInvestigation | S::Closed),
            },
            S::Invited => match to {
                S::ApplicationReceived | S::ExemptProven | S::TenNotified => true,
                other => matches!(other, S::OffenceInvestigation | S::Closed),
            },
            S::ApplicationReceived | S::ExemptProven | S::TenNotified | S::OffenceInvestigation | S::Closed => false,
        }
    }

    /// Whether an officer has something to do about it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Intelligence | Self::Triaged | Self::OwnerFound | Self::Invited)
    }
}

impl EnquiryStep {
    /// The state that it leads to.
    #[must_use]
    pub fn leads_to(&self) -> EnquiryState {
        match self {
            Self::Triage { found, goes_on_because } => {
                let goes_on = found.verdict.needs_licence() || goes_on_because.is_some();
                if goes_on { EnquiryState::Triaged } else { EnquiryState::Closed }
            }
            Self::FindOwner { .. } => EnquiryState::OwnerFound,
            Self::Invite => EnquiryState::Invited,
            Self::ReceiveApplication { .. } => EnquiryState::ApplicationReceived,
            Self::ProveExempt { .. } => EnquiryState::ExemptProven,
            Self::NotifyExemption { .. } => EnquiryState::TenNotified,
            Self::Investigate { .. } => EnquiryState::OffenceInvestigation,
            Self::Close { .. } => EnquiryState::Closed,
        }
    }
}

impl Enquiry {
    /// An enquiry is opened. `others` are those into the same home.
    ///
    /// # Errors
    /// [`Refusal::AlreadyOpen`] while one of them is open; without words, or of a day in the future.
    pub fn open(cx: &Context, opening: Opening, others: &[Self]) -> Result<Change<Self>, Refusal> {
        if let Some(open) = others.iter().find(|other| other.state.is_open()) {
            return Err(Refusal::AlreadyOpen(open.reference.clone()));
        }
        let enquiry = Self {
            id: EnquiryId::new(cx),
            reference: opening.reference,
            property_id: opening.property_id,
            state: EnquiryState::Intelligence,
            source: opening.source,
            intelligence: words_of(opening.intelligence)?,
            received_on: past(opening.received_on, cx.today())?,
            officer_id: cx.actor.account,
            requirement: None,
            owner_id: None,
            owner_source: None,
            exemption_id: opening.exemption_id,
            entries: Vec::new(),
            reason: None,
            ended_on: None,
            revision: 1,
            opened_at: cx.now,
        };
        let facts = json!({
            "reference": enquiry.reference, "source": enquiry.source, "intelligence": enquiry.intelligence,
            "received_on": enquiry.received_on, "exemption": enquiry.exemption_id,
        });
        Ok(enquiry.change(cx, Happening::EnquiryOpened, facts))
    }

    /// It takes a step.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, step: EnquiryStep) -> Result<Change<Self>, Refusal> {
        let (from, to) = (self.state, step.leads_to());
        if !from.may_become(to) {
            return Err(Refusal::NotFromHere(from, to));
        }
        let application = match &step {
            EnquiryStep::ReceiveApplication { application } => Some(application.id),
            _ => None,
        };
        self.enter(step)?;
        self.state = to;
        self.ended_on = (!to.is_open()).then_some(cx.today());
        if !to.is_open() {
            self.letters_mut().filter(|sent| sent.letter.waits()).for_each(|sent| sent.letter.is_void = true);
        }
        let facts = json!({
            "from": from, "to": to, "requirement": self.requirement, "owner": self.owner_id,
            "owner_source": self.owner_source, "application": application, "exemption": self.exemption_id,
            "reason": self.reason,
        });
        Ok(self.change(cx, Happening::EnquiryMoved, facts))
    }

    fn enter(&mut self, step: EnquiryStep) -> Result<(), Refusal> {
        match step {
            EnquiryStep::Triage { found, goes_on_because } => {
                self.reason = goes_on_because.map(words_of).transpose()?;
                self.requirement = Some(found);
            }
            EnquiryStep::FindOwner { owner, source } => {
                (self.owner_id, self.owner_source) = (Some(owner), Some(source));
            }
            EnquiryStep::Invite => {}
            EnquiryStep::ReceiveApplication { application } => {
                self.is_about(application.property_id)?;
                if application.submitted_on.is_none() {
                    return Err(Refusal::NotReceived(application.reference));
                }
            }
            EnquiryStep::ProveExempt { found } => {
                if found.verdict.needs_licence() || found.verdict == Verdict::Licensed {
                    return Err(Refusal::NotProven(found.reason));
                }
                self.exemption_id = found.exemption_id.or(self.exemption_id);
                self.requirement = Some(found);
            }
            EnquiryStep::NotifyExemption { exemption } => {
                self.is_about(exemption.property_id)?;
                let alive = matches!(exemption.state, ExemptionState::Notified | ExemptionState::Served);
                if exemption.kind != ExemptionKind::Temporary || !alive {
                    return Err(Refusal::NotNotified(exemption.reference));
                }
                self.exemption_id = Some(exemption.id);
            }
            EnquiryStep::Investigate { reason } | EnquiryStep::Close { reason } => {
                self.reason = Some(words_of(reason)?);
            }
        }
        Ok(())
    }

    fn is_about(&self, home: PropertyId) -> Result<(), Refusal> {
        if home == self.property_id { Ok(()) } else { Err(Refusal::OfAnotherHome) }
    }

    /// A note is made of it, or somebody was approached.
    ///
    /// # Errors
    /// A [`Refusal`] once it has ended, of a day in the future, or without words.
    pub fn note(self, cx: &Context, kind: EntryKind, on: NaiveDate, text: String) -> Result<Change<Self>, Refusal> {
        self.enter_note(cx, kind, on, text, None)
    }

    fn enter_note(
        mut self,
        cx: &Context,
        kind: EntryKind,
        on: NaiveDate,
        text: String,
        sent: Option<Sent>,
    ) -> Result<Change<Self>, Refusal> {
        self.is_open()?;
        let (on, text) = (past(on, cx.today())?, words_of(text)?);
        let facts = json!({ "entry": kind, "on": on, "text": text });
        self.entries.push(Entry { kind, on, text, officer_id: cx.actor.account, entered_at: cx.now, sent });
        Ok(self.change(cx, Happening::EnquiryNoted, facts))
    }

    /// What a letter of this kind says today to that person, who `may_apply` by an interest in the home that is on record.
    ///
    /// # Errors
    /// A [`Refusal`] once the enquiry has ended, or of a letter to whoever is to apply, for somebody else or while nobody is known.
    pub fn letter(
        &self,
        cx: &Context,
        policy: &Policy,
        kind: EnquiryLetterKind,
        to: PartyId,
        may_apply: bool,
    ) -> Result<EnquiryLetter, Refusal> {
        self.is_open()?;
        if kind != EnquiryLetterKind::Information {
            let owner = self.owner_id.ok_or(Refusal::NoOwner)?;
            if owner != to && !may_apply {
                return Err(Refusal::NotToApply);
            }
        }
        let days = policy.enquiry_answer_days + policy.service_allowance_days;
        let answer_by = Counted::within_days(days, Trigger::new(cx.today(), Occasion::Notice))?.on();
        let invited_on = self.invited_on(to).filter(|_| kind == EnquiryLetterKind::Warning);
        Ok(EnquiryLetter {
            enquiry: Some(self.id),
            letter: kind,
            reference: self.reference.clone(),
            answer_by,
            invited_on,
        })
    }

    /// The day on which the last invitation went to this person.
    fn invited_on(&self, to: PartyId) -> Option<NaiveDate> {
        let sent = self.entries.iter().rev().filter_map(|entry| entry.sent.as_ref());
        let mut invited = sent
            .filter(|sent| sent.to == to && sent.letter.kind == EnquiryLetterKind::Invitation && !sent.letter.is_void);
        invited.find_map(|sent| sent.letter.served.as_ref()).map(|served| served.dispatched_at.date())
    }

    /// That letter to that person was queued: an entry tells of it. One of its kind to them that did not go gives way to it.
    ///
    /// # Errors
    /// A [`Refusal`] once the enquiry has ended.
    pub fn wrote(
        mut self,
        cx: &Context,
        says: &EnquiryLetter,
        to: PartyId,
        letter: LetterId,
    ) -> Result<Change<Self>, Refusal> {
        let (kind, what) = match says.letter {
            EnquiryLetterKind::Invitation => (EntryKind::Letter, "Invitation to apply"),
            EnquiryLetterKind::Warning => (EntryKind::Warning, "Warning"),
            EnquiryLetterKind::Information => (EntryKind::InformationNotice, "Information is required"),
        };
        let text = format!("{what}, by {}: the letter {letter}", says.answer_by);
        let earlier = |sent: &&mut Sent| sent.to == to && sent.letter.kind == says.letter && sent.letter.waits();
        self.letters_mut().filter(earlier).for_each(|sent| sent.letter.is_void = true);
        let (kind_of_letter, dated_on) = (says.letter, cx.today());
        let letter = SentLetter {
            kind: kind_of_letter,
            letter_id: letter,
            dated_on,
            stated: None,
            served: None,
            is_void: false,
        };
        self.enter_note(cx, kind, dated_on, text, Some(Sent { to, letter }))
    }

    fn letters_mut(&mut self) -> impl Iterator<Item = &mut Sent> {
        self.entries.iter_mut().filter_map(|entry| entry.sent.as_mut())
    }

    /// That letter, unless it came back or another one took its place.
    #[must_use]
    pub fn sent_letter(&self, letter: LetterId) -> Option<&Sent> {
        let mut sent = self.entries.iter().filter_map(|entry| entry.sent.as_ref());
        sent.find(|sent| sent.letter.letter_id == letter && !sent.letter.is_void)
    }

    /// The letter was served.
    #[must_use]
    pub fn letter_served(mut self, cx: &Context, letter: LetterId, served: &Served) -> Change<Self> {
        let found = self.letters_mut().filter(|sent| sent.letter.letter_id == letter);
        found.for_each(|sent| sent.letter.served = Some(served.clone()));
        let facts = json!({
            "letter": letter, "is": "served", "method": served.method, "sent_at": served.dispatched_at,
            "deemed": served.deemed,
        });
        self.change(cx, Happening::EnquiryNoted, facts)
    }

    /// The letter came back, or its address refused it: nothing was served by it.
    #[must_use]
    pub fn letter_returned(mut self, cx: &Context, letter: LetterId, reason: &str) -> Change<Self> {
        let found = self.letters_mut().filter(|sent| sent.letter.letter_id == letter);
        found.for_each(|sent| sent.letter.is_void = true);
        self.change(cx, Happening::EnquiryNoted, json!({ "letter": letter, "is": "returned", "reason": reason }))
    }

    /// It is given to an officer.
    ///
    /// # Errors
    /// A [`Refusal`] once it has ended.
    pub fn assign(mut self, cx: &Context, officer: AccountId) -> Result<Change<Self>, Refusal> {
        self.is_open()?;
        self.officer_id = Some(officer);
        let facts = json!({ "from": self.state, "to": self.state, "officer": officer });
        Ok(self.change(cx, Happening::EnquiryMoved, facts))
    }

    fn is_open(&self) -> Result<(), Refusal> {
        if self.state.is_open() { Ok(()) } else { Err(Refusal::Ended(self.state)) }
    }

    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        Change::new(cx, Chain::Case(self.property_id), kind, &self.id.clone(), facts, self)
    }
}

fn past(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > today { Err(Refusal::InFuture) } else { Ok(day) }
}

fn words_of(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}
