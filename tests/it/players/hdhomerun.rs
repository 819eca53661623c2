//! What players get of a device that they take for an HDHomeRun.

use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Cut, Fault, Hls, ts};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::world::{World, first_bytes, live, soon, until_end};
use crate::on_both_engines;
use crate::support::OnEngine;

const DEVICES: &str = "/api/hdhomerun/devices";
const ERROR: &str = "x-hdhomerun-error";

/// A device as the API answers it.
async fn device(world: &World, fields: Value) -> Value {
    let answer = world.app.send(&world.admin, Method::POST, DEVICES, &fields).await;
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

async fn get(world: &World, path: &str) -> Response {
    soon(world.app.client.get(world.app.url(path)).send())
        .await
        .unwrap()
}

async fn text(world: &World, path: &str) -> String {
    let answer = get(world, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    let text = soon(answer.text()).await.unwrap();
    world.assert_hidden(&text);
    assert!(!text.contains(&world.token), "{text}");
    text
}

async fn json_of(world: &World, path: &str) -> Value {
    serde_json::from_str(&text(world, path).await).unwrap()
}

/// The status and the error of what does not play.
async fn refusal(world: &World, path: &str) -> (u16, String) {
    let answer = get(world, path).await;
    let status = answer.status().as_u16();
    let error = answer
        .headers()
        .get(ERROR)
        .map(|value| value.to_str().unwrap().to_owned());
    let said = soon(answer.text()).await.unwrap();
    world.assert_hidden(&said);
    (
        status,
        error.unwrap_or_else(|| unreachable!("{path}: {status} {said}")),
    )
}

fn in_group(world: &World, group: &str, name: &str, path: &str) -> String {
    let entry = world.entry(name, path);
    entry.replace("-1,", &format!("-1 group-title=\"{group}\","))
}

/// Two channels of different categories that play.
async fn two_channels(world: &World) {
    for path in ["/one.ts", "/two.ts"] {
        world.simulator.put(path, live());
    }
    let entries = [
        in_group(world, "News", "One 1080p", "/one.ts"),
        in_group(world, "Sport", "Two", "/two.ts"),
    ];
    world.lists(&entries).await;
}

on_both_engines! {
    async fn a_player_finds_the_device_its_line_up_and_what_plays(world: World) {
        assert_eq!(get(&world, "/discover.json").await.status(), 404, "nothing answers by itself");
        two_channels(&world).await;
        let made = device(&world, json!({ "name": "Living <room>", "tuner_count": 3 })).await;
        let id = made["device_id"].as_str().unwrap();
        let path = made["path"].as_str().unwrap();
        assert_eq!(path, format!("/hdhr/{id}"));
        let base = world.app.url(path);
        for start in [path, &path.to_lowercase(), ""] {
            let found = json_of(&world, &format!("{start}/discover.json")).await;
            assert_eq!((&found["FriendlyName"], &found["DeviceID"], &found["TunerCount"]), (&json!("Living <room>"), &json!(id), &json!(3)));
            assert_eq!((&found["BaseURL"], &found["LineupURL"]), (&json!(base), &json!(format!("{base}/lineup.json"))));
            let lines = json_of(&world, &format!("{start}/lineup.json")).await;
            assert_eq!(lines, json!([
                { "GuideNumber": "1", "GuideName": "One", "HD": 1, "URL": format!("{base}/auto/v1") },
                { "GuideNumber": "2", "GuideName": "Two", "HD": 0, "URL": format!("{base}/auto/v2") },
            ]));
            assert!(text(&world, &format!("{start}/lineup.xml")).await.contains(&format!("<URL>{base}/auto/v2</URL>")));
            assert!(text(&world, &format!("{start}/lineup.m3u")).await.ends_with(&format!("2 Two\n{base}/auto/v2\n")));
            assert_eq!(json_of(&world, &format!("{start}/lineup_status.json")).await["ScanInProgress"], 0);
            for described in ["device.xml", "capability"] {
                let xml = text(&world, &format!("{start}/{described}")).await;
                assert!(xml.contains("<friendlyName>Living &lt;room&gt;</friendlyName>") && xml.contains(id), "{xml}");
            }
        }
        for start in [path.to_owned(), format!("{path}/")] {
            assert!(text(&world, &start).await.contains("<URLBase>"));
        }
        for (asked, status) in [("scan=start&source=Cable", 200), ("scan=abort", 200), ("scan=later", 400), ("", 400)] {
            let posted = world.app.client.post(world.app.url(&format!("/lineup.post?{asked}"))).send();
            assert_eq!(soon(posted).await.unwrap().status(), status, "{asked}");
        }
        for play in [format!("{path}/auto/v1"), "/auto/v2?transcode=heavy".to_owned(), format!("{path}/tuner2/v1")] {
            let head = soon(world.app.client.head(world.app.url(&play)).send()).await.unwrap();
            assert_eq!((head.status().as_u16(), &head.headers()[CONTENT_TYPE]), (200, &"video/mp2t".parse().unwrap()));
            let before = world.simulator.requests().len();
            let mut playing = get(&world, &play).await;
            assert_eq!((playing.status().as_u16(), &playing.headers()[CONTENT_TYPE]), (200, &"video/mp2t".parse().unwrap()), "{play}");
            assert_eq!(first_bytes(&mut playing, 20_000).await[0], 0x47);
            assert!(world.simulator.requests().len() <= before + 1, "HEAD asks no provider");
        }
        for nothing in ["/hdhr/101010AD/discover.json", "/hdhr/12345678/lineup.json", "/hdhr/x/auto/v1"] {
            assert_eq!(get(&world, nothing).await.status(), 404, "{nothing}");
        }
    }

    async fn no_more_watch_than_there_are_tuners(world: World) {
        two_channels(&world).await;
        let path = device(&world, json!({ "name": "Den", "tuner_count": 2 })).await["path"].clone();
        let path = path.as_str().unwrap();
        let mut first = get(&world, &format!("{path}/auto/v1")).await;
        first_bytes(&mut first, 1_000).await;
        assert_eq!(refusal(&world, &format!("{path}/tuner0/v2")).await, (503, "804 Tuner In Use".to_owned()));
        let mut second = get(&world, &format!("{path}/tuner1/v2")).await;
        first_bytes(&mut second, 1_000).await;
        assert_eq!(refusal(&world, "/auto/v1").await, (503, "805 All Tuners In Use".to_owned()));
        drop(first);
        let mut third = get(&world, "/auto/v2").await;
        assert_eq!(third.status(), 200);
        first_bytes(&mut third, 1_000).await;
        drop((second, third));
        world.until(|counters| counters.open == 0).await;
        world.until_lent(0).await;
        assert_eq!(refusal(&world, "/auto/v77").await, (404, "801 Unknown Channel".to_owned()));
        assert_eq!(refusal(&world, "/auto/vNews").await, (404, "801 Unknown Channel".to_owned()));
        assert_eq!(get(&world, "/tuner2/v1").await.status(), 404);
        world.simulator.fault("/one.ts", Fault::status(404));
        assert_eq!(refusal(&world, "/auto/v1").await, (503, "806 Tune Failed".to_owned()));
        let mut both = [get(&world, "/auto/v2").await, get(&world, "/auto/v2").await];
        for playing in &mut both {
            assert_eq!(playing.status(), 200, "what failed holds no tuner");
            first_bytes(playing, 1_000).await;
        }
    }

    async fn a_line_up_is_narrowed_and_its_numbers_stay(world: World) {
        two_channels(&world).await;
        let all = device(&world, json!({ "name": "All" })).await;
        let sport = device(&world, json!({ "name": "Sport", "categories": ["Sport"], "quality": "hd" })).await;
        assert_eq!((&all["channels"], &sport["channels"], &sport["is_first"]), (&json!(2), &json!(1), &json!(false)));
        let path = sport["path"].as_str().unwrap();
        let numbers = async |path: &str| -> Vec<(String, String)> {
            let lines = json_of(&world, &format!("{path}/lineup.json")).await;
            let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
            lines.as_array().unwrap().iter().map(|line| (text(line, "GuideNumber"), text(line, "GuideName"))).collect()
        };
        let two = ("2".to_owned(), "Two".to_owned());
        assert_eq!(numbers(path).await, std::slice::from_ref(&two));
        assert_eq!(refusal(&world, &format!("{path}/auto/v1")).await.0, 404);
        world.simulator.put("/new.ts", live());
        let entries = [
            in_group(&world, "Sport", "A new one", "/new.ts"),
            in_group(&world, "Sport", "Two", "/two.ts"),
            in_group(&world, "News", "One 1080p", "/one.ts"),
        ];
        world.lists(&entries).await;
        assert_eq!(numbers(path).await, [two, ("3".to_owned(), "A new one".to_owned())]);
        let mut playing = get(&world, &format!("{path}/auto/v3")).await;
        assert_eq!(playing.status(), 200);
        first_bytes(&mut playing, 1_000).await;
    }

    async fn whoever_revokes_the_credential_ends_what_the_device_plays(world: World) {
        two_channels(&world).await;
        let made = device(&world, json!({ "name": "Den" })).await;
        let mut playing = get(&world, "/auto/v1").await;
        first_bytes(&mut playing, 1_000).await;
        let listed = world.app.json(&world.admin, "/api/output-credentials?limit=100", 200).await;
        let own = listed["items"].as_array().unwrap().iter().find(|credential| credential["name"] == "HDHomeRun Den");
        let own = own.unwrap();
        assert!(own["last_used_at"].is_string(), "{own}");
        world.revoke(own["id"].as_i64().unwrap()).await;
        until_end(&mut playing).await;
        assert_eq!(refusal(&world, "/auto/v1").await, (503, "806 Tune Failed".to_owned()));
        let path = format!("{DEVICES}/{}", made["id"]);
        assert_eq!(world.app.json(&world.admin, &path, 200).await["has_access"], false);
        for _ in 0..2 {
            let restored = world.app.api(&world.admin, Method::POST, &format!("{path}/access")).await;
            assert_eq!(restored.json::<Value>().await.unwrap()["has_access"], true);
        }
        let mut playing = get(&world, "/auto/v1").await;
        assert_eq!(playing.status(), 200);
        first_bytes(&mut playing, 1_000).await;
        let other = device(&world, json!({ "name": "Other" })).await;
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &path).await.status(), 204);
        until_end(&mut playing).await;
        assert_eq!(get(&world, made["path"].as_str().unwrap()).await.status(), 404);
        assert_eq!(json_of(&world, "/discover.json").await["DeviceID"], other["device_id"], "the next one answers at the root");
    }
}

