//! What ties entries together: hashes that say which others may have influence on where an entry belongs.
//!
//! Names are compared within one country, so most ties hold there only. An entry without country goes to one that has
//! it in its name and thereby ties together those of several countries; without such an entry they know nothing of each
//! other. Hence a tie has a *side*, in its lowest two bits: *even* ties bind all who have them, those of the *known* side
//! only in the presence of the *open* side. *Ruled* ties come of merge rules and bind as even ones do.

use super::{country::Country, keys::Keys};

const SIDES: u64 = 0b11;
const KNOWN: u64 = 0b01;
const OPEN: u64 = 0b10;

/// The ties of an entry with these keys.
pub(super) fn of(keys: &Keys, country: Option<Country>) -> impl Iterator<Item = u64> + use<> {
    let side = if country.is_some() { KNOWN } else { OPEN };
    let [exact, tvg, in_order, sorted, initials, sound, acronym] = keys.all();
    let even = move |key: u64| (key != 0).then(|| within(key, country) & !SIDES);
    let sided = move |key: u64| (key != 0).then_some(key & !SIDES | side);
    [
        (tvg != 0).then_some(tvg & !SIDES),
        even(exact),
        even(in_order),
        even(sorted),
        even(initials),
        even(sound),
        even(acronym),
        sided(exact),
        sided(in_order),
    ]
    .into_iter()
    .flatten()
}

/// The ties of others that are felt through one's own, and through which those feel it.
pub fn answers(tie: u64) -> [u64; 2] {
    let key = tie & !SIDES;
    match tie & SIDES {
        KNOWN => [key | OPEN; 2],
        OPEN => [key | KNOWN, key | OPEN],
        _ => [tie; 2],
    }
}

/// Whether a tie binds by itself whoever has it.
pub fn is_even(tie: u64) -> bool {
    !matches!(tie & SIDES, KNOWN | OPEN)
}

/// The tie of those that a merge rule joins under a key.
pub fn ruled(key: u64) -> u64 {
    key | SIDES
}

/// Whether a tie comes of a merge rule.
pub fn is_ruled(tie: u64) -> bool {
    tie & SIDES == SIDES
}

/// The open side of a tie that has sides.
pub fn open_side(tie: u64) -> u64 {
    tie & !SIDES | OPEN
}

fn within(key: u64, country: Option<Country>) -> u64 {
    let code = country.map_or(0, |country| {
        country
            .code()
            .bytes()
            .fold(1, |code, byte| code << 8 | u64::from(byte))
    });
    let mixed = (key ^ code.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
