//! One upstream for all who poll an HLS stream.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::join_all;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Fault, Hls, Resource, ts};
use reqwest::header::RANGE;
use reqwest::{RequestBuilder, Response};
use serde_json::json;

use super::world::{World, first_bytes, soon};
use crate::on_both_engines;
use crate::support::OnEngine;

const ACCOUNT: &str = "anna";
/// How long segments are: a playlist is passed on for half of it at most, and stalls after three times.
const SHORT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(60);

fn segments() -> Vec<Bytes> {
    (0..8_u8)
        .map(|number| [vec![0x47, number], ts::block()].concat().into())
        .collect()
}

/// A channel whose segments roll when the counter is raised.
async fn live(
    world: &World,
    name: &str,
    target: Duration,
) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let (hls, counter) = Hls::rolled_by_hand(segments(), target);
    world.simulator.put_hls(&format!("/{name}"), hls.account(ACCOUNT));
    (world.entry(name, &format!("/{name}/index.m3u8")), counter)
}

/// A player with a credential of its own.
struct Player<'w> {
    world: &'w World,
    token: String,
}

impl Player<'_> {
    fn ask(&self, path: &str) -> RequestBuilder {
        self.world.app.client.get(self.world.app.url(path))
    }

    async fn get(&self, path: &str) -> Response {
        soon(self.ask(path).send()).await.unwrap()
    }

    /// The addresses that a playlist names.
    async fn list(&self, path: &str) -> Vec<String> {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200);
        let text = soon(answer.text()).await.unwrap();
        self.world.assert_hidden(&text);
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    }

    /// The media playlist of a channel's better variant.
    async fn open(&self, channel: &str) -> String {
        let master = self.list(&format!("/stream/{}/{channel}", self.token)).await;
        master[1].clone()
    }

    async fn segment(&self, path: &str) -> Bytes {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200);
        soon(answer.bytes()).await.unwrap()
    }

    /// Everything that the channel has now.
    async fn watch(&self, channel: &str) -> Vec<Bytes> {
        let listed = self.list(&self.open(channel).await).await;
        join_all(listed.iter().map(|path| self.segment(path))).await
    }
}

async fn players(world: &World, count: usize) -> Vec<Player<'_>> {
    let mut players = Vec::new();
    for number in 0..count {
        let (_, token) = world.credential(&format!("Player {number}")).await;
        players.push(Player { world, token });
    }
    players
}

async fn one(world: &World) -> String {
    let (entry, _) = live(world, "One", LONG).await;
    world.lists(&[entry]).await;
    world.channel("One").await
}

on_both_engines! {
    async fn all_who_poll_a_stream_share_one_connection_and_every_fetch(world: World) {
        let channel = one(&world).await;
        let players = players(&world, 3).await;
        for watched in join_all(players.iter().map(|player| player.watch(&channel))).await {
            assert_eq!(watched, segments()[..5]);
        }
        assert_eq!(world.leases().await, 1);
        for path in ["index.m3u8", "high/index.m3u8", "high/0.ts", "high/1.ts", "high/2.ts", "high/3.ts", "high/4.ts"] {
            assert_eq!(world.simulator.count(&format!("/One/{path}")), 1, "{path}");
        }
        // It is kept as long as one of them polls.
        world.app.ctx.clock.advance_ms(29_000);
        players[2].open(&channel).await;
        world.app.ctx.clock.advance_ms(29_000);
        // Past the end of the others' silence.
        assert_eq!(players[2].watch(&channel).await.len(), 5);
        assert_eq!(world.leases().await, 1);
        world.app.ctx.clock.advance_ms(31_000);
        world.until_lent(0).await;
    }
}

#[tokio::test]
async fn an_account_with_one_connection_sees_one_request_at_a_time() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let channel = one(&world).await;
    world.simulator.limit(ACCOUNT, 1, 509);
    // Long enough that two at once would meet.
    world
        .simulator
        .fault("/One/*", Fault::delay(Duration::from_millis(20)));
    let players = players(&world, 3).await;
    for watched in join_all(players.iter().map(|player| player.watch(&channel))).await {
        assert_eq!(watched, segments()[..5]);
    }
    assert_eq!((world.peak(ACCOUNT), world.leases().await), (1, 1));
}

#[tokio::test]
async fn a_thousand_polls_leave_no_connection_behind() {
    let world = World::on(Engine::Sqlite).await;
    let channel = one(&world).await;
    let players = players(&world, 5).await;
    let polls = players.iter().map(|player| async {
        let media = player.open(&channel).await;
        for _ in 0..200 {
            player.list(&media).await;
        }
    });
    join_all(polls).await;
    assert_eq!(world.leases().await, 1);
    // The provider was asked as often as one patient player would have asked.
    assert!(world.simulator.count("/One/high/index.m3u8") <= 30);
    world.app.ctx.clock.advance_ms(31_000);
    world.until_lent(0).await;
    assert_eq!(world.simulator.counters().open, 0);
}

#[tokio::test]
async fn a_playlist_is_fetched_again_once_it_may_have_changed() {
    let world = World::on(Engine::Sqlite).await;
    let (entry, rolled) = live(&world, "One", SHORT).await;
    world.lists(&[entry]).await;
    let channel = world.channel("One").await;
    let players = players(&world, 1).await;
    let media = players[0].open(&channel).await;
    let before = players[0].list(&media).await;
    rolled.store(1, Ordering::SeqCst);
    let after = soon(async {
        loop {
            let now = players[0].list(&media).await;
            if now != before {
                break now;
            }
        }
    })
    .await;
    assert_eq!(after[..4], before[1..]);
    assert_eq!(world.simulator.count("/One/high/index.m3u8"), 2);
}

