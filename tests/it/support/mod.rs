//! What the tests stand on: a store, server processes on it, clients of them.
//!
//! [`Store`] is a directory with a `rekha.db` that lives as long as somebody
//! uses it; [`Rekha`] is one server process on it; [`Client`] is a
//! tokio-postgres connection that remembers the notices; [`Table`] is a result
//! that prints, so that a test can show what it expects; [`Recorder`] is a
//! subscriber in a registry that runs in the test itself; [`PostgreSql`] is a
//! real one, to compare with.

mod client;
mod event;
mod postgresql;
mod process;
mod recorder;
mod table;

pub(crate) use client::{Client, Row};
pub(crate) use event::{ColumnRow, TableRow, assert_in_order, inserted, rows, versions};
pub(crate) use postgresql::PostgreSql;
pub(crate) use process::{Rekha, Store};
pub(crate) use recorder::{Recorder, close};
pub(crate) use table::{Masks, Table};

use std::time::Duration;

/// When a wait has failed. Never a criterion: what is waited for takes
/// milliseconds on an idle machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Awaits the future; panics with the name of what did not happen at the
/// deadline.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not within {DEADLINE:?}"),
    }
}

/// Asks again until the answer is there; panics at the deadline. Every question
/// goes over the wire, so it gives way to others by itself.
pub(crate) async fn eventually<T>(what: &str, mut question: impl AsyncFnMut() -> Option<T>) -> T {
    within(what, async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
        }
    })
    .await
}
