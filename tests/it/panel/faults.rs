use std::time::{Duration, Instant};

use m3u_strm_processor::simulator::Fault;
use serde_json::json;

use super::*;

#[tokio::test]
async fn one_action_or_one_category_fails_alone() {
    let world = World::plain().await;
    let fault = |key: &str, fault| world.simulator.fault(key, fault);
    fault("/player_api.php?action=get_vod_streams", Fault::status(884));
    fault(
        "/player_api.php?action=get_live_streams&category_id=2",
        Fault::json("[]"),
    );
    let films = world
        .get(&world.url("/player_api.php", "&action=get_vod_streams"))
        .await;
    assert_eq!(films.status().as_u16(), 884);
    assert_eq!(world.call("get_live_streams&category_id=2").await, json!([]));
    assert_ne!(world.call("get_live_streams&category_id=1").await, json!([]));
    assert_ne!(world.call("get_series").await, json!([]));
    world.simulator.mend();
    assert_ne!(world.call("get_live_streams&category_id=2").await, json!([]));
}

#[tokio::test]
async fn one_account_fails_alone() {
    let world = World::plain().await;
    world
        .panel
        .open(Account::new("second", PASSWORD), Catalogue::decorated());
    world
        .simulator
        .fault("/player_api.php?username=second", Fault::status(403));
    let second = world
        .simulator
        .url(&format!("/player_api.php?username=second&password={PASSWORD}"));
    assert_eq!(world.get(&second).await.status(), 403);
    assert_eq!(world.call("").await["user_info"]["auth"], 1);
}

#[tokio::test]
async fn the_closest_fault_holds_until_it_has_run_out() {
    let world = World::plain().await;
    world.simulator.fault("*", Fault::status(500));
    world.simulator.fault("/player_api.php", Fault::status(502));
    world
        .simulator
        .fault("/player_api.php?action=get_series", Fault::status(503).times(1));
    let url = world.url("/player_api.php", "&action=get_series");
    assert_eq!(world.get(&url).await.status(), 503);
    assert_eq!(world.get(&url).await.status(), 502);
    assert_eq!(world.get(&world.url("/xmltv.php", "")).await.status(), 500);
}

#[tokio::test]
async fn an_answer_may_be_late_or_something_else() {
    let world = World::plain().await;
    let late = Duration::from_millis(150);
    world.simulator.fault("/player_api.php", Fault::delay(late));
    let began = Instant::now();
    assert_eq!(world.call("get_live_categories").await[0]["category_id"], "1");
    assert!(began.elapsed() >= late);
    world.simulator.fault("/player_api.php", Fault::html());
    let page = world
        .get(&world.url("/player_api.php", ""))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));
    world.simulator.fault("/player_api.php", Fault::picture());
    let picture = world.get(&world.url("/player_api.php", "")).await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_panel_is_as_odd_as_a_test_wants() {
    let world = World::plain().await;
    let key = |id: u64| format!("/player_api.php?action=get_series_info&series_id={id}");
    let lists = r#"{"seasons":[],"info":[],"episodes":[[{"id":"1","episode_num":"1","info":[]}]]}"#;
    world.simulator.fault(&key(7_001), Fault::json(lists));
    world.simulator.fault(&key(7_002), Fault::json("[]"));
    let shown = world.call("get_series_info&series_id=7001").await;
    assert_eq!(shown["episodes"][0][0]["episode_num"], "1");
    assert_eq!(world.call("get_series_info&series_id=7002").await, json!([]));
    assert!(world.call("get_series_info&series_id=7003").await["episodes"].is_object());
}
