use std::time::Duration;

use m3u_strm_processor::simulator::Fault;
use reqwest::{Response, StatusCode};

use super::played::{LIST, Played};
use crate::support::acts;

/// Reads events until what was sent holds `wanted`.
async fn until(stream: &mut Response, wanted: &str) -> String {
    let mut text = String::new();
    let read = async {
        while !text.contains(wanted) {
            let chunk = stream.chunk().await.unwrap().expect("the stream has ended");
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert!(read.is_ok(), "waited in vain for {wanted}");
    text
}

async fn watch(played: &Played, path: &str) -> Response {
    let request = played
        .app
        .client
        .get(played.app.url(path))
        .bearer_auth(&played.token);
    let stream = request.send().await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK, "{path}");
    assert!(
        stream.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/event-stream")
    );
    stream
}

#[tokio::test]
async fn whoever_watches_a_provider_sees_its_sync_begin_move_and_end() {
    let played = Played::start().await;
    let (path, id) = (played.path(), played.provider);
    let mut stream = watch(&played, &format!("{path}/events")).await;
    let first = until(&mut stream, &format!("event: provider-syncs-{id}\n")).await;
    assert!(first.contains("Fetch its channels") && first.contains(&format!("event: provider-{id}\n")));

    played.lists(&["Alpha", "Beta"]);
    let path_only = LIST.split('?').next().unwrap();
    played.simulator.fault(path_only, Fault::stop_after(30).times(1));
    assert_eq!(
        played
            .app
            .post(&played.token, &format!("{path}/syncs"), &[])
            .await
            .status(),
        303
    );
    let moving = until(&mut stream, "<progress").await;
    assert!(moving.contains("/cancellation"));
    let (jobs, _) = played.app.ctx.jobs.list(&Default::default()).await.unwrap();
    let job = jobs[0].id;
    let cancelled = played
        .app
        .post(&played.token, &format!("/jobs/{job}/cancellation"), &[])
        .await;
    assert_eq!(cancelled.status(), 303);
    until(&mut stream, "Cancelled").await;
    assert!(
        acts(&played.app.ctx)
            .await
            .contains(&format!("job.cancelled job:{job}"))
    );

    played.simulator.mend();
    played.sync().await;
    let ended = until(&mut stream, "Applied").await;
    assert!(ended.contains(">2<") && !ended.contains("s3cret"));
}

#[tokio::test]
async fn the_list_of_providers_follows_a_sync() {
    let played = Played::start().await;
    played.lists(&["Alpha", "Beta"]);
    let id = played.provider;
    let page = played.app.page(&played.token, "/providers?after=0", 200).await;
    assert!(
        page.contains("sse-connect=\"/providers/events?after=0\""),
        "{page}"
    );
    let mut stream = watch(&played, "/providers/events?after=0").await;
    let first = until(&mut stream, &format!("event: provider-synced-{id}\n")).await;
    assert!(
        first.contains("Never synced") && first.contains("event: provider-totals\n"),
        "{first}"
    );
    played.sync().await;
    let ended = until(&mut stream, &format!("event: provider-synced-{id}\n")).await;
    let channels = format!("event: provider-channels-{id}\ndata: 2\n");
    assert!(
        ended.contains(&channels) && !ended.contains("Never synced"),
        "{ended}"
    );
    assert!(!ended.contains("s3cret"));
}

#[tokio::test]
async fn lists_of_jobs_and_syncs_and_a_run_are_live_too() {
    let played = Played::start().await;
    played.lists(&["Alpha"]);
    let mut jobs = watch(&played, "/jobs/events").await;
    let mut syncs = watch(&played, "/syncs/events?provider_id=").await;
    until(&mut jobs, "No jobs yet").await;
    until(&mut syncs, "No syncs yet").await;
    let job = played.sync().await;
    until(&mut jobs, "Succeeded").await;
    until(&mut syncs, "Applied").await;
    let run = played.run_of(&job).await;
    let mut one = watch(&played, &format!("/syncs/{run}/events")).await;
    until(&mut one, &format!("event: sync-{run}\n")).await;
    let mut one = watch(&played, &format!("/jobs/{}/events", job.id)).await;
    until(&mut one, "What it found and changed").await;
}

#[tokio::test]
async fn a_hundred_who_watch_cost_no_more_than_one() {
    let played = Played::start().await;
    played.lists(&["Alpha"]);
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = watch(&played, "/jobs/events").await;
        until(&mut stream, "No jobs yet").await;
        streams.push(stream);
    }
    played.app.db.statements.clear();
    played.sync().await;
    for stream in &mut streams {
        until(stream, "Succeeded").await;
    }
    let statements = played.app.db.statements.all();
    let reads: u64 = statements
        .iter()
        .filter(|(text, _)| text.contains("select count(*) from jobs"))
        .map(|(_, times)| times)
        .sum();
    assert!((1..20).contains(&reads), "{reads} reads for 20 who watch");
}

#[tokio::test]
async fn what_is_not_there_has_no_events() {
    let played = Played::start().await;
    for path in ["/providers/99/events", "/jobs/99/events", "/syncs/99/events"] {
        played.app.page(&played.token, path, 404).await;
    }
    played
        .app
        .page(&played.token, "/jobs/events?state=odd", 422)
        .await;
}
