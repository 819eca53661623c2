//! What is written down of what players get.

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::accounts::credential;
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::history::Journal;
use m3u_strm_processor::features::history::showing::{Measurement, Origin, Shown, Startup, Watcher};
use m3u_strm_processor::features::providers::Offer;
use m3u_strm_processor::record;
use m3u_strm_processor::simulator::{Cut, Fault, Hls, Resource, ts};
use m3u_strm_processor::support::ids::{ChannelId, ProviderId, StreamId};
use reqwest::header::{RANGE, USER_AGENT};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use super::world::{World, first_bytes, live, soon};
use crate::on_both_engines;
use crate::support::{ACTOR, OnEngine, TestCtx, seed};

pub const KODI: &str = "Kodi/20.1 (X11; Linux x86_64) App_Bitness/64";

record! {
    /// What is known of a play beside what its viewer may read.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Line {
        measurement: String,
        pub is_ended: bool,
        seconds: i64,
        bytes: i64,
        startup_ms: Option<i64>,
        stalls: i64,
        switches: i64,
        segments: i64,
        failed: i64,
        pub live: i64,
    }
}

async fn lines(world: &World) -> Vec<Line> {
    let sql = "select h.measurement, h.ended_at is not null, h.duration_seconds, h.bytes, h.startup_ms, h.stalls, h.switches,
                   (select count(*) from play_segments s where s.play_id = h.id),
                   (select count(*) from play_segments s where s.play_id = h.id and s.has_failed),
                   (select count(*) from live_plays l where l.play_id = h.id)
               from viewing_history h order by h.id";
    world.app.ctx.db.all(sql, Vec::new()).await.unwrap()
}

