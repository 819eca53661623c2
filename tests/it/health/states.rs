//! States over time: failures that are confirmed, streams that come back, what is checked by itself and when.

use m3u_strm_processor::app::schedule::tick;
use m3u_strm_processor::args;
use m3u_strm_processor::features::health::attendance;
use m3u_strm_processor::features::health::uptime::of_stream::of_stream;
use m3u_strm_processor::features::{health, settings};
use m3u_strm_processor::jobs::{Job, kinds};
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::StreamId;
use reqwest::Method;
use serde_json::json;

use super::tower::{CHANNELS, MINUTE, SECOND, TICK, Tower, path};
use crate::on_both_engines;
use crate::players::world::soon;
use crate::support::ctx::{ACTOR, START_MS, TestCtx};
use crate::support::seed;

on_both_engines! {
    async fn a_stream_that_fails_and_recovers_is_down_and_back_within_the_bar(tower: Tower) {
        for (number, length) in [(1, MINUTE), (2, 22 * MINUTE), (3, 100 * MINUTE)] {
            let begins = tower.now();
            tower.fail([number]);
            tower.check_all().await;
            assert_eq!(tower.stand(number).await.failures, 1);
            assert_eq!(tower.stand(number).await.state, "up", "one failure confirms nothing");
            if length > 5 * MINUTE {
                let took = tower.until(number, 5 * MINUTE, |stand| stand.state == "down").await;
                assert!(took <= 5 * MINUTE, "down after {took} ms");
                assert!(!tower.stand(number).await.in_use);
            }
            tower.pass(begins + length - tower.now()).await;
            tower.world.simulator.mend();
            let longest = length.max(5 * MINUTE);
            let took = tower.until(number, longest, |stand| stand.failures == 0).await;
            assert!(took <= longest, "back after {took} ms");
            let stand = tower.stand(number).await;
            assert_eq!((stand.state.as_str(), stand.in_use, stand.next_check), ("up", true, None));
        }
        let incidents = tower.incidents().await;
        assert_eq!(incidents.len(), 2, "a failure that was never confirmed is no incident");
        assert!(incidents.iter().all(|(whole, _, resolved, ending, _)| {
            !whole && resolved.is_some() && ending.as_deref() == Some("recovered")
        }));
        let window = START_MS..tower.now() + 1;
        let recovery = health::incidents::recovery(&tower.world.app.ctx.db, None, &window).await.unwrap();
        assert_eq!((recovery.resolved, recovery.open), (2, 0));
        assert!(recovery.median_ms.unwrap() >= 22 * MINUTE);
    }

    async fn a_stream_is_never_checked_more_often_than_its_pauses_say(tower: Tower) {
        tower.fail([4]);
        tower.check_all().await;
        let before = tower.world.simulator.count(&path(4));
        tower.pass(4 * MINUTE).await;
        // At 30, 90 and 210 seconds after the first failure.
        assert_eq!(tower.world.simulator.count(&path(4)) - before, 3);
        assert_eq!(tower.rechecks().await, 3);
        let other = tower.world.simulator.count(&path(5));
        tower.pass(MINUTE).await;
        assert_eq!(tower.world.simulator.count(&path(5)), other, "one that works waits for the schedule");
    }

    async fn what_becomes_due_in_a_long_run_goes_before_what_still_waits(tower: Tower) {
        let (app, admin) = (&tower.world.app, &tower.world.admin);
        // Nothing comes by itself, and the one connection is the run's.
        let set = json!({ "health_check_enabled": false, "health_check_timeout": 5 });
        settings::set(&app.ctx, &ACTOR, set.as_object().unwrap()).await.unwrap();
        let path_of = format!("/api/providers/{}", tower.world.provider);
        let answer = app.send(admin, Method::PATCH, &path_of, &json!({ "max_connections": 1 })).await;
        assert_eq!(answer.status(), 200);
        tower.fail([CHANNELS]);
        let id = tower.world.id("select max(id) from channel_streams", Vec::new()).await;
        app.api(admin, Method::POST, &format!("/api/streams/{id}/check")).await;
        assert_eq!(tower.stand(CHANNELS).await.failures, 1);
        app.ctx.clock.advance_ms(15 * SECOND);

        tower.world.simulator.fault(&path(1), Fault::silent());
        let before = tower.world.simulator.requests().len();
        let run = tower.begin_all().await;
        tower.world.until(|counters| counters.open > 0).await;
        app.ctx.clock.advance_ms(20 * SECOND);
        soon(app.ctx.jobs.follow(run, |_| {})).await.unwrap();
        let requests = tower.world.simulator.requests();
        let asked: Vec<&str> = requests[before..].iter().map(|request| request.path()).collect();
        assert_eq!(asked[..3], [path(1), path(CHANNELS), path(2)]);
        assert_eq!(tower.stand(CHANNELS).await.failures, 2, "{asked:?}");
    }

    async fn a_run_that_is_stopped_keeps_what_it_found_and_what_was_due_stays_due(tower: Tower) {
        tower.fail([1, 2]);
        tower.check_all().await;
        let due = tower.stand(1).await;
        // The provider answers nothing any more: the run that begins now finds nothing out.
        tower.world.simulator.mend();
        for number in [1, 2] {
            tower.world.simulator.fault(&path(number), Fault::silent());
        }
        let app = &tower.world.app;
        app.ctx.clock.advance_ms(MINUTE);
        tick(&app.ctx).await.unwrap();
        let job = running(&tower).await;
        let path = format!("/api/jobs/{}", job.id);
        let answer = app.api(&tower.world.admin, Method::DELETE, &path).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        let ended = soon(app.ctx.jobs.follow(job.id, |_| {})).await.unwrap();
        assert_eq!(ended.state.as_str(), "cancelled");
        assert_eq!(tower.stand(1).await, due);
        tower.world.simulator.mend();
        tower.pass(TICK).await;
        assert_eq!((tower.stand(1).await.failures, tower.stand(2).await.failures), (0, 0));
    }

    async fn everything_is_checked_by_the_schedule_once_over_all_nodes_and_not_at_all_if_nobody_wants_it(test: TestCtx) {
        seed::provider(&test.db.db, 1, "One").await;
        seed::channels(&test.db.db, [(1, "News".to_owned(), "News")]).await;
        let other = test.node(&[]);
        for ctx in [&test.ctx, &other] {
            tick(ctx).await.unwrap();
        }
        test.advance_ms(3 * 60 * MINUTE + 6 * MINUTE);
        for ctx in [&test.ctx, &other] {
            tick(ctx).await.unwrap();
        }
        let runs = queued(&test).await;
        assert_eq!(runs.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(), [kinds::HEALTH_CHECK]);
        assert_eq!(runs[0].payload, json!({ "by_hand": false }));

        due(&test, START_MS).await;
        let off = json!({ "health_check_enabled": false });
        settings::set(&test.ctx, &ACTOR, off.as_object().unwrap()).await.unwrap();
        test.advance_ms(24 * 60 * MINUTE);
        tick(&test.ctx).await.unwrap();
        assert_eq!(queued(&test).await.len(), 1);
    }

    async fn what_is_due_is_queued_once_until_it_was_checked(test: TestCtx) {
        seed::provider(&test.db.db, 1, "One").await;
        seed::channels(&test.db.db, [(1, "News".to_owned(), "News")]).await;
        due(&test, START_MS + TICK).await;
        tick(&test.ctx).await.unwrap();
        assert_eq!(queued(&test).await.len(), 0);
        test.advance_ms(TICK);
        let other = test.node(&[]);
        for ctx in [&test.ctx, &other, &test.ctx] {
            tick(ctx).await.unwrap();
        }
        let runs = queued(&test).await;
        assert_eq!(runs.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(), [kinds::HEALTH_RECHECK]);
        let sql = "update providers set enabled = false where id = 1";
        test.ctx.jobs.cancel(runs[0].id).await.unwrap();
        test.db.db.execute(sql, Vec::new()).await.unwrap();
        tick(&test.ctx).await.unwrap();
        assert_eq!(queued(&test).await.len(), 1, "nothing is asked of a provider that is switched off");
    }

    async fn the_uptime_of_a_stream_is_told_by_days_and_knows_nothing_of_the_time_without_a_server(test: TestCtx) {
        seed::provider(&test.db.db, 1, "One").await;
        seed::channels(&test.db.db, [(1, "News".to_owned(), "News")]).await;
        let (hour, day) = (60 * MINUTE, 24 * 60 * MINUTE);
        test.advance_ms(3 * day + 12 * hour);
        let logged = [(-2 * hour, "up"), (day, "down"), (day + 6 * hour, "up"), (3 * day, "degraded")];
        for (after_ms, state) in logged {
            let sql = "insert into health_check_log (stream_id, checked_at, state, by_hand) values (1, $1, $2, false)";
            test.db.db.execute(sql, args![START_MS + after_ms, state]).await.unwrap();
        }
        // There until noon of the second day, and again from its end on.
        for (from_ms, to_ms) in [(-day, day + 12 * hour - MINUTE), (2 * day, 4 * day)] {
            let sql = "insert into health_attendance (node, from_at, to_at) values ('a', $1, $2)";
            test.db.db.execute(sql, args![START_MS + from_ms, START_MS + to_ms]).await.unwrap();
        }
        let uptime = of_stream(&test.ctx, StreamId(1), 4).await.unwrap();
        assert_eq!(uptime.checks, 3);
        let told: Vec<[i64; 4]> = uptime
            .days
            .iter()
            .map(|(_, day)| [day.up_ms, day.degraded_ms, day.down_ms, day.unknown_ms].map(|ms| ms / hour))
            .collect();
        assert_eq!(told, [[24, 0, 0, 0], [6, 0, 6, 12], [24, 0, 0, 0], [0, 12, 0, 0]]);
        assert_eq!(uptime.days[1].0, START_MS + day);
        assert_eq!(uptime.whole.uptime(), Some(66.0 / 72.0));
        assert_eq!(uptime.whole.coverage(), Some(72.0 / 84.0));
        let (from, to) = uptime.interval().unwrap();
        assert!(from < 0.6 && to > 0.95, "three checks say little: {from} to {to}");
    }

    async fn the_time_in_which_no_server_was_there_is_known(test: TestCtx) {
        for _ in 0..30 {
            tick(&test.ctx).await.unwrap();
            test.advance_ms(TICK);
        }
        test.advance_ms(60 * MINUTE);
        let other = test.node(&[]);
        for ctx in [&test.ctx, &other] {
            tick(ctx).await.unwrap();
        }
        let back = test.ctx.clock.now_ms();
        let away = attendance::away(&test.db.db, &(START_MS..back + SECOND)).await.unwrap();
        assert_eq!(away.len(), 1, "{away:?}");
        assert_eq!(away[0].end, back);
        let gone = back - away[0].start;
        assert!((60 * MINUTE..62 * MINUTE).contains(&gone), "{gone}");
    }
}

/// Says of the stream of the first channel that it failed and is to be checked again at an instant.
async fn due(test: &TestCtx, at_ms: i64) {
    let sql =
        "insert into stream_health (stream_id, state, consecutive_failures, failing_since, next_check_at)
         values (1, 'up', 1, $1, $1)";
    test.db.db.execute(sql, args![at_ms]).await.unwrap();
}

/// The jobs of checks, oldest first.
async fn queued(test: &TestCtx) -> Vec<Job> {
    let (mut jobs, _) = test.ctx.jobs.list(&Default::default()).await.unwrap();
    jobs.retain(|job| [kinds::HEALTH_CHECK, kinds::HEALTH_RECHECK].contains(&job.kind.as_str()));
    jobs.reverse();
    jobs
}

/// The run that is under way, once it asks the provider.
async fn running(tower: &Tower) -> Job {
    tower.world.until(|counters| counters.open > 0).await;
    let (jobs, _) = tower.world.app.ctx.jobs.list(&Default::default()).await.unwrap();
    jobs.into_iter()
        .find(|job| job.kind == kinds::HEALTH_RECHECK)
        .unwrap()
}
