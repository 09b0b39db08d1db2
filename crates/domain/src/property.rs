//! A home: where it is, what kind of dwelling it is, who has an interest in it, and whether it needs a licence at all.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{InterestId, PartyId, PropertyId, words};

words! {
    /// The kind of dwelling.
    Dwelling {
        /// A house.
        House = "house",
        /// A flat or maisonette.
        Flat = "flat",
        /// A bungalow.
        Bungalow = "bungalow",
        /// A room or bedsit.
        Room = "room",
        /// A whole building of flats.
        Building = "building",
    }
}

words! {
    /// What a person or company is to a home.
    Capacity {
        /// Holder, or proposed holder, of the licence.
        Holder = "holder",
        /// Manager.
        Manager = "manager",
        /// Agent of the holder.
        Agent = "agent",
        /// Freeholder or long leaseholder.
        Owner = "owner",
        /// Mortgagee.
        Mortgagee = "mortgagee",
        /// Somebody else to be bound by the licence (s.90(6)).
        Bound = "bound",
        /// Any other known interest.
        Other = "other",
    }
}

/// A home in the gazetteer. Exempt homes stay in it: anti-social behaviour work concerns them too.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// Its identifier, which also names its case.
    pub id: PropertyId,
    /// Unique Property Reference Number, 1 to 12 digits.
    pub uprn: Option<String>,
    /// First line or lines of the address.
    pub address: String,
    /// Street, for the scheme's lists.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// The scheme's area; `None` while unallocated.
    pub area_code: Option<String>,
    /// Kind of dwelling.
    pub dwelling: Dwelling,
    /// Households living there, with the date of the count.
    pub households: Option<i32>,
    /// People living there.
    pub occupiers: Option<i32>,
    /// The day on which households and occupiers were counted.
    pub occupied_as_at: Option<NaiveDate>,
    /// Whether gas is supplied; `None` while nobody has said.
    pub gas_supplied: Option<bool>,
    /// Ground of exemption, a word of the scheme's reference data.
    pub exemption_ground: Option<String>,
    /// What proves the exemption.
    pub exemption_evidence: Option<String>,
    /// First day of the exemption.
    pub exempt_from: Option<NaiveDate>,
    /// Last day of the exemption, if it has one.
    pub exempt_until: Option<NaiveDate>,
    /// Lower-case text that a search looks into.
    pub search: String,
    /// Counts changes.
    pub revision: i64,
    /// When it entered the gazetteer.
    pub created_at: DateTime<Utc>,
}

/// What is said of a home when it is added or corrected.
#[derive(Clone, Debug, Default)]
pub struct PropertyFacts {
    /// See [`Property::uprn`].
    pub uprn: Option<String>,
    /// See [`Property::address`].
    pub address: String,
    /// See [`Property::street`].
    pub street: String,
    /// See [`Property::postcode`].
    pub postcode: String,
    /// See [`Property::area_code`].
    pub area_code: Option<String>,
    /// See [`Property::dwelling`].
    pub dwelling: Option<Dwelling>,
    /// See [`Property::households`].
    pub households: Option<i32>,
    /// See [`Property::occupiers`].
    pub occupiers: Option<i32>,
    /// See [`Property::occupied_as_at`].
    pub occupied_as_at: Option<NaiveDate>,
    /// See [`Property::gas_supplied`].
    pub gas_supplied: Option<bool>,
    /// See [`Property::exemption_ground`].
    pub exemption_ground: Option<String>,
    /// See [`Property::exemption_evidence`].
    pub exemption_evidence: Option<String>,
    /// See [`Property::exempt_from`].
    pub exempt_from: Option<NaiveDate>,
    /// See [`Property::exempt_until`].
    pub exempt_until: Option<NaiveDate>,
}

/// Why something about a home is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An exemption needs proof.
    #[error("an exemption needs its evidence: say what proves it (for a registered provider, its registration number)")]
    ExemptionWithoutEvidence,
    /// An exemption must begin before it ends.
    #[error("the exemption ends before it begins: correct exempt_from or exempt_until")]
    ExemptionEndsFirst,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExemptionWithoutEvidence => "exemption-without-evidence",
            Self::ExemptionEndsFirst => "exemption-ends-first",
        }
    }
}

