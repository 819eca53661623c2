//! Opening an upstream for the relay.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::BoxFuture;
use m3u_strm_processor::fetch::{Cause, FetchError, Lookup, OpenRequest, Refusal, Waiting};
use m3u_strm_processor::simulator::{Fault, Reply, ts};

use super::*;

fn opening(url: &str) -> OpenRequest {
    let patience = Duration::from_secs(60);
    let request = OpenRequest::new(Url::parse(url).unwrap(), Guard::Catalogue { also: vec![] });
    OpenRequest {
        start_timeout: patience,
        idle_timeout: patience,
        ..request
    }
}

#[tokio::test]
async fn the_head_is_shown_whatever_the_status() {
    let simulator = provider().await;
    simulator.put(
        "/film.mkv",
        Resource::bytes(&b"0123456789"[..]).content_type("video/x-matroska"),
    );
    let fetcher = Bench::new().fetcher;
    let range = |range: &str| OpenRequest {
        range: Some(range.into()),
        ..opening(&simulator.url("/film.mkv"))
    };

    let part = fetcher.open(range("bytes=2-4")).await.unwrap();
    assert_eq!((part.status, part.content_length()), (206, Some(3)));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    assert_eq!(part.headers["content-type"], "video/x-matroska");
    assert_eq!(part.read_all(100).await.unwrap(), "234");

    let tail = fetcher.open(range("bytes=-3")).await.unwrap();
    assert_eq!(tail.read_all(100).await.unwrap(), "789");
    assert_eq!(fetcher.open(range("bytes=50-")).await.unwrap().status, 416);
    assert_eq!(
        fetcher
            .open(opening(&simulator.url("/none")))
            .await
            .unwrap()
            .status,
        404
    );
}

#[tokio::test]
async fn a_server_error_is_an_answer_and_is_not_asked_again() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(503));
    let upstream = Bench::new()
        .fetcher
        .open(opening(&simulator.url("/live.ts")))
        .await
        .unwrap();
    assert_eq!((upstream.status, simulator.requests().len()), (503, 1));
}

#[tokio::test]
async fn bytes_come_as_they_are() {
    let packed = m3u_strm_processor::simulator::gzip(b"text").await;
    let simulator = provider().await;
    simulator.put("/a.gz", Resource::bytes(packed.clone()));
    let upstream = Bench::new()
        .fetcher
        .open(opening(&simulator.url("/a.gz")))
        .await
        .unwrap();
    assert_eq!(upstream.read_all(1_000).await.unwrap(), packed);
    assert_eq!(
        simulator.requests()[0].header("accept-encoding"),
        Some("identity")
    );
}

#[tokio::test]
async fn the_playlists_own_headers_are_sent() {
    let simulator = provider().await;
    let demanding = Resource::bytes("ok")
        .demand("user-agent", "VLC/3")
        .demand("referer", "http://site.example/");
    simulator.put("/live.ts", demanding);
    let fetcher = Bench::new().fetcher;
    assert_eq!(
        fetcher
            .open(opening(&simulator.url("/live.ts")))
            .await
            .unwrap()
            .status,
        403
    );
    let mut request = opening(&simulator.url("/live.ts"));
    request.user_agent = Some("VLC/3.0.20".into());
    request
        .headers
        .insert("referer", "http://site.example/".parse().unwrap());
    assert_eq!(fetcher.open(request).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_endless_body_is_closed_when_dropped() {
    let simulator = provider().await;
    simulator.put(
        "/live.ts",
        Resource::live(ts::block(), Duration::from_millis(1)).account("alice"),
    );
    simulator.limit("alice", 1, 509);
    let fetcher = Bench::new().fetcher;
    let mut upstream = fetcher.open(opening(&simulator.url("/live.ts"))).await.unwrap();
    let first = upstream.next().await.unwrap().unwrap();
    assert_eq!(first[0], 0x47);
    assert_eq!(simulator.counters().accounts["alice"], 1);
    assert_eq!(
        fetcher
            .open(opening(&simulator.url("/live.ts")))
            .await
            .unwrap()
            .status,
        509
    );
    drop(upstream);
    simulator.until(|counters| counters.accounts.is_empty()).await;
    assert_eq!(
        fetcher
            .open(opening(&simulator.url("/live.ts")))
            .await
            .unwrap()
            .status,
        200
    );
}

#[tokio::test]
async fn silence_before_and_within_the_body_ends_it() {
    let simulator = provider().await;
    simulator.put("/live.ts", Resource::bytes(ts::block()));
    let fetcher = Bench::new().fetcher;
    simulator.fault("*", Fault::silent());
    let request = OpenRequest {
        start_timeout: SILENCE,
        ..opening(&simulator.url("/live.ts"))
    };
    let error = fetcher.open(request).await.unwrap_err();
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after: SILENCE,
            waiting: Waiting::Answer
        }
    );

    simulator.fault("*", Fault::stop_after(188));
    let request = OpenRequest {
        idle_timeout: SILENCE,
        ..opening(&simulator.url("/live.ts"))
    };
    let error = fetcher
        .open(request)
        .await
        .unwrap()
        .read_all(1 << 20)
        .await
        .unwrap_err();
    assert_eq!(
        *cause(&error),
        Cause::TimedOut {
            after: SILENCE,
            waiting: Waiting::Body
        }
    );
}

