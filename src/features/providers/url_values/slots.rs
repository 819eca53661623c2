//! Which values a stored template needs.

use crate::features::providers::url_parts::{Slot, placeholders};

/// What a stored entry needs to become a URL again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Values of its record, secret headers included.
    pub values: usize,
    /// Those of the URL alone.
    pub placeholders: usize,
    /// The place of the host among them.
    pub host: Option<usize>,
}

/// Counts the slots of a template and the secret ones among its headers, which are null.
pub fn slots(template: &str, headers: Option<&str>) -> Slots {
    let slots = placeholders(template).unwrap_or_default();
    let secret_headers = headers
        .and_then(|json| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json).ok())
        .map_or(0, |headers| {
            headers.values().filter(|value| value.is_null()).count()
        });
    Slots {
        values: slots.len() + secret_headers,
        placeholders: slots.len(),
        host: slots.iter().position(|slot| *slot == Slot::Host),
    }
}