#[tokio::test]
async fn hls_is_passed_over_where_there_is_a_stream_and_refused_where_there_is_none() {
    let world = World::on(Engine::Sqlite).await;
    let segments = (0..8_u8)
        .map(|number| [vec![0x47, number], ts::block()].concat().into())
        .collect();
    let (hls, _) = Hls::rolled_by_hand(segments, Duration::from_secs(2));
    world.simulator.put_hls("/live", hls);
    world.simulator.put("/one.ts", live());
    let entries = [
        world.entry("One 1080p", "/live/index.m3u8"),
        world.entry("One 480p", "/one.ts"),
        world.entry("Two", "/live/index.m3u8?two"),
    ];
    world.lists(&entries).await;
    device(&world, json!({ "name": "Den" })).await;
    let mut playing = get(&world, "/auto/v1").await;
    assert_eq!(playing.status(), 200);
    first_bytes(&mut playing, 1_000).await;
    assert_eq!(world.simulator.count("/live/index.m3u8"), 0);
    drop(playing);
    assert_eq!(
        refusal(&world, "/auto/v2").await,
        (503, "807 No Video Data".to_owned())
    );
    world.until_lent(0).await;
    let two = world.channel("Two").await;
    assert_eq!(world.play(&two).await.status(), 200);
    assert_eq!(
        refusal(&world, "/auto/v2").await,
        (503, "807 No Video Data".to_owned()),
        "nor what others poll already"
    );
    assert_eq!(world.play(&two).await.status(), 200);
}

