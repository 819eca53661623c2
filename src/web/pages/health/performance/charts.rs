//! What is drawn of a provider.

use jiff::Timestamp;

use super::facts::Facts;
use crate::features::analytics::providers::UNKNOWN;
use crate::features::health::performance::slot::{Slot, Streams};
use crate::support::statistics::share;
use crate::web::kit::format;
use crate::web::ui::chart::{
    Bar, Bars, Cell, Distribution, Gauge, Heat, Instant, Line, Row, Rows, Series, TimeAxis, Unit, Words,
};

const DAY_MS: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const IN_FULL: [&str; 7] = [
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
];
/// The most that an hour's failures are told of: fewer checks say too little.
const TELLING: i64 = 20;

fn axis(facts: &Facts) -> TimeAxis {
    TimeAxis::new(facts.window_ms.start..facts.until_ms(), &facts.now.zone)
}

fn label(facts: &Facts, slot: &Slot) -> String {
    match slot.to_ms - slot.from_ms >= DAY_MS {
        true => facts.now.day(slot.from_ms),
        false => facts.now.absolute(slot.from_ms),
    }
}

fn instants(facts: &Facts) -> Vec<Instant> {
    let instant = |slot: &Slot| Instant {
        at_ms: i64::midpoint(slot.from_ms, slot.to_ms),
        label: label(facts, slot),
    };
    facts.slots.iter().map(instant).collect()
}

fn series(facts: &Facts, name: &str, value: impl Fn(&Slot) -> Option<f64>) -> Series {
    Series {
        name: name.to_owned(),
        values: facts.slots.iter().map(value).collect(),
    }
}

/// A count of checks in words.
fn checks(count: i64) -> String {
    format::count(count, "check", "checks")
}

/// p50 and p95 over time.
pub fn response(facts: &Facts) -> Line {
    let at = |slot: &Slot, percent| slot.latencies.percentile_ms(percent).map(f64::from);
    let (half, most) = (at(&facts.whole, 50.0), at(&facts.whole, 95.0));
    let caption = match half.zip(most) {
        Some((half, most)) => format!(
            "In {} half of {} had their first picture data within {}, 95 of 100 within {}.",
            facts.shown.words(&facts.now),
            checks(i64::try_from(facts.whole.checks_passed()).unwrap_or(i64::MAX)),
            Unit::Milliseconds.words(half),
            Unit::Milliseconds.words(most),
        ),
        None => "No check has passed in this time.".to_owned(),
    };
    let words = Words::new(
        "response",
        "How long does it take until a picture comes?",
        caption,
    );
    let lines = vec![
        series(facts, "95 of 100", |slot| at(slot, 95.0)),
        series(facts, "half", |slot| at(slot, 50.0)),
    ];
    Line::new(words, Unit::Milliseconds, axis(facts), instants(facts), lines)
}

/// How the response times of the whole time are spread.
pub fn spread(facts: &Facts) -> Distribution {
    let n = i64::try_from(facts.whole.checks_passed()).unwrap_or(i64::MAX);
    let caption = match facts.whole.latencies.mean_ms() {
        Some(mean) => format!(
            "{} that passed; their mean is {}.",
            checks(n),
            Unit::Milliseconds.words(mean)
        ),
        None => "No check has passed in this time.".to_owned(),
    };
    let words = Words::new("spread", "How are response times spread?", caption);
    Distribution::new(
        words,
        &facts.whole.latencies,
        &[(50.0, "half within"), (95.0, "95 of 100 within")],
    )
}

/// Streams in use and down over time.
pub fn streams(facts: &Facts) -> Bars {
    let last = facts.slots.iter().rev().find_map(|slot| slot.streams);
    let caption = match last {
        Some(last) => format!(
            "At last {} of {} did not work.",
            format::number(last.failed.round() as i64),
            format::count(last.total.round() as i64, "stream", "streams")
        ),
        None => "No hour of this time was summed up.".to_owned(),
    };
    let words = Words::new(
        "counted",
        "How many streams are in use, how many do not work?",
        caption,
    );
    let parts = |streams: Streams| {
        let failed = streams.failed.min(streams.total);
        // In a failure of the provider as a whole, streams that fail stay in use.
        vec![streams.active.min(streams.total - failed), failed]
    };
    let bar = |slot: &Slot| Bar {
        from_ms: slot.from_ms,
        to_ms: slot.to_ms,
        label: label(facts, slot),
        parts: slot.streams.map(parts),
    };
    let bars = facts.slots.iter().map(bar).collect();
    let unit = Unit::Count("stream", "streams");
    Bars::new(words, unit, axis(facts), &["In use", "Not working"], bars)
}

