//! What panels tell of a film, a series or an episode: texts with markup, lists in one text, numbers as texts, `n/A`.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::elements::NotAList;
use super::listed::address;
use super::loose::Loose;
use crate::features::providers::Facts;
use crate::support::clean::{clean, decode_entities};

const PLOT_CHARS: usize = 4_000;
const NAME_CHARS: usize = 100;
/// More names of one film are not kept.
const MOST_PEOPLE: usize = 30;
const MOST_GENRES: usize = 8;
const GENRE_CHARS: usize = 50;
const LONGEST_MINUTES: i64 = 6_000;

/// What a panel writes where it knows nothing.
const NOTHING: [&str; 7] = ["n/a", "na", "null", "none", "unknown", "-", "undefined"];

/// Reads the answer of `get_vod_info`. A film that the panel does not know has no facts.
///
/// # Errors
/// [`NotAList`], which says what came instead.
pub(super) fn film(body: &[u8]) -> Result<Facts, NotAList> {
    let answer = object(body)?;
    if answer.contains_key("user_info") {
        return Err(NotAList::Account);
    }
    let info = answer.get("info").ok_or(NotAList::Other)?;
    Ok(info.as_object().map(facts).unwrap_or_default())
}

/// An answer that is one JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, NotAList> {
    let lossy = String::from_utf8_lossy(body);
    let lossy = lossy.trim_start_matches('\u{feff}').trim();
    if lossy.is_empty() {
        return Err(NotAList::Empty);
    }
    if lossy.starts_with('<') {
        return Err(NotAList::WebPage);
    }
    match serde_json::from_str(lossy) {
        Ok(Value::Object(answer)) => Ok(answer),
        Ok(_) => Err(NotAList::Other),
        Err(error) if error.is_eof() => Err(NotAList::Cut),
        Err(_) => Err(NotAList::Other),
    }
}

/// The facts that an `info` holds, whatever it is of.
pub(super) fn facts(info: &Map<String, Value>) -> Facts {
    let find = |names: &[&str]| names.iter().find_map(|name| said(info.get(*name)?));
    let people = |names: &[&str]| {
        names
            .iter()
            .map(|name| listed(info.get(*name), &[',', ';', '|', '\n'], MOST_PEOPLE, NAME_CHARS))
            .find(|people| !people.is_empty())
            .unwrap_or_default()
    };
    Facts {
        plot: find(&["plot", "description", "overview"]).and_then(|text| plain(&text, PLOT_CHARS)),
        cast: people(&["cast", "actors"]),
        directors: people(&["director"]),
        genres: listed(
            info.get("genre"),
            &[',', ';', '|', '/', '\n'],
            MOST_GENRES,
            GENRE_CHARS,
        ),
        rating: rating(&of(info, "rating"), &of(info, "rating_5based")),
        runtime_minutes: runtime(info),
        released: find(&["releasedate", "releaseDate", "release_date", "air_date"])
            .and_then(|text| date(&text)),
        tmdb_id: ["tmdb_id", "tmdb"].iter().find_map(|name| tmdb(&of(info, name))),
        imdb_id: find(&["imdb_id", "imdb", "kinopoisk_url"]).and_then(|text| imdb(&text)),
        backdrop_url: backdrop(info.get("backdrop_path")),
    }
}

/// A rating in tenths, of 1 to 100; panels write 0 for none.
pub(super) fn rating(of_ten: &Loose<'_>, of_five: &Loose<'_>) -> Option<i64> {
    let tenths = |loose: &Loose<'_>, factor: f64| {
        let number: f64 = loose.text()?.replace(',', ".").parse().ok()?;
        let tenths = (number * factor).round();
        (1.0..=100.0).contains(&tenths).then_some(tenths as i64)
    };
    tenths(of_ten, 10.0).or_else(|| tenths(of_five, 20.0))
}

/// The number that The Movie Database has for it.
pub(super) fn tmdb(loose: &Loose<'_>) -> Option<String> {
    let number = loose.int().filter(|number| (1..1_000_000_000).contains(number))?;
    Some(number.to_string())
}

/// A date and time of day, or a date alone.
fn date(text: &str) -> Option<String> {
    let date: Date = text.trim().get(..10)?.parse().ok()?;
    (1870..=2100).contains(&date.year()).then(|| date.to_string())
}

