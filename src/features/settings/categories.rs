//! The categories that settings stand in.

use super::key::Category;

/// Every category, in the order it is shown.
pub const CATEGORIES: &[Category] = &[
    Category {
        name: "sync",
        title: "Syncs",
        lead: "How playlists are fetched and what a sync may change. The next sync goes by it.",
    },
    Category {
        name: "matching",
        title: "Matching",
        lead: "When streams of different names become one channel. The next sync goes by it.",
    },
    Category {
        name: "health",
        title: "Health",
        lead: "How streams are checked, and when one is taken out of use. The next check goes by it.",
    },
    Category {
        name: "quality",
        title: "Quality",
        lead: "How the picture of streams is measured and looked at. The next measurement or look goes by it.",
    },
    Category {
        name: "playlists",
        title: "Playlists",
        lead: "What players get that ask for nothing in particular. The next request goes by it.",
    },
    Category {
        name: "strm",
        title: "Library",
        lead: "The files for media servers. The next time the library is written goes by it; how links play counts at once.",
    },
    Category {
        name: "hdhomerun",
        title: "HDHomeRun",
        lead: "How players find the devices. A change counts at once, on other nodes within a few seconds.",
    },
    Category {
        name: "backups",
        title: "Backups",
        lead: "Copies of the database with the key file, in the folder backups of the data folder. On PostgreSQL its own tools do it.",
    },
    Category {
        name: "system",
        title: "System",
        lead: "This server itself. A change counts at once, on other nodes within a few seconds.",
    },
];
