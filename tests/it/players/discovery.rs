//! How players find the devices that they take for an HDHomeRun.

use std::net::SocketAddr;

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::features::outputs::hdhomerun::announce::{Ports, Protocol, Reach};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::world::soon;
use crate::on_both_engines;
use crate::support::TestApp;

const DEVICES: &str = "/api/hdhomerun/devices";
/// Any device of any type, as hdhomerun_config and Jellyfin ask.
const ANYTHING: &str = "0002000c0104ffffffff0204ffffffff73cc7d8f";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The same question about one device.
fn about(device_id: &str) -> Vec<u8> {
    let mut packet = bytes(&format!("0002000c0104ffffffff0204{device_id}"));
    let mut crc = flate2::Crc::new();
    crc.update(&packet);
    packet.extend(crc.sum().to_le_bytes());
    packet
}

async fn device(app: &TestApp, token: &str, fields: Value) -> Value {
    let made = app.send(token, Method::POST, DEVICES, &fields).await;
    assert_eq!(made.status(), 201);
    made.json().await.unwrap()
}

/// Where the server listens for questions, once it does.
async fn place(app: &TestApp, protocol: Protocol) -> SocketAddr {
    let listens = |reach: &Reach| matches!(reach, Reach::Listening(_));
    match soon(app.announced.until(protocol, listens)).await {
        Reach::Listening(address) => address,
        other => unreachable!("{other:?}"),
    }
}

/// The next answer, as text in which addresses can be found.
async fn answer(socket: &UdpSocket) -> (Vec<u8>, String) {
    let mut buffer = [0; 2_000];
    let (length, _) = soon(socket.recv_from(&mut buffer)).await.unwrap();
    let packet = buffer[..length].to_vec();
    let text = String::from_utf8_lossy(&packet).into_owned();
    (packet, text)
}

on_both_engines! {
    async fn who_asks_hears_of_each_device_and_of_none_that_he_does_not_mean(app: TestApp) {
        let token = app.admin_token().await;
        assert_eq!(app.announced.reach(Protocol::Discovery), Reach::Silent, "nothing listens before there is a device");
        let den = device(&app, &token, json!({ "name": "Den", "tuner_count": 7 })).await;
        let to = place(&app, Protocol::Discovery).await;
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.send_to(&bytes(ANYTHING), to).await.unwrap();
        let (packet, text) = answer(&socket).await;
        assert_eq!(packet[..2], [0, 3]);
        // The first device is named by the root: what players are built on keeps 28 characters.
        let base = app.url("");
        assert!(text.contains(&format!("{base}/lineup.json")) && !text.contains("/hdhr/"), "{text}");
        assert!(base.len() <= 28 && packet.windows(2 + base.len()).any(|tag| tag[0] == 0x2A && tag[2..] == *base.as_bytes()));
        assert!(packet.windows(3).any(|tag| tag == [0x10, 1, 7]), "{packet:x?}");
        let found = app.get("/discover.json").await;
        assert_eq!(found.json::<Value>().await.unwrap()["DeviceID"], den["device_id"]);
        let sofa = device(&app, &token, json!({ "name": "Sofa" })).await;
        let sofa_id = sofa["device_id"].as_str().unwrap();
        let heard = async {
            loop {
                socket.send_to(&bytes(ANYTHING), to).await.unwrap();
                if answer(&socket).await.1.contains(sofa_id) {
                    break;
                }
            }
        };
        soon(heard).await;
        // The server answers in the order of the questions, and what it does not answer leaves no gap.
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut damaged = bytes(ANYTHING);
        damaged[5] ^= 1;
        for packet in [damaged, b"M-SEARCH * HTTP/1.1".to_vec(), about("101010AD"), about(sofa_id)] {
            socket.send_to(&packet, to).await.unwrap();
        }
        let (packet, _) = answer(&socket).await;
        assert!(packet.windows(6).any(|tag| tag[..2] == [2, 4] && tag[2..] == bytes(sofa_id)), "{packet:x?}");
        let public = json!({ "value": "http://tv.home:8080" });
        let set = app.send(&token, Method::PUT, "/api/settings/public_url", &public).await;
        assert_eq!(set.status(), 200);
        let answered = async {
            loop {
                socket.send_to(&about(sofa_id), to).await.unwrap();
                let (_, text) = answer(&socket).await;
                if text.contains(&format!("http://tv.home:8080/hdhr/{sofa_id}/lineup.json")) {
                    break;
                }
            }
        };
        soon(answered).await;
        let off = app.send(&token, Method::PUT, "/api/settings/hdhomerun_discovery", &json!({ "value": false })).await;
        assert_eq!(off.status(), 200);
        soon(app.announced.until(Protocol::Discovery, |reach| *reach == Reach::Silent)).await;
        assert!(app.page(&token, "/hdhomerun", 200).await.contains("now it does not"));
        let on = app.send(&token, Method::PUT, "/api/settings/hdhomerun_discovery", &json!({ "value": true })).await;
        assert_eq!(on.status(), 200);
        place(&app, Protocol::Discovery).await;
        for device in [den, sofa] {
            let path = format!("{DEVICES}/{}", device["id"]);
            assert_eq!(app.api(&token, Method::DELETE, &path).await.status(), 204);
        }
        soon(app.announced.until(Protocol::Discovery, |reach| *reach == Reach::Silent)).await;
    }
}

