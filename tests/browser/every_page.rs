//! Every page on a phone and a desk, light and dark: empty, filled with long names, with something wrong.

use m3u_strm_processor::simulator::panel::{Account, Catalogue, Panel};
use m3u_strm_processor::simulator::{Fault, Playlist, Resource, ts};
use serde_json::json;

use crate::browser::{Browser, Theme, WIDTHS};
use crate::harness::{Case, cases};
use crate::past;
use crate::world::{Api, LIST, World};

pub fn cases() -> Vec<Case> {
    cases![
        empty_pages_are_accessible,
        filled_pages_are_accessible,
        pages_that_tell_of_trouble_are_accessible,
    ]
}

const LONG: &str = "Österreichische Rundfunkanstalt Landesstudio Niederösterreich Sonderkanal für Übertragungen aus \
                    dem Landtag UHD 50fps HEVC (Backup, only weekdays from nine to five)";

/// Only in the first list: its file goes to the trash.
const GONE: &str = "#EXTINF:-1 group-title=\"Regional\",Harbour Radio Picture\nhttp://tv.example/9.ts\n";

async fn look(browser: &Browser, world: &World, pages: &[(&str, &str)]) {
    for (name, path) in pages {
        for theme in Theme::BOTH {
            for width in WIDTHS {
                browser.open(&world.url(path), width, theme).await;
                let name = format!("{name}-{width}-{theme:?}").to_lowercase();
                browser.picture(&name).await;
                browser.expect_no_sideways_scroll().await;
                browser.expect_accessible(&name).await;
            }
        }
    }
    browser.expect_quiet_console().await;
}

async fn empty_pages_are_accessible(browser: Browser) {
    let world = World::start().await;
    world.sign_in(&browser, "/").await;
    look(
        &browser,
        &world,
        &[
            ("empty-home", "/"),
            ("empty-channels", "/channels"),
            ("empty-movies", "/movies"),
            ("empty-series", "/series"),
            ("empty-favourites", "/favourites"),
            ("empty-providers", "/providers"),
            ("empty-syncs", "/syncs"),
            ("empty-jobs", "/jobs"),
            ("empty-watching", "/watching"),
            ("empty-history", "/history"),
            ("empty-merge-rules", "/merge-rules"),
            ("empty-library", "/library"),
            ("empty-hdhomerun", "/hdhomerun"),
            ("empty-hdhomerun-new", "/hdhomerun/new"),
            ("empty-health", "/stream-health"),
            ("provider-new", "/providers/new"),
        ],
    )
    .await;
    world.api().await.provider("Living room", &world.list_url()).await;
    look(
        &browser,
        &world,
        &[
            ("first-home", "/"),
            ("first-provider", "/providers/1"),
            ("first-performance", "/providers/1/performance"),
            ("first-groups", "/providers/1/groups"),
            ("first-names", "/providers/1/names"),
        ],
    )
    .await;
}

