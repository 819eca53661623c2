//! Bits as codecs write them.

/// Bits, the most significant first.
#[derive(Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Bits taken of the last byte; 0 when it is full.
    used: u8,
}

impl Bits {
    pub(super) fn put(&mut self, count: u8, value: u32) {
        for place in (0..count).rev() {
            if self.used == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> place & 1) as u8) << (7 - self.used);
            }
            self.used = (self.used + 1) % 8;
        }
    }

    /// An unsigned number in Exp-Golomb code: `ue(v)`.
    pub(super) fn golomb(&mut self, value: u32) {
        let length = (value + 1).ilog2() as u8;
        self.put(length, 0);
        self.put(length + 1, value + 1);
    }

    /// Zeros up to a whole byte.
    pub(super) fn align(&mut self) {
        self.used = 0;
    }

    /// Whole bytes, where the last one is full.
    pub(super) fn bytes(&mut self, bytes: impl IntoIterator<Item = u8>) {
        self.bytes.extend(bytes);
    }

    /// The one bit that ends a NAL unit, zeros up to a whole byte, and escapes where a start code would stand.
    pub(super) fn unit(mut self, kind: u8) -> Vec<u8> {
        self.put(1, 1);
        let mut out = vec![kind];
        let mut zeros = 0;
        for byte in self.bytes {
            if zeros == 2 && byte <= 3 {
                out.push(3);
                zeros = 0;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            out.push(byte);
        }
        out
    }
}
