//! What it costs to hand streams to viewers, against a bare copy loop that reads each upstream once and writes its bytes to
//! each viewer: `cargo bench --bench relay`.
//!
//! 200 viewers of one stream, and 50 viewers of 50 streams, each of 8 Mbit/s, for 20 s. The provider and the viewers are
//! processes of their own; what counts is the time on the processor of the process that hands the bytes on. Each viewer
//! looks at every packet's number. Bars: no gap for any, and less than 1.3 times the time of the loop.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[path = "support/own.rs"]
#[expect(dead_code, reason = "a part of it serves other measurements")]
mod own;
#[expect(dead_code, reason = "a part of it serves other measurements")]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::resource::Framing;
use m3u_strm_processor::simulator::{Piece, Pieces, Resource, Simulator};
use serde_json::Value;
use support::Installation;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::Instant;

const PACKET: usize = 188;
/// 8 Mbit/s, in pieces of 20 ms.
const PIECE: Duration = Duration::from_millis(20);
const PACKETS: usize = 8_000_000 / 8 / 50 / PACKET;
const WATCHED: Duration = Duration::from_secs(20);
/// Before it is measured, everybody watches.
const WARM: Duration = Duration::from_secs(4);
/// The names of the other process's two lives.
const PROVIDER: &str = "play-provider";
const CROWD: &str = "play-crowd";

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some(PROVIDER) => provider(),
        Some(CROWD) => crowd(),
        _ => measure(),
    }
}

fn measure() {
    for (streams, viewers) in [(1, 200), (50, 50)] {
        let mut provider = Other::start(PROVIDER, &[]);
        let host = provider.line();
        let loop_time = {
            let runtime = Runtime::new().expect("a runtime");
            let address = runtime.block_on(copy_loop(host.clone(), streams));
            let urls = (0..viewers).map(|viewer| format!("http://{address}/{}", viewer % streams));
            watched("a bare copy loop", streams, urls.collect())
        };
        let installation = Installation::start(Engine::Sqlite);
        let entries = (0..streams).map(|one| format!("#EXTINF:-1,Channel {one}\nhttp://{host}/{one}.ts\n"));
        installation.sync(format!("#EXTM3U\n{}", entries.collect::<String>()).into_bytes());
        let channels = installation.get_json("/api/channels?limit=1000");
        let playlist = installation.get_json("/api/auth/me");
        let playlist = playlist["playlist_url"].as_str().expect("an address");
        let (_, token) = playlist.split_once("token=").expect("a token");
        let ids: Vec<i64> = channels["items"]
            .as_array()
            .expect("channels")
            .iter()
            .filter_map(|channel: &Value| channel["id"].as_i64())
            .collect();
        assert_eq!(ids.len(), streams);
        let urls = (0..viewers).map(|viewer| {
            let id = ids[viewer % streams];
            format!("http://{}/stream/{token}/channel/{id}", installation.address)
        });
        let relayed = watched("the relay", streams, urls.collect());
        let factor = relayed / loop_time;
        println!("{viewers} viewers of {streams} streams: {factor:.2} times the time of the loop");
    }
}

/// Lets a crowd watch these; the time on the processor that this process used meanwhile.
fn watched(by: &str, streams: usize, urls: Vec<String>) -> f64 {
    let mut crowd = Other::start(CROWD, &urls);
    assert_eq!(crowd.line(), "watching");
    let before = own::cpu_seconds();
    let after = crowd.line();
    let time = own::cpu_seconds() - before;
    let cores = time / WATCHED.as_secs_f64();
    println!(
        "{by}: {} viewers of {streams} streams for {} s: {:.2} s on the processor, {cores:.2} cores; {after}",
        urls.len(),
        WATCHED.as_secs(),
        time
    );
    time
}

/// Another life of this program.
struct Other {
    child: Child,
    output: BufReader<ChildStdout>,
    /// The other ends once this is closed.
    _input: Option<ChildStdin>,
}

