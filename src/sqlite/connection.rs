//! Connections and their settings.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::is_of_the_file;
use super::file::File;
use crate::error::{Error, ErrorKind, Result, Value};

/// How long a writer waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(10);

/// Opens the connection of the writer thread, and lets `inspect` look at the
/// file before anything is changed in it.
pub(super) fn open_writer(
    path: &Path,
    inspect: impl FnOnce(&Connection) -> Result<()>,
) -> Result<Connection> {
    // SQLite would take these for a database in memory or with options of its
    // own; a store is one file, with its WAL beside it.
    let name = path.to_string_lossy();
    if name.is_empty() || name == ":memory:" || name.starts_with("file:") {
        return Err(Error::new(
            ErrorKind::InvalidValue(Value::Parameter),
            format!("\"{name}\" is not the name of a file"),
        )
        .with_hint("Name a file that can be kept, for example sqlite:rekha.db."));
    }
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    inspect(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL syncs the WAL at every commit: what was acknowledged survives a
    // power cut. NORMAL would only survive a crash of the process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 0)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Opens a connection that can only read.
fn open_reader(file: &File) -> Result<Connection> {
    // A WAL file's readers write to its shared-memory index, so the file itself
    // cannot be opened read-only; `query_only` refuses every write instead.
    let connection = Connection::open_with_flags(
        file.path(),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    file.check()?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Runs the closure in one read transaction: everything it reads is one state.
fn in_read_transaction<T>(
    connection: &mut Connection,
    run: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
    let value = run(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// A reader of the pool: a connection from its first read on until it meets a failure
/// of the file. The next read opens another.
#[derive(Default)]
pub(super) struct Pooled(Option<Connection>);

impl Pooled {
    /// [`in_read_transaction`], if the file is still the one that was opened.
    pub(super) fn read<T>(
        &mut self,
        file: &File,
        run: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let kept = self.0.take();
        file.check()?;
        let mut connection = match kept {
            Some(connection) => connection,
            None => open_reader(file)?,
        };
        let read = in_read_transaction(&mut connection, run);
        let is_broken = read.as_ref().is_err_and(is_of_the_file);
        if connection.is_autocommit() && !is_broken {
            self.0 = Some(connection);
        }
        read
    }
}

/// Makes readers for the pool, which open the file themselves: what is wrong with it
/// is told at once, and to who reads.
pub(super) struct Readers;

impl r2d2::ManageConnection for Readers {
    type Connection = Pooled;
    type Error = Infallible;

    fn connect(&self) -> Result<Pooled, Infallible> {
        Ok(Pooled::default())
    }

    fn is_valid(&self, _: &mut Pooled) -> Result<(), Infallible> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Pooled) -> bool {
        false
    }
}

/// A reading connection of one owner, which can tell whether anybody wrote.
#[derive(Clone)]
pub struct Reader {
    file: File,
    connection: Arc<Mutex<Connection>>,
}

impl Reader {
    pub(super) fn open(file: &File) -> Result<Self> {
        Ok(Self {
            file: file.clone(),
            connection: Arc::new(Mutex::new(open_reader(file)?)),
        })
    }

    /// Runs the closure in one read transaction, on a thread that may block.
    ///
    /// # Errors
    /// Those of the closure, and of the file.
    pub async fn read<T, F>(&self, run: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let own = self.clone();
        tokio::task::spawn_blocking(move || {
            own.file.check()?;
            in_read_transaction(&mut own.connection.lock(), run)
        })
        .await
        .map_err(|error| Error::internal("a read of the store panicked").with_source(error))?
    }

    /// A number that is another one after any other connection, of this process
    /// or another, has committed (`PRAGMA data_version`; about 4 µs).
    ///
    /// # Errors
    /// Those of the file.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self
            .connection
            .lock()
            .query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }
}
