//! Film, episode or channel: what an entry of a playlist is. A group never decides.

use super::numbering::{self, Numbering};
use super::title;

/// What is known of an entry when it is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts<'a> {
    pub name: &'a str,
    /// The URL's path, without query.
    pub path: &'a str,
    /// The path's file extension without the dot, in any case.
    pub extension: &'a str,
    /// Only names a series whose episodes are called "S01E02"; it decides nothing.
    pub group: Option<&'a str>,
    pub has_tvg_id: bool,
    pub has_chno: bool,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    Channel,
    Movie {
        title: String,
        year: Option<u16>,
    },
    Episode {
        series: String,
        year: Option<u16>,
        season: u16,
        episode: u16,
        title: Option<String>,
    },
}

const FILM_EXTENSIONS: [&str; 16] = [
    "mp4", "mkv", "avi", "mov", "m4v", "wmv", "mpg", "mpeg", "webm", "divx", "xvid", "vob", "ogv", "3gp",
    "rmvb", "asf",
];

/// Judges an entry by the first sign that applies: numbering behind a title, a `/live/` path, "(YYYY)" at the end, a
/// `/movie/` or `/series/` path, a film's extension without guide id and number. Years run from 1900 to next year.
pub fn classify(facts: &Facts<'_>, this_year: u16) -> Kind {
    if let Some(found) = numbering::find(facts.name) {
        let before = &facts.name[..found.start];
        let (series, year) = title::series(before, this_year);
        if title::is_title(&series) && !title::is_only_a_tag(before) {
            return episode(facts, series, year, &found);
        }
    }
    if has_segment(facts.path, "live") {
        return Kind::Channel;
    }
    if let Some((title, year)) = title::with_year_at_end(facts.name, this_year) {
        return Kind::Movie {
            title,
            year: Some(year),
        };
    }
    if has_segment(facts.path, "movie") {
        return movie(facts.name, this_year);
    }
    if has_segment(facts.path, "series") {
        return unnumbered_episode(facts, this_year);
    }
    let is_film = FILM_EXTENSIONS
        .iter()
        .any(|extension| facts.extension.eq_ignore_ascii_case(extension));
    if is_film && !facts.has_tvg_id && !facts.has_chno {
        movie(facts.name, this_year)
    } else {
        Kind::Channel
    }
}

/// What an entry is under another name: what it was, with what the new name says of it. A name never makes a film of a
/// channel, nor takes the number of an episode away.
pub fn renamed(was: Kind, facts: &Facts<'_>, this_year: u16) -> Kind {
    match (was, classify(facts, this_year)) {
        (Kind::Channel, _) => Kind::Channel,
        (Kind::Movie { .. }, now @ Kind::Movie { .. }) => now,
        (Kind::Movie { .. }, _) => movie(facts.name, this_year),
        (Kind::Episode { .. }, now @ Kind::Episode { .. }) if is_numbered(facts.name) => now,
        (was, _) => was,
    }
}

fn is_numbered(name: &str) -> bool {
    numbering::find(name)
        .or_else(|| numbering::find_in_words(name))
        .is_some()
}

fn movie(name: &str, this_year: u16) -> Kind {
    let (title, year) = title::film(name, this_year);
    Kind::Movie { title, year }
}

fn episode(facts: &Facts<'_>, series: String, year: Option<u16>, found: &Numbering) -> Kind {
    Kind::Episode {
        series,
        year,
        season: found.season,
        episode: found.episode,
        title: title::episode(&facts.name[found.end..]),
    }
}

/// An episode that only its path declares: numbered in words or without a series' title, or not numbered at all.
fn unnumbered_episode(facts: &Facts<'_>, this_year: u16) -> Kind {
    let found = numbering::find(facts.name).or_else(|| numbering::find_in_words(facts.name));
    let found = found.unwrap_or(Numbering {
        start: facts.name.len(),
        end: facts.name.len(),
        season: 1,
        episode: 0,
    });
    let (series, year) = title::series(&facts.name[..found.start], this_year);
    let group = facts.group.map(str::trim).filter(|group| title::is_title(group));
    let series = match (title::is_title(&series), group) {
        (true, _) => series,
        (false, Some(group)) => group.to_owned(),
        (false, None) => "Unnamed".to_owned(),
    };
    episode(facts, series, year, &found)
}

