//! What plays, over which of its ways, and what is said where nothing does.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Reply, Resource, ts};
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use serde_json::json;

use super::world::{SECRET, World, first_bytes, live, soon};
use crate::on_both_engines;
use crate::support::OnEngine;

const FILM_BYTES: usize = 100_000;

/// A film whose bytes tell where they stand.
fn film() -> Vec<u8> {
    (0..FILM_BYTES).map(|at| (at / 251 % 256) as u8).collect()
}

on_both_engines! {
    async fn a_film_plays_and_seeks(world: World) {
        world.simulator.put("/heat.mkv", Resource::bytes(film()).content_type("video/x-matroska"));
        world.lists(&[world.entry("Heat (1995)", "/heat.mkv"), world.entry("Fargo S01E02", "/fargo.mp4")]).await;
        world.simulator.put("/fargo.mp4", Resource::bytes(film()).content_type("application/octet-stream"));
        let movie = world.movie().await;
        let whole = world.play(&movie).await;
        assert_eq!((whole.status().as_u16(), &whole.headers()[CONTENT_LENGTH]), (200, &"100000".parse().unwrap()));
        assert_eq!(soon(whole.bytes()).await.unwrap(), film());
        let part = soon(world.ask(&movie).header(RANGE, "bytes=99000-").send()).await.unwrap();
        assert_eq!(part.status(), 206);
        assert_eq!(part.headers()[CONTENT_RANGE], "bytes 99000-99999/100000");
        assert_eq!(soon(part.bytes()).await.unwrap(), film()[99_000..]);
        let beyond = soon(world.ask(&movie).header(RANGE, "bytes=100000-").send()).await.unwrap();
        assert_eq!(beyond.status(), 416);
        let id = world.id("select min(id) from vod_episodes", Vec::new()).await;
        let episode = world.play(&format!("episode/{id}.mp4")).await;
        assert_eq!((episode.status().as_u16(), &episode.headers()[CONTENT_TYPE]), (200, &"video/mp4".parse().unwrap()));
        assert_eq!(soon(episode.bytes()).await.unwrap(), film());
        world.until_lent(0).await;
    }

    async fn a_start_costs_a_handful_of_statements(world: World) {
        world.simulator.put("/one.ts", live());
        let entries: Vec<String> =
            (0..20).map(|at| world.entry("One", &if at == 0 { "/one.ts".to_owned() } else { format!("/{at}.ts") })).collect();
        world.lists(&entries).await;
        let one = world.channel("One").await;
        let mut first = world.play(&one).await;
        first_bytes(&mut first, 188).await;
        let is_written = "select count(*) from live_plays";
        soon(async { while world.id(is_written, Vec::new()).await == 0 { tokio::task::yield_now().await; } }).await;
        let before = statements_of_players(&world);
        let mut second = world.play(&one).await;
        first_bytes(&mut second, 188).await;
        let ran = statements_of_players(&world) - before;
        assert!(ran <= 7, "{ran} statements");
    }
}

/// Statements that serving players runs; the server's own watch over jobs and sessions apart, and the journal, which writes
/// down plays by itself.
fn statements_of_players(world: &World) -> u64 {
    let is_players = |text: &str| {
        [
            "output_credentials",
            "app_settings",
            "channel",
            "provider_url",
            "connection_leases",
        ]
        .iter()
        .any(|table| text.contains(table))
            && ![
                "viewing_history",
                "live_plays",
                "play_segments",
                "experience_due",
                "failed_starts",
            ]
            .iter()
            .any(|table| text.contains(table))
    };
    let all = world.app.db.statements.all();
    all.iter()
        .filter(|(text, _)| is_players(text))
        .map(|(_, runs)| runs)
        .sum()
}

#[tokio::test]
async fn head_asks_no_provider() {
    let world = World::on(Engine::Sqlite).await;
    world
        .lists(&[
            world.entry("One", "/one.ts"),
            world.entry("Two", "/two.m3u8"),
            world.entry("Three", "/three"),
            world.entry("Heat (1995)", "/heat.mkv"),
        ])
        .await;
    let asked = world.simulator.counters().requests;
    for (path, content_type) in [
        (world.channel("One").await, "video/MP2T"),
        (world.channel("Two").await, "application/vnd.apple.mpegurl"),
        (world.channel("Three").await, "video/MP2T"),
        (world.movie().await, "video/x-matroska"),
    ] {
        let url = world.app.url(&format!("/stream/{}/{path}", world.token));
        let answer = soon(world.app.client.head(url).send()).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()[CONTENT_TYPE], content_type, "{path}");
        assert!(!answer.headers().contains_key(CONTENT_LENGTH), "{path}");
    }
    assert_eq!(world.simulator.counters().requests, asked);
    assert_eq!(world.leases().await, 0);
}

