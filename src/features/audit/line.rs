use crate::db::{DbError, FromRow, Row};
use crate::support::ids::UserId;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        name: String,
    },
    /// Whoever has the terminal of the machine.
    Terminal,
    /// The product itself.
    System,
}

impl Actor {
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Terminal | Self::System => None,
        }
    }

    /// The name that a line keeps.
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } => name,
            Self::Terminal => "(terminal)",
            Self::System => "(system)",
        }
    }
}

/// One act.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub id: i64,
    pub user_id: Option<UserId>,
    /// The name at the time of the act.
    pub actor: String,
    pub action: String,
    pub resource: String,
    pub at_ms: i64,
    /// A JSON object.
    pub details: serde_json::Value,
}

impl FromRow for Line {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let details: String = row.get(6)?;
        Ok(Self {
            id: row.get(0)?,
            user_id: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            resource: row.get(4)?,
            at_ms: row.get(5)?,
            details: serde_json::from_str(&details).map_err(|cause| DbError::Column {
                column: 6,
                cause: cause.to_string(),
            })?,
        })
    }
}

/// Which lines are wanted; an absent part matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub user_id: Option<UserId>,
    pub action: Option<String>,
    /// From this instant on.
    pub from_ms: Option<i64>,
    /// Before this instant.
    pub until_ms: Option<i64>,
}
