//! Clusters depend on the entries alone: not on their order, and not on entries they share no block with.

use std::collections::HashSet;

use super::{Facts, partition};
use crate::support::Dice;
use m3u_strm_processor::features::catalogue::matching::{Raw, tie};

/// Names of several providers with and without country, tvg-id and errors of spelling.
fn catalogue(dice: &mut Dice, size: usize) -> Vec<Facts> {
    const STEMS: [&str; 24] = [
        "ESPN",
        "ESPN 2",
        "ESPN Deportes",
        "Fox",
        "Fox News",
        "Fox News Channel",
        "Discovery Science",
        "Disc Science",
        "The Filipino Channel",
        "TFC",
        "National Geographic",
        "Nat Geo",
        "National Geo",
        "Дом кино",
        "Dom Kino",
        "Film 4 HU",
        "Film4",
        "News 24",
        "24 News",
        "Aakash Aath",
        "Aakaash Aath",
        "HBO",
        "HBO East",
        "Channel 4 +1",
    ];
    const COUNTRIES: [&str; 5] = ["", "US: ", "UK | ", "|HU| ", "[RU] "];
    const QUALITIES: [&str; 4] = ["", " HD", " 4K", " [1080p]"];
    const IDS: [&str; 6] = ["", "", "none", "ESPN.us", "Film4.uk", "shared"];
    (0..size)
        .map(|_| {
            let (country, quality) = (COUNTRIES[dice.below(5)], QUALITIES[dice.below(4)]);
            let name = format!("{country}{}{quality}", STEMS[dice.below(STEMS.len())]);
            Facts::read(&Raw {
                name: &name,
                tvg_id: Some(IDS[dice.below(6)]),
                ..Raw::default()
            })
        })
        .collect()
}

#[test]
fn clusters_do_not_depend_on_the_order_of_the_input() {
    let mut dice = Dice(1);
    for size in [2, 5, 20, 80, 300] {
        for _ in 0..20 {
            let entries = catalogue(&mut dice, size);
            let expected = partition(&entries);
            let mut order: Vec<usize> = (0..size).collect();
            dice.shuffle(&mut order);
            let shuffled: Vec<Facts> = order.iter().map(|&position| entries[position].clone()).collect();
            for (place, mates) in partition(&shuffled).into_iter().enumerate() {
                let mut mates: Vec<usize> = mates.into_iter().map(|mate| order[mate]).collect();
                mates.sort_unstable();
                assert_eq!(mates, expected[order[place]]);
            }
        }
    }
}

#[test]
fn whole_components_of_blocks_are_clustered_alone_as_among_all() {
    let mut dice = Dice(2);
    for size in [10, 40, 120] {
        for _ in 0..20 {
            let entries = catalogue(&mut dice, size);
            let expected = partition(&entries);
            let component = components(&entries);
            let names: HashSet<usize> = component.iter().copied().collect();
            let chosen: HashSet<usize> = names.into_iter().filter(|_| dice.below(2) == 0).collect();
            let part: Vec<usize> = (0..size)
                .filter(|&position| chosen.contains(&component[position]))
                .collect();
            let entries_of_part: Vec<Facts> =
                part.iter().map(|&position| entries[position].clone()).collect();
            for (place, mates) in partition(&entries_of_part).into_iter().enumerate() {
                let mates: Vec<usize> = mates.into_iter().map(|mate| part[mate]).collect();
                assert_eq!(mates, expected[part[place]]);
            }
        }
    }
}

/// For each entry the number of its component: entries that feel each other, directly or through others.
fn components(entries: &[Facts]) -> Vec<usize> {
    let mut component: Vec<usize> = (0..entries.len()).collect();
    loop {
        let mut next = component.clone();
        for (one, number) in entries.iter().zip(&mut next) {
            let felt: HashSet<u64> = one.ties().flat_map(tie::answers).collect();
            for (other, place) in entries.iter().zip(&component) {
                if other.ties().any(|tie| felt.contains(&tie)) {
                    *number = (*number).min(*place);
                }
            }
        }
        if next == component {
            return component;
        }
        component = next;
    }
}
