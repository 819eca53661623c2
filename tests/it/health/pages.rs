//! Where people see whether streams work, and have them checked.

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::Fault;
use m3u_strm_processor::support::ids::JobId;

use crate::on_both_engines;
use crate::players::world::{SECRET, World, live, soon};
use crate::support::OnEngine;

impl World {
    async fn read(&self, path: &str) -> String {
        let page = self.app.page(&self.admin, path, 200).await;
        assert!(!page.contains(SECRET), "{path}");
        page
    }

    /// Presses a button and waits for the check that it began.
    async fn press(&self, path: &str) {
        let answer = self.app.post(&self.admin, path, &[]).await;
        assert_eq!(answer.status(), 303, "{path}");
        let last = self
            .id("select max(id) from jobs where kind = 'health_check'", Vec::new())
            .await;
        let job = soon(self.app.ctx.jobs.follow(JobId(last), |_| {})).await.unwrap();
        assert_eq!(job.state.as_str(), "succeeded", "{job:?}");
    }
}

on_both_engines! {
    async fn the_page_says_how_many_work_and_which_do_not(world: World) {
        let page = world.read("/stream-health").await;
        assert!(page.contains("No streams yet") && !page.contains("check-all"));
        world.simulator.put("/Good.ts", live());
        world.lists_channels(&["Good", "<b>Gone</b>"]).await;
        let page = world.read("/stream-health").await;
        assert!(page.contains("Check 2 streams") && page.contains("No stream was checked yet"));
        assert!(page.contains("No stream failed its last check"));
        world.press("/stream-health/checks").await;
        let page = world.read("/stream-health").await;
        assert!(page.contains("&#60;b&#62;Gone") && !page.contains("<b>Gone"), "{page}");
        assert!(page.contains("Failing") && page.contains("404"), "{page}");
        for _ in 0..2 {
            world.app.ctx.clock.advance_ms(60_000);
            world.press(&format!("/providers/{}/stream-checks", world.provider)).await;
        }
        let page = world.read("/stream-health").await;
        assert!(page.contains("Out of use") && page.contains("50.0 % of all"), "{page}");
        let gone = world
            .id("select id from channel_streams where original_name like '%Gone%'", Vec::new())
            .await;
        let of_stream = world.read(&format!("/streams/{gone}")).await;
        assert!(of_stream.contains("Out of use") && of_stream.contains("Answered 404"), "{of_stream}");
        assert_eq!(of_stream.matches("by hand").count(), 3, "{of_stream}");
        assert!(of_stream.contains("insufficient data") && of_stream.contains("strip-unknown"), "{of_stream}");
        assert!(!of_stream.contains("<b>Gone"));
        world.app.page(&world.admin, "/streams/99", 404).await;
        let provider = world.read(&format!("/providers/{}", world.provider)).await;
        assert!(provider.contains("1 working, 1 not working"), "{provider}");
        let next = world.read("/stream-health?after=9999999999999.1").await;
        assert!(next.contains("There are no more"));
        world.app.page(&world.admin, "/stream-health?after=x", 422).await;
    }
}

#[tokio::test]
async fn a_channel_has_its_streams_checked_and_says_what_came_of_it() {
    let world = World::on(Engine::Sqlite).await;
    world.simulator.put("/One.ts", live());
    world.lists_channels(&["One"]).await;
    let path = world.channel("One").await.replace("channel/", "/channels/");
    let page = world.read(&path).await;
    assert!(
        page.contains("Not checked") && page.contains("Check 1 stream<"),
        "{page}"
    );
    let stream = world.stream("One").await["id"].clone();
    let check = format!("{path}/streams/{stream}/checks");
    let told = world
        .app
        .post_fragment(&world.admin, &check, &[])
        .await
        .text()
        .await
        .unwrap();
    assert!(
        told.contains("It works: its first picture data came after") && told.contains(">Up<"),
        "{told}"
    );
    world.simulator.fault("/One.ts", Fault::html());
    let told = world
        .app
        .post_fragment(&world.admin, &check, &[])
        .await
        .text()
        .await
        .unwrap();
    assert!(
        told.contains("It does not work:") && told.contains("1 failed check in a row"),
        "{told}"
    );
    world.press(&format!("{path}/stream-checks")).await;
    assert!(world.read(&path).await.contains("2 failed checks in a row"));
    let viewer = world.app.viewer_token("vera").await;
    let page = world.app.page(&viewer, &path, 200).await;
    assert!(
        page.contains("2 failed checks in a row") && !page.contains("stream-checks"),
        "{page}"
    );
    world.app.page(&world.admin, "/channels/99/events", 404).await;
    let answer = world
        .app
        .post(&world.admin, "/channels/99/stream-checks", &[])
        .await;
    assert_eq!(answer.status(), 404);
    let answer = world
        .app
        .post(&world.admin, &format!("{path}/streams/99/checks"), &[])
        .await;
    assert_eq!(answer.status(), 404);
}
