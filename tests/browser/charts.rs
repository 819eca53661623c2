//! One chart of each kind, with gaps, long names and huge numbers.

use askama::Template;
use jiff::tz::TimeZone;
use m3u_strm_processor::support::statistics::histogram::Histogram;

use crate::server::NOW_MS;
use crate::web::ui::chart::{
    Bar, Bars, Cell, Distribution, Gauge, Heat, Instant, Line, Row, Rows, Series, Step, TimeAxis, Unit,
    Waterfall, Words,
};

const HOUR_MS: i64 = 3_600_000;
const HOURS: i64 = 7 * 24;

fn axis() -> TimeAxis {
    TimeAxis::new(NOW_MS - HOURS * HOUR_MS..NOW_MS, &TimeZone::UTC)
}

/// An even course of numbers that looks like none.
fn odd(at: i64, most: i64) -> f64 {
    (at * 7_919 % 101 * most / 101) as f64
}

pub fn all() -> Vec<String> {
    let words =
        |id: &str, title: &str| Words::new(id, title, "What the figures say, in a sentence of its own.");
    let begin = |at: i64| NOW_MS - (HOURS - at) * HOUR_MS;
    let instants = (0..HOURS).map(|at| Instant {
        at_ms: begin(at) + HOUR_MS / 2,
        label: format!("hour {at}"),
    });
    let course = |name: &str, from: f64, most: i64| Series {
        name: name.to_owned(),
        values: (0..HOURS)
            .map(|at| (at % 50 > 6).then(|| from + odd(at, most)))
            .collect(),
    };
    let lines = vec![
        course("95 of 100", 900.0, 700),
        course("half", 250.0, 150),
        course("best", 60.0, 40),
        course("worst", 1_900.0, 300),
    ];
    let bar = |at: i64| Bar {
        from_ms: begin(at),
        to_ms: begin(at + 1),
        label: format!("hour {at}"),
        parts: (at % 50 > 6).then(|| vec![480.0 - odd(at, 60), odd(at, 60), 20.0, 12.0]),
    };
    let cell = |at: i64| Cell {
        value: (at % 29 != 3).then(|| if at % 5 == 0 { 0.0 } else { odd(at, 400) / 1_000.0 }),
        note: "of 1,204 checks".to_owned(),
    };
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekdays = days
        .iter()
        .zip(0..)
        .map(|(day, row)| ((*day).to_owned(), (0..24).map(|at| cell(row * 24 + at)).collect()));
    let hours = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let latencies: Histogram = (0..4_000)
        .map(|at| 80 + (odd(at, 30) * odd(at * 3, 30)) as u32)
        .collect();
    let row = |name: &str, parts: [i64; 4]| Row {
        name: name.to_owned(),
        href: Some("/gallery".to_owned()),
        parts: parts.to_vec(),
        note: format!("{} not working", parts[2]),
    };
    let long = "A provider with a name that somebody made far too long, with brackets (and more) and no end in sight";
    let providers = vec![
        row("Living room", [480, 12, 30, 4]),
        row(long, [12_480, 0, 3_210, 9]),
        row("New", [0, 0, 0, 7]),
    ];
    let tier = |name: &str, count: i64| Row {
        name: name.to_owned(),
        href: None,
        parts: vec![count],
        note: format!("{count} streams"),
    };
    let part = |text: [&str; 3]| text.map(str::to_owned);
    let parts = vec![
        part(["Availability", "99.2 %", "half"]),
        part(["Good syncs", "96.0 %", "three tenths"]),
    ];
    let steps = vec![
        Step::total("Begins with", 100.0, "100"),
        Step::change("3 failures in a row", -30.0, "− 30"),
        Step::change("Slow: 3,500 ms", -20.0, "− 20"),
        Step::total("Health score", 50.0, "50"),
    ];
    let streams = Unit::Count("stream", "streams");
    let states = ["Working", "Degraded", "Not working", "Not checked"];
    let one = vec![course("share", 0.0, 1)];
    let none = vec![Series {
        name: "none".to_owned(),
        values: Vec::new(),
    }];
    [
        Line::new(
            words("c1", "How long does it take?"),
            Unit::Milliseconds,
            axis(),
            instants.clone().collect(),
            lines,
        )
        .render(),
        Line::new(
            words("c2", "One line"),
            Unit::Share,
            axis(),
            instants.clone().collect(),
            one,
        )
        .close_up(1.0)
        .render(),
        Bars::new(
            words("c3", "How many work?"),
            streams,
            axis(),
            &states,
            (0..HOURS).map(bar).collect(),
        )
        .render(),
        Heat::new(
            words("c4", "When does it fail?"),
            Unit::Share,
            hours,
            weekdays.collect(),
        )
        .render(),
        Distribution::new(
            words("c5", "How are they spread?"),
            &latencies,
            &[(50.0, "half within"), (95.0, "95 of 100 within")],
        )
        .render(),
        Rows::new(words("c6", "Whose fail?"), "Provider", &states, providers)
            .of_shares()
            .render(),
        Rows::new(
            words("c7", "Which tiers?"),
            "Tier",
            &["Streams"],
            vec![tier("4K", 12), tier("1080p", 480)],
        )
        .render(),
        Gauge::new(words("c8", "How reliable is it?"), Some(83.0), parts).render(),
        Waterfall::new(words("c9", "Why 50?"), steps).render(),
        Line::new(words("c10", "Nothing yet"), Unit::Share, axis(), Vec::new(), none).render(),
    ]
    .map(Result::unwrap)
    .to_vec()
}
