//! How fast pages and lists answer straight after a sync of 100,000 channels and 100,000 films, on both engines:
//! `cargo bench --bench pages [-- sqlite|postgres]`.
//!
//! 500 different requests with random search, filter, sort and depth, one after the other on one connection, compressed
//! as a browser asks for them. Bars: p50 10 ms, p95 30 ms, worst 100 ms. What a request costs on the processor, this
//! program's and the database's share together, is printed too: other programs on the machine do not lengthen it.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::catalogue::browse::Cursor;
use support::catalogue::{BRANDS, Dice, WORDS, category, list};
use support::{Connection, Installation, milliseconds, percentile, processor};

const CHANNELS: usize = 100_000;
const FILMS: usize = 100_000;
const EPISODES: usize = 40_000;
const REQUESTS: usize = 500;

fn main() {
    support::on_wanted_engines(measure);
}

fn measure(name: &str, engine: Engine) {
    let installation = Installation::start(engine);
    let synced = installation.sync(list(CHANNELS, FILMS, EPISODES));
    let paths = paths(&installation);
    let headers = format!("{}Accept-Encoding: gzip\r\n", installation.authorization());
    let mut connection = Connection::open(installation.address);
    let mut times: Vec<(Duration, &str)> = Vec::with_capacity(REQUESTS);
    let mut worked = Vec::with_capacity(REQUESTS);
    for path in &paths {
        let before = processor::used();
        let answer = connection.get(path, &headers);
        worked.push(processor::used().saturating_sub(before));
        assert_eq!(answer.status, 200, "{path}");
        times.push((answer.whole, path));
    }
    let totals = |path: &str| installation.get_json(path)["total"].clone();
    println!(
        "{name}: {} channels, {} films, {} series, first sync {:.1} s",
        totals("/api/channels?limit=1"),
        totals("/api/vod/movies?limit=1"),
        totals("/api/vod/series?limit=1"),
        synced.as_secs_f64(),
    );
    times.sort();
    worked.sort();
    report("on the processor", worked);
    report("all", times.iter().map(|(time, _)| *time).collect());
    for (kind, begin) in [
        ("channel pages", "/channels"),
        ("film pages", "/movies"),
        ("series pages", "/series"),
        ("channels as JSON", "/api/channels"),
        ("films as JSON", "/api/vod/movies"),
    ] {
        let of_kind = times.iter().filter(|(_, path)| path.starts_with(begin));
        report(kind, of_kind.map(|(time, _)| *time).collect());
    }
    println!("  slowest:");
    for (time, path) in times.iter().rev().take(12) {
        println!("    {:>6.1} ms {path}", milliseconds(*time));
    }
}

fn report(what: &str, sorted: Vec<Duration>) {
    if sorted.is_empty() {
        return;
    }
    let at = |share| milliseconds(percentile(&sorted, share));
    println!(
        "  {what:<17} {:>4} requests: p50 {:.1} ms, p95 {:.1} ms, worst {:.1} ms{}",
        sorted.len(),
        at(0.5),
        at(0.95),
        at(1.0),
        if what == "all" { " (bars 10, 30, 100)" } else { "" },
    );
}

/// Different addresses in a random order, the same in each run.
fn paths(installation: &Installation) -> Vec<String> {
    let mut dice = Dice(2026);
    let mut seen = HashSet::new();
    let mut paths = Vec::with_capacity(REQUESTS);
    while paths.len() < REQUESTS {
        let path = match dice.below(10) {
            0..=2 => channel_page(installation, &mut dice),
            3 | 4 => title_page(installation, &mut dice, "/movies", "vod_movies"),
            5 => title_page(installation, &mut dice, "/series", "vod_series"),
            6 | 7 => channel_json(&mut dice),
            _ => movie_json(&mut dice),
        };
        if seen.insert(path.clone()) {
            paths.push(path);
        }
    }
    paths
}

