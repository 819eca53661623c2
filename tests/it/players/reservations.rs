//! What becomes of viewers where connections are reserved for one of them.

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::providers;
use m3u_strm_processor::features::sync::{self, Started};
use m3u_strm_processor::simulator::Resource;
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::world::{World, first_bytes, live, soon};
use crate::support::ctx::ACTOR;

const OTHER_LIST: &str = "/other.php";

impl World {
    /// A provider with so many connections and two channels, one connection reserved for the television: its token.
    async fn with_television(connections: i64) -> (Self, String) {
        let world = Self::with(Engine::Sqlite, json!({ "max_connections": connections })).await;
        for path in ["/one.ts", "/two.ts"] {
            world.simulator.put(path, live());
        }
        world
            .lists(&[world.entry("One", "/one.ts"), world.entry("Two", "/two.ts")])
            .await;
        let (id, token) = world.credential("Living room TV").await;
        let path = format!("/api/providers/{}/reservations/{id}", world.provider);
        let body = json!({ "connections": 1 });
        let put = world.app.send(&world.admin, Method::PUT, &path, &body).await;
        assert_eq!(put.status(), 200);
        (world, token)
    }

    async fn play_as(&self, token: &str, path: &str) -> Response {
        let url = self.app.url(&format!("/stream/{token}/{path}"));
        soon(self.app.client.get(url).send()).await.unwrap()
    }
}

#[tokio::test]
async fn others_never_get_the_connection_of_the_television() {
    let (world, television) = World::with_television(1).await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let refused = world.play(&one).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    let told: Value = refused.json().await.unwrap();
    assert_eq!(told["error"]["code"], "reserved");
    let words = told["error"]["message"].as_str().unwrap();
    assert!(words.contains("reserved for others"), "{words}");
    assert_eq!(world.simulator.count("/one.ts"), 0);
    let mut playing = world.play_as(&television, &two).await;
    assert_eq!(playing.status(), 200);
    first_bytes(&mut playing, 188).await;
    // Now it is in use.
    assert_eq!(world.refusal(&one, 503).await["code"], "all_in_use");
    let mut shared = world.play(&two).await;
    first_bytes(&mut shared, 188).await;
    assert_eq!(world.simulator.count("/two.ts"), 1);
}

#[tokio::test]
async fn two_viewers_of_two_connections_are_a_guest_and_the_television() {
    let (world, television) = World::with_television(2).await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let mut guest = world.play(&one).await;
    first_bytes(&mut guest, 188).await;
    assert_eq!(world.refusal(&two, 503).await["code"], "reserved");
    let mut playing = world.play_as(&television, &two).await;
    first_bytes(&mut playing, 188).await;
    let shown = format!("/api/providers/{}/reservations", world.provider);
    let stands = world.app.json(&world.admin, &shown, 200).await;
    assert_eq!(stands["in_use"], 2);
    let lines = stands["credentials"].as_array().unwrap();
    let in_use: Vec<_> = lines
        .iter()
        .map(|line| (&line["reserved"], &line["in_use"]))
        .collect();
    assert_eq!(in_use, [(&json!(1), &json!(1)), (&json!(0), &json!(1))]);
}

#[tokio::test]
async fn a_check_is_refused_the_connection_of_the_television() {
    let (world, television) = World::with_television(1).await;
    let stream = world.id("select min(id) from channel_streams", Vec::new()).await;
    let path = format!("/api/streams/{stream}/check");
    let check = async || {
        let answer = world.app.api(&world.admin, Method::POST, &path).await;
        answer.json::<Value>().await.unwrap()["state"].clone()
    };
    assert_eq!(check().await, "skipped");
    assert_eq!(world.simulator.count("/one.ts"), 0);
    let mut playing = world.play_as(&television, &world.channel("Two").await).await;
    first_bytes(&mut playing, 188).await;
}

#[tokio::test]
async fn a_sync_goes_on_beside_connections_that_are_all_reserved() {
    let (world, _) = World::with_television(1).await;
    let names = ["One", "Two", "Three"];
    world.lists(&names.map(|name| world.entry(name, "/one.ts"))).await;
    world.channel("Three").await;
}

