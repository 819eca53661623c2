//! Whether the server holds under many people, straight after a sync of 60,000 channels and 100,000 films, on both engines:
//! `cargo bench --bench load [-- sqlite|postgres]`.
//!
//! 200 signed-in users keep 1,000 connections. First they send 300 requests of pages and JSON a second in all for 60 s,
//! each at its time whether or not others are answered, and a time counts from when its request was due. Then all 1,000
//! ask at once, each again as soon as it is answered, for 10 s. Bars: no request fails, and p99 of the first is under 250 ms.
//! Those who ask share the processor with the server.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

#[path = "support/people.rs"]
mod people;
mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use m3u_strm_processor::db::Engine;
use people::people;
use support::catalogue::{BRANDS, Dice, WORDS, category, list};
use support::{Installation, milliseconds, percentile, processor};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

const CHANNELS: usize = 60_000;
const FILMS: usize = 100_000;
const EPISODES: usize = 20_000;
const USERS: usize = 200;
const CONNECTIONS: usize = 1_000;
const A_SECOND: u32 = 300;
const PACED: Duration = Duration::from_secs(60);
const CLOSED: Duration = Duration::from_secs(10);
/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    support::on_wanted_engines(measure);
}

fn measure(name: &str, engine: Engine) {
    let installation = Installation::start(engine);
    installation.sync(list(CHANNELS, FILMS, EPISODES));
    let (address, runtime) = (installation.address, &installation.runtime);
    let tokens = Arc::new(runtime.block_on(people(&installation.ctx, USERS)));
    println!("{name}: {CHANNELS} channels, {FILMS} films, {CONNECTIONS} connections of {USERS} users");
    let mut connections = runtime.block_on(connect(address, &tokens));
    for (what, pace) in [("300 a second", Some(A_SECOND)), ("all at once", None)] {
        let before = processor::used();
        let begun = Instant::now();
        let (kept, tally) = runtime.block_on(ask(connections, pace));
        let cores = (processor::used().saturating_sub(before)).as_secs_f64() / begun.elapsed().as_secs_f64();
        connections = kept;
        report(what, tally, begun.elapsed(), cores);
    }
}

async fn connect(address: SocketAddr, tokens: &[String]) -> Vec<Person> {
    let mut people = Vec::with_capacity(CONNECTIONS);
    for number in 0..CONNECTIONS {
        people.push(Person {
            number,
            address,
            reader: open(address).await.expect("a connection"),
            token: tokens[number % tokens.len()].clone(),
            dice: Dice(number as u64 + 1),
            tally: Tally::default(),
        });
    }
    people
}

async fn open(address: SocketAddr) -> std::io::Result<BufReader<TcpStream>> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    Ok(BufReader::new(socket))
}

/// Somebody with one connection that is kept.
struct Person {
    number: usize,
    address: SocketAddr,
    reader: BufReader<TcpStream>,
    token: String,
    dice: Dice,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    times: Vec<Duration>,
    failed: Vec<String>,
}

/// Everybody asks, at `pace` a second in all, or each as fast as answers come.
async fn ask(people: Vec<Person>, pace: Option<u32>) -> (Vec<Person>, Tally) {
    let begin = Instant::now() + Duration::from_millis(100);
    let tasks: Vec<_> = people
        .into_iter()
        .map(|mut person| {
            tokio::spawn(async move {
                match pace {
                    Some(pace) => person.at_its_time(begin, pace).await,
                    None => person.again_and_again(begin).await,
                }
                person
            })
        })
        .collect();
    let (mut kept, mut all) = (Vec::with_capacity(CONNECTIONS), Tally::default());
    for task in tasks {
        let mut person = task.await.expect("a person");
        all.times.append(&mut person.tally.times);
        all.failed.append(&mut person.tally.failed);
        kept.push(person);
    }
    (kept, all)
}