/// Availability over time.
pub fn availability(facts: &Facts) -> Line {
    let known = facts
        .slots
        .iter()
        .filter(|slot| slot.availability().is_some())
        .count();
    let caption = match facts.whole.availability() {
        Some(whole) => format!(
            "{} % of the known time, by {}; a gap is a time of which less than 80 % is known.",
            share::percent(whole, facts.whole.checks.unsigned_abs()),
            checks(facts.whole.checks)
        ),
        None if known > 0 => {
            "Too little of the time is known to tell one number of it; where enough is known, it is drawn."
                .to_owned()
        }
        None => "Less than 80 % is known of any time here.".to_owned(),
    };
    let words = Words::new("available", "When did its streams work?", caption);
    let line = vec![series(facts, "Available", Slot::availability)];
    Line::new(words, Unit::Share, axis(facts), instants(facts), line).close_up(1.0)
}

/// Which hours of the week checks fail in.
pub fn failures(facts: &Facts) -> Heat {
    let mut counted = [[(0_i64, 0_i64); 24]; 7];
    for hour in &facts.hours {
        let at = Timestamp::from_millisecond(hour.hour)
            .unwrap_or_default()
            .to_zoned(facts.now.zone.clone());
        let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
        let cell = &mut counted[day][usize::try_from(at.hour()).unwrap_or_default()];
        cell.0 += hour.checks_failed;
        cell.1 += hour.checks_total;
    }
    let rate = |(failed, all): (i64, i64)| (all > 0).then(|| failed as f64 / all as f64);
    let cell = |counts: &(i64, i64)| Cell {
        value: rate(*counts),
        note: format!("{} of {}", format::number(counts.0), checks(counts.1)),
    };
    let rows = WEEKDAYS
        .iter()
        .zip(&counted)
        .map(|(day, hours)| ((*day).to_owned(), hours.iter().map(cell).collect()));
    let each = counted.iter().enumerate().flat_map(|(day, hours)| {
        hours
            .iter()
            .enumerate()
            .map(move |(hour, counts)| (day, hour, *counts))
    });
    let telling = each.filter(|(_, _, (failed, all))| *failed > 0 && *all >= TELLING);
    let worst = telling.max_by(|(_, _, one), (_, _, other)| {
        let (one, other) = (rate(*one).unwrap_or_default(), rate(*other).unwrap_or_default());
        one.total_cmp(&other)
    });
    let caption = match (worst, facts.whole.checks) {
        (Some((day, hour, (failed, all))), _) => format!(
            "Most of all {} at {hour:02}:00: {} of {} failed.",
            IN_FULL[day],
            format::number(failed),
            checks(all)
        ),
        (None, 0) => "Nothing was checked in this time.".to_owned(),
        (None, _) => "No hour of the week stands out.".to_owned(),
    };
    let words = Words::new("failures", "In which hours of the week do checks fail?", caption);
    let hours = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    Heat::new(words, Unit::Share, hours, rows.collect())
}

/// The score with its parts.
pub fn reliability(facts: &Facts) -> Gauge {
    let score = facts.reliability.score();
    let parts = facts.reliability.parts();
    let known: f64 = parts
        .iter()
        .filter(|part| part.value.is_some())
        .map(|part| part.weight)
        .sum();
    let told = |part: &crate::features::analytics::reliability::Part| {
        let counts = match part.value {
            Some(_) => format!("{:.0} % of the score", part.weight * 100.0 / known),
            None => "left out".to_owned(),
        };
        let value = part.value.map_or_else(
            || "not known".to_owned(),
            |value| format!("{:.0} %", value * 100.0),
        );
        [part.name.to_owned(), value, counts]
    };
    let told: Vec<[String; 3]> = parts.iter().map(told).collect();
    let words = told
        .iter()
        .map(|[name, value, counts]| format!("{name}: {value} ({counts})"));
    let words: Vec<String> = words.collect();
    let caption = format!(
        "{}. What is not known is left out, and the rest counts for it.",
        words.join("; ")
    );
    Gauge::new(
        Words::new("reliability", "How far can it be relied on?", caption),
        score,
        told,
    )
}

/// How many streams have which tier.
pub fn quality(facts: &Facts) -> Rows {
    let total: i64 = facts.quality.iter().map(|(_, count)| count).sum();
    let known: i64 = facts
        .quality
        .iter()
        .filter(|(tier, _)| tier != UNKNOWN)
        .map(|(_, count)| count)
        .sum();
    let caption = format!(
        "The tier of {} of {} is known, by name, address or measurement.",
        format::number(known),
        format::count(total, "stream", "streams")
    );
    let row = |(tier, count): &(String, i64)| Row {
        name: if tier == UNKNOWN {
            "Not known".to_owned()
        } else {
            tier.clone()
        },
        href: None,
        parts: vec![*count],
        note: format::count(*count, "stream", "streams"),
    };
    let rows = facts.quality.iter().map(row).collect();
    Rows::new(
        Words::new("tiers", "Which picture tiers does it list?", caption),
        "Tier",
        &["Streams"],
        rows,
    )
}
