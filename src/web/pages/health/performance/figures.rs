//! The tiles, each with the same figure of the time before.

use super::facts::Facts;
use crate::features::health::performance::slot::Slot;
use crate::features::health::uptime::Tally;
use crate::support::statistics::share;
use crate::web::kit::format;
use crate::web::ui;

const DASH: &str = "–";

/// All of them, in order.
pub fn tiles(facts: &Facts) -> Vec<ui::Tile> {
    let mut tiles = vec![availability(facts), working(facts)];
    tiles.extend(portal(facts));
    tiles.extend([
        latency(
            facts,
            50.0,
            "Half answer within",
            "Of the checks that passed: the time to the first picture data that half of them did not exceed",
        ),
        latency(
            facts,
            95.0,
            "95 of 100 answer within",
            "Of the checks that passed: the time to the first picture data that 95 of 100 did not exceed",
        ),
        reliability(facts),
        freshness(facts),
    ]);
    tiles
}

fn checks(slot: &Slot) -> u64 {
    slot.checks.unsigned_abs()
}

fn availability(facts: &Facts) -> ui::Tile {
    let counted = checks(&facts.whole);
    let tile = shares(
        "Streams available",
        (&facts.whole.time, counted),
        (&facts.before.time, checks(&facts.before)),
        &facts.shown.before_words(),
    );
    tile.help("Time in which its streams worked ÷ time in which they worked or failed, all streams together; time that nobody knows of is left out")
}

fn portal(facts: &Facts) -> Option<ui::Tile> {
    let [now, before] = facts.portal?;
    let tile = shares(
        "Portal available",
        (&now.time, now.answers),
        (&before.time, before.answers),
        &facts.shown.before_words(),
    );
    Some(tile.help(
        "Time in which its portal served the list of channels, by its syncs; each holds until the next",
    ))
}

/// A share of time, with how much of the time is known and what it was before.
fn shares(label: &str, (time, n): (&Tally, u64), (before, n_before): (&Tally, u64), then: &str) -> ui::Tile {
    let coverage = time.coverage().unwrap_or_default();
    let Some(uptime) = time.uptime().filter(|_| time.is_sufficient()) else {
        let known = format::percent(coverage);
        return ui::Tile::new(label, DASH).note(format!("insufficient data: {known} of the time is known"));
    };
    let known = format!("{} of the time known", format::percent(coverage));
    let change = match before.uptime().filter(|_| before.is_sufficient()) {
        Some(earlier) => points(uptime - earlier, n.min(n_before), then),
        None => format!("{then} not known"),
    };
    ui::Tile::new(label, share::percent(uptime, n))
        .unit("%")
        .note(format!("{change} · {known}"))
}

/// A difference of shares in words, with the digits that so many checks support.
fn points(difference: f64, n: u64, then: &str) -> String {
    let digits = share::digits(n);
    let text = format!("{:.digits$}", difference.abs() * 100.0);
    let is_nought = text.chars().all(|digit| matches!(digit, '0' | '.'));
    match difference {
        _ if is_nought => format!("as in {then}"),
        up if up > 0.0 => format!("+{text} points against {then}"),
        _ => format!("−{text} points against {then}"),
    }
}

fn working(facts: &Facts) -> ui::Tile {
    const LABEL: &str = "In use now";
    let tile = match facts.states.filter(|states| states.total > 0) {
        Some(states) => ui::Tile::new(
            LABEL,
            share::percent(
                states.active as f64 / states.total as f64,
                states.total.unsigned_abs(),
            ),
        )
        .unit("%")
        .note(format!(
            "{} of {}",
            format::number(states.active),
            format::count(states.total, "stream", "streams")
        )),
        None => ui::Tile::new(LABEL, DASH).note("no stream is listed"),
    };
    tile.help("Streams that are in use ÷ streams, at this moment")
}

fn latency(facts: &Facts, percent: f64, label: &str, help: &str) -> ui::Tile {
    let of = |slot: &Slot| slot.latencies.percentile_ms(percent).map(i64::from);
    let Some(now) = of(&facts.whole) else {
        return ui::Tile::new(label, DASH).note("no check has passed").help(help);
    };
    let then = facts.shown.before_words();
    let change = match of(&facts.before) {
        Some(before) => ratio(now, before, &then),
        None => format!("{then} not known"),
    };
    let n = i64::try_from(facts.whole.checks_passed()).unwrap_or(i64::MAX);
    let note = format!("{change} · {}", format::count(n, "check", "checks"));
    ui::Tile::new(label, format::duration(now)).note(note).help(help)
}

fn ratio(now: i64, before: i64, then: &str) -> String {
    let percent = ((now - before) as f64 * 100.0 / before.max(1) as f64).round() as i64;
    match percent {
        0 => format!("as in {then}"),
        1.. => format!("+{} % against {then}", format::number(percent)),
        _ => format!("−{} % against {then}", format::number(-percent)),
    }
}

fn reliability(facts: &Facts) -> ui::Tile {
    let tile = match facts.reliability.score() {
        Some(score) => ui::Tile::new("Reliability", format!("{:.0}", score.floor()))
            .unit("of 100")
            .note("its parts stand below"),
        None => ui::Tile::new("Reliability", DASH).note("nothing is known yet"),
    };
    tile.help("Half of it the availability of streams, three tenths the syncs that succeeded, two tenths how fresh the list is")
}

fn freshness(facts: &Facts) -> ui::Tile {
    let tile = match facts.last_sync {
        Some(at_ms) => ui::Tile::new(
            "Age of its list",
            format::duration((facts.now.now_ms - at_ms).max(0)),
        )
        .note("since the last good sync"),
        None => ui::Tile::new("Age of its list", DASH).note("never synced"),
    };
    tile.help("Time since the last sync that succeeded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_with_its_sign_and_no_more_digits_than_checks_support() {
        assert_eq!(
            points(0.0123, 5_000, "the day before"),
            "+1.2 points against the day before"
        );
        assert_eq!(
            points(-0.0123, 50, "the day before"),
            "−1 points against the day before"
        );
        assert_eq!(points(0.004, 50, "the day before"), "as in the day before");
        assert_eq!(ratio(120, 100, "the day before"), "+20 % against the day before");
        assert_eq!(ratio(50, 100, "the day before"), "−50 % against the day before");
        assert_eq!(ratio(0, 0, "the day before"), "as in the day before");
    }

    #[test]
    fn a_share_of_which_too_little_is_known_is_not_told() {
        let time = |up_ms, down_ms, unknown_ms| Tally {
            up_ms,
            down_ms,
            unknown_ms,
            ..Tally::default()
        };
        let tile = |now: Tally, before: Tally| {
            askama::Template::render(&shares(
                "Streams",
                (&now, 2_000),
                (&before, 2_000),
                "the day before",
            ))
            .unwrap()
        };
        let told = tile(time(990, 10, 100), time(980, 20, 0));
        assert!(
            told.contains("99.0")
                && told.contains("+1.0 points")
                && told.contains("90.9 % of the time known"),
            "{told}"
        );
        let little = tile(time(990, 10, 1_000), time(980, 20, 0));
        assert!(
            little.contains("insufficient data: 50.0 %") && !little.contains("99.0"),
            "{little}"
        );
        assert!(tile(time(990, 10, 0), time(1, 0, 9)).contains("the day before not known"));
    }
}
