//! One upstream for all who watch a stream, and the connection of who changes the channel.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Cut, Fault, Resource, ts};
use reqwest::Response;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, RANGE};
use serde_json::json;

use super::world::{World, first_bytes, live, soon, until_end};
use crate::on_both_engines;
use crate::support::{Dice, OnEngine};

const ACCOUNT: &str = "anna";

/// Whether these are packets of the live stream without a gap between them.
fn assert_whole(bytes: &[u8]) {
    let block = ts::block();
    let at = block
        .chunks(188)
        .position(|packet| packet == &bytes[..188])
        .unwrap_or_else(|| unreachable!("no packet of the stream"));
    let expected = block.iter().cycle().skip(at * 188);
    assert!(bytes.iter().eq(expected.take(bytes.len())), "there is a gap");
}

/// Two channels of an account with one connection, as strict as its provider.
async fn narrow() -> (World, String, String) {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    for path in ["/one.ts", "/two.ts"] {
        world.simulator.put(path, live().account(ACCOUNT));
    }
    world.simulator.limit(ACCOUNT, 1, 509);
    let entries = [world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")];
    world.lists(&entries).await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    (world, one, two)
}

on_both_engines! {
    async fn all_who_watch_a_channel_share_one_connection(world: World) {
        world.simulator.put("/one.ts", live());
        world.lists(&[world.entry("One", "/one.ts")]).await;
        let one = world.channel("One").await;
        let mut viewers = Vec::new();
        for _ in 0..5 {
            let mut viewer = world.play(&one).await;
            assert_eq!(viewer.status(), 200);
            assert_whole(&first_bytes(&mut viewer, 20_000).await);
            viewers.push(viewer);
        }
        for viewer in &mut viewers {
            first_bytes(viewer, 200_000).await;
        }
        assert_eq!((world.simulator.count("/one.ts"), world.leases().await), (1, 1));
        let mut last = viewers.pop().unwrap();
        drop(viewers);
        first_bytes(&mut last, 200_000).await;
        assert_eq!((world.simulator.count("/one.ts"), world.leases().await), (1, 1));
        drop(last);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }
}

#[tokio::test]
async fn a_viewer_who_does_not_read_holds_nobody_up_and_falls_off_alone() {
    let world = World::on(Engine::Sqlite).await;
    // Without a pause: more than any socket holds comes within a moment.
    let quick = Resource::live(ts::block().repeat(8), Duration::from_millis(1));
    world.simulator.put("/one.ts", quick);
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let one = world.channel("One").await;
    let mut idle = world.play(&one).await;
    let mut eager = world.play(&one).await;
    assert_whole(&first_bytes(&mut eager, 40_000_000).await);
    until_end(&mut idle).await;
    first_bytes(&mut eager, 1_000_000).await;
    assert_eq!(world.simulator.count("/one.ts"), 1);
}

#[tokio::test]
async fn a_stream_that_is_opened_again_at_once_was_never_closed() {
    let (world, one, _) = narrow().await;
    for _ in 0..4 {
        let mut viewer = world.play(&one).await;
        assert_whole(&first_bytes(&mut viewer, 5_000).await);
    }
    assert_eq!((world.simulator.count("/one.ts"), world.peak(ACCOUNT)), (1, 1));
}

/// What Kodi does when its viewer changes the channel: two HEAD and four GET, of which one stays, while the old channel is
/// still open.
async fn changed(world: &World, old: Response, to: &str) -> Response {
    let head = || async {
        let url = world.app.url(&format!("/stream/{}/{to}", world.token));
        soon(world.app.client.head(url).send()).await.unwrap()
    };
    let probe = || async { first_bytes(&mut world.play(to).await, 188).await };
    let close = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        drop(old);
    };
    let (_, _, _, _, kept, ()) = tokio::join!(head(), probe(), head(), probe(), world.play(to), close);
    probe().await;
    kept
}

#[tokio::test]
async fn a_change_of_channel_as_kodi_does_it_costs_one_connection_and_never_two() {
    let (world, one, two) = narrow().await;
    let mut playing = world.play(&one).await;
    first_bytes(&mut playing, 5_000).await;
    for change in 1..=6_usize {
        let (to, path) = if change % 2 == 1 {
            (&two, "/two.ts")
        } else {
            (&one, "/one.ts")
        };
        playing = changed(&world, playing, to).await;
        assert_eq!(playing.status(), 200);
        assert_whole(&first_bytes(&mut playing, 20_000).await);
        let opened = world.simulator.count("/one.ts") + world.simulator.count("/two.ts");
        assert_eq!((opened, world.peak(ACCOUNT)), (change + 1, 1), "{path}");
        assert_eq!(world.simulator.counters().open, 1);
    }
}

