//! Local stations of North America are known by their call sign: `NBC (WAND) Decatur, IL` and `WAND HDTV` are one.

use super::{
    country::Country,
    words::{Kind, Words},
};

/// A call sign and its sub-channel (zero for the main one).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Station {
    pub(super) sign: String,
    pub(super) sub_channel: u8,
}

/// The station that a name means, by a call sign in brackets or as the first word in capitals.
pub(super) fn find(
    words: &Words,
    is_kept: impl Fn(usize) -> bool,
    country: Option<Country>,
) -> Option<Station> {
    let letters = first_letters(country)?;
    let kept: Vec<usize> = (0..words.list.len()).filter(|&i| is_kept(i)).collect();
    let in_brackets = kept.iter().copied().find(|&i| {
        let word = &words.list[i];
        let opens = i == 0 || words.list[i - 1].bracket != word.bracket;
        let last = Some(&i) == kept.last();
        word.bracket != 0 && opens && Some(&i) != kept.first() && is_sign(words, i, letters, last)
    });
    let bare = kept
        .first()
        .copied()
        .filter(|&i| country.is_some() && is_sign(words, i, letters, true) && !is_common(words.text(i)));
    let sole = (kept.len() == 1 && country.is_some())
        .then(|| kept[0])
        .filter(|&i| {
            let word = &words.list[i];
            word.capitals && words.text(i).len() == 3 && words.text(i).starts_with(|c| letters.contains(c))
        });
    let at = in_brackets.or(bare).or(sole)?;
    let text = words.text(at);
    let sign = text
        .strip_suffix("dt")
        .filter(|sign| sign.len() == 4)
        .unwrap_or(text)
        .to_owned();
    let mut next = at + 1;
    if matches!(words.text(next), "dt" | "tv" | "ld" | "cd" | "lp" | "ca") {
        next += 1;
    }
    let attached = words
        .list
        .get(next)
        .filter(|word| word.kind == Kind::Number && !word.before.has(super::words::Gap::SPACE));
    let number = attached
        .and_then(|_| words.text(next).parse::<u8>().ok())
        .unwrap_or(0);
    Some(Station {
        sign,
        sub_channel: if number > 1 { number } else { 0 },
    })
}

/// Which letters a sign begins with there; elsewhere there are none.
fn first_letters(country: Option<Country>) -> Option<&'static str> {
    match country.as_ref().map(Country::code) {
        None | Some("US") => Some("kw"),
        Some("CA") => Some("c"),
        _ => None,
    }
}

fn is_sign(words: &Words, index: usize, letters: &str, last: bool) -> bool {
    let word = &words.list[index];
    let text = words.text(index);
    let sign = text
        .strip_suffix("dt")
        .filter(|sign| sign.len() == 4)
        .unwrap_or(text);
    let long_enough = sign.len() == 4 || (sign.len() == 3 && letters == "kw" && !last);
    word.kind == Kind::Letters
        && word.capitals
        && sign.is_ascii()
        && long_enough
        && sign.starts_with(|c| letters.contains(c))
}

/// Words of four letters that begin a name without being a call sign.
fn is_common(word: &str) -> bool {
    const WORDS: &str = " kids kidz kiss kick king kill kind kite know keep kung kino wild west wave wine word work world wall want \
        ward warm wars wash watch week well what when wife wind wing wins wise wish with wolf wood wrap walk wiki wink \
        cars cats chef cine club cool core cult cops cnbc cctv cbbc cmtv code cook chat city clan care cash camp cold ctvs cbcs ";
    WORDS.split_whitespace().any(|common| common == word)
}
