//! Checks within the connections of an account, beside players and syncs.

use std::time::{Duration, Instant};

use m3u_strm_processor::app::schedule;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::settings;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::{Fault, Resource, ts};
use reqwest::Response;
use serde_json::json;

use super::tower::MINUTE;
use crate::on_both_engines;
use crate::players::world::{LIST, World, first_bytes, live, soon};
use crate::support::OnEngine;
use crate::support::ctx::ACTOR;

const ACCOUNT: &str = "anna";

/// An account with so many connections, which its panel counts too.
struct Account {
    world: World,
}

impl Account {
    async fn with(engine: Engine, connections: usize, names: &[&str]) -> Self {
        let world = World::with(engine, json!({ "max_connections": connections })).await;
        world.simulator.limit(ACCOUNT, connections, 509);
        for name in names {
            world
                .simulator
                .put(&format!("/{name}.ts"), live().account(ACCOUNT));
        }
        world.lists_channels(names).await;
        Self { world }
    }

    fn open(&self) -> usize {
        self.world
            .simulator
            .counters()
            .accounts
            .get(ACCOUNT)
            .copied()
            .unwrap_or_default()
    }

    fn peak(&self) -> usize {
        self.world
            .simulator
            .counters()
            .account_peaks
            .get(ACCOUNT)
            .copied()
            .unwrap_or_default()
    }

    async fn play(&self, name: &str) -> Response {
        let mut playing = self.world.play(&self.world.channel(name).await).await;
        assert_eq!(playing.status(), 200);
        first_bytes(&mut playing, 188).await;
        playing
    }
}

impl OnEngine for Account {
    async fn on(engine: Engine) -> Self {
        Self::with(engine, 1, &["One", "Two", "Three"]).await
    }
}

on_both_engines! {
    async fn an_account_with_one_connection_is_asked_one_at_a_time(account: Account) {
        let job = account.world.check(json!({})).await;
        assert_eq!((&job["result"]["up"], &job["result"]["skipped"]), (&json!(3), &json!(0)), "{job}");
        account.world.until_lent(0).await;
        assert_eq!((account.open(), account.peak()), (0, 1));
    }

    async fn streams_are_skipped_while_somebody_watches_over_the_only_connection(account: Account) {
        let playing = account.play("One").await;
        let job = account.world.check(json!({})).await;
        assert_eq!((&job["result"]["checked"], &job["result"]["skipped"]), (&json!(0), &json!(3)));
        assert_eq!(account.world.check_now("Two").await["state"], "skipped");
        let stream = account.world.stream("Two").await;
        assert_eq!((&stream["state"], &stream["consecutive_failures"]), (&json!("unknown"), &json!(0)));
        assert_eq!(account.peak(), 1);
        drop(playing);
        account.world.until_lent(0).await;
        account.world.until(|counters| !counters.accounts.contains_key(ACCOUNT)).await;
        assert_eq!(account.world.check_now("Two").await["state"], "up");
    }

    async fn the_ledger_agrees_with_the_provider_whatever_happens(account: Account) {
        let world = &account.world;
        let mut playing: Option<Response> = None;
        for event in [1, 2, 0, 3, 1, 0, 2, 4, 1, 3, 0, 2, 1, 4, 0, 3, 2, 4, 1, 0] {
            match event {
                0 => playing = None,
                1 if playing.is_none() => playing = Some(account.play("Two").await),
                2 => {
                    world.check_now("One").await;
                }
                3 => {
                    world.check(json!({})).await;
                }
                4 => {
                    let sync = world.begin_sync().await;
                    playing = None;
                    soon(world.app.ctx.jobs.follow(sync, |_| {})).await.unwrap();
                }
                _ => {}
            }
            let wanted = usize::from(playing.is_some());
            world.until(|counters| counters.accounts.get(ACCOUNT).copied().unwrap_or_default() == wanted).await;
            world.until_lent(i64::from(playing.is_some())).await;
        }
        assert_eq!(account.peak(), 1);
    }
}

