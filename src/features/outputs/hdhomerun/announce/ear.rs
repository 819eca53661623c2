use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::{Protocol, ssdp};

/// The ports that players ask at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    pub discovery: u16,
    pub ssdp: u16,
    /// Of connections.
    pub control: u16,
}

impl Ports {
    /// Those that players know.
    pub fn known() -> Self {
        Self {
            discovery: 65_001,
            ssdp: ssdp::PORT,
            control: 65_001,
        }
    }

    /// Whichever are free, for servers that nobody is to find by chance.
    pub fn free() -> Self {
        Self {
            discovery: 0,
            ssdp: 0,
            control: 0,
        }
    }
}

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
    pub(super) fn of(&self, protocol: Protocol) -> SocketAddr {
        let address = match self.listen.ip().is_loopback() {
            true => Ipv4Addr::LOCALHOST,
            false => Ipv4Addr::UNSPECIFIED,
        };
        let port = match protocol {
            Protocol::Discovery => self.ports.discovery,
            Protocol::Ssdp => self.ports.ssdp,
            Protocol::Control => self.ports.control,
        };
        SocketAddr::new(IpAddr::V4(address), port)
    }

    /// Begins to listen for connections.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) async fn listener(&self) -> std::io::Result<TcpListener> {
        TcpListener::bind(self.of(Protocol::Control)).await
    }

    /// Begins to listen for packets.
    ///
    /// # Errors
    /// Whatever the system says, above all that another program has the port.
    pub(super) fn open(&self, protocol: Protocol) -> std::io::Result<UdpSocket> {
        let address = self.of(protocol);
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        // Whoever is searched for by SSDP listens at the same port; all of them hear.
        socket.set_reuse_address(protocol == Protocol::Ssdp)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        if protocol == Protocol::Ssdp && !address.ip().is_loopback() {
            socket.join_multicast_v4(ssdp::GROUP, Ipv4Addr::UNSPECIFIED)?;
        }
        Ok(socket)
    }
}
