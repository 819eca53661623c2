//! A server with the product's middlewares and a few handlers that only fail or echo.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use m3u_strm_processor::edge::address::TrustedProxies;
use m3u_strm_processor::edge::{Client, Edge, Problem, limits, origin, problem, request};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::crypto::Keys;
use m3u_strm_processor::web as pages;

/// Ends with the value.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
    pub client: reqwest::Client,
}

impl Server {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// A server whose parts were changed before it began. Loopback is a trusted proxy.
    pub fn with(change: impl FnOnce(&mut Edge)) -> Self {
        let mut edge = Edge::new(Clock::System, Arc::new(Keys::random()));
        edge.proxies = TrustedProxies::new(|address| address == IpAddr::V4(Ipv4Addr::LOCALHOST));
        edge.render.web = pages::kit::error::render;
        change(&mut edge);
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let edge = web::Data::new(edge);
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(edge.clone())
                        .configure(problem::extract::configure)
                        .configure(pages::routes)
                        .configure(routes)
                        .wrap(from_fn(origin::check))
                        .wrap(from_fn(limits::limit))
                        .wrap(from_fn(request::front))
                        .wrap(Compress::default())
                        .wrap(from_fn(pages::kit::headers::secure))
                })
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
                let address = server.addrs()[0];
                let running = server.run();
                sender.send((address, running.handle())).unwrap();
                running.await.unwrap();
            });
        });
        let (address, handle) = receiver.recv().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            address,
            handle,
            thread: Some(thread),
            client,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(self.url(path))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/api/echo", web::post().to(echo))
        .route("/api/auth/login", web::post().to(echo))
        .route("/api/client", web::get().to(client))
        .route("/api/things/{id}", web::get().to(thing))
        .route("/api/failure", web::get().to(failure))
        .route("/failure", web::get().to(failure))
        .route("/private", web::route().to(private))
        .route("/echoes/7", web::post().to(echo_nothing))
        .route("/health/live", web::get().to(echo_nothing))
        .route("/playlist.m3u", web::route().to(echo_nothing));
}

async fn echo(body: web::Json<Vec<u8>>) -> HttpResponse {
    HttpResponse::Ok().json(body.into_inner())
}

async fn echo_nothing() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

async fn client(req: HttpRequest) -> HttpResponse {
    let client = Client::of(&req);
    HttpResponse::Ok().body(format!("{} {}", client.address, client.https))
}

#[derive(serde::Deserialize)]
struct Paged {
    #[serde(default)]
    skip: u32,
}

async fn thing(id: web::Path<i64>, query: web::Query<Paged>) -> HttpResponse {
    HttpResponse::Ok().json([id.into_inner(), i64::from(query.skip)])
}

async fn failure() -> Result<HttpResponse, Problem> {
    Err(Problem::internal("cannot open /var/secret with password hunter2"))
}

async fn private() -> Result<HttpResponse, Problem> {
    Err(Problem::unauthenticated())
}
