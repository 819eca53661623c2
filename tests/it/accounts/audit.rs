use m3u_strm_processor::args;
use m3u_strm_processor::features::accounts::{UserChange, users as accounts};
use m3u_strm_processor::features::audit::{self, Actor, Filter, Line};
use m3u_strm_processor::support::paging::Slice;
use serde_json::json;

use super::{PASSWORD, add};
use crate::on_both_engines;
use crate::support::{TestCtx, TestDb};

async fn lines(test: &TestCtx, filter: &Filter) -> Vec<Line> {
    audit::list(&test.ctx.db, filter, Slice::default())
        .await
        .unwrap()
        .items
}

on_both_engines! {
    async fn an_act_that_did_not_happen_leaves_no_line(test: TestCtx) {
        let mut tx = test.ctx.db.begin().await.unwrap();
        audit::record(&mut tx, 1, &Actor::System, "thing.done", "thing:1", json!({})).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(lines(&test, &Filter::default()).await, []);
    }

    async fn lines_are_found_by_who_and_what_the_newest_first(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let mut tx = test.ctx.db.begin().await.unwrap();
        for at_ms in 1..=3 {
            audit::record(&mut tx, at_ms, &chief.actor(), "thing.done", format!("thing:{at_ms}"), json!({"n": at_ms}))
                .await.unwrap();
        }
        tx.commit().await.unwrap();
        let all = lines(&test, &Filter::default()).await;
        assert_eq!(all.iter().map(|line| line.action.as_str()).collect::<Vec<_>>(),
            ["thing.done", "thing.done", "thing.done", "user.created"]);
        assert_eq!((all[3].user_id, all[3].actor.as_str()), (None, "(terminal)"));
        let filter = Filter { user_id: Some(chief.id), action: Some("thing.done".to_owned()), ..Filter::default() };
        let page = audit::list(&test.ctx.db, &filter, Slice { skip: 1, limit: 1 }).await.unwrap();
        assert_eq!(page.total, 3);
        assert_eq!((page.items[0].resource.as_str(), &page.items[0].details), ("thing:2", &json!({"n": 2})));
        assert_eq!(audit::actions(&test.ctx.db).await.unwrap(), ["thing.done", "user.created"]);
    }

    async fn lines_are_found_by_day_with_both_ends_included(test: TestCtx) {
        let mut tx = test.ctx.db.begin().await.unwrap();
        for at_ms in [999, 1_000, 1_999, 2_000] {
            audit::record(&mut tx, at_ms, &Actor::System, "thing.done", format!("thing:{at_ms}"), json!({})).await.unwrap();
        }
        tx.commit().await.unwrap();
        for (from_ms, until_ms, found) in [(Some(1_000), None, 3), (None, Some(2_000), 3), (Some(1_000), Some(2_000), 2), (Some(3_000), None, 0)] {
            let filter = Filter { from_ms, until_ms, ..Filter::default() };
            assert_eq!(lines(&test, &filter).await.len(), found, "{filter:?}");
            assert_eq!(audit::count(&test.ctx.db, &filter).await.unwrap(), found as i64, "{filter:?}");
            assert_eq!(audit::page(&test.ctx.db, &filter, None, 10).await.unwrap().len(), found, "{filter:?}");
        }
    }

    async fn a_line_outlives_its_user_and_never_holds_a_password(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "admin").await;
        let change: UserChange = serde_json::from_str(r#"{"password": "something secret", "email": "x@example.org"}"#).unwrap();
        accounts::update(&test.ctx, &anna.actor(), anna.id, change, None).await.unwrap();
        accounts::delete(&test.ctx, &chief.actor(), anna.id).await.unwrap();
        let lines = lines(&test, &Filter { user_id: Some(anna.id), ..Filter::default() }).await;
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].actor, "anna");
        assert_eq!(lines[0].details["changed"], json!(["email", "password"]));
        let all: Vec<(String,)> = test.ctx.db.all("select details from audit_log", args![]).await.unwrap();
        assert!(!all.iter().any(|(details,)| details.contains("something secret") || details.contains(PASSWORD)));
    }

    async fn each_look_up_has_its_index(db: TestDb) {
        db.assert_uses_index("sessions_token",
            "select id from sessions where token_hash = $1", args![vec![1u8]]).await;
        db.assert_uses_index("output_credentials_token",
            "select id from output_credentials where token_hash = $1", args![vec![1u8]]).await;
        db.assert_uses_index("users_username", "select id from users where username_key = $1", args!["anna"]).await;
        db.assert_uses_index("audit_log_user",
            "select id from audit_log where user_id = $1 order by id desc limit 10", args![1i64]).await;
    }
}
