//! Collecting the values of a list while it is read: a number for what repeats, the text for what does not.

use std::collections::HashMap;

use crate::features::providers::url_parts::Slot;

use super::block::{Malformed, Value, values};

/// So many different values are looked for again; a token that differs in each URL would otherwise fill the memory.
const MOST_KNOWN: usize = 65_536;
const MOST_KNOWN_TOKENS: usize = 1_024;

/// The values that were met, with how often.
#[derive(Default)]
pub struct Collector {
    places: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    counts: Vec<u32>,
    tokens: usize,
}

/// What a run collected, ready to be stored: the dictionary and how records refer to it.
pub struct Recorded {
    pub(super) texts: Vec<Box<str>>,
    /// Of each place in the collector: the place in the stored dictionary, none for values that occurred once.
    pub(super) place_of: Vec<Option<u32>>,
    pub(super) all: Vec<Box<str>>,
}

impl Collector {
    /// Appends one value to a record.
    pub fn add(&mut self, slot: Slot, text: &str, record: &mut Vec<u8>) {
        if let Some(place) = self.places.get(text) {
            if let Some(count) = self.counts.get_mut(*place as usize) {
                *count += 1;
            }
            return Value::Known(*place).put(record);
        }
        let is_token = slot == Slot::Token;
        let full = self.texts.len() >= MOST_KNOWN || (is_token && self.tokens >= MOST_KNOWN_TOKENS);
        let Some(place) = u32::try_from(self.texts.len()).ok().filter(|_| !full) else {
            return Value::Own(text).put(record);
        };
        self.tokens += usize::from(is_token);
        self.places.insert(text.into(), place);
        self.texts.push(text.into());
        self.counts.push(1);
        Value::Known(place).put(record);
    }

    /// The texts of a record made by this collector.
    ///
    /// # Errors
    /// [`Malformed`] if it was not.
    pub fn texts<'a>(&'a self, record: &'a [u8]) -> Result<Vec<&'a str>, Malformed> {
        let text = |value| match value {
            Value::Own(text) => Ok(text),
            Value::Known(place) => self
                .texts
                .get(place as usize)
                .map(|text| &**text)
                .ok_or(Malformed),
        };
        values(record).map(|value| value.and_then(text)).collect()
    }

    /// Sorts what repeats into a dictionary that does not depend on the order of the list.
    pub fn finish(self) -> Recorded {
        let mut repeated: Vec<u32> = (0..)
            .zip(&self.counts)
            .filter(|(_, count)| **count > 1)
            .map(|(place, _)| place)
            .collect();
        repeated.sort_unstable_by_key(|place| &self.texts[*place as usize]);
        let mut place_of = vec![None; self.texts.len()];
        for (stored, place) in (0..).zip(&repeated) {
            place_of[*place as usize] = Some(stored);
        }
        let texts = repeated
            .iter()
            .map(|place| self.texts[*place as usize].clone())
            .collect();
        Recorded {
            texts,
            place_of,
            all: self.texts,
        }
    }
}

impl Recorded {
    /// The record as it is stored; the answer is how many values it has.
    pub(super) fn stored(&self, record: &[u8], out: &mut Vec<u8>) -> Result<usize, Malformed> {
        out.clear();
        let mut count = 0;
        for value in values(record) {
            let value = value?;
            count += 1;
            match value {
                Value::Own(_) => value,
                Value::Known(place) => match self.place_of.get(place as usize).ok_or(Malformed)? {
                    Some(stored) => Value::Known(*stored),
                    None => Value::Own(self.all.get(place as usize).ok_or(Malformed)?),
                },
            }
            .put(out);
        }
        Ok(count)
    }

    /// The dictionary of the collector itself, for a run that waits: [`Recorded::of_texts`] reads it again.
    pub fn all_texts(&self) -> impl Iterator<Item = (&str, bool)> {
        self.all
            .iter()
            .zip(&self.place_of)
            .map(|(text, place)| (&**text, place.is_some()))
    }

    /// What [`Recorded::all_texts`] gave.
    pub fn of_texts(given: impl Iterator<Item = (String, bool)>) -> Self {
        let mut collector = Collector::default();
        for (text, repeats) in given {
            collector.texts.push(text.into());
            collector.counts.push(if repeats { 2 } else { 1 });
        }
        collector.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(collector: &mut Collector, values: &[&str]) -> Vec<u8> {
        let mut record = Vec::new();
        for value in values {
            collector.add(Slot::Token, value, &mut record);
        }
        record
    }

    #[test]
    fn what_repeats_is_known_and_the_rest_stands_in_its_record() {
        let mut collector = Collector::default();
        let records: Vec<Vec<u8>> = [["b", "x"], ["a", "y"], ["b", "z"], ["a", "x"]]
            .iter()
            .map(|values| record(&mut collector, values))
            .collect();
        assert_eq!(collector.texts(&records[1]).unwrap(), ["a", "y"]);
        let recorded = collector.finish();
        assert_eq!(
            recorded.texts.iter().map(|text| &**text).collect::<Vec<_>>(),
            ["a", "b", "x"]
        );
        let mut stored = Vec::new();
        recorded.stored(&records[1], &mut stored).unwrap();
        let values: Result<Vec<_>, _> = values(&stored).collect();
        assert_eq!(values.unwrap(), [Value::Known(0), Value::Own("y")]);
        let texts: Vec<(String, bool)> = recorded
            .all_texts()
            .map(|(text, repeats)| (text.to_owned(), repeats))
            .collect();
        assert_eq!(Recorded::of_texts(texts.into_iter()).texts, recorded.texts);
    }

    #[test]
    fn tokens_of_their_own_do_not_fill_the_memory() {
        let mut collector = Collector::default();
        for number in 0..5_000 {
            record(&mut collector, &["host", &number.to_string()]);
        }
        assert!(collector.texts.len() <= MOST_KNOWN_TOKENS + 1);
    }
}
