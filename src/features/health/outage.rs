//! When a provider fails as a whole: one incident, not a thousand dead streams.
//!
//! It opens when at least five, and a fifth, of the streams that worked at their last check fail within ten minutes. While
//! it lasts no stream of the provider goes out of use. It ends when fewer than half of its streams still fail, or after an
//! hour; then each stream is judged alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use super::course::Finding;
use crate::support::ids::StreamId;

const MINUTE_MS: i64 = 60_000;
/// The failures of an incident come within so long.
pub const WITHIN_MS: i64 = 10 * MINUTE_MS;
/// No incident shields its streams for longer.
pub const LONGEST_MS: i64 = 60 * MINUTE_MS;
const FEWEST: usize = 5;
/// One in so many of the streams that worked.
const ONE_IN: usize = 5;

/// An open incident of a provider; instants in milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The first failure that counted.
    pub opened_ms: i64,
    /// When so many had failed.
    pub confirmed_ms: i64,
    /// Every stream that failed in it.
    pub members: HashSet<StreamId>,
    /// Those that still fail.
    pub failing: HashSet<StreamId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Fewer than half of its streams still fail.
    Recovered,
    /// It lasted for [`LONGEST_MS`], and is now a matter of each stream.
    Lasted,
}

/// What an observation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Opened(Outage),
    /// A further stream failed during the incident.
    Joined(StreamId),
    Ended {
        at_ms: i64,
        end: End,
        outage: Outage,
    },
}

/// The streams of one provider, as far as an outage depends on them, and its open incident if there is one.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    working: usize,
    /// Streams that worked and have been failing since, within [`WITHIN_MS`].
    recent: HashMap<StreamId, i64>,
    /// The same in order of time, with those that have recovered since.
    order: VecDeque<(i64, StreamId)>,
    open: Option<Outage>,
    past: Vec<Range<i64>>,
}

impl Watch {
    /// `working` streams whose last check was good; `failing` are those that worked before the run of failures that began
    /// then (those of the last [`WITHIN_MS`] matter); and the incident that is open.
    pub fn new(
        working: usize,
        failing: impl IntoIterator<Item = (StreamId, i64)>,
        open: Option<Outage>,
    ) -> Self {
        let recent: HashMap<StreamId, i64> = failing.into_iter().collect();
        let mut order: Vec<(i64, StreamId)> =
            recent.iter().map(|(stream, since)| (*since, *stream)).collect();
        order.sort_unstable();
        Self {
            working,
            recent,
            order: order.into(),
            open,
            past: Vec::new(),
        }
    }

    pub fn open(&self) -> Option<&Outage> {
        self.open.as_ref()
    }

    /// Whether a failure at this instant says nothing about the stream, since the whole provider was failing; also of
    /// instants in an incident that was recognised later, or that is over since.
    pub fn shields(&self, at_ms: i64) -> bool {
        let open = self.open.as_ref().map(shielded);
        self.past
            .iter()
            .chain(open.as_ref())
            .any(|range| range.contains(&at_ms))
    }

    /// Takes what a check found; `worked` says whether the check before it was good. Checks come in order of time.
    pub fn observe(&mut self, stream: StreamId, at_ms: i64, worked: bool, finding: Finding) -> Vec<Change> {
        let mut changes: Vec<Change> = self.pass(at_ms).into_iter().collect();
        match finding {
            Finding::Up | Finding::Degraded => {
                self.working += usize::from(!worked);
                changes.extend(self.recovered(stream, at_ms));
            }
            Finding::Down if worked => {
                self.working = self.working.saturating_sub(1);
                changes.extend(self.failed(stream, at_ms));
            }
            Finding::Maintenance => {
                self.working = self.working.saturating_sub(usize::from(worked));
                changes.extend(self.recovered(stream, at_ms));
            }
            Finding::Down | Finding::Skipped => {}
        }
        changes
    }

    /// Lets time pass: an incident that has lasted too long ends.
    pub fn pass(&mut self, now_ms: i64) -> Option<Change> {
        let until_ms = shielded(self.open.as_ref()?).end;
        (now_ms >= until_ms)
            .then(|| self.end(until_ms, End::Lasted))
            .flatten()
    }

