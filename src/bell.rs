//! A bell that a request rings when somebody waits for a mail, so that the post does not wait for its minute.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// One thread waits, any may ring.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    ended: bool,
}

impl Bell {
    /// Rings: whoever waits, or waits next, is woken once.
    pub fn ring(&self) {
        self.change(|state| state.rung = true);
    }

    /// Nobody is to wait any more.
    pub fn end(&self) {
        self.change(|state| state.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits until it rings or the time is over; false once it has ended.
    pub fn wait(&self, longest: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, longest, |state| !state.rung && !state.ended);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        !state.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_that_rang_before_anybody_waited_is_heard_once_and_its_end_for_ever() {
        let bell = Bell::default();
        let (long, none) = (Duration::from_secs(60), Duration::ZERO);
        bell.ring();
        assert!(bell.wait(long));
        assert!(bell.wait(none), "silence is not the end");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| bell.wait(long));
            bell.end();
            assert!(!waiting.join().unwrap());
        });
        assert!(!bell.wait(long));
    }
}
