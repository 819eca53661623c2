//! A playlist straight to STRM files, without server and database: read, classify, merge, name, write.

mod channels;
mod collect;
mod fetched;
mod files;
mod spelling;
mod titles;

pub use fetched::{FetchedError, fetched, uploaded};

use std::path::Path;

use url::Url;

use self::collect::Collected;
use self::files::{File, Files};
use super::selection::Preference;
use super::tree::{Put, Tree, TreeError};
use crate::features::providers::m3u::{Limits, NotAPlaylist, Reader, Refusal};
use crate::features::providers::url_parts::ProviderSecrets;

/// How a playlist becomes files.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub preference: Preference,
    /// A folder for each group.
    pub by_category: bool,
    /// 0 to 100.
    pub fuzzy_threshold: u8,
    /// Without it each stream is a file of its own.
    pub merge: bool,
    /// Removes files of earlier runs that this one does not write.
    pub clean: bool,
    /// The present year, which bounds the years of films.
    pub this_year: u16,
}

/// What a run came to: entries = streams + films + episodes + refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub streams: u64,
    pub films: u64,
    pub episodes: u64,
    pub refused: Vec<(Refusal, u64)>,
    pub stray_lines: u64,
    /// The last entry had no URL: the list may have been cut.
    pub looks_cut: bool,
    /// Channels that the streams were merged to.
    pub channels: u64,
    /// Entries that stand behind another of the same channel, film or episode.
    pub duplicates_removed: u64,
    /// Categories with a folder.
    pub categories: u64,
    pub files_written: u64,
    pub files_unchanged: u64,
    pub files_removed: u64,
}

/// A playlist on its way to files.
pub struct OneShot {
    options: Options,
    reader: Reader,
    collected: Collected,
}

impl OneShot {
    /// Starts with the playlist's own URL, if it has one.
    pub fn new(options: Options, base: Option<Url>) -> Self {
        let mut reader = Reader::new(Limits::default());
        if let Some(base) = base {
            reader = reader
                .with_secrets(ProviderSecrets::of_playlist(base.as_str()))
                .with_base(base);
        }
        Self {
            options,
            reader,
            collected: Collected::new(options.this_year),
        }
    }

    /// Reads the next bytes of the playlist.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), NotAPlaylist> {
        let collected = &mut self.collected;
        self.reader.feed(bytes, &mut |item| collected.take(&item))
    }

    /// Ends the playlist and decides what is written.
    pub fn finish(self) -> Result<Plan, NotAPlaylist> {
        let Self {
            options,
            reader,
            mut collected,
        } = self;
        let summary = reader.finish(&mut |item| collected.take(&item))?;
        let mut report = Report {
            entries: summary.entries,
            streams: collected.streams.len() as u64,
            films: collected.films.len() as u64,
            episodes: collected.episodes.len() as u64,
            refused: summary.refusals().collect(),
            stray_lines: summary.stray_lines,
            looks_cut: summary.last_entry_lacks_url,
            ..Report::default()
        };
        let mut files = Files::default();
        channels::plan(&collected.streams, &options, &mut report, &mut files);
        titles::films(&collected.films, &options, &mut report, &mut files);
        titles::series(&collected.episodes, &options, &mut report, &mut files);
        let mut files = files.list;
        if files.is_empty() {
            // Nothing is no answer: it must not clean away what an earlier list brought.
            return Err(NotAPlaylist::NothingUsable);
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Plan {
            files,
            report,
            clean: options.clean,
        })
    }
}

/// The files of a playlist, not yet written.
pub struct Plan {
    files: Vec<File>,
    report: Report,
    clean: bool,
}

impl Plan {
    /// What the playlist held; nothing is counted as written yet.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes the files below a folder. What was written before an error is kept in the manifest.
    pub fn write(self, out: &Path) -> Result<Report, TreeError> {
        let Self {
            files,
            mut report,
            clean,
        } = self;
        let mut tree = Tree::open(out)?;
        tree.look();
        let written = put_all(&mut tree, &files, &mut report);
        let removed = written.and_then(|()| if clean { tree.remove_others() } else { Ok(0) });
        tree.commit()?;
        report.files_removed = removed?;
        Ok(report)
    }
}

fn put_all(tree: &mut Tree, files: &[File], report: &mut Report) -> Result<(), TreeError> {
    for file in files {
        match tree.put(&file.path, &file.contents())? {
            Put::Written => report.files_written += 1,
            Put::Unchanged => report.files_unchanged += 1,
        }
    }
    Ok(())
}
