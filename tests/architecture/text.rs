//! Rust text without comments, and the texts of its string literals: enough of a lexer to look for words.

/// Splits a source text into its code, where strings are empty and comments gone, and the contents of its strings.
pub fn split(source: &str) -> (String, Vec<String>) {
    let chars: Vec<char> = source.chars().collect();
    let (mut code, mut strings) = (String::new(), Vec::new());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        at += if rest.starts_with(&['/', '/']) {
            rest.iter().position(|&char| char == '\n').unwrap_or(rest.len())
        } else if rest.starts_with(&['/', '*']) {
            block_comment(rest)
        } else if let Some((length, text)) = string(rest, code.chars().next_back()) {
            code.push_str("\"\"");
            strings.push(text);
            length
        } else if let Some(length) = char_literal(rest) {
            code.push_str("' '");
            length
        } else {
            code.push(rest[0]);
            1
        };
    }
    (code, strings)
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of the string literal that begins here, and its text; escapes stay as they are.
fn string(rest: &[char], before: Option<char>) -> Option<(usize, String)> {
    let in_a_word = before.is_some_and(|char| char.is_alphanumeric() || char == '_');
    let hashes = match rest.first()? {
        '"' => return Some(quoted(rest)),
        'r' if !in_a_word || before == Some('b') => rest[1..].iter().take_while(|&&char| char == '#').count(),
        _ => return None,
    };
    let start = hashes + 2;
    if rest.get(hashes + 1) != Some(&'"') {
        return None;
    }
    let ending: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let end = (start..rest.len())
        .find(|&at| rest[at..].starts_with(&ending))
        .unwrap_or(rest.len());
    Some((
        (end + ending.len()).min(rest.len()),
        rest[start..end].iter().collect(),
    ))
}

fn quoted(rest: &[char]) -> (usize, String) {
    let mut text = String::new();
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        let length = if rest[at] == '\\' { 2 } else { 1 };
        text.extend(rest[at..].iter().take(length));
        at += length;
    }
    (at + 1, text)
}

/// The length of a character literal; a lone quote begins a lifetime.
fn char_literal(rest: &[char]) -> Option<usize> {
    match rest {
        ['\'', '\\', ..] => rest
            .iter()
            .skip(3)
            .position(|&char| char == '\'')
            .map(|end| end + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let source = r####"
        // crate::no "no"
        /* crate::no /* "no" */ */
        let a = "one \" crate::no // no"; let b: &'static str = r#"two "quoted""#;
        let c = '"'; let d = '\''; let e = b"three"; let f = br"four";
        crate::yes::<'a>();
    "####;
    let (code, strings) = split(source);
    assert_eq!(
        strings,
        [r#"one \" crate::no // no"#, r#"two "quoted""#, "three", "four"]
    );
    assert!(code.contains("crate::yes") && !code.contains("no"), "{code}");
}
