//! Season and episode numbers in names: S01E02, S01 E02, 1x02.

/// A numbering and where it stands in the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbering {
    pub start: usize,
    pub end: usize,
    pub season: u16,
    pub episode: u16,
}

/// The first SxxEyy or NxNN that stands as a word of its own.
pub(super) fn find(name: &str) -> Option<Numbering> {
    let bytes = name.as_bytes();
    (0..bytes.len()).find_map(|at| match bytes[at] {
        b's' | b'S' if begins_word(name, at) => season_episode(name, at),
        byte if byte.is_ascii_digit() && begins_word(name, at) => cross(name, at),
        _ => None,
    })
}

/// "Season 1 Episode 2", and "Episode 2" alone as of season 1.
pub(super) fn find_in_words(name: &str) -> Option<Numbering> {
    let lower = name.to_ascii_lowercase();
    let (episode_at, episode_end, episode) =
        word_and_number(&lower, &["episode ", "episode", "ep. ", "ep.", "ep "])?;
    let season = word_and_number(&lower[..episode_at], &["season ", "season"]);
    let (start, season) = season.map_or((episode_at, 1), |(at, _, season)| (at, season));
    Some(Numbering {
        start,
        end: episode_end,
        season,
        episode,
    })
}

fn word_and_number(lower: &str, words: &[&str]) -> Option<(usize, usize, u16)> {
    words.iter().find_map(|word| {
        let at = lower.find(word).filter(|at| begins_word(lower, *at))?;
        let (end, number) = digits(lower.as_bytes(), at + word.len(), 4)?;
        Some((at, end, number))
    })
}

fn season_episode(name: &str, start: usize) -> Option<Numbering> {
    let bytes = name.as_bytes();
    let (mut at, season) = digits(bytes, start + 1, 4)?;
    let gap = bytes[at..]
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b' ' | b'.' | b'-' | b'_' | b':'))
        .count();
    at += gap;
    if !matches!(bytes.get(at), Some(b'e' | b'E')) {
        return None;
    }
    at += 1;
    if matches!(bytes.get(at), Some(b'p' | b'P')) {
        at += 1;
    }
    let (mut end, episode) = digits(bytes, at, 4)?;
    while let Some(next) = further_episode(bytes, end) {
        end = next;
    }
    ends_word(name, end).then_some(Numbering {
        start,
        end,
        season,
        episode,
    })
}

/// The `E03` of S01E02E03 or S01E02-E03.
fn further_episode(bytes: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(bytes.get(at) == Some(&b'-'));
    matches!(bytes.get(at), Some(b'e' | b'E'))
        .then(|| digits(bytes, at + 1, 4))
        .flatten()
        .map(|(end, _)| end)
}

fn cross(name: &str, start: usize) -> Option<Numbering> {
    let bytes = name.as_bytes();
    let (at, season) = digits(bytes, start, 2)?;
    if !matches!(bytes.get(at), Some(b'x' | b'X')) {
        return None;
    }
    let (end, episode) = digits(bytes, at + 1, 2)?;
    (end == at + 3 && ends_word(name, end)).then_some(Numbering {
        start,
        end,
        season,
        episode,
    })
}

/// One to `most` digits that no further digit follows.
fn digits(bytes: &[u8], at: usize, most: usize) -> Option<(usize, u16)> {
    let tail = bytes.get(at..)?;
    let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || count > most {
        return None;
    }
    let number = std::str::from_utf8(&tail[..count]).ok()?.parse().ok()?;
    Some((at + count, number))
}

/// Scripts without cases are written without spaces too, so their letters do not join with Latin ones.
fn begins_word(name: &str, at: usize) -> bool {
    name[..at]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_alphanumeric() || is_caseless_letter(c))
}

fn ends_word(name: &str, at: usize) -> bool {
    name[at..]
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric() || is_caseless_letter(c))
}

fn is_caseless_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}
