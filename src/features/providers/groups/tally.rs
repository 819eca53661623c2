use std::collections::HashMap;

use super::{Choice, Offered};

/// Groups of one list that are counted; of a list with more the others are judged all the same.
const MOST_GROUPS: usize = 10_000;
/// Bytes of a name that is counted.
const LONGEST_NAME: usize = 300;

/// Counts the groups of a list while it is read, and says which are taken.
#[derive(Debug, Default)]
pub struct Tally {
    choice: Choice,
    places: HashMap<String, usize>,
    groups: Vec<(Offered, bool)>,
    /// The place of the group that was met last: entries of a group mostly stand together.
    last: usize,
    /// Entries of groups that are left out.
    pub excluded: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Streams,
    Films,
    Episodes,
}

impl Tally {
    pub fn new(choice: Choice) -> Self {
        Self {
            choice,
            ..Self::default()
        }
    }

    /// Counts an entry of a group; false if the group is left out.
    pub fn meet(&mut self, group: &str, part: Part) -> bool {
        let is_taken = match self.place(group) {
            Some(place) => {
                self.last = place;
                let (offered, is_taken) = &mut self.groups[place];
                match part {
                    Part::Streams => offered.streams += 1,
                    Part::Films => offered.films += 1,
                    Part::Episodes => offered.episodes += 1,
                }
                *is_taken
            }
            None => self.choice.takes(group),
        };
        self.excluded += u64::from(!is_taken);
        is_taken
    }

    /// The groups that were met, in the order of the list.
    pub fn offered(self) -> Vec<Offered> {
        self.groups.into_iter().map(|(offered, _)| offered).collect()
    }

    fn place(&mut self, group: &str) -> Option<usize> {
        if self
            .groups
            .get(self.last)
            .is_some_and(|(last, _)| last.name == group)
        {
            return Some(self.last);
        }
        if let Some(place) = self.places.get(group) {
            return Some(*place);
        }
        if self.groups.len() >= MOST_GROUPS || group.len() > LONGEST_NAME {
            return None;
        }
        let place = self.groups.len();
        let offered = Offered {
            name: group.to_owned(),
            ..Offered::default()
        };
        self.groups.push((offered, self.choice.takes(group)));
        self.places.insert(group.to_owned(), place);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_counted_and_those_left_out_are_known() {
        let mut tally = Tally::new(Choice::new(&[], &["vod".to_owned()]));
        let met: Vec<bool> = [
            ("News", Part::Streams),
            ("VOD", Part::Films),
            ("VOD", Part::Episodes),
            ("News", Part::Streams),
            ("", Part::Streams),
        ]
        .into_iter()
        .map(|(group, part)| tally.meet(group, part))
        .collect();
        assert_eq!(met, [true, false, false, true, true]);
        assert_eq!(tally.excluded, 2);
        let offered = tally.offered();
        let counts: Vec<_> = offered
            .iter()
            .map(|group| (group.name.as_str(), group.streams, group.films, group.episodes))
            .collect();
        assert_eq!(counts, [("News", 2, 0, 0), ("VOD", 0, 1, 1), ("", 1, 0, 0)]);
    }

    #[test]
    fn a_list_with_a_group_for_every_entry_is_bounded() {
        let mut tally = Tally::new(Choice::new(&[], &["*7".to_owned()]));
        for number in 0..MOST_GROUPS + 10 {
            assert_eq!(tally.meet(&number.to_string(), Part::Streams), number % 10 != 7);
        }
        assert!(tally.meet(&"n".repeat(LONGEST_NAME + 1), Part::Streams));
        assert_eq!(tally.excluded, (MOST_GROUPS as u64 + 10) / 10);
        assert_eq!(tally.offered().len(), MOST_GROUPS);
    }
}
