//! How fast a playlist of 100,000 channels comes, on both engines: `cargo bench --bench playlist [-- sqlite|postgres]`.
//!
//! After each change of the catalogue the first request makes the draft; the bars are for those after it: the first byte
//! within 20 ms, the whole within 100 ms uncompressed, and a known `ETag` answered 304.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use serde_json::json;
use support::catalogue::list;
use support::{Answer, Connection, Installation, milliseconds, percentile};

const CHANNELS: usize = 100_000;
/// Changes, and requests after the first behind each.
const CHANGES: usize = 3;
const REQUESTS: usize = 20;

fn main() {
    support::on_wanted_engines(measure);
}

fn measure(name: &str, engine: Engine) {
    let installation = Installation::start(engine);
    let credential = installation.post("/api/output-credentials", &json!({"name": "Measured"}));
    let path = credential["playlist_url"].as_str().expect("a path").to_owned();
    let (mut drafts, mut first_bytes, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut entries, mut bytes, mut tag) = (0, 0, String::new());
    for change in 0..CHANGES {
        installation.sync(list(CHANNELS + change, 0, 0));
        let mut connection = Connection::open(installation.address);
        let first = whole(connection.get(&path, ""));
        assert_ne!(first.header("etag"), Some(tag.as_str()), "a change is seen");
        drafts.push(first.whole);
        for _ in 0..REQUESTS {
            let answer = whole(connection.get(&path, ""));
            first_bytes.push(answer.first_byte);
            wholes.push(answer.whole);
        }
        entries = first.text().matches("#EXTINF").count();
        bytes = first.body.len();
        tag = first.header("etag").expect("a tag").to_owned();
        let known = connection.get(&path, &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((known.status, known.body.len()), (304, 0));
    }
    println!(
        "{name}: {entries} entries, {:.1} MB, ETag answered 304",
        bytes as f64 / 1e6
    );
    report("draft made", drafts, "");
    report("first byte", first_bytes, " (bar 20)");
    report("whole", wholes, " (bar 100)");
}

fn whole(answer: Answer) -> Answer {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.body.ends_with(b"\n"), "the playlist is whole");
    answer
}

fn report(what: &str, mut times: Vec<Duration>, bar: &str) {
    times.sort();
    let at = |share| milliseconds(percentile(&times, share));
    println!("  {what:<11} p50 {:.1} ms, worst {:.1} ms{bar}", at(0.5), at(1.0));
}
