//! Places where a test may kill the process.
//!
//! With the feature `failpoints` the variable `FAILPOINTS` names the places and what
//! happens there (crate `fail`): `astha::deliver=3*off->return` kills the process with
//! SIGKILL the fourth time it comes by. Without the feature a place costs nothing.

/// A place.
pub(crate) fn at(name: &str) {
    // What the macro leaves of the name without the feature is nothing.
    let _ = name;
    fail::fail_point!(name, |_| kill());
}

/// Heeds the variable `FAILPOINTS` from now on.
#[cfg(feature = "failpoints")]
pub fn heed() {
    // Dropping it would forget the places again.
    std::mem::forget(fail::FailScenario::setup());
}

/// As `kill -9` does it: nothing is flushed, nobody is told.
#[cfg(feature = "failpoints")]
fn kill() {
    let own = rustix::process::getpid();
    // A process may always kill itself.
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    loop {
        std::thread::park();
    }
}
