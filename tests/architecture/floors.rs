//! Rules 1, 2 and 4: arrows point downwards.

use super::files::{File, below};
use super::source::{module, names_crate, own_paths};

const FACES: [&str; 3] = ["web", "api", "players"];
/// From the roof to the ground; a room may import what stands below it.
const ROOMS: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "web",
            "api",
            "players",
            "edge",
            "features",
            "ctx",
            "jobs",
            "events",
            "fetch",
            "db",
            "config",
            "support",
            "simulator",
        ],
    ),
    (
        "web",
        &[
            "edge", "features", "ctx", "jobs", "events", "fetch", "db", "config", "support",
        ],
    ),
    (
        "api",
        &[
            "edge", "features", "ctx", "jobs", "events", "fetch", "db", "config", "support",
        ],
    ),
    (
        "players",
        &[
            "edge", "features", "ctx", "jobs", "events", "fetch", "db", "config", "support",
        ],
    ),
    (
        "edge",
        &[
            "features", "ctx", "jobs", "events", "fetch", "db", "config", "support",
        ],
    ),
    (
        "features",
        &["ctx", "jobs", "events", "fetch", "db", "config", "support"],
    ),
    ("ctx", &["jobs", "events", "fetch", "db", "config", "support"]),
    ("jobs", &["events", "db", "config", "support"]),
    ("events", &["db", "config", "support"]),
    ("fetch", &["db", "config", "support"]),
    ("db", &["config", "support"]),
    ("config", &["support"]),
    ("simulator", &["support"]),
    ("support", &[]),
];
/// Features by their floor; a feature may import those of lower floors.
const FLOORS: &[(&str, u8)] = &[
    ("alerts", 8),
    ("exports", 8),
    ("privacy", 8),
    ("system", 8),
    ("reports", 8),
    ("analytics", 7),
    ("playback", 6),
    ("history", 5),
    ("sync", 4),
    ("health", 4),
    ("outputs", 4),
    ("catalogue", 3),
    ("providers", 2),
    ("settings", 1),
    ("accounts", 1),
    ("audit", 0),
];
/// Which crates stand in which rooms only.
const CRATES: &[(&str, &[&str])] = &[
    ("actix", &["edge", "web", "api", "players", "app"]),
    ("tracing_actix_web", &["edge", "web", "api", "players", "app"]),
    ("askama", &["web"]),
    ("sqlx", &["db"]),
];

fn below_room(room: &str) -> Option<&'static [&'static str]> {
    ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, below)| *below)
}

fn floor(area: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == area)
        .map(|(_, floor)| *floor)
}

fn wrong_imports(file: &File) -> Vec<String> {
    let home = module(&file.path);
    let Some(room) = home
        .first()
        .filter(|room| !matches!(room.as_str(), "main" | "cli"))
    else {
        return Vec::new();
    };
    let Some(below) = below_room(room) else {
        return vec![format!("{}: the room {room} is not in the floor plan", file.path)];
    };
    own_paths(file)
        .into_iter()
        .filter(|path| !path.is_empty())
        .filter_map(|path| {
            let other = path[0].as_str();
            let is_room = below_room(other).is_some() || other == "cli";
            let is_wrong = if other == room {
                room == "features" && !is_lower_feature(home.get(1), path.get(1))
            } else {
                is_room && !below.contains(&other)
            };
            is_wrong.then(|| format!("{} imports {}", file.path, path.join("::")))
        })
        .collect()
}

/// Whether a feature may import another: itself, or one of a lower floor.
fn is_lower_feature(home: Option<&String>, other: Option<&String>) -> bool {
    let (Some(home), Some(other)) = (home, other) else {
        return true;
    };
    home == other || matches!((floor(home), floor(other)), (Some(home), Some(other)) if other < home)
}

