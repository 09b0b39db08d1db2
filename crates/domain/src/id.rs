//! Identifiers: one type for each kind of thing, so that none can stand where another is meant.

use std::fmt;

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use uuid::Uuid;

/// The text of a UUID, kept as its 36 characters because every use of an identifier is as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 36]);

impl Key {
    /// Reads a UUID in its usual hyphenated form; anything else is no identifier.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let uuid = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()?;
        Some(Self::of(uuid))
    }

    /// The identifier that always belongs to this text, for things that must be named alike whenever they are made again.
    #[must_use]
    pub fn derived(text: &str) -> Self {
        Self::of(Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()))
    }

    fn of(uuid: Uuid) -> Self {
        let mut text = [0; 36];
        uuid.hyphenated().encode_lower(&mut text);
        Self(text)
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Where new identifiers come from: the machine's randomness, or a seed so that a demonstration repeats itself exactly.
#[derive(Debug)]
pub struct Ids(std::sync::Mutex<StdRng>);

impl Ids {
    /// Identifiers nobody can guess.
    #[must_use]
    pub fn random() -> Self {
        Self(std::sync::Mutex::new(rand::make_rng()))
    }

    /// The same identifiers each time, for a demonstration.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(std::sync::Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A new identifier that sorts by the instant it was made (UUID version 7).
    pub fn next(&self, now: DateTime<Utc>) -> Key {
        let mut bytes = [0_u8; 10];
        self.fill(&mut bytes);
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        Key::of(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// Fills the bytes with randomness, for tokens.
    pub fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill(bytes);
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word with one spelling, in columns, in JSON and on the command line.
pub trait Spelled: Sized {
    /// The spelling.
    fn as_str(&self) -> &str;
    /// Reads the spelling; `None` for anything else.
    fn read(text: &str) -> Option<Self>;

    /// Every spelling of a closed set; empty for identifiers.
    const SPELLINGS: &'static [&'static str] = &[];

    /// Says why a text is not one, and what to write.
    fn refuse(text: &str) -> String {
        if Self::SPELLINGS.is_empty() {
            return format!("\"{text}\" is not known here: copy the identifier as the service gave it");
        }
        format!("\"{text}\" is not known here: write one of {}", Self::SPELLINGS.join(", "))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Key);

        impl $name {
            /// A new one.
            pub fn new(cx: &crate::context::Context) -> Self {
                Self(cx.ids.next(cx.now))
            }
        }

        impl Spelled for $name {
            fn as_str(&self) -> &str {
                self.0.as_str()
            }
            fn read(text: &str) -> Option<Self> {
                Key::read(text).map(Self)
            }
        }

        spelled_serde!($name);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{SchemaFormat, Type};
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::Custom("uuid".to_owned())))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

/// Serde and `Display` for a [`Spelled`] word: its spelling, nothing else.
#[macro_export]
macro_rules! spelled_serde {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::id::Spelled::as_str(self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str($crate::id::Spelled::as_str(self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
                $crate::id::Spelled::read(&text)
                    .ok_or_else(|| serde::de::Error::custom(<Self as $crate::id::Spelled>::refuse(&text)))
            }
        }
    };
}

/// A closed set of words with their spellings: the enum, `ALL`, [`Spelled`], serde and `Display`.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $spelling:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word of the set.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word's spelling.
            #[must_use]
            pub const fn spelling(self) -> &'static str {
                match self { $(Self::$variant => $spelling),+ }
            }
        }

        impl $crate::id::Spelled for $name {
            fn as_str(&self) -> &str {
                self.spelling()
            }
            const SPELLINGS: &'static [&'static str] = &[$($spelling),+];

            fn read(text: &str) -> Option<Self> {
                match text { $($spelling => Some(Self::$variant),)+ _ => None }
            }
        }

        $crate::spelled_serde!($name);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($spelling),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub use crate::{spelled_serde, words};

