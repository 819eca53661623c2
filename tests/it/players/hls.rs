use std::time::Duration;

use futures_util::future::join_all;

use super::world::{SECRET, World, soon};
use crate::on_both_engines;
use crate::support::OnEngine;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Hls, Reply, Resource, gzip, ts};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, RANGE};
use serde_json::json;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// The text of a playlist in which nothing leads past the server.
async fn playlist(world: &World, answer: Response) -> String {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], PLAYLIST);
    let text = soon(answer.text()).await.unwrap();
    world.assert_hidden(&text);
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        assert!(line.starts_with(&format!("/stream/{}/h/", world.token)), "{line}");
    }
    text
}

fn addresses(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

async fn fetch(world: &World, path: &str) -> Response {
    soon(world.app.client.get(world.app.url(path)).send())
        .await
        .unwrap()
}

fn segments() -> Vec<bytes::Bytes> {
    (0..8_u8)
        .map(|number| [vec![0x47, number], ts::block()].concat().into())
        .collect()
}

async fn live(world: &World) -> String {
    let (hls, _) = Hls::rolled_by_hand(segments(), Duration::from_secs(60));
    world.simulator.put_hls("/live", hls);
    world.lists(&[world.entry("One", "/live/index.m3u8")]).await;
    world.channel("One").await
}

on_both_engines! {
    async fn a_stream_plays_from_its_master_to_its_segments_over_one_connection(world: World) {
        let one = live(&world).await;
        let master = playlist(&world, world.play(&one).await).await;
        assert!(master.contains("RESOLUTION=1280x720"));
        let variants = addresses(&master);
        assert_eq!(variants.len(), 2);
        assert!(variants[0].ends_with(".m3u8"), "{}", variants[0]);
        let media = playlist(&world, fetch(&world, variants[1]).await).await;
        let listed = addresses(&media);
        assert_eq!(listed.len(), 5);
        for (address, bytes) in listed.iter().zip(segments()) {
            let segment = fetch(&world, address).await;
            assert_eq!((segment.status().as_u16(), &segment.headers()[CONTENT_TYPE]), (200, &"video/mp2t".parse().unwrap()));
            assert_eq!(soon(segment.bytes()).await.unwrap(), bytes);
        }
        assert_eq!(world.leases().await, 1);
        // The same part has the same address at every poll.
        assert_eq!(playlist(&world, fetch(&world, variants[1]).await).await, media);
        assert_eq!(world.leases().await, 1);
        assert_eq!(fetch(&world, variants[0].trim_end_matches(".m3u8")).await.status(), 200);
    }

async fn everything_that_a_playlist_names_leads_through_the_server(world: World) {
        let host = world.simulator.url("");
        let text = format!(
            "#EXTM3U\n#EXT-X-VERSION:6\n# made at {host} by {SECRET}\n\
             #EXT-X-KEY:METHOD=AES-128,URI=\"key.bin?p={SECRET}\",IV=0x01\n\
             #EXT-X-MAP:URI=\"{host}/init.mp4\"\n#EXTINF:2.0,\nseg.m4s?p={SECRET}\n#EXT-X-ENDLIST\n"
        );
        let demand = |resource: Resource| resource.demand("authorization", "Bearer t3").demand("user-agent", "Entry/2");
        world.simulator.put(
            "/vod/index.m3u8",
            demand(Resource::bytes(text).content_type("text/plain")),
        );
        world
            .simulator
            .put("/vod/key.bin", demand(Resource::bytes(vec![7_u8; 16])));
        world
            .simulator
            .put("/init.mp4", demand(Resource::bytes(vec![1_u8; 64])));
        world
            .simulator
            .put("/vod/seg.m4s", demand(Resource::bytes(vec![2_u8; 64])));
        let entry = world.entry("Heat (1995)", "/vod/index.m3u8");
        let options = "#EXTVLCOPT:http-user-agent=Entry/2\n#EXTHTTP:{\"Authorization\":\"Bearer t3\"}";
        world.lists(&[entry.replacen('\n', &format!("\n{options}\n"), 1)]).await;
        let text = playlist(&world, world.play(&world.movie().await).await).await;
        let quoted: Vec<&str> = text
            .split('"')
            .filter(|part| part.starts_with("/stream/"))
            .collect();
        assert_eq!(quoted.len(), 2, "{text}");
        let parts = [
            (quoted[0], 16, 7_u8),
            (quoted[1], 64, 1),
            (addresses(&text)[0], 64, 2),
        ];
        for (address, length, byte) in parts {
            let answer = fetch(&world, address).await;
            assert_eq!(answer.status(), 200, "{address}");
            assert_eq!(soon(answer.bytes()).await.unwrap(), vec![byte; length]);
        }
        let ranged = world.app.client.get(world.app.url(addresses(&text)[0]));
        let ranged = soon(ranged.header(RANGE, "bytes=60-").send()).await.unwrap();
        assert_eq!(
            (
                ranged.status().as_u16(),
                soon(ranged.bytes()).await.unwrap().len()
            ),
            (206, 4)
        );
    }

    async fn the_connection_of_a_viewer_is_kept_between_polls_and_given_back_after_silence(world: World) {
        let one = live(&world).await;
        let master = playlist(&world, world.play(&one).await).await;
        let clock = &world.app.ctx.clock;
        clock.advance_ms(29_000);
        fetch(&world, addresses(&master)[0]).await;
        clock.advance_ms(29_000);
        fetch(&world, addresses(&master)[0]).await;
        assert_eq!(world.leases().await, 1);
        clock.advance_ms(31_000);
        world.until_lent(0).await;
        // Whoever paused for longer goes on.
        assert_eq!(fetch(&world, addresses(&master)[0]).await.status(), 200);
        assert_eq!(world.leases().await, 1);
    }
}

#[tokio::test]
async fn requests_of_one_viewer_at_once_share_one_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let one = live(&world).await;
    let started = join_all((0..4).map(|_| world.play(&one))).await;
    assert!(started.iter().all(|answer| answer.status() == 200), "{started:?}");
    let master = playlist(&world, started.into_iter().next().unwrap()).await;
    world.app.ctx.clock.advance_ms(31_000);
    world.until_lent(0).await;
    let part = addresses(&master)[0].to_owned();
    let resumed = join_all((0..4).map(|_| fetch(&world, &part))).await;
    assert!(resumed.iter().all(|answer| answer.status() == 200), "{resumed:?}");
    assert_eq!(world.leases().await, 1);
}

