//! Playlists on the machine itself, below the one folder that its operator allows.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::ctx::Ctx;

/// The field that holds the path.
pub const FIELD: &str = "m3u_path";

const LONGEST: usize = 1_000;

/// Why a file is not read. Each is the end of a sentence, without a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("files of this machine are not read, since STRM_IMPORT_DIR names no folder")]
    NoFolder,
    #[error("the folder that STRM_IMPORT_DIR names is not there")]
    FolderMissing,
    #[error("the path must lead to a file below the import folder, without .. and not from the root")]
    Path,
    #[error("there is no such file below the import folder")]
    Missing,
    #[error("it leads out of the import folder")]
    Outside,
    #[error("it is no plain file")]
    NoFile,
    #[error("the product may not read it")]
    Forbidden,
    #[error("it cannot be read")]
    Unreadable,
}

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::PermissionDenied => Self::Forbidden,
            _ => Self::Unreadable,
        }
    }
}

/// Whether the operator allows files of the machine.
pub fn is_offered(config: &Config) -> bool {
    config.import.dir.is_some()
}

/// Whether a text can be such a path at all.
///
/// # Errors
/// [`ImportError::Path`].
pub fn judge(text: &str) -> Result<(), ImportError> {
    let path = Path::new(text);
    let mut parts = path.components().peekable();
    let is_plain = parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)));
    let is_clean = text.len() <= LONGEST && !text.contains('\\') && !text.chars().any(char::is_control);
    if is_plain && is_clean {
        Ok(())
    } else {
        Err(ImportError::Path)
    }
}

/// As [`open_now`], where a slow disk holds nobody up.
///
/// # Errors
/// [`ImportError`].
pub async fn open(ctx: &Ctx, text: &str) -> Result<File, ImportError> {
    let (config, text) = (Arc::clone(&ctx.config), text.to_owned());
    let opened = tokio::task::spawn_blocking(move || open_now(&config, &text)).await;
    opened.unwrap_or(Err(ImportError::Unreadable))
}

/// Opens a file for reading. Links may lead about below the folder, not out of it; what is no plain file is not even opened.
///
/// # Errors
/// [`ImportError`].
pub fn open_now(config: &Config, text: &str) -> Result<File, ImportError> {
    let folder = config.import.dir.as_deref().ok_or(ImportError::NoFolder)?;
    judge(text)?;
    let folder = fs::canonicalize(folder).map_err(|_| ImportError::FolderMissing)?;
    let path = fs::canonicalize(folder.join(text))?;
    if !path.starts_with(&folder) {
        return Err(ImportError::Outside);
    }
    open_below(&folder, &path)
}

/// Opens a file below a folder, both of which had no links in them a moment ago: meanwhile somebody may have put something
/// else in the place of the file, or a link in the place of a folder on the way to it.
fn open_below(folder: &Path, path: &Path) -> Result<File, ImportError> {
    let seen = fs::symlink_metadata(path)?;
    if !seen.is_file() {
        return Err(ImportError::NoFile);
    }
    let file = open_plain(path)?;
    let opened = file.metadata()?;
    if !opened.is_file() || !is_same(&seen, &opened) {
        return Err(ImportError::NoFile);
    }
    if !place(&file, path, &opened)?.starts_with(folder) {
        return Err(ImportError::Outside);
    }
    Ok(file)
}

/// Where an open file is: by what the system says of it, or else by its path, if that still leads to it.
fn place(file: &File, path: &Path, opened: &Metadata) -> Result<PathBuf, ImportError> {
    if let Some(place) = place_of(file) {
        return Ok(place);
    }
    let place = fs::canonicalize(path)?;
    if is_same(&fs::symlink_metadata(&place)?, opened) {
        Ok(place)
    } else {
        Err(ImportError::NoFile)
    }
}

#[cfg(unix)]
fn place_of(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;

    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(unix))]
fn place_of(_: &File) -> Option<PathBuf> {
    None
}

#[cfg(unix)]
fn open_plain(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    // A pipe that was put there meanwhile must not make anybody wait.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_plain(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_same(seen: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_are_judged_good() {
        for good in ["list.m3u", "one/two.m3u8", "Élan vital.m3u", "..list"] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "/etc/passwd",
            "one/../two",
            "./list",
            "one\\two",
            "a\u{0}b",
            "a\nb",
        ] {
            assert_eq!(judge(bad), Err(ImportError::Path), "{bad:?}");
        }
        assert_eq!(judge(&"x".repeat(LONGEST + 1)), Err(ImportError::Path));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_takes_the_place_of_a_folder_meanwhile_leads_nowhere() {
        let house = tempfile::tempdir().unwrap();
        let house = fs::canonicalize(house.path()).unwrap();
        let (folder, outside) = (house.join("import"), house.join("outside"));
        for place in [&folder.join("tv"), &outside] {
            fs::create_dir_all(place).unwrap();
            fs::write(place.join("list.m3u"), "#EXTM3U").unwrap();
        }
        let path = folder.join("tv/list.m3u");
        let file = open_below(&folder, &path).unwrap();
        let opened = file.metadata().unwrap();
        assert_eq!(place(&file, &path, &opened), Ok(path.clone()));
        fs::remove_dir_all(folder.join("tv")).unwrap();
        std::os::unix::fs::symlink(&outside, folder.join("tv")).unwrap();
        assert_eq!(open_below(&folder, &path).err(), Some(ImportError::Outside));
    }
}
