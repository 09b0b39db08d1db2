//! Who lives in a home on a day, and how that is known. It decides whether Part 2 or Part 3 applies, and changes overnight.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, OccupancyId, PropertyId, words};

words! {
    /// On what basis a home is lived in.
    OccupationBasis {
        /// Wholly under tenancies or licences (s.79(2)(b)).
        Let = "let",
        /// By its owner.
        Owner = "owner_occupied",
        /// By nobody.
        Empty = "empty",
        /// Otherwise, which the note says.
        Other = "other",
    }
}

words! {
    /// How it is known who lives there.
    OccupancySource {
        /// A visit.
        Visit = "visit",
        /// An application.
        Application = "application",
        /// Council tax.
        CouncilTax = "council_tax",
        /// The landlord or agent.
        Landlord = "landlord",
        /// Somebody who lives there.
        Tenant = "tenant",
        /// Somebody else, whom the note names.
        Other = "other",
    }
}

/// Who lives in a home on a day; never changed, only followed by another.
#[derive(Clone, Debug, PartialEq)]
pub struct Occupancy {
    /// Its identifier.
    pub id: OccupancyId,
    /// The home.
    pub property_id: PropertyId,
    /// The day on which it was so.
    pub counted_on: NaiveDate,
    /// On what basis they live there.
    pub basis: OccupationBasis,
    /// Households.
    pub households: i32,
    /// People.
    pub occupiers: i32,
    /// Self-contained flats in the purpose-built block that the home is a flat in; none where it is no such flat.
    pub flats_in_block: Option<i32>,
    /// How it is known.
    pub source: OccupancySource,
    /// In words.
    pub note: Option<String>,
    /// Who recorded it.
    pub officer_id: Option<AccountId>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// What is said of who lives in a home.
#[derive(Clone, Debug)]
pub struct Count {
    /// See [`Occupancy::counted_on`].
    pub counted_on: NaiveDate,
    /// See [`Occupancy::basis`].
    pub basis: OccupationBasis,
    /// See [`Occupancy::households`].
    pub households: i32,
    /// See [`Occupancy::occupiers`].
    pub occupiers: i32,
    /// See [`Occupancy::flats_in_block`].
    pub flats_in_block: Option<i32>,
    /// See [`Occupancy::source`].
    pub source: OccupancySource,
    /// See [`Occupancy::note`].
    pub note: Option<String>,
}

/// Why something about an occupancy is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it was so")]
    InFuture,
    /// More households than people.
    #[error("there are more households than people: correct households or occupiers")]
    TooManyHouseholds,
    /// An empty home with people, or people in no household.
    #[error("an empty home has no occupiers, and any other has households and occupiers: correct basis or the numbers")]
    DoesNotFit,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InFuture => "in-future",
            Self::TooManyHouseholds => "too-many-households",
            Self::DoesNotFit => "occupancy-does-not-fit",
        }
    }
}

impl Occupancy {
    /// It is recorded who lives in a home.
    ///
    /// # Errors
    /// A [`Refusal`] of a day in the future, or of numbers that cannot be.
    pub fn record(cx: &Context, home: PropertyId, count: Count) -> Result<Change<Self>, Refusal> {
        if count.counted_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        if count.households > count.occupiers {
            return Err(Refusal::TooManyHouseholds);
        }
        if (count.basis == OccupationBasis::Empty) != (count.occupiers == 0)
            || (count.households == 0) != (count.occupiers == 0)
        {
            return Err(Refusal::DoesNotFit);
        }
        let id = OccupancyId::new(cx);
        let facts = json!({
            "on": count.counted_on, "basis": count.basis, "households": count.households, "occupiers": count.occupiers,
            "flats_in_block": count.flats_in_block, "source": count.source, "note": count.note,
        });
        let occupancy = Self {
            id,
            property_id: home,
            counted_on: count.counted_on,
            basis: count.basis,
            households: count.households,
            occupiers: count.occupiers,
            flats_in_block: count.flats_in_block,
            source: count.source,
            note: count.note,
            officer_id: cx.actor.account,
            recorded_at: cx.now,
        };
        Ok(Change::new(cx, Chain::Case(home), Happening::OccupancyRecorded, &id, facts, occupancy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, home, on};

    #[test]
    fn a_count_is_of_a_day_that_was_and_its_numbers_fit_each_other() {
        use OccupationBasis as B;
        for (on_day, basis, households, occupiers, outcome) in [
            ("2025-01-22", B::Let, 2, 5, Ok(())),
            ("2025-01-22", B::Empty, 0, 0, Ok(())),
            ("2025-01-23", B::Let, 2, 5, Err(Refusal::InFuture)),
            ("2025-01-22", B::Let, 6, 5, Err(Refusal::TooManyHouseholds)),
            ("2025-01-22", B::Let, 0, 5, Err(Refusal::DoesNotFit)),
            ("2025-01-22", B::Let, 0, 0, Err(Refusal::DoesNotFit)),
            ("2025-01-22", B::Empty, 1, 1, Err(Refusal::DoesNotFit)),
        ] {
            let count = Count {
                counted_on: day(on_day),
                basis,
                households,
                occupiers,
                flats_in_block: None,
                source: OccupancySource::Visit,
                note: None,
            };
            let recorded = Occupancy::record(&on("2025-01-22"), home(None).id, count);
            assert_eq!(recorded.map(drop), outcome, "{basis} {households} {occupiers}");
        }
    }
}
