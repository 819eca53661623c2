//! A share (such as an uptime) and how far so many checks bear it out.

/// The 97.5 % quantile of the normal distribution, for an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The Wilson score interval of 95 % of a share (0 to 1) seen in `checks` checks: from and to, within 0 to 1. `None`
/// without checks.
pub fn interval(share: f64, checks: u64) -> Option<(f64, f64)> {
    if checks == 0 || !share.is_finite() {
        return None;
    }
    let (share, n) = (share.clamp(0.0, 1.0), checks as f64);
    let z2 = Z * Z;
    let whole = 1.0 + z2 / n;
    let centre = (share + z2 / (2.0 * n)) / whole;
    let half = Z / whole * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the exact bounds are 0 and 1; what is computed may miss them by the last digit.
    let from = if share == 0.0 {
        0.0
    } else {
        (centre - half).max(0.0)
    };
    let to = if share == 1.0 {
        1.0
    } else {
        (centre + half).min(1.0)
    };
    Some((from, to))
}

/// How many digits behind the point of a percentage so many checks support: one check among a hundred is a percent, one
/// among a thousand a tenth of one.
pub fn digits(checks: u64) -> usize {
    match checks {
        0..1_000 => 0,
        1_000..10_000 => 1,
        10_000..100_000 => 2,
        _ => 3,
    }
}

/// A share (0 to 1) as a percentage with the digits so many checks support, such as `99.6`. Only what is whole reads 100,
/// and only nothing reads 0.
pub fn percent(share: f64, checks: u64) -> String {
    let digits = digits(checks);
    let unit = 10_f64.powi(-i32::try_from(digits).unwrap_or(0));
    let share = share.clamp(0.0, 1.0);
    let rounded = (share * 100.0 / unit).round() * unit;
    let shown = if share < 1.0 && rounded >= 100.0 {
        100.0 - unit
    } else if share > 0.0 && rounded <= 0.0 {
        unit
    } else {
        rounded
    };
    format!("{shown:.digits$}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rounded(share: f64, checks: u64) -> (f64, f64) {
        let (from, to) = interval(share, checks).unwrap();
        ((from * 1e4).round() / 1e4, (to * 1e4).round() / 1e4)
    }

    #[test]
    fn the_interval_is_wilsons() {
        assert_eq!(rounded(0.5, 10), (0.2366, 0.7634));
        assert_eq!(rounded(0.9, 10), (0.5958, 0.9821));
        assert_eq!(rounded(1.0, 10), (0.7225, 1.0));
        assert_eq!(rounded(0.0, 10), (0.0, 0.2775));
        assert_eq!(rounded(0.95, 1000), (0.9347, 0.9619));
        assert_eq!(interval(0.5, 0), None);
    }

    #[test]
    fn no_more_digits_are_shown_than_so_many_checks_support() {
        assert_eq!(percent(0.987_65, 10), "99");
        assert_eq!(percent(0.987_65, 999), "99");
        assert_eq!(percent(0.987_65, 1_000), "98.8");
        assert_eq!(percent(0.987_65, 10_000), "98.77");
        assert_eq!(percent(0.987_654, 1_000_000), "98.765");
    }

    #[test]
    fn only_what_is_whole_reads_100_and_only_nothing_reads_0() {
        assert_eq!(percent(1.0, 5_000), "100.0");
        assert_eq!(percent(0.999_9, 5_000), "99.9");
        assert_eq!(percent(0.999_9, 5), "99");
        assert_eq!(percent(0.000_1, 5), "1");
        assert_eq!(percent(0.0, 5), "0");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows_with_the_checks(share in 0.0..=1.0_f64, checks in 1..100_000_u64) {
            let (from, to) = interval(share, checks).unwrap();
            prop_assert!(0.0 <= from && from <= share && share <= to && to <= 1.0, "{} {}", from, to);
            let (narrow_from, narrow_to) = interval(share, checks * 4).unwrap();
            prop_assert!(narrow_to - narrow_from < to - from);
        }
    }
}
