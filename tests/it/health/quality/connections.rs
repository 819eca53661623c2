//! Measurements within the connections of an account: whoever else wants one gets it.

use std::time::{Duration, Instant};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::Fault;
use serde_json::json;

use super::serve;
use crate::on_both_engines;
use crate::players::world::{World, first_bytes, live, soon};
use crate::support::OnEngine;

const ACCOUNT: &str = "anna";

/// An account with one connection, which its panel counts too.
struct Account(World);

impl OnEngine for Account {
    async fn on(engine: Engine) -> Self {
        let world = World::with(engine, json!({ "max_connections": 1 })).await;
        world.simulator.limit(ACCOUNT, 1, 509);
        Self(world)
    }
}

on_both_engines! {
    async fn a_player_gets_the_connection_of_a_measurement_at_once(account: Account) {
        let world = &account.0;
        let _clips = serve(world, &[("One", "320x240", "300k")]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.simulator.fault("/One.ts", Fault::silent());
        world.lists_channels(&["One", "Two"]).await;
        let id = world.begin_measuring(&world.measurements("One").await).await;
        world.until_open(ACCOUNT, 1).await;
        assert_eq!(world.leases().await, 1);
        let asked = Instant::now();
        let mut playing = world.play(&world.channel("Two").await).await;
        assert_eq!(playing.status(), 200);
        first_bytes(&mut playing, 188).await;
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        // The ledger and the provider count the same: the player alone.
        assert_eq!((world.leases().await, world.peak(ACCOUNT)), (1, 1));
        world.simulator.mend();
        drop(playing);
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((&job["result"]["measured"], &job["result"]["skipped"]), (&json!(1), &json!(0)), "{job}");
        world.until_open(ACCOUNT, 0).await;
        world.until_lent(0).await;
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn an_account_with_one_connection_has_all_its_streams_measured_one_after_the_other(account: Account) {
        let world = &account.0;
        let _clips = serve(world, &[("One", "320x240", "300k"), ("Two", "320x240", "300k"), ("Three", "320x240", "300k")]).await;
        world.lists_channels(&["One", "Two", "Three"]).await;
        let path = format!("/providers/{}/stream-measurements", world.provider);
        let job = world.measure(&path).await;
        assert_eq!((&job["result"]["measured"], &job["result"]["skipped"]), (&json!(3), &json!(0)), "{job}");
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn a_check_takes_the_connection_of_a_measurement_and_skips_nothing(account: Account) {
        let world = &account.0;
        let _clips = serve(world, &[("One", "320x240", "300k")]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.simulator.fault("/One.ts", Fault::silent());
        world.lists_channels(&["One", "Two"]).await;
        let id = world.begin_measuring(&world.measurements("One").await).await;
        world.until_open(ACCOUNT, 1).await;
        assert_eq!(world.check_now("Two").await["state"], "up");
        world.simulator.mend();
        let job = world.check(json!({})).await;
        assert_eq!((&job["result"]["up"], &job["result"]["skipped"]), (&json!(2), &json!(0)), "{job}");
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.job(id).await["result"]["measured"], 1);
        world.until_lent(0).await;
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn nothing_is_measured_while_somebody_watches_over_the_only_connection(account: Account) {
        let world = &account.0;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.lists_channels(&["One", "Two"]).await;
        let mut playing = world.play(&world.channel("Two").await).await;
        first_bytes(&mut playing, 188).await;
        let job = world.measure("/stream-health/measurements").await;
        assert_eq!((&job["result"]["measured"], &job["result"]["skipped"]), (&json!(0), &json!(2)), "{job}");
        assert_eq!(world.id("select count(*) from stream_quality", Vec::new()).await, 0);
        assert_eq!((world.leases().await, world.peak(ACCOUNT)), (1, 1));
    }

    async fn a_provider_in_maintenance_is_left_alone(world: World) {
        let _clips = serve(&world, &[("One", "320x240", "300k")]).await;
        world.lists_channels(&["One"]).await;
        let now = world.app.ctx.clock.now_ms();
        world.plan(now, now + 60_000).await;
        let path = world.measurements("One").await;
        let job = world.measure(&path).await;
        assert_eq!((&job["result"]["measured"], &job["result"]["maintenance"]), (&json!(0), &json!(1)), "{job}");
        let id = world.stream("One").await["id"].clone();
        let answer = world.app.post_fragment(&world.admin, &format!("/streams/{id}/measurements"), &[]).await;
        assert!(answer.text().await.unwrap().contains("its provider is in maintenance"));
        assert_eq!(world.simulator.count("/One.ts"), 0);
        world.app.ctx.clock.advance_ms(61_000);
        assert_eq!(world.measure(&path).await["result"]["measured"], 1);
    }

    async fn what_a_provider_turns_away_beside_others_says_nothing_of_a_stream(world: World) {
        // It allows one connection and has told nobody; somebody watches over it.
        world.simulator.limit(ACCOUNT, 1, 403);
        let _clips = serve(&world, &[("One", "320x240", "300k")]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.lists_channels(&["One", "Two"]).await;
        let mut playing = world.play(&world.channel("Two").await).await;
        first_bytes(&mut playing, 188).await;
        let path = world.measurements("One").await;
        let id = world.begin_measuring(&path).await;
        world.until(|_| world.simulator.count("/One.ts") >= 1).await;
        drop(playing);
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((&job["result"]["measured"], &job["result"]["failed"]), (&json!(1), &json!(0)), "{job}");
        assert_eq!(world.stream("One").await["consecutive_failures"], 0);
    }
}
