use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use crate::features::playback::Wanted;
use crate::features::providers::Offer;
use crate::support::ids::CredentialId;

use super::listing::{Listing, Splice, Told};
use super::playlist::Playlist;
use super::variants::Variant;

/// A source that served for so long was good, whatever became of it.
const GOOD: Duration = Duration::from_secs(30);
/// One that failed sooner is asked again only after a pause.
const SHORT: Duration = Duration::from_secs(5);
/// Before sources that all failed are asked again; then twice as long each time.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// So much of a source a player is told of that begins in the middle: where it would have begun by itself.
const BEGINS_BEFORE_END: u64 = 3;
/// Who is silent for longer at the address of a whole channel begins anew with its best source.
const LAPSED: Duration = Duration::from_secs(15);
/// Nothing is known any more of a line that nobody polled for so long.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// Where a player polls a media playlist: its address stays while sources follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// The link of the channel itself.
    Start(Wanted),
    /// A media playlist that a master playlist named, in one play.
    Variant { play: u64, offer: Offer, url: String },
}

/// Who polls where.
pub type Key = (CredentialId, Address);

/// A media playlist as one player sees it, whichever source it comes from.
pub struct Line {
    pub wanted: Wanted,
    pub offer: Offer,
    /// The media playlist of the present source.
    pub url: Url,
    /// What the player chose at the first source; `None` where there was no choice.
    pub variant: Option<Variant>,
    splice: Splice,
    told: Option<Told>,
    /// The last segment of each source that was told of, by the source's number.
    known: HashMap<Offer, u64>,
    /// When the present source began.
    began: Instant,
    /// When it last served.
    pub served: Instant,
    /// Those that failed since the last good one, the latest last.
    pub failed: Vec<Offer>,
    pause: Duration,
    not_before: Option<Instant>,
}

impl Line {
    /// One that begins with a source.
    pub fn new(wanted: Wanted, offer: Offer, url: Url, variant: Option<Variant>, now: Instant) -> Self {
        Self {
            wanted,
            offer,
            url,
            variant,
            splice: Splice::FIRST,
            told: None,
            known: HashMap::new(),
            began: now,
            served: now,
            failed: Vec::new(),
            pause: PAUSE,
            not_before: None,
        }
    }

    /// Whether another source can go on in its place.
    pub fn can_follow(&self) -> bool {
        self.variant.as_ref().is_none_or(|variant| !variant.is_split)
    }

    /// The present source's playlist as the player sees it; `None` if it goes on from nothing that the player knows.
    pub fn tell(&mut self, playlist: &Playlist, now: Instant) -> Option<String> {
        let text = if self.splice == Splice::FIRST {
            if let Some((_, told)) =
                Listing::of(&playlist.text).and_then(|listing| listing.spliced(self.splice))
            {
                self.told = Some(told);
            }
            playlist.text.clone()
        } else {
            let (text, told) = Listing::of(&playlist.text)?.spliced(self.splice)?;
            self.told = Some(told);
            text
        };
        if let Some(told) = self.told {
            self.known.insert(self.offer, told.number);
        }
        self.served = now;
        Some(text)
    }

