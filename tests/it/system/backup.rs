use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use m3u_strm_processor::app::{App, schedule};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::db::{Engine, backup as copies};
use m3u_strm_processor::features::settings;
use m3u_strm_processor::features::system::backup::{self, BackupError};
use m3u_strm_processor::jobs::{State, kinds};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::players::world::{World, first_bytes, live, soon};
use crate::support::program::{program, run};
use crate::support::{ACTOR, OnEngine, TestApp, acts};

/// The command on an installation's data folder and database.
async fn command(data: &Path, database: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = program(data);
    command
        .env("STRM_DATABASE_URL", database)
        .env("STRM_LOG", "error")
        .args(arguments);
    tokio::task::spawn_blocking(move || run(&mut command))
        .await
        .unwrap()
}

/// A server on a data folder; it ends with this value.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut child = program(data)
            .env("STRM_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut log = String::new();
        while !log.contains("serves") {
            assert!(errors.read_line(&mut log).unwrap() > 0, "{log}");
        }
        // What it says later must not stop it.
        std::thread::spawn(move || errors.read_to_end(&mut Vec::new()));
        let (_, rest) = log.split_once("127.0.0.1:").unwrap();
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Self {
            child,
            address: format!("http://127.0.0.1:{port}"),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_signs_in_knows_its_providers_and_plays() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let channel = world.channel("One").await;
    let place = TempDir::new().unwrap();
    let file = place.path().join("tonight.db");
    let file = file.to_str().unwrap();
    let (url, data) = (world.app.db.url(), world.app.data.path());
    let (status, out, errors) = command(data, &url, &["backup", file]).await;
    assert_eq!(status, Some(0), "{errors}");
    assert!(out.contains("holds the database and the key file"), "{out}");
    let (status, _, errors) = command(data, &url, &["backup", file]).await;
    assert_eq!(status, Some(1));
    assert!(errors.contains("overwrites nothing"), "{errors}");

    let fresh = place.path().join("fresh");
    let database = format!("sqlite:{}", fresh.join("m3u-strm-processor.db").display());
    let (status, out, errors) = command(&fresh, &database, &["restore", file]).await;
    assert_eq!(status, Some(0), "{errors}");
    assert!(out.contains("is back as it was at "), "{out}");
    let (status, _, errors) = command(&fresh, &database, &["restore", file]).await;
    assert_eq!(status, Some(1));
    assert!(errors.contains("move it away first"), "{errors}");

    let served = Served::start(&fresh);
    let client = &world.app.client;
    let credentials = json!({ "username": "admin", "password": "correct horse battery" });
    let request = client
        .post(format!("{}/api/auth/login", served.address))
        .json(&credentials);
    let answer: Value = soon(request.send()).await.unwrap().json().await.unwrap();
    let token = answer["token"].as_str().unwrap();
    let request = client
        .get(format!("{}/api/providers", served.address))
        .bearer_auth(token);
    let providers: Value = soon(request.send()).await.unwrap().json().await.unwrap();
    assert_eq!(providers["items"][0]["name"], "One");
    let stream = format!("{}/stream/{}/{channel}", served.address, world.token);
    let mut played = soon(client.get(stream).send()).await.unwrap();
    assert_eq!(played.status(), StatusCode::OK);
    assert_eq!(first_bytes(&mut played, 188).await[0], 0x47);
    let (status, _, errors) = command(&fresh, &database, &["restore", file]).await;
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("works on") && errors.contains("stop it first"),
        "{errors}"
    );
}

fn config(data: &Path) -> Config {
    Config::load_from(&Flags::of([("data_dir", data.to_str().unwrap())]), &|_| None).unwrap()
}

/// An installation that was used before and is not at work, and a backup of it.
async fn used(place: &Path) -> (Config, std::path::PathBuf) {
    let config = config(&place.join("used"));
    let app = App::build(config.clone()).await.unwrap();
    app.ctx.db.close().await;
    drop(app);
    let file = place.join("backup.db");
    backup::write(&config, &file, 1).await.unwrap();
    (config, file)
}

