use crate::support::hls::{Attribute, Attributes};

/// Tags that belong to the playlist, whichever of its segments are listed.
const OF_ALL: [&str; 4] = [
    "#EXT-X-VERSION",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    "#EXT-X-DEFINE",
    "#EXT-X-ALLOW-CACHE",
];
/// Tags that do not hold where segments of another playlist came before.
const OF_ONE: [&str; 7] = [
    "#EXT-X-PART",
    "#EXT-X-PRELOAD-HINT",
    "#EXT-X-RENDITION-REPORT",
    "#EXT-X-SERVER-CONTROL",
    "#EXT-X-PLAYLIST-TYPE",
    "#EXT-X-START",
    "#EXTM3U",
];
const KEY: &str = "#EXT-X-KEY:";
const MAP: &str = "#EXT-X-MAP:";

/// A media playlist, segment by segment.
#[derive(Debug)]
pub struct Listing<'t> {
    /// The number of its first segment.
    pub first: u64,
    /// Discontinuities before what it lists.
    cuts: u64,
    target: u64,
    /// Nothing follows.
    pub is_ended: bool,
    of_all: Vec<&'t str>,
    segments: Vec<Segment<'t>>,
}

#[derive(Debug, Default)]
struct Segment<'t> {
    tags: Vec<&'t str>,
    /// A discontinuity comes before it.
    is_cut: bool,
    address: &'t str,
}

/// How the numbers of a source's segments become those that a player sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splice {
    /// The first segment of the source that a player sees, by the source's number.
    pub from: u64,
    /// Its number as a player sees it.
    as_number: u64,
    /// Discontinuities up to it, as the source counts them.
    cuts: u64,
    /// The same as a player counts them.
    as_cuts: u64,
    /// What came before it was another source's.
    is_cut: bool,
}

/// No stream counts so far; more would not be computed with.
const GREATEST: u64 = 1 << 62;

/// The last segment that a player was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// As its source counts it.
    pub number: u64,
    as_number: u64,
    as_cuts: u64,
}

impl Splice {
    /// Of a source that came first: its numbers are the player's.
    pub const FIRST: Self = Self {
        from: 0,
        as_number: 0,
        cuts: 0,
        as_cuts: 0,
        is_cut: false,
    };
}

