//! What of a URL is stored, what names the stream, what is shown.

use m3u_strm_processor::features::providers::url_parts::{
    Format, Learned, Part, ProviderSecrets, Slot, UrlParts, join, masked, placeholders,
};
use proptest::prelude::*;

fn split<'a>(url: &'a str, secrets: &ProviderSecrets) -> (String, Vec<(Slot, &'a str)>, String, String) {
    let parts = UrlParts::split(url, secrets);
    (
        parts.template(),
        parts.values().collect(),
        parts.identity(),
        parts.masked(),
    )
}

fn plain(url: &str) -> (String, Vec<(Slot, &str)>, String, String) {
    split(url, &ProviderSecrets::default())
}

#[test]
fn an_xtream_path_gives_up_its_account_and_keeps_its_id() {
    for (url, template, identity) in [
        (
            "http://h:80/live/bob/pw/123.ts",
            "{scheme}://{host}/live/{user}/{pass}/123.ts",
            "/live/*/*/123.ts",
        ),
        (
            "https://h/movie/bob/pw/9.mkv",
            "{scheme}://{host}/movie/{user}/{pass}/9.mkv",
            "/movie/*/*/9.mkv",
        ),
        (
            "http://h/c/series/bob/pw/9.mp4",
            "{scheme}://{host}/c/series/{user}/{pass}/9.mp4",
            "/c/series/*/*/9.mp4",
        ),
        (
            "http://h/bob/pw/123",
            "{scheme}://{host}/{user}/{pass}/123",
            "/*/*/123",
        ),
        (
            "http://h/bob/pw/123.m3u8",
            "{scheme}://{host}/{user}/{pass}/123.m3u8",
            "/*/*/123.m3u8",
        ),
        (
            "http://h/timeshift/bob/pw/60/2020-01-01:10-00/7.ts",
            "{scheme}://{host}/timeshift/{user}/{pass}/60/2020-01-01:10-00/7.ts",
            "/timeshift/*/*/60/2020-01-01:10-00/7.ts",
        ),
    ] {
        let (found, values, key, _) = plain(url);
        assert_eq!((found.as_str(), key.as_str()), (template, identity), "{url}");
        assert_eq!(
            values[2..],
            [(Slot::User, "bob"), (Slot::Password, "pw")],
            "{url}"
        );
    }
}

#[test]
fn an_ordinary_path_is_no_account() {
    for url in [
        "http://h/hls/news/1.m3u8",
        "http://h/live/news.m3u8",
        "http://h/a/b/index.m3u8",
        "http://h/a/1.ts",
        "http://h/0123456789abcdef0123456789abcdef/x.ts",
    ] {
        assert_eq!(plain(url).1.len(), 2, "{url}");
    }
}

#[test]
fn tokens_are_known_by_their_keys_and_names_are_not_tokens() {
    let (template, _, identity, masked) =
        plain("http://h/a.m3u8?id=5&token=T&cid=6&wmsAuthSign=W&channel=c&E=9&username=u&pass=p");
    assert_eq!(
        template,
        "{scheme}://{host}/a.m3u8?id=5&token={token}&cid=6&wmsAuthSign={token}&channel=c&E={token}&username={user}&pass={pass}"
    );
    assert_eq!(identity, "/a.m3u8?channel=c&cid=6&id=5");
    assert_eq!(
        masked,
        "http://h/a.m3u8?id=***&token=***&cid=***&wmsAuthSign=***&channel=***&E=***&username=***&pass=***"
    );
}

#[test]
fn a_part_equal_to_a_credential_is_one_but_never_the_stream() {
    let secrets = ProviderSecrets::account("bob", "p w");
    let (template, _, identity, masked) = split("http://h/x/bob/p%20w/y.ts?key=bob&id=bob", &secrets);
    assert_eq!(
        template,
        "{scheme}://{host}/x/{user}/{pass}/y.ts?key={user}&id=bob"
    );
    assert_eq!(
        (identity.as_str(), masked.as_str()),
        ("/x/*/*/y.ts?id=bob", "http://h/x/***/***/y.ts?key=***&id=***")
    );
    let number = ProviderSecrets::account("bob", "123");
    assert_eq!(
        split("http://h/live/bob/123/123.ts", &number).2,
        "/live/*/*/123.ts"
    );
}

#[test]
fn a_playlists_own_url_tells_the_credentials() {
    let secrets =
        ProviderSecrets::of_playlist("http://x:y@h/get.php?username=bob&password=pw&type=m3u_plus&token=TOK");
    for part in ["bob", "pw", "TOK", "x", "y"] {
        assert_eq!(
            split(&format!("http://h/z/{part}/a.ts"), &secrets).2,
            "/z/*/a.ts",
            "{part}"
        );
    }
    assert_eq!(split("http://h/z/m3u_plus/a.ts", &secrets).2, "/z/m3u_plus/a.ts");
    assert!(!format!("{secrets:?}").contains("pw"));
}

#[test]
fn user_info_is_taken_out() {
    let (template, _, identity, masked) = plain("rtsp://bob:pw@[2001:db8::1]:554/a");
    assert_eq!(template, "{scheme}://{user}:{pass}@{host}/a");
    assert_eq!(
        (identity.as_str(), masked.as_str()),
        ("/a", "rtsp://***@[2001:db8::1]:554/a")
    );
    assert_eq!(plain("http://h/a#tok").0, "{scheme}://{host}/a#{token}");
    assert_eq!(plain("http://h/a#tok").3, "http://h/a#***");
}

#[test]
fn a_multicast_address_is_its_own_identity() {
    assert_eq!(plain("udp://@239.0.0.1:1234").2, "239.0.0.1:1234");
    assert_eq!(plain("rtp://239.0.0.1:1234").2, "239.0.0.1:1234");
}

#[test]
fn parameters_in_another_order_are_the_same_stream() {
    assert_eq!(
        plain("http://a/x?b=2&a=1&token=1").2,
        plain("https://b:9/x?a=1&st=2&b=2").2
    );
}

#[test]
fn a_learned_part_becomes_a_token() {
    let mut secrets = ProviderSecrets::default();
    let one = "http://h/s/k1/a.m3u8?v=1";
    let other = UrlParts::split("http://h/s/k2/a.m3u8?v=1", &secrets);
    let part = UrlParts::split(one, &secrets).lone_difference(&other);
    assert_eq!(part, Some(Part::Segment(1)));
    secrets.learn(Learned {
        host: "h".to_owned(),
        part: part.unwrap(),
    });
    assert_eq!(split(one, &secrets).2, "/s/*/a.m3u8?v=1");
    let query =
        |a: &str, b: &str| UrlParts::split(a, &secrets).lone_difference(&UrlParts::split(b, &secrets));
    assert_eq!(
        query("http://h/a?k=1&x=2", "http://h/a?x=2&k=3"),
        Some(Part::Query("k".to_owned()))
    );
    assert_eq!(query("http://h/a?id=1", "http://h/a?id=2"), None);
    assert_eq!(query("http://h/a?k=1&x=2", "http://h/a?k=2&x=3"), None);
    assert_eq!(query("http://h/a/b", "http://h/a/b/c"), None);
}

#[test]
fn formats_are_told_from_scheme_and_path() {
    for (url, format) in [
        ("http://h/a.m3u8?x=1", Format::Hls),
        ("http://h/a.M3U8", Format::Hls),
        ("http://h/a?output=m3u8", Format::Hls),
        ("http://h/a.ts", Format::Ts),
        ("http://h/live/u/p/1", Format::Unknown),
        ("http://h/a.mpd", Format::Dash),
        ("http://h/a.MKV", Format::Mkv),
        ("rtsp://h/a.mp4", Format::Rtsp),
        ("rtmps://h/a", Format::Rtmp),
        ("udp://@239.0.0.1:1", Format::Udp),
        ("igmp://239.0.0.1", Format::Igmp),
    ] {
        let found = UrlParts::split(url, &ProviderSecrets::default()).format();
        assert_eq!(found, format, "{url}");
        assert_eq!(Format::from_name(found.as_str()), Some(found));
    }
}

#[test]
fn a_template_with_the_wrong_values_is_an_error() {
    assert!(join("{host}/{token}", ["h"]).is_err());
    assert!(join("{host}", ["h", "x"]).is_err());
    assert!(join("{nonsense}", ["h"]).is_err());
    assert!(join("{host", ["h"]).is_err());
    assert_eq!(
        placeholders("{{a}{host}{{{token}").unwrap(),
        [Slot::Host, Slot::Token]
    );
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{6,12}"
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,60}",
        "[a-z]{1,5}://[a-z:@{}]{0,10}(/[a-z{}%0-9.]{0,6}){0,6}(\\?[a-z=&{}]{0,20})?(#.{0,4})?"
    ]
}

