use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::HistoryError;
use super::experience::store as experience;
use super::play::{NewPlay, Play, PlayReport, read};
use super::showing::{
    INTERVAL_MS, Row, SILENCE_MS, Showings, Totals, Unwritten, is_same_play, longest_gap_ms,
};
use super::store::plays;
use super::store::showings::{self as store, Written};
use crate::ctx::Ctx;
use crate::db::{DbError, Tx};
use crate::events::Event;
use crate::features::catalogue::content::{self, Content};
use crate::features::catalogue::detail;
use crate::features::providers::Offer;
use crate::support::ids::{PlayId, StreamId, UserId};

/// What comes within this time is written at once.
const GROUPED_WITHIN: Duration = Duration::from_millis(10);
/// The most that is written at once.
const AT_ONCE: usize = 500;
/// So many reports wait at most; who comes then waits for room.
const WAITING: usize = 4 * AT_ONCE;
/// How often it is written down what runs.
const CONFIRMED_EVERY: Duration = Duration::from_secs(5);

/// The one writer of plays on this node, in groups; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    pub(super) ctx: Ctx,
    pub showings: Showings,
    entries: mpsc::Sender<Entry>,
}

/// What is to be written, and who waits for it.
struct Entry {
    user: UserId,
    what: What,
    answer: oneshot::Sender<Result<Play, HistoryError>>,
}

enum What {
    Begin { new: NewPlay, title: String },
    Report { id: PlayId, report: PlayReport },
}

/// Writes what the journal is given, as a task of its own.
pub struct Writing {
    journal: Journal,
    entries: mpsc::Receiver<Entry>,
}

impl Journal {
    pub fn new(ctx: &Ctx) -> (Self, Writing) {
        let (sender, entries) = mpsc::channel(WAITING);
        let journal = Self {
            ctx: ctx.clone(),
            showings: Showings::new(ctx.clock.clone()),
            entries: sender,
        };
        let writing = Writing {
            journal: journal.clone(),
            entries,
        };
        (journal, writing)
    }

    /// Begins a play of its own that a client reports: it is never merged with another. Answers once it is stored.
    ///
    /// # Errors
    /// [`HistoryError::UnknownContent`] if there is nothing by that id.
    pub async fn begin(&self, user: UserId, new: NewPlay) -> Result<Play, HistoryError> {
        let title = content::title(&self.ctx.db, new.content)
            .await?
            .ok_or(HistoryError::UnknownContent)?;
        self.enter(user, What::Begin { new, title }).await
    }

    /// Adds a report to one of the user's own plays. Answers once it is stored.
    ///
    /// # Errors
    /// [`HistoryError::UnknownPlay`] for another's, [`HistoryError::AlreadyEnded`] after one that said it ended.
    pub async fn report(&self, user: UserId, id: PlayId, report: PlayReport) -> Result<Play, HistoryError> {
        self.enter(user, What::Report { id, report }).await
    }

    async fn enter(&self, user: UserId, what: What) -> Result<Play, HistoryError> {
        let (answer, written) = oneshot::channel();
        let entry = Entry { user, what, answer };
        let stopped = || HistoryError::Stopped;
        self.entries.send(entry).await.map_err(|_| stopped())?;
        written.await.map_err(|_| stopped())?
    }
}

impl Writing {
    /// Writes until `end`, then once more.
    pub async fn run(mut self, end: CancellationToken) {
        let mut ticks = tokio::time::interval(CONFIRMED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let mut batch = Vec::new();
            let mut is_confirmed = false;
            tokio::select! {
                () = end.cancelled() => break,
                Some(entry) = self.entries.recv() => batch.push(entry),
                () = self.journal.showings.news() => {}
                _ = ticks.tick() => is_confirmed = true,
            }
            let until = Instant::now() + GROUPED_WITHIN;
            while batch.len() < AT_ONCE
                && let Ok(Some(entry)) = tokio::time::timeout_at(until, self.entries.recv()).await
            {
                batch.push(entry);
            }
            self.write(batch).await;
            self.journal.note(is_confirmed).await;
            if is_confirmed {
                self.journal.keep_house().await;
            }
        }
        self.entries.close();
        let mut rest = Vec::new();
        while let Some(entry) = self.entries.recv().await {
            rest.push(entry);
        }
        self.write(rest).await;
        self.journal.showings.end_all();
        self.journal.note(true).await;
    }

