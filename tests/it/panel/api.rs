use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m3u_strm_processor::simulator::panel::Status;
use serde_json::json;

use super::*;

#[tokio::test]
async fn the_account_is_shown_with_the_types_of_real_panels() {
    let world = World::plain().await;
    world
        .panel
        .amend(USER, |account| account.expires_at = Some(NOW + 86_400));
    let shown = world.call("").await;
    let user = &shown["user_info"];
    assert_eq!(
        [
            &user["auth"],
            &user["status"],
            &user["exp_date"],
            &user["max_connections"],
            &user["active_cons"]
        ],
        [
            &json!(1),
            &json!("Active"),
            &json!("1718539800"),
            &json!("2"),
            &json!("0")
        ]
    );
    let server = &shown["server_info"];
    let (host, port) = world
        .simulator
        .host()
        .split_once(':')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!([&server["url"], &server["port"]], [&json!(host), &json!(port)]);
    assert_eq!(
        [&server["timestamp_now"], &server["time_now"], &server["timezone"]],
        [
            &json!(NOW),
            &json!("2024-06-15 13:10:00"),
            &json!("Europe/London")
        ]
    );
    assert_eq!(
        world.call("get_profile").await,
        shown,
        "an unknown action shows the account"
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_with_status_200() {
    let world = World::plain().await;
    for query in [
        "",
        "?username=viewer&password=wrong",
        "?username=nobody&password=s3cret&action=get_series",
    ] {
        let answer = world
            .get(&world.simulator.url(&format!("/player_api.php{query}")))
            .await;
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({ "user_info": { "auth": 0 } })
        );
    }
    let answer = world
        .get(&world.simulator.url("/get.php?username=viewer&password=wrong"))
        .await;
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn an_account_that_has_ended_signs_in_and_sees_nothing() {
    let world = World::plain().await;
    let status = async || world.call("").await["user_info"]["status"].clone();
    world.panel.amend(USER, |account| account.status = Status::Banned);
    assert_eq!(status().await, "Banned");
    world.panel.amend(USER, |account| {
        account.status = Status::Active;
        account.expires_at = Some(NOW);
    });
    assert_eq!(status().await, "Expired");
    assert_eq!(world.call("get_live_streams").await, json!([]));
    for path in ["/get.php", "/xmltv.php"] {
        assert_eq!(world.get(&world.url(path, "")).await.status(), 403);
    }
}

#[tokio::test]
async fn parameters_may_be_posted_and_escaped() {
    let world = World::plain().await;
    world
        .panel
        .open(Account::new("an na", "p&ss"), Catalogue::default());
    let posted = world
        .client
        .post(world.simulator.url("/player_api.php"))
        .body("username=an+na&password=p%26ss");
    let shown: Value = posted.send().await.unwrap().json().await.unwrap();
    assert_eq!(shown["user_info"]["username"], "an na");
}

#[tokio::test]
async fn a_series_shows_its_seasons_and_a_new_episode() {
    let world = World::plain().await;
    let before = world.call("get_series_info&series_id=7002").await;
    assert_eq!(before["seasons"].as_array().unwrap().len(), 2);
    assert_eq!(before["episodes"]["2"].as_array().unwrap().len(), 7);
    assert_eq!(
        before["info"]["name"],
        world.column("get_series", "name").await[1]
    );
    let first = &before["episodes"]["1"][0];
    assert!(first["id"].is_string() && first["episode_num"] == 1, "{first}");
    world.panel.change(USER, |catalogue| {
        let season = &mut catalogue.series[1].seasons[1];
        let mut next = season.episodes[0].clone();
        (next.id, next.number, next.title) = (99_001, 8, "One more".into());
        season.episodes.push(next);
    });
    let after = world.call("get_series_info&series_id=7002").await;
    assert_eq!(after["episodes"]["2"][7]["title"], "One more");
    assert_eq!(
        world.call("get_series_info&series_id=1").await,
        json!([]),
        "the whole body, as panels do"
    );
}

#[tokio::test]
async fn a_film_shows_its_details() {
    let world = World::plain().await;
    let shown = world.call("get_vod_info&vod_id=5003").await;
    assert_eq!(shown["movie_data"]["container_extension"], "mkv");
    assert_eq!(shown["info"]["duration"], "01:26:34");
    assert_eq!(shown["info"]["tmdb_id"], "910002");
    assert_eq!(world.call("get_vod_info&vod_id=1").await, json!({ "info": [] }));
}

#[tokio::test]
async fn the_guide_says_what_is_on_in_every_form() {
    let world = World::plain().await;
    let short = world.call("get_short_epg&stream_id=101").await;
    let listings = short["epg_listings"].as_array().unwrap();
    assert_eq!(listings.len(), 4);
    let (start, stop) = (&listings[0]["start_timestamp"], &listings[0]["stop_timestamp"]);
    let second = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    assert!(
        second(start) <= NOW && NOW < second(stop),
        "the running one first"
    );
    assert_eq!(listings[0]["end"], listings[0]["stop"]);
    let title = String::from_utf8(STANDARD.decode(listings[0]["title"].as_str().unwrap()).unwrap()).unwrap();
    let table = world.call("get_simple_data_table&stream_id=101").await;
    let playing: Vec<&Value> = table["epg_listings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|listing| listing["now_playing"] == 1)
        .collect();
    assert_eq!(playing.len(), 1);
    assert_eq!(playing[0]["title"], listings[0]["title"]);
    assert_eq!(
        table["epg_listings"][0]["has_archive"], 1,
        "its channel has catch-up"
    );
    let xmltv = world
        .get(&world.url("/xmltv.php", ""))
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(
        xmltv.matches("<channel id=\"BBCOne.uk\">").count(),
        1,
        "once for both qualities"
    );
    let begin = jiff::Timestamp::from_second(second(start))
        .unwrap()
        .strftime("%Y%m%d")
        .to_string();
    assert!(xmltv.contains(&format!("<programme start=\"{begin}")) && xmltv.contains(" +0100\""));
    assert!(xmltv.contains(&format!("<title>{title}</title>")) && xmltv.ends_with("</tv>\n"));
}
