//! Which handler does which kind of job: one line a kind.

use crate::ctx::Ctx;
use crate::jobs::Handlers;

/// The handlers of every kind, with the context inside.
pub fn handlers(_ctx: &Ctx) -> Handlers {
    Handlers::default()
}