    /// Writes what clients report in one transaction; if that fails, each in its own, so that none fails for another.
    async fn write(&self, batch: Vec<Entry>) {
        if batch.is_empty() {
            return;
        }
        let journal = &self.journal;
        let now_ms = journal.ctx.clock.now_ms();
        let (whats, answers): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|entry| ((entry.user, entry.what), entry.answer))
            .unzip();
        let written = match journal.write_entries(&whats, now_ms).await {
            Ok(written) => written,
            Err(error) if whats.len() == 1 => vec![Err(error.into())],
            Err(_) => {
                let mut written = Vec::new();
                for what in &whats {
                    let one = journal.write_entries(std::slice::from_ref(what), now_ms).await;
                    written.extend(one.unwrap_or_else(|error| vec![Err(error.into())]));
                }
                written
            }
        };
        for (answer, written) in answers.into_iter().zip(written) {
            // Who has gone meanwhile does not hear it; it is stored.
            let _ = answer.send(written);
        }
    }
}

impl Journal {
    async fn write_entries(
        &self,
        entries: &[(UserId, What)],
        now_ms: i64,
    ) -> Result<Vec<Result<Play, HistoryError>>, DbError> {
        let mut tx = self.ctx.db.begin().await?;
        let mut reported = Vec::new();
        for (_, what) in entries {
            if let What::Report { id, .. } = what {
                reported.push(*id);
            }
        }
        let known = plays::find(&mut tx, reported).await?;
        let mut known: HashMap<PlayId, plays::PlayRow> = known.into_iter().map(|row| (row.id, row)).collect();
        let mut changed = HashSet::new();
        let mut answers = Vec::with_capacity(entries.len());
        for (user, what) in entries {
            answers.push(match what {
                What::Begin { new, title } => {
                    let row = plays::insert(&mut tx, *user, new, title, now_ms).await?;
                    Ok(read(row, now_ms))
                }
                What::Report { id, report } => match known.get_mut(id) {
                    Some(row) if row.user_id == Some(*user) => {
                        if row.ended_at.is_some() {
                            Err(HistoryError::AlreadyEnded)
                        } else {
                            row.report(report, now_ms);
                            changed.insert(*id);
                            Ok(read(row.clone(), now_ms))
                        }
                    }
                    _ => Err(HistoryError::UnknownPlay),
                },
            });
        }
        known.retain(|id, _| changed.contains(id));
        plays::update(&mut tx, &known.into_values().collect::<Vec<_>>()).await?;
        tx.commit().await?;
        Ok(answers)
    }

