//! Which addresses are of the house.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// Any port will do where nothing is sent.
const DISCARD: u16 = 9;

/// Loopback, the private networks of RFC 1918 and RFC 4193, and link-local addresses; not those that a provider of Internet
/// access shares among its customers.
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// The own address on the way to somebody, if there is a way. Nothing is sent.
pub fn own_address(to: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((to, DISCARD)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_told_from_the_world() {
        for (address, wanted) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.31.0.1", true),
            ("192.168.1.10", true),
            ("169.254.3.4", true),
            ("::1", true),
            ("fd00::7", true),
            ("fe80::1", true),
            ("::ffff:192.168.1.10", true),
            ("172.32.0.1", false),
            ("100.64.0.1", false),
            ("203.0.113.9", false),
            ("0.0.0.0", false),
            ("2001:db8::1", false),
            ("::ffff:203.0.113.9", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), wanted, "{address}");
        }
    }
}
