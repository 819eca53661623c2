use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::features::settings;
use m3u_strm_processor::features::sync::schedule::{self, Choice};
use m3u_strm_processor::features::{catalogue, providers};
use m3u_strm_processor::jobs::{Job, Jobs, NewJob, Node, State, kinds};
use m3u_strm_processor::support::ids::ProviderId;
use serde_json::{Value, json};

use super::add_provider;
use crate::on_both_engines;
use crate::support::acts;
use crate::support::ctx::{ACTOR, START_MS, TestCtx};

const HOUR: i64 = 3_600_000;
/// Longer than any jitter.
const LATE: i64 = 5 * 60_000;

async fn provider(ctx: &Ctx, name: &str) -> ProviderId {
    add_provider(ctx, name, &format!("http://{name}.example/list.m3u")).await
}

async fn set(ctx: &Ctx, values: Value) {
    settings::set(ctx, &ACTOR, values.as_object().unwrap())
        .await
        .unwrap();
}

async fn choose(ctx: &Ctx, id: ProviderId, mode: &str, expression: &str) {
    let choice = Choice::parse(mode, expression).unwrap();
    schedule::choose(ctx, &ACTOR, id, &choice).await.unwrap();
}

/// The syncs that were queued, oldest first.
async fn queued(ctx: &Ctx) -> Vec<Job> {
    let (mut jobs, _) = ctx.jobs.list(&Default::default()).await.unwrap();
    jobs.retain(|job| job.kind == kinds::SYNC);
    jobs.reverse();
    jobs
}

/// Whom the queued syncs are for.
async fn synced(ctx: &Ctx) -> Vec<i64> {
    let mut ids: Vec<i64> = queued(ctx)
        .await
        .iter()
        .map(|job| job.payload["provider_id"].as_i64().unwrap())
        .collect();
    ids.sort_unstable();
    ids
}

/// Ends what is queued, so that the next fire is not the same job.
async fn cancel_all(ctx: &Ctx) {
    for job in queued(ctx).await {
        if job.state == State::Queued {
            ctx.jobs.cancel(job.id).await.unwrap();
        }
    }
}

/// Another process on the same database and clock.
fn node(test: &TestCtx) -> Ctx {
    let ctx = test.node(&[]);
    let node = Node::enter(&test.data.path().join("nodes")).unwrap();
    Ctx {
        jobs: Jobs::new(ctx.db.clone(), ctx.clock.clone(), ctx.events.clone(), node),
        ..ctx
    }
}

/// Moves the clock, and looks at what is due then.
async fn at(test: &TestCtx, hours: i64) {
    let now = test.ctx.clock.now_ms();
    test.advance_ms(START_MS + hours * HOUR + LATE - now);
    tick(&test.ctx).await.unwrap();
}

