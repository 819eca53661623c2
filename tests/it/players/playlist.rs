use std::io::Read;
use std::time::{Duration, SystemTime};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::outputs::playlist::Drafts;
use m3u_strm_processor::simulator::Resource;
use reqwest::Response;
use reqwest::header::{ETAG, IF_NONE_MATCH};

use super::world::{World, soon};
use crate::catalogue::pictures::png;
use crate::on_both_engines;
use crate::support::OnEngine;

async fn get(world: &World, query: &str) -> Response {
    let url = world
        .app
        .url(&format!("/playlist.m3u?token={}{query}", world.token));
    soon(world.app.client.get(url).send()).await.unwrap()
}

async fn links(world: &World, query: &str) -> Vec<String> {
    let answer = get(world, query).await;
    assert_eq!(answer.status(), 200, "{query}");
    let text = soon(answer.text()).await.unwrap();
    world.assert_hidden(&text);
    assert!(text.starts_with("#EXTM3U url-tvg=\""), "{text}");
    let start = world.app.url(&format!("/stream/{}/", world.token));
    let path = |line: &str| {
        line.strip_prefix(&start)
            .unwrap_or_else(|| unreachable!("{line}"))
            .to_owned()
    };
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(path)
        .collect()
}

/// The values of an attribute, wherever it stands.
fn attributes(text: &str, name: &str) -> Vec<String> {
    let start = format!("{name}=\"");
    let values = text.split(&start).skip(1);
    values
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    if flate2::read::GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .is_err()
    {
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    text
}

fn entries(world: &World) -> Vec<String> {
    let named = |group: &str, name: &str, path: &str| {
        let entry = world.entry(name, path);
        entry.replace("-1,", &format!("-1 group-title=\"{group}\","))
    };
    vec![
        named("News", "One 1080p", "/one.ts"),
        named("News", "One 480p", "/one-sd.ts"),
        named("Sport", "Two", "/two.ts"),
        named("Films", "Heat (1995)", "/heat.mkv"),
    ]
}

async fn listed(world: &World) -> [String; 2] {
    world.lists(&entries(world)).await;
    [world.channel("One").await, world.channel("Two").await]
}

on_both_engines! {
    async fn a_channel_that_is_switched_off_leaves_playlist_guide_and_relay_and_keeps_its_number(world: World) {
        let [one, two] = listed(&world).await;
        let id: i64 = one.trim_start_matches("channel/").parse().unwrap();
        let path = format!("/api/channels/{id}");
        let number = world.app.json(&world.admin, &path, 200).await["number"].clone();
        let switch = async |enabled: bool| {
            let body = serde_json::json!({ "enabled": enabled });
            assert_eq!(world.app.send(&world.admin, reqwest::Method::PATCH, &path, &body).await.status(), 200);
        };
        let guide = async || {
            let url = world.app.url(&format!("/xmltv.xml?token={}", world.token));
            soon(world.app.client.get(url).send()).await.unwrap().text().await.unwrap().matches("<channel ").count()
        };
        assert_eq!(guide().await, 2);
        switch(false).await;
        assert_eq!(links(&world, "").await, std::slice::from_ref(&two));
        assert_eq!(guide().await, 1);
        assert_eq!(soon(world.ask(&one).send()).await.unwrap().status(), 404);
        assert_eq!(world.app.json(&world.admin, &path, 200).await["number"], number);
        switch(true).await;
        assert_eq!(links(&world, "").await, [one.clone(), two]);
    }

    async fn logos_come_from_the_cache_with_the_players_own_links(world: World) {
        let logo_of_one = world.simulator.url("/logo.png?v=1");
        world.simulator.put("/logo.png", Resource::bytes(png(3)));
        world.lists(&[
            world.entry("One", "/one.ts").replace("-1,", &format!("-1 tvg-logo=\"{logo_of_one}\",")),
            world.entry("Two", "/two.ts"),
        ])
        .await;
        let one = world.channel("One").await.replace("channel/", "logo/");
        let start = world.app.url(&format!("/stream/{}/{one}/", world.token));
        let text = get(&world, "").await.text().await.unwrap();
        world.assert_hidden(&text);
        let logo = attributes(&text, "tvg-logo");
        assert_eq!(logo.len(), 1, "a channel without a logo names none: {text}");
        assert!(logo[0].starts_with(&start) && logo[0].ends_with(".jpg"), "{logo:?}");
        for path in ["xmltv.xml", "xmltv.xml.gz"] {
            let url = world.app.url(&format!("/{path}?token={}", world.token));
            let bytes = soon(world.app.client.get(url).send()).await.unwrap().bytes().await.unwrap();
            assert_eq!(attributes(&unpacked(&bytes), "icon src"), logo, "{path}");
        }
        let ask = |url: &str| world.app.client.get(url.to_owned()).send();
        let answer = soon(ask(&logo[0])).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "image/jpeg"));
        let (tag, bytes) = (answer.headers()[ETAG].clone(), answer.bytes().await.unwrap());
        assert!(image::load_from_memory(&bytes).is_ok());
        let known = world.app.client.get(&logo[0]).header(IF_NONE_MATCH, &tag).send();
        assert_eq!(soon(known).await.unwrap().status(), 304);
        let head = soon(world.app.client.head(&logo[0]).send()).await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(world.simulator.count("/logo.png"), 1, "fetched once");
        let two = world.channel("Two").await.replace("channel/", "logo/");
        for (status, path) in [(401, format!("/stream/x/{one}/a.jpg")), (404, format!("/stream/{}/{two}/a.jpg", world.token))] {
            assert_eq!(soon(ask(&world.app.url(&path))).await.unwrap().status().as_u16(), status, "{path}");
        }
    }

    async fn a_playlist_lists_the_wished_channels_with_links_of_ones_own(world: World) {
        let [one, two] = listed(&world).await;
        assert_eq!(links(&world, "").await, [one.clone(), two.clone()]);
        assert_eq!(links(&world, "&category=Sport").await, std::slice::from_ref(&two));
        assert_eq!(links(&world, "&quality=sd").await, [format!("{one}/sd"), format!("{two}/sd")]);
        let value = serde_json::json!({ "value": "sd" });
        let path = "/api/settings/playlist_prefer_quality";
        assert_eq!(world.app.send(&world.admin, reqwest::Method::PUT, path, &value).await.status(), 200);
        assert_eq!(links(&world, "").await, [format!("{one}/sd"), format!("{two}/sd")]);
        assert_eq!(links(&world, "&quality=best").await, [one.clone(), two.clone()]);
        assert_eq!(world.app.send(&world.admin, reqwest::Method::DELETE, path, &value).await.status(), 204);
        assert_eq!(links(&world, "&quality=all").await, [format!("{one}/1080p"), format!("{one}/480p"), two]);
        assert_eq!(get(&world, "&category=Nothing").await.status(), 404);
        assert_eq!(get(&world, "&quality=uhd").await.status(), 422);
        assert_eq!(get(&world, "x").await.status(), 401);
        for link in links(&world, "&quality=all").await {
            let url = world.app.url(&format!("/stream/{}/{link}", world.token));
            assert_eq!(soon(world.app.client.head(url).send()).await.unwrap().status(), 200, "{link}");
        }
    }
}

