//! Syncs through real HTTP: a pretended provider, the job, the catalogue.

mod by_hand;
mod catalogue;
mod cli;
mod control;
mod editing;
mod faults;
mod groups;
mod guard;
mod hostile;
mod identity;
mod incremental;
mod line_up;
mod names;
mod pace;
mod panel;
mod references;
mod removal;
mod renames;
mod rules;
mod schedule;
mod secrets;
mod values;
mod version;
mod writes;

use std::sync::Arc;

use m3u_strm_processor::app::{App, handlers};
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::providers;
use m3u_strm_processor::features::sync::store::SyncRow;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::fetch::{FetchConfig, Fetcher, Seams};
use m3u_strm_processor::jobs::{Job, run_here};
use m3u_strm_processor::simulator::{Resource, Simulator};
use m3u_strm_processor::support::ids::{JobId, ProviderId};
use serde_json::json;

use crate::support::ctx::{ACTOR, TestCtx};
use crate::support::{OnEngine, TestDb};

/// An installation with one provider that the test plays.
pub struct Synced {
    pub test: TestCtx,
    pub simulator: Simulator,
    pub provider: ProviderId,
}

pub const LIST: &str = "/list.m3u";

impl OnEngine for Synced {
    async fn on(engine: Engine) -> Self {
        let mut test = TestCtx::with(TestDb::on(engine).await, &[]);
        test.ctx.fetch = fetcher(&test.ctx);
        let simulator = Simulator::start().await.unwrap();
        let provider = add_provider(&test.ctx, "One", &simulator.url(LIST)).await;
        Self {
            test,
            simulator,
            provider,
        }
    }
}

/// A fetcher that may ask loopback and does not wait between attempts.
pub fn fetcher(ctx: &Ctx) -> Fetcher {
    let config = FetchConfig {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchConfig::default()
    };
    let seams = Seams {
        pause: Arc::new(|_| Box::pin(std::future::ready(()))),
        ..Seams::default()
    };
    Fetcher::with_seams(config, ctx.clock.clone(), seams).unwrap()
}

pub async fn add_provider(ctx: &Ctx, name: &str, url: &str) -> ProviderId {
    let sent = json!({ "name": name, "type": "m3u", "m3u_url": url });
    providers::create(ctx, &ACTOR, sent.as_object().unwrap(), None)
        .await
        .unwrap()
}

impl Synced {
    pub fn ctx(&self) -> &Ctx {
        &self.test.ctx
    }

    /// What the provider lists from now on.
    pub fn lists(&self, entries: &[&str]) {
        let text = format!("#EXTM3U\n{}\n", entries.join("\n"));
        self.simulator.put(LIST, Resource::bytes(text));
    }

    /// Syncs as a schedule does: people may not ask as often as a test does.
    pub async fn job_of(&self, provider: ProviderId) -> Job {
        let Started::New(id) = sync::start(self.ctx(), provider, &ACTOR, false).await.unwrap() else {
            unreachable!("a sync is running");
        };
        self.run(id).await
    }

    /// Runs a queued job as the product does.
    pub async fn run(&self, id: JobId) -> Job {
        run_here(
            &self.ctx().jobs,
            &handlers(&App::of(self.ctx().clone())),
            id,
            |_| {},
        )
        .await
        .unwrap()
    }

    /// Syncs and gives the run's line in the log.
    pub async fn sync(&self) -> SyncRow {
        self.sync_of(self.provider).await
    }

    pub async fn sync_of(&self, provider: ProviderId) -> SyncRow {
        self.test.advance_ms(1_000);
        let job = self.job_of(provider).await;
        let row = sync::store::of_job(&self.ctx().db, job.id).await.unwrap();
        row.unwrap_or_else(|| unreachable!("the job left no line: {job:?}"))
    }

    /// Channels that are shown: name and streams in play order.
    pub async fn channels(&self) -> Vec<(String, Vec<String>)> {
        let rows: Vec<(i64, String, String)> = self
            .ctx()
            .db
            .all(
                "select c.id, c.name, s.original_name from channels c join channel_streams s on s.channel_id = c.id \
                 where c.stream_count > 0 and s.missing_since is null order by c.sort_key, c.id, s.backup_order",
                Vec::new(),
            )
            .await
            .unwrap();
        let mut channels: Vec<(i64, String, Vec<String>)> = Vec::new();
        for (id, name, stream) in rows {
            match channels.last_mut().filter(|(last, ..)| *last == id) {
                Some((.., streams)) => streams.push(stream),
                None => channels.push((id, name, vec![stream])),
            }
        }
        channels
            .into_iter()
            .map(|(_, name, streams)| (name, streams))
            .collect()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.ctx().db.one(sql, Vec::new()).await.unwrap();
        count
    }

    /// The id of the channel with a name.
    pub async fn channel(&self, name: &str) -> i64 {
        let sql = "select id from channels where name = $1 order by stream_count desc";
        let (id,): (i64,) = self.ctx().db.one(sql, vec![name.into()]).await.unwrap();
        id
    }
}

/// An entry of a list.
pub fn entry(name: &str, url: &str) -> String {
    format!("#EXTINF:-1,{name}\n{url}")
}

/// An entry with a guide id and a group.
pub fn listed(name: &str, tvg_id: &str, group: &str, url: &str) -> String {
    format!("#EXTINF:-1 tvg-id=\"{tvg_id}\" group-title=\"{group}\",{name}\n{url}")
}
