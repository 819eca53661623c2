//! What tests stand on: migrated databases of both engines, the server on a real port, plans and statements.

pub mod app;
pub mod ctx;
pub mod db;
pub mod dice;
mod postgres;
pub mod program;
pub mod seed;
pub mod statements;
pub mod tool;

pub use app::TestApp;
pub use ctx::{ACTOR, TestCtx, acts};
pub use db::TestDb;
pub use dice::Dice;
use m3u_strm_processor::db::Engine;

/// What a test body gets, made for one engine.
pub trait OnEngine: Sized {
    async fn on(engine: Engine) -> Self;
}

/// Runs one body as two tests, `<name>::sqlite` and `<name>::postgres`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($given:ident: $kind:ty) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($given: $kind) $body

            #[tokio::test]
            async fn sqlite() {
                let given: $kind = <$kind as $crate::support::OnEngine>::on(m3u_strm_processor::db::Engine::Sqlite).await;
                body(given).await;
            }

            #[tokio::test]
            async fn postgres() {
                let given: $kind = <$kind as $crate::support::OnEngine>::on(m3u_strm_processor::db::Engine::Postgres).await;
                body(given).await;
            }
        }
    )+};
}
