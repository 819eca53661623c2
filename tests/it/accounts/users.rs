use m3u_strm_processor::features::accounts::{
    AccountsError, Role, UserChange, UserDraft, credential, session, users as accounts,
};
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::support::ids::{SessionId, UserId};
use m3u_strm_processor::support::paging::Slice;
use secrecy::ExposeSecret;

use super::{PASSWORD, add, enter};
use crate::on_both_engines;
use crate::support::TestCtx;

fn change(json: &str) -> UserChange {
    serde_json::from_str(json).unwrap()
}

on_both_engines! {
    async fn a_name_is_taken_however_it_is_written(test: TestCtx) {
        add(&test, "Anna", "viewer").await;
        for (name, email, field) in [
            ("anna", "", "username"),
            ("ＡＮＮＡ", "", "username"),
            ("ben", "Anna@Example.org", "email"),
        ] {
            let first = change(r#"{"email": "anna@example.org"}"#);
            let anna = accounts::find_by_name(&test.ctx, "anna").await.unwrap().unwrap();
            accounts::update(&test.ctx, &Actor::Terminal, anna.id, first, None).await.unwrap();
            let draft = UserDraft {
                username: name.to_owned(),
                email: Some(email.to_owned()),
                password: PASSWORD.to_owned(),
                ..UserDraft::default()
            };
            let refused = accounts::create(&test.ctx, &Actor::Terminal, draft).await.unwrap_err();
            assert!(matches!(refused, AccountsError::Taken(taken) if taken == field), "{name} {refused:?}");
        }
        assert_eq!(accounts::list(&test.ctx, Slice::default()).await.unwrap().total, 1);
    }

    async fn many_users_have_no_address(test: TestCtx) {
        add(&test, "anna", "viewer").await;
        add(&test, "ben", "viewer").await;
        let names: Vec<String> = accounts::list(&test.ctx, Slice { skip: 1, limit: 5 }).await.unwrap()
            .items.into_iter().map(|user| user.username).collect();
        assert_eq!(names, ["ben"]);
    }

    async fn a_change_keeps_what_it_does_not_name(test: TestCtx) {
        add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        let both = change(r#"{"email": "anna@example.org", "full_name": " Anna B. "}"#);
        accounts::update(&test.ctx, &Actor::Terminal, anna.id, both, None).await.unwrap();
        let one = change(r#"{"email": null, "role": "admin"}"#);
        let after = accounts::update(&test.ctx, &Actor::Terminal, anna.id, one, None).await.unwrap();
        assert_eq!(after, accounts::get(&test.ctx, anna.id).await.unwrap());
        assert_eq!((after.email, after.full_name.as_deref(), after.role), (None, Some("Anna B."), Role::Admin));
    }

    async fn nobody_locks_oneself_or_everybody_out(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let other = add(&test, "other", "admin").await;
        let ctx = &test.ctx;
        for json in [r#"{"role": "viewer"}"#, r#"{"is_active": false}"#] {
            let refused = accounts::update(ctx, &chief.actor(), chief.id, change(json), None).await;
            assert!(matches!(refused, Err(AccountsError::Oneself)), "{json}");
        }
        assert!(matches!(accounts::delete(ctx, &chief.actor(), chief.id).await, Err(AccountsError::Oneself)));
        accounts::delete(ctx, &chief.actor(), other.id).await.unwrap();
        for json in [r#"{"role": "viewer"}"#, r#"{"is_active": false}"#] {
            let refused = accounts::update(ctx, &Actor::Terminal, chief.id, change(json), None).await;
            assert!(matches!(refused, Err(AccountsError::LastAdministrator)), "{json}");
        }
        let refused = accounts::delete(ctx, &Actor::Terminal, chief.id).await;
        assert!(matches!(refused, Err(AccountsError::LastAdministrator)));
        let harmless = change(r#"{"role": "admin", "is_active": true, "full_name": "Chief"}"#);
        accounts::update(ctx, &chief.actor(), chief.id, harmless, None).await.unwrap();
    }

    async fn two_administrators_cannot_demote_each_other_at_once(test: TestCtx) {
        let one = add(&test, "one", "admin").await;
        let two = add(&test, "two", "admin").await;
        let demoted = || change(r#"{"role": "viewer"}"#);
        let (by_one, by_two) = (one.actor(), two.actor());
        let (first, second) = tokio::join!(
            accounts::update(&test.ctx, &by_one, two.id, demoted(), None),
            accounts::update(&test.ctx, &by_two, one.id, demoted(), None),
        );
        assert!(
            matches!((&first, &second), (Ok(_), Err(AccountsError::LastAdministrator)) | (Err(AccountsError::LastAdministrator), Ok(_))),
            "{first:?} {second:?}"
        );
    }

    async fn deactivation_is_felt_at_once_and_everywhere(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let own = credential::personal(&test.ctx, anna.id).await.unwrap().unwrap();
        let off = change(r#"{"is_active": false}"#);
        accounts::update(&test.ctx, &chief.actor(), anna.id, off, None).await.unwrap();
        assert!(session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().is_none());
        assert!(credential::authenticate(&test.ctx, own.token.expose_secret()).await.unwrap().is_none());
        let on = change(r#"{"is_active": true}"#);
        accounts::update(&test.ctx, &chief.actor(), anna.id, on, None).await.unwrap();
        assert!(session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().is_none());
        assert!(credential::authenticate(&test.ctx, own.token.expose_secret()).await.unwrap().is_some());
    }

    async fn a_new_password_ends_every_other_session(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let here = enter(&test, "anna", PASSWORD).await.unwrap();
        let there = enter(&test, "anna", PASSWORD).await.unwrap();
        let wrong = accounts::change_password(&test.ctx, &anna, here.id, &"not it".into(), &"another one".into()).await;
        assert!(matches!(wrong, Err(AccountsError::Invalid(invalid)) if invalid.fields().contains_key("current_password")));
        for unfit in ["short", "ANNA", PASSWORD] {
            let refused = accounts::change_password(&test.ctx, &anna, here.id, &PASSWORD.into(), &unfit.into()).await;
            assert!(matches!(refused, Err(AccountsError::Invalid(invalid)) if invalid.fields().contains_key("new_password")), "{unfit}");
        }
        accounts::change_password(&test.ctx, &anna, here.id, &PASSWORD.into(), &"another one".into()).await.unwrap();
        assert!(session::authenticate(&test.ctx, here.token.expose_secret()).await.unwrap().is_some());
        assert!(session::authenticate(&test.ctx, there.token.expose_secret()).await.unwrap().is_none());
        assert!(enter(&test, "anna", PASSWORD).await.is_err());
        assert!(enter(&test, "anna", "another one").await.is_ok());
    }

    async fn another_role_or_password_given_by_an_administrator_ends_the_sessions(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        for json in [r#"{"role": "admin"}"#, r#"{"password": "given by chief"}"#] {
            let password = if json.contains("role") { PASSWORD } else { "a long password" };
            let opened = enter(&test, "anna", password).await.unwrap();
            accounts::update(&test.ctx, &chief.actor(), anna.id, change(json), None).await.unwrap();
            assert!(session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().is_none(), "{json}");
        }
        assert!(enter(&test, "anna", "given by chief").await.is_ok());
    }

    async fn a_deleted_user_leaves_nothing_that_opens_a_door(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let anna = add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let own = credential::personal(&test.ctx, anna.id).await.unwrap().unwrap();
        accounts::delete(&test.ctx, &chief.actor(), anna.id).await.unwrap();
        assert!(session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().is_none());
        assert!(credential::authenticate(&test.ctx, own.token.expose_secret()).await.unwrap().is_none());
        for id in [anna.id, UserId(4711)] {
            assert!(matches!(accounts::delete(&test.ctx, &chief.actor(), id).await, Err(AccountsError::NotFound)));
            let refused = accounts::update(&test.ctx, &chief.actor(), id, UserChange::default(), None).await;
            assert!(matches!(refused, Err(AccountsError::NotFound)));
        }
        add(&test, "anna", "viewer").await;
    }

    async fn ones_own_password_given_as_administrator_keeps_the_session_at_hand(test: TestCtx) {
        let chief = add(&test, "chief", "admin").await;
        let here = enter(&test, "chief", PASSWORD).await.unwrap();
        let there = enter(&test, "chief", PASSWORD).await.unwrap();
        let keep: Option<SessionId> = Some(here.id);
        let new = change(r#"{"password": "another password"}"#);
        accounts::update(&test.ctx, &chief.actor(), chief.id, new, keep).await.unwrap();
        assert!(session::authenticate(&test.ctx, here.token.expose_secret()).await.unwrap().is_some());
        assert!(session::authenticate(&test.ctx, there.token.expose_secret()).await.unwrap().is_none());
    }
}
