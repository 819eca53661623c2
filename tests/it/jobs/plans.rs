use m3u_strm_processor::args;

use crate::on_both_engines;
use crate::support::TestDb;

on_both_engines! {
    async fn the_queue_is_read_by_its_indexes(test: TestDb) {
        test.assert_uses_index(
            "jobs_queued",
            "select id from jobs where state = 'queued' and due_at <= $1 and (node is null or node = $2) \
             and kind || '' in ($3) order by due_at, id limit 1",
            args![1i64, "node", "test"],
        )
        .await;
        test.assert_uses_index(
            "jobs_active_key",
            "select id from jobs where kind = $1 and dedupe_key = $2 and state in ('queued', 'running')",
            args!["test", "key"],
        )
        .await;
        test.assert_uses_index(
            "jobs_running",
            "select id, attempt, attempts from jobs where state = 'running' and node = $1",
            args!["node"],
        )
        .await;
        test.assert_uses_index(
            "jobs_by_hand",
            "select count(*), min(created_at) from jobs \
             where by_hand and kind = $1 and dedupe_key = $2 and created_at >= $3",
            args!["test", "key", 1i64],
        )
        .await;
        test.assert_uses_index(
            "jobs_finished",
            "select id from jobs where finished_at is not null and finished_at < $1 order by finished_at limit $2",
            args![1i64, 10i64],
        )
        .await;
    }
}
