use super::State;
use crate::db::Value;

/// Which jobs to list, newest first.
#[derive(Debug, Clone)]
pub struct JobFilter {
    pub kind: Option<String>,
    pub state: Option<State>,
    pub skip: u64,
    pub limit: u32,
}

impl Default for JobFilter {
    fn default() -> Self {
        Self {
            kind: None,
            state: None,
            skip: 0,
            limit: 100,
        }
    }
}

impl JobFilter {
    /// The condition, beginning with ` where` unless it is empty, and its values.
    pub(super) fn condition(&self) -> (String, Vec<Value>) {
        let mut values = Vec::new();
        let mut conditions = Vec::new();
        for (column, value) in [
            ("kind", self.kind.as_deref()),
            ("state", self.state.map(State::as_str)),
        ] {
            if let Some(value) = value {
                values.push(Value::from(value));
                conditions.push(format!("{column} = ${}", values.len()));
            }
        }
        if conditions.is_empty() {
            return (String::new(), values);
        }
        (format!(" where {}", conditions.join(" and ")), values)
    }
}
