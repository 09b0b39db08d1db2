//! The mail with the link that signs a landlord or agent in. Not a letter of a case: it is neither stored nor printed.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ComposeFault, Office, Sheet, present};
use crate::words::Line;
use domain::calendar::london::written_instant;

/// What the mail says.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who writes.
    pub office: Office,
    /// Whom the mail addresses; somebody who is not on record has no name.
    pub recipient: Option<Line>,
    /// The address that signs them in.
    pub link: Line,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Page<'a> {
    office: &'a Office,
    recipient: &'a Line,
    copy_for: Option<()>,
    is_known: bool,
    link: &'a Line,
    expires_at: String,
}

impl SignIn {
    const VERSION: &str = "sign-in/2";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole or has a value that cannot be given to a template.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        let recipient = self.recipient.clone().unwrap_or_else(|| Line::from_record("applicant"));
        present(&[("recipient", &recipient), ("link", &self.link)])?;
        let page = Page {
            office: &self.office,
            recipient: &recipient,
            copy_for: None,
            is_known: self.recipient.is_some(),
            link: &self.link,
            expires_at: written_instant(self.expires_at),
        };
        let subject = format!("Your link to sign in: {}", self.office.team);
        Sheet::of(Self::VERSION, "sign_in.txt", "sign_in.html", false, &subject, &page)
    }
}