#[tokio::test]
async fn an_upstream_is_guarded_bounded_and_cancelled_like_a_download() {
    let simulator = provider().await;
    simulator.put("/live.ts", Resource::live(ts::block(), Duration::ZERO));
    let bench = Bench::new();
    let error = bench
        .fetcher
        .open(opening("http://192.168.77.1/t0ken"))
        .await
        .unwrap_err();
    assert_eq!(*cause(&error), Cause::Address(Refusal::Private));
    tells_no_secret(&error);

    let upstream = bench
        .fetcher
        .open(opening(&simulator.url("/live.ts")))
        .await
        .unwrap();
    let error = upstream.read_all(100_000).await.unwrap_err();
    assert_eq!(*cause(&error), Cause::TooLarge { max_bytes: 100_000 });

    let request = opening(&simulator.url("/live.ts"));
    let cancel = request.cancel.clone();
    let mut upstream = bench.fetcher.open(request).await.unwrap();
    upstream.next().await.unwrap().unwrap();
    cancel.cancel();
    assert_eq!(upstream.next().await.unwrap().unwrap_err(), FetchError::Cancelled);
    assert!(upstream.next().await.is_none());
}

#[tokio::test]
async fn a_debug_print_of_an_answer_tells_no_secret() {
    let simulator = provider().await;
    let bench = Bench::new();
    let upstream = bench
        .fetcher
        .open(opening(&secret_url(&simulator)))
        .await
        .unwrap();
    let download = bench
        .fetcher
        .get(patient(&[&secret_url(&simulator)]))
        .await
        .unwrap();
    let told = format!("{upstream:?} {download:?}");
    assert!(SECRETS.iter().all(|secret| !told.contains(secret)), "{told}");
}

#[tokio::test]
async fn answers_travel_between_tasks() {
    let simulator = provider().await;
    let fetcher = Bench::new().fetcher;
    let (opened, fetched) = (
        opening(&secret_url(&simulator)),
        patient(&[&secret_url(&simulator)]),
    );
    let task = tokio::spawn(async move { (fetcher.open(opened).await, fetcher.get(fetched).await) });
    let (upstream, download) = task.await.unwrap();
    let task = tokio::spawn(async move {
        (
            upstream.unwrap().read_all(1 << 20).await,
            download.unwrap().read_all().await,
        )
    });
    let (upstream, download) = task.await.unwrap();
    assert_eq!(upstream.unwrap(), download.unwrap());
}

/// Finds every name at loopback, after some time.
struct Slow(Duration);

impl Lookup for Slow {
    fn lookup(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let wait = self.0;
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            Ok(vec![Ipv4Addr::LOCALHOST.into()])
        })
    }
}

fn resolving_after(wait: Duration) -> Fetcher {
    let config = FetchConfig {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchConfig::default()
    };
    let seams = Seams {
        lookup: Arc::new(Slow(wait)),
        ..Seams::default()
    };
    Fetcher::with_seams(config, Clock::manual(0), seams).unwrap()
}

#[tokio::test]
async fn the_phases_of_an_open_are_measured_each_by_itself() {
    let simulator = provider().await;
    let wait = Duration::from_millis(40);
    simulator.fault("*", Fault::delay(wait));
    let named = simulator
        .url(SECRET_PATH)
        .replace("127.0.0.1", "provider.example");
    let fetcher = resolving_after(wait);
    for _ in 0..2 {
        let request = OpenRequest {
            fresh: true,
            ..opening(&named)
        };
        let upstream = fetcher.open(request).await.unwrap();
        let timings = upstream.timings;
        assert!(timings.resolve.unwrap() >= wait, "{timings:?}");
        assert!(timings.connect.unwrap() > Duration::ZERO, "{timings:?}");
        assert!(timings.first_byte.unwrap() >= wait, "{timings:?}");
        upstream.read_all(1 << 20).await.unwrap();
    }
}

#[tokio::test]
async fn a_phase_that_was_not_needed_is_absent() {
    let simulator = provider().await;
    let fetcher = Bench::new().fetcher;
    let url = simulator.url(SECRET_PATH);
    let first = fetcher.open(opening(&url)).await.unwrap();
    assert_eq!(first.timings.resolve, None, "a literal address has no name");
    assert!(first.timings.connect.is_some());
    first.read_all(1 << 20).await.unwrap();
    // A connection goes back to the pool in its own time.
    let reused = loop {
        let upstream = fetcher.open(opening(&url)).await.unwrap();
        let timings = upstream.timings;
        upstream.read_all(1 << 20).await.unwrap();
        if timings.connect.is_none() {
            break timings;
        }
    };
    assert_eq!(reused.resolve, None);
    assert!(reused.first_byte.is_some());
    let fresh = OpenRequest {
        fresh: true,
        ..opening(&url)
    };
    let fresh = fetcher.open(fresh).await.unwrap().timings;
    assert!(fresh.connect.is_some(), "a fresh request reuses nothing");
}

#[tokio::test]
async fn hops_add_up_and_a_failure_tells_how_far_it_came() {
    let simulator = provider().await;
    let wait = Duration::from_millis(40);
    simulator.fault("*", Fault::delay(wait));
    let target = simulator.url("/hop").replace("127.0.0.1", "provider.example");
    simulator.put(
        "/start",
        Resource::dynamic(move |_| Reply::status(302).header("Location", &target)),
    );
    simulator.put("/hop", Resource::bytes("there"));
    let fetcher = resolving_after(wait);
    let upstream = fetcher.open(opening(&simulator.url("/start"))).await.unwrap();
    assert!(upstream.timings.first_byte.unwrap() >= 2 * wait);
    assert!(upstream.timings.resolve.unwrap() >= wait, "of the second hop");

    simulator.fault("*", Fault::early_close(0));
    let request = OpenRequest {
        fresh: true,
        ..opening(&simulator.url("/start"))
    };
    let stopwatch = request.stopwatch.clone();
    fetcher.open(request).await.unwrap_err();
    let timings = stopwatch.timings();
    assert!(timings.connect.is_some());
    assert_eq!((timings.resolve, timings.first_byte), (None, None));
}
