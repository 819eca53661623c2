//! Streams into channels, and channels into files.

use std::collections::{BTreeMap, HashSet};

use super::collect::{Stream, Version, by_preference, chosen};
use super::files::Files;
use super::spelling::Spellings;
use super::{Options, Report};
use crate::features::catalogue::matching::{self, Facts, cluster};
use crate::features::outputs::distinct::{Named, distinct};
use crate::features::outputs::naming::safe_name;
use crate::features::outputs::paths::{self, MOVIES, SERIES, SUFFIX_BYTES, UNCATEGORIZED};
use crate::features::outputs::selection::Preference;

/// Streams that are one channel, the best-ranked first.
struct Channel<'a> {
    name: String,
    category: Option<String>,
    streams: Vec<&'a Stream>,
}

pub(super) fn plan(streams: &[Stream], options: &Options, report: &mut Report, files: &mut Files) {
    let mut channels: Vec<Channel<'_>> = groups(streams, options)
        .into_iter()
        .map(|streams| channel(streams, options.merge))
        .collect();
    report.channels = channels.len() as u64;
    if options.by_category {
        report.categories = categorise(&mut channels);
    }
    let mut folders: BTreeMap<Option<String>, Vec<Channel<'_>>> = BTreeMap::new();
    for mut channel in channels {
        let folder = if options.by_category {
            channel.category.take()
        } else {
            None
        };
        folders.entry(folder).or_default().push(channel);
    }
    for (category, channels) in folders {
        let names = names(&channels);
        for (channel, name) in channels.iter().zip(names) {
            write(channel, category.as_deref(), &name, options, report, files);
        }
    }
}

fn groups<'a>(streams: &'a [Stream], options: &Options) -> Vec<Vec<&'a Stream>> {
    if !options.merge {
        return streams.iter().map(|stream| vec![stream]).collect();
    }
    let facts: Vec<Facts> = streams.iter().map(|stream| stream.facts.clone()).collect();
    let matching = matching::Options {
        fuzzy_threshold: options.fuzzy_threshold,
    };
    let mut groups: BTreeMap<u32, Vec<&Stream>> = BTreeMap::new();
    for (stream, membership) in streams.iter().zip(cluster(&facts, &matching)) {
        groups.entry(membership.cluster).or_default().push(stream);
    }
    groups.into_values().collect()
}

fn channel(mut streams: Vec<&Stream>, merged: bool) -> Channel<'_> {
    by_preference(&mut streams, Preference::Best, |stream| &stream.version);
    let best = streams[0];
    let name = if merged {
        best.facts.display_name()
    } else {
        &best.name
    };
    let name = if name.trim().is_empty() { &best.name } else { name };
    let category = streams.iter().find_map(|stream| stream.version.group.clone());
    Channel {
        name: safe_name(name, "Unnamed"),
        category,
        streams,
    }
}

/// Gives each channel the folder of its category; the number of folders.
fn categorise(channels: &mut [Channel<'_>]) -> u64 {
    // The folders of films and series are ours; a group of that name is spelt as they are.
    let ours = [MOVIES, SERIES]
        .into_iter()
        .flat_map(|name| std::iter::repeat_n(name, channels.len()));
    let used = channels.iter().filter_map(|channel| channel.category.as_deref());
    let spellings = Spellings::of(ours.chain(used), UNCATEGORIZED);
    let mut folders = HashSet::new();
    for channel in channels {
        let folder = spellings.of_name(
            channel.category.as_deref().unwrap_or(UNCATEGORIZED),
            UNCATEGORIZED,
        );
        folders.insert(folder.clone());
        channel.category = Some(folder);
    }
    folders.len() as u64
}

fn names(channels: &[Channel<'_>]) -> Vec<String> {
    let countries: Vec<Option<String>> = channels
        .iter()
        .map(|channel| country(channel).map(|country| country.code().to_owned()))
        .collect();
    let named: Vec<Named<'_, &str>> = channels
        .iter()
        .zip(&countries)
        .map(|(channel, country)| Named {
            name: &channel.name,
            country: country.as_deref(),
            feed: channel.streams[0].facts.feed(),
            shift_hours: channel.streams[0].facts.shift_hours(),
            key: channel
                .streams
                .iter()
                .map(|stream| stream.version.key.as_str())
                .min()
                .unwrap_or(""),
        })
        .collect();
    distinct(&named, SUFFIX_BYTES)
}

fn country(channel: &Channel<'_>) -> Option<matching::Country> {
    channel.streams.iter().find_map(|stream| stream.facts.country())
}

fn write(
    channel: &Channel<'_>,
    category: Option<&str>,
    name: &str,
    options: &Options,
    report: &mut Report,
    files: &mut Files,
) {
    let mut versions: Vec<&Version> = channel.streams.iter().map(|stream| &stream.version).collect();
    by_preference(&mut versions, options.preference, |version| version);
    let chosen = chosen(&versions, options);
    report.duplicates_removed += (versions.len() - chosen.len()) as u64;
    for (version, suffix) in chosen {
        files.push(paths::channel(category, name, &suffix), &version.url, None);
    }
}
