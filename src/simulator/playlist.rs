//! A generator of playlists as large as real ones: deterministic, streaming, cheap enough for benchmarks.
//!
//! Of each ten entries seven are live, two films and one an episode. A live channel comes under several names, as three
//! providers would write them, so that there is something to merge.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::names::{self, COUNTRIES, GENRES, mix};

/// What one run of a pretended provider lists. Equal fields give equal bytes.
#[derive(Debug, Clone)]
pub struct Playlist {
    /// Chooses names, years and pictures.
    pub seed: u64,
    pub entries: usize,
    /// Scheme, host and port; a run may rotate it as it may user, password and token.
    pub base_url: String,
    pub user: String,
    pub password: String,
    /// Puts `?token=…`, different in each URL and for each value given here, behind each URL.
    pub token: Option<String>,
    /// Lists the entries in another order for each value.
    pub shuffle: Option<u64>,
    /// Only this provider's way of naming (0, 1 or 2); all three mixed if `None`.
    pub naming: Option<usize>,
    /// Chooses which entries are changed, renamed or removed.
    pub run: u64,
    /// Share (0 to 1) of entries with another picture.
    pub changed: f64,
    /// Share of entries under another name, same address.
    pub renamed: f64,
    /// Share of entries that are missing.
    pub removed: f64,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub live: usize,
    pub films: usize,
    pub episodes: usize,
    pub changed: usize,
    pub renamed: usize,
    pub removed: usize,
}

impl Counts {
    /// Entries written.
    pub fn entries(&self) -> usize {
        self.live + self.films + self.episodes
    }
}

/// Entries per channel before the next channel comes: each provider in two qualities.
const VERSIONS: usize = 6;
/// Channels that differ in name or country; beyond them names get numbers.
const CHANNELS: usize = 24 * 20 * 40;
const EPISODES_PER_SEASON: usize = 10;

impl Playlist {
    /// A first run with `entries` entries.
    pub fn new(seed: u64, entries: usize) -> Self {
        Self {
            seed,
            entries,
            base_url: "http://line.provider.example:8080".into(),
            user: "viewer".into(),
            password: "pass-1".into(),
            token: None,
            shuffle: None,
            naming: None,
            run: 0,
            changed: 0.0,
            renamed: 0.0,
            removed: 0.0,
        }
    }

    /// Writes the playlist; holds no more than one entry and the order in memory.
    pub fn write(&self, out: &mut impl Write) -> io::Result<Counts> {
        let mut counts = Counts::default();
        let mut entry = String::with_capacity(512);
        out.write_all(b"#EXTM3U url-tvg=\"http://guide.provider.example/guide.xml.gz\"\n")?;
        for position in self.order() {
            if self.happens(position, 1, self.removed) {
                counts.removed += 1;
                continue;
            }
            entry.clear();
            self.entry(position, &mut entry, &mut counts);
            out.write_all(entry.as_bytes())?;
        }
        Ok(counts)
    }

    /// The playlist in memory.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.entries * 220);
        // Writing to memory does not fail.
        let _ = self.write(&mut bytes);
        bytes
    }

    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.entries).collect();
        if let Some(seed) = self.shuffle {
            for last in (1..order.len()).rev() {
                order.swap(last, pick(mix(seed, last as u64), last + 1));
            }
        }
        order
    }

    fn entry(&self, position: usize, out: &mut String, counts: &mut Counts) {
        let changed = self.happens(position, 2, self.changed);
        let renamed = self.happens(position, 3, self.renamed);
        counts.changed += usize::from(changed);
        counts.renamed += usize::from(renamed);
        let picture = mix(self.seed, position as u64) ^ if changed { self.run + 1 } else { 0 };
        let (tens, place) = (position / 10, position % 10);
        let suffix = if renamed {
            format!(" R{}", self.run)
        } else {
            String::new()
        };
        // Writing to a string does not fail.
        let _ = match place {
            0..7 => {
                counts.live += 1;
                self.live(tens * 7 + place, picture, &suffix, out)
            }
            7 | 8 => {
                counts.films += 1;
                self.film(tens * 2 + place - 7, picture, &suffix, out)
            }
            _ => {
                counts.episodes += 1;
                self.episode(tens, picture, &suffix, out)
            }
        };
        self.url(position, place, out);
    }

    fn live(&self, number: usize, picture: u64, suffix: &str, out: &mut String) -> std::fmt::Result {
        let version = number % VERSIONS;
        let offset = pick(self.seed, CHANNELS);
        let channel = names::channel(
            (number / VERSIONS + offset) % CHANNELS + (number / VERSIONS / CHANNELS) * CHANNELS,
        );
        let (code, country) = COUNTRIES[channel.country];
        let name = format!("{}{suffix}", channel.name);
        let style = self.naming.unwrap_or(version % 3) % 3;
        let better = version / 3 == 1;
        out.push_str("#EXTINF:-1");
        if style != 1 {
            let id: String = channel.name.chars().filter(|c| c.is_alphanumeric()).collect();
            write!(out, " tvg-id=\"{id}.{}\"", code.to_lowercase())?;
        }
        let logo = picture % 100_000;
        write!(out, " tvg-logo=\"http://logos.provider.example/{logo:05}.png\"")?;
        match style {
            0 => writeln!(
                out,
                " tvg-name=\"{code}: {name}\" group-title=\"{code} | {}\",{code}: {name} {}",
                channel.group.to_uppercase(),
                if better { "4K" } else { "HD" }
            ),
            1 => writeln!(
                out,
                " group-title=\"{}\",{name} {} |{code}|",
                channel.group,
                if better { "FHD" } else { "SD" }
            ),
            _ => writeln!(
                out,
                " group-title=\"{country} ◉ {}\",|{code}| {name}{}",
                channel.group,
                if better { " ᴴᴰ" } else { "" }
            ),
        }
    }

    fn film(&self, number: usize, picture: u64, suffix: &str, out: &mut String) -> std::fmt::Result {
        let title = names::title(number);
        let year = 1950 + pick(mix(self.seed, number as u64 ^ 0xF11), 75);
        let genre = GENRES[number % GENRES.len()];
        let cover = picture % 100_000;
        writeln!(
            out,
            "#EXTINF:-1 tvg-logo=\"http://covers.provider.example/{cover:05}.jpg\" \
             group-title=\"VOD | {genre}\",{title}{suffix} ({year})"
        )
    }

    fn episode(&self, number: usize, picture: u64, suffix: &str, out: &mut String) -> std::fmt::Result {
        let series = number / (2 * EPISODES_PER_SEASON);
        let season = number / EPISODES_PER_SEASON % 2 + 1;
        let episode = number % EPISODES_PER_SEASON + 1;
        let title = names::title(series + pick(self.seed, 1000));
        let cover = picture % 100_000;
        writeln!(
            out,
            "#EXTINF:-1 tvg-logo=\"http://covers.provider.example/{cover:05}.jpg\" \
             group-title=\"Series | Box sets\",{title}{suffix} S{season:02}E{episode:02}"
        )
    }

    fn url(&self, position: usize, place: usize, out: &mut String) {
        let (folder, extension) = match place {
            0..7 => ("live", "ts"),
            7 | 8 => ("movie", "mkv"),
            _ => ("series", "mp4"),
        };
        let Self {
            base_url,
            user,
            password,
            ..
        } = self;
        let id = 100_000 + position;
        let _ = write!(out, "{base_url}/{folder}/{user}/{password}/{id}.{extension}");
        if let Some(token) = &self.token {
            let salt = token.bytes().fold(0, |sum, byte| mix(sum, u64::from(byte)));
            let _ = write!(out, "?token={:016x}", mix(salt, position as u64));
        }
        out.push('\n');
    }

    /// Whether an entry is among those of the given share in this run.
    fn happens(&self, position: usize, salt: u64, share: f64) -> bool {
        share > 0.0 && unit(mix(mix(self.seed ^ salt, self.run), position as u64)) < share
    }
}