#[tokio::test]
async fn who_seeks_in_a_film_takes_its_only_connection_along() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let film: Vec<u8> = (0..40_000_000_u32).map(|at| (at / 7) as u8).collect();
    let resource = Resource::bytes(film).content_type("video/x-matroska");
    world.simulator.put("/film.mkv", resource.account(ACCOUNT));
    world.simulator.limit(ACCOUNT, 1, 509);
    world.lists(&[world.entry("Film (2020)", "/film.mkv")]).await;
    let movie = world.movie().await;
    let mut before = world.play(&movie).await;
    first_bytes(&mut before, 1_000).await;
    for from in [30_000_000, 10_000_000, 20_000_000] {
        let range = format!("bytes={from}-");
        let mut sought = soon(world.ask(&movie).header(RANGE, range).send()).await.unwrap();
        assert_eq!(sought.status(), 206);
        assert_eq!(
            sought.headers()[CONTENT_RANGE],
            format!("bytes {from}-39999999/40000000")
        );
        assert_eq!(sought.headers()[CONTENT_LENGTH], (40_000_000 - from).to_string());
        assert_eq!(first_bytes(&mut sought, 1_000).await[0], (from / 7) as u8);
        until_end(&mut before).await;
        before = sought;
    }
    assert_eq!((world.peak(ACCOUNT), world.leases().await), (1, 1));
    drop(before);
    world.until_lent(0).await;
    world.until_no_play_is_open().await;
    let failed = "select count(*) from play_segments where has_failed";
    assert_eq!(
        world.id(failed, Vec::new()).await,
        0,
        "whoever seeks ends what was before"
    );
}

/// Opens channels, reads a little and leaves, while their streams fail in every way.
async fn wander(world: &World, paths: &[String], mut dice: Dice, turns: usize) {
    for _ in 0..turns {
        let path = &paths[dice.below(3)];
        let fault = match dice.below(9) {
            0 => Some(Fault::status(404)),
            1 => Some(Fault::cut(dice.below(60_000), Cut::Close)),
            2 => Some(Fault::cut(dice.below(60_000), Cut::Chunked)),
            3 => Some(Fault::early_close(dice.below(4_000))),
            4 => Some(Fault::html()),
            5 => Some(Fault::delay(Duration::from_millis(dice.below(300) as u64))),
            _ => None,
        };
        if let Some(fault) = fault {
            world
                .simulator
                .fault(&format!("/{}.ts", dice.below(3)), fault.times(1));
        }
        let (patience, wanted) = (
            Duration::from_millis(5 + dice.below(400) as u64),
            dice.below(60_000),
        );
        let watch = async {
            let Ok(mut answer) = world.ask(path).send().await else {
                return;
            };
            let mut read = 0;
            while read < wanted
                && let Ok(Some(bytes)) = answer.chunk().await
            {
                read += bytes.len();
            }
        };
        // Most leave in the middle of something.
        let _ = tokio::time::timeout(patience, watch).await;
    }
}

#[tokio::test]
async fn after_a_thousand_aborts_and_faults_nothing_is_left_and_no_limit_was_passed() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 2 })).await;
    let mut entries = Vec::new();
    for number in 0..3 {
        let path = format!("/{number}.ts");
        world.simulator.put(&path, live().account(ACCOUNT));
        entries.push(world.entry(&format!("Channel {number}"), &path));
    }
    world.lists(&entries).await;
    let mut paths = Vec::new();
    for number in 0..3 {
        paths.push(world.channel(&format!("Channel {number}")).await);
    }
    let viewers = (0..10).map(|seed| wander(&world, &paths, Dice(seed), 100));
    futures_util::future::join_all(viewers).await;
    world.simulator.mend();
    soon(world.simulator.until(|counters| counters.open == 0)).await;
    world.until_lent(0).await;
    world.until_no_play_is_open().await;
    assert!((1..=2).contains(&world.peak(ACCOUNT)), "{}", world.peak(ACCOUNT));
    // All is as it was.
    for path in &paths {
        assert_whole(&first_bytes(&mut world.play(path).await, 20_000).await);
    }
}
