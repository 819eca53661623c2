//! How alike two identities are whose telling words differ. Digits must agree; a name that merely contains the other is
//! not like it, so ESPN and ESPN Deportes never meet here.

use super::skeleton;

/// Why two names are alike, and how much, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Likeness {
    pub(super) percent: u8,
    pub(super) because: &'static str,
}

/// Compares two identities that share a near key of a kind: by their telling words, or an acronym by the whole of the
/// other. Says also which sides may have one partner only.
pub(super) fn compare(
    kind: u8,
    [a, b]: [&[&str]; 2],
    whole: [&str; 2],
    least: u8,
) -> Option<(Likeness, [bool; 2])> {
    let found = match kind {
        BY_INITIALS => word_by_word(a, b),
        BY_SOUND => by_sound(a, b).map(|likeness| (likeness, [likeness.percent == OTHER_SCRIPT; 2])),
        _ => by_acronym([a, b], whole),
    };
    found
        .or_else(|| by_spelling(a, b, least))
        .filter(|(likeness, _)| likeness.percent >= least)
}

/// The kinds of near keys, in the order in which an entry holds them.
const BY_INITIALS: u8 = 0;
const BY_SOUND: u8 = 1;
/// Without a country too many names have the same initials.
pub(super) const BY_ACRONYM: u8 = 2;

/// Longer texts are not compared letter by letter: no channel is called so, and it would take too long.
const LONGEST: usize = 120;

const SHORTENED: u8 = 90;
const SOUND: u8 = 89;
const MISSPELT: u8 = 88;
const OTHER_SCRIPT: u8 = 87;
const ACRONYM: u8 = 86;
const SPELLING: u8 = 84;

/// Below the certainty of the other comparisons: letters that would have to change, only asked for by a low threshold.
fn by_spelling(a: &[&str], b: &[&str], least: u8) -> Option<(Likeness, [bool; 2])> {
    let (run_a, run_b) = (a.concat(), b.concat());
    let too_long = run_a.len().max(run_b.len()) > LONGEST;
    if least > SPELLING || too_long || numbers(a) != numbers(b) || a.len() != b.len() {
        return None;
    }
    let percent = (strsim::normalized_damerau_levenshtein(&run_a, &run_b) * 100.0) as u8;
    Some((
        Likeness {
            percent: percent.min(SPELLING),
            because: "most letters are the same",
        },
        [false; 2],
    ))
}

fn numbers<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words
        .iter()
        .copied()
        .filter(|word| word.starts_with(char::is_numeric))
        .collect()
}

/// Word by word: equal, shortened (`geo`, `geographic`) or misspelt, and nothing left over.
fn word_by_word(a: &[&str], b: &[&str]) -> Option<(Likeness, [bool; 2])> {
    if a.len() != b.len() {
        return None;
    }
    let (mut shared, mut shortened, mut misspelt, mut least) = (0, [false; 2], 0, 5);
    for (x, y) in a.iter().zip(b) {
        if x == y {
            shared += if x.chars().any(char::is_alphabetic) {
                x.len()
            } else {
                0
            };
        } else if is_shortened(x, y) {
            shortened[0] = true;
            shared += x.len();
            least = least.max(needed_beside(x));
        } else if is_shortened(y, x) {
            shortened[1] = true;
            shared += y.len();
            least = least.max(needed_beside(y));
        } else if is_misspelt(x, y) {
            misspelt += 1;
        } else {
            return None;
        }
    }
    match (misspelt, shortened) {
        (1, [false, false]) => Some((
            Likeness {
                percent: MISSPELT,
                because: "one word is spelt a little differently",
            },
            [false; 2],
        )),
        (0, _) if shared >= least => Some((
            Likeness {
                percent: SHORTENED,
                because: "the same words, some of them shortened",
            },
            shortened,
        )),
        _ => None,
    }
}

