//! Asks the running service whether it is well, for container engines and monitoring.

use std::io::{BufRead as _, BufReader, Read as _, Write};
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

pub(super) fn run(listen: SocketAddr, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let at = reachable(listen);
    match ask(at) {
        Ok(status) if status.split(' ').nth(1) == Some("200") => {
            writeln!(out, "well: {at} answers")?;
            Ok(Ending::Done)
        }
        Ok(status) => {
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

/// The first line of the answer.
fn ask(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: a service may answer, and close, as soon as it has read the first line.
    stream.write_all(format!("GET /health HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).take(256).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
