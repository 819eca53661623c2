use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, UdpSocket};
use tokio_util::sync::CancellationToken;

use super::control::Control;
use super::pace::Pace;
use super::packet::{self, Question};
use super::ssdp::{self, Search};
use super::{Announced, Place, Protocol, Reach, base};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::{Event, Heard};
use crate::features::outputs::hdhomerun::{Device, Tuners, store};
use crate::features::settings;
use crate::support::network::is_private;

/// What another node's administrator changed is found by looking.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);
/// Well before what was told the last time holds no more.
const TOLD_EVERY: Duration = Duration::from_secs(300);

/// Answers those who look for devices, until `end`.
pub async fn keep(ctx: Ctx, place: Place, announced: Announced, tuners: Tuners, end: CancellationToken) {
    let mut keeper = Keeper {
        place,
        announced,
        devices: Vec::new(),
        public_url: None,
        discovery: None,
        ssdp: None,
        control: Control::new(tuners),
        pace: Pace::new(Instant::now()),
    };
    let mut events = ctx.events.listen();
    let mut looks = tokio::time::interval(LOOKED_AT_EVERY);
    let mut tells = tokio::time::interval(TOLD_EVERY);
    let (mut question, mut search) = ([0; packet::LONGEST + 1], [0; ssdp::LONGEST]);
    loop {
        tokio::select! {
            () = end.cancelled() => break,
            _ = looks.tick() => keeper.look(&ctx).await,
            _ = tells.tick() => keeper.tell().await,
            heard = events.next() => match heard {
                None => break,
                Some(Heard::Missed | Heard::Event(Event::SettingsChanged)) => keeper.look(&ctx).await,
                Some(Heard::Event(_)) => {}
            },
            received = receive(keeper.discovery.as_ref(), &mut question) => {
                keeper.received(Protocol::Discovery, received, &question).await;
            }
            accepted = keeper.control.accept() => keeper.accepted(accepted),
            received = receive(keeper.ssdp.as_ref(), &mut search) => {
                keeper.received(Protocol::Ssdp, received, &search).await;
            }
        }
    }
    let devices = std::mem::take(&mut keeper.devices);
    keeper.take_leave(&devices).await;
    keeper.close();
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
    discovery: Option<UdpSocket>,
    ssdp: Option<UdpSocket>,
    control: Control,
    pace: Pace,
}

impl Keeper {
    /// Learns which devices there are, and listens for questions while there is one.
    async fn look(&mut self, ctx: &Ctx) {
        let before = std::mem::take(&mut self.devices);
        if let Err(error) = self.learn(ctx).await {
            tracing::warn!(%error, "HDHomeRun devices could not be read");
            self.devices = before;
            return;
        }
        let is_known = |device: &Device| self.devices.iter().any(|known| known.id == device.id);
        let gone: Vec<Device> = before
            .iter()
            .filter(|device| !is_known(device))
            .cloned()
            .collect();
        self.take_leave(&gone).await;
        if self.devices.is_empty() {
            self.close();
            return;
        }
        for protocol in Protocol::SEARCHES {
            self.open(protocol);
        }
        self.open_control().await;
        if before != self.devices {
            self.tell().await;
        }
    }

    async fn learn(&mut self, ctx: &Ctx) -> Result<(), DbError> {
        let settings = settings::load(ctx).await?;
        if settings.hdhomerun_discovery {
            self.devices = store::list(&ctx.db).await?;
            // Some players know one device at an address: the one that they hear of first.
            self.devices.sort_by_key(|device| !device.is_first);
        }
        self.public_url = settings.public_url;
        Ok(())
    }

    fn open(&mut self, protocol: Protocol) {
        let place = self.place;
        let Some(socket @ None) = self.socket(protocol) else {
            return;
        };
        match place.open(protocol) {
            Ok(opened) => {
                let address = opened.local_addr().unwrap_or(place.of(protocol));
                *socket = Some(opened);
                self.announced.set(protocol, Reach::Listening(address));
            }
            Err(error) => self.failed(protocol, &error),
        }
    }

    fn close(&mut self) {
        for protocol in Protocol::SEARCHES {
            if let Some(socket) = self.socket(protocol) {
                *socket = None;
            }
            self.announced.set(protocol, Reach::Silent);
        }
        self.control.close();
        self.announced.set(Protocol::Control, Reach::Silent);
    }

    async fn open_control(&mut self) {
        if self.control.is_open() {
            return;
        }
        match self.place.listener().await {
            Ok(listener) => {
                let known = self.place.of(Protocol::Control);
                let address = listener.local_addr().unwrap_or(known);
                self.control.open(listener);
                self.announced.set(Protocol::Control, Reach::Listening(address));
            }
            Err(error) => self.failed(Protocol::Control, &error),
        }
    }

