//! Which names are one channel: the vectors of the specification, what must never matter, and the command.

mod command;
mod decoration;
mod independence;
mod quality;
mod tvg_ids;
mod vectors;

use m3u_strm_processor::features::catalogue::matching::{Facts, Membership, Options, Raw, cluster};

/// What is known of a name of which nothing else is known.
fn name(name: &str) -> Facts {
    Facts::read(&Raw {
        name,
        ..Raw::default()
    })
}

/// What is known of a name in a country.
fn name_in(country: &str, name: &str) -> Facts {
    Facts::read(&Raw {
        name,
        country: Some(country),
        ..Raw::default()
    })
}

fn memberships(entries: &[Facts]) -> Vec<Membership> {
    cluster(entries, &Options::default())
}

/// The partition as the positions of each entry's mates, which is the same whatever the clusters are called.
fn partition(entries: &[Facts]) -> Vec<Vec<usize>> {
    let found = memberships(entries);
    let mates = |own: &Membership| {
        (0..found.len())
            .filter(|&other| found[other].cluster == own.cluster)
            .collect()
    };
    found.iter().map(mates).collect()
}

/// A small generator of pseudo-random numbers: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Every order of up to six items.
fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.len() < 2 {
        return vec![items.to_vec()];
    }
    let mut all = Vec::new();
    for (n, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(n);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}
