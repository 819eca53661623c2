//! One byte range of something whose length is known.

/// What a `Range` header asks of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// No range, one that is not understood, or several: the whole body with 200.
    Whole,
    /// Both ends inclusive, within the body: 206.
    Part { first: u64, last: u64 },
    /// Nothing of the body is in it: 416.
    Nothing,
}

impl Wanted {
    /// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n` for a body of `length` bytes.
    pub fn read(header: Option<&str>, length: u64) -> Self {
        let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        let Some((first, last)) = range.trim().split_once('-') else {
            return Self::Whole;
        };
        match (number(first), number(last)) {
            (Some(first), None) if last.is_empty() => Self::part(first, length.saturating_sub(1), length),
            (Some(first), Some(last)) if first <= last => {
                Self::part(first, last.min(length.saturating_sub(1)), length)
            }
            (None, Some(0)) if first.is_empty() => Self::Nothing,
            (None, Some(tail)) if first.is_empty() => {
                Self::part(length.saturating_sub(tail), length.saturating_sub(1), length)
            }
            _ => Self::Whole,
        }
    }

    /// The value of `Content-Range`, where one belongs in the answer.
    pub fn content_range(self, length: u64) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::Part { first, last } => Some(format!("bytes {first}-{last}/{length}")),
            Self::Nothing => Some(format!("bytes */{length}")),
        }
    }

    fn part(first: u64, last: u64, length: u64) -> Self {
        if first < length {
            Self::Part { first, last }
        } else {
            Self::Nothing
        }
    }
}

fn number(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::Wanted::{self, Nothing, Part, Whole};

    #[test]
    fn ranges_are_read_as_players_send_them() {
        for (header, wanted) in [
            ("bytes=0-", Part { first: 0, last: 99 }),
            ("bytes=10-19", Part { first: 10, last: 19 }),
            ("bytes=90-500", Part { first: 90, last: 99 }),
            ("bytes=-10", Part { first: 90, last: 99 }),
            ("bytes=-500", Part { first: 0, last: 99 }),
            ("bytes=100-", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=20-10", Whole),
            ("bytes=0-1,5-6", Whole),
            ("bytes=x-", Whole),
            ("items=0-1", Whole),
        ] {
            assert_eq!(Wanted::read(Some(header), 100), wanted, "{header}");
        }
        assert_eq!(Wanted::read(None, 100), Whole);
        assert_eq!(Wanted::read(Some("bytes=0-"), 0), Nothing);
    }

    #[test]
    fn the_answer_names_its_part() {
        assert_eq!(
            Part { first: 1, last: 2 }.content_range(9).as_deref(),
            Some("bytes 1-2/9")
        );
        assert_eq!(Nothing.content_range(9).as_deref(), Some("bytes */9"));
    }
}
