//! What is measured: the whole server on loopback, with one provider whose list is given, on either engine.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]

pub mod catalogue;
pub mod processor;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use m3u_strm_processor::app::{App, Server};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::{Resource, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

const PASSWORD: &str = "correct horse battery";
const LIST: &str = "/list.m3u";
/// The longest that a job may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures on both engines, or on the one that the command line names.
pub fn on_wanted_engines(measure: impl Fn(&str, Engine)) {
    let wanted = std::env::args().find(|argument| ["sqlite", "postgres"].contains(&argument.as_str()));
    for (name, engine) in [("sqlite", Engine::Sqlite), ("postgres", Engine::Postgres)] {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            measure(name, engine);
        }
    }
}

/// A running installation; it ends with this value.
pub struct Installation {
    pub address: SocketAddr,
    pub ctx: Ctx,
    pub token: String,
    /// Removed with this value.
    _data: TempDir,
    pub runtime: tokio::runtime::Runtime,
    simulator: Simulator,
    provider: i64,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _postgres: Option<Postgres>,
}

impl Installation {
    /// A server with an empty catalogue, an administrator who is signed in, and one provider. With `--keep=FOLDER` on the
    /// command line everything stays there, and is there again the next time.
    pub fn start(engine: Engine) -> Self {
        let kept = std::env::args().find_map(|argument| argument.strip_prefix("--keep=").map(PathBuf::from));
        let data = tempfile::tempdir().expect("a folder");
        let folder = kept.as_deref().map(|kept| kept.join(format!("{engine:?}")));
        let cluster = folder.as_deref().map(|folder| folder.join("server"));
        let postgres = matches!(engine, Engine::Postgres).then(|| Postgres::start(cluster.as_deref()));
        let folder = folder.unwrap_or_else(|| data.path().to_owned());
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut values = vec![
            ("data_dir", folder.to_str().expect("a plain path").to_owned()),
            ("listen", "127.0.0.1:0".to_owned()),
            ("admin_password", PASSWORD.to_owned()),
            ("allow_private_networks", "127.0.0.0/8".to_owned()),
            ("public_url", "http://tv.example".to_owned()),
        ];
        values.extend(postgres.iter().map(|postgres| ("database_url", postgres.url())));
        let flags = Flags::of(values.iter().map(|(name, value)| (*name, value.as_str())));
        let config = Config::load_from(&flags, &|_| None).expect("a configuration");
        let (started, begun) = oneshot::channel();
        let (stop, asked) = oneshot::channel();
        let thread = std::thread::spawn(move || serve(config, started, asked));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (address, ctx) = runtime.block_on(begun).expect("a server");
        let simulator = runtime.block_on(Simulator::start()).expect("a provider");
        let mut installation = Self {
            address,
            ctx,
            token: String::new(),
            _data: data,
            runtime,
            simulator,
            provider: 0,
            stop: Some(stop),
            thread: Some(thread),
            _postgres: postgres,
        };
        let admin = json!({"username": "admin", "password": PASSWORD});
        installation.token = text(&installation.post("/api/auth/login", &admin)["token"]);
        let known = "select coalesce(max(id), 0) from providers";
        let known = installation
            .runtime
            .block_on(installation.ctx.db.one(known, Vec::new()));
        (installation.provider,) = known.expect("a number");
        if installation.provider > 0 {
            return installation;
        }
        let url = installation.simulator.url(LIST);
        let provider = json!({"name": "Measured", "type": "m3u", "m3u_url": url});
        installation.provider = number(&installation.post("/api/providers", &provider)["id"]);
        installation
    }

    /// Syncs the provider with a list and tells how long the job took.
    pub fn sync(&self, list: Vec<u8>) -> Duration {
        self.simulator.put(LIST, Resource::bytes(list));
        let start = Instant::now();
        let path = format!("/api/providers/{}/sync", self.provider);
        let job = number(&self.post(&path, &json!({}))["job_id"]);
        self.wait_for(job);
        start.elapsed()
    }

