//! A list of a provider whose channels, films and series are all different, with words that people search for.

use std::fmt::Write;

pub const WORDS: [&str; 40] = [
    "Sport",
    "News",
    "Cinema",
    "Kids",
    "Music",
    "Nature",
    "History",
    "Comedy",
    "Drama",
    "Travel",
    "Food",
    "Crime",
    "Science",
    "Classic",
    "Family",
    "Action",
    "Arena",
    "Planet",
    "Discovery",
    "Golf",
    "Tennis",
    "Football",
    "Racing",
    "Fashion",
    "Weather",
    "Business",
    "Culture",
    "Anime",
    "Western",
    "Thriller",
    "Romance",
    "Horror",
    "Fantasy",
    "Jazz",
    "Rock",
    "Opera",
    "Gaming",
    "Motor",
    "Ocean",
    "Polar",
];

pub const BRANDS: [&str; 50] = [
    "Nova",
    "Astra",
    "Canal Uno",
    "Première",
    "Orbit",
    "Vega",
    "Tele Sur",
    "Rai Nord",
    "Das Vierte",
    "Kanal Ö",
    "Meridian",
    "Pulse",
    "Zenith",
    "Rossa",
    "Lumen",
    "Atlas",
    "Quest",
    "Viva",
    "Echo",
    "Mosaic",
    "Onyx",
    "Saga",
    "Prisma",
    "Fjord",
    "Tempo",
    "Boréal",
    "Cosmo",
    "Duna",
    "Ergo",
    "Fenix",
    "Globo",
    "Hansa",
    "Iris",
    "Jade",
    "Kiko",
    "Lyra",
    "Mira",
    "Nimbus",
    "Opal",
    "Quark",
    "Rubin",
    "Sirius",
    "Titan",
    "Ursa",
    "Vento",
    "Wega",
    "Xenon",
    "Ypsilon",
    "Zafir",
    "Borealis",
];

pub const COUNTRIES: [&str; 20] = [
    "UK", "US", "DE", "FR", "ES", "IT", "NL", "PT", "PL", "SE", "NO", "DK", "FI", "GR", "TR", "RO", "HU",
    "CZ", "AT", "BR",
];

/// The group of a channel.
pub fn category(channel: usize) -> String {
    format!(
        "{} | {}",
        COUNTRIES[country(channel)],
        WORDS[channel % WORDS.len()]
    )
}

/// Channels of one name follow each other by so many.
const NAMES: usize = WORDS.len() * BRANDS.len();
/// So many countries share a name without number, as national channels of one brand do.
const SHARED: usize = 5;

fn country(channel: usize) -> usize {
    match channel / NAMES {
        round if round < SHARED => round,
        round => (channel + round) % COUNTRIES.len(),
    }
}

fn channel(number: usize, out: &mut String) {
    let (word, brand, round) = (
        number % WORDS.len(),
        number / WORDS.len() % BRANDS.len(),
        number / NAMES,
    );
    let country = country(number);
    let name = match round {
        round if round < SHARED => format!("{} {}", BRANDS[brand], WORDS[word]),
        round => format!("{} {} {}", BRANDS[brand], WORDS[word], round - SHARED + 2),
    };
    let code = COUNTRIES[country];
    let id = if number.is_multiple_of(3) {
        String::new()
    } else {
        format!("{}.{}", name.replace(' ', ""), code.to_lowercase())
    };
    let _ = writeln!(
        out,
        "#EXTINF:-1 tvg-id=\"{id}\" tvg-logo=\"http://logos.provider.example/{number}.png\" group-title=\"{}\",{code}: {name} {}\n\
         http://line.provider.example:8080/live/viewer/pass/{number}.ts",
        category(number),
        ["SD", "HD", "FHD", "4K"][number % 4],
    );
}

fn film(number: usize, out: &mut String) {
    let (first, rest) = (number % WORDS.len(), number / WORDS.len());
    let (second, round) = (rest % BRANDS.len(), rest / BRANDS.len());
    let _ = writeln!(
        out,
        "#EXTINF:-1 tvg-logo=\"http://covers.provider.example/{number}.jpg\" group-title=\"VOD | {}\",The {} of {} {} ({})\n\
         http://line.provider.example:8080/movie/viewer/pass/{}.mkv",
        WORDS[number % 12],
        WORDS[first],
        BRANDS[second],
        round + 1,
        1950 + number * 7 % 75,
        1_000_000 + number,
    );
}

fn episode(number: usize, out: &mut String) {
    let (series, season, episode) = (number / 20, number / 10 % 2 + 1, number % 10 + 1);
    let _ = writeln!(
        out,
        "#EXTINF:-1 group-title=\"Series | {}\",{} and {} {} S{season:02}E{episode:02} - Part {episode}\n\
         http://line.provider.example:8080/series/viewer/pass/{}.mp4",
        WORDS[series % 8],
        BRANDS[series % BRANDS.len()],
        WORDS[series / BRANDS.len() % WORDS.len()],
        series / BRANDS.len() / WORDS.len() + 1,
        2_000_000 + number,
    );
}

/// A list with so many channels, films and episodes, twenty episodes to a series.
pub fn list(channels: usize, films: usize, episodes: usize) -> Vec<u8> {
    let mut out = String::from("#EXTM3U\n");
    (0..channels).for_each(|number| channel(number, &mut out));
    (0..films).for_each(|number| film(number, &mut out));
    (0..episodes).for_each(|number| episode(number, &mut out));
    out.into_bytes()
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % most.max(1) as u64).unwrap_or(0)
    }

    pub fn of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}
