//! What plays teach of streams, and who is played first for it.

use m3u_strm_processor::features::history::experience;
use m3u_strm_processor::jobs::{Enqueued, NewJob, kinds};
use m3u_strm_processor::simulator::{Cut, Fault, Resource};
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use super::plays::{KODI, all_ended, play_with, until};
use super::world::{World, first_bytes, live, soon};
use crate::on_both_engines;

const DAY_MS: i64 = 24 * 3_600_000;

/// A channel whose better stream fails when it is told to.
async fn two_streams(world: &World) -> String {
    world.simulator.put("/best.ts", live());
    world.simulator.put("/next.ts", live());
    let entries = [
        world.entry("One 4K", "/best.ts"),
        world.entry("One HD", "/next.ts"),
    ];
    world.lists(&entries).await;
    world.channel("One").await
}

/// Somebody watches a while, minutes after the one before.
async fn watch(world: &World, channel: &str, plays: usize) {
    world.app.ctx.clock.advance_ms(10 * 60_000);
    let mut viewer = play_with(world, channel, KODI).await;
    first_bytes(&mut viewer, 600_000).await;
    drop(viewer);
    until(world, |lines| all_ended(lines, plays)).await;
}

async fn follow(world: &World, job: JobId) {
    let job = soon(world.app.ctx.jobs.follow(job, |_| {})).await.unwrap();
    assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
}

/// Lets what plays told be weighed, as it is within some seconds.
async fn weigh(world: &World) {
    experience::tick(&world.app.ctx).await.unwrap();
    let job = world
        .id(
            "select max(id) from jobs where kind = $1",
            vec![kinds::EXPERIENCE.into()],
        )
        .await;
    follow(world, JobId(job)).await;
    let due = world.id("select count(*) from experience_due", Vec::new()).await;
    assert_eq!(due, 0);
}

/// The weighing of everything.
async fn night(world: &World) {
    let job = NewJob::new(kinds::EXPERIENCE, json!({ "all": true }));
    let mut tx = world.app.ctx.db.begin().await.unwrap();
    let Enqueued::New(id) = world.app.ctx.jobs.enqueue(&mut tx, job).await.unwrap() else {
        unreachable!("it has no key");
    };
    tx.commit().await.unwrap();
    world.app.ctx.jobs.wake();
    follow(world, id).await;
}

/// The streams of the channel in play order, and the experience and reason of the 4K one.
async fn order(world: &World, channel: &str) -> (Vec<String>, Value, String) {
    let path = format!(
        "/api/channels/{}/streams",
        channel.strip_prefix("channel/").unwrap()
    );
    let told = world.app.json(&world.admin, &path, 200).await;
    let streams = told["items"].as_array().unwrap();
    let names = streams
        .iter()
        .map(|stream| stream["original_name"].as_str().unwrap().to_owned());
    let best = streams
        .iter()
        .find(|stream| stream["original_name"] == "One 4K")
        .unwrap();
    let reason = best["order_reason"].as_str().unwrap().to_owned();
    (names.collect(), best["experience"].clone(), reason)
}

on_both_engines! {
    async fn a_stream_that_failed_its_viewers_is_played_last_until_that_is_long_ago(world: World) {
        let one = two_streams(&world).await;
        for play in 1..=2 {
            world.simulator.fault("/best.ts", Fault::cut(200_000, Cut::Close).times(1));
            watch(&world, &one, play).await;
            if play == 1 {
                weigh(&world).await;
                let (names, told, _) = order(&world, &one).await;
                assert_eq!((names, &told["failures"]), (vec!["One 4K".into(), "One HD".into()], &1.into()));
            }
        }
        weigh(&world).await;
        let (names, told, reason) = order(&world, &one).await;
        assert_eq!(names, ["One HD", "One 4K"]);
        assert_eq!((&told["shows"], &told["failures"], &told["score"]), (&2.into(), &2.into(), &70.into()));
        assert_eq!(reason, "failed in 2 of 2 plays; others stand before it");
        // The next viewer gets what works.
        let asked = world.simulator.count("/best.ts");
        watch(&world, &one, 3).await;
        assert_eq!(world.simulator.count("/best.ts"), asked);
        let page = world.app.page(&world.admin, &format!("/{}", one.replace("channel/", "channels/")), 200).await;
        assert!(page.contains("Failed in 2 of 2 plays"));
        let best = world.id("select id from channel_streams where original_name = $1", vec!["One 4K".into()]).await;
        let page = world.app.page(&world.admin, &format!("/streams/{best}"), 200).await;
        assert!(page.contains("Why is its score from plays 70?") && page.contains("2 failures in 2 plays"));
        // A week later nobody knows whether it still fails.
        world.app.ctx.clock.advance_ms(7 * DAY_MS + 1);
        night(&world).await;
        let (names, told, _) = order(&world, &one).await;
        assert_eq!((names, told), (vec!["One 4K".into(), "One HD".into()], Value::Null));
    }

    async fn a_stream_that_did_not_begin_failed_too_and_is_forgotten_in_time(world: World) {
        let one = two_streams(&world).await;
        world.simulator.put("/best.ts", Resource::bytes("<html>gone</html>"));
        for play in 1..=2 {
            watch(&world, &one, play).await;
        }
        weigh(&world).await;
        let (names, told, reason) = order(&world, &one).await;
        assert_eq!(names, ["One HD", "One 4K"]);
        assert_eq!((&told["shows"], &told["failures"], &told["startup_ms"]), (&2.into(), &2.into(), &Value::Null));
        assert_eq!(reason, "failed in 2 of 2 plays; others stand before it");
        assert_eq!(world.id("select count(*) from failed_starts", Vec::new()).await, 2);
        world.app.ctx.clock.advance_ms(7 * DAY_MS + 1);
        night(&world).await;
        assert_eq!(world.id("select count(*) from failed_starts", Vec::new()).await, 0);
        assert_eq!(order(&world, &one).await.1, Value::Null);
    }

    async fn what_fails_while_its_provider_is_at_work_is_not_held_against_it(world: World) {
        let one = two_streams(&world).await;
        let path = format!("/api/providers/{}/maintenance", world.provider);
        let at = |ms: i64| m3u_strm_processor::api::time::rfc3339(world.app.ctx.clock.now_ms() + ms).unwrap();
        let window = json!({ "from": at(60_000), "to": at(DAY_MS) });
        assert_eq!(world.app.send(&world.admin, Method::POST, &path, &window).await.status(), 201);
        for play in 1..=2 {
            world.simulator.fault("/best.ts", Fault::cut(200_000, Cut::Close).times(1));
            watch(&world, &one, play).await;
        }
        weigh(&world).await;
        let (names, told, _) = order(&world, &one).await;
        assert_eq!((names, told), (vec!["One 4K".into(), "One HD".into()], Value::Null));
    }

    async fn a_stream_that_is_gone_is_weighed_without_harm(world: World) {
        let one = two_streams(&world).await;
        world.simulator.fault("/best.ts", Fault::cut(200_000, Cut::Close).times(1));
        watch(&world, &one, 1).await;
        let sql = "delete from channel_streams where original_name = 'One 4K'";
        world.app.ctx.db.execute(sql, Vec::new()).await.unwrap();
        weigh(&world).await;
        let weighed = world.id("select count(*) from stream_experience", Vec::new()).await;
        assert_eq!(weighed, 1, "the other was played well");
    }
}