async fn filled_pages_are_accessible(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let list = String::from_utf8(Playlist::new(7, 1_500).to_bytes()).unwrap();
    let odd = format!(
        "#EXTINF:-1 group-title=\"{LONG}\" tvg-chno=\"7\",{LONG}\nhttp://tv.example/1.m3u8\n\
         #EXTINF:-1 group-title=\"x\",{}\nhttp://tv.example/2.ts\n\
         #EXTINF:-1,{LONG} (2019)\nhttp://tv.example/3.mkv\n#EXTINF:-1,No address\n#EXTINF:-1,Bad\nfile:///x\n",
        "Unbroken".repeat(30)
    );
    let names: Vec<&str> = list.lines().collect();
    let shorter = names[..names.len() * 9 / 10].join("\n");
    world
        .simulator
        .put(LIST, Resource::bytes(format!("{list}{odd}{GONE}")));
    let first = api.provider("Living room", &world.list_url()).await;
    let other = api
        .provider(
            &LONG[..100].trim_end().replace('Ö', "O"),
            &world.simulator.url("/b.m3u"),
        )
        .await;
    world.simulator.put("/b.m3u", Resource::bytes(list.clone()));
    api.sync(first).await;
    api.sync(other).await;
    api.set("public_url", json!("http://192.168.1.10:8080")).await;
    api.write_library().await;
    let kept = names[7..].join("\n");
    world
        .simulator
        .put(LIST, Resource::bytes(format!("#EXTM3U\n{kept}\n{odd}")));
    world
        .simulator
        .put("/b.m3u", Resource::bytes(format!("#EXTM3U\n{kept}")));
    api.leave_out(first, &["Regional", "x", "*24*"]).await;
    api.rename(
        first,
        json!([{ "pattern": "Landtag|Unbroken", "replacement": "$0, called otherwise" }]),
    )
    .await;
    api.sync(first).await;
    api.sync(other).await;
    api.write_library().await;
    world.simulator.put("/b.m3u", Resource::bytes(shorter));
    let run = api.sync(other).await;
    let channels = api.get("/api/channels?sort=streams&limit=1").await;
    let channel = format!("/channels/{}", channels["items"][0]["id"]);
    let long = api.get("/api/channels?q=Landtag").await;
    let long = long["items"][0]["id"]
        .as_i64()
        .map_or(channel.clone(), |id| format!("/channels/{id}"));
    let movie = format!(
        "/movies/{}",
        api.get("/api/vod/movies?limit=1").await["items"][0]["id"]
    );
    let series = format!(
        "/series/{}",
        api.get("/api/vod/series?limit=1").await["items"][0]["id"]
    );
    let parted = split_off_last(&api, &channel).await;
    let merge = format!("{channel}/merge?q=a");
    let (told, told_series) = told(&world, &api).await;
    people(&api).await;
    rules(&api, other).await;
    tuners(&api).await;
    api.reserve(first, "Living room TV", 1).await;
    api.reserve(first, &LONG[..90], 1).await;
    world.sign_in(&browser, &channel).await;
    browser.click("main button[id^=star-]").await;
    browser
        .wait_for("document.querySelector('main button[id^=star-][value=off]')")
        .await;
    let run = format!("/syncs/{run}");
    look(
        &browser,
        &world,
        &[
            ("home", "/"),
            ("channels", "/channels"),
            ("channels-searched", "/channels?q=news&enabled=true"),
            ("channels-none", "/channels?q=nothing+like+this"),
            ("channel", &channel),
            ("channel-long", &long),
            ("channel-split", &parted),
            ("channel-merge", &merge),
            ("channel-edit", "/channels/1/edit"),
            ("channels-bulk", "/channels/bulk?ids=1&ids=2"),
            ("movies", "/movies"),
            ("movie", &movie),
            ("movies-list", "/movies?view=list&sort=rating"),
            ("movie-told", &told),
            ("series-told", &told_series),
            ("series-list", "/series"),
            ("series", &series),
            ("favourites", "/favourites"),
            ("providers", "/providers"),
            ("provider", "/providers/1"),
            ("provider-long", "/providers/2"),
            ("provider-edit", "/providers/1/edit"),
            ("provider-groups", "/providers/1/groups"),
            ("provider-groups-out", "/providers/1/groups?taken=false"),
            ("provider-names", "/providers/1/names"),
            ("provider-removal", "/providers/1/removal"),
            ("provider-schedule", "/providers/1/schedule"),
            ("provider-maintenance", "/providers/1/maintenance"),
            ("provider-connections", "/providers/1/connections"),
            ("syncs", "/syncs"),
            ("sync", "/syncs/1"),
            ("sync-last", &run),
            ("jobs", "/jobs"),
            ("watching", "/watching"),
            ("history", "/history"),
            ("jobs-none", "/jobs?state=queued"),
            ("merge-rules", "/merge-rules"),
            ("merge-rule-new", "/merge-rules/new"),
            ("merge-rule-edit", "/merge-rules/1/edit"),
            ("merge-rule-removal", "/merge-rules/1/removal"),
            ("job", "/jobs/1"),
            ("library", "/library"),
            ("hdhomerun", "/hdhomerun"),
            ("hdhomerun-new", "/hdhomerun/new"),
            ("hdhomerun-edit", "/hdhomerun/1/edit"),
            ("hdhomerun-removal", "/hdhomerun/1/removal"),
            ("audit", "/audit"),
            ("system", "/system"),
            ("settings-sync", "/settings"),
            ("settings-system", "/settings/system"),
            ("settings-strm", "/settings/strm"),
            ("account", "/account"),
            ("password", "/password"),
            ("audit-filtered", "/audit?action=user.created&from=2026-01-01"),
            ("users", "/users"),
            ("user-own", "/users/1"),
            ("users-none", "/users?q=nobody"),
            ("user-new", "/users/new"),
            ("user", "/users/2"),
            ("user-off", "/users/3"),
            ("user-edit", "/users/2/edit"),
            ("user-password", "/users/2/password"),
            ("user-deactivation", "/users/2/deactivation"),
            ("user-removal", "/users/2/removal"),
        ],
    )
    .await;
}

