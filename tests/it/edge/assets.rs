use std::io::Read;

use flate2::read::GzDecoder;
use m3u_strm_processor::web::kit::assets;

use super::server::Server;

#[tokio::test]
async fn an_asset_is_immutable_under_its_hash_and_nowhere_else() {
    let server = Server::start();
    for (name, kind) in [
        ("app.css", "text/css; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
        ("mark.svg", "image/svg+xml"),
    ] {
        let answer = server.get(assets::url(name)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(answer.headers()["content-type"], kind);
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        let other = server
            .get(&format!("/static/000000000000/{name}"))
            .send()
            .await
            .unwrap();
        assert_eq!(other.status(), 404, "{name}");
    }
    for path in [
        "/static/../Cargo.toml",
        "/static/x/..%2f..%2fCargo.toml",
        "/static/x/README.md",
    ] {
        assert_eq!(server.get(path).send().await.unwrap().status(), 404, "{path}");
    }
}

#[tokio::test]
async fn an_asset_that_is_known_is_not_sent_again() {
    let server = Server::start();
    let url = assets::url("app.css");
    let first = server.get(url).send().await.unwrap();
    let tag = first.headers()["etag"].clone();
    let again = server
        .get(url)
        .header("If-None-Match", tag.clone())
        .send()
        .await
        .unwrap();
    assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &tag));
}

#[tokio::test]
async fn an_asset_travels_compressed_and_arrives_whole() {
    let server = Server::start();
    let plain = server
        .get(assets::url("app.css"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let answer = server
        .get(assets::url("app.css"))
        .header("Accept-Encoding", "br, gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let packed = answer.bytes().await.unwrap();
    assert!(
        packed.len() * 3 < plain.len(),
        "{} of {}",
        packed.len(),
        plain.len()
    );
    let mut unpacked = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
}

#[tokio::test]
async fn a_page_with_all_it_loads_is_light() {
    let server = Server::start();
    let mut total = 0;
    for path in [
        "/nothing",
        assets::url("app.css"),
        assets::url("app.js"),
        assets::url("icons.svg"),
        assets::url("mark.svg"),
    ] {
        let answer = server
            .get(path)
            .header("Accept-Encoding", "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        total += answer.bytes().await.unwrap().len();
    }
    assert!(total < 36_000, "{total} bytes");
}
