//! What a player of an HLS stream goes on with when the stream fails that it polls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Hls, Resource};
use serde_json::json;

use super::world::{World, live as endless, soon};
use crate::on_both_engines;
use crate::support::OnEngine;

/// A playlist is passed on for half of it, and stalls after three times.
pub(super) const TARGET: Duration = Duration::from_secs(4);
const SHORT: Duration = Duration::from_secs(1);

/// What a player keeps of a media playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    first: u64,
    cuts: u64,
    /// Each with whether a discontinuity comes before it.
    pub(super) segments: Vec<(String, bool)>,
}

impl Seen {
    fn of(text: &str) -> Self {
        let number = |tag: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(tag));
            value.map_or(0, |value| value.parse().unwrap())
        };
        let mut segments = Vec::new();
        let mut is_cut = false;
        for line in text.lines().filter(|line| !line.is_empty()) {
            is_cut |= line == "#EXT-X-DISCONTINUITY";
            if !line.starts_with('#') {
                segments.push((line.to_owned(), std::mem::take(&mut is_cut)));
            }
        }
        Self {
            first: number("#EXT-X-MEDIA-SEQUENCE:"),
            cuts: number("#EXT-X-DISCONTINUITY-SEQUENCE:"),
            segments,
        }
    }

    fn end(&self) -> u64 {
        self.first + self.segments.len() as u64
    }

    /// Discontinuities up to its last segment.
    fn all_cuts(&self) -> u64 {
        self.cuts + self.segments.iter().filter(|(_, is_cut)| *is_cut).count() as u64
    }
}

async fn get(world: &World, path: &str) -> (u16, String) {
    let answer = soon(world.app.client.get(world.app.url(path)).send())
        .await
        .unwrap();
    let status = answer.status().as_u16();
    let text = soon(answer.text()).await.unwrap();
    world.assert_hidden(&text);
    (status, text)
}

pub(super) async fn list(world: &World, path: &str) -> Seen {
    let (status, text) = get(world, path).await;
    assert_eq!(status, 200, "{text}");
    Seen::of(&text)
}

/// The better variant of a channel whose playlist is a master.
pub(super) async fn open(world: &World, channel: &str) -> String {
    list(world, &format!("/stream/{}/{channel}", world.token))
        .await
        .segments[1]
        .0
        .clone()
}

fn segments(mark: u8) -> Vec<Bytes> {
    let block = m3u_strm_processor::simulator::ts::block();
    (0..8_u8)
        .map(|number| [&[0x47, mark, number], &*block].concat().into())
        .collect()
}

fn mount(world: &World, path: &str, mark: u8, from: usize, target: Duration) -> Arc<AtomicUsize> {
    let (hls, rolled) = Hls::rolled_by_hand(segments(mark), target);
    rolled.store(from, Ordering::SeqCst);
    world.simulator.put_hls(path, hls.account("anna"));
    rolled
}

/// A channel with two streams, the better one first: how far they are rolled.
pub(super) async fn two(world: &World, target: Duration) -> (String, [Arc<AtomicUsize>; 2]) {
    let rolled = [
        mount(world, "/best", 1, 40, target),
        mount(world, "/next", 2, 7, target),
    ];
    let entries = [
        world.entry("One 4K", "/best/index.m3u8"),
        world.entry("One HD", "/next/index.m3u8"),
    ];
    world.lists(&entries).await;
    (world.channel("One").await, rolled)
}

/// Polls until the playlist is another.
pub(super) async fn until_new(world: &World, media: &str, old: &Seen) -> Seen {
    soon(async {
        loop {
            let now = list(world, media).await;
            if now != *old {
                return now;
            }
        }
    })
    .await
}

/// What follows `before` at the same address: numbers that go on, and a discontinuity before the first.
pub(super) fn assert_follows(before: &Seen, after: &Seen) {
    assert_eq!(after.first, before.end(), "{before:?} {after:?}");
    assert_eq!(after.segments.len(), 3);
    let cuts: Vec<bool> = after.segments.iter().map(|(_, is_cut)| *is_cut).collect();
    assert_eq!(cuts, [true, false, false]);
    assert_eq!(after.cuts, before.all_cuts());
    for (segment, _) in &after.segments {
        assert!(before.segments.iter().all(|(known, _)| known != segment));
    }
}

