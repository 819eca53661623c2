//! What an HLS stream is blamed for, and what it is not.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Cut, Fault};
use reqwest::Method;
use serde_json::json;

use super::following::{TARGET, assert_follows, get_status, list, open, two, until_new};
use super::world::{World, soon};
use crate::support::OnEngine;

#[tokio::test]
async fn segments_that_fail_one_after_the_other_are_the_streams_fault() {
    let world = World::on(Engine::Sqlite).await;
    let (channel, _) = two(&world, TARGET).await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    world.simulator.fault("/best/high/40.ts", Fault::status(503));
    world.simulator.fault("/best/high/42.ts", Fault::status(404));
    world.simulator.fault("/best/high/43.ts", Fault::status(404));
    let status = async |index: usize| get_status(&world, &before.segments[index].0).await;
    assert_eq!(status(0).await, 502);
    // The same again is no second one, and one that comes between is none in a row.
    assert_eq!(
        (status(0).await, status(1).await, status(2).await),
        (502, 200, 404)
    );
    assert_eq!(list(&world, &media).await, before);
    assert_eq!(status(3).await, 404);
    assert_follows(&before, &list(&world, &media).await);
}

#[tokio::test]
async fn segments_that_break_off_in_the_middle_are_the_streams_fault() {
    let world = World::on(Engine::Sqlite).await;
    let (channel, _) = two(&world, TARGET).await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    for number in [41, 43, 44] {
        let path = format!("/best/high/{number}.ts");
        world.simulator.fault(&path, Fault::cut(600, Cut::Declared));
    }
    let is_whole = async |index: usize| {
        let url = world.app.url(&before.segments[index].0);
        // What is short may break off before the head is here.
        match soon(world.app.client.get(url).send()).await {
            Ok(answer) => answer.status() == 200 && soon(answer.bytes()).await.is_ok(),
            Err(_) => false,
        }
    };
    assert!(!is_whole(1).await && !is_whole(1).await && is_whole(2).await && !is_whole(3).await);
    assert_eq!(
        list(&world, &media).await,
        before,
        "one that is whole came between"
    );
    assert!(!is_whole(4).await);
    assert_follows(&before, &list(&world, &media).await);
}

#[tokio::test]
async fn segments_without_a_byte_are_none() {
    let world = World::on(Engine::Sqlite).await;
    let (channel, _) = two(&world, TARGET).await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    for number in [43, 44] {
        world
            .simulator
            .fault(&format!("/best/high/{number}.ts"), Fault::empty());
    }
    for index in [3, 4] {
        assert_eq!(get_status(&world, &before.segments[index].0).await, 502);
    }
    assert_follows(&before, &list(&world, &media).await);
}

#[tokio::test]
async fn a_stream_that_is_switched_off_is_left_and_not_blamed() {
    let world = World::on(Engine::Sqlite).await;
    let (channel, _) = two(&world, TARGET).await;
    let media = open(&world, &channel).await;
    let before = list(&world, &media).await;
    let best = "select id from channel_streams where original_name = 'One 4K'";
    let path = format!("/api/streams/{}", world.id(best, Vec::new()).await);
    let off = json!({ "enabled": false });
    assert_eq!(
        world
            .app
            .send(&world.admin, Method::PATCH, &path, &off)
            .await
            .status(),
        200
    );
    let after = until_new(&world, &media, &before).await;
    assert_follows(&before, &after);
    assert_eq!(get_status(&world, &after.segments[0].0).await, 200);
    let segments = "select count(*) from play_segments";
    soon(async {
        while world.id(segments, Vec::new()).await < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let failed = "select count(*) from play_segments where has_failed";
    assert_eq!(world.id(failed, Vec::new()).await, 0);
}
