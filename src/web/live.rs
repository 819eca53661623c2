//! What pages show of the present, sent to whoever watches.
//!
//! A *topic* is what one page watches, by the path of its events. Its *parts* are rendered from rows once per tick for all
//! who watch it; an event only wakes the tick early. A part that has changed is sent as the event that has the name of
//! its DOM id. A topic that nobody watches any more is forgotten.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::kit::Moment;
use crate::ctx::Ctx;
use crate::edge::sse::{self, Sender};
use crate::edge::{Edge, Member, Problem};

/// While something moves, and at most this long between a change on another node and its showing here.
const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(5);
/// Between two tellings, however much happens.
const BREATH: Duration = Duration::from_millis(200);

/// What a part is rendered from.
#[derive(Clone)]
pub struct Scene {
    pub ctx: Ctx,
    pub now: Moment,
}

/// A part of a page as it is now.
pub struct Part {
    id: String,
    html: String,
}

impl Part {
    /// The part that stands in the element `id`.
    ///
    /// # Errors
    /// If the template cannot be rendered.
    pub fn new(id: impl Into<String>, view: &impl Template) -> Result<Self, Problem> {
        Ok(Self {
            id: id.into(),
            html: view.render().map_err(Problem::internal)?,
        })
    }
}

type Parts = Pin<Box<dyn Future<Output = Result<Vec<Part>, Problem>> + Send>>;

/// All topics of this node.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    edge: Edge,
    runtime: Handle,
    topics: Mutex<HashMap<String, Topic>>,
}

#[derive(Default)]
struct Topic {
    watchers: Vec<Watcher>,
    newcomers: Arc<Notify>,
}

struct Watcher {
    sender: Sender,
    is_new: bool,
}

impl Live {
    /// Topics live in the runtime that this is called in.
    pub fn new(ctx: &Ctx, edge: &Edge) -> Self {
        Self(Arc::new(Inner {
            ctx: ctx.clone(),
            edge: edge.clone(),
            runtime: Handle::current(),
            topics: Mutex::default(),
        }))
    }

    /// Answers with the events of the topic that the request's path and query name: every part at once, then each
    /// that has changed.
    pub fn watch<F>(&self, req: &HttpRequest, member: &Member, parts: F) -> HttpResponse
    where
        F: Fn(Scene) -> Parts + Send + 'static,
    {
        let (sender, answer) = self.0.edge.streams.open(member.owner());
        let key = req.uri().to_string();
        let mut topics = self.topics();
        let is_known = topics.contains_key(&key);
        let topic = topics.entry(key.clone()).or_default();
        topic.watchers.push(Watcher { sender, is_new: true });
        let newcomers = Arc::clone(&topic.newcomers);
        newcomers.notify_one();
        drop(topics);
        if !is_known {
            let live = self.clone();
            self.0
                .runtime
                .spawn(async move { live.tell(key, newcomers, parts).await });
        }
        answer
    }

    async fn tell(&self, key: String, newcomers: Arc<Notify>, parts: impl Fn(Scene) -> Parts + Send) {
        let (mut shown, mut pause): (Vec<(String, Bytes)>, _) = (Vec::new(), QUICK);
        loop {
            // Listens before it reads, so that nothing happens unheard between the two.
            let mut events = self.0.ctx.events.listen();
            let scene = Scene {
                ctx: self.0.ctx.clone(),
                now: Moment {
                    now_ms: self.0.edge.clock.now_ms(),
                    zone: self.0.edge.zone(),
                },
            };
            let changed = match parts(scene).await {
                Ok(parts) => renew(&mut shown, parts),
                Err(problem) => {
                    tracing::warn!(%problem, topic = key, "what is shown live could not be read");
                    Vec::new()
                }
            };
            if !self.send(&key, &shown, &changed) {
                return;
            }
            pause = if changed.is_empty() {
                (pause * 2).min(SLOW)
            } else {
                QUICK
            };
            tokio::time::sleep(BREATH).await;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = newcomers.notified() => {}
                _ = events.next() => {}
            }
        }
    }

    /// False if nobody watches any more; then the topic is gone.
    fn send(&self, key: &str, shown: &[(String, Bytes)], changed: &[Bytes]) -> bool {
        let mut topics = self.topics();
        let Some(topic) = topics.get_mut(key) else {
            return false;
        };
        topic.watchers.retain(|watcher| watcher.sender.is_open());
        for watcher in &mut topic.watchers {
            if watcher.is_new {
                shown
                    .iter()
                    .for_each(|(_, frame)| watcher.sender.send(frame.clone()));
                watcher.is_new = shown.is_empty();
            } else {
                changed
                    .iter()
                    .for_each(|frame| watcher.sender.send(frame.clone()));
            }
        }
        let is_watched = !topic.watchers.is_empty();
        if !is_watched {
            topics.remove(key);
        }
        is_watched
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<String, Topic>> {
        self.0.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The frames of the parts that differ from what was shown before.
fn renew(shown: &mut Vec<(String, Bytes)>, parts: Vec<Part>) -> Vec<Bytes> {
    let mut changed = Vec::new();
    for part in parts {
        let frame = sse::frame(&part.id, &part.html);
        match shown.iter_mut().find(|(id, _)| *id == part.id) {
            Some((_, before)) if *before == frame => continue,
            Some((_, before)) => *before = frame.clone(),
            None => shown.push((part.id, frame.clone())),
        }
        changed.push(frame);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_have_changed_are_sent_again() {
        let part = |id: &str, html: &str| Part {
            id: id.to_owned(),
            html: html.to_owned(),
        };
        let mut shown = Vec::new();
        assert_eq!(renew(&mut shown, vec![part("a", "1"), part("b", "1")]).len(), 2);
        assert_eq!(
            renew(&mut shown, vec![part("a", "1"), part("b", "2")]),
            [sse::frame("b", "2")]
        );
        assert!(renew(&mut shown, vec![part("a", "1"), part("b", "2")]).is_empty());
    }
}
