//! What can go wrong in a folder of generated files.

use std::io;

/// Paths are relative to the root, so that no message tells where it lies.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error("the path is not a plain relative path")]
    BadPath,
    #[error("\"{path}\" is a link that leads out of the output folder")]
    LeadsOut { path: String },
    #[error("\"{path}\" is a folder where a file must stand")]
    FolderInTheWay { path: String },
    #[error("\"{path}\" is a file where a folder must stand")]
    FileInTheWay { path: String },
    #[error("another run is writing to this output folder")]
    Busy,
    #[error("cannot write {what}: {source}")]
    Io { what: String, source: io::Error },
}

impl TreeError {
    pub(super) fn io(path: &str) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io {
            what: if path.is_empty() {
                "the output folder".to_owned()
            } else {
                format!("\"{path}\"")
            },
            source,
        }
    }
}
