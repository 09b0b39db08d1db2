//! The schedule of material for a prosecution (Criminal Procedure and Investigations Act 1996): each piece that the council holds is
//! used in evidence, unused, or sensitive, which is neither shown nor described to anybody else. A mark is never changed; a later one
//! takes its place.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::Case;
use crate::context::Context;
use crate::event::{Chain, Change, Happening};
use crate::id::{AccountId, EnforcementId, MaterialId, MaterialMarkId, PropertyId, words};

words! {
    /// What a piece of material is.
    MaterialKind {
        /// The licence, in all its versions.
        Licence = "licence",
        /// A demand for evidence.
        Demand = "demand",
        /// A statutory notice about the licence.
        Notice = "notice",
        /// A letter by e-mail or on paper.
        Letter = "letter",
        /// A file that was sent in, or a photo of an inspection.
        File = "file",
        /// An answer to the demand.
        Answer = "answer",
        /// A certificate, report or declaration.
        Certificate = "certificate",
        /// An inspection by the council.
        Inspection = "inspection",
        /// A task of officers, with the note on it.
        Note = "note",
    }
}

words! {
    /// What a piece of material is to the prosecution.
    MaterialMark {
        /// Evidence that it relies on.
        Used = "used",
        /// Held, and not relied on.
        Unused = "unused",
        /// Held, and not to be shown or described to others, for a reason.
        Sensitive = "sensitive",
    }
}

impl MaterialKind {
    /// Why a piece of this kind cannot be kept back, if it cannot.
    #[must_use]
    pub fn is_known(self) -> Option<&'static str> {
        match self {
            Self::Licence | Self::Demand | Self::Notice => {
                Some("was served on whoever is suspected, and cannot be sensitive: mark it as used or unused")
            }
            Self::Note => Some(
                "stands word for word in the chain of the home's case, which lies in every proof file, and cannot be sensitive: \
                 mark it as used or unused",
            ),
            Self::Inspection => Some(
                "has its outcome and its plan in the chain of the home's case, which lies in every proof file, and cannot be \
                 sensitive: mark its photos and files instead",
            ),
            Self::Letter | Self::File | Self::Answer | Self::Certificate => None,
        }
    }
}

/// Names a piece of material.
pub type MaterialKey = (MaterialKind, MaterialId);

/// A piece of material of a case.
#[derive(Clone, Debug)]
pub struct Material {
    /// What it is, and which.
    pub key: MaterialKey,
    /// The day that it is of.
    pub on: NaiveDate,
    /// It in a few words, for officers.
    pub what: String,
    /// Its newest mark; none if it is not yet marked.
    pub marked: Option<Marked>,
}

impl Material {
    /// What it is to the prosecution.
    #[must_use]
    pub fn mark(&self) -> Option<MaterialMark> {
        self.marked.as_ref().map(|marked| marked.mark)
    }
}

/// A mark of a piece of material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Its identifier.
    pub id: MaterialMarkId,
    /// The case.
    pub case_id: EnforcementId,
    /// The home, which names the chain.
    pub property_id: PropertyId,
    /// What is marked.
    pub kind: MaterialKind,
    /// Which.
    pub material_id: MaterialId,
    /// How many marks of the same piece there are with it.
    pub number: i32,
    /// As what.
    pub mark: MaterialMark,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub marked_by: Option<AccountId>,
    /// When (UTC).
    pub marked_at: DateTime<Utc>,
}

/// Why a mark is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkRefusal {
    /// Everybody knows it.
    #[error("{0}")]
    Known(&'static str),
    /// No reason.
    #[error("say why it is sensitive: nobody else can judge what they are not shown")]
    NoReason,
}

impl Case {
    /// A piece of material is marked. The event does not tell why something is sensitive: that may say what it is.
    ///
    /// # Errors
    /// [`MarkRefusal`] where it cannot be kept back, or no reason is given for that.
    pub fn mark(
        &self,
        cx: &Context,
        material: &Material,
        mark: MaterialMark,
        reason: Option<String>,
    ) -> Result<Change<Marked>, MarkRefusal> {
        let (kind, material_id) = material.key;
        let reason = reason.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
        if mark == MaterialMark::Sensitive {
            kind.is_known().map_or(Ok(()), |why| Err(MarkRefusal::Known(why)))?;
            reason.as_ref().ok_or(MarkRefusal::NoReason)?;
        }
        let told = reason.clone().filter(|_| mark != MaterialMark::Sensitive);
        let facts = json!({
            "reference": self.reference, "kind": kind, "material": material_id, "mark": mark, "from": material.mark(),
            "reason": told,
        });
        let marked = Marked {
            id: MaterialMarkId::new(cx),
            case_id: self.id,
            property_id: self.property_id,
            kind,
            material_id,
            number: material.marked.as_ref().map_or(1, |before| before.number + 1),
            mark,
            reason,
            marked_by: cx.actor.account,
            marked_at: cx.now,
        };
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::MaterialMarked, &self.id, facts, marked))
    }
}
