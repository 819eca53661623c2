use m3u_strm_processor::simulator::Fault;

use super::played::Played;

#[tokio::test]
async fn jobs_are_listed_filtered_and_told_one_by_one() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    assert!(app.page(token, "/jobs", 200).await.contains("No jobs yet"));
    played.lists(&["Alpha"]);
    let good = played.sync().await;
    played.lists_text("");
    let bad = played.sync().await;
    let page = app.page(token, "/jobs", 200).await;
    assert!(
        page.contains("2 jobs") && page.contains("Sync of Living room") && page.contains("Changes applied")
    );
    let failed = app.page(token, "/jobs?state=failed&kind=sync", 200).await;
    assert!(failed.contains("1 job") && failed.contains("State: failed") && failed.contains("What: Sync"));
    assert!(!failed.contains(&format!("id=\"job-{}\"", good.id)));
    assert!(
        app.page(token, "/jobs?kind=library", 200)
            .await
            .contains("No job matches")
    );
    app.page(token, "/jobs?state=odd", 422).await;

    let page = app.page(token, &format!("/jobs/{}", good.id), 200).await;
    let run = played.run_of(&good).await;
    for text in [
        "Succeeded",
        &format!("href=\"/syncs/{run}\""),
        "Living room",
        "<dt>Result</dt><dd>Changes applied</dd>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let page = app.page(token, &format!("/jobs/{}", bad.id), 200).await;
    assert!(page.contains("It failed") && !page.contains("/cancellation"));
    app.page(token, "/jobs/99", 404).await;
}

#[tokio::test]
async fn a_running_job_is_cancelled_where_it_is_shown() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    played.lists(&["Alpha"]);
    played.simulator.fault("*", Fault::stop_after(10));
    app.post(token, &format!("{}/syncs", played.path()), &[]).await;
    let (jobs, _) = app.ctx.jobs.list(&Default::default()).await.unwrap();
    let path = format!("/jobs/{}", jobs[0].id);
    let page = app.page(token, &path, 200).await;
    assert!(page.contains("<progress") && page.contains(&format!("action=\"{path}/cancellation\"")));
    let back = app.url(&path);
    let request = app
        .client
        .post(app.url(&format!("{path}/cancellation")))
        .bearer_auth(token);
    let answer = request.header("referer", &back).send().await.unwrap();
    assert_eq!(answer.headers()["location"], path.as_str());
    played.ended(jobs[0].id).await;
    assert!(app.page(token, &path, 200).await.contains("Cancelled"));
    assert_eq!(
        app.post(token, &format!("{path}/cancellation"), &[])
            .await
            .status(),
        422
    );
    assert_eq!(app.post(token, "/jobs/99/cancellation", &[]).await.status(), 404);
}
