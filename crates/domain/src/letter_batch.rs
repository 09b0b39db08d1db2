//! Letters printed together for the post-room: one file, one walk to the post, one record of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::calendar::{Method, london};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, LetterBatchId, LetterId, words};

words! {
    /// Where a batch is.
    BatchState {
        /// Printed, waiting to be posted: its letters are in no other.
        Open = "open",
        /// Posted or handed over.
        Posted = "posted",
        /// Given up: its letters are free for another.
        Cancelled = "cancelled",
    }
}

words! {
    /// What moves a batch from one state to another.
    BatchMove {
        /// It is posted.
        Post = "post",
        /// It is given up.
        Cancel = "cancel",
    }
}

impl BatchState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: BatchMove) -> Option<Self> {
        match (self, step) {
            (Self::Open, BatchMove::Post) => Some(Self::Posted),
            (Self::Open, BatchMove::Cancel) => Some(Self::Cancelled),
            (Self::Posted | Self::Cancelled, _) => None,
        }
    }
}

/// A batch without its letters.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Its identifier.
    pub id: LetterBatchId,
    /// Where it is.
    pub state: BatchState,
    /// Who printed it.
    pub officer_id: Option<AccountId>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// How many pages.
    pub pages: i32,
    /// The day on which it was posted.
    pub posted_on: Option<NaiveDate>,
    /// How.
    pub method: Option<Method>,
    /// What proves it, such as the number of a certificate of posting.
    pub evidence: Option<String>,
    /// Why it was given up.
    pub reason: Option<String>,
    /// When it was posted or given up, as recorded.
    pub settled_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub revision: i64,
}

/// One letter of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The batch.
    pub batch_id: LetterBatchId,
    /// The letter.
    pub letter_id: LetterId,
    /// Its place, from 1.
    pub place: i32,
    /// The page of the file on which it begins.
    pub first_page: i32,
    /// The page on which it ends.
    pub last_page: i32,
    /// Whether it waits here to be posted: then it is in no other batch.
    pub is_open: bool,
    /// Why it was not posted with the others.
    pub left_out: Option<String>,
}

/// A batch with its letters.
#[derive(Clone, Debug, PartialEq)]
pub struct LetterBatch {
    /// The batch.
    pub cover: Cover,
    /// Its letters, in the order of their pages.
    pub letters: Vec<Entry>,
}

/// The file of a batch, safe under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// The letters in their order, with the first and the last page of each.
    pub letters: Vec<(LetterId, i32, i32)>,
}

/// How letters on paper went, one by itself or those of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The day, in London.
    pub posted_on: NaiveDate,
    /// How.
    pub method: Method,
    /// What proves it.
    pub evidence: Option<String>,
}

/// Why something about a batch is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not possible now.
    #[error("a batch that is {0} cannot be {1}")]
    NotNow(BatchState, &'static str),
    /// No paper goes this way.
    #[error("letters on paper go by post or by hand, not by {}", .0.spelling())]
    NotOnPaper(Method),
    /// The day lies ahead.
    #[error("the day of posting lies ahead: record it when the letters have gone")]
    InFuture,
    /// The day lies before the printing.
    #[error("that was written or printed on {0}, so it cannot have been posted before that day")]
    BeforePrinted(NaiveDate),
    /// None of its letters can be posted.
    #[error("none of its letters can be posted any more ({0}): cancel the batch")]
    NothingLeft(String),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow(..) => "letter-batch-state",
            Self::NotOnPaper(_) => "not-on-paper",
            Self::InFuture | Self::BeforePrinted(_) => "day-of-posting",
            Self::NothingLeft(_) => "nothing-to-post",
        }
    }
}

impl Posting {
    /// Whether what was made on this day can have gone so.
    ///
    /// # Errors
    /// A [`Refusal`] unless the day and the way are those of paper that was posted.
    pub fn may_be_of(&self, cx: &Context, made_on: NaiveDate) -> Result<(), Refusal> {
        if self.method.needs_consent() {
            return Err(Refusal::NotOnPaper(self.method));
        }
        if self.posted_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        if self.posted_on < made_on { Err(Refusal::BeforePrinted(made_on)) } else { Ok(()) }
    }

