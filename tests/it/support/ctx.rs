//! What a feature gets: a database of its own, a data folder of its own, and a clock that the test moves.

use std::sync::Arc;

use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::events::Events;
use m3u_strm_processor::features::audit::{self, Actor};
use m3u_strm_processor::fetch::{FetchConfig, Fetcher};
use m3u_strm_processor::jobs::{Jobs, Node};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::crypto::Keys;
use m3u_strm_processor::support::paging::Slice;
use tempfile::TempDir;

use super::{OnEngine, TestDb};

/// The instant at which a test begins: 2026-01-01T00:00:00Z.
pub const START_MS: i64 = 1_767_225_600_000;

/// A feature's surroundings.
pub struct TestCtx {
    pub ctx: Ctx,
    pub db: TestDb,
    pub data: TempDir,
}

impl OnEngine for TestCtx {
    async fn on(engine: Engine) -> Self {
        Self::with(TestDb::on(engine).await, &[])
    }
}

impl TestCtx {
    /// With values as if they had been typed as flags.
    pub fn with(db: TestDb, flags: &[(&'static str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let ctx = ctx(&db, &data, flags);
        Self { ctx, db, data }
    }

    /// The same installation as a second node sees it, with other flags.
    pub fn node(&self, flags: &[(&'static str, &str)]) -> Ctx {
        Ctx {
            keys: self.ctx.keys.clone(),
            clock: self.ctx.clock.clone(),
            ..ctx(&self.db, &self.data, flags)
        }
    }

    pub fn advance_ms(&self, by_ms: i64) {
        self.ctx.clock.advance_ms(by_ms);
    }
}

fn ctx(db: &TestDb, data: &TempDir, flags: &[(&'static str, &str)]) -> Ctx {
    let folder = data.path().to_str().unwrap();
    let flags = Flags::of(flags.iter().copied().chain([("data_dir", folder)]));
    let (clock, events) = (Clock::manual(START_MS), Events::new());
    let node = Node::enter(&data.path().join("nodes")).unwrap();
    let config = Config::load_from(&flags, &|_| None).unwrap();
    let fetch = FetchConfig {
        allowed_networks: config.network.allow_private_networks.clone(),
        ..FetchConfig::default()
    };
    Ctx {
        config: Arc::new(config),
        db: db.db.clone(),
        jobs: Jobs::new(db.db.clone(), clock.clone(), events.clone(), node),
        events,
        fetch: Fetcher::new(fetch, clock.clone()).unwrap(),
        clock,
        keys: Arc::new(Keys::random()),
    }
}

/// Somebody who acts.
pub const ACTOR: Actor = Actor::Terminal;

/// The audit lines that were written, action and resource, oldest first.
pub async fn acts(ctx: &Ctx) -> Vec<String> {
    let lines = audit::list(&ctx.db, &audit::Filter::default(), Slice::default())
        .await
        .unwrap();
    let act = |line: audit::Line| format!("{} {}", line.action, line.resource);
    lines.items.into_iter().rev().map(act).collect()
}
