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
