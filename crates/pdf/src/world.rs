//! All that a template can see: itself, what the templates share, one file of data and four typefaces. Every other path is denied.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

static FACES: [&[u8]; 4] = [
    include_bytes!("../fonts/LiberationSans-Regular.ttf"),
    include_bytes!("../fonts/LiberationSans-Bold.ttf"),
    include_bytes!("../fonts/LiberationSans-Italic.ttf"),
    include_bytes!("../fonts/LiberationSans-BoldItalic.ttf"),
];

/// What is the same for every file. Names of files are kept for ever by Typst, so there are these and no more.
struct Fixed {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    shared: Source,
    letter: Source,
    report: Source,
    data: FileId,
}

/// What is to be printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Template {
    /// Letters.
    Letter,
    /// A report.
    Report,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let fonts: Vec<Font> = FACES.iter().flat_map(|face| Font::iter(Bytes::new(*face))).collect();
    let source = |name, text: &str| Source::new(named(name), text.to_owned());
    Fixed {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        shared: source("shared.typ", include_str!("../templates/shared.typ")),
        letter: source("letter.typ", include_str!("../templates/letter.typ")),
        report: source("report.typ", include_str!("../templates/report.typ")),
        data: named("data.json"),
    }
});

#[expect(clippy::expect_used, reason = "the names are written above, and every test reads them")]
fn named(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain name")).intern()
}

/// Whether all four faces have a glyph for it.
pub(crate) fn has_glyph(letter: char) -> bool {
    FIXED.fonts.iter().all(|font| font.info().coverage.contains(u32::from(letter)))
}

/// A template with its data.
pub(crate) struct Desk {
    template: &'static Source,
    data: Bytes,
}

impl Desk {
    pub(crate) fn with(template: Template, data: Vec<u8>) -> Self {
        let template = match template {
            Template::Letter => &FIXED.letter,
            Template::Report => &FIXED.report,
        };
        Self { template, data: Bytes::new(data) }
    }

    /// What the template gets.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &FIXED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FIXED.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = [self.template, &FIXED.shared].into_iter().find(|source| source.id() == id);
        known.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == FIXED.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FIXED.fonts.get(index).cloned()
    }

    /// No letter may depend on the day on which it is printed.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
