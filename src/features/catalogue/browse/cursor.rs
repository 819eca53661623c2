use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// An entry that was seen, by what its list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The number that the sort compares first; 0 where there is none.
    pub lead: i64,
    pub sort_key: String,
    pub id: i64,
}

/// The text is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a place in the list")]
pub struct UnknownCursor;

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}:{}:{}", self.lead, self.id, self.sort_key);
        f.write_str(&URL_SAFE_NO_PAD.encode(text))
    }
}

impl std::str::FromStr for Cursor {
    type Err = UnknownCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| UnknownCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| UnknownCursor)?;
        let mut parts = text.splitn(3, ':');
        let mut number = || {
            parts
                .next()
                .and_then(|part| part.parse().ok())
                .ok_or(UnknownCursor)
        };
        let (lead, id) = (number()?, number()?);
        let sort_key = parts
            .next()
            .filter(|key| !key.contains('\0'))
            .ok_or(UnknownCursor)?
            .to_owned();
        Ok(Self { lead, sort_key, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_what_it_wrote() {
        let cursor = Cursor {
            lead: -3,
            sort_key: "a: b:00000001".into(),
            id: 42,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn other_texts_are_no_cursors() {
        for text in ["", "x", "%%%", "MTo", "MTp4OmE"] {
            assert_eq!(text.parse::<Cursor>(), Err(UnknownCursor), "{text}");
        }
    }
}
