use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::packet::{self, Question};
use super::{Announced, Ports, Reach, base};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::{Event, Heard};
use crate::features::outputs::hdhomerun::{Device, store};
use crate::features::settings;
use crate::support::network::is_private;

/// What another node's administrator changed is found by looking.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// Where the server answers, and where it listens for questions.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Of pages and players.
    pub listen: SocketAddr,
    pub ports: Ports,
}

impl Place {
    /// Questions go to everybody in the network, which only who listens for all addresses hears; a server that nobody
    /// reaches from there listens to itself alone.
    fn discovery(&self) -> SocketAddr {
        let address = match self.listen.ip().is_loopback() {
            true => Ipv4Addr::LOCALHOST,
            false => Ipv4Addr::UNSPECIFIED,
        };
        SocketAddr::new(IpAddr::V4(address), self.ports.discovery)
    }
}

/// Answers those who look for devices, until `end`.
pub async fn keep(ctx: Ctx, place: Place, announced: Announced, end: CancellationToken) {
    let mut keeper = Keeper {
        place,
        announced,
        devices: Vec::new(),
        public_url: None,
        socket: None,
        pace: Pace::new(Instant::now()),
    };
    let mut events = ctx.events.listen();
    let mut looks = tokio::time::interval(LOOKED_AT_EVERY);
    let mut buffer = [0; packet::LONGEST + 1];
    loop {
        tokio::select! {
            () = end.cancelled() => break,
            _ = looks.tick() => keeper.look(&ctx).await,
            heard = events.next() => match heard {
                None => break,
                Some(Heard::Missed | Heard::Event(Event::SettingsChanged)) => keeper.look(&ctx).await,
                Some(Heard::Event(_)) => {}
            },
            received = receive(keeper.socket.as_ref(), &mut buffer) => match received {
                Ok((length, from)) => keeper.answer(&buffer[..length.min(buffer.len())], from).await,
                // It is opened again with the next look.
                Err(error) => keeper.failed(&error),
            },
        }
    }
    keeper.announced.set(Reach::Silent);
}

async fn receive(socket: Option<&UdpSocket>, buffer: &mut [u8]) -> std::io::Result<(usize, SocketAddr)> {
    match socket {
        Some(socket) => socket.recv_from(buffer).await,
        None => std::future::pending().await,
    }
}

struct Keeper {
    place: Place,
    announced: Announced,
    /// As they were at the last look: questions ask no database.
    devices: Vec<Device>,
    public_url: Option<String>,
    socket: Option<UdpSocket>,
    pace: Pace,
}

impl Keeper {
    /// Learns which devices there are, and listens for questions while there is one.
    async fn look(&mut self, ctx: &Ctx) {
        if let Err(error) = self.learn(ctx).await {
            tracing::warn!(%error, "HDHomeRun devices could not be read");
            return;
        }
        if self.devices.is_empty() {
            self.socket = None;
            self.announced.set(Reach::Silent);
        } else if self.socket.is_none() {
            match UdpSocket::bind(self.place.discovery()).await {
                Ok(socket) => {
                    let address = socket.local_addr().unwrap_or(self.place.discovery());
                    self.socket = Some(socket);
                    self.announced.set(Reach::Listening(address));
                }
                Err(error) => self.failed(&error),
            }
        }
    }

    async fn learn(&mut self, ctx: &Ctx) -> Result<(), DbError> {
        let settings = settings::load(ctx).await?;
        self.devices = match settings.hdhomerun_discovery {
            true => store::list(&ctx.db).await?,
            false => Vec::new(),
        };
        self.public_url = settings.public_url;
        Ok(())
    }

    fn failed(&mut self, error: &std::io::Error) {
        self.socket = None;
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program has the port".to_owned(),
            _ => error.to_string(),
        };
        self.announced.set(Reach::Failed(self.place.discovery(), reason));
    }

    /// One packet for each device that is meant, to who asked and nobody else.
    async fn answer(&mut self, packet: &[u8], from: SocketAddr) {
        let Some(socket) = &self.socket else { return };
        let Some(question) = Question::read(packet).filter(|_| is_private(from.ip())) else {
            return;
        };
        if !self.pace.admits(Instant::now()) {
            return;
        }
        let Some(base) = base::for_asker(from.ip(), self.place.listen, self.public_url.as_deref()) else {
            return;
        };
        for device in &self.devices {
            let id = device.device_id.number();
            let tuners = u8::try_from(device.tuner_count).unwrap_or(u8::MAX);
            let reply = question
                .means(id)
                .then(|| packet::reply(id, tuners, &format!("{base}{}", device.path())));
            if let Some(Some(reply)) = reply
                && let Err(error) = socket.send_to(&reply, from).await
            {
                tracing::debug!(%error, "an answer about a device could not be sent");
            }
        }
    }
}
