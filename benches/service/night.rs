//! One night: the check itself in a process of its own, and the bare statements that it comes to in another.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{anyhow, bail};
use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::id::Ids;
use selective_licensing::jobs::check::{self, Run};
use selective_licensing::settings::Settings;
use selective_licensing::storage::checks::{CheckOutcome, StartedBy};

use super::place::{Kind, Place};
use super::seed::{self, Size};
use super::{bare, machine};

/// What a night came to.
pub(crate) struct Night {
    pub(crate) kind: Kind,
    pub(crate) open: i64,
    pub(crate) due: i64,
    pub(crate) seconds: f64,
    pub(crate) bare: f64,
    pub(crate) megabytes: f64,
    pub(crate) rows: i64,
}

/// Items in each demand of a night's database.
const ITEMS: i64 = 4;

/// Opens the service on a database.
pub(crate) fn open(url: &str, clock: Clock) -> anyhow::Result<App> {
    let files = std::env::temp_dir().join("licensing-bench-files").display().to_string();
    let own = [
        ("LICENSING__DATABASE__URL", url),
        ("LICENSING__FILES__URL", files.as_str()),
        ("LICENSING__SERVER__LISTEN", "127.0.0.1:0"),
    ];
    let set = own.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let settings = Settings::load(None, set, |path| Err(format!("{} is not read here", path.display())));
    let settings = settings.map_err(|faults| anyhow!("{faults:?}"))?;
    App::open(settings, &pdf::Typst, clock, Ids::seeded(1))
}

fn at_night() -> anyhow::Result<Clock> {
    Ok(Clock::fixed(format!("{}T03:00:00Z", seed::NIGHT).parse()?))
}

/// Measures a night of that many due items among that many open ones.
pub(crate) fn measure(kind: Kind, open_items: i64, due: i64, times: u32) -> anyhow::Result<Option<Night>> {
    machine::tell(&format!("{}: {open_items} open items, {due} due: seeding", kind.name()));
    let seeded = Place::new(kind)?;
    drop(open(&seeded.url, at_night()?)?);
    seed::fill(&seeded, Size { demands: open_items / ITEMS, items: ITEMS, per_licence: 1, due })?;
    machine::tell("  seeded");
    let mut best: Option<Night> = None;
    for time in 1..=times {
        let done = seeded.copy()?;
        let ours = in_own_process(&done.url, None)?;
        let again = seeded.copy()?;
        let theirs = in_own_process(&again.url, Some(&done.url))?;
        machine::tell(&format!(
            "  {time} of {times}: {:.3} s ({:.3} s of processor), bare {:.3} s ({:.3} s), {:.1} MB above idle",
            ours.seconds, ours.worked, theirs.seconds, theirs.worked, ours.megabytes
        ));
        if ours.rows != theirs.rows {
            bail!("the night wrote {} rows and the bare statements {}", ours.rows, theirs.rows);
        }
        let night = best.get_or_insert(Night {
            kind,
            open: open_items,
            due,
            seconds: f64::MAX,
            bare: f64::MAX,
            megabytes: 0.0,
            rows: ours.rows,
        });
        night.seconds = night.seconds.min(ours.seconds);
        night.bare = night.bare.min(theirs.seconds);
        night.megabytes = night.megabytes.max(ours.megabytes);
    }
    Ok(best)
}

struct Alone {
    seconds: f64,
    /// Seconds of processor in this process, which do not count what a server does.
    worked: f64,
    megabytes: f64,
    rows: i64,
}

fn in_own_process(url: &str, like: Option<&str>) -> anyhow::Result<Alone> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["alone", url]).stderr(Stdio::inherit());
    if let Some(like) = like {
        command.args(["--like", like]);
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = text.split_whitespace().map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?;
    let [seconds, worked, megabytes, rows] = numbers.as_slice() else { bail!("a measurement failed: {text}") };
    Ok(Alone { seconds: *seconds, worked: *worked, megabytes: *megabytes, rows: format!("{rows:.0}").parse()? })
}

/// One measurement, printed for the process that asked for it: seconds, of which processor, megabytes above idle,
/// rows written.
pub(crate) fn alone(url: &str, like: Option<&str>) -> anyhow::Result<()> {
    if let Some(like) = like {
        let story = bare::Story::read(like)?;
        let mut database = bare::Bare::open(url)?;
        let (start, before) = (Instant::now(), machine::processor_seconds());
        story.tell(&mut database)?;
        let worked = machine::processor_seconds() - before;
        println!("{} {worked} 0 {}", start.elapsed().as_secs_f64(), story.rows());
        return Ok(());
    }
    let app = open(url, at_night()?)?;
    machine::forget_peak();
    let idle = machine::memory("VmRSS");
    let run = Run { night: seed::NIGHT.parse()?, started_by: StartedBy::Command, clock_is_right: false };
    let (start, before) = (Instant::now(), machine::processor_seconds());
    let check = check::run(&app, run, &|_| {})?;
    let (seconds, worked) = (start.elapsed().as_secs_f64(), machine::processor_seconds() - before);
    let above = machine::memory("VmHWM") - idle;
    if check.outcome != CheckOutcome::Completed {
        bail!("the check ended with {:?}: {:?}", check.outcome, check.note);
    }
    drop(app);
    let megabytes = f64::from(i32::try_from(above)?) / 1024.0;
    println!("{seconds} {worked} {megabytes} {}", bare::Story::read(url)?.rows());
    Ok(())
}
