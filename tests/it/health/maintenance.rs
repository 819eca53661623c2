//! Times in which a provider is at work on its service.

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::health::uptime::of_stream::of_stream;
use m3u_strm_processor::support::ids::{JobId, StreamId};
use reqwest::Method;
use serde_json::{Value, json};

use super::tower::{CHANNELS, MINUTE, Tower, path};
use crate::on_both_engines;
use crate::players::world::{World, soon};
use crate::support::OnEngine;

fn rfc3339(at_ms: i64) -> String {
    m3u_strm_processor::api::time::rfc3339(at_ms).unwrap()
}

impl World {
    fn windows(&self) -> String {
        format!("/api/providers/{}/maintenance", self.provider)
    }

    pub(super) async fn plan(&self, from_ms: i64, to_ms: i64) -> i64 {
        let wanted = json!({ "from": rfc3339(from_ms), "to": rfc3339(to_ms), "note": "<new> servers" });
        let answer = self
            .app
            .send(&self.admin, Method::POST, &self.windows(), &wanted)
            .await;
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.app.api(&self.admin, Method::GET, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }
}

impl Tower {
    fn asked(&self) -> u64 {
        (1..=CHANNELS)
            .map(|number| self.world.simulator.count(&path(number)) as u64)
            .sum()
    }

    async fn states(&self) -> Vec<String> {
        let mut states = Vec::new();
        for number in 1..=CHANNELS {
            states.push(self.stand(number).await.state);
        }
        states
    }
}

on_both_engines! {
    async fn a_provider_in_maintenance_is_left_alone_and_nothing_is_held_against_it(tower: Tower) {
        let world = &tower.world;
        let from = tower.now() + 10 * MINUTE;
        world.plan(from, from + 60 * MINUTE).await;
        tower.pass(9 * MINUTE).await;
        tower.fail(1..=CHANNELS);
        assert_eq!(tower.states().await, ["up"; CHANNELS]);
        let before = tower.asked();
        tower.pass(3 * MINUTE).await;
        assert_eq!(tower.states().await, ["maintenance"; CHANNELS]);
        let health = world.json("/api/health/status").await;
        assert_eq!((&health["by_state"]["maintenance"], &health["by_state"]["unknown"]), (&json!(8), &json!(0)));
        assert_eq!(health["active_streams"], 8);
        // By hand nothing is asked either.
        tower.check_all().await;
        let id = world.id("select min(id) from channel_streams", Vec::new()).await;
        let checked = world.app.api(&world.admin, Method::POST, &format!("/api/streams/{id}/check")).await;
        assert_eq!(checked.json::<Value>().await.unwrap()["state"], "maintenance");
        assert_eq!(tower.asked(), before, "a provider in maintenance was asked");
        let stand = tower.stand(1).await;
        assert_eq!((stand.in_use, stand.failures, stand.next_check), (true, 0, None));
        assert!(tower.incidents().await.is_empty());

        world.simulator.mend();
        // A server that is not noted now and then counts as off.
        while tower.now() < from + 62 * MINUTE {
            tower.pass(2 * MINUTE).await;
        }
        assert_eq!(tower.states().await, ["up"; CHANNELS]);
        let uptime = of_stream(&world.app.ctx, StreamId(id), 1).await.unwrap();
        assert_eq!(uptime.whole.down_ms, 0);
        let minutes = uptime.whole.maintenance_ms / MINUTE;
        assert!((58..=61).contains(&minutes), "{minutes}");
    }

    async fn maintenance_that_is_over_early_brings_a_check_at_once(tower: Tower) {
        let world = &tower.world;
        let now = tower.now();
        let id = world.plan(now, now + 60 * MINUTE).await;
        tower.pass(MINUTE).await;
        assert_eq!(tower.stand(3).await.state, "maintenance");
        let asked = tower.asked();
        let one = format!("{}/{id}", world.windows());
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &one).await.status(), 204);
        let windows = world.json(&world.windows()).await;
        assert_eq!((&windows[0]["state"], &windows[0]["note"]), (&json!("over"), &json!("<new> servers")));
        tower.pass(MINUTE).await;
        assert_eq!(tower.stand(3).await.state, "up");
        assert_eq!(tower.asked() - asked, CHANNELS as u64);
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &one).await.status(), 204);
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &one).await.status(), 404);
        assert_eq!(world.json(&world.windows()).await, json!([]));
    }

    async fn a_window_that_makes_no_sense_is_refused_and_says_why(world: World) {
        let now = world.app.ctx.clock.now_ms();
        let at = |minutes: i64| rfc3339(now + minutes * MINUTE);
        for (wanted, field) in [
            (json!({}), "from"),
            (json!({ "from": at(1) }), "to"),
            (json!({ "from": at(5), "to": at(5) }), "to"),
            (json!({ "from": at(-9), "to": at(-5) }), "to"),
            (json!({ "from": at(0), "to": at(31 * 24 * 60) }), "to"),
            (json!({ "from": "tomorrow", "to": at(5) }), "from"),
            (json!({ "from": at(0), "to": at(5), "note": "x".repeat(201) }), "note"),
        ] {
            let answer = world.app.send(&world.admin, Method::POST, &world.windows(), &wanted).await;
            assert_eq!(answer.status(), 422, "{wanted}");
            let told: Value = answer.json().await.unwrap();
            assert!(told.to_string().contains(&format!("\"{field}\"")), "{told}");
        }
        for number in 0..20 {
            world.plan(now + number * MINUTE, now + (number + 1) * MINUTE).await;
        }
        let one_more = json!({ "from": at(0), "to": at(5) });
        let answer = world.app.send(&world.admin, Method::POST, &world.windows(), &one_more).await;
        assert_eq!(answer.status(), 422);
        let nobody = "/api/providers/99/maintenance";
        assert_eq!(world.app.send(&world.admin, Method::POST, nobody, &one_more).await.status(), 404);
        assert_eq!(world.app.api(&world.admin, Method::GET, nobody).await.status(), 404);
        assert_eq!(world.app.api(&world.admin, Method::DELETE, &format!("{nobody}/1")).await.status(), 404);
    }
}

