//! The files of a folder, and what their names stand for.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::{fs, io};

use fastrand::Rng;

use crate::image::{Fate, Image};

/// The files of one folder by name.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<OsString, Entry>);

/// A name in the folder.
#[derive(Debug, Default)]
struct Entry {
    /// What it stands for.
    now: Option<Image>,
    /// What it stands for on the disk, where that is something else.
    on_disk: Option<Option<Image>>,
}

impl Files {
    /// The file of this name, if there is one.
    pub(crate) fn get(&mut self, name: &OsStr) -> Option<&mut Image> {
        self.0.get_mut(name)?.now.as_mut()
    }

    /// Makes the file of this name.
    pub(crate) fn make(&mut self, name: &OsStr) {
        let entry = self.0.entry(name.to_owned()).or_default();
        entry.now = Some(Image::default());
        entry.on_disk.get_or_insert(None);
    }

    pub(crate) fn delete(&mut self, name: &OsStr) {
        if let Some(entry) = self.0.get_mut(name) {
            let deleted = entry.now.take();
            entry.on_disk.get_or_insert(deleted);
        }
    }

    /// The names are safe from now on.
    pub(crate) fn sync_names(&mut self) {
        self.0.retain(|_, entry| entry.now.is_some());
        for entry in self.0.values_mut() {
            entry.on_disk = None;
        }
    }

    /// The power is cut: what was not synced is on the disk or is not. Nothing else is
    /// left.
    pub(crate) fn lose(&mut self, rng: &mut Rng) {
        for entry in self.0.values_mut() {
            if let Some(former) = entry.on_disk.take()
                && rng.bool()
            {
                entry.now = former;
            }
            if let Some(image) = &mut entry.now {
                image.lose(Fate::random(rng), rng);
            }
        }
        self.0.retain(|_, entry| entry.now.is_some());
    }

    /// Writes what is on the disk into a folder.
    pub(crate) fn put_into(&self, folder: &Path) -> io::Result<()> {
        for (name, entry) in &self.0 {
            if let Some(image) = &entry.now {
                fs::write(folder.join(name), image.bytes())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the power leaves, over many cuts.
    fn left(prepare: impl Fn(&mut Files)) -> Vec<Option<Vec<u8>>> {
        let mut left = Vec::new();
        for seed in 0..100 {
            let mut files = Files::default();
            prepare(&mut files);
            files.lose(&mut Rng::with_seed(seed));
            let name = OsStr::new("x");
            left.push(files.get(name).map(|image| image.bytes().to_vec()));
        }
        left.sort();
        left.dedup();
        left
    }

    fn make(files: &mut Files, bytes: &[u8]) {
        files.make(OsStr::new("x"));
        let image = files.get(OsStr::new("x")).expect("is there");
        image.write(0, bytes);
        image.sync();
    }

    #[test]
    fn a_name_is_safe_once_the_folder_was_synced() {
        let (old, new) = (Some(vec![1]), Some(vec![2]));
        let delete = |files: &mut Files| files.delete(OsStr::new("x"));
        assert_eq!(left(|files| make(files, &[1])), [None, old.clone()]);
        let safe = |files: &mut Files| {
            make(files, &[1]);
            files.sync_names();
        };
        assert_eq!(left(safe), std::slice::from_ref(&old));
        let deleted = |files: &mut Files| {
            safe(files);
            delete(files);
        };
        assert_eq!(left(deleted), [None, old.clone()]);
        let made_again = |files: &mut Files| {
            deleted(files);
            make(files, &[2]);
        };
        assert_eq!(left(made_again), [old, new]);
        let gone = |files: &mut Files| {
            deleted(files);
            files.sync_names();
        };
        assert_eq!(left(gone), [None]);
    }
}
