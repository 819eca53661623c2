use m3u_strm_processor::features::accounts::credential::{self, CredentialDraft};
use m3u_strm_processor::features::accounts::{AccountsError, User};
use m3u_strm_processor::features::audit::{self, Actor, Filter};
use m3u_strm_processor::support::ids::{CredentialId, UserId};
use m3u_strm_processor::support::paging::Slice;
use secrecy::ExposeSecret;

use super::add;
use crate::on_both_engines;
use crate::support::TestCtx;

fn draft(json: &str) -> CredentialDraft {
    serde_json::from_str(json).unwrap()
}

async fn reads(test: &TestCtx, by: &User) -> i64 {
    let filter = Filter {
        user_id: Some(by.id),
        action: Some("output_credential.read".to_owned()),
        ..Filter::default()
    };
    audit::list(&test.ctx.db, &filter, Slice::default())
        .await
        .unwrap()
        .total
}

on_both_engines! {
    async fn a_token_plays_until_it_is_removed(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let made = credential::create(&test.ctx, &anna, draft(r#"{"name": " Living room "}"#)).await.unwrap();
        assert_eq!((made.name.as_str(), made.user_id, made.last_used_at_ms), ("Living room", Some(anna.id), None));
        assert!(made.playlist_path().ends_with(made.token.expose_secret()));
        let player = credential::authenticate(&test.ctx, made.token.expose_secret()).await.unwrap().unwrap();
        assert_eq!((player.credential, player.user_id), (made.id, Some(anna.id)));
        let used = credential::get(&test.ctx, made.id).await.unwrap();
        assert!(used.last_used_at_ms.is_some());
        credential::remove(&test.ctx, &anna, made.id).await.unwrap();
        assert!(credential::authenticate(&test.ctx, made.token.expose_secret()).await.unwrap().is_none());
        assert!(matches!(credential::remove(&test.ctx, &anna, made.id).await, Err(AccountsError::NotFound)));
    }

    async fn a_name_stands_once_among_ones_own(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let ben = add(&test, "ben", "viewer").await;
        credential::create(&test.ctx, &anna, draft(r#"{"name": "Élan TV"}"#)).await.unwrap();
        let again = credential::create(&test.ctx, &anna, draft(r#"{"name": " élan tv "}"#)).await;
        assert!(matches!(again, Err(AccountsError::Taken("name"))), "{again:?}");
        credential::create(&test.ctx, &ben, draft(r#"{"name": "Élan TV"}"#)).await.unwrap();
    }

    async fn the_owner_reads_the_token_again_and_the_database_does_not_show_it(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let made = credential::create(&test.ctx, &anna, draft(r#"{"name": "TV"}"#)).await.unwrap();
        let own = credential::list_own(&test.ctx, anna.id, Slice::default()).await.unwrap();
        assert_eq!(own.total, 2);
        assert_eq!(own.items[1].token.expose_secret(), made.token.expose_secret());
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            test.ctx.db.all("select token_hash, token_sealed from output_credentials", vec![]).await.unwrap();
        let token = made.token.expose_secret().as_bytes();
        let shows = |bytes: &[u8]| bytes.windows(token.len()).any(|window| window == token);
        assert!(!rows.iter().any(|(hash, sealed)| shows(hash) || shows(sealed)));
        assert!(!format!("{made:?}").contains(made.token.expose_secret()));
    }

    async fn an_administrator_reads_everybodys_and_that_leaves_a_line(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        credential::list_all(&test.ctx, &chief, Slice::default()).await.unwrap();
        assert_eq!(reads(&test, &chief).await, 0);
        let anna = add(&test, "anna", "viewer").await;
        let listed = credential::list_all(&test.ctx, &chief, Slice::default()).await.unwrap();
        assert_eq!(listed.total, 2);
        assert_eq!(reads(&test, &chief).await, 1);
        credential::list_own(&test.ctx, anna.id, Slice::default()).await.unwrap();
        assert_eq!(reads(&test, &anna).await, 0);
    }

    async fn only_administrators_make_credentials_for_others_and_for_nobody(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        for owner in [format!("{}", chief.id), "null".to_owned()] {
            let json = format!(r#"{{"name": "TV", "user_id": {owner}}}"#);
            let refused = credential::create(&test.ctx, &anna, draft(&json)).await;
            assert!(matches!(refused, Err(AccountsError::Forbidden)), "{owner}");
            credential::create(&test.ctx, &chief, draft(&json)).await.unwrap();
        }
        let own = draft(&format!(r#"{{"name": "TV", "user_id": {}}}"#, anna.id));
        credential::create(&test.ctx, &anna, own).await.unwrap();
        let unknown = CredentialDraft { name: "TV".to_owned(), user_id: Some(Some(UserId(4711))) };
        let refused = credential::create(&test.ctx, &chief, unknown).await;
        assert!(matches!(refused, Err(AccountsError::Invalid(invalid)) if invalid.fields().contains_key("user_id")));
        for name in ["", " ", &"x".repeat(101)] {
            let nameless = CredentialDraft { name: name.to_owned(), user_id: None };
            let refused = credential::create(&test.ctx, &anna, nameless).await;
            assert!(matches!(refused, Err(AccountsError::Invalid(_))), "{name:?}");
        }
    }

    async fn a_viewer_does_not_remove_what_belongs_to_others(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        let foreign = credential::create(&test.ctx, &chief, draft(r#"{"name": "TV"}"#)).await.unwrap();
        let nobodys = credential::create(&test.ctx, &chief, draft(r#"{"name": "TV", "user_id": null}"#)).await.unwrap();
        for id in [foreign.id, nobodys.id, CredentialId(4711)] {
            assert!(matches!(credential::remove(&test.ctx, &anna, id).await, Err(AccountsError::NotFound)));
        }
        credential::remove(&test.ctx, &chief, nobodys.id).await.unwrap();
    }

    async fn removing_the_personal_one_makes_a_new_one(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let old = credential::personal(&test.ctx, anna.id).await.unwrap().unwrap();
        credential::remove(&test.ctx, &anna, old.id).await.unwrap();
        let new = credential::personal(&test.ctx, anna.id).await.unwrap().unwrap();
        assert_ne!(new.token.expose_secret(), old.token.expose_secret());
        assert!(credential::authenticate(&test.ctx, old.token.expose_secret()).await.unwrap().is_none());
    }

    async fn the_product_makes_one_for_nobody(test: TestCtx) {
        let mut tx = test.ctx.db.begin().await.unwrap();
        let id = credential::create_for_nobody(&test.ctx, &mut tx, &Actor::System, "Library").await.unwrap();
        tx.commit().await.unwrap();
        let made = credential::get(&test.ctx, id).await.unwrap();
        let player = credential::authenticate(&test.ctx, made.token.expose_secret()).await.unwrap().unwrap();
        assert_eq!((player.name.as_str(), player.user_id), ("Library", None));
    }
}
