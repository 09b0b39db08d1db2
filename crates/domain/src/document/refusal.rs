//! Why a file is not taken: each reason says what is really wrong, and what its sender can do about it.

use super::MediaType;

/// Why a file, or something about a document, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No bytes.
    #[error("The file is empty. Choose it again; if it is empty on your device too, save or scan it anew.")]
    Empty,
    /// More bytes than a file may have.
    #[error(
        "The file is larger than {} MB. Send a smaller one: scan at 150 to 200 dpi, or send the pages one by one.",
        .limit >> 20
    )]
    TooLarge {
        /// The most that is allowed, in bytes.
        limit: u64,
    },
    /// Something that is known and not taken, named by what it is.
    #[error("{0}")]
    NotTaken(&'static str),
    /// Nothing that is known.
    #[error("This is not a PDF, JPEG or PNG file. Save it as PDF, or take a photo of the paper.")]
    UnknownType,
    /// A name that says another type than the content.
    #[error(
        "The file is a {}, but its name \"{name}\" says otherwise. Give it a name that ends in {} and send it again.",
        .found.noun(), .found.ending()
    )]
    NameDisagrees {
        /// The name as shown.
        name: String,
        /// What it is.
        found: MediaType,
    },
    /// A declared type that is not the content's.
    #[error(
        "The file is a {}, but it was sent as \"{declared}\". Send it with the type {found}.",
        .found.noun()
    )]
    TypeDisagrees {
        /// What the sender's program said.
        declared: String,
        /// What it is.
        found: MediaType,
    },
    /// The end is missing.
    #[error("The {} is not complete: its end is missing. Download or save it again, then send that file.", .0.noun())]
    CutShort(MediaType),
    /// The inside does not fit together.
    #[error("The {} is damaged and cannot be opened safely. Save it again, or take a photo of the paper.", .0.noun())]
    Broken(MediaType),
    /// Another file hides in it.
    #[error(
        "The {} holds something else beside its pages or picture. Print it to a new PDF, or take a photo of the paper.",
        .0.noun()
    )]
    TwoThings(MediaType),
    /// More pixels than are looked at.
    #[error("The picture is {width} by {height} pixels, which is too large. Send it in your phone's usual photo size.")]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// A PDF with a password.
    #[error("The PDF is locked with a password. Send one without a password: open it, then print it to a new PDF.")]
    Locked,
    /// A PDF with a program in it.
    #[error("The PDF holds a program (JavaScript or media). Print it to a new PDF, or take a photo of the paper.")]
    Scripts,
    /// A PDF that starts something on the reader's machine.
    #[error("The PDF would start a program when it is opened. Print it to a new PDF, or take a photo of the paper.")]
    Launches,
    /// A PDF with files in it.
    #[error(
        "The PDF has other files attached inside it. Send each of them by itself, and this one printed to a new PDF."
    )]
    FilesInside,
    /// A PDF packed so that a few bytes become very many.
    #[error("The PDF is packed in a way that only harmful files are. Print it to a new PDF, or photograph the paper.")]
    PackedTwice,
    /// A home with many files in a short time.
    #[error(
        "this home was sent {0} files in the last 30 days, which is the most: ask the licensing team to look at them"
    )]
    HomeFull(u32),
    /// A sender with many bytes.
    #[error("you have sent {} MB in all, which is the most: ask the licensing team to look at what is there", .0 >> 20)]
    SenderFull(u64),
    /// Not looked at by the malware scanner yet.
    #[error("the file waits to be checked for malware: try again in a few minutes")]
    NotScanned,
    /// Malware.
    #[error("the malware scanner found \"{0}\" in the file: it is kept as evidence and never given out")]
    Infected(String),
    /// Scanned when it was not waiting for it.
    #[error("the file was found to be {0} already")]
    AlreadyScanned(super::ScanState),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::TooLarge { .. } => "file-too-large",
            Self::NotTaken(_) | Self::UnknownType => "file-type",
            Self::NameDisagrees { .. } => "file-name-disagrees",
            Self::TypeDisagrees { .. } => "file-type-disagrees",
            Self::CutShort(_) => "file-cut-short",
            Self::Broken(_) => "file-broken",
            Self::TwoThings(_) => "file-is-two-things",
            Self::TooManyPixels { .. } => "image-too-large",
            Self::Locked => "pdf-locked",
            Self::Scripts => "pdf-with-scripts",
            Self::Launches => "pdf-starts-programs",
            Self::FilesInside => "pdf-with-files-inside",
            Self::PackedTwice => "pdf-packed-twice",
            Self::HomeFull(_) => "home-has-too-many-files",
            Self::SenderFull(_) => "sender-has-too-many-files",
            Self::NotScanned => "file-not-scanned",
            Self::Infected(_) => "file-infected",
            Self::AlreadyScanned(_) => "file-already-scanned",
        }
    }
}
