//! Which addresses are connected to.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;

use futures_util::future::BoxFuture;
use m3u_strm_processor::fetch::{Cause, Lookup, Refusal, Trust, judge};

use super::*;

#[test]
fn addresses_are_judged_by_table() {
    use Refusal::{Broadcast, LinkLocal, Loopback, Metadata, Multicast, Private, Reserved, Unspecified};
    // Address, then the judgement where an administrator typed the host, and where a catalogue named it.
    let table: &[(&str, Option<Refusal>, Option<Refusal>)] = &[
        ("93.184.216.34", None, None),
        ("2606:2800:220:1::1", None, None),
        ("172.15.0.1", None, None),
        ("172.32.0.1", None, None),
        ("100.63.255.255", None, None),
        ("100.128.0.1", None, None),
        ("192.168.1.10", None, Some(Private)),
        ("10.1.2.3", None, Some(Private)),
        ("172.16.0.1", None, Some(Private)),
        ("172.31.255.255", None, Some(Private)),
        ("100.64.0.1", None, Some(Private)),
        ("198.18.0.1", None, Some(Private)),
        ("fd12::1", None, Some(Private)),
        ("fc00::1", None, Some(Private)),
        ("fec0::1", None, Some(Private)),
        ("127.0.0.1", Some(Loopback), Some(Loopback)),
        ("127.255.255.254", Some(Loopback), Some(Loopback)),
        ("::1", Some(Loopback), Some(Loopback)),
        ("169.254.169.254", Some(Metadata), Some(Metadata)),
        ("169.254.1.1", Some(LinkLocal), Some(LinkLocal)),
        ("fe80::1", Some(LinkLocal), Some(LinkLocal)),
        ("febf::1", Some(LinkLocal), Some(LinkLocal)),
        ("fd00:ec2::254", Some(Metadata), Some(Metadata)),
        ("fd20:ce::254", Some(Metadata), Some(Metadata)),
        ("100.100.100.200", Some(Metadata), Some(Metadata)),
        ("168.63.129.16", Some(Metadata), Some(Metadata)),
        ("192.0.0.192", Some(Metadata), Some(Metadata)),
        ("0.0.0.0", Some(Unspecified), Some(Unspecified)),
        ("0.1.2.3", Some(Unspecified), Some(Unspecified)),
        ("::", Some(Unspecified), Some(Unspecified)),
        ("224.0.0.1", Some(Multicast), Some(Multicast)),
        ("239.255.255.250", Some(Multicast), Some(Multicast)),
        ("ff02::1", Some(Multicast), Some(Multicast)),
        ("255.255.255.255", Some(Broadcast), Some(Broadcast)),
        ("240.0.0.1", Some(Reserved), Some(Reserved)),
        ("100::1", Some(Reserved), Some(Reserved)),
        ("5f00::1", Some(Reserved), Some(Reserved)),
        // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo.
        ("::ffff:93.184.216.34", None, None),
        ("::ffff:127.0.0.1", Some(Loopback), Some(Loopback)),
        ("::ffff:169.254.169.254", Some(Metadata), Some(Metadata)),
        ("::ffff:10.0.0.1", None, Some(Private)),
        ("::127.0.0.1", Some(Loopback), Some(Loopback)),
        ("::ffff:0:169.254.169.254", Some(Reserved), Some(Reserved)),
        ("64:ff9b::93.184.216.34", None, None),
        ("64:ff9b::169.254.169.254", Some(Metadata), Some(Metadata)),
        ("64:ff9b::10.0.0.1", None, Some(Private)),
        ("64:ff9b:1::93.184.216.34", None, Some(Private)),
        ("64:ff9b:1::169.254.169.254", Some(Metadata), Some(Metadata)),
        ("2002:5db8:d822::1", None, None),
        ("2002:7f00:1::1", Some(Loopback), Some(Loopback)),
        ("2002:a9fe:a9fe::1", Some(Metadata), Some(Metadata)),
        ("2001:0:5db8:d822:0:0:5601:5601", Some(Metadata), Some(Metadata)),
        ("2001:db8::1", None, Some(Private)),
    ];
    for (address, typed, named) in table {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(judge(address, Trust::Typed, &[]).err(), *typed, "{address} typed");
        assert_eq!(judge(address, Trust::Named, &[]).err(), *named, "{address} named");
    }
}

