//! A disk that fails when a test asks it to.
//!
//! A [`Disk`] is a folder. What SQLite does to files in it goes through a shim over
//! the VFS of the system, which is the default VFS of the process from the first disk
//! on; files elsewhere are opened by the system's own and see nothing of it. The shim
//! remembers what was written and not synced, so that it can do what a disk does:
//!
//! * **The power is cut** ([`Disk::cut`], [`Disk::cut_after`]): from then on every
//!   operation fails. [`Disk::restore`] puts what survived into a new folder: all that
//!   was synced, and of the rest nothing, everything, or any part down to a sector,
//!   whatever the seed says. The name of a file that was made or deleted is safe once
//!   its folder was synced.
//! * **A read, a write or a sync fails** ([`Disk::fail`]) with `SQLITE_IOERR`. After a failed
//!   sync a part of what it was to sync is on the disk, and no later sync brings the
//!   rest there: that is how Linux does it.
//! * **It is full** ([`Disk::limit`]): a write that makes a file longer than there is
//!   room for fails with `SQLITE_FULL`; others do not.
//! * **It does not sync** ([`Disk::ignore_syncs`]): as with `PRAGMA synchronous = OFF`.
//!   Whoever says that nothing is lost must be able to see this.
//!
//! As SQLite expects of a disk (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`), a write changes no
//! byte outside of it. The `-shm` file is memory, and is gone when the power is. Files
//! are not mapped into memory; the folder is not for other processes.
//!
//! ```
//! # let sqlite = |_: &std::path::Path| ();
//! let mut disk = disk::Disk::new(7);
//! disk.cut_after(100);
//! sqlite(&disk.folder().join("x.db"));
//! disk.cut();
//! disk.restore();
//! sqlite(&disk.folder().join("x.db"));
//! ```
//!
//! Source: <https://sqlite.org/c3ref/io_methods.html>, <https://sqlite.org/atomiccommit.html>
//! (hardware assumptions).

mod disk;
mod files;
mod image;
mod vfs;

pub use disk::{Disk, Operation};
