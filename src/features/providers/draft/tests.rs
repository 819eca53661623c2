use serde_json::{Map, Value, json};

use super::Draft;
use crate::features::providers::{Kind, Provider, Reading, Secrets, Source, Status};
use crate::support::ids::ProviderId;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A request that stands, with some fields replaced.
fn with(changes: Value) -> Map<String, Value> {
    let mut sent = object(json!({ "name": "Alpha", "type": "m3u", "m3u_url": "http://tv.example/list.m3u" }));
    sent.extend(object(changes));
    sent
}

fn refused(sent: &Map<String, Value>) -> Vec<String> {
    match Draft::new(sent, None) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid.into_fields().into_keys().collect(),
    }
}

#[test]
fn only_name_type_and_address_are_needed() {
    let draft = Draft::new(&with(json!({})), None).ok().unwrap();
    assert_eq!(
        (draft.priority, draft.enabled, draft.max_connections),
        (50, true, None)
    );
    assert_eq!(refused(&Map::new()), ["m3u_url", "name", "type"]);
}

#[test]
fn each_field_has_its_bounds() {
    for good in [
        json!({ "name": "n" }),
        json!({ "name": "ö".repeat(100) }),
        json!({ "name": "<b>\"&'" }),
        json!({ "priority": 1 }),
        json!({ "priority": 100 }),
        json!({ "priority": null }),
        json!({ "max_connections": 1 }),
        json!({ "max_connections": null }),
        json!({ "m3u_url": "HTTPS://ann:pass@[::1]:8443/get.php?type=m3u_plus" }),
        json!({ "m3u_url": " http://tv.example/list.m3u " }),
        json!({ "epg_url": "" }),
        json!({ "user_agent": "VLC/3.0.20 LibVLC/3.0.20" }),
        json!({ "headers": { "Referer": "http://tv.example/" } }),
        json!({ "backup_urls": ["http://a.example/", "http://b.example/", " "] }),
    ] {
        assert_eq!(refused(&with(good.clone())), Vec::<String>::new(), "{good}");
    }
    for (field, wrong) in [
        ("name", json!("")),
        ("name", json!("   ")),
        ("name", json!("n".repeat(101))),
        ("name", json!("two\nlines")),
        ("name", json!("nul\u{0}")),
        ("name", json!(7)),
        ("name", Value::Null),
        ("type", json!("torrent")),
        ("type", Value::Null),
        ("priority", json!(0)),
        ("priority", json!(101)),
        ("priority", json!(1.5)),
        ("priority", json!("50")),
        ("max_connections", json!(0)),
        ("max_connections", json!(1001)),
        ("enabled", json!("yes")),
        ("m3u_url", json!("")),
        ("m3u_url", Value::Null),
        ("m3u_url", json!("ftp://tv.example/list.m3u")),
        ("m3u_url", json!("file:///etc/passwd")),
        ("m3u_url", json!("tv.example/list.m3u")),
        ("m3u_url", json!("http://")),
        ("m3u_url", json!("http://tv.example/a list.m3u")),
        ("m3u_url", json!("http://tv.example/get.php?username=***")),
        (
            "m3u_url",
            json!(format!("http://tv.example/{}", "a".repeat(4096))),
        ),
        ("epg_url", json!("ftp://tv.example/guide.xml")),
        ("backup_urls", json!(["nowhere"])),
        ("backup_urls", json!("http://a.example/")),
        ("backup_urls", json!(["http://a.example/", "http://a.example/"])),
        ("backup_urls", json!(vec!["http://a.example/"; 11])),
        ("user_agent", json!("one\r\nX-Injected: two")),
        ("headers", json!({ "Bad Name": "x" })),
        ("headers", json!({ "X-Line": "a\r\nb: c" })),
        ("headers", json!({ "Host": "other.example" })),
        ("headers", json!({ "X-Number": 1 })),
        ("headers", json!({ "X-Empty": " " })),
        ("headers", json!(["a"])),
    ] {
        let sent = with(json!({ field: wrong }));
        assert_eq!(refused(&sent), [field], "{wrong}");
    }
}

#[test]
fn a_refusal_never_repeats_an_address() {
    let sent = with(
        json!({ "m3u_url": "ftp://ann:s3cret@tv.example/", "backup_urls": ["ftp://ann:s3cret@b.example"] }),
    );
    let invalid = Draft::new(&sent, None).err().unwrap();
    assert!(!format!("{invalid:?} {invalid}").contains("s3cret"));
}

fn stored() -> (Provider, Secrets) {
    let provider = Provider {
        id: ProviderId(7),
        name: "Alpha".to_owned(),
        kind: Kind::M3u,
        enabled: false,
        priority: 80,
        max_connections: Some(2),
        user_agent: Some("VLC".to_owned()),
        sealed: Vec::new(),
        last_status: Status::Ok,
        status_message: None,
        total_channels: 0,
        active_channels: 0,
        total_vod_movies: 0,
        total_vod_series: 0,
        last_sync: None,
        account_status: None,
        expires_at: None,
        account_connections: None,
        account_active: None,
        panel_host: 0,
        panel_https_port: None,
        created_at: 0,
        updated_at: 0,
        reading: Reading::default(),
        source: Source::Address,
    };
    let secrets = Secrets {
        m3u_url: "http://tv.example/get.php?username=ann&password=s3cret".to_owned(),
        backup_urls: vec![
            "http://one.example/get.php?password=s3cret".to_owned(),
            "http://two.example/list.m3u".to_owned(),
        ],
        epg_url: Some("http://tv.example/xmltv.php?password=s3cret".to_owned()),
        headers: [("Authorization".to_owned(), "Bearer s3cret".to_owned())].into(),
        ..Secrets::default()
    };
    (provider, secrets)
}