#[tokio::test]
async fn a_piece_of_a_playlist_shows_no_more_than_the_whole() {
    let world = World::on(Engine::Sqlite).await;
    let text = format!(
        "#EXTM3U\n#EXTINF:2.0,\n{}/seg.ts?p={SECRET}\n",
        world.simulator.url("")
    );
    // Neither its address nor its type says what it is.
    world.simulator.put(
        "/play",
        Resource::bytes(text).content_type("application/octet-stream"),
    );
    world.lists(&[world.entry("One", "/play")]).await;
    let one = world.channel("One").await;
    for range in ["bytes=0-", "bytes=9-", "bytes=30-60", "bytes=-20"] {
        let answer = soon(world.ask(&one).header(RANGE, range).send()).await.unwrap();
        assert_eq!(addresses(&playlist(&world, answer).await).len(), 1, "{range}");
    }
}

#[tokio::test]
async fn playlists_that_are_packed_or_lack_their_first_line_are_rewritten_too() {
    let world = World::on(Engine::Sqlite).await;
    let text = format!("#EXTINF:2.0,\n{}/seg.ts?p={SECRET}\n", world.simulator.url(""));
    let packed = gzip(format!("#EXTM3U\n{text}").as_bytes()).await;
    world.simulator.put("/bare.m3u8", Resource::bytes(text));
    let packed = Resource::bytes(packed).header("Content-Encoding", "gzip");
    world.simulator.put("/packed.m3u8", packed);
    let entries = [("One", "/bare.m3u8"), ("Two", "/packed.m3u8")];
    world
        .lists(&entries.map(|(name, path)| world.entry(name, path)))
        .await;
    for (name, _) in entries {
        let text = playlist(&world, world.play(&world.channel(name).await).await).await;
        assert_eq!(addresses(&text).len(), 1, "{text}");
    }
}

