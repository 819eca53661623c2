//! An installation whose time passes as fast as its checks are done: a tick of the schedule, what that queued, the next tick.

use m3u_strm_processor::app::schedule;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::settings;
use m3u_strm_processor::jobs::{JobFilter, kinds};
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::JobId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::players::world::{World, live, soon};
use crate::support::OnEngine;
use crate::support::ctx::ACTOR;

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const TICK: i64 = 10 * SECOND;

/// A provider with eight channels, each of one stream, all checked and working.
pub struct Tower {
    pub world: World,
}

/// What is known of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub state: String,
    pub in_use: bool,
    pub failures: i64,
    pub failing_since: Option<i64>,
    pub next_check: Option<i64>,
}

pub const CHANNELS: usize = 8;

impl OnEngine for Tower {
    async fn on(engine: Engine) -> Self {
        let world = World::on(engine).await;
        let entries: Vec<String> = (1..=CHANNELS)
            .map(|number| world.entry(&name(number), &path(number)))
            .collect();
        for number in 1..=CHANNELS {
            world.simulator.put(&path(number), live());
        }
        // The run of everything and what is measured or looked at would come in the middle of what is told here.
        let off = json!({ "health_check_schedule": "0 0 29 2 *", "enable_bitrate_analysis": false,
            "content_tests_enabled": false });
        settings::set(&world.app.ctx, &ACTOR, off.as_object().unwrap())
            .await
            .unwrap();
        world.lists(&entries).await;
        let tower = Self { world };
        tower.check_all().await;
        for number in 1..=CHANNELS {
            assert_eq!(tower.stand(number).await.state, "up");
        }
        tower
    }
}

fn name(number: usize) -> String {
    format!("Channel {number}")
}

pub fn path(number: usize) -> String {
    format!("/live/{number}.ts")
}

impl Tower {
    pub fn now(&self) -> i64 {
        self.world.app.ctx.clock.now_ms()
    }

    /// Lets these channels fail from now on.
    pub fn fail(&self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            self.world.simulator.fault(&path(number), Fault::status(404));
        }
    }

    /// Checks every stream by hand, and waits.
    pub async fn check_all(&self) {
        let job = self.begin_all().await;
        soon(self.world.app.ctx.jobs.follow(job, |_| {})).await.unwrap();
    }

    /// Begins to check every stream.
    pub async fn begin_all(&self) -> JobId {
        let app = &self.world.app;
        let answer = app
            .send(&self.world.admin, Method::POST, "/api/health/check", &json!({}))
            .await;
        assert_eq!(answer.status(), 202);
        let job = answer.json::<Value>().await.unwrap()["job_id"].as_i64().unwrap();
        JobId(job)
    }

    /// Ten seconds pass, and what they brought is done; ticks that would bring nothing are left out, up to `limit`.
    async fn tick_before(&self, limit: i64) {
        let ctx = &self.world.app.ctx;
        let sql = "select min(at) from (select min(next_check_at) as at from stream_health union all
             select min(opened_at) + 3600000 from incidents where resolved_at is null and stream_id is null union all
             select min(from_at) from maintenance_windows where not has_begun union all
             select min(to_at) from maintenance_windows where not has_ended) as t";
        let (next,): (Option<i64>,) = ctx.db.one(sql, Vec::new()).await.unwrap();
        let wanted = next.unwrap_or(limit).min(limit) - self.now();
        ctx.clock
            .advance_ms((wanted + TICK - 1).div_euclid(TICK).max(1) * TICK);
        schedule::tick(ctx).await.unwrap();
        soon(async {
            while self.is_checking().await {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    async fn is_checking(&self) -> bool {
        let sql = "select count(*) from jobs where state in ('queued', 'running')";
        self.world.id(sql, Vec::new()).await > 0
    }

    /// Ticks until something holds of a stream; the time that took.
    pub async fn until(&self, number: usize, longest: i64, holds: impl Fn(&Stand) -> bool) -> i64 {
        let from = self.now();
        while !holds(&self.stand(number).await) {
            assert!(self.now() - from <= longest, "{:?}", self.stand(number).await);
            self.tick_before(from + longest + TICK).await;
        }
        self.now() - from
    }

    pub async fn pass(&self, time_ms: i64) {
        let until = self.now() + time_ms;
        while self.now() < until {
            self.tick_before(until).await;
        }
    }

    pub async fn stand(&self, number: usize) -> Stand {
        let (state, in_use, failures, failing_since, next_check): (String, bool, i64, Option<i64>, Option<i64>) =
            self.world
                .app
                .ctx
                .db
                .one(
                    "select h.state, s.is_active, h.consecutive_failures, h.failing_since, h.next_check_at
                     from channel_streams s join stream_health h on h.stream_id = s.id where s.original_name = $1",
                    args![name(number)],
                )
                .await
                .unwrap();
        Stand {
            state,
            in_use,
            failures,
            failing_since,
            next_check,
        }
    }

    /// All incidents: whether each is of the whole provider, opened, resolved, how it ended, how many streams; oldest first.
    pub async fn incidents(&self) -> Vec<(bool, i64, Option<i64>, Option<String>, i64)> {
        let sql =
            "select stream_id is null, opened_at, resolved_at, ending, streams from incidents order by id";
        self.world.app.ctx.db.all(sql, Vec::new()).await.unwrap()
    }

    /// How many runs of a kind there were.
    pub async fn runs(&self, kind: &str) -> u64 {
        let filter = JobFilter {
            kind: Some(kind.to_owned()),
            ..JobFilter::default()
        };
        self.world.app.ctx.jobs.list(&filter).await.unwrap().1
    }

    pub async fn rechecks(&self) -> u64 {
        self.runs(kinds::HEALTH_RECHECK).await
    }
}
