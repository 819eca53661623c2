//! Every way in which a provider misbehaves, and what is said of it.

use m3u_strm_processor::features::health::probe::Cancelled;
use m3u_strm_processor::simulator::Cut;

use super::*;

/// What is said of a stream with this fault.
async fn code(fault: Fault, timeout: Duration) -> (&'static str, Probe) {
    let simulator = live().await;
    simulator.fault("*", fault);
    let probe = tested_at(&simulator, timeout).await;
    let code = match &probe.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(failure) => failure.code(),
        Outcome::Untestable(_) => "untestable",
    };
    (code, probe)
}

#[tokio::test]
async fn whoever_keeps_silent_has_timed_out() {
    for (fault, sentence) in [
        (Fault::silent(), "timed out after 1 s waiting for an answer"),
        (
            Fault::head_only(),
            "timed out after 1 s waiting for the next bytes",
        ),
        (
            Fault::stop_after(100),
            "timed out after 1 s waiting for the next bytes",
        ),
        (
            Fault::drip(1, Duration::from_millis(50)),
            "timed out after 1 s waiting for the next bytes",
        ),
    ] {
        let (code, probe) = code(fault, SHORT).await;
        assert_eq!(code, "timed_out", "{probe:?}");
        assert!(
            failure(&probe).to_string().ends_with(sentence),
            "{:?}",
            failure(&probe)
        );
        assert_eq!(probe.phases.media_ms, None, "missing is not zero");
    }
}

#[tokio::test]
async fn a_slow_stream_is_judged_as_soon_as_it_can_be() {
    for fault in [
        Fault::drip(188, Duration::from_millis(2)),
        Fault::stop_after(2_000),
        Fault::delay(Duration::from_millis(50)),
    ] {
        let (code, probe) = code(fault, PATIENCE).await;
        assert_eq!((code, probe.container), ("passed", Some(Container::Ts)));
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_media_if_media_came() {
    for cut in [Cut::Chunked, Cut::Short, Cut::Close] {
        assert_eq!(
            code(Fault::cut(4_000, cut), PATIENCE).await.0,
            "passed",
            "{cut:?}"
        );
    }
    assert_eq!(code(Fault::cut(100, Cut::Chunked), PATIENCE).await.0, "cut_off");
    assert_eq!(code(Fault::cut(100, Cut::Close), PATIENCE).await.0, "not_media");
    assert_eq!(code(Fault::cut(0, Cut::Close), PATIENCE).await.0, "empty");
    let simulator = sending("video/mp2t", ts::block()).await;
    simulator.fault("*", Fault::cut(0, Cut::Declared));
    assert_eq!(failure(&tested_at(&simulator, PATIENCE).await).code(), "cut_off");
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_unreachable() {
    for bytes in [0, 20] {
        assert_eq!(code(Fault::early_close(bytes), PATIENCE).await.0, "unreachable");
    }
    let simulator = live().await;
    simulator.refuse().await;
    let probe = tested(&source(&simulator, PATH, "ts"), PATIENCE).await;
    assert_eq!(
        failure(&probe).to_string(),
        format!("{}: connection refused", simulator.host())
    );
    assert_eq!((probe.status, probe.phases.connect_ms), (None, None));
}

#[tokio::test]
async fn any_other_status_has_failed_and_is_not_asked_again() {
    for status in [204, 401, 403, 404, 416, 454, 500, 503, 509] {
        let (code, probe) = code(Fault::status(status), PATIENCE).await;
        assert_eq!((code, probe.status), ("status", Some(status)));
    }
    let simulator = live().await;
    simulator.fault("*", Fault::too_many("1").times(1));
    assert_eq!(failure(&tested_at(&simulator, PATIENCE).await).code(), "status");
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn redirects_that_lead_nowhere_have_failed() {
    assert_eq!(code(Fault::redirect_loop(), PATIENCE).await.0, "bad_redirect");
    assert_eq!(
        code(Fault::redirect("file:///etc/passwd"), PATIENCE).await.0,
        "bad_redirect"
    );
    for location in [
        "http://169.254.169.254/latest/s3cret",
        "http://192.168.1.1/s3cret",
    ] {
        let (code, probe) = code(Fault::redirect(location), PATIENCE).await;
        assert_eq!(code, "address_forbidden");
        assert_eq!(probe.status, None);
    }
}

#[tokio::test]
async fn something_else_in_the_place_of_media_has_failed() {
    for (fault, expected) in [
        (Fault::html(), "page"),
        (Fault::picture(), "picture"),
        (Fault::json("[]"), "text"),
        (Fault::empty(), "empty"),
        (Fault::gzip_bomb(), "not_media"),
    ] {
        assert_eq!(code(fault, PATIENCE).await.0, expected);
    }
    assert_eq!(code(Fault::content_type("image/png"), PATIENCE).await.0, "passed");
}

#[tokio::test]
async fn a_playlist_without_end_is_given_up() {
    for fault in [Fault::endless(), Fault::endless_line()] {
        let simulator = live().await;
        simulator.fault("*", fault);
        let source = source(&simulator, PATH, "hls");
        let probe = probe(&fetcher(), &source, PATIENCE, &CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(failure(&probe).code(), "bad_playlist");
        simulator.until(|counters| counters.open == 0).await;
    }
}

#[tokio::test]
async fn a_test_that_is_called_off_says_nothing_and_lets_go() {
    let simulator = live().await;
    simulator.fault("*", Fault::silent());
    let (fetcher, source, cancel) = (
        fetcher(),
        source(&simulator, PATH, "ts"),
        CancellationToken::new(),
    );
    let test = probe(&fetcher, &source, PATIENCE, &cancel);
    let call_off = async {
        simulator.until(|counters| counters.open == 1).await;
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(test, call_off);
    assert_eq!(ended, Err(Cancelled));
    simulator.until(|counters| counters.open == 0).await;
}
