//! Names, streets and companies that nobody has: whom and where the demonstration is about.

use chrono::NaiveDate;

use crate::domain::party::{PartyFacts, PartyKind};
use crate::domain::property::{Dwelling, PropertyFacts};

/// One licence area with its invented streets.
pub(super) struct District {
    /// The area's code in the scheme.
    pub(super) area: &'static str,
    town: &'static str,
    postcode: &'static str,
    streets: [&'static str; 8],
}

/// The three areas. No such street exists there, and no postcode begins with ZZ.
pub(super) const DISTRICTS: [District; 3] = [
    District {
        area: "central-stockton",
        town: "Stockton-on-Tees",
        postcode: "ZZ18",
        streets: [
            "Copperkettle Street",
            "Lanternmaker Row",
            "Thistledown Terrace",
            "Brassbutton Street",
            "Wickerwork Lane",
            "Millsparrow Road",
            "Candlesnuffer Street",
            "Pennywhistle Terrace",
        ],
    },
    District {
        area: "north-thornaby",
        town: "Thornaby-on-Tees",
        postcode: "ZZ17",
        streets: [
            "Driftglass Road",
            "Herringbone Street",
            "Saltmarrow Terrace",
            "Cinderbank Road",
            "Kittiwake Row",
            "Ropewinder Street",
            "Tidewatcher Avenue",
            "Barnacle Terrace",
        ],
    },
    District {
        area: "newton",
        town: "Stockton-on-Tees",
        postcode: "ZZ19",
        streets: [
            "Plumbline Street",
            "Hazelwren Road",
            "Tinderbox Terrace",
            "Larkmeadow Close",
            "Oatsheaf Street",
            "Bramblecote Road",
            "Chimneypot Row",
            "Dandelion Grove",
        ],
    },
];

const FIRST_NAMES: [&str; 37] = [
    "Aisha", "Alan", "Beth", "Callum", "Carol", "Daniel", "Deepa", "Derek", "Ellen", "Farah", "Gareth", "Grace",
    "Hannah", "Imran", "Jane", "Janusz", "Karen", "Kofi", "Laura", "Liam", "Margaret", "Marek", "Mina", "Neil",
    "Nadia", "Owen", "Patricia", "Paul", "Priya", "Robert", "Ruth", "Samir", "Sandra", "Tariq", "Tomasz", "Wendy",
    "Yusuf",
];

const SURNAMES: [&str; 41] = [
    "Abbasi",
    "Ackerley",
    "Bellwood",
    "Birkdale",
    "Chandry",
    "Coverley",
    "Dawlish",
    "Dunnock",
    "Eastgarth",
    "Farrow",
    "Fenwright",
    "Galloway",
    "Garbutt",
    "Hanif",
    "Harkess",
    "Ingleton",
    "Jarrow",
    "Kestrel",
    "Kowalik",
    "Lambourn",
    "Langthorne",
    "Marwood",
    "Mensah",
    "Mulgrave",
    "Nasir",
    "Nettleton",
    "Oakshott",
    "Okoro",
    "Pallister",
    "Pickwell",
    "Quayle",
    "Raisbeck",
    "Rashid",
    "Saltby",
    "Skelder",
    "Thackray",
    "Underhill",
    "Varley",
    "Whorlton",
    "Yarm",
    "Zielinski",
];

/// The landlord of forty homes.
pub(super) const FORTY_HOMES: &str = "Larchmere Lettings Ltd";

const AGENTS: [&str; 5] = [
    "Bridge and Buoy Lettings",
    "Turnstone Property Care Ltd",
    "Hollin Gate Agents",
    "Quayside Keys Ltd",
    "Marigold Managing Agents",
];

/// How many agents there are.
pub(super) const AGENT_COUNT: usize = AGENTS.len();

fn pick<'a>(from: &[&'a str], number: usize) -> &'a str {
    from.get(number % from.len().max(1)).copied().unwrap_or_default()
}

/// The home of that number in a district; `uprn` numbers it among all.
pub(super) fn home(district: &District, number: usize, uprn: usize) -> PropertyFacts {
    let streets = district.streets.len();
    let street = pick(&district.streets, number);
    let house = number / streets + 1;
    let flat = number % 11 == 5;
    let door = if flat { format!("Flat {}, {house}", number % 2 + 1) } else { house.to_string() };
    PropertyFacts {
        uprn: Some(format!("9990{uprn:08}")),
        address: format!("{door} {street}, {}", district.town),
        street: street.to_owned(),
        postcode: format!("{} {}AA", district.postcode, number % streets + 1),
        area_code: Some(district.area.to_owned()),
        dwelling: Some(if flat { Dwelling::Flat } else { Dwelling::House }),
        households: Some(1),
        occupiers: i32::try_from(number % 4 + 1).ok(),
        occupied_as_at: NaiveDate::from_ymd_opt(2024, 11, 1),
        gas_supplied: Some(number % 17 != 9),
        ..PropertyFacts::default()
    }
}

/// A private landlord.
pub(super) fn landlord(number: usize) -> PartyFacts {
    let first = pick(&FIRST_NAMES, number);
    let last = pick(&SURNAMES, number * 11 + number / FIRST_NAMES.len());
    let mailbox = format!("{}.{}{number}", first.to_lowercase(), last.to_lowercase());
    PartyFacts {
        kind: PartyKind::Person,
        name: format!("{first} {last}"),
        address: format!("{} Gooseberry Avenue, Nowhere-by-Sea, ZZ99 {}QQ", number % 90 + 1, number % 9 + 1),
        email: Some(format!("{mailbox}@landlords.example")),
        phone: Some(format!("01632 {:06}", 960_000 + number % 1_000)),
        company_number: None,
    }
}

/// The landlord of forty homes.
pub(super) fn big_landlord() -> PartyFacts {
    company(FORTY_HOMES, "office@larchmere.example", "ZZ000040")
}

/// An agent.
pub(super) fn agent(number: usize) -> PartyFacts {
    company(pick(&AGENTS, number), &format!("homes{}@agents.example", number + 1), &format!("ZZ{:06}", 100 + number))
}

/// The registered provider whose homes stay in the gazetteer and need no licence.
pub(super) fn registered_provider() -> PartyFacts {
    company("Thirteen (made-up record)", "homes@provider.example", "ZZ004522")
}

fn company(name: &str, email: &str, number: &str) -> PartyFacts {
    PartyFacts {
        kind: PartyKind::Company,
        name: name.to_owned(),
        address: "Unit 4, Makebelieve Wharf, Nowhere-by-Sea, ZZ99 1QQ".to_owned(),
        email: Some(email.to_owned()),
        phone: Some("01632 960999".to_owned()),
        company_number: Some(number.to_owned()),
    }
}
