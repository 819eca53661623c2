//! The demo as somebody sees it who has nothing but the program.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::players::world::soon;
use crate::support::program::program;

/// A running demo; where it keeps its folder, and what it said.
struct Demo {
    child: Child,
    _out: BufReader<ChildStdout>,
    temporary: TempDir,
    url: String,
    password: String,
}

impl Demo {
    fn start() -> Self {
        let temporary = TempDir::new().unwrap();
        // Nothing of what is configured for the server may count.
        let mut child = program(&temporary.path().join("data"))
            .arg("demo")
            .env("TMPDIR", temporary.path())
            .env("STRM_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Ctrl+C") {
            assert!(out.read_line(&mut said).unwrap() > 0, "{said}");
        }
        let after = |word: &str| {
            let (_, rest) = said.split_once(word).unwrap();
            rest.split_whitespace().next().unwrap().to_owned()
        };
        Self {
            url: after("The demo is at "),
            password: after("password "),
            child,
            _out: out,
            temporary,
        }
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(self.temporary.path()).unwrap().next().is_none()
    }

    /// The folders of a part of the library.
    fn library(&self, part: &str) -> Vec<std::ffi::OsString> {
        let mut folders = std::fs::read_dir(self.temporary.path()).unwrap();
        let folder = folders.next().unwrap().unwrap().path();
        let part = std::fs::read_dir(folder.join("output").join(part)).unwrap();
        part.map(|entry| entry.unwrap().file_name()).collect()
    }

    fn end(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already gone where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_demo_looks_lived_in_and_leaves_nothing_behind() {
    let mut demo = tokio::task::spawn_blocking(Demo::start).await.unwrap();
    assert!(!demo.is_empty());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    let login = json!({ "username": "admin", "password": demo.password });
    let request = client.post(format!("{}/api/auth/login", demo.url)).json(&login);
    let signed_in: Value = request.send().await.unwrap().json().await.unwrap();
    let token = signed_in["token"].as_str().unwrap();
    let total = async |path: &str| {
        let request = client.get(format!("{}{path}", demo.url)).bearer_auth(token);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["total"]
            .as_i64()
            .unwrap_or_else(|| unreachable!("{path}: {answer}"))
    };
    let ask = async |path: &str| {
        let request = client.get(format!("{}{path}", demo.url)).bearer_auth(token);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let providers = ask("/api/providers").await;
    let providers = providers["items"].as_array().unwrap();
    assert_eq!(providers.len(), 2);
    for provider in providers {
        assert_eq!(provider["type"], "xstream");
        assert!(provider["expires_at"].is_string(), "{provider}");
    }
    let counted = ask("/api/vod/stats").await;
    assert!(counted["total_episodes"].as_i64().unwrap() > 30, "{counted}");
    let channels = total("/api/channels").await;
    assert!((40..60).contains(&channels), "{channels}: merged across both");
    assert!(total("/api/vod/movies").await > 40);
    assert!(total("/api/vod/series").await > 8);
    assert!(total("/api/favorites").await > 5);
    assert!(total("/api/analytics/history").await > 15);
    let watched = async {
        loop {
            let live = ask("/api/live/plays").await;
            if live["viewers"] == 3 {
                return live;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let live = soon(watched).await;
    assert_eq!(live["streams"], 2, "two share one: {live}");
    let playlist = client.get(format!("{}/api/auth/me", demo.url)).bearer_auth(token);
    let me: Value = playlist.send().await.unwrap().json().await.unwrap();
    let (_, output) = me["playlist_url"].as_str().unwrap().split_once("token=").unwrap();
    let channel = client
        .get(format!("{}/api/channels?limit=1", demo.url))
        .bearer_auth(token);
    let channel: Value = channel.send().await.unwrap().json().await.unwrap();
    let id = &channel["items"][0]["id"];
    let mut stream = client
        .get(format!("{}/stream/{output}/channel/{id}", demo.url))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.chunk().await.unwrap().unwrap()[0], 0x47, "it plays");
    drop(stream);
    let shows = demo.library("TV Shows");
    assert!(shows.len() >= 8, "{shows:?}");
    let ended = tokio::task::spawn_blocking(move || {
        let code = demo.end();
        (code, demo.is_empty())
    });
    assert_eq!(ended.await.unwrap(), (Some(0), true));
}
