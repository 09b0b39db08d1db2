//! Asks the running service whether it is well, for container engines and monitoring.

use std::io::{Read as _, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;

use super::Ending;

/// Ask the running service whether it is well
///
/// Asks the address that the service listens on, as it is set in server.listen.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  licensing health\n\nExit codes: 0 well, 1 not well or not running, 2 bad use.")]
pub(super) struct Arguments {}

const PATIENCE: Duration = Duration::from_secs(3);
/// No answer is longer; what is no answer may be.
const MOST: u64 = 4 << 10;

pub(super) fn run(listen: SocketAddr, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let at = reachable(listen);
    match ask(at, "/health") {
        Ok(answer) if answer.split(' ').nth(1) == Some("200") => {
            writeln!(out, "well: {at} answers")?;
            if ask(at, "/ready").is_ok_and(|ready| ready.contains("\"mail_held\":true")) {
                writeln!(out, "mail is held: nothing is sent (see licensing mail --help, and mail.hold)")?;
            }
            Ok(Ending::Done)
        }
        Ok(answer) => {
            let status = answer.lines().next().unwrap_or_default();
            writeln!(out, "not well: {at} answers \"{status}\"")?;
            Ok(Ending::Failed)
        }
        Err(error) => {
            writeln!(out, "not well: {at} does not answer ({error})")?;
            Ok(Ending::Failed)
        }
    }
}

/// Where a service that listens everywhere is reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let here = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(here, listen.port())
}

/// The answer, head and body.
fn ask(at: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: a service may answer, and close, as soon as it has read the first line.
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.take(MOST).read_to_string(&mut answer)?;
    Ok(answer)
}