struct Query(Vec<(&'static str, String)>);

impl Query {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    fn path(&self, path: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish();
        format!("{path}?{query}")
    }
}

/// What people type: whole words, parts of words, two words, a number, nothing that exists.
fn search(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => dice.of(&WORDS).to_lowercase(),
        1 => dice.of(&BRANDS).to_owned(),
        2 => format!("{} {}", dice.of(&BRANDS), dice.of(&WORDS)),
        3 => dice.of(&WORDS).chars().skip(1).take(3).collect(),
        4 => format!("{} {}", dice.of(&WORDS), dice.below(9) + 1),
        _ => format!("nothing {}", dice.below(1000)),
    }
}

fn channel_filters(dice: &mut Dice, query: &mut Query) {
    if dice.below(2) == 0 {
        query.add("q", search(dice));
    }
    if dice.below(4) == 0 {
        query.add("category", category(dice.below(CHANNELS)));
    }
    if dice.below(8) == 0 {
        query.add("provider_id", "1");
    }
    if dice.below(6) == 0 {
        query.add("enabled", dice.of(&["true", "false"]));
    }
    if dice.below(6) == 0 {
        query.add("has_epg", dice.of(&["true", "false"]));
    }
    let sort = dice.of(&["", "name", "number", "streams"]);
    if !sort.is_empty() {
        query.add("sort", sort);
    }
}

fn channel_page(installation: &Installation, dice: &mut Dice) -> String {
    let mut query = Query::new();
    channel_filters(dice, &mut query);
    let sort = query.0.iter().find(|(name, _)| *name == "sort");
    let lead = match sort.map(|(_, value)| value.as_str()) {
        Some("number") => Some("lineup_number"),
        Some("streams") => Some("stream_count"),
        Some("name") => Some("0"),
        _ if query.0.iter().any(|(name, _)| *name == "q") => None,
        _ => Some("0"),
    };
    deep(installation, dice, &mut query, "channels", lead);
    query.path("/channels")
}

fn title_filters(dice: &mut Dice, query: &mut Query, genres: &[&str]) {
    if dice.below(2) == 0 {
        query.add("q", search(dice));
    }
    if dice.below(4) == 0 {
        query.add("genre", dice.of(genres));
    }
    if dice.below(5) == 0 {
        query.add("year", (1950 + dice.below(75)).to_string());
    }
    let sort = dice.of(&["", "title", "year", "added"]);
    if !sort.is_empty() {
        query.add("sort", sort);
    }
}

fn title_page(installation: &Installation, dice: &mut Dice, path: &str, table: &'static str) -> String {
    let mut query = Query::new();
    title_filters(dice, &mut query, &WORDS[..12]);
    let sort = query.0.iter().find(|(name, _)| *name == "sort");
    let lead = match sort.map(|(_, value)| value.as_str()) {
        Some("year") => Some("coalesce(year, 0)"),
        Some("added") => Some("created_at"),
        Some("title") => Some("0"),
        _ if query.0.iter().any(|(name, _)| *name == "q") => None,
        _ => Some("0"),
    };
    deep(installation, dice, &mut query, table, lead);
    query.path(path)
}

/// Half of the pages begin beside an entry anywhere in the list.
fn deep(
    installation: &Installation,
    dice: &mut Dice,
    query: &mut Query,
    table: &'static str,
    lead: Option<&'static str>,
) {
    let Some(lead) = lead.filter(|_| dice.below(2) == 0) else {
        return;
    };
    let most = if table == "vod_series" {
        EPISODES / 20
    } else {
        CHANNELS
    };
    let sql = format!(
        "select cast({lead} as bigint), sort_key, id from {table} where id >= $1 order by id limit 1"
    );
    let from = i64::try_from(dice.below(most * 9 / 10)).expect("a small number");
    let row = installation.runtime.block_on(
        installation
            .ctx
            .db
            .one(m3u_strm_processor::db::Sql::built(sql), args![from]),
    );
    let (lead, sort_key, id): (i64, String, i64) = row.expect("an entry");
    let cursor = Cursor { lead, sort_key, id };
    query.add(dice.of(&["after", "after", "before"]), cursor.to_string());
}

fn channel_json(dice: &mut Dice) -> String {
    let mut query = Query::new();
    channel_filters(dice, &mut query);
    window(dice, &mut query);
    query.path("/api/channels")
}

fn movie_json(dice: &mut Dice) -> String {
    let mut query = Query::new();
    title_filters(dice, &mut query, &WORDS[..12]);
    window(dice, &mut query);
    query.path("/api/vod/movies")
}

fn window(dice: &mut Dice, query: &mut Query) {
    query.add(
        "skip",
        [0, dice.below(1000), dice.below(99_000)][dice.below(3)].to_string(),
    );
    query.add("limit", ["50", "100"][dice.below(2)]);
}