/// How many letters two names must share where one word is cut to this: `hi` says less than `sp`.
fn needed_beside(short: &str) -> usize {
    let vowel = short
        .bytes()
        .any(|b| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u'));
    if short.len() == 2 && vowel { 8 } else { 5 }
}

/// `geo` of `geographic`, `dcmntrs` of `documentaries`: begins alike, keeps the order of letters, lacks two or more.
fn is_shortened(short: &str, long: &str) -> bool {
    if !short.is_ascii()
        || !long.is_ascii()
        || short.len() < 2
        || long.len() < short.len() + 2
        || long.len() < 5
    {
        return false;
    }
    if short.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    (short.len() <= 5 && long.starts_with(short)) || (short.len() >= 3 && is_contraction(short, long))
}

/// The letters in their order, among them every letter of the beginning; only vowels may be skipped before the last.
fn is_contraction(short: &str, long: &str) -> bool {
    let mut letters = long.bytes();
    let mut first = true;
    for wanted in short.bytes() {
        loop {
            let Some(letter) = letters.next() else {
                return false;
            };
            if letter == wanted {
                break;
            }
            if first || !matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
                return false;
            }
        }
        first = false;
    }
    letters.all(|letter| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b's'))
}

/// One letter more, less, other or swapped within a long word; its beginning and end are the same.
fn is_misspelt(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let shorter = a.len().min(b.len());
    if !(5..=LONGEST).contains(&shorter)
        || a.len().abs_diff(b.len()) > 1
        || a[0] != b[0]
        || a.last() != b.last()
    {
        return false;
    }
    if a.iter().chain(&b).any(|c| c.is_numeric()) {
        return false;
    }
    strsim::generic_damerau_levenshtein(&a, &b) <= if shorter >= 10 { 2 } else { 1 }
}

/// `TFC` and `The Filipino Channel`.
fn by_acronym([a, b]: [&[&str]; 2], [whole_a, whole_b]: [&str; 2]) -> Option<(Likeness, [bool; 2])> {
    let stands_for = |short: &[&str], long: &str| matches!(short, [short] if is_acronym(short, long));
    let found = stands_for(a, whole_b) || stands_for(b, whole_a);
    found.then_some((
        Likeness {
            percent: ACRONYM,
            because: "one is the acronym of the other",
        },
        [true; 2],
    ))
}

/// Three to six letters, each of which begins one word of the other.
fn is_acronym(short: &str, long: &str) -> bool {
    let words = long.split(' ').count();
    (3..=6).contains(&short.len())
        && words == short.len()
        && short.bytes().all(|b| b.is_ascii_lowercase())
        && short
            .chars()
            .zip(long.split(' '))
            .all(|(letter, word)| word.starts_with(letter) && word.len() > 1)
}

/// The consonants are the same (that is the shared key): alike if the spelling hardly differs, or the scripts do.
fn by_sound(a: &[&str], b: &[&str]) -> Option<Likeness> {
    let consonants = skeleton::of(a).bytes().filter(u8::is_ascii_alphabetic).count();
    if skeleton::is_foreign_script(a) != skeleton::is_foreign_script(b) {
        let sure = consonants >= 3 || skeleton::begin_alike(a, b);
        return sure.then_some(Likeness {
            percent: OTHER_SCRIPT,
            because: "the same sounds in another script",
        });
    }
    let words_begin_alike =
        a.len() != b.len() || a.iter().zip(b).all(|(x, y)| x.chars().next() == y.chars().next());
    let (a, b) = (a.concat(), b.concat());
    let longest = a.chars().count().max(b.chars().count());
    let ends_agree = a.chars().next() == b.chars().next() && a.chars().next_back() == b.chars().next_back();
    let close = words_begin_alike && longest <= LONGEST && strsim::damerau_levenshtein(&a, &b) * 7 <= longest;
    (consonants >= 3 && ends_agree && close).then_some(Likeness {
        percent: SOUND,
        because: "it sounds the same",
    })
}