#[tokio::test]
async fn a_viewer_goes_on_with_the_next_provider_where_only_reserved_connections_are_free() {
    let (world, television) = World::with_television(1).await;
    let other = world.simulator.url(OTHER_LIST);
    let sent = json!({ "name": "Other", "type": "m3u", "m3u_url": other, "priority": 1 });
    let id = providers::create(&world.app.ctx, &ACTOR, sent.as_object().unwrap(), None)
        .await
        .unwrap();
    world.simulator.put("/other.ts", live());
    let list = format!("#EXTM3U\n{}\n", world.entry("One", "/other.ts"));
    world.simulator.put(OTHER_LIST, Resource::bytes(list));
    let started = sync::start(&world.app.ctx, id, &ACTOR, false).await;
    let (Started::New(job) | Started::Running(job)) = started.unwrap();
    let job = soon(world.app.ctx.jobs.follow(job, |_| {})).await.unwrap();
    assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
    let one = world.channel("One").await;
    let mut guest = world.play(&one).await;
    assert_eq!(guest.status(), 200);
    first_bytes(&mut guest, 188).await;
    let asked = || {
        (
            world.simulator.count("/one.ts"),
            world.simulator.count("/other.ts"),
        )
    };
    assert_eq!(asked(), (0, 1));
    let mut playing = world.play_as(&television, &one).await;
    first_bytes(&mut playing, 188).await;
    assert_eq!(asked(), (1, 1), "it has its own");
}

#[tokio::test]
async fn who_watches_with_the_television_does_not_keep_its_connection_when_it_leaves() {
    let (world, television) = World::with_television(1).await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let mut playing = world.play_as(&television, &one).await;
    first_bytes(&mut playing, 188).await;
    let mut guest = world.play(&one).await;
    first_bytes(&mut guest, 188).await;
    drop(playing);
    let mut next = world.play_as(&television, &two).await;
    assert_eq!(next.status(), 200);
    first_bytes(&mut next, 188).await;
    world.until(|counters| counters.open == 1).await;
    assert_eq!((world.leases().await, world.simulator.count("/two.ts")), (1, 1));
}

#[tokio::test]
async fn who_goes_on_alone_with_what_the_television_began_holds_the_connection() {
    let (world, television) = World::with_television(2).await;
    let (one, two) = (world.channel("One").await, world.channel("Two").await);
    let mut playing = world.play_as(&television, &one).await;
    first_bytes(&mut playing, 188).await;
    let mut guest = world.play(&one).await;
    first_bytes(&mut guest, 188).await;
    drop(playing);
    let own = "select count(*) from connection_leases l join output_credentials c on c.id = l.credential_id
               where not c.is_personal";
    soon(async {
        // The guest's bytes go on while it is passed on.
        while world.id(own, Vec::new()).await > 0 {
            first_bytes(&mut guest, 188).await;
        }
    })
    .await;
    assert_eq!(world.refusal(&two, 503).await["code"], "reserved");
    let mut next = world.play_as(&television, &two).await;
    first_bytes(&mut next, 188).await;
    first_bytes(&mut guest, 188).await;
    assert_eq!(world.simulator.count("/one.ts"), 1);
}

#[tokio::test]
async fn what_is_kept_for_one_of_those_who_watch_on_keeps_all_of_them() {
    let world = World::with(Engine::Sqlite, json!({ "max_connections": 1 })).await;
    world.simulator.put("/one.ts", live());
    world.lists(&[world.entry("One", "/one.ts")]).await;
    let one = world.channel("One").await;
    let ((_, guest), (id, television)) = (
        world.credential("Den").await,
        world.credential("Living room TV").await,
    );
    let mut first = world.play(&one).await;
    first_bytes(&mut first, 188).await;
    let mut guest = world.play_as(&guest, &one).await;
    first_bytes(&mut guest, 188).await;
    let mut playing = world.play_as(&television, &one).await;
    first_bytes(&mut playing, 188).await;
    let path = format!("/api/providers/{}/reservations/{id}", world.provider);
    let put = world
        .app
        .send(&world.admin, Method::PUT, &path, &json!({ "connections": 1 }))
        .await;
    assert_eq!(put.status(), 200);
    drop(first);
    let holder = "select coalesce(max(credential_id), 0) from connection_leases";
    soon(async {
        while world.id(holder, Vec::new()).await != id {
            first_bytes(&mut guest, 188).await;
            first_bytes(&mut playing, 188).await;
        }
    })
    .await;
    first_bytes(&mut guest, 100_000).await;
    first_bytes(&mut playing, 100_000).await;
    assert_eq!(world.simulator.count("/one.ts"), 1);
}
