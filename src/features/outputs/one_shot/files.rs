//! The files that are to be written, their contents made when their turn comes.

use std::collections::HashSet;

use crate::features::outputs::naming::{fitted, folded};
use crate::features::outputs::nfo;
use crate::features::outputs::strm;

/// Room for the longest number behind a name.
const STEM_BYTES: usize = 250;

/// All files of a run; no two of them have equal paths, whatever compares them.
#[derive(Default)]
pub(super) struct Files {
    pub list: Vec<File>,
    taken: HashSet<String>,
}

impl Files {
    /// Adds a STRM file at a path without extension, with its NFO if it has one. A taken path gets a number.
    pub(super) fn push(&mut self, stem: String, url: &str, nfo: Option<Content>) {
        let stem = self.claim(stem);
        if let Some(content) = nfo {
            self.list.push(File {
                path: format!("{stem}.nfo"),
                content,
            });
        }
        self.list.push(File {
            path: format!("{stem}.strm"),
            content: Content::Strm { url: url.to_owned() },
        });
    }

    fn claim(&mut self, stem: String) -> String {
        if self.taken.insert(folded(&stem)) {
            return stem;
        }
        let (folder, name) = stem
            .rsplit_once('/')
            .map_or(("", stem.as_str()), |(folder, name)| (folder, name));
        let slash = if folder.is_empty() { "" } else { "/" };
        let mut number = 1;
        loop {
            number += 1;
            let next = format!(
                "{folder}{slash}{}",
                fitted(name, &format!(" ({number})"), STEM_BYTES)
            );
            if self.taken.insert(folded(&next)) {
                return next;
            }
        }
    }
}

pub(super) struct File {
    pub path: String,
    pub content: Content,
}

pub(super) enum Content {
    Strm {
        url: String,
    },
    Movie {
        title: String,
        year: Option<u16>,
    },
    Series {
        title: String,
        year: Option<u16>,
    },
    Episode {
        series: String,
        season: u16,
        episode: u16,
        title: Option<String>,
    },
}

impl File {
    pub(super) fn contents(&self) -> Vec<u8> {
        let text = match &self.content {
            Content::Strm { url } => strm::contents(url),
            Content::Movie { title, year } => nfo::movie(&nfo::Title {
                title,
                year: *year,
                ..nfo::Title::default()
            }),
            Content::Series { title, year } => nfo::series(&nfo::Title {
                title,
                year: *year,
                ..nfo::Title::default()
            }),
            Content::Episode {
                series,
                season,
                episode,
                title,
            } => nfo::episode(&nfo::Episode {
                series,
                title: title.as_deref(),
                season: *season,
                episode: *episode,
                ..nfo::Episode::default()
            }),
        };
        text.into_bytes()
    }
}