    fn failed(&mut self, stream: StreamId, at_ms: i64) -> Option<Change> {
        self.forget_before(at_ms - WITHIN_MS);
        self.recent.insert(stream, at_ms);
        self.order.push_back((at_ms, stream));
        if let Some(open) = &mut self.open {
            open.failing.insert(stream);
            return open.members.insert(stream).then_some(Change::Joined(stream));
        }
        let failing = self.recent.len();
        if failing < FEWEST.max((self.working + failing).div_ceil(ONE_IN)) {
            return None;
        }
        let members: HashSet<StreamId> = self.recent.keys().copied().collect();
        let opened = Outage {
            opened_ms: self.order.front().map_or(at_ms, |(since, _)| *since),
            confirmed_ms: at_ms,
            failing: members.clone(),
            members,
        };
        self.open = Some(opened.clone());
        Some(Change::Opened(opened))
    }

    fn recovered(&mut self, stream: StreamId, at_ms: i64) -> Option<Change> {
        self.recent.remove(&stream);
        let open = self.open.as_mut()?;
        let was_failing = open.failing.remove(&stream);
        let over = was_failing && open.failing.len() * 2 < open.members.len();
        over.then(|| self.end(at_ms, End::Recovered)).flatten()
    }

    /// What was part of one incident opens no second.
    fn end(&mut self, at_ms: i64, end: End) -> Option<Change> {
        let outage = self.open.take()?;
        self.past.push(outage.opened_ms..at_ms);
        self.recent.clear();
        self.order.clear();
        Some(Change::Ended { at_ms, end, outage })
    }

    /// Drops failures from before an instant, and from the front those that have recovered.
    fn forget_before(&mut self, from_ms: i64) {
        while let Some((since, stream)) = self.order.front() {
            let stands = self.recent.get(stream) == Some(since);
            if stands && *since >= from_ms {
                return;
            }
            if stands {
                self.recent.remove(stream);
            }
            self.order.pop_front();
        }
    }
}

