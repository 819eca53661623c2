//! The whole product on a SQLite file of its own.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use m3u_strm_processor::app::{App, Server};
use m3u_strm_processor::config::{Config, Flags};
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::features::outputs::hdhomerun::announce::Ports;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub const ADMIN: &str = "admin";
pub const ADMIN_PASSWORD: &str = "correct horse battery";

/// A running product; it ends with this value.
pub struct Product {
    address: SocketAddr,
    /// What took weeks is written there directly.
    pub ctx: Ctx,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _data: TempDir,
}

impl Product {
    pub fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap();
        let flags = Flags::of([
            ("data_dir", folder),
            ("listen", "127.0.0.1:0"),
            ("admin_password", ADMIN_PASSWORD),
            ("allow_private_networks", "127.0.0.0/8"),
        ]);
        let config = Config::load_from(&flags, &|_| None).unwrap();
        let (started, begun) = std::sync::mpsc::channel();
        let (stop, asked) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut app = App::build(config).await.unwrap();
                app.ports = Ports::free();
                let ctx = app.ctx.clone();
                let server = Server::start(app).await.unwrap();
                started.send((server.address, ctx)).unwrap();
                // A test that panicked asks by going away.
                let _ = asked.await;
                server.stop().await;
            });
        });
        let (address, ctx) = begun.recv().unwrap();
        Self {
            address,
            ctx,
            stop: Some(stop),
            thread: Some(thread),
            _data: data,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
