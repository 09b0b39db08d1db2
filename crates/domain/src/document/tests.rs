//! Which files are taken, byte by byte, and what becomes of a document. The large corpus is `tests/corpus.py`.

use super::*;
use crate::states::only_these_ways;
use crate::testing::{at, home, key};

fn look(name: &str, declared: &str, bytes: &[u8], piece: usize) -> Result<Facts, Refusal> {
    let limits = Limits { bytes: 10_000, pixels: 50 << 20 };
    let announced = Announced { name: name.to_owned(), declared: Some(declared.to_owned()) };
    let mut inspector = Inspector::new(announced, limits);
    for piece in bytes.chunks(piece) {
        inspector.take(piece)?;
    }
    inspector.finish()
}

fn pdf(inside: &str) -> Vec<u8> {
    format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /Catalog {inside} >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
    )
    .into()
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\x00\x0B\x08".to_vec();
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x01\x01\x11\0\xFF\xDA\x00\x08\x01\x01\0\0\x3F\0\x12\xFF\x00\x34\xFF\xD0\x56\xFF\xD9");
    bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0CRC.\0\0\0\x04IDATabcdCRC.\0\0\0\0IENDCRC.");
    bytes
}

fn with(mut bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(more);
    bytes
}

fn cut(mut bytes: Vec<u8>, off: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() - off);
    bytes
}

#[test]
fn what_people_send_is_taken_whatever_the_pieces_it_comes_in() {
    let mut phone = jpeg(8192, 6144);
    let thumbnail = with(b"\xFF\xE1\x00\x2AExif\0\0".to_vec(), &cut(jpeg(160, 120), 18));
    phone.splice(2..2, thumbnail);
    for (name, declared, bytes) in [
        ("gas.pdf", "application/pdf", pdf("")),
        ("gas.PDF", "application/x-pdf", pdf("/Pages 2 0 R /Lang (en-GB)")),
        ("photo.jpg", "image/jpeg", jpeg(4032, 3024)),
        ("photo.jpeg", "image/jpg", with(jpeg(4032, 3024), &jpeg(400, 300))),
        ("photo.jpg", "image/jpeg", phone),
        ("scan.png", "image/png", png(2480, 3508)),
        ("stream.pdf", "application/pdf", pdf("/Filter [/ASCII85Decode /FlateDecode]")),
        ("packed.pdf", "application/pdf", pdf("/Filter /FlateDecode /Next /FlateDecoder")),
    ] {
        for piece in [1, 7, 64, 100_000] {
            let looked = look(name, declared, &bytes, piece).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            assert_eq!(looked.bytes, u64::try_from(bytes.len()).unwrap(), "{name}");
        }
    }
}

#[test]
fn each_file_that_is_not_taken_is_refused_for_what_is_wrong_with_it() {
    for (name, declared, bytes, code) in [
        ("a.pdf", "application/pdf", Vec::new(), "file-empty"),
        ("a.pdf", "application/pdf", with(pdf(""), &[b' '; 10_000]), "file-too-large"),
        ("a.pdf", "application/pdf", b"Dear Sir".to_vec(), "file-type"),
        ("a.docx", "application/pdf", b"PK\x03\x04......[Content_Types].xml..word/document.xml".to_vec(), "file-type"),
        ("a.svg", "image/svg+xml", b"<?xml version=\"1.0\"?><svg/>".to_vec(), "file-type"),
        ("a.pdf.exe", "application/pdf", pdf(""), "file-name-disagrees"),
        ("a.png", "image/jpeg", jpeg(10, 10), "file-name-disagrees"),
        ("a.jpg", "image/png", jpeg(10, 10), "file-type-disagrees"),
        ("a.pdf", "text/html", pdf(""), "file-type-disagrees"),
        ("a.pdf", "application/pdf", cut(pdf(""), 6), "file-cut-short"),
        ("a.jpg", "image/jpeg", cut(jpeg(10, 10), 2), "file-cut-short"),
        ("a.png", "image/png", cut(png(10, 10), 2), "file-cut-short"),
        ("a.png", "image/png", cut(png(10, 10), 30), "file-cut-short"),
        ("a.png", "image/png", png(0, 10), "file-broken"),
        ("a.jpg", "image/jpeg", jpeg(10, 0), "file-broken"),
        ("a.pdf", "application/pdf", b"%PDF-1.4\n%%EOF".to_vec(), "file-broken"),
        ("a.png", "image/png", png(40_000, 40_000), "image-too-large"),
        ("a.jpg", "image/jpeg", jpeg(8192, 6401), "image-too-large"),
        ("a.pdf", "application/pdf", with(pdf(""), b"MZ"), "file-is-two-things"),
        ("a.png", "image/png", with(png(10, 10), b"<"), "file-is-two-things"),
        ("a.jpg", "image/jpeg", with(jpeg(10, 10), b"PK\x05\x06\0\0\0\0\x01"), "file-is-two-things"),
        ("a.jpg", "image/jpeg", with(jpeg(10, 10), b"<?PHP system(1)"), "file-is-two-things"),
        ("a.jpg", "image/jpeg", with(jpeg(10, 10), &pdf("")), "file-is-two-things"),
        ("a.pdf", "application/pdf", pdf("/Encrypt 5 0 R"), "pdf-locked"),
        ("a.pdf", "application/pdf", pdf("/S/JavaScript/JS(app.alert(1))"), "pdf-with-scripts"),
        ("a.pdf", "application/pdf", pdf("/S /Java#53cript"), "pdf-with-scripts"),
        ("a.pdf", "application/pdf", pdf("/S /Launch /F (cmd.exe)"), "pdf-starts-programs"),
        ("a.pdf", "application/pdf", pdf("/Names << /EmbeddedFiles 3 0 R >>"), "pdf-with-files-inside"),
        ("a.pdf", "application/pdf", pdf("/Filter [/FlateDecode\n/FlateDecode]"), "pdf-packed-twice"),
    ] {
        for piece in [1, 5, 100_000] {
            let refusal = look(name, declared, &bytes, piece).unwrap_err();
            assert_eq!(refusal.code(), code, "{name} in pieces of {piece}: {refusal}");
        }
    }
}