    /// Waits until a job has succeeded.
    pub fn wait_for(&self, job: i64) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.get_json(&format!("/api/jobs/{job}"));
            match shown["state"].as_str() {
                Some("succeeded") => return,
                Some("queued" | "running") if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                _ => unreachable!("the job did not succeed: {shown}"),
            }
        }
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: measured\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n",
            self.authorization(),
            body.len()
        );
        let answer = Connection::open(self.address).exchange(&format!("{head}\r\n{body}"));
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    pub fn get_json(&self, path: &str) -> Value {
        let answer = Connection::open(self.address).get(path, &self.authorization());
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// The header that says who asks.
    pub fn authorization(&self) -> String {
        match self.token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A server that panicked has said so.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(config: Config, started: oneshot::Sender<(SocketAddr, Ctx)>, asked: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let app = App::build(config).await.expect("an application");
        let server = Server::start(app).await.expect("a server");
        started
            .send((server.address, server.app().ctx.clone()))
            .ok()
            .expect("somebody who waits");
        // Whoever measures asks by going away.
        let _ = asked.await;
        server.stop().await;
    });
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

/// A PostgreSQL that lives as long as this value.
pub struct Postgres {
    folder: String,
    process: Child,
}

impl Postgres {
    /// Its data stay in `kept`, if that is given.
    pub fn start(kept: Option<&Path>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres");
        let mut command = Command::new(script);
        let mut process = command
            .args(kept)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script");
        let mut folder = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut folder).expect("a line");
        assert!(!folder.trim().is_empty(), "PostgreSQL did not start");
        Self {
            folder: folder.trim().to_owned(),
            process,
        }
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// One kept connection that does nothing beside what is measured.
pub struct Connection {
    reader: BufReader<TcpStream>,
}

/// An answer and when it came.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub first_byte: Duration,
    pub whole: Duration,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).expect("a connection");
        socket.set_nodelay(true).expect("no delay");
        socket.set_read_timeout(Some(PATIENCE)).expect("a limit");
        Self {
            reader: BufReader::with_capacity(256 * 1024, socket),
        }
    }

    /// Asks with `headers`, each ended by CRLF.
    pub fn get(&mut self, path: &str, headers: &str) -> Answer {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: measured\r\n{headers}\r\n"))
    }

    fn exchange(&mut self, request: &str) -> Answer {
        let start = Instant::now();
        self.reader
            .get_mut()
            .write_all(request.as_bytes())
            .expect("a request sent");
        let mut head = String::new();
        loop {
            let before = head.len();
            let length = self.reader.read_line(&mut head).expect("a head");
            if length == 0 || head[before..].trim().is_empty() {
                break;
            }
        }
        let mut answer = Answer {
            status: head
                .split(' ')
                .nth(1)
                .and_then(|code| code.parse().ok())
                .unwrap_or(0),
            first_byte: start.elapsed(),
            whole: Duration::ZERO,
            body: Vec::new(),
            head,
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            self.chunks(&mut answer, start);
        } else if let Some(length) = answer.header("content-length").and_then(|text| text.parse().ok()) {
            answer.body = vec![0; length];
            self.reader.read_exact(&mut answer.body).expect("a body");
        }
        answer.whole = start.elapsed();
        answer
    }

    fn chunks(&mut self, answer: &mut Answer, start: Instant) {
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).expect("a length");
            let length = usize::from_str_radix(line.trim(), 16).expect("a length");
            if answer.body.is_empty() {
                answer.first_byte = start.elapsed();
            }
            let at = answer.body.len();
            answer.body.resize(at + length, 0);
            self.reader.read_exact(&mut answer.body[at..]).expect("a chunk");
            self.reader.read_line(&mut line).expect("its end");
            if length == 0 {
                return;
            }
        }
    }
}

/// The share of `times` (0 to 1) that a time is not above.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted[at.clamp(1, sorted.len()) - 1]
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
