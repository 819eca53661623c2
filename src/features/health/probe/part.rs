use url::Url;

use crate::support::hls::{Attribute, Attributes, Variables};

use super::failure::Reason;

/// What an HLS playlist leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub url: Url,
    /// Where it begins in the file at `url`, and its length, if it is only a piece of that.
    pub piece: Option<(u64, u64)>,
    pub is_encrypted: bool,
}

impl Part {
    pub fn whole(url: Url) -> Self {
        Self {
            url,
            piece: None,
            is_encrypted: false,
        }
    }

    /// The value of a Range header for at most the first `most` bytes of a piece.
    pub fn range(&self, most: u64) -> Option<String> {
        let (start, length) = self.piece?;
        let end = start.saturating_add(length.clamp(1, most)).saturating_sub(1);
        Some(format!("bytes={start}-{end}"))
    }
}

/// The part by which a playlist at `base` is tested: the first variant of a master playlist; of the others the newest
/// segment if they go on, the first if they have an end.
///
/// # Errors
/// [`Reason::NoSegment`] or [`Reason::BadPlaylist`] if there is none.
pub fn part(playlist: &str, base: &Url) -> Result<Part, Reason> {
    let mut reading = Reading::default();
    for line in playlist.trim_start_matches('\u{feff}').lines() {
        reading.line(line.trim(), base);
    }
    let found = if let Some(variant) = reading.variant {
        Some(variant)
    } else if reading.has_end {
        reading.first
    } else {
        reading.last
    };
    match found {
        Some(part) => part.ok_or(Reason::BadPlaylist),
        None if reading.is_master => Err(Reason::BadPlaylist),
        None => Err(Reason::NoSegment),
    }
}

/// A part, or none where its address is none.
type Found = Option<Part>;

#[derive(Default)]
struct Reading {
    variables: Variables,
    is_master: bool,
    has_end: bool,
    is_encrypted: bool,
    is_gap: bool,
    /// Length and start, as a tag gives it for the segment behind it.
    piece: Option<(u64, Option<u64>)>,
    /// Where the next piece begins if nothing is said.
    behind: u64,
    variant: Option<Found>,
    first: Option<Found>,
    last: Option<Found>,
}

impl Reading {
    fn line(&mut self, line: &str, base: &Url) {
        let line = self.variables.fill(line);
        if line.is_empty() || self.variables.take(&line, base) {
            return;
        }
        if !line.starts_with('#') {
            return self.address(base.join(&line).ok());
        }
        let (tag, value) = line.split_once(':').unwrap_or((&line, ""));
        match tag {
            "#EXT-X-STREAM-INF" => self.is_master = true,
            "#EXT-X-ENDLIST" => self.has_end = true,
            "#EXT-X-PLAYLIST-TYPE" => self.has_end |= value.trim().eq_ignore_ascii_case("VOD"),
            "#EXT-X-KEY" => self.is_encrypted = is_encrypted(value),
            "#EXT-X-GAP" => self.is_gap = true,
            "#EXT-X-BYTERANGE" => self.piece = piece(value),
            _ => {}
        }
    }

    fn address(&mut self, url: Option<Url>) {
        let piece = self.piece.take().map(|(length, start)| {
            let start = start.unwrap_or(self.behind);
            self.behind = start.saturating_add(length);
            (start, length)
        });
        if std::mem::take(&mut self.is_gap) {
            return;
        }
        let found = url.map(|url| Part {
            url,
            piece,
            is_encrypted: self.is_encrypted,
        });
        if self.is_master {
            self.variant.get_or_insert(found);
            return;
        }
        self.first.get_or_insert_with(|| found.clone());
        self.last = Some(found);
    }
}

fn is_encrypted(value: &str) -> bool {
    Attributes(value).any(|attribute| {
        matches!(attribute, Attribute::Named { name, value, .. }
            if name.trim() == "METHOD" && !value.trim().eq_ignore_ascii_case("NONE"))
    })
}

