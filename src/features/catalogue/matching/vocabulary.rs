//! Words with a meaning of their own in channel names. All are folded.

/// Codecs, frame rates and other words of quality that name no tier.
pub(super) fn is_quality(word: &str) -> bool {
    matches!(
        word,
        "8k" | "4k"
            | "2k"
            | "uhd"
            | "uhdtv"
            | "qhd"
            | "fhd"
            | "hd"
            | "hdtv"
            | "sd"
            | "hq"
            | "lq"
            | "hdr"
            | "hdr10"
            | "sdr"
            | "hevc"
            | "avc"
            | "raw"
            | "h264"
            | "h265"
            | "x264"
            | "x265"
            | "hd1080"
            | "hd720"
    ) || is_lines_or_rate(word)
}

/// `1080p`, `576i`, `50fps`, `60hz`: a number and its unit.
fn is_lines_or_rate(word: &str) -> bool {
    let number = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &word[number.len()..];
    let digits = number.len();
    let all_digits = digits > 0 && number.bytes().all(|b| b.is_ascii_digit());
    all_digits
        && match unit {
            "p" | "i" => digits == 3 || digits == 4,
            "fps" | "hz" => digits == 2 || digits == 3,
            "p25" | "p50" | "p60" => true,
            _ => false,
        }
}

/// What providers add to tell their own copies apart.
pub(super) fn is_provider_mark(word: &str) -> bool {
    matches!(word, "vip" | "backup" | "bkup" | "bkp" | "multi")
}

/// In brackets only: remarks about availability, not names.
pub(super) fn is_remark(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "24"
            | "7"
            | "geo"
            | "blocked"
            | "geoblocked"
            | "offline"
            | "live"
            | "test"
            | "alt"
            | "alternate"
            | "source"
            | "server"
            | "low"
            | "high"
            | "quality"
            | "full"
            | "ultra"
            | "dolby"
            | "vision"
            | "audio"
            | "opt"
            | "option"
            | "dv"
            | "fps"
            | "hz"
            | "only"
            | "during"
            | "events"
    )
}

/// Numbers that are written as a word, and Roman numerals from two on.
pub(super) fn number(word: &str) -> Option<&'static str> {
    Some(match word {
        "one" | "uno" | "eins" => "1",
        "two" | "dos" | "zwei" | "deux" | "due" | "ii" => "2",
        "three" | "tres" | "drei" | "trois" | "tre" | "iii" => "3",
        "four" | "cuatro" | "vier" | "quatre" | "quattro" | "iv" => "4",
        "five" | "cinco" | "funf" | "cinq" | "cinque" => "5",
        "six" | "seis" | "sechs" | "sei" | "vi" => "6",
        "seven" | "siete" | "sieben" | "sept" | "sette" | "vii" => "7",
        "eight" | "ocho" | "acht" | "huit" | "otto" | "viii" => "8",
        "nine" | "nueve" | "neun" | "neuf" | "nove" | "ix" => "9",
        "ten" | "diez" | "zehn" | "dieci" => "10",
        "eleven" => "11",
        "twelve" | "doce" => "12",
        "thirteen" | "trece" => "13",
        _ => return None,
    })
}

/// `rtlzwei`: a number word run together with the name before it.
pub(super) fn glued_number(word: &str) -> Option<(&str, &'static str)> {
    const ENDINGS: [(&str, &str); 14] = [
        ("one", "1"),
        ("uno", "1"),
        ("eins", "1"),
        ("two", "2"),
        ("dos", "2"),
        ("zwei", "2"),
        ("deux", "2"),
        ("three", "3"),
        ("tres", "3"),
        ("drei", "3"),
        ("trois", "3"),
        ("four", "4"),
        ("five", "5"),
        ("seven", "7"),
    ];
    let (ending, number) = ENDINGS.into_iter().find(|(ending, _)| word.ends_with(ending))?;
    let stem = word.strip_suffix(ending).filter(|stem| stem.len() >= 2)?;
    Some((stem, number))
}

/// Codes in front of a name that mean a language or a region, not a country.
pub(super) fn is_region_prefix(word: &str) -> bool {
    matches!(
        word,
        "en" | "eu"
            | "int"
            | "intl"
            | "latam"
            | "lat"
            | "lam"
            | "afr"
            | "asia"
            | "exyu"
            | "ex"
            | "arab"
            | "24"
    )
}

/// Words that name another channel of the same house.
pub(super) fn is_distinguishing(word: &str) -> bool {
    matches!(
        word,
        "+" | "news"
            | "noticias"
            | "deportes"
            | "sport"
            | "movie"
            | "cinema"
            | "cine"
            | "kids"
            | "junior"
            | "family"
            | "music"
            | "extra"
            | "xtra"
            | "max"
            | "action"
            | "comedy"
            | "drama"
            | "classic"
            | "gold"
            | "wild"
            | "nature"
            | "life"
            | "crime"
            | "history"
            | "science"
            | "football"
            | "cricket"
            | "golf"
            | "tennis"
            | "racing"
            | "business"
            | "premium"
            | "docu"
            | "documentary"
            | "documentaries"
            | "hits"
            | "world"
            | "international"
            | "regional"
            | "radio"
            | "event"
            | "select"
    )
}

/// Codes of countries that are words, initials or articles too: before a mere dash they are part of the name.
pub(super) fn is_also_a_word(code: &str) -> bool {
    const CODES: [&str; 24] = [
        "al", "am", "as", "at", "be", "bs", "cc", "ci", "do", "id", "in", "is", "it", "la", "mc", "me", "my",
        "no", "pm", "so", "st", "td", "to", "tv",
    ];
    CODES.contains(&code)
}

/// Words that every other channel bears: they tell nothing apart where another word remains.
pub(super) fn is_generic(word: &str) -> bool {
    matches!(
        word,
        "tv" | "television"
            | "televizija"
            | "televisao"
            | "televisione"
            | "televizyon"
            | "fernsehen"
            | "tele"
            | "teve"
            | "channel"
            | "channels"
            | "canal"
            | "canale"
            | "kanal"
            | "kanali"
            | "chaine"
            | "network"
            | "networks"
            | "the"
            | "le"
            | "la"
            | "el"
            | "and"
            | "et"
            | "und"
            | "y"
            | "e"
            | "by"
            | "of"
            | "телеканал"
            | "канал"
            | "тв"
            | "قناه"
    )
}

/// One form for spellings of one word.
pub(super) fn canonical(word: &str) -> &str {
    match word {
        "intl" | "int" | "internacional" | "internazionale" | "internationale" | "internasional"
        | "internacionale" => "international",
        "jr" => "junior",
        "sports" => "sport",
        "movies" => "movie",
        "classics" => "classic",
        "docs" => "doc",
        "ent" => "entertainment",
        "stars" => "star",
        _ => word,
    }
}

/// Kinds of station: what remains of `USA Network` without its country says nothing.
pub(super) fn is_kind_of_station(word: &str) -> bool {
    is_generic(word)
        || matches!(
            word,
            "today" | "news" | "sports" | "radio" | "weekly" | "one" | "east" | "west"
        )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Feed {
    None,
    East,
    West,
}

/// The feed that a word means anywhere (`East`) or, if `last`, only at the end (`Pacific`).
pub(super) fn feed(word: &str, last: bool) -> Option<Feed> {
    Some(match word {
        "east" => Feed::East,
        "west" => Feed::West,
        "eastern" if last => Feed::East,
        "western" | "pacific" if last => Feed::West,
        _ => return None,
    })
}