impl<'t> Listing<'t> {
    /// What a text lists; `None` if that is nothing, or only what changed.
    pub fn of(text: &'t str) -> Option<Self> {
        let mut listing = Self {
            first: 0,
            cuts: 0,
            target: 0,
            is_ended: false,
            of_all: Vec::new(),
            segments: Vec::new(),
        };
        let mut next = Segment::default();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            if let Some(number) = line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:") {
                let first: u64 = number.trim().parse().ok()?;
                listing.first = first.min(GREATEST);
            } else if let Some(number) = line.strip_prefix("#EXT-X-DISCONTINUITY-SEQUENCE:") {
                let cuts: u64 = number.trim().parse().ok()?;
                listing.cuts = cuts.min(GREATEST);
            } else if let Some(seconds) = line.strip_prefix("#EXT-X-TARGETDURATION:") {
                let seconds = seconds.trim().split('.').next().unwrap_or_default();
                listing.target = seconds.parse().ok()?;
            } else if line == "#EXT-X-DISCONTINUITY" {
                next.is_cut = true;
            } else if line.starts_with("#EXT-X-ENDLIST") {
                listing.is_ended = true;
            } else if line.starts_with("#EXT-X-SKIP") || line.starts_with("#EXT-X-STREAM-INF") {
                return None;
            } else if OF_ALL.iter().any(|tag| line.starts_with(tag)) {
                listing.of_all.push(line);
            } else if line.is_empty() || OF_ONE.iter().any(|tag| line.starts_with(tag)) {
                continue;
            } else if line.starts_with("#EXT") {
                next.tags.push(line);
            } else if !line.starts_with('#') {
                next.address = line;
                listing.segments.push(std::mem::take(&mut next));
            }
        }
        (!listing.segments.is_empty()).then_some(listing)
    }

    /// The addresses of its last segments, as it has them.
    pub fn last(&self, most: usize) -> impl Iterator<Item = &'t str> {
        self.segments
            .iter()
            .rev()
            .take(most)
            .map(|segment| segment.address)
    }

    /// The number of the segment that will follow.
    pub fn end(&self) -> u64 {
        self.first + self.segments.len() as u64
    }

    /// Whether it lists a segment.
    pub fn lists(&self, number: u64) -> bool {
        (self.first..self.end()).contains(&number)
    }

    /// How to go on with this listing's last segments, of which there are at most `most`, behind what a player was told; those
    /// up to `known` were told of before.
    pub fn splice(&self, told: Option<Told>, most: u64, known: Option<u64>) -> Splice {
        let new = known.map_or(self.first, |known| known + 1);
        // A source that began anew counts anew.
        let new = if self.lists(new) { new } else { self.first };
        let from = new.max(self.end().saturating_sub(most));
        let Some(told) = told else { return Splice::FIRST };
        Splice {
            from,
            as_number: told.as_number + 1,
            cuts: self.cuts_at(from),
            as_cuts: told.as_cuts + 1,
            is_cut: true,
        }
    }

    /// The playlist as a player sees it who was told of others before, with the last segment of it; `None` if it lists
    /// none that the player should see.
    pub fn spliced(&self, splice: Splice) -> Option<(String, Told)> {
        let start = self.first.max(splice.from);
        let last = self.end().checked_sub(1).filter(|last| *last >= start)?;
        let cuts = |number: u64| (splice.as_cuts + self.cuts_at(number)).saturating_sub(splice.cuts);
        let skipped = usize::try_from(start - self.first).ok()?;
        let (before, listed) = self.segments.split_at_checked(skipped)?;
        let is_cut = listed.first()?.is_cut || (splice.is_cut && start == splice.from);
        let mut lines = vec!["#EXTM3U".to_owned()];
        lines.extend(self.of_all.iter().map(|line| (*line).to_owned()));
        lines.push(format!("#EXT-X-TARGETDURATION:{}", self.target));
        let as_number = |number: u64| splice.as_number + (number - splice.from);
        lines.push(format!("#EXT-X-MEDIA-SEQUENCE:{}", as_number(start)));
        let cuts_before = cuts(start).saturating_sub(u64::from(is_cut));
        lines.push(format!("#EXT-X-DISCONTINUITY-SEQUENCE:{cuts_before}"));
        let mut keys = Keys::default();
        let mut map = None;
        for segment in before {
            keys.take(segment);
            map = segment.tag(MAP).or(map);
        }
        for (number, segment) in (start..).zip(listed) {
            if (number == start && is_cut) || segment.is_cut {
                lines.push("#EXT-X-DISCONTINUITY".to_owned());
            }
            let is_changed = keys.take(segment);
            lines.extend(keys.lines(number, is_changed || number == start));
            if number == start && segment.tag(MAP).is_none() {
                lines.extend(map.map(str::to_owned));
            }
            let others = segment.tags.iter().filter(|tag| !tag.starts_with(KEY));
            lines.extend(others.map(|tag| (*tag).to_owned()));
            lines.push(segment.address.to_owned());
        }
        if self.is_ended {
            lines.push("#EXT-X-ENDLIST".to_owned());
        }
        let told = Told {
            number: last,
            as_number: as_number(last),
            as_cuts: cuts(last),
        };
        Some((lines.join("\n") + "\n", told))
    }

    /// Discontinuities up to a segment.
    fn cuts_at(&self, number: u64) -> u64 {
        let until = self.segments.iter().zip(self.first..=number);
        self.cuts + until.filter(|(segment, _)| segment.is_cut).count() as u64
    }
}

impl<'t> Segment<'t> {
    fn tag(&self, name: &str) -> Option<&'t str> {
        self.tags.iter().find(|tag| tag.starts_with(name)).copied()
    }
}

/// The keys that hold for a segment and those behind it.
#[derive(Default)]
struct Keys<'t>(Vec<&'t str>);

impl<'t> Keys<'t> {
    /// Takes a segment's keys; whether it has any of its own.
    fn take(&mut self, segment: &Segment<'t>) -> bool {
        let own = segment.tags.iter().filter(|tag| tag.starts_with(KEY));
        let own: Vec<&str> = own.copied().collect();
        let is_changed = !own.is_empty();
        if is_changed {
            self.0 = own;
        }
        is_changed
    }

    /// The tags to write before a segment. Where a key says no more, its vector is the number of the segment as its source
    /// counts it, which the player does not know.
    fn lines(&self, number: u64, is_due: bool) -> Vec<String> {
        let keys = self.0.iter().map(|key| (*key, needs_vector(key)));
        let due = keys.filter(|(_, needs_vector)| is_due || *needs_vector);
        due.map(|(key, needs_vector)| match needs_vector {
            true => format!("{key},IV=0x{number:032x}"),
            false => key.to_owned(),
        })
        .collect()
    }
}

