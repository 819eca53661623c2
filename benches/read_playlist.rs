//! Reads a generated playlist of 200,000 entries and judges each: `cargo bench --bench read_playlist`.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

use std::fmt::Write;
use std::time::Instant;

use m3u_strm_processor::features::catalogue::vod::{Facts, Kind, classify};
use m3u_strm_processor::features::providers::m3u::{Item, Limits, Reader};
use m3u_strm_processor::features::providers::url_parts::{ProviderSecrets, UrlParts};

const ENTRIES: u32 = 200_000;

fn main() {
    let list = playlist();
    println!("playlist: {ENTRIES} entries, {:.1} MB", list.len() as f64 / 1e6);
    let (seconds, _) = timed(&list, |_| 0);
    println!("read: {seconds:.3} s (bar 0.3 s)");
    let secrets = ProviderSecrets::account("user", "password");
    let (seconds, films) = timed(&list, |item| {
        let Item::Entry(entry) = item else { return 0 };
        let parts = UrlParts::split(&entry.url, &secrets);
        let facts = Facts {
            name: &entry.name,
            path: parts.path(),
            extension: parts.extension(),
            group: entry.first_group(),
            has_tvg_id: entry.tvg_id.is_some(),
            has_chno: entry.chno.is_some(),
        };
        let size = parts.template().len() + parts.identity().len();
        usize::from(size > 0 && !matches!(classify(&facts, 2026), Kind::Channel))
    });
    println!("read, split and judged: {seconds:.3} s, {films} films and episodes");
}

fn timed(list: &str, each: impl Fn(&Item<'_>) -> usize) -> (f64, usize) {
    let start = Instant::now();
    let mut reader = Reader::new(Limits::default());
    let mut sum = 0;
    let mut sink = |item: Item<'_>| sum += each(&item);
    for chunk in list.as_bytes().chunks(64 * 1024) {
        reader.feed(chunk, &mut sink).expect("a playlist");
    }
    let summary = reader.finish(&mut sink).expect("a playlist");
    assert_eq!(summary.accepted, u64::from(ENTRIES));
    (start.elapsed().as_secs_f64(), sum)
}

fn playlist() -> String {
    let mut list = String::from("#EXTM3U url-tvg=\"http://guide.example/epg.xml.gz\"\n");
    for n in 0..ENTRIES {
        let (name, path) = match n % 10 {
            0..=6 => (
                format!("UK: Channel {n} FHD"),
                format!("live/user/password/{n}.ts"),
            ),
            7 | 8 => (
                format!("A Film, Number {n} ({})", 1950 + n % 70),
                format!("movie/user/password/{n}.mkv"),
            ),
            _ => (
                format!("Series {} S{:02}E{:02}", n / 100, n % 9 + 1, n % 20),
                format!("series/user/password/{n}.mp4"),
            ),
        };
        let _ = writeln!(
            list,
            "#EXTINF:-1 tvg-id=\"channel{n}.uk\" tvg-name=\"{name}\" tvg-logo=\"http://logos.example/{n},small.png\" group-title=\"Group {}\",{name}\nhttp://host.example:8080/{path}",
            n % 300
        );
    }
    list
}
