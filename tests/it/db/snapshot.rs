use m3u_strm_processor::args;

use crate::on_both_engines;
use crate::support::TestDb;

const VERSION: &str = "select version from catalogue_state where id = 1";
const RAISE: &str = "update catalogue_state set version = version + 1 where id = 1";

on_both_engines! {
    async fn a_snapshot_sees_one_state_and_keeps_nobody_from_writing(test: TestDb) {
        let mut snapshot = test.db.snapshot().await.unwrap();
        let (before,): (i64,) = snapshot.one(VERSION, args![]).await.unwrap();
        test.db.execute(RAISE, args![]).await.unwrap();
        let (again,): (i64,) = snapshot.one(VERSION, args![]).await.unwrap();
        assert_eq!(again, before);
        assert!(snapshot.execute(RAISE, args![]).await.is_err(), "it only reads");
        drop(snapshot);
        let (now,): (i64,) = test.db.one(VERSION, args![]).await.unwrap();
        assert_eq!(now, before + 1);
    }
}