#[tokio::test]
async fn what_is_no_backup_or_would_overwrite_something_is_refused() {
    let place = TempDir::new().unwrap();
    let (used, file) = used(place.path()).await;
    let fresh = config(&place.path().join("fresh"));
    let text = place.path().join("text.db");
    std::fs::write(&text, "no database at all, but long enough to be looked at").unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let cut = place.path().join("cut.db");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let plain = place.path().join("used/m3u-strm-processor.db");
    for wrong in [&text, &cut, &plain] {
        let refused = backup::restore(&fresh, wrong).await;
        assert!(
            matches!(refused, Err(BackupError::NoBackup(_))),
            "{wrong:?}: {refused:?}"
        );
    }
    let nowhere = backup::restore(&fresh, &place.path().join("nowhere.db")).await;
    assert!(matches!(nowhere, Err(BackupError::Read { .. })));
    assert!(!fresh.data.dir.exists(), "nothing was made");
    let there = backup::restore(&used, &file).await;
    assert!(matches!(there, Err(BackupError::DatabaseThere(_))));
    std::fs::create_dir_all(&fresh.data.dir).unwrap();
    std::fs::write(fresh.data.dir.join("secret.key"), "another").unwrap();
    let key = backup::restore(&fresh, &file).await;
    assert!(matches!(key, Err(BackupError::KeyThere(_))));
    assert!(!fresh.data.dir.join("m3u-strm-processor.db").exists());
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused() {
    let place = TempDir::new().unwrap();
    let (used, file) = used(place.path()).await;
    let db = App::build(used.clone()).await.unwrap().ctx.db;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 values (9999, 'newer', true, x'00', 0)";
    db.execute(newer, vec![]).await.unwrap();
    db.close().await;
    let file = file.with_file_name("newer.db");
    backup::write(&used, &file, 1).await.unwrap();
    let refused = backup::restore(&config(&place.path().join("fresh")), &file).await;
    assert!(matches!(refused, Err(BackupError::Newer(_))), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_private_and_holds_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let place = TempDir::new().unwrap();
    let (used, file) = used(place.path()).await;
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let copy = copies::read(&file).await.unwrap().unwrap();
    assert_eq!(
        copy.enclosed.key,
        std::fs::read(used.security.secret_key_file).unwrap()
    );
    let left: Vec<_> = std::fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing is left beside it: {left:?}");
}

#[tokio::test]
async fn a_database_is_kept_as_it_was_before_its_migration() {
    let place = TempDir::new().unwrap();
    let config = config(&place.path().join("data"));
    let db = App::build(config.clone()).await.unwrap().ctx.db;
    assert_eq!(backup::list(&config), [], "a new database has nothing to keep");
    // A migration as if it had not been applied yet: a table of its own that nothing refers to.
    db.execute("drop table sync_schedules", vec![]).await.unwrap();
    db.execute("delete from _sqlx_migrations where version = 18", vec![])
        .await
        .unwrap();
    db.close().await;
    App::build(config.clone()).await.unwrap().ctx.db.close().await;
    let kept = backup::list(&config);
    assert!(kept.len() == 1 && kept[0].is_snapshot, "{kept:?}");
    App::build(config.clone()).await.unwrap().ctx.db.close().await;
    assert_eq!(backup::list(&config).len(), 1, "nothing was to be migrated");
}

#[tokio::test]
async fn a_backup_is_asked_for_on_the_system_page() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    assert!(
        app.page(&token, "/system", 200)
            .await
            .contains("There is none yet")
    );
    let begun = app.post(&token, "/system/backups", &[]).await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let (jobs, _) = app.ctx.jobs.list(&Default::default()).await.unwrap();
    assert_eq!((jobs[0].kind.as_str(), jobs[0].by_hand), (kinds::BACKUP, true));
    assert!(
        acts(&app.ctx)
            .await
            .contains(&"backup.started backups".to_owned())
    );
    let folder = app.data.path().join("backups");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("backup-20260101T000000000Z.db"), [0; 2_048]).unwrap();
    let page = app.page(&token, "/system", 200).await;
    assert!(
        page.contains("backup-20260101T000000000Z.db") && page.contains("2.0 KiB"),
        "{page}"
    );
}

#[tokio::test]
async fn backups_come_by_schedule_and_the_oldest_go() {
    use m3u_strm_processor::app::{App, handlers};
    use m3u_strm_processor::jobs::run_here;
    use m3u_strm_processor::support::clock::Clock;
    const DAY: i64 = 24 * 3_600_000;
    let place = TempDir::new().unwrap();
    let config = config(place.path());
    let first = App::build(config.clone()).await.unwrap();
    let clock = Clock::manual(crate::support::ctx::START_MS);
    let app = App::on(first.ctx.db.clone(), config.clone(), clock.clone()).unwrap();
    let ctx = &app.ctx;
    settings::set(ctx, &ACTOR, json!({ "backup_keep": 2 }).as_object().unwrap())
        .await
        .unwrap();
    schedule::tick(ctx).await.unwrap();
    for _ in 0..3 {
        clock.advance_ms(DAY);
        schedule::tick(ctx).await.unwrap();
        let (jobs, _) = ctx.jobs.list(&Default::default()).await.unwrap();
        let job = run_here(&ctx.jobs, &handlers(&App::of(ctx.clone())), jobs[0].id, |_| {})
            .await
            .unwrap();
        assert_eq!(
            (job.kind.as_str(), job.state),
            (kinds::BACKUP, State::Succeeded),
            "{job:?}"
        );
    }
    assert_eq!(backup::list(&config).len(), 2);
    let off = json!({ "backup_enabled": false });
    settings::set(ctx, &ACTOR, off.as_object().unwrap())
        .await
        .unwrap();
    assert!(backup::planned(ctx).await.unwrap().is_none());
}

#[tokio::test]
async fn postgres_is_told_to_use_its_own_tools() {
    let app = TestApp::with(Engine::Postgres, &[]).await;
    let token = app.admin_token().await;
    assert!(
        app.page(&token, "/system", 200)
            .await
            .contains("PostgreSQL is backed up with its own tools")
    );
    let place = TempDir::new().unwrap();
    let file = place.path().join("backup.db");
    let arguments = ["backup", file.to_str().unwrap()];
    let (status, _, errors) = command(app.data.path(), &app.db.url(), &arguments).await;
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("pg_dump") && errors.contains("secret.key"),
        "{errors}"
    );
}
