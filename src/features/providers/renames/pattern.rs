use regex::{Regex, RegexBuilder};

/// Bytes of a compiled pattern, and as many again of what it remembers while it looks. Fifty rules stay within 50 MB; a
/// pattern that needs more is nothing that names want.
const MOST_BYTES: usize = 512 * 1024;

/// Compiles a pattern. It looks through a name in time that grows with the name and the pattern, whatever both are.
///
/// # Errors
/// What is wrong with it, in a sentence for people.
pub(super) fn compiled(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern)
        .size_limit(MOST_BYTES)
        .dfa_size_limit(MOST_BYTES)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "This pattern is too large: repeat less, or use [a-z] and [0-9] in place of \\w and \\d."
                .to_owned()
        }
        error => format!("This is no regular expression: {}.", cause(&error.to_string())),
    })
}

/// The last words of a message that also draws the pattern.
fn cause(message: &str) -> &str {
    let last = message
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("error: "));
    last.unwrap_or("it cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_people_write_fit() {
        for pattern in [
            r"^\s*\[?\w{2,3}\]?\s*[|:]\s*",
            r"(?i)\b(fhd|uhd|hd|sd|4k|hevc|raw)\b",
            r"^(\w+) - (\w+) - (?P<rest>.*)$",
            r"[★●◉◆]+",
            r"\s*\(\d{4}\)$",
            "",
        ] {
            assert!(compiled(pattern).is_ok(), "{pattern}: {:?}", compiled(pattern));
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_in_a_sentence() {
        for (pattern, told) in [
            ("(UK", "This is no regular expression: unclosed group."),
            (
                r"(a)\1",
                "This is no regular expression: backreferences are not supported.",
            ),
            (
                "(?=UK)",
                "This is no regular expression: look-around, including look-ahead and look-behind, is not supported.",
            ),
        ] {
            assert_eq!(compiled(pattern).unwrap_err(), told);
        }
        for large in [r"\w{100}", "((a{50}){50}){50}", r"(\p{L}{40}){40}"] {
            let told = compiled(large).unwrap_err();
            assert!(told.starts_with("This pattern is too large"), "{told}");
        }
    }
}
