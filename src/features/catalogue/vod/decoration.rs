//! What providers add to the names of films and series: language prefixes, quality, release words.

const LANGUAGES: [&str; 74] = [
    "EN", "ENG", "FR", "FRE", "DE", "GER", "ES", "ESP", "SPA", "IT", "ITA", "PT", "POR", "BR", "NL", "PL",
    "POL", "TR", "TUR", "AR", "ARA", "RU", "RUS", "UK", "US", "USA", "GR", "AL", "ALB", "SE", "SWE", "NO",
    "NOR", "DK", "DAN", "FI", "FIN", "RO", "HU", "HUN", "CZ", "SK", "BG", "HR", "RS", "SR", "SI", "BA", "MK",
    "EXYU", "IN", "HIN", "IR", "FA", "KU", "HE", "IL", "CN", "JP", "JAP", "KR", "KOR", "TH", "CA", "AU",
    "IE", "BE", "CH", "AT", "MX", "LAT", "LATAM", "QC", "NORDIC",
];

/// Words that are never part of a title.
const QUALITY: [&str; 31] = [
    "8k",
    "4k",
    "uhd",
    "2160p",
    "qhd",
    "1440p",
    "fhd",
    "1080p",
    "1080i",
    "hd",
    "720p",
    "sd",
    "576p",
    "480p",
    "360p",
    "hevc",
    "h265",
    "h264",
    "h.265",
    "h.264",
    "x265",
    "x264",
    "hdr",
    "hdr10",
    "hdr10+",
    "60fps",
    "50fps",
    "multi",
    "vostfr",
    "multi-sub",
    "multisub",
];

/// Words that only a release adds where they stand behind the year; before it they may be a title's own.
const RELEASE: [&str; 36] = [
    "av1", "dv", "dolby", "vision", "atmos", "10bit", "raw", "bluray", "blu-ray", "brrip", "bdrip", "web",
    "webrip", "web-dl", "webdl", "dvdrip", "dvd", "hdtv", "hdrip", "hdcam", "hdts", "cam", "remux", "dual",
    "vost", "vf", "vff", "vo", "sub", "subs", "subbed", "dub", "dubbed", "imax", "3d", "aac",
];

/// Signs that stand between a title and its decoration.
pub(super) fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '–' | '—' | '|' | ':' | '•' | '_' | ',' | ';' | '~' | '/' | '┃' | '▎' | '★' | '◉' | '►'
        )
}

/// A word that behind a title and its year only says how or in which language it comes. Languages are in capitals.
pub(super) fn is_decoration(word: &str) -> bool {
    is_quality(word)
        || RELEASE.iter().any(|known| word.eq_ignore_ascii_case(known))
        || LANGUAGES.contains(&word)
}

fn is_quality(word: &str) -> bool {
    QUALITY.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn is_tag(word: &str) -> bool {
    is_quality(word) || LANGUAGES.contains(&word) || ["VF", "VO", "VOST", "3D"].contains(&word)
}

/// Removes language and quality prefixes: `|FR|`, `[EN]`, `EN - `, `4K: `, `UK | `.
pub(super) fn without_prefix(name: &str) -> &str {
    let mut rest = name.trim_start_matches(is_edge);
    if let Some(end) = name
        .trim_start()
        .strip_prefix(['|', '┃'])
        .and_then(|inner| inner.find(['|', '┃']))
    {
        let inner = &name.trim_start()[1..];
        let inner = if name.trim_start().starts_with('┃') {
            &name.trim_start()['┃'.len_utf8()..]
        } else {
            inner
        };
        let tag = inner.get(..end).unwrap_or("");
        if tag.chars().count() <= 8 && !inner[tag.len()..].trim_matches(is_edge).is_empty() {
            rest = inner[tag.len()..].trim_start_matches(is_edge);
        }
    }
    loop {
        let next = without_one_prefix(rest).trim_start_matches(is_edge);
        if next.len() == rest.len() || next.is_empty() {
            return rest;
        }
        rest = next;
    }
}

fn without_one_prefix(name: &str) -> &str {
    if let Some((tag, rest)) = name.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        return if tag.split([' ', '-', '/']).all(is_decoration) {
            rest
        } else {
            name
        };
    }
    let Some((word, rest)) = name.split_once([' ', ':', '|', '┃']) else {
        return name;
    };
    let parted =
        name[word.len()..].starts_with([':', '|', '┃']) || rest.starts_with(['-', '–', '|', ':', '┃']);
    let tagged = !word.is_empty() && word.split(['-', '/']).all(is_tag);
    if tagged && parted { rest } else { name }
}

/// Removes what a release adds behind title and year, and anything in square brackets but a year, from the end.
pub(super) fn without_release(name: &str) -> &str {
    without_suffix(name, is_decoration)
}

/// Removes quality, and anything in square brackets but a year, from the end of a title.
pub(super) fn without_quality(name: &str) -> &str {
    without_suffix(name, is_quality)
}

fn without_suffix(name: &str, removed: fn(&str) -> bool) -> &str {
    let mut rest = name.trim_end_matches(is_edge);
    loop {
        let next = without_one_suffix(rest, removed).trim_end_matches(is_edge);
        if next.len() == rest.len() {
            return rest;
        }
        rest = next;
    }
}

fn without_one_suffix(name: &str, removed: fn(&str) -> bool) -> &str {
    let inside = |open: char| {
        name.rfind(open)
            .map(|at| (at, &name[at + open.len_utf8()..name.len() - 1]))
    };
    if name.ends_with(']') {
        return match inside('[') {
            Some((at, tag)) if !(tag.len() == 4 && tag.bytes().all(|byte| byte.is_ascii_digit())) => {
                &name[..at]
            }
            _ => name,
        };
    }
    if name.ends_with(')') {
        return match inside('(') {
            Some((at, tag))
                if tag
                    .split([' ', '-', '/', ','])
                    .all(|word| word.is_empty() || removed(word)) =>
            {
                &name[..at]
            }
            _ => name,
        };
    }
    let start = name.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    if removed(&name[start..]) {
        &name[..start]
    } else {
        name
    }
}
