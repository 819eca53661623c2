//! Playlists on the machine itself, below the folder that its operator allows.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::jobs::Job;
use m3u_strm_processor::support::ids::ProviderId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::on_both_engines;
use crate::support::{ACTOR, OnEngine, TestApp};

const LIST: &str =
    "#EXTM3U\n#EXTINF:-1,Alpha\nhttp://tv.example/1.ts\n#EXTINF:-1,Beta\nhttp://tv.example/2.ts\n";

struct House {
    app: TestApp,
    token: String,
    folder: TempDir,
}

impl OnEngine for House {
    async fn on(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("import/tv")).unwrap();
        fs::write(folder.path().join("import/tv/list.m3u"), LIST).unwrap();
        fs::write(folder.path().join("secret.m3u"), LIST).unwrap();
        let import = folder.path().join("import");
        let app = TestApp::with(engine, &[("import_dir", import.to_str().unwrap())]).await;
        Self {
            token: app.admin_token().await,
            app,
            folder,
        }
    }
}

impl House {
    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("import").join(path)
    }

    async fn make(&self, path: &str) -> (StatusCode, Value) {
        let sent = json!({ "name": "Attic", "type": "m3u", "m3u_path": path });
        let made = self
            .app
            .send(&self.token, Method::POST, "/api/providers", &sent)
            .await;
        (made.status(), made.json().await.unwrap())
    }

    async fn sync(&self, id: i64) -> Job {
        let started = sync::start(&self.app.ctx, ProviderId(id), &ACTOR, false)
            .await
            .unwrap();
        let (Started::New(job) | Started::Running(job)) = started;
        let ended = self.app.ctx.jobs.follow(job, |_| {});
        let job = tokio::time::timeout(Duration::from_secs(30), ended)
            .await
            .unwrap()
            .unwrap();
        self.app.get("/health/live").await;
        job
    }
}

