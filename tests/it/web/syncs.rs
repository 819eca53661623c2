use m3u_strm_processor::db::Engine;
use reqwest::StatusCode;

use super::played::Played;
use crate::on_both_engines;
use crate::support::{TestApp, acts, seed};

on_both_engines! {
    async fn sync_now_leads_through_the_run_to_its_counts(played: Played) {
        let (app, token, path) = (&played.app, played.token.as_str(), played.path());
        played.lists_text("#EXTINF:-1 group-title=\"News\",Alpha\nhttp://tv.example/1.ts\n\
            #EXTINF:-1,The Film (2019)\nhttp://tv.example/2.mkv\n#EXTINF:-1,Show S01E01\nhttp://tv.example/3.mkv\n\
            #EXTINF:-1,Broken\nfile:///etc/passwd\n");
        let page = app.page(token, &path, 200).await;
        assert!(page.contains("Fetch its channels") && page.contains(&format!("action=\"{path}/syncs\"")));

        let answer = app.post(token, &format!("{path}/syncs"), &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], path.as_str());
        let run = played.run_of(&played.last_job().await).await;
        assert!(acts(&app.ctx).await.contains(&format!("sync.started provider:{}", played.provider)));

        let page = app.page(token, &path, 200).await;
        for text in [&format!("href=\"/syncs/{run}\""), "Applied", "data-label=\"Entries\">4<", "data-label=\"Refused\">1<"] {
            assert!(page.contains(text), "{text}");
        }
        let page = app.page(token, &format!("/syncs/{run}"), 200).await;
        for text in ["Sync of Living room", "The URL&#x27;s scheme is not a stream&#x27;s", "<bdi>Broken</bdi>", "What it changed", ">The Film (2019)</bdi>"] {
            let text = text.replace("&#x27;", "&#39;");
            assert!(page.contains(&text), "{text}");
        }
        assert!(page.contains("<dt class=\"sum\">Entries</dt><dd class=\"sum\">4</dd>"));
        assert!(!page.contains("s3cret"));
    }

    async fn a_run_that_is_held_says_what_would_be_lost_and_is_approved(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let run = format!("/syncs/{}", played.held().await);
        let page = app.page(token, &played.path(), 200).await;
        assert!(page.contains("A sync waits for your decision") && page.contains(&format!("href=\"{run}\"")));
        let page = app.page(token, &run, 200).await;
        for text in ["waits for your decision", "6 of 10 live streams", "What it would change", "Station 9", "Approve", "Reject"] {
            assert!(page.contains(text), "{text}");
        }
        let page = app.page(token, &format!("{run}/approval"), 200).await;
        assert!(page.contains("6 entries of") && page.contains("Keep waiting"));
        let answer = app.post(token, &format!("{run}/approval"), &[]).await;
        assert_eq!((answer.status(), answer.headers()["location"].as_bytes()), (StatusCode::SEE_OTHER, run.as_bytes()));
        played.last_job().await;
        let page = app.page(token, &run, 200).await;
        assert!(page.contains("somebody approved it") && !page.contains("waits for your decision"));
        assert!(app.page(token, "/channels", 200).await.contains("4 channels"));
        let again = app.post(token, &format!("{run}/approval"), &[]).await;
        assert_eq!(again.status(), StatusCode::CONFLICT);
        assert!(again.text().await.unwrap().contains("See the sync"));
        app.page(token, &format!("{run}/approval"), 409).await;
    }

    async fn a_run_that_is_rejected_changes_nothing(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let id = played.held().await;
        let run = format!("/syncs/{id}");
        let answer = app.post(token, &format!("{run}/rejection"), &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let page = app.page(token, &run, 200).await;
        assert!(page.contains("somebody rejected it") && page.contains("Rejected"));
        assert!(app.page(token, "/channels", 200).await.contains("10 channels"));
        assert!(acts(&app.ctx).await.contains(&format!("sync.rejected sync:{id}")));
        assert!(!app.page(token, &played.path(), 200).await.contains("waits for your decision"));
    }

    async fn the_list_of_syncs_names_providers_and_is_narrowed_to_one(played: Played) {
        let (app, token) = (&played.app, played.token.as_str());
        let page = app.page(token, "/syncs", 200).await;
        assert!(page.contains("No syncs yet") && page.contains("See providers"));
        played.lists(&["Alpha"]);
        played.sync().await;
        played.sync().await;
        let page = app.page(token, "/syncs", 200).await;
        assert!(page.contains("2 syncs") && page.contains("<bdi>Living room</bdi>"));
        assert!(page.contains("Applied") && page.contains("Unchanged"));
        let page = app.page(token, &format!("/syncs?provider_id={}", played.provider), 200).await;
        assert!(page.contains("Provider: Living room"));
        assert!(app.page(token, "/syncs?provider_id=99", 200).await.contains("No syncs yet"));
        let fragment = app.fragment(token, "/syncs").await;
        assert!(fragment.starts_with("<section id=\"results\""), "{fragment}");
    }
}

