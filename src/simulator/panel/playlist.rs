//! The catalogue as a playlist, as `get.php` gives it.

use std::sync::Arc;

use super::catalogue::{Catalogue, Category};
use super::lists::picture;
use super::{Parameters, Subscriber, Visit};
use crate::simulator::resource::{Piece, Pieces, Reply};

/// `type=m3u_plus` with attributes, `type=m3u` without; `output=m3u8` or `hls` for HLS addresses of channels.
pub(super) fn reply(subscriber: &Subscriber, parameters: &Parameters, visit: &Visit) -> Reply {
    let entries = Entries {
        catalogue: Arc::clone(&subscriber.catalogue),
        base: format!("http://{}", visit.host),
        host: visit.host.to_owned(),
        line: format!("{}/{}", subscriber.account.username, subscriber.account.password),
        is_plus: parameters.get("type") == Some("m3u_plus"),
        is_hls: matches!(parameters.get("output"), Some("m3u8" | "hls")),
    };
    let entries = Arc::new(entries);
    let pieces = Pieces::new(move || {
        let (channels, films, series) = (Arc::clone(&entries), Arc::clone(&entries), Arc::clone(&entries));
        let catalogue = &entries.catalogue;
        let head = std::iter::once("#EXTM3U\n".to_owned());
        let live = (0..catalogue.channel_count()).map(move |index| channels.channel(index));
        let vod = (0..catalogue.film_count()).map(move |index| films.film(index));
        let shows = (0..catalogue.series_count()).map(move |index| series.episodes(index));
        let whole = head.chain(live).chain(vod).chain(shows);
        whole.map(|text| Piece::from(text.into_bytes()))
    });
    Reply::pieces("application/octet-stream", pieces)
        .header("Content-Disposition", "attachment; filename=\"tv_channels.m3u\"")
}

struct Entries {
    catalogue: Arc<Catalogue>,
    base: String,
    host: String,
    /// User and password as they stand in a path.
    line: String,
    is_plus: bool,
    is_hls: bool,
}

impl Entries {
    fn channel(&self, index: usize) -> String {
        let channel = self.catalogue.channel_at(index);
        let (base, line, id) = (&self.base, &self.line, channel.id);
        let url = if self.is_hls {
            format!("{base}/live/{line}/{id}.m3u8")
        } else {
            format!("{base}/{line}/{id}")
        };
        let group = group(&self.catalogue.live_categories, channel.category);
        let guide = channel.guide.as_deref().unwrap_or("");
        self.entry(&channel.name, guide, channel.icon.as_deref(), group, &url)
    }

    fn film(&self, index: usize) -> String {
        let film = self.catalogue.film_at(index);
        let (base, line) = (&self.base, &self.line);
        let url = format!("{base}/movie/{line}/{}.{}", film.id, film.extension);
        let group = group(&self.catalogue.film_categories, film.category);
        self.entry(&film.name, "", film.cover.as_deref(), group, &url)
    }

    fn episodes(&self, index: usize) -> String {
        let series = self.catalogue.series_at(index);
        let group = group(&self.catalogue.series_categories, series.category);
        let (base, line) = (&self.base, &self.line);
        let mut out = String::new();
        for season in &series.seasons {
            for episode in &season.episodes {
                let name = format!("{} S{:02} E{:02}", series.name, season.number, episode.number);
                let url = format!("{base}/series/{line}/{}.{}", episode.id, episode.extension);
                out.push_str(&self.entry(&name, "", series.cover.as_deref(), group, &url));
            }
        }
        out
    }

    fn entry(&self, name: &str, guide: &str, icon: Option<&str>, group: &str, url: &str) -> String {
        if !self.is_plus {
            return format!("#EXTINF:-1,{name}\n{url}\n");
        }
        let icon = picture(&self.host, icon);
        format!(
            "#EXTINF:-1 tvg-id=\"{guide}\" tvg-name=\"{name}\" tvg-logo=\"{icon}\" group-title=\"{group}\",{name}\n{url}\n"
        )
    }
}

fn group(categories: &[Category], id: Option<u64>) -> &str {
    let found = categories.iter().find(|category| Some(category.id) == id);
    found.map_or("", |category| category.name.as_str())
}