#[test]
fn a_list_opens_loopback_and_private_networks_and_nothing_else() {
    let everything = ["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    for open in [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
    ] {
        assert_eq!(
            judge(open.parse().unwrap(), Trust::Named, &everything),
            Ok(()),
            "{open}"
        );
    }
    for shut in [
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "fd00:ec2::254",
    ] {
        assert!(
            judge(shut.parse().unwrap(), Trust::Typed, &everything).is_err(),
            "{shut}"
        );
    }
    let one = ["192.168.1.0/24".parse().unwrap()];
    assert_eq!(judge("192.168.1.9".parse().unwrap(), Trust::Named, &one), Ok(()));
    assert_eq!(
        judge("192.168.2.9".parse().unwrap(), Trust::Named, &one),
        Err(Refusal::Private)
    );
    assert_eq!(
        judge("127.0.0.1".parse().unwrap(), Trust::Typed, &one),
        Err(Refusal::Loopback)
    );
}

async fn refused(url: &str, guard: Guard) -> Cause {
    let bench = Bench::with(FetchConfig::default());
    let error = bench
        .get(FetchRequest {
            guard,
            ..patient(&[url])
        })
        .await
        .unwrap_err();
    cause(&error).clone()
}

#[tokio::test]
async fn other_spellings_of_an_address_are_the_address() {
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://localhost/",
        "http://localhost./",
        "http://LOCALHOST/",
        "http://anything.localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://user:word@127.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
    ] {
        assert_eq!(
            refused(url, Guard::Typed).await,
            Cause::Address(Refusal::Loopback),
            "{url}"
        );
    }
    for url in ["http://0/", "http://[::]/", "http://0.0.0.0:8080/"] {
        assert_eq!(
            refused(url, Guard::Typed).await,
            Cause::Address(Refusal::Unspecified),
            "{url}"
        );
    }
    for url in [
        "http://169.254.169.254/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://[::ffff:a9fe:a9fe]/",
    ] {
        assert_eq!(
            refused(url, Guard::Typed).await,
            Cause::Address(Refusal::Metadata),
            "{url}"
        );
    }
    assert!(
        Url::parse("http://[fe80::1%25eth0]/").is_err(),
        "zones never reach the fetcher"
    );
}

#[tokio::test]
async fn only_http_is_fetched() {
    for url in [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "data:text/plain,x",
        "unix:/run/x",
    ] {
        assert_eq!(refused(url, Guard::Typed).await, Cause::Scheme, "{url}");
    }
}

#[tokio::test]
async fn a_catalogue_may_name_only_the_private_hosts_that_were_typed() {
    let named = |also: &[&str]| Guard::Catalogue {
        also: also.iter().map(|host| (*host).to_owned()).collect(),
    };
    let cause = refused("http://192.168.77.1:1/", named(&[])).await;
    assert_eq!(cause, Cause::Address(Refusal::Private));
    let cause = refused("http://192.168.77.1:1/", named(&["192.168.77.2"])).await;
    assert_eq!(cause, Cause::Address(Refusal::Private));
    let cause = refused("http://127.0.0.1:1/", named(&["127.0.0.1"])).await;
    assert_eq!(
        cause,
        Cause::Address(Refusal::Loopback),
        "loopback only if listed"
    );
}

