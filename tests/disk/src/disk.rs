//! The disk, and what it was asked to do.

use std::ffi::OsStr;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use tempfile::TempDir;

use crate::files::Files;
use crate::image::Fate;
use crate::vfs;

/// What happens on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Bytes are read. The only one that changes nothing.
    Read,
    /// Bytes are written, or the file is cut off.
    Write,
    /// A file is synced.
    Sync,
    /// A file is made or deleted.
    Name,
}

/// A folder on a disk that fails when it is asked to. Goes with its files when it is
/// dropped.
#[derive(Debug)]
pub struct Disk {
    state: Arc<Mutex<State>>,
    _root: TempDir,
}

impl Disk {
    /// An empty one. The seed says what survives the cuts.
    ///
    /// # Panics
    /// When there is no place for temporary files.
    pub fn new(seed: u64) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let path = root.path().canonicalize().expect("the folder is there");
        let mut state = State {
            root: path,
            start: 0,
            is_on: false,
            files: Files::default(),
            changes: 0,
            cut_at: None,
            failures: None,
            room: None,
            ignores_syncs: false,
            rng: Rng::with_seed(seed),
        };
        state.restore();
        let state = Arc::new(Mutex::new(state));
        vfs::add(&state);
        Self { state, _root: root }
    }

    /// Where its files are until the power is cut.
    pub fn folder(&self) -> PathBuf {
        self.state().folder()
    }

    /// Cuts the power.
    pub fn cut(&self) {
        self.state().is_on = false;
    }

    /// Cuts the power in the middle of this operation from now on, counted from 0: one
    /// that changes something on the disk.
    pub fn cut_after(&self, operations: u64) {
        let mut state = self.state();
        state.cut_at = Some(state.changes + operations);
    }

    /// The power is not cut any more, if it was to be.
    pub fn spare(&self) {
        self.state().cut_at = None;
    }

    /// Whether there is power.
    pub fn is_on(&self) -> bool {
        self.state().is_on
    }

    /// How many operations changed something so far.
    pub fn operations(&self) -> u64 {
        self.state().changes
    }

    /// Operations of this kind fail, if their number from now on, counted from 0, is in
    /// the range.
    pub fn fail(&self, operation: Operation, numbers: Range<u64>) {
        self.state().failures = Some(Failures {
            operation,
            numbers,
            met: 0,
        });
    }

    /// Nothing fails any more.
    pub fn repair(&self) {
        self.state().failures = None;
    }

    /// There is room for so many bytes more, or without an end.
    pub fn limit(&self, bytes: Option<u64>) {
        self.state().room = bytes;
    }

    /// Syncs are answered and not done.
    pub fn ignore_syncs(&self) {
        self.state().ignores_syncs = true;
    }

    /// The power is back: what survived is in [`Disk::folder`], a new one. Whatever has
    /// a file of the old one still open cannot use it. Nothing fails until it is asked
    /// for again; a disk that ignores syncs still does.
    ///
    /// # Panics
    /// When the power is not cut, or the files cannot be written.
    pub fn restore(&mut self) {
        let mut state = self.state();
        assert!(!state.is_on, "the power was not cut");
        let State { files, rng, .. } = &mut *state;
        files.lose(rng);
        state.restore();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A test that panicked with the lock says so itself.
pub(crate) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why an operation is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no power.
    Power,
    /// It was asked for.
    Fault,
    /// There is no room.
    Full,
}

/// What is to fail.
#[derive(Debug)]
struct Failures {
    operation: Operation,
    numbers: Range<u64>,
    /// How many operations of the kind there were.
    met: u64,
}

/// The disk as the shim sees it.
#[derive(Debug)]
pub(crate) struct State {
    root: PathBuf,
    /// How often the power came; each time has a folder of its own.
    start: u32,
    is_on: bool,
    files: Files,
    changes: u64,
    cut_at: Option<u64>,
    failures: Option<Failures>,
    room: Option<u64>,
    ignores_syncs: bool,
    rng: Rng,
}

impl State {
    /// Whether the file is on this disk.
    pub(crate) fn has(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
    }

    fn folder(&self) -> PathBuf {
        self.root.join(self.start.to_string())
    }

