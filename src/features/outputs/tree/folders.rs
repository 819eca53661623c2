//! The folders below a root, each looked at once a run.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::TreeError;

pub(super) struct Folders {
    root: PathBuf,
    /// Folders known to be real and inside the root.
    seen: HashSet<String>,
    /// Those of them that this run made: nothing stood in them.
    made: HashSet<String>,
}

impl Folders {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            seen: HashSet::new(),
            made: HashSet::new(),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folders above a file; true if this run made the last one, so that only it put files there.
    pub(super) fn make(&mut self, path: &str) -> Result<bool, TreeError> {
        let Some((parent, _)) = path.rsplit_once('/') else {
            return Ok(false);
        };
        if !self.seen.contains(parent) {
            for end in ends(parent) {
                self.make_one(&parent[..end])?;
            }
        }
        Ok(self.made.contains(parent))
    }

    fn make_one(&mut self, folder: &str) -> Result<(), TreeError> {
        if self.seen.contains(folder) {
            return Ok(());
        }
        let full = self.root.join(folder);
        match fs::create_dir(&full) {
            Ok(()) => {
                self.made.insert(folder.to_owned());
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.check(folder, &full)?,
            Err(error) => return Err(TreeError::io(folder)(error)),
        }
        self.seen.insert(folder.to_owned());
        Ok(())
    }

    /// Whether the folders above a file exist, inside the root.
    pub(super) fn holds(&mut self, path: &str) -> Result<bool, TreeError> {
        let Some((parent, _)) = path.rsplit_once('/') else {
            return Ok(true);
        };
        for end in ends(parent) {
            let folder = &parent[..end];
            if self.seen.contains(folder) {
                continue;
            }
            match self.check(folder, &self.root.join(folder)) {
                Ok(()) => self.seen.insert(folder.to_owned()),
                Err(TreeError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    return Ok(false);
                }
                Err(error) => return Err(error),
            };
        }
        Ok(true)
    }

    /// Removes the folders above a removed file as far as they are empty.
    pub(super) fn prune(&mut self, path: &str) {
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if fs::remove_dir(self.root.join(parent)).is_err() {
                return;
            }
            self.seen.remove(parent);
            self.made.remove(parent);
            rest = parent;
        }
    }

    fn check(&self, folder: &str, full: &Path) -> Result<(), TreeError> {
        let found = full.symlink_metadata().map_err(TreeError::io(folder))?;
        if found.is_dir() {
            return Ok(());
        }
        if !found.is_symlink() {
            return Err(TreeError::FileInTheWay {
                path: folder.to_owned(),
            });
        }
        let target = full.canonicalize().map_err(TreeError::io(folder))?;
        if !target.starts_with(&self.root) {
            return Err(TreeError::LeadsOut {
                path: folder.to_owned(),
            });
        }
        if target.is_dir() {
            Ok(())
        } else {
            Err(TreeError::FileInTheWay {
                path: folder.to_owned(),
            })
        }
    }
}

/// Where each folder of `a/b/c` ends: 1, 3, 5.
fn ends(folder: &str) -> impl Iterator<Item = usize> + use<'_> {
    folder
        .match_indices('/')
        .map(|(at, _)| at)
        .chain(std::iter::once(folder.len()))
}
