//! Questions to a device over a connection, as `hdhomerun_config … get` and players that set tuners ask them. What can be had is
//! told; nothing can be set, since channels are played by their addresses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::packet::{CHECKSUM_BYTES, Frame, HEAD_BYTES, LONGEST};
use crate::features::outputs::hdhomerun::{Device, FIRMWARE, FIRMWARE_VERSION, MODEL, Tuners};

const QUESTION: u16 = 4;
const REPLY: u16 = 5;
const NAME: u8 = 0x03;
const VALUE: u8 = 0x04;
const ERROR: u8 = 0x05;
/// Who asks nothing for so long has gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Connections at a time; nobody at home needs more.
const MOST: usize = 32;
const HELP: &str = "Supported configuration options:\n/sys/copyright\n/sys/features\n/sys/hwmodel\n/sys/model\n/sys/version\n\
    /tuner<n>/channel\n/tuner<n>/lockkey\n/tuner<n>/status\n/tuner<n>/target\n/tuner<n>/vchannel\n";

/// Accepts connections while there is a device.
pub(super) struct Control {
    tuners: Tuners,
    listener: Option<TcpListener>,
    /// Ends the conversations when it is closed.
    open: Option<DropGuard>,
    places: Arc<Semaphore>,
}

impl Control {
    pub(super) fn new(tuners: Tuners) -> Self {
        Self {
            tuners,
            listener: None,
            open: None,
            places: Arc::new(Semaphore::new(MOST)),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.listener.is_some()
    }

    pub(super) fn open(&mut self, listener: TcpListener) {
        self.listener = Some(listener);
        self.open = Some(CancellationToken::new().drop_guard());
    }

    pub(super) fn close(&mut self) {
        self.listener = None;
        self.open = None;
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&self) -> std::io::Result<(TcpStream, SocketAddr)> {
        match &self.listener {
            Some(listener) => listener.accept().await,
            None => std::future::pending().await,
        }
    }

    /// Answers whoever is connected, about `device`.
    pub(super) fn converse(&self, stream: TcpStream, device: Device) {
        let Some(end) = self.open.as_ref().map(|open| open.token().clone()) else {
            return;
        };
        // One too many is hung up on.
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        let tuners = self.tuners.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                ended = conversation(stream, &device, &tuners) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a question about a device was broken off");
                    }
                }
            }
            drop(place);
        });
    }
}

async fn conversation(mut stream: TcpStream, device: &Device, tuners: &Tuners) -> std::io::Result<()> {
    let mut packet = Vec::new();
    while let Ok(read) = tokio::time::timeout(SILENCE, next(&mut stream, &mut packet)).await {
        let reply = match read? {
            true => reply(&packet, device, tuners),
            false => return Ok(()),
        };
        // What is no question ends it: where the next one begins nobody knows.
        let Some(reply) = reply else { return Ok(()) };
        // Who asks and does not read is hung up on too.
        tokio::time::timeout(SILENCE, stream.write_all(&reply)).await??;
    }
    Ok(())
}

/// Reads the next packet; false if there is none, or it is longer than any may be.
async fn next(stream: &mut TcpStream, packet: &mut Vec<u8>) -> std::io::Result<bool> {
    packet.resize(HEAD_BYTES, 0);
    if stream.read(packet.get_mut(..1).unwrap_or_default()).await? == 0 {
        return Ok(false);
    }
    stream.read_exact(packet.get_mut(1..).unwrap_or_default()).await?;
    let length = match packet.as_slice() {
        [_, _, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => return Ok(false),
    };
    let whole = HEAD_BYTES + length + CHECKSUM_BYTES;
    if whole > LONGEST {
        return Ok(false);
    }
    packet.resize(whole, 0);
    stream
        .read_exact(packet.get_mut(HEAD_BYTES..).unwrap_or_default())
        .await?;
    Ok(true)
}

/// What a device answers; none to what is no question.
fn reply(packet: &[u8], device: &Device, tuners: &Tuners) -> Option<Vec<u8>> {
    let frame = Frame::read(packet).filter(|frame| frame.kind == QUESTION)?;
    let text = |tag: u8| {
        let (_, value) = frame.tags.iter().find(|(known, _)| *known == tag)?;
        let value = value.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(value).into_owned())
    };
    let name = text(NAME)?;
    let told = match text(VALUE) {
        None => value(&name, device, tuners),
        Some(_) => Err("ERROR: channels are played by their addresses, nothing is set here"),
    };
    let ended = |text: &str| [text.as_bytes(), &[0]].concat();
    let (tag, answer) = match &told {
        Ok(value) => (VALUE, value.as_str()),
        Err(error) => (ERROR, *error),
    };
    let tags = match tag {
        ERROR => vec![(ERROR, ended(answer))],
        _ => vec![(NAME, ended(&name)), (VALUE, ended(answer))],
    };
    Frame { kind: REPLY, tags }.write()
}