/// Whether a path has a folder of this name.
fn has_segment(path: &str, word: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders
        .split('/')
        .any(|segment| segment.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, url: &str) -> String {
        describe(&classify(&facts(name, url), 2026))
    }

    #[test]
    fn another_name_leaves_an_entry_what_it_is() {
        let under = |listed: &str, name: &str, url: &str| {
            let was = classify(&facts(listed, url), 2026);
            describe(&renamed(was, &facts(name, url), 2026))
        };
        let live = kind("Sky", "http://h/live/1.ts");
        assert_eq!(under("UK: Sky", "Sky (2019)", "http://h/1"), live);
        assert_eq!(
            under("DE - Heat 1995", "Heat (1995)", "http://h/movie/1.mkv"),
            kind("Heat (1995)", "http://h/movie/1.mkv")
        );
        assert_eq!(
            under("Heat (1995)", "Heat", "http://h/1.mkv"),
            kind("Heat", "http://h/movie/1.mkv")
        );
        assert_eq!(
            under("DE - Dark S01E02", "Dark S01E02", "http://h/1.mkv"),
            kind("Dark S01E02", "http://h/1.mkv")
        );
        let episode = kind("Dark S01E02", "http://h/series/1.mkv");
        assert_eq!(under("Dark S01E02", "Dark", "http://h/series/1.mkv"), episode);
    }

    fn facts<'a>(name: &'a str, url: &'a str) -> Facts<'a> {
        let path = &url[url.find("//").map_or(0, |at| {
            url[at + 2..].find('/').map_or(url.len(), |end| at + 2 + end)
        })..];
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        Facts {
            name,
            path,
            extension,
            ..Facts::default()
        }
    }

    fn describe(kind: &Kind) -> String {
        let year = |year: &Option<u16>| year.map_or(String::new(), |year| format!(" ({year})"));
        match kind {
            Kind::Channel => "channel".to_owned(),
            Kind::Movie { title, year: y } => format!("film {title}{}", year(y)),
            Kind::Episode {
                series,
                year: y,
                season,
                episode,
                title,
            } => {
                let title = title
                    .as_deref()
                    .map_or(String::new(), |title| format!(" {title}"));
                format!("episode {series}{} {season}x{episode}{title}", year(y))
            }
        }
    }

    const PLAIN: &str = "http://h/x/1.m3u8";

    #[test]
    fn numbering_behind_a_title_is_an_episode_wherever_it_comes_from() {
        for (name, expected) in [
            ("Show S01E02", "episode Show 1x2"),
            ("Show S01E02 - Title", "episode Show 1x2 Title"),
            ("Show - S01E02 - The Title", "episode Show 1x2 The Title"),
            ("Show s1e2", "episode Show 1x2"),
            ("Show S01 E02", "episode Show 1x2"),
            ("Show S01.E02", "episode Show 1x2"),
            ("Show S2019E120", "episode Show 2019x120"),
            ("Show 1x02", "episode Show 1x2"),
            ("Show - 12x05 - A 4x4", "episode Show 12x5 A 4x4"),
            ("Show (2019) S01E02", "episode Show (2019) 1x2"),
            ("Show S01E02E03", "episode Show 1x2"),
            ("EN - Show S01E02 [1080p]", "episode Show 1x2"),
            ("|FR| Show S01E02 Pilote FHD", "episode Show 1x2 Pilote"),
            ("Show.Name.S01E02.720p.WEB", "episode Show Name 1x2"),
            ("Друзья S01E02", "episode Друзья 1x2"),
            ("进击的巨人S01E02", "episode 进击的巨人 1x2"),
            ("سریال S03E04", "episode سریال 3x4"),
            ("Élite S01E02 – Désir", "episode Élite 1x2 Désir"),
        ] {
            assert_eq!(kind(name, PLAIN), expected, "{name}");
            assert_eq!(
                kind(name, "http://h/live/u/p/1.ts"),
                expected,
                "{name} on a live path"
            );
        }
    }

    #[test]
    fn numbering_without_a_title_or_inside_a_word_is_none() {
        for name in [
            "S01E02",
            "  S01E02 - Title",
            "FR - S01E02",
            "[HD] S01E02",
            "PS5E2",
            "Sky S1 Event 5",
            "Cam 1920x1080",
            "Relay 4x100",
            "1x02",
            "USE1E2x",
        ] {
            assert_eq!(kind(name, PLAIN), "channel", "{name}");
        }
    }

    #[test]
    fn a_live_path_is_a_channel_before_year_and_extension() {
        assert_eq!(kind("News (2019)", "http://h/live/u/p/1.ts"), "channel");
        assert_eq!(kind("Clip", "http://h/LIVE/u/p/1.mp4"), "channel");
        assert_eq!(kind("Clip", "http://h/x/live.mp4"), "film Clip");
        assert_eq!(kind("Clip", "http://h/livestream/1.mp4"), "film Clip");
    }

    #[test]
    fn a_year_in_brackets_at_the_end_is_a_film_even_as_hls() {
        for (name, expected) in [
            ("Title (2019)", "film Title (2019)"),
            ("Title (2019) ", "film Title (2019)"),
            ("Title (2019) 1080p", "film Title (2019)"),
            ("Title (2019) [HD]", "film Title (2019)"),
            ("Title (2019) (FHD)", "film Title (2019)"),
            ("Title (2019) [Multi-Sub] 4K HDR", "film Title (2019)"),
            ("4K - Title (2019)", "film Title (2019)"),
            ("FR - Le Titre (2019)", "film Le Titre (2019)"),
            ("|EN| Title: A Story (2019)", "film Title: A Story (2019)"),
            ("US (2019)", "film US (2019)"),
            ("Dual (2022) [HD]", "film Dual (2022)"),
            ("Charlotte's Web (2006) WEB-DL", "film Charlotte's Web (2006)"),
            ("WWE RAW 1080p (2019)", "film WWE RAW (2019)"),
            ("2012 (2009)", "film 2012 (2009)"),
            ("Amélie (2001)", "film Amélie (2001)"),
            ("千と千尋の神隠し（2001）", "film 千と千尋の神隠し (2001)"),
            ("Title (1900)", "film Title (1900)"),
            ("Title (2027)", "film Title (2027)"),
        ] {
            assert_eq!(kind(name, PLAIN), expected, "{name}");
        }
    }

    #[test]
    fn a_number_that_is_no_year_of_a_film_makes_none() {
        for name in [
            "Title (1899)",
            "Title (2028)",
            "Title (1080)",
            "(2019)",
            "Title 2019",
            "Title (2019) Live Now",
            "24/7 (720p)",
            "Title (12019)",
        ] {
            assert_eq!(kind(name, PLAIN), "channel", "{name}");
        }
    }

    #[test]
    fn a_movie_or_series_path_decides_next() {
        assert_eq!(kind("Title", "http://h/movie/u/p/1.m3u8"), "film Title");
        assert_eq!(kind("Title - 2019", "http://h/movie/u/p/1"), "film Title (2019)");
        assert_eq!(
            kind("Show Season 2 Episode 5", "http://h/series/u/p/1.ts"),
            "episode Show 2x5"
        );
        assert_eq!(kind("Show", "http://h/series/u/p/1.mkv"), "episode Show 1x0");
        let nameless = Facts {
            group: Some("Show"),
            ..facts("S02E03", "http://h/series/u/p/1.mkv")
        };
        assert_eq!(describe(&classify(&nameless, 2026)), "episode Show 2x3");
    }

    #[test]
    fn a_films_extension_decides_unless_a_guide_id_or_number_is_set() {
        assert_eq!(kind("Title", "http://h/a/1.mp4"), "film Title");
        assert_eq!(
            kind("Title (2019) Extended Cut", "http://h/a/1.MKV"),
            "film Title Extended Cut (2019)"
        );
        assert_eq!(
            kind("The.Matrix.1999.1080p.BluRay.x264", "http://h/a/1.avi"),
            "film The Matrix (1999)"
        );
        assert_eq!(kind("S.W.A.T.", "http://h/a/1.avi"), "film S.W.A.T");
        assert_eq!(kind("Channel", "http://h/a/1.ts"), "channel");
        let with_id = Facts {
            has_tvg_id: true,
            ..facts("Title", "http://h/a/1.mp4")
        };
        assert_eq!(classify(&with_id, 2026), Kind::Channel);
        let with_number = Facts {
            has_chno: true,
            ..facts("Title", "http://h/a/1.mp4")
        };
        assert_eq!(classify(&with_number, 2026), Kind::Channel);
    }

    #[test]
    fn a_group_never_decides() {
        let grouped = Facts {
            group: Some("VOD | Movies"),
            ..facts("Title", PLAIN)
        };
        assert_eq!(classify(&grouped, 2026), Kind::Channel);
    }
}
