//! Looking at a file while it arrives: what it is, whether name and declared type agree, what is wrong with it.
//!
//! The bytes pass by once, in pieces of any size, and nothing is unpacked or decoded: the memory that a file takes here does
//! not depend on the file.

use super::jpeg::Jpeg;
use super::pdf::Pdf;
use super::png::Png;
use super::walk::{Fault, Hidden};
use super::{MediaType, Refusal, foreign, jpeg, name, pdf, png};

/// The most that a file may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes.
    pub bytes: u64,
    /// Width times height of a picture.
    pub pixels: u64,
}

/// What is known of a file before its bytes are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The name as sent.
    pub name: String,
    /// The type that the sender's program declared; `None` if it said nothing, or "application/octet-stream".
    pub declared: Option<String>,
}

/// What is known of a file that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its name as shown.
    pub name: String,
}

/// A look at a file while it arrives.
#[derive(Debug)]
pub struct Inspector {
    limits: Limits,
    announced: Announced,
    bytes: u64,
    /// The beginning, by which the type is known.
    head: Vec<u8>,
    walk: Option<Walk>,
    hidden: Hidden,
}

#[derive(Debug)]
enum Walk {
    Pdf(Pdf),
    Jpeg(Jpeg),
    Png(Png),
}

/// How much of the beginning is kept.
const HEAD: usize = 4_096;
/// Where readers of PDF look for its beginning.
const PDF_BEGINS_WITHIN: usize = 1_024;

impl Inspector {
    /// Begins with what is announced.
    #[must_use]
    pub fn new(announced: Announced, limits: Limits) -> Self {
        Self { limits, announced, bytes: 0, head: Vec::new(), walk: None, hidden: Hidden::default() }
    }

    /// Looks at the next piece.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] as soon as the file is: what follows need not be read.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX / 2);
        if self.bytes > self.limits.bytes {
            return Err(Refusal::TooLarge { limit: self.limits.bytes });
        }
        self.hidden.take(piece);
        if let Some(walk) = &mut self.walk {
            walk.take(piece);
            return Ok(());
        }
        self.head.extend_from_slice(piece);
        if self.head.len() >= HEAD {
            self.begin();
        }
        Ok(())
    }

    fn begin(&mut self) {
        self.walk = recognise(&self.head).map(Walk::of);
        if let Some(walk) = &mut self.walk {
            walk.take(&self.head);
        }
        // What is not taken need not be kept while the rest passes by.
        self.head.truncate(HEAD);
    }

    /// Judges the file, now that it is whole.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn finish(mut self) -> Result<Facts, Refusal> {
        if self.bytes == 0 {
            return Err(Refusal::Empty);
        }
        if self.walk.is_none() {
            self.begin();
        }
        let Some(walk) = self.walk else {
            return Err(foreign::recognise(&self.head).map_or(Refusal::UnknownType, Refusal::NotTaken));
        };
        let found = walk.media_type();
        let shown = name::shown(&self.announced.name);
        if !name::agrees(&shown, found) {
            return Err(Refusal::NameDisagrees { name: shown, found });
        }
        if let Some(declared) = self.announced.declared.filter(|declared| !found.is_declared_by(declared)) {
            return Err(Refusal::TypeDisagrees { declared, found });
        }
        let start = self.head.get(..self.head.len().min(PDF_BEGINS_WITHIN)).unwrap_or_default();
        let begins_with_pdf = start.windows(pdf::SIGNATURE.len()).any(|window| window == pdf::SIGNATURE);
        let size = walk.finish().map_err(|fault| refusal(fault, found))?;
        if self.hidden.found || (found != MediaType::Pdf && begins_with_pdf) {
            return Err(Refusal::TwoThings(found));
        }
        match size {
            Some((width, height)) if u64::from(width) * u64::from(height) > self.limits.pixels => {
                Err(Refusal::TooManyPixels { width, height })
            }
            _ => Ok(Facts { media_type: found, bytes: self.bytes, name: shown }),
        }
    }
}

fn recognise(head: &[u8]) -> Option<MediaType> {
    let known =
        [(pdf::SIGNATURE, MediaType::Pdf), (jpeg::SIGNATURE, MediaType::Jpeg), (png::SIGNATURE, MediaType::Png)];
    known.iter().find(|(signature, _)| head.starts_with(signature)).map(|(_, found)| *found)
}

fn refusal(fault: Fault, found: MediaType) -> Refusal {
    match fault {
        Fault::CutShort => Refusal::CutShort(found),
        Fault::Broken => Refusal::Broken(found),
        Fault::More => Refusal::TwoThings(found),
        Fault::Locked => Refusal::Locked,
        Fault::Scripts => Refusal::Scripts,
        Fault::Launches => Refusal::Launches,
        Fault::FilesInside => Refusal::FilesInside,
        Fault::PackedTwice => Refusal::PackedTwice,
    }
}

impl Walk {
    fn of(found: MediaType) -> Self {
        match found {
            MediaType::Pdf => Self::Pdf(Pdf::default()),
            MediaType::Jpeg => Self::Jpeg(Jpeg::default()),
            MediaType::Png => Self::Png(Png::default()),
        }
    }

    fn media_type(&self) -> MediaType {
        match self {
            Self::Pdf(_) => MediaType::Pdf,
            Self::Jpeg(_) => MediaType::Jpeg,
            Self::Png(_) => MediaType::Png,
        }
    }

    fn take(&mut self, piece: &[u8]) {
        match self {
            Self::Pdf(pdf) => pdf.take(piece),
            Self::Jpeg(jpeg) => jpeg.take(piece),
            Self::Png(png) => png.take(piece),
        }
    }

    fn finish(self) -> Result<Option<(u32, u32)>, Fault> {
        match self {
            Self::Pdf(pdf) => pdf.finish().map(|()| None),
            Self::Jpeg(jpeg) => jpeg.finish().map(Some),
            Self::Png(png) => png.finish().map(Some),
        }
    }
}
