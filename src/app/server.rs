use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{HttpServer, web};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing_actix_web::TracingLogger;

use super::health::Health;
use super::playing::Playing;
use super::request_log::Pattern;
use super::{App, StartError, jobs, listeners, routes, schedule};
use crate::edge::address::TrustedProxies;
use crate::edge::problem::{Renderers, extract};
use crate::edge::{Edge, cookies, limits, origin, principal, request, sessions, times};
use crate::features::accounts::first_start;
use crate::features::catalogue::browse::Lists;
use crate::features::catalogue::pictures::Pictures;
use crate::features::health::Overview;
use crate::features::outputs::hdhomerun::announce::{self, Announced, Place};
use crate::features::system;
use crate::jobs::{Pulse, Workers};
use crate::web as pages;
use crate::web::kit::headers;
use crate::web::live::Live;

/// A server that answers on its port and works on its jobs.
pub struct Server {
    pub address: SocketAddr,
    app: App,
    edge: Edge,
    workers: Workers,
    playing: Playing,
    listeners: JoinHandle<()>,
    schedule: (CancellationToken, JoinHandle<()>),
    announcing: (CancellationToken, JoinHandle<()>),
    handle: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
}

/// How long a connection on which nothing is asked stays open: as long as reverse proxies and browsers keep theirs, so that
/// none of them sends a request into one that just closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long requests that run, and connections to the database, may take to end once the server stops.
const PATIENCE_SECONDS: u64 = 5;

