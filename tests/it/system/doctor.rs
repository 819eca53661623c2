use m3u_strm_processor::db::Engine;
use tempfile::TempDir;

use crate::players::world::{World, live};
use crate::support::OnEngine;
use crate::support::program::{program, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_plays_a_link_of_the_library_and_names_what_is_wrong() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let address = serde_json::json!({ "value": world.app.url("") });
    let put = reqwest::Method::PUT;
    let path = "/api/settings/public_url";
    assert_eq!(
        world.app.send(&world.admin, put, path, &address).await.status(),
        200
    );
    let begun = world.app.post(&world.admin, "/library/runs", &[]).await;
    assert_eq!(begun.status(), 303);
    let (jobs, _) = world.app.ctx.jobs.list(&Default::default()).await.unwrap();
    world.app.ctx.jobs.follow(jobs[0].id, |_| {}).await.unwrap();
    let examine = || {
        let mut command = program(world.app.data.path());
        command
            .env("STRM_DATABASE_URL", world.app.db.url())
            .env("STRM_LOG", "error")
            .arg("doctor");
        tokio::task::spawn_blocking(move || run(&mut command))
    };
    let (status, out, errors) = examine().await.unwrap();
    assert_eq!(status, Some(0), "{out}{errors}");
    assert!(
        out.contains("plays: 200 OK") && out.ends_with("Nothing is wrong.\n"),
        "{out}"
    );
    world.assert_hidden(&out);
    assert!(!out.contains(&world.token), "{out}");
    world
        .app
        .post(&world.admin, "/account/credentials", &[("name", "other")])
        .await;
    let key = world.app.data.path().join("secret.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, "A".repeat(43)).unwrap();
    let (status, out, _) = examine().await.unwrap();
    assert_eq!(status, Some(1), "{out}");
    assert!(
        out.contains("The key file does not open what is stored of 1 of 1 providers."),
        "{out}"
    );
    std::fs::remove_file(&key).unwrap();
    let (status, out, _) = examine().await.unwrap();
    assert!(status == Some(1) && out.contains("is not there"), "{out}");
    assert!(!key.exists(), "it makes none");
    std::fs::write(&key, kept).unwrap();
}

#[test]
fn an_empty_place_is_nothing_wrong() {
    let place = TempDir::new().unwrap();
    let (status, out, errors) = run(program(&place.path().join("data")).arg("doctor"));
    assert_eq!(status, Some(0), "{out}{errors}");
    assert!(out.contains("The first start makes it."), "{out}");
    assert!(!place.path().join("data").exists(), "it changes nothing");
}
