//! What a file is that is neither PDF, JPEG nor PNG, so that its sender is told what to do with exactly that.

/// Beginnings, each with where it stands and what it means; the first that fits counts.
const BEGINNINGS: &[(usize, &[u8], &str)] = &[
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", OFFICE),
    (0, b"{\\rtf", "This is a text file (RTF). Save it as PDF, or take a photo of the paper."),
    (0, b"PK\x05\x06", ARCHIVE),
    (0, b"Rar!\x1A\x07", ARCHIVE),
    (0, b"7z\xBC\xAF\x27\x1C", ARCHIVE),
    (0, b"\x1F\x8B", ARCHIVE),
    (0, b"BZh", ARCHIVE),
    (0, b"\xFD7zXZ", ARCHIVE),
    (257, b"ustar", ARCHIVE),
    (4, b"ftyphei", HEIC),
    (4, b"ftyphev", HEIC),
    (4, b"ftypmif1", HEIC),
    (4, b"ftypmsf1", HEIC),
    (4, b"ftypavif", HEIC),
    (4, b"ftyp", "This is a video. Send a photo of the paper, or a PDF."),
    (0, b"\x1A\x45\xDF\xA3", "This is a video. Send a photo of the paper, or a PDF."),
    (0, b"GIF8", PICTURE),
    (8, b"WEBP", PICTURE),
    (0, b"BM", PICTURE),
    (0, b"II*\0", PICTURE),
    (0, b"MM\0*", PICTURE),
    (0, b"\0\0\x01\0", PICTURE),
    (0, b"MZ", PROGRAM),
    (0, b"\x7FELF", PROGRAM),
    (0, b"\xCA\xFE\xBA\xBE", PROGRAM),
    (0, b"\xCF\xFA\xED\xFE", PROGRAM),
    (0, b"#!", PROGRAM),
    (0, b"%!PS", "This is a PostScript file. Save it as PDF, or take a photo of the paper."),
];

const OFFICE: &str = "This is a Word or Excel file. Save it as PDF, or take a photo of the paper.";
const WORD: &str = "This is a Word file. Save it as PDF, or take a photo of the paper.";
const EXCEL: &str = "This is an Excel file. Save it as PDF, or take a photo of the paper.";
const SLIDES: &str = "This is a PowerPoint file. Save it as PDF, or take a photo of the paper.";
const OPEN: &str = "This is an OpenDocument file. Save it as PDF, or take a photo of the paper.";
const ARCHIVE: &str = "This is an archive with files in it. Take them out and send each of them by itself.";
const HEIC: &str = "This is a photo in the HEIC format of newer phones. Send it as JPEG: on an iPhone choose Settings, Camera, \
                    Formats, Most Compatible and take it again, or send a screenshot of it.";
const PICTURE: &str = "This is a picture, but not a JPEG or PNG. Save it as JPEG, or take a photo of the paper.";
const PROGRAM: &str = "This is a program, not a document. Send a PDF, or a photo of the paper.";
const WEB: &str = "This is a web page, not a document. Print it to a PDF, or take a photo of the paper.";
const DRAWING: &str = "This is a drawing (SVG). Save it as PDF or PNG.";
const MAIL: &str = "This is an e-mail. Save what is attached to it, and send that.";

/// What the file is, in words with the remedy; `None` if that is not known. `head` is its first kilobyte or so.
pub(super) fn recognise(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") {
        return Some(packed(head));
    }
    let fits = |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    BEGINNINGS.iter().find(fits).map(|(_, _, words)| *words).or_else(|| text(head))
}

/// Office files are archives; the names in front tell which.
fn packed(head: &[u8]) -> &'static str {
    let holds = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    if holds(b"word/") {
        WORD
    } else if holds(b"xl/") {
        EXCEL
    } else if holds(b"ppt/") {
        SLIDES
    } else if holds(b"vnd.oasis.opendocument") {
        OPEN
    } else if holds(b"[Content_Types].xml") {
        OFFICE
    } else {
        ARCHIVE
    }
}

fn text(head: &[u8]) -> Option<&'static str> {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start = String::from_utf8_lossy(start.get(..start.len().min(512)).unwrap_or_default()).to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["<svg"]) || (begins(&["<?xml"]) && start.contains("<svg")) {
        Some(DRAWING)
    } else if begins(&["<!doctype html", "<html", "<script", "<head", "<body"]) {
        Some(WEB)
    } else if begins(&["received:", "return-path:", "from:", "mime-version:", "delivered-to:"]) {
        Some(MAIL)
    } else {
        None
    }
}
