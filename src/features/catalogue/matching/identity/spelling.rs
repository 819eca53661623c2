//! The identity in the name's own spelling.

use super::{super::words::Gap, Reading, Role};

impl Reading<'_> {
    /// The kept words as they are written, with what stands between neighbours.
    pub(super) fn display(&self) -> String {
        let mut out = String::with_capacity(self.raw.len());
        let mut last: Option<(usize, usize)> = None;
        let mut open = false;
        for (i, (word, role)) in self.words.list.iter().zip(&self.roles).enumerate() {
            if !matches!(role, Role::Identity | Role::Feature) {
                continue;
            }
            let (from, to) = (word.span.start as usize, word.span.end as usize);
            match last {
                Some((before, end)) if before + 1 == i => out.push_str(&self.raw[end..from]),
                Some(_) => {
                    if open && word.bracket == 0 {
                        out.push(')');
                        open = false;
                    }
                    out.push(' ');
                    if !open && word.bracket != 0 && word.before.has(Gap::OPEN) {
                        out.push('(');
                    }
                }
                None => {}
            }
            open = out.matches('(').count() > out.matches(')').count();
            out.push_str(&self.raw[from..to]);
            last = Some((i, to));
        }
        if let Some((i, end)) = last {
            let rest = &self.raw[end..];
            let tail = rest.len() - rest.trim_start_matches(['!', '?', '.', ')', ']', '*']).len();
            let last_word = i + 1 == self.words.list.len() || self.words.after(i).has(Gap::PUNCTUATION);
            if last_word || open {
                out.push_str(&rest[..tail]);
            }
        }
        out.trim().to_owned()
    }
}
