//! What this machine is, and how much memory a process of it took.

use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

use chrono::NaiveDate;

/// Tells whoever waits how far it is, with the seconds since the start.
pub(crate) fn tell(text: &str) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    eprintln!("{:5.0} s  {text}", START.elapsed().as_secs_f64());
}

/// A sentence or two that say where the numbers come from.
pub(crate) fn describe(date: NaiveDate) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let gigabytes = kilobytes("/proc/meminfo", "MemTotal") / (1024 * 1024);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let postgres = super::place::version().unwrap_or_else(|| "no PostgreSQL".to_owned());
    format!(
        "Measured on {} on {cores} cores of {model} with {gigabytes} GB of memory, {}, {},\nSQLite {} (bundled) and {} on the \
         same machine. The load average at the end was {}.\n",
        date.format("%-d %B %Y"),
        said("uname", &["-sr"]),
        words(&said("rustc", &["--version"]), 2),
        super::place::sqlite_version(),
        words(&postgres, 2),
        words(&load, 1),
    )
}

fn words(text: &str, count: usize) -> String {
    text.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// Memory of this process in KiB: `VmRSS` now, `VmHWM` at most.
pub(crate) fn memory(name: &str) -> i64 {
    kilobytes("/proc/self/status", name)
}

fn kilobytes(file: &str, name: &str) -> i64 {
    let value = field(file, name).unwrap_or_default();
    value.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Lets the highest mark of memory begin anew.
pub(crate) fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Seconds that this process has had of the processor, its own and the kernel's for it.
pub(crate) fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or_default() / 1e9
}