#[tokio::test]
async fn a_stream_ends_after_the_time_that_was_asked_for() {
    let world = World::on(Engine::Sqlite).await;
    two_channels(&world).await;
    device(&world, json!({ "name": "Den", "tuner_count": 1 })).await;
    let mut playing = get(&world, "/auto/v1?duration=1").await;
    first_bytes(&mut playing, 1_000).await;
    until_end(&mut playing).await;
    let mut without = get(&world, "/auto/v1?duration=soon").await;
    assert_eq!(without.status(), 200, "its tuner is free again");
    first_bytes(&mut without, 1_000).await;
}

#[tokio::test]
async fn what_the_line_up_leaves_out_since_no_stream_of_it_is_in_use_is_unknown() {
    let world = World::on(Engine::Sqlite).await;
    two_channels(&world).await;
    device(&world, json!({ "name": "Den" })).await;
    let sql =
        "select s.id from channel_streams s join channels c on c.id = s.channel_id where c.name = 'Two'";
    let stream = world.id(sql, Vec::new()).await;
    let path = format!("/api/streams/{stream}");
    let off = json!({ "enabled": false });
    assert_eq!(
        world
            .app
            .send(&world.admin, Method::PATCH, &path, &off)
            .await
            .status(),
        200
    );
    let lines = json_of(&world, "/lineup.json").await;
    assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
    assert_eq!(
        refusal(&world, "/auto/v2").await,
        (404, "801 Unknown Channel".to_owned())
    );
}

