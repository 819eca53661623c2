//! Somebody who asks: nobody may ask as often alone as all of them together.

use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::features::accounts::sign_in::sign_in;
use m3u_strm_processor::features::accounts::{SessionKind, UserDraft, users};
use m3u_strm_processor::features::audit::Actor;
use secrecy::{ExposeSecret, SecretString};

/// Bearer tokens of so many people without rights.
pub async fn people(ctx: &Ctx, count: usize) -> Vec<String> {
    let mut tokens = Vec::with_capacity(count);
    for number in 0..count {
        let username = format!("viewer{number}");
        let password = "correct horse battery";
        let draft = UserDraft {
            username: username.clone(),
            password: password.to_owned(),
            role: Some("viewer".into()),
            ..UserDraft::default()
        };
        users::create(ctx, &Actor::System, draft).await.expect("a user");
        let password = SecretString::from(password);
        let (_, opened) = sign_in(ctx, &username, &password, SessionKind::Api, None)
            .await
            .expect("a session");
        tokens.push(opened.token.expose_secret().to_owned());
    }
    tokens
}
