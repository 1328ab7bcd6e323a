//! The handle to a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{Semaphore, watch};

use super::connection::{Reader, Readers, open_writer};
use super::file::File;
use super::queue::Queue;
use super::writer;
use crate::error::{Error, ErrorKind, Resource, Result};

/// How to open a file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file; made when it is not there, with `-wal` and `-shm` beside it.
    pub path: PathBuf,
    /// The most reading connections.
    pub readers: u32,
}

impl Options {
    /// The file with the default number of readers.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: 8,
        }
    }
}

/// An open file. Dropping it closes the file after what was queued is done.
pub struct Database {
    file: File,
    queue: Arc<Queue>,
    readers: r2d2::Pool<Readers>,
    /// One permit for each reader: who waits for one holds no thread.
    turns: Arc<Semaphore>,
    commits: watch::Receiver<u64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Database {
    /// Opens the file, lets `inspect` refuse it before anything is changed in it,
    /// and runs `prepare` (migrations) on the writing connection before anybody
    /// else sees it.
    ///
    /// # Errors
    /// 22023 when the path is not the name of a file, 58030 when the file cannot
    /// be opened, XX001 when it is no SQLite file, and those of the closures.
    pub fn open(
        options: &Options,
        inspect: impl FnOnce(&Connection) -> Result<()>,
        prepare: impl FnOnce(&mut Connection) -> Result<()>,
    ) -> Result<Self> {
        let path = options.path.as_path();
        let mut connection = open_writer(path, inspect).map_err(|error| match error.detail() {
            Some(_) => error,
            None => error.with_detail(format!("The store is \"{}\".", path.display())),
        })?;
        prepare(&mut connection)?;
        let file = File::at(path);

        let readers = r2d2::Pool::builder()
            .max_size(options.readers)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Readers)
            .map_err(|error| {
                Error::internal("the store's readers cannot be opened").with_source(error)
            })?;

        let queue = Arc::new(Queue::new());
        let (committed, commits) = watch::channel(0);
        let wal = wal_path(path);
        let thread = {
            let (file, queue) = (file.clone(), queue.clone());
            std::thread::Builder::new()
                .name("rekha-store-writer".to_owned())
                .spawn(move || writer::run(&connection, &file, &wal, &queue, &committed))
                .map_err(|error| {
                    Error::internal("the store's writer cannot be started").with_source(error)
                })?
        };
        Ok(Self {
            file,
            queue,
            readers,
            turns: Arc::new(Semaphore::new(options.readers as usize)),
            commits,
            writer: Mutex::new(Some(thread)),
        })
    }

    /// Runs the closure in a savepoint on the writer thread and answers after
    /// COMMIT. Once this future has been polled to its first wait for the
    /// answer, dropping it no longer stops the write.
    ///
    /// # Errors
    /// Those of the closure (nothing was changed), 57P03 when the file is busy
    /// or closed, 53100 when the disk is full, 58030 when the file was replaced.
    pub async fn write<T, F>(&self, run: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.queue.push(run).await?.await.map_err(|_| {
            Error::new(
                ErrorKind::Unavailable(Resource::Store),
                "the store's writer has ended",
            )
        })?
    }

    /// Runs housekeeping with the next group, or alone after [`super::LATER`].
    /// A failure is logged; whoever keeps house must be ready to do it again.
    pub fn write_later<F>(&self, run: F)
    where
        F: FnOnce(&Connection) -> Result<()> + Send + 'static,
    {
        self.queue.push_later(run);
    }

    /// Runs the closure in one read transaction: everything it reads is one
    /// state of the file. Never waits for a writer.
    ///
    /// # Errors
    /// Those of the closure, and of the file: 58030 when it was replaced.
    pub async fn read<T, F>(&self, run: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (file, readers) = (self.file.clone(), self.readers.clone());
        let turn =
            self.turns.clone().acquire_owned().await.map_err(|error| {
                Error::internal("the store's readers are gone").with_source(error)
            })?;
        tokio::task::spawn_blocking(move || {
            // Given back when the read has ended, also when nobody waits for it.
            let _turn = turn;
            let mut reader = readers.get().map_err(|error| {
                Error::new(
                    ErrorKind::Unavailable(Resource::Store),
                    "no reader of the store is free",
                )
                .with_source(error)
            })?;
            reader.read(&file, run)
        })
        .await
        .map_err(|error| Error::internal("a read of the store panicked").with_source(error))?
    }

