//! Which cluster goes on as which channel.
//!
//! A *claim* says how many streams a channel held that are now in a cluster, missing ones included. Each cluster takes
//! at most one channel and each channel goes to at most one cluster; the larger claim wins, at a tie the lower channel.

use std::collections::{HashMap, HashSet};

/// How many of a channel's streams are in a cluster now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The cluster's number; equal claims go to the lower.
    pub cluster: u32,
    /// The channel's id.
    pub channel: i64,
    /// Those that are there and those that are missing.
    pub streams: u32,
    /// Those that are there.
    pub present: u32,
}

/// What became of the channels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Succession {
    /// The channel that each cluster goes on as; clusters that are absent are new channels.
    pub channel_of: HashMap<u32, i64>,
    /// Channels that no cluster goes on as though they had streams, with the cluster that took most of them.
    pub emptied: Vec<(i64, u32)>,
}

/// Decides from all claims of the clusters in question; at most one claim for each pair. `decided` clusters go on as the
/// channels that people chose, whatever is claimed.
pub fn decide(mut claims: Vec<Claim>, decided: HashMap<u32, i64>) -> Succession {
    claims.sort_by_key(|claim| (std::cmp::Reverse(claim.streams), claim.channel, claim.cluster));
    let mut taken: HashSet<i64> = decided.values().copied().collect();
    let mut channel_of = decided;
    for claim in &claims {
        if !taken.contains(&claim.channel) && !channel_of.contains_key(&claim.cluster) {
            channel_of.insert(claim.cluster, claim.channel);
            taken.insert(claim.channel);
        }
    }
    claims.sort_by_key(|claim| (std::cmp::Reverse(claim.present), claim.channel, claim.cluster));
    let mut emptied = Vec::new();
    for claim in claims.iter().filter(|claim| claim.present > 0) {
        if taken.insert(claim.channel) {
            emptied.push((claim.channel, claim.cluster));
        }
    }
    Succession { channel_of, emptied }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decide(claims: Vec<Claim>) -> Succession {
        super::decide(claims, HashMap::new())
    }

    #[test]
    fn what_people_decided_goes_before_the_largest_claim() {
        let decided = super::decide(
            vec![claim(0, 7, 5), claim(0, 3, 1), claim(1, 3, 9)],
            HashMap::from([(0, 3)]),
        );
        assert_eq!(decided.channel_of, HashMap::from([(0, 3)]));
        assert_eq!(decided.emptied, [(7, 0)]);
    }

    fn claim(cluster: u32, channel: i64, streams: u32) -> Claim {
        Claim {
            cluster,
            channel,
            streams,
            present: streams,
        }
    }

    #[test]
    fn the_cluster_with_most_of_a_channels_streams_goes_on_as_it() {
        let decided = decide(vec![claim(0, 7, 1), claim(1, 7, 3)]);
        assert_eq!(decided.channel_of, HashMap::from([(1, 7)]));
        assert_eq!(decided.emptied, []);
    }

    #[test]
    fn two_channels_that_became_one_keep_the_lower_id_at_a_tie() {
        let decided = decide(vec![claim(0, 9, 2), claim(0, 4, 2)]);
        assert_eq!(decided.channel_of, HashMap::from([(0, 4)]));
        assert_eq!(decided.emptied, [(9, 0)]);
    }

    #[test]
    fn a_channel_that_lost_its_first_choice_goes_on_elsewhere() {
        let decided = decide(vec![claim(0, 1, 5), claim(0, 2, 4), claim(1, 2, 1)]);
        assert_eq!(decided.channel_of, HashMap::from([(0, 1), (1, 2)]));
    }

    #[test]
    fn missing_streams_count_for_a_channel_but_do_not_empty_it() {
        let missing = |channel, streams| Claim {
            present: 0,
            ..claim(0, channel, streams)
        };
        let decided = decide(vec![missing(1, 2), claim(0, 2, 1), missing(3, 1)]);
        assert_eq!(decided.channel_of, HashMap::from([(0, 1)]));
        assert_eq!(decided.emptied, [(2, 0)]);
    }

    proptest! {
        #[test]
        fn it_is_one_to_one_complete_and_blind_to_order(
            raw in proptest::collection::hash_map((0..6_u32, 1..6_i64), 1..5_u32, 0..20),
            seed in any::<u64>(),
        ) {
            let claims: Vec<Claim> = raw.iter().map(|((cluster, channel), streams)| claim(*cluster, *channel, *streams)).collect();
            let mut other = claims.clone();
            other.sort_by_key(|claim| (u64::from(claim.cluster) * 31 + claim.channel.cast_unsigned()).wrapping_mul(seed | 1));
            let decided = decide(claims.clone());
            prop_assert_eq!(&decided, &decide(other));
            let channels: HashSet<i64> = decided.channel_of.values().copied().collect();
            prop_assert_eq!(channels.len(), decided.channel_of.len());
            for claim in &claims {
                let goes_on = channels.contains(&claim.channel);
                let emptied = decided.emptied.iter().filter(|(channel, _)| *channel == claim.channel).count();
                prop_assert_eq!(usize::from(!goes_on), emptied);
                // No claim is left whose cluster and channel are both free.
                prop_assert!(goes_on || decided.channel_of.contains_key(&claim.cluster));
            }
        }
    }
}