fn wrong_crates(file: &File) -> Vec<String> {
    let home = module(&file.path);
    let room = home.first().map_or("", String::as_str);
    CRATES
        .iter()
        .filter(|(name, rooms)| !rooms.contains(&room) && names_crate(file, name))
        .map(|(name, _)| format!("{} uses {name}", file.path))
        .collect()
}

#[test]
fn arrows_point_downwards() {
    let files = below("src", ".rs");
    assert!(files.len() > 20);
    super::assert_none(&files.iter().flat_map(wrong_imports).collect::<Vec<_>>());
}

#[test]
fn crates_stay_in_their_rooms() {
    super::assert_none(
        &below("src", ".rs")
            .iter()
            .flat_map(wrong_crates)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_feature_has_its_floor() {
    let wrong: Vec<String> = below("src/features", ".rs")
        .iter()
        .filter_map(|file| module(&file.path).get(1).cloned())
        .filter(|area| floor(area).is_none())
        .map(|area| format!("the feature {area} has no floor"))
        .collect();
    super::assert_none(&wrong);
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn an_import_against_the_arrows_is_seen() {
    for (path, text) in [
        ("src/api/channels.rs", "use crate::web::kit::respond;"),
        ("src/players/relay.rs", "use crate::{edge, api::channels};"),
        ("src/edge/guard.rs", "fn f() { crate::web::kit::page() }"),
        ("src/features/sync/mod.rs", "use crate::edge::Problem;"),
        ("src/features/sync/mod.rs", "use crate::app::App;"),
        (
            "src/features/sync/plan.rs",
            "use crate::features::{audit, outputs::strm};",
        ),
        ("src/features/providers/mod.rs", "use super::catalogue::Channel;"),
        ("src/features/history/store.rs", "use super::super::playback;"),
        ("src/jobs/store.rs", "use crate::features::sync;"),
        ("src/fetch/mod.rs", "use crate::ctx::Ctx;"),
        ("src/support/text.rs", "use crate::config::Config;"),
        ("src/simulator/mod.rs", "use crate::db::Db;"),
        ("src/web/mod.rs", "use crate::cli;"),
        ("src/attic/mod.rs", "use crate::db::Db;"),
    ] {
        assert!(!wrong_imports(&file(path, text)).is_empty(), "{path}: {text}");
    }
}

#[test]
fn an_import_along_the_arrows_is_not_seen_as_wrong() {
    for (path, text) in [
        (
            "src/web/pages/sync/run.rs",
            "use crate::features::sync; use crate::edge::guard; use super::super::ui;",
        ),
        (
            "src/features/sync/plan.rs",
            "use crate::features::{audit, providers::m3u, catalogue}; use super::store;",
        ),
        (
            "src/features/playback/mod.rs",
            "use crate::features::{history, health};",
        ),
        (
            "src/jobs/workers.rs",
            "use crate::events::Event; use crate::{args, record};",
        ),
        ("src/app/routes.rs", "use crate::{web, api, players};"),
        ("src/cli/serve.rs", "use crate::app::App;"),
    ] {
        assert_eq!(wrong_imports(&file(path, text)), Vec::<String>::new(), "{path}");
    }
    assert!(
        FACES.iter().all(
            |face| below_room(face).is_some_and(|below| !FACES.iter().any(|other| below.contains(other)))
        )
    );
}

#[test]
fn a_crate_in_the_wrong_room_is_seen() {
    for (path, text) in [
        ("src/features/sync/mod.rs", "use actix_web::web;"),
        ("src/jobs/mod.rs", "#[derive(askama::Template)] struct Page;"),
        ("src/api/mod.rs", "use askama::Template;"),
        ("src/features/sync/store.rs", "sqlx::query(\"select 1\")"),
    ] {
        assert!(!wrong_crates(&file(path, text)).is_empty(), "{path}: {text}");
    }
    assert_eq!(
        wrong_crates(&file(
            "src/web/mod.rs",
            "use actix_web::web; use askama::Template;"
        )),
        Vec::<String>::new()
    );
}
