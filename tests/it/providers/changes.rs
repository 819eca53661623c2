use m3u_strm_processor::features::audit;
use m3u_strm_processor::features::catalogue::line_up;
use m3u_strm_processor::features::providers::{self, Error, store};
use m3u_strm_processor::jobs::{NewJob, State, kinds};
use m3u_strm_processor::support::crypto::Keys;
use m3u_strm_processor::support::paging::Slice;
use serde_json::{Map, Value, json};

use crate::on_both_engines;
use crate::support::{ACTOR, TestCtx, acts};

fn sent(name: &str) -> Map<String, Value> {
    let sent = json!({ "name": name, "type": "m3u", "m3u_url": "http://tv.example/get.php?password=s3cret" });
    sent.as_object().unwrap().clone()
}

fn change(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

on_both_engines! {
    async fn each_act_leaves_one_line_without_addresses(test: TestCtx) {
        let ctx = &test.ctx;
        let id = providers::create(ctx, &ACTOR, &sent("Alpha"), None).await.unwrap();
        for changes in [
            json!({ "enabled": false }),
            json!({ "enabled": true }),
            json!({ "m3u_url": "http://new.example/?password=s3cret", "priority": 60 }),
            json!({ "priority": 60 }),
        ] {
            line_up::update(ctx, &ACTOR, id, &change(changes)).await.unwrap();
        }
        line_up::remove(ctx, &ACTOR, id).await.unwrap();
        assert_eq!(
            acts(ctx).await,
            [
                format!("provider.created provider:{id}"),
                format!("provider.disabled provider:{id}"),
                format!("provider.enabled provider:{id}"),
                format!("provider.changed provider:{id}"),
                format!("provider.removed provider:{id}"),
            ]
        );
        let lines = audit::list(&ctx.db, &audit::Filter::default(), Slice::default()).await.unwrap();
        let details: String = lines.items.iter().map(|line| line.details.to_string()).collect();
        assert!(!details.contains("s3cret") && !details.contains("example"), "{details}");
        assert!(details.contains(r#"["priority","m3u_url"]"#), "{details}");
    }

    async fn names_are_one_however_they_are_written(test: TestCtx) {
        let ctx = &test.ctx;
        let first = providers::create(ctx, &ACTOR, &sent("Élan TV"), None).await.unwrap();
        let other = providers::create(ctx, &ACTOR, &sent("Beta"), None).await.unwrap();
        let again = providers::create(ctx, &ACTOR, &sent("ÉLAN tv"), None).await;
        assert!(matches!(again, Err(Error::NameTaken)));
        let renamed = line_up::update(ctx, &ACTOR, other, &change(json!({ "name": "élan TV" }))).await;
        assert!(matches!(renamed, Err(Error::NameTaken)));
        let own = line_up::update(ctx, &ACTOR, first, &change(json!({ "name": "élan TV" }))).await.unwrap();
        assert_eq!(own.name, "élan TV");
        line_up::remove(ctx, &ACTOR, first).await.unwrap();
        providers::create(ctx, &ACTOR, &sent("ELAN TV"), None).await.unwrap();
        providers::create(ctx, &ACTOR, &sent("ÉLAN TV"), None).await.unwrap();
    }

    async fn a_form_sent_twice_makes_one_provider(test: TestCtx) {
        let ctx = &test.ctx;
        let first = providers::create(ctx, &ACTOR, &sent("Alpha"), Some("key")).await.unwrap();
        let again = providers::create(ctx, &ACTOR, &sent("Alpha"), Some("key")).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(store::count(&ctx.db).await.unwrap(), 1);
        assert_eq!(acts(ctx).await.len(), 1);
        let other = providers::create(ctx, &ACTOR, &sent("Alpha"), Some("other key")).await;
        assert!(matches!(other, Err(Error::NameTaken)));
    }

    async fn a_form_sent_many_times_at_once_makes_one_provider(test: TestCtx) {
        let ctx = &test.ctx;
        let form = sent("Alpha");
        let submits = (0..8).map(|_| {
            let (ctx, form) = (ctx.clone(), form.clone());
            async move { providers::create(&ctx, &ACTOR, &form, Some("key")).await.unwrap() }
        });
        let made = futures_util::future::join_all(submits).await;
        assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(store::count(&ctx.db).await.unwrap(), 1);
    }

    async fn removing_a_provider_queues_the_removal_of_its_streams_and_stops_its_sync(test: TestCtx) {
        let ctx = &test.ctx;
        let id = providers::create(ctx, &ACTOR, &sent("Alpha"), None).await.unwrap();
        let sync = NewJob::new(kinds::SYNC, json!({ "provider_id": id })).key(providers::sync_key(id));
        let sync = ctx.jobs.enqueue_now(sync).await.unwrap().id();
        line_up::remove(ctx, &ACTOR, id).await.unwrap();
        let removal = ctx.jobs.active(kinds::PROVIDER_REMOVAL, &providers::sync_key(id)).await.unwrap().unwrap();
        let removal = ctx.jobs.find(removal).await.unwrap().unwrap();
        assert_eq!((removal.payload, removal.attempts), (json!({ "provider_id": id }), 5));
        assert_eq!(ctx.jobs.find(sync).await.unwrap().unwrap().state, State::Cancelled);
    }

    async fn what_is_shown_holds_no_secret(test: TestCtx) {
        let ctx = &test.ctx;
        let form = change(json!({ "name": "Alpha", "type": "m3u",
            "m3u_url": "http://ann:s3cret@tv.example/live/ann/s3cret/1?token=s3cret",
            "backup_urls": ["https://tv.example:8443/?p=s3cret", "http://tv.example/other?p=s3cret"],
            "epg_url": "http://tv.example/?p=s3cret",
            "headers": { "Authorization": "s3cret", "Referer": "http://tv.example/?p=s3cret" } }));
        let id = providers::create(ctx, &ACTOR, &form, None).await.unwrap();
        let shown = providers::show(ctx, id).await.unwrap();
        let text = format!("{} {:?} {:?} {:?}", shown.m3u_url, shown.backup_urls, shown.epg_url, shown.headers);
        assert!(!text.contains("s3cret") && !text.contains("ann"), "{text}");
        assert_eq!(shown.m3u_url, "http://***@tv.example/live/***/***/1?token=***");
        let hosts: Vec<&str> = shown.hosts.iter().map(|host| host.name.as_str()).collect();
        assert_eq!(hosts, ["tv.example:80", "tv.example:8443"]);
        let listed = providers::list(ctx, Slice::default()).await.unwrap();
        assert_eq!((listed.total, listed.items[0].m3u_url.as_str()), (1, shown.m3u_url.as_str()));
    }

    async fn without_its_key_file_a_provider_is_shown_and_mended(test: TestCtx) {
        let id = providers::create(&test.ctx, &ACTOR, &sent("Alpha"), None).await.unwrap();
        let mut ctx = test.node(&[]);
        ctx.keys = std::sync::Arc::new(Keys::random());
        assert!(!providers::show(&ctx, id).await.unwrap().is_readable);
        let renamed = line_up::update(&ctx, &ACTOR, id, &change(json!({ "name": "Beta" }))).await;
        assert!(matches!(renamed, Err(Error::Invalid(_))), "its address must be typed again");
        line_up::update(&ctx, &ACTOR, id, &change(json!({ "m3u_url": "http://new.example/" }))).await.unwrap();
        assert!(providers::show(&ctx, id).await.unwrap().is_readable);
    }

    async fn what_is_not_there_cannot_be_changed(test: TestCtx) {
        let ctx = &test.ctx;
        let id = providers::create(ctx, &ACTOR, &sent("Alpha"), None).await.unwrap();
        line_up::remove(ctx, &ACTOR, id).await.unwrap();
        let changed = line_up::update(ctx, &ACTOR, id, &change(json!({ "name": "Beta" }))).await;
        assert!(matches!(changed, Err(Error::NotFound)));
        assert!(matches!(line_up::remove(ctx, &ACTOR, id).await, Err(Error::NotFound)));
        assert_eq!(acts(ctx).await.len(), 2);
    }
}