/// Waits until what is written down is so.
pub async fn until(world: &World, wanted: impl Fn(&[Line]) -> bool) -> Vec<Line> {
    soon(async {
        loop {
            let lines = lines(world).await;
            if wanted(&lines) {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

pub fn all_ended(lines: &[Line], plays: usize) -> bool {
    lines.len() == plays && lines.iter().all(|line| line.is_ended && line.live == 0)
}

pub async fn play_with(world: &World, path: &str, user_agent: &str) -> Response {
    let asked = world.ask(path).header(USER_AGENT, user_agent);
    let answer = soon(asked.send()).await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer
}

pub async fn one_channel(world: &World) -> String {
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    world.channel("One").await
}

async fn history(world: &World) -> Value {
    world.app.json(&world.admin, "/api/analytics/history", 200).await
}

fn wait(world: &World, seconds: i64) {
    world.app.ctx.clock.advance_ms(seconds * 1_000);
}

on_both_engines! {
    async fn a_play_is_written_down_when_it_begins_and_says_when_it_ended_and_what_went(world: World) {
        let one = one_channel(&world).await;
        let mut viewer = play_with(&world, &one, KODI).await;
        first_bytes(&mut viewer, 20_000).await;
        let running = until(&world, |lines| lines.len() == 1).await;
        assert_eq!((running[0].is_ended, running[0].live, running[0].segments), (false, 1, 1));
        let known = history(&world).await["items"][0].clone();
        assert_eq!((&known["kind"], &known["title"], &known["device"]), (&"channel".into(), &"One".into(), &"Kodi".into()));
        assert_eq!((&known["measurement"], &known["provider_name"]), (&"metered".into(), &"One".into()));
        assert_eq!(known["ended_at"], Value::Null);
        wait(&world, 10);
        first_bytes(&mut viewer, 2_000_000).await;
        drop(viewer);
        let ended = until(&world, |lines| all_ended(lines, 1)).await;
        assert_eq!((ended[0].seconds, ended[0].switches, ended[0].failed), (10, 0, 0));
        assert!(ended[0].bytes >= 2_000_000 && ended[0].startup_ms.is_some(), "{ended:?}");
        let known = history(&world).await["items"][0].clone();
        assert_eq!((&known["duration_seconds"], known["ended_at"].is_string()), (&10.into(), true));
    }

    async fn who_comes_back_within_two_minutes_goes_on_with_the_same_play(world: World) {
        let one = one_channel(&world).await;
        for (pause, plays) in [(0, 1), (119, 1), (121, 2)] {
            wait(&world, pause);
            let mut viewer = play_with(&world, &one, KODI).await;
            first_bytes(&mut viewer, 20_000).await;
            until(&world, |lines| lines.iter().any(|line| line.live == 1)).await;
            wait(&world, 5);
            first_bytes(&mut viewer, 2_000_000).await;
            drop(viewer);
            until(&world, |lines| all_ended(lines, plays)).await;
        }
        let lines = lines(&world).await;
        assert_eq!(lines.iter().map(|line| (line.seconds, line.segments)).collect::<Vec<_>>(), [(10, 2), (5, 1)]);
        // Another player is another play, at once.
        let mut other = play_with(&world, &one, "VLC/3.0.18 LibVLC/3.0.18").await;
        first_bytes(&mut other, 20_000).await;
        until(&world, |lines| lines.len() == 3).await;
    }

    async fn the_double_opens_of_a_player_are_one_play_and_a_head_is_none(world: World) {
        let one = one_channel(&world).await;
        let url = world.app.url(&format!("/stream/{}/{one}", world.token));
        for _ in 0..2 {
            let head = world.app.client.request(Method::HEAD, &url).send();
            assert_eq!(soon(head).await.unwrap().status(), 200);
        }
        let mut viewers = Vec::new();
        for _ in 0..4 {
            let mut viewer = play_with(&world, &one, KODI).await;
            first_bytes(&mut viewer, 20_000).await;
            viewers.push(viewer);
        }
        until(&world, |lines| lines.len() == 1 && lines[0].live == 1).await;
        drop(viewers);
        let ended = until(&world, |lines| all_ended(lines, 1)).await;
        assert_eq!(ended[0].segments, 1);
    }

    async fn a_stream_that_fails_leaves_one_play_with_both_streams_and_one_switch(world: World) {
        world.simulator.put("/best.ts", live());
        world.simulator.put("/next.ts", live());
        world.lists(&[world.entry("One 4K", "/best.ts"), world.entry("One HD", "/next.ts")]).await;
        world.simulator.fault("/best.ts", Fault::cut(200_000, Cut::Close).times(1));
        let one = world.channel("One").await;
        let mut viewer = play_with(&world, &one, KODI).await;
        first_bytes(&mut viewer, 600_000).await;
        until(&world, |lines| lines.len() == 1 && lines[0].segments == 2).await;
        drop(viewer);
        let ended = until(&world, |lines| all_ended(lines, 1)).await;
        assert_eq!((ended[0].switches, ended[0].segments, ended[0].failed), (1, 2, 1));
        // The play names the stream that is shown now.
        let (is_next,): (bool,) = world.app.ctx.db.one(
            "select h.stream_id = (select max(id) from channel_streams) from viewing_history h", Vec::new()).await.unwrap();
        let (ids,): (i64,) = world.app.ctx.db.one(
            "select count(distinct stream_id) from play_segments where provider_id is not null", Vec::new()).await.unwrap();
        assert!(is_next && ids == 2);
    }

    async fn what_does_not_start_is_no_play(world: World) {
        world.simulator.put("/one.ts", Resource::bytes("<html>gone</html>"));
        world.lists(&[world.entry("One", "/one.ts")]).await;
        assert_eq!(world.play(&world.channel("One").await).await.status(), 502);
        // A play that begins later is written after whatever came before it.
        world.simulator.put("/two.ts", live());
        world.lists(&[world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")]).await;
        let mut viewer = world.play(&world.channel("Two").await).await;
        first_bytes(&mut viewer, 20_000).await;
        until(&world, |lines| lines.len() == 1).await;
        assert_eq!(history(&world).await["items"][0]["title"], "Two");
    }

    async fn the_polls_of_an_hls_player_are_one_play_that_ends_by_silence(world: World) {
        let segments = (0..8_u8).map(|number| [vec![0x47, number], ts::block()].concat().into()).collect();
        let (hls, _) = Hls::rolled_by_hand(segments, Duration::from_secs(2));
        world.simulator.put_hls("/live", hls);
        world.lists(&[world.entry("One", "/live/index.m3u8")]).await;
        let one = world.channel("One").await;
        let poll = async |address: &str| {
            let asked = world.app.client.get(world.app.url(address)).header(USER_AGENT, KODI);
            let answer = soon(asked.send()).await.unwrap();
            assert_eq!(answer.status(), 200);
            soon(answer.bytes()).await.unwrap()
        };
        let first = |text: &[u8]| {
            let text = String::from_utf8(text.to_vec()).unwrap();
            text.lines().rfind(|line| line.starts_with('/')).unwrap().to_owned()
        };
        let master = soon(play_with(&world, &one, KODI).await.bytes()).await.unwrap();
        for _ in 0..3 {
            let media = poll(&first(&master)).await;
            poll(&first(&media)).await;
            wait(&world, 6);
        }
        let media = poll(&first(&master)).await;
        let segment = poll(&first(&media)).await;
        until(&world, |lines| lines.len() == 1 && lines[0].live == 1 && lines[0].bytes >= 4 * segment.len() as i64).await;
        wait(&world, 31);
        // Each player that comes or goes lets be written what has changed.
        let ended = until(&world, |lines| all_ended(lines, 1)).await;
        assert_eq!((ended[0].measurement.as_str(), ended[0].seconds, ended[0].segments), ("manifest", 18 + 15, 1));
    }

    async fn a_redirect_is_a_start_and_nothing_more(world: World) {
        let one = one_channel(&world).await;
        let value = json!({ "value": "redirect" });
        let path = "/api/settings/strm_link_mode";
        assert_eq!(world.app.send(&world.admin, Method::PUT, path, &value).await.status(), 200);
        for _ in 0..4 {
            let asked = world.ask(&one).header(USER_AGENT, KODI);
            assert_eq!(soon(asked.send()).await.unwrap().status(), 302);
            wait(&world, 1);
        }
        let started = until(&world, |lines| all_ended(lines, 1)).await;
        assert_eq!((started[0].measurement.as_str(), started[0].seconds, started[0].bytes), ("start_only", 0, 0));
        let known = history(&world).await["items"][0].clone();
        assert_eq!((&known["provider_name"], &known["duration_seconds"]), (&"One".into(), &0.into()));
    }

    async fn a_film_is_gone_on_with_within_a_day_where_it_was(world: World) {
        let film = vec![0x1a_u8; 400_000];
        world.simulator.put("/movie/u/p/1.mkv", Resource::bytes(film));
        world.lists(&[world.entry("Film (2020)", "/movie/u/p/1.mkv")]).await;
        let path = world.movie().await;
        let mut sent = 0;
        for (pause, from, plays) in [(0, 0, 1), (10, 350_000, 1), (10, 100_000, 1), (7_200, 200_000, 1), (7_200, 50_000, 2), (7_200, 250_000, 2), (90_000, 390_000, 3)] {
            wait(&world, pause);
            let asked = world.ask(&path).header(USER_AGENT, KODI).header(RANGE, format!("bytes={from}-{}", from + 9_999));
            let answer = soon(asked.send()).await.unwrap();
            assert_eq!((answer.status(), soon(answer.bytes()).await.unwrap().len()), (reqwest::StatusCode::PARTIAL_CONTENT, 10_000));
            sent += 10_000;
            let is_written = |lines: &[Line]| lines.iter().map(|line| line.bytes).sum::<i64>() == sent;
            until(&world, |lines| all_ended(lines, plays) && is_written(lines)).await;
        }
    }

    async fn what_a_revoked_credential_plays_ends_and_stays_written(world: World) {
        let one = one_channel(&world).await;
        let (id, token) = world.credential("Kitchen").await;
        let asked = world.app.client.get(world.app.url(&format!("/stream/{token}/{one}")));
        let mut viewer = soon(asked.send()).await.unwrap();
        first_bytes(&mut viewer, 20_000).await;
        until(&world, |lines| lines.len() == 1).await;
        world.revoke(id).await;
        let ended = until(&world, |lines| all_ended(lines, 1)).await;
        assert!(ended[0].bytes > 0);
    }

    async fn no_address_of_a_person_or_a_provider_is_written_with_a_play(world: World) {
        let one = one_channel(&world).await;
        let mut viewer = play_with(&world, &one, KODI).await;
        first_bytes(&mut viewer, 20_000).await;
        until(&world, |lines| lines.len() == 1).await;
        type Texts = (String, String, Option<String>, Option<String>, Vec<u8>);
        let (kind, title, device, key, hash): Texts = world.app.ctx.db.one(
            "select kind, title, device, url_key, url_hash from viewing_history", Vec::new()).await.unwrap();
        assert_eq!((kind.as_str(), title.as_str(), device.as_deref(), hash.len()), ("channel", "One", Some("Kodi"), 32));
        assert_eq!(key.map(|key| key.len()), Some(8));
    }
}

on_both_engines! {
    async fn two_players_of_one_kind_are_two_plays_and_one_that_is_erased_holds_up_no_other(test: TestCtx) {
        seed::catalogue(&test.ctx.db, 1).await;
        let mut tx = test.ctx.db.begin().await.unwrap();
        let credential = credential::create_for_nobody(&test.ctx, &mut tx, &ACTOR, "Shared").await.unwrap();
        tx.commit().await.unwrap();
        let (journal, writing) = Journal::new(&test.ctx);
        let watch = |last: u8| {
            let watcher = Watcher { credential, user: None, device: Some("VLC".into()), address: [10, 0, 0, last].into() };
            let shown = Shown { watcher, content: Content::Channel(ChannelId(1)), measurement: Measurement::Metered };
            let origin = Origin { offer: Offer::Stream(StreamId(1)), provider: ProviderId(1), url_hash: None };
            journal.showings.watch(shown, origin, Startup { waited_ms: 5, opening_ms: None })
        };
        // Both are written at once.
        let (one, other) = (watch(1), watch(2));
        one.bytes(1_000, 0);
        other.bytes(30, 0);
        let end = CancellationToken::new();
        let writing = tokio::spawn(writing.run(end.clone()));
        let sum = async |wanted: (i64, i64)| soon(async {
            let sql = "select count(*), cast(coalesce(sum(bytes), 0) as bigint) from viewing_history";
            while test.ctx.db.one::<(i64, i64)>(sql, Vec::new()).await.unwrap() != wanted {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }).await;
        sum((2, 1_030)).await;
        let erased = "delete from viewing_history where bytes = 1000";
        test.ctx.db.execute(erased, Vec::new()).await.unwrap();
        one.bytes(1, 0);
        other.bytes(5, 0);
        drop((one, other));
        sum((1, 35)).await;
        let (open,): (i64,) = test.ctx.db.one("select count(*) from viewing_history where ended_at is null", Vec::new()).await.unwrap();
        assert_eq!(open, 0);
        end.cancel();
        soon(writing).await.unwrap();
    }
}

#[tokio::test]
async fn a_viewer_who_waits_for_bytes_has_a_stall() {
    let world = World::on(Engine::Sqlite).await;
    let one = one_channel(&world).await;
    let fault = Fault::stop_after(200_000).times(1);
    world.simulator.fault("/one.ts", fault);
    let mut viewer = play_with(&world, &one, KODI).await;
    first_bytes(&mut viewer, 600_000).await;
    drop(viewer);
    let ended = until(&world, |lines| all_ended(lines, 1)).await;
    assert_eq!((ended[0].stalls, ended[0].failed), (1, 1));
}

on_both_engines! {
    async fn what_a_node_left_behind_that_died_ends_one_interval_after_its_last_evidence(test: TestCtx) {
        seed::catalogue(&test.ctx.db, 1).await;
        let now = test.ctx.clock.now_ms();
        let insert = "insert into viewing_history (kind, channel_id, title, measurement, started_at, last_report_at,
                          duration_seconds, completed) values ('channel', 1, 'Channel 1', 'metered', $1, $2, 40, false)";
        for (started, last) in [(now - 100_000, now - 60_000), (now - 50_000, now - 10_000)] {
            test.ctx.db.execute(insert, vec![started.into(), last.into()]).await.unwrap();
        }
        let segment = "insert into play_segments (play_id, provider_id, stream_id, started_at, last_at, watched_ms, bytes, stalls, has_failed)
                           values ($1, 1, $1, $2, $2, 0, 1, 0, false)";
        for play in [1_i64, 2] {
            test.ctx.db.execute(segment, vec![play.into(), now.into()]).await.unwrap();
        }
        let live = "insert into live_plays (play_id, node, seen_at, kbps, behind_bytes, stop_wanted) values (1, 'gone', $1, 0, 0, false)";
        test.ctx.db.execute(live, vec![(now - 60_000).into()]).await.unwrap();
        let (_journal, writing) = Journal::new(&test.ctx);
        let end = CancellationToken::new();
        let writing = tokio::spawn(writing.run(end.clone()));
        let sql = "select ended_at, duration_seconds from viewing_history where id = 1 and ended_at is not null
                       and not exists (select 1 from live_plays)";
        let ended: (i64, i64) = soon(async {
            loop {
                if let Some(row) = test.ctx.db.optional(sql, Vec::new()).await.unwrap() {
                    return row;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        assert_eq!(ended, (now - 60_000 + 15_000, 55));
        let (open,): (i64,) = test.ctx.db.one("select count(*) from viewing_history where ended_at is null", Vec::new()).await.unwrap();
        assert_eq!(open, 1, "what may still run was ended");
        let due: Vec<(i64,)> = test.ctx.db.all("select stream_id from experience_due", Vec::new()).await.unwrap();
        assert_eq!(due, [(1,)], "what it told is weighed");
        end.cancel();
        soon(writing).await.unwrap();
    }
}