fn value(name: &str, device: &Device, tuners: &Tuners) -> Result<String, &'static str> {
    let unknown = "ERROR: unknown getset variable";
    if let Some((number, what)) = name.strip_prefix("/tuner").and_then(|rest| rest.split_once('/')) {
        let number: u32 = number.parse().map_err(|_| unknown)?;
        if i64::from(number) >= device.tuner_count {
            return Err("ERROR: invalid tuner");
        }
        let is_taken = tuners.is_taken(device.id, number);
        return match (what, is_taken) {
            ("status", false) => Ok("ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0".to_owned()),
            ("status", true) => Ok("ch=auto lock=auto ss=100 snq=100 seq=100 bps=0 pps=0".to_owned()),
            ("channel" | "vchannel" | "target" | "lockkey", _) => Ok("none".to_owned()),
            _ => Err(unknown),
        };
    }
    match name {
        "help" => Ok(HELP.to_owned()),
        "/sys/copyright" => Ok("M3U-STRM-Processor".to_owned()),
        "/sys/features" => Ok("modulation: auto\n".to_owned()),
        "/sys/hwmodel" => Ok(MODEL.to_owned()),
        "/sys/model" => Ok(FIRMWARE.to_owned()),
        "/sys/version" => Ok(FIRMWARE_VERSION.to_owned()),
        _ => Err(unknown),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn device() -> Device {
        Device::sample(1, 2)
    }

    fn asked(tags: Vec<(u8, Vec<u8>)>, tuners: &Tuners) -> Option<Frame> {
        let packet = Frame { kind: QUESTION, tags }.write().unwrap();
        Frame::read(&reply(&packet, &device(), tuners)?)
    }

    /// The tag of the answer and its text.
    fn get(name: &str, tuners: &Tuners) -> (u8, String) {
        let frame = asked(vec![(NAME, [name.as_bytes(), &[0]].concat())], tuners).unwrap();
        assert_eq!(frame.kind, REPLY);
        let (tag, value) = frame.tags.last().unwrap();
        let text = String::from_utf8(value.clone()).unwrap();
        (*tag, text.strip_suffix('\0').unwrap().to_owned())
    }

    #[test]
    fn what_a_device_is_and_what_its_tuners_do_can_be_asked() {
        let tuners = Tuners::default();
        for (name, told) in [
            ("/sys/hwmodel", MODEL),
            ("/sys/model", FIRMWARE),
            ("/sys/version", FIRMWARE_VERSION),
            ("/tuner1/lockkey", "none"),
            ("/tuner0/status", "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
        ] {
            assert_eq!(get(name, &tuners), (VALUE, told.to_owned()), "{name}");
        }
        let taken = tuners.try_take(&device(), Some(1));
        assert!(
            get("/tuner1/status", &tuners)
                .1
                .starts_with("ch=auto lock=auto ss=100")
        );
        assert!(get("/tuner0/status", &tuners).1.starts_with("ch=none"));
        drop(taken);
        assert!(get("help", &tuners).1.contains("/tuner<n>/status"));
    }

    #[test]
    fn what_is_not_known_and_what_would_be_set_is_an_error() {
        let tuners = Tuners::default();
        for name in [
            "/tuner2/status",
            "/tuner99999999999/status",
            "/tuner/status",
            "/tuner0/x",
            "",
            "/sys",
        ] {
            let (tag, text) = get(name, &tuners);
            assert!(tag == ERROR && text.starts_with("ERROR: "), "{name} {text}");
        }
        let set = asked(
            vec![(NAME, b"/tuner0/channel\0".to_vec()), (VALUE, b"8\0".to_vec())],
            &tuners,
        );
        assert_eq!(set.unwrap().tags[0].0, ERROR);
        assert_eq!(asked(vec![(VALUE, b"8\0".to_vec())], &tuners), None);
    }

    proptest! {
        #[test]
        fn no_question_is_too_odd_to_be_answered(name in prop::collection::vec(any::<u8>(), 0..700), packet in prop::collection::vec(any::<u8>(), 0..900)) {
            let tuners = Tuners::default();
            let _ = asked(vec![(NAME, name)], &tuners);
            let _ = reply(&packet, &device(), &tuners);
        }
    }
}
