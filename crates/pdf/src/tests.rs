//! What a reader, a screen reader and an archive rely on.

use chrono::NaiveDate;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as Words};
use printing::{Block, Document, Fact, Fault, Pdf, Report, Run, Section, Typesetter as _};
use typst::layout::{Frame, FrameItem};

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn plain(text: &str) -> Vec<Run> {
    vec![Run::text(text)]
}

fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.to_owned(), value: plain(value) }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph { runs: plain(text) }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, runs: plain(text) }
}

fn letter(name: &str, blocks: Vec<Block>) -> Document {
    let mut all = vec![heading(1, "Documents needed under your licence")];
    all.extend(blocks);
    Document {
        title: "Documents needed under your licence".to_owned(),
        language: "en-GB".to_owned(),
        date: day("2025-01-22"),
        author: "Borough Council".to_owned(),
        letterhead: vec!["Licensing Team".to_owned(), "E-mail: licensing@example.org".to_owned()],
        recipient: [name, "12 High Street", "Stockton", "TS18 1AA"].map(str::to_owned).to_vec(),
        reference: vec![fact("Date", "Wednesday 22 January 2025"), fact("Reference", "DEM/2025/00001")],
        blocks: all,
        enclosure: None,
    }
}

fn full(name: &str) -> Document {
    let item = vec![Run::strong("Gas safety record"), Run::text(" (condition 3.1)"), Run::Break, Run::text("14 days")];
    let link =
        Run::Text { text: "our pages".to_owned(), strong: false, link: Some("https://example.org/a".to_owned()) };
    letter(
        name,
        vec![
            Block::Note { runs: plain("Copy for an agent.") },
            paragraph("Dear reader"),
            Block::Facts { facts: vec![fact("Property", "12 High Street"), fact("Licence", "SL/1")] },
            Block::List { items: vec![item, plain("Alarms")] },
            heading(2, "How the days count"),
            Block::Paragraph { runs: vec![Run::text("See "), link, Run::text(".")] },
            Block::Table {
                header: vec![plain("Paper"), plain("Last day")],
                rows: vec![vec![plain("Gas"), plain("5 February")], vec![plain("Alarms"), plain("7 February")]],
            },
            Block::Signature { lines: vec![plain("Licensing Team"), plain("Borough Council")] },
        ],
    )
}

/// What is printed, page by page, without its layout.
fn printed(document: Document) -> Vec<String> {
    let (document, _) = text::letter(document).unwrap();
    let pages = render::pages_of(&render::desk("Title", &[document]).unwrap()).unwrap();
    pages.pages().iter().map(|page| words(&page.frame)).collect()
}

fn words(frame: &Frame) -> String {
    let each = frame.items().map(|(_, item)| match item {
        FrameItem::Text(text) => text.text.to_string(),
        FrameItem::Group(group) => words(&group.frame),
        _ => String::new(),
    });
    each.collect()
}

/// The roles in the tree of the document's structure, depth first.
fn roles(pdf: &Pdf) -> Vec<String> {
    let read = hayro_syntax::Pdf::new(pdf.bytes.clone()).unwrap();
    let root: Dict<'_> = read.xref().get(read.xref().root_id()).unwrap();
    let tree: Dict<'_> = root.get("StructTreeRoot").expect("a structure tree");
    let mut roles = Vec::new();
    descend(&tree, &mut roles);
    roles
}

fn descend(element: &Dict<'_>, roles: &mut Vec<String>) {
    if let Some(role) = element.get::<Name<'_>>("S") {
        roles.push(role.as_str().to_owned());
    }
    if let Some(children) = element.get::<Array<'_>>("K") {
        children.iter::<Object<'_>>().filter_map(Object::into_dict).for_each(|child| descend(&child, roles));
    } else if let Some(child) = element.get::<Dict<'_>>("K") {
        descend(&child, roles);
    }
}

fn count(pdf: &Pdf, role: &str) -> usize {
    roles(pdf).iter().filter(|there| *there == role).count()
}

