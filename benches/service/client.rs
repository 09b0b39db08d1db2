//! Many clients that keep their connections and ask again as soon as they are answered.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};

/// How many ask at a time.
pub(crate) const CLIENTS: i64 = 16;

/// What is asked: the whole request for a number, or nothing when there is nothing left to ask.
pub(crate) type Asked<'a> = &'a (dyn Fn(i64) -> Option<String> + Sync);

/// Answers a second while all clients ask for so long, from the number `next` on.
pub(crate) fn rate(address: SocketAddr, asked: Asked<'_>, next: &AtomicI64, seconds: u64) -> anyhow::Result<f64> {
    let start = Instant::now();
    let until = start + Duration::from_secs(seconds);
    let answered = std::thread::scope(|scope| {
        let clients = (0..CLIENTS).map(|_| scope.spawn(|| ask(address, asked, next, until))).collect::<Vec<_>>();
        let joined = clients.into_iter().map(|client| client.join().map_err(|_| anyhow!("a client failed"))?);
        joined.sum::<anyhow::Result<u32>>()
    })?;
    Ok(f64::from(answered) / start.elapsed().as_secs_f64())
}

fn ask(address: SocketAddr, asked: Asked<'_>, next: &AtomicI64, until: Instant) -> anyhow::Result<u32> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::with_capacity(64 * 1024, stream.try_clone()?);
    let mut answered = 0;
    let mut body = Vec::new();
    while Instant::now() < until {
        let Some(request) = asked(next.fetch_add(1, Ordering::Relaxed)) else { break };
        stream.write_all(request.as_bytes())?;
        let length = head(&mut answers)?;
        body.resize(length, 0);
        answers.read_exact(&mut body)?;
        answered += 1;
    }
    Ok(answered)
}

/// Reads the head of an answer, which must be a good one, and returns the length of its body.
fn head(answers: &mut impl std::io::BufRead) -> anyhow::Result<usize> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 20") {
        bail!("the answer was {line}");
    }
    let mut length = 0;
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        if line.trim().is_empty() {
            return Ok(length);
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
}

/// A request without a body, or with one in JSON.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
