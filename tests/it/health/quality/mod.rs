//! Streams measured one by one and many at once: what is known of them then, and what follows from it.

mod connections;
mod history;
mod measuring;
mod sample;

use m3u_strm_processor::simulator::Resource;
use m3u_strm_processor::support::ids::JobId;
use serde_json::Value;
use tempfile::TempDir;

use super::ffprobe::{H264, make};
use crate::players::world::{SECRET, World, soon};

/// A provider's clips: pictures of these sizes and kilobits a second, each at `/<name>.ts`.
async fn serve(world: &World, clips: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, size, rate) in clips {
        let rate = ["-b:v", rate, "-maxrate", rate, "-bufsize", rate];
        let path = make(
            folder.path(),
            &format!("{name}.ts"),
            size,
            &[&H264[..], &rate].concat(),
        )
        .await;
        let clip = Resource::file(&path).content_type("video/mp2t").account("anna");
        world.simulator.put(&format!("/{name}.ts"), clip);
    }
    folder
}

impl World {
    /// Presses a button that begins a measurement and waits for its end; the job as it ended.
    async fn measure(&self, path: &str) -> Value {
        let id = self.begin_measuring(path).await;
        soon(self.app.ctx.jobs.follow(id, |_| {})).await.unwrap();
        self.job(id).await
    }

    async fn begin_measuring(&self, path: &str) -> JobId {
        let answer = self.app.post(&self.admin, path, &[]).await;
        assert_eq!(answer.status(), 303, "{path}");
        let last = "select max(id) from jobs where kind = 'quality_measure'";
        JobId(self.id(last, Vec::new()).await)
    }

    /// The path of a channel's measurements.
    async fn measurements(&self, channel: &str) -> String {
        self.channel(channel).await.replace("channel/", "/channels/") + "/stream-measurements"
    }

    async fn read_page(&self, path: &str) -> String {
        let page = self.app.page(&self.admin, path, 200).await;
        assert!(!page.contains(SECRET), "{path}");
        page
    }
}
