//! A product with a pretended provider, filled through its API.

use std::time::Duration;

use fantoccini::key::Key;
use m3u_strm_processor::simulator::{Resource, Simulator};
use serde_json::{Value, json};

use crate::browser::{Browser, Theme};
use crate::product::{ADMIN, ADMIN_PASSWORD, Product};

pub const LIST: &str = "/list.m3u";
/// Longer than any job here.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub product: Product,
    pub simulator: Simulator,
}

impl World {
    pub async fn start() -> Self {
        let simulator = Simulator::start().await.unwrap();
        simulator.put(LIST, Resource::bytes(list(&["Alpha News", "Beta Sport"])));
        Self {
            product: Product::start(),
            simulator,
        }
    }

    pub fn url(&self, path: &str) -> String {
        self.product.url(path)
    }

    /// The address of the pretended provider's list.
    pub fn list_url(&self) -> String {
        self.simulator
            .url(&format!("{LIST}?username=ann&password=s3cret"))
    }

    /// Signs in and opens `path`.
    pub async fn sign_in(&self, browser: &Browser, path: &str) {
        let sign_in = self.url(&format!("/sign-in?next={path}"));
        browser.open(&sign_in, 1280, Theme::Light).await;
        browser
            .find("#field-username")
            .await
            .send_keys(ADMIN)
            .await
            .unwrap();
        let password = browser.find("#field-password").await;
        password.send_keys(ADMIN_PASSWORD).await.unwrap();
        browser.click("form button[type=submit]").await;
        self.arrive(browser, path).await;
    }

    /// Waits until the browser is at `path`.
    pub async fn arrive(&self, browser: &Browser, path: &str) {
        let url = url::Url::parse(&self.url(path)).unwrap();
        browser.client.wait().for_url(&url).await.unwrap();
        browser.wait_for("document.readyState === 'complete'").await;
    }

    pub async fn api(&self) -> Api {
        let client = reqwest::Client::new();
        let body = json!({ "username": ADMIN, "password": ADMIN_PASSWORD });
        let answer = client
            .post(self.url("/api/auth/login"))
            .json(&body)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        Api {
            base: self.url(""),
            token: answer["token"].as_str().unwrap().to_owned(),
            client,
        }
    }
}

/// An administrator's program.
pub struct Api {
    base: String,
    token: String,
    client: reqwest::Client,
}

impl Api {
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        let answer = request.json(&body).send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{path}: {}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        let request = self
            .client
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    pub async fn set(&self, key: &str, value: Value) {
        self.post("/api/settings/bulk-update", json!({ "settings": { key: value } }))
            .await;
    }

    /// The id of a new provider.
    pub async fn provider(&self, name: &str, url: &str) -> i64 {
        let sent = json!({ "name": name, "type": "m3u", "m3u_url": url });
        self.post("/api/providers", sent).await["id"].as_i64().unwrap()
    }

    /// Leaves groups of a provider out.
    pub async fn leave_out(&self, provider: i64, groups: &[&str]) {
        self.change(provider, json!({ "exclude_groups": groups })).await;
    }

    /// Gives a provider rules for its names.
    pub async fn rename(&self, provider: i64, rules: Value) {
        self.change(provider, json!({ "rename_rules": rules })).await;
    }

    /// Reserves connections of a provider that allows three for a new credential.
    pub async fn reserve(&self, provider: i64, name: &str, connections: i64) {
        self.change(provider, json!({ "max_connections": 3 })).await;
        let made = self
            .post("/api/output-credentials", json!({ "name": name }))
            .await;
        let path = format!(
            "{}/api/providers/{provider}/reservations/{}",
            self.base, made["id"]
        );
        let request = self.client.put(path).bearer_auth(&self.token);
        let answer = request
            .json(&json!({ "connections": connections }))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn change(&self, provider: i64, fields: Value) {
        let path = format!("{}/api/providers/{provider}", self.base);
        let request = self.client.patch(path).bearer_auth(&self.token);
        let answer = request.json(&fields).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// Syncs to the end; the id of the run.
    pub async fn sync(&self, provider: i64) -> i64 {
        let job = self
            .post(&format!("/api/providers/{provider}/sync"), json!({}))
            .await;
        self.ended(&job).await;
        let runs = self.get(&format!("/api/providers/{provider}/syncs")).await;
        runs["items"][0]["id"].as_i64().unwrap()
    }

    /// Has every stream checked.
    pub async fn check(&self) {
        let job = self.post("/api/health/check", json!({})).await;
        self.ended(&job).await;
    }

    pub async fn write_library(&self) {
        let job = self.post("/api/vod/generate-strm", json!({})).await;
        self.ended(&job).await;
    }

    async fn ended(&self, job: &Value) {
        let path = format!("/api/jobs/{}", job["job_id"]);
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let state = self.get(&path).await["state"].clone();
            if state != "queued" && state != "running" {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{path} does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A playlist of live channels.
pub fn list(names: &[&str]) -> String {
    let entry = |(at, name): (usize, &&str)| {
        format!("#EXTINF:-1 group-title=\"News\",{name}\nhttp://tv.example/live/{at}.ts\n")
    };
    let entries: String = names.iter().enumerate().map(entry).collect();
    format!("#EXTM3U\n{entries}")
}

/// Types where the focus is.
pub async fn type_text(browser: &Browser, text: &str) {
    let active = browser.client.active_element().await.unwrap();
    active.send_keys(text).await.unwrap();
}

/// Presses Tab until the focus is on what matches `css`.
pub async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..60 {
        browser.press(Key::Tab).await;
        let there = format!("return Boolean(document.activeElement?.matches({}))", json!(css));
        if browser.run(&there).await == json!(true) {
            return;
        }
    }
    unreachable!("no way by the Tab key to {css}");
}
