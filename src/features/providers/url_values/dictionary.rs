//! Block 0: the values that repeat, and the usual records.

use std::collections::HashMap;

use super::block::{Input, Malformed, count, put_bytes, put_number};

/// What records refer to.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Dictionary {
    pub texts: Vec<Box<str>>,
    /// The most frequent record of each number of values.
    pub usual: HashMap<usize, Vec<u8>>,
}

impl Dictionary {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_number(&mut out, self.texts.len() as u64);
        for text in &self.texts {
            put_bytes(&mut out, text.as_bytes());
        }
        let mut usual: Vec<(&usize, &Vec<u8>)> = self.usual.iter().collect();
        usual.sort_unstable();
        for (_, record) in usual {
            put_bytes(&mut out, record);
        }
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Input(bytes);
        let texts = input.number()?;
        let texts = (0..texts)
            .map(|_| input.text().map(Box::from))
            .collect::<Result<_, _>>()?;
        let mut usual = HashMap::new();
        while !input.is_empty() {
            let record = input.bytes()?;
            usual.insert(count(record)?, record.to_vec());
        }
        Ok(Self { texts, usual })
    }
}

/// Counts records to find the usual ones.
#[derive(Default)]
pub(super) struct Census {
    counts: HashMap<Vec<u8>, u32>,
}

/// Different records that are counted at most: a usual one is met early.
const MOST_COUNTED: usize = 4_096;

impl Census {
    pub(super) fn count(&mut self, record: &[u8]) {
        if let Some(count) = self.counts.get_mut(record) {
            *count += 1;
        } else if self.counts.len() < MOST_COUNTED {
            self.counts.insert(record.to_vec(), 1);
        }
    }

    pub(super) fn usual(self) -> Result<HashMap<usize, Vec<u8>>, Malformed> {
        let mut counted: Vec<(Vec<u8>, u32)> =
            self.counts.into_iter().filter(|(_, count)| *count > 1).collect();
        counted.sort_unstable_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
        let mut usual = HashMap::new();
        for (record, _) in counted {
            usual.entry(count(&record)?).or_insert(record);
        }
        Ok(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Value;
    use super::*;

    #[test]
    fn it_comes_back_as_it_was() {
        let mut record = Vec::new();
        [Value::Known(1), Value::Own("x")]
            .iter()
            .for_each(|value| value.put(&mut record));
        let mut census = Census::default();
        census.count(&record);
        census.count(&record);
        let dictionary = Dictionary {
            texts: vec!["a".into(), "".into()],
            usual: census.usual().unwrap(),
        };
        assert!(Dictionary::decode(&dictionary.encode()).unwrap() == dictionary);
        assert_eq!(dictionary.usual.get(&2), Some(&record));
    }
}
