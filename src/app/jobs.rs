//! Which handler does which kind of job: one line a kind.

use crate::ctx::Ctx;
use crate::features::outputs::library;
use crate::jobs::{Handlers, kinds};

/// The handlers of every kind, with the context inside.
pub fn handlers(ctx: &Ctx) -> Handlers {
    let with = ctx.clone();
    Handlers::default().on(kinds::LIBRARY, move |run| library::job(with.clone(), run))
}
