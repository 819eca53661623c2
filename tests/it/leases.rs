use std::sync::Arc;

use m3u_strm_processor::args;
use m3u_strm_processor::db::Db;
use m3u_strm_processor::features::catalogue::content::Content;
use m3u_strm_processor::features::playback::hls::{Polled, Polls, Seen};
use m3u_strm_processor::features::providers::Offer;
use m3u_strm_processor::features::providers::leases::{
    Connection, InUse, Lease, LeaseError, Leases, Purpose,
};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::ids::{ChannelId, CredentialId, ProviderId, StreamId};

use crate::on_both_engines;
use crate::support::TestDb;

const CONNECTION: Connection = Connection {
    provider: ProviderId(1),
    purpose: Purpose::Play {
        offer: OFFER,
        credential: VIEWER,
    },
};
const OFFER: Offer = Offer::Stream(StreamId(7));
const VIEWER: CredentialId = CredentialId(3);

fn seen(now_ms: i64) -> Seen {
    Seen {
        credential: VIEWER,
        content: Content::Channel(ChannelId(5)),
        offer: OFFER,
        now_ms,
    }
}

/// A stream that comes over this connection.
fn polled(lease: Lease) -> Arc<Polled> {
    Polled::new(OFFER, ProviderId(1), Some(1), Arc::new(lease), Arc::default())
}

async fn add_provider(db: &Db) {
    db.execute(
        "insert into providers (id, name, type, secrets, created_at, updated_at) values (1, 'A', 'm3u', $1, 0, 0)",
        args![&b"x"[..]],
    )
    .await
    .unwrap();
}

async fn until_in_use(leases: &Leases, expected: i64) {
    for _ in 0..2000 {
        if leases.in_use(ProviderId(1)).await.unwrap().total() == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), expected);
}

