//! The list of our files: one line each of size, time, digest and path.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Before what the files were made of, see [`Manifest::source`].
const SOURCE: &str = "# source: ";

const HEADING: &str = "# m3u-strm manifest 1: size, modified (ns), digest, path";

/// The first half of the SHA-256 of a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Digest(u128);

impl Digest {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let full = Sha256::digest(bytes);
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        Self(u128::from_be_bytes(half))
    }

    pub(super) fn of_file(path: &Path) -> io::Result<Self> {
        fs::read(path).map(|bytes| Self::of(&bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub size: u64,
    /// Since the epoch, in nanoseconds.
    pub modified_ns: u128,
    pub digest: Digest,
}

impl Stamp {
    /// Whether size and time are the known ones.
    pub(super) fn matches(&self, known: Option<&Self>) -> bool {
        known.is_some_and(|known| known.size == self.size && known.modified_ns == self.modified_ns)
    }
}

/// A file of ours.
#[derive(Debug)]
pub(super) struct Known {
    pub stamp: Stamp,
    /// Seen with this size and time, in a folder inside the root, when this run began.
    pub is_there: bool,
    /// Put by this run.
    pub is_put: bool,
}

impl Known {
    fn new(stamp: Stamp) -> Self {
        Self {
            stamp,
            is_there: false,
            is_put: false,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Manifest {
    files: HashMap<String, Known>,
    /// What whoever wrote the files said they were made of; None once any file was written or removed since.
    pub source: Option<String>,
}

impl Manifest {
    /// Reads a manifest; a missing one is empty, and lines that are none of ours are left out.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        match path.symlink_metadata() {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Ok(Self::default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        }
        let bytes = fs::read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut files = HashMap::with_capacity(text.len() / 96);
        files.extend(text.lines().filter_map(line));
        let source = text.lines().take(2).find_map(|line| line.strip_prefix(SOURCE));
        let source = source.map(str::to_owned);
        Ok(Self { files, source })
    }

    pub(super) fn text(&self) -> String {
        let mut paths: Vec<(&String, &Known)> = self.files.iter().collect();
        paths.sort_unstable_by_key(|(path, _)| *path);
        let mut text = String::with_capacity(paths.len() * 128 + HEADING.len());
        text.push_str(HEADING);
        text.push('\n');
        if let Some(source) = &self.source {
            let _ = writeln!(text, "{SOURCE}{source}");
        }
        for (path, Known { stamp, .. }) in paths {
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{path}",
                stamp.size, stamp.modified_ns, stamp.digest
            );
        }
        text
    }

    pub(super) fn get(&self, path: &str) -> Option<&Stamp> {
        self.files.get(path).map(|known| &known.stamp)
    }

    pub(super) fn known(&mut self, path: &str) -> Option<&mut Known> {
        self.files.get_mut(path)
    }

    pub(super) fn files(&mut self) -> impl Iterator<Item = (&str, &mut Known)> {
        self.files.iter_mut().map(|(path, known)| (path.as_str(), known))
    }

    /// What this run put.
    pub(super) fn put(&mut self, path: &str, stamp: Stamp) {
        match self.files.get_mut(path) {
            Some(known) => {
                known.stamp = stamp;
                known.is_put = true;
            }
            None => {
                let mut known = Known::new(stamp);
                known.is_put = true;
                self.files.insert(path.to_owned(), known);
            }
        }
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    /// The files that this run did not put.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        let others = self.files.iter().filter(|(_, known)| !known.is_put);
        others.map(|(path, _)| path.as_str())
    }
}

fn line(text: &str) -> Option<(String, Known)> {
    let mut fields = text.splitn(4, '\t');
    let size = fields.next()?.parse().ok()?;
    let modified_ns = fields.next()?.parse().ok()?;
    let digest = Digest(u128::from_str_radix(fields.next()?, 16).ok()?);
    let path = fields.next().filter(|path| super::check_path(path).is_ok())?;
    Some((
        path.to_owned(),
        Known::new(Stamp {
            size,
            modified_ns,
            digest,
        }),
    ))
}
