//! A person or company: holder, manager, agent or other interest, and their consent to electronic service.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::calendar::london;
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{ConsentId, PartyId, words};
use super::letter::LetterKind;

words! {
    /// Person or company.
    PartyKind {
        /// A natural person.
        Person = "person",
        /// A company or other body.
        Company = "company",
    }
}

words! {
    /// What a consent to electronic service covers (s.247: it can be limited).
    ConsentScope {
        /// Licences, notices, demands and letters alike.
        All = "all",
        /// Demands for evidence only.
        Demands = "demands",
        /// Reminders only: not service of anything.
        Reminders = "reminders",
    }
}

/// A person or company.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Its identifier.
    pub id: PartyId,
    /// Person or company.
    pub kind: PartyKind,
    /// Name as it is written on letters.
    pub name: String,
    /// Proper address for service by post or by hand.
    pub address: String,
    /// Known e-mail address. Knowing it is not consent to be served there.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Companies House number.
    pub company_number: Option<String>,
    /// Lower-case text that a search looks into.
    pub search: String,
    /// Counts changes.
    pub revision: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

/// What is said of a person or company.
#[derive(Clone, Debug)]
pub struct PartyFacts {
    /// See [`Party::kind`].
    pub kind: PartyKind,
    /// See [`Party::name`].
    pub name: String,
    /// See [`Party::address`].
    pub address: String,
    /// See [`Party::email`].
    pub email: Option<String>,
    /// See [`Party::phone`].
    pub phone: Option<String>,
    /// See [`Party::company_number`].
    pub company_number: Option<String>,
}

impl Party {
    /// A person or company is recorded.
    #[must_use]
    pub fn add(cx: &Context, facts: PartyFacts) -> Change<Self> {
        let id = PartyId::new(cx);
        let party = Self::of(id, facts, 1, cx.now);
        let said = json!({ "kind": party.kind });
        Change::new(cx, Chain::Party(id), Happening::PartyAdded, &id, said, party)
    }

    /// Details are corrected; what was not said again is gone.
    #[must_use]
    pub fn correct(self, cx: &Context, facts: PartyFacts) -> Change<Self> {
        let party = Self::of(self.id, facts, self.revision, self.created_at);
        let said = json!({
            "kind": party.kind,
            "name_changed": party.name != self.name,
            "address_changed": party.address != self.address,
            "email_changed": party.email != self.email,
        });
        Change::new(cx, Chain::Party(party.id), Happening::PartyChanged, &party.id.clone(), said, party)
    }

    fn of(id: PartyId, facts: PartyFacts, revision: i64, created_at: DateTime<Utc>) -> Self {
        let email = facts.email.as_deref().unwrap_or_default();
        let search = format!("{} {email}", facts.name).to_lowercase();
        Self {
            id,
            kind: facts.kind,
            name: facts.name,
            address: facts.address,
            email: facts.email,
            phone: facts.phone,
            company_number: facts.company_number,
            search,
            revision,
            created_at,
        }
    }
}

/// Consent to electronic service: who, where to, how far, since when (s.247).
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// Its identifier.
    pub id: ConsentId,
    /// Who consented. A consent that agents give for themselves is not the holder's.
    pub party_id: PartyId,
    /// The e-mail address given for the purpose.
    pub email: String,
    /// How far it goes.
    pub scope: ConsentScope,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// How it was given, for instance "application form, section 9".
    pub how: String,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub revision: i64,
}

/// Why something about a consent is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Withdrawn twice.
    #[error("this consent was withdrawn already")]
    AlreadyWithdrawn,
    /// A consent from the future.
    #[error("given_on lies in the future: enter the day on which the consent was given")]
    GivenInFuture,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyWithdrawn => "consent-already-withdrawn",
            Self::GivenInFuture => "consent-in-future",
        }
    }
}

impl Consent {
    /// A consent is recorded; it counts from the start of the London day on which it was given.
    ///
    /// # Errors
    /// A refusal if that day has not come.
    pub fn give(
        cx: &Context,
        party: PartyId,
        email: String,
        scope: ConsentScope,
        given_on: NaiveDate,
        how: String,
    ) -> Result<Change<Self>, Refusal> {
        if given_on > cx.today() {
            return Err(Refusal::GivenInFuture);
        }
        let id = ConsentId::new(cx);
        let given_at = london::instant_at(given_on, chrono::NaiveTime::MIN).min(cx.now);
        let facts = json!({ "party": party, "scope": scope, "given_on": given_on });
        let consent = Self { id, party_id: party, email, scope, given_at, how, withdrawn_at: None, revision: 1 };
        Ok(Change::new(cx, Chain::Party(party), Happening::ConsentGiven, &id, facts, consent))
    }

