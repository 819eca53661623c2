//! Which names mean the same channel, and why. A name is split into *identity* (what the channel is called, its digits,
//! feed, shift and language) and *decoration* (country prefix, quality, provider marks). Entries of one identity and of
//! compatible countries form a *cluster*; entries that could be joined at all share a *block*, and those that have
//! influence on each other share a *tie*.

mod cluster;
mod country;
mod difference;
mod explain;
mod facts;
mod fold;
mod hash;
mod identity;
mod keys;
mod language;
mod likeness;
mod loose;
mod membership;
mod origin;
mod skeleton;
mod station;
pub mod tie;
mod vocabulary;
mod words;

pub use cluster::{Options, cluster};
pub use country::Country;
pub use explain::{Rejected, rejected};
pub use facts::{Facts, Raw};
pub(in crate::features::catalogue) use fold::fold_char;
pub use membership::{Membership, Method, Reason};

/// A text with ornate letters (`ᴴᴰ`, full width) written plainly, for finding words in it.
pub(in crate::features::catalogue) fn plain_text(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut out = String::with_capacity(text.len());
    let mut above = false;
    for c in text.chars() {
        let now_above = fold::is_superscript(c);
        if now_above != above {
            out.push(' ');
            above = now_above;
        }
        out.extend(std::iter::once(c).nfkc());
    }
    out
}