fn changed(sent: Value) -> Result<(Draft, Vec<&'static str>), Vec<String>> {
    let (provider, secrets) = stored();
    match Draft::changed(&provider, &secrets, &object(sent), None) {
        Ok(draft) => {
            let fields = draft.differences(&provider, &secrets);
            Ok((draft, fields))
        }
        Err(invalid) => Err(invalid.into_fields().into_keys().collect()),
    }
}

#[test]
fn what_is_not_sent_or_sent_as_it_is_shown_stays() {
    for sent in [
        json!({}),
        json!({ "name": "Alpha", "priority": 80, "type": "m3u" }),
        json!({ "m3u_url": "http://tv.example/get.php?username=***&password=***" }),
        json!({ "backup_urls": ["http://one.example/get.php?password=***", "http://two.example/list.m3u"] }),
        json!({ "epg_url": "http://tv.example/xmltv.php?password=***" }),
        json!({ "headers": { "Authorization": "***" } }),
    ] {
        assert_eq!(
            changed(sent.clone()).ok().unwrap().1,
            Vec::<&str>::new(),
            "{sent}"
        );
    }
}

#[test]
fn null_empties_a_field_or_gives_it_its_default() {
    let sent = json!({ "priority": null, "max_connections": null, "user_agent": null, "epg_url": null,
        "backup_urls": null, "headers": null, "enabled": null });
    let (draft, fields) = changed(sent).ok().unwrap();
    assert_eq!(
        (draft.priority, draft.enabled, draft.max_connections),
        (50, true, None)
    );
    assert!(draft.backup_urls.is_empty() && draft.headers.is_empty());
    assert_eq!(
        fields,
        [
            "enabled",
            "priority",
            "max_connections",
            "user_agent",
            "backup_urls",
            "epg_url",
            "headers"
        ]
    );
    assert_eq!(changed(json!({ "name": null })).err().unwrap(), ["name"]);
    assert_eq!(changed(json!({ "m3u_url": null })).err().unwrap(), ["m3u_url"]);
}

#[test]
fn a_masked_backup_keeps_its_address_when_it_moves() {
    let sent =
        json!({ "backup_urls": ["http://two.example/list.m3u", "http://one.example/get.php?password=***"] });
    let (draft, fields) = changed(sent).ok().unwrap();
    assert_eq!(
        draft.backup_urls,
        [
            "http://two.example/list.m3u",
            "http://one.example/get.php?password=s3cret"
        ]
    );
    assert_eq!(fields, ["backup_urls"]);
}

#[test]
fn a_mask_at_another_address_is_refused() {
    let sent = json!({ "m3u_url": "http://other.example/get.php?username=***&password=***" });
    assert_eq!(changed(sent).err().unwrap(), ["m3u_url"]);
    assert_eq!(
        changed(json!({ "headers": { "X-Other": "***" } })).err().unwrap(),
        ["headers"]
    );
}

#[test]
fn a_new_address_replaces_the_old_one() {
    let (draft, fields) = changed(json!({ "m3u_url": "https://new.example/list.m3u" }))
        .ok()
        .unwrap();
    assert_eq!(draft.m3u_url, "https://new.example/list.m3u");
    assert_eq!(fields, ["m3u_url"]);
}

#[test]
fn an_account_needs_host_user_and_password_and_a_playlist_none_of_them() {
    let sent = |fields: Value| {
        let mut sent = object(json!({ "name": "Alpha" }));
        sent.extend(object(fields));
        sent
    };
    for word in ["xstream", "xtream"] {
        assert_eq!(
            refused(&sent(json!({ "type": word }))),
            ["xstream_host", "xstream_password", "xstream_username"]
        );
    }
    let account = json!({ "type": "xtream", "xstream_host": " http://tv.example:8080/panel/ ", "xstream_username": "ann",
        "xstream_password": "s3cret", "backup_hosts": ["http://b.example/", " "], "m3u_url": "http://x.example/" });
    let draft = Draft::new(&sent(account), None).ok().unwrap();
    assert_eq!(draft.kind, Kind::Xtream);
    assert_eq!(draft.xstream_host, "http://tv.example:8080/panel");
    assert_eq!(
        (draft.backup_hosts.as_slice(), draft.m3u_url.as_str()),
        (["http://b.example".to_owned()].as_slice(), "")
    );
}

#[test]
fn a_provider_that_becomes_an_account_forgets_its_playlist() {
    let sent = json!({ "type": "xstream", "xstream_host": "http://tv.example", "xstream_username": "ann", "xstream_password": "pass" });
    let (draft, fields) = changed(sent).ok().unwrap();
    assert!(draft.m3u_url.is_empty() && draft.backup_urls.is_empty());
    assert_eq!(
        fields,
        [
            "type",
            "xstream_host",
            "xstream_username",
            "xstream_password",
            "m3u_url",
            "backup_urls"
        ]
    );
    assert_eq!(changed(json!({ "type": "xstream" })).err().unwrap().len(), 3);
}
