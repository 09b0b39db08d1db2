//! Service of one copy of a document on one person: how it went, when it counts as received, and why that may be refused.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::calendar::{self, BankHolidays, CannotCount, Counted, Dispatch, Method, ServicePolicy, ServiceRefused};
use super::context::Context;
use super::id::{CopyId, LetterId, PartyId, words};
use super::property::Capacity;

words! {
    /// Where one recipient's copy is.
    ServiceState {
        /// Not sent; a copy waits until the holder is served.
        Pending = "pending",
        /// Sent; no record of service yet.
        Sent = "sent",
        /// Service recorded, with its deemed date.
        Served = "served",
        /// Bounced or returned: not served.
        Returned = "returned",
    }
}

/// How one copy was sent, as an officer or the mail server recorded it.
#[derive(Clone, Debug)]
pub struct Sending {
    /// How and when, and whether consent covers it.
    pub dispatch: Dispatch,
    /// Where to.
    pub address: String,
    /// What proves it.
    pub evidence: Option<String>,
    /// The day on which receipt is proved, if it is, with what proves it.
    pub proved: Option<(NaiveDate, String)>,
}

/// A sending that counts as service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// How it went.
    pub method: Method,
    /// Where to.
    pub address: String,
    /// When it went (London clock).
    pub dispatched_at: NaiveDateTime,
    /// What proves it, such as a certificate of posting or a mail server's reply.
    pub evidence: Option<String>,
    /// The day on which it counts as received, and why.
    pub deemed: Counted,
}

/// One person's copy of a document that is served, such as a demand or a notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    /// Its identifier.
    pub id: CopyId,
    /// Who.
    pub party_id: PartyId,
    /// As what.
    pub capacity: Capacity,
    /// Where this copy is.
    pub state: ServiceState,
    /// The letter that carries it.
    pub letter_id: Option<LetterId>,
    /// How it went.
    pub method: Option<Method>,
    /// Where to.
    pub address: Option<String>,
    /// When it went (London clock).
    pub dispatched_at: Option<NaiveDateTime>,
    /// The day of deemed receipt.
    pub deemed_on: Option<NaiveDate>,
    /// Why it is that day.
    pub deemed_basis: Option<Counted>,
    /// What proves the sending, such as a certificate of posting or a mail server's reply.
    pub evidence: Option<String>,
    /// Why it came back.
    pub return_reason: Option<String>,
}

/// A letter that a case sends to its person, such as a notice of intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentLetter<K> {
    /// What it carries.
    pub kind: K,
    /// The letter.
    pub letter_id: LetterId,
    /// The day on which it was written, as it says.
    pub dated_on: NaiveDate,
    /// The last day that it states, where it had to be stated before anybody knew when the letter would be received.
    pub stated: Option<Counted>,
    /// How it was served.
    pub served: Option<Served>,
    /// It came back, or another one took its place.
    pub is_void: bool,
}

impl<K: std::marker::Copy + PartialEq> SentLetter<K> {
    /// A letter that was just queued. One of its kind that was not served gives way to it.
    pub(super) fn add(there: &mut Vec<Self>, cx: &Context, kind: K, letter_id: LetterId, stated: Option<Counted>) {
        let earlier = there.iter_mut().filter(|one| one.kind == kind && one.served.is_none());
        earlier.for_each(|one| one.is_void = true);
        there.push(Self { kind, letter_id, dated_on: cx.today(), stated, served: None, is_void: false });
    }

    /// Whether it still waits to be served.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.served.is_none() && !self.is_void
    }
}

