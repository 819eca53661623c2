//! Folding of text: case, accents, ligatures and width are no difference; scripts are.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Pushes what a character folds to: nothing, one character or a few; small letters without accents.
pub(in crate::features::catalogue) fn fold_char(c: char, push: &mut impl FnMut(char)) {
    if c.is_ascii() {
        return push(c.to_ascii_lowercase());
    }
    if let Some(latin) = without_decomposition(c) {
        return latin.chars().for_each(push);
    }
    std::iter::once(c)
        .nfkd()
        .filter(|&part| !is_accent(part))
        .flat_map(char::to_lowercase)
        .for_each(|part| match part {
            'ة' => push('ه'),
            'ى' | 'ی' => push('ي'),
            'ک' => push('ك'),
            'ı' => push('i'),
            accent if is_accent(accent) => {}
            other => push(other),
        });
}

/// The words of a text, folded, with one space between them.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if !is_word(c) {
            gap |= c != '\'' && c != '’';
            continue;
        }
        if std::mem::take(&mut gap) && !out.is_empty() {
            out.push(' ');
        }
        fold_char(c, &mut |c| out.push(c));
    }
    out
}

/// Whether a character belongs to a word in any script.
pub(super) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || is_combining_mark(c)
    }
}

/// Whether a letter or digit stands above the line, as providers write their marks: `ᴴᴰ`, `⁶⁰ᶠᵖˢ`.
pub(super) fn is_superscript(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '\u{2b0}'..='\u{2b8}' | '\u{2e0}'..='\u{2e4}' | '\u{1d2c}'..='\u{1d6a}'
        | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}' | '\u{2070}'..='\u{209c}' | '\u{2c7c}' | '\u{2c7d}' | '\u{a7f8}'
        | '\u{a7f9}' | '\u{a7f2}'..='\u{a7f4}')
}

/// Accents, and the vowel points of Arabic and Hebrew; the vowel signs of other scripts are letters.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{640}' | '\u{fe0e}' | '\u{fe0f}')
}

fn without_decomposition(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ŋ' | 'Ŋ' => "n",
        'ə' | 'Ə' => "a",
        _ => return None,
    })
}
