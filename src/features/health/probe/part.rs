use std::collections::VecDeque;

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

/// What to fetch next to measure a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sample {
    Variant(Part),
    /// In the order they play, what sets up the decoder first.
    Segments(VecDeque<Part>),
}

/// Segments that are remembered from each end of a playlist: enough for some seconds.
const KEPT: usize = 3;

/// What is remembered of a playlist, however long it is.
#[derive(Debug)]
pub struct Playlist(Reading);

impl Playlist {
    /// Reads a playlist whose address is `base`.
    pub fn read(text: &str, base: &Url) -> Self {
        let mut reading = Reading::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            reading.line(line.trim(), base);
        }
        Self(reading)
    }

    /// The part by which a stream is tested: the first variant of a master playlist; of the others the newest segment if
    /// they go on, the first if they have an end.
    ///
    /// # Errors
    /// [`Reason::NoSegment`] or [`Reason::BadPlaylist`] if there is none.
    pub fn part(mut self) -> Result<Part, Reason> {
        let found = match self.0.variant.take() {
            Some(variant) => Some(variant),
            None if self.0.has_end => self.0.first.pop_front(),
            None => self.0.last.pop_back(),
        };
        self.found(found)
    }

    /// The parts by which a stream is measured: the variant with most bits a second, or the segments of some seconds.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub fn sample(mut self) -> Result<Sample, Reason> {
        if let Some((_, variant)) = self.0.best.take() {
            return self.found(Some(variant)).map(Sample::Variant);
        }
        let (segments, map) = if self.0.has_end {
            (std::mem::take(&mut self.0.first), self.0.first_map.take())
        } else {
            (std::mem::take(&mut self.0.last), self.0.map.take())
        };
        if segments.is_empty() {
            return self.found(None).map(Sample::Variant);
        }
        let parts: Option<VecDeque<Part>> = map.into_iter().map(Some).chain(segments).collect();
        parts.map(Sample::Segments).ok_or(Reason::BadPlaylist)
    }

    fn found(&self, found: Option<Found>) -> Result<Part, Reason> {
        match found {
            Some(part) => part.ok_or(Reason::BadPlaylist),
            None if self.0.is_master => Err(Reason::BadPlaylist),
            None => Err(Reason::NoSegment),
        }
    }
}

/// A part, or none where its address is none.
type Found = Option<Part>;

#[derive(Debug, Default)]
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
    /// Bits a second of the next variant.
    bandwidth: u64,
    variant: Option<Found>,
    best: Option<(u64, Found)>,
    /// What sets up the decoder for the next segment, and for the first.
    map: Option<Part>,
    first_map: Option<Part>,
    first: VecDeque<Found>,
    last: VecDeque<Found>,
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
            "#EXT-X-STREAM-INF" => {
                self.is_master = true;
                self.bandwidth = attribute(value, "BANDWIDTH")
                    .and_then(|bits| bits.parse().ok())
                    .unwrap_or(0);
            }
            "#EXT-X-MAP" => self.map = map(value, base),
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
            if self.best.as_ref().is_none_or(|(most, _)| self.bandwidth > *most) {
                self.best = Some((self.bandwidth, found.clone()));
            }
            self.variant.get_or_insert(found);
            return;
        }
        if self.first.is_empty() {
            self.first_map.clone_from(&self.map);
        }
        if self.first.len() < KEPT {
            self.first.push_back(found.clone());
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(found);
    }
}

fn is_encrypted(value: &str) -> bool {
    attribute(value, "METHOD").is_some_and(|method| !method.eq_ignore_ascii_case("NONE"))
}

fn map(value: &str, base: &Url) -> Option<Part> {
    let url = base.join(attribute(value, "URI")?).ok()?;
    let piece = attribute(value, "BYTERANGE").and_then(piece);
    Some(Part {
        piece: piece.map(|(length, start)| (start.unwrap_or(0), length)),
        ..Part::whole(url)
    })
}

fn attribute<'l>(value: &'l str, wanted: &str) -> Option<&'l str> {
    Attributes(value).find_map(|attribute| match attribute {
        Attribute::Named { name, value, .. } if name.trim() == wanted => Some(value.trim()),
        _ => None,
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
        read(playlist).part()
    }

    fn read(playlist: &str) -> Playlist {
        let base = Url::parse("http://cdn.example/live/one/index.m3u8?token=s3cret").unwrap();
        Playlist::read(playlist, &base)
    }

    /// The last parts of the addresses of a sample.
    fn sampled(playlist: &str) -> Vec<String> {
        let name = |part: &Part| part.url.path().rsplit('/').next().unwrap().to_owned();
        match read(playlist).sample().unwrap() {
            Sample::Variant(part) => vec![name(&part)],
            Sample::Segments(parts) => parts.iter().map(name).collect(),
        }
    }

    #[test]
    fn a_stream_is_measured_by_its_best_variant_and_by_some_segments() {
        let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n#EXT-X-STREAM-INF:CODECS=\"a,b\",BANDWIDTH=9\n\
                      high.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=3\nmid.m3u8\n";
        assert_eq!(sampled(master), ["high.m3u8"]);
        let segments = |map: &str| {
            let listed = (1..=5).map(|number| format!("#EXTINF:4,\n{number}.m4s\n"));
            format!("#EXTM3U\n{map}{}", listed.collect::<String>())
        };
        assert_eq!(sampled(&segments("")), ["3.m4s", "4.m4s", "5.m4s"]);
        let map = "#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"720@9\"\n";
        let film = format!("{}#EXT-X-ENDLIST\n", segments(map));
        assert_eq!(sampled(&film), ["init.mp4", "1.m4s", "2.m4s", "3.m4s"]);
        let Ok(Sample::Segments(parts)) = read(&film).sample() else {
            unreachable!("it lists segments");
        };
        assert_eq!(parts[0].piece, Some((9, 720)));
        assert_eq!(read("#EXTM3U\n").sample(), Err(Reason::NoSegment));
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
