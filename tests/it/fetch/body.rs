//! Bodies: packed, endless, cancelled.

use bytes::Bytes;
use m3u_strm_processor::fetch::{Cause, FetchError};
use m3u_strm_processor::simulator::{Cut, Fault, Framing, gzip};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::*;

const MIB: u64 = 1 << 20;

async fn serving(resource: Resource) -> Simulator {
    let simulator = Simulator::start().await.unwrap();
    simulator.put(SECRET_PATH, resource);
    simulator
}

async fn fetched(resource: Resource) -> Result<Vec<u8>, FetchError> {
    let simulator = serving(resource).await;
    Bench::new().get(patient(&[&secret_url(&simulator)])).await
}

#[tokio::test]
async fn gzip_is_unpacked_by_its_first_bytes_whatever_the_head_says() {
    let packed = gzip(&playlist()).await;
    let plain = Resource::bytes(packed.clone()).content_type("application/octet-stream");
    assert_eq!(fetched(plain).await.unwrap(), playlist(), "a file");
    let encoded = Resource::bytes(packed.clone()).header("Content-Encoding", "gzip");
    assert_eq!(fetched(encoded).await.unwrap(), playlist(), "an encoding");
    let twice = Resource::bytes(gzip(&packed).await).header("Content-Encoding", "gzip");
    assert_eq!(fetched(twice).await.unwrap(), playlist(), "a file in an encoding");
    let lie = Resource::bytes(playlist()).header("Content-Encoding", "gzip");
    assert_eq!(
        fetched(lie).await.unwrap(),
        playlist(),
        "an encoding that is none"
    );
}

#[tokio::test]
async fn all_members_of_a_gzip_file_are_read() {
    let (first, second) = (gzip(b"#EXTM3U\n").await, gzip(b"#EXTINF:-1,One\n").await);
    let body = [first, second].concat();
    assert_eq!(
        fetched(Resource::bytes(body)).await.unwrap(),
        b"#EXTM3U\n#EXTINF:-1,One\n"
    );
}

#[tokio::test]
async fn every_framing_gives_the_same_bytes() {
    for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
        let resource = Resource::bytes(playlist()).framing(framing);
        assert_eq!(fetched(resource).await.unwrap(), playlist(), "{framing:?}");
    }
}