/// The page of a channel that is made of the last stream of another one.
async fn split_off_last(api: &Api, channel: &str) -> String {
    let streams = api.get(&format!("/api{channel}/streams")).await;
    let last = streams["items"].as_array().unwrap().last().unwrap();
    let body = json!({ "stream_ids": [last["id"]], "name": LONG });
    let new = api.post(&format!("/api{channel}/split"), body).await;
    format!("/channels/{}", new["id"])
}

/// Merge rules with long expressions and reasons, one of them switched off.
async fn rules(api: &Api, provider: i64) {
    let long = format!("^({}|{})$", "Unbroken".repeat(15), LONG.replace(['(', ')'], "."));
    for rule in [
        json!({"rule_type": "never_merge", "pattern1": long, "pattern2": "^(landtag|rundfunk).*sonder", "region1": "AT",
            "region2": "DE", "provider_id": provider, "priority": 100, "reason": LONG}),
        json!({"rule_type": "custom", "pattern1": "^(.+) \\(backup\\)$", "pattern2": "^(.+)$", "enabled": false}),
        json!({"rule_type": "always_merge", "pattern1": "nothing of this kind"}),
    ] {
        api.post("/api/merge-rules", rule).await;
    }
}

/// Devices with long names and categories, one whose access was revoked.
async fn tuners(api: &Api) {
    let categories = api.get("/api/channels/categories").await;
    let all = categories.as_array().cloned().unwrap_or_default();
    for (name, categories) in [(&LONG[..50], all), ("Den", Vec::new())] {
        let device = json!({ "name": name, "tuner_count": 4, "quality": "hd", "categories": categories });
        api.post("/api/hdhomerun/devices", device).await;
    }
}

/// Users with long names, one of them signed in, one switched off.
async fn people(api: &Api) {
    let long = "x".repeat(64);
    for (at, name) in [
        "anna", &long, "ben", "carla", "dora", "emil", "frida", "gero", "hanna", "ida", "jonas",
    ]
    .iter()
    .enumerate()
    {
        let user = json!({"username": name, "full_name": &LONG[..150], "role": if at == 2 { "admin" } else { "viewer" },
            "email": format!("{}@example.org", &name[..1]), "password": "a long password", "is_active": at != 1,
            "must_change_password": at == 4});
        api.post("/api/users", user).await;
    }
    for (name, scope) in [("Home automation", "write"), (&LONG[..90], "read")] {
        api.post(
            "/api/tokens",
            json!({"name": name, "scope": scope, "expires_at": "2099-01-01T00:00:00Z"}),
        )
        .await;
    }
    api.post(
        "/api/auth/login",
        json!({"username": "anna", "password": "a long password"}),
    )
    .await;
}

