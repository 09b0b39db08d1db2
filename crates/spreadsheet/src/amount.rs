//! Words and numbers of a cell: UPRN, postcode, e-mail address, yes or no, counts, kinds of dwelling.

use super::cell::Cell;
use super::column::fold;
use super::row::Paid;
use super::wrong::Wrong;
use domain::property::Dwelling;

/// Text on one line, at most `most` characters.
pub(super) fn text(cell: &Cell, most: usize) -> Result<String, Wrong> {
    let raw = match cell {
        Cell::Failed(_) => return Err(Wrong::Failed),
        Cell::Text(text) if text.starts_with('=') => return Err(Wrong::Formula),
        Cell::Text(_) | Cell::Number(_) | Cell::Day(_) | Cell::Truth(_) => cell.shown(),
    };
    let folded = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().any(unprintable) {
        return Err(Wrong::Unprintable);
    }
    if folded.chars().count() > most { Err(Wrong::TooLong(most)) } else { Ok(folded) }
}

/// Control characters, and marks that turn the direction of writing or cannot be seen.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}')
}

/// An address: its lines joined by commas.
pub(super) fn address(cell: &Cell, most: usize) -> Result<String, Wrong> {
    let joined = match cell {
        Cell::Text(text) => {
            let lines = text.lines().map(|line| line.trim().trim_matches(',').trim_end());
            Cell::Text(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", "))
        }
        Cell::Number(_) | Cell::Day(_) | Cell::Truth(_) | Cell::Failed(_) => cell.clone(),
    };
    text(&joined, most)
}

/// A name: it has a letter in it.
pub(super) fn name(cell: &Cell) -> Result<String, Wrong> {
    let name = text(cell, 200)?;
    if name.chars().any(char::is_alphabetic) { Ok(name) } else { Err(Wrong::NotAName) }
}

/// A UPRN without leading zeros.
pub(super) fn uprn(cell: &Cell) -> Result<String, Wrong> {
    let text = text(cell, 40)?.replace(' ', "");
    let digits = text.strip_suffix(".0").unwrap_or(&text);
    if digits.contains(['E', 'e']) && digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Wrong::CutShort);
    }
    let significant = digits.trim_start_matches('0');
    let fits = !digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits && !significant.is_empty() { Ok(significant.to_owned()) } else { Err(Wrong::NotAUprn) }
}

/// A postcode in capitals with its space: "ts181ab" is "TS18 1AB".
pub(super) fn postcode(text: &str) -> Result<String, Wrong> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    if !code.is_ascii() || !(5..=7).contains(&code.len()) {
        return Err(Wrong::NotAPostcode);
    }
    let (outward, inward) = code.split_at(code.len().saturating_sub(3));
    let shape = |part: &str| {
        part.chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    '9'
                } else if c.is_ascii_alphabetic() {
                    'A'
                } else {
                    '?'
                }
            })
            .collect::<String>()
    };
    let outward_fits = matches!(shape(outward).as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    if outward_fits && shape(inward) == "9AA" { Ok(format!("{outward} {inward}")) } else { Err(Wrong::NotAPostcode) }
}

/// The postcode at the end of an address, and the address without it.
pub(super) fn split_postcode(address: &str) -> Option<(String, String)> {
    let words: Vec<&str> = address.split(' ').collect();
    [2, 1].into_iter().find_map(|count| {
        let (rest, tail) = words.split_at_checked(words.len().checked_sub(count)?)?;
        let code = postcode(&tail.concat()).ok()?;
        Some((rest.join(" ").trim_end_matches([',', ' ']).to_owned(), code))
    })
}

/// An e-mail address by its shape. Whether anybody reads it is for the first letter to find out.
pub(super) fn email(cell: &Cell) -> Result<String, Wrong> {
    let text = text(cell, 254)?;
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    if text.matches('@').count() > 1 {
        return Err(Wrong::SeveralEmails);
    }
    let Some((local, domain)) = text.split_once('@') else { return Err(Wrong::NotAnEmail) };
    let local_char = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local_fits = !local.is_empty() && local.len() <= 64 && local.chars().all(local_char);
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label);
    if local_fits && dots(local) && domain_fits { Ok(text.to_owned()) } else { Err(Wrong::NotAnEmail) }
}