fn shielded(outage: &Outage) -> Range<i64> {
    outage.opened_ms..outage.opened_ms + LONGEST_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider of so many streams that all work.
    fn provider(streams: usize) -> Watch {
        Watch::new(streams, [], None)
    }

    /// Streams `from..to` fail for the first time, one every `every_ms`.
    fn fail(watch: &mut Watch, streams: Range<i64>, at_ms: i64, every_ms: i64) -> Vec<Change> {
        let first = streams.start;
        streams
            .flat_map(|stream| {
                let at_ms = at_ms + (stream - first) * every_ms;
                watch.observe(StreamId(stream), at_ms, true, Finding::Down)
            })
            .collect()
    }

    fn recover(watch: &mut Watch, streams: Range<i64>, at_ms: i64) -> Vec<Change> {
        streams
            .flat_map(|stream| watch.observe(StreamId(stream), at_ms, false, Finding::Up))
            .collect()
    }

    #[test]
    fn five_of_a_small_provider_are_an_outage_and_four_are_none() {
        let mut watch = provider(8);
        assert_eq!(fail(&mut watch, 0..4, 1_000, 1_000), []);
        assert!(!watch.shields(4_000));
        let changes = fail(&mut watch, 4..5, 5_000, 0);
        let [Change::Opened(outage)] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(
            (outage.opened_ms, outage.confirmed_ms, outage.members.len()),
            (1_000, 5_000, 5)
        );
        assert!(watch.shields(1_000) && watch.shields(5_000) && !watch.shields(999));
    }

    #[test]
    fn a_fifth_of_a_thousand_is_an_outage_and_less_is_none() {
        let mut watch = provider(1_000);
        assert_eq!(fail(&mut watch, 0..199, 0, 1_000), []);
        assert_eq!(fail(&mut watch, 199..200, 200_000, 0).len(), 1);
    }

    #[test]
    fn a_fifth_of_what_cannot_be_divided_is_rounded_up() {
        let mut watch = provider(26);
        assert_eq!(fail(&mut watch, 0..5, 0, 1), []);
        assert_eq!(fail(&mut watch, 5..6, 10, 1).len(), 1);
    }

    #[test]
    fn failures_spread_over_eleven_minutes_are_none_and_over_ten_are_one() {
        let spread = |minutes: i64| fail(&mut provider(5), 0..5, 0, minutes * MINUTE_MS / 4).len();
        assert_eq!((spread(10), spread(11)), (1, 0));
    }

    #[test]
    fn a_stream_that_works_again_does_not_count() {
        let mut watch = provider(8);
        fail(&mut watch, 0..4, 0, 1_000);
        recover(&mut watch, 0..1, 10_000);
        assert_eq!(fail(&mut watch, 4..5, 20_000, 0), []);
        let changes = fail(&mut watch, 0..1, 30_000, 0);
        let [Change::Opened(outage)] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(outage.opened_ms, 1_000, "what failed first had recovered");
    }

    #[test]
    fn what_was_down_already_does_not_count() {
        let mut watch = provider(10);
        for stream in 0..9 {
            let changes = watch.observe(StreamId(stream), stream, false, Finding::Down);
            assert_eq!(changes, []);
        }
    }

    #[test]
    fn it_ends_when_fewer_than_half_still_fail() {
        let mut watch = provider(10);
        fail(&mut watch, 0..10, 0, 1_000);
        assert_eq!(recover(&mut watch, 0..5, 60_000), []);
        let changes = recover(&mut watch, 5..6, 70_000);
        assert!(
            matches!(changes.as_slice(), [Change::Ended { at_ms: 70_000, end: End::Recovered, outage }] if outage.members.len() == 10 && outage.failing.len() == 4)
        );
        assert!(watch.shields(69_999) && !watch.shields(70_000));
        assert_eq!(watch.open(), None);
    }

    #[test]
    fn further_streams_join_and_count_in_what_half_is() {
        let mut watch = provider(20);
        fail(&mut watch, 0..5, 0, 0);
        let joined = fail(&mut watch, 5..7, 20 * MINUTE_MS, 0);
        assert_eq!(joined, [Change::Joined(StreamId(5)), Change::Joined(StreamId(6))]);
        assert_eq!(recover(&mut watch, 0..3, 21 * MINUTE_MS), []);
        assert_eq!(recover(&mut watch, 3..4, 21 * MINUTE_MS).len(), 1);
    }

    #[test]
    fn after_an_hour_it_ends_and_the_same_failures_open_no_second() {
        let mut watch = provider(10);
        fail(&mut watch, 0..10, 1_000, 0);
        assert_eq!(watch.pass(LONGEST_MS + 999), None);
        let changes = watch.observe(StreamId(0), LONGEST_MS + 5_000, false, Finding::Down);
        assert!(
            matches!(changes.as_slice(), [Change::Ended { at_ms, end: End::Lasted, .. }] if *at_ms == LONGEST_MS + 1_000)
        );
        assert!(!watch.shields(LONGEST_MS + 5_000));
        for stream in 0..10 {
            let changes = watch.observe(StreamId(stream), LONGEST_MS + 9_000, false, Finding::Down);
            assert_eq!(changes, []);
        }
    }

    #[test]
    fn a_skipped_check_changes_nothing_and_maintenance_excuses() {
        let mut watch = provider(10);
        fail(&mut watch, 0..10, 0, 0);
        for stream in 0..6 {
            assert_eq!(
                watch.observe(StreamId(stream), 1_000, false, Finding::Skipped),
                []
            );
        }
        for stream in 0..5 {
            assert_eq!(
                watch.observe(StreamId(stream), 2_000, false, Finding::Maintenance),
                []
            );
        }
        assert_eq!(
            watch
                .observe(StreamId(5), 2_000, false, Finding::Maintenance)
                .len(),
            1
        );
    }

    #[test]
    fn a_watch_goes_on_from_what_was_stored() {
        let mut before = provider(10);
        fail(&mut before, 0..4, 0, 1_000);
        let mut after = Watch::new(6, (0..4).map(|stream| (StreamId(stream), stream * 1_000)), None);
        let (one, other) = (
            fail(&mut before, 4..5, 5_000, 0),
            fail(&mut after, 4..5, 5_000, 0),
        );
        assert_eq!(one, other);
        assert_eq!(one.len(), 1);
        let mut later = Watch::new(5, [], after.open().cloned());
        assert_eq!(recover(&mut later, 0..2, 9_000), []);
        assert_eq!(recover(&mut later, 2..3, 9_000), recover(&mut after, 0..3, 9_000));
    }
}
