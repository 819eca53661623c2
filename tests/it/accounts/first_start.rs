use m3u_strm_processor::features::accounts::first_start::{self, FILE_NAME, FirstStart, USERNAME};
use m3u_strm_processor::features::accounts::{AccountsError, Role, session, users as accounts};
use m3u_strm_processor::features::audit::Actor;
use m3u_strm_processor::support::paging::Slice;
use secrecy::{ExposeSecret, SecretString};

use super::{PASSWORD, add, enter};
use crate::on_both_engines;
use crate::support::TestCtx;

fn generated(start: FirstStart) -> SecretString {
    let FirstStart::Generated { password, .. } = start else {
        unreachable!("no password was generated: {start:?}");
    };
    password
}

on_both_engines! {
    async fn the_first_start_makes_an_administrator_who_must_choose_a_password(test: TestCtx) {
        let start = first_start::prepare(&test.ctx).await.unwrap();
        let announcement = start.announcement().unwrap();
        assert!(!format!("{start:?}").contains(generated_part(&announcement)));
        let password = generated(start);
        let file = test.data.path().join(FILE_NAME);
        assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), password.expose_secret());
        assert!(announcement.contains(password.expose_secret()) && announcement.contains(FILE_NAME));
        assert_eq!(mode(&file), 0o600);
        let admin = accounts::find_by_name(&test.ctx, USERNAME).await.unwrap().unwrap();
        assert_eq!((admin.role, admin.must_change_password), (Role::Admin, true));
        let opened = enter(&test, USERNAME, password.expose_secret()).await.unwrap();
        accounts::change_password(&test.ctx, &admin, opened.id, &password, &PASSWORD.into()).await.unwrap();
        assert!(!file.exists());
        let signed_in = session::authenticate(&test.ctx, opened.token.expose_secret()).await.unwrap().unwrap();
        assert!(!signed_in.user.must_change_password);
    }

    async fn a_second_start_changes_nothing(test: TestCtx) {
        let password = generated(first_start::prepare(&test.ctx).await.unwrap());
        assert!(matches!(first_start::prepare(&test.ctx).await.unwrap(), FirstStart::NotNeeded));
        let file = std::fs::read_to_string(test.data.path().join(FILE_NAME)).unwrap();
        assert_eq!(file.trim(), password.expose_secret());
    }

    async fn two_nodes_that_start_at_once_make_one_administrator(test: TestCtx) {
        let other = test.node(&[]);
        let (one, two) = tokio::join!(first_start::prepare(&test.ctx), first_start::prepare(&other));
        let passwords: Vec<SecretString> = [one.unwrap(), two.unwrap()].into_iter()
            .filter(|start| !matches!(start, FirstStart::NotNeeded)).map(generated).collect();
        assert_eq!(passwords.len(), 1);
        let file = std::fs::read_to_string(test.data.path().join(FILE_NAME)).unwrap();
        assert_eq!(file.trim(), passwords[0].expose_secret());
        assert!(enter(&test, USERNAME, file.trim()).await.is_ok());
        assert_eq!(accounts::list(&test.ctx, Slice::default()).await.unwrap().total, 1);
    }

    async fn a_configured_password_demands_nothing_and_writes_no_file(test: TestCtx) {
        let ctx = test.node(&[("admin_password", "given one")]);
        let start = first_start::prepare(&ctx).await.unwrap();
        assert!(matches!(start, FirstStart::Configured) && start.announcement().is_none());
        assert!(!test.data.path().join(FILE_NAME).exists());
        assert!(enter(&test, USERNAME, "given one").await.is_ok());
        let admin = accounts::find_by_name(&test.ctx, USERNAME).await.unwrap().unwrap();
        assert!(!admin.must_change_password);
        let ctx = test.node(&[("admin_password", "another one")]);
        first_start::prepare(&ctx).await.unwrap();
        assert!(enter(&test, USERNAME, "another one").await.is_err());
    }

    async fn a_password_that_cannot_be_kept_creates_nobody(test: TestCtx) {
        std::fs::create_dir(test.data.path().join(FILE_NAME)).unwrap();
        let refused = first_start::prepare(&test.ctx).await.unwrap_err();
        assert!(matches!(&refused, AccountsError::PasswordFile { .. }), "{refused}");
        assert_eq!(accounts::list(&test.ctx, Slice::default()).await.unwrap().total, 0);
        let left: Vec<_> =
            std::fs::read_dir(test.data.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| name == FILE_NAME || name == "nodes"), "{left:?}");
    }

    async fn the_file_goes_whoever_replaces_the_password_and_only_then(test: TestCtx) {
        first_start::prepare(&test.ctx).await.unwrap();
        let file = test.data.path().join(FILE_NAME);
        let other = add(&test, "other", "admin").await;
        accounts::reset_password(&test.ctx, &Actor::Terminal, &other, &"something else".into()).await.unwrap();
        assert!(file.exists());
        let admin = accounts::find_by_name(&test.ctx, USERNAME).await.unwrap().unwrap();
        accounts::reset_password(&test.ctx, &Actor::Terminal, &admin, &"something else".into()).await.unwrap();
        assert!(!file.exists());
    }

    async fn the_file_goes_with_its_user(test: TestCtx) {
        first_start::prepare(&test.ctx).await.unwrap();
        let other = add(&test, "other", "admin").await;
        let admin = accounts::find_by_name(&test.ctx, USERNAME).await.unwrap().unwrap();
        accounts::delete(&test.ctx, &other.actor(), admin.id).await.unwrap();
        assert!(!test.data.path().join(FILE_NAME).exists());
    }
}

/// The password within the announcement.
fn generated_part(announcement: &str) -> &str {
    announcement
        .lines()
        .find_map(|line| line.trim().strip_prefix("password"))
        .unwrap()
        .trim()
}

fn mode(file: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}
