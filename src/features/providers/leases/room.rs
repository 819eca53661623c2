//! Who may have one more of a provider's connections, as numbers.
//!
//! Of an account with a limit *M*, holder *H* is granted one more only if
//! `active + Σ over the other credentials c of max(0, kept(c) - held(c)) < M`: what is kept for others is never lent. A holder
//! is a credential; checks, measurements and syncs are nobody's, so everything that is kept is kept from them. What is *kept*
//! for a credential is what was reserved for it, as far as the limit reaches: where the account allows fewer than are
//! reserved, the older reservations come first. So `Σ kept ≤ M`, and whoever holds less than is kept for him always gets one
//! more, unless connections were lent before they were reserved. An account without a limit keeps nothing.

use crate::record;
use crate::support::ids::CredentialId;

record! {
    /// What of a provider's connections one holder has, and what is reserved for it. A credential may stand in several.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Share {
        /// None for the product's own work.
        pub holder: Option<CredentialId>,
        pub held: i64,
        pub reserved: i64,
    }
}

/// How many of the reserved connections are kept, in the same order, which is that of the reservations.
pub fn kept(limit: i64, reserved: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut left = limit.max(0);
    let keep = |wanted: i64| {
        let kept = wanted.clamp(0, left);
        left -= kept;
        kept
    };
    reserved.into_iter().map(keep).collect()
}

/// Connections in use.
pub fn active(shares: &[Share]) -> i64 {
    shares.iter().map(|share| share.held).sum()
}

/// How many more `who` may have; 0 or less for none.
pub fn free_for(limit: i64, shares: &[Share], who: Option<CredentialId>) -> i64 {
    limit - active(shares) - kept_from(limit, shares, who)
}

/// Whether one connection that `from` holds may count for `to`: as if it were given back and asked for; or nobody else lacks
/// what is kept for him, since no more are in use than before.
pub fn may_pass(limit: i64, shares: &[Share], from: Option<CredentialId>, to: CredentialId) -> bool {
    let mut without = shares.to_vec();
    if let Some(share) = without
        .iter_mut()
        .find(|share| share.holder == from && share.held > 0)
    {
        share.held -= 1;
    }
    kept_from(limit, &without, Some(to)) == 0 || free_for(limit, &without, Some(to)) > 0
}

/// What others than `who` lack of what is kept for them.
fn kept_from(limit: i64, shares: &[Share], who: Option<CredentialId>) -> i64 {
    let kept = kept(limit, shares.iter().map(|share| share.reserved));
    shares
        .iter()
        .zip(kept)
        .filter(|(share, kept)| *kept > 0 && share.holder != who)
        .map(|(share, kept)| (kept - held(shares, share.holder)).max(0))
        .sum()
}

fn held(shares: &[Share], holder: Option<CredentialId>) -> i64 {
    let of = shares.iter().filter(|share| share.holder == holder);
    of.map(|share| share.held).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(holder: i64, held: i64, reserved: i64) -> Share {
        Share {
            holder: (holder > 0).then_some(CredentialId(holder)),
            held,
            reserved,
        }
    }

    fn free(limit: i64, shares: &[Share], who: i64) -> i64 {
        free_for(limit, shares, (who > 0).then_some(CredentialId(who)))
    }

    #[test]
    fn what_is_kept_for_one_is_free_for_nobody_else() {
        let one_of_two = [share(1, 0, 1)];
        assert_eq!([1, 2, 0].map(|who| free(2, &one_of_two, who)), [2, 1, 1]);
        let other_watches = [share(2, 1, 0), share(1, 0, 1)];
        assert_eq!([1, 2, 0].map(|who| free(2, &other_watches, who)), [1, 0, 0]);
        let in_use = [share(1, 1, 0), share(1, 0, 1)];
        assert_eq!([1, 2, 0].map(|who| free(2, &in_use, who)), [1, 1, 1]);
        assert_eq!(free(1, &one_of_two, 0), 0, "the only one");
    }

    #[test]
    fn where_fewer_are_allowed_than_reserved_the_older_reservation_comes_first() {
        assert_eq!(kept(3, [2, 2, 1]), [2, 1, 0]);
        assert_eq!(kept(0, [2]), [0]);
        let both = [share(1, 0, 1), share(2, 0, 1)];
        assert_eq!([1, 2, 3, 0].map(|who| free(1, &both, who)), [1, 0, 0, 0]);
    }

    #[test]
    fn a_connection_is_passed_on_only_to_who_would_get_it() {
        let kept_for_one = [share(1, 1, 0), share(1, 0, 1)];
        assert!(!may_pass(
            1,
            &kept_for_one,
            Some(CredentialId(1)),
            CredentialId(2)
        ));
        assert!(may_pass(2, &kept_for_one, Some(CredentialId(1)), CredentialId(2)));
        let nothing_kept = [share(1, 1, 0)];
        assert!(may_pass(1, &nothing_kept, Some(CredentialId(1)), CredentialId(2)));
        // More are in use than are allowed by now, and nobody lacks any.
        let lent_before = [share(1, 1, 0), share(3, 1, 0)];
        assert!(may_pass(1, &lent_before, Some(CredentialId(1)), CredentialId(2)));
    }

    proptest! {
        /// Whatever is asked for and given back, in whatever order, of whatever is reserved.
        #[test]
        fn no_more_than_the_limit_is_in_use_and_who_has_less_than_is_kept_for_him_gets_one(
            limit in 1i64..6,
            reserved in prop::collection::vec(0i64..4, 4),
            acts in prop::collection::vec((0usize..5, any::<bool>()), 0..60),
        ) {
            // The holder 0 is the product's own work, for which nothing is reserved.
            let mut holders = vec![share(0, 0, 0)];
            holders.extend((1..).zip(&reserved).map(|(holder, reserved)| share(holder, 0, *reserved)));
            let all_kept = kept(limit, holders.iter().map(|share| share.reserved));
            prop_assert!(all_kept.iter().sum::<i64>() <= limit);
            for (holder, takes) in acts {
                let who = holders[holder];
                if takes {
                    let granted = free_for(limit, &holders, who.holder) > 0;
                    prop_assert!(granted || who.held >= all_kept[holder], "{holders:?}");
                    holders[holder].held += i64::from(granted);
                } else {
                    holders[holder].held -= i64::from(who.held > 0);
                }
                prop_assert!(active(&holders) <= limit);
            }
        }

        #[test]
        fn without_reservations_everybody_has_what_is_not_in_use(limit in 1i64..6, held in 0i64..6, who in 0i64..3) {
            prop_assert_eq!(free(limit, &[share(1, held, 0)], who), limit - held);
        }
    }
}
