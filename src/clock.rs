//! The only source of the present: the machine's clock, or a fixed one for demonstrations and tests.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use crate::domain::reminder::ClockReading;

/// Tells the time, cut to the microsecond that both databases keep.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands until it is set.
    Fixed(Mutex<ClockReading>),
}

impl Clock {
    /// A clock that stands at that instant.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Mutex::new(ClockReading { wall: at, boot: "fixed".to_owned(), uptime: TimeDelta::zero() }))
    }

    /// The present instant (UTC).
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine for the time")]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(reading) => reading.lock().unwrap_or_else(PoisonError::into_inner).wall,
        }
    }

    /// The calendar's clock beside the time since the machine started, so that a jump of the one can be seen.
    pub fn reading(&self) -> ClockReading {
        match self {
            Self::System => ClockReading { wall: self.now(), boot: boot(), uptime: uptime() },
            Self::Fixed(reading) => reading.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets time pass on a fixed clock, both as the calendar and as the machine see it.
    pub fn advance_to(&self, at: DateTime<Utc>) {
        self.change(|reading| {
            reading.uptime += at - reading.wall;
            reading.wall = at;
        });
    }

    /// Sets the calendar of a fixed clock without time passing: a jump.
    pub fn jump_to(&self, at: DateTime<Utc>) {
        self.change(|reading| reading.wall = at);
    }

    fn change(&self, change: impl FnOnce(&mut ClockReading)) {
        if let Self::Fixed(reading) = self {
            change(&mut reading.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

/// Names this start of the machine; empty where the system does not say, and then nothing can be compared.
fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    if id.is_empty() { format!("process {}", std::process::id()) } else { id.trim().to_owned() }
}

fn uptime() -> TimeDelta {
    let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok());
    let since = |seconds| std::time::Duration::try_from_secs_f64(seconds).ok();
    seconds.and_then(since).and_then(|up| TimeDelta::from_std(up).ok()).unwrap_or_else(process_uptime)
}

fn process_uptime() -> TimeDelta {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    TimeDelta::from_std(START.get_or_init(std::time::Instant::now).elapsed()).unwrap_or_default()
}
