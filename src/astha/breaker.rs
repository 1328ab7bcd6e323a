//! The circuit breaker of a component (M. Nygard, *Release It!*).

use std::time::Duration;

use tokio::time::Instant;

/// Whether a component is told anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// It is.
    Closed,
    /// It failed too often in a row or did not say how it is: nothing is told it for
    /// a while.
    Open,
    /// It has refreshed, and one more failure opens the breaker again.
    HalfOpen,
}

impl Circuit {
    /// As it is shown: `closed`, `open`, `half-open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// Longer is for ever, and more than a clock may hold.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What may be done with a component now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permit {
    /// It may be told what is next.
    Deliver,
    /// It must refresh before.
    Refresh,
    /// Nothing, for this long.
    Wait(Duration),
}

/// Counts the failures in a row. It knows no clock but the times it is given.
#[derive(Debug)]
pub(super) struct Breaker {
    limit: u32,
    cooldown: Duration,
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed,
    Open(Instant),
    HalfOpen,
}

impl Breaker {
    pub(super) fn new(limit: u32, cooldown: Duration) -> Self {
        Self {
            limit: limit.max(1),
            cooldown: cooldown.min(LONGEST),
            failures: 0,
            state: State::Closed,
        }
    }

    pub(super) fn permit(&self, now: Instant) -> Permit {
        match self.state {
            State::Closed | State::HalfOpen => Permit::Deliver,
            State::Open(until) if until <= now => Permit::Refresh,
            State::Open(until) => Permit::Wait(until - now),
        }
    }

    /// The component took what it was told. That does not close a breaker that was
    /// opened meanwhile: it refreshes first.
    pub(super) fn succeeded(&mut self) {
        if !matches!(self.state, State::Open(_)) {
            self.failures = 0;
            self.state = State::Closed;
        }
    }

    /// The component refreshed after the cool-down.
    pub(super) fn refreshed(&mut self) {
        if matches!(self.state, State::Open(_)) {
            self.state = State::HalfOpen;
        }
    }

    /// The component failed; answers whether that opened the breaker.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        let opens = match self.state {
            State::Closed => self.failures >= self.limit,
            State::Open(_) | State::HalfOpen => true,
        };
        if opens {
            self.trip(now);
        }
        opens
    }

    /// Opens it, or keeps it open for another cool-down.
    pub(super) fn trip(&mut self, now: Instant) {
        self.state = State::Open(now + self.cooldown);
    }

    pub(super) fn circuit(&self) -> Circuit {
        match self.state {
            State::Closed => Circuit::Closed,
            State::Open(_) => Circuit::Open,
            State::HalfOpen => Circuit::HalfOpen,
        }
    }

    /// Failures since the last success.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: Duration = Duration::from_secs(10);

    /// What happens to a breaker of three failures: `+` a success, `-` a failure, `!`
    /// a missed health check, `r` a refresh, `t` the time passes; and how it is then.
    const CASES: &[(&str, Circuit, &str)] = &[
        ("", Circuit::Closed, "deliver"),
        ("--", Circuit::Closed, "deliver"),
        ("---", Circuit::Open, "wait"),
        ("--+--", Circuit::Closed, "deliver"),
        ("!", Circuit::Open, "wait"),
        ("!+", Circuit::Open, "wait"),
        ("---t", Circuit::Open, "refresh"),
        ("---t-", Circuit::Open, "wait"),
        ("---tr", Circuit::HalfOpen, "deliver"),
        ("---tr-", Circuit::Open, "wait"),
        ("---tr+", Circuit::Closed, "deliver"),
        ("---tr+--", Circuit::Closed, "deliver"),
        ("---tr!t", Circuit::Open, "refresh"),
        ("r", Circuit::Closed, "deliver"),
    ];

    #[test]
    fn it_opens_half_opens_and_closes() {
        for (happens, circuit, permit) in CASES {
            let mut now = Instant::now();
            let mut breaker = Breaker::new(3, COOLDOWN);
            for what in happens.chars() {
                match what {
                    '+' => breaker.succeeded(),
                    '-' => drop(breaker.failed(now)),
                    '!' => breaker.trip(now),
                    'r' => breaker.refreshed(),
                    _ => now += COOLDOWN,
                }
            }
            assert_eq!(breaker.circuit(), *circuit, "{happens}");
            let is = match breaker.permit(now) {
                Permit::Deliver => "deliver",
                Permit::Refresh => "refresh",
                Permit::Wait(_) => "wait",
            };
            assert_eq!(is, *permit, "{happens}");
        }
    }
}
