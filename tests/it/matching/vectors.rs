//! The specification's own examples, in every order.

use super::{Facts, memberships, name, name_in, orders};

fn together(entries: &[Facts]) {
    for order in orders(entries) {
        let found = memberships(&order);
        let names: Vec<&str> = order.iter().map(Facts::display_name).collect();
        assert!(
            found
                .iter()
                .all(|membership| membership.cluster == found[0].cluster),
            "apart: {names:?}"
        );
    }
}

fn apart(entries: &[Facts]) {
    for order in orders(entries) {
        let found = memberships(&order);
        for (i, a) in found.iter().enumerate() {
            for (j, b) in found.iter().enumerate().skip(i + 1) {
                let (a_name, b_name) = (order[i].display_name(), order[j].display_name());
                assert_ne!(
                    a.cluster, b.cluster,
                    "together: {a_name} and {b_name} ({})",
                    b.reason
                );
            }
        }
    }
}

fn names(list: &[&str]) -> Vec<Facts> {
    list.iter().map(|text| name(text)).collect()
}

fn names_in(country: &str, list: &[&str]) -> Vec<Facts> {
    list.iter().map(|text| name_in(country, text)).collect()
}

const TOGETHER: [&[&str]; 9] = [
    &["ESPN", "ESPN HD", "UK: ESPN 4K", "ESPN [1080p]"],
    &["BBC One", "BBC 1", "UK BBC ONE HD"],
    &["France 24 (English)", "France 24 EN"],
    &["Das Erste", "DE: Das Erste HD"],
    &["Canal+", "CANAL PLUS", "canal +"],
    &["M6", "M 6", "m6 FHD"],
    &["TNT Sports 3", "TNTSports3 HD", "TNT SPORTS 3"],
    &["Téva", "TEVA", "ＴＥＶＡ"],
    &[
        "Crime & Investigation",
        "Crime &amp; Investigation",
        "Crime Investigation",
    ],
];

const APART: [&[&str]; 15] = [
    &["ESPN", "ESPN2", "ESPN+", "ESPN Deportes", "ESPNews"],
    &["Channel 4", "Channel 5"],
    &["Channel 11", "Channel 21"],
    &["Fox", "Fox Sports", "Fox News"],
    &["ABC", "ABC Family"],
    &["HBO", "HBO 2"],
    &["CBC Ontario", "CBC Atlantic"],
    &["NBC East", "NBC West"],
    &["Sky Sports F1", "Sky Sports Football"],
    &["France 24 English", "France 24 Français", "France 24 Arabic"],
    &["Film4", "Film4 +1", "Film4 +24"],
    &["Thursday", "Thur"],
    &["1+1", "1"],
    &["Discovery", "Discovery Science", "Discovery Turbo"],
    &["Nova Sport 1", "Nova Sport 2", "Nova Sport 11"],
];

#[test]
fn names_that_differ_by_decoration_or_spelling_are_one_channel() {
    for set in TOGETHER {
        together(&names(set));
    }
}

#[test]
fn names_that_differ_by_digits_feed_shift_or_a_telling_word_are_not() {
    for set in APART {
        apart(&names(set));
        apart(&names_in("us", set));
    }
}

#[test]
fn the_same_holds_where_the_country_is_known() {
    together(&names_in(
        "uk",
        &["ESPN", "ESPN HD", "UK: ESPN 4K", "ESPN [1080p]"],
    ));
    together(&names_in("uk", &["BBC One", "BBC 1", "UK BBC ONE HD"]));
    together(&names_in("fr", &["France 24 (English)", "France 24 EN"]));
    together(&names_in("de", &["Das Erste", "DE: Das Erste HD"]));
}

#[test]
fn two_countries_in_front_of_one_name_are_two_channels() {
    apart(&names(&["UK: ESPN", "US | ESPN"]));
    apart(&[name_in("us", "ESPN"), name_in("us", "UK: ESPN")]);
    apart(&[name_in("us", "ESPN"), name_in("uk", "ESPN")]);
}

#[test]
fn a_shifted_channel_is_not_the_plain_one() {
    for plain in ["ITV", "Channel 4", "Sky Atlantic", "E4", "X"] {
        apart(&names(&[plain, &format!("{plain} +1")]));
        together(&names(&[
            &format!("{plain} +1"),
            &format!("{plain}+1"),
            &format!("{plain} + 1 HD"),
        ]));
    }
}

#[test]
fn a_stream_without_country_goes_where_most_streams_are() {
    let found = memberships(&names(&["US: ESPN", "UK: ESPN", "UK: ESPN HD", "ESPN"]));
    assert_eq!(found[3].cluster, found[1].cluster);
    assert_ne!(found[3].cluster, found[0].cluster);
    assert_eq!(
        found[3].reason.to_string(),
        "no country given; of the channels that fit, the one of GB has the most streams"
    );
}