#[tokio::test]
async fn the_next_stream_plays_where_one_does_not_start() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/good.ts", live());
    world
        .lists(&[world.entry("One", "/bad.ts"), world.entry("One", "/good.ts")])
        .await;
    let one = world.channel("One").await;
    for fault in [
        Fault::status(404),
        Fault::html(),
        Fault::empty(),
        Fault::early_close(10),
    ] {
        world.simulator.put("/bad.ts", live());
        world.simulator.fault("/bad.ts", fault.clone());
        let asked = world.simulator.count("/bad.ts");
        let mut answer = world.play(&one).await;
        assert_eq!(answer.status(), 200, "{fault:?}");
        first_bytes(&mut answer, ts::block().len()).await;
        assert_eq!(world.simulator.count("/bad.ts"), asked + 1);
    }
    world.until_lent(0).await;
}

#[tokio::test]
async fn a_piece_of_media_that_reads_like_text_is_a_piece_all_the_same() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let text = "G".repeat(5_000);
    world
        .simulator
        .put("/heat.mp4", Resource::bytes(text).content_type("video/mp4"));
    world.lists(&[world.entry("Heat (1995)", "/heat.mp4")]).await;
    let movie = world.movie().await;
    for (range, length) in [("bytes=0-1", 2), ("bytes=100-", 4_900), ("bytes=4990-4999", 10)] {
        let asked = world.simulator.count("/heat.mp4");
        let part = soon(world.ask(&movie).header(RANGE, range).send()).await.unwrap();
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(soon(part.bytes()).await.unwrap().len(), length, "{range}");
        assert_eq!(world.simulator.count("/heat.mp4"), asked + 1, "{range}");
        world.until_lent(0).await;
    }
    assert_eq!(world.simulator.counters().peak, 1);
}

#[tokio::test]
async fn the_words_about_an_impossible_range_stay_at_the_provider() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put(
        "/heat.mp4",
        Resource::dynamic(|_| Reply::new(416, "text/html", "<html>nginx at panel.example</html>")),
    );
    world.lists(&[world.entry("Heat (1995)", "/heat.mp4")]).await;
    let movie = world.movie().await;
    let beyond = soon(world.ask(&movie).header(RANGE, "bytes=9999-").send())
        .await
        .unwrap();
    assert_eq!(beyond.status(), 416);
    assert_eq!(soon(beyond.bytes()).await.unwrap().len(), 0);
}

#[tokio::test]
async fn nothing_that_starts_is_told_without_a_word_of_the_provider() {
    let world = World::on(Engine::Sqlite).await;
    world
        .lists(&[
            world.entry("One", "/gone.ts"),
            world.entry("One", "/also-gone.ts"),
        ])
        .await;
    let one = world.channel("One").await;
    assert_eq!(world.refusal(&one, 502).await["code"], "no_stream");
    assert_eq!(world.simulator.count("/also-gone.ts"), 1);
    world.until_lent(0).await;
    assert_eq!(world.refusal("channel/999", 404).await["code"], "not_found");
    assert_eq!(world.refusal("movie/999.mkv", 404).await["code"], "not_found");
    assert_eq!(world.refusal("movie/x", 404).await["code"], "not_found");
    world.refusal(&format!("{one}/uhd"), 404).await;
    let disabled = "update providers set enabled = false";
    world.app.ctx.db.execute(disabled, Vec::new()).await.unwrap();
    world.refusal(&one, 404).await;
}

#[tokio::test]
async fn what_cannot_be_relayed_is_told_with_its_reason() {
    let world = World::on(Engine::Sqlite).await;
    world
        .lists(&[
            "#EXTINF:-1,Camera\nrtsp://10.0.0.9/cam".to_owned(),
            world.entry("Dash", "/manifest.mpd"),
        ])
        .await;
    let asked = world.simulator.counters().requests;
    for (name, reason) in [("Camera", "rtsp"), ("Dash", "DASH")] {
        let path = world.channel(name).await;
        let error = world.refusal(&path, 501).await;
        assert!(error["message"].as_str().unwrap().contains(reason), "{error}");
    }
    assert_eq!(world.simulator.counters().requests, asked);
}