impl Person {
    async fn at_its_time(&mut self, begin: Instant, pace: u32) {
        let step = Duration::from_secs(1) / pace;
        let requests = (PACED.as_secs_f64() * f64::from(pace)) as usize;
        for request in (self.number..requests).step_by(CONNECTIONS) {
            let due = begin + step * u32::try_from(request).expect("a small number");
            sleep_until(due).await;
            self.exchange(due).await;
        }
    }

    async fn again_and_again(&mut self, begin: Instant) {
        sleep_until(begin).await;
        while begin.elapsed() < CLOSED {
            self.exchange(Instant::now()).await;
        }
    }

    async fn exchange(&mut self, due: Instant) {
        let path = path(&mut self.dice);
        let answer = timeout(PATIENCE, self.get(&path)).await;
        match answer {
            Ok(Ok(200)) => self.tally.times.push(due.elapsed()),
            Ok(Ok(status)) => self.tally.failed.push(format!("{path}: {status}")),
            Ok(Err(error)) => self.begin_anew(format!("{path}: {error}")).await,
            Err(_) => self.begin_anew(format!("{path}: no answer")).await,
        }
    }

    /// A connection that failed is of no more use.
    async fn begin_anew(&mut self, failure: String) {
        self.tally.failed.push(failure);
        match open(self.address).await {
            Ok(reader) => self.reader = reader,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }

    async fn get(&mut self, path: &str) -> std::io::Result<u16> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: measured\r\nAuthorization: Bearer {}\r\nAccept-Encoding: gzip\r\n\r\n",
            self.token
        );
        self.reader.get_mut().write_all(request.as_bytes()).await?;
        let (mut status, mut length) = (0, Some(0));
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.starts_with("http/") {
                status = line
                    .split(' ')
                    .nth(1)
                    .and_then(|code| code.parse().ok())
                    .unwrap_or(0);
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok();
            } else if line == "transfer-encoding: chunked" {
                length = None;
            } else if line.is_empty() {
                break;
            }
        }
        match length {
            Some(length) => self.skip(length).await?,
            None => self.skip_chunks().await?,
        }
        Ok(status)
    }

    async fn skip_chunks(&mut self) -> std::io::Result<()> {
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
            self.skip(length + 2).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    async fn skip(&mut self, length: usize) -> std::io::Result<()> {
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).await.map(|_| ())
    }
}

/// What people look at: mostly lists, with a search or a filter, and what is in them.
fn path(dice: &mut Dice) -> String {
    let word = |dice: &mut Dice| match dice.below(3) {
        0 => dice.of(&WORDS).to_lowercase(),
        1 => dice
            .of(&BRANDS)
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_lowercase(),
        _ => format!("{}", dice.below(900) + 100),
    };
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match dice.below(10) {
        0 => "/".to_owned(),
        1 => "/channels".to_owned(),
        2 => format!("/channels?q={}", encode(&word(dice))),
        3 => format!("/channels/{}", dice.below(CHANNELS / 2) + 1),
        4 => format!("/movies?q={}", encode(&word(dice))),
        5 => format!("/movies/{}", dice.below(FILMS / 2) + 1),
        6 => format!(
            "/api/channels?category={}",
            encode(&category(dice.below(CHANNELS)))
        ),
        7 => format!("/api/vod/movies?skip={}&limit=50", dice.below(FILMS - 100)),
        8 => "/series".to_owned(),
        _ => "/api/favorites".to_owned(),
    }
}

fn report(what: &str, mut tally: Tally, took: Duration, cores: f64) {
    tally.times.sort();
    println!(
        "  {what:<12} {} answered in {:.0} s ({:.0} a second), {} failed; p50 {:.1} ms, p99 {:.1} ms (bar 250), worst {:.0} ms; {cores:.2} cores",
        tally.times.len(),
        took.as_secs_f64(),
        tally.times.len() as f64 / took.as_secs_f64(),
        tally.failed.len(),
        milliseconds(percentile(&tally.times, 0.5)),
        milliseconds(percentile(&tally.times, 0.99)),
        milliseconds(percentile(&tally.times, 1.0)),
    );
    for failure in tally.failed.iter().take(5) {
        println!("    {failure}");
    }
}