#[tokio::test]
async fn what_a_player_has_is_not_sent_again_until_it_changes() {
    let world = World::on(Engine::Sqlite).await;
    listed(&world).await;
    let tag = get(&world, "").await.headers()[ETAG].clone();
    assert_ne!(get(&world, "&quality=hd").await.headers()[ETAG], tag);
    let again = |token: String| {
        let url = world.app.url(&format!("/playlist.m3u?token={token}"));
        world.app.client.get(url).header(IF_NONE_MATCH, &tag).send()
    };
    assert_eq!(soon(again(world.token.clone())).await.unwrap().status(), 304);
    let (_, other) = world.credential("Living room").await;
    assert_eq!(soon(again(other)).await.unwrap().status(), 200);
    let mut more = entries(&world);
    more.push(world.entry("Three", "/three.ts"));
    world.lists(&more).await;
    let changed = soon(again(world.token.clone())).await.unwrap();
    assert_eq!(changed.status(), 200);
    assert_ne!(changed.headers()[ETAG], tag);
}

#[tokio::test]
async fn a_draft_that_somebody_removed_is_made_again() {
    let world = World::on(Engine::Sqlite).await;
    let channels = listed(&world).await;
    assert_eq!(links(&world, "").await, channels);
    let cache = world.app.data.path().join("cache");
    for entry in std::fs::read_dir(cache).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(links(&world, "").await, channels);
}

#[test]
fn drafts_that_an_earlier_run_left_are_removed_and_those_of_another_node_stay() {
    let folder = tempfile::tempdir().unwrap();
    let [old, young] = ["old-0.draft", "young-0.draft"].map(|name| folder.path().join(name));
    for path in [&old, &young] {
        std::fs::write(path, "x").unwrap();
    }
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 86_400);
    let file = std::fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(long_ago).unwrap();
    Drafts::in_folder(folder.path(), "own").unwrap();
    assert!(!old.exists() && young.exists());
}

#[tokio::test]
async fn the_guide_names_the_channels_of_the_playlist() {
    let world = World::on(Engine::Sqlite).await;
    listed(&world).await;
    let url = world.app.url(&format!("/xmltv.xml?token={}", world.token));
    let text = soon(soon(world.app.client.get(url).send()).await.unwrap().text())
        .await
        .unwrap();
    world.assert_hidden(&text);
    assert_eq!(text.matches("<channel ").count(), 2, "{text}");
}
