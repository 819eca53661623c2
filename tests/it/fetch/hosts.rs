//! Several hosts, rounds, breakers, headers.

use std::time::Duration;

use futures_util::future::BoxFuture;
use m3u_strm_processor::fetch::{Breaker, BreakerError, BreakerState, BreakerStore, Cause, Waiting};
use m3u_strm_processor::simulator::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[tokio::test]
async fn each_round_walks_all_hosts_once() {
    let (first, second) = (provider().await, provider().await);
    first.fault("*", Fault::status(500));
    second.fault("*", Fault::status(502).times(2));
    let bench = Bench::new();
    let fetched = bench
        .get(patient(&[&secret_url(&first), &secret_url(&second)]))
        .await
        .unwrap();
    assert_eq!(fetched, playlist());
    assert_eq!(
        (
            first.count(SECRET_PATH),
            second.count(SECRET_PATH),
            bench.paused().len()
        ),
        (3, 3, 2)
    );
}

#[tokio::test]
async fn the_error_names_each_host_and_its_cause() {
    let (shut, silent, missing) = (provider().await, provider().await, provider().await);
    shut.refuse().await;
    silent.fault("*", Fault::silent());
    missing.fault("*", Fault::status(404));
    let urls = [secret_url(&shut), secret_url(&silent), secret_url(&missing)];
    let bench = Bench::new();
    let error = bench
        .get(request(&urls.each_ref().map(String::as_str)))
        .await
        .unwrap_err();
    tells_no_secret(&error);
    let expected = format!(
        "{}: connection refused; {}: timed out after 300 ms waiting for an answer; {}: answered 404",
        shut.host(),
        silent.host(),
        missing.host()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        (silent.count(SECRET_PATH), missing.count(SECRET_PATH)),
        (3, 1),
        "404 is final"
    );
}

#[tokio::test]
async fn a_breaker_opens_after_five_failures_and_lets_one_probe_pass_after_a_minute() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(500));
    let bench = Bench::new();
    let owned = || FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&simulator)])
    };
    bench.get(owned()).await.unwrap_err();
    assert_eq!(bench.breakers.get(7, &simulator.host()).consecutive_failures, 3);

    let error = bench.get(owned()).await.unwrap_err();
    assert_eq!(simulator.count(SECRET_PATH), 5, "the third round is not begun");
    let until_ms = bench.clock.now_ms() + 60_000;
    assert_eq!(*cause(&error), Cause::BreakerOpen { until_ms });
    assert!(
        error
            .to_string()
            .ends_with("breaker open until 2023-11-14T22:14:20Z"),
        "{error}"
    );

    bench.clock.advance_ms(60_000);
    simulator.mend();
    assert_eq!(
        bench
            .breakers
            .get(7, &simulator.host())
            .state(bench.clock.now_ms()),
        BreakerState::HalfOpen
    );
    assert_eq!(bench.get(owned()).await.unwrap(), playlist());
    assert_eq!(bench.breakers.get(7, &simulator.host()), Default::default());
}

#[tokio::test]
async fn an_open_breaker_leaves_the_backup_to_be_asked() {
    let (main, backup) = (provider().await, provider().await);
    main.fault("*", Fault::status(500));
    let bench = Bench::new();
    let owned = || FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&main), &secret_url(&backup)])
    };
    for _ in 0..7 {
        assert_eq!(bench.get(owned()).await.unwrap(), playlist());
    }
    assert_eq!((main.count(SECRET_PATH), backup.count(SECRET_PATH)), (5, 7));
}

#[tokio::test]
async fn a_client_error_does_not_feed_the_breaker() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(500));
    let bench = Bench::new();
    let owned = || FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&simulator)])
    };
    bench.get(owned()).await.unwrap_err();
    simulator.fault("*", Fault::status(404));
    bench.get(owned()).await.unwrap_err();
    assert_eq!(
        bench.breakers.get(7, &simulator.host()).consecutive_failures,
        0,
        "it answered"
    );
}

#[tokio::test]
async fn breakers_belong_to_one_provider_and_one_host() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(500));
    let bench = Bench::new();
    let owned = |owner| FetchRequest {
        owner,
        ..patient(&[&secret_url(&simulator)])
    };
    for owner in [Some(7), Some(7), None, None] {
        bench.get(owned(owner)).await.unwrap_err();
    }
    simulator.mend();
    bench.get(owned(Some(7))).await.unwrap_err();
    assert_eq!(bench.get(owned(Some(8))).await.unwrap(), playlist());
    assert_eq!(bench.get(owned(None)).await.unwrap(), playlist());
}

