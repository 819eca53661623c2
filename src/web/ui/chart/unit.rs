use crate::web::kit::format;

/// What the numbers of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Milliseconds,
    /// 0 to 1, printed as a percentage.
    Share,
    /// How many of something, in the singular and in the plural.
    Count(&'static str, &'static str),
}

impl Unit {
    /// A value in a sentence or a table.
    pub fn words(self, value: f64) -> String {
        match self {
            Self::Milliseconds => format::duration(value.round() as i64),
            Self::Share => format::percent(value),
            Self::Count(one, many) => format::count(value.round() as i64, one, many),
        }
    }

    /// A value in a column whose heading says what it counts.
    pub fn number(self, value: f64) -> String {
        match self {
            Self::Count(..) => format::number(value.round() as i64),
            _ => self.words(value),
        }
    }

    /// Like [`Self::words`]; a dash for what is not known.
    pub fn words_or_dash(self, value: Option<f64>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.words(value))
    }

    /// A value at an axis: as short as it can be said.
    pub fn tick(self, value: f64) -> String {
        let short = |value: f64| {
            let text = format!("{value:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        match self {
            Self::Milliseconds if value >= 1_000.0 => format!("{} s", short(value / 1_000.0)),
            Self::Milliseconds => format!("{} ms", short(value)),
            Self::Share => format!("{} %", short(value * 100.0)),
            Self::Count(..) if value >= 10_000.0 => format!("{} k", short(value / 1_000.0)),
            Self::Count(..) => format::number(value.round() as i64),
        }
    }

    /// The least that two round numbers differ by.
    pub(super) fn finest(self) -> f64 {
        match self {
            Self::Milliseconds | Self::Count(..) => 1.0,
            Self::Share => 0.0001,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_short_and_has_its_unit() {
        let streams = Unit::Count("stream", "streams");
        for (unit, value, tick, words) in [
            (Unit::Milliseconds, 250.0, "250 ms", "250 ms"),
            (Unit::Milliseconds, 1_500.0, "1.5 s", "1.5 s"),
            (Unit::Share, 0.995, "99.5 %", "99.5 %"),
            (Unit::Share, 1.0, "100 %", "100.0 %"),
            (streams, 1.0, "1", "1 stream"),
            (streams, 12_500.0, "12.5 k", "12,500 streams"),
        ] {
            assert_eq!(
                (unit.tick(value).as_str(), unit.words(value).as_str()),
                (tick, words)
            );
        }
        assert_eq!(Unit::Share.words_or_dash(None), "–");
    }
}
