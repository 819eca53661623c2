//! How dictionaries and records are written as bytes.

/// The bytes do not hold what the code wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored URL values cannot be read")]
pub struct Malformed;

/// Seven bits a byte, the lowest first.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Reads what the functions above wrote.
#[derive(Clone)]
pub(super) struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(Malformed)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.number()?).map_err(|_| Malformed)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }
}

/// One value of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A place in the dictionary.
    Known(u32),
    Own(&'a str),
}

impl<'a> Value<'a> {
    pub(super) fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::Known(place) => put_number(out, u64::from(place) + 1),
            Self::Own(text) => {
                put_number(out, 0);
                put_bytes(out, text.as_bytes());
            }
        }
    }

    pub(super) fn take(input: &mut Input<'a>) -> Result<Self, Malformed> {
        match input.number()? {
            0 => Ok(Self::Own(input.text()?)),
            place => u32::try_from(place - 1).map(Self::Known).map_err(|_| Malformed),
        }
    }
}

/// The values of a record; who meets an error reads no further.
pub(super) fn values(record: &[u8]) -> impl Iterator<Item = Result<Value<'_>, Malformed>> {
    let mut input = Input(record);
    std::iter::from_fn(move || (!input.is_empty()).then(|| Value::take(&mut input)))
}

/// How many values a record has.
pub(super) fn count(record: &[u8]) -> Result<usize, Malformed> {
    values(record).try_fold(0, |count, value| value.map(|_| count + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_values_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put_number(&mut out, number);
            assert_eq!(Input(&out).number(), Ok(number));
        }
        let given = [
            Value::Known(0),
            Value::Own(""),
            Value::Own("é"),
            Value::Known(70_000),
        ];
        let mut record = Vec::new();
        given.iter().for_each(|value| value.put(&mut record));
        let read = |record| values(record).collect::<Result<Vec<_>, _>>();
        assert_eq!(read(&record).unwrap(), given);
        assert_eq!(count(&record), Ok(given.len()));
        assert_eq!(read(&record[..record.len() - 1]), Err(Malformed));
    }
}