#[test]
fn a_refusal_says_what_the_file_is_and_what_to_do() {
    let word = look("a.docx", "application/pdf", b"PK\x03\x04 [Content_Types].xml word/document.xml", 99).unwrap_err();
    assert_eq!(word.to_string(), "This is a Word file. Save it as PDF, or take a photo of the paper.");
    let named = look("gas.exe", "application/pdf", &pdf(""), 99).unwrap_err();
    let wanted = "The file is a PDF, but its name \"gas.exe\" says otherwise. Give it a name that ends in .pdf and send it again.";
    assert_eq!(named.to_string(), wanted);
    let large = Refusal::TooLarge { limit: 10 << 20 };
    assert!(large.to_string().starts_with("The file is larger than 10 MB."), "{large}");
}

fn received(scanner: bool) -> Document {
    let facts = Facts { media_type: MediaType::Pdf, bytes: 3, name: "gas.pdf".to_owned() };
    let under = Under::Licence(LicenceId(key("licence")));
    let arrival = Arrival { under, home: home(None).id, sha256: "ab".repeat(32), facts };
    Document::receive(&at("2025-01-22T10:00:00Z"), arrival, scanner).into_entity()
}

#[test]
fn a_file_is_opened_by_nobody_before_it_is_clean_or_if_it_is_infected() {
    let cx = at("2025-01-22T10:00:00Z");
    let pending = received(true);
    assert_eq!((pending.state, pending.may_be_opened()), (ScanState::Pending, Err(Refusal::NotScanned)));
    let clean = pending.clone().scanned(&cx, Verdict::Clean).unwrap().into_entity();
    assert_eq!((clean.state, clean.may_be_opened()), (ScanState::Clean, Ok(())));
    let infected = pending.scanned(&cx, Verdict::Infected("Eicar".to_owned())).unwrap().into_entity();
    assert_eq!(infected.may_be_opened(), Err(Refusal::Infected("Eicar".to_owned())));
    assert!(infected.scanned(&cx, Verdict::Clean).is_err(), "once infected, always infected");
    let unscanned = received(false);
    assert_eq!((unscanned.may_be_opened(), unscanned.waits()), (Ok(()), true));
}

/// Each thing that the scanner can say, with its name.
pub(crate) fn verdicts() -> [(&'static str, Verdict); 2] {
    [("find_clean", Verdict::Clean), ("find_infected", Verdict::Infected("Eicar".to_owned()))]
}

#[test]
fn every_step_leads_where_the_table_says_and_nowhere_else() {
    use ScanState as S;
    let cx = at("2025-01-22T10:00:00Z");
    let waiting: &[S] = &[S::Unscanned, S::Pending];
    let [clean, infected] = verdicts();
    let ways = [(waiting, clean, S::Clean), (waiting, infected, S::Infected)];
    only_these_ways(
        S::ALL,
        &verdicts(),
        &ways,
        |from, (_, verdict)| from.after(verdict),
        |from, (_, verdict)| {
            let document = Document { state: from, ..received(true) };
            document.scanned(&cx, verdict.clone()).ok().map(|change| change.entity().state)
        },
    );
}
