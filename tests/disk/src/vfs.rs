//! The shim between SQLite and the VFS of the system.
//!
//! The only unsafe code of the tests. SQLite promises of every call here: pointers are
//! valid for the call; the `sqlite3_file` is one that [`open`] filled in, until
//! [`close`]; of one file only one call runs at a time. A call that goes on to the file
//! below has that file's own promise from the system's VFS.

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError, Weak};

use libsqlite3_sys as sys;
use sys::{sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use crate::disk::{Failure, State, lock};

/// The disks there are.
static DISKS: Mutex<Vec<Weak<Mutex<State>>>> = Mutex::new(Vec::new());

/// The VFS of the system.
static SYSTEM: OnceLock<System> = OnceLock::new();

struct System(*mut sqlite3_vfs);

// SAFETY: SQLite calls a VFS from any thread, and so may this; what it points to is
// static and is not written to.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

/// An open file of a disk. The system's own follows behind it in memory.
#[repr(C)]
struct File {
    base: sqlite3_file,
    /// From `Box::into_raw`.
    handle: *mut Handle,
}

struct Handle {
    disk: Arc<Mutex<State>>,
    path: PathBuf,
    /// When it was opened.
    start: u32,
    /// Its first sync is to sync its name too: so the system's VFS does for journals
    /// and the WAL.
    syncs_name: bool,
}

/// Lets SQLite find the files of a disk.
pub(crate) fn add(disk: &Arc<Mutex<State>>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(register);
    let mut disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    disks.retain(|disk| disk.strong_count() > 0);
    disks.push(Arc::downgrade(disk));
}

/// Makes a copy of the system's VFS that opens and deletes as it is done here the
/// default.
fn register() {
    // SAFETY: both may be called at any time; the copy is never freed, as SQLite wants
    // it, and is all that the system's VFS is, so that its other functions take it for
    // their own.
    unsafe {
        let system = sys::sqlite3_vfs_find(ptr::null());
        assert!(!system.is_null(), "SQLite has a default VFS");
        SYSTEM.get_or_init(|| System(system));
        let own = size_of::<File>() as c_int;
        let shim = Box::leak(Box::new(sqlite3_vfs {
            szOsFile: own + (*system).szOsFile,
            pNext: ptr::null_mut(),
            zName: c"disk".as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            ..*system
        }));
        assert_eq!(sys::sqlite3_vfs_register(shim, 1), sys::SQLITE_OK);
    }
}

fn system() -> *mut sqlite3_vfs {
    SYSTEM.get().expect("the shim was registered").0
}

/// The disk that a file is on.
fn disk_of(path: &Path) -> Option<Arc<Mutex<State>>> {
    let disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut disks = disks.iter().filter_map(Weak::upgrade);
    disks.find(|disk| lock(disk).has(path))
}

/// # Safety
/// The name is null or a string.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller's.
    let name = unsafe { CStr::from_ptr(name) };
    Some(OsStr::from_bytes(name.to_bytes()).into())
}

/// # Safety
/// The file is one that [`open`] filled in for a disk.
unsafe fn handle<'a>(file: *mut sqlite3_file) -> &'a mut Handle {
    // SAFETY: it is a `File`; nobody else has the handle during the call.
    unsafe { &mut *(*file.cast::<File>()).handle }
}