    /// What proves that a letter went: how, on which day, `with` what, and the council's own evidence.
    #[must_use]
    pub fn proof(&self, with: &str) -> String {
        let method = match self.method {
            Method::FirstClassPost => "first class post",
            Method::SecondClassPost => "second class post",
            Method::LeftAtAddress => "left at the address",
            _ => "delivered by hand",
        };
        let evidence = self.evidence.as_ref().map(|evidence| format!("; {evidence}")).unwrap_or_default();
        format!("{method} on {}{with}{evidence}", self.posted_on)
    }
}

impl LetterBatch {
    /// The most letters of one batch.
    pub const MOST: usize = 200;

    /// Letters were printed together.
    #[must_use]
    pub fn make(cx: &Context, printed: Printed) -> Change<Self> {
        let id = LetterBatchId::new(cx);
        let told = printed.letters.iter().map(|(letter, ..)| letter).collect::<Vec<_>>();
        let facts = json!({ "sha256": printed.sha256, "bytes": printed.bytes, "letters": told });
        let entry = |(place, (letter, first, last)): (i32, &(LetterId, i32, i32))| Entry {
            batch_id: id,
            letter_id: *letter,
            place,
            first_page: *first,
            last_page: *last,
            is_open: true,
            left_out: None,
        };
        let letters = (1..).zip(&printed.letters).map(entry).collect();
        let cover = Cover {
            id,
            state: BatchState::Open,
            officer_id: cx.actor.account,
            made_at: cx.now,
            sha256: printed.sha256,
            bytes: printed.bytes,
            pages: printed.letters.last().map_or(0, |(.., last)| *last),
            posted_on: None,
            method: None,
            evidence: None,
            reason: None,
            settled_at: None,
            revision: 1,
        };
        Change::new(cx, Chain::Service, Happening::LetterBatchPrinted, &id, facts, Self { cover, letters })
    }

    /// Whether it can have gone so, before anything is recorded of its letters.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is open, and the day and the way are those of paper that was posted.
    pub fn may_be_posted(&self, cx: &Context, posting: &Posting) -> Result<(), Refusal> {
        self.next(BatchMove::Post)?;
        posting.may_be_of(cx, london::today(self.cover.made_at))
    }

    /// It was posted, but for the letters that are left out, each with the reason.
    ///
    /// # Errors
    /// As [`LetterBatch::may_be_posted`], and if no letter is left.
    pub fn post(
        mut self,
        cx: &Context,
        posting: Posting,
        left_out: &[(LetterId, String)],
    ) -> Result<Change<Self>, Refusal> {
        self.may_be_posted(cx, &posting)?;
        let posted = self.next(BatchMove::Post)?;
        for entry in &mut self.letters {
            entry.is_open = false;
            let found = left_out.iter().find(|(letter, _)| *letter == entry.letter_id);
            entry.left_out = found.map(|(_, reason)| reason.clone());
        }
        if self.letters.iter().all(|entry| entry.left_out.is_some()) {
            let reasons = left_out.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>();
            return Err(Refusal::NothingLeft(reasons.join("; ")));
        }
        let facts = json!({
            "posted_on": posting.posted_on, "method": posting.method,
            "left_out": left_out.iter().map(|(letter, _)| letter).collect::<Vec<_>>(),
        });
        self.cover.posted_on = Some(posting.posted_on);
        self.cover.method = Some(posting.method);
        self.cover.evidence = posting.evidence;
        Ok(self.settled(cx, posted, Happening::LetterBatchPosted, facts))
    }

    /// It is given up, and its letters are free.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is open.
    pub fn cancel(mut self, cx: &Context, reason: &str) -> Result<Change<Self>, Refusal> {
        let cancelled = self.next(BatchMove::Cancel)?;
        self.letters.iter_mut().for_each(|entry| entry.is_open = false);
        self.cover.reason = Some(reason.to_owned());
        Ok(self.settled(cx, cancelled, Happening::LetterBatchCancelled, json!({ "reason": reason })))
    }

    fn next(&self, step: BatchMove) -> Result<BatchState, Refusal> {
        let done = match step {
            BatchMove::Post => "posted",
            BatchMove::Cancel => "cancelled",
        };
        self.cover.state.after(step).ok_or(Refusal::NotNow(self.cover.state, done))
    }

