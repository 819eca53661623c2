//! A server of the sample page and of errors, with everything that stands before the product's own pages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web as http_web};
use m3u_strm_processor::edge::{Edge, limits, origin, problem, request, sse::Streams};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::crypto::Keys;

use crate::gallery;
use crate::web;

/// 20 November 2026, 17:00 UTC.
pub const NOW_MS: i64 = 1_795_194_000_000;

/// Ends with the value.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    streams: Streams,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub fn start() -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let mut edge = Edge::new(Clock::manual(NOW_MS), Arc::new(Keys::random()));
                edge.render.web = web::kit::error::render;
                let streams = edge.streams.clone();
                let edge = http_web::Data::new(edge);
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(edge.clone())
                        .configure(problem::extract::configure)
                        .configure(web::routes)
                        .configure(gallery::routes)
                        .wrap(from_fn(origin::check))
                        .wrap(from_fn(limits::limit))
                        .wrap(from_fn(request::front))
                        .wrap(Compress::default())
                        .wrap(from_fn(web::kit::headers::secure))
                })
                .workers(1)
                .h1_allow_half_closed(false)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
                let address = server.addrs()[0];
                let running = server.run();
                sender.send((address, running.handle(), streams)).unwrap();
                running.await.unwrap();
            });
        });
        let (address, handle, streams) = receiver.recv().unwrap();
        Self {
            address,
            handle,
            streams,
            thread: Some(thread),
        }
    }

    /// Waits until `count` event streams are open.
    pub async fn wait_for_streams(&self, count: usize) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while self.streams.count() != count {
            assert!(
                tokio::time::Instant::now() < deadline,
                "{} streams are open",
                self.streams.count()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
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
