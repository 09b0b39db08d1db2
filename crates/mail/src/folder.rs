//! Letters as `.eml` files in a folder: the default way out, so that a newcomer sees each one.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{message::Message, outcome::Outcome};

/// The folder that stands in for a relay.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

/// A run of letters into the folder.
#[derive(Debug)]
pub struct FolderSession {
    folder: Folder,
    /// Message-ID to file name, read once: a letter that is sent again replaces its file, whatever day it was.
    known: Option<HashMap<String, String>>,
}

impl FolderSession {
    pub(super) fn new(folder: Folder) -> Self {
        Self { folder, known: None }
    }

    pub(super) fn store(&mut self, message: &Message, bytes: &[u8]) -> Outcome {
        match self.write(message, bytes) {
            Ok(name) => Outcome::Accepted { reply: format!("written to {name}") },
            Err(fault) => Outcome::NotSent {
                reason: format!("the letter could not be written to {}: {fault}", self.folder.path.display()),
                stop_pool: true,
            },
        }
    }

    fn write(&mut self, message: &Message, bytes: &[u8]) -> io::Result<String> {
        fs::create_dir_all(&self.folder.path)?;
        let mut known = match self.known.take() {
            Some(known) => known,
            None => letters_in(&self.folder.path)?,
        };
        let id = message.message_id.as_str();
        let name = format!("{}-{id}.eml", message.date.format("%Y-%m-%d"));
        replace(&self.folder.path, &name, bytes)?;
        if let Some(earlier) = known.insert(id.to_owned(), name.clone()).filter(|earlier| *earlier != name) {
            remove_if_there(&self.folder.path.join(earlier))?;
        }
        self.known = Some(known);
        Ok(name)
    }
}

/// Writes beside, then renames, so that nobody ever sees half a letter.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = folder.join(format!(".{name}.part"));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(name))?;
    // The rename itself is only durable once the folder is; not every system can open one.
    if let Ok(folder) = File::open(folder) {
        folder.sync_all()?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// The letters already there: `2025-01-22-<message id>.eml`.
fn letters_in(folder: &Path) -> io::Result<HashMap<String, String>> {
    let mut known = HashMap::new();
    for entry in fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && let Some(id) = name.strip_suffix(".eml").and_then(|stem| stem.get(11..))
        {
            known.insert(id.to_owned(), name);
        }
    }
    Ok(known)
}