    fn settled(mut self, cx: &Context, state: BatchState, kind: Happening, facts: serde_json::Value) -> Change<Self> {
        self.cover.state = state;
        self.cover.settled_at = Some(cx.now);
        Change::new(cx, Chain::Service, kind, &self.cover.id.clone(), facts, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{day, key, on};

    fn letter(name: &str) -> LetterId {
        LetterId(key(name))
    }

    fn batch() -> LetterBatch {
        let letters = vec![(letter("first"), 1, 2), (letter("second"), 3, 3)];
        let printed = Printed { sha256: "ab".repeat(32), bytes: 40_000, letters };
        LetterBatch::make(&on("2025-01-22"), printed).into_entity()
    }

    fn posting(method: Method, posted_on: &str) -> Posting {
        Posting { posted_on: day(posted_on), method, evidence: Some("certificate 4711".to_owned()) }
    }

    #[test]
    fn a_batch_holds_its_letters_in_the_order_of_their_pages() {
        let LetterBatch { cover, letters } = batch();
        assert_eq!((cover.state, cover.pages, cover.revision), (BatchState::Open, 3, 1));
        let shown = letters.iter().map(|one| (one.place, one.first_page, one.last_page, one.is_open));
        assert_eq!(shown.collect::<Vec<_>>(), [(1, 1, 2, true), (2, 3, 3, true)]);
    }

    #[test]
    fn a_batch_is_posted_on_paper_on_a_day_that_can_be() {
        use Method as M;
        let printed = day("2025-01-22");
        for (method, posted_on, refusal) in [
            (M::FirstClassPost, "2025-01-22", None),
            (M::SecondClassPost, "2025-01-23", None),
            (M::DeliveredByHand, "2025-01-24", None),
            (M::LeftAtAddress, "2025-01-22", None),
            (M::Email, "2025-01-22", Some(Refusal::NotOnPaper(M::Email))),
            (M::Portal, "2025-01-22", Some(Refusal::NotOnPaper(M::Portal))),
            (M::FirstClassPost, "2025-01-25", Some(Refusal::InFuture)),
            (M::FirstClassPost, "2025-01-21", Some(Refusal::BeforePrinted(printed))),
        ] {
            let posted = batch().post(&on("2025-01-24"), posting(method, posted_on), &[]);
            let wanted = refusal.map_or(Ok(BatchState::Posted), Err);
            assert_eq!(posted.map(|change| change.entity().cover.state), wanted, "{method} {posted_on}");
        }
    }

    #[test]
    fn what_is_left_out_is_named_and_free_and_something_must_be_left() {
        let cx = on("2025-01-22");
        let first = || posting(Method::FirstClassPost, "2025-01-22");
        let one = [(letter("second"), "its demand was withdrawn".to_owned())];
        let posted = batch().post(&cx, first(), &one).unwrap().into_entity();
        let shown = posted.letters.iter().map(|entry| (entry.is_open, entry.left_out.as_deref()));
        assert_eq!(shown.collect::<Vec<_>>(), [(false, None), (false, Some("its demand was withdrawn"))]);
        let both = [(letter("first"), "a".to_owned()), (letter("second"), "b".to_owned())];
        assert_eq!(batch().post(&cx, first(), &both).unwrap_err(), Refusal::NothingLeft("a; b".to_owned()));
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use BatchMove as M;
        use BatchState as S;
        let ways: &[(&[S], M, S)] = &[(&[S::Open], M::Post, S::Posted), (&[S::Open], M::Cancel, S::Cancelled)];
        let cx = on("2025-01-22");
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let mut batch = batch();
                batch.cover.state = from;
                let moved = match step {
                    M::Post => batch.post(&cx, posting(Method::FirstClassPost, "2025-01-22"), &[]),
                    M::Cancel => batch.cancel(&cx, "the printer jammed"),
                };
                moved.ok().map(|change| change.entity().cover.state)
            },
        );
    }

    #[test]
    fn a_batch_is_settled_once() {
        let cx = on("2025-01-22");
        let first = || posting(Method::FirstClassPost, "2025-01-22");
        let posted = batch().post(&cx, first(), &[]).unwrap().into_entity();
        let cancelled = batch().cancel(&cx, "the printer jammed").unwrap().into_entity();
        assert!(cancelled.letters.iter().all(|entry| !entry.is_open));
        assert_eq!(cancelled.cover.reason.as_deref(), Some("the printer jammed"));
        for batch in [posted, cancelled] {
            let state = batch.cover.state;
            let again = batch.clone().post(&cx, first(), &[]).unwrap_err();
            assert_eq!(again, Refusal::NotNow(state, "posted"));
            assert_eq!(batch.cancel(&cx, "x").unwrap_err(), Refusal::NotNow(state, "cancelled"));
        }
    }
}
