//! Where each file of a library stands, as Kodi, Jellyfin, Emby and Plex find it.

use super::naming::{MAX_BYTES, fitted, safe_name};
use crate::support::clean::cut;

pub const MOVIES: &str = "Movies";
pub const SERIES: &str = "TV Shows";
/// What a channel without a group is filed under.
pub const UNCATEGORIZED: &str = "Uncategorized";

/// What may follow a name: a tier or number such as ` [1080p]`, and `.strm`. A name that leaves room for it is never cut.
pub const SUFFIX_BYTES: usize = 13;

/// The longest file name without `.strm`.
const STEM_BYTES: usize = MAX_BYTES - 5;

/// So much of an episode's file name is left to the series' title.
const SERIES_BYTES: usize = 120;

// All paths below are without extension; `name`, `film`, `folder`, `category` and `genre` are safe names.

/// `<Category>/<Name>`.
pub fn channel(category: Option<&str>, name: &str, suffix: &str) -> String {
    let file = fitted(name, suffix, STEM_BYTES);
    match category {
        Some(category) => format!("{category}/{file}"),
        None => file,
    }
}

/// `Movies/<Genre?>/<Title (Year)>/<Title (Year)>`.
pub fn movie(genre: Option<&str>, film: &str, suffix: &str) -> String {
    let file = fitted(film, suffix, STEM_BYTES);
    match genre {
        Some(genre) => format!("{MOVIES}/{genre}/{film}/{file}"),
        None => format!("{MOVIES}/{film}/{file}"),
    }
}

/// `TV Shows/<Genre?>/<Series (Year)>`.
pub fn series(genre: Option<&str>, folder: &str) -> String {
    match genre {
        Some(genre) => format!("{SERIES}/{genre}/{folder}"),
        None => format!("{SERIES}/{folder}"),
    }
}

/// `Season NN/<Series> - SxxEyy - <Title>`, of texts that need not be safe.
pub fn episode(series: &str, season: u16, episode: u16, title: Option<&str>, suffix: &str) -> String {
    let series = safe_name(series, "Unnamed");
    let series = cut(&series, SERIES_BYTES).trim_end_matches(['.', ' ']);
    let mut stem = format!("{series} - S{season:02}E{episode:02}");
    let title = title
        .map(|title| safe_name(title, ""))
        .filter(|title| !title.is_empty());
    if let Some(title) = title {
        stem.push_str(" - ");
        stem.push_str(&title);
    }
    format!("Season {season:02}/{}", fitted(&stem, suffix, STEM_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_where_players_look() {
        assert_eq!(channel(None, "ESPN", ""), "ESPN");
        assert_eq!(channel(Some("Sports"), "ESPN", " [1080p]"), "Sports/ESPN [1080p]");
        assert_eq!(movie(None, "Heat (1995)", ""), "Movies/Heat (1995)/Heat (1995)");
        assert_eq!(
            movie(Some("Crime"), "Heat", " [4K]"),
            "Movies/Crime/Heat/Heat [4K]"
        );
        assert_eq!(series(Some("Drama"), "Show (2019)"), "TV Shows/Drama/Show (2019)");
        assert_eq!(
            episode("Show", 1, 2, Some("A/B"), ""),
            "Season 01/Show - S01E02 - A-B"
        );
        assert_eq!(
            episode("Show", 2019, 120, None, " [4K]"),
            "Season 2019/Show - S2019E120 [4K]"
        );
    }

    #[test]
    fn long_names_leave_room_for_the_number_and_the_extension() {
        let path = episode(&"s".repeat(300), 1, 2, Some(&"t".repeat(300)), " [1080p]");
        let file = path.rsplit('/').next().unwrap_or("");
        assert!(file.len() <= 250 && file.contains(" - S01E02 - t") && file.ends_with(" [1080p]"));
        assert!(channel(None, &"x".repeat(255), " [1080p]").len() <= 250);
    }
}
