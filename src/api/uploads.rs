//! Fields that come as JSON, or as parts beside a playlist.

use serde_json::{Map, Value};

use crate::ctx::Ctx;
use crate::edge::{Body, Problem};
use crate::features::providers::Wish;
use crate::features::providers::uploads::Checked;

/// What was sent.
pub(super) struct Sent {
    pub fields: Map<String, Value>,
    pub file: Option<Checked>,
}

/// Parts whose text is read as JSON is.
const TYPED: [&str; 9] = [
    "rename_rules",
    "enabled",
    "priority",
    "max_connections",
    "headers",
    "merge_duplicates",
    "organize_by_category",
    "fuzzy_match_threshold",
    "clean_output_first",
];
/// Parts that may come several times, or once as a list.
const LISTS: [&str; 4] = ["backup_hosts", "backup_urls", "include_groups", "exclude_groups"];

impl Sent {
    /// # Errors
    /// 413 and 422.
    pub(super) async fn read(body: Body, ctx: &Ctx) -> Result<Self, Problem> {
        if !body.has_parts() {
            let fields = body.json().await?;
            return Ok(Self { fields, file: None });
        }
        let mut parts = body.parts(ctx).await?;
        let file = parts.playlist(ctx).await?;
        let mut fields = Map::new();
        for (name, text) in parts.fields {
            take(&mut fields, name, text);
        }
        Ok(Self { fields, file })
    }

    pub(super) fn wish(&mut self) -> Wish<'_> {
        Wish {
            fields: &self.fields,
            file: self.file.take(),
        }
    }
}

fn take(fields: &mut Map<String, Value>, name: String, text: String) {
    let parsed = serde_json::from_str::<Value>(text.trim()).ok();
    let value = if LISTS.contains(&name.as_str()) {
        match parsed.filter(Value::is_array) {
            Some(list) => list,
            None => {
                let before = fields.remove(&name);
                let mut list: Vec<Value> = before
                    .and_then(|before| before.as_array().cloned())
                    .unwrap_or_default();
                list.push(Value::from(text));
                Value::from(list)
            }
        }
    } else if TYPED.contains(&name.as_str()) {
        let empty = text.trim().is_empty();
        let as_text = || if empty { Value::Null } else { Value::from(text) };
        parsed.unwrap_or_else(as_text)
    } else {
        Value::from(text)
    };
    fields.insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_mean_what_json_would_say() {
        let mut fields = Map::new();
        for (name, text) in [
            ("name", "7"),
            ("priority", " 60 "),
            ("enabled", "false"),
            ("max_connections", ""),
            ("headers", "{\"Referer\":\"http://tv.example/\"}"),
            ("exclude_groups", "VOD"),
            ("exclude_groups", "[Adult]"),
            ("include_groups", "[\"UK\",\"DE\"]"),
            ("fuzzy_match_threshold", "high"),
        ] {
            take(&mut fields, name.to_owned(), text.to_owned());
        }
        assert_eq!(
            Value::from(fields),
            json!({ "name": "7", "priority": 60, "enabled": false, "max_connections": null,
                "headers": { "Referer": "http://tv.example/" }, "exclude_groups": ["VOD", "[Adult]"],
                "include_groups": ["UK", "DE"], "fuzzy_match_threshold": "high" })
        );
    }
}
