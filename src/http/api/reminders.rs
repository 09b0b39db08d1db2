//! A reminder as letters, breaches and runs of the nightly check show it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{CheckId, LetterId, PartyId, PropertyId, ReminderId};
use crate::domain::reminder::{Reminder, ReminderState, SubjectKind};
use crate::domain::scheme::LetterCode;

/// One rung of a ladder for one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReminderView {
    id: ReminderId,
    /// Item of a demand, or obligation.
    subject_kind: SubjectKind,
    subject_id: String,
    property_id: PropertyId,
    recipient_id: PartyId,
    /// Days from the due date: -7, -3, -1, 0, 1.
    rung: i32,
    due_on: NaiveDate,
    code: LetterCode,
    /// Called for, or superseded by a later rung of the same night.
    state: ReminderState,
    letter_id: Option<LetterId>,
    title: String,
    reference: String,
    called_on: NaiveDate,
    check_id: CheckId,
}

impl From<Reminder> for ReminderView {
    fn from(reminder: Reminder) -> Self {
        Self {
            id: reminder.id,
            subject_kind: reminder.subject_kind,
            subject_id: reminder.subject_id,
            property_id: reminder.property_id,
            recipient_id: reminder.recipient_id,
            rung: reminder.rung,
            due_on: reminder.due_on,
            code: reminder.code,
            state: reminder.state,
            letter_id: reminder.letter_id,
            title: reminder.title,
            reference: reminder.reference,
            called_on: reminder.called_on,
            check_id: reminder.check_id,
        }
    }
}