impl Other {
    fn start(life: &str, lines: &[String]) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg(life)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("another process");
        let mut input = child.stdin.take().expect("its input");
        for line in lines {
            writeln!(input, "{line}").expect("a reader");
        }
        let input = Some(input).filter(|_| lines.is_empty());
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self {
            child,
            output,
            _input: input,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim().to_owned()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A provider whose streams never end, until its input does.
fn provider() {
    let runtime = Runtime::new().expect("a runtime");
    let simulator = runtime.block_on(Simulator::start()).expect("a provider");
    let pieces = Pieces::new(|| (0_u32..).map(piece));
    let stream = Resource::dynamic(move |_| {
        m3u_strm_processor::simulator::Reply::pieces("video/mp2t", pieces.clone())
    });
    simulator.put("/*", stream.framing(Framing::Close));
    println!("{}", simulator.host());
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
}

/// Packets of 20 ms, the first of which lists the programmes; each holds its number.
fn piece(number: u32) -> Piece {
    let mut bytes = Vec::with_capacity(PACKETS * PACKET);
    for index in 0..PACKETS as u32 {
        let start = bytes.len();
        bytes.extend([0x47, 0, if index == 0 { 0 } else { 0x64 }, 0x10]);
        bytes.extend((number * PACKETS as u32 + index).to_be_bytes());
        bytes.resize(start + PACKET, 0xAA);
    }
    Piece {
        bytes: bytes.into(),
        due: PIECE * number,
    }
}

/// Viewers of the addresses that the input gives.
fn crowd() {
    let urls: Vec<String> = std::io::stdin().lines().map_while(Result::ok).collect();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // Who has one already keeps it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().build().expect("a client");
        let start = Instant::now() + WARM;
        let watching: Vec<_> = urls
            .into_iter()
            .map(|url| tokio::spawn(watch(client.clone(), url, start + WATCHED)))
            .collect();
        tokio::time::sleep_until(start).await;
        println!("watching");
        let (mut gaps, mut bytes, mut least) = (0, 0, u64::MAX);
        for one in watching {
            let (gaps_of_one, bytes_of_one) = one.await.expect("a viewer");
            gaps += gaps_of_one;
            bytes += bytes_of_one;
            least = least.min(bytes_of_one);
        }
        let megabytes = |bytes: u64| bytes / 1_000_000;
        println!(
            "{gaps} gaps, {} MB in all, {} MB at least for each",
            megabytes(bytes),
            megabytes(least)
        );
    });
}

/// Gaps and bytes that one viewer saw.
async fn watch(client: reqwest::Client, url: String, until: Instant) -> (u32, u64) {
    let mut answer = client.get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let (mut rest, mut next, mut gaps, mut bytes) = (Vec::new(), None, 0, 0);
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(until, answer.chunk()).await {
        bytes += chunk.len() as u64;
        rest.extend_from_slice(&chunk);
        let whole = rest.len() / PACKET * PACKET;
        for packet in rest[..whole].chunks_exact(PACKET) {
            let number = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
            gaps += u32::from(packet[0] != 0x47 || next.is_some_and(|next| next != number));
            next = Some(number.wrapping_add(1));
        }
        rest.drain(..whole);
    }
    // Who was cut off has a gap too.
    (gaps + u32::from(Instant::now() < until), bytes)
}

/// Reads each stream once and writes it to whoever asks for it, and nothing else.
async fn copy_loop(host: String, streams: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let mut rooms = Vec::new();
    for stream in 0..streams {
        let (enter, mut entering) = tokio::sync::mpsc::unbounded_channel::<TcpStream>();
        rooms.push(enter);
        let mut upstream = TcpStream::connect(&host).await.expect("the provider");
        let head = format!("GET /{stream}.ts HTTP/1.1\r\nHost: {host}\r\n\r\n");
        upstream.write_all(head.as_bytes()).await.expect("the provider");
        tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            let mut pending: Vec<u8> = Vec::new();
            let (mut viewers, mut has_begun): (Vec<TcpStream>, bool) = (Vec::new(), false);
            while let Ok(read) = upstream.read(&mut buffer).await {
                if read == 0 {
                    return;
                }
                pending.extend_from_slice(&buffer[..read]);
                if !has_begun {
                    let Some(at) = pending.windows(4).position(|four| four == b"\r\n\r\n") else {
                        continue;
                    };
                    pending.drain(..at + 4);
                    has_begun = true;
                }
                while let Ok(viewer) = entering.try_recv() {
                    viewers.push(viewer);
                }
                let whole = pending.len() / PACKET * PACKET;
                for viewer in &mut viewers {
                    // Who has gone away is written to in vain.
                    let _ = viewer.write_all(&pending[..whole]).await;
                }
                pending.drain(..whole);
            }
        });
    }
    tokio::spawn(async move {
        while let Ok((mut viewer, _)) = listener.accept().await {
            let mut request = vec![0; 4 * 1024];
            let read = viewer.read(&mut request).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..read]).into_owned();
            let stream = text
                .split(['/', ' '])
                .nth(2)
                .and_then(|text| text.parse::<usize>().ok());
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n";
            let room = stream.and_then(|stream| rooms.get(stream));
            if let (Some(room), Ok(())) = (room, viewer.write_all(head).await) {
                // The room is open as long as its stream.
                let _ = room.send(viewer);
            }
        }
    });
    address
}