#[tokio::test]
async fn every_connection_of_the_provider_in_use_is_every_tuner_in_use() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    two_channels(&world).await;
    device(&world, json!({ "name": "Den", "tuner_count": 4 })).await;
    let one = world.channel("One").await;
    let mut playing = world.play(&one).await;
    first_bytes(&mut playing, 1_000).await;
    assert_eq!(
        refusal(&world, "/auto/v2").await,
        (503, "805 All Tuners In Use".to_owned())
    );
    let mut same = get(&world, "/auto/v1").await;
    assert_eq!(same.status(), 200, "who watches the same shares the connection");
    first_bytes(&mut same, 1_000).await;
}

#[tokio::test]
async fn a_tuner_stays_with_the_relay_where_links_redirect_and_goes_on_where_a_stream_fails() {
    let world = World::on(Engine::Sqlite).await;
    for path in ["/one.ts", "/one-b.ts"] {
        world.simulator.put(path, live());
    }
    let entries = [
        world.entry("One 1080p", "/one.ts"),
        world.entry("One 480p", "/one-b.ts"),
    ];
    world.lists(&entries).await;
    world
        .simulator
        .fault("/one.ts", Fault::cut(100_000, Cut::Close).times(1));
    device(&world, json!({ "name": "Den" })).await;
    let value = json!({ "value": "redirect" });
    let set = world
        .app
        .send(&world.admin, Method::PUT, "/api/settings/strm_link_mode", &value)
        .await;
    assert_eq!(set.status(), 200);
    let mut playing = get(&world, "/auto/v1").await;
    assert_eq!(playing.status(), 200);
    first_bytes(&mut playing, 300_000).await;
    assert_eq!(world.simulator.count("/one-b.ts"), 1);
}

#[tokio::test]
async fn nobody_outside_of_the_house_is_answered() {
    let world = World::started(Engine::Sqlite, &[], json!({})).await;
    two_channels(&world).await;
    let made = device(&world, json!({ "name": "Den" })).await;
    let path = made["path"].as_str().unwrap();
    for asked in [
        "discover.json",
        "lineup.json",
        "lineup_status.json",
        "device.xml",
        "auto/v1",
    ] {
        for start in ["", path] {
            let url = world.app.url(&format!("{start}/{asked}"));
            for (name, value) in [
                ("X-Forwarded-For", "192.168.1.7"),
                ("X-Real-IP", "203.0.113.9"),
                ("Via", "1.1 proxy"),
                ("Sec-Fetch-Site", "cross-site"),
                ("Host", "rebound.example"),
                ("Referer", "http://elsewhere.example/page"),
                ("Origin", "http://elsewhere.example"),
            ] {
                let answer = soon(world.app.client.get(&url).header(name, value).send())
                    .await
                    .unwrap();
                assert_eq!(answer.status(), 404, "{asked} {name}");
            }
        }
    }
    assert_eq!(world.simulator.count("/one.ts"), 0);
}

#[tokio::test]
async fn who_is_behind_a_trusted_proxy_is_judged_by_his_own_address() {
    let flags = [("trusted_proxies", "127.0.0.1/32")];
    let world = World::started(Engine::Sqlite, &flags, json!({})).await;
    device(&world, json!({ "name": "Den" })).await;
    for (from, status) in [
        ("192.168.1.7", 200),
        ("fd00::7", 200),
        ("203.0.113.9", 404),
        ("100.64.0.9", 404),
    ] {
        let asked = world.app.client.get(world.app.url("/discover.json"));
        let answer = soon(asked.header("X-Forwarded-For", from).send()).await.unwrap();
        assert_eq!(answer.status(), status, "{from}");
    }
    // One that does not say whom it asks for may ask for anybody.
    let asked = world.app.client.get(world.app.url("/discover.json"));
    let answer = soon(asked.header("X-Real-IP", "192.168.1.7").send())
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
}
