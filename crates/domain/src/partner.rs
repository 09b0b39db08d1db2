//! A partner of the council, such as the police, and the written agreement under which information is shared with it.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::context::Context;
use super::event::{Chain, Change, Event, Happening};
use super::id::{PartnerId, PartyId, PropertyId, words};

words! {
    /// What a partner is.
    PartnerKind {
        /// A team against anti-social behaviour.
        AsbTeam = "asb_team",
        /// The police.
        Police = "police",
        /// A registered provider of housing.
        HousingProvider = "housing_provider",
    }
}

/// The written agreement to share information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Under which it is filed.
    pub reference: String,
    /// Its last day.
    pub ends_on: NaiveDate,
}

/// What is said of a partner beside its name and address, which are those of its party.
#[derive(Clone, Debug)]
pub struct PartnerFacts {
    /// What it is.
    pub kind: PartnerKind,
    /// Where its mail goes; on paper to its address without one.
    pub email: Option<String>,
    /// The agreement.
    pub agreement: Option<Agreement>,
}

/// A partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// Its identifier.
    pub id: PartnerId,
    /// What it is.
    pub kind: PartnerKind,
    /// The body on record: its name and address, and what its accounts stand for.
    pub party_id: PartyId,
    /// Where its mail goes; on paper to its address without one. It is no address for service (s.247), so no consent is needed.
    pub email: Option<String>,
    /// Under which the agreement to share information is filed.
    pub agreement: Option<String>,
    /// The agreement's last day.
    pub agreement_ends_on: Option<NaiveDate>,
    /// Counts changes.
    pub revision: i64,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// How the council shares information with its partners; a judgement of the council's, which no source gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Whether nothing is shared without an agreement in force.
    pub needs_agreement: bool,
    /// Days before an agreement's last one on which officers are told.
    pub agreement_warning_days: u32,
    /// Homes that one account of a partner may look up in an hour, found or not.
    pub look_ups_per_hour: u32,
}

/// Why something about a partner is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is shared without an agreement.
    #[error(
        "no written agreement to share information with this partner is in force: nothing is shared until one is recorded"
    )]
    NoAgreement,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAgreement => "no-agreement",
        }
    }
}

impl Partner {
    /// A partner is added, whose body is on record.
    #[must_use]
    pub fn add(cx: &Context, party_id: PartyId, facts: PartnerFacts) -> Change<Self> {
        let partner = Self {
            id: PartnerId::new(cx),
            kind: facts.kind,
            party_id,
            email: None,
            agreement: None,
            agreement_ends_on: None,
            revision: 1,
            created_at: cx.now,
        };
        partner.say(cx, Happening::PartnerAdded, facts)
    }

    /// What is said of it is corrected; what is not said again is gone.
    #[must_use]
    pub fn correct(self, cx: &Context, facts: PartnerFacts) -> Change<Self> {
        self.say(cx, Happening::PartnerChanged, facts)
    }

    fn say(mut self, cx: &Context, kind: Happening, facts: PartnerFacts) -> Change<Self> {
        self.kind = facts.kind;
        self.email = facts.email;
        (self.agreement, self.agreement_ends_on) = match facts.agreement {
            Some(agreement) => (Some(agreement.reference), Some(agreement.ends_on)),
            None => (None, None),
        };
        let said =
            json!({ "kind": self.kind, "agreement": self.agreement, "agreement_ends_on": self.agreement_ends_on });
        Change::new(cx, Chain::Party(self.party_id), kind, &self.id.clone(), said, self)
    }

    /// Whether an agreement is in force on that day.
    #[must_use]
    pub fn has_agreement(&self, day: NaiveDate) -> bool {
        self.agreement_ends_on.is_some_and(|last| day <= last)
    }

    /// Refuses to share anything without an agreement, where one is needed.
    ///
    /// # Errors
    /// [`Refusal::NoAgreement`].
    pub fn may_be_told(&self, day: NaiveDate, set: Sharing) -> Result<(), Refusal> {
        if !set.needs_agreement || self.has_agreement(day) { Ok(()) } else { Err(Refusal::NoAgreement) }
    }

    /// The event that a home was looked up for this partner, and why. It stands in the partner's own chain: that of the home goes
    /// into the landlord's proof files, and a purpose may say more than the landlord is to know.
    #[must_use]
    pub fn looked_up(&self, cx: &Context, home: PropertyId, purpose: &str) -> Event {
        let facts = json!({ "partner": self.id, "agreement": self.agreement, "purpose": purpose });
        Event::new(cx, Chain::Party(self.party_id), Happening::HomeShared, &home, facts)
    }

    /// The event that this partner looked a home up and was told of none, and why. `asked` is what was asked for, in a form that names
    /// no address.
    #[must_use]
    pub fn looked_up_in_vain(&self, cx: &Context, asked: &Value, purpose: &str) -> Event {
        let facts = json!({ "agreement": self.agreement, "purpose": purpose, "asked": asked });
        Event::new(cx, Chain::Party(self.party_id), Happening::LookUpFailed, &self.id, facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, key, on};

    #[test]
    fn nothing_is_shared_before_an_agreement_or_after_its_last_day() {
        let cx = on("2025-01-22");
        let facts = |ends_on: Option<&str>| PartnerFacts {
            kind: PartnerKind::Police,
            email: None,
            agreement: ends_on.map(|last| Agreement { reference: "ISA 7".to_owned(), ends_on: day(last) }),
        };
        for (ends_on, told) in [(None, false), (Some("2025-01-21"), false), (Some("2025-01-22"), true)] {
            let partner = Partner::add(&cx, PartyId(key("police")), facts(ends_on)).into_entity();
            let set = |needs_agreement| Sharing { needs_agreement, agreement_warning_days: 60, look_ups_per_hour: 60 };
            assert_eq!(partner.may_be_told(cx.today(), set(true)).is_ok(), told, "{ends_on:?}");
            assert_eq!(partner.may_be_told(cx.today(), set(false)), Ok(()), "the council may do without");
            let ended = partner.correct(&cx, facts(None)).into_entity();
            assert_eq!(ended.may_be_told(cx.today(), set(true)), Err(Refusal::NoAgreement));
        }
    }
}