#[tokio::test]
async fn the_headers_that_the_playlist_asks_for_are_sent() {
    let headers =
        json!({ "headers": { "X-Account": "abc", "Accept-Language": "de" }, "user_agent": "Provider/1" });
    let world = World::with(Engine::Sqlite, headers).await;
    for path in ["/one.ts", "/two.ts"] {
        world.simulator.put(path, live());
    }
    let options = "#EXTVLCOPT:http-user-agent=Entry/2\n#EXTVLCOPT:http-referrer=http://site.example/\n\
                   #EXTHTTP:{\"X-Key\":\"k1\",\"Cookie\":\"c=2\",\"Authorization\":\"Bearer t3\"}";
    let entry = world.entry("One", "/one.ts");
    let entry = entry.replacen('\n', &format!("\n{options}\n"), 1);
    world.lists(&[entry, world.entry("Two", "/two.ts")]).await;
    first_bytes(&mut world.play(&world.channel("One").await).await, 188).await;
    first_bytes(&mut world.play(&world.channel("Two").await).await, 188).await;
    let requests = world.simulator.requests();
    let sent = |path: &str, name: &str| {
        let request = requests.iter().find(|request| request.path() == path).unwrap();
        request.header(name).unwrap_or("none").to_owned()
    };
    for (name, value) in [
        ("user-agent", "Entry/2"),
        ("referer", "http://site.example/"),
        ("x-key", "k1"),
        ("cookie", "c=2"),
        ("authorization", "Bearer t3"),
        ("x-account", "abc"),
    ] {
        assert_eq!(sent("/one.ts", name), value, "{name}");
    }
    assert_eq!(sent("/two.ts", "user-agent"), "Provider/1");
    assert_eq!(sent("/two.ts", "authorization"), "none");
}

#[tokio::test]
async fn a_wished_picture_comes_first() {
    let world = World::on(Engine::Sqlite).await;
    let pictures = ["4K", "1080p", "480p"];
    let mark = |picture: &str| picture.as_bytes()[0];
    for picture in pictures {
        let mut block = ts::block();
        block
            .chunks_mut(188)
            .for_each(|packet| packet[187] = mark(picture));
        let stream = Resource::live(block, Duration::from_millis(10));
        world.simulator.put(&format!("/{picture}.ts"), stream);
    }
    let entries = pictures.map(|picture| world.entry(&format!("One {picture}"), &format!("/{picture}.ts")));
    world.lists(&entries).await;
    let one = world.channel("One").await;
    for (wish, picture) in [
        ("", "4K"),
        ("/best", "4K"),
        ("/hd", "1080p"),
        ("/sd", "480p"),
        ("/480p", "480p"),
        ("/1080p", "1080p"),
        ("/720p", "480p"),
    ] {
        let bytes = first_bytes(&mut world.play(&format!("{one}{wish}")).await, 188).await;
        assert_eq!(bytes[187], mark(picture), "{wish}");
    }
}

#[tokio::test]
async fn a_channel_that_was_merged_plays_where_its_streams_went() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/one.ts", live());
    world
        .lists(&[world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")])
        .await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let sql =
        "update channels set merged_into = (select id from channels where name = 'One') where name = 'Two'";
    world.app.ctx.db.execute(sql, Vec::new()).await.unwrap();
    first_bytes(&mut world.play(&two).await, 188).await;
    assert_eq!(world.simulator.count("/one.ts"), 1);
    assert_ne!(one, two);
}

#[tokio::test]
async fn players_are_sent_to_the_provider_only_by_choice() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/two.ts", live());
    let entry = world.entry("Two", "/two.ts");
    let entry = entry.replacen('\n', "\n#EXTVLCOPT:http-user-agent=Entry/2\n", 1);
    world.lists(&[world.entry("One", "/one.ts"), entry]).await;
    let value = json!({ "value": "redirect" });
    let path = "/api/settings/strm_link_mode";
    let answer = world.app.send(&world.admin, Method::PUT, path, &value).await;
    assert_eq!(answer.status(), 200);
    let answer = world.play(&world.channel("One").await).await;
    assert_eq!(answer.status(), 302);
    let target = format!("{}?password={SECRET}", world.simulator.url("/one.ts"));
    assert_eq!(answer.headers()[LOCATION], target.as_str());
    // What needs headers of its own would not play by itself.
    let relayed = world.play(&world.channel("Two").await).await;
    assert_eq!(relayed.status(), 200);
}