    /// Somebody wants to ask the device that answers first at this address, since over a connection none is named.
    fn accepted(&mut self, accepted: std::io::Result<(TcpStream, SocketAddr)>) {
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => return self.failed(Protocol::Control, &error),
        };
        let is_answered = is_private(from.ip()) && self.pace.admits(Instant::now());
        if let Some(device) = self.devices.first().filter(|_| is_answered) {
            self.control.converse(stream, device.clone());
        }
    }

    /// It is opened again with the next look.
    fn failed(&mut self, protocol: Protocol, error: &std::io::Error) {
        match self.socket(protocol) {
            Some(socket) => *socket = None,
            None => self.control.close(),
        }
        let reason = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program has the port".to_owned(),
            _ => error.to_string(),
        };
        let reach = Reach::Failed(self.place.of(protocol), reason);
        self.announced.set(protocol, reach);
    }

    /// None of what comes over connections.
    fn socket(&mut self, protocol: Protocol) -> Option<&mut Option<UdpSocket>> {
        match protocol {
            Protocol::Discovery => Some(&mut self.discovery),
            Protocol::Ssdp => Some(&mut self.ssdp),
            Protocol::Control => None,
        }
    }

    async fn received(
        &mut self,
        protocol: Protocol,
        received: std::io::Result<(usize, SocketAddr)>,
        buffer: &[u8],
    ) {
        let (length, from) = match received {
            Ok(received) => received,
            Err(error) => return self.failed(protocol, &error),
        };
        let packet = buffer.get(..length).unwrap_or(buffer);
        let asked = match protocol {
            Protocol::Discovery => Question::read(packet).map(Asked::Question),
            Protocol::Ssdp => Search::read(packet).map(Asked::Search),
            Protocol::Control => None,
        };
        if let Some(asked) = asked.filter(|_| is_private(from.ip()))
            && self.pace.admits(Instant::now())
        {
            self.answer(&asked, from).await;
        }
    }

    /// One packet for each device that is meant, to who asked and nobody else.
    async fn answer(&self, asked: &Asked, from: SocketAddr) {
        let (listen, public_url) = (self.place.listen, self.public_url.as_deref());
        let Some(base) = base::for_asker(from.ip(), listen, public_url) else {
            return;
        };
        // The first answers at the root too, where its address is short.
        let root = base::short_for_asker(from.ip(), listen, public_url);
        for device in &self.devices {
            let base = format!("{base}{}", device.path());
            let (socket, reply) = match asked {
                Asked::Question(question) => {
                    let base = root.as_ref().filter(|_| device.is_first).unwrap_or(&base);
                    (&self.discovery, reply(*question, device, base))
                }
                Asked::Search(search) => {
                    let reply = search.reply(device, &base);
                    (&self.ssdp, reply.map(String::into_bytes))
                }
            };
            if let (Some(socket), Some(reply)) = (socket, reply) {
                send(socket, &reply, from).await;
            }
        }
    }

    /// What everybody is told with, if there is anybody but oneself.
    fn voice(&self) -> Option<&UdpSocket> {
        let is_reached = !self.place.listen.ip().is_loopback();
        self.ssdp.as_ref().filter(|_| is_reached)
    }

    /// Tells everybody who listens for it which devices there are.
    async fn tell(&self) {
        let everybody = ssdp::everybody();
        let base = base::for_asker(everybody.ip(), self.place.listen, self.public_url.as_deref());
        let (Some(base), Some(socket)) = (base, self.voice()) else {
            return;
        };
        for device in &self.devices {
            for packet in ssdp::alive(device, &format!("{base}{}", device.path())) {
                send(socket, packet.as_bytes(), everybody).await;
            }
        }
    }

    /// Tells everybody that these are gone.
    async fn take_leave(&self, devices: &[Device]) {
        let Some(socket) = self.voice() else { return };
        for packet in devices.iter().flat_map(ssdp::gone) {
            send(socket, packet.as_bytes(), ssdp::everybody()).await;
        }
    }
}

/// What somebody wants to know.
enum Asked {
    Question(Question),
    Search(Search),
}

fn reply(question: Question, device: &Device, base: &str) -> Option<Vec<u8>> {
    let id = device.device_id.number();
    let tuners = u8::try_from(device.tuner_count).unwrap_or(u8::MAX);
    match question.means(id) {
        true => packet::reply(id, tuners, base),
        false => None,
    }
}

async fn send(socket: &UdpSocket, packet: &[u8], to: SocketAddr) {
    if let Err(error) = socket.send_to(packet, to).await {
        tracing::debug!(%error, "a packet about a device could not be sent");
    }
}
