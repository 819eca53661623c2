use m3u_strm_processor::edge::principal;
use m3u_strm_processor::edge::sse::{Owner, Streams};
use m3u_strm_processor::events::{Event, Heard};
use m3u_strm_processor::features::accounts::{AccountsError, UserChange, session, users as accounts};
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::support::ids::SessionId;
use secrecy::ExposeSecret;

use super::{PASSWORD, add, enter};
use crate::on_both_engines;
use crate::support::TestCtx;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

on_both_engines! {
    async fn a_token_stands_for_its_user_until_it_is_ended(test: TestCtx) {
        let anna = add(&test, "Anna", "viewer").await;
        let opened = enter(&test, " aNNa ", PASSWORD).await.unwrap();
        let token = opened.token.expose_secret();
        let signed_in = session::authenticate(&test.ctx, token).await.unwrap().unwrap();
        assert_eq!(signed_in.user.id, anna.id);
        assert_eq!(signed_in.session, opened.id);
        assert!(signed_in.user.last_login_ms.is_some());
        session::end(&test.ctx, token).await.unwrap();
        assert!(session::authenticate(&test.ctx, token).await.unwrap().is_none());
    }

    async fn name_password_and_activity_are_refused_alike(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        add(&test, "chief", "admin").await;
        let off = UserChange { is_active: Some(false), ..UserChange::default() };
        let mut answers = Vec::new();
        for (name, password) in [("anna", "wrong password"), ("nobody", PASSWORD), ("", ""), ("anna", "")] {
            answers.push(enter(&test, name, password).await.unwrap_err());
        }
        accounts::update(&test.ctx, &Actor::Terminal, anna.id, off, None).await.unwrap();
        answers.push(enter(&test, "anna", PASSWORD).await.unwrap_err());
        assert!(answers.iter().all(|answer| matches!(answer, AccountsError::SignInRefused)), "{answers:?}");
    }

    async fn a_session_ends_thirty_days_after_its_last_use(test: TestCtx) {
        add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let token = opened.token.expose_secret();
        for _ in 0..3 {
            test.advance_ms(29 * DAY_MS);
            assert!(session::authenticate(&test.ctx, token).await.unwrap().is_some());
        }
        test.advance_ms(30 * DAY_MS);
        assert!(session::authenticate(&test.ctx, token).await.unwrap().is_none());
    }

    async fn a_use_is_written_at_most_once_a_minute(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let token = opened.token.expose_secret();
        let writes = || test.db.statements.all().iter()
            .filter(|(text, _)| text.starts_with("update sessions")).map(|(_, runs)| *runs).sum::<u64>();
        for seconds in [10, 20, 31, 10, 10] {
            test.advance_ms(seconds * 1000);
            session::authenticate(&test.ctx, token).await.unwrap().unwrap();
        }
        assert_eq!(writes(), 1);
        let sessions = session::list(&test.ctx, anna.id).await.unwrap();
        assert_eq!(sessions[0].last_seen_at_ms - sessions[0].created_at_ms, 61_000);
    }

    async fn what_is_stored_is_no_token(test: TestCtx) {
        add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let rows: Vec<(Vec<u8>, Option<String>)> =
            test.ctx.db.all("select token_hash, device from sessions", vec![]).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].0.len(), 32);
        assert_ne!(rows[0].0, opened.token.expose_secret().as_bytes());
        assert_eq!(rows[0].1.as_deref(), Some("test"));
        let other_keys = TestCtx::with(
            <crate::support::TestDb as crate::support::OnEngine>::on(test.ctx.db.engine()).await, &[]);
        let foreign = m3u_strm_processor::ctx::Ctx { db: test.ctx.db.clone(), ..other_keys.ctx.clone() };
        assert!(session::authenticate(&foreign, opened.token.expose_secret()).await.unwrap().is_none());
    }

    async fn one_ends_ones_own_sessions_only(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let ben = add(&test, "ben", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        let refused = session::revoke(&test.ctx, ben.id, opened.id).await;
        assert!(matches!(refused, Err(AccountsError::NotFound)));
        let refused = session::revoke(&test.ctx, anna.id, SessionId(4711)).await;
        assert!(matches!(refused, Err(AccountsError::NotFound)));
        session::revoke(&test.ctx, anna.id, opened.id).await.unwrap();
        assert!(session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().is_none());
    }

    async fn the_streams_of_a_session_that_is_over_end_and_no_others(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let (here, there) = (enter(&test, "anna", PASSWORD).await.unwrap(), enter(&test, "anna", PASSWORD).await.unwrap());
        let streams = Streams::default();
        let owner = |id: SessionId| Owner { session: id.to_string(), user: anna.id };
        let (mine, _answer) = streams.open(owner(here.id));
        let (other, _answer) = streams.open(owner(there.id));
        let mut events = test.ctx.events.listen();
        session::revoke(&test.ctx, anna.id, there.id).await.unwrap();
        assert_eq!(events.next().await, Some(Heard::Event(Event::AccessRevoked)));
        principal::end_streams(&test.ctx, &streams).await.unwrap();
        assert!(mine.is_open() && !other.is_open());
        test.advance_ms(31 * DAY_MS);
        principal::end_streams(&test.ctx, &streams).await.unwrap();
        assert!(!mine.is_open());
    }

    async fn expired_sessions_go_at_the_next_sign_in_and_a_user_has_a_hundred_at_most(test: TestCtx) {
        let anna = add(&test, "anna", "viewer").await;
        let ben = add(&test, "ben", "viewer").await;
        enter(&test, "ben", PASSWORD).await.unwrap();
        test.advance_ms(31 * DAY_MS);
        let mut tx = test.ctx.db.begin().await.unwrap();
        let values = (0..150u8)
            .flat_map(|number| m3u_strm_processor::args![
                [number; 32], "api", anna.id, i64::from(number), i64::from(number), i64::MAX
            ])
            .collect();
        tx.insert_many(
            "insert into sessions (token_hash, kind, user_id, created_at, last_seen_at, expires_at)",
            6, values, "",
        ).await.unwrap();
        tx.commit().await.unwrap();
        let newest = enter(&test, "anna", PASSWORD).await.unwrap();
        let sessions = session::list(&test.ctx, anna.id).await.unwrap();
        assert_eq!(sessions.len(), 100);
        assert_eq!(sessions[0].id, newest.id);
        assert_eq!(sessions[99].last_seen_at_ms, 51);
        let (left,): (i64,) = test.ctx.db
            .one("select count(*) from sessions where user_id = $1", m3u_strm_processor::args![ben.id]).await.unwrap();
        assert_eq!(left, 0);
    }

    async fn a_busy_writer_does_not_hold_up_who_is_signed_in(test: TestCtx) {
        add(&test, "anna", "viewer").await;
        let opened = enter(&test, "anna", PASSWORD).await.unwrap();
        test.advance_ms(DAY_MS);
        let mut busy = test.ctx.db.begin().await.unwrap();
        busy.execute("update sessions set device = 'held'", vec![]).await.unwrap();
        let signed_in = session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap();
        assert!(signed_in.is_some());
        busy.rollback().await.unwrap();
        session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap();
        let sessions = session::list(&test.ctx, signed_in.unwrap().user.id).await.unwrap();
        assert_eq!(sessions[0].last_seen_at_ms - sessions[0].created_at_ms, DAY_MS);
    }
}
