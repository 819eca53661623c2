use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::features::accounts::credential;
use crate::features::audit::Actor;
use crate::features::outputs::tree::{Put, Removal, Tree};
use crate::features::settings;
use crate::support::ids::CredentialId;

use super::files::{File, Links};
use super::items::Items;
use super::{LibraryError, store};

/// How long the trash keeps a file, in milliseconds: 30 days.
const TRASH_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// Items between two looks at the cancel button.
const STEP: usize = 500;

/// Where the library is written.
#[derive(Debug, Clone)]
pub struct Root(pub PathBuf);

/// What a run did, in files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub written: u64,
    pub unchanged: u64,
    /// Files of items that were renamed: gone from their old place.
    pub moved: u64,
    pub trashed: u64,
    /// Orphans that stay because a provider's catalogue is not known for sure.
    pub kept: u64,
    /// Why they stay, in words.
    pub kept_because: Option<String>,
}

/// Writes the library: what is new or changed, and nothing else; then takes the orphans out.
///
/// # Errors
/// [`LibraryError::NoPublicUrl`], [`LibraryError::Cancelled`], or what the file system and the database say.
pub async fn run(
    ctx: &Ctx,
    actor: &Actor,
    root: Root,
    cancel: &CancellationToken,
    progress: impl Fn(u64, Option<u64>, &str) + Send + Sync + 'static,
) -> Result<Outcome, LibraryError> {
    let settings = settings::load(ctx).await?;
    let public_url = settings.public_url.clone().ok_or(LibraryError::NoPublicUrl)?;
    let credential = credential::get(ctx, own_credential(ctx, actor).await?).await?;
    let links = Links::new(&public_url, credential.token.expose_secret());
    let items = Items::read(ctx, &settings).await?;
    let given = items.fresh_names();
    let written = write_all(root.clone(), items, links, cancel.clone(), progress).await?;
    let mut outcome = written.outcome.clone();
    let now = ctx.clock.now_ms();
    let root_text = root.0.to_string_lossy().into_owned();
    let uncertain = store::uncertain_provider(&ctx.db).await?;
    let mut trashed = written.orphans;
    if let Some(provider) = uncertain.filter(|_| !trashed.is_empty()) {
        outcome.kept = count(trashed.len());
        outcome.kept_because = Some(format!(
            "The last sync of {provider} failed or waits for approval; nothing is removed until it is good."
        ));
        trashed.clear();
    }
    let mut tx = ctx.db.begin().await?;
    store::keep_names(&mut tx, &given).await?;
    store::insert_trash(&mut tx, &root_text, &trashed, now).await?;
    store::prune_trash(&mut tx, now - TRASH_KEPT_MS).await?;
    tx.commit().await?;
    let removed = remove(written.tree, written.moved, trashed).await?;
    store::forget_trash(&ctx.db, &root_text, &removed.stayed, now).await?;
    outcome.moved = removed.moved;
    outcome.trashed = removed.trashed;
    Ok(outcome)
}

async fn own_credential(ctx: &Ctx, actor: &Actor) -> Result<CredentialId, LibraryError> {
    if let Some(id) = store::credential(&ctx.db).await? {
        return Ok(id);
    }
    let mut tx = ctx.db.begin().await?;
    if let Some(id) = store::lock_credential(&mut tx).await? {
        return Ok(id);
    }
    let id = credential::create_for_nobody(ctx, &mut tx, actor, "Library").await?;
    store::set_credential(&mut tx, id).await?;
    tx.commit().await?;
    Ok(id)
}

struct Written {
    tree: Tree,
    outcome: Outcome,
    moved: Vec<String>,
    orphans: Vec<File>,
}

async fn write_all(
    root: Root,
    items: Items,
    links: Links,
    cancel: CancellationToken,
    progress: impl Fn(u64, Option<u64>, &str) + Send + 'static,
) -> Result<Written, LibraryError> {
    let write = move || {
        let mut tree = Tree::open(&root.0)?;
        tree.look();
        let mut outcome = Outcome::default();
        let mut done = 0;
        let total = Some(count(items.len() * 2));
        items.each(&links, |(path, bytes)| {
            match tree.put(&path, &bytes)? {
                Put::Written => outcome.written += 1,
                Put::Unchanged => outcome.unchanged += 1,
            }
            done += 1;
            if done % STEP == 0 {
                if cancel.is_cancelled() {
                    return Err(LibraryError::Cancelled);
                }
                progress(count(done), total, "Writing files");
            }
            Ok(())
        })?;
        let old = items.old_paths(&links);
        let (mut moved, mut orphans) = (Vec::new(), Vec::new());
        for path in tree.others() {
            if old.contains(path) {
                moved.push(path.to_owned());
            } else {
                // One that cannot be read is gone or not ours any more.
                orphans.push((path.to_owned(), read(&root.0, path).unwrap_or_default()));
            }
        }
        tree.commit()?;
        Ok(Written {
            tree,
            outcome,
            moved,
            orphans,
        })
    };
    tokio::task::spawn_blocking(write)
        .await
        .map_err(|_| LibraryError::WriterGone)?
}

fn read(root: &Path, path: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(root.join(path))
}

#[derive(Default)]
struct Removed {
    moved: u64,
    trashed: u64,
    /// Files that somebody changed: they stay.
    stayed: Vec<String>,
}

async fn remove(mut tree: Tree, moved: Vec<String>, trashed: Vec<File>) -> Result<Removed, LibraryError> {
    let remove = move || {
        let mut removed = Removed::default();
        for path in moved {
            removed.moved += u64::from(tree.remove(&path)? == Removal::Removed);
        }
        for (path, _) in trashed {
            match tree.remove(&path)? {
                Removal::Removed => removed.trashed += 1,
                Removal::Missing | Removal::Foreign => removed.stayed.push(path),
            }
        }
        tree.commit()?;
        Ok(removed)
    };
    tokio::task::spawn_blocking(remove)
        .await
        .map_err(|_| LibraryError::WriterGone)?
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
