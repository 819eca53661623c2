use std::fmt;
use std::str::FromStr;

/// Replaces every second digit when the checksum is computed.
const TABLE: [u32; 16] = [
    0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0,
];

/// The number by which players know a device: eight hexadecimal digits, the last of which proves the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId(u32);

/// The text is no device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a device id has eight hexadecimal digits, of which the last proves the others")]
pub struct NotADeviceId;

impl DeviceId {
    /// A new one. Those of the makers begin with 1, and players take some of these for models that are long gone.
    pub fn random() -> Self {
        loop {
            let [a, b, c, d, ..] = uuid::Uuid::new_v4().into_bytes();
            let id = u32::from_be_bytes([a, b, c, d]) & !0xF;
            let id = Self(id | checksum(id));
            // All ones stands for any device in a question.
            if id.0 >> 28 > 1 && id.0 != u32::MAX {
                return id;
            }
        }
    }

    /// The number, if it proves itself.
    pub fn new(number: u32) -> Option<Self> {
        (checksum(number) == 0).then_some(Self(number))
    }

    pub fn number(self) -> u32 {
        self.0
    }
}

/// 0 if the last digit is as it has to be; else, what it has to be changed by.
fn checksum(number: u32) -> u32 {
    (0..8).fold(0, |sum, place| {
        let digit = number >> (4 * place) & 0xF;
        sum ^ if place % 2 == 1 {
            TABLE[digit as usize]
        } else {
            digit
        }
    })
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl FromStr for DeviceId {
    type Err = NotADeviceId;

    fn from_str(text: &str) -> Result<Self, NotADeviceId> {
        let is_hex = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).map_err(|_| NotADeviceId)?;
        Self::new(number).filter(|_| is_hex).ok_or(NotADeviceId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_proves_the_others() {
        assert_eq!("101010AD".parse(), Ok(DeviceId(0x1010_10AD)));
        assert_eq!(
            "101010ad".parse::<DeviceId>().map(|id| id.to_string()),
            Ok("101010AD".to_owned())
        );
        for wrong in [
            "12345678",
            "101010AC",
            "101010A",
            "+01010AD",
            "101010AD0",
            "",
            "101010AG",
        ] {
            assert_eq!(wrong.parse::<DeviceId>(), Err(NotADeviceId), "{wrong}");
        }
    }

    #[test]
    fn new_ones_are_valid_and_none_of_the_makers() {
        for _ in 0..200 {
            let id = DeviceId::random();
            assert_eq!(id.to_string().parse(), Ok(id));
            assert!(!id.to_string().starts_with(['0', '1']), "{id}");
        }
    }
}