impl Property {
    /// A home enters the gazetteer.
    ///
    /// # Errors
    /// A refusal if the exemption is not complete.
    pub fn add(cx: &Context, facts: PropertyFacts) -> Result<Change<Self>, Refusal> {
        let id = PropertyId::new(cx);
        let mut home = Self {
            id,
            uprn: None,
            address: String::new(),
            street: String::new(),
            postcode: String::new(),
            area_code: None,
            dwelling: Dwelling::House,
            households: None,
            occupiers: None,
            occupied_as_at: None,
            gas_supplied: None,
            exemption_ground: None,
            exemption_evidence: None,
            exempt_from: None,
            exempt_until: None,
            search: String::new(),
            revision: 1,
            created_at: cx.now,
        };
        home.take(facts)?;
        let said = home.said();
        Ok(Change::new(cx, Chain::Case(id), Happening::PropertyAdded, &id, said, home))
    }

    /// A home's facts are corrected; what was not said again is gone.
    ///
    /// # Errors
    /// A refusal if the exemption is not complete.
    pub fn correct(mut self, cx: &Context, facts: PropertyFacts) -> Result<Change<Self>, Refusal> {
        self.take(facts)?;
        let said = self.said();
        Ok(Change::new(cx, Chain::Case(self.id), Happening::PropertyChanged, &self.id.clone(), said, self))
    }

    fn take(&mut self, facts: PropertyFacts) -> Result<(), Refusal> {
        let evidence = facts.exemption_evidence.as_deref().unwrap_or_default();
        if facts.exemption_ground.is_some() && evidence.trim().is_empty() {
            return Err(Refusal::ExemptionWithoutEvidence);
        }
        if let (Some(from), Some(until)) = (facts.exempt_from, facts.exempt_until)
            && until < from
        {
            return Err(Refusal::ExemptionEndsFirst);
        }
        self.uprn = facts.uprn;
        self.address = facts.address;
        self.street = facts.street;
        self.postcode = postcode(&facts.postcode);
        self.area_code = facts.area_code;
        self.dwelling = facts.dwelling.unwrap_or(self.dwelling);
        self.households = facts.households;
        self.occupiers = facts.occupiers;
        self.occupied_as_at = facts.occupied_as_at;
        self.gas_supplied = facts.gas_supplied;
        self.exemption_ground = facts.exemption_ground;
        self.exemption_evidence = facts.exemption_evidence;
        self.exempt_from = facts.exempt_from;
        self.exempt_until = facts.exempt_until;
        let uprn = self.uprn.as_deref().unwrap_or_default();
        self.search = format!("{} {} {uprn}", self.address, self.postcode).to_lowercase();
        Ok(())
    }

    fn said(&self) -> serde_json::Value {
        json!({
            "uprn": self.uprn, "area": self.area_code, "dwelling": self.dwelling, "households": self.households,
            "occupiers": self.occupiers, "occupied_as_at": self.occupied_as_at, "gas_supplied": self.gas_supplied,
            "exemption": self.exemption_ground, "exempt_from": self.exempt_from, "exempt_until": self.exempt_until,
        })
    }

    /// The ground on which this home is exempt on that day, if it is.
    #[must_use]
    pub fn exempt_on(&self, day: NaiveDate) -> Option<&str> {
        let ground = self.exemption_ground.as_deref()?;
        let begun = self.exempt_from.is_none_or(|from| from <= day);
        let ended = self.exempt_until.is_some_and(|until| until < day);
        (begun && !ended).then_some(ground)
    }

    /// Whether an address as somebody wrote it can be that of this home: the same postcode, and every number of the home's
    /// address in it. Words are spelt in too many ways to decide anything.
    #[must_use]
    pub fn is_named_in(&self, written: &str) -> bool {
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let words = |text: &str| {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
            words.map(str::to_lowercase).collect::<Vec<_>>()
        };
        let (there, postcode) = (words(written), words(&self.postcode));
        let numbers = words(&self.address).into_iter().filter(|word| word.contains(|c: char| c.is_ascii_digit()));
        let mut own = numbers.filter(|number| !postcode.contains(number));
        letters(written).contains(&letters(&self.postcode)) && own.all(|number| there.contains(&number))
    }

    /// The whole address on one line.
    #[must_use]
    pub fn one_line(&self) -> String {
        format!("{}, {}", self.address, self.postcode)
    }
}

/// A postcode as it is written on letters: "ts181aa" is "TS18 1AA". What is none stays as it came, in capitals.
pub fn postcode(typed: &str) -> String {
    let letters = typed.split_whitespace().collect::<String>().to_uppercase();
    match letters.len().checked_sub(3).and_then(|end| letters.split_at_checked(end)) {
        Some((outward, inward)) if !outward.is_empty() => format!("{outward} {inward}"),
        _ => letters,
    }
}

