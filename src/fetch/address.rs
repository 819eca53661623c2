//! Which addresses the server may connect to: the last line against catalogues that name what is not theirs.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Who named the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// An administrator: private addresses are fine.
    Typed,
    /// A catalogue or a redirect: public addresses only, beside those that are listed.
    Named,
}

/// Why an address is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unspecified,
    LinkLocal,
    Metadata,
    Multicast,
    Broadcast,
    Reserved,
    Loopback,
    Private,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Public,
    Private,
    Loopback,
    Never(Never),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Never {
    Unspecified,
    LinkLocal,
    Metadata,
    Multicast,
    Broadcast,
    Reserved,
}

/// Judges an address as it would be connected to. `listed` opens loopback and private addresses, nothing else.
///
/// An IPv4 address inside an IPv6 one (mapped, compatible, 6to4, Teredo, NAT64) is judged as well; the stricter
/// judgement holds.
pub fn judge(address: IpAddr, trust: Trust, listed: &[IpNet]) -> Result<(), Refusal> {
    let refusal = match scope(address) {
        Scope::Public => return Ok(()),
        Scope::Never(never) => return Err(never.into()),
        Scope::Private if trust == Trust::Typed => return Ok(()),
        Scope::Private => Refusal::Private,
        Scope::Loopback => Refusal::Loopback,
    };
    let inner = match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(outer) => embedded(outer).map(IpAddr::V4),
    };
    let listed = listed
        .iter()
        .any(|network| network.contains(&inner.unwrap_or(address)));
    if listed { Ok(()) } else { Err(refusal) }
}

fn scope(address: IpAddr) -> Scope {
    match address {
        IpAddr::V4(address) => scope_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => scope_v6(address).max(scope_v4(inner)),
            None => scope_v6(address),
        },
    }
}

/// Metadata addresses of cloud providers outside the link-local block: Oracle, Alibaba, Azure.
const METADATA_V4: [[u8; 4]; 3] = [[192, 0, 0, 192], [100, 100, 100, 200], [168, 63, 129, 16]];
/// Amazon, Google, Alibaba (inside unique local addresses).
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x100, 0, 0, 0, 0, 0, 0x100),
];

fn scope_v4(address: Ipv4Addr) -> Scope {
    let octets = address.octets();
    if METADATA_V4.contains(&octets) {
        return Scope::Never(Never::Metadata);
    }
    match octets {
        [0, ..] => Scope::Never(Never::Unspecified),
        [169, 254, 169, 254] => Scope::Never(Never::Metadata),
        [169, 254, ..] => Scope::Never(Never::LinkLocal),
        [224..=239, ..] => Scope::Never(Never::Multicast),
        [255, 255, 255, 255] => Scope::Never(Never::Broadcast),
        [240..=255, ..] => Scope::Never(Never::Reserved),
        [127, ..] => Scope::Loopback,
        // Private use, carrier-grade NAT, protocol assignments, documentation, benchmarking, 6to4 anycast.
        [10, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [100, 64..=127, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Scope::Private,
        _ => Scope::Public,
    }
}

fn scope_v6(address: Ipv6Addr) -> Scope {
    if METADATA_V6.contains(&address) {
        return Scope::Never(Never::Metadata);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Scope::Never(Never::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Scope::Loopback,
        [0xff00..=0xffff, ..] => Scope::Never(Never::Multicast),
        [0xfe80..=0xfebf, ..] => Scope::Never(Never::LinkLocal),
        // What carries an IPv4 address is judged by that; a NAT64 of one's own network is private besides.
        [0x64, 0xff9b, 1, ..] => Scope::Private,
        [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x2001, 0, ..] | [0x2002, ..] => {
            Scope::Public
        }
        // Global unicast, without documentation and benchmarking.
        [0x2001, 0xdb8, ..] | [0x2001, 2, 0, ..] | [0x3fff, 0..=0x0fff, ..] => Scope::Private,
        [0x2000..=0x3fff, ..] => Scope::Public,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Scope::Private,
        _ => Scope::Never(Never::Reserved),
    }
}

/// The IPv4 address that an IPv6 address stands for or tunnels to.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(join(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] | [0x64, 0xff9b, _, _, _, _, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(join(!high, !low)),
        _ => None,
    }
}

impl From<Never> for Refusal {
    fn from(never: Never) -> Self {
        match never {
            Never::Unspecified => Self::Unspecified,
            Never::LinkLocal => Self::LinkLocal,
            Never::Metadata => Self::Metadata,
            Never::Multicast => Self::Multicast,
            Never::Broadcast => Self::Broadcast,
            Never::Reserved => Self::Reserved,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "the unspecified address is never fetched",
            Self::LinkLocal => "link-local addresses are never fetched",
            Self::Metadata => "cloud metadata addresses are never fetched",
            Self::Multicast => "multicast addresses are never fetched",
            Self::Broadcast => "the broadcast address is never fetched",
            Self::Reserved => "reserved addresses are never fetched",
            Self::Loopback => "loopback addresses are not allowed unless listed in STRM_ALLOW_PRIVATE_NETWORKS",
            Self::Private => "a private address that no administrator typed is not allowed unless listed in STRM_ALLOW_PRIVATE_NETWORKS",
        })
    }
}
