//! Something that an officer must do by hand, opened by the service when it cannot go on alone.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, LetterId, PropertyId, TaskId, words};

words! {
    /// The kinds of task.
    TaskKind {
        /// A letter must be printed and posted.
        PrintLetter = "print_letter",
        /// An address refused a letter: find another way.
        AddressRefused = "address_refused",
        /// It cannot be known whether a letter went: look in the relay's log.
        LetterInDoubt = "letter_in_doubt",
        /// A letter was given up.
        LetterGivenUp = "letter_given_up",
        /// Letters have waited too long for the relay.
        MailFailing = "mail_failing",
        /// The nightly check could not handle something.
        CheckFailed = "check_failed",
        /// The machine's clock jumped: the nightly check waits.
        ClockJumped = "clock_jumped",
        /// A licence was not in force on a due date: the demand should be withdrawn.
        LicenceNotInForce = "licence_not_in_force",
        /// The time for appeals against a decision about a licence is over: record that it takes effect.
        TakesEffect = "takes_effect",
        /// The days for serving the notice of a decision are nearly over, or are, and somebody is not served.
        ServeNotice = "serve_notice",
        /// A landlord or agent reported a change: correct the records, or decide what follows.
        ChangeReported = "change_reported",
        /// The malware scanner found something in a file that was sent in.
        FileInfected = "file_infected",
        /// Files have been waiting for the malware scanner for an hour.
        ScannerDown = "scanner_down",
        /// The last day for a notice of intent is near: give it, or close the case.
        LimitationNear = "limitation_near",
        /// A visit of an inspection is over, and nothing is on record of it.
        VisitUnrecorded = "visit_unrecorded",
        /// The day of a re-inspection has come.
        ReinspectionDue = "reinspection_due",
        /// The last day of work that an improvement plan asks for has passed.
        WorkOverdue = "work_overdue",
        /// The last day for a holder to act on a referral has passed.
        HolderDatePassed = "holder_date_passed",
        /// The time for watching a referral is over.
        MonitoringEnds = "monitoring_ends",
        /// Somebody said on the pages what they think of a proposal: consider it.
        RepresentationReceived = "representation_received",
        /// An exemption ends soon, or has ended: record with what.
        ExemptionEnds = "exemption_ends",
        /// A partner's agreement to share information ends soon.
        AgreementEnds = "agreement_ends",
    }
}

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its identifier.
    pub id: TaskId,
    /// The kind.
    pub kind: TaskKind,
    /// What it is about; the same kind and key is open only once.
    pub key: String,
    /// The home, if it is about one.
    pub property_id: Option<PropertyId>,
    /// The letter, if it is about one.
    pub letter_id: Option<LetterId>,
    /// What to do, in a sentence.
    pub title: String,
    /// What is known.
    pub detail: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who closed it.
    pub closed_by: Option<AccountId>,
    /// What was done.
    pub note: Option<String>,
    /// Counts changes.
    pub revision: i64,
}

/// Why something about a task is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Closed before.
    #[error("this task is closed already")]
    AlreadyClosed,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyClosed => "task-closed",
        }
    }
}

/// What a new task says.
#[derive(Clone, Debug)]
pub struct Need {
    /// The kind.
    pub kind: TaskKind,
    /// What it is about.
    pub key: String,
    /// The home.
    pub property_id: Option<PropertyId>,
    /// The letter.
    pub letter_id: Option<LetterId>,
    /// What to do.
    pub title: String,
    /// What is known.
    pub detail: String,
}

impl Task {
    /// A task is opened.
    #[must_use]
    pub fn open(cx: &Context, need: Need) -> Change<Self> {
        let id = TaskId::new(cx);
        let facts = json!({ "kind": need.kind, "about": need.key, "letter": need.letter_id });
        let task = Self {
            id,
            kind: need.kind,
            key: need.key,
            property_id: need.property_id,
            letter_id: need.letter_id,
            title: need.title,
            detail: need.detail,
            opened_at: cx.now,
            closed_at: None,
            closed_by: None,
            note: None,
            revision: 1,
        };
        Change::new(cx, task.chain(), Happening::TaskOpened, &id, facts, task)
    }

    /// A task is closed, saying what was done.
    ///
    /// # Errors
    /// A [`Refusal`] if it is closed already.
    pub fn close(mut self, cx: &Context, note: &str) -> Result<Change<Self>, Refusal> {
        if self.closed_at.is_some() {
            return Err(Refusal::AlreadyClosed);
        }
        self.closed_at = Some(cx.now);
        self.closed_by = cx.actor.account;
        self.note = Some(note.to_owned());
        let chain = self.chain();
        Ok(Change::new(
            cx,
            chain,
            Happening::TaskClosed,
            &self.id.clone(),
            json!({ "kind": self.kind, "note": note }),
            self,
        ))
    }

    fn chain(&self) -> Chain {
        self.property_id.map_or(Chain::Service, Chain::Case)
    }
}
