use std::time::Duration;

use m3u_strm_processor::simulator::{Cut, Fault, Over};

use super::*;

const LIVE: &str = "/live/viewer/s3cret/101.ts";

impl World {
    async fn watch(&self, path: &str) -> reqwest::Response {
        self.get(&self.simulator.url(path)).await
    }

    async fn until_open(&self, wanted: usize) {
        let wait = self
            .simulator
            .until(|counters| counters.accounts.get(USER).copied().unwrap_or(0) == wanted);
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
    }
}

/// Whether the stream ends by itself.
async fn ends(mut answer: reqwest::Response) -> bool {
    let rest = async { while let Ok(Some(_)) = answer.chunk().await {} };
    tokio::time::timeout(Duration::from_secs(20), rest).await.is_ok()
}

#[tokio::test]
async fn an_account_plays_as_many_streams_as_it_has_connections() {
    let world = World::plain().await;
    let (first, second) = (world.watch(LIVE).await, world.watch("/viewer/s3cret/102").await);
    assert_eq!(world.call("").await["user_info"]["active_cons"], "2");
    assert_eq!(world.watch("/movie/viewer/s3cret/5001.mp4").await.status(), 403);
    drop(first);
    world.until_open(1).await;
    let third = world.watch("/live/viewer/s3cret/103.ts").await;
    assert_eq!((second.status().as_u16(), third.status().as_u16()), (200, 200));
    assert_eq!(world.simulator.counters().account_peaks[USER], 2);
    drop((second, third));
    world.until_open(0).await;
    assert_eq!(world.call("").await["user_info"]["active_cons"], "0");
}

#[tokio::test]
async fn a_stream_that_ended_counts_until_the_panel_has_noticed() {
    let world = World::plain().await;
    world.panel.amend(USER, |account| {
        account.max_connections = 1;
        account.over = Over::Refuse(509);
        account.cool_down = Duration::from_secs(3_600);
    });
    drop(world.watch(LIVE).await);
    world.until_open(0).await;
    assert_eq!(world.watch(LIVE).await.status(), 509);
    world
        .panel
        .amend(USER, |account| account.cool_down = Duration::ZERO);
    assert_eq!(world.watch(LIVE).await.status(), 200);
}

#[tokio::test]
async fn the_oldest_stream_ends_where_the_panel_prefers_the_newest() {
    let world = World::plain().await;
    world.panel.amend(USER, |account| {
        account.max_connections = 1;
        account.over = Over::EndOldest;
    });
    let first = world.watch(LIVE).await;
    let second = world.watch(LIVE).await;
    assert!(ends(first).await);
    world.until_open(1).await;
    assert_eq!(second.status(), 200);
}

#[tokio::test]
async fn strangers_and_ended_accounts_play_nothing() {
    let world = World::plain().await;
    for path in [
        "/live/viewer/wrong/101.ts",
        "/live/nobody/s3cret/101.ts",
        "/nobody/s3cret/101",
    ] {
        assert_eq!(world.watch(path).await.status(), 403, "{path}");
    }
    assert_eq!(world.watch("/live/viewer/s3cret/9.ts").await.status(), 404);
    world
        .panel
        .amend(USER, |account| account.expires_at = Some(NOW - 1));
    assert_eq!(world.watch(LIVE).await.status(), 403);
}

#[tokio::test]
async fn streams_go_wrong_by_kind_and_account() {
    let world = World::plain().await;
    let fault = |key: &str, fault| world.simulator.fault(key, fault);
    fault("/live/*", Fault::cut(100_000, Cut::Close));
    fault("/movie/viewer/*", Fault::status(456));
    fault("/viewer/*", Fault::picture());
    assert!(ends(world.watch(LIVE).await).await, "in mid-stream");
    assert_eq!(
        world
            .watch("/movie/viewer/s3cret/5001.mp4")
            .await
            .status()
            .as_u16(),
        456
    );
    assert_eq!(
        world.watch("/viewer/s3cret/101").await.headers()["content-type"],
        "image/png"
    );
    world.simulator.refuse().await;
    let refused = world.client.get(world.simulator.url(LIVE)).send().await;
    assert!(refused.is_err_and(|error| error.is_connect()), "the host is out");
    world.simulator.admit().await;
    world.simulator.mend();
    assert_eq!(world.watch(LIVE).await.status(), 200);
}