#[tokio::test]
async fn text_of_the_provider_reaches_nobody_but_subtitles_do() {
    let world = World::on(Engine::Sqlite).await;
    let text = "#EXTM3U\n#EXTINF:2.0,\npage.ts\n#EXTINF:2.0,\nsub.vtt\n#EXTINF:2.0,\nkey\n";
    world.simulator.put("/index.m3u8", Resource::bytes(text));
    let page = format!("Ask {} for access", world.simulator.url(""));
    world.simulator.put("/page.ts", Resource::bytes(page));
    let subtitles = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n";
    world.simulator.put("/sub.vtt", Resource::bytes(subtitles));
    world.simulator.put("/key", Resource::bytes("0123456789abcdef"));
    world.lists(&[world.entry("One", "/index.m3u8")]).await;
    let text = playlist(&world, world.play(&world.channel("One").await).await).await;
    let parts = addresses(&text);
    assert_eq!(fetch(&world, parts[0]).await.status(), 502);
    assert_eq!(
        soon(fetch(&world, parts[1]).await.text()).await.unwrap(),
        subtitles
    );
    assert_eq!(
        soon(fetch(&world, parts[2]).await.text()).await.unwrap(),
        "0123456789abcdef"
    );
}

#[tokio::test]
async fn a_part_opens_for_its_own_credential_only() {
    let world = World::on(Engine::Sqlite).await;
    let one = live(&world).await;
    let master = playlist(&world, world.play(&one).await).await;
    let own = addresses(&master)[0];
    let (id, token) = world.credential("Living room").await;
    let stolen = own.replace(&world.token, &token);
    let asked = world.simulator.counters().requests;
    assert_eq!(fetch(&world, &stolen).await.status(), 404);
    for wrong in ["AAAA", "", "%00", "..", &"A".repeat(2000)] {
        let answer = fetch(&world, &format!("/stream/{token}/h/{wrong}")).await;
        assert_eq!(answer.status(), 404, "{wrong}");
    }
    assert_eq!(world.simulator.counters().requests, asked);
    world.revoke(id).await;
    assert_eq!(fetch(&world, &stolen).await.status(), 401);
    assert_eq!(fetch(&world, own).await.status(), 200);
}

#[tokio::test]
async fn what_the_provider_refuses_of_a_stream_is_passed_on_without_its_words() {
    let world = World::on(Engine::Sqlite).await;
    let text = "#EXTM3U\n#EXTINF:2.0,\ngone.ts\n#EXTINF:2.0,\nforbidden.ts\n";
    world.simulator.put("/index.m3u8", Resource::bytes(text));
    let host = world.simulator.url("");
    let refused = Resource::dynamic(move |_| Reply::new(403, "text/html", format!("ask {host}")));
    world.simulator.put("/forbidden.ts", refused);
    world.lists(&[world.entry("One", "/index.m3u8")]).await;
    let text = playlist(&world, world.play(&world.channel("One").await).await).await;
    for (address, status) in addresses(&text).iter().zip([404, 502]) {
        let answer = fetch(&world, address).await;
        assert_eq!(answer.status(), status);
        world.assert_hidden(&soon(answer.text()).await.unwrap());
    }
}

#[tokio::test]
async fn a_playlist_that_lists_nothing_gives_way_to_the_next_stream() {
    let world = World::on(Engine::Sqlite).await;
    let nothing = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n";
    let empty = Resource::bytes(nothing).content_type(PLAYLIST);
    world.simulator.put("/best/index.m3u8", empty);
    world
        .simulator
        .put("/next.ts", Resource::live(ts::block(), Duration::from_millis(10)));
    world
        .lists(&[
            world.entry("One 4K", "/best/index.m3u8"),
            world.entry("One HD", "/next.ts"),
        ])
        .await;
    let answer = world.play(&world.channel("One").await).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "video/MP2T");
}
