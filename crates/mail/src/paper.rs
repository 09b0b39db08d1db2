//! A letter on paper: the words of its HTML part, as stored, put where a letter has them.
//!
//! Only the elements that our own templates use are known; anything else is refused, so that no word is lost in print.
//! Everything comes from the letter as it is stored: printed years later, it is the same letter.

use chrono::NaiveDate;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use printing::{Block, Document, Fact, Pdf, Run, Typesetter, tell_of_boxes};

use super::letters::{Composed, long_date};
use domain::letter::{Channel, Enclosure, Letter};

/// Why a letter cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It has no words yet.
    #[error("the letter has not been written yet: it is written when its turn in the post comes")]
    NotWritten,
    /// Something that has no place on paper.
    #[error(
        "the letter has {0}, which cannot be printed: it was written with a template that this version does not know"
    )]
    Unknown(String),
    /// What is enclosed was kept in another form.
    #[error("what is enclosed with the letter cannot be printed: {0}")]
    Enclosure(String),
    /// The page cannot be made.
    #[error(transparent)]
    Page(#[from] printing::Fault),
}

/// Prints a letter with what is enclosed.
///
/// # Errors
/// A [`Fault`] if it has no words, or has something that cannot be printed.
pub fn print(typesetter: &dyn Typesetter, letter: &Letter, enclosure: Option<&Enclosure>) -> Result<Pdf, Fault> {
    let printed = typesetter.letter(whole(letter, enclosure)?)?;
    tell_of_boxes(&printed.replaced);
    Ok(printed)
}

/// Letters that were printed together.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The file.
    pub pdf: Pdf,
    /// The letters in it, in the order of their pages.
    pub printed: Vec<&'a Letter>,
    /// Those that could not be printed, each with the reason.
    pub left_out: Vec<(&'a Letter, Fault)>,
}

/// Prints several letters for the post-room, each with what is enclosed and beginning on a new sheet of paper. One that cannot be
/// printed is left out.
///
/// # Errors
/// A [`Fault`] if none of them can be printed, or all of them together cannot.
pub fn print_batch<'a>(
    typesetter: &dyn Typesetter,
    title: &str,
    letters: &'a [(Letter, Option<Enclosure>)],
) -> Result<Batch<'a>, Fault> {
    let (mut fit, mut left_out) = (Vec::with_capacity(letters.len()), Vec::new());
    for (letter, enclosure) in letters {
        match whole(letter, enclosure.as_ref()) {
            Ok(document) => fit.push((letter, document)),
            Err(fault) => left_out.push((letter, fault)),
        }
    }
    let together = |fit: &[(&Letter, Document)]| {
        typesetter.letters(title, fit.iter().map(|(_, document)| document.clone()).collect())
    };
    let mut pdf = together(&fit);
    if pdf.is_err() {
        // The fault of one is known by printing each alone.
        fit.retain(|(letter, document)| match typesetter.letter(document.clone()) {
            Ok(_) => true,
            Err(fault) => {
                left_out.push((letter, fault.into()));
                false
            }
        });
        pdf = together(&fit);
    }
    let printed = fit.into_iter().map(|(letter, _)| letter).collect::<Vec<_>>();
    if printed.is_empty()
        && let Some((_, fault)) = left_out.pop()
    {
        return Err(fault);
    }
    let pdf = pdf?;
    tell_of_boxes(&pdf.replaced);
    Ok(Batch { pdf, printed, left_out })
}

/// What stands beside the address, wherever the letter says it first.
const REFERENCE: [&str; 9] = [
    "Property",
    "Licence",
    "Application",
    "Notice",
    "Reference",
    "Date of this letter",
    "Date of this notice",
    "Date of this decision",
    "Date of the decision",
];

/// Whether what a letter says could be printed.
///
/// # Errors
/// A [`Fault`] that names the element that is not known here.
pub fn check(html: &str) -> Result<(), Fault> {
    read(&parse_document(RcDom::default(), ParseOpts::default()).one(html).document).map(drop)
}

/// The letter with its parts where paper has them, and what is enclosed behind it.
fn whole(letter: &Letter, enclosure: Option<&Enclosure>) -> Result<Document, Fault> {
    let read = |enclosure: &Enclosure| serde_json::from_value(enclosure.words.clone());
    let enclosure = enclosure.map(read).transpose().map_err(|fault| Fault::Enclosure(fault.to_string()))?;
    Ok(Document { enclosure, ..document(letter)? })
}

/// The letter with its parts where paper has them.
///
/// # Errors
/// A [`Fault`] if it has no words, or has an element that is not known here.
pub fn document(letter: &Letter) -> Result<Document, Fault> {
    let html = letter.html.as_deref().ok_or(Fault::NotWritten)?;
    laid_out(html, letter.subject.clone().unwrap_or_default(), letter.dated_on, recipient(letter))
}

