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

words! {
    /// What moves a copy from one state to another.
    ServiceMove {
        /// It goes out.
        Send = "send",
        /// Service of it is recorded.
        Serve = "serve",
        /// It bounces or comes back.
        ComeBack = "come_back",
        /// It is to go anew, once the holder is served anew.
        Wait = "wait",
    }
}

impl ServiceState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: ServiceMove) -> Option<Self> {
        use ServiceMove as M;
        use ServiceState as S;
        match (self, step) {
            (S::Pending | S::Returned, M::Send) => Some(S::Sent),
            (S::Pending | S::Sent | S::Returned, M::Serve) => Some(S::Served),
            (S::Sent | S::Served | S::Returned, M::ComeBack) => Some(S::Returned),
            (S::Sent | S::Served | S::Returned, M::Wait) => Some(S::Pending),
            _ => None,
        }
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
    /// Service twice of one copy.
    #[error("service on this recipient is recorded already; record a return first if it came back")]
    Already,
    /// Something comes back that never went.
    #[error("this copy has not gone out, so it cannot have come back")]
    NotSent,
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
            Self::Already => "already-served",
            Self::NotSent => "not-issued",
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

    /// It goes out, or goes out again with another letter. Nothing changes, and the answer is no, unless it waits or came back.
    pub(super) fn send(&mut self) -> bool {
        self.start_again(ServiceMove::Send)
    }

    /// It waits, to go anew with another letter.
    pub(super) fn wait(&mut self) {
        self.start_again(ServiceMove::Wait);
    }

    fn start_again(&mut self, step: ServiceMove) -> bool {
        let Some(state) = self.state.after(step) else { return false };
        self.state = state;
        self.letter_id = None;
        self.deemed_on = None;
        self.deemed_basis = None;
        true
    }

    /// Service of it is recorded, as [`Sending::served`] says.
    pub(super) fn serve(
        &mut self,
        cx: &Context,
        sending: Sending,
        issued_on: Option<NaiveDate>,
        policy: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Served, NotServed> {
        let state = self.state.after(ServiceMove::Serve).ok_or(NotServed::Already)?;
        let served = sending.served(cx, issued_on, policy, holidays)?;
        self.state = state;
        self.method = Some(served.method);
        self.address = Some(served.address.clone());
        self.dispatched_at = Some(served.dispatched_at);
        self.evidence.clone_from(&served.evidence);
        self.deemed_on = Some(served.deemed.on());
        self.deemed_basis = Some(served.deemed.clone());
        self.return_reason = None;
        Ok(served)
    }

    /// It bounced or came back, so it is not served; how it went stays on record.
    pub(super) fn come_back(&mut self, reason: &str) -> Result<(), NotServed> {
        self.state = self.state.after(ServiceMove::ComeBack).ok_or(NotServed::NotSent)?;
        self.deemed_on = None;
        self.deemed_basis = None;
        self.return_reason = Some(reason.to_owned());
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{holidays, khan, on, sent};

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use ServiceMove as M;
        use ServiceState as S;
        let ways: &[(&[S], M, S)] = &[
            (&[S::Pending, S::Returned], M::Send, S::Sent),
            (&[S::Pending, S::Sent, S::Returned], M::Serve, S::Served),
            (&[S::Sent, S::Served, S::Returned], M::ComeBack, S::Returned),
            (&[S::Sent, S::Served, S::Returned], M::Wait, S::Pending),
        ];
        let cx = on("2025-01-23");
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let mut copy = Copy { state: from, ..Copy::to(&cx, khan(), Capacity::Holder) };
                let by_hand = sent(Method::DeliveredByHand, "2025-01-23");
                let done = match step {
                    M::Send => copy.send(),
                    M::Serve => copy.serve(&cx, by_hand, None, ServicePolicy::CAUTIOUS, &holidays()).is_ok(),
                    M::ComeBack => copy.come_back("gone away").is_ok(),
                    M::Wait => {
                        copy.wait();
                        copy.state != from
                    }
                };
                assert!(done || copy.state == from, "what is refused changes nothing");
                done.then_some(copy.state)
            },
        );
    }
}
