//! The malware scanner: clamd, spoken to in its own protocol (`INSTREAM`), one connection for each file.

use std::io::{Read, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::domain::document::Verdict;

/// A clamd that can be asked.
#[derive(Clone, Debug)]
pub struct Clamd {
    /// Host and port.
    pub address: String,
    /// The longest wait for one step of the talk.
    pub timeout: Duration,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum NoVerdict {
    /// Nobody answers: the next file need not be tried.
    #[error("the malware scanner at {0} cannot be reached ({1})")]
    Down(String, std::io::Error),
    /// It answered something that is neither clean nor malware, such as a limit, or broke off.
    #[error("the malware scanner did not decide: {0}")]
    Undecided(String),
    /// The file itself cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
}

/// Bytes in one piece of the stream.
const PIECE: usize = 64 << 10;
/// No answer is longer.
const LONGEST_ANSWER: u64 = 4_096;

impl Clamd {
    /// What clamd says of these bytes. Only the very answer "stream: OK" is clean.
    ///
    /// # Errors
    /// [`NoVerdict`]; the file waits, and is never given out.
    pub fn scan(&self, mut bytes: impl Read) -> Result<Verdict, NoVerdict> {
        let mut stream = self.connect().map_err(|error| NoVerdict::Down(self.address.clone(), error))?;
        let mut piece = vec![0; PIECE];
        let mut sent = stream.write_all(b"zINSTREAM\0");
        while sent.is_ok() {
            let count = bytes.read(&mut piece).map_err(NoVerdict::Unreadable)?;
            let length = u32::try_from(count).unwrap_or_default().to_be_bytes();
            let part = piece.get(..count).unwrap_or_default();
            sent = stream.write_all(&length).and_then(|()| stream.write_all(part));
            if count == 0 {
                break;
            }
        }
        // It may have answered, and hung up, before it took everything: the answer says more than the broken pipe.
        let mut answer = Vec::new();
        let read = stream.take(LONGEST_ANSWER).read_to_end(&mut answer);
        let undecided = |error: std::io::Error| NoVerdict::Undecided(error.to_string());
        if answer.is_empty() {
            sent.map_err(undecided)?;
            read.map_err(undecided)?;
        }
        verdict(&String::from_utf8_lossy(&answer))
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let none = || std::io::Error::new(std::io::ErrorKind::NotFound, "the host has no address");
        let mut last = none();
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, self.timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(self.timeout))?;
                    stream.set_write_timeout(Some(self.timeout))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn verdict(answer: &str) -> Result<Verdict, NoVerdict> {
    let answer = answer.trim_end_matches(['\0', '\n']);
    let found = answer.strip_prefix("stream: ").and_then(|rest| rest.strip_suffix(" FOUND"));
    match (answer, found) {
        ("stream: OK", _) => Ok(Verdict::Clean),
        (_, Some(name)) => Ok(Verdict::Infected(name.to_owned())),
        ("", None) => Err(NoVerdict::Undecided("it hung up without an answer".to_owned())),
        (other, None) => Err(NoVerdict::Undecided(format!("it answered {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_word_ok_is_clean() {
        for (answer, wanted) in [
            ("stream: OK\0", Some(Verdict::Clean)),
            ("stream: Eicar-Test FOUND\0", Some(Verdict::Infected("Eicar-Test".to_owned()))),
            ("stream: OK and more\0", None),
            ("OK\0", None),
            ("INSTREAM size limit exceeded. ERROR\0", None),
            ("stream: Can't allocate memory ERROR\0", None),
            ("", None),
        ] {
            assert_eq!(verdict(answer).ok(), wanted, "{answer:?}");
        }
    }
}
