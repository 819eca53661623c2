//! How well and how fast names are matched. `STRM_TEST_DATA=<folder> cargo bench --bench matching`
//!
//! Prints B-cubed precision, recall and F1 on the training names, whole and in five folds by channel (nothing is
//! learned from them, so each fold is a test of its own), and what a list of 70,000 names costs.

use std::{collections::HashMap, path::Path, time::Instant};

use m3u_strm_processor::features::catalogue::matching::{Facts, Options, Raw, cluster};

fn main() {
    match std::env::var_os("STRM_TEST_DATA") {
        Some(folder) => quality(&Path::new(&folder).join("matching/train.tsv")),
        None => eprintln!("skipped: STRM_TEST_DATA is not set, so there are no names to score"),
    }
    speed();
}

/// A row of the training table.
struct Row<'a> {
    country: &'a str,
    name: &'a str,
    channel: &'a str,
}

fn quality(file: &Path) {
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("skipped: {} cannot be read", file.display());
        return;
    };
    let rows: Vec<Row> = text
        .lines()
        .skip(1)
        .filter_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [country, _, _, name, channel] => Some(Row {
                country,
                name,
                channel,
            }),
            _ => None,
        })
        .collect();
    println!(
        "{:<22}{:>10}{:>10}{:>10}{:>8}",
        "names", "precision", "recall", "F1", "rows"
    );
    for fold in 0..5 {
        let part: Vec<&Row> = rows.iter().filter(|row| fold_of(row.channel) == fold).collect();
        score(&format!("fold {}", fold + 1), &part, true);
    }
    let all: Vec<&Row> = rows.iter().collect();
    score("all", &all, true);
    score("all, countries unknown", &all, false);
}

/// A channel is wholly in one of five folds.
fn fold_of(channel: &str) -> u32 {
    channel.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % 5
}

/// The channel of a row, and its cluster within its country.
type Key<'a> = (&'a str, (String, u32));

/// B-cubed over all rows; without countries in one cluster space.
fn score(title: &str, rows: &[&Row], countries: bool) {
    let country = |row: &Row| {
        if countries {
            row.country.to_owned()
        } else {
            String::new()
        }
    };
    let entries: Vec<Facts> = rows
        .iter()
        .map(|row| {
            Facts::read(&Raw {
                name: row.name,
                country: Some(&country(row)),
                ..Raw::default()
            })
        })
        .collect();
    let found = cluster(&entries, &Options::default());
    let keys: Vec<Key> = rows
        .iter()
        .zip(&found)
        .map(|(row, membership)| (row.channel, (country(row), membership.cluster)))
        .collect();
    let (mut channels, mut clusters, mut both) = (HashMap::new(), HashMap::new(), HashMap::new());
    for key in &keys {
        *channels.entry(key.0).or_insert(0.0) += 1.0;
        *clusters.entry(&key.1).or_insert(0.0) += 1.0;
        *both.entry(key).or_insert(0.0) += 1.0;
    }
    let mean = |total: &dyn Fn(&Key) -> f64| {
        keys.iter()
            .map(|key| both.get(key).copied().unwrap_or(0.0) / total(key))
            .sum::<f64>()
            / keys.len().max(1) as f64
    };
    let precision = mean(&|key| clusters.get(&key.1).copied().unwrap_or(1.0));
    let recall = mean(&|key| channels.get(key.0).copied().unwrap_or(1.0));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "{title:<22}{precision:>10.4}{recall:>10.4}{f1:>10.4}{:>8}",
        keys.len()
    );
}

fn speed() {
    let names = three_providers();
    let before = resident_kib();
    let (start, processor) = (Instant::now(), processor_ms());
    let entries: Vec<Facts> = names
        .iter()
        .map(|[name, group, id]| {
            Facts::read(&Raw {
                name,
                group: Some(group),
                tvg_id: Some(id),
                ..Raw::default()
            })
        })
        .collect();
    let read = start.elapsed();
    let found = cluster(&entries, &Options::default());
    let whole = start.elapsed();
    let clusters = found
        .iter()
        .map(|membership| membership.cluster)
        .max()
        .map_or(0, |last| last + 1);
    println!("\n{} names of three providers: {clusters} channels", names.len());
    println!(
        "read {read:.1?}, clustered {:.1?}, together {whole:.1?}",
        whole - read
    );
    if let (Some(before), Some(after)) = (processor, processor_ms()) {
        println!("processor time {} ms", after.saturating_sub(before));
    }
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        println!(
            "memory {:.1} MB more than before",
            after.saturating_sub(before) as f64 / 1024.0
        );
    }
}

/// 70,000 entries as three providers would name them: name, group, tvg-id.
fn three_providers() -> Vec<[String; 3]> {
    const HOUSES: [&str; 26] = [
        "Sky",
        "Canal+",
        "Discovery",
        "National Geographic",
        "Fox",
        "Eurosport",
        "Nova",
        "Viasat",
        "Disney",
        "Cartoon",
        "BBC",
        "RTL",
        "Zee",
        "Star",
        "Sony",
        "Globo",
        "Telemundo",
        "MTV",
        "Animal Planet",
        "Cinemax",
        "Paramount",
        "Arena",
        "Digi",
        "Polsat",
        "Première",
        "Матч",
    ];
    const SUBJECTS: [&str; 30] = [
        "",
        "News",
        "Sport",
        "Sports Main Event",
        "Movies",
        "Kids",
        "Junior",
        "Family",
        "Action",
        "Comedy",
        "Drama",
        "Classics",
        "Music",
        "History",
        "Science",
        "Nature",
        "Travel",
        "Food",
        "Crime",
        "Documentaries",
        "Extra",
        "Plus",
        "Gold",
        "Max",
        "Premiere",
        "Stars",
        "World",
        "Football",
        "Golf",
        "Select",
    ];
    const COUNTRIES: [&str; 15] = [
        "UK", "US", "DE", "FR", "ES", "IT", "PT", "NL", "PL", "RO", "TR", "SE", "BR", "IN", "RU",
    ];
    const TIERS: [&str; 4] = ["HD", "FHD", "4K", "SD"];
    let mut entries = Vec::with_capacity(70_000);
    'all: for number in ["", " 1", " 2", " 3"] {
        for (c, country) in COUNTRIES.iter().enumerate() {
            for (h, house) in HOUSES.iter().enumerate() {
                for (s, subject) in SUBJECTS.iter().enumerate() {
                    let name = format!("{house} {subject}{number}").replace("  ", " ");
                    let name = name.trim_end();
                    let tier = TIERS[(c + h + s) % TIERS.len()];
                    let id = format!("{}.{}", name.replace(' ', ""), country.to_lowercase());
                    entries.push([
                        format!("{country}: {name} {tier}"),
                        format!("{country} | General"),
                        id,
                    ]);
                    let loud = name.to_uppercase();
                    entries.push([
                        format!("|{country}| {loud} ᴴᴰ"),
                        format!("|{country}| VIP"),
                        String::new(),
                    ]);
                    entries.push([
                        format!("{name} [1080p] (backup)"),
                        country.to_string(),
                        "none".to_owned(),
                    ]);
                    if entries.len() >= 70_000 {
                        break 'all;
                    }
                }
            }
        }
    }
    entries.truncate(70_000);
    entries
}

/// How long the process ran on a processor: on a busy machine less than the clock says.
fn processor_ms() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1_000_000)
}

/// What the process holds in memory, where the system tells.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
