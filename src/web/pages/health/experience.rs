use askama::Template;
use askama::filters::HtmlSafe;

use crate::features::catalogue::experience::Experience;
use crate::features::history::experience::DAYS;
use crate::web::kit::format;
use crate::web::ui;
use crate::web::ui::chart::{Step, Waterfall, Words};

/// What real plays told of a stream, and what that makes of it.
#[derive(Template)]
#[template(path = "health/_experience.html")]
pub(super) struct Told {
    tiles: [ui::Tile; 4],
    score: Waterfall,
}

impl HtmlSafe for Told {}

impl Told {
    pub(super) fn of(told: &Experience) -> Self {
        let failed = ui::Tile::new("Failed", format::number(i64::from(told.failures)))
            .note(format!("of {}", format::count(i64::from(told.shows), "play", "plays")))
            .help(
                "It did not begin, or ended before its viewers did. What several viewers saw at a time counts once; what was \
                 known not to work is left out",
            );
        let stalls = ui::Tile::new("Stood still", format::number(i64::from(told.stalls)))
            .note(format!("in {}", format::duration(told.watched_ms)))
            .help("Pauses of three seconds or more in which viewers waited for picture data");
        let start = ui::Tile::new(
            "Begins within",
            told.startup_ms
                .map_or_else(|| "–".to_owned(), |ms| format::duration(i64::from(ms))),
        );
        let start = match told.startup_ms {
            Some(_) => start.note("in half of its plays"),
            None => start.note("measured less than three times"),
        };
        let score = ui::Tile::new("Score from plays", format::number(i64::from(told.score())))
            .note("of 100")
            .help("Its place in the play order follows the lower of this and its health score");
        Self {
            tiles: [score, failed, stalls, start],
            score: waterfall(told),
        }
    }
}

fn waterfall(told: &Experience) -> Waterfall {
    let parts = told.parts();
    let less = |points: u32| match points {
        0 => "nothing lost".to_owned(),
        points => format!("− {points}"),
    };
    let failures = format::count(i64::from(told.failures), "failure", "failures");
    let stalls = format::count(i64::from(told.stalls), "stall", "stalls");
    let start = match told.startup_ms {
        Some(ms) => format!("Begins within {}", format::duration(i64::from(ms))),
        None => "Start not measured".to_owned(),
    };
    let step = |words: String, points: u32| Step::change(words, -f64::from(points), less(points));
    let steps = vec![
        Step::total("Begins with", 100.0, "100"),
        step(
            format!(
                "{failures} in {}",
                format::count(i64::from(told.shows), "play", "plays")
            ),
            parts.failures,
        ),
        step(
            format!("{stalls} in {}", format::duration(told.watched_ms)),
            parts.stalls,
        ),
        step(start, parts.slowness),
        Step::total(
            "Score from plays",
            f64::from(parts.score()),
            parts.score().to_string(),
        ),
    ];
    let caption = format!(
        "The plays of the last {DAYS} days. 100, less up to 50 for the share of plays that surely fails, less 10, 20 or 30 for \
         one, three or ten stalls an hour, and less 10, 20 or 30 for a start that takes more than one, three or five seconds. A \
         single failure or stall costs nothing."
    );
    Waterfall::new(
        Words::new(
            "played",
            format!("Why is its score from plays {}?", parts.score()),
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
    fn what_plays_told_is_shown_with_what_each_part_cost() {
        let told = Experience {
            shows: 4,
            failures: 3,
            stalls: 2,
            watched_ms: 600_000,
            startup_ms: None,
        };
        let html = Told::of(&told).render().unwrap();
        for part in [
            "Why is its score from plays 60?",
            "3 failures in 4 plays",
            "− 30",
            "2 stalls in 10",
            "− 10",
            "Start not measured",
            "measured less than three times",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