on_both_engines! {
    async fn no_more_connections_are_lent_than_the_provider_has(test: TestDb) {
        add_provider(&test.db).await;
        let clock = Clock::manual(1_000_000);
        let leases = Leases::new("one", test.db.clone(), clock.clone());
        let other_node = Leases::new("two", test.reopen().await, clock);
        let first = leases.acquire(CONNECTION, Some(2)).await.unwrap();
        let _second = other_node.acquire(CONNECTION, Some(2)).await.unwrap();
        let refused = leases.acquire(CONNECTION, Some(2)).await;
        assert!(matches!(refused, Err(LeaseError::AllInUse { limit: 2 })));
        drop(first);
        // Its socket may be open for a moment yet.
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), 2);
        leases.confirm().await;
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), 2);
        until_in_use(&leases, 1).await;
        leases.acquire(CONNECTION, Some(2)).await.unwrap();
    }

    async fn the_leases_of_a_dead_node_run_out(test: TestDb) {
        add_provider(&test.db).await;
        let clock = Clock::manual(1_000_000);
        let dead = Leases::new("dead", test.db.clone(), clock.clone());
        let lease = dead.acquire(CONNECTION, Some(1)).await.unwrap();
        let alive = Leases::new("alive", test.db.clone(), clock.clone());
        clock.advance_ms(30_000);
        assert!(alive.acquire(CONNECTION, Some(1)).await.is_err());
        dead.confirm().await;
        clock.advance_ms(30_000);
        assert!(alive.acquire(CONNECTION, Some(1)).await.is_err());
        clock.advance_ms(10_000);
        assert_eq!(alive.in_use(ProviderId(1)).await.unwrap().total(), 0);
        alive.acquire(CONNECTION, Some(1)).await.unwrap();
        drop(lease);
    }

    async fn a_row_that_nobody_holds_is_removed_by_the_heartbeat(test: TestDb) {
        add_provider(&test.db).await;
        let clock = Clock::manual(1_000_000);
        let leases = Leases::new("one", test.db.clone(), clock.clone());
        let held = leases.acquire(CONNECTION, Some(2)).await.unwrap();
        let ghost = "insert into connection_leases (provider_id, purpose, credential_id, node, opened_at, confirmed_at)
                     values (1, 'play', 3, 'one', 1000000, 1000000)";
        test.db.execute(ghost, args![]).await.unwrap();
        leases.confirm().await;
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), 2);
        clock.advance_ms(10_000);
        leases.confirm().await;
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), 1);
        drop(held);
        until_in_use(&leases, 0).await;
    }

    async fn the_connection_of_a_poller_is_kept_for_half_a_minute(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let polls = Polls::default();
        let lease = leases.acquire(CONNECTION, Some(1)).await.unwrap();
        drop(polls.keep(seen(1_000_000), polled(lease)));
        polls.sweep(1_030_000);
        drop(polls.touch(seen(1_030_000)).unwrap());
        polls.sweep(1_060_000);
        // A part that is on its way holds it too.
        let part = polls.touch(seen(1_060_000)).unwrap();
        polls.sweep(1_200_000);
        assert!(polls.touch(seen(1_060_000)).is_some());
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap().total(), 1);
        drop(part);
        polls.sweep(1_090_001);
        assert!(polls.touch(seen(1_090_001)).is_none());
        until_in_use(&leases, 0).await;
    }

    async fn a_stream_that_others_poll_on_is_an_orphan_once_whom_its_connection_counts_for_fell_silent(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let polls = Polls::default();
        let lease = leases.acquire(CONNECTION, Some(1)).await.unwrap();
        let guest = Seen { credential: CredentialId(4), ..seen(1_030_000) };
        drop(polls.keep(seen(1_000_000), polled(lease)));
        drop(polls.touch(guest).unwrap());
        let gone = || polls.orphans(|last, _| last.is_none());
        polls.sweep(1_030_000);
        assert!(gone().is_empty());
        let quiet = polls.orphans(|last, _| last.is_some_and(|seen| seen.now_ms == 1_000_000));
        assert_eq!(quiet.len(), 1, "it was told of the last poll");
        drop(quiet);
        polls.sweep(1_031_000);
        let orphans = gone();
        assert_eq!(orphans.iter().map(|orphan| orphan.heirs.clone()).collect::<Vec<_>>(), [[CredentialId(4)]]);
        let heir = orphans[0].stream.lease.pass_on(&[CredentialId(4)]).await.unwrap();
        assert_eq!(heir, Some(CredentialId(4)));
        assert!(gone().is_empty());
    }

    async fn many_at_once_share_exactly_what_there_is(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let tries = (0..12).map(|_| leases.acquire(CONNECTION, Some(3)));
        let lent: Vec<_> = futures_util::future::join_all(tries).await.into_iter().flatten().collect();
        assert_eq!(lent.len(), 3);
    }

    async fn players_checks_and_syncs_share_one_ledger(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let of = |purpose| Connection { provider: ProviderId(1), purpose };
        let (check, sync) = (of(Purpose::Check(StreamId(7))), of(Purpose::Sync));
        let _playing = leases.acquire(CONNECTION, Some(3)).await.unwrap();
        let checking = leases.acquire(check, Some(3)).await.unwrap();
        let _syncing = leases.acquire(sync, Some(3)).await.unwrap();
        for one in [CONNECTION, check, sync] {
            assert!(matches!(leases.acquire(one, Some(3)).await, Err(LeaseError::AllInUse { limit: 3 })));
        }
        let in_use = leases.in_use(ProviderId(1)).await.unwrap();
        assert_eq!(in_use, InUse { plays: 1, checks: 1, syncs: 1 });
        checking.give_back().await;
        assert_eq!(leases.in_use(ProviderId(1)).await.unwrap(), InUse { checks: 0, ..in_use });
    }

    async fn a_sync_is_wished_for_as_a_player_is_and_what_was_wished_before_a_check_is_over(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let of = |purpose| Connection { provider: ProviderId(1), purpose };
        let playing = leases.acquire(CONNECTION, Some(1)).await.unwrap();
        assert!(leases.acquire(CONNECTION, Some(1)).await.is_err());
        playing.give_back().await;
        let checking = leases.acquire(of(Purpose::Check(StreamId(7))), Some(1)).await.unwrap();
        let wished = leases.wished(ProviderId(1));
        tokio::pin!(wished);
        assert!(futures_util::poll!(wished.as_mut()).is_pending(), "that was before it");
        assert!(leases.acquire(of(Purpose::Sync), Some(1)).await.is_err());
        wished.await;
        checking.give_back().await;
        leases.acquire(of(Purpose::Sync), Some(1)).await.unwrap();
    }

    async fn who_checks_is_told_that_a_player_found_nothing_free(test: TestDb) {
        add_provider(&test.db).await;
        let leases = Leases::new("one", test.db.clone(), Clock::manual(1_000_000));
        let check = Connection { provider: ProviderId(1), purpose: Purpose::Check(StreamId(7)) };
        let lease = leases.acquire(check, Some(1)).await.unwrap();
        assert!(leases.acquire(check, Some(1)).await.is_err());
        let wished = leases.wished(ProviderId(1));
        tokio::pin!(wished);
        let told = futures_util::poll!(wished.as_mut());
        assert!(told.is_pending(), "another check waits for its turn");
        assert!(leases.acquire(CONNECTION, Some(1)).await.is_err());
        wished.await;
        lease.give_back().await;
        leases.acquire(CONNECTION, Some(1)).await.unwrap();
    }
}
