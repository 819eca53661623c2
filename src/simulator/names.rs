//! Names that look like a provider's, made from small word lists.

/// Country code, its name in group titles.
pub(super) const COUNTRIES: [(&str, &str); 24] = [
    ("UK", "United Kingdom"),
    ("US", "USA"),
    ("DE", "Germany"),
    ("FR", "France"),
    ("ES", "Spain"),
    ("IT", "Italy"),
    ("NL", "Netherlands"),
    ("PT", "Portugal"),
    ("PL", "Poland"),
    ("SE", "Sweden"),
    ("NO", "Norway"),
    ("DK", "Denmark"),
    ("FI", "Finland"),
    ("GR", "Greece"),
    ("TR", "Turkey"),
    ("RO", "Romania"),
    ("HU", "Hungary"),
    ("CZ", "Czechia"),
    ("AT", "Austria"),
    ("CH", "Switzerland"),
    ("BE", "Belgium"),
    ("IE", "Ireland"),
    ("CA", "Canada"),
    ("BR", "Brazil"),
];

pub(super) const GENRES: [&str; 6] = ["Action", "Comedy", "Drama", "Thriller", "Family", "Horror"];

const BRANDS: [&str; 40] = [
    "ESPN",
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
    "Arena",
    "Zenith",
    "Polar",
    "Delta",
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
    "Alpha",
    "Boréal",
    "Cosmo",
    "Duna",
    "Ergo",
    "Fenix",
    "Globo Mar",
    "Hansa",
    "Iris",
    "Jade",
    "Kiko",
];

/// A topic and the group it stands in.
const TOPICS: [(&str, &str); 20] = [
    ("", "General"),
    ("Sport", "Sports"),
    ("News", "News"),
    ("Movies", "Movies"),
    ("Kids", "Kids"),
    ("Music", "Music"),
    ("Docu", "Documentary"),
    ("Nature", "Documentary"),
    ("History", "Documentary"),
    ("Crime", "Series"),
    ("Comedy", "Series"),
    ("Drama", "Series"),
    ("Action", "Movies"),
    ("Classic", "Movies"),
    ("Football", "Sports"),
    ("Racing", "Sports"),
    ("Food", "Lifestyle"),
    ("Travel", "Lifestyle"),
    ("Science", "Documentary"),
    ("Plus", "General"),
];

const FIRST: [&str; 48] = [
    "Silent", "Broken", "Golden", "Hidden", "Last", "Crimson", "Distant", "Frozen", "Burning", "Secret",
    "Lost", "Electric", "Midnight", "Wild", "Paper", "Hollow", "Scarlet", "Quiet", "Savage", "Gentle",
    "Iron", "Velvet", "Bitter", "Crystal", "Empty", "Second", "Blind", "Rising", "Falling", "Endless",
    "Northern", "Southern", "Ancient", "Modern", "Perfect", "Stolen", "Twisted", "Winter", "Summer",
    "Autumn", "Little", "Grand", "Dark", "Bright", "Deep", "Restless", "Borrowed", "Painted",
];

const SECOND: [&str; 48] = [
    "River", "Garden", "Harbour", "Mountain", "City", "Island", "Letter", "Promise", "Shadow", "Mirror",
    "Journey", "Empire", "Forest", "Window", "Station", "Harvest", "Kingdom", "Memory", "Ocean", "Orchard",
    "Passage", "Signal", "Stranger", "Thunder", "Valley", "Voyage", "Whisper", "Bridge", "Canyon", "Desert",
    "Engine", "Flower", "Glacier", "Horizon", "Lantern", "Machine", "Night", "Palace", "Road", "Sister",
    "Brother", "Tower", "Union", "Village", "Witness", "Year", "Song", "Crown",
];

/// A generated channel: its name without decoration, country and group.
pub(super) struct Channel {
    pub(super) name: String,
    pub(super) country: usize,
    pub(super) group: &'static str,
}

/// The channel with this number: another number is another name or another country.
pub(super) fn channel(number: usize) -> Channel {
    let country = number % COUNTRIES.len();
    let rest = number / COUNTRIES.len();
    let (topic, group) = TOPICS[rest % TOPICS.len()];
    let rest = rest / TOPICS.len();
    let mut name = BRANDS[rest % BRANDS.len()].to_owned();
    if !topic.is_empty() {
        name.push(' ');
        name.push_str(topic);
    }
    let ordinal = rest / BRANDS.len();
    if ordinal > 0 {
        name.push_str(&format!(" {}", ordinal + 1));
    }
    Channel { name, country, group }
}

/// The title with this number, unlike any other's.
pub(super) fn title(number: usize) -> String {
    let (first, rest) = (FIRST[number % FIRST.len()], number / FIRST.len());
    let (second, rest) = (SECOND[rest % SECOND.len()], rest / SECOND.len());
    match rest {
        0 => format!("The {first} {second}"),
        1..=48 => format!("{first} {second} of the {}", SECOND[rest - 1]),
        more => format!(
            "{first} {second} of the {} Part {}",
            SECOND[more % SECOND.len()],
            more / SECOND.len() + 1
        ),
    }
}

/// A person's name that is nobody's.
pub(super) fn person(number: usize) -> String {
    let (first, second) = (
        FIRST[number % FIRST.len()],
        SECOND[number / FIRST.len() % SECOND.len()],
    );
    format!("{first} {second}")
}

/// SplitMix64 over two words.
pub(super) fn mix(seed: u64, value: u64) -> u64 {
    let mut z = seed.wrapping_add(value.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