#[tokio::test]
async fn changes_are_paged_and_narrowed_by_kind() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    let names: Vec<String> = (0..70).map(|number| format!("Station {number}")).collect();
    played.lists(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let run = played.run_of(&played.sync().await).await;
    let first = app.page(token, &format!("/syncs/{run}"), 200).await;
    assert_eq!(first.matches("Channel stream</td>").count(), 50);
    assert!(first.contains(&format!("href=\"/syncs/{run}?after=50\"")));
    let second = app
        .fragment(token, &format!("/syncs/{run}?change=added&after=50"))
        .await;
    assert!(
        second.starts_with("<section class=\"stack\" id=\"changes\""),
        "{second}"
    );
    assert_eq!(second.matches("Channel stream</td>").count(), 20);
    app.page(token, &format!("/syncs/{run}?change=sideways"), 422)
        .await;
    app.page(token, "/syncs/999", 404).await;
}

#[tokio::test]
async fn a_sync_that_fails_says_why_and_what_stays() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    played.lists_text("");
    let run = played.run_of(&played.sync().await).await;
    let page = app.page(token, &format!("/syncs/{run}"), 200).await;
    assert!(
        page.contains("This sync failed") && page.contains("The catalogue is as it was before."),
        "{page}"
    );
    let page = app.page(token, &played.path(), 200).await;
    assert!(page.contains("Last sync failed") && page.contains("Sync now"));
    assert!(!page.contains("s3cret"));
}

#[tokio::test]
async fn the_eleventh_sync_by_hand_within_an_hour_is_refused_with_the_time_to_wait() {
    let played = Played::start().await;
    let (app, token) = (&played.app, played.token.as_str());
    played.lists(&["Alpha"]);
    let path = format!("{}/syncs", played.path());
    for _ in 0..10 {
        assert_eq!(app.post(token, &path, &[]).await.status(), 303);
        played.last_job().await;
    }
    let refused = app.post(token, &path, &[]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(refused.text().await.unwrap().contains("ten times within an hour"));
}

#[tokio::test]
async fn pages_of_administrators_ask_the_database_as_often_for_three_rows_as_for_many() {
    let mut counts = Vec::new();
    for count in [3, 300] {
        let app = TestApp::with(Engine::Sqlite, &[]).await;
        seed::provider(&app.ctx.db, 1, "Living room").await;
        seed::runs(&app.ctx.db, count).await;
        let token = app.admin_token().await;
        let mut runs = Vec::new();
        for path in [
            "/providers",
            "/providers/1",
            "/syncs",
            "/syncs/2",
            "/jobs",
            "/jobs/2",
            "/library",
        ] {
            app.db.statements.clear();
            app.page(&token, path, 200).await;
            let run = app.db.statements.all();
            let asks = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
            let own = run.iter().filter(|(text, _)| {
                let tables = ["jobs", "provider", "library_", "output_credentials"];
                // The workers look for work meanwhile, and lists are indexed.
                let others = [
                    "due_at",
                    "heartbeat_at",
                    "node",
                    "leases",
                    "the index holds them all",
                ];
                asks(text, &tables) && !asks(text, &others)
            });
            let number: u64 = own.map(|(_, times)| times).sum();
            assert!(
                (1..=12).contains(&number),
                "{path}: {number} statements: {run:#?}"
            );
            runs.push((path, number));
        }
        counts.push(runs);
    }
    assert_eq!(counts[0], counts[1]);
}
