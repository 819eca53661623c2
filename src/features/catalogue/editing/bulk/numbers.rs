//! Numbers for many channels at once. After each part no number is given twice, so a stop between two parts leaves a
//! line-up that is whole: whoever has a number that another one of the chosen gets takes one that this part sets free.

use std::collections::{HashMap, HashSet};

use crate::db::{DbError, Tx};
use crate::features::catalogue::editing::fresh;
use crate::features::catalogue::editing::given::Given;
use crate::features::catalogue::number::ChannelNumber;
use crate::features::catalogue::store::channels::{ChannelRow, hand};
use crate::features::catalogue::store::state;

use super::store::{self, Holder};

/// A whole number in the column.
const STEP: i64 = 10_000;

/// Numbers `rows` from `first` on and tells where the next part begins; None if there are not enough numbers. Those of
/// `waiting` that have to make room are added to `rows`.
pub(super) async fn renumber(
    tx: &mut Tx,
    rows: &mut Vec<ChannelRow>,
    waiting: &HashSet<i64>,
    first: i64,
) -> Result<Option<i64>, DbError> {
    let own: HashSet<i64> = rows.iter().map(|row| row.id).collect();
    let mut wishes: Vec<i64> = Vec::with_capacity(rows.len());
    let mut from = first;
    while wishes.len() < rows.len() {
        if ChannelNumber::from_stored(from).is_none() {
            return Ok(None);
        }
        let lacking = i64::try_from(rows.len() - wishes.len()).unwrap_or(i64::MAX);
        let end = from.saturating_add(lacking.saturating_mul(STEP));
        let held = store::holders_between(tx, from, end).await?;
        let makes_room =
            |holder: &Holder| holder.is_merged || own.contains(&holder.id) || waiting.contains(&holder.id);
        let numbers = std::iter::successors(Some(from), |number| Some(number + STEP));
        let numbers = numbers.take_while(|number| *number < end);
        wishes.extend(numbers.filter(|number| held.get(number).is_none_or(makes_room)));
        from = end;
    }
    let next = wishes.last().map_or(first, |last| last.saturating_add(STEP));
    if ChannelNumber::from_stored(next - STEP).is_none() && !wishes.is_empty() {
        return Ok(None);
    }
    let moves: Vec<(usize, i64)> = (0..rows.len()).zip(wishes).collect();
    take(tx, rows, &moves).await?;
    Ok(Some(next))
}

/// Gives the numbers of `rows` that were set by hand back: each is the one that the channel had before, if only one of
/// `chosen` has it now, else the one that a provider states, else the next free one.
pub(super) async fn give_back(
    tx: &mut Tx,
    next: &mut state::Next,
    rows: &mut Vec<ChannelRow>,
    waiting: &HashSet<i64>,
    given: &HashMap<i64, Given>,
) -> Result<(), DbError> {
    let asked: Vec<i64> = rows
        .iter()
        .filter(|row| is_by_hand(row))
        .flat_map(|row| wishes(row, given))
        .flatten()
        .collect();
    let holders = store::holders(tx, &asked).await?;
    let moving: HashSet<i64> = rows
        .iter()
        .filter(|row| is_by_hand(row))
        .map(|row| row.id)
        .collect();
    let mut used = HashSet::new();
    let mut moves = Vec::new();
    for at in 0..rows.len() {
        let Some(row) = rows.get(at).filter(|row| is_by_hand(row)) else {
            continue;
        };
        let makes_room =
            |holder: &Holder| holder.is_merged || moving.contains(&holder.id) || waiting.contains(&holder.id);
        let wish = wishes(row, given)
            .into_iter()
            .flatten()
            .find(|number| !used.contains(number) && holders.get(number).is_none_or(makes_room));
        let number = match wish {
            Some(number) => number,
            None => unused(tx, next, &used).await?,
        };
        used.insert(number);
        moves.push((at, number));
    }
    take(tx, rows, &moves).await?;
    for (at, _) in moves {
        if let Some(row) = rows.get_mut(at) {
            let [_, stated] = wishes(row, given);
            row.number = stated.filter(|stated| *stated == row.lineup_number);
            row.given_number = None;
            row.hand_edited &= !hand::NUMBER;
        }
    }
    Ok(())
}

fn is_by_hand(row: &ChannelRow) -> bool {
    row.hand_edited & hand::NUMBER != 0
}

/// The number that a channel had before, and the one that a provider states.
fn wishes(row: &ChannelRow, given: &HashMap<i64, Given>) -> [Option<i64>; 2] {
    let stated = given.get(&row.id).and_then(|given| given.number);
    [row.given_number, stated]
}

/// The next number that nobody has or gets.
async fn unused(tx: &mut Tx, next: &mut state::Next, used: &HashSet<i64>) -> Result<i64, DbError> {
    loop {
        let number = fresh(tx, next).await?;
        if !used.contains(&number) {
            return Ok(number);
        }
    }
}

/// Moves rows to numbers, by hand. Others that have these take those that are set free.
async fn take(tx: &mut Tx, rows: &mut Vec<ChannelRow>, moves: &[(usize, i64)]) -> Result<(), DbError> {
    let wanted: HashSet<i64> = moves.iter().map(|(_, number)| *number).collect();
    let moving: HashSet<i64> = moves
        .iter()
        .filter_map(|(at, _)| Some(rows.get(*at)?.id))
        .collect();
    let mut free: Vec<i64> = moves
        .iter()
        .filter_map(|(at, _)| Some(rows.get(*at)?.lineup_number))
        .filter(|number| !wanted.contains(number))
        .collect();
    free.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
    let numbers: Vec<i64> = wanted.into_iter().collect();
    let holders = store::holders(tx, &numbers).await?;
    let mut displaced: Vec<i64> = holders
        .into_values()
        .map(|holder| holder.id)
        .filter(|id| !moving.contains(id))
        .collect();
    displaced.sort_unstable();
    for (at, number) in moves {
        if let Some(row) = rows.get_mut(*at) {
            set(row, *number);
        }
    }
    for mut row in store::rows(tx, &displaced).await? {
        match free.pop() {
            // One that is not shown has no use for a number of its own choice.
            Some(number) if row.merged_into.is_some() => {
                row.number = None;
                row.lineup_number = number;
            }
            Some(number) => set(&mut row, number),
            None => {}
        }
        rows.push(row);
    }
    Ok(())
}

fn set(row: &mut ChannelRow, number: i64) {
    if row.hand_edited & hand::NUMBER == 0 {
        row.given_number = Some(row.lineup_number);
    }
    row.hand_edited |= hand::NUMBER;
    row.number = Some(number);
    row.lineup_number = number;
}
