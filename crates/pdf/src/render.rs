//! From letters, or from a report, to the bytes of one PDF file.

use chrono::{Datelike as _, NaiveDate};
use printing::{Document, Fault, Pages, Pdf, PrintedReport, Replaced, Report, Typesetter};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Label, Smart};
use typst::introspection::Introspector as _;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::text;
use crate::world::{Desk, Template};

/// Sets letters and reports with Typst, which is part of this program.
#[derive(Clone, Copy, Debug)]
pub struct Typst;

/// What a template gets.
#[derive(Serialize)]
struct Data<'a> {
    title: &'a str,
    author: &'a str,
    language: &'a str,
    #[serde(flatten)]
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Content<'a> {
    Letters(&'a [Document]),
    Report(&'a Report),
}

impl Data<'_> {
    fn on(&self, template: Template) -> Result<Desk, Fault> {
        let data = serde_json::to_vec(self).map_err(|error| Fault::Layout(error.to_string()))?;
        Ok(Desk::with(template, data))
    }
}

impl Typesetter for Typst {
    fn report(&self, report: Report) -> Result<PrintedReport, Fault> {
        let (report, replaced) = text::report(report)?;
        let desk = Data {
            title: &report.title,
            author: &report.author,
            language: &report.language,
            content: Content::Report(&report),
        };
        let desk = desk.on(Template::Report)?;
        let options = options(report.date, desk.data())?;
        let printed = written(&desk, &options, |document| Ok(document.pages().len()));
        printed.map(|(bytes, pages)| PrintedReport { bytes, pages, replaced })
    }

    fn letters(&self, title: &str, letters: Vec<Document>) -> Result<Pdf, Fault> {
        let mut replaced = Replaced::new();
        let title = text::printable(title, &mut replaced);
        if title.trim().is_empty() {
            return Err(Fault::NoTitle);
        }
        let mut fit = Vec::with_capacity(letters.len());
        for letter in letters {
            let (letter, missing) = text::letter(letter)?;
            replaced.extend(missing);
            fit.push(letter);
        }
        let (bytes, letters) = laid_out(&title, &fit)?;
        Ok(Pdf { bytes, letters, replaced })
    }
}

fn laid_out(title: &str, letters: &[Document]) -> Result<(Vec<u8>, Vec<Pages>), Fault> {
    let latest = letters.iter().map(|letter| letter.date).max().ok_or(Fault::Nothing)?;
    let desk = desk(title, letters)?;
    let options = options(latest, desk.data())?;
    written(&desk, &options, |document| places(document, letters.len()))
}

/// The bytes of the file, and what is asked of its pages.
fn written<T>(
    desk: &Desk,
    options: &PdfOptions,
    ask: impl Fn(&PagedDocument) -> Result<T, Fault>,
) -> Result<(Vec<u8>, T), Fault> {
    let printed = pages_of(desk).and_then(|document| {
        let bytes = typst_pdf::pdf(&document, options).map_err(|errors| Fault::Standard(said(&errors)))?;
        Ok((bytes, ask(&document)?))
    });
    // What was remembered of this file helps no other.
    comemo::evict(0);
    printed
}

pub(crate) fn desk(title: &str, letters: &[Document]) -> Result<Desk, Fault> {
    let first = letters.first().ok_or(Fault::Nothing)?;
    let content = Content::Letters(letters);
    Data { title, author: &first.author, language: &first.language, content }.on(Template::Letter)
}

pub(crate) fn pages_of(desk: &Desk) -> Result<PagedDocument, Fault> {
    let Warned { output, .. } = typst::compile(desk);
    output.map_err(|errors| Fault::Layout(said(&errors)))
}

/// The instant in the file is the day of the letter, and its identifier is the hash of what it says.
fn options(day: NaiveDate, data: &[u8]) -> Result<PdfOptions, Fault> {
    let whole = |number: u32| u8::try_from(number).unwrap_or(1);
    let day = Datetime::from_ymd_hms(day.year(), whole(day.month()), whole(day.day()), 0, 0, 0);
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| Fault::Standard(error.message().to_string()))?;
    let ident = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(None),
        timestamp: day.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    })
}

/// The template puts a label at either end of each letter.
fn places(document: &PagedDocument, count: usize) -> Result<Vec<Pages>, Fault> {
    let page = |end: &str, number: usize| {
        let missing = || Fault::Layout(format!("the {end} of letter {number} is missing"));
        let label = Label::new(PicoStr::intern(&format!("{end}-{number}"))).ok_or_else(missing)?;
        let place = document.introspector().query_label(label).ok().and_then(typst::foundations::Content::location);
        let page = place.and_then(|place| document.introspector().page(place)).ok_or_else(missing)?;
        Ok(page.get())
    };
    (0..count).map(|number| Ok(Pages { first: page("start", number)?, last: page("end", number)? })).collect()
}

fn said(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
}
