use std::collections::HashSet;

use m3u_strm_processor::simulator::panel::{Bulk, odd};
use serde_json::json;

use super::*;

#[tokio::test]
async fn two_catalogues_overlap_in_different_styles() {
    let world = World::plain().await;
    world
        .panel
        .open(Account::new("second", PASSWORD), Catalogue::decorated());
    let names = world.column("get_live_streams", "name").await;
    assert_eq!(names.len(), 60);
    assert!(names.contains(&json!("ESPN HD")), "{names:?}");
    assert_eq!(world.column("get_vod_streams", "name").await.len(), 40);
    assert_eq!(world.column("get_series", "name").await.len(), 8);
    let url = world.simulator.url(&format!(
        "/player_api.php?username=second&password={PASSWORD}&action=get_live_streams"
    ));
    let others: Vec<Value> = world.get(&url).await.json().await.unwrap();
    assert_eq!(others.len(), 61, "and a heading");
    assert!(
        others.iter().any(|other| other["name"] == "US: ESPN FHD"),
        "{others:?}"
    );
    let ids: HashSet<u64> = others
        .iter()
        .map(|other| other["stream_id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.len(), others.len());
}

#[tokio::test]
async fn entries_have_the_types_of_real_panels_and_a_category_selects() {
    let world = World::plain().await;
    let channel = &world.call("get_live_streams").await[0];
    assert_eq!(
        [
            &channel["added"],
            &channel["tv_archive"],
            &channel["category_id"],
            &channel["category_ids"]
        ],
        [&json!("1600000000"), &json!(1), &json!("1"), &json!([1])]
    );
    let icon = channel["stream_icon"].as_str().unwrap();
    assert!(icon.starts_with(&world.simulator.url("/images/")), "{icon}");
    let film = &world.call("get_vod_streams").await[1];
    assert_eq!(
        [&film["rating"], &film["rating_5based"], &film["stream_type"]],
        [&json!("5.2"), &json!(2.6), &json!("movie")]
    );
    for kind in [
        ("live", "get_live_streams"),
        ("vod", "get_vod_streams"),
        ("series", "get_series"),
    ] {
        let categories = world
            .column(&format!("get_{}_categories", kind.0), "category_id")
            .await;
        let mut count = 0;
        for category in categories {
            let action = format!("{}&category_id={}", kind.1, category.as_str().unwrap());
            let selected = world.column(&action, "category_id").await;
            assert!(!selected.is_empty() && selected.iter().all(|id| *id == category));
            count += selected.len();
        }
        assert_eq!(
            count,
            world.column(kind.1, "num").await.len(),
            "each stands in one category"
        );
    }
    assert_eq!(world.call("get_series&category_id=99").await, json!([]));
}

#[tokio::test]
async fn the_catalogue_changes_while_the_panel_runs_and_takes_any_oddity() {
    let world = World::plain().await;
    world.panel.change(USER, |catalogue| {
        catalogue.films.remove(0);
        catalogue.channels[0].name = "Renamed".into();
        catalogue.channels[1].odd = odd([("stream_id", json!("102")), ("category_id", Value::Null)]);
        catalogue.films[0].odd = odd([("rating", json!("n/A"))]);
    });
    let channels = world.call("get_live_streams").await;
    assert_eq!(channels[0]["name"], "Renamed");
    assert_eq!(
        [&channels[1]["stream_id"], &channels[1]["category_id"]],
        [&json!("102"), &Value::Null]
    );
    let films = world.call("get_vod_streams").await;
    assert_eq!(films.as_array().unwrap().len(), 39);
    assert_eq!(films[0]["rating"], "n/A");
}

#[tokio::test]
async fn a_large_catalogue_is_made_up_while_it_is_sent() {
    let bulk = Bulk {
        seed: 1,
        channels: 3_000,
        films: 2_000,
        series: 500,
    };
    let world = World::with(Catalogue::bulk(bulk)).await;
    for (action, id, count) in [
        ("get_live_streams", "stream_id", 3_000),
        ("get_vod_streams", "stream_id", 2_000),
        ("get_series", "series_id", 500),
    ] {
        let ids: HashSet<u64> = world
            .column(action, id)
            .await
            .iter()
            .map(|id| id.as_u64().unwrap())
            .collect();
        assert_eq!(ids.len(), count);
    }
    let info = world.call("get_series_info&series_id=1000499").await;
    let last = &info["episodes"]["2"][7];
    assert_eq!(last["id"], "1007999");
    let names = world.column("get_live_streams", "name").await;
    assert_eq!(
        names[..3],
        [json!("UK: ESPN HD"), json!("UK: ESPN FHD"), json!("UK: ESPN SD")]
    );
}

#[tokio::test]
async fn the_playlist_lists_the_same_entries() {
    let world = World::plain().await;
    let text = world
        .get(&world.url("/get.php", "&type=m3u_plus&output=ts"))
        .await
        .text()
        .await
        .unwrap();
    let episodes: usize = (0..8_usize)
        .map(|number| (1 + number % 4) * (6 + number % 5))
        .sum();
    assert_eq!(text.matches("#EXTINF").count(), 60 + 40 + episodes);
    let base = world.simulator.url("");
    assert!(text.contains(&format!(",BBC One HD\n{base}/{USER}/{PASSWORD}/101\n")));
    assert!(text.contains(&format!("/movie/{USER}/{PASSWORD}/5003.mkv\n")));
    let hls = world
        .get(&world.url("/get.php", "&type=m3u&output=m3u8"))
        .await
        .text()
        .await
        .unwrap();
    assert!(hls.contains(&format!(
        "#EXTINF:-1,BBC One HD\n{base}/live/{USER}/{PASSWORD}/101.m3u8\n"
    )));
}

#[tokio::test]
async fn a_large_list_is_one_line_of_twenty_megabytes() {
    let bulk = Bulk {
        channels: 62_000,
        ..Bulk::default()
    };
    let world = World::with(Catalogue::bulk(bulk)).await;
    let url = world.url("/player_api.php", "&action=get_live_streams");
    let bytes = world.get(&url).await.bytes().await.unwrap();
    assert!(bytes.len() > 20_000_000, "{}", bytes.len());
    assert!(!bytes.contains(&b'\n') && bytes.starts_with(b"[{") && bytes.ends_with(b"}]"));
}