#[tokio::test]
async fn a_segment_is_passed_on_while_it_arrives() {
    let world = World::on(Engine::Sqlite).await;
    let channel = one(&world).await;
    world.simulator.fault("/One/high/0.ts", Fault::stop_after(10_000));
    let players = players(&world, 2).await;
    let mut reading = Vec::new();
    for player in &players {
        let path = &player.list(&player.open(&channel).await).await[0];
        let mut answer = player.get(path).await;
        let expected = segments()[0].slice(..10_000);
        assert_eq!(first_bytes(&mut answer, 10_000).await, expected);
        reading.push(answer);
    }
    assert_eq!(world.simulator.count("/One/high/0.ts"), 1);
    // The last who leaves leaves nothing behind.
    reading.pop();
    drop(reading);
    world.until(|counters| counters.open == 0).await;
    world.simulator.mend();
    let path = &players[0].list(&players[0].open(&channel).await).await[0];
    assert_eq!(players[0].segment(path).await, segments()[0]);
    world.app.ctx.clock.advance_ms(31_000);
    world.until_lent(0).await;
}

#[tokio::test]
async fn a_player_that_does_not_read_holds_nobody_up() {
    let world = World::on(Engine::Sqlite).await;
    let long: Bytes = ts::block().repeat(400).into();
    world
        .simulator
        .put("/long.ts", Resource::bytes(long.clone()).account(ACCOUNT));
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nlong.ts\n";
    world.simulator.put("/one.m3u8", Resource::bytes(text));
    world.lists(&[world.entry("One", "/one.m3u8")]).await;
    let channel = world.channel("One").await;
    let players = players(&world, 2).await;
    let list = async |player: &Player<'_>| player.list(&format!("/stream/{}/{channel}", player.token)).await;
    let idle = players[0].get(&list(&players[0]).await[0]).await;
    assert_eq!(players[1].segment(&list(&players[1]).await[0]).await, long);
    assert_eq!(soon(idle.bytes()).await.unwrap(), long);
    assert_eq!(world.simulator.count("/long.ts"), 1);
}

#[tokio::test]
async fn a_revoked_credential_holds_no_part_that_it_does_not_read() {
    let world = World::on(Engine::Sqlite).await;
    // More than any socket holds comes within a moment, and it does not end.
    let endless = Resource::live(ts::block().repeat(8), Duration::from_millis(1));
    world.simulator.put("/endless.ts", endless);
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nendless.ts\n";
    world.simulator.put("/one.m3u8", Resource::bytes(text));
    world.lists(&[world.entry("One", "/one.m3u8")]).await;
    let channel = world.channel("One").await;
    let (id, token) = world.credential("Living room").await;
    let player = Player { world: &world, token };
    let list = player.list(&format!("/stream/{}/{channel}", player.token)).await;
    let _unread = player.get(&list[0]).await;
    // By then its socket is full.
    let mut read = player.get(&list[0]).await;
    first_bytes(&mut read, 24_000_000).await;
    drop(read);
    assert_eq!((world.simulator.counters().open, world.leases().await), (1, 1));
    let revoked = Instant::now();
    world.revoke(id).await;
    world.until(|counters| counters.open == 0).await;
    world.until_lent(0).await;
    // Sooner than a part is given up that nobody reads.
    assert!(
        revoked.elapsed() < Duration::from_secs(5),
        "{:?}",
        revoked.elapsed()
    );
}

#[tokio::test]
async fn a_piece_of_a_part_is_had_by_itself() {
    let world = World::on(Engine::Sqlite).await;
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\none.ts\n";
    world.simulator.put("/one.m3u8", Resource::bytes(text));
    world
        .simulator
        .put("/one.ts", Resource::bytes(segments()[3].clone()));
    world.lists(&[world.entry("One", "/one.m3u8")]).await;
    let players = players(&world, 1).await;
    let channel = format!("/stream/{}/{}", players[0].token, world.channel("One").await);
    let path = &players[0].list(&channel).await[0];
    for (range, status, piece) in [("bytes=0-", 200, 0..usize::MAX), ("bytes=1-9", 206, 1..10)] {
        let answer = soon(players[0].ask(path).header(RANGE, range).send())
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{range}");
        let whole = &segments()[3];
        let piece = whole.slice(piece.start..piece.end.min(whole.len()));
        assert_eq!(soon(answer.bytes()).await.unwrap(), piece, "{range}");
    }
}

#[tokio::test]
async fn the_only_connection_goes_from_a_stream_that_nobody_polls_any_more_to_another() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    let entries = [
        live(&world, "One", SHORT).await.0,
        live(&world, "Two", SHORT).await.0,
    ];
    world.lists(&entries).await;
    world.simulator.limit(ACCOUNT, 1, 509);
    let (first, second) = (world.channel("One").await, world.channel("Two").await);
    let players = players(&world, 2).await;
    players[0].watch(&first).await;
    // One and a half times as long as a segment lasts.
    world.app.ctx.clock.advance_ms(3_000);
    let path = format!("/stream/{}/{second}", players[1].token);
    assert_eq!(players[1].get(&path).await.status(), 503);
    world.app.ctx.clock.advance_ms(1);
    assert_eq!(players[1].watch(&second).await, segments()[..5]);
    assert_eq!((world.peak(ACCOUNT), world.leases().await), (1, 1));
}