    /// A reading connection of one's own.
    ///
    /// # Errors
    /// 58030 when the file cannot be opened, or was replaced.
    pub fn reader(&self) -> Result<Reader> {
        Reader::open(&self.file)
    }

    /// Changes after every commit of this process.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Does what is queued, checkpoints and closes the writing connection.
    pub async fn close(&self) {
        self.queue.close();
        let thread = self.writer.lock().take();
        if let Some(thread) = thread
            && tokio::task::spawn_blocking(move || thread.join())
                .await
                .is_ok_and(|joined| joined.is_err())
        {
            tracing::error!("the store's writer ended in a panic");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.writer.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer ended in a panic");
        }
    }
}

fn wal_path(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn open(directory: &tempfile::TempDir) -> Database {
        Database::open(
            &Options::new(directory.path().join("x.db")),
            |_| Ok(()),
            |connection| {
                Ok(connection
                    .execute_batch("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY)")?)
            },
        )
        .expect("opens")
    }

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        for name in ["", ":memory:", "file:x.db?mode=memory"] {
            let opened = Database::open(&Options::new(name), |_| Ok(()), |_| Ok(()));
            let error = opened.err().expect("refused");
            assert_eq!(error.sqlstate(), "22023", "{name}");
        }
    }

    #[test]
    fn a_file_that_is_refused_is_left_as_it_was() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.db");
        let stranger = Connection::open(&path).expect("opens");
        stranger
            .execute_batch("CREATE TABLE s (a)")
            .expect("is made");
        drop(stranger);
        let before = std::fs::read(&path).expect("reads");
        let refuse = |connection: &Connection| {
            assert!(connection.table_exists(None, "s")?);
            Err(Error::internal("on purpose"))
        };
        let opened = Database::open(&Options::new(&path), refuse, |_| Ok(()));
        assert!(opened.is_err());
        assert_eq!(std::fs::read(&path).expect("reads"), before);
    }

    async fn count(database: &Database) -> i64 {
        database
            .read(|connection| {
                Ok(connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)
            })
            .await
            .expect("reads")
    }

    fn insert(a: i64) -> impl FnOnce(&Connection) -> Result<i64> + Send + 'static {
        move |connection| {
            connection.execute("INSERT INTO t VALUES (?1)", [a])?;
            Ok(a)
        }
    }

    #[tokio::test]
    async fn a_job_that_fails_takes_nobody_with_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = Arc::new(open(&directory));
        let jobs = (0..300).map(|i| {
            let database = database.clone();
            async move {
                if i % 3 == 0 {
                    let run = move |connection: &Connection| -> Result<i64> {
                        connection.execute("INSERT INTO t VALUES (?1)", [10_000 + i])?;
                        Err(Error::internal("no"))
                    };
                    assert!(database.write(run).await.is_err());
                } else {
                    assert_eq!(database.write(insert(i)).await.expect("is written"), i);
                }
            }
        });
        futures::future::join_all(jobs).await;
        assert_eq!(count(&database).await, 200);
    }

    #[tokio::test]
    async fn a_job_that_panics_is_an_error_and_the_writer_lives() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = open(&directory);
        let panics = |_: &Connection| -> Result<()> { panic!("on purpose") };
        assert_eq!(
            database.write(panics).await.expect_err("fails").sqlstate(),
            "XX000"
        );
        assert_eq!(database.write(insert(1)).await.expect("is written"), 1);
    }

    #[tokio::test]
    async fn what_was_queued_is_done_before_the_file_closes() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = open(&directory);
        database.write_later(|connection| insert(7)(connection).map(drop));
        database.close().await;
        assert_eq!(
            database
                .write(insert(8))
                .await
                .expect_err("closed")
                .sqlstate(),
            "57P03"
        );
        drop(database);
        assert_eq!(count(&open(&directory)).await, 1);
    }

    #[test]
    fn reads_that_wait_for_a_reader_hold_no_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(2)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let directory = tempfile::tempdir().expect("a directory");
            let options = Options {
                readers: 1,
                ..Options::new(directory.path().join("x.db"))
            };
            let database = Database::open(&options, |_| Ok(()), |_| Ok(())).expect("opens");
            let (entered, inside) = tokio::sync::oneshot::channel();
            let (leave, left) = std::sync::mpsc::channel::<()>();
            let long = database.read(move |_| {
                let _ = entered.send(());
                let _ = left.recv();
                Ok(())
            });
            let others = futures::future::join_all((0..5).map(|_| database.read(|_| Ok(()))));
            let work = async {
                inside.await.expect("the reader is inside");
                tokio::task::spawn_blocking(|| ()).await.expect("a thread");
                leave.send(()).expect("the reader waits");
            };
            let (long, others, ()) = tokio::join!(long, others, work);
            long.expect("is read");
            assert!(others.into_iter().all(|read| read.is_ok()));
        });
    }

    #[tokio::test]
    async fn readers_do_not_wait_for_a_writer_and_cannot_write() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = Arc::new(open(&directory));
        let (entered, inside) = tokio::sync::oneshot::channel();
        let (leave, left) = std::sync::mpsc::channel::<()>();
        let writing = database.write(move |connection| {
            connection.execute("INSERT INTO t VALUES (1)", [])?;
            let _ = entered.send(());
            let _ = left.recv();
            Ok(())
        });
        let reading = async {
            inside.await.expect("the writer is inside");
            assert_eq!(count(&database).await, 0);
            leave.send(()).expect("the writer waits");
        };
        let (written, ()) = tokio::join!(writing, reading);
        written.expect("is written");
        assert_eq!(count(&database).await, 1);
        let writes = |connection: &Connection| Ok(connection.execute("DELETE FROM t", [])?);
        assert!(database.read(writes).await.is_err());
    }

    /// One file is never half of another one, and nothing is lost by a mistake.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_was_replaced_is_left_alone_until_it_is_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        let database = open(&directory);
        let reader = database.reader().expect("opens");
        database.write(insert(1)).await.expect("is written");
        assert_eq!(count(&database).await, 1);
        Connection::open(path("other.db"))
            .expect("opens")
            .execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY)")
            .expect("is made");
        let other = std::fs::read(path("other.db")).expect("reads");

        std::fs::rename(path("x.db"), path("aside.db")).expect("is moved");
        std::fs::rename(path("other.db"), path("x.db")).expect("is moved");
        let nothing = |_: &Connection| Ok(());
        for refused in [
            database.read(nothing).await,
            reader.read(nothing).await,
            database.write(insert(2)).await.map(drop),
            database.reader().map(drop),
        ] {
            let error = refused.expect_err("it was replaced");
            assert_eq!(error.sqlstate(), "58030");
            assert!(error.hint().is_some());
        }
        assert_eq!(std::fs::read(path("x.db")).expect("reads"), other);

        std::fs::rename(path("aside.db"), path("x.db")).expect("is moved");
        assert_eq!(count(&database).await, 1);
        database.write(insert(2)).await.expect("is written");
        assert_eq!(count(&database).await, 2);
    }

    #[tokio::test]
    async fn a_reader_that_met_a_failure_of_the_file_is_another_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let options = Options {
            readers: 1,
            ..Options::new(directory.path().join("x.db"))
        };
        let database = Database::open(&options, |_| Ok(()), |_| Ok(())).expect("opens");
        let failure = |code| {
            let cause = rusqlite::ffi::Error::new(code);
            Error::from(rusqlite::Error::SqliteFailure(cause, None))
        };
        for (code, is_kept) in [
            (rusqlite::ffi::SQLITE_IOERR_READ, false),
            (rusqlite::ffi::SQLITE_CORRUPT, false),
            (rusqlite::ffi::SQLITE_NOTADB, false),
            (rusqlite::ffi::SQLITE_BUSY, true),
        ] {
            let fails = move |connection: &Connection| -> Result<()> {
                connection.pragma_update(None, "cache_size", 7)?;
                Err(failure(code))
            };
            database.read(fails).await.expect_err("on purpose");
            let size =
                |connection: &Connection| {
                    Ok(connection
                        .pragma_query_value(None, "cache_size", |row| row.get::<_, i64>(0))?)
                };
            let size = database.read(size).await.expect("reads");
            assert_eq!(size == 7, is_kept, "{code}");
        }
    }

    #[tokio::test]
    async fn a_reader_notices_every_commit() {
        let directory = tempfile::tempdir().expect("a directory");
        let database = open(&directory);
        let reader = database.reader().expect("opens");
        let before = reader.data_version().expect("reads");
        assert_eq!(reader.data_version().expect("reads"), before);
        database.write(insert(1)).await.expect("is written");
        assert_ne!(reader.data_version().expect("reads"), before);
    }
}
