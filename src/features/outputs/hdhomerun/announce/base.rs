//! The address of this server, as who asks reaches it.

use std::net::{IpAddr, SocketAddr};

use crate::support::network::own_address;

/// What the addresses of a device begin with for who asks from `asker`; none if he cannot reach the server, which listens at
/// `listen`.
pub(super) fn for_asker(asker: IpAddr, listen: SocketAddr, public_url: Option<&str>) -> Option<String> {
    if let Some(url) = public_url {
        return Some(url.to_owned());
    }
    let address = match listen.ip() {
        own if own.is_unspecified() => own_address(asker)?,
        own if own.is_loopback() && !asker.is_loopback() => return None,
        own => own,
    };
    Some(format!("http://{}", SocketAddr::new(address, listen.port())))
}

/// Players that are built on libhdhomerun, such as Kodi, forget a longer address and ask port 80 instead.
const KEPT: usize = 28;

/// As [`for_asker`], short enough for every player if it can be: the own address where the public one is too long.
pub(super) fn short_for_asker(asker: IpAddr, listen: SocketAddr, public_url: Option<&str>) -> Option<String> {
    let told = for_asker(asker, listen, public_url)?;
    if told.len() <= KEPT {
        return Some(told);
    }
    let own = for_asker(asker, listen, None).filter(|own| own.len() <= KEPT);
    Some(own.unwrap_or(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_players_would_forget_gives_way_to_the_own_one() {
        let asker: IpAddr = "192.168.1.7".parse().unwrap();
        let long = "https://television.example.org";
        let told = |listen: &str, public| short_for_asker(asker, listen.parse().unwrap(), Some(public));
        let own = "http://192.168.1.2:8080".to_owned();
        assert_eq!(told("192.168.1.2:8080", long), Some(own));
        assert_eq!(
            told("192.168.1.2:8080", "http://tv.home").as_deref(),
            Some("http://tv.home")
        );
        assert_eq!(
            told("127.0.0.1:8080", long).as_deref(),
            Some(long),
            "there is no other"
        );
        let widest = "http://255.255.255.255:65535";
        assert_eq!(told("192.168.1.2:8080", widest).as_deref(), Some(widest));
    }

    #[test]
    fn who_asks_is_told_the_address_that_he_reaches() {
        let (here, there): (IpAddr, IpAddr) = ("127.0.0.1".parse().unwrap(), "192.168.1.7".parse().unwrap());
        let listens = |text: &str| text.parse::<SocketAddr>().unwrap();
        for (asker, listen, public, wanted) in [
            (
                there,
                "0.0.0.0:80",
                Some("http://tv.home/x"),
                Some("http://tv.home/x"),
            ),
            (here, "0.0.0.0:8080", None, Some("http://127.0.0.1:8080")),
            (here, "[::]:8080", None, Some("http://127.0.0.1:8080")),
            (there, "192.168.1.2:8080", None, Some("http://192.168.1.2:8080")),
            (here, "127.0.0.1:8080", None, Some("http://127.0.0.1:8080")),
            (there, "127.0.0.1:8080", None, None),
            (there, "[::1]:8080", None, None),
        ] {
            let told = for_asker(asker, listens(listen), public);
            assert_eq!(told.as_deref(), wanted, "{asker} {listen}");
        }
    }
}
