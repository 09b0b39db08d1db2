//! What came in for an item, and what an officer made of it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Item, Refusal};
use crate::context::Context;
use crate::document::Document;
use crate::id::{AccountId, CertificateId, DemandId, ItemId, PartyId, ResponseId, words};
use crate::service::NotServed;

words! {
    /// The kinds of answer.
    AnswerKind {
        /// A certificate, report or record.
        Document = "document",
        /// A declaration.
        Declaration = "declaration",
        /// "This does not apply, because".
        NotApplicable = "not_applicable",
        /// Why it is late; does not answer the item.
        Explanation = "explanation",
    }
}

words! {
    /// What has become of an answer.
    ResponseState {
        /// Waits for an officer.
        Received = "received",
        /// Accepted.
        Accepted = "accepted",
        /// Rejected, with a reason.
        Rejected = "rejected",
        /// Read and noted (explanations).
        Noted = "noted",
    }
}

words! {
    /// What an officer decides about an answer.
    Outcome {
        /// It answers the item.
        Accepted = "accepted",
        /// It does not; the item still waits.
        Rejected = "rejected",
        /// The item does not apply.
        NotApplicableAccepted = "not_applicable_accepted",
        /// The explanation was read.
        Noted = "noted",
    }
}

impl Outcome {
    fn fits(self, kind: AnswerKind) -> bool {
        match (self, kind) {
            (Self::Rejected, kind) => kind != AnswerKind::Explanation,
            (Self::Accepted, kind) => matches!(kind, AnswerKind::Document | AnswerKind::Declaration),
            (Self::NotApplicableAccepted, kind) => kind == AnswerKind::NotApplicable,
            (Self::Noted, kind) => kind == AnswerKind::Explanation,
        }
    }
}

impl ResponseState {
    /// What becomes of an answer of which an officer decides that; `None` if it was assessed before.
    #[must_use]
    pub fn after(self, outcome: Outcome) -> Option<Self> {
        match (self, outcome) {
            (Self::Received, Outcome::Accepted | Outcome::NotApplicableAccepted) => Some(Self::Accepted),
            (Self::Received, Outcome::Rejected) => Some(Self::Rejected),
            (Self::Received, Outcome::Noted) => Some(Self::Noted),
            (Self::Accepted | Self::Rejected | Self::Noted, _) => None,
        }
    }
}

/// What somebody sends in.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What kind of answer.
    pub kind: AnswerKind,
    /// The record that was made of it, for documents and declarations.
    pub certificate_id: Option<CertificateId>,
    /// The files that it brings.
    pub documents: Vec<Document>,
    /// The words: the reason, the explanation, a remark.
    pub text: Option<String>,
    /// Whom it came from.
    pub from: Option<PartyId>,
    /// When it came in, if an officer records what arrived earlier on paper; otherwise now.
    pub received_at: Option<DateTime<Utc>>,
}

/// An answer, as received.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Its identifier.
    pub id: ResponseId,
    /// The demand.
    pub demand_id: DemandId,
    /// The item it answers.
    pub item_id: ItemId,
    /// What kind of answer.
    pub kind: AnswerKind,
    /// The record that was made of it.
    pub certificate_id: Option<CertificateId>,
    /// The words.
    pub text: Option<String>,
    /// Whom it came from.
    pub from_party: Option<PartyId>,
    /// When it came in (UTC).
    pub received_at: DateTime<Utc>,
    /// The London day on which it came in, which decides whether it is in time.
    pub received_on: NaiveDate,
    /// What has become of it.
    pub state: ResponseState,
    /// When an officer assessed it.
    pub assessed_at: Option<DateTime<Utc>>,
    /// Who assessed it.
    pub assessed_by: Option<AccountId>,
    /// The officer's reason.
    pub assessment: Option<String>,
}

impl Item {
    pub(super) fn receive(&mut self, cx: &Context, answer: Answer) -> Result<Response, Refusal> {
        self.still_open()?;
        let received_at = answer.received_at.unwrap_or(cx.now);
        if received_at > cx.now {
            return Err(NotServed::SentInFuture.into());
        }
        let needs_words = matches!(answer.kind, AnswerKind::NotApplicable | AnswerKind::Explanation);
        if needs_words && answer.text.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Refusal::NoReason);
        }
        let received_on = crate::calendar::london::today(received_at);
        if answer.kind != AnswerKind::Explanation {
            self.take_answer(received_on)?;
        }
        Ok(Response {
            id: ResponseId::new(cx),
            demand_id: self.demand_id,
            item_id: self.id,
            kind: answer.kind,
            certificate_id: answer.certificate_id,
            text: answer.text,
            from_party: answer.from,
            received_at,
            received_on,
            state: ResponseState::Received,
            assessed_at: None,
            assessed_by: None,
            assessment: None,
        })
    }
}

impl Response {
    pub(super) fn assess(mut self, cx: &Context, outcome: Outcome, reason: &str) -> Result<Self, Refusal> {
        let state = self.state.after(outcome).ok_or(Refusal::AlreadyAssessed)?;
        if !outcome.fits(self.kind) {
            return Err(Refusal::OutcomeDoesNotFit);
        }
        if reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        self.state = state;
        self.assessed_at = Some(cx.now);
        self.assessed_by = cx.actor.account;
        self.assessment = Some(reason.to_owned());
        Ok(self)
    }

    /// Whether it waits for an officer and could answer the item.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == ResponseState::Received && self.kind != AnswerKind::Explanation
    }
}
