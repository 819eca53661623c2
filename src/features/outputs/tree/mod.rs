//! A folder of generated files: written only where bytes change, and nothing ever outside of it.
//!
//! The *manifest* (`.m3u-strm-manifest` in the root) lists our files with size, time and digest. A file is *ours* while
//! its bytes are what the manifest says; anything else is foreign and never removed.

mod error;
mod folders;
mod manifest;

use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

pub use error::TreeError;
use folders::Folders;
use manifest::{Digest, Known, Manifest, Stamp};

/// The manifest's file name in the root.
pub const MANIFEST: &str = ".m3u-strm-manifest";

const TEMPORARY: &str = ".m3u-strm-temporary";

/// Threads that look at files at most: past this a disk is not faster, and other work waits.
const MOST_LOOKING: usize = 4;

/// What writing a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Written,
    Unchanged,
}

/// What removing a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed,
    /// It was gone already.
    Missing,
    /// It is not ours, or its bytes are no longer: it stays.
    Foreign,
}

/// A root folder opened for writing. Paths are relative to it, their parts joined by `/`.
pub struct Tree {
    folders: Folders,
    manifest: Manifest,
    changed: bool,
    // Held so that no second run writes the same root meanwhile; released when dropped.
    _lock: File,
}

impl Tree {
    /// Opens a root, which is created where it is missing. A second run in the same root is an error.
    pub fn open(root: &Path) -> Result<Self, TreeError> {
        fs::create_dir_all(root).map_err(TreeError::io(""))?;
        let root = root.canonicalize().map_err(TreeError::io(""))?;
        let lock = File::open(&root).map_err(TreeError::io(""))?;
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => return Err(TreeError::Busy),
            // A file system without locks is no reason not to write.
            Err(fs::TryLockError::Error(_)) | Ok(()) => {}
        }
        let manifest = Manifest::read(&root.join(MANIFEST)).map_err(TreeError::io(MANIFEST))?;
        Ok(Self {
            folders: Folders::new(root),
            manifest,
            changed: false,
            _lock: lock,
        })
    }

    /// Looks at all files of the manifest, on several threads: those that are as it says need no look of their own when
    /// they are put. For a run that puts most of them.
    pub fn look(&mut self) {
        let root = self.folders.root();
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_LOOKING));
        let mut parts: Vec<Vec<(&str, &mut Known)>> = (0..threads).map(|_| Vec::new()).collect();
        let hasher = RandomState::new();
        for (path, known) in self.manifest.files() {
            // The files of a folder go to one thread, which looks at the folder once.
            let folder = path.rsplit_once('/').map(|(folder, _)| folder);
            let part = usize::try_from(hasher.hash_one(folder) % threads as u64).unwrap_or(0);
            parts[part].push((path, known));
        }
        std::thread::scope(|scope| {
            for part in parts {
                scope.spawn(move || {
                    let mut folders = Folders::new(root.to_owned());
                    for (path, known) in part {
                        // Whatever is wrong is found again, and told, when the file is put.
                        known.is_there = folders.holds(path).unwrap_or(false)
                            && root.join(path).symlink_metadata().is_ok_and(|found| {
                                found.is_file() && Stamp::of(&found).matches(Some(&known.stamp))
                            });
                    }
                });
            }
        });
    }

    /// How many files there are, if all were made of `source` and every one is as it was written. [`look`](Self::look)
    /// comes first.
    pub fn made_of(&mut self, source: &str) -> Option<usize> {
        if !self.says(source) {
            return None;
        }
        let mut files = 0;
        for (_, known) in self.manifest.files() {
            if !known.is_there {
                return None;
            }
            files += 1;
        }
        Some(files)
    }

    /// Whether the files were made of `source`, as far as the manifest knows.
    pub fn says(&self, source: &str) -> bool {
        self.manifest.source.as_deref() == Some(source)
    }

    /// Says what all files were made of: one line. It holds until a file is written or removed.
    pub fn set_source(&mut self, source: &str) {
        if !self.says(source) {
            self.manifest.source = Some(source.to_owned());
            self.changed = true;
        }
    }

    /// Writes a file unless it has these bytes already. Size and time of the manifest are believed; bytes are read only
    /// where these differ.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<Put, TreeError> {
        check_path(path)?;
        let digest = Digest::of(bytes);
        let known = self.manifest.known(path);
        let again = known.as_ref().is_some_and(|known| known.is_put);
        if let Some(known) = known
            && known.is_there
            && !again
            && known.stamp.digest == digest
        {
            known.is_put = true;
            return Ok(Put::Unchanged);
        }
        let fresh = self.folders.make(path)?;
        let file = self.folders.root().join(path);
        if (again || !fresh)
            && let Some(found) = self.stamp(path, &file)?
        {
            if found.matches(self.manifest.get(path)) {
                if self
                    .manifest
                    .get(path)
                    .is_some_and(|known| known.digest == digest)
                {
                    self.manifest.put(path, Stamp { digest, ..found });
                    return Ok(Put::Unchanged);
                }
            } else if found.size == bytes.len() as u64
                && Digest::of_file(&file).is_ok_and(|read| read == digest)
            {
                self.record(path, Stamp { digest, ..found });
                return Ok(Put::Unchanged);
            }
        }
        let stamp = write_beside(&file, bytes).map_err(TreeError::io(path))?;
        self.record(path, Stamp { digest, ..stamp });
        Ok(Put::Written)
    }

    /// Removes a file of ours, and the folders that it leaves empty.
    pub fn remove(&mut self, path: &str) -> Result<Removal, TreeError> {
        check_path(path)?;
        let Some(known) = self.manifest.get(path).cloned() else {
            return Ok(Removal::Foreign);
        };
        let file = self.folders.root().join(path);
        let found = if self.folders.holds(path)? {
            self.stamp_or_foreign(path, &file)?
        } else {
            Found::Missing
        };
        let removal = match found {
            Found::Missing => Removal::Missing,
            Found::File(found)
                if found.matches(Some(&known))
                    || Digest::of_file(&file).is_ok_and(|read| read == known.digest) =>
            {
                fs::remove_file(&file).map_err(TreeError::io(path))?;
                Removal::Removed
            }
            Found::File(_) | Found::Other => Removal::Foreign,
        };
        self.manifest.remove(path);
        self.change();
        if removal == Removal::Removed {
            self.folders.prune(path);
        }
        Ok(removal)
    }

    /// Removes all files of ours that this run did not put; the number removed.
    pub fn remove_others(&mut self) -> Result<u64, TreeError> {
        let others: Vec<String> = self.others().map(str::to_owned).collect();
        let mut removed = 0;
        for path in others {
            removed += u64::from(self.remove(&path)? == Removal::Removed);
        }
        Ok(removed)
    }

    /// The paths of the files of ours that this run did not put, in no order.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.manifest.others()
    }

    /// Writes the manifest if anything changed. Without it the files are found again by their bytes.
    pub fn commit(&mut self) -> Result<(), TreeError> {
        if std::mem::take(&mut self.changed) {
            write_beside(
                &self.folders.root().join(MANIFEST),
                self.manifest.text().as_bytes(),
            )
            .map_err(TreeError::io(MANIFEST))?;
        }
        Ok(())
    }

    fn record(&mut self, path: &str, stamp: Stamp) {
        self.manifest.put(path, stamp);
        self.change();
    }

    fn change(&mut self) {
        self.manifest.source = None;
        self.changed = true;
    }

    /// Size and time of the regular file at a path; what is no file is replaced, a folder is an error.
    fn stamp(&self, path: &str, file: &Path) -> Result<Option<Stamp>, TreeError> {
        match self.stamp_or_foreign(path, file)? {
            Found::File(stamp) => Ok(Some(stamp)),
            Found::Missing => Ok(None),
            Found::Other if file.symlink_metadata().is_ok_and(|found| found.is_dir()) => {
                Err(TreeError::FolderInTheWay {
                    path: path.to_owned(),
                })
            }
            Found::Other => Ok(None),
        }
    }

    fn stamp_or_foreign(&self, path: &str, file: &Path) -> Result<Found, TreeError> {
        match file.symlink_metadata() {
            Ok(found) if found.is_file() => Ok(Found::File(Stamp::of(&found))),
            Ok(_) => Ok(Found::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Missing),
            Err(error) => Err(TreeError::io(path)(error)),
        }
    }
}