    /// A consent is withdrawn: from now on nothing is served by it.
    ///
    /// # Errors
    /// A refusal if it was withdrawn before.
    pub fn withdraw(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        if self.withdrawn_at.is_some() {
            return Err(Refusal::AlreadyWithdrawn);
        }
        self.withdrawn_at = Some(cx.now);
        let facts = json!({ "party": self.party_id });
        Ok(Change::new(cx, Chain::Party(self.party_id), Happening::ConsentWithdrawn, &self.id.clone(), facts, self))
    }

    /// Whether it holds at that instant.
    #[must_use]
    pub fn holds_at(&self, at: DateTime<Utc>) -> bool {
        self.given_at <= at && self.withdrawn_at.is_none_or(|end| at < end)
    }

    /// Whether it covers letters of this kind; those that serve nothing need a consent of any scope.
    #[must_use]
    pub fn covers(&self, kind: LetterKind) -> bool {
        match kind {
            LetterKind::Notice | LetterKind::Inspection => self.covers_notices(),
            LetterKind::Enforcement | LetterKind::Exemption | LetterKind::Enquiry => self.covers_notices(),
            LetterKind::Demand => self.covers_demands(),
            LetterKind::Application | LetterKind::Decision | LetterKind::Digest | LetterKind::Receipt => true,
            LetterKind::Referral | LetterKind::Reference => true,
        }
    }

    /// Whether it covers the service of a notice or a licence.
    #[must_use]
    pub fn covers_notices(&self) -> bool {
        self.scope == ConsentScope::All
    }

    /// Whether it covers the service of a demand.
    #[must_use]
    pub fn covers_demands(&self) -> bool {
        matches!(self.scope, ConsentScope::All | ConsentScope::Demands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, day, instant, khan};

    fn given(cx: &Context, on: &str, scope: ConsentScope) -> Result<Consent, Refusal> {
        let (email, how) = ("khan@example.org".to_owned(), "application form, section 9".to_owned());
        Consent::give(cx, khan(), email, scope, day(on), how).map(Change::into_entity)
    }

    #[test]
    fn a_consent_holds_from_the_start_of_its_london_day_until_the_instant_it_is_withdrawn() {
        let cx = at("2025-07-10T09:00:00Z");
        let consent = given(&cx, "2025-07-01", ConsentScope::All).unwrap();
        assert!(consent.holds_at(instant("2030-01-01T00:00:00Z")));
        let withdrawn = consent.withdraw(&cx).unwrap().into_entity();
        for (at, holds) in [
            ("2025-06-30T22:59:59Z", false),
            ("2025-06-30T23:00:00Z", true),
            ("2025-07-10T08:59:59Z", true),
            ("2025-07-10T09:00:00Z", false),
        ] {
            assert_eq!(withdrawn.holds_at(instant(at)), holds, "{at}");
        }
        assert_eq!(withdrawn.withdraw(&cx).unwrap_err(), Refusal::AlreadyWithdrawn);
        let winter = given(&at("2025-01-22T09:00:00Z"), "2025-01-20", ConsentScope::All).unwrap();
        assert_eq!(winter.given_at, instant("2025-01-20T00:00:00Z"));
    }

    #[test]
    fn a_consent_is_given_today_or_earlier_by_the_london_calendar() {
        let just_after_midnight = at("2025-06-30T23:30:00Z");
        assert!(given(&just_after_midnight, "2025-07-01", ConsentScope::All).is_ok());
        assert_eq!(given(&just_after_midnight, "2025-07-02", ConsentScope::All), Err(Refusal::GivenInFuture));
    }

    #[test]
    fn a_consent_limited_to_reminders_covers_no_demand() {
        let cx = at("2025-01-22T09:00:00Z");
        for (scope, covers) in
            [(ConsentScope::All, true), (ConsentScope::Demands, true), (ConsentScope::Reminders, false)]
        {
            assert_eq!(given(&cx, "2025-01-22", scope).unwrap().covers_demands(), covers, "{scope}");
        }
    }
}
