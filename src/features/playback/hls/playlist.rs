use std::time::{Duration, Instant};

use url::Url;

/// A master playlist changes seldom, but what it names may hold tokens that run out.
const MASTER_FRESH: Duration = Duration::from_secs(10);
/// No playlist of a running stream is passed on when it is older.
const LONGEST_FRESH: Duration = Duration::from_secs(5);
/// Of a playlist that does not say how long its segments are.
const UNKNOWN_FRESH: Duration = Duration::from_millis(500);

/// A playlist as its provider sent it.
#[derive(Debug)]
pub struct Playlist {
    pub text: String,
    /// What its addresses are relative to.
    pub base: Url,
    came: Instant,
    fresh_for: Duration,
}

impl Playlist {
    /// One that came at this instant.
    pub fn new(text: String, base: Url, came: Instant) -> Self {
        let fresh_for = fresh_for(&text);
        Self {
            text,
            base,
            came,
            fresh_for,
        }
    }

    /// Whether a player who asks now may have it, instead of a newer one.
    pub fn is_fresh(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.came) < self.fresh_for
    }

    /// Whether it names media playlists.
    pub fn is_master(&self) -> bool {
        is_master(&self.text)
    }

    /// Whether there is nothing to play in it.
    pub fn is_empty(&self) -> bool {
        !self.is_master() && !self.text.contains("#EXTINF")
    }

    /// Whether it lists segments to which others will be added.
    pub fn is_live(&self) -> bool {
        self.text.contains("#EXTINF") && !self.text.contains("#EXT-X-ENDLIST")
    }

    /// How long its segments are at most; `None` for a master playlist.
    pub fn target(&self) -> Option<Duration> {
        target(&self.text)
    }
}

/// Half the time after which a player may ask again for a playlist that changed, see RFC 8216 6.3.4: so much later at most
/// does a player see what is new.
fn fresh_for(text: &str) -> Duration {
    if is_master(text) {
        return MASTER_FRESH;
    }
    // Where a stream is listed in parts of segments, its playlist changes with each.
    let changes = seconds(text, "PART-TARGET=").or_else(|| target(text));
    match changes {
        Some(changes) => (changes / 2).min(LONGEST_FRESH),
        None => UNKNOWN_FRESH,
    }
}

/// Whether a text names media playlists.
pub fn is_master(text: &str) -> bool {
    text.contains("#EXT-X-STREAM-INF")
}

fn target(text: &str) -> Option<Duration> {
    seconds(text, "#EXT-X-TARGETDURATION:")
}

/// The number of seconds behind the first of these.
fn seconds(text: &str, name: &str) -> Option<Duration> {
    let value = &text[text.find(name)? + name.len()..];
    let end = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    Duration::try_from_secs_f64(value[..end].parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(text: &str) -> Duration {
        fresh_for(text)
    }

    #[test]
    fn a_playlist_is_passed_on_for_half_of_what_its_segments_last() {
        let seconds = Duration::from_secs_f64;
        assert_eq!(fresh("#EXTM3U\n#EXT-X-TARGETDURATION:6\n"), seconds(3.0));
        assert_eq!(fresh("#EXTM3U\n#EXT-X-TARGETDURATION:3600\n"), seconds(5.0));
        assert_eq!(fresh("#EXTM3U\n#EXTINF:2,\na.ts\n"), seconds(0.5));
        assert_eq!(
            fresh("#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=0.33334\n"),
            seconds(0.16667)
        );
        assert_eq!(
            fresh("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"),
            seconds(10.0)
        );
    }

    #[test]
    fn a_playlist_is_fresh_until_then() {
        let (came, base) = (Instant::now(), Url::parse("http://p.example/").unwrap());
        let playlist = Playlist::new("#EXT-X-TARGETDURATION:6\n".to_owned(), base, came);
        assert!(playlist.is_fresh(came + Duration::from_millis(2_999)));
        assert!(!playlist.is_fresh(came + Duration::from_millis(3_000)));
        assert_eq!(playlist.target(), Some(Duration::from_secs(6)));
    }
}
