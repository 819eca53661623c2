use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::json;

use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};
use crate::support::ids::TrashId;
use crate::support::paging::{Listed, Slice};

use super::{LibraryError, store};

crate::record! {
    /// A file that was taken out of the library.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Trashed {
        pub id: TrashId,
        /// Below the library's root.
        pub path: String,
        /// Milliseconds since the epoch, UTC.
        pub trashed_at: i64,
    }
}

/// What is in the trash, the latest first.
///
/// # Errors
/// Whatever the database says.
pub async fn list(ctx: &Ctx, slice: Slice) -> Result<Listed<Trashed>, LibraryError> {
    let (items, total) = store::trash(&ctx.db, slice.skip, i64::from(slice.limit)).await?;
    Ok(Listed { items, total })
}

/// Brings a file back to where it was. It is the owner's from then on: no later run removes it.
///
/// # Errors
/// [`LibraryError::NotInTrash`], [`LibraryError::PlaceTaken`] if another file stands there, or if it cannot be written.
pub async fn restore(ctx: &Ctx, actor: &Actor, id: TrashId) -> Result<String, LibraryError> {
    let (root, path, bytes) = store::trashed_file(&ctx.db, id)
        .await?
        .ok_or(LibraryError::NotInTrash)?;
    let mut tx = ctx.db.begin().await?;
    if !store::remove_trash(&mut tx, id).await? {
        return Err(LibraryError::NotInTrash);
    }
    let details = json!({ "path": path });
    audit::record(
        &mut tx,
        ctx.clock.now_ms(),
        actor,
        "library.restored",
        format!("trash:{id}"),
        details,
    )
    .await?;
    let written = path.clone();
    tokio::task::spawn_blocking(move || write_back(Path::new(&root), &written, &bytes))
        .await
        .map_err(|_| LibraryError::WriterGone)??;
    tx.commit().await?;
    Ok(path)
}

fn write_back(root: &Path, path: &str, bytes: &[u8]) -> Result<(), LibraryError> {
    let file = root.join(path);
    let io = |source: std::io::Error| crate::features::outputs::tree::TreeError::Io {
        what: format!("\"{path}\""),
        source,
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(io)?;
        let (root, folder) = (
            root.canonicalize().map_err(io)?,
            folder.canonicalize().map_err(io)?,
        );
        if !folder.starts_with(&root) {
            return Err(crate::features::outputs::tree::TreeError::LeadsOut {
                path: path.to_owned(),
            }
            .into());
        }
    }
    let mut out = match OpenOptions::new().write(true).create_new(true).open(&file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(LibraryError::PlaceTaken(path.to_owned()));
        }
        out => out.map_err(io)?,
    };
    Ok(out.write_all(bytes).map_err(io)?)
}
