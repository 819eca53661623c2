//! How a stream is sent, as its URL tells.

use super::layout::Layout;

/// The wrapping of a stream: what a player must speak to play it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Hls,
    Ts,
    Dash,
    Smooth,
    Flv,
    Mp4,
    Mkv,
    Avi,
    Mov,
    Wmv,
    Mpg,
    Webm,
    Audio,
    Rtsp,
    Rtp,
    Udp,
    Rtmp,
    Igmp,
    /// Plain HTTP without a telling extension: most often MPEG-TS.
    Unknown,
}

const NAMES: [(Format, &str); 19] = [
    (Format::Hls, "hls"),
    (Format::Ts, "ts"),
    (Format::Dash, "dash"),
    (Format::Smooth, "smooth"),
    (Format::Flv, "flv"),
    (Format::Mp4, "mp4"),
    (Format::Mkv, "mkv"),
    (Format::Avi, "avi"),
    (Format::Mov, "mov"),
    (Format::Wmv, "wmv"),
    (Format::Mpg, "mpg"),
    (Format::Webm, "webm"),
    (Format::Audio, "audio"),
    (Format::Rtsp, "rtsp"),
    (Format::Rtp, "rtp"),
    (Format::Udp, "udp"),
    (Format::Rtmp, "rtmp"),
    (Format::Igmp, "igmp"),
    (Format::Unknown, "unknown"),
];

impl Format {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        NAMES
            .iter()
            .find(|(format, _)| *format == self)
            .map_or("unknown", |(_, name)| *name)
    }

    /// The format of a stored word.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(format, _)| *format)
    }

    /// The format of a file's extension, in any case.
    pub fn of_extension(extension: &str) -> Self {
        of_extension(extension)
    }

    /// Whether the relay can carry it; the others are catalogued, stand last in play order and answer 501.
    pub fn is_relayable(self) -> bool {
        !matches!(
            self,
            Self::Dash | Self::Smooth | Self::Rtsp | Self::Rtp | Self::Udp | Self::Rtmp | Self::Igmp
        )
    }
}

pub(super) fn of(url: &str, layout: &Layout) -> Format {
    let scheme = &url[layout.scheme.clone()];
    for (prefix, format) in [
        ("rtsp", Format::Rtsp),
        ("rtmp", Format::Rtmp),
        ("rtp", Format::Rtp),
        ("udp", Format::Udp),
        ("igmp", Format::Igmp),
    ] {
        if scheme
            .get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        {
            return format;
        }
    }
    let path = &url[layout.path.clone()];
    let found = of_extension(extension(path));
    if found != Format::Unknown {
        return found;
    }
    of_words(path, &url[layout.query.clone()])
}

fn of_words(path: &str, query: &str) -> Format {
    let lower = |text: &str| text.to_ascii_lowercase();
    let (path, query) = (lower(path), lower(query));
    if query.contains("m3u8") || query.contains("=hls") || path.contains(".m3u8") {
        Format::Hls
    } else if query.contains("=ts") || query.contains("=mpegts") {
        Format::Ts
    } else if query.contains(".mpd") || query.contains("=dash") {
        Format::Dash
    } else if path.contains(".ism") {
        Format::Smooth
    } else {
        Format::Unknown
    }
}

fn of_extension(extension: &str) -> Format {
    const TABLE: [(&[&str], Format); 12] = [
        (&["m3u8", "m3u"], Format::Hls),
        (&["ts", "mpegts", "m2ts", "mts"], Format::Ts),
        (&["mpd"], Format::Dash),
        (&["ism", "isml"], Format::Smooth),
        (&["flv"], Format::Flv),
        (&["mp4", "m4v"], Format::Mp4),
        (&["mkv"], Format::Mkv),
        (&["avi", "divx"], Format::Avi),
        (&["mov"], Format::Mov),
        (&["wmv"], Format::Wmv),
        (&["mpg", "mpeg", "vob"], Format::Mpg),
        (&["webm"], Format::Webm),
    ];
    const AUDIO: [&str; 5] = ["mp3", "aac", "ogg", "opus", "flac"];
    if extension.is_empty() {
        return Format::Unknown;
    }
    let is = |word: &&str| extension.eq_ignore_ascii_case(word);
    TABLE.iter().find(|(words, _)| words.iter().any(is)).map_or(
        if AUDIO.iter().any(is) {
            Format::Audio
        } else {
            Format::Unknown
        },
        |(_, format)| *format,
    )
}

pub(super) fn extension(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && (1..=6).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            extension
        }
        _ => "",
    }
}
