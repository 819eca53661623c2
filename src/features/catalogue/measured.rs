//! What ffprobe measured of streams, and what follows from it: their picture where neither name nor address says one, their
//! score, their play order, what lists show.

use std::collections::HashMap;

use super::line_up;
use super::quality::{self, Tier};
use super::store::{measured, recount, state, streams};
use crate::args;
use crate::db::{Db, DbError, Tx, Value};
use crate::support::ids::StreamId;

pub use super::store::measured::{Facts, Known};

impl Facts {
    /// Of the picture that was measured.
    pub fn picture(&self) -> Option<Tier> {
        self.tier.as_deref().and_then(Tier::from_word)
    }

    pub fn kbps(&self) -> Option<u32> {
        self.bitrate_kbps.and_then(|kbps| u32::try_from(kbps).ok())
    }
}

impl Known {
    /// What its name states, else its address; and which of them does.
    pub fn listed(&self) -> Option<(Tier, Listed)> {
        listed(&self.original_name, &self.url_template)
    }

    /// Picture and score with what was measured.
    fn rated(&self, facts: &Facts) -> (Option<String>, Option<i64>) {
        let listed = self.listed().map(|(tier, _)| tier);
        let tier = listed.or(facts.picture());
        (
            tier.map(|tier| tier.name().to_owned()),
            quality::score(tier, facts.kbps()).map(i64::from),
        )
    }
}

/// The picture that a name states, else the address; and which of them does.
pub fn listed(name: &str, url: &str) -> Option<(Tier, Listed)> {
    let by_name = quality::tier_from_name(name).map(|tier| (tier, Listed::Name));
    by_name.or_else(|| quality::tier_from_url(url).map(|tier| (tier, Listed::Url)))
}

/// What a picture is told by without looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Name,
    Url,
}

/// Streams that are about to get what was measured of them, within the catalogue's lock.
pub struct Open {
    /// Those that still exist, by id.
    pub known: HashMap<i64, Known>,
    /// What was measured of them before, by id.
    pub before: HashMap<i64, Facts>,
}

/// Takes the catalogue's lock and reads what is known of these streams. A stream that was removed meanwhile is left out.
///
/// # Errors
/// Whatever the database says.
pub async fn open(tx: &mut Tx, ids: &[i64]) -> Result<Open, DbError> {
    let found = measured::known(tx, ids.to_vec()).await?;
    state::hold_with(tx, found.iter().map(|known| known.provider_id).collect()).await?;
    let found = measured::known(tx, ids.to_vec()).await?;
    let present = found.iter().map(|known| known.stream_id).collect();
    let before = measured::facts(tx, present).await?;
    Ok(Open {
        known: found.into_iter().map(|known| (known.stream_id, known)).collect(),
        before: before.into_iter().map(|facts| (facts.stream_id, facts)).collect(),
    })
}

/// Stores what was measured, after [`open`]. The answer is whether anything that lists or players see has changed.
///
/// # Errors
/// Whatever the database says.
pub async fn keep(tx: &mut Tx, open: &Open, found: &[Facts], now_ms: i64) -> Result<bool, DbError> {
    measured::write(tx, found).await?;
    let rated = found.iter().filter_map(|facts| {
        let known = open.known.get(&facts.stream_id)?;
        let (resolution, score) = known.rated(facts);
        let is_same = known.resolution == resolution && known.quality_score == score;
        (!is_same).then_some((facts.stream_id, resolution, score))
    });
    let rated: Vec<(i64, Option<String>, Option<i64>)> = rated.collect();
    let is_other = |facts: &&Facts| {
        let before = open.before.get(&facts.stream_id);
        before.and_then(Facts::kbps) != facts.kbps()
    };
    let mut moved: Vec<i64> = found
        .iter()
        .filter(is_other)
        .map(|facts| facts.stream_id)
        .collect();
    moved.extend(rated.iter().map(|(id, ..)| *id));
    let ids: Vec<Value> = rated.iter().map(|(id, ..)| Value::from(*id)).collect();
    let values = rated
        .into_iter()
        .flat_map(|(id, resolution, score)| args![id, resolution, score]);
    measured::rate(tx, values.collect()).await?;
    let mut placed = streams::placed_with(tx, moved).await?;
    placed.sort_unstable_by_key(|stream| (stream.channel_id, stream.id));
    placed.dedup_by_key(|stream| stream.id);
    line_up::reorder(tx, &placed).await?;
    let is_changed = !ids.is_empty();
    recount::channels_with(tx, ids).await?;
    if is_changed {
        // Playlists with a line for each picture go by picture and score.
        state::raise(tx, now_ms).await?;
    }
    Ok(is_changed)
}

/// What was measured of a stream; none if it never was.
///
/// # Errors
/// Whatever the database says.
pub async fn find(db: &Db, stream: StreamId) -> Result<Option<Facts>, DbError> {
    measured::find(db, stream).await
}