/// Every twenty minutes of a day something may happen: runs of the schedule, syncs, plays that begin while they run and end, checks
/// by hand. The list and the streams are of one account.
#[tokio::test]
async fn over_a_whole_day_of_checks_syncs_and_plays_an_account_with_one_connection_never_sees_two() {
    let account = Account::on(Engine::Sqlite).await;
    let world = &account.world;
    let ctx = &world.app.ctx;
    let wanted = json!({ "health_check_schedule": "0 * * * *", "auto_sync_schedule": "20 */3 * * *",
        "enable_bitrate_analysis": false, "content_tests_enabled": false });
    settings::set(ctx, &ACTOR, wanted.as_object().unwrap())
        .await
        .unwrap();
    let entries: Vec<String> = ["One", "Two", "Three"]
        .map(|name| world.entry(name, &format!("/{name}.ts")))
        .to_vec();
    let list = Resource::bytes(format!("#EXTM3U\n{}\n", entries.join("\n")));
    world.simulator.put(LIST, list.account(ACCOUNT));
    let channel = world.channel("Two").await;
    let active = "select count(*) from jobs where state in ('queued', 'running')";
    let syncing = "select count(*) from jobs where kind = 'sync' and state in ('queued', 'running')";
    let (mut playing, mut plays): (Option<Response>, u32) = (None, 0);
    for step in 0_u32..72 {
        ctx.clock.advance_ms(20 * MINUTE);
        // What the heartbeat does, which a clock that leaps leaves behind.
        let beat = "/* scan: one */ update connection_leases set confirmed_at = $1";
        ctx.db.execute(beat, args![ctx.clock.now_ms()]).await.unwrap();
        schedule::tick(ctx).await.unwrap();
        match step * 7 % 11 {
            0 | 4 | 8 if playing.is_none() => {
                let mut answer = world.play(&channel).await;
                if answer.status() == 200 {
                    first_bytes(&mut answer, 188).await;
                    playing = Some(answer);
                    plays += 1;
                }
            }
            2 | 6 => playing = None,
            3 => {
                world.check_now("One").await;
            }
            _ => {}
        }
        // A sync waits for whoever watches.
        if world.id(syncing, Vec::new()).await > 0 {
            playing = None;
        }
        soon(async {
            while world.id(active, Vec::new()).await > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        assert_eq!(account.peak(), 1, "after {} minutes", step * 20);
    }
    drop(playing);
    let ended = "select count(*) from jobs where state = 'succeeded' and kind = $1";
    let checks = world.id(ended, args![kinds::HEALTH_CHECK]).await;
    let syncs = world.id(ended, args![kinds::SYNC]).await;
    assert!(
        checks >= 23 && syncs >= 8 && plays >= 6,
        "{checks} {syncs} {plays}"
    );
    world.until_lent(0).await;
    assert_eq!(account.open(), 0);
}

#[tokio::test]
async fn a_player_gets_the_connection_of_a_check_at_once() {
    let account = Account::on(Engine::Sqlite).await;
    let world = &account.world;
    // Each check would take longer than a player waits.
    world.simulator.fault("/One.ts", Fault::silent());
    world.simulator.fault("/Three.ts", Fault::silent());
    let id = world.begin_check(json!({})).await;
    world
        .until(|counters| counters.accounts.get(ACCOUNT) == Some(&1))
        .await;
    let asked = Instant::now();
    let playing = account.play("Two").await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(account.peak(), 1);
    world.simulator.mend();
    drop(playing);
    soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
    let job = world.job(id).await;
    assert_eq!(
        (&job["result"]["up"], &job["result"]["skipped"]),
        (&json!(3), &json!(0)),
        "{job}"
    );
    assert_eq!(account.peak(), 1);
}

#[tokio::test]
async fn an_account_that_is_used_elsewhere_is_not_held_against_its_streams() {
    let account = Account::on(Engine::Sqlite).await;
    let world = &account.world;
    for name in ["One", "Two", "Three"] {
        world.simulator.fault(&format!("/{name}.ts"), Fault::status(509));
    }
    assert_eq!(world.check_now("One").await["state"], "skipped");
    let stream = world.stream("One").await;
    assert_eq!(
        (&stream["state"], &stream["consecutive_failures"]),
        (&json!("unknown"), &json!(0))
    );
}

#[tokio::test]
async fn a_list_whose_account_allows_fewer_than_are_asked_at_once_loses_no_stream() {
    let world = World::on(Engine::Sqlite).await;
    let names: Vec<String> = (0..12).map(|number| format!("Channel{number}")).collect();
    let panel = Resource::bytes(ts::block()).account(ACCOUNT);
    world.simulator.put("/*", panel);
    world
        .simulator
        .fault("/*", Fault::delay(Duration::from_millis(100)));
    world.simulator.limit(ACCOUNT, 2, 403);
    world
        .lists_channels(&names.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    let job = world.check(json!({})).await;
    assert_eq!(
        (&job["result"]["up"], &job["result"]["down"]),
        (&json!(12), &json!(0)),
        "{job}"
    );
    assert_eq!(world.simulator.counters().account_peaks[ACCOUNT], 2);
}

#[tokio::test]
async fn a_panel_that_notices_late_that_a_stream_was_closed_is_waited_for() {
    let account = Account::on(Engine::Sqlite).await;
    account
        .world
        .simulator
        .limit_late(ACCOUNT, 1, 403, Duration::from_millis(500));
    let job = account.world.check(json!({})).await;
    assert_eq!(
        (&job["result"]["up"], &job["result"]["down"]),
        (&json!(3), &json!(0)),
        "{job}"
    );
}

#[tokio::test]
async fn a_stream_that_is_refused_whoever_asks_does_not_work() {
    let account = Account::on(Engine::Sqlite).await;
    account.world.simulator.fault("/Two.ts", Fault::status(403));
    assert_eq!(account.world.check_now("Two").await["state"], "down");
    let stream = account.world.stream("Two").await;
    assert_eq!(
        (&stream["consecutive_failures"], &stream["failure_reason"]),
        (&json!(1), &json!("answered 403"))
    );
}

#[tokio::test]
async fn accounts_are_checked_beside_each_other_and_hosts_without_a_limit_by_four() {
    let world = World::on(Engine::Sqlite).await;
    let names: Vec<String> = (0..12).map(|number| format!("Channel{number}")).collect();
    world
        .simulator
        .put("/*", Resource::bytes(ts::block()).account(ACCOUNT));
    world
        .simulator
        .fault("/*", Fault::delay(Duration::from_millis(50)));
    world
        .lists_channels(&names.iter().map(String::as_str).collect::<Vec<_>>())
        .await;
    let job = world.check(json!({})).await;
    assert_eq!(job["result"]["up"], 12, "{job}");
    assert_eq!(world.simulator.counters().account_peaks[ACCOUNT], 4);
}

#[tokio::test]
async fn a_check_ends_with_the_server() {
    let account = Account::on(Engine::Sqlite).await;
    account.world.simulator.fault("/One.ts", Fault::silent());
    account.world.begin_check(json!({})).await;
    account
        .world
        .until(|counters| counters.accounts.get(ACCOUNT) == Some(&1))
        .await;
    let World { app, simulator, .. } = account.world;
    let began = Instant::now();
    drop(app);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    soon(simulator.until(|counters| counters.open == 0)).await;
}