proptest! {
    #[test]
    fn splitting_and_joining_gives_the_url(url in url(), user in ".{0,4}", password in ".{0,4}") {
        let secrets = ProviderSecrets::account(&user, &password);
        let parts = UrlParts::split(&url, &secrets);
        let template = parts.template();
        prop_assert_eq!(placeholders(&template).unwrap().len(), parts.values().count());
        prop_assert_eq!(join(&template, parts.values().map(|(_, value)| value)).unwrap(), url.as_str());
        let _ = (parts.identity(), parts.masked(), parts.format());
    }

    #[test]
    fn the_identity_outlives_host_account_and_token(
        a in (word(), word(), word(), word()), b in (word(), word(), word(), word()), id in 1_u32..1_000_000, shape in 0_usize..5,
    ) {
        let make = |(host, user, password, token): &(String, String, String, String)| match shape {
            0 => format!("http://{host}.example/live/u{user}/p{password}/{id}.ts"),
            1 => format!("http://{host}.example:8080/u{user}/p{password}/{id}"),
            2 => format!("https://u{user}:p{password}@{host}.example/tv/{id}.m3u8?token={token}&q=1"),
            3 => format!("http://{host}.example/play?sid={token}&id={id}&user=u{user}&pass=p{password}"),
            _ => format!("http://{host}.example/x/u{user}/p{password}/c{id}.m3u8?hdnts={token}#{token}"),
        };
        let secrets = |(_, user, password, _): &(String, String, String, String)| ProviderSecrets::account(&format!("u{user}"), &format!("p{password}"));
        let (first, second) = (make(&a), make(&b));
        let (one, two) = (UrlParts::split(&first, &secrets(&a)), UrlParts::split(&second, &secrets(&b)));
        prop_assert_eq!(one.identity(), two.identity());
        prop_assert!(one.identity().contains(&id.to_string()));
        for secret in [format!("u{}", a.1), format!("p{}", a.2), a.3.clone()] {
            prop_assert!(!one.identity().contains(&secret));
            prop_assert!(!one.masked().contains(&secret));
            prop_assert!(!one.template().contains(&secret));
            let shown = format!("{one:?}");
            prop_assert!(!shown.contains(&secret));
        }
        if shape < 4 {
            let password = format!("p{}", a.2);
            prop_assert!(!masked(&first).contains(&password));
        }
    }
}
