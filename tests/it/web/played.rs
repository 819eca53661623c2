//! A product whose one provider the test plays.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::providers;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::jobs::Job;
use m3u_strm_processor::simulator::{Resource, Simulator};
use m3u_strm_processor::support::ids::{JobId, ProviderId};
use serde_json::json;

use crate::support::{ACTOR, OnEngine, TestApp};

pub const LIST: &str = "/list.m3u?username=ann&password=s3cret";
const PATH: &str = "/list.m3u";

/// Longer than anything that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Played {
    pub app: TestApp,
    pub simulator: Simulator,
    pub provider: ProviderId,
    /// An administrator's.
    pub token: String,
}

impl OnEngine for Played {
    async fn on(engine: Engine) -> Self {
        let app = TestApp::with(engine, &[("allow_private_networks", "127.0.0.0/8")]).await;
        let simulator = Simulator::start().await.unwrap();
        let sent = json!({ "name": "Living room", "type": "m3u", "m3u_url": simulator.url(LIST) });
        let provider = providers::create(&app.ctx, &ACTOR, sent.as_object().unwrap(), None);
        let provider = provider.await.unwrap();
        let token = app.admin_token().await;
        Self {
            simulator,
            provider,
            token,
            app,
        }
    }
}

impl Played {
    pub async fn start() -> Self {
        Self::on(Engine::Sqlite).await
    }

    /// The page of the provider.
    pub fn path(&self) -> String {
        format!("/providers/{}", self.provider)
    }

    /// What the provider lists from now on: entries of these names.
    pub fn lists(&self, names: &[&str]) {
        let entries = names.iter().enumerate().map(|(at, name)| {
            format!("#EXTINF:-1 group-title=\"News\",{name}\nhttp://tv.example/live/{at}.ts\n")
        });
        self.lists_text(&entries.collect::<String>());
    }

    pub fn lists_text(&self, entries: &str) {
        self.simulator
            .put(PATH, Resource::bytes(format!("#EXTM3U\n{entries}")));
    }

    /// Syncs and waits for the end.
    pub async fn sync(&self) -> Job {
        let started = sync::start(&self.app.ctx, self.provider, &ACTOR, false).await;
        let (Started::New(job) | Started::Running(job)) = started.unwrap();
        self.ended(job).await
    }

    /// A job, once it has ended.
    pub async fn ended(&self, job: JobId) -> Job {
        let ended = tokio::time::timeout(PATIENCE, self.app.ctx.jobs.follow(job, |_| {})).await;
        let job = ended.expect("the job does not end").unwrap();
        // The connection that was asked last goes back in this test's runtime, which a test may end without a pause.
        self.app.get("/health/live").await;
        job
    }

    /// The id of the run of a job.
    pub async fn run_of(&self, job: &Job) -> i64 {
        let run = sync::store::of_job(&self.app.ctx.db, job.id).await.unwrap();
        run.unwrap().id.0
    }

    /// The newest job, once it has ended.
    pub async fn last_job(&self) -> Job {
        let (jobs, _) = self.app.ctx.jobs.list(&Default::default()).await.unwrap();
        self.ended(jobs[0].id).await
    }

    /// Ten channels, of which the next list has lost six: the run that waits for a decision.
    pub async fn held(&self) -> i64 {
        let names: Vec<String> = (0..10).map(|number| format!("Station {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.lists(&names);
        self.sync().await;
        self.lists(&names[..4]);
        let job = self.sync().await;
        self.run_of(&job).await
    }
}
