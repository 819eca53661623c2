//! Numbers as people read them. In templates: `{{ format::number(row.count) }}`.

use std::borrow::Borrow;

/// `1234567` as `1,234,567`.
pub fn number(value: impl Borrow<i64>) -> String {
    let value = *value.borrow();
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        grouped.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 channel", "1,200 channels"; `plural` is the whole word.
pub fn count(value: impl Borrow<i64>, singular: &str, plural: &str) -> String {
    let value = *value.borrow();
    let word = if value == 1 { singular } else { plural };
    format!("{} {word}", number(value))
}

/// `1536` as `1.5 KiB`.
pub fn bytes(value: impl Borrow<i64>) -> String {
    let value = *value.borrow();
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if value.unsigned_abs() < 1_024 {
        return format!("{value} B");
    }
    let mut size = value as f64 / 1_024.0;
    let mut unit = 0;
    while size.abs() >= 1_023.95 && unit + 1 < UNITS.len() {
        size /= 1_024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// Kbit/s as `4.2 Mbit/s`.
pub fn bitrate(kbps: impl Borrow<i64>) -> String {
    let kbps = *kbps.borrow();
    if kbps < 1_000 {
        return format!("{kbps} kbit/s");
    }
    format!("{:.1} Mbit/s", kbps as f64 / 1_000.0)
}

/// Watch time: seconds as `h:mm`.
pub fn hours(seconds: impl Borrow<i64>) -> String {
    let seconds = *seconds.borrow();
    format!("{}:{:02}", seconds / 3_600, seconds % 3_600 / 60)
}

/// How long something took: `320 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`.
pub fn duration(ms: impl Borrow<i64>) -> String {
    let ms = *ms.borrow();
    let seconds = ms / 1_000;
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A share from 0 to 1 as `12.5 %`.
pub fn percent(share: impl Borrow<f64>) -> String {
    let share = *share.borrow();
    format!("{:.1} %", share * 100.0)
}

/// "a heading, not a channel" as "A heading, not a channel".
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        for (value, text) in [
            (0i64, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (-4_200, "−4,200"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(count(1i64, "channel", "channels"), "1 channel");
        assert_eq!(count(1_200i64, "channel", "channels"), "1,200 channels");
    }

    #[test]
    fn sizes_never_read_a_thousand_of_the_smaller_unit() {
        assert_eq!(bytes(1_023i64), "1023 B");
        assert_eq!(bytes(1_536i64), "1.5 KiB");
        assert_eq!(bytes(1_024i64 * 1_024 - 1), "1.0 MiB");
        assert_eq!(bitrate(4_200i64), "4.2 Mbit/s");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (ms, text) in [
            (320i64, "320 ms"),
            (4_200, "4.2 s"),
            (185_000, "3 min 5 s"),
            (7_800_000, "2 h 10 min"),
        ] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(hours(7_500i64), "2:05");
    }
}
