//! Syncs of an Xtream Codes account: a pretended panel, the job, the catalogue.

mod accounts;
mod details;
mod films;
mod groups;
mod identity;
mod lists;
mod names;
mod parts;
mod unknown;

use std::ops::Deref;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::catalogue::sources::Sources;
use m3u_strm_processor::features::providers::{self, Provider};
use m3u_strm_processor::jobs::{Job, kinds};
use m3u_strm_processor::simulator::Simulator;
use m3u_strm_processor::simulator::panel::{Account, Catalogue, Panel};
use m3u_strm_processor::support::ids::{ChannelId, ProviderId};
use serde_json::{Value, json};

use super::{Synced, fetcher};
use crate::support::ctx::{ACTOR, TestCtx};
use crate::support::{OnEngine, TestDb};

pub const USER: &str = "u5er-name";
pub const PASSWORD: &str = "pa55/w&rd";

/// An installation with one account of a panel, both of which the test plays.
pub struct Panelled {
    pub synced: Synced,
    pub panel: Panel,
}

impl Deref for Panelled {
    type Target = Synced;

    fn deref(&self) -> &Synced {
        &self.synced
    }
}

impl OnEngine for Panelled {
    async fn on(engine: Engine) -> Self {
        let mut test = TestCtx::with(TestDb::on(engine).await, &[]);
        test.ctx.fetch = fetcher(&test.ctx);
        let simulator = Simulator::start().await.unwrap();
        let panel = Panel::at(test.ctx.clock.clone());
        panel.open(Account::new(USER, PASSWORD).connections(2), Catalogue::plain());
        simulator.put_panel(&panel);
        let sent = account("One", &simulator.url(""), &json!({}));
        let provider = providers::create(&test.ctx, &ACTOR, sent.as_object().unwrap(), None)
            .await
            .unwrap();
        Self {
            synced: Synced {
                test,
                simulator,
                provider,
            },
            panel,
        }
    }
}

/// The fields of a provider that is an account of the panel at `host`.
pub fn account(name: &str, host: &str, more: &Value) -> Value {
    let mut sent = json!({ "name": name, "type": "xstream", "xstream_host": host, "xstream_username": USER,
        "xstream_password": PASSWORD });
    sent.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    sent
}

impl Panelled {
    pub fn change(&self, change: impl FnOnce(&mut Catalogue)) {
        self.panel.change(USER, change);
    }

    pub async fn add(&self, name: &str, host: &str, more: &Value) -> ProviderId {
        let sent = account(name, host, more);
        providers::create(self.ctx(), &ACTOR, sent.as_object().unwrap(), None)
            .await
            .unwrap()
    }

    pub async fn patch(&self, sent: Value) -> Provider {
        line_up::update(self.ctx(), &ACTOR, self.provider, sent.as_object().unwrap())
            .await
            .unwrap()
    }

    pub async fn stored(&self) -> Provider {
        providers::store::get(&self.ctx().db, self.provider)
            .await
            .unwrap()
    }

    /// Runs what the last sync queued for the series; none if it queued nothing.
    pub async fn details(&self) -> Option<Job> {
        let key = providers::sync_key(self.provider);
        let id = self
            .ctx()
            .jobs
            .active(kinds::SERIES_DETAILS, &key)
            .await
            .unwrap()?;
        Some(self.run(id).await)
    }

    /// Syncs, and reads the episodes of series.
    pub async fn whole(&self) {
        self.sync().await;
        self.details().await;
    }

    /// How many requests had this action.
    pub fn asked(&self, action: &str) -> usize {
        let wanted = format!("action={action}");
        let requests = self.simulator.requests();
        let of = requests.iter().filter_map(|request| request.query());
        of.filter(|query| query.split('&').any(|pair| pair == wanted))
            .count()
    }

    /// Where a channel would play.
    pub async fn address(&self, channel: i64) -> String {
        let mut sources = Sources::of_channel(self.ctx(), ChannelId(channel)).await.unwrap();
        sources.next().await.unwrap().ok().unwrap().url.to_string()
    }

    /// Every row that is there: kind, id, name.
    pub async fn rows(&self) -> Vec<(String, i64, String)> {
        let sql = "select 'live', id, original_name from channel_streams where missing_since is null \
                   union all select 'vod', id, original_name from vod_versions where missing_since is null order by 1, 2";
        self.ctx().db.all(sql, Vec::new()).await.unwrap()
    }
}
