use askama::Template;
use askama::filters::HtmlSafe;

use crate::ctx::Ctx;
use crate::edge::Problem;
use crate::features::catalogue::detail::StreamDetail;
use crate::features::catalogue::health_score::Parts;
use crate::features::health::course::State;
use crate::features::health::store;
use crate::support::statistics::histogram::Histogram;
use crate::support::statistics::rank;
use crate::web::kit::{Moment, format};
use crate::web::ui;
use crate::web::ui::chart::{Instant, Line, Series, Step, TimeAxis, Unit, Waterfall, Words};

const DAYS: i64 = 7;
const HOUR_MS: i64 = 3_600_000;
/// Points of a line at most; more checks are told by the hour.
const POINTS: usize = 200;

/// How quickly a stream answered in the last days, and what its health score is made of.
#[derive(Template)]
#[template(path = "health/_answers.html")]
pub(super) struct Answers {
    half: ui::Tile,
    most: ui::Tile,
    line: Line,
    score: Option<Waterfall>,
}

impl HtmlSafe for Answers {}

/// A check: when, and how long it took where it was good; milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Answer {
    at_ms: i64,
    took_ms: Option<i64>,
}

impl Answers {
    pub(super) async fn read(ctx: &Ctx, now: &Moment, stream: &StreamDetail) -> Result<Self, Problem> {
        let window = now.now_ms - DAYS * 24 * HOUR_MS..now.now_ms + 1;
        let logged = store::answers(&ctx.db, stream.id, &window).await?;
        // In maintenance nothing was asked.
        let answer = |(at_ms, state, took_ms): &(i64, String, Option<i64>)| {
            let state = State::from_word(state);
            let is_check = state.is_working() || state == State::Down;
            is_check.then(|| Answer {
                at_ms: *at_ms,
                took_ms: took_ms.filter(|_| state.is_working()),
            })
        };
        let answers: Vec<Answer> = logged.iter().filter_map(answer).collect();
        let mut times: Vec<i64> = answers.iter().filter_map(|answer| answer.took_ms).collect();
        times.sort_unstable();
        Ok(Self {
            half: tile("Half answer within", &times, 50.0),
            most: tile("95 of 100 answer within", &times, 95.0),
            line: line(&answers, &times, &window, now),
            score: score(stream),
        })
    }

    /// The two tiles of it.
    pub(super) fn tiles(&self) -> [&ui::Tile; 2] {
        [&self.half, &self.most]
    }
}

fn tile(label: &str, times: &[i64], percent: f64) -> ui::Tile {
    let tile = match rank::percentile(times, percent) {
        Some(took) => ui::Tile::new(label, format::duration(took)).note(format!(
            "of {} that passed in {DAYS} days",
            format::count(i64::try_from(times.len()).unwrap_or(i64::MAX), "check", "checks")
        )),
        None => ui::Tile::new(label, "–").note(format!("no check has passed in {DAYS} days")),
    };
    tile.help(
        "Of the checks that passed: the time to the first picture data that so many of them did not exceed",
    )
}

fn line(answers: &[Answer], times: &[i64], window_ms: &std::ops::Range<i64>, now: &Moment) -> Line {
    let told = told(answers);
    let failed = answers.len() - times.len();
    let count = |count: usize, one: &str, many: &str| {
        format::count(i64::try_from(count).unwrap_or(i64::MAX), one, many)
    };
    let caption = match rank::median(times) {
        Some(half) => format!(
            "{} in the last {DAYS} days; half of those that passed within {}; {}.",
            count(answers.len(), "check", "checks"),
            format::duration(half),
            match failed {
                0 => "none failed".to_owned(),
                failed => format!("{failed} failed and are left out"),
            },
        ),
        None => format!("No check has passed in the last {DAYS} days."),
    };
    let words = Words::new("answers", "How long does it take until a picture comes?", caption);
    let instant = |(at_ms, _): &(i64, Option<f64>)| Instant {
        at_ms: *at_ms,
        label: now.absolute(*at_ms),
    };
    let series = Series {
        name: "First picture data".to_owned(),
        values: told.iter().map(|(_, value)| *value).collect(),
    };
    let axis = TimeAxis::new(window_ms.clone(), &now.zone);
    let instants = told.iter().map(instant).collect();
    Line::new(words, Unit::Milliseconds, axis, instants, vec![series])
}

