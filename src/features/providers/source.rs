use serde::{Deserialize, Serialize};

use crate::db::{Column, DbError, Row};

/// Where the playlist of a provider comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its addresses; a panel has no other.
    #[default]
    Address,
    /// A file that somebody uploaded.
    Upload(Uploaded),
    /// A file of the machine, below the import folder.
    Path(String),
}

/// A playlist that was uploaded and is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    pub id: i64,
    /// Pieces that it is kept in.
    pub chunks: i64,
    /// Unpacked.
    pub bytes: u64,
    pub entries: u64,
    pub at_ms: i64,
}

impl Source {
    pub fn uploaded(&self) -> Option<&Uploaded> {
        match self {
            Self::Upload(uploaded) => Some(uploaded),
            Self::Address | Self::Path(_) => None,
        }
    }

    /// The path of a file of the machine, below the import folder.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Address | Self::Upload(_) => None,
        }
    }

    pub(super) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "\"address\"".to_owned())
    }
}

impl Column for Source {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let text: String = row.get(column)?;
        serde_json::from_str(&text).map_err(|_| DbError::Column {
            column,
            cause: "not the source of a playlist".to_owned(),
        })
    }
}
