use crate::features::catalogue::apply::UNCATEGORIZED;

/// What the providers say of a channel, those of its first streams before the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub group: Option<String>,
    pub logo_url: Option<String>,
    pub epg_id: Option<String>,
    pub number: Option<i64>,
}

impl Given {
    pub(super) fn category(&self) -> String {
        let group = self.group.clone().filter(|group| !group.is_empty());
        group.unwrap_or_else(|| UNCATEGORIZED.to_owned())
    }
}
