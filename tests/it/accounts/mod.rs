//! Users, sessions, output credentials, the first start and the audit log, on both engines.

mod api;
mod audit;
mod cli;
mod credentials;
mod first_start;
mod pages;
mod second_factor;
mod server;
mod sign_in;
mod tokens;
mod user_pages;
mod users;

use m3u_strm_processor::features::accounts::session::Opened;
use m3u_strm_processor::features::accounts::sign_in::sign_in;
use m3u_strm_processor::features::accounts::{
    AccountsError, SessionKind, User, UserDraft, users as accounts,
};
use m3u_strm_processor::features::audit::Actor;

use crate::support::TestCtx;

const PASSWORD: &str = "a long password";

async fn add(test: &TestCtx, username: &str, role: &str) -> User {
    let draft = UserDraft {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
        role: Some(role.to_owned()),
        ..UserDraft::default()
    };
    accounts::create(&test.ctx, &Actor::Terminal, draft)
        .await
        .unwrap()
}

async fn enter(test: &TestCtx, username: &str, password: &str) -> Result<Opened, AccountsError> {
    let password = password.into();
    sign_in(&test.ctx, username, &password, SessionKind::Api, Some("test"))
        .await
        .map(|(_, opened)| opened)
}