#[test]
fn equal_numbers_of_streams_are_decided_by_the_country_code() {
    for order in orders(&names(&["US: ESPN", "ESPN", "BR: ESPN"])) {
        let found = memberships(&order);
        let at = |country: Option<&str>| {
            let position = order
                .iter()
                .position(|facts| facts.country().as_ref().map(|c| c.code()) == country);
            found[position.expect("every country is there")].cluster
        };
        assert_eq!(at(None), at(Some("BR")));
        assert_ne!(at(None), at(Some("US")));
    }
}

#[test]
fn a_stream_without_country_stays_where_it_was_while_that_fits() {
    let us = name("US: ESPN").country();
    let found = memberships(&[
        name("US: ESPN"),
        name("UK: ESPN"),
        name("UK: ESPN HD"),
        name("ESPN").at_home(us),
    ]);
    assert_eq!(found[3].cluster, found[0].cluster);
    let found = memberships(&[name("UK: ESPN"), name("UK: ESPN HD"), name("ESPN").at_home(us)]);
    assert_eq!(found[2].cluster, found[0].cluster);
}

#[test]
fn the_country_is_read_from_prefix_group_column_and_tvg_id() {
    use m3u_strm_processor::features::catalogue::matching::Raw;
    let country = |raw: Raw| {
        Facts::read(&raw)
            .country()
            .map(|country| country.code().to_owned())
    };
    let plain = Raw {
        name: "News",
        ..Raw::default()
    };
    for (raw, expected) in [
        (plain, None),
        (
            Raw {
                name: "UK: News",
                ..plain
            },
            Some("GB"),
        ),
        (
            Raw {
                name: "|FR| News",
                ..plain
            },
            Some("FR"),
        ),
        (
            Raw {
                name: "[DE] News",
                ..plain
            },
            Some("DE"),
        ),
        (
            Raw {
                name: "TV: News",
                ..plain
            },
            None,
        ),
        (
            Raw {
                name: "HD | News",
                ..plain
            },
            None,
        ),
        (
            Raw {
                name: "F1: News",
                ..plain
            },
            None,
        ),
        (
            Raw {
                group: Some("IT | Sport"),
                ..plain
            },
            Some("IT"),
        ),
        (
            Raw {
                group: Some("Deutschland"),
                ..plain
            },
            Some("DE"),
        ),
        (
            Raw {
                group: Some("TV Shows"),
                ..plain
            },
            None,
        ),
        (
            Raw {
                tvg_country: Some("es"),
                ..plain
            },
            Some("ES"),
        ),
        (
            Raw {
                tvg_country: Some("ES;PT"),
                ..plain
            },
            None,
        ),
        (
            Raw {
                tvg_id: Some("News.nl@SD"),
                ..plain
            },
            Some("NL"),
        ),
        (
            Raw {
                tvg_id: Some("News.tv"),
                ..plain
            },
            None,
        ),
        (
            Raw {
                name: "UK: News",
                group: Some("FR | Infos"),
                ..plain
            },
            Some("GB"),
        ),
    ] {
        assert_eq!(country(raw).as_deref(), expected, "{raw:?}");
    }
}

#[test]
fn the_channel_is_called_as_its_stream_spells_it_without_decoration() {
    for (raw, expected) in [
        ("Uno FHD", "Uno"),
        ("UK: ESPN 4K", "ESPN"),
        ("BBC One", "BBC One"),
        ("|FR| Canal+ Sport ᴴᴰ", "Canal+ Sport"),
        ("DE | RTL Zwei [1080p] (backup)", "RTL Zwei"),
        ("US: NBC (WAND) Decatur, IL HD", "NBC (WAND) Decatur, IL"),
        ("UK: ITV2 +1 HD", "ITV2 +1"),
        ("France 24 (English)", "France 24 (English)"),
        ("L'Équipe HEVC", "L'Équipe"),
        ("Njam! HD", "Njam!"),
        ("◉ Sky News ◉", "Sky News"),
        ("Thursday", "Thursday"),
        ("4K", "4K"),
    ] {
        assert_eq!(name(raw).display_name(), expected);
    }
}

#[test]
fn a_name_without_a_letter_or_digit_equals_no_other() {
    apart(&names(&["", "", "---", "***"]));
}

#[test]
fn a_sign_that_belongs_to_the_name_tells_channels_apart() {
    together(&names_in(
        "IN",
        &["&TV", "&TV HD", "IN: &TV FHD", "& TV", "And TV"],
    ));
    apart(&names_in("IN", &["&TV HD", "TV"]));
    together(&names_in("GB", &["5*", "UK: 5* HD", "5STAR"]));
    apart(&names_in("GB", &["5*", "5"]));
    together(&names_in("GB", &["Channel 5", "Channel 5*"]));
    let shown = |text| name(text).display_name().to_owned();
    assert_eq!(
        (shown("IN: &TV HD").as_str(), shown("UK: 5* HD").as_str()),
        ("&TV", "5*")
    );
}

#[test]
fn names_of_decoration_alone_are_not_named_after_their_country() {
    apart(&names_in("GB", &["UK: HD", "UK: 4K", "UK: VIP", "UK"]));
    assert_eq!(name("UK: 4K").display_name(), "4K");
}
