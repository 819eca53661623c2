//! The one list of what can be reached from everywhere. A page that lands adds its line.

/// The heading under which an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Above all headings.
    Top,
    Watch,
    Insight,
    Manage,
}

impl Group {
    pub fn label(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Watch => "Watch",
            Self::Insight => "Insight",
            Self::Manage => "Manage",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub group: Group,
    pub label: &'static str,
    pub path: &'static str,
    pub icon: &'static str,
    pub admin: bool,
}

impl Entry {
    /// Whether the page at `path` belongs to this entry.
    pub fn holds(&self, path: &str) -> bool {
        match path.strip_prefix(self.path) {
            Some("") => true,
            Some(rest) => self.path != "/" && rest.starts_with('/'),
            None => false,
        }
    }
}

/// Only what exists, in the order it is shown: {group, label, path, icon of `static/icons/icons.svg`, admin only}.
pub const ENTRIES: &[Entry] = &[
    entry(Group::Top, "Dashboard", "/", "layout-dashboard"),
    entry(Group::Watch, "Channels", "/channels", "tv"),
    entry(Group::Watch, "Films", "/movies", "film"),
    entry(Group::Watch, "Series", "/series", "clapperboard"),
    entry(Group::Watch, "Favourites", "/favourites", "star"),
    entry(Group::Watch, "Watched", "/history", "history"),
    Entry {
        group: Group::Insight,
        ..managed("Watching now", "/watching", "play")
    },
    Entry {
        group: Group::Insight,
        ..managed("Stream health", "/stream-health", "heart-pulse")
    },
    managed("Providers", "/providers", "server"),
    managed("Syncs", "/syncs", "refresh-cw"),
    managed("Merge rules", "/merge-rules", "merge"),
    managed("Library", "/library", "layers"),
    managed("HDHomeRun", "/hdhomerun", "monitor"),
    managed("Jobs", "/jobs", "list-checks"),
    managed("Users", "/users", "users"),
    managed("Audit log", "/audit", "scroll-text"),
    managed("Settings", "/settings", "settings"),
    managed("System", "/system", "activity"),
];

const fn entry(group: Group, label: &'static str, path: &'static str, icon: &'static str) -> Entry {
    Entry {
        group,
        label,
        path,
        icon,
        admin: false,
    }
}

const fn managed(label: &'static str, path: &'static str, icon: &'static str) -> Entry {
    Entry {
        admin: true,
        ..entry(Group::Manage, label, path, icon)
    }
}

/// Where the search of the top line leads (`GET ?q=`).
pub const SEARCH: Option<&str> = Some("/channels");

/// One heading with its entries.
#[derive(Debug, Clone)]
pub struct Section {
    pub label: &'static str,
    pub entries: Vec<Entry>,
}

/// The sections of `entries` that somebody sees.
pub fn sections(entries: &[Entry], is_admin: bool) -> Vec<Section> {
    [Group::Top, Group::Watch, Group::Insight, Group::Manage]
        .into_iter()
        .map(|group| Section {
            label: group.label(),
            entries: entries
                .iter()
                .filter(|entry| entry.group == group && (is_admin || !entry.admin))
                .copied()
                .collect(),
        })
        .filter(|section| !section.entries.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: Entry = Entry {
        group: Group::Manage,
        label: "Users",
        path: "/users",
        icon: "users",
        admin: true,
    };

    #[test]
    fn a_viewer_does_not_see_what_administrators_do() {
        assert!(sections(&[USERS], false).is_empty());
        assert_eq!(sections(&[USERS], true).len(), 1);
    }

    #[test]
    fn a_page_below_an_entry_belongs_to_it() {
        assert!(USERS.holds("/users") && USERS.holds("/users/7"));
        assert!(!USERS.holds("/users-of-old") && !USERS.holds("/"));
    }
}