/// The system's file, and its methods.
///
/// # Safety
/// As of [`handle`].
unsafe fn below<'a>(file: *mut sqlite3_file) -> (*mut sqlite3_file, &'a sqlite3_io_methods) {
    // SAFETY: `szOsFile` has room for both; the system's VFS has filled it in, and its
    // methods are static.
    unsafe {
        let below = file
            .cast::<u8>()
            .add(size_of::<File>())
            .cast::<sqlite3_file>();
        (below, &*(*below).pMethods)
    }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let system = system();
    // SAFETY: what is handed on is what SQLite handed over, with the VFS it is for.
    unsafe {
        let open_below = (*system).xOpen.expect("every VFS opens");
        let path = path_of(name);
        let Some((path, disk)) = path.and_then(|path| disk_of(&path).map(|disk| (path, disk)))
        else {
            // The file is the system's alone: all of its memory, and its methods.
            return open_below(system, name, file, flags, out_flags);
        };
        // No methods: SQLite does not close it.
        (*file).pMethods = ptr::null();
        let makes = flags & sys::SQLITE_OPEN_CREATE != 0;
        let start = match lock(&disk).open(&path, makes) {
            Ok(start) => start,
            Err(_) => return sys::SQLITE_CANTOPEN,
        };
        let below = file
            .cast::<u8>()
            .add(size_of::<File>())
            .cast::<sqlite3_file>();
        let opened = open_below(system, name, below, flags, out_flags);
        if opened != sys::SQLITE_OK {
            return opened;
        }
        let journals =
            sys::SQLITE_OPEN_WAL | sys::SQLITE_OPEN_MAIN_JOURNAL | sys::SQLITE_OPEN_SUPER_JOURNAL;
        let handle = Handle {
            disk,
            path,
            start,
            syncs_name: makes && flags & journals != 0,
        };
        (*file.cast::<File>()).handle = Box::into_raw(Box::new(handle));
        (*file).pMethods = &METHODS;
        sys::SQLITE_OK
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, syncs: c_int) -> c_int {
    let system = system();
    // SAFETY: as in `open`.
    unsafe {
        let delete_below = (*system).xDelete.expect("every VFS deletes");
        let Some((path, disk)) =
            path_of(name).and_then(|path| disk_of(&path).map(|disk| (path, disk)))
        else {
            return delete_below(system, name, syncs);
        };
        match lock(&disk).delete(&path, syncs != 0) {
            Ok(()) => delete_below(system, name, 0),
            Err(_) => sys::SQLITE_IOERR_DELETE,
        }
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Shared memory, and no mapping of the file into memory.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(take_lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// SQLite's code for what did not happen.
fn code(failure: Failure, otherwise: c_int) -> c_int {
    match failure {
        Failure::Full => sys::SQLITE_FULL,
        Failure::Power | Failure::Fault => otherwise,
    }
}

impl Handle {
    /// Does something with the disk, under the file's name.
    fn use_disk(
        &self,
        run: impl FnOnce(&mut State, &OsStr) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut disk = lock(&self.disk);
        disk.use_file(self.start)?;
        run(&mut disk, self.path.file_name().unwrap_or_default())
    }

    fn can_be_used(&self) -> bool {
        self.use_disk(|_, _| Ok(())).is_ok()
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: the handle came out of a box in `open`, and the file is closed once.
    unsafe {
        let (below, methods) = below(file);
        let closed = methods.xClose.map_or(sys::SQLITE_OK, |close| close(below));
        drop(Box::from_raw((*file.cast::<File>()).handle));
        closed
    }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    buffer: *mut c_void,
    len: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        if let Err(failure) = handle(file).use_disk(|disk, _| disk.read()) {
            return code(failure, sys::SQLITE_IOERR_READ);
        }
        let (below, methods) = below(file);
        let read = methods.xRead.expect("every file is read");
        read(below, buffer, len, offset)
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    buffer: *const c_void,
    len: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: the buffer has so many bytes; SQLite's promise, handed on.
    unsafe {
        let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), len as usize);
        let handle = handle(file);
        let written = handle.use_disk(|disk, name| disk.write(name, offset as u64, bytes));
        if let Err(failure) = written {
            return code(failure, sys::SQLITE_IOERR_WRITE);
        }
        let (below, methods) = below(file);
        let write = methods.xWrite.expect("every file is written");
        write(below, buffer, len, offset)
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, len: i64) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let truncated = handle(file).use_disk(|disk, name| disk.truncate(name, len as u64));
        if let Err(failure) = truncated {
            return code(failure, sys::SQLITE_IOERR_TRUNCATE);
        }
        let (below, methods) = below(file);
        let truncate = methods.xTruncate.expect("every file is cut off");
        truncate(below, len)
    }
}

/// The system's file is not synced: what counts is what this disk remembers.
unsafe extern "C" fn sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite's promise.
    let handle = unsafe { handle(file) };
    let names = handle.syncs_name;
    match handle.use_disk(|disk, name| disk.sync(name, names)) {
        Ok(()) => {
            handle.syncs_name = false;
            sys::SQLITE_OK
        }
        Err(failure) => code(failure, sys::SQLITE_IOERR_FSYNC),
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        if !handle(file).can_be_used() {
            return sys::SQLITE_IOERR_FSTAT;
        }
        let (below, methods) = below(file);
        let file_size = methods.xFileSize.expect("every file has a size");
        file_size(below, size)
    }
}

unsafe extern "C" fn take_lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        if !handle(file).can_be_used() {
            return sys::SQLITE_IOERR_LOCK;
        }
        let (below, methods) = below(file);
        let lock = methods.xLock.expect("every file is locked");
        lock(below, level)
    }
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let unlock = methods.xUnlock.expect("every file is unlocked");
        unlock(below, level)
    }
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, is_locked: *mut c_int) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let check = methods.xCheckReservedLock.expect("every file is locked");
        check(below, is_locked)
    }
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let control = methods.xFileControl.expect("every file is controlled");
        control(below, operation, argument)
    }
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        methods
            .xSectorSize
            .map_or(0, |sector_size| sector_size(below))
    }
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let characteristics = methods.xDeviceCharacteristics;
        characteristics.map_or(0, |characteristics| characteristics(below))
    }
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    len: c_int,
    extends: c_int,
    memory: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        if !handle(file).can_be_used() {
            return sys::SQLITE_IOERR_SHMMAP;
        }
        let (below, methods) = below(file);
        let map = methods.xShmMap.expect("the system has shared memory");
        map(below, page, len, extends, memory)
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let unlocks = flags & sys::SQLITE_SHM_UNLOCK != 0;
        if !unlocks && !handle(file).can_be_used() {
            return sys::SQLITE_IOERR_SHMLOCK;
        }
        let (below, methods) = below(file);
        let lock = methods.xShmLock.expect("the system has shared memory");
        lock(below, offset, count, flags)
    }
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let barrier = methods.xShmBarrier.expect("the system has shared memory");
        barrier(below);
    }
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, deletes: c_int) -> c_int {
    // SAFETY: SQLite's promise, handed on.
    unsafe {
        let (below, methods) = below(file);
        let unmap = methods.xShmUnmap.expect("the system has shared memory");
        unmap(below, deletes)
    }
}
