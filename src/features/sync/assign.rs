//! Which entry is which stored row, tier by tier. Every function pairs one to one and returns places in its two slices.

use std::collections::HashMap;
use std::hash::Hash;

use crate::features::catalogue::entry::{EntryKeys, EntryKind};

/// One side's entry that is not settled by an equal digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    pub kind: EntryKind,
    pub keys: EntryKeys,
    /// A hash of the URL's host; 0 where it is not known.
    pub host: u64,
}

/// Places in the stored and in the listed slice.
pub(super) type Pair = (u32, u32);

/// How often a key occurs in a whole list and in the whole store, whether settled or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub stored: u32,
    pub listed: u32,
}

impl Occurrence {
    fn is_unique(self) -> bool {
        self.stored == 1 && self.listed == 1
    }
}

type Key = (EntryKind, i64);

/// Tier of tvg-id, name and group. Several equal keys are told apart by URL, then by order.
pub(super) fn by_identity(stored: &[Item], listed: &[Item]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (mut left, mut right) in common(stored, listed, |item| Some((item.kind, item.keys.identity))) {
        if let ([one], [other]) = (left.as_slice(), right.as_slice()) {
            pairs.push((*one, *other));
            continue;
        }
        let (of, to) = (
            |place: u32| stored[place as usize],
            |place: u32| listed[place as usize],
        );
        pair_equal(
            &mut left,
            &mut right,
            &mut pairs,
            |l| host_and(of(l), of(l).keys.digest),
            |l| host_and(to(l), to(l).keys.digest),
        );
        pair_equal(
            &mut left,
            &mut right,
            &mut pairs,
            |l| host_and(of(l), of(l).keys.url),
            |l| host_and(to(l), to(l).keys.url),
        );
        pair_equal(
            &mut left,
            &mut right,
            &mut pairs,
            |l| Some(of(l).keys.digest),
            |l| Some(to(l).keys.digest),
        );
        pair_equal(
            &mut left,
            &mut right,
            &mut pairs,
            |l| Some(of(l).keys.url),
            |l| Some(to(l).keys.url),
        );
        pairs.extend(left.into_iter().zip(right));
    }
    pairs
}

/// Tier of path and query. Only what one row and one entry have is a match; where several have it, the host must agree.
pub(super) fn by_url(
    stored: &[Item],
    listed: &[Item],
    occurrence: impl Fn(EntryKind, i64) -> Occurrence,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (left, right) in common(stored, listed, |item| Some((item.kind, item.keys.url))) {
        match (left.as_slice(), right.as_slice()) {
            ([one], [other])
                if unique(
                    &occurrence,
                    stored[*one as usize].kind,
                    stored[*one as usize].keys.url,
                ) =>
            {
                pairs.push((*one, *other));
            }
            _ => pair_only(
                &left,
                &right,
                &mut pairs,
                |place| known_host(stored[place as usize]),
                |place| known_host(listed[place as usize]),
            ),
        }
    }
    pairs
}

/// Tier of the tvg-id alone, where it is unique on both sides.
pub(super) fn by_tvg_id(
    stored: &[Item],
    listed: &[Item],
    occurrence: impl Fn(EntryKind, i64) -> Occurrence,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (left, right) in common(stored, listed, |item| Some((item.kind, item.keys.tvg?))) {
        if let ([one], [other]) = (left.as_slice(), right.as_slice())
            && let Item {
                kind,
                keys: EntryKeys { tvg: Some(tvg), .. },
                ..
            } = stored[*one as usize]
            && unique(&occurrence, kind, tvg)
        {
            pairs.push((*one, *other));
        }
    }
    pairs
}

