//! The file of the master key: made at the first start, readable by its owner only.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox};

use crate::support::crypto::{KEY_BYTES, Keys, random_key};

/// Why the key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("The key file {} cannot be read: {error}.", path.display())]
    Read { path: PathBuf, error: std::io::Error },
    #[error("The key file {} cannot be made: {error}.", path.display())]
    Create { path: PathBuf, error: std::io::Error },
    #[error("The key file {} can be read by others; make it private with: chmod 600 {}", path.display(), path.display())]
    Open { path: PathBuf },
    #[error("The key file {} does not hold a key of {KEY_BYTES} bytes in base64url; put back the file that was made with this database.", path.display())]
    Content { path: PathBuf },
}

/// Reads the key, after making the file if there is none. Several nodes may do this at once on a shared folder: the
/// first one's key counts for all.
pub fn read_or_create(path: &Path) -> Result<Keys, KeyFileError> {
    if !path.try_exists().unwrap_or(true) {
        create(path).map_err(|error| KeyFileError::Create {
            path: path.to_owned(),
            error,
        })?;
    }
    read(path)
}

fn create(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", URL_SAFE_NO_PAD.encode(random_key().expose_secret()))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(taken) if taken.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(failed.error),
    }
}

fn read(path: &Path) -> Result<Keys, KeyFileError> {
    let failed = |error| KeyFileError::Read {
        path: path.to_owned(),
        error,
    };
    if !is_private(&fs::metadata(path).map_err(failed)?) {
        return Err(KeyFileError::Open {
            path: path.to_owned(),
        });
    }
    let text = fs::read(path).map_err(failed)?;
    let key = URL_SAFE_NO_PAD
        .decode(text.trim_ascii())
        .ok()
        .and_then(|key| <[u8; KEY_BYTES]>::try_from(key).ok());
    let key = key.ok_or_else(|| KeyFileError::Content {
        path: path.to_owned(),
    })?;
    Ok(Keys::new(SecretBox::new(Box::new(key))))
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/secret.key");
        let first = read_or_create(&path).unwrap();
        let again = read_or_create(&path).unwrap();
        assert_eq!(first.fingerprint("test", b"a"), again.fingerprint("test", b"a"));
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left beside the key"
        );
    }

    #[test]
    fn two_nodes_that_start_at_once_share_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let prints: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| read_or_create(&path).unwrap().fingerprint("test", b"a")))
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert!(prints.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_private_or_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        read_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = read_or_create(&path).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_without_being_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        for text in ["", "hunter2-hunter2", &"A".repeat(44)] {
            read_or_create(&path).unwrap();
            fs::write(&path, text).unwrap();
            let error = read_or_create(&path).unwrap_err().to_string();
            assert!(
                error.contains("does not hold a key") && !error.contains("hunter2"),
                "{error}"
            );
            assert_eq!(
                fs::read_to_string(&path).unwrap(),
                text,
                "the file is left as it is"
            );
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let error = read_or_create(&folder.path().join("file/secret.key")).unwrap_err();
        assert!(error.to_string().contains("file/secret.key"), "{error}");
    }
}
