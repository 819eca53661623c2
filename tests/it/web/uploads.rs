//! Playlists that somebody uploads, for a provider and for the one-shot tool.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use m3u_strm_processor::support::ids::{JobId, ProviderId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::played::Played;
use crate::on_both_engines;
use crate::support::acts;

const NEW: &[(&str, &str)] = &[
    ("name", "Attic"),
    ("type", "m3u"),
    ("source", "upload"),
    ("priority", "50"),
    ("enabled", "true"),
];

fn list(names: &[&str]) -> Vec<u8> {
    let entries = names.iter().enumerate().map(|(at, name)| {
        format!("#EXTINF:-1 group-title=\"News\",{name}\nhttp://tv.example/live/ann/s3cret/{at}.ts\n")
    });
    format!("#EXTM3U\n{}", entries.collect::<String>()).into_bytes()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Played {
    async fn sent(&self, path: &str, form: &[(&str, &str)], file: &[u8]) -> reqwest::Response {
        let to = (Method::POST, path);
        self.app.upload(&self.token, to, form, ("list.m3u", file)).await
    }

    /// Makes a provider of a file on the page; it is the one that is synced from now on.
    async fn uploaded(&mut self, file: &[u8]) -> String {
        let made = self.sent("/providers", NEW, file).await;
        assert_eq!(
            made.status(),
            StatusCode::SEE_OTHER,
            "{}",
            made.text().await.unwrap()
        );
        let path = made.headers()["location"].to_str().unwrap().to_owned();
        self.provider = ProviderId(path.rsplit('/').next().unwrap().parse().unwrap());
        path
    }

    async fn channels(&self) -> Vec<String> {
        let shown = self.app.json(&self.token, "/api/channels?sort=name", 200).await;
        let items = shown["items"].as_array().unwrap().iter();
        items
            .map(|channel| channel["name"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.app.ctx.db.one(sql, Vec::new()).await.unwrap();
        count
    }

    async fn kept_files(&self) -> i64 {
        self.count("select count(*) from provider_uploads").await
    }
}

on_both_engines! {
    async fn a_file_makes_a_provider_and_a_sync_reads_it(played: Played) {
        let mut played = played;
        for file in [list(&["Alpha", "Beta"]), packed(&list(&["Alpha", "Beta"])), packed(&packed(&list(&["Alpha", "Beta"])))] {
            let path = played.uploaded(&file).await;
            let page = played.app.page(&played.token, &path, 200).await;
            assert!(page.contains("a file of 2 entries") && page.contains("Sync now") && !page.contains("id=\"hosts\""), "{page}");
            let job = played.sync().await;
            assert_eq!(job.result.as_ref().unwrap()["outcome"], "applied", "{job:?}");
            assert_eq!(played.channels().await, ["Alpha", "Beta"]);
            let tested = played.app.post_fragment(&played.token, &format!("{path}/tests"), &[]).await;
            assert!(tested.text().await.unwrap().contains("The file is a playlist of 2 entries."));
            let removed = played.app.post(&played.token, &format!("{path}/removal"), &[]).await;
            assert_eq!(removed.status(), StatusCode::SEE_OTHER);
            played.last_job().await;
            assert_eq!(played.kept_files().await, 0, "a file goes with its provider");
            assert_eq!(played.count("select count(*) from provider_upload_chunks").await, 0);
        }
    }

    async fn a_new_file_takes_the_place_of_the_old_one_once_it_is_known_to_be_a_playlist(played: Played) {
        let mut played = played;
        let path = played.uploaded(&list(&["Alpha", "Beta"])).await;
        played.sync().await;
        for (file, why) in [
            (b"<!doctype html><p>Sign in".to_vec(), "web page, not a playlist"),
            (b"".to_vec(), "The file is empty."),
            (b"#EXTM3U\n".to_vec(), "holds no #EXTINF line"),
            (b"#EXTM3U\n#EXTINF:-1,Alpha\nhttp://tv.example/1.ts\n#EXTINF:-1,Be".to_vec(), "The file was cut"),
            (b"#EXTM3U\n#EXTINF:-1,Alpha\nnowhere\n".to_vec(), "nothing usable"),
            (packed(&list(&["Alpha"]))[..20].to_vec(), "The file is damaged"),
            (vec![0u8; 5_000], "The file is no text"),
        ] {
            let refused = played.sent(&path, NEW, &file).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            let page = refused.text().await.unwrap();
            assert!(page.contains(why) && page.contains("field-invalid"), "{why}: {page}");
        }
        assert_eq!(played.kept_files().await, 1);
        played.sync().await;
        assert_eq!(played.channels().await, ["Alpha", "Beta"]);
        // Without a file the one that is there stays.
        let saved = played.sent(&path, &[("name", "Loft"), ("type", "m3u"), ("source", "upload"), ("enabled", "true")], b"").await;
        assert_eq!(saved.status(), StatusCode::UNPROCESSABLE_ENTITY, "a file that was chosen and is empty is refused");
        let saved = played.app.post(&played.token, &path, &[("name", "Loft"), ("type", "m3u"), ("source", "upload"), ("enabled", "true")]).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        assert_eq!(played.kept_files().await, 1);
        let saved = played.sent(&path, NEW, &list(&["Alpha", "Beta", "Gamma"])).await;
        assert_eq!(saved.status(), StatusCode::SEE_OTHER);
        assert_eq!(played.kept_files().await, 1);
        played.sync().await;
        assert_eq!(played.channels().await, ["Alpha", "Beta", "Gamma"]);
        assert!(acts(&played.app.ctx).await.iter().any(|act| act.starts_with("provider.changed")));
        let edit = played.app.page(&played.token, &format!("{path}/edit"), 200).await;
        assert!(edit.contains("The present one has 3 entries") && edit.contains("enctype=\"multipart/form-data\""), "{edit}");
    }

    async fn a_file_that_was_chosen_before_its_field_was_hidden_is_not_taken(played: Played) {
        let app = &played.app;
        for (name, kind, source, field, value) in [
            ("Attic", "m3u", "address", "m3u_url", "http://tv.example/list.m3u"),
            ("Panel", "xstream", "upload", "xstream_host", "http://tv.example:8080"),
        ] {
            let account = [("xstream_username", "ann"), ("xstream_password", "s3cret")];
            let form = [&[("name", name), ("type", kind), ("source", source), ("enabled", "true"), (field, value)], &account[..]].concat();
            let made = played.sent("/providers", &form, b"<html>").await;
            assert_eq!(made.status(), StatusCode::SEE_OTHER, "{name}: {}", made.text().await.unwrap());
            let path = made.headers()["location"].to_str().unwrap().to_owned();
            let saved = played.sent(&path, &form, &list(&["Alpha"])).await;
            assert_eq!(saved.status(), StatusCode::SEE_OTHER, "{name}");
            let tested = played.sent("/providers/tests", &form, b"<html>").await.text().await.unwrap();
            assert!(!tested.contains("not a playlist") && !tested.contains("Choose the file again"), "{tested}");
        }
        assert_eq!(played.kept_files().await, 0);
        let refused = played.sent("/providers", &[("name", ""), ("type", "m3u"), ("source", "address")], &list(&["Alpha"])).await;
        assert!(!refused.text().await.unwrap().contains("Choose the file again"));
        assert_eq!(app.json(&played.token, "/api/providers", 200).await["total"], 3);
    }

    async fn a_file_that_loses_too_much_is_held_like_any_list(played: Played) {
        let mut played = played;
        let names: Vec<String> = (0..10).map(|number| format!("Station {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let path = played.uploaded(&list(&names)).await;
        played.sync().await;
        played.sent(&path, NEW, &list(&names[..4])).await;
        let job = played.sync().await;
        assert_eq!(job.result.unwrap()["outcome"], "held");
    }

    async fn programs_send_a_file_beside_the_fields(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let fields = [("name", "Attic"), ("type", "m3u"), ("priority", "60"), ("exclude_groups", "VOD"), ("exclude_groups", "Adult")];
        let made = app.upload(token, (Method::POST, "/api/providers"), &fields, ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        let made: Value = made.json().await.unwrap();
        assert_eq!((&made["m3u_file"]["entries"], &made["priority"], &made["m3u_url"]), (&json!(1), &json!(60), &json!("")));
        assert_eq!(made["exclude_groups"], json!(["VOD", "Adult"]));
        assert!(made["m3u_file"]["uploaded_at"].is_string());
        let path = format!("/api/providers/{}", made["id"]);
        let patched = app.upload(token, (Method::PATCH, &path), &[], ("list.m3u", &list(&["Alpha", "Beta"]))).await;
        assert_eq!((patched.status(), patched.json::<Value>().await.unwrap()["m3u_file"]["entries"].clone()), (StatusCode::OK, json!(2)));
        let same: Value = app.send(token, Method::PATCH, &path, &json!({ "name": "Loft", "m3u_url": "" })).await.json().await.unwrap();
        assert_eq!(same["m3u_file"]["entries"], 2, "it stays as long as nothing takes its place");
        let none = app.send(token, Method::PATCH, &path, &json!({ "m3u_file": null })).await;
        assert_eq!(none.status(), 422, "an m3u provider needs one");
        let both = app.upload(token, (Method::PATCH, &path), &[("m3u_url", "http://tv.example/")], ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(both.status(), 422);
        assert!(both.json::<Value>().await.unwrap()["error"]["fields"]["m3u_file"].is_array());
        let page = app.upload(token, (Method::PATCH, &path), &[], ("list.m3u", b"<html>")).await;
        assert_eq!(page.status(), 422);
        assert!(page.json::<Value>().await.unwrap()["error"]["fields"]["m3u_file"].is_array());
        assert_eq!(played.kept_files().await, 1, "what was refused leaves nothing");
        let tested: Value = app.api(token, Method::POST, &format!("{path}/test")).await.json().await.unwrap();
        assert_eq!((&tested["ok"], &tested["hosts"]), (&json!(true), &json!([])));
        let moved: Value = app.send(token, Method::PATCH, &path, &json!({ "m3u_url": "http://tv.example/list.m3u" })).await.json().await.unwrap();
        assert_eq!((&moved["m3u_file"], &moved["m3u_url"]), (&Value::Null, &json!("http://tv.example/list.m3u")));
        assert_eq!(played.kept_files().await, 0);
        let taken = app.upload(token, (Method::POST, "/api/providers"), &fields, ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(taken.status(), StatusCode::CREATED, "the other one is called Loft");
        let taken = app.upload(token, (Method::POST, "/api/providers"), &fields, ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(taken.status(), StatusCode::CONFLICT);
        assert_eq!(played.kept_files().await, 1);
        let missing = app.upload(token, (Method::PATCH, "/api/providers/99"), &[], ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(missing.status(), 404);
    }

    async fn a_file_is_unreadable_in_the_database_and_nowhere_else(played: Played) {
        let mut played = played;
        let folder = played.app.data.path().to_owned();
        let files = || {
            let found = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
            found.collect::<std::collections::BTreeSet<_>>()
        };
        let before = files();
        played.uploaded(&list(&["Alpha"])).await;
        let rows: Vec<(Vec<u8>,)> = played.app.ctx.db.all("select sealed from provider_upload_chunks", Vec::new()).await.unwrap();
        assert!(rows.len() == 1 && !rows[0].0.windows(6).any(|part| part == b"s3cret"));
        assert!(!rows[0].0.starts_with(&[0x1f, 0x8b]), "gzip alone hides nothing");
        assert_eq!(files(), before);
    }

    async fn a_file_that_vanished_is_said_and_changes_nothing(played: Played) {
        let mut played = played;
        played.uploaded(&list(&["Alpha"])).await;
        played.sync().await;
        played.app.ctx.db.execute("delete from provider_upload_chunks", Vec::new()).await.unwrap();
        let job = played.sync().await;
        let error = job.error.unwrap();
        assert_eq!(error.code, "file");
        assert!(error.message.contains("replaced or removed meanwhile"), "{}", error.message);
        assert_eq!(played.channels().await, ["Alpha"]);
    }

    async fn the_one_shot_tool_takes_a_file_and_forgets_it(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let to = || (Method::POST, "/api/strm/process-m3u");
        let fields = [("output_path", "from/file"), ("organize_by_category", "true"), ("fuzzy_match_threshold", "0.9")];
        let queued = app.upload(token, to(), &fields, ("list.m3u", &packed(&list(&["Alpha", "Beta"])))).await;
        assert_eq!(queued.status(), StatusCode::ACCEPTED);
        let job = queued.json::<Value>().await.unwrap()["job_id"].as_i64().unwrap();
        let job = played.ended(JobId(job)).await;
        assert_eq!(job.result.as_ref().unwrap()["channels_created"], 2, "{job:?}");
        assert!(app.data.path().join("output/from/file/News/Alpha.strm").is_file());
        assert_eq!(played.kept_files().await, 0);
        for (fields, file, field) in [
            (vec![("output_path", "one"), ("m3u_url", "http://tv.example/")], list(&["Alpha"]), "m3u_file"),
            (vec![("output_path", "one")], b"<html>".to_vec(), "m3u_file"),
            (vec![("output_path", "/etc")], list(&["Alpha"]), "output_path"),
        ] {
            let refused = app.upload(token, to(), &fields, ("list.m3u", &file)).await;
            assert_eq!(refused.status(), 422);
            let refused: Value = refused.json().await.unwrap();
            assert!(refused["error"]["fields"][field].is_array(), "{refused}");
        }
        let wrong = app.upload(token, to(), &[("output_path", "one"), ("merge_duplicates", "perhaps")], ("list.m3u", &list(&["Alpha"]))).await;
        assert_eq!(wrong.status(), 422);
        assert_eq!(played.kept_files().await, 0);
    }
}

#[tokio::test]
async fn a_file_larger_than_the_setting_is_told_with_the_form_and_as_413() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let setting = app
        .send(
            token,
            Method::PUT,
            "/api/settings/playlist_max_mib",
            &json!({ "value": 1 }),
        )
        .await;
    assert_eq!(setting.status(), 200);
    let names: Vec<String> = (0..20_000)
        .map(|number| format!("Station number {number}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let large = list(&names);
    assert!(large.len() > 1024 * 1024 && large.len() < 2 * 1024 * 1024);
    let refused = played.sent("/providers", NEW, &large).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("The file is larger than 1 MiB") && page.contains("value=\"Attic\""),
        "{page}"
    );
    let to = || (Method::POST, "/api/providers");
    let fields = [("name", "Attic"), ("type", "m3u")];
    for file in [large.clone(), packed(&large)] {
        let refused = app.upload(token, to(), &fields, ("list.m3u", &file)).await;
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["error"]["code"], "too_large");
        assert!(refused["error"]["fields"]["m3u_file"].is_array(), "{refused}");
    }
    let long = "x".repeat(1024 * 1024 + 1);
    let refused = app
        .upload(token, to(), &[("name", &long)], ("list.m3u", b"#EXTM3U"))
        .await;
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(played.kept_files().await, 0);
}

#[tokio::test]
async fn nobody_but_administrators_sends_files_and_what_is_no_form_is_refused() {
    let played = Played::start().await;
    let app = &played.app;
    let viewer = app.viewer_token("guest").await;
    for path in ["/api/providers", "/api/strm/process-m3u", "/providers"] {
        let to = (Method::POST, path);
        let refused = app
            .upload(&viewer, to, NEW, ("list.m3u", &list(&["Alpha"])))
            .await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let refused = played.sent("/providers/tests", NEW, b"<html>").await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("web page, not a playlist"));
    let tested = played.sent("/providers/tests", NEW, &list(&["Alpha"])).await;
    let tested = tested.text().await.unwrap();
    assert!(
        tested.contains("The file is a playlist of 1 entry.") && tested.contains("Choose the file again"),
        "{tested}"
    );
    let nothing = app.post(&played.token, "/providers", NEW).await;
    assert_eq!(nothing.status(), 422);
    assert!(
        nothing
            .text()
            .await
            .unwrap()
            .contains("Choose the file of the playlist.")
    );
    let broken = app
        .client
        .post(app.url("/api/providers"))
        .bearer_auth(&played.token)
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body("--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAtt");
    let broken = broken.send().await.unwrap();
    assert_eq!(broken.status(), 422);
}
