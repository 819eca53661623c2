//! Looks within the connections of an account: whoever else wants one gets it.

use std::time::{Duration, Instant};

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::jobs::kinds;
use m3u_strm_processor::simulator::{Clip, Fault};
use m3u_strm_processor::support::ids::JobId;
use serde_json::json;

use super::{ACCOUNT, GOOD, MINUTE_MS};
use crate::on_both_engines;
use crate::players::world::{World, first_bytes, live, soon};
use crate::support::OnEngine;

/// An account with one connection, which its panel counts too.
struct Account(World);

impl OnEngine for Account {
    async fn on(engine: Engine) -> Self {
        let world = World::with(engine, json!({ "max_connections": 1 })).await;
        world.simulator.limit(ACCOUNT, 1, 509);
        world.alone().await;
        Self(world)
    }
}

/// Begins the looks of the next quarter of an hour.
async fn begin(world: &World) -> JobId {
    world.app.ctx.clock.advance_ms(15 * MINUTE_MS);
    begin_now(world).await
}

async fn begin_now(world: &World) -> JobId {
    tick(&world.app.ctx).await.unwrap();
    let last = "select max(id) from jobs where kind = $1";
    JobId(world.id(last, vec![kinds::CONTENT_TEST.into()]).await)
}

on_both_engines! {
    async fn a_player_gets_the_connection_of_a_look_at_once(account: Account) {
        let world = &account.0;
        world.shows(&[("One", Clip::of(GOOD))]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.lists_channels(&["One", "Two"]).await;
        world.simulator.fault("/One.ts", Fault::silent());
        let id = begin(world).await;
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
        assert_eq!((&job["result"]["tested"], &job["result"]["bad"], &job["result"]["skipped"]), (&json!(1), &json!(0), &json!(0)), "{job}");
        world.until_open(ACCOUNT, 0).await;
        world.until_lent(0).await;
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn an_account_with_one_connection_is_looked_at_one_stream_after_the_other(account: Account) {
        let world = &account.0;
        let good = Clip::of(GOOD);
        world.shows(&[("One", good), ("Two", good), ("Three", good)]).await;
        let id = begin(world).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((&job["result"]["tested"], &job["result"]["skipped"]), (&json!(3), &json!(0)), "{job}");
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn a_check_takes_the_connection_of_a_look_and_skips_nothing(account: Account) {
        let world = &account.0;
        world.shows(&[("One", Clip::of(GOOD))]).await;
        world.simulator.fault("/One.ts", Fault::silent().times(1));
        let id = begin(world).await;
        world.until_open(ACCOUNT, 1).await;
        let checked = world.check(json!({})).await;
        assert_eq!((&checked["result"]["up"], &checked["result"]["skipped"]), (&json!(1), &json!(0)), "{checked}");
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.job(id).await["result"]["tested"], 1);
        assert_eq!(world.peak(ACCOUNT), 1);
    }

    async fn while_a_check_goes_on_nothing_of_the_account_is_looked_at_however_many_connections_it_has(world: World) {
        world.alone().await;
        world.shows(&[("One", Clip::of(GOOD))]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.simulator.fault("/Two.ts", Fault::silent());
        world.lists_channels(&["One", "Two"]).await;
        world.app.ctx.clock.advance_ms(15 * MINUTE_MS);
        let check = world.begin_check(json!({ "channel_id": world.id("select id from channels where name = 'Two'", Vec::new()).await })).await;
        world.until_open(ACCOUNT, 1).await;
        let id = begin_now(&world).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((&job["result"]["tested"], &job["result"]["skipped"]), (&json!(0), &json!(1)), "{job}");
        world.simulator.mend();
        soon(world.app.ctx.jobs.follow(check, |_| {})).await.unwrap();
        let id = begin(&world).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(world.job(id).await["result"]["tested"], 1);
    }

    async fn while_a_player_has_the_only_connection_nothing_is_looked_at(account: Account) {
        let world = &account.0;
        world.shows(&[("One", Clip::of(GOOD))]).await;
        world.simulator.put("/Two.ts", live().account(ACCOUNT));
        world.lists_channels(&["One", "Two"]).await;
        world.app.ctx.clock.advance_ms(15 * MINUTE_MS);
        let mut playing = world.play(&world.channel("Two").await).await;
        first_bytes(&mut playing, 188).await;
        let id = begin_now(world).await;
        soon(world.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        let job = world.job(id).await;
        assert_eq!((&job["result"]["tested"], &job["result"]["skipped"]), (&json!(0), &json!(1)), "{job}");
        assert_eq!(world.peak(ACCOUNT), 1);
        let one = world.look("One").await;
        assert_eq!(one["outcome"], "skipped");
    }
}