async fn goes_on_after(world: &World, fault: Fault) {
    let (channel, [_, next]) = two(world, TARGET).await;
    let media = open(world, &channel).await;
    let before = list(world, &media).await;
    assert_eq!(before.first, 40);
    world.simulator.fault("/best/high/index.m3u8", fault);
    let after = until_new(world, &media, &before).await;
    assert_follows(&before, &after);
    // The nearest picture of the other stream, and no other.
    assert_eq!(world.simulator.count("/next/low/index.m3u8"), 0);
    let segment = soon(world.app.client.get(world.app.url(&after.segments[0].0)).send())
        .await
        .unwrap();
    assert_eq!(soon(segment.bytes()).await.unwrap(), segments(2)[(7 + 2) % 8]);
    world.until_lent(1).await;
    // As the window moves, the discontinuity leaves the list and is counted.
    next.store(10, Ordering::SeqCst);
    let later = until_new(world, &media, &after).await;
    assert_eq!((later.first, later.segments.len()), (after.first + 1, 5));
    assert_eq!(later.segments[..2], after.segments[1..]);
    assert_eq!((later.cuts, later.all_cuts()), (1, 1));
    // Who begins now begins with the better one.
    world.simulator.mend();
    assert_eq!(list(world, &open(world, &channel).await).await, before);
}

on_both_engines! {
    async fn a_player_goes_on_with_the_next_stream_at_the_same_address(world: World) {
        goes_on_after(&world, Fault::status(404)).await;
    }
}

#[tokio::test]
async fn a_page_instead_of_a_playlist_is_a_failure_too() {
    let world = World::on(Engine::Sqlite).await;
    let page = "<html>Your subscription has ended</html>".repeat(10);
    goes_on_after(&world, Fault::body("text/html", page)).await;
}

#[tokio::test]
async fn a_playlist_that_stands_still_is_left_after_three_segments() {
    let world = World::on(Engine::Sqlite).await;
    let (channel, [best, _]) = two(&world, SHORT).await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    best.store(41, Ordering::SeqCst);
    let moved = until_new(&world, &media, &before).await;
    assert_eq!(moved.first, 41);
    let since = Instant::now();
    let after = until_new(&world, &media, &moved).await;
    assert_follows(&moved, &after);
    assert!(since.elapsed() >= SHORT * 3, "{:?}", since.elapsed());
}

#[tokio::test]
async fn a_player_that_leaves_while_a_stream_is_tried_holds_no_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 2 })).await;
    let (channel, _) = two(&world, TARGET).await;
    let media = open(&world, &channel).await;
    list(&world, &media).await;
    let (next, _) = Hls::rolled_by_hand(segments(2), TARGET);
    world.simulator.put_hls("/next", next.account("next"));
    world.simulator.fault("/best/*", Fault::status(404));
    world.simulator.fault("/next/*", Fault::silent());
    let asking = async {
        // Until it is fetched anew.
        while world.app.client.get(world.app.url(&media)).send().await.is_ok() {}
    };
    tokio::select! {
        () = asking => unreachable!("the server is there"),
        () = world.until_open("next", 1) => {}
    }
    world.until_lent(0).await;
}

pub(super) async fn get_status(world: &World, path: &str) -> u16 {
    let answer = soon(world.app.client.get(world.app.url(path)).send())
        .await
        .unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn all_who_poll_go_on_over_the_only_connection_of_an_account() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let (channel, _) = two(&world, TARGET).await;
    world.simulator.limit("anna", 1, 509);
    let mut players = Vec::new();
    for number in 0..3 {
        let (_, token) = world.credential(&format!("Player {number}")).await;
        let link = format!("/stream/{token}/{channel}");
        let media = list(&world, &link).await.segments[1].0.clone();
        let before = list(&world, &media).await;
        players.push((media, before));
    }
    world.simulator.fault("/best/*", Fault::status(404));
    for (media, before) in &players {
        assert_follows(before, &until_new(&world, media, before).await);
    }
    assert_eq!((world.peak("anna"), world.leases().await), (1, 1));
    assert_eq!(world.simulator.count("/next/index.m3u8"), 1);
}

