//! Connections to a provider: one for each stream, no more than it allows, none for those who left.

use std::time::{Duration, Instant};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, ts};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::json;

use super::world::{LIST, World, first_bytes, live, soon, until_end};
use crate::on_both_engines;
use crate::support::OnEngine;

on_both_engines! {
    async fn a_channel_plays_over_one_connection_that_is_given_back(world: World) {
        world.simulator.put("/one.ts", live());
        world.lists(&[world.entry("One", "/one.ts")]).await;
        let one = world.channel("One").await;
        let mut first = world.play(&one).await;
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[CONTENT_TYPE], "video/MP2T");
        let block = ts::block();
        assert_eq!(first_bytes(&mut first, block.len()).await[..block.len()], block[..]);
        assert_eq!((world.simulator.count("/one.ts"), world.leases().await), (1, 1));
        drop(first);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
    }

    async fn a_viewer_who_leaves_a_silent_stream_is_noticed(world: World) {
        world.simulator.put("/one.ts", live());
        world.simulator.fault("/one.ts", Fault::stop_after(1_880));
        world.lists(&[world.entry("One", "/one.ts")]).await;
        let mut playing = world.play(&world.channel("One").await).await;
        first_bytes(&mut playing, 1_880).await;
        let left = Instant::now();
        drop(playing);
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
        // Sooner than the provider's silence is given up.
        assert!(left.elapsed() < Duration::from_secs(5), "{:?}", left.elapsed());
    }

    async fn a_viewer_who_does_not_wait_for_the_start_leaves_nothing_behind(world: World) {
        world.simulator.put("/one.ts", live());
        world.simulator.fault("/one.ts", Fault::silent());
        world.lists(&[world.entry("One", "/one.ts")]).await;
        let one = world.channel("One").await;
        let asked = tokio::time::timeout(Duration::from_millis(300), world.ask(&one).send()).await;
        assert!(asked.is_err());
        let left = Instant::now();
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
        assert!(left.elapsed() < Duration::from_secs(5), "{:?}", left.elapsed());
    }

    async fn a_revoked_credential_plays_no_longer(world: World) {
        world.simulator.put("/one.ts", live());
        world.lists(&[world.entry("One", "/one.ts")]).await;
        let path = world.channel("One").await;
        let (id, token) = world.credential("Living room").await;
        let url = world.app.url(&format!("/stream/{token}/{path}"));
        let mut playing = soon(world.app.client.get(&url).send()).await.unwrap();
        let mut own = world.play(&path).await;
        first_bytes(&mut playing, 188).await;
        world.revoke(id).await;
        until_end(&mut playing).await;
        world.until_lent(1).await;
        assert_eq!(
            soon(world.app.client.get(&url).send()).await.unwrap().status(),
            401
        );
        assert_eq!(
            soon(world.app.client.head(&url).send()).await.unwrap().status(),
            401
        );
        first_bytes(&mut own, 20 * 188).await;
    }
}

#[tokio::test]
async fn no_more_is_opened_than_the_provider_allows() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/one.ts", live());
    world.simulator.put("/two.ts", live());
    world
        .lists(&[world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")])
        .await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let mut first = world.play(&one).await;
    first_bytes(&mut first, 188).await;
    let refused = world.play(&two).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    assert_eq!(world.simulator.count("/two.ts"), 0);
    drop(first);
    world.until_lent(0).await;
    first_bytes(&mut world.play(&two).await, 188).await;
}

#[tokio::test]
async fn streams_are_tried_one_after_the_other_over_one_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/good.ts", live());
    world
        .lists(&[
            world.entry("One 4K", "/dead.ts"),
            world.entry("One HD", "/gone.ts"),
            world.entry("One SD", "/good.ts"),
        ])
        .await;
    let one = world.channel("One").await;
    for _ in 0..3 {
        let mut answer = world.play(&one).await;
        assert_eq!(answer.status(), 200);
        first_bytes(&mut answer, 188).await;
        drop(answer);
        world.until_lent(0).await;
    }
    assert_eq!(
        (
            world.simulator.count("/dead.ts"),
            world.simulator.count("/gone.ts")
        ),
        (3, 3)
    );
}

#[tokio::test]
async fn who_changes_the_channel_gets_the_connection_of_the_last_one() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    for path in ["/one.ts", "/two.ts"] {
        world.simulator.put(path, live());
    }
    world
        .lists(&[world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")])
        .await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let mut playing = world.play(&one).await;
    first_bytes(&mut playing, 188).await;
    let counted = || {
        let all = world.app.db.statements.all();
        let of_shares = "from connection_reservations where provider_id = $1 order by 4";
        let counted = all.iter().filter(|(sql, _)| sql.contains(of_shares));
        counted.map(|(_, times)| times).sum::<u64>()
    };
    let before = counted();
    let closing = async {
        // As players do, once the next was asked for and found none free.
        while counted() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(playing);
    };
    let (mut next, ()) = tokio::join!(world.play(&two), soon(closing));
    assert_eq!(next.status(), 200);
    first_bytes(&mut next, 188).await;
    assert_eq!(world.leases().await, 1);
}

#[tokio::test]
async fn a_sync_waits_for_the_only_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let mut playing = world.play(&world.channel("One").await).await;
    first_bytes(&mut playing, 188).await;
    let jobs = &world.app.ctx.jobs;
    let (id, fetched) = (world.begin_sync().await, world.simulator.count(LIST));
    let waiting = |message: &str| message == "Waiting for a free connection";
    soon(async {
        while !waiting(&jobs.find(id).await.unwrap().unwrap().progress.message) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(world.simulator.count(LIST), fetched);
    drop(playing);
    let job = soon(jobs.follow(id, |_| {})).await.unwrap();
    assert_eq!(
        (job.state.as_str(), world.simulator.count(LIST)),
        ("succeeded", fetched + 1)
    );
}

#[tokio::test]
async fn a_player_waits_while_a_list_is_fetched_over_the_only_connection() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let (one, fetched) = (world.channel("One").await, world.simulator.count(LIST));
    // Longer than a player waits for another.
    world.simulator.fault(LIST, Fault::delay(Duration::from_secs(3)));
    let id = world.begin_sync().await;
    soon(async {
        while world.simulator.count(LIST) == fetched {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let mut playing = world.play(&one).await;
    assert_eq!(playing.status(), 200);
    first_bytes(&mut playing, 188).await;
    let job = soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
    assert_eq!(job.state.as_str(), "succeeded");
}

#[tokio::test]
async fn the_server_stops_at_once_while_streams_run() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let path = world.channel("One").await;
    let mut playing = world.play(&path).await;
    first_bytes(&mut playing, 188).await;
    let World { app, simulator, .. } = world;
    let began = Instant::now();
    drop(app);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    until_end(&mut playing).await;
    soon(simulator.until(|counters| counters.open == 0)).await;
}
