use crate::on_both_engines;
use crate::support::TestDb;
use m3u_strm_processor::args;
use m3u_strm_processor::db::Engine;

on_both_engines! {
    async fn a_migrated_database_has_every_migration_and_stays_so(test: TestDb) {
        let status = test.db.migration_status().await.unwrap();
        assert!(status.known > 0);
        assert_eq!(status.applied, status.known);
        test.reopen().await.migrate().await.unwrap();
    }

    async fn a_plan_tells_an_index_from_a_walk(test: TestDb) {
        test.assert_uses_index("jobs_by_kind", "select id from jobs where kind = $1", args!["sync"]).await;
        let walk = test.plan("select id from jobs where message = $1", args!["sync"]).await;
        assert!(!walk.contains("jobs_by_kind"), "{walk}");
    }
}

/// Column types that differ by name only.
fn common_type(declared: &str) -> &str {
    match declared {
        "integer" | "bigint" => "bigint",
        "blob" | "bytea" => "bytes",
        "real" | "double precision" => "float",
        other => other,
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    use crate::support::OnEngine;
    let (sqlite, postgres) = (
        TestDb::on(Engine::Sqlite).await,
        TestDb::on(Engine::Postgres).await,
    );
    let of_sqlite: Vec<(String, String, String, bool)> = sqlite
        .db
        .all(
            "select m.name, c.name, lower(c.type), c.\"notnull\" = 1 or c.pk > 0 from sqlite_master m \
             join pragma_table_xinfo(m.name) c where m.type = 'table' and m.name not like 'sqlite%' \
             and m.name not like '\\_sqlx%' escape '\\' order by 1, 2",
            args![],
        )
        .await
        .unwrap();
    let of_postgres: Vec<(String, String, String, bool)> = postgres
        .db
        .all(
            "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
             from information_schema.columns where table_schema = 'public' and table_name not like '\\_sqlx%' \
             order by table_name collate \"C\", column_name collate \"C\"",
            args![],
        )
        .await
        .unwrap();
    let common = |columns: Vec<(String, String, String, bool)>| -> Vec<String> {
        columns
            .into_iter()
            .map(|(table, column, declared, required)| {
                format!("{table}.{column} {} required {required}", common_type(&declared))
            })
            .collect()
    };
    assert_eq!(common(of_sqlite), common(of_postgres));
    let indexes_of_sqlite: Vec<(String,)> = sqlite
        .db
        .all(
            "select name from sqlite_master where type = 'index' and sql is not null order by 1",
            args![],
        )
        .await
        .unwrap();
    let indexes_of_postgres: Vec<(String,)> = postgres
        .db
        .all(
            "select i.indexname::text from pg_indexes i left join pg_constraint c on c.conname = i.indexname \
             where i.schemaname = 'public' and c.oid is null order by i.indexname collate \"C\"",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(indexes_of_sqlite, indexes_of_postgres);
}