#[tokio::test]
async fn maintenance_is_planned_and_ended_on_its_page() {
    let tower = Tower::on(Engine::Sqlite).await;
    let (app, admin) = (&tower.world.app, &tower.world.admin);
    let provider = format!("/providers/{}", tower.world.provider);
    let page = format!("{provider}/maintenance");
    assert!(
        app.page(admin, &page, 200)
            .await
            .contains("No maintenance planned")
    );
    let wrong = app
        .post(admin, &page, &[("from", ""), ("to", "2031-02-31T00:00")])
        .await;
    assert_eq!(wrong.status(), 422);
    let text = wrong.text().await.unwrap();
    assert!(
        text.contains("Say when it begins") && text.contains("Say when it ends"),
        "{text}"
    );
    let typed = |at_ms: i64| rfc3339(at_ms)[..16].to_owned();
    let (from, to) = (typed(tower.now()), typed(tower.now() + 60 * MINUTE));
    let form = [
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("note", "<b>Move</b>"),
    ];
    assert_eq!(app.post(admin, &page, &form).await.status(), 303);
    let text = app.page(admin, &page, 200).await;
    assert!(
        text.contains("End now") && text.contains("&#60;b&#62;Move") && !text.contains("<b>Move"),
        "{text}"
    );
    tower.pass(MINUTE).await;
    let text = app.page(admin, &provider, 200).await;
    assert!(
        text.contains("In maintenance until") && text.contains("8 in maintenance"),
        "{text}"
    );
    let window = tower
        .world
        .id("select id from maintenance_windows", Vec::new())
        .await;
    assert_eq!(
        app.post(admin, &format!("{page}/{window}/ends"), &[])
            .await
            .status(),
        303
    );
    assert!(app.page(admin, &page, 200).await.contains("Over"));
    let last = tower.world.id("select max(id) from jobs", Vec::new()).await;
    soon(app.ctx.jobs.follow(JobId(last), |_| {})).await.unwrap();
    tower.pass(MINUTE).await;
    assert!(app.page(admin, &provider, 200).await.contains("8 working"));
}
