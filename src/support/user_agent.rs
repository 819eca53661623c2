//! What kind of player a `User-Agent` header names.

/// Parts of the header and what people call what sends them; the first that stands in it holds.
const KNOWN: [(&str, &str); 24] = [
    ("kodi", "Kodi"),
    ("xbmc", "Kodi"),
    ("tivimate", "TiviMate"),
    ("jellyfin", "Jellyfin"),
    ("emby", "Emby"),
    ("plex", "Plex"),
    ("libmpv", "mpv"),
    ("mpv", "mpv"),
    ("vlc", "VLC"),
    ("lavf", "FFmpeg"),
    ("gstreamer", "GStreamer"),
    ("roku", "Roku"),
    ("crkey", "Chromecast"),
    ("firetv", "Fire TV"),
    ("tizen", "Samsung TV"),
    ("web0s", "LG TV"),
    ("webos", "LG TV"),
    ("applecoremedia", "Apple player"),
    ("exoplayer", "ExoPlayer"),
    ("edg/", "Edge"),
    ("firefox", "Firefox"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
    ("okhttp", "Android app"),
];
const LONGEST: usize = 40;

/// A name of the player without its version, so that an update makes no other player of it; `None` if the header says nothing.
pub fn player_name(user_agent: &str) -> Option<String> {
    let lower = user_agent.to_ascii_lowercase();
    if let Some((_, name)) = KNOWN.iter().find(|(part, _)| lower.contains(part)) {
        return Some((*name).to_owned());
    }
    let product = user_agent.split(['/', '(', ';']).next().unwrap_or_default();
    let clean: String = product
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect();
    let name = clean.trim();
    name.chars().any(char::is_alphanumeric).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn players_are_named_without_their_versions() {
        for (user_agent, name) in [
            ("VLC/3.0.18 LibVLC/3.0.18", Some("VLC")),
            (
                "Kodi/20.1 (X11; Linux x86_64) App_Bitness/64 Version/20.1",
                Some("Kodi"),
            ),
            ("Lavf/59.27.100", Some("FFmpeg")),
            ("libmpv", Some("mpv")),
            ("TiviMate/4.7.0 (Android 9)", Some("TiviMate")),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                Some("Firefox"),
            ),
            ("My Player/1.2", Some("My Player")),
            ("", None),
            ("/;", None),
        ] {
            assert_eq!(player_name(user_agent).as_deref(), name, "{user_agent}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_short_and_of_one_line(user_agent in ".{0,300}") {
            if let Some(name) = player_name(&user_agent) {
                prop_assert!(!name.is_empty() && name.chars().count() <= LONGEST);
                prop_assert!(!name.contains(char::is_control));
            }
        }
    }
}
