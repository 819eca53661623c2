//! The search of UPnP, by which some players look for tuners too: read leniently, written strictly.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::features::outputs::hdhomerun::Device;

/// Where everybody who is looked for listens.
pub(super) const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
pub(super) const PORT: u16 = 1900;
/// No sane search is longer.
pub(super) const LONGEST: usize = 1_500;
const ALL: &str = "ssdp:all";
const ROOT: &str = "upnp:rootdevice";
const KIND: &str = "urn:schemas-upnp-org:device:MediaServer:1";
/// For how long what is announced holds.
const HOLDS_SECONDS: u32 = 1_800;
const SERVER: &str = concat!("UPnP/1.0 M3U-STRM-Processor/", env!("CARGO_PKG_VERSION"));

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Search {
    target: String,
}

impl Search {
    /// The search of a packet; none if it is none.
    pub(super) fn read(packet: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(packet).ok()?;
        let mut lines = text.lines();
        let mut request = lines.next()?.split_whitespace();
        if !request.next()?.eq_ignore_ascii_case("M-SEARCH") || request.next() != Some("*") {
            return None;
        }
        let (mut discovers, mut target) = (false, None);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            match name.trim().to_ascii_uppercase().as_str() {
                "MAN" => {
                    discovers = value
                        .trim()
                        .trim_matches('"')
                        .eq_ignore_ascii_case("ssdp:discover")
                }
                "ST" => target = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        target.filter(|_| discovers).map(|target| Self { target })
    }

    /// What a device answers, one packet however much is searched for; `base` is its address without a slash at its end.
    pub(super) fn reply(&self, device: &Device, base: &str) -> Option<String> {
        let name = device.unique_name();
        let target = match self.target.as_str() {
            ROOT => ROOT,
            ALL | KIND => KIND,
            own if own.eq_ignore_ascii_case(&name) => name.as_str(),
            _ => return None,
        };
        Some(format!(
            "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age={HOLDS_SECONDS}\r\nEXT:\r\nLOCATION: {base}/device.xml\r\n\
             SERVER: {SERVER}\r\nST: {target}\r\nUSN: {}\r\n\r\n",
            usn(&name, target)
        ))
    }
}

/// What a device tells everybody while it is there, a packet each.
pub(super) fn alive(device: &Device, base: &str) -> [String; 2] {
    [ROOT, KIND].map(|target| {
        let usn = usn(&device.unique_name(), target);
        format!(
            "NOTIFY * HTTP/1.1\r\nHOST: {GROUP}:{PORT}\r\nCACHE-CONTROL: max-age={HOLDS_SECONDS}\r\n\
             LOCATION: {base}/device.xml\r\nNT: {target}\r\nNTS: ssdp:alive\r\nSERVER: {SERVER}\r\nUSN: {usn}\r\n\r\n"
        )
    })
}

/// What a device tells everybody when it goes.
pub(super) fn gone(device: &Device) -> [String; 2] {
    [ROOT, KIND].map(|target| {
        let usn = usn(&device.unique_name(), target);
        format!("NOTIFY * HTTP/1.1\r\nHOST: {GROUP}:{PORT}\r\nNT: {target}\r\nNTS: ssdp:byebye\r\nUSN: {usn}\r\n\r\n")
    })
}

/// To whom that is told.
pub(super) fn everybody() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(GROUP), PORT)
}

fn usn(name: &str, target: &str) -> String {
    match name == target {
        true => name.to_owned(),
        false => format!("{name}::{target}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "http://192.168.1.2:8080/hdhr/101010AD";

    fn device() -> Device {
        Device::sample(1, 2)
    }

    fn search(target: &str) -> Option<Search> {
        let text = format!(
            "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\nST: {target}\r\n\r\n"
        );
        Search::read(text.as_bytes())
    }

    #[test]
    fn each_kind_of_search_that_means_a_device_is_answered_once() {
        let name = device().unique_name();
        for (asked, told) in [(ALL, KIND), (ROOT, ROOT), (KIND, KIND)] {
            let reply = search(asked).unwrap().reply(&device(), BASE).unwrap();
            assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with("\r\n\r\n"));
            assert!(
                reply.contains(&format!("\r\nLOCATION: {BASE}/device.xml\r\n")),
                "{reply}"
            );
            assert!(
                reply.contains(&format!("\r\nST: {told}\r\nUSN: {name}::{told}\r\n")),
                "{reply}"
            );
        }
        let own = search(&name.to_uppercase())
            .unwrap()
            .reply(&device(), BASE)
            .unwrap();
        assert!(own.contains(&format!("\r\nUSN: {name}\r\n")), "{own}");
        assert_eq!(
            search("urn:schemas-upnp-org:device:InternetGatewayDevice:1")
                .unwrap()
                .reply(&device(), BASE),
            None
        );
    }

    #[test]
    fn what_is_no_search_is_not_answered() {
        for text in [
            "",
            "NOTIFY * HTTP/1.1\r\nST: ssdp:all\r\nMAN: \"ssdp:discover\"\r\n\r\n",
            "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n",
            "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\n\r\n",
            "M-SEARCH /x HTTP/1.1\r\nST: ssdp:all\r\nMAN: \"ssdp:discover\"\r\n\r\n",
        ] {
            assert_eq!(Search::read(text.as_bytes()), None, "{text}");
        }
        let lenient = "m-search * http/1.1\nman:ssdp:discover\nst:  ssdp:all  \n";
        assert_eq!(Search::read(lenient.as_bytes()), search(ALL));
    }

    #[test]
    fn who_comes_and_goes_is_told_as_device_and_as_kind() {
        let (come, go) = (alive(&device(), BASE).concat(), gone(&device()).concat());
        assert_eq!(come.matches("NTS: ssdp:alive\r\n").count(), 2);
        assert_eq!(
            come.matches(&format!("LOCATION: {BASE}/device.xml\r\n")).count(),
            2
        );
        assert_eq!(go.matches("NTS: ssdp:byebye\r\n").count(), 2);
        assert!(go.contains(&format!("NT: {ROOT}\r\n")) && go.contains(&format!("NT: {KIND}\r\n")));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_read(packet in proptest::collection::vec(any::<u8>(), 0..600), target in ".{0,80}") {
            let _ = Search::read(&packet);
            if let Some(search) = search(&target) {
                let reply = search.reply(&device(), BASE);
                prop_assert!(reply.is_none_or(|reply| reply.lines().count() == 8));
            }
        }
    }
}
