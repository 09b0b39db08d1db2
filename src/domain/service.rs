//! Service of one copy of a document on one person: how it went, when it counts as received, and why that may be refused.

use chrono::NaiveDate;

use super::calendar::{self, BankHolidays, CannotCount, Counted, Dispatch, ServicePolicy, ServiceRefused};
use super::context::Context;
use super::id::words;

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

impl Sending {
    /// The day on which the copy counts as received: proved, or else deemed by the way it went.
    ///
    /// # Errors
    /// [`NotServed`] if it went before it was issued or has not gone yet, or if that way of sending is not service.
    pub fn received(
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