/// Prints what a letter says as if it were sent to this address on that day.
///
/// # Errors
/// A [`Fault`] if it has something that cannot be printed.
pub fn specimen(
    typesetter: &dyn Typesetter,
    letter: &Composed,
    dated_on: NaiveDate,
    recipient: &[&str],
) -> Result<Pdf, Fault> {
    let recipient = recipient.iter().map(|line| (*line).to_owned()).collect();
    Ok(typesetter.letter(laid_out(&letter.html, letter.subject.as_str().to_owned(), dated_on, recipient)?)?)
}

fn laid_out(html: &str, title: String, dated_on: NaiveDate, recipient: Vec<String>) -> Result<Document, Fault> {
    let tree = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let Read { mut blocks, foot, language } = read(&tree.document)?;
    let mut foot = foot.into_iter();
    let (signed, contact) = (foot.next().unwrap_or_default(), foot.next().unwrap_or_default());
    let signed = lines(signed);
    let mut reference = beside_the_address(&mut blocks);
    if !reference.iter().any(|fact| fact.label.starts_with("Date")) {
        reference.push(Fact { label: "Date".to_owned(), value: vec![Run::text(long_date(dated_on))] });
    }
    let mut head = signed.iter().map(|line| plain(line)).collect::<Vec<_>>();
    let author = if head.len() > 1 { head.remove(1) } else { head.concat() };
    head.extend(lines(contact).iter().map(|line| plain(line)));
    blocks.push(Block::Signature { lines: signed });
    Ok(Document {
        title,
        language,
        date: dated_on,
        author,
        letterhead: head,
        recipient,
        reference,
        blocks,
        enclosure: None,
    })
}

/// The lines of name and address that the window of an envelope shows.
const ADDRESS_LINES: usize = 6;

fn recipient(letter: &Letter) -> Vec<String> {
    let name = letter.recipient_name.clone();
    if letter.channel == Channel::Email {
        return vec![name, "By e-mail".to_owned(), letter.address.clone()];
    }
    let mark = if letter.address.contains('\n') { '\n' } else { ',' };
    let parts = letter.address.split(mark).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
    let mut parts = parts.collect::<Vec<_>>();
    while parts.len() > ADDRESS_LINES {
        let first = parts.remove(0);
        if let Some(next) = parts.first_mut() {
            *next = format!("{first}, {next}");
        }
    }
    parts.insert(0, name);
    parts
}

/// Takes out of the first list of facts what belongs beside the address.
fn beside_the_address(blocks: &mut Vec<Block>) -> Vec<Fact> {
    let found = blocks.iter_mut().enumerate().find_map(|(place, block)| match block {
        Block::Facts { facts } => Some((place, std::mem::take(facts))),
        _ => None,
    });
    let Some((place, facts)) = found else { return Vec::new() };
    let (beside, rest): (Vec<_>, Vec<_>) = facts.into_iter().partition(|fact| REFERENCE.contains(&fact.label.as_str()));
    if rest.is_empty() {
        blocks.remove(place);
    } else if let Some(block) = blocks.get_mut(place) {
        *block = Block::Facts { facts: rest };
    }
    beside
}

/// What was read of the HTML.
#[derive(Default)]
struct Read {
    blocks: Vec<Block>,
    /// The paragraphs at its foot.
    foot: Vec<Vec<Run>>,
    language: String,
}

/// The element's name, if it is one.
fn name(node: &Handle) -> Option<&str> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    let attrs = attrs.borrow();
    attrs.iter().find(|one| &*one.name.local == wanted).map(|one| one.value.to_string())
}

/// The children that are not just space between elements.
fn children(node: &Handle) -> Vec<Handle> {
    let is_space = |child: &Handle| match &child.data {
        NodeData::Text { contents } => contents.borrow().trim().is_empty(),
        NodeData::Comment { .. } | NodeData::Doctype { .. } => true,
        _ => false,
    };
    node.children.borrow().iter().filter(|child| !is_space(child)).cloned().collect()
}

fn unknown(node: &Handle) -> Fault {
    Fault::Unknown(name(node).map_or_else(|| "text outside a paragraph".to_owned(), |name| format!("<{name}>")))
}

fn read(document: &Handle) -> Result<Read, Fault> {
    let mut read = Read::default();
    for html in children(document) {
        read.language = attribute(&html, "lang").unwrap_or_default();
        for part in children(&html).iter().filter(|part| name(part) != Some("head")) {
            blocks(part, &mut read)?;
        }
    }
    Ok(read)
}

fn blocks(around: &Handle, read: &mut Read) -> Result<(), Fault> {
    for node in children(around) {
        match name(&node) {
            Some("main") => blocks(&node, read)?,
            Some("footer") => {
                for line in children(&node) {
                    read.foot.push(if name(&line) == Some("p") { runs(&line)? } else { return Err(unknown(&line)) });
                }
            }
            _ => read.blocks.push(block(&node)?),
        }
    }
    Ok(())
}

