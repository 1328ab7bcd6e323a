//! The writer thread: one transaction after another, one fsync a group.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use super::file::File;
use super::queue::{Job, Queue};
use crate::error::{Error, ErrorKind, Resource, Result};

/// A WAL of this many bytes is checkpointed as soon as nobody waits (SQLite's
/// own default of 1,000 pages).
const CHECKPOINT_BYTES: u64 = 4 << 20;

/// A WAL of this many bytes is checkpointed although somebody waits.
const CHECKPOINT_NOW_BYTES: u64 = 64 << 20;

/// Runs until the queue ends. `commits` counts the groups that were committed.
pub(super) fn run(
    connection: &Connection,
    file: &File,
    wal: &Path,
    queue: &Arc<Queue>,
    commits: &watch::Sender<u64>,
) {
    while let Some(group) = queue.next_group() {
        let answers = match file.check() {
            Ok(()) => commit(connection, group),
            Err(error) => fail_all(unrun(group), error),
        };
        let committed = answers.iter().any(|(_, outcome)| outcome.is_ok());
        for (job, outcome) in answers {
            job.finish(outcome);
        }
        if committed {
            commits.send_modify(|count| *count += 1);
        }
        checkpoint(connection, wal, queue);
    }
    // At the end nobody waits for another program's readers.
    let last = connection
        .busy_timeout(Duration::ZERO)
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    if let Err(error) = last {
        tracing::debug!(%error, "the last checkpoint was left to the next start");
    }
}

type Answers = Vec<(Box<dyn Job>, Result<()>)>;

/// Runs the group in one transaction, each job in a savepoint of its own.
fn commit(connection: &Connection, group: Vec<Box<dyn Job>>) -> Answers {
    // IMMEDIATE: a transaction that begins by reading and then wants to write
    // is refused at once when another process wrote in between.
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return fail_all(unrun(group), Error::from(error));
    }
    let mut answers: Answers = Vec::with_capacity(group.len());
    let mut group = group.into_iter();
    while let Some(mut job) = group.next() {
        let outcome = in_savepoint(connection, job.as_mut());
        if connection.is_autocommit() {
            // SQLite gave the whole transaction up (disk full, I/O error): the
            // rest of the group is not run, and is told why.
            let error = match &outcome {
                Err(error) => Error::new(error.kind(), error.message().to_owned()),
                Ok(()) => Error::new(
                    ErrorKind::Unavailable(Resource::Store),
                    "the store gave up the transaction this change was part of",
                ),
            };
            answers.push((job, outcome));
            answers.extend(group.map(|job| (job, Ok(()))));
            return fail_all(answers, error);
        }
        answers.push((job, outcome));
    }
    if let Err(error) = connection.execute_batch("COMMIT") {
        roll_back(connection);
        return fail_all(answers, Error::from(error));
    }
    answers
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a failed group could not be rolled back");
    }
}

fn in_savepoint(connection: &Connection, job: &mut dyn Job) -> Result<()> {
    connection.execute_batch("SAVEPOINT change")?;
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| job.run(connection)))
        .unwrap_or_else(|_| Err(Error::internal("a change to the store panicked")));
    if connection.is_autocommit() {
        return outcome;
    }
    let end = match &outcome {
        Ok(()) => "RELEASE change",
        Err(_) => "ROLLBACK TO change; RELEASE change",
    };
    if let Err(error) = connection.execute_batch(end) {
        // What of the job is there is not known: nothing of its group may stay.
        roll_back(connection);
        return outcome.and(Err(error.into()));
    }
    outcome
}

fn unrun(group: Vec<Box<dyn Job>>) -> Answers {
    group.into_iter().map(|job| (job, Ok(()))).collect()
}

/// Nobody of the group is told that it was done: each fails with its own
/// error, or with the group's.
fn fail_all(answers: Answers, error: Error) -> Answers {
    tracing::error!(error = %error, cause = ?std::error::Error::source(&error), jobs = answers.len(), "a group of changes was not committed");
    let copy = || {
        let mut copy = Error::new(error.kind(), error.message().to_owned());
        if let Some(detail) = error.detail() {
            copy = copy.with_detail(detail);
        }
        if let Some(hint) = error.hint() {
            copy = copy.with_hint(hint);
        }
        copy
    };
    answers
        .into_iter()
        .map(|(job, outcome)| (job, outcome.and_then(|()| Err(copy()))))
        .collect()
}

/// Copies the WAL into the file, as far as readers allow, when it has grown.
fn checkpoint(connection: &Connection, wal: &Path, queue: &Queue) {
    let size = std::fs::metadata(wal).map_or(0, |metadata| metadata.len());
    let wanted = if queue.is_busy() {
        CHECKPOINT_NOW_BYTES
    } else {
        CHECKPOINT_BYTES
    };
    if size < wanted {
        return;
    }
    // The other modes wait for readers; PASSIVE never does. The first commit after
    // a complete checkpoint begins the WAL anew and cuts it (`journal_size_limit`),
    // so the file's size tells how much there is to copy.
    let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        row.get::<_, i64>(2)
    });
    match copied {
        Ok(pages) => tracing::trace!(pages, bytes = size, "checkpoint"),
        Err(error) => tracing::warn!(%error, "a checkpoint failed; the next one does its work"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Limit;

    /// What a job runs before it fails; nothing of one that succeeds.
    struct Step(Option<&'static str>);

    impl Job for Step {
        fn run(&mut self, connection: &Connection) -> Result<()> {
            connection.execute_batch("INSERT INTO t VALUES (1)")?;
            let Some(sql) = self.0 else { return Ok(()) };
            connection.execute_batch(sql)?;
            Err(Error::new(ErrorKind::LimitExceeded(Limit::Disk), "full"))
        }

        fn finish(self: Box<Self>, _: Result<()>) {}
    }

    /// As a full disk loses it, or because a job cannot be undone alone.
    #[test]
    fn a_lost_transaction_is_told_to_the_whole_group() {
        for (lost, sqlstates) in [
            ("SELECT 1", ["", "53100", ""]),
            ("ROLLBACK", ["53100"; 3]),
            ("RELEASE change", ["53100"; 3]),
        ] {
            let connection = Connection::open_in_memory().expect("opens");
            connection
                .execute_batch("CREATE TABLE t (a)")
                .expect("is made");
            let group = [None, Some(lost), None].map(|sql| Box::new(Step(sql)) as Box<dyn Job>);
            let answers = commit(&connection, group.into());
            let told = answers.iter().map(|(_, outcome)| match outcome {
                Ok(()) => "",
                Err(error) => error.sqlstate(),
            });
            assert_eq!(told.collect::<Vec<_>>(), sqlstates, "{lost}");
            let kept: usize = connection
                .query_row("SELECT count(*) FROM t", [], |row| row.get::<_, u32>(0))
                .expect("is read") as usize;
            assert_eq!(kept, sqlstates.iter().filter(|it| it.is_empty()).count());
            assert!(connection.is_autocommit());
        }
    }
}