#[test]
fn the_file_says_what_it_is_and_is_structured_for_those_who_hear_it() {
    let pdf = Typst.letter(full("Siân Ó Briain")).unwrap();
    let read = hayro_syntax::Pdf::new(pdf.bytes.clone()).unwrap();
    let root: Dict<'_> = read.xref().get(read.xref().root_id()).unwrap();
    let marked: Dict<'_> = root.get("MarkInfo").unwrap();
    assert_eq!(marked.get::<bool>("Marked"), Some(true));
    assert_eq!(root.get::<Words<'_>>("Lang").unwrap().as_bytes(), b"en-GB");
    assert_eq!(root.get::<Dict<'_>>("ViewerPreferences").unwrap().get::<bool>("DisplayDocTitle"), Some(true));
    let xmp = root.get::<Stream<'_>>("Metadata").unwrap().decoded().unwrap().into_owned();
    let xmp = String::from_utf8(xmp).unwrap();
    for said in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Documents needed under your licence",
        "Borough Council",
        "<xmp:CreateDate>2025-01-22T00:00:00+00:00<",
    ] {
        assert!(xmp.contains(said), "{said} is not in {xmp}");
    }
    let counted = ["H1", "H2", "L", "LI", "Table", "TR", "TH", "TD", "Link"].map(|role| (role, count(&pdf, role)));
    let wanted = [1, 1, 1, 2, 1, 3, 2, 4, 1];
    assert_eq!(counted.map(|(_, number)| number), wanted, "{counted:?}");
    assert!(count(&pdf, "P") >= 10);
}

#[test]
fn equal_letters_are_equal_bytes_and_another_letter_is_another_file() {
    let first = Typst.letter(full("A Khan")).unwrap();
    let between = Typst.letter(full("B Khan")).unwrap();
    assert_eq!(Typst.letter(full("A Khan")).unwrap(), first);
    assert_ne!(between.bytes, first.bytes);
}

#[test]
fn what_looks_like_an_instruction_is_printed_as_it_stands() {
    let usual = roles(&Typst.letter(full("Harmless")).unwrap());
    for text in [
        r##"#panic("x")"##,
        r##"#read("/etc/passwd")"##,
        "*bold* _slanted_ `code`",
        "$x$ $ sum_i $",
        "= Heading",
        "- list",
        "<script>alert(1)</script>",
        "<end-0>",
        "@end-0",
        "// gone /* gone */",
        r"\ \u{41} \#",
        "https://evil.example ~ --- ...",
        "\"quoted\" 'so'",
        "{\"kind\":\"break\"}",
    ] {
        let said = printed(full(text)).concat();
        assert!(said.replace(' ', "").contains(&text.replace(' ', "")), "{text} is not in {said}");
        let mut letter = full(text);
        letter.title = text.to_owned();
        letter.author = text.to_owned();
        letter.letterhead = vec![text.to_owned()];
        letter.reference = vec![fact(text, text)];
        letter.blocks.push(paragraph(text));
        let told = roles(&Typst.letter(letter).unwrap());
        assert_eq!(
            told.iter().filter(|role| *role != "P").count(),
            usual.iter().filter(|role| *role != "P").count(),
            "{text}"
        );
    }
}

#[test]
fn marks_that_hide_or_reorder_are_dropped_and_breaks_are_spaces() {
    let said = printed(full("gnp\u{202E}.exe\u{200B}\u{FEFF} a\r\nb\u{2028}c\u{0}d")).concat();
    assert!(said.contains("gnp.exe a  b c d"), "{said}");
}

#[test]
fn names_of_this_island_and_others_are_printed_and_what_has_no_glyph_is_a_box_and_named() {
    for name in ["Siân Llŷr Ŵyn", "Zażółć Gęślą-Jaźń", "Ελένη", "Юлия Šafářová", "Nguyễn"] {
        let pdf = Typst.letter(full(name)).unwrap();
        assert!(pdf.replaced.is_empty(), "{name}: {:?}", pdf.replaced);
        assert!(printed(full(name)).concat().contains(name), "{name}");
    }
    let pdf = Typst.letter(full("王 \u{1F469} A Khan")).unwrap();
    assert_eq!(pdf.replaced.iter().collect::<String>(), "王\u{1F469}");
    assert!(printed(full("王 A Khan")).concat().contains("□ A Khan"));
}

/// How far to the right anything is printed.
fn right_edge(frame: &Frame) -> f64 {
    let each = frame.items().map(|(place, item)| match item {
        FrameItem::Text(text) => (place.x + text.width()).to_mm(),
        FrameItem::Group(group) => place.x.to_mm() + right_edge(&group.frame),
        _ => 0.0,
    });
    each.fold(0.0, f64::max)
}

#[test]
fn a_word_that_is_wider_than_the_page_goes_on_in_the_next_line() {
    let word = "lettings".repeat(40);
    let mut letter = full(&word);
    letter.recipient.push(format!("By e-mail: {word}@example.org"));
    letter.reference.push(fact("Property", &word));
    letter.blocks.push(paragraph(&word));
    letter.blocks.push(Block::List { items: vec![plain(&word)] });
    let (document, _) = text::letter(letter.clone()).unwrap();
    let pages = render::pages_of(&render::desk("Title", &[document]).unwrap()).unwrap();
    for page in pages.pages() {
        assert!(right_edge(&page.frame) < 190.0, "{}", right_edge(&page.frame));
    }
    Typst.letter(letter).unwrap();
}

#[test]
fn a_letter_of_sixty_pages_counts_them_all() {
    let mut long = full("A Khan");
    for number in 1..=1_300 {
        long.blocks.push(paragraph(&format!("{number}. {}", "A sentence that fills some of a line. ".repeat(5))));
    }
    let pages = printed(long);
    let count = pages.len();
    assert!(count >= 60, "{count}");
    for (number, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {count}", number + 1)), "{page}");
    }
}

#[test]
fn each_letter_of_a_batch_begins_on_a_new_sheet_and_counts_its_own_pages() {
    let mut long = full("B");
    long.blocks.extend((0..40).map(|number| paragraph(&format!("{number} {}", "Words that fill a line. ".repeat(9)))));
    let pdf = Typst.letters("Letters of 22 January 2025", vec![full("A"), long.clone(), full("C")]).unwrap();
    let first = pdf.letters.iter().map(|pages| pages.first).collect::<Vec<_>>();
    assert!(first.iter().all(|page| page % 2 == 1), "{first:?}");
    assert_eq!((pdf.letters[0].last, pdf.letters[2].first - pdf.letters[2].last), (1, 0));
    let (long_first, long_last) = (pdf.letters[1].first, pdf.letters[1].last);
    assert_eq!(long_last - long_first + 1, printed(long).len());
    assert_eq!(hayro_syntax::Pdf::new(pdf.bytes.clone()).unwrap().pages().len(), pdf.letters[2].last);
    assert_eq!(count(&pdf, "H1"), 3);
}

#[test]
fn what_cannot_be_read_aloud_or_sent_is_refused_in_words() {
    let without = |change: &dyn Fn(&mut Document)| {
        let mut letter = full("A Khan");
        change(&mut letter);
        Typst.letter(letter).unwrap_err().to_string()
    };
    for (fault, part) in [
        (without(&|letter| letter.title = " \u{200B}".to_owned()), "needs a title"),
        (without(&|letter| letter.recipient = vec![" ".to_owned()]), "needs a recipient"),
        (without(&|letter| letter.recipient = vec!["x".to_owned(); 8]), "8 lines of name and address"),
        (without(&|letter| letter.language = "English".to_owned()), "\"English\" is not the code"),
        (without(&|letter| letter.blocks = vec![paragraph("x")]), "needs a heading"),
        (without(&|letter| letter.blocks.push(heading(4, "x"))), "level 4 cannot follow one of level 2"),
        (without(&|letter| letter.blocks.insert(0, heading(2, "x"))), "level 2 cannot follow one of level 0"),
        (without(&|letter| letter.blocks.push(Block::Table { header: vec![], rows: vec![] })), "needs a header"),
        (
            without(&|letter| letter.blocks.push(Block::Table { header: vec![plain("a")], rows: vec![vec![]] })),
            "row 1 of a table does not have the 1 cells",
        ),
        (
            without(&|letter| {
                let link = Some("javascript:alert(1)".to_owned());
                let runs = vec![Run::Text { text: "here".to_owned(), strong: false, link }];
                letter.blocks.push(Block::Paragraph { runs });
            }),
            "\"javascript:alert(1)\" is not an address",
        ),
    ] {
        assert!(fault.contains(part), "{fault}");
    }
    assert_eq!(Typst.letters("Nothing", Vec::new()), Err(Fault::Nothing));
}

#[test]
fn a_letter_is_data_that_comes_back_as_it_went() {
    let letter = full("A Khan");
    let text = serde_json::to_string(&letter).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&text).unwrap(), letter);
    assert!(serde_json::from_str::<Document>(&text.replacen("\"title\"", "\"titel\"", 1)).is_err());
}

