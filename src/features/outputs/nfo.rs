//! NFO files as Kodi, Jellyfin and Emby read them, from what is known of a title.

use std::fmt::{Display, Write};

/// What is known of a film or a series. Empty lists and absent facts leave no element.
#[derive(Debug, Clone, Default)]
pub struct Title<'a> {
    pub title: &'a str,
    pub year: Option<u16>,
    pub plot: Option<&'a str>,
    pub genres: &'a [&'a str],
    /// `YYYY-MM-DD`.
    pub premiered: Option<&'a str>,
    /// Tenths: 1 to 100.
    pub rating_tenths: Option<i64>,
    pub runtime_minutes: Option<i64>,
    pub directors: &'a [&'a str],
    pub actors: &'a [&'a str],
    pub poster_url: Option<&'a str>,
    pub tmdb_id: Option<&'a str>,
    pub imdb_id: Option<&'a str>,
}

/// What is known of an episode.
#[derive(Debug, Clone, Default)]
pub struct Episode<'a> {
    pub series: &'a str,
    /// "Episode 2" stands in, since players demand one.
    pub title: Option<&'a str>,
    pub season: u16,
    pub episode: u16,
    pub plot: Option<&'a str>,
    /// `YYYY-MM-DD`.
    pub aired: Option<&'a str>,
    pub runtime_minutes: Option<i64>,
}

/// The NFO beside a film.
pub fn movie(film: &Title<'_>) -> String {
    let mut out = Nfo::open("movie");
    out.title(film);
    out.optional("year", film.year);
    out.optional("premiered", film.premiered);
    out.facts(film);
    out.close("movie")
}

/// `tvshow.nfo`. Kodi reads a series' year from `premiered` only.
pub fn series(series: &Title<'_>) -> String {
    let mut out = Nfo::open("tvshow");
    out.title(series);
    out.optional("year", series.year);
    let first_day = || series.year.map(|year| format!("{year}-01-01"));
    out.optional(
        "premiered",
        series.premiered.map(str::to_owned).or_else(first_day),
    );
    out.facts(series);
    out.close("tvshow")
}

/// The NFO beside an episode.
pub fn episode(episode: &Episode<'_>) -> String {
    let mut out = Nfo::open("episodedetails");
    match episode.title {
        Some(title) => out.element("title", title),
        None => out.element("title", format_args!("Episode {}", episode.episode)),
    }
    out.element("showtitle", episode.series);
    out.element("season", episode.season);
    out.element("episode", episode.episode);
    out.optional("plot", episode.plot);
    out.optional("aired", episode.aired);
    out.optional("runtime", episode.runtime_minutes);
    out.close("episodedetails")
}

struct Nfo(String);

impl Nfo {
    fn open(root: &str) -> Self {
        Self(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<{root}>\n"
        ))
    }

    fn close(mut self, root: &str) -> String {
        let _ = writeln!(self.0, "</{root}>");
        self.0
    }

    fn title(&mut self, title: &Title<'_>) {
        self.element("title", title.title);
    }

    fn facts(&mut self, title: &Title<'_>) {
        self.optional("plot", title.plot);
        let rating = title.rating_tenths;
        self.optional(
            "rating",
            rating.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)),
        );
        self.optional("runtime", title.runtime_minutes);
        title.genres.iter().for_each(|genre| self.element("genre", genre));
        title
            .directors
            .iter()
            .for_each(|director| self.element("director", director));
        for (order, actor) in title.actors.iter().enumerate() {
            self.0.push_str("  <actor>\n  ");
            self.element("name", actor);
            self.0.push_str("  ");
            self.element("order", order);
            self.0.push_str("  </actor>\n");
        }
        if let Some(url) = title.poster_url {
            self.tagged("thumb", " aspect=\"poster\"", url);
        }
        for (kind, id) in [("tmdb", title.tmdb_id), ("imdb", title.imdb_id)] {
            if let Some(id) = id {
                let is_default = kind == "tmdb" || title.tmdb_id.is_none();
                let default = if is_default { " default=\"true\"" } else { "" };
                self.tagged("uniqueid", &format!(" type=\"{kind}\"{default}"), id);
            }
        }
    }

    fn optional(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.element(name, value);
        }
    }

    fn element(&mut self, name: &str, value: impl Display) {
        self.tagged(name, "", value);
    }

    fn tagged(&mut self, name: &str, attributes: &str, value: impl Display) {
        let _ = write!(self.0, "  <{name}{attributes}>");
        let _ = write!(Escaped(&mut self.0), "{value}");
        let _ = writeln!(self.0, "</{name}>");
    }
}

/// Writes text as XML holds it; characters that XML forbids are left out.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\n' | '\t' => self.0.push(c),
                '\u{fffe}' | '\u{ffff}' => {}
                c if c.is_control() => {}
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_says_what_is_known_and_nothing_else() {
        let film = Title {
            title: "Tom & <Jerry>\0",
            year: Some(2019),
            genres: &["Family"],
            ..Title::default()
        };
        assert_eq!(
            movie(&film),
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<movie>\n  <title>Tom &amp; &lt;Jerry&gt;</title>\n  <year>2019</year>\n  <genre>Family</genre>\n</movie>\n"
        );
        assert!(
            !movie(&Title {
                title: "A",
                ..Title::default()
            })
            .contains("genre")
        );
    }

    #[test]
    fn a_series_has_its_premiere_for_kodi() {
        let text = series(&Title {
            title: "Show",
            year: Some(2019),
            tmdb_id: Some("5"),
            ..Title::default()
        });
        assert!(text.contains("<premiered>2019-01-01</premiered>"));
        assert!(text.contains("<uniqueid type=\"tmdb\" default=\"true\">5</uniqueid>"));
    }

    #[test]
    fn everything_that_is_told_stands_where_players_look_for_it() {
        let text = movie(&Title {
            title: "Heat",
            premiered: Some("1995-12-15"),
            plot: Some("A & <b>\u{b}\"B\"]]>"),
            genres: &["Crime", "Drama"],
            rating_tenths: Some(80),
            runtime_minutes: Some(170),
            directors: &["M. Mann"],
            actors: &["A", "B"],
            tmdb_id: Some("949"),
            imdb_id: Some("tt0113277"),
            ..Title::default()
        });
        for part in [
            "<premiered>1995-12-15</premiered>",
            "<plot>A &amp; &lt;b&gt;&quot;B&quot;]]&gt;</plot>",
            "<rating>8.0</rating>",
            "<runtime>170</runtime>",
            "<genre>Crime</genre>\n  <genre>Drama</genre>",
            "<director>M. Mann</director>",
            "<actor>\n    <name>B</name>\n    <order>1</order>\n  </actor>",
            "<uniqueid type=\"tmdb\" default=\"true\">949</uniqueid>",
            "<uniqueid type=\"imdb\">tt0113277</uniqueid>",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn an_episode_always_has_a_title() {
        let text = episode(&Episode {
            series: "Show",
            season: 1,
            episode: 2,
            ..Episode::default()
        });
        assert!(text.contains("<title>Episode 2</title>"));
        assert!(text.contains("<season>1</season>\n  <episode>2</episode>"));
    }
}