/// Answers each name with its addresses in turn: the first time the first list, then the second, and so on.
struct Names(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Lookup for Names {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap();
        let found = match names.get_mut(&host) {
            Some(turns) if turns.len() > 1 => Ok(turns.remove(0)),
            Some(turns) => Ok(turns[0].clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        Box::pin(std::future::ready(found))
    }
}

fn resolving(names: &[(&str, &[&[&str]])], networks: &[&str]) -> Fetcher {
    let turn = |turn: &&[&str]| turn.iter().map(|address| address.parse().unwrap()).collect();
    let names = names
        .iter()
        .map(|(name, turns)| ((*name).to_owned(), turns.iter().map(turn).collect()));
    let lookup = Arc::new(Names(Mutex::new(names.collect())));
    let pause: m3u_strm_processor::fetch::Pause = Arc::new(|_| Box::pin(std::future::ready(())));
    let seams = Seams {
        lookup,
        pause,
        ..Seams::default()
    };
    let allowed_networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    let config = FetchConfig {
        allowed_networks,
        ..FetchConfig::default()
    };
    Fetcher::with_seams(config, Clock::System, seams).unwrap()
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let fetcher = resolving(
        &[
            ("metadata.example", &[&["169.254.169.254"]]),
            ("inside.example", &[&["192.168.77.1"]]),
            ("mapped.example", &[&["::ffff:127.0.0.1"]]),
            ("empty.example", &[&[]]),
        ],
        &[],
    );
    let named = Guard::Catalogue { also: vec![] };
    for (name, expected) in [
        ("metadata.example", Cause::Address(Refusal::Metadata)),
        ("inside.example", Cause::Address(Refusal::Private)),
        ("mapped.example", Cause::Address(Refusal::Loopback)),
        ("empty.example", Cause::Unresolved),
        ("nowhere.example", Cause::Unresolved),
    ] {
        let request = FetchRequest {
            guard: named.clone(),
            ..patient(&[&format!("http://{name}/")])
        };
        let error = fetcher.get(request).await.unwrap_err();
        assert_eq!(*cause(&error), expected, "{name}");
        assert_eq!(error.failures()[0].host, format!("{name}:80"));
    }
}

#[tokio::test]
async fn only_the_allowed_addresses_of_a_name_are_connected_to() {
    let simulator = provider().await;
    let port = simulator.host().rsplit_once(':').unwrap().1.to_owned();
    let fetcher = resolving(
        &[("mixed.example", &[&["169.254.169.254", "127.0.0.1"]])],
        &["127.0.0.0/8"],
    );
    let url = format!("http://mixed.example:{port}{SECRET_TARGET}");
    let download = fetcher.get(patient(&[&url])).await.unwrap();
    assert_eq!(read(download).await.unwrap(), playlist());
    assert_eq!(
        simulator.requests()[0].header("host"),
        Some(format!("mixed.example:{port}").as_str())
    );
}

#[tokio::test]
async fn a_name_that_turns_to_another_address_is_judged_again() {
    let simulator = provider().await;
    let port = simulator.host().rsplit_once(':').unwrap().1.to_owned();
    let turns: &[&[&str]] = &[&["127.0.0.1"], &["169.254.169.254"]];
    let fetcher = resolving(&[("turning.example", turns)], &["127.0.0.0/8"]);
    let url = format!("http://turning.example:{port}{SECRET_TARGET}");
    // Closing after the answer, so that the next request must resolve again.
    simulator.put(
        SECRET_PATH,
        Resource::bytes("#EXTM3U\n").framing(m3u_strm_processor::simulator::Framing::Close),
    );
    let download = fetcher.get(patient(&[&url])).await.unwrap();
    assert_eq!(read(download).await.unwrap(), b"#EXTM3U\n");
    let error = fetcher.get(patient(&[&url])).await.unwrap_err();
    assert_eq!(*cause(&error), Cause::Address(Refusal::Metadata));
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_a_private_host_that_was_not_typed_is_not_followed() {
    let portal = provider().await;
    let fetcher = resolving(&[("inside.example", &[&["10.9.9.9"]])], &["127.0.0.0/8"]);
    portal.fault(
        "*",
        m3u_strm_processor::simulator::Fault::redirect("http://inside.example/"),
    );
    let error = fetcher.get(patient(&[&secret_url(&portal)])).await.unwrap_err();
    assert_eq!(*cause(&error), Cause::Address(Refusal::Private));
    tells_no_secret(&error);
}