fn imdb(text: &str) -> Option<String> {
    let digits = match text.split_once("imdb.com/title/tt") {
        Some((_, digits)) => digits,
        None => text.strip_prefix("tt")?,
    };
    let digits: String = digits.chars().take_while(char::is_ascii_digit).take(13).collect();
    (5..=12).contains(&digits.len()).then(|| format!("tt{digits}"))
}

fn runtime(info: &Map<String, Value>) -> Option<i64> {
    let seconds = of(info, "duration_secs")
        .int()
        .map(|seconds| seconds.saturating_add(59) / 60);
    let found = seconds.filter(|minutes| *minutes > 0).or_else(|| {
        ["duration", "episode_run_time", "runtime"]
            .iter()
            .find_map(|name| minutes(&of(info, name).text()?))
    })?;
    (1..=LONGEST_MINUTES).contains(&found).then_some(found)
}

/// `01:37:00`, `97 min`, `97`.
fn minutes(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|number| *number >= 0);
    let minutes = match parts.as_slice() {
        [hours, minutes, _] | [hours, minutes] => {
            number(hours)?.checked_mul(60)?.checked_add(number(minutes)?)?
        }
        _ => number(text.split_whitespace().next()?)?,
    };
    (minutes > 0).then_some(minutes)
}

fn backdrop(value: Option<&Value>) -> Option<String> {
    let first = match value? {
        Value::Array(addresses) => addresses.iter().find_map(|one| address(&Loose::from(one))),
        one => address(&Loose::from(one)),
    }?;
    let is_web = first.starts_with("http://") || first.starts_with("https://");
    is_web.then(|| first.into_owned())
}

