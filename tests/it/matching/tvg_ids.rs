//! A shared tvg-id is evidence, but not against the names.

use super::{Facts, memberships, orders};
use m3u_strm_processor::features::catalogue::matching::{Method, Raw};

fn entry(name: &str, id: &str) -> Facts {
    Facts::read(&Raw {
        name,
        tvg_id: Some(id),
        ..Raw::default()
    })
}

fn share_a_cluster(a: Facts, b: Facts) -> bool {
    let shared: Vec<bool> = orders(&[a, b])
        .iter()
        .map(|order| {
            let found = memberships(order);
            found[0].cluster == found[1].cluster
        })
        .collect();
    assert_eq!(shared[0], shared[1], "the order decides");
    shared[0]
}

#[test]
fn a_shared_tvg_id_joins_different_spellings() {
    assert!(share_a_cluster(
        entry("Sky Sports Main Event", "sky.main"),
        entry("Sky Main Event Sports", "sky.main")
    ));
    assert!(share_a_cluster(
        entry("Первый канал", "channel.one"),
        entry("Channel First", "channel.one")
    ));
    let found = memberships(&[entry("ProSieben", "pro7"), entry("Pro7 Germany Sat", "PRO7")]);
    assert_eq!(
        (found[0].cluster, found[0].method),
        (found[1].cluster, Method::TvgId)
    );
    assert_eq!(
        found[0].reason.to_string(),
        "the same tvg-id as \"Pro7 Germany Sat\""
    );
}

#[test]
fn a_shared_tvg_id_joins_two_countries() {
    assert!(share_a_cluster(
        entry("UK: Eurosport 1", "euro1"),
        entry("DE: Eurosport 1", "euro1")
    ));
    assert!(!share_a_cluster(
        entry("UK: Eurosport 1", "euro1"),
        entry("DE: Eurosport 1", "euro2")
    ));
}

#[test]
fn a_tvg_id_that_says_nothing_joins_nothing() {
    for nothing in ["", " ", "none", "None", "NULL", "null"] {
        assert!(
            !share_a_cluster(entry("ESPN", nothing), entry("Film4", nothing)),
            "{nothing:?}"
        );
        assert!(
            !share_a_cluster(entry("UK: ESPN", nothing), entry("US: ESPN", nothing)),
            "{nothing:?}"
        );
    }
}

#[test]
fn one_tvg_id_on_names_that_plainly_differ_joins_nothing() {
    for (a, b) in [
        ("ESPN", "ESPN 2"),
        ("ESPN", "ESPN Deportes"),
        ("ESPN", "ESPN+"),
        ("ESPN", "Film4"),
        ("Channel 11", "Channel 21"),
        ("ITV", "ITV +1"),
        ("NBC East", "NBC West"),
        ("France 24 English", "France 24 Français"),
        ("Fox", "Fox News"),
    ] {
        assert!(
            !share_a_cluster(entry(a, "one.id"), entry(b, "one.id")),
            "{a} and {b}"
        );
    }
}

#[test]
fn a_stream_without_country_follows_its_tvg_id_before_the_majority() {
    let found = memberships(&[
        entry("US: ESPN", "e1"),
        entry("UK: ESPN", "e2"),
        entry("UK: ESPN HD", "e2"),
        entry("ESPN", "e1"),
    ]);
    assert_eq!(found[3].cluster, found[0].cluster);
    assert_ne!(found[0].cluster, found[1].cluster);
}

#[test]
fn the_quality_behind_a_tvg_id_is_no_part_of_it() {
    assert!(share_a_cluster(
        entry("Rossiya 24", "Russia24.ru@SD"),
        entry("Россия 24", "Russia24.ru@HD")
    ));
    let africa = entry("BBC News", "BBCNews.uk@Africa");
    assert_eq!(
        africa.country().map(|country| country.to_string()).as_deref(),
        Some("GB")
    );
}