/// What a person or company is to a home, from a day on.
#[derive(Clone, Debug, PartialEq)]
pub struct Interest {
    /// Its identifier.
    pub id: InterestId,
    /// The home.
    pub property_id: PropertyId,
    /// Who.
    pub party_id: PartyId,
    /// As what.
    pub capacity: Capacity,
    /// Since when.
    pub since: NaiveDate,
    /// Until when, if it ended.
    pub until: Option<NaiveDate>,
}

impl Interest {
    /// Whether they have it on a day: from the first to the last day of it.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }

    /// An interest in a home is recorded.
    #[must_use]
    pub fn record(
        cx: &Context,
        home: PropertyId,
        party: PartyId,
        capacity: Capacity,
        since: NaiveDate,
    ) -> Change<Self> {
        let id = InterestId::new(cx);
        let facts = json!({ "party": party, "capacity": capacity, "since": since });
        let interest = Self { id, property_id: home, party_id: party, capacity, since, until: None };
        Change::new(cx, Chain::Case(home), Happening::InterestRecorded, &id, facts, interest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, key, on};

    fn exempt(from: Option<&str>, until: Option<&str>, evidence: Option<&str>) -> Result<Property, Refusal> {
        let facts = PropertyFacts {
            address: "3 Made-up Street".to_owned(),
            exemption_ground: Some("registered_provider".to_owned()),
            exemption_evidence: evidence.map(ToOwned::to_owned),
            exempt_from: from.map(day),
            exempt_until: until.map(day),
            ..PropertyFacts::default()
        };
        Property::add(&on("2025-01-22"), facts).map(Change::into_entity)
    }

    #[test]
    fn an_interest_is_held_from_its_first_day_to_its_last() {
        let (cx, home) = (on("2025-01-22"), PropertyId(key("home")));
        let whole = Interest::record(&cx, home, PartyId(key("bank")), Capacity::Mortgagee, day("2025-01-20"));
        let open = whole.into_entity();
        let ended = Interest { until: Some(day("2025-02-10")), ..open.clone() };
        for (at, of_open, of_ended) in [
            ("2025-01-19", false, false),
            ("2025-01-20", true, true),
            ("2025-02-10", true, true),
            ("2025-02-11", true, false),
        ] {
            assert_eq!((open.holds_on(day(at)), ended.holds_on(day(at))), (of_open, of_ended), "{at}");
        }
    }

    #[test]
    fn a_postcode_is_kept_as_it_is_written_on_letters() {
        for (typed, kept) in [("ts18 1aa", "TS18 1AA"), (" TS181AA ", "TS18 1AA"), ("m1  1ae", "M1 1AE"), ("", "")] {
            assert_eq!(postcode(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn an_exemption_counts_on_its_first_and_its_last_day_and_on_no_other_side() {
        let (from, until) = (Some("2025-02-01"), Some("2025-04-30"));
        for (from, until, today, is_exempt) in [
            (from, until, "2025-01-31", false),
            (from, until, "2025-02-01", true),
            (from, until, "2025-04-30", true),
            (from, until, "2025-05-01", false),
            (None, until, "1990-01-01", true),
            (from, None, "2090-01-01", true),
            (None, None, "2025-01-22", true),
        ] {
            let home = exempt(from, until, Some("registered as L4522")).unwrap();
            assert_eq!(home.exempt_on(day(today)), is_exempt.then_some("registered_provider"), "{today}");
        }
    }

    #[test]
    fn an_exemption_needs_evidence_and_days_in_order() {
        for evidence in [None, Some(" ")] {
            assert_eq!(exempt(None, None, evidence).unwrap_err(), Refusal::ExemptionWithoutEvidence);
        }
        let backwards = exempt(Some("2025-02-02"), Some("2025-02-01"), Some("lease"));
        assert_eq!(backwards.unwrap_err(), Refusal::ExemptionEndsFirst);
        assert!(exempt(Some("2025-02-02"), Some("2025-02-02"), Some("lease")).is_ok());
    }

    #[test]
    fn a_correction_takes_an_exemption_away_and_keeps_the_kind_of_dwelling() {
        let home = exempt(None, None, Some("lease")).unwrap();
        let home = Property { dwelling: Dwelling::Flat, ..home };
        let home = home.correct(&on("2025-01-23"), PropertyFacts::default()).unwrap().into_entity();
        assert_eq!((home.exempt_on(day("2025-01-23")), home.dwelling), (None, Dwelling::Flat));
    }
}
