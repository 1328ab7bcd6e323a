//! Which file it is.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Fault, Result};

/// A file by its path, and by what tells it from another one of the same path: its
/// device and inode, where there are such.
#[derive(Clone, Debug)]
pub(super) struct File {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl File {
    /// The file that is there now.
    pub(super) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still the one at its path. About 1 µs.
    ///
    /// # Errors
    /// 58030 when it was replaced or is gone. A connection that has it open would go on
    /// reading and writing it, and one that is opened now would not.
    pub(super) fn check(&self) -> Result<()> {
        if self.identity.is_none() || identity(&self.path) == self.identity {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Internal(Fault::Io),
            format!(
                "the store \"{}\" was replaced or removed",
                self.path.display()
            ),
        )
        .with_detail("It is not the file that this server opened.")
        .with_hint(format!(
            "Put that file back. To use another, stop the server (SIGTERM) first: {path}-wal \
             and {path}-shm are parts of the old one.",
            path = self.path.display()
        )))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}