    /// Writes down what is shown here: what has begun, changed its stream or ended, and all the rest too if `all`. What
    /// could not be written is written the next time.
    async fn note(&self, all: bool) {
        if let Err(error) = self.note_failed_starts().await {
            tracing::warn!(%error, "streams that did not begin could not be written down; they are kept");
        }
        let unwritten = self.showings.unwritten(all);
        if unwritten.is_empty() {
            self.showings.forget_ended();
            return;
        }
        let has_news = unwritten
            .iter()
            .any(|play| play.row.is_none() || play.ended_at.is_some());
        match self.write_showings(unwritten).await {
            Ok(()) if has_news => self.ctx.events.publish(Event::PlaysChanged),
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "plays could not be written; they are kept"),
        }
        self.showings.forget_ended();
    }

    async fn note_failed_starts(&self) -> Result<(), DbError> {
        let failed = self.showings.failed_starts().unwritten();
        if failed.is_empty() {
            return Ok(());
        }
        let mut tx = self.ctx.db.begin().await?;
        let starts = failed.iter().map(|start| (start.stream, start.at_ms));
        experience::write_failed(&mut tx, starts).await?;
        let streams = failed.iter().map(|start| start.stream);
        experience::note(&mut tx, streams, self.ctx.clock.now_ms()).await?;
        tx.commit().await?;
        self.showings.failed_starts().written(&failed);
        Ok(())
    }

    async fn write_showings(&self, unwritten: Vec<Unwritten>) -> Result<(), DbError> {
        let mut titles = HashMap::new();
        for play in &unwritten {
            let content = play.showing.shown.content;
            if play.row.is_none() && !titles.contains_key(&content) {
                titles.insert(content, self.named(content).await?);
            }
        }
        let now_ms = self.ctx.clock.now_ms();
        let mut taken = self.showings.plays();
        let mut tx = self.ctx.db.begin().await?;
        let rows: Vec<PlayId> = unwritten.iter().filter_map(|play| Some(play.row?.id)).collect();
        let kept = store::kept(&mut tx, rows).await?;
        let mut written = Vec::with_capacity(unwritten.len());
        for play in unwritten {
            // It went with the user whose it was.
            if play.row.is_some_and(|row| !kept.contains(&row.id)) {
                self.showings.forget(&play.showing);
                continue;
            }
            let named = titles.get(&play.showing.shown.content).and_then(Option::as_ref);
            let row = match (play.row, named) {
                (Some(row), _) => row,
                (None, Some((content, title))) => {
                    let row = self.begin_row(&mut tx, &play, *content, title, &taken).await?;
                    taken.insert(row.id);
                    row
                }
                (None, None) => {
                    self.showings.forget(&play.showing);
                    continue;
                }
            };
            let mut segments = Vec::with_capacity(play.segments.len());
            for segment in &play.segments {
                segments.push(match segment.row {
                    Some(id) => id,
                    None => store::insert_segment(&mut tx, row.id, segment).await?,
                });
            }
            written.push(Written { play, row, segments });
        }
        store::update_segments(&mut tx, &written).await?;
        experience::note(&mut tx, news_of(&written), now_ms).await?;
        store::update(&mut tx, &written, &self.url_key()).await?;
        store::confirm(&mut tx, &written, self.ctx.jobs.node_id(), now_ms).await?;
        store::remove_ended(&mut tx, &written).await?;
        tx.commit().await?;
        for Written { play, row, segments } in &written {
            play.written(*row, segments, now_ms);
        }
        Ok(())
    }

    /// The play that a showing is: an earlier one that it goes on with, unless another showing is that, else a new one.
    async fn begin_row(
        &self,
        tx: &mut Tx,
        play: &Unwritten,
        content: Content,
        title: &str,
        taken: &HashSet<PlayId>,
    ) -> Result<Row, DbError> {
        let shown = &play.showing.shown;
        let since_ms = play.started_at - longest_gap_ms(shown);
        let earlier = store::earlier(tx, shown, content, since_ms).await?;
        if let Some(earlier) = earlier
            && !taken.contains(&earlier.row.id)
            && is_same_play(&earlier, play)
            && store::claim(tx, earlier.row.id, self.ctx.jobs.node_id(), play.started_at).await?
        {
            return Ok(earlier.row);
        }
        let id = store::insert(tx, shown, content, title, play.started_at).await?;
        Ok(Row {
            id,
            watched_ms: 0,
            totals: Totals::default(),
        })
    }

    /// What is shown as it is called now; a channel may have been merged into another.
    async fn named(&self, shown: Content) -> Result<Option<(Content, String)>, DbError> {
        let shown = match shown {
            Content::Channel(id) => match detail::resolve(&self.ctx.db, id).await? {
                Some(id) => Content::Channel(id),
                None => return Ok(None),
            },
            other => other,
        };
        let title = content::title(&self.ctx.db, shown).await?;
        Ok(title.map(|title| (shown, title)))
    }

    /// Names the key that addresses were fingerprinted with, and tells nothing of it.
    fn url_key(&self) -> String {
        let print = self.ctx.keys.fingerprint("play url key", b"");
        print[..4].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Ends what nodes left behind that died, and stops what somebody wants to stop.
    async fn keep_house(&self) {
        let kept = async {
            let mut tx = self.ctx.db.begin().await?;
            let now_ms = self.ctx.clock.now_ms();
            let before_ms = now_ms - SILENCE_MS;
            store::remove_silent(&mut tx, before_ms).await?;
            experience::note_silent(&mut tx, before_ms, now_ms).await?;
            store::end_silent(&mut tx, before_ms, INTERVAL_MS).await?;
            let stopped = store::stop_wanted(&mut tx, self.ctx.jobs.node_id()).await?;
            tx.commit().await?;
            Ok::<_, DbError>(stopped)
        };
        match kept.await {
            Ok(stopped) => {
                for play in stopped {
                    self.showings.stop(play);
                }
            }
            Err(error) => tracing::warn!(%error, "plays that ended by silence could not be ended"),
        }
    }
}

/// The streams that plays told something of: those that failed, and those of plays that ended.
fn news_of(written: &[Written]) -> Vec<StreamId> {
    let segments = written.iter().flat_map(|written| {
        let has_ended = written.play.ended_at.is_some();
        let segments = written.play.segments.iter();
        segments.filter(move |segment| has_ended || segment.has_failed)
    });
    let streams = segments.filter_map(|segment| match segment.origin.offer {
        Offer::Stream(stream) => Some(stream),
        Offer::Version(_) => None,
    });
    streams.collect()
}

/// Writes a play that ended long ago, as its client would have reported it at its end.
///
/// # Errors
/// [`HistoryError::UnknownContent`] if there is nothing by that id.
pub async fn add_past(
    ctx: &Ctx,
    user: UserId,
    new: &NewPlay,
    report: &PlayReport,
    ended_at_ms: i64,
) -> Result<(), HistoryError> {
    let title = content::title(&ctx.db, new.content)
        .await?
        .ok_or(HistoryError::UnknownContent)?;
    let mut tx = ctx.db.begin().await?;
    let mut row = plays::insert(&mut tx, user, new, &title, ended_at_ms).await?;
    row.report(report, ended_at_ms);
    plays::update(&mut tx, &[row]).await?;
    tx.commit().await?;
    Ok(())
}
