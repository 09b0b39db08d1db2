//! What this machine is, and how much memory a process of it took.

use std::process::Command;

/// A few lines that say where the numbers come from.
pub(crate) fn describe(date: Option<String>) -> String {
    let date = date.unwrap_or_else(|| said("date", &["-u", "+%Y-%m-%d"]));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let postgres = super::place::version().unwrap_or_else(|| "not measured".to_owned());
    format!(
        "- Date: {date}\n- Processor: {cores} cores, {model}\n- Memory: {memory}\n- Kernel: {}\n- Compiler: {}\n\
         - SQLite: {} (bundled)\n- PostgreSQL: {postgres}\n- Load average at the end: {load}\n",
        said("uname", &["-sr"]),
        said("rustc", &["--version"]),
        super::place::sqlite_version(),
    )
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
    let value = field("/proc/self/status", name).unwrap_or_default();
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
