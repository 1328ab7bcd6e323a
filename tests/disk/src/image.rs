//! The content of one file.

use fastrand::Rng;

/// What a disk writes as a whole or not at all (in bytes).
const SECTOR: usize = 512;

/// What of a file is on the disk, and what only the cache of the system knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    len: u64,
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate(usize),
}

/// What becomes of changes that were not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// None of them is on the disk.
    Nothing,
    /// All of them are.
    Everything,
    /// Those up to some one of them are.
    Beginning,
    /// Each sector is with this chance.
    Sectors(f64),
}

impl Fate {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.u8(0..5) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 => Self::Beginning,
            3 => Self::Sectors(0.5),
            _ => Self::Sectors(0.95),
        }
    }
}

impl Image {
    /// How long the file is, synced or not.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.len = self.len.max(offset + bytes.len() as u64);
        self.unsynced.push(Change::Write {
            offset: index(offset),
            bytes: bytes.to_vec(),
        });
    }

    pub(crate) fn truncate(&mut self, len: u64) {
        self.len = len;
        self.unsynced.push(Change::Truncate(index(len)));
    }

    pub(crate) fn sync(&mut self) {
        for change in std::mem::take(&mut self.unsynced) {
            self.reach(&change, || true);
        }
    }

    /// What was not synced reaches the disk now, or never will.
    pub(crate) fn lose(&mut self, fate: Fate, rng: &mut Rng) {
        let changes = std::mem::take(&mut self.unsynced);
        let end = rng.usize(0..=changes.len());
        for (nth, change) in changes.iter().enumerate() {
            self.reach(change, || match fate {
                Fate::Nothing => false,
                Fate::Everything => true,
                Fate::Beginning => nth < end,
                Fate::Sectors(chance) => rng.f64() < chance,
            });
        }
    }

    /// What is on the disk.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.durable
    }

    /// A change reaches the disk, sector by sector if it does.
    fn reach(&mut self, change: &Change, mut does: impl FnMut() -> bool) {
        let (mut from, bytes) = match change {
            Change::Write { offset, bytes } => (*offset, bytes.as_slice()),
            Change::Truncate(len) => {
                if does() {
                    self.durable.resize(*len, 0);
                }
                return;
            }
        };
        let end = from + bytes.len();
        let start = from;
        while from < end {
            let to = end.min((from / SECTOR + 1) * SECTOR);
            if does() {
                if self.durable.len() < to {
                    self.durable.resize(to, 0);
                }
                self.durable[from..to].copy_from_slice(&bytes[from - start..to - start]);
            }
            from = to;
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("a file of a test fits into memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durable(bytes: &[u8]) -> Image {
        let mut image = Image::default();
        image.write(0, bytes);
        image.sync();
        image
    }

    fn written() -> Image {
        let mut image = durable(&[1; 1_000]);
        image.write(100, &[2; 1_000]);
        image.truncate(900);
        image.write(1_000, &[3; 24]);
        image
    }

    fn lost(fate: Fate) -> Vec<u8> {
        let mut image = written();
        image.lose(fate, &mut Rng::with_seed(1));
        image.bytes().to_vec()
    }

    #[test]
    fn what_was_synced_is_there() {
        let mut image = written();
        assert_eq!((image.bytes(), image.len()), (&[1; 1_000][..], 1_024));
        image.sync();
        let content = [vec![1; 100], vec![2; 800], vec![0; 100], vec![3; 24]].concat();
        assert_eq!(image.bytes(), content);
        image.lose(Fate::Nothing, &mut Rng::with_seed(1));
        assert_eq!(image.bytes(), content);
        assert_eq!(lost(Fate::Everything), content);
        assert_eq!(lost(Fate::Nothing), [1; 1_000]);
    }

    #[test]
    fn of_what_was_not_each_sector_is_or_is_not() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let mut image = durable(&[1; 1_024]);
            image.write(12, &[2; 1_000]);
            image.lose(Fate::Sectors(0.5), &mut Rng::with_seed(seed));
            assert_eq!((image.bytes()[11], image.bytes()[1_012]), (1, 1));
            assert_eq!(image.bytes()[12..512], [image.bytes()[12]; 500]);
            assert_eq!(image.bytes()[512..1_012], [image.bytes()[512]; 500]);
            seen.insert((image.bytes()[12], image.bytes()[512]));
        }
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn what_a_failed_sync_lost_no_later_one_brings() {
        let mut image = written();
        image.lose(Fate::Nothing, &mut Rng::with_seed(1));
        image.write(0, &[9]);
        image.sync();
        assert_eq!(image.bytes(), [vec![9], vec![1; 999]].concat());
        assert_eq!(image.len(), 1_024);
    }
}