/// Why a sending does not count as service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotServed {
    /// A sending that has not happened.
    #[error("the day of sending lies in the future: record service when it has gone")]
    SentInFuture,
    /// A sending from before the document was issued.
    #[error("the day of sending lies before {0}, when it was issued: enter the day on which this issue went")]
    SentBeforeIssue(NaiveDate),
    /// Receipt before sending, or not yet.
    #[error("receipt is proved only of a day between sending and today: correct the proved day")]
    ReceiptCannotBe,
    /// Not service.
    #[error(transparent)]
    Service(#[from] ServiceRefused),
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl NotServed {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SentInFuture => "sent-in-future",
            Self::SentBeforeIssue(_) => "sent-before-issue",
            Self::ReceiptCannotBe => "receipt-cannot-be",
            Self::Service(ServiceRefused::NoConsentToEmail | ServiceRefused::NoConsentToPortal) => "no-consent",
            Self::Service(ServiceRefused::CannotCount(_)) | Self::Counting(_) => "cannot-count",
        }
    }
}

impl Copy {
    /// A copy that waits to be sent.
    #[must_use]
    pub fn to(cx: &Context, party_id: PartyId, capacity: Capacity) -> Self {
        Self {
            id: CopyId::new(cx),
            party_id,
            capacity,
            state: ServiceState::Pending,
            letter_id: None,
            method: None,
            address: None,
            dispatched_at: None,
            deemed_on: None,
            deemed_basis: None,
            evidence: None,
            return_reason: None,
        }
    }

    /// Whether it is to go and no letter carries it yet.
    #[must_use]
    pub fn needs_letter(&self) -> bool {
        self.state == ServiceState::Sent && self.letter_id.is_none()
    }

    /// Whether it still waits for that letter: it may have been served by hand since, or sent again with another.
    #[must_use]
    pub fn waits_for(&self, letter: LetterId) -> bool {
        self.state == ServiceState::Sent && self.letter_id == Some(letter)
    }

    /// It is served.
    pub(super) fn serve(&mut self, served: Served) {
        self.state = ServiceState::Served;
        self.method = Some(served.method);
        self.address = Some(served.address);
        self.dispatched_at = Some(served.dispatched_at);
        self.evidence = served.evidence;
        self.deemed_on = Some(served.deemed.on());
        self.deemed_basis = Some(served.deemed);
        self.return_reason = None;
    }

    /// It bounced or came back, so it is not served; how it went stays on record.
    pub(super) fn come_back(&mut self, reason: &str) {
        self.state = ServiceState::Returned;
        self.deemed_on = None;
        self.deemed_basis = None;
        self.return_reason = Some(reason.to_owned());
    }

    /// It is sent anew, or waits to be, with another letter.
    pub(super) fn start_again(&mut self, state: ServiceState) {
        self.state = state;
        self.letter_id = None;
        self.deemed_on = None;
        self.deemed_basis = None;
    }
}

impl Sending {
    /// The service that it comes to; the copy counts as received on the day that is proved, or else deemed by the way it went.
    ///
    /// # Errors
    /// [`NotServed`] if it went before it was issued or has not gone yet, or if that way of sending is not service.
    pub fn served(
        self,
        cx: &Context,
        issued_on: Option<NaiveDate>,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Served, NotServed> {
        let deemed = self.received(cx, issued_on, policy, holidays)?;
        let Self { dispatch, address, evidence, .. } = self;
        Ok(Served { method: dispatch.method, address, dispatched_at: dispatch.at, evidence, deemed })
    }

    fn received(
        &self,
        cx: &Context,
        issued_on: Option<NaiveDate>,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Counted, NotServed> {
        let sent_on = self.dispatch.at.date();
        if sent_on > cx.today() {
            return Err(NotServed::SentInFuture);
        }
        if let Some(issued_on) = issued_on.filter(|issued| sent_on < *issued) {
            return Err(NotServed::SentBeforeIssue(issued_on));
        }
        match &self.proved {
            Some((on, _)) if *on < sent_on || *on > cx.today() => Err(NotServed::ReceiptCannotBe),
            Some((on, authority)) => Ok(Counted::chosen(*on, "the officer who recorded service", authority)?),
            None => Ok(calendar::deemed_receipt(self.dispatch, policy, holidays)?),
        }
    }
}