/// Yes or no, in the words that forms and spreadsheets use.
pub(super) fn yes_or_no(cell: &Cell) -> Result<bool, Wrong> {
    if let Cell::Truth(truth) = cell {
        return Ok(*truth);
    }
    match fold(&text(cell, 60)?).as_str() {
        "yes" | "y" | "true" | "1" | "signed" | "supplied" | "checked" | "x" => Ok(true),
        "no" | "n" | "false" | "0" | "unsigned" | "notsigned" | "notsupplied" | "unchecked" | "none" => Ok(false),
        _ => Err(Wrong::NotYesOrNo),
    }
}

/// What was paid: an amount in pounds, or yes for all that was due; `None` for nothing.
pub(super) fn paid(cell: &Cell) -> Result<Option<Paid>, Wrong> {
    let words = text(cell, 60)?;
    match fold(&words).as_str() {
        "yes" | "y" | "true" | "paid" | "paidinfull" | "full" | "x" => return Ok(Some(Paid::Due)),
        "no" | "n" | "false" | "unpaid" | "notpaid" | "none" | "nil" => return Ok(None),
        _ => {}
    }
    let plain = words.replace(['£', ' '], "");
    let (pounds, pence) = plain.split_once('.').unwrap_or((&plain, ""));
    // A comma is one of thousands or nothing that can be read: "653,00" is not 65,300 pounds.
    let mut groups = pounds.split(',').skip(1);
    let is_amount = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !groups.all(|group| group.len() == 3) {
        return Err(Wrong::NotMoney);
    }
    let pounds = pounds.replace(',', "");
    if pounds.is_empty() || pence.len() > 2 || !is_amount(&pounds) || !is_amount(pence) {
        return Err(Wrong::NotMoney);
    }
    let pence = format!("{pounds}{pence:0<2}").parse::<i32>().map_err(|_| Wrong::NotMoney)?;
    Ok((pence > 0).then_some(Paid::Pence(pence)))
}

/// A whole number within a range.
pub(super) fn count(cell: &Cell, least: i32, most: i32) -> Result<i32, Wrong> {
    let text = text(cell, 60)?;
    let number = text.strip_suffix(".0").unwrap_or(&text).parse::<i32>().ok();
    number.filter(|number| (least..=most).contains(number)).ok_or(Wrong::OutOfRange { least, most })
}

