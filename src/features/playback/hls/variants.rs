use url::Url;

use crate::support::hls::{Attribute, Attributes, Variables};

/// One picture of a master playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub url: Url,
    /// Bits a second at most.
    bandwidth: u64,
    /// Lines of its picture, if that is told.
    lines: Option<u64>,
    /// Its sound or picture comes by a playlist of its own.
    pub is_split: bool,
}

/// The pictures that a master playlist names.
pub fn variants(text: &str, base: &Url) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut variables = Variables::default();
    let mut split_groups: Vec<String> = Vec::new();
    let mut next: Option<String> = None;
    for line in text.lines() {
        let line = variables.fill(line.trim());
        if variables.take(&line, base) {
            continue;
        }
        if let Some(media) = line.strip_prefix("#EXT-X-MEDIA:") {
            if value(media, "URI").is_some() && value(media, "TYPE").is_some_and(|kind| kind != "SUBTITLES") {
                split_groups.extend(value(media, "GROUP-ID").map(str::to_owned));
            }
        } else if let Some(of_next) = line.strip_prefix("#EXT-X-STREAM-INF:") {
            next = Some(of_next.to_owned());
        } else if !line.is_empty()
            && !line.starts_with('#')
            && let Some(of_this) = next.take()
            && let Ok(url) = base.join(&line)
        {
            found.push((url, of_this));
        }
    }
    let made = found.into_iter().map(|(url, of_this)| {
        let groups = [value(&of_this, "AUDIO"), value(&of_this, "VIDEO")];
        let is_split = groups
            .iter()
            .flatten()
            .any(|group| split_groups.iter().any(|split| split == group));
        let lines = value(&of_this, "RESOLUTION").and_then(|size| size.split_once('x')?.1.parse().ok());
        let bandwidth = value(&of_this, "BANDWIDTH").and_then(|bits| bits.parse().ok());
        Variant {
            url,
            bandwidth: bandwidth.unwrap_or_default(),
            lines,
            is_split,
        }
    });
    made.collect()
}

/// The one that is nearest to what was watched; the best, if nothing is known of that. Its sound is in it.
pub fn nearest<'v>(variants: &'v [Variant], watched: Option<&Variant>) -> Option<&'v Variant> {
    let whole = variants.iter().filter(|variant| !variant.is_split);
    match watched {
        None => whole.max_by_key(|variant| (variant.lines, variant.bandwidth)),
        Some(watched) => whole.min_by_key(|variant| {
            let lines = match (variant.lines, watched.lines) {
                (Some(lines), Some(watched)) => lines.abs_diff(watched),
                _ => 0,
            };
            (lines, variant.bandwidth.abs_diff(watched.bandwidth))
        }),
    }
}

fn value<'l>(attributes: &'l str, wanted: &str) -> Option<&'l str> {
    Attributes(attributes).find_map(|attribute| match attribute {
        Attribute::Named { name, value, .. } if name.trim() == wanted => Some(value),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: &str = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"a.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360\nlow.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2500000,RESOLUTION=1280x720\nhigh.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=9000000,RESOLUTION=1920x1080,AUDIO=\"a\"\nsplit.m3u8\n";

    fn named(file: &str) -> Variant {
        let base = Url::parse("http://p.example/x/master.m3u8").unwrap();
        let all = variants(MASTER, &base);
        let found = all.into_iter().find(|variant| variant.url.path().ends_with(file));
        found.unwrap_or_else(|| unreachable!("{file}"))
    }

    #[test]
    fn the_nearest_picture_follows_and_never_one_without_its_sound() {
        let all = [named("low.m3u8"), named("high.m3u8"), named("split.m3u8")];
        assert!(all[2].is_split && !all[1].is_split);
        assert_eq!(nearest(&all, None), Some(&all[1]));
        assert_eq!(nearest(&all, Some(&all[0])), Some(&all[0]));
        assert_eq!(nearest(&all, Some(&all[2])), Some(&all[1]));
        assert_eq!(nearest(&all[2..], Some(&all[2])), None);
    }
}