fn block(node: &Handle) -> Result<Block, Fault> {
    Ok(match name(node) {
        Some("h1") => Block::Heading { level: 1, runs: runs(node)? },
        Some("h2") => Block::Heading { level: 2, runs: runs(node)? },
        Some("h3") => Block::Heading { level: 3, runs: runs(node)? },
        Some("p") if attribute(node, "class").as_deref() == Some("note") => Block::Note { runs: runs(node)? },
        Some("p") => paragraph(runs(node)?),
        Some("ul") => Block::List { items: each(node, "li")? },
        Some("table") => table(node)?,
        _ => return Err(unknown(node)),
    })
}

/// The runs of every child, each of which must be this element.
fn each(node: &Handle, wanted: &str) -> Result<Vec<Vec<Run>>, Fault> {
    let one = |child: &Handle| if name(child) == Some(wanted) { runs(child) } else { Err(unknown(child)) };
    children(node).iter().map(one).collect()
}

/// A header of one row and a body: a table without them is refused, because nobody could find their way in it by ear.
fn table(node: &Handle) -> Result<Block, Fault> {
    let (mut header, mut rows) = (Vec::new(), Vec::new());
    for part in children(node) {
        for row in children(&part) {
            match (name(&part), name(&row)) {
                (Some("thead"), Some("tr")) if header.is_empty() => header = each(&row, "th")?,
                (Some("tbody"), Some("tr")) => rows.push(each(&row, "td")?),
                _ => return Err(unknown(&row)),
            }
        }
    }
    Ok(Block::Table { header, rows })
}

/// Several lines that each name something and say what it is are facts; anything else is a paragraph.
fn paragraph(runs: Vec<Run>) -> Block {
    let lines = lines(runs.clone());
    let facts = lines.iter().map(|line| fact(line)).collect::<Option<Vec<_>>>();
    match facts {
        Some(facts) if facts.len() > 1 => Block::Facts { facts },
        _ => Block::Paragraph { runs },
    }
}

fn fact(line: &[Run]) -> Option<Fact> {
    let (first, rest) = line.split_first()?;
    let Run::Text { text, strong: false, link: None } = first else { return None };
    let (label, value) = text.split_once(':').filter(|(label, _)| label.len() < 30)?;
    let mut runs = Vec::with_capacity(line.len());
    if !value.trim().is_empty() {
        runs.push(Run::text(value.trim_start()));
    }
    runs.extend_from_slice(rest);
    Some(Fact { label: label.to_owned(), value: runs })
}

fn lines(runs: Vec<Run>) -> Vec<Vec<Run>> {
    let lines = runs.split(|run| *run == Run::Break).map(<[Run]>::to_vec);
    lines.filter(|line| !line.is_empty()).collect()
}

fn plain(line: &[Run]) -> String {
    let text = |run: &Run| match run {
        Run::Text { text, .. } => text.clone(),
        Run::Break => " ".to_owned(),
    };
    line.iter().map(text).collect()
}

fn runs(node: &Handle) -> Result<Vec<Run>, Fault> {
    let mut found = Vec::new();
    collect(node, false, None, &mut found)?;
    Ok(found)
}

fn collect(node: &Handle, strong: bool, link: Option<&str>, found: &mut Vec<Run>) -> Result<(), Fault> {
    for child in node.children.borrow().iter() {
        match (&child.data, name(child)) {
            (NodeData::Comment { .. }, _) => {}
            (NodeData::Text { contents }, _) => add(&contents.borrow(), strong, link, found),
            (_, Some("br")) => found.push(Run::Break),
            (_, Some("strong")) => collect(child, true, link, found)?,
            (_, Some("a")) => {
                let to = attribute(child, "href").ok_or_else(|| unknown(child))?;
                collect(child, strong, Some(&to), found)?;
            }
            _ => return Err(unknown(child)),
        }
    }
    Ok(())
}

/// White space as HTML has it: any amount is one space, and none begins a line.
fn add(text: &str, strong: bool, link: Option<&str>, found: &mut Vec<Run>) {
    let mut said = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let begins = match found.last() {
        None | Some(Run::Break) => true,
        Some(Run::Text { text, .. }) => text.ends_with(' '),
    };
    if text.starts_with(|letter: char| letter.is_ascii_whitespace()) && !begins {
        said.insert(0, ' ');
    }
    if text.ends_with(|letter: char| letter.is_ascii_whitespace()) && !said.is_empty() && !said.ends_with(' ') {
        said.push(' ');
    }
    if !said.is_empty() {
        found.push(Run::Text { text: said, strong, link: link.map(ToOwned::to_owned) });
    }
}