/// Stored places whose host decides: others of either side have the same key.
pub(super) fn contested(stored: &[Item], listed: &[Item]) -> Vec<u32> {
    let mut places = Vec::new();
    for key in [
        |item: &Item| Some((item.kind, item.keys.identity)),
        |item: &Item| Some((item.kind, item.keys.url)),
    ] {
        for (left, right) in common(stored, listed, key) {
            if left.len() > 1 || right.len() > 1 {
                places.extend(left);
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

fn unique(occurrence: &impl Fn(EntryKind, i64) -> Occurrence, kind: EntryKind, key: i64) -> bool {
    occurrence(kind, key).is_unique()
}

fn known_host(item: Item) -> Option<u64> {
    (item.host != 0).then_some(item.host)
}

fn host_and(item: Item, key: i64) -> Option<(u64, i64)> {
    known_host(item).map(|host| (host, key))
}

/// The places of both sides for each key that both have, in order.
fn common(stored: &[Item], listed: &[Item], key: impl Fn(&Item) -> Option<Key>) -> Vec<(Vec<u32>, Vec<u32>)> {
    let sorted = |items: &[Item]| -> Vec<(Key, u32)> {
        let mut keyed: Vec<(Key, u32)> = items
            .iter()
            .zip(0..)
            .filter_map(|(item, place)| Some((key(item)?, place)))
            .collect();
        keyed.sort_unstable();
        keyed
    };
    let (stored, listed) = (sorted(stored), sorted(listed));
    let mut groups = Vec::new();
    let mut rest = listed.as_slice();
    for left in stored.chunk_by(|one, other| one.0 == other.0) {
        let Some((key, _)) = left.first() else { continue };
        let start = rest.partition_point(|(other, _)| other < key);
        let length = rest[start..].partition_point(|(other, _)| other == key);
        let right = &rest[start..start + length];
        if !right.is_empty() {
            let places = |side: &[(Key, u32)]| side.iter().map(|(_, place)| *place).collect::<Vec<_>>();
            groups.push((places(left), places(right)));
        }
        rest = &rest[start + length..];
    }
    groups
}

/// Pairs what has equal keys, in order, and takes it off both sides.
fn pair_equal<K: Hash + Eq>(
    left: &mut Vec<u32>,
    right: &mut Vec<u32>,
    pairs: &mut Vec<Pair>,
    key_of_left: impl Fn(u32) -> Option<K>,
    key_of_right: impl Fn(u32) -> Option<K>,
) {
    if left.is_empty() || right.is_empty() {
        return;
    }
    let mut waiting: HashMap<K, Vec<u32>> = HashMap::new();
    for place in right.iter().rev() {
        if let Some(key) = key_of_right(*place) {
            waiting.entry(key).or_default().push(*place);
        }
    }
    let mut taken = std::collections::HashSet::new();
    left.retain(|place| {
        let partner = key_of_left(*place).and_then(|key| waiting.get_mut(&key)?.pop());
        if let Some(partner) = partner {
            pairs.push((*place, partner));
            taken.insert(partner);
        }
        partner.is_none()
    });
    right.retain(|place| !taken.contains(place));
}

/// Pairs what one place of each side alone has.
fn pair_only<K: Hash + Eq>(
    left: &[u32],
    right: &[u32],
    pairs: &mut Vec<Pair>,
    key_of_left: impl Fn(u32) -> Option<K>,
    key_of_right: impl Fn(u32) -> Option<K>,
) {
    let mut sides: HashMap<K, (Vec<u32>, Vec<u32>)> = HashMap::new();
    for place in left.iter() {
        if let Some(key) = key_of_left(*place) {
            sides.entry(key).or_default().0.push(*place);
        }
    }
    for place in right.iter() {
        if let Some(key) = key_of_right(*place) {
            sides.entry(key).or_default().1.push(*place);
        }
    }
    let mut found: Vec<Pair> = sides
        .into_values()
        .filter_map(|(left, right)| match (left.as_slice(), right.as_slice()) {
            ([one], [other]) => Some((*one, *other)),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    pairs.extend(found);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn item(identity: i64, url: i64, tvg: i64, host: u64) -> Item {
        let tvg = (tvg != 0).then_some(tvg);
        let digest = identity * 1_000 + url;
        Item {
            kind: EntryKind::Live,
            keys: EntryKeys {
                identity,
                url,
                tvg,
                digest,
            },
            host,
        }
    }

    fn once(_: EntryKind, _: i64) -> Occurrence {
        Occurrence { stored: 1, listed: 1 }
    }

    #[test]
    fn equal_names_are_told_apart_by_url_then_by_order() {
        let stored = [item(1, 10, 0, 7), item(1, 11, 0, 7), item(1, 12, 0, 7)];
        let listed = [
            item(1, 12, 0, 7),
            item(1, 98, 0, 7),
            item(1, 99, 0, 7),
            item(1, 97, 0, 7),
        ];
        let mut pairs = by_identity(&stored, &listed);
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (1, 2), (2, 0)]);
    }

    #[test]
    fn equal_names_and_paths_are_told_apart_by_host() {
        let stored = [item(1, 10, 0, 7), item(1, 10, 0, 8)];
        let listed = [item(1, 10, 0, 8), item(1, 10, 0, 7)];
        let mut pairs = by_identity(&stored, &listed);
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (1, 0)]);
        assert_eq!(contested(&stored, &listed), [0, 1]);
    }

    #[test]
    fn a_path_that_many_hosts_have_matches_on_the_same_host_only() {
        let many = |_, _| Occurrence { stored: 5, listed: 5 };
        let (stored, listed) = ([item(1, 10, 0, 7)], [item(2, 10, 0, 8), item(3, 10, 0, 7)]);
        assert_eq!(by_url(&stored, &listed, many), [(0, 1)]);
        assert_eq!(by_url(&stored, &listed[..1], many), []);
        assert_eq!(by_url(&stored, &listed[..1], once), [(0, 0)]);
    }

    #[test]
    fn a_guide_id_matches_only_where_it_is_unique() {
        let (stored, listed) = (
            [item(1, 10, 5, 0), item(2, 11, 6, 0)],
            [item(3, 12, 5, 0), item(4, 13, 6, 0)],
        );
        let often = |_, key| Occurrence {
            stored: 1,
            listed: if key == 6 { 2 } else { 1 },
        };
        assert_eq!(by_tvg_id(&stored, &listed, often), [(0, 0)]);
        assert_eq!(by_tvg_id(&[item(1, 1, 0, 0)], &[item(2, 2, 0, 0)], once), []);
    }

    fn items() -> impl Strategy<Value = Vec<Item>> {
        let one = (0..4_i64, 0..6_i64, 0..3_i64, 0..3_u64);
        proptest::collection::vec(one, 0..24).prop_map(|all| {
            all.into_iter()
                .map(|(identity, url, tvg, host)| item(identity, url, tvg, host))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_tier_is_one_to_one(stored in items(), listed in items()) {
            for pairs in [by_identity(&stored, &listed), by_url(&stored, &listed, once), by_tvg_id(&stored, &listed, once)] {
                let left: HashSet<u32> = pairs.iter().map(|pair| pair.0).collect();
                let right: HashSet<u32> = pairs.iter().map(|pair| pair.1).collect();
                prop_assert_eq!((left.len(), right.len()), (pairs.len(), pairs.len()));
            }
        }

        #[test]
        fn the_same_list_in_any_order_finds_every_row(stored in items(), seed in any::<u64>()) {
            let mut listed = stored.clone();
            listed.sort_by_key(|item| (item.keys.digest.cast_unsigned() ^ item.host).wrapping_mul(seed | 1));
            let pairs = by_identity(&stored, &listed);
            prop_assert_eq!(pairs.len(), stored.len());
            for (one, other) in pairs {
                prop_assert_eq!(stored[one as usize].keys.digest, listed[other as usize].keys.digest);
                let hosts = (stored[one as usize].host, listed[other as usize].host);
                prop_assert!(hosts.0 == hosts.1 || hosts.0 == 0 || hosts.1 == 0);
            }
        }
    }
}
