//! Sign-ins of browsers: a cookie that holds a session's token, encrypted, and nothing else.
//!
//! The rows belong to accounts. The store below only carries the token between cookie and handler: who it stands for is
//! asked once a request, in [`super::principal`]; a visitor who never signs in leaves no row.

use std::collections::HashMap;

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use secrecy::{ExposeSecret, SecretString};

use super::Problem;
use crate::ctx::Ctx;
use crate::features::accounts::session;
use crate::support::crypto::Keys;

/// The cookie of whoever signed in.
pub const COOKIE: &str = "session";
const TOKEN: &str = "token";
/// Browsers keep a cookie for 400 days at most. It is the row that ends a session, 30 days after its last use.
const COOKIE_DAYS: i64 = 400;

type State = HashMap<String, String>;

/// Reads and writes the cookie; outside of [`super::principal::identify`].
pub fn middleware(ctx: &Ctx) -> SessionMiddleware<Store> {
    let lifetime = PersistentSession::default().session_ttl(Duration::days(COOKIE_DAYS));
    // `Secure` depends on each client's scheme: see [`super::cookies::secure`].
    SessionMiddleware::builder(Store { ctx: ctx.clone() }, cookie_key(&ctx.keys))
        .cookie_name(COOKIE.to_owned())
        .cookie_secure(false)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(lifetime)
        .build()
}

/// Hands the token of a new session to the browser; the session that the cookie held before ends.
///
/// # Errors
/// 500 if the token cannot be written down.
pub fn begin(session: &Session, token: &SecretString) -> Result<(), Problem> {
    session.clear();
    session.renew();
    session
        .insert(TOKEN, token.expose_secret())
        .map_err(Problem::internal)
}

/// Ends the browser's session and takes its cookie away.
pub fn end(session: &Session) {
    session.purge();
}

/// The token that the browser sent, whatever it is worth.
pub(super) fn token(session: &Session) -> Option<String> {
    session.get(TOKEN).ok().flatten()
}

/// Carries tokens; every row is written by accounts.
pub struct Store {
    ctx: Ctx,
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let token = serde_json::to_string(key.as_ref()).map_err(|error| LoadError::Other(error.into()))?;
        Ok(Some(State::from([(TOKEN.to_owned(), token)])))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let token = state.get(TOKEN).map_or("\"\"", String::as_str);
        let token: String =
            serde_json::from_str(token).map_err(|error| SaveError::Serialization(error.into()))?;
        token
            .try_into()
            .map_err(|_| SaveError::Other(anyhow::anyhow!("no token")))
    }

    async fn update(&self, key: SessionKey, _: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(session::end(&self.ctx, key.as_ref()).await?)
    }
}

fn cookie_key(keys: &Keys) -> Key {
    let halves = ["session cookie, first half", "session cookie, second half"];
    let bytes: Vec<u8> = halves
        .iter()
        .flat_map(|purpose| *keys.derived(purpose).expose_secret())
        .collect();
    Key::from(&bytes)
}
