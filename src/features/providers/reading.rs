use serde::{Deserialize, Serialize};

use super::groups::Choice;
use super::renames::{Renamer, Rule};
use crate::db::{Column, DbError, Row};

/// How the list of a provider is read: what a person decided about it, before anything is matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Names and patterns of the groups that are taken; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include_groups: Vec<String>,
    /// Names and patterns of the groups that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_groups: Vec<String>,
    /// What becomes of its names, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rename_rules: Vec<Rule>,
}

impl Reading {
    pub fn choice(&self) -> Choice {
        Choice::new(&self.include_groups, &self.exclude_groups)
    }

    pub fn renamer(&self) -> Renamer {
        Renamer::new(&self.rename_rules)
    }

    pub(super) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

impl Column for Reading {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        let text: String = row.get(column)?;
        serde_json::from_str(&text).map_err(|_| DbError::Column {
            column,
            cause: "not the reading of a provider".to_owned(),
        })
    }
}