    /// Whether a source can go on here with this playlist; in words why not.
    pub fn fits(&self, offer: Offer, playlist: &Playlist) -> Result<(), &'static str> {
        let Some(listing) = Listing::of(&playlist.text) else {
            return Err("lists nothing");
        };
        if listing.is_ended {
            return Err("has an end");
        }
        match self.known.get(&offer) {
            // It failed before, and has nothing new.
            Some(known) if listing.end() == known + 1 => Err("stands still"),
            _ => Ok(()),
        }
    }

    /// Goes on with a source, from this playlist on.
    pub fn go_on(&mut self, offer: Offer, url: Url, playlist: &Playlist, now: Instant) {
        let Some(listing) = Listing::of(&playlist.text) else {
            return;
        };
        let known = self.known.get(&offer).copied();
        let goes_on = offer == self.offer && known.is_some_and(|known| listing.lists(known + 1));
        if !goes_on {
            self.splice = listing.splice(self.told, BEGINS_BEFORE_END, known);
        }
        (self.offer, self.url, self.began) = (offer, url, now);
        self.not_before = None;
    }

    /// Notes that the present source failed; how long to wait before others are asked, if `are_all` that failed.
    pub fn fails(&mut self, now: Instant, are_all: impl FnOnce(&[Offer]) -> bool) -> Option<Duration> {
        let lasted = now.saturating_duration_since(self.began);
        if lasted >= GOOD {
            self.failed.clear();
        }
        if lasted >= SHORT {
            self.pause = PAUSE;
        }
        self.note(self.offer);
        // Once a failure: who looks again for what follows has not seen a good stretch meanwhile.
        self.began = now;
        (lasted < SHORT && are_all(&self.failed)).then(|| self.longer())
    }

    pub fn note(&mut self, offer: Offer) {
        self.failed.retain(|known| *known != offer);
        self.failed.push(offer);
    }

    /// Asks nobody for a while, since all failed.
    pub fn rest(&mut self, now: Instant) {
        self.not_before = Some(now + self.longer());
    }

    pub fn is_resting(&self, now: Instant) -> bool {
        self.not_before.is_some_and(|until| now < until)
    }

    fn longer(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

/// The media playlists that players poll on this node, and the streams that failed them.
#[derive(Default)]
pub struct Lines {
    lines: Mutex<HashMap<Key, Entry>>,
    fallen: Mutex<HashMap<Offer, Instant>>,
    plays: AtomicU64,
}

struct Entry {
    line: Arc<tokio::sync::Mutex<Line>>,
    polled: Instant,
}

impl Lines {
    /// The number of a new play, which no other on this node has had since long before this instant.
    pub fn new_play(&self, now_ms: i64) -> u64 {
        let count = self.plays.fetch_add(1, Ordering::Relaxed);
        (now_ms.unsigned_abs() << 16) | (count & 0xFFFF) | 1 << 63
    }

    /// The line at an address, if one is polled there.
    pub fn get(&self, key: &Key, now: Instant) -> Option<Arc<tokio::sync::Mutex<Line>>> {
        let mut lines = self.lines();
        let entry = lines.get_mut(key)?;
        let silent = now.saturating_duration_since(entry.polled);
        if matches!(key.1, Address::Start(_)) && silent > LAPSED {
            lines.remove(key);
            return None;
        }
        entry.polled = now;
        Some(Arc::clone(&entry.line))
    }

    /// A new line, unless there is one.
    pub fn enter(&self, key: Key, line: Line, now: Instant) -> Arc<tokio::sync::Mutex<Line>> {
        let mut lines = self.lines();
        let entry = lines.entry(key).or_insert_with(|| Entry {
            line: Arc::new(tokio::sync::Mutex::new(line)),
            polled: now,
        });
        Arc::clone(&entry.line)
    }

    /// Nothing goes on there any more.
    pub fn leave(&self, key: &Key) {
        self.lines().remove(key);
    }

    /// Notes that a stream failed those who watch it.
    pub fn fall(&self, offer: Offer, now: Instant) {
        self.fallen().insert(offer, now);
    }

    /// Whether a stream failed since then.
    pub fn has_fallen(&self, offer: Offer, since: Instant) -> bool {
        self.fallen().get(&offer).is_some_and(|fell| *fell > since)
    }

    /// Forgets what is over.
    pub fn sweep(&self, now: Instant) {
        let is_old = |at: &Instant| now.saturating_duration_since(*at) > FORGOTTEN;
        self.lines().retain(|_, entry| !is_old(&entry.polled));
        self.fallen().retain(|_, fell| !is_old(fell));
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fallen(&self) -> MutexGuard<'_, HashMap<Offer, Instant>> {
        self.fallen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::features::catalogue::content::Content;
    use crate::support::ids::{ChannelId, StreamId};

    const SOURCES: usize = 3;

    #[derive(Debug, Clone)]
    enum Step {
        /// A source lists so many segments more.
        Roll(usize, u64),
        Poll,
        /// The present source fails, and this one is asked to go on.
        Fail(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..SOURCES, 1_u64..8).prop_map(|(source, by)| Step::Roll(source, by)),
            Just(Step::Poll),
            (0..SOURCES).prop_map(Step::Fail),
        ];
        proptest::collection::vec(step, 1..60)
    }

    fn offer(source: usize) -> Offer {
        Offer::Stream(StreamId(i64::try_from(source).unwrap()))
    }

    fn url(source: usize) -> Url {
        Url::parse(&format!("http://{source}.example/")).unwrap()
    }

    /// Five segments, of which every fourth begins with a discontinuity of the source's own.
    fn playlist(source: usize, first: u64) -> Playlist {
        let cuts = first.div_ceil(4);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{cuts}\n"
        );
        for number in first..first + 5 {
            let cut = if number % 4 == 0 {
                "#EXT-X-DISCONTINUITY\n"
            } else {
                ""
            };
            text.push_str(&format!("{cut}#EXTINF:2,\n{source}/{number}.ts\n"));
        }
        Playlist::new(text, url(source), Instant::now())
    }

    /// The number of each segment of a text, with its address and the discontinuities up to it.
    fn numbered(text: &str) -> Vec<(u64, String, u64)> {
        let number = |tag: &str| -> u64 {
            let value = text.lines().find_map(|line| line.strip_prefix(tag));
            value.unwrap().parse().unwrap()
        };
        let mut cuts = number("#EXT-X-DISCONTINUITY-SEQUENCE:");
        let mut next = number("#EXT-X-MEDIA-SEQUENCE:");
        let mut found = Vec::new();
        for line in text.lines() {
            cuts += u64::from(line == "#EXT-X-DISCONTINUITY");
            if !line.starts_with('#') {
                found.push((next, line.to_owned(), cuts));
                next += 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn a_number_is_one_segment_for_ever_and_a_segment_one_number(steps in steps()) {
            let now = Instant::now();
            let wanted = Wanted::best(Content::Channel(ChannelId(1)));
            let mut line = Line::new(wanted, offer(0), url(0), None, now);
            let mut at = [40_u64, 7, 0];
            let mut current = 0;
            let mut known: HashMap<u64, (String, u64)> = HashMap::new();
            let mut numbers: HashMap<String, u64> = HashMap::new();
            let mut last_first = 0;
            for step in steps {
                match step {
                    Step::Roll(source, by) => {
                        at[source] += by;
                        continue;
                    }
                    Step::Poll => {}
                    Step::Fail(source) => {
                        let playlist = playlist(source, at[source]);
                        if line.fits(offer(source), &playlist).is_err() {
                            continue;
                        }
                        line.go_on(offer(source), url(source), &playlist, now);
                        current = source;
                    }
                }
                let told = line.tell(&playlist(current, at[current]), now);
                let told = numbered(&told.expect("a source that rolls on is told of"));
                prop_assert!(!told.is_empty() && told[0].0 >= last_first);
                last_first = told[0].0;
                for (number, address, cuts) in told {
                    let same = known.entry(number).or_insert((address.clone(), cuts));
                    prop_assert_eq!(&*same, &(address.clone(), cuts));
                    prop_assert_eq!(*numbers.entry(address).or_insert(number), number);
                }
            }
        }
    }

    #[test]
    fn pauses_grow_while_all_fail_and_are_short_again_behind_what_lasted() {
        let now = Instant::now();
        let wanted = Wanted::best(Content::Channel(ChannelId(1)));
        let mut line = Line::new(wanted, offer(0), url(0), None, now);
        let seconds = Duration::from_secs_f64;
        let pauses = [0.5, 1.0, 2.0, 4.0, 4.0].map(|pause| Some(seconds(pause)));
        assert_eq!(pauses.map(|_| line.fails(now, |_| true)), pauses);
        assert_eq!(line.fails(now, |_| false), None);
        assert_eq!(line.fails(now + SHORT, |_| true), None);
        assert_eq!(line.fails(now, |_| true), Some(PAUSE));
        line.rest(now);
        assert!(line.is_resting(now) && !line.is_resting(now + seconds(1.0)));
        line.note(offer(1));
        line.fails(now + GOOD, |_| true);
        assert_eq!(line.failed, [offer(0)]);
    }
}
