use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::ctx::Ctx;
use crate::features::accounts::credential;
use crate::features::audit::Actor;
use crate::features::outputs::naming::{safe_name, titled};
use crate::features::outputs::tree::{Put, Removal, Tree};
use crate::features::outputs::{nfo, paths};
use crate::features::settings::{self, Settings};
use crate::support::ids::CredentialId;

use super::files::{self, Details, File, Links};
use super::names::{Kind, Known, Name, Wanted, assign};
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
    let library = Library::read(ctx, &settings).await?;
    let given = library.fresh_names();
    let written = write_all(root.clone(), library, links, cancel.clone(), progress).await?;
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

/// Everything that has files, and what it is called.
struct Library {
    channels: Vec<(store::ChannelItem, Name)>,
    movies: Vec<(store::TitleItem, Name)>,
    series: HashMap<i64, (store::TitleItem, Name)>,
    episodes: Vec<(store::EpisodeItem, Name)>,
    known: Known,
}

impl Library {
    async fn read(ctx: &Ctx, settings: &Settings) -> Result<Self, LibraryError> {
        let known = store::names(&ctx.db).await?;
        let channels = store::channels(&ctx.db).await?;
        let wanted: Vec<Wanted> = channels.iter().map(wanted_channel).collect();
        let channels = channels.into_iter().zip(assign(&wanted, &known)).collect();
        let movies = store::movies(&ctx.db).await?;
        let wanted: Vec<Wanted> = movies
            .iter()
            .map(|item| wanted_title(Kind::Movie, item, settings, &known))
            .collect();
        let movies = movies.into_iter().zip(assign(&wanted, &known)).collect();
        let series = store::series(&ctx.db).await?;
        let wanted: Vec<Wanted> = series
            .iter()
            .map(|item| wanted_title(Kind::Series, item, settings, &known))
            .collect();
        let names = assign(&wanted, &known);
        let series: HashMap<_, _> = series
            .into_iter()
            .zip(names)
            .map(|(item, name)| (item.id, (item, name)))
            .collect();
        let episodes = store::episodes(&ctx.db).await?;
        let episodes = episodes
            .into_iter()
            .filter_map(|item| {
                let (series, _) = series.get(&item.series_id)?;
                let name = episode_name(&item, &series.title, &known);
                Some((item, name))
            })
            .collect();
        Ok(Self {
            channels,
            movies,
            series,
            episodes,
            known,
        })
    }

    fn names(&self) -> impl Iterator<Item = (Kind, i64, &Name)> {
        let channels = self
            .channels
            .iter()
            .map(|(item, name)| (Kind::Channel, item.id, name));
        let movies = self
            .movies
            .iter()
            .map(|(item, name)| (Kind::Movie, item.id, name));
        let series = self
            .series
            .values()
            .map(|(item, name)| (Kind::Series, item.id, name));
        let episodes = self
            .episodes
            .iter()
            .map(|(item, name)| (Kind::Episode, item.id, name));
        channels.chain(movies).chain(series).chain(episodes)
    }

    fn fresh_names(&self) -> Vec<(Kind, i64, Name)> {
        self.names()
            .filter(|(kind, id, name)| self.known.get(&(*kind, *id)) != Some(name))
            .map(|(kind, id, name)| (kind, id, name.clone()))
            .collect()
    }

    fn len(&self) -> usize {
        self.channels.len() + self.movies.len() + self.series.len() + self.episodes.len()
    }

    /// Hands every item's files to `take`, by the names of now.
    fn each(
        &self,
        links: &Links,
        mut take: impl FnMut(File) -> Result<(), LibraryError>,
    ) -> Result<(), LibraryError> {
        for (item, name) in &self.channels {
            take(files::channel(links, item.id, name))?;
        }
        for (item, name) in &self.movies {
            files::movie(links, item.id, name, &details(item))
                .into_iter()
                .try_for_each(&mut take)?;
        }
        for (item, name) in self.series.values() {
            take(files::series(name, &details(item)))?;
        }
        for (item, name) in &self.episodes {
            let Some((series, series_name)) = self.series.get(&item.series_id) else {
                continue;
            };
            let shown = shown_episode(item, &series.title);
            files::episode(links, item.id, series_name, name, &shown)
                .into_iter()
                .try_for_each(&mut take)?;
        }
        Ok(())
    }

