//! Playlists and guides as players fetch them: prepared once per state of the catalogue and selection as a draft in the
//! cache folder, and filled in for whoever asks while it is sent.

mod store;

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::{Db, DbError};

use super::m3u::{self, Entry};
use super::selection::Selection;
use super::xmltv::{self, GuideChannel};

pub use store::catalogue_version;

/// Drafts kept at most; the oldest are made anew when they are asked for again.
const DRAFTS_KEPT: usize = 32;
const OLD: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
const BUFFER_BYTES: usize = 256 * 1024;

/// Why there is no playlist.
#[derive(Debug, thiserror::Error)]
pub enum PlaylistError {
    #[error("there is no category of that name")]
    UnknownCategory,
    #[error("the cache folder cannot be written: {0}")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a draft is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    Playlist(Selection),
    Guide,
}

/// A draft on disk.
#[derive(Debug, Clone)]
pub struct Draft {
    pub path: PathBuf,
    /// The state of the catalogue it shows.
    pub version: i64,
}

/// The drafts of one node.
pub struct Drafts {
    folder: PathBuf,
    node: String,
    known: Mutex<HashMap<Kind, Arc<tokio::sync::Mutex<Option<Draft>>>>>,
    made: std::sync::atomic::AtomicU64,
}

impl Drafts {
    /// Drafts below `folder`, which nodes may share: each writes files of its own, and removes what earlier ones left.
    ///
    /// # Errors
    /// If the folder cannot be made or read.
    pub fn in_folder(folder: &Path, node: &str) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "draft") && is_old(&path) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            node: node.to_owned(),
            known: Mutex::default(),
            made: 0.into(),
        })
    }

    /// The draft of a selection as the catalogue is now.
    ///
    /// # Errors
    /// [`PlaylistError::UnknownCategory`], or if the draft cannot be made.
    pub async fn playlist(&self, db: &Db, selection: Selection) -> Result<Draft, PlaylistError> {
        if let Some(category) = &selection.category
            && !store::category_exists(db, category).await?
        {
            return Err(PlaylistError::UnknownCategory);
        }
        self.current(db, Kind::Playlist(selection)).await
    }

    /// The draft of the guide as the catalogue is now.
    ///
    /// # Errors
    /// If the draft cannot be made.
    pub async fn guide(&self, db: &Db) -> Result<Draft, PlaylistError> {
        self.current(db, Kind::Guide).await
    }

    async fn current(&self, db: &Db, kind: Kind) -> Result<Draft, PlaylistError> {
        let version = catalogue_version(db).await?;
        let place = self.place(&kind);
        // Who asks for the same draft meanwhile waits for it instead of making it again.
        let mut draft = place.lock().await;
        // Another node that began may have taken it for one that an earlier run left.
        if let Some(draft) = draft
            .as_ref()
            .filter(|draft| draft.version == version && draft.path.exists())
        {
            return Ok(draft.clone());
        }
        let number = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{number}.draft", self.node));
        let made = Draft { path, version };
        let mut out = DraftFile::create(&made.path)?;
        match &kind {
            Kind::Playlist(selection) => write_playlist(db, selection, &mut out).await?,
            Kind::Guide => write_guide(db, &mut out).await?,
        }
        out.finish()?;
        if let Some(old) = draft.replace(made.clone()) {
            // Who is reading it still has it open; if it cannot be removed now, the next start does it.
            let _ = std::fs::remove_file(old.path);
        }
        Ok(made)
    }

    fn place(&self, kind: &Kind) -> Arc<tokio::sync::Mutex<Option<Draft>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= DRAFTS_KEPT && !known.contains_key(kind) {
            let unused = known
                .iter()
                .find(|(_, place)| Arc::strong_count(place) == 1)
                .map(|(kind, _)| kind.clone());
            if let Some(old) = unused
                .and_then(|unused| known.remove(&unused))
                .and_then(Arc::into_inner)
                && let Some(draft) = old.into_inner()
            {
                let _ = std::fs::remove_file(draft.path);
            }
        }
        Arc::clone(known.entry(kind.clone()).or_default())
    }
}

/// Whether a draft was made so long ago that its node is most likely gone; if not, it makes the draft again.
fn is_old(path: &Path) -> bool {
    let made = path.metadata().and_then(|metadata| metadata.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > OLD))
}

async fn write_playlist(db: &Db, selection: &Selection, out: &mut DraftFile) -> Result<(), PlaylistError> {
    m3u::write_header(&mut out.buffer);
    let mut failed = Ok(());
    store::each_entry(db, selection, |line| {
        let path = line.path(selection.quality);
        let number = line.number();
        let tvg_id = line.tvg_id();
        let entry = Entry {
            path: &path,
            name: &line.name,
            label: &line.label(selection.quality),
            tvg_id: &tvg_id,
            number: &number,
            logo: &line.logo(),
            group: &line.category,
        };
        m3u::write_entry(&mut out.buffer, &entry);
        if failed.is_ok() {
            failed = out.flush_if_full();
        }
        Ok(())
    })
    .await?;
    Ok(failed?)
}

async fn write_guide(db: &Db, out: &mut DraftFile) -> Result<(), PlaylistError> {
    xmltv::write_header(&mut out.buffer);
    let mut failed = Ok(());
    let mut seen = std::collections::HashSet::new();
    store::each_entry(db, &Selection::default(), |line| {
        let id = line.tvg_id();
        // Two channels may carry one guide id; a guide names it once.
        if line.epg_id.is_some() && !seen.insert(id.clone()) {
            return Ok(());
        }
        let channel = GuideChannel {
            id: &id,
            name: &line.name,
            number: &line.number(),
            logo: &line.logo(),
        };
        xmltv::write_channel(&mut out.buffer, &channel);
        if failed.is_ok() {
            failed = out.flush_if_full();
        }
        Ok(())
    })
    .await?;
    failed?;
    xmltv::write_footer(&mut out.buffer);
    Ok(())
}

struct DraftFile {
    file: std::fs::File,
    buffer: Vec<u8>,
}

impl DraftFile {
    fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            file: std::fs::File::create(path)?,
            buffer: Vec::with_capacity(BUFFER_BYTES + 4096),
        })
    }

    fn flush_if_full(&mut self) -> std::io::Result<()> {
        if self.buffer.len() < BUFFER_BYTES {
            return Ok(());
        }
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.file.write_all(&self.buffer)
    }
}
