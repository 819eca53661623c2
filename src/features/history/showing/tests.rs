use proptest::prelude::*;

use super::*;
use crate::support::clock::Clock;
use crate::support::ids::{ChannelId, StreamId};

fn origin(stream: i64) -> Origin {
    Origin {
        offer: Offer::Stream(StreamId(stream)),
        provider: ProviderId(stream),
        url_hash: None,
    }
}

fn at_once(ms: i64) -> Startup {
    Startup {
        waited_ms: ms,
        opening_ms: Some(ms),
    }
}

fn showing(now_ms: i64) -> Showing {
    let watcher = Watcher {
        credential: CredentialId(1),
        user: None,
        device: None,
        address: std::net::Ipv4Addr::LOCALHOST.into(),
    };
    let shown = Shown {
        watcher,
        content: Content::Channel(ChannelId(1)),
        measurement: Measurement::Metered,
    };
    Showing::new(shown, now_ms)
}

#[test]
fn a_viewer_who_goes_on_with_another_stream_has_one_segment_of_each_and_one_switch() {
    let showing = showing(0);
    let mut state = showing.state();
    state.enter(0);
    state.begin_segment(origin(1), Some(at_once(40)), 0);
    state.bytes(100, 2_000);
    state.segments[0].has_failed = true;
    state.begin_segment(origin(2), Some(at_once(700)), 3_000);
    state.bytes(50, 5_000);
    state.leave(5_500);
    let segments: Vec<_> = state
        .segments
        .iter()
        .map(|s| (s.origin, s.bytes, s.watched.watched_ms))
        .collect();
    assert_eq!(segments, [(origin(1), 100, 2_000), (origin(2), 50, 2_500)]);
    assert_eq!((state.totals.switches, state.totals.startup_ms), (1, Some(40)));
    assert_eq!((state.ended_at, state.watched.watched_ms), (Some(5_500), 5_500));
}

#[test]
fn a_player_that_opens_twice_is_one_play_until_both_are_closed() {
    let showing = showing(0);
    let mut state = showing.state();
    state.enter(0);
    state.begin_segment(origin(1), Some(at_once(40)), 0);
    state.enter(500);
    state.begin_segment(origin(1), Some(at_once(30)), 500);
    state.leave(600);
    assert_eq!((state.ended_at, state.segments.len()), (None, 1));
    state.bytes(10, 1_000);
    state.leave(1_200);
    assert_eq!((state.ended_at, state.watched.watched_ms), (Some(1_200), 1_200));
    state.enter(9_000);
    state.bytes(10, 10_000);
    state.leave(10_000);
    assert_eq!((state.ended_at, state.watched.watched_ms), (Some(10_000), 2_200));
}

#[test]
fn who_paused_for_long_stopped_watching_one_interval_after_the_last_bytes() {
    let showing = showing(0);
    let mut state = showing.state();
    state.enter(0);
    state.begin_segment(origin(1), None, 0);
    state.bytes(10, 10_000);
    state.leave(900_000);
    assert_eq!((state.ended_at, state.watched.watched_ms), (Some(25_000), 25_000));
}

#[test]
fn parts_that_were_asked_for_before_a_switch_are_no_switch_back() {
    let showing = showing(0);
    let mut state = showing.state();
    state.begin_segment(origin(1), None, 0);
    state.segments[0].has_failed = true;
    state.begin_segment(origin(2), None, 1_000);
    assert!(state.is_from(&origin(1), 31_000) && state.is_from(&origin(2), 31_000));
    assert!(!state.is_from(&origin(1), 31_001) && !state.is_from(&origin(3), 1_000));
}

