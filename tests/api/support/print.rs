//! The words of a PDF, as somebody reads them.

use std::collections::HashMap;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Object, Stream};

/// Everything that a PDF says, page after page.
pub(crate) struct Printed(String);

impl Printed {
    /// Reads a PDF.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self::pages(bytes, 1, page_count(bytes))
    }

    /// Reads some pages of a PDF, from the first to the last.
    pub(crate) fn pages(bytes: &[u8], first: usize, last: usize) -> Self {
        let pdf = Pdf::new(bytes.to_vec()).unwrap();
        let mut said = String::new();
        for page in &pdf.pages()[first - 1..last] {
            let (mut fonts, mut font) = (HashMap::<Vec<u8>, Letters>::new(), Vec::new());
            let mut operations = page.operations();
            while let Some(instruction) = operations.next() {
                let operands = instruction.operands().cloned().collect::<Vec<_>>();
                match &**instruction.operator {
                    b"Tf" => {
                        let Some(Object::Name(name)) = operands.first() else { continue };
                        let known = page.resources().get_font(name);
                        font = name.to_vec();
                        fonts.entry(font.clone()).or_insert_with(|| Letters::of(&known.unwrap()));
                    }
                    b"Tj" | b"TJ" => operands.iter().for_each(|shown| fonts[&font].spell(shown, &mut said)),
                    _ => {}
                }
            }
        }
        assert!(!said.is_empty(), "the file says nothing");
        Self(squeezed(&said))
    }

    /// Whether it says these words, wherever its lines break.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.0.contains(&squeezed(words))
    }

    /// That it says all of these.
    #[track_caller]
    pub(crate) fn must_say(&self, all: &[&str]) {
        let lacking = all.iter().filter(|words| !self.says(words)).collect::<Vec<_>>();
        assert!(lacking.is_empty(), "it does not say {lacking:#?}: {}", self.0);
    }
}

/// How many pages a PDF has.
pub(crate) fn page_count(bytes: &[u8]) -> usize {
    Pdf::new(bytes.to_vec()).unwrap().pages().len()
}

/// Where a line ends, a space is not printed: words are compared without any.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{200B}').collect()
}

/// What the numbers of a font stand for.
struct Letters(HashMap<u16, String>);

impl Letters {
    fn of(font: &Dict<'_>) -> Self {
        let table = font.get::<Stream<'_>>("ToUnicode").unwrap().decoded().unwrap().into_owned();
        let table = String::from_utf8(table).unwrap();
        let mut known = HashMap::new();
        for part in table.split("beginbfchar").skip(1) {
            let part = part.split("endbfchar").next().unwrap();
            let numbers = part.split(['<', '>']).skip(1).step_by(2).collect::<Vec<_>>();
            for pair in numbers.chunks_exact(2) {
                known.insert(u16::from_str_radix(pair[0], 16).unwrap(), letters(pair[1]));
            }
        }
        assert!(!table.contains("beginbfrange"), "ranges are not read here");
        Self(known)
    }

    fn spell(&self, shown: &Object<'_>, into: &mut String) {
        match shown {
            Object::String(codes) => {
                for code in codes.as_bytes().chunks_exact(2) {
                    into.push_str(&self.0[&u16::from_be_bytes([code[0], code[1]])]);
                }
            }
            Object::Array(parts) => parts_of(parts).iter().for_each(|part| self.spell(part, into)),
            _ => {}
        }
    }
}

fn parts_of<'a>(parts: &Array<'a>) -> Vec<Object<'a>> {
    parts.iter::<Object<'a>>().collect()
}

fn letters(hexadecimal: &str) -> String {
    let units = hexadecimal.as_bytes().chunks_exact(4);
    let units = units.map(|unit| u16::from_str_radix(std::str::from_utf8(unit).unwrap(), 16).unwrap());
    String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
}
