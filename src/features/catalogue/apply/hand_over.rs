//! What channels that were left empty give to those that took their streams.

use std::collections::HashMap;

use crate::db::{DbError, Tx};
use crate::features::catalogue::store::channels::{self, ChannelRow, hand};
use crate::features::catalogue::store::tags;

/// What a person set in channels that were left empty, and their numbers, goes to those that took their streams.
pub(super) async fn hand_over(tx: &mut Tx, moves: &[(i64, i64)]) -> Result<(), DbError> {
    let mut rows: HashMap<i64, ChannelRow> = HashMap::new();
    let ids: Vec<i64> = moves.iter().flat_map(|(from, to)| [*from, *to]).collect();
    channels::each_of(tx, ids.into_iter(), |row| {
        rows.insert(row.id, row);
    })
    .await?;
    let mut changed = Vec::new();
    for (from, to) in moves {
        let (Some(mut left), Some(taker)) = (rows.remove(from), rows.get_mut(to)) else {
            continue;
        };
        let before = taker.clone();
        take_over(&mut left, taker);
        if before != *taker {
            changed.push(taker.clone());
            channels::give_up(tx, left.id, left.number, left.lineup_number).await?;
        }
    }
    channels::write(tx, changed).await?;
    tags::follow(tx, moves).await?;
    Ok(())
}

fn take_over(left: &mut ChannelRow, taker: &mut ChannelRow) {
    let mut moves = |bit: i64| {
        let moves = left.hand_edited & bit != 0 && taker.hand_edited & bit == 0;
        taker.hand_edited |= if moves { bit } else { 0 };
        moves
    };
    let (name, category, enabled, logo, epg) = (
        moves(hand::NAME),
        moves(hand::CATEGORY),
        moves(hand::ENABLED),
        moves(hand::LOGO),
        moves(hand::EPG_ID),
    );
    let by_hand = moves(hand::NUMBER);
    let number = by_hand || (taker.number.is_none() && left.number.is_some());
    if name {
        (taker.name, taker.name_key, taker.sort_key) =
            (left.name.clone(), left.name_key.clone(), left.sort_key.clone());
    }
    if category {
        taker.category.clone_from(&left.category);
    }
    if enabled {
        taker.enabled = left.enabled;
    }
    if logo {
        taker.logo_url.clone_from(&left.logo_url);
    }
    if epg {
        taker.epg_id.clone_from(&left.epg_id);
    }
    if number && let Some(own) = left.number.take() {
        taker.number = Some(own);
        std::mem::swap(&mut taker.lineup_number, &mut left.lineup_number);
        if by_hand {
            taker.given_number = left.given_number;
        }
    }
}