fn needs_vector(key: &str) -> bool {
    let attributes = key.strip_prefix(KEY).unwrap_or_default();
    let mut has_vector = false;
    let mut is_none = false;
    for attribute in Attributes(attributes) {
        if let Attribute::Named { name, value, .. } = attribute {
            has_vector |= name.trim() == "IV";
            is_none |= name.trim() == "METHOD" && value == "NONE";
        }
    }
    !has_vector && !is_none
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A playlist of segments named by their numbers.
    fn playlist(first: u64, count: u64, head: &str) -> String {
        let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n{head}");
        for number in first..first + count {
            text.push_str(&format!("#EXTINF:2.0,\n{number}.ts\n"));
        }
        text
    }

    fn told(number: u64, as_cuts: u64) -> Option<Told> {
        Some(Told {
            number,
            as_number: number,
            as_cuts,
        })
    }

    #[test]
    fn numbers_go_on_behind_a_discontinuity_and_both_are_kept_as_the_window_moves() {
        let text = playlist(7, 5, "");
        let listing = Listing::of(&text).unwrap();
        let splice = listing.splice(told(104, 0), 3, None);
        let (text, last) = listing.spliced(splice).unwrap();
        assert_eq!(
            text,
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:105\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n\
             #EXT-X-DISCONTINUITY\n#EXTINF:2.0,\n9.ts\n#EXTINF:2.0,\n10.ts\n#EXTINF:2.0,\n11.ts\n"
        );
        assert_eq!((last.number, last.as_number, last.as_cuts), (11, 107, 1));
        let text = playlist(10, 5, "");
        let (text, last) = Listing::of(&text).unwrap().spliced(splice).unwrap();
        assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:106\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXTINF"));
        assert_eq!((last.as_number, last.as_cuts), (110, 1));
    }

    #[test]
    fn a_source_that_comes_back_goes_on_behind_what_was_told_of_it() {
        let text = playlist(7, 5, "");
        let from = |known| {
            Listing::of(&text)
                .unwrap()
                .splice(told(104, 0), 3, Some(known))
                .from
        };
        assert_eq!((from(8), from(9), from(10), from(40)), (9, 10, 11, 9));
    }

    #[test]
    fn what_was_told_of_is_told_of_no_more() {
        let (early, late) = (playlist(7, 5, ""), playlist(2, 5, ""));
        let splice = Listing::of(&early).unwrap().splice(told(104, 0), 3, None);
        assert!(Listing::of(&late).unwrap().spliced(splice).is_none());
    }

    #[test]
    fn discontinuities_of_the_source_are_counted_on() {
        let text =
            playlist(0, 2, "#EXT-X-DISCONTINUITY-SEQUENCE:4\n") + "#EXT-X-DISCONTINUITY\n#EXTINF:2,\n2.ts\n";
        let listing = Listing::of(&text).unwrap();
        let (text, last) = listing.spliced(listing.splice(told(9, 3), 3, None)).unwrap();
        assert!(
            text.contains("#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-DISCONTINUITY\n"),
            "{text}"
        );
        assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 2);
        assert_eq!(last.as_cuts, 5);
    }

    #[test]
    fn keys_and_maps_of_segments_that_are_left_out_hold_on_with_their_vectors() {
        let text = playlist(
            7,
            5,
            "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP:URI=\"m\"\n",
        );
        let listing = Listing::of(&text).unwrap();
        let (text, _) = listing.spliced(listing.splice(told(104, 0), 2, None)).unwrap();
        let expected = "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x0000000000000000000000000000000a\n\
                        #EXT-X-MAP:URI=\"m\"\n#EXTINF:2.0,\n10.ts\n\
                        #EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x0000000000000000000000000000000b\n#EXTINF:2.0,\n11.ts\n";
        assert!(text.ends_with(expected), "{text}");
        let text = playlist(7, 5, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n");
        let listing = Listing::of(&text).unwrap();
        let (text, _) = listing.spliced(listing.splice(told(104, 0), 2, None)).unwrap();
        assert_eq!(text.matches("#EXT-X-KEY").count(), 1);
    }

    #[test]
    fn what_lists_no_segments_is_no_listing() {
        assert!(Listing::of("#EXTM3U\n#EXT-X-TARGETDURATION:2\n").is_none());
        assert!(Listing::of("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n").is_none());
    }

    #[test]
    fn numbers_that_nobody_counts_to_are_no_reason_to_fail() {
        let text =
            "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXTINF:2,\na.ts\n#EXTINF:2,\nb.ts\n";
        let listing = Listing::of(text).unwrap();
        assert_eq!(listing.end(), GREATEST + 2);
        assert!(listing.spliced(Splice::FIRST).is_some());
        assert_eq!(listing.last(1).collect::<Vec<_>>(), ["b.ts"]);
    }
}