enum Found {
    File(Stamp),
    Missing,
    Other,
}

/// Refuses whatever could lead out of the root or is no plain name; the naming rules never produce it.
fn check_path(path: &str) -> Result<(), TreeError> {
    let is_name = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.len() <= super::naming::MAX_BYTES
            && !part.contains(['\\', '\0', '\n', '\r', '\t'])
    };
    let reserved = path == MANIFEST || path.ends_with(TEMPORARY);
    if path.split('/').all(is_name) && !reserved {
        Ok(())
    } else {
        Err(TreeError::BadPath)
    }
}

/// Writes a file under another name beside its place and renames it there: readers see the old bytes or the new. A link
/// at that place is replaced, not followed.
fn write_beside(file: &Path, bytes: &[u8]) -> io::Result<Stamp> {
    let temporary: PathBuf = file.with_file_name(TEMPORARY);
    let create = || OpenOptions::new().write(true).create_new(true).open(&temporary);
    let mut open = match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&temporary)?;
            create()?
        }
        other => other?,
    };
    open.write_all(bytes)?;
    let stamp = Stamp::of(&open.metadata()?);
    drop(open);
    fs::rename(&temporary, file)?;
    Ok(stamp)
}

impl Stamp {
    fn of(found: &fs::Metadata) -> Self {
        let modified = found
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            size: found.len(),
            modified_ns: modified.map_or(0, |since| since.as_nanos()),
            digest: Digest::default(),
        }
    }
}
