//! Every fault of a provider and what the fetcher makes of it.

use std::time::Duration;

use m3u_strm_processor::fetch::{Cause, FetchError, Refusal, Waiting};
use m3u_strm_processor::simulator::{Cut, Fault};

use super::*;

#[tokio::test]
async fn a_refused_connection_names_the_host() {
    let simulator = provider().await;
    simulator.refuse().await;
    let error = Bench::new().failure(&simulator).await;
    assert_eq!(
        error.to_string(),
        format!("{}: connection refused", simulator.host())
    );
    simulator.admit().await;
    assert_eq!(
        Bench::new()
            .get(patient(&[&secret_url(&simulator)]))
            .await
            .unwrap(),
        playlist()
    );
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let simulator = provider().await;
    simulator.fault("*", Fault::silent());
    let error = Bench::new().silence(&simulator).await;
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after: SILENCE,
            waiting: Waiting::Answer
        }
    );
    assert_eq!(simulator.count(SECRET_PATH), 3);
    assert!(
        error
            .to_string()
            .ends_with("timed out after 300 ms waiting for an answer"),
        "{error}"
    );
}

#[tokio::test]
async fn a_head_without_a_body_times_out() {
    let simulator = provider().await;
    simulator.fault("*", Fault::head_only());
    let error = Bench::new().silence(&simulator).await;
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after: SILENCE,
            waiting: Waiting::Body
        }
    );
    assert_eq!(
        simulator.count(SECRET_PATH),
        3,
        "nothing was handed out, so it is asked again"
    );
}

#[tokio::test]
async fn a_body_lost_before_its_first_byte_is_asked_of_the_next_host() {
    let (bad, good) = (provider().await, provider().await);
    bad.fault("*", Fault::cut(0, Cut::Declared));
    let bench = Bench::new();
    let fetched = bench.get(patient(&[&secret_url(&bad), &secret_url(&good)])).await;
    assert_eq!(fetched.unwrap(), playlist());
    assert!(bench.paused().is_empty(), "a backup is asked in the same round");
}

#[tokio::test]
async fn a_body_that_falls_silent_times_out() {
    let simulator = provider().await;
    simulator.fault("*", Fault::stop_after(1_000));
    let error = Bench::new().silence(&simulator).await;
    assert!(matches!(error, FetchError::Body(_)), "{error:?}");
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after: SILENCE,
            waiting: Waiting::Body
        }
    );
}

#[tokio::test]
async fn a_slow_drip_is_read_to_its_end() {
    let simulator = provider().await;
    simulator.fault("*", Fault::drip(1_500, Duration::from_millis(1)));
    assert_eq!(
        Bench::new()
            .get(patient(&[&secret_url(&simulator)]))
            .await
            .unwrap(),
        playlist()
    );
}

#[tokio::test]
async fn a_visible_cut_is_an_error() {
    let simulator = provider().await;
    let declared = playlist().len() as u64;
    for (cut, expected) in [
        (Cut::Declared, Cause::Truncated { declared, got: 4_000 }),
        (Cut::Chunked, Cause::Unfinished { got: 4_000 }),
    ] {
        simulator.fault("*", Fault::cut(4_000, cut));
        let error = Bench::new().failure(&simulator).await;
        assert!(matches!(error, FetchError::Body(_)), "{error:?}");
        assert_eq!(*cause(&error), expected);
    }
}

#[tokio::test]
async fn an_invisible_cut_looks_like_the_end() {
    let simulator = provider().await;
    for cut in [Cut::Short, Cut::Close] {
        simulator.fault("*", Fault::cut(4_000, cut));
        assert_eq!(
            Bench::new()
                .get(patient(&[&secret_url(&simulator)]))
                .await
                .unwrap(),
            playlist()[..4_000]
        );
    }
}