/// A search of UPnP for this.
fn search(target: &str) -> Vec<u8> {
    let head = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n";
    format!("{head}ST: {target}\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn who_searches_by_upnp_is_led_to_the_description_of_each_device() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    let den = device(&app, &token, json!({ "name": "Den" })).await;
    let to = place(&app, Protocol::Ssdp).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let unanswered = [
        search("urn:schemas-upnp-org:device:InternetGatewayDevice:1"),
        b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n".to_vec(),
        bytes(ANYTHING),
    ];
    for packet in unanswered {
        socket.send_to(&packet, to).await.unwrap();
    }
    let kind = "urn:schemas-upnp-org:device:MediaServer:1";
    for target in ["upnp:rootdevice", kind, "ssdp:all"] {
        socket.send_to(&search(target), to).await.unwrap();
        let (_, text) = answer(&socket).await;
        let location = text
            .lines()
            .find_map(|line| line.strip_prefix("LOCATION: "))
            .unwrap();
        assert_eq!(
            location,
            app.url(&format!("{}/device.xml", den["path"].as_str().unwrap())),
            "{text}"
        );
        let described = soon(app.client.get(location).send())
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let usn = text.lines().find_map(|line| line.strip_prefix("USN: ")).unwrap();
        let name = usn.split("::").next().unwrap();
        assert!(
            described.contains(&format!("<UDN>{name}</UDN>")),
            "{described} {usn}"
        );
    }
    let path = format!("{DEVICES}/{}", den["id"]);
    assert_eq!(app.api(&token, Method::DELETE, &path).await.status(), 204);
    soon(
        app.announced
            .until(Protocol::Ssdp, |reach| *reach == Reach::Silent),
    )
    .await;
}

#[tokio::test]
async fn a_port_that_another_program_has_is_told_on_the_page_and_stops_nothing() {
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let ports = Ports {
        discovery: port,
        ..Ports::free()
    };
    let app = TestApp::asked_at(Engine::Sqlite, ports).await;
    let token = app.admin_token().await;
    let den = device(&app, &token, json!({ "name": "Den" })).await;
    let reach = soon(
        app.announced
            .until(Protocol::Discovery, |reach| matches!(reach, Reach::Failed(..))),
    )
    .await;
    assert!(
        matches!(reach, Reach::Failed(address, reason) if address.port() == port && reason.contains("another program"))
    );
    place(&app, Protocol::Ssdp).await;
    let page = app.page(&token, "/hdhomerun", 200).await;
    assert!(page.contains(&format!("UDP port {port} cannot be had")), "{page}");
    assert_eq!(app.get(den["path"].as_str().unwrap()).await.status(), 200);
}

/// The real program asks the device that answers first; it is told by its answer.
#[tokio::test]
async fn who_asks_a_device_over_a_connection_is_told_what_it_is_and_who_asks_nonsense_is_hung_up_on() {
    let app = TestApp::with(Engine::Sqlite, &[]).await;
    let token = app.admin_token().await;
    device(&app, &token, json!({ "name": "Den", "tuner_count": 2 })).await;
    let to = place(&app, Protocol::Control).await;
    let framed = |kind: u8, tags: &[u8]| {
        let mut packet = vec![0, kind, 0, u8::try_from(tags.len()).unwrap()];
        packet.extend(tags);
        let mut crc = flate2::Crc::new();
        crc.update(&packet);
        packet.extend(crc.sum().to_le_bytes());
        packet
    };
    let named = |name: &str| {
        let mut tag = vec![3, u8::try_from(name.len() + 1).unwrap()];
        tag.extend(name.as_bytes());
        tag.push(0);
        tag
    };
    let mut stream = TcpStream::connect(to).await.unwrap();
    // Two questions at once, the first of them in two pieces.
    let first = framed(4, &named("/sys/model"));
    stream.write_all(&first[..3]).await.unwrap();
    stream
        .write_all(&[&first[3..], &framed(4, &named("/tuner5/status"))].concat())
        .await
        .unwrap();
    let model = framed(
        5,
        &[named("/sys/model"), vec![4, 16], b"hdhomerun4_atsc\0".to_vec()].concat(),
    );
    let error = framed(5, &[vec![5, 21], b"ERROR: invalid tuner\0".to_vec()].concat());
    let mut told = vec![0; model.len() + error.len()];
    soon(stream.read_exact(&mut told)).await.unwrap();
    assert_eq!(told, [model, error].concat());
    // What is no question is not answered, and nothing after it.
    for nonsense in [
        framed(2, &named("/sys/model")),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
    ] {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(&nonsense).await.unwrap();
        let mut rest = Vec::new();
        // Hung up on with bytes unread, the end of it is a reset.
        let _ = soon(stream.read_to_end(&mut rest)).await;
        assert!(rest.is_empty(), "{rest:?}");
    }
    let off = app
        .send(
            &token,
            Method::PUT,
            "/api/settings/hdhomerun_discovery",
            &json!({ "value": false }),
        )
        .await;
    assert_eq!(off.status(), 200);
    soon(
        app.announced
            .until(Protocol::Control, |reach| *reach == Reach::Silent),
    )
    .await;
    // The connection ends with the listening.
    assert_eq!(soon(stream.read(&mut [0; 1])).await.unwrap_or_default(), 0);
}
