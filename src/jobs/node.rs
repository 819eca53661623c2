//! Nodes and how the living are told from the dead.
//!
//! Each node holds the lock of a file of its own below the data folder. The system lets go of it however the process
//! ends, so that the next start knows at once which runs were cut short, while a command that works on the same database
//! is left alone. Nodes that share no folder are judged by their heartbeats.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// This process on the database, as long as it lives.
#[derive(Debug)]
pub struct Node {
    id: String,
    folder: PathBuf,
    lock: File,
}

const ENDING: &str = "lock";

impl Node {
    /// Enters the nodes of `folder`, which is made if need be.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn enter(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let id = uuid::Uuid::now_v7().to_string();
        // Locked before it has its name: nobody ever sees it without its lock.
        let hidden = folder.join(format!("{id}.new"));
        let lock = File::create(&hidden)?;
        lock.lock()?;
        fs::rename(&hidden, folder.join(format!("{id}.{ENDING}")))?;
        Ok(Self {
            id,
            folder: folder.to_owned(),
            lock,
        })
    }

    /// Whether any process works on the nodes of `folder`.
    pub fn is_any_alive(folder: &Path) -> bool {
        let Ok(entries) = fs::read_dir(folder) else {
            return false;
        };
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
            .filter_map(|path| Other::look(String::new(), path))
            .any(|other| !other.is_dead())
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The other nodes of the folder.
    pub(super) fn others(&self) -> Vec<Other> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
            .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path)))
            .filter(|(id, _)| *id != self.id)
            .filter_map(|(id, path)| Other::look(id, path))
            .collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // The file of a node that ends well would only be looked at once more; it stays where jobs are left behind.
        let _ = self.lock.unlock();
    }
}

/// Another node, alive as long as its lock is held.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) id: String,
    path: PathBuf,
    /// The lock of a dead one, held until its jobs are dealt with.
    dead: Option<File>,
}

impl Other {
    fn look(id: String, path: PathBuf) -> Option<Self> {
        let file = File::open(&path).ok()?;
        let dead = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => return None,
        };
        Some(Self { id, path, dead })
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    /// Forgets a dead node once nothing of it is left.
    pub(super) fn forget(self) {
        if self.is_dead() {
            // Whoever comes later looks again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_alive_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let one = Node::enter(folder.path()).unwrap();
        let two = Node::enter(folder.path()).unwrap();
        let seen = one.others();
        assert_eq!(seen.len(), 1);
        assert!(seen[0].id == two.id() && !seen[0].is_dead());
        assert!(Node::is_any_alive(folder.path()));
        drop((seen, two));
        let seen = one.others().pop().unwrap();
        assert!(seen.is_dead());
        seen.forget();
        assert!(one.others().is_empty());
        drop(one);
        assert!(!Node::is_any_alive(folder.path()));
        assert!(!Node::is_any_alive(&folder.path().join("none")));
    }
}
