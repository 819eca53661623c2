//! Which country the fields of an entry tell.

use super::{country::Country, facts::Raw};

/// The country that is known for certain.
pub(super) fn known(raw: &Raw) -> Option<Country> {
    given(raw.country).and_then(column)
}

/// The country that group, tvg-country or the end of the tvg-id hint at, in this order.
pub(super) fn hinted(raw: &Raw, tvg_id: Option<&str>) -> Option<Country> {
    let group = given(raw.group).and_then(group);
    group
        .or_else(|| given(raw.tvg_country).and_then(only))
        .or_else(|| tvg_id.and_then(tvg_id_suffix))
}

/// A text that says something.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A country column holds codes, even those of places that are in no list.
fn column(text: &str) -> Option<Country> {
    Country::from_text(text).or_else(|| Country::from_two_letters(text))
}

/// `UK;IE` names no single country.
fn only(text: &str) -> Option<Country> {
    let mut countries = text
        .split([';', ',', '/'])
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(Country::from_text);
    let first = countries.next()??;
    countries.all(|other| other == Some(first)).then_some(first)
}

fn tvg_id_suffix(id: &str) -> Option<Country> {
    let plain = id.split('@').next().unwrap_or(id);
    let (_, suffix) = plain.rsplit_once('.')?;
    if suffix.len() != 2 || suffix.eq_ignore_ascii_case("tv") {
        None
    } else {
        Country::from_code(suffix)
    }
}

/// `UK | Sports`, `|DE| Kino`, `USA SPORTS`, `Germany`.
fn group(group: &str) -> Option<Country> {
    let head = group.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = head
        .find([':', '|', ']', ')', '┃', '▎', '/', ';', '»', '•', '★', '◉'])
        .unwrap_or(head.len());
    let segment = head[..end].trim();
    if let Some(country) = Country::from_text(segment) {
        return Some(country);
    }
    let first = segment.split([' ', '-', '_']).next()?;
    let common = matches!(
        first,
        "TV" | "AL"
            | "LA"
            | "EL"
            | "IN"
            | "AM"
            | "AS"
            | "IS"
            | "TO"
            | "NO"
            | "SO"
            | "MY"
            | "ME"
            | "BE"
            | "HD"
            | "SD"
    );
    let capitals = first.bytes().all(|b| b.is_ascii_uppercase());
    if capitals && first.len() <= 3 {
        return if common { None } else { Country::from_code(first) };
    }
    Country::from_text(first)
}