/// A kind of dwelling, in the words of forms: "Semi-detached house", "Maisonette", "Bedsit".
pub(super) fn dwelling(cell: &Cell) -> Result<Dwelling, Wrong> {
    let text = fold(&text(cell, 100)?);
    let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
    // The order decides: "block of flats" is no flat, and a "detached bungalow" no house.
    if holds(&["block", "building"]) {
        Ok(Dwelling::Building)
    } else if holds(&["bungalow"]) {
        Ok(Dwelling::Bungalow)
    } else if holds(&["room", "bedsit"]) {
        Ok(Dwelling::Room)
    } else if holds(&["flat", "apartment", "maisonette", "studio"]) {
        Ok(Dwelling::Flat)
    } else if holds(&["house", "terrace", "detached", "cottage", "hmo"]) {
        Ok(Dwelling::House)
    } else {
        Err(Wrong::UnknownDwelling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_uprn_keeps_its_digits_and_loses_only_its_padding() {
        let cases = [
            ("100110012345", Ok("100110012345")),
            ("000012345678", Ok("12345678")),
            ("100110012345.0", Ok("100110012345")),
            ("1.0011E+11", Err(Wrong::CutShort)),
            ("1001100123456", Err(Wrong::NotAUprn)),
            ("10011001234.5", Err(Wrong::NotAUprn)),
            ("-5", Err(Wrong::NotAUprn)),
            ("0", Err(Wrong::NotAUprn)),
            ("TBC", Err(Wrong::NotAUprn)),
        ];
        for (given, expected) in cases {
            assert_eq!(uprn(&typed(given)), expected.map(str::to_owned), "{given}");
        }
    }

    #[test]
    fn postcodes_are_told_by_their_shape() {
        for (given, expected) in
            [("ts181ab", "TS18 1AB"), ("TS17  6 bb", "TS17 6BB"), ("M1 1AE", "M1 1AE"), ("EC1A1BB", "EC1A 1BB")]
        {
            assert_eq!(postcode(given).as_deref(), Ok(expected), "{given}");
        }
        for given in ["", "TS18", "TS18 1A", "TS18 IAB", "18TS 1AB", "TS18 1ABX", "ŤS18 1AB"] {
            assert_eq!(postcode(given), Err(Wrong::NotAPostcode), "{given}");
        }
    }

    #[test]
    fn a_postcode_is_found_at_the_end_of_an_address() {
        let found = |text| split_postcode(text).map(|(address, code)| format!("{address}|{code}"));
        assert_eq!(found("1 High Street, Stockton, TS18 1AB").as_deref(), Some("1 High Street, Stockton|TS18 1AB"));
        assert_eq!(found("1 High Street, ts181ab").as_deref(), Some("1 High Street|TS18 1AB"));
        assert_eq!(found("1 High Street, Stockton"), None);
    }

    #[test]
    fn e_mail_addresses_are_told_by_their_shape() {
        for given in ["a@example.org", "Zoe.O'Neill+let@lettings.co.uk", "mailto:a@example.org"] {
            assert!(email(&typed(given)).is_ok(), "{given}");
        }
        for given in
            ["a@example", "@example.org", "a b@example.org", "a@-x.org", ".a@example.org", "a@ex..org", "phone"]
        {
            assert_eq!(email(&typed(given)), Err(Wrong::NotAnEmail), "{given}");
        }
        assert_eq!(email(&typed("a@example.org; b@example.org")), Err(Wrong::SeveralEmails));
        assert_eq!(email(&typed("a@example.org\u{202e}")), Err(Wrong::Unprintable));
    }

    #[test]
    fn yes_and_no_come_in_many_words_but_nothing_is_guessed() {
        for given in ["Yes", "Y", " TRUE", "1", "x", "Signed"] {
            assert_eq!(yes_or_no(&typed(given)), Ok(true), "{given}");
        }
        for given in ["No", "n", "FALSE", "0", "Not signed"] {
            assert_eq!(yes_or_no(&typed(given)), Ok(false), "{given}");
        }
        for given in ["maybe", "electric", "2"] {
            assert_eq!(yes_or_no(&typed(given)), Err(Wrong::NotYesOrNo), "{given}");
        }
    }

    #[test]
    fn what_was_paid_is_an_amount_in_pounds_or_all_or_nothing() {
        let pence = |pence| Ok(Some(Paid::Pence(pence)));
        for (given, expected) in [
            ("653", pence(65_300)),
            ("£653.00", pence(65_300)),
            ("£1,306.5", pence(130_650)),
            ("0.01", pence(1)),
            ("Yes", Ok(Some(Paid::Due))),
            ("Paid in full", Ok(Some(Paid::Due))),
            ("0.00", Ok(None)),
            ("not paid", Ok(None)),
            ("-5", Err(Wrong::NotMoney)),
            ("653.001", Err(Wrong::NotMoney)),
            ("653,00", Err(Wrong::NotMoney)),
            ("cheque", Err(Wrong::NotMoney)),
            ("99999999999", Err(Wrong::NotMoney)),
        ] {
            assert_eq!(paid(&typed(given)), expected, "{given}");
        }
    }

    #[test]
    fn counts_are_whole_and_in_range() {
        assert_eq!(count(&typed("4"), 0, 50), Ok(4));
        assert_eq!(count(&typed("4.0"), 0, 50), Ok(4));
        for given in ["-1", "51", "4.5", "four", "99999999999"] {
            assert_eq!(count(&typed(given), 0, 50), Err(Wrong::OutOfRange { least: 0, most: 50 }), "{given}");
        }
    }

    #[test]
    fn kinds_of_dwelling_are_read_from_the_words_of_forms() {
        let cases = [
            ("Mid-terrace", Dwelling::House),
            ("Semi-detached house", Dwelling::House),
            ("Detached bungalow", Dwelling::Bungalow),
            ("Purpose-built flat", Dwelling::Flat),
            ("Block of flats", Dwelling::Building),
            ("Bedsit", Dwelling::Room),
        ];
        for (given, expected) in cases {
            assert_eq!(dwelling(&typed(given)), Ok(expected), "{given}");
        }
        assert_eq!(dwelling(&typed("Caravan")), Err(Wrong::UnknownDwelling));
    }

    #[test]
    fn a_formula_is_never_taken_for_text() {
        assert_eq!(text(&typed("=HYPERLINK(\"x\")"), 200), Err(Wrong::Formula));
        assert_eq!(text(&Cell::Failed("#N/A".to_owned()), 200), Err(Wrong::Failed));
    }
}