fn report() -> Report {
    let section = |title: &str, blocks| Section { title: title.to_owned(), begins_page: true, blocks };
    let table = Block::Table {
        header: vec![plain("File"), plain("SHA-256")],
        rows: vec![vec![plain("F01"), plain(&"0123456789abcdef".repeat(4))]],
    };
    Report {
        title: "Proof file BR/2025/00001".to_owned(),
        language: "en-GB".to_owned(),
        date: day("2025-02-07"),
        author: "Borough Council".to_owned(),
        letterhead: vec!["Licensing Team".to_owned()],
        facts: vec![fact("Breach", "BR/2025/00001")],
        cover: vec![paragraph("What this file shows, and what it does not.")],
        index: "Index".to_owned(),
        sections: vec![
            section("The licence", vec![paragraph("In force."), heading(1, "Service"), paragraph("By hand.")]),
            section("What came in", vec![table]),
        ],
    }
}

#[test]
fn a_report_has_an_index_numbered_sections_and_a_structure() {
    let printed = Typst.report(report()).unwrap();
    let read = hayro_syntax::Pdf::new(printed.bytes.clone()).unwrap();
    assert_eq!((printed.pages, read.pages().len()), (3, 3));
    let pdf = Pdf { bytes: printed.bytes, letters: Vec::new(), replaced: printed.replaced };
    let counted = ["H1", "H2", "H3", "TOC", "TOCI", "Table", "TH"].map(|role| count(&pdf, role));
    assert_eq!(counted, [1, 3, 1, 2, 2, 1, 2]);
    assert_eq!(Typst.report(report()).unwrap().bytes, pdf.bytes);
}

