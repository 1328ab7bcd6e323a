//! Everything that is tested from the outside: the built server over TCP with
//! real clients, its file as another program sees it, and the shape of the
//! sources.
//!
//! The server runs as a process of its own ([`support::Store::start`]) on a
//! free port and a store of its own, so that tests share nothing and can kill
//! it. Nothing here waits by sleeping; deadlines only turn a hang into a
//! failure.

// A helper of a test may fail the way a test does.
#![allow(clippy::unwrap_used)]

mod support;

mod architecture;
mod clients;
mod coherence;
mod compatibility;
mod contention;
mod crash;
#[cfg(feature = "failpoints")]
mod delivery;
mod drivers;
mod embedded;
mod examples;
mod external;
mod http;
mod lifecycle;
mod power;
mod round_trip;
mod session;
mod sink;
mod slt;
mod store;
mod tools;
mod transaction;
mod two_processes;
mod values;
mod wire;
