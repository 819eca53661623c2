//! What a viewer sees when the upstream fails while it is watched.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Cut, Fault, Pieces, Reply, Resource, ts};
use reqwest::{Method, Response};
use serde_json::json;

use super::world::{World, first_bytes, soon, until_end};
use crate::on_both_engines;
use crate::support::OnEngine;

/// A live stream whose packets all hold this byte.
fn marked(mark: u8) -> Resource {
    Resource::live(block(mark), Duration::from_millis(10))
}

fn block(mark: u8) -> Vec<u8> {
    let mut block = ts::block();
    block.chunks_mut(188).for_each(|packet| packet[187] = mark);
    block
}

/// One channel with two streams, the better one first.
async fn two(world: &World) -> String {
    world.simulator.put("/best.ts", marked(1));
    world.simulator.put("/next.ts", marked(2));
    let entries = [
        world.entry("One 4K", "/best.ts"),
        world.entry("One HD", "/next.ts"),
    ];
    world.lists(&entries).await;
    world.channel("One").await
}

/// The marks of the next packets, all of which are whole.
async fn marks(viewer: &mut Response, rest: &mut Vec<u8>, packets: usize) -> Vec<u8> {
    while rest.len() < packets * 188 {
        rest.extend(
            soon(viewer.chunk())
                .await
                .unwrap()
                .expect("the viewer was closed"),
        );
    }
    let marks = rest.chunks_exact(188).take(packets).map(|packet| {
        assert_eq!(packet[0], 0x47);
        packet[187]
    });
    let marks = marks.collect();
    rest.drain(..packets * 188);
    marks
}

/// Watches until packets with this mark come.
async fn until_mark(viewer: &mut Response, mark: u8) {
    let mut rest = Vec::new();
    while marks(viewer, &mut rest, 1).await[0] != mark {}
    assert!(
        marks(viewer, &mut rest, 100)
            .await
            .iter()
            .all(|seen| *seen == mark)
    );
}

async fn goes_on_after(world: &World, fault: Fault) {
    let one = two(world).await;
    world.simulator.fault("/best.ts", fault.times(1));
    let mut viewers = [world.play(&one).await, world.play(&one).await];
    for viewer in &mut viewers {
        until_mark(viewer, 2).await;
    }
    // Two viewers and one connection, before and after.
    let counts = (
        world.simulator.count("/best.ts"),
        world.simulator.count("/next.ts"),
    );
    assert_eq!((counts, world.leases().await), ((1, 1), 1));
    // Who begins now begins with the better one, and those who watch stay where they are.
    let mut later = world.play(&one).await;
    until_mark(&mut later, 1).await;
    for viewer in &mut viewers {
        until_mark(viewer, 2).await;
    }
    assert_eq!(world.simulator.count("/next.ts"), 1);
    drop((viewers, later));
    world.until(|counters| counters.open == 0).await;
    world.until_lent(0).await;
}

on_both_engines! {
    async fn who_watches_goes_on_with_the_next_stream_when_one_ends(world: World) {
        goes_on_after(&world, Fault::cut(200_000, Cut::Close)).await;
    }

    async fn who_watches_goes_on_with_the_next_stream_when_one_breaks_off(world: World) {
        goes_on_after(&world, Fault::cut(200_000, Cut::Chunked)).await;
    }

    async fn who_watches_goes_on_with_the_next_stream_when_one_stalls(world: World) {
        goes_on_after(&world, Fault::stop_after(200_000)).await;
    }
}

#[tokio::test]
async fn a_page_in_the_middle_of_a_stream_reaches_nobody() {
    let world = World::on(Engine::Sqlite).await;
    let one = two(&world).await;
    world.simulator.put(
        "/best.ts",
        Resource::dynamic(|_| {
            let page = b"<html>Your subscription has ended</html>".repeat(4_000);
            let pieces = Pieces::new(move || [block(1).into(), page.clone().into()].into_iter());
            Reply::pieces("video/mp2t", pieces)
        }),
    );
    let mut viewer = world.play(&one).await;
    until_mark(&mut viewer, 2).await;
}

#[tokio::test]
async fn a_stream_that_ends_is_opened_again_where_there_is_no_other() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/one.ts", marked(1).account("anna"));
    world.simulator.limit("anna", 1, 509);
    world.lists(&[world.entry("One", "/one.ts")]).await;
    world
        .simulator
        .fault("/one.ts", Fault::cut(100_000, Cut::Close).times(3));
    let mut viewer = world.play(&world.channel("One").await).await;
    first_bytes(&mut viewer, 400_000).await;
    assert_eq!(world.simulator.count("/one.ts"), 4);
    assert_eq!(world.peak("anna"), 1);
}

#[tokio::test]
async fn streams_of_one_account_follow_each_other_over_its_only_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let one = two(&world).await;
    for (path, mark) in [("/best.ts", 1), ("/next.ts", 2)] {
        world.simulator.put(path, marked(mark).account("anna"));
    }
    world.simulator.limit("anna", 1, 509);
    world
        .simulator
        .fault("/best.ts", Fault::stop_after(200_000).times(1));
    let mut viewer = world.play(&one).await;
    until_mark(&mut viewer, 2).await;
    assert_eq!(world.peak("anna"), 1);
    assert_eq!(world.leases().await, 1);
}

async fn switch_off(world: &World, path: &str) {
    let body = json!({ "enabled": false });
    let answer = world.app.send(&world.admin, Method::PATCH, path, &body).await;
    assert_eq!(answer.status(), 200, "{path}");
}

#[tokio::test]
async fn a_stream_that_is_switched_off_is_watched_no_longer_and_its_viewers_go_on() {
    let world = World::on(Engine::Sqlite).await;
    let one = two(&world).await;
    let mut viewer = world.play(&one).await;
    until_mark(&mut viewer, 1).await;
    let best = "select id from channel_streams where original_name = 'One 4K'";
    let path = format!("/api/streams/{}", world.id(best, Vec::new()).await);
    switch_off(&world, &path).await;
    until_mark(&mut viewer, 2).await;
    switch_off(&world, &format!("/api/providers/{}", world.provider.0)).await;
    until_end(&mut viewer).await;
    world.until(|counters| counters.open == 0).await;
    world.until_lent(0).await;
}

#[tokio::test]
async fn a_provider_whose_streams_end_at_once_is_not_asked_as_fast_as_it_answers() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/one.ts", marked(1));
    world.simulator.fault("/one.ts", Fault::cut(200_000, Cut::Close));
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let mut viewer = world.play(&world.channel("One").await).await;
    first_bytes(&mut viewer, 600_000).await;
    // After pauses of half a second, one and two.
    assert!(world.simulator.count("/one.ts") <= 5);
}

#[tokio::test]
async fn a_viewer_is_let_go_where_only_what_cannot_follow_is_left() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/best.ts", marked(1));
    let entries = [
        world.entry("One 4K", "/best.ts"),
        world.entry("One HD", "/next.m3u8"),
    ];
    world.lists(&entries).await;
    let mut viewer = world.play(&world.channel("One").await).await;
    until_mark(&mut viewer, 1).await;
    world.simulator.refuse().await;
    until_end(&mut viewer).await;
    world.until_lent(0).await;
}
