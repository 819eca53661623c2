//! Where a playlist comes from, and what is none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use super::{ESPN, Run, list, strm_from};

/// Answers one request with a playlist whose end is not declared.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = socket.read(&mut request).unwrap();
        write!(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}").unwrap();
    });
    format!("http://{address}/lists/tv.m3u?username=bob&password=sesame")
}

#[test]
fn a_gzip_playlist_is_known_by_its_first_bytes() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(list(&ESPN).as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    assert_eq!(Run::of(&bytes, &[]).files(), ["ESPN.strm"]);
    let cut = Run::of(&bytes[..bytes.len() - 12], &[]);
    assert_eq!((cut.output.status.code(), cut.files().len()), (Some(1), 0));
}

#[test]
fn what_is_no_playlist_is_a_clear_error_and_writes_nothing() {
    for (body, words) in [
        ("<html><body>Login</body></html>", "web page"),
        ("", "empty"),
        ("#EXTM3U\n", "no #EXTINF"),
        ("\0\u{1}\u{2}\u{3}\0\0\0", "binary"),
    ] {
        let run = Run::of(body, &["--clean"]);
        assert_eq!(run.output.status.code(), Some(1));
        assert!(run.error().contains(words), "{}", run.error());
        assert!(!run.folder.path().join("out").exists());
    }
    let missing = strm_from("/nonexistent/list.m3u", Path::new("/nonexistent/out"), &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read"));
}

#[test]
fn wrong_usage_is_status_2() {
    for arguments in [
        &["--prefer-quality", "uhd"][..],
        &["--fuzzy-threshold", "85"],
        &["--nonsense"],
    ] {
        assert_eq!(
            Run::of(list(&ESPN), arguments).output.status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_playlist_is_read_from_a_url_and_relative_links_resolve() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(list(&[
        ("A", "a.ts"),
        ("A", "http://h/bob/sesame/1"),
        ("A", "http://h/bob/sesame/1"),
    ]));
    let output = strm_from(&url, &folder.path().join("out"), &["--no-merge"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let run = Run { folder, output };
    assert!(
        run.strm()
            .into_values()
            .any(|text| text.ends_with("/lists/a.ts\n"))
    );
    assert_eq!(run.count("duplicate"), 1);
}

#[test]
fn a_list_cut_on_its_way_is_an_error_that_shows_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(list(&[("A", "http://h/a")]) + "#EXTINF:-1,B");
    let output = strm_from(&url, &folder.path().join("out"), &[]);
    let run = Run { folder, output };
    assert_eq!(run.output.status.code(), Some(1));
    assert!(
        run.error().contains("cut") && !run.error().contains("sesame"),
        "{}",
        run.error()
    );
    assert!(!run.folder.path().join("out").exists());
}