fn pick(hash: u64, below: usize) -> usize {
    usize::try_from(hash % below.max(1) as u64).unwrap_or(0)
}

/// A hash as a number from 0 to below 1.
fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn lines(playlist: &Playlist) -> Vec<String> {
        String::from_utf8(playlist.to_bytes())
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn seven_of_ten_are_live_two_films_one_an_episode() {
        let mut bytes = Vec::new();
        let counts = Playlist::new(1, 1_000).write(&mut bytes).unwrap();
        assert_eq!((counts.live, counts.films, counts.episodes), (700, 200, 100));
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("#EXTINF").count(), 1_000);
        assert_eq!(text.lines().count(), 2_001);
    }

    #[test]
    fn a_channel_is_named_in_three_ways() {
        let text = lines(&Playlist::new(0, 10)).join("\n");
        for name in [
            "UK: ESPN HD\n",
            ",ESPN SD |UK|\n",
            ",|UK| ESPN\n",
            "UK: ESPN 4K\n",
            ",ESPN FHD |UK|\n",
            ",|UK| ESPN ᴴᴰ\n",
        ] {
            assert!(text.contains(name), "{name} in {text}");
        }
    }

    #[test]
    fn a_rotation_changes_every_url_and_no_name() {
        let first = Playlist::new(3, 500);
        let second = Playlist {
            token: Some("b".into()),
            user: "other".into(),
            ..first.clone()
        };
        for (a, b) in lines(&first).iter().zip(&lines(&second)).skip(1) {
            assert_eq!(a == b, a.starts_with('#'), "{a} and {b}");
        }
    }

    #[test]
    fn a_shuffle_keeps_every_entry() {
        let first = Playlist::new(3, 500);
        let second = Playlist {
            shuffle: Some(9),
            ..first.clone()
        };
        let (a, b) = (lines(&first), lines(&second));
        assert_ne!(a, b);
        assert_eq!(a.iter().collect::<HashSet<_>>(), b.iter().collect::<HashSet<_>>());
    }

    #[test]
    fn the_shares_of_changes_are_kept() {
        let playlist = Playlist {
            run: 1,
            changed: 0.01,
            renamed: 0.02,
            removed: 0.1,
            ..Playlist::new(5, 20_000)
        };
        let counts = playlist.write(&mut io::sink()).unwrap();
        assert!((1_900..2_100).contains(&counts.removed), "{counts:?}");
        assert!((140..220).contains(&counts.changed), "{counts:?}");
        assert!((300..420).contains(&counts.renamed), "{counts:?}");
        assert_eq!(counts.entries() + counts.removed, 20_000);
    }

    #[test]
    fn addresses_films_and_channels_repeat_nothing_by_accident() {
        let text = lines(&Playlist::new(11, 100_000));
        let urls: HashSet<&String> = text.iter().filter(|line| line.starts_with("http")).collect();
        assert_eq!(urls.len(), 100_000);
        let titles: HashSet<String> = (0..20_000).map(names::title).collect();
        assert_eq!(titles.len(), 20_000);
        let channels: HashSet<(String, usize)> = (0..CHANNELS * 2)
            .map(|number| {
                let channel = names::channel(number);
                (channel.name, channel.country)
            })
            .collect();
        assert_eq!(channels.len(), CHANNELS * 2);
    }
}
