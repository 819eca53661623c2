//! Renditions on disk.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The files of one node.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Reads a rendition; `None` if this node has none of that hash.
    pub(super) async fn read(&self, hash: &str) -> io::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.path(hash)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a rendition whole or not at all, unless it is there. Returns its hash.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<String> {
        let digest = Sha256::digest(bytes);
        let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.path(&hash);
        if path.exists() {
            return Ok(hash);
        }
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, bytes)?;
        file.persist(&path)?;
        Ok(hash)
    }

    pub(super) async fn remove(&self, hash: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.path(hash)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn path(&self, hash: &str) -> PathBuf {
        let shelf = hash.get(..2).unwrap_or_default();
        self.folder.join(shelf).join(format!("{hash}.jpg"))
    }
}
