//! A live stream as its channel is put together from it: stored, staged or both.

use crate::db::Value;
use crate::features::catalogue::entry::Entry;
use crate::features::catalogue::matching::{Country, Facts, Raw};
use crate::features::catalogue::measured;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::play_order::{self, Condition, Standing, State, is_relayable};
use crate::features::catalogue::quality::{self, Tier};
use crate::features::catalogue::store::provider::Owner;
use crate::features::catalogue::store::streams::StreamRow;
use crate::support::ids::ProviderId;

/// What a channel takes from one of its streams.
pub(super) struct Member {
    pub node: u32,
    pub provider: i64,
    pub name: String,
    pub group: String,
    pub tvg_id: Option<String>,
    pub country: Option<String>,
    pub language: Option<String>,
    pub logo_url: Option<String>,
    pub number: Option<i64>,
    pub tier: Option<Tier>,
    /// The picture that name or address state, without what was measured.
    pub listed: Option<Tier>,
    pub score: Option<i64>,
    pub relayable: bool,
    pub owner: Owner,
    /// The row before this change, if there is one.
    pub row: Option<Box<StreamRow>>,
}

impl Member {
    /// A stored stream that this change leaves as it is.
    pub(super) fn stored(node: u32, mut row: StreamRow) -> Self {
        let tier = row.resolution.as_deref().and_then(Tier::from_word);
        let listed = match &row.measured_url {
            None => tier,
            Some(url) => measured::listed(&row.original_name, url).map(|(tier, _)| tier),
        };
        Self {
            node,
            provider: row.provider_id,
            name: row.original_name.clone(),
            group: row.group_name.clone(),
            tvg_id: row.tvg_id.take(),
            country: row.country.take(),
            language: row.language.take(),
            logo_url: row.logo_url.take(),
            number: row.number,
            tier,
            listed,
            score: row.quality_score,
            relayable: is_relayable(&row.format),
            owner: Owner {
                priority: row.priority,
                is_shown: row.is_shown,
            },
            row: Some(Box::new(row)),
        }
    }

    /// A staged entry, with the row it replaces if it has one.
    pub(super) fn staged(
        node: u32,
        entry: &Entry<'_>,
        row: Option<StreamRow>,
        (provider, owner): (ProviderId, Owner),
    ) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let listed = tier_of(entry);
        let measured = row.as_ref().and_then(|row| row.measured_tier.as_deref());
        let tier = listed.or_else(|| measured.and_then(Tier::from_word));
        let kbps = row.as_ref().and_then(|row| row.bitrate_kbps);
        let kbps = kbps.and_then(|kbps| u32::try_from(kbps).ok());
        Self {
            node,
            provider: provider.0,
            name: entry.name.to_owned(),
            group: entry.group.to_owned(),
            tvg_id: owned(entry.tvg_id),
            country: owned(entry.country),
            language: owned(entry.language),
            logo_url: owned(entry.logo_url),
            number: entry.number.map(ChannelNumber::stored),
            tier,
            listed,
            score: quality::score(tier, kbps).map(i64::from),
            relayable: is_relayable(entry.format),
            owner,
            row: row.map(Box::new),
        }
    }

    pub(super) fn facts(&self) -> Facts {
        let facts = Facts::read(&Raw {
            name: &self.name,
            group: Some(self.group.as_str()).filter(|group| !group.is_empty()),
            tvg_id: self.tvg_id.as_deref(),
            tvg_country: self.country.as_deref(),
            country: None,
        });
        let home = self.row.as_ref().and_then(|row| row.channel_country.as_deref());
        facts.at_home(home.and_then(Country::from_code))
    }

    /// What its place among the streams of a channel depends on, but for what checks and measurements found: a channel must not
    /// change its name whenever a stream fails. `None` is the channel in which it was.
    fn standing(&self, channel: Option<i64>) -> Standing {
        let placed = self
            .row
            .as_ref()
            .filter(|row| row.manual_in == Some(channel.unwrap_or(row.channel_id)));
        Standing {
            // Streams without a row stand behind those with one, in the order of the list.
            id: self
                .row
                .as_ref()
                .map_or_else(|| (1 << 48) + i64::from(self.node), |row| row.id),
            manual: placed.and_then(|row| row.manual_order),
            relayable: self.relayable,
            tier: self.listed,
            priority: self.owner.priority,
            ..Standing::default()
        }
    }

    /// What checks found of it.
    fn condition(&self) -> Condition {
        self.row.as_ref().map(|row| row.condition()).unwrap_or_default()
    }

    /// Whether its provider is shown, playable or not: hidden streams form channels and are not counted.
    pub(super) fn is_shown(&self) -> bool {
        self.owner.is_shown
    }

    pub(super) fn is_in_use(&self) -> bool {
        self.is_shown() && self.row.as_ref().is_none_or(|row| row.is_active && row.enabled)
    }
}

/// Puts the member first that `channel` takes its name from, as its list says and whatever checks found; what a person said
/// of their order counts in the channel it was said of.
pub(super) fn in_listed_order(members: &mut [&Member], channel: Option<i64>) {
    members.sort_by_key(|member| play_order::rank(&member.standing(channel)));
}

/// Puts members in the play order of `channel`.
pub(super) fn in_play_order(members: &mut [&Member], channel: Option<i64>) {
    members.sort_by_key(|member| {
        let standing = Standing {
            tier: member.tier,
            ..member.standing(channel)
        };
        play_order::rank(&standing.in_condition(member.condition()))
    });
}

/// The state of the best of the members that may be played.
pub(super) fn best_state(members: &[&Member]) -> State {
    let wanted = |member: &&&Member| member.is_shown() && member.row.as_ref().is_none_or(|row| row.enabled);
    let states = members
        .iter()
        .filter(wanted)
        .map(|member| member.condition().state);
    states.min().unwrap_or_default()
}

/// The picture that the name states, else the URL.
pub(in crate::features::catalogue) fn tier_of(entry: &Entry<'_>) -> Option<Tier> {
    measured::listed(entry.name, entry.url_template).map(|(tier, _)| tier)
}

/// The blocks of a stream as its column holds them.
pub(super) fn packed(blocks: &[u64]) -> Value {
    Value::from(
        blocks
            .iter()
            .flat_map(|block| block.to_le_bytes())
            .collect::<Vec<u8>>(),
    )
}

/// The blocks that a column holds.
pub(super) fn unpacked(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|block| u64::from_le_bytes(*block))
}