/// Each check as a point, or where there are too many of them each hour by the half of its good checks.
fn told(answers: &[Answer]) -> Vec<(i64, Option<f64>)> {
    if answers.len() <= POINTS {
        return answers
            .iter()
            .map(|answer| (answer.at_ms, answer.took_ms.map(|took| took as f64)))
            .collect();
    }
    let hours =
        answers.chunk_by(|one, other| one.at_ms.div_euclid(HOUR_MS) == other.at_ms.div_euclid(HOUR_MS));
    let hour = |answers: &[Answer]| {
        let begin = answers
            .first()
            .map_or(0, |first| first.at_ms.div_euclid(HOUR_MS) * HOUR_MS);
        let times = answers
            .iter()
            .filter_map(|answer| u32::try_from(answer.took_ms?).ok());
        let histogram: Histogram = times.collect();
        (begin + HOUR_MS / 2, histogram.percentile_ms(50.0).map(f64::from))
    };
    hours.map(hour).collect()
}

/// None of a stream without a score.
fn score(stream: &StreamDetail) -> Option<Waterfall> {
    let score = stream.health_score?;
    let failures = u32::try_from(stream.consecutive_failures).unwrap_or(u32::MAX);
    let response = stream.response_ms.and_then(|ms| u32::try_from(ms).ok());
    let parts = Parts::of(failures, response, None);
    // What was scored otherwise is not explained by guesses.
    (i64::from(parts.score()) == score).then(|| waterfall(&parts, failures, response))
}

fn waterfall(parts: &Parts, failures: u32, response: Option<u32>) -> Waterfall {
    let less = |points: u32| match points {
        0 => "nothing lost".to_owned(),
        points => format!("− {points}"),
    };
    let slow = match response {
        Some(ms) => format!("Answer within {}", format::duration(i64::from(ms))),
        None => "Answer not measured".to_owned(),
    };
    let fails = format::count(i64::from(failures), "failure in a row", "failures in a row");
    let steps = vec![
        Step::total("Begins with", 100.0, "100"),
        Step::change(fails, -f64::from(parts.failures), less(parts.failures)),
        Step::change(slow, -f64::from(parts.slowness), less(parts.slowness)),
        Step::change("Uptime is no part of it", 0.0, "× 1"),
        Step::total(
            "Health score",
            f64::from(parts.score()),
            parts.score().to_string(),
        ),
    ];
    let caption = "100, less ten for each failure in a row up to 50, less 10, 20 or 30 for an answer that took more than one, \
                   three or five seconds.";
    Waterfall::new(
        Words::new(
            "score",
            format!("Why is its health score {}?", parts.score()),
            caption,
        ),
        steps,
    )
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn many_checks_are_told_by_the_hour_and_by_their_half() {
        let few: Vec<Answer> = (0..200)
            .map(|at| Answer {
                at_ms: at,
                took_ms: (at != 7).then_some(at),
            })
            .collect();
        assert_eq!(told(&few).len(), 200);
        assert_eq!((told(&few)[7], told(&few)[8]), ((7, None), (8, Some(8.0))));
        let many: Vec<Answer> = (0..600)
            .map(|at| Answer {
                at_ms: at * HOUR_MS / 60,
                took_ms: (at / 60 != 3).then_some(if at % 60 < 40 { 100 } else { 9_000 }),
            })
            .collect();
        let hours = told(&many);
        assert_eq!((hours.len(), hours[0].0, hours[3].1), (10, HOUR_MS / 2, None));
        assert!(
            hours[4].1.is_some_and(|half| (95.0..105.0).contains(&half)),
            "{:?}",
            hours[4]
        );
    }

    #[test]
    fn the_steps_of_a_score_end_at_it() {
        let html = waterfall(&Parts::of(3, Some(3_500), None), 3, Some(3_500))
            .render()
            .unwrap();
        for part in [
            "Why is its health score 50?",
            "3 failures in a row",
            "− 30",
            "Answer within 3.5 s",
            "− 20",
            ">50<",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