fn piece(value: &str) -> Option<(u64, Option<u64>)> {
    let (length, start) = match value.split_once('@') {
        Some((length, start)) => (length, Some(start.trim().parse().ok()?)),
        None => (value, None),
    };
    Some((length.trim().parse().ok()?, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(playlist: &str) -> Result<Part, Reason> {
        part(
            playlist,
            &Url::parse("http://cdn.example/live/one/index.m3u8?token=s3cret").unwrap(),
        )
    }

    fn address(playlist: &str) -> String {
        found(playlist).unwrap().url.into()
    }

    #[test]
    fn the_first_variant_of_a_master_playlist() {
        let playlist = "\u{feff}#EXTM3U\r\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a.m3u8\"\r\n#EXT-X-STREAM-INF:BANDWIDTH=1\r\n\r\n\
                        low/index.m3u8\r\n#EXT-X-STREAM-INF:BANDWIDTH=2\r\nhigh/index.m3u8\r\n";
        assert_eq!(address(playlist), "http://cdn.example/live/one/low/index.m3u8");
    }

    #[test]
    fn the_newest_segment_of_a_list_that_goes_on_and_the_first_of_one_that_ends() {
        let live = "#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n/2.ts\n#EXTINF:4,\nhttp://other.example/3.ts\n";
        assert_eq!(address(live), "http://other.example/3.ts");
        for end in ["#EXT-X-ENDLIST\n", "#EXT-X-PLAYLIST-TYPE:VOD\n"] {
            assert_eq!(
                address(&format!("{live}{end}")),
                "http://cdn.example/live/one/1.ts"
            );
        }
        let gap = format!("{live}#EXT-X-GAP\n#EXTINF:4,\n4.ts\n");
        assert_eq!(address(&gap), "http://other.example/3.ts", "a gap cannot be had");
    }

    #[test]
    fn a_segment_may_be_encrypted_until_that_ends() {
        let key = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:4,\n1.ts\n";
        assert!(found(key).unwrap().is_encrypted);
        assert!(
            !found(&format!("{key}#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\n2.ts\n"))
                .unwrap()
                .is_encrypted
        );
    }

    #[test]
    fn a_segment_may_be_a_piece_of_a_file() {
        let playlist = "#EXTM3U\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@50\nall.ts\n#EXTINF:4,\n#EXT-X-BYTERANGE:70000\nall.ts\n";
        assert_eq!(
            found(playlist).unwrap().range(65_536).as_deref(),
            Some("bytes=150-65685")
        );
        let first = found(&format!("{playlist}#EXT-X-ENDLIST")).unwrap();
        assert_eq!(first.range(65_536).as_deref(), Some("bytes=50-149"));
        assert_eq!(found("#EXTM3U\n#EXTINF:4,\n1.ts\n").unwrap().range(65_536), None);
    }

    #[test]
    fn values_of_a_playlist_stand_in_its_addresses() {
        let playlist = "#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXTINF:4,\n1.ts?t={$token}\n";
        assert_eq!(address(playlist), "http://cdn.example/live/one/1.ts?t=s3cret");
    }

    #[test]
    fn a_playlist_may_lead_nowhere() {
        assert_eq!(
            found("#EXTM3U\n#EXT-X-TARGETDURATION:4\n"),
            Err(Reason::NoSegment)
        );
        assert_eq!(
            found("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n"),
            Err(Reason::BadPlaylist)
        );
        assert_eq!(
            found("#EXTM3U\n#EXTINF:4,\nhttp://[bad/1.ts\n"),
            Err(Reason::BadPlaylist)
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_playlist_holds_it_is_read(lines in proptest::collection::vec("(#EXT[-A-Z]{0,20}:?)?.{0,40}", 0..20)) {
            let _ = found(&lines.join("\n"));
        }

        #[test]
        fn ranges_of_any_size_are_written(start: u64, length: u64) {
            let part = Part { piece: Some((start, length)), ..Part::whole(Url::parse("http://a.example/").unwrap()) };
            proptest::prop_assert!(part.range(65_536).is_some());
        }
    }
}
