use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::features::accounts::credential;
use crate::features::audit::Actor;
use crate::features::catalogue::store::state;
use crate::features::outputs::tree::{Put, Removal, Tree};
use crate::features::settings::{self, Settings};
use crate::support::ids::CredentialId;

use super::files::{File, Links};
use super::items::Items;
use super::told::{Told, tell};
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
    let now = ctx.clock.now_ms();
    let source = source(ctx, &settings, &links).await?;
    let (tree, unchanged) = open(root.clone(), source.clone()).await?;
    if let Some(unchanged) = unchanged {
        store::prune_trash(&ctx.db, now - TRASH_KEPT_MS).await?;
        return Ok(Outcome {
            unchanged,
            ..Outcome::default()
        });
    }
    let items = Items::read(ctx, &settings).await?;
    let given = items.fresh_names();
    let (told, telling) = tell(&ctx.db, items.parts()).await?;
    let writing = write_all(tree, root.clone(), items, told, links, cancel.clone(), progress);
    let (written, ()) = tokio::join!(writing, telling);
    let written = written?;
    let mut outcome = written.outcome.clone();
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
    tx.commit().await?;
    store::prune_trash(&ctx.db, now - TRASH_KEPT_MS).await?;
    let source = (outcome.kept == 0).then_some(source);
    let removed = remove(written.tree, written.moved, trashed, source).await?;
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

/// What the files are made of, in one line: where it is as before, so are they.
async fn source(ctx: &Ctx, settings: &Settings, links: &Links) -> Result<String, LibraryError> {
    let (catalogue, facts) = state::versions(&ctx.db).await?;
    let providers = store::providers(&ctx.db).await?;
    let settings = (settings.strm_organize_by_genre, settings.strm_include_year);
    let all = format!(
        "{} {catalogue} {facts} {providers:?} {settings:?} {}",
        env!("CARGO_PKG_VERSION"),
        links.start()
    );
    // The address of the links holds a credential.
    let digest = Sha256::digest(all.as_bytes());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Opens the folder; with how many files it has if they all are there and were made of `source`.
async fn open(root: Root, source: String) -> Result<(Tree, Option<u64>), LibraryError> {
    let open = move || {
        let mut tree = Tree::open(&root.0)?;
        tree.look();
        let unchanged = tree.made_of(&source).map(count);
        Ok((tree, unchanged))
    };
    tokio::task::spawn_blocking(open)
        .await
        .map_err(|_| LibraryError::WriterGone)?
}

struct Written {
    tree: Tree,
    outcome: Outcome,
    moved: Vec<String>,
    orphans: Vec<File>,
}

async fn write_all(
    mut tree: Tree,
    root: Root,
    items: Items,
    mut told: Told,
    links: Links,
    cancel: CancellationToken,
    progress: impl Fn(u64, Option<u64>, &str) + Send + 'static,
) -> Result<Written, LibraryError> {
    let write = move || {
        let mut outcome = Outcome::default();
        let mut done = 0;
        let total = Some(count(items.len() * 2));
        items.each(&links, &mut told, |(path, bytes)| {
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

async fn remove(
    mut tree: Tree,
    moved: Vec<String>,
    trashed: Vec<File>,
    source: Option<String>,
) -> Result<Removed, LibraryError> {
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
        if let Some(source) = source {
            tree.set_source(&source);
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
