use crate::db::{Column, DbError, Row};

/// What the checker last found of a stream; never checked is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum State {
    Up,
    #[default]
    Unknown,
    Degraded,
    /// Its provider is at work on it: it may play or not.
    Maintenance,
    Down,
}

impl State {
    pub const ALL: [Self; 5] = [
        Self::Up,
        Self::Unknown,
        Self::Degraded,
        Self::Maintenance,
        Self::Down,
    ];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Maintenance => "maintenance",
            Self::Down => "down",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl Column for State {
    /// A stream that was never checked has no row that says so.
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let word: Option<String> = row.get(column)?;
        let Some(word) = word else {
            return Ok(Self::Unknown);
        };
        Self::from_word(&word).ok_or_else(|| DbError::Column {
            column,
            cause: format!("unknown state {word}"),
        })
    }
}
