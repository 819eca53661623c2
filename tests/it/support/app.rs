//! The whole server on a real port, with one method for each thing that a person or a program does.

use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use m3u_strm_processor::app::{App, Server};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::db::{Db, Engine};
use m3u_strm_processor::features::outputs::hdhomerun::announce::{Announced, Ports};
use m3u_strm_processor::support::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::db::open_url;
use super::{OnEngine, TestDb};

pub const ADMIN: &str = "admin";
pub const ADMIN_PASSWORD: &str = "correct horse battery";

/// A server that has not ended by then is left to end by itself.
const LONGEST_END: Duration = Duration::from_secs(10);

/// A running server; it ends with this value.
pub struct TestApp {
    pub address: SocketAddr,
    pub ctx: Ctx,
    pub announced: Announced,
    pub db: TestDb,
    pub data: TempDir,
    /// Follows no redirect and keeps cookies of nobody.
    pub client: reqwest::Client,
    /// The database as the server itself has it open.
    pub served: Db,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl OnEngine for TestApp {
    async fn on(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }
}

impl TestApp {
    /// With values as if they had been typed as flags.
    pub async fn with(engine: Engine, flags: &[(&'static str, &str)]) -> Self {
        Self::at(engine, flags, Clock::System).await
    }

    /// As [`Self::with`], with the time given.
    pub async fn at(engine: Engine, flags: &[(&'static str, &str)], clock: Clock) -> Self {
        Self::begun(engine, flags, clock, Ports::free()).await
    }

    /// With the ports at which it listens for players that look for devices.
    pub async fn asked_at(engine: Engine, ports: Ports) -> Self {
        Self::begun(engine, &[], Clock::System, ports).await
    }

    async fn begun(engine: Engine, flags: &[(&'static str, &str)], clock: Clock, ports: Ports) -> Self {
        let db = TestDb::on(engine).await;
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap().to_owned();
        let own = [
            ("data_dir", folder.as_str()),
            ("listen", "127.0.0.1:0"),
            ("admin_password", ADMIN_PASSWORD),
        ];
        let flags = Flags::of(own.into_iter().chain(flags.iter().copied()));
        let config = Config::load_from(&flags, &|_| None).unwrap();
        let (url, statements) = (db.url(), db.statements.clone());
        let (started, begun) = oneshot::channel();
        let (stop, asked) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut app = App::on(open_url(&url, &statements).await, config, clock).unwrap();
                app.ports = ports;
                let server = Server::start(app).await.unwrap();
                started
                    .send((server.address, server.app().ctx.clone(), server.announced()))
                    .ok()
                    .unwrap();
                // A test that panicked asks by going away.
                let _ = asked.await;
                server.stop().await;
            });
        });
        let (address, mut ctx, announced) = begun.await.expect("the server did not start");
        // A connection of the server's own pool would be given back by the test's runtime, which waits while the server
        // stops, which waits for its connections.
        let served = std::mem::replace(&mut ctx.db, db.db.clone());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            address,
            ctx,
            announced,
            db,
            data,
            client,
            served,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// A bearer token of the first administrator.
    pub async fn admin_token(&self) -> String {
        self.token(ADMIN, ADMIN_PASSWORD).await
    }

    /// A bearer token of a new viewer.
    pub async fn viewer_token(&self, name: &str) -> String {
        let admin = self.admin_token().await;
        let user = json!({"username": name, "password": ADMIN_PASSWORD, "role": "viewer"});
        let answer = self.send(&admin, Method::POST, "/api/users", &user).await;
        assert_eq!(answer.status(), 201);
        self.token(name, ADMIN_PASSWORD).await
    }

    async fn token(&self, username: &str, password: &str) -> String {
        let credentials = json!({"username": username, "password": password});
        let answer = self
            .client
            .post(self.url("/api/auth/login"))
            .json(&credentials)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Asks the API as whoever holds `token`.
    pub async fn api(&self, token: &str, method: Method, path: &str) -> reqwest::Response {
        self.client
            .request(method, self.url(path))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    /// Sends JSON as whoever holds `token`.
    pub async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> reqwest::Response {
        let request = self.client.request(method, self.url(path)).bearer_auth(token);
        request.json(body).send().await.unwrap()
    }

    /// The JSON that the API answers with `status`.
    pub async fn json(&self, token: &str, path: &str, status: u16) -> Value {
        let answer = self.api(token, Method::GET, path).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.json().await.unwrap()
    }

    /// Sends a form as a page without scripts does.
    pub async fn post(&self, token: &str, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let request = self.client.post(self.url(path)).bearer_auth(token);
        request.form(form).send().await.unwrap()
    }

    /// Sends a form as htmx does.
    pub async fn post_fragment(&self, token: &str, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let request = self.client.post(self.url(path)).bearer_auth(token);
        request
            .header("HX-Request", "true")
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// Sends a form with a file as a browser does; `name` and bytes of the file.
    pub async fn upload(
        &self,
        token: &str,
        (method, path): (Method, &str),
        form: &[(&str, &str)],
        (name, file): (&str, &[u8]),
    ) -> reqwest::Response {
        const BOUNDARY: &str = "----between-the-parts";
        let mut body = Vec::new();
        for (name, text) in form {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"m3u_file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        self.client
            .request(method, self.url(path))
            .bearer_auth(token)
            .header(
                "Content-Type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// The HTML of a page that answers with `status`.
    pub async fn page(&self, token: &str, path: &str, status: u16) -> String {
        let answer = self.api(token, Method::GET, path).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.text().await.unwrap()
    }

    /// What htmx gets instead of the page.
    pub async fn fragment(&self, token: &str, path: &str) -> String {
        let request = self.client.get(self.url(path)).bearer_auth(token);
        let answer = request.header("HX-Request", "true").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        // This blocks the test's runtime, in which the pretended provider runs that the server may still wait for: not for
        // ever, then.
        let deadline = Instant::now() + LONGEST_END;
        while !thread.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        let panicked = thread.is_finished() && thread.join().is_err();
        assert!(std::thread::panicking() || !panicked, "the server panicked");
    }
}