on_both_engines! {
    async fn a_file_of_the_machine_is_read_at_each_sync(house: House) {
        let (status, made) = house.make("tv/list.m3u").await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        assert_eq!((&made["m3u_path"], &made["m3u_url"], &made["m3u_file"]), (&json!("tv/list.m3u"), &json!(""), &Value::Null));
        let id = made["id"].as_i64().unwrap();
        let page = house.app.page(&house.token, &format!("/providers/{id}"), 200).await;
        assert!(page.contains("tv/list.m3u") && page.contains("Look at the file"), "{page}");
        let job = house.sync(id).await;
        assert_eq!(job.result.unwrap()["counts"]["added"], 2);
        fs::write(house.at("tv/list.m3u"), format!("{LIST}#EXTINF:-1,Gamma\nhttp://tv.example/3.ts\n")).unwrap();
        let job = house.sync(id).await;
        assert_eq!(job.result.unwrap()["counts"]["added"], 1);
        let tested: Value = house.app.api(&house.token, Method::POST, &format!("/api/providers/{id}/test")).await.json().await.unwrap();
        assert_eq!((&tested["ok"], &tested["message"]), (&json!(true), &json!("The file is a playlist of 3 entries.")));
    }

    async fn what_became_of_the_file_is_said_and_changes_nothing(house: House) {
        let id = house.make("tv/list.m3u").await.1["id"].as_i64().unwrap();
        house.sync(id).await;
        for (text, code, words) in [
            (Some("<!doctype html><p>Sign in"), "not_a_playlist", "web page"),
            (Some("#EXTM3U\n#EXTINF:-1,Alpha\nhttp://tv.example/1.ts\n#EXTINF:-1,Be"), "truncated", "cut"),
            (Some(""), "empty", "empty"),
            (None, "file", "there is no such file"),
        ] {
            match text {
                Some(text) => fs::write(house.at("tv/list.m3u"), text).unwrap(),
                None => fs::remove_file(house.at("tv/list.m3u")).unwrap(),
            }
            let error = house.sync(id).await.error.unwrap();
            assert_eq!(error.code, code, "{}", error.message);
            assert!(error.message.contains(words), "{}", error.message);
            let tested: Value = house.app.api(&house.token, Method::POST, &format!("/api/providers/{id}/test")).await.json().await.unwrap();
            assert_eq!(tested["ok"], false, "{tested}");
        }
        let channels = house.app.json(&house.token, "/api/channels", 200).await;
        assert_eq!(channels["total"], 2);
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_read_and_nothing_that_is_no_file() {
    let house = House::on(Engine::Sqlite).await;
    let outside = house.folder.path().join("secret.m3u");
    let link = |to: &std::path::Path, name: &str| std::os::unix::fs::symlink(to, house.at(name)).unwrap();
    link(&outside, "out.m3u");
    link(house.folder.path(), "up");
    link(&house.at("tv/list.m3u"), "within.m3u");
    link(std::path::Path::new("/dev/zero"), "zero.m3u");
    let made = std::process::Command::new("mkfifo")
        .arg(house.at("pipe.m3u"))
        .status()
        .unwrap();
    assert!(made.success());
    for (path, words) in [
        ("../secret.m3u", "without .."),
        (outside.to_str().unwrap(), "not from the root"),
        ("tv/../../secret.m3u", "without .."),
        ("out.m3u", "leads out of the import folder"),
        ("up/secret.m3u", "leads out of the import folder"),
        ("zero.m3u", "leads out of the import folder"),
        ("pipe.m3u", "no plain file"),
        ("tv", "no plain file"),
        ("none.m3u", "no such file"),
        ("tv/list.m3u/more", "no such file"),
        ("a\u{0}b", "without .."),
    ] {
        let (status, refused) = house.make(path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let message = refused["error"]["fields"]["m3u_path"][0].as_str().unwrap();
        assert!(message.contains(words), "{path}: {message}");
    }
    let (status, _) = house.make("within.m3u").await;
    assert_eq!(status, StatusCode::CREATED, "a link may stay within");
    // What was a file when it was chosen may be something else later.
    let id = house.app.json(&house.token, "/api/providers", 200).await["items"][0]["id"]
        .as_i64()
        .unwrap();
    fs::remove_file(house.at("within.m3u")).unwrap();
    link(&outside, "within.m3u");
    let error = house.sync(id).await.error.unwrap();
    assert!(
        error.message.contains("leads out of the import folder"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn the_form_offers_paths_only_where_the_operator_allows_them() {
    let house = House::on(Engine::Sqlite).await;
    let form = [
        ("name", "Attic"),
        ("type", "m3u"),
        ("source", "path"),
        ("m3u_path", "tv/list.m3u"),
        ("enabled", "true"),
    ];
    let page = house.app.page(&house.token, "/providers/new", 200).await;
    assert!(page.contains("value=\"path\"") && page.contains("id=\"provider-m3u_path\""));
    let refused = house
        .app
        .post(
            &house.token,
            "/providers",
            &[form[0], form[1], form[2], ("m3u_path", ""), form[4]],
        )
        .await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("Give the path of the file.")
    );
    let tested = house
        .app
        .post_fragment(&house.token, "/providers/tests", &form)
        .await;
    assert!(
        tested
            .text()
            .await
            .unwrap()
            .contains("The file is a playlist of 2 entries.")
    );
    let made = house.app.post(&house.token, "/providers", &form).await;
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    let edit = format!("{}/edit", made.headers()["location"].to_str().unwrap());
    assert!(
        house
            .app
            .page(&house.token, &edit, 200)
            .await
            .contains("value=\"tv/list.m3u\"")
    );
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    let page = app.page(&token, "/providers/new", 200).await;
    assert!(!page.contains("value=\"path\"") && !page.contains("m3u_path"));
    let refused = app.post(&token, "/providers", &form).await;
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("STRM_IMPORT_DIR names no folder") && page.contains("id=\"provider-m3u_path\""),
        "{page}"
    );
}