#[tokio::test]
async fn a_channel_whose_link_is_a_media_playlist_goes_on_there() {
    let world = World::on(Engine::Sqlite).await;
    mount(&world, "/best", 1, 40, TARGET);
    mount(&world, "/next", 2, 7, TARGET);
    let entries = [
        world.entry("One 4K", "/best/high/index.m3u8"),
        world.entry("One HD", "/next/index.m3u8"),
    ];
    world.lists(&entries).await;
    let link = format!("/stream/{}/{}", world.token, world.channel("One").await);
    let before = list(&world, &link).await;
    world.simulator.fault("/best/*", Fault::status(404));
    assert_follows(&before, &until_new(&world, &link, &before).await);
}

#[tokio::test]
async fn a_stream_whose_playlist_fails_once_goes_on_by_itself_where_there_is_no_other() {
    let world = World::on(Engine::Sqlite).await;
    let rolled = mount(&world, "/best", 1, 40, TARGET);
    world.lists(&[world.entry("One", "/best/index.m3u8")]).await;
    let media = open(&world, &world.channel("One").await).await;
    let before = list(&world, &media).await;
    world
        .simulator
        .fault("/best/high/index.m3u8", Fault::status(503).times(1));
    rolled.store(42, Ordering::SeqCst);
    let after = until_new(&world, &media, &before).await;
    assert_eq!((after.first, after.all_cuts()), (42, 0));
    assert_eq!(after.segments[..3], before.segments[2..]);
}

#[tokio::test]
async fn a_player_opens_the_channel_anew_where_nothing_can_follow_and_a_provider_is_not_asked_in_a_rush() {
    let world = World::on(Engine::Sqlite).await;
    mount(&world, "/best", 1, 40, TARGET);
    world.simulator.put("/next.ts", endless());
    let entries = [
        world.entry("One 4K", "/best/index.m3u8"),
        world.entry("One HD", "/next.ts"),
    ];
    world.lists(&entries).await;
    let channel = world.channel("One").await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    world.simulator.fault("/best/*", Fault::status(404));
    let began = Instant::now();
    let status = soon(async {
        loop {
            match get(&world, &media).await {
                (200, text) => assert_eq!(Seen::of(&text), before),
                (status, _) => return status,
            }
        }
    })
    .await;
    assert_eq!(status, 502);
    for _ in 0..50 {
        assert_eq!(get(&world, &media).await.0, 502);
    }
    let most = 4 + 2 * began.elapsed().as_millis() / 500;
    assert!((world.simulator.count("/best/high/index.m3u8") as u128) <= most);
    let answer = world.play(&channel).await;
    assert_eq!(answer.headers()["content-type"], "video/MP2T");
}

#[tokio::test]
async fn sound_that_comes_apart_is_not_torn_from_its_picture() {
    let world = World::on(Engine::Sqlite).await;
    mount(&world, "/best", 1, 40, TARGET);
    mount(&world, "/next", 2, 7, TARGET);
    let master = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"low/index.m3u8\"\n\
                  #EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO=\"a\"\nhigh/index.m3u8\n";
    world.simulator.put("/best/split.m3u8", Resource::bytes(master));
    let entries = [
        world.entry("One 4K", "/best/split.m3u8"),
        world.entry("One HD", "/next/index.m3u8"),
    ];
    world.lists(&entries).await;
    let link = format!("/stream/{}/{}", world.token, world.channel("One").await);
    let media = list(&world, &link).await.segments[0].0.clone();
    list(&world, &media).await;
    let (next, _) = Hls::rolled_by_hand(segments(2), TARGET);
    world.simulator.put_hls("/next", next.account("next"));
    world.simulator.fault("/best/*", Fault::status(404));
    soon(async { while get(&world, &media).await.0 == 200 {} }).await;
    assert_eq!(world.simulator.count("/next/index.m3u8"), 0);
    // Opened anew it plays the other.
    assert_eq!(list(&world, &link).await.segments.len(), 2);
}