#[test]
fn an_hls_player_that_was_stopped_is_refused_for_a_minute_even_in_the_middle_of_a_part() {
    let clock = Clock::manual(0);
    let showings = Showings::new(clock.clone());
    let (watcher, content) = (showing(0).shown.watcher, Content::Channel(ChannelId(1)));
    showings.begin_polls(watcher.clone(), content, origin(1), at_once(10));
    let unwritten = showings.unwritten(true);
    let row = Row {
        id: PlayId(7),
        watched_ms: 0,
        totals: Totals::default(),
    };
    unwritten[0].written(row, &[1], 0);
    let end = showings.end_of(&watcher, content);
    showings.stop(PlayId(7));
    assert!(end.is_cancelled(), "what is on its way ends");
    showings.polled(&watcher, content, origin(1), 100);
    assert!(showings.is_stopped(&watcher, content));
    clock.advance_ms(60_001);
    assert!(!showings.is_stopped(&watcher, content));
}

/// The stream of each segment that is known of the only showing, and whether it failed.
fn segments(showings: &Showings) -> Vec<(Origin, bool)> {
    let unwritten = showings.unwritten(true);
    let segments = unwritten[0].segments.iter();
    segments
        .map(|segment| (segment.origin, segment.has_failed))
        .collect()
}

#[test]
fn an_hls_stream_failed_only_who_polled_it_when_it_fell() {
    let showings = Showings::new(Clock::manual(0));
    let (watcher, content) = (showing(0).shown.watcher, Content::Channel(ChannelId(1)));
    showings.begin_polls(watcher.clone(), content, origin(1), at_once(10));
    showings.fell(Offer::Stream(StreamId(2)));
    // It had no connection left, say.
    showings.polled(&watcher, content, origin(2), 100);
    assert_eq!(segments(&showings), [(origin(1), false), (origin(2), false)]);
    showings.fell(Offer::Stream(StreamId(2)));
    showings.polled(&watcher, content, origin(3), 100);
    let told = segments(&showings);
    assert_eq!(told, [(origin(1), false), (origin(2), true), (origin(3), false)]);
}

#[test]
fn two_answers_of_one_showing_blame_each_its_own_stream() {
    let showings = Showings::new(Clock::manual(0));
    let shown = showing(0).shown;
    let first = showings.watch(shown.clone(), origin(1), at_once(10));
    let second = showings.watch(shown, origin(1), at_once(10));
    first.failed();
    first.goes_on(origin(2), at_once(10));
    second.stalled();
    first.failed();
    let unwritten = showings.unwritten(true);
    let told: Vec<_> = unwritten[0]
        .segments
        .iter()
        .map(|one| (one.origin, one.stalls, one.has_failed))
        .collect();
    assert_eq!(told, [(origin(1), 1, true), (origin(2), 0, true)]);
}

proptest! {
    /// Whatever happens, segments hold every byte and no more time than the play, and the play ends with its last answer.
    #[test]
    fn segments_add_up_to_the_play(acts in prop::collection::vec((0_u8..6, 0_i64..20_000), 1..60)) {
        let showing = showing(0);
        let mut state = showing.state();
        let mut now = 0;
        state.enter(now);
        state.begin_segment(origin(1), None, now);
        let mut stream = 1;
        for (act, later) in acts {
            now += later;
            match act {
                0 => { state.enter(now); state.begin_segment(origin(stream), None, now); }
                1 if state.connections > 0 => state.leave(now),
                2 => if let Some(last) = state.segments.last_mut() {
                    last.has_failed = true;
                    stream += 1;
                    state.begin_segment(origin(stream), None, now);
                },
                _ if state.connections > 0 => state.bytes(7, now),
                _ => {}
            }
            prop_assert_eq!(state.ended_at.is_some(), state.connections == 0);
        }
        let bytes: u64 = state.segments.iter().map(|s| s.bytes).sum();
        let watched: i64 = state.segments.iter().map(|s| s.watched.watched_ms).sum();
        prop_assert_eq!(bytes, state.totals.bytes);
        prop_assert!(watched <= state.watched.watched_ms, "{} of {}", watched, state.watched.watched_ms);
        prop_assert_eq!(state.totals.switches, stream - 1);
    }
}