#[test]
fn what_is_enclosed_follows_its_letter_on_a_sheet_of_its_own_with_its_own_index_and_pages() {
    let with = |name: &str, title: &str| {
        let enclosed = Report { title: title.to_owned(), ..report() };
        Document { enclosure: Some(enclosed), ..full(name) }
    };
    let letters = vec![with("A Khan", "Licence SL/1"), full("B Jones"), with("C Other", "Licence SL/2")];
    let printed = Typst.letters("Title", letters.clone()).unwrap();
    let places = printed.letters.iter().map(|pages| (pages.first, pages.last)).collect::<Vec<_>>();
    assert_eq!(places, [(1, 5), (7, 7), (9, 13)], "a letter of one page, the back of its sheet, three pages");
    let fit = letters.into_iter().map(|letter| text::letter(letter).unwrap().0).collect::<Vec<_>>();
    let pages = render::pages_of(&render::desk("Title", &fit).unwrap()).unwrap();
    let pages = pages.pages().iter().map(|page| words(&page.frame)).collect::<Vec<_>>();
    for (page, said) in [
        (1, "Page 1 of 1"),
        (3, "Licence SL/1Page 1 of 3"),
        (5, "Page 3 of 3"),
        (7, "Page 1 of 1"),
        (11, "Licence SL/2"),
        (13, "Page 3 of 3"),
    ] {
        assert!(pages[page - 1].contains(said), "page {page}: {}", pages[page - 1]);
    }
    assert!(pages[1].is_empty() && pages[5].is_empty() && pages[9].is_empty(), "{pages:#?}");
    assert_eq!(pages[2].matches("1. The licence").count(), 1, "an index of its own: {}", pages[2]);
    assert!(!pages[2].contains("How the days count"), "and not of the letter: {}", pages[2]);
    assert_eq!(pages[10].matches("1. The licence").count(), 1);
}

#[test]
fn what_is_enclosed_and_cannot_be_printed_is_refused_with_its_letter() {
    let untitled = Report { title: " ".to_owned(), ..report() };
    let letter = Document { enclosure: Some(untitled), ..full("A Khan") };
    assert_eq!(Typst.letter(letter).unwrap_err(), Fault::NoTitle);
}

#[test]
fn a_report_that_leaves_a_heading_out_is_refused() {
    let with = |change: &dyn Fn(&mut Report)| {
        let mut report = report();
        change(&mut report);
        Typst.report(report).unwrap_err().to_string()
    };
    assert!(with(&|report| report.cover.push(heading(1, "x"))).contains("level 1 cannot follow one of level 0"));
    assert!(with(&|report| report.sections[0].blocks.push(heading(3, "x"))).contains("level 3 cannot follow"));
    assert!(with(&|report| report.title = " ".to_owned()).contains("needs a title"));
}