impl Server {
    /// Binds the port, makes the first administrator if there is nobody, and begins to serve and to work.
    ///
    /// # Errors
    /// A busy port above all; then nothing has begun.
    pub async fn start(app: App) -> Result<Self, StartError> {
        let wanted = app.ctx.config.server.listen;
        // From now on.
        let _ = system::uptime();
        let failed = |error| StartError::Listen {
            address: wanted,
            error,
        };
        let listener = listen(wanted).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let first = first_start::prepare(&app.ctx)
            .await
            .map_err(StartError::FirstStart)?;
        if let Some(text) = first.announcement() {
            announce(&text);
        }
        let edge = edge(&app);
        let lists = Lists::new(app.ctx.db.clone());
        let playing = Playing::start(&app.ctx, &app.leases)?;
        let workers = Workers::start(app.ctx.jobs.clone(), jobs::serving(&app, &lists))
            .await
            .map_err(StartError::Jobs)?;
        let end = CancellationToken::new();
        let server = http(&app, &edge, &playing, &lists, workers.pulse(), listener).map_err(failed)?;
        let handle = server.handle();
        let announcing = begin_announcing(&app, address, &playing);
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serves");
        Ok(Self {
            address,
            listeners: listeners::start(&app.ctx, &edge, &playing.relay, lists),
            schedule: (end.clone(), tokio::spawn(schedule::keep(app.ctx.clone(), end))),
            announcing,
            app,
            edge,
            workers,
            playing,
            handle,
            serving: tokio::spawn(server),
        })
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    /// Whether players find HDHomeRun devices by themselves.
    pub fn announced(&self) -> Announced {
        self.playing.announced.clone()
    }

    /// Ends in this order, each part for a few seconds at most: what streams, jobs, requests, connections to providers,
    /// database.
    pub async fn stop(self) {
        tracing::info!("stops");
        self.edge.streams.end_all();
        self.playing.relay.end_all();
        self.listeners.abort();
        let (end, announcing) = self.announcing;
        end.cancel();
        bounded("announcements", async { drop(announcing.await) }).await;
        let (end, schedule) = self.schedule;
        end.cancel();
        // A panic in it has been reported by the panic hook.
        bounded("schedules", async { drop(schedule.await) }).await;
        bounded("jobs", self.workers.stop()).await;
        // A player may have begun meanwhile.
        self.playing.relay.end_all();
        // A panic in the serving task has been reported by the panic hook.
        bounded("requests", async {
            self.handle.stop(true).await;
            let _ = self.serving.await;
        })
        .await;
        bounded("streams", self.playing.end()).await;
        bounded("the database", self.app.ctx.db.close()).await;
    }
}

/// A part that does not end is left behind: whoever asks for an end gets one.
async fn bounded(what: &str, end: impl Future<Output = ()>) {
    // A little longer than what the parts allow themselves.
    let patience = Duration::from_secs(2 * PATIENCE_SECONDS);
    if tokio::time::timeout(patience, end).await.is_err() {
        tracing::warn!("{what} did not end in time");
    }
}

fn begin_announcing(app: &App, listen: SocketAddr, playing: &Playing) -> (CancellationToken, JoinHandle<()>) {
    let end = CancellationToken::new();
    let place = Place {
        listen,
        ports: app.ports,
    };
    let keeping = announce::keep(
        app.ctx.clone(),
        place,
        playing.announced.clone(),
        playing.tuners.clone(),
        end.clone(),
    );
    (end, tokio::spawn(keeping))
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// To the terminal itself: the text holds a password, which no log may.
fn announce(text: &str) {
    use std::io::Write;
    // A closed terminal is no reason not to start; the password is in its file too.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn edge(app: &App) -> Edge {
    let config = &app.ctx.config;
    let proxies = config.server.trusted_proxies.clone();
    let mut edge = Edge::new(app.ctx.clock.clone(), Arc::clone(&app.ctx.keys));
    edge.proxies =
        TrustedProxies::new(move |address| proxies.iter().any(|network| network.contains(&address)));
    edge.render = Renderers {
        web: pages::kit::error::render,
    };
    edge.set_public_url(config.server.public_url.clone());
    edge.set_zone(config.time.zone.clone());
    edge
}

fn http(
    app: &App,
    edge: &Edge,
    playing: &Playing,
    lists: &Lists,
    workers: Pulse,
    listener: TcpListener,
) -> std::io::Result<actix_web::dev::Server> {
    let live = web::Data::new(Live::new(&app.ctx, edge));
    let (ctx, edge) = (web::Data::new(app.ctx.clone()), web::Data::new(edge.clone()));
    let health = web::Data::new(Health { workers });
    let pictures = web::Data::new(Pictures::new(&app.ctx));
    let (relay, journal, drafts) = (
        web::Data::new(playing.relay.clone()),
        web::Data::new(playing.journal.clone()),
        web::Data::from(Arc::clone(&playing.drafts)),
    );
    let tuners = web::Data::new(playing.tuners.clone());
    let announced = web::Data::new(playing.announced.clone());
    let (lists, checker, overview) = (
        web::Data::new(lists.clone()),
        web::Data::new(app.checker.clone()),
        web::Data::new(Overview::default()),
    );
    let (measurer, tester) = (
        web::Data::new(app.measurer.clone()),
        web::Data::new(app.tester.clone()),
    );
    let server = HttpServer::new(move || {
        // The last one wrapped sees a request first.
        actix_web::App::new()
            .app_data(ctx.clone())
            .app_data(edge.clone())
            .app_data(health.clone())
            .app_data(relay.clone())
            .app_data(journal.clone())
            .app_data(drafts.clone())
            .app_data(lists.clone())
            .app_data(checker.clone())
            .app_data(measurer.clone())
            .app_data(tester.clone())
            .app_data(overview.clone())
            .app_data(pictures.clone())
            .app_data(tuners.clone())
            .app_data(announced.clone())
            .app_data(live.clone())
            .configure(extract::configure)
            .configure(routes::all)
            .wrap(from_fn(principal::admit))
            .wrap(from_fn(origin::check))
            .wrap(from_fn(limits::limit))
            .wrap(from_fn(principal::identify))
            .wrap(sessions::middleware(&ctx))
            .wrap(from_fn(cookies::secure))
            .wrap(from_fn(request::front))
            .wrap(from_fn(headers::secure))
            .wrap(from_fn(times::measure))
            .wrap(Compress::default())
            .wrap(TracingLogger::<Pattern>::new())
    });
    // Without it every compressed answer on a kept connection waits for an acknowledgement, about 44 ms.
    let server = server
        .tcp_nodelay(true)
        .keep_alive(KEEP_ALIVE)
        // A player that went away is noticed by its end of the connection; its upstream must not run on.
        .h1_allow_half_closed(false)
        .shutdown_timeout(PATIENCE_SECONDS)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}