#[tokio::test]
async fn an_early_close_is_no_answer() {
    let simulator = provider().await;
    for bytes in [0, 20] {
        simulator.fault("*", Fault::early_close(bytes));
        let error = Bench::new().failure(&simulator).await;
        assert!(
            matches!(cause(&error), Cause::NoAnswer | Cause::Reset),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn server_errors_are_asked_again_with_growing_pauses() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(503).times(2));
    let bench = Bench::new();
    assert_eq!(
        bench.get(patient(&[&secret_url(&simulator)])).await.unwrap(),
        playlist()
    );
    assert_eq!(simulator.count(SECRET_PATH), 3);
    let pauses = bench.paused();
    assert_eq!(pauses.len(), 2);
    assert!(
        pauses.iter().all(|pause| (2..=10).contains(&pause.as_secs())),
        "{pauses:?}"
    );
}

#[tokio::test]
async fn three_rounds_are_the_most() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(500));
    let bench = Bench::new();
    let error = bench.failure(&simulator).await;
    assert_eq!(error.to_string(), format!("{}: answered 500", simulator.host()));
    assert_eq!((simulator.count(SECRET_PATH), bench.paused().len()), (3, 2));
}

#[tokio::test]
async fn other_client_errors_are_never_asked_again() {
    let simulator = provider().await;
    for code in [400, 401, 403, 404, 408, 454] {
        let before = simulator.count(SECRET_PATH);
        simulator.fault("*", Fault::status(code));
        let bench = Bench::new();
        assert_eq!(
            *cause(&bench.failure(&simulator).await),
            Cause::Status {
                code,
                retry_after: None
            }
        );
        assert_eq!(
            (simulator.count(SECRET_PATH) - before, bench.paused().len()),
            (1, 0),
            "{code}"
        );
    }
}

#[tokio::test]
async fn retry_after_is_honoured_within_bounds() {
    let simulator = provider().await;
    simulator.fault("*", Fault::too_many("25").times(1));
    let bench = Bench::new();
    assert_eq!(
        bench.get(patient(&[&secret_url(&simulator)])).await.unwrap(),
        playlist()
    );
    assert_eq!(bench.paused(), [Duration::from_secs(25)]);

    simulator.fault("*", Fault::too_many("3600"));
    let bench = Bench::new();
    let error = bench.failure(&simulator).await;
    assert!(
        error
            .to_string()
            .ends_with("answered 429 and asks to wait 3600 s"),
        "{error}"
    );
    assert!(bench.paused().is_empty());
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let simulator = provider().await;
    simulator.fault("*", Fault::redirect_loop());
    let bench = Bench::new();
    assert_eq!(
        *cause(&bench.failure(&simulator).await),
        Cause::TooManyRedirects { limit: 5 }
    );
    assert_eq!((simulator.count(SECRET_PATH), bench.paused().len()), (6, 0));
}

#[tokio::test]
async fn a_redirect_to_metadata_or_to_a_file_is_not_followed() {
    let simulator = provider().await;
    for (location, expected) in [
        (
            "http://169.254.169.254/latest/t0ken",
            Cause::Address(Refusal::Metadata),
        ),
        (
            "http://[fd00:ec2::254]/latest/t0ken",
            Cause::Address(Refusal::Metadata),
        ),
        (
            "http://0xa9fea9fe/latest/t0ken",
            Cause::Address(Refusal::Metadata),
        ),
        ("http://192.168.1.1/t0ken", Cause::Address(Refusal::Private)),
        ("file:///etc/t0ken", Cause::Scheme),
        ("ftp://example.com/t0ken", Cause::Scheme),
        ("http://[bad/t0ken", Cause::BadRedirect),
    ] {
        simulator.fault("*", Fault::redirect(location));
        assert_eq!(
            *cause(&Bench::new().failure(&simulator).await),
            expected,
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_web_page_and_a_wrong_type_are_handed_on_with_their_head() {
    let simulator = provider().await;
    for (fault, expected) in [
        (Fault::html(), "text/html"),
        (Fault::content_type("image/png"), "image/png"),
    ] {
        simulator.fault("*", fault);
        let download = Bench::new()
            .fetcher
            .get(patient(&[&secret_url(&simulator)]))
            .await
            .unwrap();
        assert_eq!(download.headers["content-type"], expected);
    }
}

#[tokio::test]
async fn an_empty_body_is_empty() {
    let simulator = provider().await;
    simulator.fault("*", Fault::empty());
    assert!(
        Bench::new()
            .get(patient(&[&secret_url(&simulator)]))
            .await
            .unwrap()
            .is_empty()
    );
}
