//! Opens a scheme file with the address list that lies beside it.

use std::path::Path;

use domain::scheme::Scheme;
use domain::scheme_file::{self, SHIPPED_ADDRESSES, SHIPPED_TEXT};
use toml_reader::{Fault, Place};

/// The path under which the shipped scheme is found even where there is no such file.
pub const SHIPPED: &str = "config/schemes/stockton-2024.toml";

/// A scheme with the texts that it was read from.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The scheme.
    pub scheme: Scheme,
    /// The scheme file.
    pub scheme_text: String,
    /// The address list.
    pub address_text: String,
}

/// Reads a scheme from disk, its address list from the same folder. [`SHIPPED`] is built in and needs no file.
///
/// # Errors
/// Every fault, or that a file cannot be read.
pub fn open(path: &Path) -> Result<Opened, Vec<Fault>> {
    if path == Path::new(SHIPPED) && !path.exists() {
        let (scheme_text, address_text) = (SHIPPED_TEXT.to_owned(), SHIPPED_ADDRESSES.to_owned());
        return Ok(Opened { scheme: scheme_file::shipped()?, scheme_text, address_text });
    }
    let name = path.display().to_string();
    let unreadable = |error| {
        vec![Fault::new(
            Place::File(name.clone()),
            "",
            format!("cannot be read ({error}); check the path and its permissions"),
        )]
    };
    let scheme_text = std::fs::read_to_string(path).map_err(unreadable)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let address_text = std::cell::RefCell::new(String::new());
    let scheme = scheme_file::read(&name, &scheme_text, |addresses| {
        let text = std::fs::read_to_string(folder.join(addresses)).map_err(|error| error.to_string())?;
        address_text.borrow_mut().clone_from(&text);
        Ok(text)
    })?;
    Ok(Opened { scheme, scheme_text, address_text: address_text.into_inner() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_opened_from_disk_with_the_list_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("another.toml");
        assert!(open(&path).unwrap_err()[0].message.contains("cannot be read"));
        std::fs::write(&path, SHIPPED_TEXT).unwrap();
        assert!(open(&path).unwrap_err()[0].message.contains("stockton-2024-addresses.csv"));
        std::fs::write(folder.path().join("stockton-2024-addresses.csv"), SHIPPED_ADDRESSES).unwrap();
        assert_eq!(open(&path).unwrap().scheme, scheme_file::shipped().unwrap());
    }
}