#[tokio::test]
async fn headers_and_credentials_stay_with_their_host() {
    let (portal, edge) = (provider().await, provider().await);
    edge.put("/edge.m3u", Resource::bytes("#EXTM3U\n"));
    portal.fault("*", Fault::redirect(edge.url("/edge.m3u")));
    let mut request = patient(&[&secret_url(&portal)]);
    request.headers.insert("x-key", "s3cret".parse().unwrap());
    request
        .headers
        .insert("cookie", "session=s3cret".parse().unwrap());
    request
        .headers
        .insert("referer", "http://portal.example/s3cret".parse().unwrap());
    request.user_agent = Some("Player/1".into());
    assert_eq!(Bench::new().get(request).await.unwrap(), b"#EXTM3U\n");

    let asked = &portal.requests()[0];
    assert_eq!(asked.header("x-key"), Some("s3cret"));
    assert_eq!(asked.header("authorization"), Some("Basic dTVlcjpzM2NyZXQ="));
    let followed = &edge.requests()[0];
    assert_eq!(followed.header("user-agent"), Some("Player/1"));
    for name in ["x-key", "cookie", "referer", "authorization"] {
        assert_eq!(followed.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_failure_behind_a_redirect_names_both_hosts() {
    let (portal, edge) = (provider().await, provider().await);
    portal.fault("*", Fault::redirect(edge.url("/t0ken")));
    let error = Bench::new().failure(&portal).await;
    let expected = format!("{} (redirected to {}): answered 404", portal.host(), edge.host());
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_headers_and_gives_the_final_address() {
    let simulator = provider().await;
    simulator.put(
        "/new/list.m3u",
        Resource::bytes("#EXTM3U\n")
            .demand("user-agent", "Player")
            .demand("x-key", "s3"),
    );
    simulator.fault(SECRET_PATH, Fault::redirect("../new/list.m3u?a=1#part"));
    let mut request = patient(&[&secret_url(&simulator)]);
    request.headers.insert("x-key", "s3cret".parse().unwrap());
    request.user_agent = Some("Player/1".into());
    let download = Bench::new().fetcher.get(request).await.unwrap();
    assert_eq!(download.final_url.path(), "/new/list.m3u");
    assert_eq!(
        (download.final_url.query(), download.final_url.fragment()),
        (Some("a=1"), None)
    );
    assert_eq!(read(download).await.unwrap(), b"#EXTM3U\n");
}

#[tokio::test]
async fn one_round_is_enough_for_a_connection_test() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(503));
    let bench = Bench::new();
    let once = FetchRequest {
        rounds: 1,
        ..patient(&[&secret_url(&simulator)])
    };
    bench.get(once).await.unwrap_err();
    assert_eq!(
        (simulator.count(SECRET_PATH), bench.paused()),
        (1, Vec::<Duration>::new())
    );
}

#[tokio::test]
async fn only_one_of_many_requests_takes_the_probe() {
    let simulator = provider().await;
    let bench = Bench::new();
    let owned = || FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&simulator)])
    };
    simulator.fault("*", Fault::status(500));
    for _ in 0..2 {
        bench.get(owned()).await.unwrap_err();
    }
    simulator.mend();
    bench.clock.advance_ms(60_000);
    let before = simulator.count(SECRET_PATH);
    let (first, second, third) = tokio::join!(bench.get(owned()), bench.get(owned()), bench.get(owned()));
    assert_eq!(simulator.count(SECRET_PATH) - before, 1);
    assert_eq!(first.unwrap(), playlist());
    for refused in [second, third] {
        assert!(matches!(cause(&refused.unwrap_err()), Cause::BreakerOpen { .. }));
    }
}

struct Broken;

impl BreakerStore for Broken {
    fn load<'a>(&'a self, _: i64, _: &'a str) -> BoxFuture<'a, Result<Breaker, BreakerError>> {
        Box::pin(async { Err("no database".into()) })
    }

    fn save<'a>(&'a self, _: i64, _: &'a str, _: Breaker) -> BoxFuture<'a, Result<(), BreakerError>> {
        Box::pin(async { Err("no database".into()) })
    }
}

fn with_seams(seams: Seams, connect_timeout: Duration) -> Fetcher {
    let allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let config = FetchConfig {
        allowed_networks,
        connect_timeout,
        ..FetchConfig::default()
    };
    Fetcher::with_seams(config, Clock::System, seams).unwrap()
}

#[tokio::test]
async fn breakers_that_cannot_be_stored_stop_no_request() {
    let simulator = provider().await;
    let seams = Seams {
        breakers: Arc::new(Broken),
        ..Seams::default()
    };
    let owned = FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&simulator)])
    };
    let download = with_seams(seams, Duration::from_secs(10))
        .get(owned)
        .await
        .unwrap();
    assert_eq!(download.read_all().await.unwrap(), playlist());
}

#[tokio::test]
async fn a_name_server_that_never_answers_counts_as_connecting() {
    struct Never;
    impl m3u_strm_processor::fetch::Lookup for Never {
        fn lookup(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<std::net::IpAddr>>> {
            Box::pin(std::future::pending())
        }
    }
    let after = Duration::from_millis(40);
    let fetcher = with_seams(
        Seams {
            lookup: Arc::new(Never),
            ..Seams::default()
        },
        after,
    );
    let once = FetchRequest {
        rounds: 1,
        ..patient(&["http://slow.example/t0ken"])
    };
    let error = fetcher.get(once).await.unwrap_err();
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after,
            waiting: Waiting::Connection
        }
    );
    assert_eq!(
        error.to_string(),
        "slow.example:80: timed out after 40 ms connecting"
    );
}

#[tokio::test]
async fn a_host_that_speaks_no_tls_is_no_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        // Closing before the greeting is read would reset the connection.
        let _ = socket.read_to_end(&mut Vec::new()).await;
    });
    let url = format!("https://u5er:s3cret@{host}{SECRET_TARGET}");
    let once = FetchRequest {
        rounds: 1,
        ..patient(&[&url])
    };
    let error = Bench::new().get(once).await.unwrap_err();
    tells_no_secret(&error);
    assert_eq!(error.to_string(), format!("{host}: gave no HTTP answer"));
    server.await.unwrap();
}
