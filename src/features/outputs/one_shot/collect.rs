//! What a playlist holds, sorted into streams, films and episodes.

use std::cmp::Reverse;

use super::Options;
use crate::features::catalogue::matching::{Facts, Raw};
use crate::features::catalogue::quality::{Tier, tier_from_name, tier_from_url};
use crate::features::catalogue::vod::{self, Kind, classify};
use crate::features::outputs::selection::Preference;
use crate::features::providers::m3u::{Entry, Item};
use crate::features::providers::url_parts::{ProviderSecrets, UrlParts};

/// One version of something: where it plays and how good it is.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub url: String,
    pub tier: Option<Tier>,
    pub group: Option<String>,
    /// Tells equal names apart, whatever their order.
    pub key: String,
}

pub(super) struct Stream {
    pub name: String,
    pub facts: Facts,
    pub version: Version,
}

pub(super) struct Film {
    pub title: String,
    pub year: Option<u16>,
    pub version: Version,
}

pub(super) struct Episode {
    pub series: String,
    pub year: Option<u16>,
    pub season: u16,
    pub episode: u16,
    pub title: Option<String>,
    pub version: Version,
}

pub(super) struct Collected {
    this_year: u16,
    secrets: ProviderSecrets,
    pub streams: Vec<Stream>,
    pub films: Vec<Film>,
    pub episodes: Vec<Episode>,
}

impl Collected {
    pub(super) fn new(this_year: u16) -> Self {
        let secrets = ProviderSecrets::default();
        Self {
            this_year,
            secrets,
            streams: Vec::new(),
            films: Vec::new(),
            episodes: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, item: &Item<'_>) {
        let Item::Entry(entry) = item else { return };
        let parts = UrlParts::split(&entry.url, &self.secrets);
        let facts = vod::Facts {
            name: &entry.name,
            path: parts.path(),
            extension: parts.extension(),
            group: entry.first_group(),
            has_tvg_id: entry.tvg_id.is_some(),
            has_chno: entry.chno.is_some(),
        };
        let version = version(entry, &parts);
        match classify(&facts, self.this_year) {
            Kind::Channel => self.streams.push(Stream {
                name: entry.name.to_string(),
                facts: Facts::read(&Raw {
                    name: &entry.name,
                    group: entry.first_group(),
                    tvg_id: entry.tvg_id.as_deref(),
                    tvg_country: entry.tvg_country.as_deref(),
                    country: None,
                }),
                version,
            }),
            Kind::Movie { title, year } => self.films.push(Film { title, year, version }),
            Kind::Episode {
                series,
                year,
                season,
                episode,
                title,
            } => {
                self.episodes.push(Episode {
                    series,
                    year,
                    season,
                    episode,
                    title,
                    version,
                });
            }
        }
    }
}

fn version(entry: &Entry<'_>, parts: &UrlParts<'_>) -> Version {
    Version {
        url: entry.url.to_string(),
        tier: tier_from_name(&entry.name).or_else(|| tier_from_url(&entry.url)),
        group: entry.first_group().map(str::to_owned),
        key: parts.identity(),
    }
}

/// Sorts versions so that the preferred stands first; equals keep the list's order.
pub(super) fn by_preference<T>(versions: &mut [T], preference: Preference, version: impl Fn(&T) -> &Version) {
    versions.sort_by_key(|item| {
        let tier = version(item).tier;
        (preference.place(tier), Reverse(tier))
    });
}

/// The versions to write, each with what follows its name: the first; of each tier the first; or, unmerged, all.
pub(super) fn chosen<'a>(sorted: &[&'a Version], options: &Options) -> Vec<(&'a Version, String)> {
    let label = |tier: Option<Tier>| tier.map_or(String::new(), |tier| format!(" [{tier}]"));
    let mut chosen: Vec<(&Version, String)> = Vec::new();
    for version in sorted {
        if !options.merge {
            chosen.push((version, String::new()));
        } else if options.preference == Preference::All {
            if !chosen.iter().any(|(known, _)| known.tier == version.tier) {
                chosen.push((version, label(version.tier)));
            }
        } else if chosen.is_empty() {
            chosen.push((version, String::new()));
        }
    }
    chosen
}
