use serde_json::{Value, json};

use crate::ctx::Ctx;
use crate::features::audit::Actor;
use crate::jobs::{JobError, JobRun};

use super::{Root, run};

/// The handler of [`crate::jobs::kinds::LIBRARY`]: writes below the output folder, or below the payload's `root`.
pub async fn job(ctx: Ctx, job: JobRun) -> Result<Value, JobError> {
    let root = job.payload.get("root").and_then(Value::as_str);
    let root = Root(root.map_or_else(|| ctx.config.output.dir.clone(), Into::into));
    let progress = job.progress.clone();
    let show = move |done, total, message: &str| progress.set(done, total, message);
    let outcome = run(&ctx, &Actor::System, root, &job.cancel, show).await?;
    if let Some(why) = &outcome.kept_because {
        job.progress.log(why);
    }
    Ok(json!(outcome))
}
