//! Which of the product's faces a path belongs to: it decides how errors look and whether limits apply.

/// A face of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Pages and fragments for people.
    Web,
    /// JSON for programs.
    Api,
    /// Protocols of players and media servers.
    Players,
    /// Liveness, readiness, metrics.
    Probe,
    /// Files that never change under their name.
    Static,
}

const PLAYER_FILES: [&str; 14] = [
    "/playlist.m3u",
    "/xmltv.xml",
    "/xmltv.xml.gz",
    "/xmltv.php",
    "/player_api.php",
    "/get.php",
    "/discover.json",
    "/lineup.json",
    "/lineup.xml",
    "/lineup.m3u",
    "/lineup.post",
    "/lineup_status.json",
    "/device.xml",
    "/capability",
];

/// Xtream paths `/live/USER/PASSWORD/ID`: with fewer segments the same words are pages.
const PLAYER_TREES: [&str; 4] = ["live", "movie", "series", "timeshift"];

/// `tuner0`, `tuner1`, …: where an HDHomeRun plays with a certain one.
fn is_tuner(segment: &str) -> bool {
    let number = segment.strip_prefix("tuner").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

impl Face {
    /// The face that answers `path` (without query).
    pub fn of(path: &str) -> Self {
        let mut segments = path.trim_start_matches('/').split('/');
        match segments.next().unwrap_or_default() {
            "api" => Self::Api,
            "static" => Self::Static,
            "health" | "metrics" => Self::Probe,
            "stream" | "hdhr" | "auto" => Self::Players,
            first if is_tuner(first) => Self::Players,
            tree if PLAYER_TREES.contains(&tree) && segments.clone().count() >= 3 => Self::Players,
            _ if PLAYER_FILES.contains(&path) => Self::Players,
            _ => Self::Web,
        }
    }

    /// As figures name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Players => "players",
            Self::Probe => "probe",
            Self::Static => "static",
        }
    }

    /// Whether the limit of pages and API counts here.
    pub fn is_limited(self) -> bool {
        matches!(self, Self::Web | Self::Api)
    }
}

#[cfg(test)]
mod tests {
    use super::Face;

    #[test]
    fn a_page_of_series_is_not_a_player_path() {
        assert_eq!(Face::of("/series/7"), Face::Web);
        assert_eq!(Face::of("/series/user/secret/7.mkv"), Face::Players);
        assert_eq!(Face::of("/live"), Face::Web);
        assert_eq!(Face::of("/live/user/secret/7.ts"), Face::Players);
    }

    #[test]
    fn each_prefix_has_its_face() {
        for (path, face) in [
            ("/", Face::Web),
            ("/apiary", Face::Web),
            ("/api/channels", Face::Api),
            ("/health/live", Face::Probe),
            ("/health-checks", Face::Web),
            ("/metrics", Face::Probe),
            ("/static/abc/app.css", Face::Static),
            ("/playlist.m3u", Face::Players),
            ("/stream/token/channel/1", Face::Players),
            ("/hdhr/101010AD/discover.json", Face::Players),
            ("/lineup.post", Face::Players),
            ("/auto/v2.1", Face::Players),
            ("/tuner0/v2", Face::Players),
            ("/tuner", Face::Web),
            ("/tuners", Face::Web),
        ] {
            assert_eq!(Face::of(path), face, "{path}");
        }
    }
}
