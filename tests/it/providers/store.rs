use m3u_strm_processor::args;
use m3u_strm_processor::features::providers::{Draft, Error, Status, Totals, store};
use m3u_strm_processor::support::crypto::Keys;
use m3u_strm_processor::support::ids::ProviderId;
use m3u_strm_processor::support::paging::Slice;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::TestDb;

fn draft(changes: Value) -> Draft {
    let mut sent =
        json!({ "name": "Alpha", "type": "m3u", "m3u_url": "http://tv.example/get.php?password=s3cret" });
    let fields = changes.as_object().unwrap().clone();
    sent.as_object_mut().unwrap().extend(fields);
    Draft::new(sent.as_object().unwrap(), None).ok().unwrap()
}

async fn insert(
    test: &TestDb,
    keys: &Keys,
    changes: Value,
    form_key: Option<&str>,
) -> Result<ProviderId, Error> {
    let mut tx = test.db.begin().await.unwrap();
    let id = store::insert(&mut tx, keys, &draft(changes), form_key, 1_000).await?;
    tx.commit().await.unwrap();
    Ok(id)
}

on_both_engines! {
    async fn a_provider_is_stored_and_read_again(test: TestDb) {
        let keys = Keys::random();
        let changes = json!({ "priority": 80, "max_connections": 2, "user_agent": "VLC", "enabled": false,
            "backup_urls": ["http://b.example/"], "headers": { "Referer": "http://r.example/" } });
        let id = insert(&test, &keys, changes.clone(), None).await.unwrap();
        let provider = store::get(&test.db, id).await.unwrap();
        assert_eq!(provider.name, "Alpha");
        assert_eq!((provider.priority, provider.max_connections), (80, Some(2)));
        assert_eq!((provider.last_status, provider.status()), (Status::NeverSynced, Status::Disabled));
        let secrets = provider.secrets(&keys).unwrap();
        assert_eq!(secrets.playlist_urls(), ["http://tv.example/get.php?password=s3cret", "http://b.example/"]);
        assert!(draft(changes).differences(&provider, &secrets).is_empty());
        assert!(matches!(provider.secrets(&Keys::random()), Err(Error::Sealed)));
        let by_name = store::find_by_name(&test.db, "Alpha").await.unwrap();
        assert_eq!(by_name.map(|found| found.id), Some(id));
    }

    async fn no_address_is_stored_readable(test: TestDb) {
        let keys = Keys::random();
        let id = insert(&test, &keys, json!({ "headers": { "Cookie": "s3cret" } }), None).await.unwrap();
        let (sealed,): (Vec<u8>,) =
            test.db.one("select secrets from providers where id = $1", args![id]).await.unwrap();
        let text = String::from_utf8_lossy(&sealed);
        assert!(!sealed.is_empty() && !text.contains("s3cret") && !text.contains("tv.example"));
    }

    async fn a_name_is_taken_once_until_its_provider_is_removed(test: TestDb) {
        let keys = Keys::random();
        let first = insert(&test, &keys, json!({}), None).await.unwrap();
        assert!(matches!(insert(&test, &keys, json!({}), None).await, Err(Error::NameTaken)));
        let other = insert(&test, &keys, json!({ "name": "Beta" }), None).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        let renamed = store::update(&mut tx, &keys, other, &draft(json!({})), 2_000).await;
        assert!(matches!(renamed, Err(Error::NameTaken)));
        drop(tx);
        let mut tx = test.db.begin().await.unwrap();
        store::remove(&mut tx, first, 3_000).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(store::get(&test.db, first).await, Err(Error::NotFound)));
        let again = insert(&test, &keys, json!({}), None).await.unwrap();
        assert_ne!(again, first, "the row of the removed one stays for its plays");
        let (sealed,): (Vec<u8>,) =
            test.db.one("select secrets from providers where id = $1", args![first]).await.unwrap();
        assert!(sealed.is_empty(), "its credentials are forgotten");
    }

    async fn a_form_key_counts_once(test: TestDb) {
        let keys = Keys::random();
        let id = insert(&test, &keys, json!({}), Some("key")).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        assert_eq!(store::made_by_form(&mut tx, "key").await.unwrap(), Some(id));
        assert_eq!(store::made_by_form(&mut tx, "other").await.unwrap(), None);
        drop(tx);
        let again = insert(&test, &keys, json!({ "name": "Beta" }), Some("key")).await;
        assert!(matches!(again, Err(Error::Db(_))));
        assert_eq!(store::count(&test.db).await.unwrap(), 1);
    }

    async fn the_preferred_ones_are_listed_first(test: TestDb) {
        let keys = Keys::random();
        for (name, priority) in [("Beta", 50), ("Alpha", 50), ("Gamma", 90)] {
            insert(&test, &keys, json!({ "name": name, "priority": priority }), None).await.unwrap();
        }
        let names = async |skip, limit| -> Vec<String> {
            let page = store::list(&test.db, Slice { skip, limit }).await.unwrap();
            assert_eq!(page.total, 3);
            page.items.into_iter().map(|provider| provider.name).collect()
        };
        assert_eq!(names(0, 10).await, ["Gamma", "Alpha", "Beta"]);
        assert_eq!(names(1, 1).await, ["Alpha"]);
    }

    async fn a_run_leaves_its_status_and_totals(test: TestDb) {
        let keys = Keys::random();
        let id = insert(&test, &keys, json!({}), None).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        store::set_status(&mut tx, id, Status::Failing, Some("tv.example: answered 500")).await.unwrap();
        store::set_totals(&mut tx, id, Totals { channels: 4, active_channels: 3, movies: 2, series: 1 }).await.unwrap();
        store::set_last_sync(&mut tx, id, 5_000).await.unwrap();
        tx.commit().await.unwrap();
        let provider = store::get(&test.db, id).await.unwrap();
        assert_eq!(provider.status(), Status::Failing);
        assert_eq!(provider.status_message.as_deref(), Some("tv.example: answered 500"));
        assert_eq!((provider.total_channels, provider.active_channels), (4, 3));
        assert_eq!((provider.total_vod_movies, provider.total_vod_series, provider.last_sync), (2, 1, Some(5_000)));
        let mut tx = test.db.begin().await.unwrap();
        store::update(&mut tx, &keys, id, &draft(json!({ "name": "Beta" })), 6_000).await.unwrap();
        tx.commit().await.unwrap();
        let changed = store::get(&test.db, id).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.status()), ("Beta", Status::Failing));
    }

    async fn enabled_providers_are_found_by_priority(test: TestDb) {
        test.assert_uses_index(
            "providers_enabled_priority",
            "select id from providers where enabled = $1 and priority > $2",
            args![true, 10i64],
        )
        .await;
    }
}
