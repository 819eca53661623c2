//! A window on a list: how many rows to leave out, how many to show.

use crate::support::validation::Invalid;

/// Rows of a list when nothing is said.
pub const DEFAULT_LIMIT: u32 = 100;
/// Rows of a list at most.
pub const MAX_LIMIT: u32 = 1000;

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    pub skip: i64,
    pub limit: u32,
}

impl Default for Slice {
    fn default() -> Self {
        Self {
            skip: 0,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl Slice {
    /// Reads `skip` (0 or more) and `limit` (1 to [`MAX_LIMIT`]) as they were written; absent or empty is the default.
    ///
    /// # Errors
    /// Names each that is no number or outside its range.
    pub fn parse(skip: Option<&str>, limit: Option<&str>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut slice = Self::default();
        if let Some(text) = skip.filter(|text| !text.is_empty()) {
            match text.parse() {
                Ok(skip) if skip >= 0 => slice.skip = skip,
                _ => invalid.add("skip", "Use a whole number from 0 on."),
            }
        }
        if let Some(text) = limit.filter(|text| !text.is_empty()) {
            match text.parse() {
                Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => slice.limit = limit,
                _ => invalid.add("limit", "Use a whole number from 1 to 1000."),
            }
        }
        invalid.into_result().map(|()| slice)
    }
}

/// A part of a list with the number of all its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub total: i64,
}

impl<T> Listed<T> {
    /// The wanted part of a list that is whole in memory.
    pub fn cut(all: Vec<T>, slice: Slice) -> Self {
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(slice.skip).unwrap_or(usize::MAX);
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        Self {
            items: all.into_iter().skip(skip).take(limit).collect(),
            total,
        }
    }

    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            items: self.items.into_iter().map(to).collect(),
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_within_the_range_pass() {
        assert_eq!(Slice::parse(None, Some("")), Ok(Slice::default()));
        assert_eq!(
            Slice::parse(Some("7"), Some("1000")),
            Ok(Slice { skip: 7, limit: 1000 })
        );
        for (skip, limit, field) in [
            (Some("-1"), None, "skip"),
            (Some("x"), None, "skip"),
            (None, Some("0"), "limit"),
            (None, Some("1001"), "limit"),
            (None, Some("1.5"), "limit"),
            (None, Some("99999999999"), "limit"),
        ] {
            let invalid = Slice::parse(skip, limit).expect_err("outside the range");
            assert!(invalid.fields().contains_key(field), "{skip:?} {limit:?}");
        }
    }
}