    /// Where the files of renamed items stood before.
    fn old_paths(&self, links: &Links) -> HashSet<String> {
        let mut old = HashSet::new();
        let before =
            |kind: Kind, id: i64, now: &Name| self.known.get(&(kind, id)).filter(|name| *name != now);
        for (item, name) in &self.channels {
            old.extend(
                before(Kind::Channel, item.id, name).map(|name| files::channel(links, item.id, name).0),
            );
        }
        for (item, name) in &self.movies {
            let files = before(Kind::Movie, item.id, name)
                .map(|name| files::movie(links, item.id, name, &details(item)));
            old.extend(files.into_iter().flatten().map(|(path, _)| path));
        }
        for (item, name) in self.series.values() {
            old.extend(before(Kind::Series, item.id, name).map(|name| files::series(name, &details(item)).0));
        }
        for (item, name) in &self.episodes {
            let Some((series, series_name)) = self.series.get(&item.series_id) else {
                continue;
            };
            let series_before = before(Kind::Series, series.id, series_name);
            let own_before = before(Kind::Episode, item.id, name);
            if series_before.is_some() || own_before.is_some() {
                let shown = shown_episode(item, &series.title);
                let (folder, own) = (series_before.unwrap_or(series_name), own_before.unwrap_or(name));
                old.extend(files::episode(links, item.id, folder, own, &shown).map(|(path, _)| path));
            }
        }
        old
    }
}

fn wanted_channel(item: &store::ChannelItem) -> Wanted {
    Wanted {
        kind: Kind::Channel,
        id: item.id,
        source: safe_name(&item.name, "Unnamed"),
        folder: safe_name(&item.category, paths::UNCATEGORIZED),
        country: item.country.clone(),
        feed: item.feed.clone(),
        extension: String::new(),
    }
}

fn wanted_title(kind: Kind, item: &store::TitleItem, settings: &Settings, known: &Known) -> Wanted {
    let genre = item.genre.as_deref().filter(|_| settings.strm_organize_by_genre);
    let first = genre.and_then(|genre| {
        genre
            .split([',', '/', '|'])
            .map(str::trim)
            .find(|genre| !genre.is_empty())
    });
    let year = item
        .year
        .and_then(|year| u16::try_from(year).ok())
        .filter(|_| settings.strm_include_year);
    Wanted {
        kind,
        id: item.id,
        source: titled(&item.title, year),
        folder: first.map(|genre| safe_name(genre, "")).unwrap_or_default(),
        country: None,
        feed: None,
        extension: extension(kind, item.id, item.format.as_deref(), known),
    }
}

fn episode_name(item: &store::EpisodeItem, series: &str, known: &Known) -> Name {
    let (season, number) = numbers(item);
    let name = paths::episode(series, season, number, item.title.as_deref(), "");
    let extension = extension(Kind::Episode, item.id, item.format.as_deref(), known);
    Name {
        source: String::new(),
        folder: String::new(),
        name,
        extension,
    }
}

/// What a link ends in is only a hint to players: once written it stays, whichever version is played.
fn extension(kind: Kind, id: i64, format: Option<&str>, known: &Known) -> String {
    match known.get(&(kind, id)) {
        Some(name) => name.extension.clone(),
        None => match format {
            Some("hls") => "m3u8".to_owned(),
            Some(format) if format.len() <= 4 && format.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                format.to_owned()
            }
            _ => "mp4".to_owned(),
        },
    }
}

fn numbers(item: &store::EpisodeItem) -> (u16, u16) {
    (
        u16::try_from(item.season).unwrap_or(u16::MAX),
        u16::try_from(item.episode).unwrap_or(u16::MAX),
    )
}

fn details(item: &store::TitleItem) -> Details<'_> {
    let year = item.year.and_then(|year| u16::try_from(year).ok());
    Details {
        title: &item.title,
        year,
        genre: item.genre.as_deref(),
    }
}

fn shown_episode<'e>(item: &'e store::EpisodeItem, series: &'e str) -> nfo::Episode<'e> {
    let (season, episode) = numbers(item);
    nfo::Episode {
        series,
        title: item.title.as_deref(),
        season,
        episode,
        plot: None,
        aired: None,
        runtime_minutes: None,
    }
}

struct Written {
    tree: Tree,
    outcome: Outcome,
    moved: Vec<String>,
    orphans: Vec<File>,
}

async fn write_all(
    root: Root,
    library: Library,
    links: Links,
    cancel: CancellationToken,
    progress: impl Fn(u64, Option<u64>, &str) + Send + 'static,
) -> Result<Written, LibraryError> {
    let write = move || {
        let mut tree = Tree::open(&root.0)?;
        let mut outcome = Outcome::default();
        let mut present = HashSet::with_capacity(library.len() * 2);
        let total = Some(count(library.len() * 2));
        library.each(&links, |(path, bytes)| {
            match tree.put(&path, &bytes)? {
                Put::Written => outcome.written += 1,
                Put::Unchanged => outcome.unchanged += 1,
            }
            present.insert(path);
            if present.len() % STEP == 0 {
                if cancel.is_cancelled() {
                    return Err(LibraryError::Cancelled);
                }
                progress(count(present.len()), total, "Writing files");
            }
            Ok(())
        })?;
        let old = library.old_paths(&links);
        let (mut moved, mut orphans) = (Vec::new(), Vec::new());
        for path in tree.paths().filter(|path| !present.contains(*path)) {
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