    fn restore(&mut self) {
        // What is still open there is lost with it.
        drop(fs::remove_dir_all(self.folder()));
        self.start += 1;
        fs::create_dir(self.folder()).expect("a folder can be made");
        let written = self.files.put_into(&self.folder());
        written.expect("files can be written");
        (self.cut_at, self.failures, self.room) = (None, None, None);
        self.is_on = true;
    }

    /// Whether a file that was opened at this start can be used.
    pub(crate) fn use_file(&self, start: u32) -> Result<(), Failure> {
        match self.is_on && start == self.start {
            true => Ok(()),
            false => Err(Failure::Power),
        }
    }

    /// Bytes are read.
    pub(crate) fn read(&mut self) -> Result<(), Failure> {
        self.meet(Operation::Read)
    }

    /// Opens or makes a file; answers the start it can be used in.
    pub(crate) fn open(&mut self, path: &Path, makes: bool) -> Result<u32, Failure> {
        let is_here = path.parent() == Some(&self.folder());
        self.use_file(if is_here { self.start } else { 0 })?;
        let name = path.file_name().unwrap_or_default();
        if makes && self.files.get(name).is_none() {
            let begun = self.begin(Operation::Name);
            if begun != Err(Failure::Fault) {
                self.files.make(name);
            }
            begun?;
        }
        Ok(self.start)
    }

    /// Deletes a file, and syncs the folder if that is wanted.
    pub(crate) fn delete(&mut self, path: &Path, syncs: bool) -> Result<(), Failure> {
        self.use_file(self.start)?;
        let name = path.file_name().unwrap_or_default();
        let begun = self.begin(Operation::Name);
        if begun != Err(Failure::Fault) {
            self.give_back(name, 0);
            self.files.delete(name);
        }
        begun?;
        if syncs && !self.ignores_syncs {
            self.files.sync_names();
        }
        Ok(())
    }

    /// Writes to the cache of the system.
    pub(crate) fn write(&mut self, name: &OsStr, offset: u64, bytes: &[u8]) -> Result<(), Failure> {
        let begun = self.begin(Operation::Write);
        let Some(image) = self.files.get(name) else {
            return begun;
        };
        let longer = (offset + bytes.len() as u64).saturating_sub(image.len());
        if begun == Err(Failure::Fault) {
            return begun;
        }
        if let Some(room) = &mut self.room {
            *room = room.checked_sub(longer).ok_or(Failure::Full)?;
        }
        // A part of one that the cut met may be there.
        image.write(offset, bytes);
        begun
    }

    /// Cuts a file off.
    pub(crate) fn truncate(&mut self, name: &OsStr, len: u64) -> Result<(), Failure> {
        let begun = self.begin(Operation::Write);
        if begun != Err(Failure::Fault) {
            self.give_back(name, len);
            if let Some(image) = self.files.get(name) {
                image.truncate(len);
            }
        }
        begun
    }

    /// Brings what was written to the disk, and the names of the folder if that is
    /// wanted.
    pub(crate) fn sync(&mut self, name: &OsStr, names: bool) -> Result<(), Failure> {
        let begun = self.begin(Operation::Sync);
        if begun == Err(Failure::Power) || self.ignores_syncs {
            return begun;
        }
        if let Some(image) = self.files.get(name) {
            match begun {
                Ok(()) => image.sync(),
                Err(_) => image.lose(Fate::random(&mut self.rng), &mut self.rng),
            }
        }
        begun?;
        if names {
            self.files.sync_names();
        }
        Ok(())
    }

    /// A file becomes shorter.
    fn give_back(&mut self, name: &OsStr, len: u64) {
        if let (Some(room), Some(image)) = (&mut self.room, self.files.get(name)) {
            *room += image.len().saturating_sub(len);
        }
    }

    /// Counts an operation that changes something, and says whether it fails.
    fn begin(&mut self, operation: Operation) -> Result<(), Failure> {
        self.changes += 1;
        if self.cut_at.is_some_and(|at| self.changes > at) {
            self.is_on = false;
            return Err(Failure::Power);
        }
        self.meet(operation)
    }

    fn meet(&mut self, operation: Operation) -> Result<(), Failure> {
        match &mut self.failures {
            Some(failures) if failures.operation == operation => {
                failures.met += 1;
                match failures.numbers.contains(&(failures.met - 1)) {
                    true => Err(Failure::Fault),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}
