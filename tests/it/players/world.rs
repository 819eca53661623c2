//! A server, a provider that the test plays, and a player with a token.

use std::time::Duration;

use m3u_strm_processor::db::{Engine, Value as Arg};
use m3u_strm_processor::features::providers;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::simulator::{Counters, Resource, Simulator, ts};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::ids::{JobId, ProviderId};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::ctx::{ACTOR, START_MS};
use crate::support::{OnEngine, TestApp};

/// Longer than anything here takes on a busy machine: what waits, waits no longer.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const LIST: &str = "/get.php";
/// Stands in every address of the provider and in nothing that a player may see.
pub const SECRET: &str = "s3cret-pass";

/// The future's result, or a failed test.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("nothing happened in time")
}

/// A running installation with one provider.
pub struct World {
    // Ends before the provider does.
    pub app: TestApp,
    pub simulator: Simulator,
    pub provider: ProviderId,
    /// Of the administrator's own players.
    pub token: String,
    pub admin: String,
}

impl OnEngine for World {
    async fn on(engine: Engine) -> Self {
        Self::with(engine, json!({})).await
    }
}

impl World {
    /// With these fields of the provider.
    pub async fn with(engine: Engine, fields: Value) -> Self {
        Self::started(engine, &[], fields).await
    }

    /// With values as if they had been typed as flags too.
    pub async fn started(engine: Engine, flags: &[(&'static str, &str)], fields: Value) -> Self {
        let flags = [&[("allow_private_networks", "127.0.0.0/8")], flags].concat();
        let app = TestApp::at(engine, &flags, Clock::manual(START_MS)).await;
        let simulator = Simulator::start().await.unwrap();
        let url = format!("{}?username=anna&password={SECRET}", simulator.url(LIST));
        let mut sent = json!({ "name": "One", "type": "m3u", "m3u_url": url });
        let sent = sent.as_object_mut().unwrap();
        sent.extend(fields.as_object().unwrap().clone());
        let provider = providers::create(&app.ctx, &ACTOR, &*sent, None).await.unwrap();
        let admin = app.admin_token().await;
        let me = app.json(&admin, "/api/auth/me", 200).await;
        let (_, token) = me["playlist_url"].as_str().unwrap().split_once('=').unwrap();
        Self {
            token: token.to_owned(),
            app,
            simulator,
            provider,
            admin,
        }
    }

    /// Lets the provider list these entries and syncs them.
    pub async fn lists(&self, entries: &[String]) {
        let text = format!("#EXTM3U\n{}\n", entries.join("\n"));
        self.simulator.put(LIST, Resource::bytes(text));
        let id = self.begin_sync().await;
        let job = soon(self.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
    }

    /// Queues a sync.
    pub async fn begin_sync(&self) -> JobId {
        let started = sync::start(&self.app.ctx, self.provider, &ACTOR, false).await;
        let (Started::New(id) | Started::Running(id)) = started.unwrap();
        id
    }

    /// An entry whose address holds the provider's credentials.
    pub fn entry(&self, name: &str, path: &str) -> String {
        format!(
            "#EXTINF:-1,{name}\n{}?password={SECRET}",
            self.simulator.url(path)
        )
    }

    pub async fn id(&self, sql: &'static str, args: Vec<Arg>) -> i64 {
        let (id,): (i64,) = self.app.ctx.db.one(sql, args).await.unwrap();
        id
    }

    /// The path of a channel's stream behind the token.
    pub async fn channel(&self, name: &str) -> String {
        let sql = "select id from channels where name = $1 and stream_count > 0";
        format!("channel/{}", self.id(sql, vec![name.into()]).await)
    }

    pub async fn movie(&self) -> String {
        let id = self.id("select min(id) from vod_movies", Vec::new()).await;
        format!("movie/{id}.mkv")
    }

    /// A request for what plays at `path` behind the token.
    pub fn ask(&self, path: &str) -> RequestBuilder {
        self.app
            .client
            .get(self.app.url(&format!("/stream/{}/{path}", self.token)))
    }

    pub async fn play(&self, path: &str) -> Response {
        soon(self.ask(path).send()).await.unwrap()
    }

    /// The JSON of a refusal, which holds nothing of the provider.
    pub async fn refusal(&self, path: &str, status: u16) -> Value {
        let answer = self.play(path).await;
        assert_eq!(answer.status(), status);
        let text = soon(answer.text()).await.unwrap();
        self.assert_hidden(&text);
        serde_json::from_str::<Value>(&text).unwrap()["error"].clone()
    }

    pub fn assert_hidden(&self, text: &str) {
        assert!(!text.contains(&self.simulator.host()), "{text}");
        assert!(!text.contains(SECRET), "{text}");
    }

    /// Waits until so many requests are open at the provider.
    pub async fn until(&self, wanted: impl Fn(&Counters) -> bool) {
        soon(self.simulator.until(wanted)).await;
    }

    /// The most requests of an account that were ever open at once.
    pub fn peak(&self, account: &str) -> usize {
        let peaks = self.simulator.counters().account_peaks;
        peaks.get(account).copied().unwrap_or_default()
    }

    /// Waits until so many requests of an account are open.
    pub async fn until_open(&self, account: &str, wanted: usize) {
        self.until(|counters| counters.accounts.get(account).copied().unwrap_or_default() == wanted)
            .await;
    }

    pub async fn leases(&self) -> i64 {
        self.id("select count(*) from connection_leases", Vec::new())
            .await
    }

    /// Waits until so many connections are lent.
    pub async fn until_lent(&self, wanted: i64) {
        soon(async {
            while self.leases().await != wanted {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    /// Waits until every play that was written down has ended; there must be some.
    pub async fn until_no_play_is_open(&self) {
        let sql = "select count(*) from viewing_history h where ended_at is null
                       or exists (select 1 from live_plays l where l.play_id = h.id)";
        assert!(
            self.id("select count(*) from viewing_history", Vec::new()).await > 0,
            "nothing was played"
        );
        soon(async {
            while self.id(sql, Vec::new()).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    /// A credential of one's own: its id and token.
    pub async fn credential(&self, name: &str) -> (i64, String) {
        let body = json!({ "name": name });
        let path = "/api/output-credentials";
        let answer = self.app.send(&self.admin, Method::POST, path, &body).await;
        let made: Value = answer.json().await.unwrap();
        let token = made["token"].as_str().unwrap().to_owned();
        (made["id"].as_i64().unwrap(), token)
    }

    pub async fn revoke(&self, credential: i64) {
        let path = format!("/api/output-credentials/{credential}");
        let answer = self.app.api(&self.admin, Method::DELETE, &path).await;
        assert_eq!(answer.status(), 204);
    }
}

/// A channel that never ends.
pub fn live() -> Resource {
    Resource::live(ts::block(), Duration::from_millis(10))
}

/// The first bytes of an answer, at least so many.
pub async fn first_bytes(answer: &mut Response, least: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < least {
        let piece = soon(answer.chunk()).await.unwrap();
        bytes.extend(piece.expect("the stream ended"));
    }
    bytes
}

/// Waits until the stream ends, well or badly.
pub async fn until_end(answer: &mut Response) {
    soon(async { while let Ok(Some(_)) = answer.chunk().await {} }).await;
}
