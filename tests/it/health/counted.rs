//! What is counted of all streams at once: their states by provider, and how long they took to come back; and what is read
//! of a long log.

use m3u_strm_processor::args;
use m3u_strm_processor::features::health::incidents::recovery;
use m3u_strm_processor::features::health::recovery::Recovery;
use m3u_strm_processor::features::health::store::{
    ProviderStates, answers, by_provider, sightings, sightings_of,
};
use m3u_strm_processor::support::ids::{ProviderId, StreamId};

use crate::on_both_engines;
use crate::support::{OnEngine, TestDb, seed};

/// Two providers that are switched on, the first with eight streams and the second with one.
async fn streams(test: &TestDb) {
    let db = &test.db;
    for (id, name) in [(1, "Zeta"), (2, "Alpha"), (3, "Empty"), (4, "Off")] {
        seed::provider(db, id, name).await;
    }
    let channels = (1..=10).map(|id| (id, format!("Channel {id}"), "News"));
    seed::channels(db, channels).await;
    for change in [
        "update channel_streams set provider_id = 2 where id = 9",
        "update channel_streams set provider_id = 4 where id = 10",
        "update providers set enabled = false where id = 4",
    ] {
        db.execute(change, Vec::new()).await.unwrap();
    }
}

/// Incidents of streams: provider, stream, when it began and when it was over.
async fn incidents(test: &TestDb, rows: &[(i64, Option<i64>, i64, Option<i64>)]) {
    let values = rows.iter().flat_map(|(provider, stream, opened, resolved)| {
        args![*provider, *stream, *opened, *opened, *resolved, 1_i64]
    });
    let mut tx = test.db.begin().await.unwrap();
    let head =
        "insert into incidents (provider_id, stream_id, opened_at, confirmed_at, resolved_at, streams)";
    tx.insert_many(head, 6, values.collect(), "").await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn streams_are_counted_by_provider_and_state(test: TestDb) {
        streams(&test).await;
        let db = &test.db;
        let states = [(1, "up"), (2, "up"), (3, "degraded"), (4, "down"), (5, "maintenance"), (6, "down"), (9, "up")];
        for (id, state) in states {
            let insert = "insert into stream_health (stream_id, state, last_check, consecutive_failures) values ($1, $2, $1 * 10, 0)";
            db.execute(insert, args![id, state]).await.unwrap();
        }
        for change in [
            "update channel_streams set is_active = false where id in (4, 6)",
            "update channel_streams set enabled = false where id in (1, 4)",
            "update channel_streams set missing_since = 5 where id = 6",
        ] {
            db.execute(change, Vec::new()).await.unwrap();
        }
        let none = |id, name: &str| ProviderStates {
            id: ProviderId(id), name: name.to_owned(), last_check: None,
            total: 0, active: 0, up: 0, degraded: 0, down: 0, maintenance: 0,
        };
        let expected = [
            ProviderStates { last_check: Some(90), total: 1, active: 1, up: 1, ..none(2, "Alpha") },
            none(3, "Empty"),
            ProviderStates {
                last_check: Some(50), total: 7, active: 5, up: 2, degraded: 1, down: 1, maintenance: 1, ..none(1, "Zeta")
            },
        ];
        assert_eq!(by_provider(db).await.unwrap(), expected);
    }

    async fn times_to_recovery_are_of_what_came_back_within_the_window(test: TestDb) {
        streams(&test).await;
        let none = recovery(&test.db, None, &(1_000..2_000)).await.unwrap();
        assert_eq!(none, Recovery::default());
        incidents(&test, &[
            // The end counts and not the beginning.
            (1, Some(1), 0, Some(999)),
            (1, Some(2), 0, Some(1_000)),
            (1, Some(3), 1_500, Some(1_510)),
            (2, Some(9), 1_700, Some(1_999)),
            // Open at the end of the window, or not yet begun.
            (1, Some(4), 1_990, Some(2_000)),
            (2, Some(9), 1_999, Some(9_000)),
            (1, Some(5), 1_999, None),
            (1, Some(6), 2_000, None),
            (1, Some(7), 2_000, Some(2_100)),
            // A clock that was put back.
            (1, Some(8), 1_300, Some(1_200)),
            // Of the provider as a whole.
            (1, None, 1_100, Some(1_200)),
            (2, None, 1_100, None),
        ]).await;
        let all = recovery(&test.db, None, &(1_000..2_000)).await.unwrap();
        let expected = Recovery { resolved: 4, mean_ms: Some(327), median_ms: Some(154), p90_ms: Some(1_000), open: 3 };
        assert_eq!(all, expected);
        let one = recovery(&test.db, Some(ProviderId(2)), &(1_000..2_000)).await.unwrap();
        let expected = Recovery { resolved: 1, mean_ms: Some(299), median_ms: Some(299), p90_ms: Some(299), open: 1 };
        assert_eq!(one, expected);
    }
}

#[tokio::test]
async fn what_is_counted_is_read_from_indexes_alone() {
    let test = TestDb::on(m3u_strm_processor::db::Engine::Sqlite).await;
    test.statements.clear();
    by_provider(&test.db).await.unwrap();
    recovery(&test.db, None, &(0..1)).await.unwrap();
    let mut steps = Vec::new();
    for text in test.statements.all().into_keys() {
        steps.extend(test.db.explain(&text, Vec::new()).await.unwrap());
    }
    for wanted in [
        "SCAN s USING COVERING INDEX channel_streams_present",
        "INDEX channel_streams_inactive",
        "SEARCH incidents USING COVERING INDEX incidents_resolved",
        "INDEX incidents_open",
    ] {
        assert!(
            steps.iter().any(|step| step.contains(wanted)),
            "{wanted}: {steps:#?}"
        );
    }
}

#[tokio::test]
async fn the_course_of_a_stream_is_told_from_an_index_alone() {
    let test = TestDb::on(m3u_strm_processor::db::Engine::Sqlite).await;
    let (db, stream) = (&test.db, StreamId(1));
    test.statements.clear();
    sightings(db, stream, &(0..1)).await.unwrap();
    answers(db, stream, &(0..1)).await.unwrap();
    sightings_of(db, ProviderId(1), &(0..1)).await.unwrap();
    let texts: Vec<String> = test.statements.all().into_keys().collect();
    assert_eq!(texts.len(), 3);
    for text in texts {
        let steps = test.db.explain(&text, Vec::new()).await.unwrap();
        let of_log = steps
            .iter()
            .filter(|step| step.contains("health_check_log") || step.starts_with("SEARCH l "));
        let of_log: Vec<&String> = of_log.collect();
        let is_covered = |step: &&String| step.contains("USING COVERING INDEX health_check_log_stream");
        assert!(
            !of_log.is_empty() && of_log.iter().all(is_covered),
            "{text}: {steps:#?}"
        );
    }
}
