use reqwest::Method;

use super::played::Played;

/// Everything that only administrators may see or do.
fn admin_only(played: &Played, run: i64, job: i64) -> (Vec<String>, Vec<String>) {
    let provider = played.path();
    let pages = [
        "/providers",
        "/providers/new",
        "/providers/events",
        "/syncs",
        "/syncs/events",
        "/jobs",
        "/jobs/events",
        "/watching",
        "/watching/events",
        "/audit",
        "/library",
        "/library/events",
        "/settings",
        "/settings/sync",
        "/users",
        "/users/new",
        "/users/1",
        "/users/1/edit",
        "/users/1/password",
        "/users/1/deactivation",
        "/users/1/removal",
        "/users/1/second-factor",
        "/system",
        "/system/events",
        "/channels/1/merge",
        "/channels/1/edit",
        "/channels/bulk",
        "/merge-rules",
        "/merge-rules/new",
        "/merge-rules/1/edit",
        "/merge-rules/1/removal",
        "/hdhomerun",
        "/hdhomerun/new",
        "/hdhomerun/1/edit",
        "/hdhomerun/1/removal",
        "/stream-health",
        "/stream-health/events",
        "/channels/1/events",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        [
            "",
            "/edit",
            "/groups",
            "/names",
            "/removal",
            "/events",
            "/schedule",
            "/maintenance",
            "/connections",
            "/performance",
        ]
        .map(|rest| format!("{provider}{rest}")),
    )
    .chain(["", "/events", "/approval"].map(|rest| format!("/syncs/{run}{rest}")))
    .chain(["", "/events"].map(|rest| format!("/jobs/{job}{rest}")));
    let acts = [
        "/providers",
        "/providers/checks",
        "/providers/tests",
        "/library/address",
        "/library/address/checks",
        "/library/runs",
        "/library/trash/1/restoration",
        "/settings/sync",
        "/settings/sync/checks",
        "/settings/sync/defaults",
        "/users",
        "/users/checks",
        "/users/1",
        "/users/1/checks",
        "/users/1/password",
        "/users/1/activation",
        "/users/1/deactivation",
        "/users/1/removal",
        "/users/1/second-factor",
        "/users/1/sessions/revocation",
        "/users/1/sessions/1/revocation",
        "/users/1/tokens/1/revocation",
        "/syncs",
        "/system/backups",
        "/merge-rules",
        "/merge-rules/1",
        "/merge-rules/preview",
        "/merge-rules/1/preview",
        "/merge-rules/1/activation",
        "/merge-rules/1/deactivation",
        "/merge-rules/1/removal",
        "/hdhomerun",
        "/hdhomerun/1",
        "/hdhomerun/1/access",
        "/hdhomerun/1/removal",
        "/channels/1/split",
        "/channels/1/merge",
        "/channels/1/order/removal",
        "/channels/1/decisions/1/removal",
        "/channels/1/streams/1/place",
        "/channels/1/streams/1/activation",
        "/channels/1/streams/1/deactivation",
        "/channels/1/streams/1/checks",
        "/channels/1/stream-checks",
        "/channels/1/stream-measurements",
        "/stream-health/checks",
        "/stream-health/measurements",
        "/streams/1/measurements",
        "/streams/1/content-tests",
        "/channels/1",
        "/channels/1/checks",
        "/channels/bulk",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        [
            "",
            "/checks",
            "/tests",
            "/syncs",
            "/activation",
            "/groups",
            "/names",
            "/deactivation",
            "/removal",
            "/schedule",
            "/schedule/checks",
            "/maintenance",
            "/maintenance/1/ends",
            "/connections",
            "/connections/1/removal",
            "/stream-checks",
            "/stream-measurements",
        ]
        .map(|rest| format!("{provider}{rest}")),
    )
    .chain(["/approval", "/rejection"].map(|rest| format!("/syncs/{run}{rest}")))
    .chain([format!("/jobs/{job}/cancellation"), "/watching/1/stop".to_owned()]);
    (pages.collect(), acts.collect())
}

#[tokio::test]
async fn a_viewer_neither_sees_nor_does_what_administrators_do() {
    let played = Played::start().await;
    let run = played.held().await;
    let job = played.last_job().await.id.0;
    let (pages, acts) = admin_only(&played, run, job);
    let viewer = played.app.viewer_token("guest").await;
    for path in &pages {
        let page = played.app.page(&viewer, path, 403).await;
        assert!(!page.contains("Living room"), "{path}");
    }
    let form = [
        ("name", "X"),
        ("type", "m3u"),
        ("m3u_url", "http://tv.example/a.m3u"),
    ];
    for path in &acts {
        assert_eq!(
            played.app.post(&viewer, path, &form).await.status(),
            403,
            "{path}"
        );
    }
    for path in pages.iter().chain(&acts) {
        let answer = played
            .app
            .client
            .request(Method::GET, played.app.url(path))
            .send()
            .await
            .unwrap();
        assert!(
            [303, 404, 405].contains(&answer.status().as_u16()),
            "{path}: {}",
            answer.status()
        );
    }
    for path in [
        "/",
        "/channels",
        "/movies",
        "/series",
        "/favourites",
        "/history",
        "/account",
    ] {
        let page = played.app.page(&viewer, path, 200).await;
        for hidden in [
            "/providers",
            "/syncs",
            "/merge-rules",
            "/jobs",
            "/watching",
            "/library",
            "/hdhomerun",
            "/users",
            "/audit",
            "/settings",
            "/system",
        ] {
            assert!(
                !page.contains(&format!("href=\"{hidden}")),
                "{path} leads to {hidden}"
            );
        }
    }
    let page = played.app.page(&played.token, "/", 200).await;
    for shown in [
        "/providers",
        "/syncs",
        "/merge-rules",
        "/library",
        "/hdhomerun",
        "/jobs",
        "/watching",
        "/users",
        "/audit",
        "/settings",
        "/system",
    ] {
        assert!(page.contains(&format!("href=\"{shown}\"")), "{shown}");
    }
}
