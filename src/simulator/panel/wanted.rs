//! Which stream a request asks for.

use super::{Parameters, decoded};
use crate::simulator::message::Request;

/// A stream and whose it is, as the request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) id: u64,
    /// Empty in the short form of old players.
    pub(super) extension: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Live,
    Film,
    Episode,
    /// From this local time, in any of the ways of writing it, for this many minutes.
    Archive {
        start: String,
        minutes: u64,
    },
    /// A piece of live HLS.
    Segment(u64),
    /// A piece of archived HLS.
    Archived(u64),
}

impl Wanted {
    /// `None` where the path is none of a stream.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let parts: Vec<String> = request
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decoded)
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts[..] {
            ["images", ..] => None,
            ["streaming", "timeshift.php"] | ["timeshift.php"] => Self::archived(&Parameters::of(request)),
            ["timeshift", username, password, minutes, start, file] => {
                let (start, minutes) = (start.to_owned(), minutes.parse().ok()?);
                Self::file(username, password, file, Kind::Archive { start, minutes })
            }
            ["live", username, password, file] => Self::file(username, password, file, Kind::Live),
            ["movie", username, password, file] => Self::file(username, password, file, Kind::Film),
            ["series", username, password, file] => Self::file(username, password, file, Kind::Episode),
            [folder @ ("hls" | "archive"), username, password, file] => {
                let (id, number) = file.strip_suffix(".ts")?.split_once('_')?;
                let number = number.parse().ok()?;
                let kind = match folder {
                    "hls" => Kind::Segment(number),
                    _ => Kind::Archived(number),
                };
                Self::file(username, password, &format!("{id}.ts"), kind)
            }
            [username, password, file] => Self::file(username, password, file, Kind::Live),
            _ => None,
        }
    }

    fn file(username: &str, password: &str, file: &str, kind: Kind) -> Option<Self> {
        let (id, extension) = file.split_once('.').unwrap_or((file, ""));
        Some(Self {
            username: username.into(),
            password: password.into(),
            id: id.parse().ok()?,
            extension: extension.into(),
            kind,
        })
    }

    fn archived(parameters: &Parameters) -> Option<Self> {
        let start = parameters.get("start")?.to_owned();
        let minutes = parameters.number("duration")?;
        Some(Self {
            username: parameters.get("username")?.into(),
            password: parameters.get("password")?.into(),
            id: parameters.number("stream")?,
            extension: "ts".into(),
            kind: Kind::Archive { start, minutes },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(target: &str) -> Option<(u64, String, Kind)> {
        let request = Request {
            target: target.into(),
            ..Request::default()
        };
        let wanted = Wanted::of(&request)?;
        assert_eq!(
            (wanted.username.as_str(), wanted.password.as_str()),
            ("an na", "pw")
        );
        Some((wanted.id, wanted.extension, wanted.kind))
    }

    #[test]
    fn every_form_of_an_address_is_known() {
        let archive = |start: &str| Kind::Archive {
            start: start.into(),
            minutes: 60,
        };
        for (target, extension, kind) in [
            ("/live/an%20na/pw/7.ts", "ts", Kind::Live),
            ("/live/an%20na/pw/7.m3u8?x=1", "m3u8", Kind::Live),
            ("/an%20na/pw/7", "", Kind::Live),
            ("/movie/an%20na/pw/7.mkv", "mkv", Kind::Film),
            ("/series/an%20na/pw/7.mp4", "mp4", Kind::Episode),
            ("/hls/an%20na/pw/7_12.ts", "ts", Kind::Segment(12)),
            (
                "/timeshift/an%20na/pw/60/2024-06-15:12-00/7.ts",
                "ts",
                archive("2024-06-15:12-00"),
            ),
            (
                "/streaming/timeshift.php?username=an+na&password=pw&stream=7&start=2024-06-15:12-00&duration=60",
                "ts",
                archive("2024-06-15:12-00"),
            ),
        ] {
            assert_eq!(wanted(target), Some((7, extension.into(), kind)), "{target}");
        }
        for target in [
            "/",
            "/player_api.php",
            "/a/b/c/d/e",
            "/live/an%20na/pw/x.ts",
            "/images/logo/1.png",
        ] {
            assert_eq!(wanted(target), None, "{target}");
        }
    }
}