/// Names in one text, or in an array.
fn listed(value: Option<&Value>, between: &[char], most: usize, chars: usize) -> Vec<String> {
    let texts: Vec<String> = match value {
        Some(Value::Array(values)) => values.iter().filter_map(said).collect(),
        Some(value) => said(value).into_iter().collect(),
        None => Vec::new(),
    };
    let mut names: Vec<String> = Vec::new();
    for text in &texts {
        let text = without_markup(&decode_entities(text));
        for name in text.split(between).filter_map(|name| plain(name, chars)) {
            let is_said = NOTHING.contains(&name.to_lowercase().as_str());
            if names.len() < most && !is_said && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// A text that says something.
fn said(value: &Value) -> Option<String> {
    let text = Loose::from(value).text()?.into_owned();
    (!NOTHING.contains(&text.to_lowercase().as_str())).then_some(text)
}

/// A text without markup, in one line.
fn plain(text: &str, chars: usize) -> Option<String> {
    let cleaned = clean(&without_markup(&decode_entities(text)), chars).into_owned();
    cleaned.contains(char::is_alphanumeric).then_some(cleaned)
}

fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let after = &rest[at + 1..];
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            out.push_str(&rest[..=at]);
            rest = after;
            continue;
        }
        let Some(end) = after.find('>') else {
            // No tag ends any more: each further look for an end would go through all that is left.
            break;
        };
        out.push_str(&rest[..at]);
        out.push(' ');
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    out
}

pub(super) fn of<'a>(object: &'a Map<String, Value>, name: &str) -> Loose<'a> {
    object.get(name).map(Loose::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(info: &str) -> Facts {
        film(format!("{{\"info\":{info},\"movie_data\":{{}}}}").as_bytes()).unwrap()
    }

    #[test]
    fn a_film_is_read_whatever_types_its_panel_sends() {
        let one = read(
            r#"{"tmdb_id":"603","plot":"A <b>hacker</b> &amp; a pill.\r\nWake up.","cast":"Ann Lee, Bo Chan , Ann Lee","director":"C. Dee",
            "genre":"Action / Science fiction","rating":"8.7","duration_secs":"8160","releasedate":"1999-03-31","backdrop_path":["http://p.example/b.jpg"],
            "kinopoisk_url":"https://www.imdb.com/title/tt0133093/"}"#,
        );
        assert_eq!(
            one,
            Facts {
                plot: Some("A hacker & a pill. Wake up.".to_owned()),
                cast: vec!["Ann Lee".to_owned(), "Bo Chan".to_owned()],
                directors: vec!["C. Dee".to_owned()],
                genres: vec!["Action".to_owned(), "Science fiction".to_owned()],
                rating: Some(87),
                runtime_minutes: Some(136),
                released: Some("1999-03-31".to_owned()),
                tmdb_id: Some("603".to_owned()),
                imdb_id: Some("tt0133093".to_owned()),
                backdrop_url: Some("http://p.example/b.jpg".to_owned()),
            }
        );
        let other = read(
            r#"{"tmdb_id":603,"description":"A plot.","actors":["Ann Lee"],"rating":8.7,"duration":"02:16:00","release_date":"1999-03-31 00:00:00",
            "backdrop_path":"https://p.example/b.jpg","imdb_id":"tt0133093"}"#,
        );
        assert_eq!((other.rating, other.runtime_minutes), (Some(87), Some(136)));
        assert_eq!((other.tmdb_id, other.imdb_id), (one.tmdb_id, one.imdb_id));
        assert_eq!(
            (other.cast, other.released),
            (vec!["Ann Lee".to_owned()], one.released)
        );
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        let empty = r#"{"tmdb_id":null,"plot":"n/A","cast":"","director":"N/A, null","genre":[],"rating":"n/A","rating_5based":0,"duration_secs":0,
            "duration":"00:00:00","episode_run_time":"0","releasedate":"0000-00-00","backdrop_path":"","imdb_id":"tt1","kinopoisk_url":"http://p.example/tt0133093"}"#;
        assert_eq!(read(empty), Facts::default());
        for info in ["[]", "null", "\"\"", "{}"] {
            assert_eq!(read(info), Facts::default(), "{info}");
        }
        assert_eq!(
            read(r#"{"backdrop_path":["javascript:alert(1)"]}"#),
            Facts::default()
        );
    }

    #[test]
    fn hostile_texts_are_bounded() {
        let long = format!(
            r#"{{"plot":"{}","cast":"{}","genre":"{}"}}"#,
            "x".repeat(9_000),
            "a b,".to_owned() + &(0..90).map(|n| format!("name {n},")).collect::<String>(),
            "\\u202eevil<script>alert(1)</script>"
        );
        let facts = read(&long);
        assert_eq!(facts.plot.map(|plot| plot.len()), Some(PLOT_CHARS));
        assert_eq!(facts.cast.len(), MOST_PEOPLE);
        assert!(
            facts
                .genres
                .iter()
                .all(|genre| !genre.contains('<') && !genre.contains('\u{202e}'))
        );
    }

    #[test]
    fn brackets_without_end_are_read_in_one_go() {
        let began = std::time::Instant::now();
        for bracket in ["<", "< ", "<a", "</", "<!"] {
            let text = bracket.repeat(1_000_000);
            assert_eq!(without_markup(&text), text);
            assert!(!without_markup(&(text + ">")).contains("<a"), "{bracket}");
        }
        assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
        assert_eq!(without_markup("1 < 2 <b>and</b> 3 <i"), "1 < 2  and  3 <i");
    }

    #[test]
    fn a_runtime_beyond_all_numbers_is_none() {
        for runtime in [
            r#"{"duration_secs":9223372036854775807}"#,
            r#"{"duration":"153722867280912930:9223372036854775807"}"#,
            r#"{"duration":"9223372036854775807:00:00"}"#,
        ] {
            assert_eq!(read(runtime), Facts::default(), "{runtime}");
        }
    }

    #[test]
    fn ratings_are_tenths_of_ten() {
        for (ten, five, expected) in [
            ("6.8", "3.4", Some(68)),
            ("7,5", "", Some(75)),
            ("0", "3.4", Some(68)),
            ("68", "", None),
            ("", "", None),
        ] {
            let loose = |text: &'static str| Loose::Text(text.into());
            assert_eq!(rating(&loose(ten), &loose(five)), expected, "{ten} {five}");
        }
        assert_eq!(rating(&Loose::Int(7), &Loose::Nothing), Some(70));
    }

    #[test]
    fn what_is_no_answer_about_a_film_is_named() {
        for (body, problem) in [
            ("", NotAList::Empty),
            ("[]", NotAList::Other),
            ("{}", NotAList::Other),
            ("{\"user_info\":{\"auth\":0}}", NotAList::Account),
            ("<html>", NotAList::WebPage),
            ("{\"info\":{\"plot\":", NotAList::Cut),
        ] {
            assert_eq!(film(body.as_bytes()), Err(problem), "{body}");
        }
    }
}