async fn pages_that_tell_of_trouble_are_accessible(browser: Browser) {
    let world = World::start().await;
    let api = world.api().await;
    let broken = api.provider("Broken", &world.simulator.url("/broken.m3u")).await;
    world.simulator.fault("/broken.m3u", Fault::html());
    let failed = api.sync(broken).await;
    let shrunk = api.provider("Shrunk", &world.list_url()).await;
    let names: Vec<String> = (0..60)
        .map(|at| format!("Station {at} of the north and the far east"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let list = |names: &[&str]| {
        let here = crate::world::list(names).replace("http://tv.example", &world.simulator.url(""));
        Resource::bytes(here)
    };
    world.simulator.put(LIST, list(&names));
    world.simulator.put("/live/0.ts", Resource::bytes(ts::block()));
    world.simulator.fault("/live/1.ts", Fault::html());
    api.sync(shrunk).await;
    for _ in 0..3 {
        api.check().await;
    }
    past::weeks(&world, shrunk).await;
    past::looks(&world, 1).await;
    past::plays(&world, 1).await;
    world.simulator.put(LIST, list(&names[..20]));
    let held = api.sync(shrunk).await;
    api.set("public_url", json!("http://localhost:8080")).await;
    api.set("strm_link_mode", json!("redirect")).await;
    world.sign_in(&browser, "/").await;
    let (failed, held) = (format!("/syncs/{failed}"), format!("/syncs/{held}"));
    let (broken, shrunk) = (format!("/providers/{broken}"), format!("/providers/{shrunk}"));
    let approval = format!("{held}/approval");
    let (week, month) = (
        format!("{shrunk}/performance"),
        format!("{shrunk}/performance?days=30"),
    );
    let wrong = format!("{shrunk}/performance?from=2026-02-30");
    look(
        &browser,
        &world,
        &[
            ("trouble-home", "/"),
            ("trouble-providers", "/providers"),
            ("provider-failing", &broken),
            ("provider-held", &shrunk),
            ("performance", &week),
            ("performance-month", &month),
            ("performance-wrong", &wrong),
            ("sync-failed", &failed),
            ("sync-held", &held),
            ("sync-approval", &approval),
            ("trouble-health", "/stream-health"),
            ("channel-working", "/channels/1"),
            ("channel-failing", "/channels/2"),
            ("stream-working", "/streams/1"),
            ("stream-failing", "/streams/2"),
            ("trouble-syncs", "/syncs"),
            ("trouble-jobs", "/jobs"),
            ("job-failed", "/jobs/1"),
            ("trouble-library", "/library"),
            ("trouble-missing", "/channels/99999"),
        ],
    )
    .await;
}

/// The pages of a film and of a series of which a panel tells more than their names.
async fn told(world: &World, api: &Api) -> (String, String) {
    let panel = Panel::new();
    panel.open(Account::new("ann", "s3cret"), Catalogue::plain());
    world.simulator.put_panel(&panel);
    let sent = json!({ "name": "Panel", "type": "xstream", "xstream_host": world.simulator.url(""),
        "xstream_username": "ann", "xstream_password": "s3cret" });
    let provider = api.post("/api/providers", sent).await["id"].as_i64().unwrap();
    api.sync(provider).await;
    let find = async |path: &str| {
        for _ in 0..600 {
            let found =
                api.get(&format!("/api/vod/{path}?sort=rating&limit=1")).await["items"][0]["id"].clone();
            let shown = api.get(&format!("/api/vod/{path}/{found}")).await;
            if shown["plot"].is_string() {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        unreachable!("nothing is told of {path}");
    };
    (
        format!("/movies/{}", find("movies").await),
        format!("/series/{}", find("series").await),
    )
}