ids! {
    /// A person or company.
    PartyId,
    /// A recorded consent to electronic service (s.247).
    ConsentId,
    /// A home; also names its case.
    PropertyId,
    /// A person's or company's interest in a home.
    InterestId,
    /// An application for a licence.
    ApplicationId,
    /// Somebody named in an application form.
    PersonId,
    /// A check whether a person is fit and proper.
    FitnessCheckId,
    /// An entry of the account of an application.
    FeeEntryId,
    /// A licence.
    LicenceId,
    /// An exemption of a home.
    ExemptionId,
    /// A record of who lives in a home.
    OccupancyId,
    /// An enquiry into a home that may need a licence.
    EnquiryId,
    /// A demand for evidence.
    DemandId,
    /// One thing asked for in a demand.
    ItemId,
    /// One answer to an item of a demand.
    ResponseId,
    /// A certificate, report or declaration.
    CertificateId,
    /// A file that was sent in.
    DocumentId,
    /// A duty with a date of its own, without a demand.
    ObligationId,
    /// A breach, proposed or decided.
    BreachId,
    /// An enforcement case.
    EnforcementId,
    /// An offence of an enforcement case.
    OffenceId,
    /// A council's inspection of a home.
    InspectionId,
    /// An entry of the account of a penalty.
    PenaltyEntryId,
    /// A mark on a piece of material of an enforcement case.
    MaterialMarkId,
    /// A piece of material of any kind.
    MaterialId,
    /// One reminder to one recipient.
    ReminderId,
    /// Proceedings on a licence.
    ProceedingId,
    /// A statutory notice.
    NoticeId,
    /// One person's copy of a document that is served.
    CopyId,
    /// What somebody said of a proposal.
    RepresentationId,
    /// An appeal to the tribunal.
    AppealId,
    /// A letter, by e-mail or on paper.
    LetterId,
    /// Letters printed together.
    LetterBatchId,
    /// Something an officer must do by hand.
    TaskId,
    /// One run of the nightly check.
    CheckId,
    /// A partner, such as the police.
    PartnerId,
    /// A referral from or to a partner.
    ReferralId,
    /// A request for a reference about a tenant.
    ReferenceId,
    /// A case of any kind.
    CaseId,
    /// That somebody read a case.
    CaseReadId,
    /// A person's access to the service.
    AccountId,
    /// A bearer token.
    TokenId,
    /// A link by mail that signs somebody in.
    LinkId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Role;
    use crate::testing::instant;

    #[test]
    fn only_a_hyphenated_uuid_is_an_identifier_and_it_is_kept_in_lower_case() {
        let upper = "8C2C442D-F4BD-5F5E-9331-07C53362AF70";
        assert_eq!(Key::read(upper).unwrap().as_str(), upper.to_lowercase());
        for text in [
            "",
            "8c2c442df4bd5f5e933107c53362af70",
            "{8c2c442d-f4bd-5f5e-9331-07c53362af70}",
            "urn:uuid:8c2c442d-f4bd-5f5e-9331-07c53362af70",
            "8c2c442d-f4bd-5f5e-9331-07c53362af7g",
            "8c2c442d-f4bd-5f5e-9331-07c53362af70 ",
            "8c2c442d-f4bd-5f5e-9331-07c53362é7",
        ] {
            assert_eq!(Key::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_derived_identifier_is_the_version_five_uuid_of_its_text() {
        assert_eq!(Key::derived("Mr Khan").as_str(), "8c2c442d-f4bd-5f5e-9331-07c53362af70");
        assert_ne!(Key::derived("Mr Khan"), Key::derived("mr khan"));
    }

    #[test]
    fn identifiers_sort_by_the_millisecond_they_were_made_and_are_never_alike() {
        let ids = Ids::random();
        let (early, late) = (instant("2025-01-22T10:00:00.000Z"), instant("2025-01-22T10:00:00.001Z"));
        let first = (0..200).map(|_| ids.next(early)).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(first.len(), 200);
        assert!(ids.next(late) > *first.iter().next_back().unwrap());
    }

    #[test]
    fn a_seed_gives_the_same_identifiers_again_and_another_seed_others() {
        let now = instant("2025-01-22T10:00:00Z");
        let three = |seed| {
            let ids = Ids::seeded(seed);
            [ids.next(now), ids.next(now), ids.next(now)]
        };
        assert_eq!(three(7), three(7));
        assert_ne!(three(7), three(8));
    }

    #[test]
    fn a_word_is_read_in_its_own_spelling_only() {
        for role in Role::ALL {
            assert_eq!(Role::read(role.spelling()), Some(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.to_string());
        }
        for text in ["Officer", "team leader", " officer", ""] {
            assert_eq!(Role::read(text), None, "{text:?}");
        }
        let unknown = serde_json::from_str::<Role>(r#""mayor""#).unwrap_err().to_string();
        assert!(unknown.starts_with(r#""mayor" is not known here: write one of officer, team_leader, "#), "{unknown}");
    }
}
