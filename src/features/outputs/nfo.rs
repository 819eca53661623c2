//! NFO files as Kodi, Jellyfin and Emby read them, from what is known of a title.

use std::fmt::{Display, Write};

/// What is known of a film or a series. Empty lists and absent facts leave no element.
#[derive(Debug, Clone, Default)]
pub struct Title<'a> {
    pub title: &'a str,
    pub year: Option<u16>,
    pub plot: Option<&'a str>,
    pub genres: &'a [&'a str],
    /// 0 to 10.
    pub rating: Option<f64>,
    pub runtime_minutes: Option<u32>,
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
    pub runtime_minutes: Option<u32>,
}

/// The NFO beside a film.
pub fn movie(film: &Title<'_>) -> String {
    let mut out = Nfo::open("movie");
    out.title(film);
    out.optional("year", film.year);
    out.facts(film);
    out.close("movie")
}

/// `tvshow.nfo`. Kodi reads a series' year from `premiered` only.
pub fn series(series: &Title<'_>) -> String {
    let mut out = Nfo::open("tvshow");
    out.title(series);
    out.optional("year", series.year);
    out.optional("premiered", series.year.map(|year| format!("{year}-01-01")));
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
        self.optional("rating", title.rating.map(|rating| format!("{rating:.1}")));
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
                self.tagged("uniqueid", &format!(" type=\"{kind}\""), id);
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
        assert!(text.contains("<uniqueid type=\"tmdb\">5</uniqueid>"));
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