on_both_engines! {
    async fn providers_are_synced_every_six_hours_and_nothing_starts_with_an_edit(test: TestCtx) {
        let ctx = &test.ctx;
        let one = provider(ctx, "one").await;
        let two = provider(ctx, "two").await;
        tick(ctx).await.unwrap();
        tick(ctx).await.unwrap();
        assert_eq!(synced(ctx).await, Vec::<i64>::new());
        at(&test, 5).await;
        assert_eq!(synced(ctx).await, Vec::<i64>::new());
        at(&test, 6).await;
        assert_eq!(synced(ctx).await, [one.0, two.0]);
        assert!(queued(ctx).await.iter().all(|job| !job.by_hand));
        cancel_all(ctx).await;
        tick(ctx).await.unwrap();
        assert_eq!(synced(ctx).await, [one.0, two.0], "once a time");
        at(&test, 12).await;
        assert_eq!(synced(ctx).await, [one.0, one.0, two.0, two.0]);
    }

    async fn nodes_fire_once_together(test: TestCtx) {
        let one = provider(&test.ctx, "one").await;
        let nodes: Vec<Ctx> = (0..6).map(|_| node(&test)).collect();
        tick(&test.ctx).await.unwrap();
        for round in 1..4 {
            let now = test.ctx.clock.now_ms();
            test.advance_ms(START_MS + round * 6 * HOUR + LATE - now);
            let ticks = nodes.iter().map(tick);
            for ticked in futures_util::future::join_all(ticks).await {
                ticked.unwrap();
            }
            cancel_all(&test.ctx).await;
            for node in &nodes {
                tick(node).await.unwrap();
            }
            let expected: Vec<i64> = (0..round).map(|_| one.0).collect();
            assert_eq!(synced(&test.ctx).await, expected);
        }
    }

    async fn what_was_missed_while_nothing_ran_is_made_up_for_once(test: TestCtx) {
        let ctx = &test.ctx;
        let one = provider(ctx, "one").await;
        tick(ctx).await.unwrap();
        at(&test, 75).await;
        cancel_all(ctx).await;
        tick(ctx).await.unwrap();
        assert_eq!(synced(ctx).await, [one.0]);
    }

    async fn a_provider_may_have_its_own_schedule_or_none(test: TestCtx) {
        let ctx = &test.ctx;
        let (own, never) = (provider(ctx, "own").await, provider(ctx, "never").await);
        let off = provider(ctx, "off").await;
        let change = json!({ "enabled": false });
        catalogue::line_up::update(ctx, &ACTOR, off, change.as_object().unwrap()).await.unwrap();
        choose(ctx, own, "own", "30 4 * * *").await;
        choose(ctx, never, "never", "").await;
        choose(ctx, never, "never", "").await;
        tick(ctx).await.unwrap();
        at(&test, 4).await;
        assert_eq!(synced(ctx).await, Vec::<i64>::new());
        at(&test, 5).await;
        assert_eq!(synced(ctx).await, [own.0]);
        at(&test, 23).await;
        assert_eq!(synced(ctx).await, [own.0]);
        set(ctx, json!({ "auto_sync_enabled": false })).await;
        choose(ctx, never, "all", "").await;
        assert_eq!(schedule::of(ctx, never).await.unwrap().next_run, None);
        let mut done = acts(ctx).await;
        done.retain(|act| act.starts_with("provider.scheduled"));
        assert_eq!(done.len(), 3, "{done:?}");
    }

    async fn a_new_expression_counts_from_now_on(test: TestCtx) {
        let ctx = &test.ctx;
        let one = provider(ctx, "one").await;
        tick(ctx).await.unwrap();
        at(&test, 5).await;
        choose(ctx, one, "own", "0 4 * * *").await;
        tick(ctx).await.unwrap();
        tick(ctx).await.unwrap();
        assert_eq!(synced(ctx).await, Vec::<i64>::new(), "four o'clock has passed");
        choose(ctx, one, "all", "").await;
        set(ctx, json!({ "auto_sync_schedule": "0 */2 * * *", "time_zone": "Asia/Kolkata" })).await;
        tick(ctx).await.unwrap();
        at(&test, 6).await;
        assert_eq!(synced(ctx).await, Vec::<i64>::new());
        test.advance_ms(HOUR / 2);
        tick(ctx).await.unwrap();
        assert_eq!(synced(ctx).await, [one.0], "noon in Kolkata is half past six");
    }

    async fn the_next_run_is_told_and_kept(test: TestCtx) {
        let ctx = &test.ctx;
        let one = provider(ctx, "one").await;
        tick(ctx).await.unwrap();
        let next = schedule::of(ctx, one).await.unwrap().next_run.unwrap();
        assert!((START_MS + 6 * HOUR..START_MS + 6 * HOUR + LATE).contains(&next));
        test.advance_ms(next - START_MS - 1);
        tick(ctx).await.unwrap();
        assert_eq!(queued(ctx).await.len(), 0);
        test.advance_ms(1);
        tick(ctx).await.unwrap();
        assert_eq!(queued(ctx).await.len(), 1);
        let after = schedule::of(ctx, one).await.unwrap().next_run.unwrap();
        assert!(after >= START_MS + 12 * HOUR, "{after}");
    }

    async fn a_fire_passes_while_the_same_is_under_way(test: TestCtx) {
        let ctx = &test.ctx;
        let one = provider(ctx, "one").await;
        tick(ctx).await.unwrap();
        let approval = NewJob::new(kinds::SYNC_APPROVAL, json!({})).key(providers::sync_key(one));
        let approval = ctx.jobs.enqueue_now(approval).await.unwrap().id();
        at(&test, 6).await;
        assert_eq!(queued(ctx).await.len(), 0);
        ctx.jobs.cancel(approval).await.unwrap();
        at(&test, 12).await;
        at(&test, 18).await;
        assert_eq!(queued(ctx).await.len(), 1, "the first one waits still");
    }
}
