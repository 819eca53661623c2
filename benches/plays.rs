//! Whether plays are stored as fast as they come, on both engines: `cargo bench --bench plays [-- sqlite|postgres]`.
//!
//! 100 connections of as many people send 500 starts and 500 reports of plays a second in all for 20 s, each at its time whether or not others
//! are answered, while one more reads the list of channels ten times a second. Bars: what was answered is stored, and the
//! pages take less than 50 ms (p95). Those who ask share the processor with the server.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[path = "support/people.rs"]
mod people;
mod support;

use std::net::SocketAddr;
use std::time::Duration;

use m3u_strm_processor::db::{Engine, Value};
use people::people;
use support::catalogue::{Dice, list};
use support::{Installation, milliseconds, percentile, processor};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

const CHANNELS: usize = 5_000;
const CONNECTIONS: u32 = 100;
const A_SECOND: u32 = 1_000;
const TIME: Duration = Duration::from_secs(20);
const PAGES_A_SECOND: u32 = 10;

fn main() {
    support::on_wanted_engines(measure);
}

fn measure(name: &str, engine: Engine) {
    let installation = Installation::start(engine);
    installation.sync(list(CHANNELS, 0, 0));
    let (address, runtime) = (installation.address, &installation.runtime);
    let tokens = runtime.block_on(people(&installation.ctx, CONNECTIONS as usize));
    let before = processor::used();
    let begun = Instant::now();
    let (plays, pages) = runtime.block_on(run(address, &tokens));
    let cores = (processor::used().saturating_sub(before)).as_secs_f64() / begun.elapsed().as_secs_f64();
    let answered: usize = plays.iter().map(|player| player.times.len()).sum();
    let started: i64 = plays.iter().map(|player| player.starts).sum();
    let seconds: i64 = plays.iter().map(|player| player.seconds).sum();
    let stored: (i64, i64) = runtime
        .block_on(installation.ctx.db.one(
            "select count(*), cast(coalesce(sum(position_seconds), 0) as bigint) from viewing_history",
            Vec::<Value>::new(),
        ))
        .expect("the plays");
    let mut times: Vec<Duration> = plays.into_iter().flat_map(|player| player.times).collect();
    report(&format!("{name}: starts and reports"), &mut times);
    println!(
        "  {answered} of {} answered, {cores:.2} cores; {} of {started} starts and {} of {seconds} reported seconds stored",
        A_SECOND * u32::try_from(TIME.as_secs()).expect("a short time"),
        stored.0,
        stored.1
    );
    let mut pages = pages;
    report("pages meanwhile (bar: p95 50 ms)", &mut pages);
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share| milliseconds(percentile(times, share));
    println!(
        "  {what}: p50 {:.1}, p95 {:.1}, p99 {:.1}, worst {:.1} ms",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
}

/// A client that reports plays on one connection.
struct Player {
    connection: BufReader<TcpStream>,
    token: String,
    times: Vec<Duration>,
    starts: i64,
    /// The sum of the positions that were reported last of each play.
    seconds: i64,
}

async fn run(address: SocketAddr, tokens: &[String]) -> (Vec<Player>, Vec<Duration>) {
    let begin = Instant::now() + Duration::from_millis(200);
    let mut tasks = Vec::new();
    for (number, token) in (0..CONNECTIONS).zip(tokens) {
        let mut player = Player::connect(address, token).await;
        tasks.push(tokio::spawn(async move {
            let step = Duration::from_secs(1) / A_SECOND;
            let all = A_SECOND * u32::try_from(TIME.as_secs()).expect("a short time");
            let (mut play, mut dice) = (0, Dice(u64::from(number) + 1));
            for request in (number..all).step_by(CONNECTIONS as usize) {
                let due = begin + step * request;
                sleep_until(due).await;
                if play == 0 {
                    let (channel, device) = (dice.below(1_000) + 1, dice.of(&["TV", "Tablet", "Phone"]));
                    let body = format!("{{\"channel_id\":{channel},\"device\":\"{device}\"}}");
                    let answer = player.send("POST", "/api/analytics/history", &body).await;
                    play = answer["id"].as_i64().expect("a play");
                    player.starts += 1;
                } else {
                    let seconds = i64::from(request % 600);
                    let body = format!("{{\"position_seconds\":{seconds}}}");
                    let path = format!("/api/analytics/history/{play}");
                    player.send("PATCH", &path, &body).await;
                    player.seconds += seconds;
                    play = 0;
                }
                player.times.push(due.elapsed());
            }
            player
        }));
    }
    let mut reader = Player::connect(address, &tokens[0]).await;
    let mut pages = Vec::new();
    while begin.elapsed() < TIME {
        let due =
            begin + (Duration::from_secs(1) / PAGES_A_SECOND) * u32::try_from(pages.len()).expect("few");
        sleep_until(due).await;
        reader.send("GET", "/channels", "").await;
        pages.push(due.elapsed());
    }
    let mut players = Vec::new();
    for task in tasks {
        players.push(task.await.expect("a player"));
    }
    (players, pages)
}

impl Player {
    async fn connect(address: SocketAddr, token: &str) -> Self {
        let socket = TcpStream::connect(address).await.expect("a connection");
        socket.set_nodelay(true).expect("a socket");
        Self {
            connection: BufReader::new(socket),
            token: token.to_owned(),
            times: Vec::new(),
            starts: 0,
            seconds: 0,
        }
    }

    /// The JSON of an answer that succeeds; null for a page.
    async fn send(&mut self, method: &str, path: &str, body: &str) -> serde_json::Value {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: measured\r\nAuthorization: Bearer {}\r\nAccept-Encoding: identity\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.connection
            .get_mut()
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        let (mut status, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            self.connection.read_line(&mut line).await.expect("a head");
            let line = line.trim_end().to_ascii_lowercase();
            if line.starts_with("http/") {
                status = line.split(' ').nth(1).unwrap_or_default().to_owned();
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.connection.read_exact(&mut body).await.expect("a body");
        assert!(status.starts_with('2'), "{method} {path}: {status}");
        serde_json::from_slice(&body).unwrap_or_default()
    }
}
