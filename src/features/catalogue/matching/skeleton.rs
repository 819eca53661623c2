//! The consonants of a name, the same in Latin, Cyrillic, Greek and Arabic script: what is left when vowels, doubled
//! letters and the habits of transliteration are taken away.

/// Consonants and digits of the words run together: `Дом Кино` and `Dom Kino` both give `dmkn`.
pub(super) fn of(words: &[&str]) -> String {
    let mut out = String::new();
    for word in words {
        match spelled_letters(word) {
            Some(letter) => push(&mut out, letter),
            None => word_skeleton(word, &mut out),
        }
    }
    out
}

/// Whether letters of another script than Latin occur whose sounds are known: Greek, Cyrillic, Arabic.
pub(super) fn is_foreign_script(words: &[&str]) -> bool {
    words
        .iter()
        .flat_map(|word| word.chars())
        .any(|c| matches!(c, '\u{370}'..='\u{52f}' | '\u{620}'..='\u{6ff}'))
}

/// Whether both begin with the same consonant or both with none.
pub(super) fn begin_alike(a: &[&str], b: &[&str]) -> bool {
    let first = |words: &[&str]| {
        words
            .first()
            .and_then(|word| without_article(word).chars().next())
            .and_then(sound)
    };
    first(a) == first(b)
}

fn word_skeleton(word: &str, out: &mut String) {
    let mut chars = without_article(word).chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let doubled = std::mem::replace(&mut last, c) == c;
        if doubled && !c.is_ascii_digit() {
            continue;
        }
        let next = chars.peek().copied();
        match c {
            'c' if matches!(next, Some('e' | 'i' | 'y')) => push(out, 's'),
            'k' if next == Some('h') => {}
            'p' if next == Some('h') => push(out, 'f'),
            'x' => {
                push(out, 'k');
                push(out, 's');
            }
            'ц' => {
                push(out, 't');
                push(out, 's');
            }
            'ξ' => {
                push(out, 'k');
                push(out, 's');
            }
            '+' => out.push('+'),
            digit if digit.is_ascii_digit() => out.push(digit),
            other => {
                if let Some(sound) = sound(other) {
                    push(out, sound);
                }
            }
        }
    }
}

/// The Arabic article, which some lists run together with the word and others leave out.
fn without_article(word: &str) -> &str {
    if matches!(word, "al" | "el") {
        return "";
    }
    let stripped = word.strip_prefix("ال").or_else(|| word.strip_prefix("al"));
    stripped.filter(|rest| rest.chars().count() >= 3).unwrap_or(word)
}

fn push(out: &mut String, sound: char) {
    out.push(sound);
}

fn sound(c: char) -> Option<char> {
    Some(match c {
        'b' | 'p' | 'б' | 'п' | 'ب' | 'پ' | 'β' | 'π' => 'b',
        'f' | 'v' | 'в' | 'ф' | 'ف' | 'φ' => 'f',
        'd' | 'д' | 'د' | 'ذ' | 'ض' | 'ظ' | 'δ' => 'd',
        't' | 'т' | 'ت' | 'ث' | 'ط' | 'τ' | 'θ' => 't',
        'g' | 'j' | 'г' | 'ج' | 'غ' | 'γ' => 'g',
        'k' | 'q' | 'c' | 'к' | 'ك' | 'ق' | 'κ' | 'ч' => 'k',
        'l' | 'л' | 'ل' | 'λ' => 'l',
        'm' | 'м' | 'م' | 'μ' => 'm',
        'n' | 'н' | 'ن' | 'ν' => 'n',
        'r' | 'р' | 'ر' | 'ρ' => 'r',
        's' | 'z' | 'с' | 'з' | 'ж' | 'ш' | 'щ' | 'س' | 'ز' | 'ش' | 'ص' | 'σ' | 'ς' | 'ζ' => 's',
        _ => return None,
    })
}

/// Arabic writes Latin initials by their English names: `ام بي سي` is MBC.
fn spelled_letters(word: &str) -> Option<char> {
    Some(match word {
        "بي" => 'b',
        "سي" => 'k',
        "دي" => 'd',
        "اف" => 'f',
        "جي" => 'g',
        "كي" => 'k',
        "ال" => 'l',
        "ام" => 'm',
        "ان" => 'n',
        "ار" => 'r',
        "اس" => 's',
        "تي" => 't',
        "في" => 'f',
        "وان" => '1',
        _ => return None,
    })
}
