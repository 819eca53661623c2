//! The identity in the name's own spelling.

use super::{super::words::Gap, Reading, Role};

impl Reading<'_> {
    /// The kept words as they are written, with what stands between neighbours.
    pub(super) fn display(&self) -> String {
        let mut out = Spelling::default();
        let mut last: Option<(usize, usize)> = None;
        for (i, (word, role)) in self.words.list.iter().zip(&self.roles).enumerate() {
            if !matches!(role, Role::Identity | Role::Feature) {
                continue;
            }
            let (from, to) = (word.span.start as usize, word.span.end as usize);
            match last {
                Some((before, end)) if before + 1 == i => out.push(&self.raw[end..from]),
                Some(_) => {
                    if out.open && word.bracket == 0 {
                        out.push(")");
                    }
                    out.push(" ");
                    if !out.open && word.bracket != 0 && word.before.has(Gap::OPEN) {
                        out.push("(");
                    }
                }
                None => {}
            }
            out.push(&self.raw[from..to]);
            last = Some((i, to));
        }
        if let Some((i, end)) = last {
            let rest = &self.raw[end..];
            let tail = rest.len() - rest.trim_start_matches(['!', '?', '.', ')', ']', '*']).len();
            let last_word = i + 1 == self.words.list.len() || self.words.after(i).has(Gap::PUNCTUATION);
            if last_word || out.open {
                out.push(&rest[..tail]);
            }
        }
        without_lone_closers(out.text.trim()).to_owned()
    }
}

/// Without closing brackets at the end whose partner stood before the first kept word.
fn without_lone_closers(mut text: &str) -> &str {
    for (open, close) in [('(', ')'), ('[', ']')] {
        while text.ends_with(close) && text.matches(open).count() < text.matches(close).count() {
            text = text[..text.len() - 1].trim_end();
        }
    }
    text
}

/// The text so far, and whether a round bracket is open in it.
#[derive(Default)]
struct Spelling {
    text: String,
    open: bool,
}

impl Spelling {
    fn push(&mut self, text: &str) {
        if let Some(last) = text.rfind(['(', ')']) {
            self.open = text[last..].starts_with('(');
        }
        self.text.push_str(text);
    }
}