#[tokio::test]
async fn a_gzip_file_that_ends_early_or_is_damaged_is_an_error() {
    let mut packed = gzip(&playlist()).await;
    let cut = packed[..packed.len() / 2].to_vec();
    let error = fetched(Resource::bytes(cut)).await.unwrap_err();
    assert!(matches!(cause(&error), Cause::Unfinished { .. }), "{error:?}");
    let middle = packed.len() / 2;
    packed[middle..middle + 40].fill(0xFF);
    let error = fetched(Resource::bytes(packed)).await.unwrap_err();
    assert!(
        matches!(cause(&error), Cause::Corrupt | Cause::Unfinished { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_gzip_body_cut_by_the_server_is_truncated() {
    let packed = gzip(&playlist()).await;
    let simulator = serving(Resource::bytes(packed.clone())).await;
    simulator.fault("*", Fault::cut(500, Cut::Declared));
    let error = Bench::new().failure(&simulator).await;
    assert_eq!(
        *cause(&error),
        Cause::Truncated {
            declared: packed.len() as u64,
            got: 500
        }
    );
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_an_error() {
    let error = fetched(Resource::bytes("x").header("Content-Encoding", "br"))
        .await
        .unwrap_err();
    assert_eq!(*cause(&error), Cause::Encoding);
}

#[tokio::test]
async fn a_gzip_bomb_stops_at_the_bound_and_comes_in_small_pieces() {
    let simulator = provider().await;
    simulator.fault("*", Fault::gzip_bomb());
    let mut request = patient(&[&secret_url(&simulator)]);
    request.max_bytes = Some(8 * MIB);
    let mut download = Bench::new().fetcher.get(request).await.unwrap();
    let (mut handed, mut largest) = (0, 0);
    let error = loop {
        match download.next().await.unwrap() {
            Ok(bytes) => {
                handed += bytes.len() as u64;
                largest = largest.max(bytes.len());
            }
            Err(error) => break error,
        }
    };
    assert_eq!(*cause(&error), Cause::TooLarge { max_bytes: 8 * MIB });
    assert!(handed <= 8 * MIB && handed > 7 * MIB, "{handed}");
    assert!(largest <= 128 * 1024, "{largest}");
    assert!(download.next().await.is_none());
    drop(download);
    simulator.until(|counters| counters.open == 0).await;
}

#[tokio::test]
async fn endless_bodies_stop_at_the_bound() {
    let simulator = provider().await;
    for fault in [Fault::endless(), Fault::endless_line()] {
        simulator.fault("*", fault);
        let mut request = patient(&[&secret_url(&simulator)]);
        request.max_bytes = Some(2 * MIB);
        let error = Bench::new().get(request).await.unwrap_err();
        assert_eq!(*cause(&error), Cause::TooLarge { max_bytes: 2 * MIB });
    }
}

#[tokio::test]
async fn a_bound_that_is_just_met_is_no_error() {
    let simulator = provider().await;
    let length = playlist().len() as u64;
    for (max_bytes, good) in [(length, true), (length - 1, false)] {
        let mut request = patient(&[&secret_url(&simulator)]);
        request.max_bytes = Some(max_bytes);
        assert_eq!(Bench::new().get(request).await.is_ok(), good);
    }
}

#[tokio::test]
async fn cancelling_ends_a_body_and_its_connection() {
    let simulator = provider().await;
    simulator.fault("*", Fault::stop_after(1_000));
    let request = patient(&[&secret_url(&simulator)]);
    let cancel = request.cancel.clone();
    let mut download = Bench::new().fetcher.get(request).await.unwrap();
    let first: Bytes = download.next().await.unwrap().unwrap();
    assert_eq!(first.len(), 1_000);
    let (read, ()) = tokio::join!(download.next(), async { cancel.cancel() });
    assert_eq!(read.unwrap().unwrap_err(), FetchError::Cancelled);
    assert!(download.next().await.is_none());
    drop(download);
    simulator.until(|counters| counters.open == 0).await;
}

#[tokio::test]
async fn cancelling_ends_the_wait_for_an_answer_and_a_pause() {
    let simulator = provider().await;
    simulator.fault("*", Fault::silent());
    let request = patient(&[&secret_url(&simulator)]);
    let cancel = request.cancel.clone();
    let bench = Bench::new();
    let waiting = async {
        simulator.until(|counters| counters.open == 1).await;
        cancel.cancel();
    };
    let (read, ()) = tokio::join!(bench.get(request), waiting);
    assert_eq!(read.unwrap_err(), FetchError::Cancelled);

    simulator.fault("*", Fault::status(503));
    let seams = Seams {
        pause: Arc::new(|_| Box::pin(std::future::pending())),
        ..Seams::default()
    };
    let config = FetchConfig {
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
        ..FetchConfig::default()
    };
    let fetcher = Fetcher::with_seams(config, Clock::System, seams).unwrap();
    let request = patient(&[&secret_url(&simulator)]);
    let cancel = request.cancel.clone();
    let before = simulator.counters().requests;
    let waiting = async {
        simulator
            .until(|counters| counters.requests > before && counters.open == 0)
            .await;
        cancel.cancel();
    };
    let (read, ()) = tokio::join!(fetcher.get(request), waiting);
    assert_eq!(read.unwrap_err(), FetchError::Cancelled);
}

#[tokio::test]
async fn a_condition_may_be_answered_with_not_modified() {
    let simulator = provider().await;
    simulator.fault("*", Fault::status(304));
    let mut request = patient(&[&secret_url(&simulator)]);
    request.headers.insert("if-none-match", "\"1\"".parse().unwrap());
    assert_eq!(Bench::new().fetcher.get(request).await.unwrap().status, 304);
    let error = Bench::new().failure(&simulator).await;
    assert_eq!(
        *cause(&error),
        Cause::Status {
            code: 304,
            retry_after: None
        }
    );
}

#[tokio::test]
async fn a_saved_document_is_asked_for_again_when_its_body_fails() {
    let simulator = provider().await;
    simulator.fault("*", Fault::cut(9_000, Cut::Declared).times(2));
    let bench = Bench::new();
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().unwrap());
    file.write_all(b"what was there before").await.unwrap();
    let saved = bench
        .fetcher
        .save(patient(&[&secret_url(&simulator)]), &mut file)
        .await
        .unwrap();
    assert_eq!(
        (saved.status, saved.content_length),
        (200, Some(playlist().len() as u64))
    );
    file.rewind().await.unwrap();
    let mut whole = Vec::new();
    file.read_to_end(&mut whole).await.unwrap();
    assert_eq!(whole, playlist());
    assert_eq!((simulator.count(SECRET_PATH), bench.paused().len()), (3, 2));
}

#[tokio::test]
async fn a_document_that_cannot_be_stored_is_no_hosts_fault() {
    let simulator = provider().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.m3u");
    std::fs::write(&path, "").unwrap();
    let mut file = tokio::fs::File::open(&path).await.unwrap();
    let bench = Bench::new();
    let owned = FetchRequest {
        owner: Some(7),
        ..patient(&[&secret_url(&simulator)])
    };
    let error = bench.fetcher.save(owned, &mut file).await.unwrap_err();
    assert!(matches!(error, FetchError::File(_)), "{error:?}");
    assert_eq!(simulator.count(SECRET_PATH), 1);
    assert_eq!(bench.breakers.get(7, &simulator.host()), Default::default());
}
