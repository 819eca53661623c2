use m3u_strm_processor::features::providers::Draft;
use m3u_strm_processor::features::providers::connection::{self, Tested};
use m3u_strm_processor::fetch::{FetchConfig, Fetcher};
use m3u_strm_processor::simulator::{Fault, Playlist, Resource, Simulator};
use m3u_strm_processor::support::clock::Clock;
use serde_json::json;

async fn provider() -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    let list = Playlist::new(7, 5_000).to_bytes();
    simulator.put("/list.m3u", Resource::bytes(list.clone()));
    simulator.put("/backup.m3u", Resource::bytes(list));
    simulator
}

async fn test(simulator: &Simulator, backups: &[&str]) -> Tested {
    let config = FetchConfig {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchConfig::default()
    };
    let fetch = Fetcher::new(config, Clock::System).unwrap();
    let backups: Vec<String> = backups.iter().map(|path| simulator.url(path)).collect();
    let sent = json!({ "name": "Alpha", "type": "m3u", "backup_urls": backups,
        "m3u_url": simulator.url("/list.m3u?username=ann&password=s3cret"), "headers": { "X-Pass": "s3cret" } });
    let draft = Draft::new(sent.as_object().unwrap(), None).ok().unwrap();
    let tested = connection::test_draft(&fetch, &draft, 0).await;
    assert!(!format!("{tested:?}").contains("s3cret"));
    tested
}

#[tokio::test]
async fn a_playlist_is_recognised_without_being_read_to_its_end() {
    let simulator = provider().await;
    simulator.fault("/list.m3u", Fault::stop_after(100_000));
    let tested = test(&simulator, &[]).await;
    assert!(tested.ok);
    assert_eq!(tested.message, "The address sends a playlist.");
    let [host] = tested.hosts.as_slice() else {
        unreachable!("one address, one host")
    };
    assert_eq!(
        (host.host.as_str(), &host.error),
        (simulator.host().as_str(), &None)
    );
    assert!(host.latency_ms.is_some());
}

#[tokio::test]
async fn each_host_is_asked_once_and_named_with_its_cause() {
    let simulator = provider().await;
    simulator.fault("/list.m3u", Fault::status(503));
    let tested = test(&simulator, &["/backup.m3u", "/none.m3u"]).await;
    let errors: Vec<Option<&str>> = tested.hosts.iter().map(|host| host.error.as_deref()).collect();
    assert_eq!(errors, [Some("answered 503"), None, Some("answered 404")]);
    assert_eq!(
        (tested.ok, tested.message.as_str()),
        (true, "1 of 3 addresses send a playlist.")
    );
}

#[tokio::test]
async fn what_is_no_playlist_is_said_to_be_none() {
    for (fault, error) in [
        (Fault::html(), "answered with a web page instead of a playlist"),
        (Fault::empty(), "answered with nothing"),
        (Fault::status(401), "answered 401"),
    ] {
        let simulator = provider().await;
        simulator.fault("/list.m3u", fault);
        let tested = test(&simulator, &[]).await;
        assert!(!tested.ok);
        assert_eq!(tested.hosts[0].error.as_deref(), Some(error));
        assert_eq!(
            tested.message,
            format!("No playlist: {} {error}.", simulator.host())
        );
    }
    let simulator = provider().await;
    simulator.put("/list.m3u", Resource::bytes(&b"{\"user_info\":{}}"[..]));
    let tested = test(&simulator, &[]).await;
    assert_eq!(
        tested.hosts[0].error.as_deref(),
        Some("answered with something that is no playlist")
    );
    simulator.refuse().await;
    let tested = test(&simulator, &[]).await;
    assert_eq!(tested.hosts[0].error.as_deref(), Some("connection refused"));
}
